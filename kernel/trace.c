/* See trace.h. Enter at record(), through which everything goes. */
#include "trace.h"
#include "memory.h"
#include "text.h"
#include <abi/privilege.h>

#define LEAST_KILOBYTES  64u
#define MOST_KILOBYTES   4096u
#define SHARE_OF_MEMORY  64u /* of what is free, the ring takes one part in so many */
#define PASS_ALWAYS      (TRACE_BIRTH | TRACE_DEATH | TRACE_CLOCK)
#define WORDS_OF_MESSAGE (1u + MESSAGE_PAYLOAD_WORDS) /* type and payload */

_Static_assert(sizeof(struct trace_record) == ARCH_TRACE_RECORD_BYTES, "the machine knows it");
_Static_assert(sizeof(struct trace_header) <= PAGE_BYTES, "one page");

/* A page of its own: processes see it. */
static _Alignas(PAGE_BYTES) union {
    struct trace_header header;
    char page[PAGE_BYTES];
} shared;

bool trace_on;
struct arch_trace_ring kernel_trace_ring;
uint32_t *const kernel_trace_written = &shared.header.written_low;
static phys_addr_t ring_start;
static struct trace_filter filter;
static bool filtered; /* by more than `what` */
static endpoint_t runs = NONE;

/* ---- The ring -------------------------------------------------------------------------------- */

static uint32_t suitable(void)
{
    const uint32_t most = memory_left_bytes() / 1024 / SHARE_OF_MEMORY;
    uint32_t kilobytes = LEAST_KILOBYTES;
    while (kilobytes * 2 <= most && kilobytes < MOST_KILOBYTES)
        kilobytes *= 2;
    return kilobytes;
}

void trace_init(uint32_t kilobytes)
{
    if (kilobytes == 0)
        kilobytes = suitable();
    ring_start = memory_take_block(kilobytes * 1024 / PAGE_BYTES);
    if (ring_start == 0)
        return;
    struct trace_record *first = arch_window(ring_start, kilobytes * 1024);
    phys_zero(ring_start, kilobytes * 1024);
    const uint32_t capacity = kilobytes * 1024 / sizeof *first;
    kernel_trace_ring = (struct arch_trace_ring){first, first, first + capacity};
    shared.header = (struct trace_header){
        .magic = TRACE_MAGIC,
        .version = TRACE_VERSION,
        .record_bytes = sizeof *first,
        .capacity = capacity,
        .clock = arch_counts_cycles() ? TRACE_CLOCK_CYCLES : TRACE_CLOCK_MICROSECONDS,
    };
}

uint32_t trace_capacity(void)
{
    return shared.header.capacity;
}

bool trace_map(struct arch_space *space, arch_page_source source, void *context)
{
    const uint32_t pages = trace_capacity() * sizeof(struct trace_record) / PAGE_BYTES;
    if (pages == 0)
        return true;
    if (arch_space_map(space, USER_TRACE, arch_phys_of(&shared), 0, source, context) != 0)
        return false;
    for (uint32_t i = 0; i < pages; i++)
        if (arch_space_map(space, USER_TRACE + (i + 1) * PAGE_BYTES, ring_start + i * PAGE_BYTES, 0,
                           source, context) != 0)
            return false;
    return true;
}

uint64_t trace_written(void)
{
    return (uint64_t)shared.header.written_high << 32 | shared.header.written_low;
}

bool trace_before(uint64_t *at, endpoint_t process, struct trace_record *record)
{
    const uint64_t written = trace_written(), capacity = trace_capacity();
    while (*at > 0 && written - (*at - 1) <= capacity) {
        --*at;
        *record = kernel_trace_ring.first[*at & (capacity - 1)];
        if (record->from == process || record->to == process)
            return true;
    }
    return false;
}

/* ---- One record ------------------------------------------------------------------------------ */

struct fact {
    uint32_t what;
    endpoint_t from, to;
    uint32_t call;
    int32_t result;
    uint32_t second;
    const int32_t *words; /* type and payload, or NULL */
};

static uint32_t bit_of_call(uint32_t number)
{
    switch (number & IPC_CALL_MASK) {
#define BIT_OF(name, symbol, bit)                                                                  \
    case symbol:                                                                                   \
        return 1u << (bit);
        IPC_CALLS(BIT_OF)
#undef BIT_OF
    case IPC_REPLY_RECEIVE:
        return 1u << CALL_BIT_ipc_reply | 1u << CALL_BIT_ipc_receive;
    default:
        return 0;
    }
}

static bool names(const struct fact *f, endpoint_t a, endpoint_t b)
{
    return (a == 0 || f->from == a) && (b == 0 || f->to == b);
}

static bool passes(const struct fact *f)
{
    if (f->what & PASS_ALWAYS)
        return true;
    if (!names(f, filter.process, filter.peer) && !names(f, filter.peer, filter.process))
        return false;
    if (f->what & TRACE_CALL && filter.calls != 0 && (filter.calls & bit_of_call(f->call)) == 0)
        return false;
    return !(f->what & TRACE_MESSAGE && filter.one_type && f->words[0] != filter.type);
}

