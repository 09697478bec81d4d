/*
 * fuzz-trap: the trap as the kernel has it, from registers and pages at random to registers and
 * memory afterwards.
 *
 * What should have happened is worked out here a second time, from docs/ipc.md: whether a message
 * can be where the registers say is asked byte by byte, what the call does is asked of the naive
 * model (tests/model/naive.h), and what it delivers is put into a copy of all memory. After each
 * step the table, the registers of whoever goes on, and every byte of memory must be the same.
 */
#include "decode.h"
#include "records.h"
#include "trap_machine.h"

#include "call.h"
#include "naive.h"
#include "schedule.h"
#include "timer.h"

#include <string.h>

#define STEPS_MOST  200
#define BEGIN_BYTES (3 * RECORD_BYTES) /* pages and rights */

_Static_assert(BEGIN_BYTES >= IPC_PROCESSES * USER_PAGES + 4, "a byte a page, then the rights");

/* What is known of a process beside the model. */
struct shadow {
    uint32_t in_box, out_box;      /* user addresses; 0: none */
    uint8_t *place[MESSAGE_BYTES]; /* where each byte of a message for it goes, in `memory` */
    uint32_t sent[MESSAGE_WORDS];  /* the message of its call */
    int32_t result;                /* registers, once it goes on */
    uint32_t second;
    bool has_deadline;
    uint64_t deadline;
};

static struct shadow shadow[IPC_PROCESSES];
static uint8_t memory[MEMORY_BYTES]; /* as it should be */
static struct naive model, before;
static struct ipc_select_pair pairs[IPC_SELECT_PAIRS]; /* that the caller wrote to its memory */
static unsigned step;

/* ---- A message in memory, byte by byte ------------------------------------------------------- */

/* Where the byte at a user address should be, or NULL: nowhere, or it may not be written. */
static uint8_t *byte_at(unsigned slot, uint64_t address, bool to_write)
{
    for (unsigned i = 0; i < USER_PAGES; i++) {
        uint64_t start = i < LOW_PAGES ? LOW_START + (uint64_t)i * PAGE_BYTES
                                       : HIGH_START + (uint64_t)(i - LOW_PAGES) * PAGE_BYTES;
        const struct user_page *page = &machine.page[slot][i];

        if (address < start || address >= start + PAGE_BYTES)
            continue;
        if (!page->present || (to_write && !page->writable))
            return NULL;
        return memory + (slot * PHYSICAL_PAGES + page->physical) * PAGE_BYTES + (address - start);
    }
    return NULL;
}

static bool find_bytes(unsigned slot, uint32_t address, uint32_t bytes, bool to_write,
                       uint8_t **found)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t *byte = byte_at(slot, (uint64_t)address + i, to_write);

        if (byte == NULL)
            return false;
        if (found != NULL)
            found[i] = byte;
    }
    return true;
}

/* 0, or what is wrong with an explicit message. */
static int message_error(unsigned slot, uint32_t address, bool to_write)
{
    if (address % 4 != 0)
        return -EINVAL;
    return find_bytes(slot, address, MESSAGE_BYTES, to_write, NULL) ? 0 : -EFAULT;
}

static int box_error(unsigned slot, uint32_t address, bool to_write)
{
    if (address / PAGE_BYTES != (address + (MESSAGE_BYTES - 1)) / PAGE_BYTES)
        return -EINVAL;
    return message_error(slot, address, to_write);
}

/* The physical address of the first byte of a message that is all right. */
static phys_addr_t place_of(unsigned slot, uint32_t address)
{
    uint8_t *found[MESSAGE_BYTES];

    FUZZ_CHECK(find_bytes(slot, address, MESSAGE_BYTES, false, found));
    return arch_phys_of(machine_memory + (found[0] - memory));
}

static bool is_beyond(phys_addr_t place)
{
    return machine_is_beyond(place - arch_phys_of(machine_memory));
}

/* What the core should be given for it. */
static phys_addr_t core_place(unsigned slot, uint32_t address)
{
    const phys_addr_t place = place_of(slot, address);

    if (is_beyond(place) || address / PAGE_BYTES != (address + MESSAGE_BYTES - 1) / PAGE_BYTES)
        return arch_phys_of(&process_at(slot)->bounce);
    return place;
}

static void read_words(unsigned slot, uint32_t address, uint32_t words[MESSAGE_WORDS])
{
    uint8_t *found[MESSAGE_BYTES], bytes[MESSAGE_BYTES];

    FUZZ_CHECK(find_bytes(slot, address, MESSAGE_BYTES, false, found));
    for (unsigned i = 0; i < MESSAGE_BYTES; i++)
        bytes[i] = *found[i];
    memcpy(words, bytes, MESSAGE_BYTES);
}

