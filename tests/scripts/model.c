/* See model.h. */
#include "model.h"
#include "facts.h"

#include <abi/privilege.h>
#include <string.h>

#define CALL(step) ((step)->ecx & IPC_CALL_MASK)
#define BIT(name)  (1u << CALL_BIT_##name)

#define ALL_CALLS ((1u << CALL_BIT_COUNT) - 1)

/* The rights of the modules w0, w1.. as scripts.conf has them. */
static const struct {
    uint32_t calls, targets;
} rights[SCRIPT_PROCESSES] = {
    {ALL_CALLS, 0x3f},
    {ALL_CALLS, 0x3f},
    {ALL_CALLS, 0x3f},
    {ALL_CALLS, 0x3f},
    {BIT(receive) | BIT(send_rec) | BIT(in_outbox) | BIT(echo) | BIT(ipc_request) |
         BIT(ipc_receive) | BIT(ipc_select),
     0x07},
    {BIT(receive) | BIT(in_outbox) | BIT(notify) | BIT(ipc_request) | BIT(ipc_reply) |
         BIT(ipc_notify) | BIT(ipc_receive) | BIT(ipc_select),
     0x19},
};

#define NOBODY 255

/* Vectors of the processor. */
#define BREAKPOINT 3
#define PAGE_FAULT 14

/* The modules that settle faults, as scripts.conf has them. */
static const uint8_t handlers[SCRIPT_PROCESSES] = {NOBODY, NOBODY, 0, 0, NOBODY, 3};

bool model_has_handler(unsigned module)
{
    return handlers[module] != NOBODY;
}