static void record(const struct fact *f)
{
    if ((f->what & filter.what) == 0 || (filtered && !passes(f)))
        return;
    struct trace_record *r = kernel_trace_ring.next;
    const uint64_t now = arch_counter();
    r->time_low = (uint32_t)now;
    r->time_high = (uint32_t)(now >> 32);
    r->what = f->what;
    r->from = f->from;
    r->to = f->to;
    r->call = f->call;
    r->result = f->result;
    r->second = f->second;
    static const int32_t nothing[WORDS_OF_MESSAGE];
    const int32_t *words = f->words ? f->words : nothing;
    r->type = words[0];
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        r->words[i] = (uint32_t)words[i + 1];
    kernel_trace_ring.next = r + 1 == kernel_trace_ring.end ? kernel_trace_ring.first : r + 1;
    if (++shared.header.written_low == 0)
        shared.header.written_high++;
}

/* ---- What happens ---------------------------------------------------------------------------- */

/* Some calls have something else than a target in that register. */
static endpoint_t target(const struct arch_call *call)
{
    const uint32_t number = call->call & IPC_CALL_MASK;
    return number == IPC_IN_OUTBOX || number == IPC_SELECT ? NONE : (endpoint_t)call->target;
}

void trace_call(const struct process *caller, const struct arch_call *call, const message *m)
{
    record(&(struct fact){.what = TRACE_CALL | (m ? TRACE_MESSAGE : 0),
                          .from = process_endpoint(caller),
                          .to = target(call),
                          .call = call->call,
                          .second = call->events,
                          .words = m ? &m->m_type : NULL});
}

void trace_return(const struct process *caller, int32_t result, uint32_t second)
{
    record(&(struct fact){.what = TRACE_RETURN,
                          .from = process_endpoint(caller),
                          .to = NONE,
                          .result = result,
                          .second = second});
}

void trace_deliver(endpoint_t receiver, const message *m)
{
    record(&(struct fact){.what = TRACE_DELIVER | TRACE_MESSAGE,
                          .from = m->m_source,
                          .to = receiver,
                          .words = &m->m_type});
}

void trace_wake(endpoint_t process, int32_t result, uint32_t second)
{
    record(&(struct fact){
        .what = TRACE_WAKE, .from = NONE, .to = process, .result = result, .second = second});
}

void trace_block(endpoint_t process, endpoint_t waits_for, enum ipc_state state)
{
    record(&(struct fact){.what = TRACE_BLOCK,
                          .from = process,
                          .to = waits_for,
                          .call = (uint32_t)process_state_of(state)});
}

void trace_event(endpoint_t source, endpoint_t receiver, uint32_t bits)
{
    const int32_t words[WORDS_OF_MESSAGE] = {0, (int32_t)bits};
    record(&(struct fact){.what = TRACE_EVENT, .from = source, .to = receiver, .words = words});
}

void trace_irq(unsigned line, endpoint_t owner)
{
    record(&(struct fact){.what = TRACE_IRQ, .from = HARDWARE, .to = owner, .call = line});
}

void trace_fault(endpoint_t process, const struct arch_fault *fault)
{
    const int32_t words[WORDS_OF_MESSAGE] = {0, (int32_t)fault->error, (int32_t)fault->ip,
                                             (int32_t)fault->address};
    record(&(struct fact){
        .what = TRACE_FAULT, .from = process, .to = NONE, .call = fault->vector, .words = words});
}

void trace_birth(endpoint_t process, const char *name)
{
    int32_t words[WORDS_OF_MESSAGE] = {0};
    memcpy(words + 1, name, NAME_BYTES);
    record(&(struct fact){.what = TRACE_BIRTH, .from = process, .to = NONE, .words = words});
}

void trace_death(const struct death *how)
{
    record(&(struct fact){.what = TRACE_DEATH,
                          .from = how->endpoint,
                          .to = NONE,
                          .call = how->cause,
                          .result = (int32_t)how->status});
}

void trace_clock(uint64_t microseconds)
{
    const int32_t words[WORDS_OF_MESSAGE] = {0, (int32_t)(uint32_t)microseconds,
                                             (int32_t)(uint32_t)(microseconds >> 32)};
    record(&(struct fact){.what = TRACE_CLOCK, .from = NONE, .to = NONE, .words = words});
}

void trace_entered(endpoint_t running)
{
    runs = running;
}

void trace_next(endpoint_t next)
{
    if (next == runs)
        return;
    record(&(struct fact){.what = TRACE_SWITCH, .from = runs, .to = next});
    runs = next;
}

/* ---- What is recorded ------------------------------------------------------------------------ */

struct trace_filter trace_get(void)
{
    return filter;
}

int trace_set(const struct trace_filter *wanted)
{
    if ((wanted->what & ~TRACE_ALL) != 0 || wanted->calls >> CALL_BIT_COUNT != 0)
        return -EINVAL;
    if (wanted->what != 0 && trace_capacity() == 0)
        return -ENOSPC;
    filter = *wanted;
    filtered = filter.calls != 0 || filter.process != 0 || filter.peer != 0 || filter.one_type;
    trace_on = filter.what != 0;
    shared.header.what = filter.what;
    arch_trace(trace_on, !filtered && filter.what == TRACE_ALL);
    if (trace_on)
        trace_clock(arch_time_us());
    return 0;
}
