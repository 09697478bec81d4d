/* System V ABI, i386 supplement, chapters 4 and 5: the file header, program headers, symbols. */
#include "elf.h"
#include "text.h"
#include <abi/layout.h>

#define TYPE_EXEC       2
#define MACHINE_386     3
#define HEADERS_MAX     64
#define SECTIONS_MAX    128
#define LOAD            1
#define DYNAMIC         2
#define INTERPRETER     3
#define NOTE            4
#define THREAD_LOCAL    7
#define FLAG_EXECUTE    1u
#define FLAG_WRITE      2u
#define SECTION_SYMBOLS 2
#define SYMBOL_FUNCTION 2
#define SYMBOL_NOTYPE   0

struct file_header {
    uint8_t identity[16];
    uint16_t type, machine;
    uint32_t version, entry, program_offset, section_offset, flags;
    uint16_t header_bytes, program_entry_bytes, program_count;
    uint16_t section_entry_bytes, section_count, section_names;
};

struct program_header {
    uint32_t type, offset, address, physical, file_bytes, memory_bytes, flags, align;
};

struct section_header {
    uint32_t name, type, flags, address, offset, bytes, link, info, align, entry_bytes;
};

struct symbol {
    uint32_t name, value, bytes;
    uint8_t info, other;
    uint16_t section;
};

_Static_assert(sizeof(struct file_header) == 52 && sizeof(struct program_header) == 32 &&
                   sizeof(struct section_header) == 40 && sizeof(struct symbol) == 16,
               "the file's layout");

static const char *check_header(const struct file_header *h, uint32_t bytes)
{
    if (memcmp(h->identity, "\177ELF", 4) != 0)
        return "not an ELF file";
    if (h->identity[4] != 1 || h->identity[5] != 1)
        return "ELF, but not 32-bit little-endian";
    if (h->identity[6] != 1 || h->version != 1)
        return "ELF of an unknown version";
    if (h->type != TYPE_EXEC)
        return "ELF, but not a static executable";
    if (h->machine != MACHINE_386)
        return "ELF for another processor";
    if (h->header_bytes != sizeof *h || h->program_entry_bytes != sizeof(struct program_header))
        return "ELF with headers of an unknown size";
    if (h->program_count == 0 || h->program_count > HEADERS_MAX)
        return "ELF with too few or too many program headers";
    uint32_t table_bytes = h->program_count * (uint32_t)sizeof(struct program_header);
    if (h->program_offset > bytes || table_bytes > bytes - h->program_offset)
        return "ELF whose program headers lie outside the file";
    return NULL;
}

static const char *check_segment(const struct program_header *p, uint32_t bytes)
{
    if (p->file_bytes > p->memory_bytes)
        return "segment larger in the file than in memory";
    if (p->offset > bytes || p->file_bytes > bytes - p->offset)
        return "segment lies outside the file";
    if (p->memory_bytes > UINT32_MAX - p->address)
        return "segment wraps around the end of memory";
    if (p->address >= USER_END || p->address + p->memory_bytes > USER_END)
        return "segment in the kernel's addresses";
    if (p->address < ELF_LOWEST || p->address + p->memory_bytes > USER_HEAP)
        return "segment outside the addresses of programs";
    if (p->align > 1 && ((p->align & (p->align - 1)) || (p->address - p->offset) % p->align))
        return "segment that is not aligned as it says";
    return NULL;
}

static bool share_a_page(const struct elf_segment *a, const struct elf_segment *b)
{
    uint32_t a_first = a->address >> PAGE_SHIFT, b_first = b->address >> PAGE_SHIFT;
    uint32_t a_last = (a->address + a->memory_bytes - 1) >> PAGE_SHIFT;
    uint32_t b_last = (b->address + b->memory_bytes - 1) >> PAGE_SHIFT;
    return a_first <= b_last && b_first <= a_last;
}

static const char *add_segment(const struct program_header *p, struct elf_program *program)
{
    if (program->segment_count == ELF_SEGMENTS_MAX)
        return "too many segments";
    struct elf_segment *s = &program->segment[program->segment_count];
    *s = (struct elf_segment){
        .address = p->address,
        .memory_bytes = p->memory_bytes,
        .file_offset = p->offset,
        .file_bytes = p->file_bytes,
        .write = p->flags & FLAG_WRITE,
        .execute = p->flags & FLAG_EXECUTE,
    };
    for (unsigned i = 0; i < program->segment_count; i++)
        if (share_a_page(s, &program->segment[i]))
            return "two segments in one page";
    program->segment_count++;
    return NULL;
}

static const char *take_header(const struct program_header *p, uint32_t bytes,
                               struct elf_program *program)
{
    if (p->type == DYNAMIC || p->type == INTERPRETER)
        return "dynamically linked";
    if (p->type == THREAD_LOCAL)
        return "thread-local storage";
    if (p->type != LOAD || (p->memory_bytes | p->file_bytes) == 0)
        return NULL;
    const char *wrong = check_segment(p, bytes);
    return wrong ? wrong : add_segment(p, program);
}

