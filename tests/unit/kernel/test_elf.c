/* The loader's eye: one good program, and every way to spoil it. */
#include "cmocka_all.h"
#include "elf.h"
#include <abi/layout.h>
#include <abi/version.h>
#include <elf.h>
#include <string.h>

#define TEXT 0x10000000u
#define DATA 0x10002000u

/* A small program: code, then data with a zeroed part, and a symbol table of two functions. */
static struct image {
    Elf32_Ehdr header;
    Elf32_Phdr program[4];
    char text[64];
    char data[32];
    Elf32_Sym symbols[4];
    char names[32];
    Elf32_Shdr sections[3];
} image;

static struct elf_program program;

static int make(void **state)
{
    (void)state;
    image = (struct image){
        .header =
            {
                .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                .e_type = ET_EXEC,
                .e_machine = EM_386,
                .e_version = EV_CURRENT,
                .e_entry = TEXT + 8,
                .e_phoff = offsetof(struct image, program),
                .e_shoff = offsetof(struct image, sections),
                .e_ehsize = sizeof(Elf32_Ehdr),
                .e_phentsize = sizeof(Elf32_Phdr),
                .e_phnum = 3,
                .e_shentsize = sizeof(Elf32_Shdr),
                .e_shnum = 3,
            },
        .program =
            {
                {PT_LOAD, offsetof(struct image, text), TEXT, TEXT, 64, 64, PF_R | PF_X, 4},
                {PT_LOAD, offsetof(struct image, data), DATA, DATA, 32, 5000, PF_R | PF_W, 4},
                {PT_GNU_STACK, 0, 0, 0, 0, 0, PF_R | PF_W, 0},
            },
        .symbols =
            {
                {0},
                {1, TEXT, 16, ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1},
                {7, TEXT + 16, 48, ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1},
                {12, DATA, 32, ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, 1},
            },
        .names = "\0start\0main\0thing",
        .sections =
            {
                {0},
                {.sh_type = SHT_SYMTAB,
                 .sh_offset = offsetof(struct image, symbols),
                 .sh_size = sizeof image.symbols,
                 .sh_link = 2},
                {.sh_type = SHT_STRTAB,
                 .sh_offset = offsetof(struct image, names),
                 .sh_size = sizeof image.names},
            },
    };
    return 0;
}

static const char *check(void)
{
    return elf_check(&image, sizeof image, &program);
}

static void a_good_program(void **state)
{
    (void)state;
    assert_null(check());
    assert_int_equal(program.entry, TEXT + 8);
    assert_int_equal(program.segment_count, 2);
    assert_int_equal(program.segment[0].address, TEXT);
    assert_int_equal(program.segment[0].file_offset, offsetof(struct image, text));
    assert_true(program.segment[0].execute && !program.segment[0].write);
    assert_int_equal(program.segment[1].memory_bytes, 5000);
    assert_int_equal(program.segment[1].file_bytes, 32);
    assert_true(program.segment[1].write && !program.segment[1].execute);
}

#define assert_refused(change, expected)                                                           \
    do {                                                                                           \
        make(NULL);                                                                                \
        change;                                                                                    \
        const char *why = check();                                                                 \
        assert_non_null(why);                                                                      \
        assert_string_equal(why, expected);                                                        \
    } while (0)

static void wrong_headers(void **state)
{
    (void)state;
    assert_refused(image.header.e_ident[0] = 0, "not an ELF file");
    assert_refused(image.header.e_ident[EI_CLASS] = ELFCLASS64,
                   "ELF, but not 32-bit little-endian");
    assert_refused(image.header.e_ident[EI_DATA] = ELFDATA2MSB,
                   "ELF, but not 32-bit little-endian");
    assert_refused(image.header.e_ident[EI_VERSION] = 0, "ELF of an unknown version");
    assert_refused(image.header.e_version = 2, "ELF of an unknown version");
    assert_refused(image.header.e_type = ET_DYN, "ELF, but not a static executable");
    assert_refused(image.header.e_type = ET_REL, "ELF, but not a static executable");
    assert_refused(image.header.e_machine = EM_X86_64, "ELF for another processor");
    assert_refused(image.header.e_ehsize = 51, "ELF with headers of an unknown size");
    assert_refused(image.header.e_phentsize = 31, "ELF with headers of an unknown size");
    assert_refused(image.header.e_phnum = 0, "ELF with too few or too many program headers");
    assert_refused(image.header.e_phnum = 0xffff, "ELF with too few or too many program headers");
    assert_refused(image.header.e_phoff = sizeof image,
                   "ELF whose program headers lie outside the file");
    assert_refused(image.header.e_phoff = sizeof image - 95,
                   "ELF whose program headers lie outside the file");
    assert_refused(image.header.e_phoff = 0xffffffe0u,
                   "ELF whose program headers lie outside the file");
}

