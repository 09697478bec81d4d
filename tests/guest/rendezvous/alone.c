/* What the machine does without a partner: echo, calls that are none, the time. */
#include "../lib/machine.h"
#include "rendezvous.h"

#include <parley/ipc.h>
#include <string.h>

static uint32_t words[96];

/* ---- echo --------------------------------------------------------------------------------------
 */

static void fill_words(void)
{
    for (unsigned i = 0; i < 96; i++)
        words[i] = (i + 1) * 0x9e3779b1u;
}

/* In-box so many words above the out-box, or below. */
static bool echo_apart(int distance)
{
    uint32_t expected[96], came;
    fill_words();
    memcpy(expected, words, sizeof words);
    message *out = (message *)&words[40], *in = (message *)&words[40 + distance];
    const message sent = *out;
    memcpy(&expected[40 + distance], &sent, sizeof sent);
    expected[40 + distance] = (uint32_t)self();
    return in_outbox(in, out) == 0 && call(IPC_ECHO, 0, NULL, 0, &came) == 0 &&
           came == IPC_CAME_NOTHING && memcmp(words, expected, sizeof words) == 0;
}

static void echo_of_boxes(void)
{
    unsigned right = 0;
    for (int distance = -(int)MESSAGE_WORDS - 1; distance <= (int)MESSAGE_WORDS + 1; distance++) {
        if (echo_apart(distance))
            right++;
        else
            tap_note("the in-box %d words above the out-box", distance);
    }
    IS(right, 2 * MESSAGE_WORDS + 3, "echo with boxes that overlap by any number of words");
    places_begin();
}

static bool all_but_results_kept(const struct all_registers *before, struct all_registers *r,
                                 uint32_t eax, uint32_t esi)
{
    struct all_registers expected = *before;
    expected.eax = eax;
    expected.esi = esi;
    expected.ds = expected.es = flat_data_selector();
    return memcmp(&expected, r, sizeof expected) == 0;
}

static struct all_registers registers(uint32_t ecx, void *ebx)
{
    return (struct all_registers){.eax = SYSTEM,
                                  .ebx = (uint32_t)ebx,
                                  .ecx = ecx,
                                  .edx = 0x21222324,
                                  .esi = 0x31323334,
                                  .edi = 0x41424344,
                                  .ebp = 0x51525354,
                                  .flags = FLAGS_FIXED | 0x8d5,
                                  .ds = flat_data_selector(),
                                  .es = flat_data_selector(),
                                  .fs = flat_data_selector()};
}

static void echo_registers(void)
{
    static message m;
    for (unsigned i = 0; i < 4; i++) {
        struct all_registers before = registers(IPC_ECHO, i & 1 ? &m : NULL), r;
        if (i & 2)
            before.ds = before.es = 0;
        before.flags |= i & 2 ? FLAG_DF : 0;
        question_fill(&m, 0x6000, i);
        *box_out = m;
        r = before;
        trap_all(&r);
        OK(all_but_results_kept(&before, &r, 0, IPC_CAME_NOTHING) &&
               message_same(i & 1 ? &m : box_in, box_out) &&
               (i & 1 ? &m : box_in)->m_source == self(),
           "echo %s%s: registers kept", i & 1 ? "of a message" : "of boxes",
           i & 2 ? ", DS and ES null, DF set" : "");
    }
    static const message constant __attribute__((aligned(64))) = {.m_type = 0x77}; /* in one page */
    uint32_t who;
    IS(call(IPC_ECHO, 0, (void *)(uintptr_t)&constant, 0, &who), -EFAULT, "echo of a constant");
    IS(who, self(), "is the caller's fault");
    IS(in_outbox(NULL, (message *)(uintptr_t)&constant), 0, "a constant as the out-box");
    OK(call(IPC_ECHO, 0, NULL, 0, NULL) == 0 && box_in->m_type == 0x77, "is echoed");
    IS(call(IPC_ECHO, 0, (char *)&m + 2, 0, NULL), -EINVAL, "echo of an unaligned message");
    IS(call(IPC_ECHO | IPC_NONBLOCK, 0, NULL, 0, NULL), -EBADCALL, "echo takes no flags");
    places_begin();
}

