/*
 * fuzz-core: eight processes, every operation that there is, the core beside the naive model.
 *
 * A record of the input is one operation, the first one the beginning: how many processes there
 * are, what their identities may do, whether generations or tickets are about to run out. What a
 * step has to satisfy is tests/model/twin.h.
 */
#include "decode.h"
#include "records.h"

#include "twin.h"
#include "world.h"

#include <string.h>

#define OPERATIONS_MOST 400

static const uint8_t identities[] = {0, 1, 33, 63};

static struct twin twin;
static unsigned step;

/* ---- In words -------------------------------------------------------------------------------- */

static void tell_beginning(unsigned born, uint32_t variation)
{
    if (!fuzz_tells())
        return;
    fprintf(stderr, "%u processes%s%s\n", born,
            (variation & 1) != 0 ? ", generations about to run out" : "",
            (variation & 2) != 0 ? ", tickets about to begin anew" : "");
}

static void tell_operation(const struct operation *op)
{
    if (!fuzz_tells())
        return;
    fprintf(stderr, "%4u. ", step);
    operation_print(stderr, &twin.before, op);
    fflush(stderr);
}

static void tell_outcome(const struct operation *op, const struct outcome *outcome)
{
    if (!fuzz_tells())
        return;
    if (outcome->error != 0)
        fprintf(stderr, ": refused, %s", error_name(outcome->error));
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        const struct ipc_process *p = &twin.before.process[slot], *q = &twin.after.process[slot];

        if (p->state > IPC_RUNNABLE && q->state == IPC_RUNNABLE)
            fprintf(stderr, "; p%u goes on: %s, %#x", slot,
                    q->result > 0 ? "index" : error_name(q->result), q->second);
        else if (p->state <= IPC_RUNNABLE && q->state > IPC_RUNNABLE)
            fprintf(stderr, "; p%u waits", slot);
    }
    if (op->kind == OPERATION_CALL && outcome->error == 0 && outcome->ended)
        fprintf(stderr, ": %s, %#x", error_name(twin.after.process[op->slot].result),
                twin.after.process[op->slot].second);
    fputc('\n', stderr);
}

/* ---- The beginning --------------------------------------------------------------------------- */

static void decode_rights(struct fuzz_input *input, struct ipc_privilege rights[IDENTITY_COUNT])
{
    memset(rights, 0, IDENTITY_COUNT * sizeof *rights);
    for (unsigned i = 0; i < sizeof identities; i++) {
        struct ipc_privilege *right = &rights[identities[i]];
        uint32_t without = i == 0 ? 0 : fuzz_byte(input) * (i == 3 ? 0x11 : 1);

        right->calls = ((1u << CALL_BIT_COUNT) - 1) & ~(without >> 2 << i);
        for (unsigned j = 0; j < sizeof identities; j++) {
            if (i == 0 || j != without % 5)
                right->targets[identities[j] / 32] |= 1u << identities[j] % 32;
        }
    }
}