static void a_short_file(void **state)
{
    (void)state;
    make(NULL);
    for (uint32_t bytes = 0; bytes < sizeof(Elf32_Ehdr); bytes++)
        assert_string_equal(elf_check(&image, bytes, &program), "shorter than an ELF header");
    for (uint32_t bytes = sizeof(Elf32_Ehdr); bytes < offsetof(struct image, symbols); bytes++)
        assert_non_null(elf_check(&image, bytes, &program));
    assert_null(elf_check(&image, offsetof(struct image, symbols), &program));
}

static void wrong_segments(void **state)
{
    (void)state;
    Elf32_Phdr *p = image.program;
    assert_refused(p[0].p_filesz = 65, "segment larger in the file than in memory");
    assert_refused(p[1].p_offset = sizeof image - 31, "segment lies outside the file");
    assert_refused(p[1].p_offset = 0xfffffff0u, "segment lies outside the file");
    assert_refused(p[1].p_filesz = p[1].p_memsz = 0xfffffff0u, "segment lies outside the file");
    /* Sizes whose sum is 0 modulo 2^32: no empty segment. */
    assert_refused(p[1].p_filesz = p[1].p_memsz = 0x80000000u, "segment lies outside the file");
    assert_refused(p[1].p_vaddr = 0xfffff000u;
                   p[1].p_memsz = 0x2000, "segment wraps around the end of memory");
    assert_refused(p[1].p_memsz = 0xf0000000u, "segment wraps around the end of memory");
    assert_refused(p[1].p_vaddr = USER_END, "segment in the kernel's addresses");
    assert_refused(p[1].p_vaddr = USER_END - 4096, "segment in the kernel's addresses");
    assert_refused(p[1].p_vaddr = 0, "segment outside the addresses of programs");
    assert_refused(p[1].p_vaddr = ELF_LOWEST - 4096, "segment outside the addresses of programs");
    assert_refused(p[1].p_vaddr = USER_HEAP - 4096, "segment outside the addresses of programs");
    assert_refused(p[1].p_vaddr = USER_DEVICES, "segment outside the addresses of programs");
    assert_refused(p[1].p_vaddr = USER_STACK_TOP - 0x8000,
                   "segment outside the addresses of programs");
    assert_refused(p[1].p_align = 3, "segment that is not aligned as it says");
    assert_refused(p[1].p_align = 4096, "segment that is not aligned as it says");
}

static void segments_that_meet(void **state)
{
    (void)state;
    Elf32_Phdr *p = image.program;
    assert_refused(p[1].p_vaddr = TEXT, "two segments in one page");
    assert_refused(p[1].p_vaddr = TEXT + 4092, "two segments in one page");
    assert_refused(p[1].p_vaddr = TEXT - 4096, "two segments in one page");
    make(NULL);
    image.program[1].p_vaddr = TEXT + 4096;
    assert_null(check());
    image.program[1].p_vaddr = TEXT - 8192; /* ends 3192 bytes below the text's page */
    assert_null(check());
}

static void what_is_not_loaded(void **state)
{
    (void)state;
    assert_refused(image.program[2].p_type = PT_DYNAMIC, "dynamically linked");
    assert_refused(image.program[2].p_type = PT_INTERP, "dynamically linked");
    assert_refused(image.program[2].p_type = PT_TLS, "thread-local storage");
    assert_refused(image.program[0].p_type = image.program[1].p_type = PT_NULL,
                   "no segment to load");
    make(NULL);
    image.program[2].p_type = PT_LOAD; /* empty */
    assert_null(check());
    assert_int_equal(program.segment_count, 2);
}

static void wrong_entries(void **state)
{
    (void)state;
    static const char outside[] = "entry point is not in an executable segment";
    assert_refused(image.header.e_entry = TEXT - 1, outside);
    assert_refused(image.header.e_entry = TEXT + 64, outside);
    assert_refused(image.header.e_entry = DATA, outside);
    assert_refused(image.header.e_entry = 0, outside);
}

static void too_many_segments(void **state)
{
    (void)state;
    static struct {
        Elf32_Ehdr header;
        Elf32_Phdr program[ELF_SEGMENTS_MAX + 1];
    } many;
    make(NULL);
    many.header = image.header;
    many.header.e_phnum = ELF_SEGMENTS_MAX + 1;
    for (unsigned i = 0; i <= ELF_SEGMENTS_MAX; i++)
        many.program[i] = (Elf32_Phdr){PT_LOAD, 0, TEXT + i * 8192, 0, 64, 64, PF_R | PF_X, 1};
    assert_string_equal(elf_check(&many, sizeof many, &program), "too many segments");
    many.header.e_phnum = ELF_SEGMENTS_MAX;
    assert_null(elf_check(&many, sizeof many, &program));
}

static const char *symbol(uint32_t address, uint32_t *offset)
{
    return elf_symbol(&image, sizeof image, address, offset);
}