/* ---- Calls that are none --------------------------------------------------------------------- */

/* As abi/calls.h has them. */
static bool may_be_a_call(uint32_t ecx)
{
    static const uint16_t numbers[] = {
        IPC_SEND,    IPC_RECEIVE, IPC_SEND_REC,   IPC_IN_OUTBOX,  IPC_NOTIFY,        IPC_ECHO,
        IPC_REQUEST, IPC_REPLY,   IPC_NOTIFY_SET, IPC_RECEIVE_EX, IPC_REPLY_RECEIVE, IPC_SELECT};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if ((ecx & IPC_CALL_MASK) == numbers[i])
            return (ecx & IPC_UNDEFINED) == 0;
    return false;
}

static unsigned wrong_with_high_bits(uint32_t high)
{
    unsigned wrong = 0;
    for (unsigned low = 0; low < 256; low++) {
        for (unsigned i = 0; i < 4; i++) {
            struct all_registers before = registers(high | low, i & 1 ? box_in : NULL), r;
            if (may_be_a_call(high | low))
                continue;
            before.edi = i & 2 ? ANY : 0x41424344;
            before.ds = i & 1 ? 0 : before.ds;
            before.es = i & 2 ? 0 : before.es;
            r = before;
            trap_all(&r);
            wrong += !all_but_results_kept(&before, &r, (uint32_t)-EBADCALL, (uint32_t)self());
        }
    }
    return wrong;
}

static void bad_calls(void)
{
    static const uint32_t high[] = {0,       0x100,      0x200,      0x300,     0x800,  0xf00,
                                    0x1000,  0x2000,     0x3000,     0x4000,    0x8000, 0xc000,
                                    0xfff00, 0x7fff4000, 0x80000800, 0xffffff00};
    uint32_t who;
    unsigned all_wrong = 0;
    for (unsigned i = 0; i < sizeof high / sizeof high[0]; i++) {
        const unsigned wrong = wrong_with_high_bits(high[i]);
        if (wrong)
            tap_note("%u of the calls 0x%x to 0x%x", wrong, (unsigned)high[i],
                     (unsigned)high[i] + 255);
        all_wrong += wrong;
    }
    IS(all_wrong, 0, "all low bytes with some high bits: EBADCALL, the caller, registers kept");
    IS(call(0xb0, 1, NULL, 2, &who), -EBADCALL, "by the judge's own gate as well");
    IS(who, self(), "the caller is named");
    IS(call(0x10001, (uint32_t)self(), NULL, 2, &who), -EBADCALL, "a send with a ticket");
}

/* ---- The time ----------------------------------------------------------------------------------
 */

struct reading {
    uint64_t us;
    uint32_t ticks;
};

static uint64_t us_of(uint32_t ticks)
{
    return (uint64_t)ticks * 105072 / 105; /* docs: a tick is 1194 counts of 88/105 us */
}

static bool read_from(const message *m, struct reading *r)
{
    r->us = (uint64_t)m->m_words[1] << 32 | m->m_words[0];
    r->ticks = m->m_words[2];
    return m->m_source == SYSTEM && m->m_type == 0 && m->m_words[3] == 1000 && m->m_words[4] == 0 &&
           m->m_words[5] == 0 && m->m_words[6] == 0;
}

/* By ipc_request or, never the machine's own, by send_rec. */
static bool time_at(unsigned place, uint32_t ecx, struct reading *r)
{
    uint32_t came;
    message question;
    question_fill(&question, SYS_TIME, 5);
    place_put(place, &question);
    return call(ecx, SYSTEM, place_pointer(place), 0, &came) == 0 && came == IPC_CAME_REPLY &&
           read_from(place_in(place), r) && places_wrong(place) == 0 &&
           (place != PLACE_BOXES || memcmp(box_out, &question, sizeof question) == 0);
}