static void begin(struct fuzz_input *input)
{
    struct ipc_privilege rights[IDENTITY_COUNT];
    uint32_t variation = fuzz_byte(input), born = fuzz_byte(input) % (IPC_PROCESSES + 1);
    uint32_t who = fuzz_byte(input);

    decode_rights(input, rights);
    twin_start(&twin, rights);
    step = 0;
    tell_beginning(born, variation);
    for (unsigned slot = 0; slot < IPC_PROCESSES && (variation & 1) != 0; slot++)
        twin.after.process[slot].endpoint = ENDPOINT(ENDPOINT_GENERATION_LAST - 2, slot);
    for (unsigned i = 0; i < born; i++) {
        int slot = ipc_create(&twin.after, identities[(who >> i & 1) != 0 ? i % 4 : 0]);

        if ((variation & 2) != 0)
            twin.after.process[slot].ticket = UINT16_MAX - 1;
    }
    naive_from_core(&twin.naive_after, &twin.after);
    twin_advance(&twin);
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* The first slot from `slot` on that is as asked, else `slot`. */
static unsigned next_slot(unsigned slot, bool (*is_wanted)(const struct ipc_process *))
{
    for (unsigned i = 0; i < IPC_PROCESSES; i++) {
        if (is_wanted(&twin.before.process[(slot + i) % IPC_PROCESSES]))
            return (slot + i) % IPC_PROCESSES;
    }
    return slot;
}

static bool runs(const struct ipc_process *p)
{
    return p->state == IPC_RUNNABLE;
}

static bool waits(const struct ipc_process *p)
{
    return p->state > IPC_RUNNABLE;
}

static bool is_timed(const struct ipc_process *p)
{
    return p->timed != 0;
}

static bool is_in_fault(const struct ipc_process *p)
{
    return p->fault != 0;
}

static bool lives(const struct ipc_process *p)
{
    return p->state != IPC_FREE;
}

static void decode_pairs_of(struct operation *op, struct fuzz_input *input, uint32_t byte)
{
    op->pairs = decode_pairs(byte);
    for (unsigned i = 0; i < op->pairs && i < IPC_SELECT_PAIRS; i++) {
        op->set[i].source = decode_source(&twin.before, fuzz_byte(input));
        op->set[i].events = decode_events(fuzz_byte(input));
    }
}

/* One that no program should make: any bits at all. */
static void decode_wild(struct operation *op, struct fuzz_input *input)
{
    op->call = fuzz_word(input);
    op->target = (endpoint_t)fuzz_word(input);
    op->source = (endpoint_t)fuzz_word(input);
}

static void decode_call_of(struct operation *op, struct fuzz_input *input, uint32_t slot)
{
    const struct ipc_table *t = &twin.before;
    uint32_t number = decode_call(fuzz_byte(input)), how = fuzz_byte(input);
    uint32_t target = fuzz_byte(input), events = fuzz_byte(input);

    op->slot = next_slot(slot % IPC_PROCESSES, runs);
    op->in = BOX(op->slot, BOX_IN);
    op->out = how >= 0xc0 ? op->in : BOX(op->slot, BOX_OUT);
    op->call = number | (call_waits(number) ? decode_flags(how) : 0);
    op->events = decode_events(events);
    op->target = call_receives_from(number) ? decode_source(t, target) : decode_target(t, target);
    if (call_replies(number)) {
        op->target = decode_client(t, op->slot, target);
        op->call |= decode_ticket(t, op->target, fuzz_byte(input)) << IPC_TICKET_SHIFT;
        op->source = decode_source(t, fuzz_byte(input));
    }
    if (number == IPC_SELECT)
        decode_pairs_of(op, input, target);
    if (how == 0xbf)
        decode_wild(op, input);
}

static void decode_kernels(struct operation *op, struct fuzz_input *input, uint32_t slot)
{
    static bool (*const wanted[OPERATION_KINDS])(const struct ipc_process *) = {
        [OPERATION_DESTROY] = lives,       [OPERATION_POST] = lives, [OPERATION_TIMEOUT] = is_timed,
        [OPERATION_CANCEL] = waits,        [OPERATION_FAULT] = runs, [OPERATION_ADOPT] = runs,
        [OPERATION_RESTART] = is_in_fault,
    };
    uint32_t what = fuzz_byte(input);

    op->slot = slot % IPC_PROCESSES;
    if (wanted[op->kind] != NULL)
        op->slot = next_slot(op->slot, wanted[op->kind]);
    op->target = twin.before.process[what % IPC_PROCESSES].endpoint;
    op->identity = identities[what % 4];
    op->events = decode_events(fuzz_byte(input));
    op->out = BOX(op->slot, BOX_FAULT_OUT);
    op->in = BOX(op->slot, BOX_FAULT_IN);
}

static struct operation decode(struct fuzz_input *input)
{
    static const uint8_t kernels[] = {
        OPERATION_CREATE, OPERATION_TIMEOUT, OPERATION_POST,    OPERATION_FAULT, OPERATION_DESTROY,
        OPERATION_CREATE, OPERATION_TIMEOUT, OPERATION_CANCEL,  OPERATION_ADOPT, OPERATION_CREATE,
        OPERATION_POST,   OPERATION_FAULT,   OPERATION_RESTART,
    };
    uint32_t kind = fuzz_byte(input), slot = fuzz_byte(input);
    struct operation op = {.kind = OPERATION_CALL};

    if (kind < 0xc0) {
        decode_call_of(&op, input, slot);
        return op;
    }
    op.kind = (enum operation_kind)kernels[kind % sizeof kernels];
    decode_kernels(&op, input, slot);
    return op;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* What kind of thing happened, and between processes in which states. */
static void note_features(const struct operation *op, const struct outcome *outcome)
{
    unsigned peer = endpoint_slot(op->target);
    const struct ipc_process *p = &twin.after.process[op->slot];
    uint32_t what = (uint32_t)op->kind << 10 | (op->kind == OPERATION_CALL ? op->call & 0x1ff : 0);
    uint32_t of_peer = peer < IPC_PROCESSES ? twin.before.process[peer].state : 15;
    uint32_t how = (uint32_t)(-outcome->error - (p->result < 0 ? p->result : 0)) & 0xff;

    fuzz_feature(what << 12 | of_peer << 8 | how);
    fuzz_feature(1u << 30 | what << 8 | (uint32_t)p->state << 4 | (p->second & 7));
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (twin.before.process[slot].state != twin.after.process[slot].state)
            fuzz_feature(1u << 31 | what << 8 | (uint32_t)twin.before.process[slot].state << 4 |
                         twin.after.process[slot].state);
    }
}

static void perform(const struct operation *op)
{
    struct outcome outcome;
    unsigned slot;
    const char *wrong;

    step++;
    tell_operation(op);
    wrong = twin_step(&twin, op, &outcome, &slot);
    tell_outcome(op, &outcome);
    if (wrong != NULL && slot < IPC_PROCESSES)
        fuzz_fail("operation %u: %s (p%u)", step, wrong, slot);
    if (wrong != NULL)
        fuzz_fail("operation %u: %s", step, wrong);
    note_features(op, &outcome);
    twin_advance(&twin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    for (size_t at = 0; at < bytes && at < OPERATIONS_MOST * RECORD_BYTES; at += RECORD_BYTES) {
        struct fuzz_input input = {data + at,
                                   bytes - at < RECORD_BYTES ? bytes - at : RECORD_BYTES};
        struct operation op;

        if (at == 0) {
            begin(&input);
            continue;
        }
        op = decode(&input);
        if (operation_is_possible(&twin.before, &op))
            perform(&op);
    }
    return 0;
}
