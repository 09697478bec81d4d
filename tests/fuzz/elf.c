/*
 * fuzz-elf: any bytes as a module's file.
 *
 * What is accepted is held against the file read with the C library's own structures: all of its
 * parts to load and nothing else, each where programs belong, apart from the others, its bytes in
 * the file. A symbol's name lies in the file, end and all.
 */
#include "elf.h"
#include "fuzz.h"

#include <abi/layout.h>
#include <abi/version.h>
#include <elf.h>
#include <string.h>

static const uint8_t *image;
static size_t image_bytes;

static void check_segment(const struct elf_segment *s, const Elf32_Phdr *p)
{
    uint64_t end = (uint64_t)s->address + s->memory_bytes;

    FUZZ_CHECK(s->address == p->p_vaddr && s->memory_bytes == p->p_memsz);
    FUZZ_CHECK(s->file_offset == p->p_offset && s->file_bytes == p->p_filesz);
    FUZZ_CHECK(s->write == ((p->p_flags & PF_W) != 0));
    FUZZ_CHECK(s->execute == ((p->p_flags & PF_X) != 0));
    FUZZ_CHECK(s->memory_bytes > 0 && s->file_bytes <= s->memory_bytes);
    FUZZ_CHECK(s->address >= ELF_LOWEST && end <= USER_HEAP && end <= USER_END);
    FUZZ_CHECK((uint64_t)s->file_offset + s->file_bytes <= image_bytes);
    FUZZ_CHECK(p->p_align <= 1 || ((p->p_align & (p->p_align - 1)) == 0 &&
                                   p->p_vaddr % p->p_align == p->p_offset % p->p_align));
}

static void check_pages_apart(const struct elf_program *program)
{
    for (unsigned i = 0; i < program->segment_count; i++) {
        for (unsigned j = 0; j < i; j++) {
            const struct elf_segment *a = &program->segment[i], *b = &program->segment[j];
            uint64_t a_end = (uint64_t)a->address + a->memory_bytes;
            uint64_t b_end = (uint64_t)b->address + b->memory_bytes;

            FUZZ_CHECK((a_end - 1) / PAGE_BYTES < b->address / PAGE_BYTES ||
                       (b_end - 1) / PAGE_BYTES < a->address / PAGE_BYTES);
        }
    }
}

static void check_entry(const struct elf_program *program)
{
    bool found = false;

    for (unsigned i = 0; i < program->segment_count; i++) {
        const struct elf_segment *s = &program->segment[i];

        found = found || (s->execute && program->entry >= s->address &&
                          program->entry < (uint64_t)s->address + s->memory_bytes);
    }
    FUZZ_CHECK(found);
}

static void check_program(const struct elf_program *program)
{
    Elf32_Ehdr header;
    unsigned loaded = 0;

    memcpy(&header, image, sizeof header);
    FUZZ_CHECK(memcmp(header.e_ident, ELFMAG, SELFMAG) == 0);
    FUZZ_CHECK(header.e_ident[EI_CLASS] == ELFCLASS32 && header.e_ident[EI_DATA] == ELFDATA2LSB);
    FUZZ_CHECK(header.e_type == ET_EXEC && header.e_machine == EM_386);
    FUZZ_CHECK(program->entry == header.e_entry);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf32_Phdr p;

        memcpy(&p, image + header.e_phoff + i * sizeof p, sizeof p);
        FUZZ_CHECK(p.p_type != PT_DYNAMIC && p.p_type != PT_INTERP && p.p_type != PT_TLS);
        if (p.p_type != PT_LOAD || p.p_memsz == 0)
            continue;
        FUZZ_CHECK(loaded < program->segment_count && loaded < ELF_SEGMENTS_MAX);
        check_segment(&program->segment[loaded++], &p);
    }
    FUZZ_CHECK(loaded == program->segment_count && loaded > 0);
    check_pages_apart(program);
    check_entry(program);
}

static void check_symbol(uint32_t address)
{
    uint32_t offset = 0;
    const char *name = elf_symbol(image, (uint32_t)image_bytes, address, &offset);
    const char *start = (const char *)image;

    if (fuzz_tells())
        fprintf(stderr, "symbol at %#x: %s\n", address, name != NULL ? name : "none");
    if (name == NULL)
        return;
    FUZZ_CHECK(name > start && name < start + image_bytes);
    FUZZ_CHECK(memchr(name, '\0', image_bytes - (size_t)(name - start)) != NULL);
    FUZZ_CHECK(*name != '\0' && offset <= address);
}

/* The first note of ours says it. */
static void check_version(void)
{
    Elf32_Ehdr header;
    uint32_t said, version = 0;
    bool found = false;

    memcpy(&header, image, sizeof header);
    for (unsigned i = 0; i < header.e_phnum && !found; i++) {
        Elf32_Phdr p;
        Elf32_Nhdr note;

        memcpy(&p, image + header.e_phoff + i * sizeof p, sizeof p);
        if (p.p_type != PT_NOTE || p.p_filesz < 24 || (uint64_t)p.p_offset + 24 > image_bytes)
            continue;
        memcpy(&note, image + p.p_offset, sizeof note);
        memcpy(&version, image + p.p_offset + 20, sizeof version);
        found = note.n_namesz == 7 && note.n_descsz == 4 && note.n_type == ABI_NOTE_TYPE &&
                memcmp(image + p.p_offset + 12, "Parley", 7) == 0;
    }
    FUZZ_CHECK(elf_version(image, (uint32_t)image_bytes, &said) == found);
    FUZZ_CHECK(!found || said == version);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct elf_program program;
    const char *wrong;

    image = data;
    image_bytes = bytes;
    wrong = elf_check(data, (uint32_t)bytes, &program);
    if (fuzz_tells())
        fprintf(stderr, "%zu bytes: %s\n", bytes, wrong != NULL ? wrong : "a program");
    if (wrong == NULL) {
        check_program(&program);
        check_version();
        check_symbol(program.entry);
        check_symbol(program.segment[program.segment_count - 1].address);
    }
    FUZZ_CHECK(wrong == NULL || *wrong != '\0');
    check_symbol(0x10000008);
    check_symbol(0);
    check_symbol(UINT32_MAX);
    return 0;
}