static void symbols(void **state)
{
    (void)state;
    uint32_t offset;
    make(NULL);
    assert_string_equal(symbol(TEXT, &offset), "start");
    assert_int_equal(offset, 0);
    assert_string_equal(symbol(TEXT + 20, &offset), "main");
    assert_int_equal(offset, 4);
    assert_null(symbol(TEXT + 64, &offset));
    assert_null(symbol(TEXT - 1, &offset));
    assert_null(symbol(DATA, &offset)); /* an object, not a function */
}

static void symbols_that_cannot_be_believed(void **state)
{
    (void)state;
    uint32_t offset;
    make(NULL);
    image.symbols[1].st_name = sizeof image.names;
    assert_null(symbol(TEXT, &offset));
    make(NULL);
    memset(image.names, 'x', sizeof image.names); /* no end */
    assert_null(symbol(TEXT, &offset));
    make(NULL);
    image.sections[1].sh_link = 3;
    assert_null(symbol(TEXT, &offset));
    make(NULL);
    image.sections[1].sh_size = sizeof image;
    assert_null(symbol(TEXT, &offset));
    make(NULL);
    image.header.e_shoff = 0xfffffff0u;
    assert_null(symbol(TEXT, &offset));
    make(NULL);
    image.header.e_shentsize = 8;
    assert_null(symbol(TEXT, &offset));
    make(NULL);
    assert_null(elf_symbol(&image, 20, TEXT, &offset));
}

/* Single wrong bytes anywhere in the headers: refused, or accepted and then within bounds. */
static void any_byte_is_survived(void **state)
{
    (void)state;
    for (size_t at = 0; at < offsetof(struct image, text); at++) {
        for (unsigned value = 0; value < 256; value += 5) {
            uint32_t offset;
            make(NULL);
            ((uint8_t *)&image)[at] = (uint8_t)value;
            (void)symbol(TEXT, &offset);
            if (check())
                continue;
            for (unsigned i = 0; i < program.segment_count; i++) {
                const struct elf_segment *s = &program.segment[i];
                assert_true(s->file_bytes <= s->memory_bytes);
                assert_true((uint64_t)s->file_offset + s->file_bytes <= sizeof image);
                assert_true(s->address >= ELF_LOWEST);
                assert_true((uint64_t)s->address + s->memory_bytes <= USER_HEAP);
            }
        }
    }
}

/* The third program header becomes a note's, in the data. */
static struct abi_note *put_note(void)
{
    image.program[2] =
        (Elf32_Phdr){PT_NOTE, offsetof(struct image, data), DATA, DATA, 24, 24, PF_R, 4};
    struct abi_note *note = (struct abi_note *)image.data;
    *note = (struct abi_note){sizeof ABI_NOTE_NAME, 4, ABI_NOTE_TYPE, ABI_NOTE_NAME, ABI_VERSION};
    return note;
}

/* 0: it does not say. */
static uint32_t version_of_image(void)
{
    uint32_t version;
    return elf_version(&image, sizeof image, &version) ? version : 0;
}

static void versions(void **state)
{
    (void)make(state);
    assert_int_equal(version_of_image(), 0);
    struct abi_note *note = put_note();
    assert_null(check());
    assert_int_equal(version_of_image(), ABI_VERSION);
    note->version = UINT32_MAX;
    assert_int_equal(version_of_image(), UINT32_MAX);
}

static void notes_that_are_not_ours(void **state)
{
    (void)make(state);
    put_note()->name[0] = 'B';
    assert_int_equal(version_of_image(), 0);
    put_note()->name_bytes = 8;
    assert_int_equal(version_of_image(), 0);
    put_note()->version_bytes = 8;
    assert_int_equal(version_of_image(), 0);
    put_note()->type = 2;
    assert_int_equal(version_of_image(), 0);
    (void)put_note();
    image.program[2].p_filesz = 23;
    assert_int_equal(version_of_image(), 0);
    /* At the file's end, behind it, and where the offset wraps. */
    const uint32_t ends[] = {sizeof image - 23, sizeof image, sizeof image + 1, UINT32_MAX - 10};
    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)put_note();
        image.program[2].p_offset = ends[i];
        assert_int_equal(version_of_image(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions),
        cmocka_unit_test(notes_that_are_not_ours),
        cmocka_unit_test_setup(a_good_program, make),
        cmocka_unit_test(wrong_headers),
        cmocka_unit_test(a_short_file),
        cmocka_unit_test(wrong_segments),
        cmocka_unit_test(segments_that_meet),
        cmocka_unit_test(what_is_not_loaded),
        cmocka_unit_test(wrong_entries),
        cmocka_unit_test(too_many_segments),
        cmocka_unit_test(symbols),
        cmocka_unit_test(symbols_that_cannot_be_believed),
        cmocka_unit_test(any_byte_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
