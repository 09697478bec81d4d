/* See timer.h. A timer's number is its slot and kind; place[] finds it in the heap. */
#include "timer.h"

#define TIMERS (IPC_PROCESSES * TIMER_KINDS)

static uint16_t heap[TIMERS]; /* timer numbers; each not later than its two children */
static unsigned heap_size;
static uint16_t place[TIMERS]; /* of a timer in the heap, + 1; 0: it is not set */
static uint64_t deadlines[TIMERS];

static unsigned number_of(unsigned slot, enum timer_kind kind)
{
    return slot * TIMER_KINDS + kind;
}

static void put_at(unsigned at, unsigned timer)
{
    heap[at] = (uint16_t)timer;
    place[timer] = (uint16_t)(at + 1);
}

static void rise(unsigned at, unsigned timer)
{
    while (at > 0) {
        unsigned parent = (at - 1) / 2;
        if (deadlines[heap[parent]] <= deadlines[timer])
            break;
        put_at(at, heap[parent]);
        at = parent;
    }
    put_at(at, timer);
}

static void sink(unsigned at, unsigned timer)
{
    for (;;) {
        unsigned child = 2 * at + 1;
        if (child >= heap_size)
            break;
        if (child + 1 < heap_size && deadlines[heap[child + 1]] < deadlines[heap[child]])
            child++;
        if (deadlines[timer] <= deadlines[heap[child]])
            break;
        put_at(at, heap[child]);
        at = child;
    }
    put_at(at, timer);
}

static void take_out(unsigned timer)
{
    unsigned at = place[timer] - 1u;
    unsigned last = heap[--heap_size];
    place[timer] = 0;
    if (last == timer)
        return;
    put_at(at, last);
    rise(at, last);
    sink(place[last] - 1u, last);
}

void timer_cancel(unsigned slot, enum timer_kind kind)
{
    unsigned timer = number_of(slot, kind);
    if (place[timer])
        take_out(timer);
}

void timer_set(unsigned slot, enum timer_kind kind, uint64_t deadline)
{
    timer_cancel(slot, kind);
    unsigned timer = number_of(slot, kind);
    deadlines[timer] = deadline;
    rise(heap_size++, timer);
}

bool timer_get(unsigned slot, enum timer_kind kind, uint64_t *deadline)
{
    unsigned timer = number_of(slot, kind);
    *deadline = deadlines[timer];
    return place[timer] != 0;
}

bool timer_first(uint64_t *deadline)
{
    if (heap_size != 0)
        *deadline = deadlines[heap[0]];
    return heap_size != 0;
}

bool timer_take_due(uint64_t now, unsigned *slot, enum timer_kind *kind)
{
    if (heap_size == 0 || deadlines[heap[0]] > now)
        return false;
    unsigned timer = heap[0];
    take_out(timer);
    *slot = timer / TIMER_KINDS;
    *kind = (enum timer_kind)(timer % TIMER_KINDS);
    return true;
}

uint64_t timer_deadline(uint64_t now, uint64_t delay)
{
    return delay > UINT64_MAX - now ? UINT64_MAX : now + delay;
}
