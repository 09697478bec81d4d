/* See choose.h. */
#include "choose.h"

#include <abi/system.h>
#include <string.h>

#define NEVER_US 0x7ffffff0u

enum style {
    STYLE_SERVERS, /* p0 and p1 serve, the others ask */
    STYLE_MIXED,
    STYLE_EVENTS,
    STYLE_WILD,
    STYLES
};

enum want {
    WANT_REQUEST,
    WANT_SEND_REC,
    WANT_SEND,
    WANT_RECEIVE,
    WANT_RECEIVE_EX,
    WANT_REPLY,
    WANT_BOTH,
    WANT_NOTIFY,
    WANT_NOTIFY_SET,
    WANT_SELECT,
    WANT_ECHO,
    WANT_BOXES,
    WANT_SYSTEM,
    WANT_NONSENSE,
    WANTS
};

/* How many of a hundred calls are of each kind. */
static const uint8_t servers_call[WANTS] = {2, 0, 3, 3, 8, 10, 66, 1, 2, 2, 1, 1, 1, 0};
static const uint8_t clients_call[WANTS] = {52, 20, 6, 4, 3, 0, 0, 4, 5, 1, 1, 2, 1, 1};
static const uint8_t calls_of[STYLES][WANTS] = {
    [STYLE_SERVERS] = {0},
    [STYLE_MIXED] = {14, 10, 9, 8, 10, 7, 14, 5, 7, 5, 2, 4, 3, 2},
    [STYLE_EVENTS] = {5, 4, 4, 9, 18, 2, 12, 10, 18, 12, 1, 2, 3, 0},
    [STYLE_WILD] = {9, 8, 8, 8, 8, 7, 10, 5, 5, 8, 3, 6, 4, 11},
};

static const uint32_t event_sets[] = {0, 1, 2, 0x80000000u, 0x01000000u, 0x03000000u, 0xffffffffu};

/* ---- Random numbers -------------------------------------------------------------------------- */