static void write_place(unsigned slot, const uint32_t words[MESSAGE_WORDS])
{
    const uint8_t *bytes = (const uint8_t *)words;

    for (unsigned i = 0; i < MESSAGE_BYTES; i++)
        *shadow[slot].place[i] = bytes[i];
}

/* The process itself writes, before its call: in memory and in what memory should be. */
static void user_writes(unsigned slot, uint32_t address, const void *from, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t *byte = byte_at(slot, (uint64_t)address + i, false);

        if (byte == NULL)
            continue;
        *byte = ((const uint8_t *)from)[i];
        machine_memory[byte - memory] = *byte;
    }
}

/* ---- What a call should do ------------------------------------------------------------------- */

static bool has_message(uint32_t number)
{
    return number != IPC_IN_OUTBOX && number != IPC_NOTIFY && number != IPC_NOTIFY_SET &&
           number != IPC_SELECT;
}

static bool sends(uint32_t number)
{
    return has_message(number) && number != IPC_RECEIVE && number != IPC_RECEIVE_EX;
}

static bool receives(uint32_t number)
{
    return has_message(number) && number != IPC_SEND && number != IPC_REPLY;
}

/* What is wrong with the memory that the call names, 0 or negative. */
static int memory_error(unsigned slot, const struct arch_call *r)
{
    const struct shadow *s = &shadow[slot];
    uint32_t number = r->call & IPC_CALL_MASK;
    int error = 0;

    if (number == IPC_IN_OUTBOX) {
        if (r->target != 0)
            error = box_error(slot, r->target, true);
        if (error == 0 && r->message != 0)
            error = box_error(slot, r->message, false);
        return error;
    }
    if (number == IPC_SELECT) {
        if (r->message % 4 != 0)
            return -EINVAL;
        return find_bytes(slot, r->message, r->target * 8, false, NULL) ? 0 : -EFAULT;
    }
    if (!has_message(number))
        return 0;
    if (r->message == 0)
        return (sends(number) && s->out_box == 0) || (receives(number) && s->in_box == 0) ? -EFAULT
                                                                                          : 0;
    return message_error(slot, r->message, receives(number));
}

/* What the registers say, without the memory that they name. */
static struct operation operation_without_memory(unsigned slot, const struct arch_call *r)
{
    return (struct operation){
        .kind = OPERATION_CALL,
        .slot = slot,
        .call = r->call,
        .target = (endpoint_t)r->target,
        .source = (endpoint_t)r->source,
        .events = r->events,
        .pairs = r->target,
    };
}

/* The operation that the registers mean, if nothing is wrong with their memory. */
static struct operation operation_of(unsigned slot, const struct arch_call *r, bool memory_is_good)
{
    uint32_t number = r->call & IPC_CALL_MASK;
    uint32_t out = r->message != 0 ? r->message : shadow[slot].out_box;
    uint32_t in = r->message != 0 ? r->message : shadow[slot].in_box;
    struct operation op = operation_without_memory(slot, r);

    if (!memory_is_good)
        return op;
    if (sends(number)) {
        op.out = core_place(slot, out);
        read_words(slot, out, shadow[slot].sent);
    }
    if (receives(number)) {
        op.in = core_place(slot, in);
        FUZZ_CHECK(find_bytes(slot, in, MESSAGE_BYTES, true, shadow[slot].place));
    }
    for (uint32_t i = 0; number == IPC_SELECT && i < op.pairs * sizeof op.set[0]; i++)
        ((uint8_t *)op.set)[i] = *byte_at(slot, (uint64_t)r->message + i, false);
    return op;
}

static void expect_registers(unsigned slot, int32_t result, uint32_t second)
{
    shadow[slot].result = result;
    shadow[slot].second = second;
}

/* Who waited with this place for a message; it is the caller's where nobody did. */
static unsigned receiver_at(phys_addr_t in, unsigned caller)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (slot != caller && before.process[slot].in == in &&
            before.process[slot].state > IPC_RUNNABLE)
            return slot;
    }
    return caller;
}

