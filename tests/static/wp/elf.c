/*
 * What a program file's numbers may say: each check's "right" means that what is then read, copied
 * and mapped lies where it may, with no sum that wraps.
 */
#include "../../../kernel/elf.c"

/*@ requires \valid_read(h) && \valid_read(h->identity + (0 .. 15));
    assigns \nothing;
    ensures whole: \result == \null ==> 0 < h->program_count <= HEADERS_MAX &&
                   h->program_offset + h->program_count * 32 <= bytes; */
static const char *check_header(const struct file_header *h, uint32_t bytes);

/*@ requires \valid_read(p);
    assigns \nothing;
    ensures in_file: \result == \null ==> p->offset + p->file_bytes <= bytes;
    ensures covered: \result == \null ==> p->file_bytes <= p->memory_bytes;
    ensures in_place: \result == \null ==> ELF_LOWEST <= p->address &&
                      p->address + p->memory_bytes <= USER_HEAP; */
static const char *check_segment(const struct program_header *p, uint32_t bytes);

/*@ requires \valid_read(a) && \valid_read(b);
    requires a->memory_bytes > 0 && a->address + a->memory_bytes <= USER_HEAP;
    requires b->memory_bytes > 0 && b->address + b->memory_bytes <= USER_HEAP;
    assigns \nothing;
    ensures apart: \result == 0 ==>
                   (a->address + a->memory_bytes - 1) / PAGE_BYTES < b->address / PAGE_BYTES ||
                   (b->address + b->memory_bytes - 1) / PAGE_BYTES < a->address / PAGE_BYTES;
    ensures shared: \result != 0 ==>
                    a->address / PAGE_BYTES <= (b->address + b->memory_bytes - 1) / PAGE_BYTES &&
                    b->address / PAGE_BYTES <= (a->address + a->memory_bytes - 1) / PAGE_BYTES; */
static bool share_a_page(const struct elf_segment *a, const struct elf_segment *b);

/*@ requires \valid_read(s);
    assigns \nothing;
    ensures \result != 0 ==> s->value <= address && s->name != 0 &&
            (s->bytes == 0 || address < s->value + s->bytes); */
static bool holds(const struct symbol *s, uint32_t address);