/* splitmix64 */
static uint32_t random_word(struct chooser *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

uint32_t choose_number(struct chooser *c, uint32_t bound)
{
    return (uint32_t)((uint64_t)random_word(c) * bound >> 32);
}

bool choose_chance(struct chooser *c, unsigned percent)
{
    return choose_number(c, 100) < percent;
}

static unsigned weighted(struct chooser *c, const uint8_t *weights, unsigned count)
{
    unsigned sum = 0, i = 0;
    uint32_t at;

    for (unsigned j = 0; j < count; j++)
        sum += weights[j];
    for (at = choose_number(c, sum); at >= weights[i]; i++)
        at -= weights[i];
    return i;
}

void choose_begin(struct chooser *c, const struct model *m, uint32_t seed, uint32_t number)
{
    static const uint8_t styles[STYLES] = {40, 30, 15, 15};

    *c = (struct chooser){.model = m, .state = (uint64_t)seed << 32 | number, .timed = -1};
    c->style = weighted(c, styles, STYLES);
}

/* ---- Processes ------------------------------------------------------------------------------- */

static bool accepts(const struct ipc_process *receiver, endpoint_t sender)
{
    return (receiver->state == IPC_RECEIVING || receiver->state == IPC_ANSWER) &&
           (receiver->waits_for == ANY || receiver->waits_for == sender);
}

static bool offers(const struct ipc_process *sender, endpoint_t receiver)
{
    return (sender->state == IPC_SENDING || sender->state == IPC_CALLING ||
            sender->state == IPC_REQUESTING) &&
           sender->waits_for == receiver;
}

static bool is_owed(const struct ipc_process *client, endpoint_t server)
{
    return (client->state == IPC_ANSWER || client->state == IPC_AWAITING) &&
           client->waits_for == server;
}

enum peer_kind {
    PEER_ACCEPTS,
    PEER_OFFERS,
    PEER_OWED,
};

/* A slot that fits, or -1. */
static int find_peer(struct chooser *c, unsigned process, enum peer_kind kind)
{
    endpoint_t self = model_process(c->model, process)->endpoint;
    unsigned first = choose_number(c, IPC_PROCESSES);

    for (unsigned i = 0; i < IPC_PROCESSES; i++) {
        unsigned slot = (first + i) % IPC_PROCESSES;
        const struct ipc_process *p = model_process(c->model, slot);

        if (slot == process)
            continue;
        if ((kind == PEER_ACCEPTS && accepts(p, self)) ||
            (kind == PEER_OFFERS && offers(p, self)) || (kind == PEER_OWED && is_owed(p, self)))
            return (int)slot;
    }
    return -1;
}

/* An endpoint that is a mistake, or looks like one. */
static uint32_t wild_endpoint(struct chooser *c, unsigned process)
{
    static const endpoint_t numbers[] = {
        ANY,
        HARDWARE,
        NONE,
        SYSTEM,
        SELF,
        0,
        -1,
        INT32_MIN,
        INT32_MAX,
        ENDPOINT(0, 1010),
        ENDPOINT(SCRIPT_GENERATION, 999),
        ENDPOINT(SCRIPT_GENERATION, 700),
    };
    unsigned slot = choose_number(c, IPC_PROCESSES);
    uint32_t endpoint = (uint32_t)model_process(c->model, slot)->endpoint;

    switch (choose_number(c, 4)) {
    case 0:
        return endpoint + 1024; /* the next tenant, who is not born */
    case 1:
        return endpoint - 1024; /* the former */
    case 2:
        return (uint32_t)model_process(c->model, process)->endpoint;
    default:
        return (uint32_t)numbers[choose_number(c, sizeof numbers / sizeof numbers[0])];
    }
}

static bool may_address(const struct chooser *c, unsigned process, unsigned peer)
{
    const struct ipc_table *t = &c->model->twin.before;
    uint32_t targets = t->privilege[t->process[process].identity].targets[0];

    return (targets >> t->process[peer].identity & 1) != 0;
}

static uint32_t peer_endpoint(struct chooser *c, unsigned process, enum peer_kind kind)
{
    int slot = choose_chance(c, 60) ? find_peer(c, process, kind) : -1;

    if (choose_chance(c, c->style == STYLE_WILD ? 12 : 2))
        return wild_endpoint(c, process);
    if (slot < 0 && kind == PEER_ACCEPTS && c->style == STYLE_SERVERS && choose_chance(c, 85))
        slot = (int)choose_number(c, 2);
    while (slot < 0 || (unsigned)slot == process ||
           (!may_address(c, process, (unsigned)slot) && choose_chance(c, 80)))
        slot = (int)choose_number(c, IPC_PROCESSES);
    return (uint32_t)model_process(c->model, (unsigned)slot)->endpoint;
}

static uint32_t source_endpoint(struct chooser *c, unsigned process, unsigned percent_any)
{
    static const uint8_t kinds[] = {80, 12, 8}; /* a process, HARDWARE, NONE */

    if (choose_chance(c, percent_any))
        return ANY;
    switch (weighted(c, kinds, 3)) {
    case 0:
        return peer_endpoint(c, process, PEER_OFFERS);
    case 1:
        return HARDWARE;
    default:
        return NONE;
    }
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static uint32_t event_set(struct chooser *c)
{
    return event_sets[choose_number(c, sizeof event_sets / sizeof event_sets[0])];
}

/* A box if the process has set one, mostly. */
static uint8_t message_place(struct chooser *c, unsigned process)
{
    const struct actor *actor = &c->model->actor[process];
    bool has_boxes = actor->in_box != PLACE_NULL && actor->out_box != PLACE_NULL;
    unsigned bad = c->style == STYLE_WILD ? 10 : 2;

    if (choose_chance(c, bad))
        return (uint8_t)(PLACE_UNALIGNED + choose_number(c, PLACES - PLACE_UNALIGNED));
    if (choose_chance(c, has_boxes ? 72 : bad))
        return PLACE_NULL;
    switch (choose_number(c, 12)) {
    case 0:
    case 1:
        return PLACE_STRADDLE;
    case 2:
        return PLACE_READ_ONLY;
    case 3:
        return PLACE_BOX_A;
    case 4:
        return PLACE_BOX_B;
    case 5:
        return PLACE_BOX_C;
    case 6:
        return PLACE_BOX_D;
    default:
        return PLACE_BUFFER;
    }
}

static bool may_time(const struct chooser *c)
{
    return c->timed < 0;
}

/* Mostly none. The deadlines are now, later, and never. */
static void add_flags(struct chooser *c, struct script_step *step)
{
    unsigned kind = choose_number(c, 100);

    if (kind < 12) {
        step->ecx |= IPC_NONBLOCK;
    } else if (kind < 20) {
        step->ecx |= IPC_TIMEOUT;
        step->esi = 0;
    } else if (kind < 27) {
        step->ecx |= IPC_TIMEOUT;
        step->esi = NEVER_US;
    } else if (kind < 31 && may_time(c)) {
        step->ecx |= IPC_TIMEOUT;
        step->esi = SCRIPT_DEADLINE_US;
    } else if (kind < 33) {
        step->ecx |= IPC_NONBLOCK | IPC_TIMEOUT;
        step->esi = choose_chance(c, 50) ? 0 : NEVER_US;
    }
}

/* ---- Calls ----------------------------------------------------------------------------------- */

/* Whom to answer, and with which ticket: the right one, mostly. */
static void aim_reply(struct chooser *c, unsigned process, struct script_step *step)
{
    int client = find_peer(c, process, PEER_OWED);
    uint32_t ticket;

    if (client < 0 && choose_chance(c, 70)) {
        step->eax = choose_chance(c, 70) ? (uint32_t)NONE : wild_endpoint(c, process);
        return;
    }
    if (client < 0 || choose_chance(c, 4))
        client = (int)choose_number(c, IPC_PROCESSES);
    step->eax = (uint32_t)model_process(c->model, (unsigned)client)->endpoint;
    ticket = model_process(c->model, (unsigned)client)->ticket;
    if (choose_chance(c, 5))
        ticket += choose_chance(c, 50) ? 1 : 0xffff;
    step->ecx |= (ticket & 0xffff) << IPC_TICKET_SHIFT;
}

static void want_receive(struct chooser *c, unsigned process, struct script_step *step,
                         uint32_t call)
{
    step->ecx = call;
    step->eax = source_endpoint(c, process, c->style == STYLE_SERVERS ? 80 : 50);
    step->edx = choose_chance(c, 60) ? IPC_ALL_EVENTS : event_set(c);
    add_flags(c, step);
}

static void want_both(struct chooser *c, unsigned process, struct script_step *step)
{
    bool serves = c->style == STYLE_SERVERS || choose_chance(c, 60);

    step->ecx = IPC_REPLY_RECEIVE;
    aim_reply(c, process, step);
    step->edi = source_endpoint(c, process, serves ? 90 : 50);
    step->edx = choose_chance(c, serves ? 80 : 30) ? IPC_ALL_EVENTS : event_set(c);
    if (!serves || choose_chance(c, 20))
        add_flags(c, step);
}

static void want_select(struct chooser *c, unsigned process, struct script_step *step,
                        struct script_pair *pairs)
{
    unsigned odd = choose_number(c, 100);

    step->ecx = IPC_SELECT;
    step->eax = odd < 2 ? 0 : odd < 4 ? SCRIPT_PAIRS : 1 + choose_number(c, odd < 8 ? 16 : 4);
    step->pairs = (uint8_t)step->eax;
    step->message = PLACE_BUFFER;
    if (choose_chance(c, 20))
        step->message = PLACE_STRADDLE;
    else if (choose_chance(c, 4))
        step->message = choose_chance(c, 50) ? PLACE_UNMAPPED : PLACE_UNALIGNED;
    for (unsigned i = 0; i < step->pairs; i++)
        pairs[i] = (struct script_pair){(int32_t)source_endpoint(c, process, 15), event_set(c)};
    add_flags(c, step);
}

void choose_boxes(struct chooser *c, unsigned process, struct script_step *step)
{
    *step = (struct script_step){.kind = SCRIPT_CALL, .process = (uint8_t)process};
    step->ecx = IPC_IN_OUTBOX;
    step->eax = PLACE_BOX_A + choose_number(c, 4);
    step->message = (uint8_t)(PLACE_BOX_A + choose_number(c, 4));
    if (choose_chance(c, 10))
        step->message = PLACE_READ_ONLY;
    if (choose_chance(c, 10))
        step->eax = PLACE_BUFFER;
}

static void want_boxes(struct chooser *c, unsigned process, struct script_step *step)
{
    choose_boxes(c, process, step);
    if (choose_chance(c, 30))
        step->eax = choose_number(c, PLACES);
    if (choose_chance(c, 30))
        step->message = (uint8_t)choose_number(c, PLACES);
}

/* A request to the kernel: no such number, or to watch somebody. */
static void want_system(struct chooser *c, unsigned process, struct script_step *step)
{
    step->ecx = choose_chance(c, 50) ? IPC_SEND_REC : IPC_REQUEST;
    step->eax = SYSTEM;
    step->to_system = choose_chance(c, 90);
    step->system_type = choose_chance(c, 80) ? SYS_WATCH : 77;
    step->system_word[0] =
        (uint32_t)model_process(c->model,
                                (process + 1 + choose_number(c, IPC_PROCESSES - 1)) % IPC_PROCESSES)
            ->endpoint;
    step->system_word[1] = choose_chance(c, 85);
    add_flags(c, step);
}

static void want_nonsense(struct chooser *c, unsigned process, struct script_step *step)
{
    static const uint32_t calls[] = {
        0,
        6,
        7,
        9,
        0x30,
        0x50,
        0x60,
        0x90,
        0xC0,
        0x120,
        0x180,
        0xfff,
        0x200,
        IPC_TIMEOUT | IPC_NOTIFY,
        IPC_NONBLOCK | IPC_REPLY,
        0x4000 | IPC_SEND,
        0x8000 | IPC_REPLY_RECEIVE,
        0x10000 | IPC_RECEIVE,
        0x20000 | IPC_REQUEST,
        IPC_NONBLOCK | IPC_ECHO,
        IPC_TIMEOUT | IPC_IN_OUTBOX,
        0x10000 | IPC_SELECT,
    };

    step->ecx = choose_chance(c, 80) ? calls[choose_number(c, sizeof calls / sizeof calls[0])]
                                     : random_word(c);
    step->eax =
        choose_chance(c, 50) ? wild_endpoint(c, process) : peer_endpoint(c, process, PEER_ACCEPTS);
    step->edi = wild_endpoint(c, process);
    /* Random bits may be a call that waits for a time nobody knows. */
    step->ecx &= (step->ecx & IPC_TIMEOUT) != 0 && (step->ecx & IPC_UNDEFINED) == 0 &&
                         step->ecx != (IPC_TIMEOUT | IPC_NOTIFY) &&
                         step->ecx != (IPC_TIMEOUT | IPC_IN_OUTBOX)
                     ? ~IPC_TIMEOUT
                     : ~0u;
}

static bool may_make(const struct chooser *c, unsigned process, unsigned want)
{
    static const uint16_t needs[WANTS] = {
        [WANT_REQUEST] = 1 << CALL_BIT_ipc_request,
        [WANT_SEND_REC] = 1 << CALL_BIT_send_rec,
        [WANT_SEND] = 1 << CALL_BIT_send,
        [WANT_RECEIVE] = 1 << CALL_BIT_receive,
        [WANT_RECEIVE_EX] = 1 << CALL_BIT_ipc_receive,
        [WANT_REPLY] = 1 << CALL_BIT_ipc_reply,
        [WANT_BOTH] = 1 << CALL_BIT_ipc_reply | 1 << CALL_BIT_ipc_receive,
        [WANT_NOTIFY] = 1 << CALL_BIT_notify,
        [WANT_NOTIFY_SET] = 1 << CALL_BIT_ipc_notify,
        [WANT_SELECT] = 1 << CALL_BIT_ipc_select,
        [WANT_ECHO] = 1 << CALL_BIT_echo,
        [WANT_BOXES] = 1 << CALL_BIT_in_outbox,
        [WANT_SYSTEM] = 1 << CALL_BIT_ipc_request,
    };
    unsigned identity = model_process(c->model, process)->identity;
    uint32_t has = c->model->twin.before.privilege[identity].calls;

    return (needs[want] & ~has) == 0;
}

static unsigned choose_want(struct chooser *c, unsigned process)
{
    const uint8_t *weights = calls_of[c->style];
    unsigned want;

    if (c->style == STYLE_SERVERS)
        weights = process < 2 ? servers_call : clients_call;
    do
        want = weighted(c, weights, WANTS);
    while (!may_make(c, process, want) && choose_chance(c, 90));
    /* Nobody to answer: a server receives, most times. */
    if (want == WANT_REPLY && find_peer(c, process, PEER_OWED) < 0 && choose_chance(c, 80))
        return WANT_RECEIVE_EX;
    return want;
}

static void fill_in(struct chooser *c, unsigned process, unsigned want, struct script_step *step,
                    struct script_pair *pairs)
{
    static const uint32_t numbers[] = {[WANT_REQUEST] = IPC_REQUEST,
                                       [WANT_SEND_REC] = IPC_SEND_REC,
                                       [WANT_SEND] = IPC_SEND,
                                       [WANT_RECEIVE] = IPC_RECEIVE,
                                       [WANT_RECEIVE_EX] = IPC_RECEIVE_EX};

    switch (want) {
    case WANT_REQUEST:
    case WANT_SEND_REC:
    case WANT_SEND:
        step->ecx = numbers[want];
        step->eax = peer_endpoint(c, process, PEER_ACCEPTS);
        add_flags(c, step);
        break;
    case WANT_RECEIVE:
    case WANT_RECEIVE_EX:
        want_receive(c, process, step, numbers[want]);
        break;
    case WANT_REPLY:
        step->ecx = IPC_REPLY;
        aim_reply(c, process, step);
        break;
    case WANT_BOTH:
        want_both(c, process, step);
        break;
    case WANT_NOTIFY:
    case WANT_NOTIFY_SET:
        step->ecx = want == WANT_NOTIFY ? IPC_NOTIFY : IPC_NOTIFY_SET;
        step->eax = peer_endpoint(c, process, PEER_ACCEPTS);
        step->edx = event_set(c);
        break;
    case WANT_SELECT:
        want_select(c, process, step, pairs);
        break;
    case WANT_ECHO:
        step->ecx = IPC_ECHO;
        break;
    case WANT_BOXES:
        want_boxes(c, process, step);
        break;
    case WANT_SYSTEM:
        want_system(c, process, step);
        break;
    default:
        want_nonsense(c, process, step);
    }
}

/* Which words are endpoints. */
static void find_mapped(struct script_step *step, const struct script_pair *pairs)
{
    uint32_t call = step->ecx & IPC_CALL_MASK;

    step->mapped = 0;
    if (call != IPC_SELECT && call != IPC_IN_OUTBOX && model_is_endpoint(step->eax))
        step->mapped |= MAPPED_EAX;
    if (model_is_endpoint(step->edi))
        step->mapped |= MAPPED_EDI;
    if (step->to_system && model_is_endpoint(step->system_word[0]))
        step->mapped |= MAPPED_WORD;
    for (unsigned i = 0; i < step->pairs; i++)
        if (model_is_endpoint((uint32_t)pairs[i].source))
            step->mapped |= MAPPED_PAIR(i);
}

/* Alarms go to those alone that have them; a select of random bits has no pairs. */
static void make_sane(struct chooser *c, struct script_step *step)
{
    if ((step->ecx & IPC_CALL_MASK) == IPC_SELECT && step->pairs == 0 && step->eax != 0)
        step->eax = SCRIPT_PAIRS;
    model_find_places(c->model, step);
    if (step->sends < PLACE_WRITABLE_FIRST || step->sends > PLACE_WRITABLE_LAST ||
        step->eax != SYSTEM)
        step->to_system = 0;
}

void choose_call(struct chooser *c, unsigned process, struct script_step *step,
                 struct script_pair *pairs)
{
    unsigned want = choose_want(c, process);

    *step = (struct script_step){
        .kind = SCRIPT_CALL,
        .process = (uint8_t)process,
        .message = message_place(c, process),
        .thread_segments = choose_chance(c, 10),
        .eax = random_word(c),
        .edx = random_word(c),
        .esi = random_word(c),
        .edi = random_word(c) | 0x80000000u,
    };
    fill_in(c, process, want, step, pairs);
    make_sane(c, step);
    find_mapped(step, pairs);
}

void choose_last_receive(struct chooser *c, unsigned process, struct script_step *step)
{
    *step = (struct script_step){
        .kind = SCRIPT_CALL,
        .process = (uint8_t)process,
        .message = PLACE_BUFFER,
        .eax = ANY,
        .ecx = IPC_RECEIVE | IPC_NONBLOCK,
    };
    model_find_places(c->model, step);
}

/* ---- What happens to processes --------------------------------------------------------------- */

/* A slot in one of these states, or -1. */
static int find_process(struct chooser *c, uint32_t states)
{
    unsigned first = choose_number(c, IPC_PROCESSES);

    for (unsigned i = 0; i < IPC_PROCESSES; i++) {
        unsigned slot = (first + i) % IPC_PROCESSES;

        if ((states >> model_process(c->model, slot)->state & 1) != 0)
            return (int)slot;
    }
    return -1;
}

#define STATES_WAITING (0x1ffu & ~(1u << IPC_FREE | 1u << IPC_RUNNABLE))

int choose_caller(struct chooser *c)
{
    return find_process(c, 1u << IPC_RUNNABLE);
}

/* The slot that has been free longest, as the core has it. */
static int next_birth(const struct chooser *c)
{
    unsigned slot = c->model->twin.before.free_first;

    return slot == IPC_NO_SLOT ? -1 : (int)slot;
}

/* A module that does not run. */
static unsigned free_module(struct chooser *c)
{
    unsigned module = choose_number(c, SCRIPT_PROCESSES);
    bool runs = true;

    while (runs) {
        runs = false;
        module = (module + 1) % SCRIPT_PROCESSES;
        for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
            runs = runs || (model_process(c->model, slot)->state != IPC_FREE &&
                            c->model->actor[slot].module == module);
    }
    return module;
}

static bool happens(struct script_step *step, enum script_kind kind, int slot)
{
    *step = (struct script_step){.kind = (uint8_t)kind, .process = (uint8_t)slot};
    return slot >= 0;
}

bool choose_event(struct chooser *c, struct script_step *step)
{
    unsigned what = choose_number(c, 100);
    int waiting = find_process(c, STATES_WAITING);

    if (c->timed >= 0 && (c->patience == 0 || what < 50)) {
        happens(step, SCRIPT_WAIT, c->timed);
        step->eax = SCRIPT_DEADLINE_US + SCRIPT_MARGIN_US;
        return true;
    }
    if (what < 60 && next_birth(c) >= 0 && c->timed < 0) {
        happens(step, SCRIPT_BIRTH, next_birth(c));
        step->module = (uint8_t)free_module(c);
        return true;
    }
    if (what < 85 && waiting >= 0) {
        happens(step, SCRIPT_CANCEL, waiting);
        step->eax = choose_chance(c, 60);
        return true;
    }
    if (what < 94)
        return happens(step, SCRIPT_KILL, find_process(c, STATES_WAITING | 1u << IPC_RUNNABLE));
    waiting = choose_caller(c);
    happens(step, SCRIPT_EXIT, waiting);
    if (what < 97 && waiting >= 0 && !model_has_handler(c->model->actor[waiting].module))
        step->kind = SCRIPT_CRASH;
    return waiting >= 0;
}