/* Ticks and microseconds since the first reading agree but for what a tick may be late. */
static bool agrees(const struct reading *first, const struct reading *r)
{
    const uint64_t us = r->us - first->us, ticks = us_of(r->ticks - first->ticks);
    return us <= ticks + 1100 && ticks <= us + 1100;
}

static void the_time(void)
{
    static const unsigned places[] = {PLACE_BOXES, PLACE_WHOLE, 1, 4, 8, PLACE_BOXES};
    struct reading first, last, r;
    unsigned wrong = 0, back = 0, apart = 0;
    OK(time_at(PLACE_BOXES, IPC_REQUEST, &first), "the time, from box to box");
    last = first;
    do {
        for (unsigned i = 0; i < 6; i++) {
            wrong += !time_at(places[i], i == 5 ? IPC_SEND_REC : IPC_REQUEST, &r);
            back += r.us < last.us || (int32_t)(r.ticks - last.ticks) < 0;
            apart += !agrees(&first, &r) || r.us - last.us > 1000;
            last = r;
        }
    } while (last.us - first.us < 20000);
    IS(wrong, 0, "the time by box, message, two pages, send_rec");
    IS(back, 0, "never goes back from one to the other");
    IS(apart, 0, "nor leaps, and agrees with the ticks");
    OK(last.ticks - first.ticks >= 18, "which go on");
    nap(1500000);
    OK(time_at(PLACE_BOXES, IPC_REQUEST, &r) && r.us - last.us >= 1500000 &&
           r.us - last.us < 1503000 && agrees(&first, &r),
       "after a nap as well");
}

static void time_registers(void)
{
    for (unsigned i = 0; i < 4; i++) {
        struct all_registers before = registers(IPC_REQUEST, i & 1 ? place_in(PLACE_WHOLE) : NULL);
        struct reading r;
        before.flags |= i & 2 ? FLAG_DF : 0;
        before.ds = before.es = i & 2 ? 0 : before.ds;
        question_fill(place_out(i & 1 ? PLACE_WHOLE : PLACE_BOXES), SYS_TIME, 6);
        struct all_registers after = before;
        trap_all(&after);
        OK(all_but_results_kept(&before, &after, 0, IPC_CAME_REPLY) &&
               read_from(place_in(i & 1 ? PLACE_WHOLE : PLACE_BOXES), &r),
           "the time, registers kept, way %u", i);
    }
    for (unsigned i = 0; i < 2; i++) {
        const unsigned place = i ? PLACE_WHOLE : PLACE_BOXES;
        question_fill(place_out(place), SYS_TIME, 6);
        IS(call(IPC_REQUEST, NONE, place_pointer(place), 0, NULL), -EINVAL,
           "nobody is asked for the time from place %u", place);
    }
    question_fill(box_out, SYS_TIME + 0x100, 6);
    OK(call(IPC_REQUEST, SYSTEM, NULL, 0, NULL) == 0 && box_in->m_type == -ENOSYS,
       "a call to SYSTEM that is none");
    message *const m = place_out(PLACE_WHOLE);
    question_fill(m, SYS_TIME + 0x100, 6);
    m->m_source = SYS_TIME;
    OK(call(IPC_REQUEST, SYSTEM, m, 0, NULL) == 0 && m->m_type == -ENOSYS,
       "nor is it one by what stands in the sender's place");
    question_fill(box_out, SYS_ALARM, 6);
    box_out->m_words[0] = box_out->m_words[1] = 0;
    OK(call(IPC_REQUEST, SYSTEM, NULL, 0, NULL) == 0 && box_in->m_type == 0,
       "another call to SYSTEM");
}

void test_alone(void)
{
    places_begin();
    echo_of_boxes();
    echo_registers();
    bad_calls();
    the_time();
    time_registers();
}
