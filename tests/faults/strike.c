/*
 * One fault: where it waits for its process, and what it does to it.
 *
 * What has to be reached is marked by a breakpoint instruction in place of the process's own. Its
 * fault comes here as a message, with the registers. Then the fault is put there, the process goes
 * on, and the fault counts as reached. One that is to strike later is passed by, by a single step
 * over the instruction. A datum is watched by the processor instead: it counts when it is read as
 * it was left.
 */
#include "injector.h"

#include <abi/calls.h>
#include <abi/errors.h>
#include <abi/fault.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

#define VECTOR_DEBUG      1
#define VECTOR_BREAKPOINT 3
#define FLAGS_TRAP        0x100u
#define TRAP_BYTES        2 /* of int IPC_VECTOR */

enum {
    EAX,
    EBX,
    ECX,
    EDX,
    ESI,
    EDI,
    EBP
};

static struct {
    const struct fault *fault;
    endpoint_t victim;
    uint32_t place; /* where the breakpoint is; 0: nowhere */
    uint8_t original;
    bool stepping, repeating;
    unsigned passes, strikes;
    uint32_t datum; /* 0: none is watched */
    uint8_t value;
    enum reached reached;
    message repeated;
    uint32_t repeated_second;
} at;

static bool peek(uint32_t address, void *to, size_t bytes)
{
    return sys_inject(INJECT_READ, at.victim, address, to, bytes) == 0;
}

static bool poke(uint32_t address, const void *from, size_t bytes)
{
    return sys_inject(INJECT_WRITE, at.victim, address, (void *)from, bytes) == 0;
}

static bool mark(uint32_t place)
{
    static const uint8_t breakpoint = 0xcc;
    at.place = place;
    return peek(place, &at.original, 1) && poke(place, &breakpoint, 1);
}

static void unmark(void)
{
    if (at.place)
        poke(at.place, &at.original, 1);
    at.place = 0;
}

/* ---- Data ------------------------------------------------------------------------------------ */

static bool spoil(uint32_t address)
{
    if (!peek(address, &at.value, 1))
        return false;
    at.value ^= (uint8_t)at.fault->b;
    at.datum = address;
    return poke(address, &at.value, 1) &&
           sys_inject(INJECT_WATCH, at.victim, address, NULL, 0) == 0;
}

static void unwatch(void)
{
    (void)sys_inject(INJECT_WATCH, NONE, 0, NULL, 0);
    at.datum = 0;
}

static void datum_was_used(void)
{
    uint8_t value = 0;
    peek(at.datum, &value, 1);
    at.reached = value == at.value ? REACHED_YES : REACHED_OVERWRITTEN;
    unwatch();
}

/* ---- Messages -------------------------------------------------------------------------------- */

static uint32_t random_word(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed ^ *seed >> 15;
}

static void change_message(uint32_t address)
{
    const struct fault *f = at.fault;
    uint32_t words[sizeof(message) / 4];
    uint32_t seed = f->b;
    if (!peek(address, words, sizeof words))
        return;
    if (f->a == MESSAGE_CORRUPT)
        words[1 + f->b / 32 % 8] ^= 1u << f->b % 32;
    else
        for (unsigned i = 1; i < sizeof words / 4; i++)
            words[i] =
                i == 1 ? (words[1] & ~0xfu) | (random_word(&seed) & 0xf) : random_word(&seed);
    poke(address, words, sizeof words);
}

static void delay(uint32_t microseconds)
{
    message m;
    ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
}

/* The request just came: it is to come again, at the next wait for one. */
static void repeat_later(const message *m, struct system_registers *r)
{
    unmark();
    peek(m->m_words[EBX], &at.repeated, sizeof at.repeated);
    at.repeated_second = m->m_words[ESI];
    at.repeating = mark(r->ip - TRAP_BYTES);
}

static void repeat_now(message *m, struct system_registers *r)
{
    unmark();
    poke(m->m_words[EBX], &at.repeated, sizeof at.repeated);
    m->m_words[EAX] = 0;
    m->m_words[ESI] = at.repeated_second;
    r->ip += TRAP_BYTES;
    at.reached = REACHED_YES;
    at.repeating = false;
}

static void strike_request(message *m, struct system_registers *r)
{
    switch (at.fault->a) {
    case MESSAGE_DROP: /* waits for another one, with nobody to answer */
        m->m_words[EAX] = (uint32_t)NONE;
        r->ip -= TRAP_BYTES;
        break;
    case MESSAGE_DELAY:
        delay(at.fault->b);
        break;
    case MESSAGE_REPEAT:
        repeat_later(m, r);
        return;
    default:
        change_message(m->m_words[EBX]);
    }
}