static bool entry_is_code(const struct elf_program *program)
{
    for (unsigned i = 0; i < program->segment_count; i++) {
        const struct elf_segment *s = &program->segment[i];
        if (s->execute && program->entry - s->address < s->memory_bytes)
            return true;
    }
    return false;
}

const char *elf_check(const void *image, uint32_t bytes, struct elf_program *program)
{
    struct file_header h;
    *program = (struct elf_program){0};
    if (bytes < sizeof h)
        return "shorter than an ELF header";
    memcpy(&h, image, sizeof h);
    const char *wrong = check_header(&h, bytes);
    for (unsigned i = 0; !wrong && i < h.program_count; i++) {
        struct program_header p;
        memcpy(&p, (const char *)image + h.program_offset + i * sizeof p, sizeof p);
        wrong = take_header(&p, bytes, program);
    }
    if (wrong)
        return wrong;
    if (program->segment_count == 0)
        return "no segment to load";
    program->entry = h.entry;
    return entry_is_code(program) ? NULL : "entry point is not in an executable segment";
}

/* ---- Version ------------------------------------------------------------------------------- */

static bool note_at(const void *image, uint32_t bytes, const struct program_header *p,
                    struct abi_note *note)
{
    if (p->type != NOTE || p->file_bytes < sizeof *note || p->offset > bytes ||
        sizeof *note > bytes - p->offset)
        return false;
    memcpy(note, (const char *)image + p->offset, sizeof *note);
    return note->name_bytes == sizeof ABI_NOTE_NAME &&
           note->version_bytes == sizeof note->version && note->type == ABI_NOTE_TYPE &&
           memcmp(note->name, ABI_NOTE_NAME, sizeof ABI_NOTE_NAME) == 0;
}

bool elf_version(const void *image, uint32_t bytes, uint32_t *version)
{
    struct file_header h;
    struct abi_note note;
    memcpy(&h, image, sizeof h);
    for (unsigned i = 0; i < h.program_count; i++) {
        struct program_header p;
        memcpy(&p, (const char *)image + h.program_offset + i * sizeof p, sizeof p);
        if (note_at(image, bytes, &p, &note)) {
            *version = note.version;
            return true;
        }
    }
    return false;
}

/* ---- Symbols ------------------------------------------------------------------------------- */

struct table {
    const char *start;
    uint32_t bytes;
};

static bool section_at(const void *image, uint32_t bytes, const struct file_header *h,
                       uint32_t index, struct section_header *section)
{
    if (index >= h->section_count || index >= SECTIONS_MAX)
        return false;
    uint32_t at = index * (uint32_t)sizeof *section;
    if (h->section_offset > bytes || at + sizeof *section > bytes - h->section_offset)
        return false;
    memcpy(section, (const char *)image + h->section_offset + at, sizeof *section);
    return section->offset <= bytes && section->bytes <= bytes - section->offset;
}

static bool find_tables(const void *image, uint32_t bytes, struct table *symbols,
                        struct table *names)
{
    struct file_header h;
    if (bytes < sizeof h)
        return false;
    memcpy(&h, image, sizeof h);
    if (h.section_entry_bytes != sizeof(struct section_header))
        return false;
    for (uint32_t i = 0; i < h.section_count && i < SECTIONS_MAX; i++) {
        struct section_header s, strings;
        if (!section_at(image, bytes, &h, i, &s) || s.type != SECTION_SYMBOLS)
            continue;
        if (!section_at(image, bytes, &h, s.link, &strings))
            return false;
        *symbols = (struct table){(const char *)image + s.offset, s.bytes};
        *names = (struct table){(const char *)image + strings.offset, strings.bytes};
        return true;
    }
    return false;
}

static const char *name_at(const struct table *names, uint32_t at)
{
    for (uint32_t i = at; i < names->bytes; i++)
        if (names->start[i] == '\0')
            return i > at ? names->start + at : NULL;
    return NULL;
}

static bool holds(const struct symbol *s, uint32_t address)
{
    unsigned type = s->info & 15;
    if ((type != SYMBOL_FUNCTION && type != SYMBOL_NOTYPE) || s->name == 0)
        return false;
    if (s->section == 0 || s->section >= 0xff00 || s->value > address)
        return false;
    return s->bytes == 0 || address - s->value < s->bytes;
}

/* The name is looked at last: a table may have many symbols, and a long text without an end. */
const char *elf_symbol(const void *image, uint32_t bytes, uint32_t address, uint32_t *offset)
{
    struct table symbols, names;
    struct symbol best = {0};
    if (!find_tables(image, bytes, &symbols, &names))
        return NULL;
    for (uint32_t at = 0; symbols.bytes - at >= sizeof(struct symbol);
         at += (uint32_t)sizeof(struct symbol)) {
        struct symbol s;
        memcpy(&s, symbols.start + at, sizeof s);
        if (holds(&s, address) && (best.name == 0 || s.value > best.value))
            best = s;
    }
    *offset = address - best.value;
    return best.name ? name_at(&names, best.name) : NULL;
}
