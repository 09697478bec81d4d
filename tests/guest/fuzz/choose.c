/* See choose.h. */
#include "choose.h"
#include "fuzz.h"

#include <abi/memory.h>
#include <parley/system.h>
#include <string.h>

#define REMEMBERED  32
#define FRAMES_SURE 4096 /* so many frames every machine has that these tests use */

static uint32_t state;
static uint32_t remembered[REMEMBERED];
static uint32_t remembered_count;

/* Neighbouring seeds and generations must not give neighbouring numbers. */
void choose_seed(uint32_t seed, uint32_t generation)
{
    state = (seed * 0x9e3779b1u ^ (generation + 1) * 0x85ebca6bu) | 1;
    for (unsigned i = 0; i < 8; i++)
        (void)choose_any();
}

uint32_t choose_any(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state * 0x9e3779b1u;
}

uint32_t choose_below(uint32_t bound)
{
    return (choose_any() >> 8) % bound;
}

bool choose_once_in(uint32_t often)
{
    return choose_below(often) == 0;
}

void choose_remember(uint32_t word)
{
    if (word)
        remembered[remembered_count++ % REMEMBERED] = word;
}

uint32_t choose_number(void)
{
    const uint32_t near = choose_below(3) - 1;
    switch (choose_below(9)) {
    case 0:
    case 1:
    case 2:
        return choose_below(20);
    case 3:
        return (1u << choose_below(32)) + near;
    case 4:
        return near;
    case 5:
        return choose_below(16384); /* frames, slots, offsets */
    case 6:
        return choose_any();
    default:
        return remembered[choose_below(REMEMBERED)];
    }
}

uint32_t choose_timeout(void)
{
    return choose_once_in(8) ? choose_below(1500) : 0;
}

/* ---- Addresses ------------------------------------------------------------------------------- */

/* In the arena, which is where most calls are meant to work. */
static uint32_t own_address(uint32_t bytes)
{
    const uint32_t start = USER_HEAP, end = start + ARENA_BYTES;
    switch (choose_below(8)) {
    case 0:
        return end - bytes; /* just inside */
    case 1:
        return start + 4096 - (choose_below(bytes + 1) & ~3u); /* in two pages */
    case 2:
        return start + choose_below(4096); /* not aligned */
    default:
        return start + choose_below((ARENA_BYTES - bytes) / 4) * 4;
    }
}

/* Where a page is, or could be. */
static uint32_t page_address(void)
{
    switch (choose_below(4)) {
    case 0:
        return USER_HEAP + choose_below(2) * 4096;
    case 1:
        return USER_MEMORY + choose_below(8) * 4096;
    case 2:
        return USER_SERVERS + choose_below(8) * 4096;
    default:
        return choose_any() & ~4095u;
    }
}

uint32_t choose_address(uint32_t bytes)
{
    static const uint32_t edges[] = {0,
                                     4,
                                     USER_START,
                                     USER_SERVERS,
                                     0x53000000, /* own code: cannot be written */
                                     USER_HEAP,
                                     USER_HEAP + ARENA_BYTES,
                                     USER_MEMORY,
                                     USER_MEMORY + 4096,
                                     USER_TRACE,
                                     USER_FRAMES,
                                     USER_DATA_MODULE,
                                     USER_DEVICES,
                                     USER_STACK_TOP,
                                     USER_LEDGER,
                                     USER_END,
                                     0xc0100000, /* the kernel */
                                     0xfffffffc};
    if (bytes == 0 || bytes > 4096)
        bytes = 36;
    if (!choose_once_in(4))
        return own_address(bytes);
    const uint32_t edge = edges[choose_below(sizeof edges / sizeof *edges)];
    switch (choose_below(5)) {
    case 0:
        return edge;
    case 1:
        return edge - bytes;
    case 2:
        return edge - choose_below(bytes) - 1;
    case 3:
        return edge + choose_below(4096);
    default:
        return choose_any();
    }
}

/* ---- Endpoints ------------------------------------------------------------------------------- */

endpoint_t choose_living(void)
{
    const struct fuzz_page *page = FUZZ_PAGE;
    return page->living_count ? page->living[choose_below(page->living_count) % FUZZ_LIVING] : NONE;
}