static void expect_deliveries(unsigned caller)
{
    for (unsigned i = 0; i < model.deliveries; i++) {
        const struct naive_delivery *d = &model.delivery[i];
        uint32_t words[MESSAGE_WORDS] = {(uint32_t)d->source, IPC_EVENT_MESSAGE, d->bits};

        if (d->out != 0)
            memcpy(words + 1, shadow[endpoint_slot(d->source)].sent + 1, MESSAGE_BYTES - 4);
        write_place(receiver_at(d->in, caller), words);
    }
}

/* Whoever goes on now finds its call's results in its registers, and has no deadline. */
static void expect_ends(unsigned caller)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        const struct naive_process *p = &model.process[slot];

        if (p->state == IPC_RUNNABLE &&
            (slot == caller || before.process[slot].state > IPC_RUNNABLE)) {
            expect_registers(slot, p->result, p->second);
            shadow[slot].has_deadline = false;
        }
    }
}

static void model_does(struct operation op, unsigned caller)
{
    naive_copy(&before, &model);
    naive_perform(&model, &op);
    expect_deliveries(caller);
    expect_ends(caller);
}

/* SYSTEM's answer, as trap_machine.c gives it; or the caller's end. */
static void expect_system(unsigned slot)
{
    const struct shadow *s = &shadow[slot];
    uint32_t words[MESSAGE_WORDS] = {SYSTEM, 0};

    if (s->sent[2] == SYSTEM_ENDS_CALLER) {
        model_does((struct operation){.kind = OPERATION_DESTROY, .slot = slot}, IPC_PROCESSES);
        return;
    }
    for (unsigned i = 2; i < MESSAGE_WORDS; i++)
        words[i] = ~s->sent[i];
    write_place(slot, words);
    expect_registers(slot, 0, IPC_CAME_REPLY);
}

/* The calls that no core sees. */
static void expect_kernels(unsigned slot, const struct arch_call *r)
{
    struct shadow *s = &shadow[slot];
    uint32_t number = r->call & IPC_CALL_MASK, words[MESSAGE_WORDS];

    if (number != IPC_ECHO && number != IPC_IN_OUTBOX) {
        expect_system(slot);
        return;
    }
    expect_registers(slot, 0, IPC_CAME_NOTHING);
    if (number == IPC_ECHO) {
        memcpy(words, s->sent, sizeof words);
        words[0] = (uint32_t)model.process[slot].endpoint;
        write_place(slot, words);
        return;
    }
    s->in_box = r->target != 0 ? r->target : s->in_box;
    s->out_box = r->message != 0 ? r->message : s->out_box;
}

static void expect_call(unsigned slot, const struct arch_call *r)
{
    int error = memory_error(slot, r);
    struct operation op = operation_of(slot, r, false);
    struct outcome outcome;

    naive_copy(&before, &model);
    outcome = naive_perform(&model, &op); /* for the argument check alone */
    naive_copy(&model, &before);
    if (outcome.error != 0) {
        expect_registers(slot, outcome.error, (uint32_t)outcome.culprit);
        return;
    }
    if (error != 0) {
        expect_registers(slot, error, (uint32_t)model.process[slot].endpoint);
        return;
    }
    op = operation_of(slot, r, true);
    if (operation_is_kernels(&op)) {
        expect_kernels(slot, r);
        return;
    }
    model_does(op, slot);
    if (model.process[slot].state == IPC_RUNNABLE || (r->call & IPC_TIMEOUT) == 0)
        return;
    shadow[slot].has_deadline = true;
    shadow[slot].deadline = machine.now + r->timeout;
    if (r->timeout == 0)
        model_does((struct operation){.kind = OPERATION_TIMEOUT, .slot = slot}, IPC_PROCESSES);
}

/* ---- What is the same afterwards ------------------------------------------------------------- */

static bool is_box(unsigned slot, uint32_t address, phys_addr_t box)
{
    return box == (address != 0 ? place_of(slot, address) : 0);
}

/* What the machine should know of a box. */
static phys_addr_t near_box(phys_addr_t box)
{
    return box != 0 && is_beyond(box) ? 0 : box;
}

static bool waits_beyond(const struct arch_place *place)
{
    return place->first_bytes != 0 &&
           (is_beyond(place->first) ||
            (place->first_bytes < MESSAGE_BYTES && is_beyond(place->second)));
}

/* Whether the message that the machine would write is where the wait has it. */
static bool is_for_machine(unsigned slot, phys_addr_t in)
{
    const struct process *process = process_at(slot);

    if (waits_beyond(&process->arch.deliver))
        return false;

    if (machine.path[slot].with_boxes)
        return in != 0 && in == process->in_box && near_box(process->out_box) != 0;
    if (process->arch.deliver.first_bytes != 0)
        return in == arch_phys_of(&process->bounce);
    return in != arch_phys_of(&process->bounce) && in % PAGE_BYTES <= PAGE_BYTES - MESSAGE_BYTES;
}

