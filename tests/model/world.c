/* See world.h. */
#include "world.h"

#include <string.h>

#define BOXES (IPC_PROCESSES * BOX_KINDS)

struct world world;
static uint32_t memory[BOXES][MESSAGE_WORDS], fresh[BOXES][MESSAGE_WORDS];
static uint32_t touched, told; /* one bit a box: written; said to be delivered */
static bool operates;          /* what the core tells belongs to the operation */

_Static_assert(BOXES <= 32, "one bit a box");

static void note(const char *wrong)
{
    if (world.wrong == NULL)
        world.wrong = wrong;
}

/* The box at this address; one that is none is noted, and box 0 taken. */
static unsigned box_at(phys_addr_t address)
{
    unsigned box = address / BOX_BYTES - 1;

    if (address % BOX_BYTES == 0 && box < BOXES)
        return box;
    note("a message where there is none");
    return 0;
}

void msg_copy(phys_addr_t source, phys_addr_t destination)
{
    unsigned from = box_at(source), to = box_at(destination);

    memcpy(memory[to], memory[from], MESSAGE_BYTES);
    touched |= 1u << to;
}

void msg_word(phys_addr_t address, unsigned index, uint32_t value)
{
    unsigned box = box_at(address);

    if (index >= MESSAGE_WORDS) {
        note("a word behind the end of a message");
        return;
    }
    memory[box][index] = value;
    touched |= 1u << box;
}

static void remember(enum upcall_kind kind, unsigned slot, phys_addr_t in)
{
    if (!operates)
        return;
    if (world.upcalls == WORLD_UPCALLS) {
        note("the core tells more than can happen");
        return;
    }
    world.upcall[world.upcalls++] = (struct upcall){(uint8_t)kind, (uint8_t)slot, in};
}

void ipc_on_block(struct ipc_table *t, unsigned slot)
{
    (void)t;
    remember(UPCALL_BLOCK, slot, 0);
    if (slot >= IPC_PROCESSES || !world.runs[slot]) {
        note("the scheduler is told to block who does not run");
        return;
    }
    world.runs[slot] = false;
}

void ipc_on_ready(struct ipc_table *t, unsigned slot)
{
    (void)t;
    remember(UPCALL_READY, slot, 0);
    if (slot >= IPC_PROCESSES || world.runs[slot]) {
        note("the scheduler is told to run who runs");
        return;
    }
    world.runs[slot] = true;
}

void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in)
{
    unsigned bit = 1u << box_at(in);

    (void)t;
    remember(UPCALL_DELIVER, receiver, in);
    if (receiver >= IPC_PROCESSES || (touched & bit) == 0 || (told & bit) != 0)
        note("who watches is told of a message that did not come, or twice");
    told |= bit;
}

static void make_fresh(void)
{
    for (unsigned box = 0; box < BOXES; box++) {
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            fresh[box][i] = 0xb0c50000u + box * 16 + i; /* word 0: a lie about the source */
        memcpy(memory[box], fresh[box], MESSAGE_BYTES);
    }
}

void world_begin(const struct ipc_table *t)
{
    if (fresh[0][0] == 0)
        make_fresh();
    for (; touched != 0; touched &= touched - 1) {
        unsigned box = (unsigned)__builtin_ctz(touched);

        memcpy(memory[box], fresh[box], MESSAGE_BYTES);
    }
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        world.runs[slot] = t->process[slot].state == IPC_RUNNABLE;
    told = 0;
    world.wrong = NULL;
    world.deliveries = world.upcalls = 0;
    operates = true;
}

static bool is_zero(const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (words[i] != 0)
            return false;
    }
    return true;
}

/* What is in a box that was written. */
static void read_back(unsigned box)
{
    const uint32_t *words = memory[box];
    struct naive_delivery delivery = {
        .in = (box + 1) * BOX_BYTES,
        .source = (endpoint_t)words[0],
    };

    if (words[1] == IPC_EVENT_MESSAGE) {
        delivery.bits = words[2];
        if (!is_zero(words + 3, MESSAGE_WORDS - 3))
            note("a message of events with something behind it");
    } else {
        unsigned from = (words[1] >> 4) - (fresh[0][1] >> 4);

        if (from >= BOXES || memcmp(words + 1, fresh[from] + 1, MESSAGE_BYTES - 4) != 0)
            note("a message that nobody wrote");
        delivery.out = (from + 1) * BOX_BYTES;
    }
    world.delivery[world.deliveries++] = delivery;
}

static bool scheduler_knows(const struct ipc_table *t)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (world.runs[slot] != (t->process[slot].state == IPC_RUNNABLE))
            return false;
    }
    return true;
}

const char *world_end(const struct ipc_table *t, const struct operation *op,
                      const struct outcome *outcome)
{
    operates = false;
    if (op->kind == OPERATION_CREATE && outcome->value >= 0 && outcome->value < IPC_PROCESSES)
        world.runs[outcome->value] = true;
    if (op->kind == OPERATION_DESTROY)
        world.runs[op->slot] = false;
    for (uint32_t boxes = touched; boxes != 0; boxes &= boxes - 1)
        read_back((unsigned)__builtin_ctz(boxes));
    if (told != touched)
        note("a message came, and who watches was not told");
    if (!scheduler_knows(t))
        note("the scheduler was not told who runs");
    if (op->kind == OPERATION_CALL && outcome->error == 0 &&
        outcome->ended != (t->process[op->slot].state == IPC_RUNNABLE))
        note("the call says that it has ended, or that it waits, and it is not so");
    return world.wrong;
}

bool world_agrees(const struct naive *m)
{
    if (m->deliveries != world.deliveries)
        return false;
    for (unsigned i = 0; i < m->deliveries; i++) {
        const struct naive_delivery *expected = &m->delivery[i];
        bool found = false;

        for (unsigned j = 0; j < world.deliveries; j++) {
            const struct naive_delivery *real = &world.delivery[j];

            found = found || (real->in == expected->in && real->out == expected->out &&
                              real->source == expected->source && real->bits == expected->bits);
        }
        if (!found)
            return false;
    }
    return true;
}