endpoint_t choose_endpoint(void)
{
    switch (choose_below(12)) {
    case 4:
    case 5:
        return self();
    case 0:
        return (endpoint_t)(HARDWARE + choose_below(6));
    case 1:
        return choose_living() - ENDPOINT(1, 0); /* the tenant before */
    case 2:
        return ENDPOINT(choose_below(4), choose_below(1024));
    case 3:
        return (endpoint_t)choose_number();
    default:
        return choose_living();
    }
}

/* ---- Messages -------------------------------------------------------------------------------- */

static void put_text(const struct protocol_field *f, message *m)
{
    const struct fuzz_page *page = FUZZ_PAGE;
    char *text = (char *)&m->m_words[f->word];
    const uint32_t bytes = f->words * 4u;
    if (!choose_once_in(3) && page->name_count) {
        memcpy(text, page->name[choose_below(page->name_count) % FUZZ_NAMES],
               bytes < NAME_BYTES ? bytes : NAME_BYTES);
    } else {
        const uint32_t length = choose_below(bytes + 1);
        for (uint32_t i = 0; i < length; i++)
            text[i] = (char)(choose_once_in(8) ? choose_any() : 'a' + choose_below(26));
    }
    if (f->count != PROTOCOL_UNCOUNTED && f->count < MESSAGE_PAYLOAD_WORDS)
        m->m_words[f->count] = choose_once_in(8) ? choose_number() : choose_below(bytes + 1);
}

static uint32_t some_value(const struct protocol_value *v)
{
    uint32_t count = 0;
    while (v[count].name)
        count++;
    return count && !choose_once_in(8) ? v[choose_below(count)].value : choose_number();
}

/* A frame that is free, or mapped, or a table: who may map sees what it is. */
static uint32_t some_frame(void)
{
    const struct frame *frames = (const struct frame *)USER_FRAMES;
    const uint32_t use = choose_once_in(4) ? choose_below(4) : FRAME_FREE;
    if (FUZZ_PAGE->role != FUZZ_WIDE || choose_once_in(4))
        return choose_number();
    for (uint32_t tries = 0, at = choose_below(FRAMES_SURE); tries < 1000; tries++, at++)
        if (frames[at % FRAMES_SURE].use == use)
            return at % FRAMES_SURE;
    return choose_number();
}

/* Numbers of which few mean something: by the field's name. */
static uint32_t some_number(const char *name)
{
    if (strcmp(name, "frame") == 0 || strcmp(name, "root") == 0 || strcmp(name, "table") == 0)
        return some_frame();
    if (strcmp(name, "pages") == 0 && !choose_once_in(4))
        return choose_below(4);
    return choose_number();
}

/* Addresses of pages mean something where pages are counted. */
static bool counts_pages(const struct protocol_field *fields)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, "pages") == 0)
            return true;
    return false;
}

static uint32_t some_hex(bool pages)
{
    if (choose_once_in(8))
        return choose_number();
    return choose_once_in(pages ? 8 : 2) ? choose_address(choose_below(200)) : page_address();
}

static void put_field(const struct protocol_field *f, bool pages, message *m)
{
    uint32_t *word = &m->m_words[f->word];
    switch (f->format) {
    case PROTOCOL_ENDPOINT:
        *word = (uint32_t)choose_endpoint();
        break;
    case PROTOCOL_HEX:
        for (unsigned i = 0; i < f->words; i++)
            word[i] = some_hex(pages);
        break;
    case PROTOCOL_MICROSECONDS:
        *word = choose_once_in(8) ? choose_any() : choose_below(300);
        word[1] = choose_once_in(16) ? choose_any() : 0;
        break;
    case PROTOCOL_TEXT:
        put_text(f, m);
        break;
    case PROTOCOL_ENUMERATION:
        *word = some_value(f->values);
        break;
    case PROTOCOL_FLAGS:
        *word = some_value(f->values) | (choose_once_in(4) ? some_value(f->values) : 0);
        break;
    default:
        *word = some_number(f->name);
    }
}

void choose_fields(const struct protocol_field *fields, message *m)
{
    for (const struct protocol_field *f = fields; f && f->name; f++)
        put_field(f, counts_pages(fields), m);
    while (choose_once_in(6))
        m->m_words[choose_below(MESSAGE_PAYLOAD_WORDS)] = choose_number();
}
