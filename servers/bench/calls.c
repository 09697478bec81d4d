/* What one process measures alone: calls that wake nobody, the tick, the interrupt, copies. */
#include "measure.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <parley/trace.h>
#include <string.h>

#define TIMES 24
#define TICKS 12

/* ---- Calls -------------------------------------------------------------------------------------
 */

static struct window call(uint32_t ecx, endpoint_t target, struct figures *f)
{
    const struct window asked = {.eax = (uint32_t)target, .ecx = ecx, .edx = 5, .edi = 6};
    struct window w = asked;
    window_int(&w);
    sample(&f->whole, w.after - w.before - window_cost());
    f->wrong +=
        w.ebx != asked.ebx || w.ecx != asked.ecx || w.edx != asked.edx || w.edi != asked.edi;
    return w;
}

int measure_bad_call(struct figures *f)
{
    for (unsigned i = 0; i < TIMES; i++) {
        const struct window w = call(0x7, NONE, f);
        f->wrong += ((int)w.eax != -EBADCALL) + ((endpoint_t)w.esi != self());
    }
    return 0;
}

int measure_echo(struct figures *f)
{
    for (uint32_t i = 0; i < TIMES; i++) {
        fill_question(box_out(), i);
        const struct window w = call(IPC_ECHO, 0, f);
        f->wrong += (w.eax != 0) + (w.esi != IPC_CAME_NOTHING) +
                    wrong_in_question(box_in(), i, self()) + wrong_beside(BY_BOX, i);
    }
    return 0;
}

/* An echo by way of the kernel's C while the trace has an eye on that process, and what it costs.
 */
static int echo_watched(endpoint_t process, uint32_t *instructions)
{
    const struct trace_settings settings = {.what = TRACE_ALL, .process = process}, off = {0};
    struct figures f = {0};
    int error = sys_trace_set(&settings);
    if (error == 0)
        error = measure_echo(&f);
    (void)sys_trace_set(&off);
    *instructions = median(&f.whole);
    return error < 0 || f.wrong == 0 ? error : -EIO;
}

/* An echo is two records, the call and its end. */
int measure_trace_record(struct figures *f)
{
    uint32_t unseen = 0, seen = 0;
    int error = echo_watched(HARDWARE, &unseen);
    if (error == 0)
        error = echo_watched(self(), &seen);
    if (error == 0)
        sample(&f->whole, (seen - unseen + 1) / 2);
    return error;
}

static uint64_t time_in(const message *m)
{
    return (uint64_t)m->m_words[1] << 32 | m->m_words[0];
}

int measure_time(struct figures *f)
{
    uint64_t earlier = 0, later = 0;
    for (uint32_t i = 0; i < TIMES; i++) {
        fill_question(box_out(), i);
        box_out()->m_type = SYS_TIME;
        int error = sys_time(&earlier);
        const struct window w = call(IPC_REQUEST, SYSTEM, f);
        const message answer = *box_in();
        if (error == 0)
            error = sys_time(&later);
        if (error < 0)
            return error;
        f->wrong += (w.eax != 0) + (w.esi != IPC_CAME_REPLY) + (answer.m_type != 0) +
                    (answer.m_source != SYSTEM) + (time_in(&answer) < earlier) +
                    (time_in(&answer) > later) + (answer.m_words[3] == 0);
        for (unsigned word = 4; word < MESSAGE_PAYLOAD_WORDS; word++)
            f->wrong += answer.m_words[word] != 0;
    }
    return 0;
}

/* ---- Interrupts --------------------------------------------------------------------------------
 */

int measure_interrupt(const char *driver_role, struct figures *f)
{
    endpoint_t driver = NONE, raiser = NONE;
    int error = fresh("bench-driver", driver_role, &driver);
    if (error == 0)
        error = fresh("bench-raiser", "raiser", &raiser);
    if (error < 0)
        return error;
    message m = {0};
    error = ask(raiser, BENCH_INTERRUPTS, &m);
    for (unsigned i = 0; error == 0 && i < INTERRUPTS; i++)
        sample(&f->whole, m.m_words[i]);
    return error;
}

static uint32_t two_readings(void)
{
    const uint32_t first = counter_read();
    return counter_read() - first;
}

/* Two readings in a row, again and again: where they are further apart than usual, the tick came
   between them. */
int measure_tick(struct figures *f)
{
    uint32_t usual = UINT32_MAX;
    if (!counter_is_exact())
        return -ENOSYS; /* a long reading may be anything */
    for (unsigned i = 0; i < 100; i++) {
        const uint32_t apart = two_readings();
        if (apart < usual)
            usual = apart;
    }
    while (f->whole.count < TICKS) {
        const uint32_t apart = two_readings();
        if (apart > usual + 8)
            sample(&f->whole, apart - usual);
    }
    return 0;
}

/* ---- Copies ------------------------------------------------------------------------------------
 */

/*
 * The kernel's own object code (arch/x86/copy.asm), linked into this program. It looks at physical
 * memory through the window that begins at USER_END; an address less that start is seen, around the
 * end of the address space, as itself.
 */
void phys_copy(uint32_t source, uint32_t target, uint32_t bytes);
void msg_copy(uint32_t source, uint32_t target, uint32_t unused);
void copy_bytes(uint32_t source, uint32_t target, uint32_t bytes);

#define COPIED 4096u
#define MARGIN 16u

static _Alignas(PAGE_BYTES) uint8_t source_bytes[COPIED + 2 * MARGIN];
static _Alignas(PAGE_BYTES) uint8_t target_bytes[COPIED + 2 * MARGIN];

struct copying {
    copy_function *copy;
    uint32_t base; /* what the function adds to an address */
    uint32_t source_offset, target_offset, bytes;
};

static int measure_copy(const struct copying *c, struct figures *f)
{
    uint8_t *source = source_bytes + MARGIN + c->source_offset;
    uint8_t *target = target_bytes + MARGIN + c->target_offset;
    for (unsigned time = 0; time < TIMES; time++) {
        for (uint32_t i = 0; i < sizeof source_bytes; i++)
            source_bytes[i] = (uint8_t)(i * 7 + i / 256 + time);
        memset(target_bytes, 0xee, sizeof target_bytes);
        sample(&f->whole, window_copy(c->copy, (uint32_t)source - c->base,
                                      (uint32_t)target - c->base, c->bytes));
        f->wrong += memcmp(source, target, c->bytes) != 0;
        for (uint32_t i = 1; i <= MARGIN - 4; i++)
            f->wrong += target[-(int)i] != 0xee || target[c->bytes + i - 1] != 0xee;
    }
    return 0;
}

int measure_phys_copy(uint32_t source_offset, uint32_t target_offset, struct figures *f)
{
    const struct copying c = {phys_copy, USER_END, source_offset, target_offset, COPIED};
    return measure_copy(&c, f);
}

int measure_msg_copy(struct figures *f)
{
    const struct copying c = {msg_copy, USER_END, 0, 0, MESSAGE_BYTES};
    return measure_copy(&c, f);
}

int measure_byte_copy(uint32_t bytes, struct figures *f)
{
    const struct copying c = {copy_bytes, 0, 0, 0, bytes};
    return measure_copy(&c, f);
}