/* What the machine knows for rendezvous of its own: arch_open and arch_boxes say when it may. */
static void check_path(unsigned slot)
{
    const struct naive_process *p = &model.process[slot];

    if (p->state == IPC_RECEIVING && p->answered)
        fuzz_feature(1u << 27 | (uint32_t)(p->waits_for == ANY) << 4 | (uint32_t)p->timed << 3 |
                     (uint32_t)p->message_is_next << 2 |
                     (uint32_t)(p->in == process_at(slot)->in_box) << 1 |
                     (uint32_t)(p->in == arch_phys_of(&process_at(slot)->bounce)));
    if (machine.path[slot].is_open &&
        (p->state != IPC_RECEIVING || p->waits_for != ANY || p->timed || !p->answered ||
         p->message_is_next || !is_for_machine(slot, p->in)))
        fuzz_fail("step %u: p%u is open to requests without the kernel", step, slot);
    if (machine.path[slot].accepts != 0 &&
        (p->state != IPC_RECEIVING || p->waits_for != machine.path[slot].accepts || p->timed ||
         p->answered || process_at(slot)->arch.deliver.first_bytes != 0 ||
         (p->waits_for == ANY && (p->message_is_next || p->accepts == 0))))
        fuzz_fail("step %u: p%u is open to sends without the kernel", step, slot);
    if (p->lives && (machine.path[slot].in_box != near_box(process_at(slot)->in_box) ||
                     machine.path[slot].out_box != near_box(process_at(slot)->out_box)))
        fuzz_fail("step %u: the machine has other boxes of p%u", step, slot);
}

static void compare(void)
{
    unsigned slot;
    const char *wrong = ipc_check_invariants(&ipc_table, &slot);

    if (wrong == NULL)
        wrong = naive_differs(&model, &ipc_table, &slot);
    if (wrong != NULL)
        fuzz_fail("step %u: %s (p%u)", step, wrong, slot);
    for (slot = 0; slot < IPC_PROCESSES; slot++) {
        const struct arch_context *context = &process_at(slot)->arch;

        if (model.process[slot].state == IPC_RUNNABLE &&
            (context->result != shadow[slot].result || context->second != shadow[slot].second))
            fuzz_fail("step %u: p%u's registers are %d and %#x, not %d and %#x", step, slot,
                      context->result, context->second, shadow[slot].result, shadow[slot].second);
        FUZZ_CHECK(process_at(slot)->alive == model.process[slot].lives);
        check_path(slot);
        if (process_at(slot)->alive &&
            (!is_box(slot, shadow[slot].in_box, process_at(slot)->in_box) ||
             !is_box(slot, shadow[slot].out_box, process_at(slot)->out_box)))
            fuzz_fail("step %u: a box of p%u is elsewhere", step, slot);
    }
    for (uint32_t i = 0; memcmp(memory, machine_memory, MEMORY_BYTES) != 0; i++) {
        if (memory[i] != machine_memory[i])
            fuzz_fail("step %u: byte %#x of physical page %u of p%u is %#x, not %#x", step,
                      i % PAGE_BYTES, i / PAGE_BYTES % PHYSICAL_PAGES,
                      i / PAGE_BYTES / PHYSICAL_PAGES, machine_memory[i], memory[i]);
    }
}

/* Those whose wait has ended find the results when they run: here, at once. */
static void finish_calls(void)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (process_at(slot)->alive && process_at(slot)->call_ended)
            process_finish_call(process_at(slot));
    }
}

/* ---- Traps ----------------------------------------------------------------------------------- */

static uint32_t decode_address(struct fuzz_input *input)
{
    static const uint16_t offsets[] = {0,
                                       4,
                                       64,
                                       128,
                                       PAGE_BYTES - 36,
                                       PAGE_BYTES - 32,
                                       PAGE_BYTES - 4,
                                       PAGE_BYTES - 20,
                                       PAGE_BYTES - 40,
                                       2,
                                       PAGE_BYTES - 1};
    uint32_t page = fuzz_byte(input), offset = fuzz_byte(input);

    if (page < 0x30)
        return 0;
    if (page >= 0xf8)
        return page << 24 | offset << 8 | (page & 7);
    page %= USER_PAGES;
    return (page < LOW_PAGES ? LOW_START + page * PAGE_BYTES
                             : HIGH_START + (page - LOW_PAGES) * PAGE_BYTES) +
           offsets[offset % (sizeof offsets / sizeof *offsets)];
}

