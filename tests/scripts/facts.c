/* See facts.h. */
#include "facts.h"

#include <abi/trace.h>
#include <stdlib.h>

static struct script_fact *add(struct model *m, uint32_t what, endpoint_t from, endpoint_t to)
{
    struct script_fact *f = &m->fact[m->facts];

    if (m->facts == SCRIPT_FACTS) {
        fprintf(stderr, "generate: more facts than SCRIPT_FACTS come of a step\n");
        exit(1);
    }
    m->facts++;
    *f = (struct script_fact){
        .what = (uint16_t)what, .from = from, .to = to, .content = CONTENT_NO_PLACE};
    if (model_is_endpoint((uint32_t)from))
        f->mapped |= FACT_MAPPED_FROM;
    if (model_is_endpoint((uint32_t)to))
        f->mapped |= FACT_MAPPED_TO;
    return f;
}

static endpoint_t endpoint_of(const struct model *m, unsigned slot)
{
    return m->twin.naive_after.process[slot].endpoint;
}

static void set_results(struct script_fact *f, int32_t result, uint32_t second)
{
    f->result = result;
    f->second = second;
    if (result < 0 && model_is_endpoint(second))
        f->mapped |= FACT_MAPPED_SECOND;
}

/* ---- What is no operation of the core -------------------------------------------------------- */

void fact_call(struct model *m, const struct script_step *step, bool sends)
{
    uint32_t call = step->ecx & IPC_CALL_MASK;
    bool has_target = call != IPC_IN_OUTBOX && call != IPC_SELECT;
    struct script_fact *f = add(m, TRACE_CALL, endpoint_of(m, step->process),
                                has_target ? (endpoint_t)step->eax : NONE);

    if (sends) {
        f->content = CONTENT_MESSAGE;
        f->argument = model_tag(step, step->sends);
    }
}

void fact_exit(struct model *m, unsigned slot)
{
    struct script_fact *f = add(m, TRACE_CALL, endpoint_of(m, slot), SYSTEM);

    f->content = CONTENT_ANSWER; /* zero but for its type, as an answer is */
    f->argument = SYS_EXIT;
}

void fact_return(struct model *m, unsigned slot, int32_t result, uint32_t second)
{
    set_results(add(m, TRACE_RETURN, endpoint_of(m, slot), 0), result, second);
}

void fact_answer(struct model *m, unsigned slot, int32_t answer)
{
    struct script_fact *f = add(m, TRACE_DELIVER, SYSTEM, endpoint_of(m, slot));

    f->content = CONTENT_ANSWER;
    f->argument = (uint32_t)answer;
}

void fact_event(struct model *m, endpoint_t source, endpoint_t to, uint32_t bits)
{
    add(m, TRACE_EVENT, source, to)->argument = bits;
}

void fact_fault(struct model *m, unsigned slot, unsigned vector)
{
    add(m, TRACE_FAULT, endpoint_of(m, slot), 0)->call = (uint16_t)vector;
}

void fact_birth(struct model *m, unsigned slot)
{
    add(m, TRACE_BIRTH, endpoint_of(m, slot), 0)->argument = m->actor[slot].module;
}

void fact_death(struct model *m, unsigned slot, unsigned cause, int32_t status)
{
    struct script_fact *f = add(m, TRACE_DEATH, endpoint_of(m, slot), 0);

    f->call = (uint16_t)cause;
    f->result = status;
}

/* ---- What the core does ---------------------------------------------------------------------- */

static void add_delivery(struct model *m, unsigned slot, phys_addr_t in)
{
    const struct naive *naive = &m->twin.naive_after;
    const struct naive_delivery *d = naive->delivery;
    const struct script_step *sent;
    struct script_fact *f;

    while (d->in != in)
        d++; /* core and naive model agree about deliveries */
    f = add(m, TRACE_DELIVER, d->source, endpoint_of(m, slot));
    f->content = CONTENT_EVENTS;
    f->argument = d->bits;
    if (d->out == 0)
        return;
    sent = &m->actor[(d->out / BOX_BYTES - 1) / BOX_KINDS].step;
    f->content = sent->kind == SCRIPT_FAULT ? CONTENT_FAULT : CONTENT_MESSAGE;
    f->argument = sent->kind == SCRIPT_FAULT ? sent->tag : model_tag(sent, sent->sends);
}

static void add_upcall(struct model *m, const struct upcall *upcall)
{
    const struct naive_process *p = &m->twin.naive_after.process[upcall->slot];

    switch (upcall->kind) {
    case UPCALL_DELIVER:
        add_delivery(m, upcall->slot, upcall->in);
        break;
    case UPCALL_READY:
        set_results(add(m, TRACE_WAKE, 0, p->endpoint), p->result, p->second);
        break;
    default:
        add(m, TRACE_BLOCK, p->endpoint, p->waits_for)->call = (uint16_t)model_state_of(p->state);
    }
}

void facts_of_operation(struct model *m, const struct operation *op)
{
    const struct naive_process *caller = &m->twin.naive_after.process[op->slot];

    for (unsigned i = 0; i < world.upcalls; i++)
        add_upcall(m, &world.upcall[i]);
    if (op->kind == OPERATION_CALL && caller->state == IPC_RUNNABLE)
        fact_return(m, op->slot, caller->result, caller->second);
}
