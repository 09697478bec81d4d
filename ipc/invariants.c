/*
 * What always holds, checked from the data alone.
 *
 * Called by tests after every step and by the dump; never trusts a link before it has looked at it,
 * so it ends whatever the table holds.
 */
#include "core.h"

/* Returns from the enclosing function with the sentence when the condition does not hold. */
#define HOLDS(condition, sentence)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return (sentence);                                                                     \
    } while (0)

static const char *check_plain_fields(const struct ipc_process *p, unsigned slot)
{
    HOLDS(p->state <= IPC_SELECTING, "state is none of enum ipc_state");
    HOLDS(p->endpoint >= 0 && endpoint_slot(p->endpoint) == slot, "endpoint is of another slot");
    HOLDS(p->state == IPC_FREE || endpoint_generation(p->endpoint) > 0, "generation 0 lives");
    HOLDS(p->identity < IDENTITY_COUNT, "identity does not exist");
    HOLDS(p->timed <= 1 && p->prefer_message <= 1 && p->delivered <= 1 && p->fault <= 1,
          "a truth value is neither 0 nor 1");
    HOLDS(p->event_turn < IPC_PROCESSES, "the next turn for events is no slot");
    HOLDS(p->select_turn <= IPC_SELECT_PAIRS, "the next turn of ipc_select is no pair");
    HOLDS(p->reply_call == IPC_REPLY_RECEIVE, "what answers it is another call");
    return NULL;
}

static const char *check_free(const struct ipc_process *p)
{
    HOLDS(p->identity == 0 && p->prefer_message == 0 && p->event_turn == 0 && p->select_turn == 0 &&
              p->ticket == 0 && p->kernel_events == 0,
          "a free slot remembers its process");
    HOLDS(p->result == 0 && p->second == 0 && p->sent == 0 && p->received == 0,
          "a free slot remembers a call");
    HOLDS(p->queue_first == IPC_NO_SLOT && p->queue_last == IPC_NO_SLOT,
          "somebody is queued on a free slot");
    HOLDS(p->queue_next == IPC_NO_SLOT ||
              endpoint_generation(p->endpoint) != ENDPOINT_GENERATION_LAST,
          "a retired slot has a successor");
    return NULL;
}

/* What only some waits have. */
static const char *check_wait_fields(const struct ipc_process *p)
{
    bool receives = p->state == IPC_RECEIVING;
    bool requests = p->state == IPC_REQUESTING || p->state == IPC_AWAITING;

    HOLDS(receives || p->event_mask == 0, "accepts events in a state that does not");
    HOLDS(receives || (p->delivered == 0 && p->beside_error == 0),
          "remembers a reply in a state that does not");
    HOLDS(p->delivered == 0 || p->beside_error == 0, "a reply was delivered and failed");
    HOLDS(p->fault == 0 || (requests && p->timed == 0), "a fault is no request, or has a deadline");
    HOLDS(!ipc_is_owed(p) || p->ticket != 0, "waits for an answer without a ticket");
    return NULL;
}

/* Fields that mean nothing in the state that the process is in. */
static const char *check_unused(const struct ipc_process *p)
{
    bool queued = ipc_is_queued(p);

    if (!ipc_waits(p)) {
        HOLDS(p->waits_for == NONE && p->timed == 0, "waits for somebody in a state that does not");
        HOLDS(p->out == 0 && p->in == 0, "keeps a message in a state that has none");
    } else {
        HOLDS(p->result == 0 && p->second == 0, "has a result while it waits");
        HOLDS(queued || p->out == 0, "keeps a message that was handed over");
        HOLDS((p->state != IPC_SENDING && p->state != IPC_SELECTING) || p->in == 0,
              "a sender has room for an answer");
    }
    HOLDS(queued || p->queue_previous == IPC_NO_SLOT, "has a predecessor but is in no queue");
    HOLDS(queued || p->state == IPC_FREE || p->queue_next == IPC_NO_SLOT,
          "has a successor but is in no queue");
    return NULL;
}