static void decode_registers(unsigned slot, struct fuzz_input *input, struct arch_call *r)
{
    uint32_t number = decode_call(fuzz_byte(input)), how = fuzz_byte(input);
    uint32_t target = fuzz_byte(input);

    if (how % 16 == 5)
        number = IPC_IN_OUTBOX;
    *r = (struct arch_call){
        .call = number | (call_waits(number) ? decode_flags(how) : 0),
        .timeout = how < 0x20 ? 0 : how * 100,
    };
    r->message = decode_address(input);
    r->events = decode_events(fuzz_byte(input));
    r->target = (uint32_t)(call_receives_from(number) ? decode_source(&ipc_table, target)
                                                      : decode_target(&ipc_table, target));
    if (call_replies(number)) {
        endpoint_t client = decode_client(&ipc_table, slot, target);

        r->target = (uint32_t)client;
        r->call |= decode_ticket(&ipc_table, client, fuzz_byte(input)) << IPC_TICKET_SHIFT;
        r->source = (uint32_t)decode_source(&ipc_table, fuzz_byte(input));
    }
    if (number == IPC_IN_OUTBOX)
        r->target = decode_address(input);
    if (number == IPC_SELECT)
        r->target = decode_pairs(target);
    if (how == 0xbf)
        r->call ^= 1u << fuzz_byte(input) % 32;
    if (how == 0xbe)
        r->target = fuzz_word(input);
}

/* What the caller has in its memory when it calls: words that nobody else has, or pairs. */
static void fill(unsigned slot, const struct arch_call *r, struct fuzz_input *input)
{
    uint32_t address = r->message != 0 ? r->message : shadow[slot].out_box;
    uint32_t words[MESSAGE_WORDS];

    if ((r->call & IPC_CALL_MASK) == IPC_SELECT) {
        for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++)
            pairs[i] = (struct ipc_select_pair){
                .source = decode_source(&ipc_table, i < 3 ? fuzz_byte(input) : 0x70 + i),
                .events = decode_events(i < 3 ? fuzz_byte(input) : i),
            };
        user_writes(slot, address, pairs, sizeof pairs);
        return;
    }
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        words[i] = 0xa0000000u + step * 256 + slot * 16 + i;
    if (fuzz_byte(input) == 1)
        words[2] = SYSTEM_ENDS_CALLER;
    if (has_message(r->call & IPC_CALL_MASK))
        user_writes(slot, address, words, sizeof words);
}

static void tell_trap(unsigned slot, const struct arch_call *r)
{
    struct operation op = operation_without_memory(slot, r);

    if (!fuzz_tells())
        return;
    memcpy(op.set, pairs, sizeof op.set);
    fprintf(stderr, "%4u. ", step);
    operation_print(stderr, &ipc_table, &op);
    fprintf(stderr, "; eax %#x ebx %#x ecx %#x edx %#x esi %#x edi %#x\n", r->target, r->message,
            r->call, r->events, r->timeout, r->source);
}

static void trap(unsigned slot, struct fuzz_input *input)
{
    struct arch_context *context = &process_at(slot)->arch;
    struct arch_call r;

    decode_registers(slot, input, &r);
    fill(slot, &r, input);
    tell_trap(slot, &r);
    expect_call(slot, &r);
    context->call = r.call;
    context->target = r.target;
    context->message = r.message;
    context->events = r.events;
    context->timeout = r.timeout;
    context->source = r.source;
    context->result = 0x5afe;
    kernel_call(context);
    finish_calls();
    fuzz_feature((r.call & 0x1ff) << 16 | (uint32_t)-context->result << 8 |
                 (r.message % PAGE_BYTES > PAGE_BYTES - 36) << 4 | (context->second & 7));
}

/* ---- What else happens ----------------------------------------------------------------------- */

static void tell(const char *what, unsigned slot)
{
    if (fuzz_tells())
        fprintf(stderr, "%4u. p%u %s\n", step, slot, what);
}

static void birth(unsigned identity)
{
    const struct operation op = {.kind = OPERATION_CREATE, .identity = identity};
    struct outcome outcome = naive_perform(&model, &op);
    int slot = ipc_create(&ipc_table, identity);

    FUZZ_CHECK(slot == outcome.value);
    if (slot < 0)
        return;
    tell("is born", (unsigned)slot);
    process_create((unsigned)slot, &machine.module[slot], 0, 0);
    process_run((unsigned)slot);
    shadow[slot] = (struct shadow){0};
}

