/* See plays.h. Pages are full of FILL where no message lies. */
#include "plays.h"

#include "../lib/machine.h"

#include <abi/layout.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

#define FILL       0xee
#define PAGE_WORDS (PAGE_BYTES / sizeof(uint32_t))

/* The heap's first two. They are not neighbours in physical memory: the kernel took the page table
   of both between them. */
static uint32_t *const pages = (uint32_t *)USER_HEAP;
static uint32_t boxes[128];

message *const box_in = (message *)(boxes + 32), *const box_out = (message *)(boxes + 80);

void places_begin(void)
{
    memset(pages, FILL, 2 * PAGE_BYTES);
    memset(boxes, FILL, sizeof boxes);
    in_outbox(box_in, box_out);
}

message *place_pointer(unsigned place)
{
    if (place == PLACE_BOXES)
        return NULL;
    if (place == PLACE_WHOLE)
        return (message *)(pages + PAGE_WORDS - MESSAGE_WORDS);
    return (message *)(pages + PAGE_WORDS - place);
}

message *place_out(unsigned place)
{
    return place == PLACE_BOXES ? box_out : place_pointer(place);
}

message *place_in(unsigned place)
{
    return place == PLACE_BOXES ? box_in : place_pointer(place);
}

static unsigned clean(uint32_t *words, unsigned count)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < count; i++) {
        wrong += words[i] != FILL * 0x01010101u;
        words[i] = FILL * 0x01010101u;
    }
    return wrong;
}

unsigned places_wrong(unsigned place)
{
    const message in = *box_in, out = *box_out;
    memset(box_in, FILL, sizeof in);
    memset(box_out, FILL, sizeof out);
    unsigned wrong = clean(boxes, 128);
    *box_in = in;
    *box_out = out;
    if (place == PLACE_BOXES)
        return wrong + clean(pages, 2 * PAGE_WORDS);
    message *m = place_pointer(place);
    const message kept = *m;
    memset(m, FILL, sizeof *m);
    wrong += clean(pages, 2 * PAGE_WORDS);
    *m = kept;
    return wrong;
}

void place_put(unsigned place, const message *m)
{
    places_wrong(place);
    *place_out(place) = *m;
}

void question_fill(message *m, int32_t type, uint32_t seed)
{
    m->m_source = 0x0badbad0;
    m->m_type = type;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = (seed + 1) * 0x9e3779b1u ^ (i + 1) * 0x01000193u;
}

message answer_to(const message *question)
{
    message m = {.m_source = 0x0badbad1, .m_type = question->m_type ^ 0x01010000};
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m.m_words[i] = ~(question->m_words[i] << 7 | question->m_words[i] >> 25) + i;
    return m;
}

unsigned segments_lost;

void segments_check(void)
{
    uint16_t ds, es;

    __asm__ volatile("mov %%ds, %0\n\t"
                     "mov %%es, %1"
                     : "=r"(ds), "=r"(es));
    segments_lost += ds != flat_data_selector() || es != flat_data_selector();
}

void mark(char c)
{
    static endpoint_t scribe;
    if (!scribe)
        sys_lookup("scribe", &scribe);
    message m = {.m_type = PLAY_MARK, .m_words = {(uint8_t)c}};
    ipc_request(scribe, &m);
    segments_check();
}

void trap_oddly(struct ipc_registers *r)
{
    struct all_registers all = {.eax = r->eax,
                                .ebx = r->ebx,
                                .ecx = r->ecx,
                                .edx = r->edx,
                                .esi = r->esi,
                                .edi = r->edi,
                                .flags = FLAGS_FIXED | FLAG_DF};
    trap_all(&all);
    segments_lost += all.ds != flat_data_selector() || all.es != flat_data_selector();
    r->eax = all.eax;
    r->esi = all.esi;
}

bool message_same(const message *one, const message *other)
{
    return one->m_type == other->m_type &&
           memcmp(one->m_words, other->m_words, sizeof one->m_words) == 0;
}
