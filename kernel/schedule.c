/* See schedule.h. Queues are linked by slot; enter at schedule_next. */
#include "schedule.h"
#include <ipc/ipc.h>

struct seat {
    uint16_t next, previous;
    uint16_t quantum, left; /* ticks; of the running process: kernel_quantum_left */
    uint8_t priority;
    bool queued;
};

struct queue {
    uint16_t first, last;
};

static struct seat seats[IPC_PROCESSES];
static struct queue queues[PRIORITIES]; /* meaningful where the mask's bit is set */
uint32_t kernel_ready_mask;
static uint16_t running = SCHEDULE_NONE;
uint32_t kernel_quantum_left;

static void enqueue_last(unsigned slot)
{
    struct seat *s = &seats[slot];
    struct queue *q = &queues[s->priority];
    bool empty = !(kernel_ready_mask & 1u << s->priority);
    s->next = SCHEDULE_NONE;
    s->previous = empty ? SCHEDULE_NONE : q->last;
    if (empty)
        q->first = (uint16_t)slot;
    else
        seats[q->last].next = (uint16_t)slot;
    q->last = (uint16_t)slot;
    kernel_ready_mask |= 1u << s->priority;
    s->queued = true;
}

static void enqueue_first(unsigned slot)
{
    struct seat *s = &seats[slot];
    struct queue *q = &queues[s->priority];
    bool empty = !(kernel_ready_mask & 1u << s->priority);
    s->previous = SCHEDULE_NONE;
    s->next = empty ? SCHEDULE_NONE : q->first;
    if (empty)
        q->last = (uint16_t)slot;
    else
        seats[q->first].previous = (uint16_t)slot;
    q->first = (uint16_t)slot;
    kernel_ready_mask |= 1u << s->priority;
    s->queued = true;
}

static void dequeue(unsigned slot)
{
    struct seat *s = &seats[slot];
    struct queue *q = &queues[s->priority];
    if (s->previous == SCHEDULE_NONE)
        q->first = s->next;
    else
        seats[s->previous].next = s->next;
    if (s->next == SCHEDULE_NONE)
        q->last = s->previous;
    else
        seats[s->next].previous = s->previous;
    if (q->first == SCHEDULE_NONE)
        kernel_ready_mask &= ~(1u << s->priority);
    s->queued = false;
}

void schedule_add(unsigned slot, unsigned priority, unsigned quantum)
{
    seats[slot] = (struct seat){
        .priority = (uint8_t)priority, .quantum = (uint16_t)quantum, .left = (uint16_t)quantum};
}

static void stop_running(void)
{
    seats[running].left = (uint16_t)kernel_quantum_left;
    running = SCHEDULE_NONE;
}

void schedule_block(unsigned slot)
{
    if (slot == running)
        stop_running();
    else if (seats[slot].queued)
        dequeue(slot);
}

void schedule_remove(unsigned slot)
{
    schedule_block(slot);
}

void schedule_ready(unsigned slot)
{
    if (slot == running || seats[slot].queued)
        return;
    if (seats[slot].left == 0)
        seats[slot].left = seats[slot].quantum;
    enqueue_last(slot);
}

void schedule_enter(unsigned slot)
{
    if (slot == running)
        return;
    if (running != SCHEDULE_NONE)
        seats[running].left = (uint16_t)kernel_quantum_left;
    else
        kernel_quantum_left = seats[slot].left ? seats[slot].left : seats[slot].quantum;
    running = (uint16_t)slot;
}

void schedule_displace(void)
{
    enqueue_first(running);
    stop_running();
}

void schedule_hand_over(unsigned from, unsigned to)
{
    if (!seats[to].queued)
        return;
    dequeue(to);
    enqueue_first(to);
    seats[to].left = seats[from].left;
}

/* Decides whether the running process gives way, and to which end of its queue it goes then. */
static void displace(unsigned best)
{
    struct seat *s = &seats[running];
    bool expired = kernel_quantum_left == 0;
    if (expired)
        kernel_quantum_left = s->quantum;
    if (best < s->priority && !expired)
        enqueue_first(running);
    else if (best < s->priority || (best == s->priority && expired))
        enqueue_last(running);
    else
        return;
    stop_running();
}

unsigned schedule_next(void)
{
    unsigned best = kernel_ready_mask ? (unsigned)__builtin_ctz(kernel_ready_mask) : PRIORITIES;
    if (running != SCHEDULE_NONE)
        displace(best);
    if (running == SCHEDULE_NONE && best < PRIORITIES) {
        running = queues[best].first;
        dequeue(running);
        kernel_quantum_left = seats[running].left;
    }
    return running;
}

unsigned schedule_running(void)
{
    return running;
}