static void end(unsigned slot)
{
    const struct death how = {.endpoint = process_endpoint(process_at(slot)), .cause = DEATH_KILL};

    if (!process_at(slot)->alive)
        return;
    tell("dies", slot);
    model_does((struct operation){.kind = OPERATION_DESTROY, .slot = slot}, IPC_PROCESSES);
    process_end(process_at(slot), &how);
    shadow[slot].has_deadline = false;
}

static bool is_due(unsigned slot)
{
    return shadow[slot].has_deadline && shadow[slot].deadline <= machine.now;
}

/* Time passes, and the kernel takes the deadlines that it has, as it does at a tick. */
static void pass_time(uint32_t us)
{
    unsigned slot;
    enum timer_kind kind;

    if (fuzz_tells())
        fprintf(stderr, "%4u. %u us pass\n", step, us);
    machine.now += us;
    while (timer_take_due(machine.now, &slot, &kind)) {
        FUZZ_CHECK(kind == TIMER_CALL && slot < IPC_PROCESSES && is_due(slot));
        model_does((struct operation){.kind = OPERATION_TIMEOUT, .slot = slot}, IPC_PROCESSES);
        ipc_timeout(&ipc_table, slot);
    }
    for (slot = 0; slot < IPC_PROCESSES; slot++)
        FUZZ_CHECK(!is_due(slot));
}

static void happen(uint32_t kind, unsigned slot, struct fuzz_input *input)
{
    uint32_t byte = fuzz_byte(input);
    struct operation op = {.slot = slot, .events = decode_events(byte)};

    if (kind % 8 < 2) {
        birth(byte % 2);
    } else if (kind % 8 < 5) {
        pass_time(byte * 200);
    } else if (kind % 8 == 5) {
        end(slot);
    } else if (kind % 8 == 6 && process_at(slot)->alive) {
        tell("is cancelled", slot);
        op.kind = OPERATION_CANCEL;
        model_does(op, IPC_PROCESSES);
        ipc_cancel(&ipc_table, slot);
    } else if (process_at(slot)->alive) {
        tell("gets kernel events", slot);
        op.kind = OPERATION_POST;
        model_does(op, IPC_PROCESSES);
        ipc_post(&ipc_table, slot, op.events);
    }
    finish_calls();
}

/* ---- An input -------------------------------------------------------------------------------- */

/* The second identity's calls and targets are the input's. */
static void begin(struct fuzz_input *input)
{
    uint32_t rights;

    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (process_at(slot)->alive)
            end(slot);
    }
    machine_begin(input);
    rights = fuzz_word(input);
    memcpy(memory, machine_memory, sizeof memory);
    process_init();
    memset(&model, 0, sizeof model);
    naive_init(&model);
    memset(shadow, 0, sizeof shadow);
    for (unsigned i = 0; i < 2; i++) {
        ipc_table.privilege[i].calls = (1u << CALL_BIT_COUNT) - 1;
        ipc_table.privilege[i].targets[0] = 3;
    }
    ipc_table.privilege[1].calls &= ~(rights & rights >> 16);
    ipc_table.privilege[1].targets[0] = rights & 3;
    memcpy(model.privilege, ipc_table.privilege, sizeof model.privilege);
    step = 0;
    for (unsigned i = 0; i + 1 < IPC_PROCESSES; i++)
        birth(rights >> (8 + i) & 1);
}

static void one_step(struct fuzz_input *input)
{
    uint32_t kind = fuzz_byte(input), first = fuzz_byte(input);

    step++;
    for (unsigned i = 0; kind < 0xd0 && i < IPC_PROCESSES; i++) {
        unsigned slot = (first + i) % IPC_PROCESSES;

        if (ipc_table.process[slot].state != IPC_RUNNABLE)
            continue;
        trap(slot, input);
        compare();
        return;
    }
    happen(kind, first % IPC_PROCESSES, input);
    compare();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct fuzz_input first = {data, bytes < BEGIN_BYTES ? bytes : BEGIN_BYTES};
    struct fuzz_input rest = {data + first.left, bytes - first.left};

    begin(&first);
    for (unsigned i = 0; i < STEPS_MOST && rest.left > 0; i++) {
        struct fuzz_input record = {rest.at, rest.left < RECORD_BYTES ? rest.left : RECORD_BYTES};

        rest.at += record.left;
        rest.left -= record.left;
        one_step(&record);
    }
    return 0;
}