static void strike_reply(message *m)
{
    if (at.fault->a == MESSAGE_DROP)
        m->m_words[EAX] = (uint32_t)NONE;
    else if (at.fault->a == MESSAGE_DELAY)
        delay(at.fault->b);
    else
        change_message(m->m_words[EBX]);
}

/* ---- Instructions ---------------------------------------------------------------------------- */

/* Whether this is where the fault belongs: traps are made for many a purpose. */
static bool is_the_place(const message *m)
{
    const bool loop = (m->m_words[ECX] & 0xfff) == (uint32_t)IPC_REPLY_RECEIVE;
    if (at.repeating)
        return loop;
    if (at.fault->mechanism == MECHANISM_REPLY)
        return loop && m->m_words[EAX] != (uint32_t)NONE;
    if (at.fault->mechanism == MECHANISM_REQUEST)
        return loop && m->m_words[EAX] == 0 && IPC_CAME(m->m_words[ESI]) != IPC_CAME_EVENTS;
    return true;
}

static void step_over(struct system_registers *r)
{
    poke(at.place, &at.original, 1);
    r->flags |= FLAGS_TRAP;
    at.stepping = true;
}

static void stepped(struct system_registers *r)
{
    r->flags &= ~FLAGS_TRAP;
    if (at.stepping && at.place)
        mark(at.place);
    at.stepping = false;
}

static void strike_device(message *m, struct system_registers *r)
{
    const struct fault *f = at.fault;
    const uint32_t nonsense = f->b >> (at.strikes * 3 % 24);
    m->m_words[EAX] = (m->m_words[EAX] & ~f->a) | (nonsense & f->a);
    if (++at.strikes < f->count)
        step_over(r);
    else
        unmark();
}

static void strike_now(message *m, struct system_registers *r)
{
    const struct fault *f = at.fault;
    at.reached = REACHED_YES;
    if (f->mechanism == MECHANISM_DEVICE) {
        strike_device(m, r);
        return;
    }
    unmark();
    switch (f->mechanism) {
    case MECHANISM_TEXT:
        poke(f->address, f->bytes, f->length);
        break;
    case MECHANISM_REGISTER:
        m->m_words[f->a % 7] ^= f->b;
        break;
    case MECHANISM_STACK:
        at.reached = REACHED_NOT;
        (void)spoil(r->sp + f->a);
        break;
    case MECHANISM_REQUEST:
        if (f->a == MESSAGE_REPEAT)
            at.reached = REACHED_NOT;
        strike_request(m, r);
        break;
    case MECHANISM_REPLY:
        strike_reply(m);
        break;
    }
}

static void came_to_mark(message *m, struct system_registers *r)
{
    r->ip = at.place;
    if (!is_the_place(m))
        step_over(r);
    else if (at.repeating)
        repeat_now(m, r);
    else if (at.fault->mechanism != MECHANISM_DEVICE && at.passes < at.fault->count) {
        at.passes++;
        step_over(r);
    } else
        strike_now(m, r);
}

bool strike_settles(message *m)
{
    const uint32_t vector = FAULT_VECTOR((uint32_t)m->m_type);
    struct system_registers r;
    if (m->m_source != at.victim || sys_registers_get(at.victim, &r) < 0)
        return false;
    if (vector == VECTOR_BREAKPOINT && at.place && r.ip == at.place + 1)
        came_to_mark(m, &r);
    else if (vector == VECTOR_DEBUG && (at.stepping || r.flags & FLAGS_TRAP))
        stepped(&r);
    else if (vector == VECTOR_DEBUG && at.datum)
        datum_was_used();
    else
        return false;
    m->m_type = 0;
    return sys_registers_set(at.victim, &r) == 0;
}

/* ---- From and to the injector ---------------------------------------------------------------- */

bool strike_arm(const struct fault *fault, endpoint_t victim)
{
    memset(&at, 0, sizeof at);
    at.fault = fault;
    at.victim = victim;
    if (fault->mechanism == MECHANISM_DATA)
        return spoil(fault->address);
    return mark(fault->address);
}

void strike_died(void)
{
    if (at.datum)
        (void)sys_inject(INJECT_WATCH, NONE, 0, NULL, 0);
    at.place = 0;
}

/* Until here nothing but the datum was other than it should be, so what happened came of it: the
   kernel may have read it, in a message, or the instruction that read it have faulted. */
void strike_had_effect(void)
{
    if (at.datum && at.reached == REACHED_NOT)
        at.reached = REACHED_YES;
}

void strike_disarm(bool alive)
{
    const uint8_t before = at.value ^ (uint8_t)at.fault->b;
    if (alive) {
        unmark();
        if (at.datum && at.reached == REACHED_NOT)
            poke(at.datum, &before, 1);
    }
    at.place = 0;
    at.stepping = at.repeating = false;
    if (at.datum)
        unwatch();
}

enum reached strike_reached(void)
{
    return at.reached;
}