static const char *check_peer(const struct ipc_table *t, const struct ipc_process *p)
{
    if (!ipc_waits(p))
        return NULL;
    if (p->state == IPC_RECEIVING &&
        (p->waits_for == ANY || p->waits_for == HARDWARE || p->waits_for == NONE))
        return NULL;
    if (p->state == IPC_SELECTING) {
        HOLDS(p->waits_for == ANY, "selects, but waits for one");
        return NULL;
    }
    HOLDS(ipc_slot_of(t, p->waits_for) >= 0, "waits for nobody who lives");
    HOLDS(p->waits_for != p->endpoint, "waits for itself");
    return NULL;
}

static bool has_source(const struct ipc_process *p, unsigned source)
{
    return (p->event_sources[source / 32] >> (source % 32) & 1) != 0;
}

static const char *check_events(const struct ipc_table *t, const struct ipc_process *p,
                                unsigned slot)
{
    HOLDS(IPC_PROCESSES % 32 == 0 ||
              p->event_sources[IPC_SLOT_WORDS - 1] >> IPC_PROCESSES % 32 == 0,
          "has events from a slot that does not exist");
    for (unsigned source = 0; source < IPC_PROCESSES; source++) {
        HOLDS(has_source(p, source) == (t->events[slot][source] != 0),
              "event_sources disagrees with the events");
        HOLDS(!has_source(p, source) || p->state != IPC_FREE, "a free slot has events");
        HOLDS(!has_source(p, source) || t->process[source].state != IPC_FREE,
              "has events from the dead");
        HOLDS(!has_source(p, source) || source != slot, "has events from itself");
    }
    return NULL;
}

/* Whether the process has an event in the mask from any process. */
static bool any_event(const struct ipc_table *t, unsigned slot, uint32_t mask)
{
    for (unsigned source = 0; source < IPC_PROCESSES; source++) {
        if ((t->events[slot][source] & mask) != 0)
            return true;
    }
    return false;
}

/* Nothing is there that this source, with these events, would bring at once. */
static const char *check_missed(const struct ipc_table *t, unsigned slot, endpoint_t source,
                                uint32_t mask)
{
    const struct ipc_process *p = &t->process[slot], *peer;
    int found;

    if (source == ANY || source == NONE)
        HOLDS(!any_event(t, slot, mask), "waits though something is pending");
    if (source == ANY)
        HOLDS(p->queue_first == IPC_NO_SLOT, "waits though something is pending");
    if (source == ANY || source == NONE || source == HARDWARE)
        HOLDS((p->kernel_events & mask) == 0, "waits though a kernel event is pending");
    if (ipc_is_name(source))
        return NULL;
    found = ipc_slot_of(t, source);
    HOLDS(found >= 0, "waits for nobody who lives");
    peer = &t->process[found];
    HOLDS(!ipc_is_queued(peer) || peer->waits_for != p->endpoint,
          "waits for one who waits to be heard");
    HOLDS((t->events[slot][found] & mask) == 0, "waits for one whose event is pending");
    return NULL;
}

/* The pairs of a process that selects; nobody else has any. */
static const char *check_pairs(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *p = &t->process[slot];
    const struct ipc_select_set *set = &t->select[slot];

    HOLDS(p->select_count <= IPC_SELECT_PAIRS, "selects among more pairs than there are");
    HOLDS((p->state == IPC_SELECTING) == (p->select_count != 0),
          "selects among none, or has pairs and does not select");
    for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++) {
        const struct ipc_select_pair *pair = &set->pair[i];
        const char *wrong;

        if (i >= p->select_count) {
            HOLDS(pair->source == 0 && pair->events == 0, "an unused pair is not zero");
            continue;
        }
        if (pair->source != ANY && pair->source != HARDWARE)
            HOLDS(ipc_slot_of(t, pair->source) >= 0 && pair->source != p->endpoint,
                  "selects itself or the dead");
        wrong = check_missed(t, slot, pair->source, pair->events);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* Nobody waits for what is there already. */
static const char *check_nothing_missed(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *p = &t->process[slot];

    if (p->state != IPC_RECEIVING && p->state != IPC_ANSWER)
        return NULL;
    return check_missed(t, slot, p->waits_for, p->event_mask);
}

/* One queue; adds its length to *queued. A queue that ran in a circle would come to a member whose
   predecessor is another. */
static const char *check_queue(const struct ipc_table *t, unsigned owner, unsigned *queued)
{
    const struct ipc_process *p = &t->process[owner];
    unsigned previous = IPC_NO_SLOT;

    for (unsigned slot = p->queue_first; slot != IPC_NO_SLOT;) {
        const struct ipc_process *member;

        HOLDS(slot < IPC_PROCESSES, "a queue leads out of the table");
        member = &t->process[slot];
        ++*queued;
        HOLDS(ipc_is_queued(member) && member->waits_for == p->endpoint,
              "a queue holds one who does not wait in it");
        HOLDS(member->queue_previous == previous, "a queue's links disagree");
        previous = slot;
        slot = member->queue_next;
    }
    HOLDS(p->queue_last == previous, "a queue's last is not its last");
    return NULL;
}

/* Everybody who is in a queue by his state is in one by the links. Since the links of check_queue
   are unique both ways, equal numbers say so. */
static const char *check_queues(const struct ipc_table *t, unsigned *slot)
{
    unsigned queued = 0, by_state = 0;
    const char *wrong;

    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        by_state += ipc_is_queued(&t->process[*slot]);
        wrong = check_queue(t, *slot, &queued);
        if (wrong != NULL)
            return wrong;
    }
    *slot = 0;
    HOLDS(queued == by_state, "somebody waits in a queue that does not hold him");
    return NULL;
}