bool model_is_endpoint(uint32_t word)
{
    unsigned generation = endpoint_generation((endpoint_t)word);

    return endpoint_slot((endpoint_t)word) < SCRIPT_PROCESSES &&
           generation >= SCRIPT_GENERATION - 1 && generation < SCRIPT_GENERATION + SCRIPT_STEPS;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static bool sends(uint32_t call)
{
    return call == IPC_SEND || call == IPC_SEND_REC || call == IPC_REQUEST || call == IPC_REPLY ||
           call == IPC_REPLY_RECEIVE || call == IPC_ECHO;
}

static bool receives(uint32_t call)
{
    return call == IPC_RECEIVE || call == IPC_SEND_REC || call == IPC_REQUEST ||
           call == IPC_RECEIVE_EX || call == IPC_REPLY_RECEIVE || call == IPC_ECHO;
}

static bool is_writable(unsigned place)
{
    return place >= PLACE_WRITABLE_FIRST && place <= PLACE_WRITABLE_LAST;
}

void model_find_places(const struct model *m, struct script_step *step)
{
    const struct actor *actor = &m->actor[step->process];
    unsigned out = step->message == PLACE_NULL ? actor->out_box : step->message;
    unsigned in = step->message == PLACE_NULL ? actor->in_box : step->message;

    step->sends = step->receives = PLACE_NULL;
    if (sends(CALL(step)) && (is_writable(out) || out == PLACE_READ_ONLY))
        step->sends = (uint8_t)out;
    if (receives(CALL(step)) && is_writable(in))
        step->receives = (uint8_t)in;
}

/* The error of an address that is written to or not: 0 or positive. */
static int place_error(unsigned place, bool written)
{
    if (place == PLACE_UNALIGNED || place == PLACE_UNALIGNED_UNMAPPED)
        return EINVAL;
    if (place > PLACE_READ_ONLY || place == PLACE_NULL)
        return EFAULT;
    return place == PLACE_READ_ONLY && written ? EFAULT : 0;
}

static int box_error(unsigned place, bool written)
{
    bool in_two_pages = place == PLACE_STRADDLE || place == PLACE_KERNEL || place == PLACE_WRAPS;

    if (place == PLACE_NULL)
        return 0;
    return in_two_pages ? EINVAL : place_error(place, written);
}

/* What is wrong with the memory that a call names, once all else is right: 0 or positive. */
static int memory_error(const struct model *m, const struct script_step *step)
{
    const struct actor *actor = &m->actor[step->process];
    uint32_t call = CALL(step);

    if (call == IPC_SELECT)
        return place_error(step->message, false);
    if (call == IPC_IN_OUTBOX)
        return box_error(step->eax, true) != 0 ? box_error(step->eax, true)
                                               : box_error(step->message, false);
    if (!sends(call) && !receives(call))
        return 0;
    if (step->message != PLACE_NULL)
        return place_error(step->message, receives(call));
    if ((sends(call) && actor->out_box == PLACE_NULL) ||
        (receives(call) && actor->in_box == PLACE_NULL))
        return EFAULT;
    return 0;
}

/* ---- Outcomes -------------------------------------------------------------------------------- */

static struct script_outcome *add_outcome(struct model *m, unsigned process, int32_t result,
                                          uint32_t second)
{
    struct actor *actor = &m->actor[process];
    const struct script_step *step = &actor->step;
    struct script_outcome *o = &m->outcome[m->outcomes++];

    *o = (struct script_outcome){
        .index = step->index,
        .process = (uint8_t)process,
        .content = CONTENT_UNTOUCHED,
        .result = result,
        .second = second,
        .argument = model_tag(step, step->receives),
    };
    if (step->receives == PLACE_NULL || (step->to_system && step->sends == step->receives))
        o->content = CONTENT_NO_PLACE;
    if (result < 0 && model_is_endpoint(second))
        o->mapped |= MAPPED_SECOND;
    actor->calls = false;
    return o;
}

static void set_content(struct script_outcome *o, enum script_content content, endpoint_t source,
                        uint32_t argument)
{
    o->content = (uint8_t)content;
    o->source = source;
    o->argument = argument;
    if (model_is_endpoint((uint32_t)source))
        o->mapped |= MAPPED_SOURCE;
}

/* What the naive model says came to the process. */
static void describe_delivery(const struct model *m, unsigned process, struct script_outcome *o)
{
    const struct naive *naive = &m->twin.naive_after;

    for (unsigned i = 0; i < naive->deliveries; i++) {
        const struct naive_delivery *d = &naive->delivery[i];

        const struct script_step *sent = &m->actor[(d->out / BOX_BYTES - 1) / BOX_KINDS].step;

        if (d->in == BOX(process, BOX_FAULT_IN))
            set_content(o, CONTENT_REGISTERS, 0, model_tag(sent, sent->sends));
        else if (d->in != BOX(process, BOX_IN))
            continue;
        else if (d->out == 0)
            set_content(o, CONTENT_EVENTS, d->source, d->bits);
        else if (sent->kind == SCRIPT_FAULT)
            set_content(o, CONTENT_FAULT, d->source, sent->tag);
        else
            set_content(o, CONTENT_MESSAGE, d->source, model_tag(sent, sent->sends));
    }
}

/* The process runs again. A fault that was not settled is its death, one that was has no results:
   what it did to the registers is what its handler replied, or nothing. */
static void end_call(struct model *m, unsigned slot)
{
    const struct naive_process *p = &m->twin.naive_after.process[slot];
    struct actor *actor = &m->actor[slot];

    if (actor->step.kind != SCRIPT_FAULT) {
        describe_delivery(m, slot, add_outcome(m, slot, p->result, p->second));
    } else if (p->result < 0) {
        actor->calls = false;
        actor->doomed = true;
    } else {
        struct script_outcome *o = add_outcome(m, slot, 0, 0);

        set_content(o, CONTENT_REGISTERS, 0, actor->step.tag);
        describe_delivery(m, slot, o);
    }
}

/* Both models take the step; whose call has ended by it. */
static const char *perform(struct model *m, const struct operation *op)
{
    struct outcome outcome;
    unsigned where;
    const char *wrong = twin_step(&m->twin, op, &outcome, &where);

    if (wrong != NULL)
        return wrong;
    facts_of_operation(m, op);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (m->actor[slot].calls && m->twin.naive_after.process[slot].state == IPC_RUNNABLE)
            end_call(m, slot);
    }
    twin_advance(&m->twin);
    return NULL;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

struct operation model_operation(const struct script_step *step, const struct script_pair *pairs)
{
    struct operation op = {
        .kind = OPERATION_CALL,
        .call = step->ecx,
        .target = (endpoint_t)step->eax,
        .source = (endpoint_t)step->edi,
        .events = step->edx,
        .slot = step->process,
        .pairs = step->eax,
        .out = BOX(step->process, BOX_OUT),
        .in = BOX(step->process, BOX_IN),
    };

    for (unsigned i = 0; i < step->pairs && i < IPC_SELECT_PAIRS; i++)
        op.set[i] = (struct ipc_select_pair){pairs[i].source, pairs[i].events};
    return op;
}

/* SYSTEM's answer to what the workers ask. */
static int answer_of_system(struct model *m, const struct script_step *step)
{
    endpoint_t target = (endpoint_t)step->system_word[0];

    if (step->to_system && step->system_type == SYS_ALARM)
        return 0;
    if (!step->to_system || step->system_type != SYS_WATCH)
        return -ENOSYS;
    if (ipc_slot_of(&m->twin.before, target) < 0)
        return -EDEADSRCDST;
    m->actor[step->process].watches[endpoint_slot(target)] = step->system_word[1] != 0;
    return 0;
}

/* A call that the kernel answers itself. */
static void answer_by_kernel(struct model *m, const struct script_step *step)
{
    struct actor *actor = &m->actor[step->process];
    endpoint_t self = model_process(m, step->process)->endpoint;
    uint32_t came = IPC_CAME_NOTHING;

    if (CALL(step) == IPC_ECHO) {
        set_content(add_outcome(m, step->process, 0, IPC_CAME_NOTHING), CONTENT_MESSAGE, self,
                    model_tag(step, step->sends));
    } else if (CALL(step) == IPC_IN_OUTBOX) {
        actor->in_box = step->eax != PLACE_NULL ? (uint8_t)step->eax : actor->in_box;
        actor->out_box = step->message != PLACE_NULL ? step->message : actor->out_box;
        add_outcome(m, step->process, 0, IPC_CAME_NOTHING);
    } else {
        int answer = answer_of_system(m, step);

        fact_answer(m, step->process, answer);
        set_content(add_outcome(m, step->process, 0, IPC_CAME_REPLY), CONTENT_ANSWER, SYSTEM,
                    (uint32_t)answer);
        came = IPC_CAME_REPLY;
    }
    fact_return(m, step->process, 0, came);
}

static const char *call(struct model *m, const struct script_step *step,
                        const struct script_pair *pairs)
{
    const struct operation op = model_operation(step, pairs);
    const struct operation timeout = {.kind = OPERATION_TIMEOUT, .slot = step->process};
    struct outcome outcome;
    const char *wrong;
    unsigned where;
    int error;

    m->actor[step->process].step = *step;
    m->actor[step->process].calls = true;
    wrong = twin_step(&m->twin, &op, &outcome, &where);
    twin_return(&m->twin);
    if (wrong != NULL)
        return wrong;
    error = outcome.error != 0 ? outcome.error : -memory_error(m, step);
    if (error != 0) {
        endpoint_t self = model_process(m, step->process)->endpoint;
        uint32_t culprit = (uint32_t)(outcome.error != 0 ? outcome.culprit : self);

        fact_call(m, step, false);
        fact_return(m, step->process, error, culprit);
        add_outcome(m, step->process, error, culprit);
        return NULL;
    }
    fact_call(m, step,
              sends(CALL(step)) && !(CALL(step) == IPC_REPLY_RECEIVE && op.target == NONE));
    if (operation_is_kernels(&op)) {
        answer_by_kernel(m, step);
        return NULL;
    }
    if (CALL(step) == IPC_NOTIFY || CALL(step) == IPC_NOTIFY_SET)
        fact_event(m, model_process(m, step->process)->endpoint, op.target,
                   CALL(step) == IPC_NOTIFY ? EVENT_NOTIFY : op.events);
    wrong = perform(m, &op);
    if (wrong == NULL && m->actor[step->process].calls && (step->ecx & IPC_TIMEOUT) != 0 &&
        step->esi == 0)
        wrong = perform(m, &timeout);
    return wrong;
}

/* ---- What else happens ----------------------------------------------------------------------- */

static const char *post(struct model *m, unsigned slot, uint32_t events)
{
    const struct operation op = {.kind = OPERATION_POST, .slot = slot, .events = events};

    fact_event(m, HARDWARE, model_process(m, slot)->endpoint, events);
    return perform(m, &op);
}

/* Its waits end with it, then whoever watched it is told, in the order of the slots. */
static const char *die(struct model *m, unsigned slot, unsigned cause, int32_t status)
{
    const struct operation op = {.kind = OPERATION_DESTROY, .slot = slot};
    const char *wrong;

    fact_death(m, slot, cause, status);
    m->actor[slot].calls = m->actor[slot].doomed = false;
    memset(m->actor[slot].watches, 0, sizeof m->actor[slot].watches);
    m->dead[m->deaths++] = (uint8_t)slot;
    wrong = perform(m, &op);
    for (unsigned watcher = 0; watcher < IPC_PROCESSES && wrong == NULL; watcher++) {
        if (!m->actor[watcher].watches[slot])
            continue;
        m->actor[watcher].watches[slot] = false;
        wrong = post(m, watcher, EVENT_DEATH);
    }
    return wrong;
}

/* Those whose fault nobody settles; each death may doom others. */
static const char *bury(struct model *m)
{
    const char *wrong = NULL;
    bool any = true;

    while (any && wrong == NULL) {
        any = false;
        for (unsigned slot = 0; slot < IPC_PROCESSES && wrong == NULL; slot++) {
            if (!m->actor[slot].doomed)
                continue;
            any = true;
            wrong = die(m, slot, DEATH_FAULT, BREAKPOINT);
        }
    }
    return wrong;
}

/* The slot of the living process that settles this one's faults, or -1. */
static int handler_of(const struct model *m, unsigned slot)
{
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        if (model_process(m, i)->state != IPC_FREE &&
            m->actor[i].module == handlers[m->actor[slot].module])
            return (int)i;
    return -1;
}

static const char *fault(struct model *m, const struct script_step *step)
{
    int handler = handler_of(m, step->process);
    struct operation op = {
        .kind = OPERATION_FAULT,
        .slot = step->process,
        .out = BOX(step->process, BOX_FAULT_OUT),
        .in = BOX(step->process, BOX_FAULT_IN),
    };

    fact_fault(m, step->process, BREAKPOINT);
    if (handler < 0)
        return die(m, step->process, DEATH_FAULT, BREAKPOINT);
    op.target = model_process(m, (unsigned)handler)->endpoint;
    m->actor[step->process].step = *step;
    m->actor[step->process].calls = true;
    return perform(m, &op);
}

static const char *bear(struct model *m, unsigned slot, unsigned module)
{
    const struct operation op = {.kind = OPERATION_CREATE, .identity = module};

    const char *wrong;

    m->actor[slot] = (struct actor){.module = module};
    wrong = perform(m, &op);
    fact_birth(m, slot);
    return wrong;
}

static const char *wait(struct model *m, const struct script_step *step)
{
    const struct operation op = {.kind = OPERATION_TIMEOUT, .slot = step->process};

    return step->edx != 0 ? post(m, step->process, step->edx) : perform(m, &op);
}

/* Of a fault: another try, if the canceller says so. */
static const char *cancel(struct model *m, const struct script_step *step)
{
    struct operation op = {.kind = OPERATION_CANCEL, .slot = step->process};

    if (step->eax != 0 && model_process(m, step->process)->fault)
        op.kind = OPERATION_RESTART;

    return perform(m, &op);
}

static const char *end_process(struct model *m, const struct script_step *step)
{
    switch (step->kind) {
    case SCRIPT_EXIT:
        fact_exit(m, step->process);
        return die(m, step->process, DEATH_EXIT, (int32_t)step->eax);
    case SCRIPT_CRASH:
        fact_fault(m, step->process, PAGE_FAULT);
        return die(m, step->process, DEATH_FAULT, PAGE_FAULT);
    default:
        return die(m, step->process, DEATH_KILL, 0);
    }
}

static const char *perform_step(struct model *m, const struct script_step *step,
                                const struct script_pair *pairs)
{
    switch (step->kind) {
    case SCRIPT_CALL:
        return call(m, step, pairs);
    case SCRIPT_FAULT:
        return fault(m, step);
    case SCRIPT_CANCEL:
        return cancel(m, step);
    case SCRIPT_BIRTH:
        return bear(m, step->process, step->module);
    case SCRIPT_WAIT:
        return wait(m, step);
    default:
        return end_process(m, step);
    }
}

const char *model_step(struct model *m, const struct script_step *step,
                       const struct script_pair *pairs)
{
    const char *wrong;

    m->outcomes = m->deaths = m->facts = 0;
    wrong = perform_step(m, step, pairs);
    if (wrong == NULL)
        wrong = bury(m);
    for (unsigned i = 0; i < m->facts; i++)
        m->fact[i].index = step->index;
    return wrong;
}

const char *model_begin(struct model *m)
{
    struct ipc_privilege privilege[IDENTITY_COUNT] = {0};
    const char *wrong = NULL;

    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < SCRIPT_PROCESSES; i++)
        privilege[i] = (struct ipc_privilege){rights[i].calls, {rights[i].targets}};
    twin_start(&m->twin, privilege);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        m->twin.before.process[slot].endpoint = ENDPOINT(SCRIPT_GENERATION - 1, slot);
    naive_from_core(&m->twin.naive_before, &m->twin.before);
    twin_return(&m->twin);
    for (unsigned slot = 0; slot < IPC_PROCESSES && wrong == NULL; slot++)
        wrong = bear(m, slot, slot);
    return wrong;
}

enum process_state model_state_of(enum ipc_state state)
{
    static const uint8_t states[] = {
        [IPC_FREE] = PROCESS_FREE,
        [IPC_RUNNABLE] = PROCESS_READY,
        [IPC_SENDING] = PROCESS_SENDING,
        [IPC_CALLING] = PROCESS_CALLING,
        [IPC_ANSWER] = PROCESS_ANSWER,
        [IPC_RECEIVING] = PROCESS_RECEIVING,
        [IPC_REQUESTING] = PROCESS_REQUESTING,
        [IPC_AWAITING] = PROCESS_AWAITING,
        [IPC_SELECTING] = PROCESS_SELECTING,
    };

    return (enum process_state)states[state];
}

struct script_state model_state(const struct model *m, unsigned process)
{
    const struct naive_process *p = &m->twin.naive_before.process[process];

    return (struct script_state){
        .lives = p->lives,
        .state = (uint8_t)model_state_of(p->state),
        .idle = p->state == IPC_RUNNABLE,
        .mapped = model_is_endpoint((uint32_t)p->waits_for),
        .waits_for = p->waits_for,
        .sent = p->sent,
        .received = p->received,
    };
}