/* The one word that says whether there is anything; the queues are sound. */
static const char *check_pending(const struct ipc_table *t, unsigned *slot)
{
    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        const struct ipc_process *p = &t->process[*slot];
        unsigned count = p->kernel_events != 0;

        for (unsigned other = 0; other < IPC_PROCESSES; other++)
            count += has_source(p, other);
        for (unsigned i = p->queue_first; i < IPC_PROCESSES; i = t->process[i].queue_next)
            count++;
        HOLDS(p->pending == count, "counts more or less than is pending");
    }
    return NULL;
}

static const char *check_free_list(const struct ipc_table *t, unsigned *slot)
{
    unsigned listed = 0, reusable = 0, last = IPC_NO_SLOT;

    for (*slot = t->free_first; *slot != IPC_NO_SLOT; *slot = t->process[*slot].queue_next) {
        HOLDS(*slot < IPC_PROCESSES, "the free list leads out of the table");
        HOLDS(t->process[*slot].state == IPC_FREE, "the free list holds a process");
        HOLDS(endpoint_generation(t->process[*slot].endpoint) != ENDPOINT_GENERATION_LAST,
              "the free list holds a retired slot");
        HOLDS(++listed <= IPC_PROCESSES, "the free list has no end");
        last = *slot;
    }
    *slot = 0;
    HOLDS(t->free_last == last, "the free list's last is not its last");
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        reusable += t->process[i].state == IPC_FREE &&
                    endpoint_generation(t->process[i].endpoint) != ENDPOINT_GENERATION_LAST;
    HOLDS(listed == reusable, "a free slot is not on the free list");
    return NULL;
}

static const char *check_process(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *p = &t->process[slot];
    const char *wrong = check_plain_fields(p, slot);

    if (wrong == NULL && p->state == IPC_FREE)
        wrong = check_free(p);
    if (wrong == NULL)
        wrong = check_wait_fields(p);
    if (wrong == NULL)
        wrong = check_unused(p);
    if (wrong == NULL)
        wrong = check_peer(t, p);
    if (wrong == NULL)
        wrong = check_events(t, p, slot);
    if (wrong == NULL)
        wrong = check_pairs(t, slot);
    if (wrong == NULL)
        wrong = check_nothing_missed(t, slot);
    return wrong;
}

const char *ipc_check_invariants(const struct ipc_table *t, unsigned *slot)
{
    const char *wrong;

    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        wrong = check_process(t, *slot);
        if (wrong != NULL)
            return wrong;
    }
    wrong = check_queues(t, slot);
    if (wrong == NULL)
        wrong = check_pending(t, slot);
    if (wrong == NULL)
        wrong = check_free_list(t, slot);
    if (wrong != NULL)
        return wrong;
    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        unsigned peer = t->process[*slot].timed ? IPC_NO_SLOT : ipc_peer(t, *slot);

        if (peer != IPC_NO_SLOT && ipc_cycle(t, *slot, peer, NULL, 0) != 0)
            return "waits for itself in the end";
    }
    return NULL;
}
