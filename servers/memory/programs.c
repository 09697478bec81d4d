/* See programs.h. The messages' contracts: servers/protocols/memory.toml. */
#include "programs.h"
#include "demand.h"
#include "ledger.h"
#include "lend.h"
#include "pages.h"

#include <abi/errors.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/memory.h>
#include <stdio.h>
#include <string.h>

#define SLOTS ENDPOINT_FIRST_NAME

/* By slot. */
static struct program {
    endpoint_t endpoint, parent; /* 0: no program */
    int32_t why;                 /* its last fault could not be helped */
} programs[SLOTS];
static struct waiter {
    struct server_client client; /* endpoint 0: nobody */
    endpoint_t child;
} waiters[SLOTS];
static uint32_t slots; /* that the kernel has */

/* ---- Who is whose ---------------------------------------------------------------------------- */

static struct program *program_at(endpoint_t endpoint)
{
    const uint32_t slot = endpoint_slot(endpoint);
    return slot < SLOTS && endpoint > 0 && programs[slot].endpoint == endpoint ? &programs[slot]
                                                                               : NULL;
}

static void enter(endpoint_t child, endpoint_t parent)
{
    if (endpoint_slot(child) < SLOTS)
        programs[endpoint_slot(child)] = (struct program){child, parent, 0};
}

static unsigned count_programs(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SLOTS; i++)
        count += programs[i].endpoint != 0;
    return count;
}

static bool is_child(endpoint_t parent, endpoint_t child)
{
    const struct program *p = program_at(child);
    return p && p->parent == parent;
}

/* The ledger of a child of that parent's that has not begun, or an error. */
static int unborn(endpoint_t parent, endpoint_t child, struct ledger *ledger)
{
    if (!is_child(parent, child))
        return ledger_read(parent, ledger) && ledger_child(ledger, child) ? -EDEADSRCDST : -EPERM;
    if (!ledger_read(child, ledger))
        return -EDEADSRCDST;
    return ledger->begun ? -EBUSY : 0;
}

/* ---- Deaths ---------------------------------------------------------------------------------- */

static void tell(message *m, struct child *c)
{
    struct memory_wait_answer *answer = (void *)m->m_words;
    *answer = (struct memory_wait_answer){.child = c->endpoint,
                                          .cause = c->cause,
                                          .status = c->status,
                                          .why = c->why,
                                          .ip = c->ip,
                                          .address = c->address};
    c->state = CHILD_TOLD;
}

static void answer_waiter(endpoint_t parent, struct child *c)
{
    struct waiter *w = &waiters[endpoint_slot(parent)];
    const struct waiter waiter = *w;
    const struct child untold = *c;
    message m;
    if (waiter.client.endpoint != parent || (waiter.child != ANY && waiter.child != c->endpoint))
        return;
    w->client.endpoint = 0;
    tell(&m, c);
    if (server_answer(waiter.client, 0, &m) != 0)
        *c = untold;
}

static void note(endpoint_t parent, const struct system_death *death, int32_t why)
{
    struct ledger ledger;
    struct child *c = ledger_read(parent, &ledger) ? ledger_child(&ledger, death->endpoint) : NULL;
    if (c == NULL)
        return;
    *c = (struct child){.endpoint = death->endpoint,
                        .state = CHILD_ENDED,
                        .order = ledger.ended++,
                        .cause = death->cause,
                        .status = death->status,
                        .ip = death->ip,
                        .address = death->address};
    if (death->cause == DEATH_FAULT)
        c->why = why ? why : -EFAULT;
    answer_waiter(parent, c);
    ledger_write(parent, &ledger);
}

static void end_children(endpoint_t parent)
{
    for (unsigned i = 0; i < SLOTS; i++)
        if (programs[i].endpoint && programs[i].parent == parent)
            (void)sys_kill(programs[i].endpoint);
}

static void forget(const struct system_death *death)
{
    struct program *p = program_at(death->endpoint);
    end_children(death->endpoint);
    if (p == NULL)
        return;
    const struct program was = *p;
    *p = (struct program){0};
    note(was.parent, death, was.why);
}

/* Its parent's ledger comes first: whatever this server dies of in between, its successor hears of
   the death again until the memory is released. */
void programs_bury(void)
{
    struct system_death death;
    bool going = true;
    while (going && sys_space_owed(&death) == 0) {
        forget(&death);
        going = pages_release(death.endpoint);
    }
}

void programs_fault(endpoint_t program, int why, uint32_t address)
{
    struct process_info info;
    char line[80];
    struct program *p = program_at(program);
    if (p)
        p->why = why;
    if (why == -EFAULT || sys_process(endpoint_slot(program), &info) != 0)
        return;
    int length = snprintf(line, sizeof line, "%s: %s, at 0x%08lx", info.name,
                          why == -ENOSPC ? "its stack is used up" : "no memory is left",
                          (unsigned long)address);
    (void)sys_log_write(line, (size_t)length);
}

/* ---- Births ---------------------------------------------------------------------------------- */

/* Whether so many may be: spawning programs leave slots to the modules and what those start. */
static bool too_many(endpoint_t parent)
{
    return count_programs() >= (program_at(parent) ? slots / 2 : slots / 4 * 3);
}

/* The child is in both ledgers, or is no more. */
static int adopt(endpoint_t parent, endpoint_t child)
{
    const struct ledger empty = {.is_program = 0}, program = {.is_program = 1};
    struct ledger ledger;
    struct child *c = NULL;
    int error = ledger_make(parent, &empty);
    if (!error)
        error = ledger_make(child, &program);
    if (!error)
        error = sys_watch(parent, true);
    if (!error)
        error = sys_watch(child, true);
    if (!error && ledger_read(parent, &ledger))
        c = ledger_room(&ledger);
    if (c == NULL)
        return error ? error : -EAGAIN;
    *c = (struct child){.endpoint = child, .state = CHILD_LIVES};
    ledger_write(parent, &ledger);
    enter(child, parent);
    return 0;
}

static int conceive(endpoint_t parent, const char *name, uint32_t priority, endpoint_t *child)
{
    struct ledger ledger;
    if (too_many(parent) ||
        (ledger_read(parent, &ledger) && ledger_living(&ledger) >= CHILDREN_MAX))
        return -EAGAIN;
    const uint32_t root = pages_for_table();
    if (root == 0)
        return -ENOMEM;
    int error = sys_create(name, priority, root, child);
    if (!error)
        error = adopt(parent, *child);
    else if (error == -ENAMETOOLONG)
        error = -EINVAL;
    if (error && program_at(*child) == NULL)
        (void)sys_kill(*child);
    return error;
}

int programs_create(message *m)
{
    const struct memory_create_request r = *(const struct memory_create_request *)m->m_words;
    struct process_info info;
    if (memchr(r.name, '\0', sizeof r.name) == NULL ||
        sys_process(endpoint_slot(m->m_source), &info) != 0)
        return -EINVAL;
    const uint32_t best = info.priority ? info.priority : 1;
    if (r.priority && r.priority < best)
        return -EINVAL;
    endpoint_t child = 0;
    int error = conceive(m->m_source, r.name, r.priority ? r.priority : best, &child);
    programs_bury();
    ((struct memory_create_answer *)m->m_words)->child = child;
    return error;
}

int programs_clone(message *m)
{
    const struct memory_clone_request r = *(const struct memory_clone_request *)m->m_words;
    const endpoint_t parent = m->m_source;
    struct process_info info;
    struct ledger ledger, childs;
    endpoint_t child = 0;
    if (program_at(parent) == NULL || sys_process(endpoint_slot(parent), &info) != 0)
        return -EPERM;
    int error = conceive(parent, info.name, info.priority, &child);
    if (!error && !(ledger_read(parent, &ledger) && ledger_read(child, &childs)))
        error = -ENOMEM;
    if (!error) {
        childs.region_count = ledger.region_count;
        memcpy(childs.region, ledger.region, sizeof childs.region);
        childs.begun = 1;
        ledger_write(child, &childs);
        error = demand_clone(parent, child);
    }
    if (!error)
        error = sys_begin(child, r.ip, r.sp);
    if (error) {
        (void)sys_kill(child);
        programs_bury();
    }
    ((struct memory_clone_answer *)m->m_words)->child = child;
    return error;
}

/* ---- Between birth and beginning ------------------------------------------------------------- */

static bool is_region(const struct region *r)
{
    const bool low = r->start >= USER_START && r->end <= USER_MEMORY;
    const bool high = r->start >= USER_DEVICES && r->end <= USER_STACK_TOP;
    return r->start < r->end && (low || high) && r->start % PAGE_BYTES == 0 &&
           r->end % PAGE_BYTES == 0 && (r->access & MEMORY_READ) != 0 &&
           (r->access & ~(uint32_t)(MEMORY_READ | MEMORY_WRITE | MEMORY_STACK)) == 0;
}

/* With the page that stays empty below a stack. */
static uint32_t start_of(const struct region *r)
{
    return r->access & MEMORY_STACK ? r->start - PAGE_BYTES : r->start;
}

static int add_region(struct ledger *ledger, const struct region *region)
{
    for (unsigned i = 0; i < ledger->region_count; i++)
        if (start_of(region) < ledger->region[i].end && start_of(&ledger->region[i]) < region->end)
            return -EEXIST;
    if (ledger->region_count == REGIONS_MAX)
        return -ENOSPC;
    ledger->region[ledger->region_count++] = *region;
    return 0;
}

int programs_region(message *m)
{
    const struct memory_region_request *r = (const void *)m->m_words;
    const struct region region = {r->address, r->address + r->bytes, r->access};
    const bool own = r->child == SELF || r->child == m->m_source;
    const endpoint_t whose = own ? m->m_source : r->child;
    struct ledger ledger;
    int error = 0;
    if (!own)
        error = unborn(m->m_source, whose, &ledger);
    else if (program_at(whose) == NULL || !ledger_read(whose, &ledger))
        error = -EPERM;
    if (!error && !is_region(&region))
        error = -EINVAL;
    if (!error)
        error = add_region(&ledger, &region);
    if (!error)
        ledger_write(whose, &ledger);
    return error;
}

int programs_fill(message *m)
{
    const struct memory_fill_request *r = (const void *)m->m_words;
    const struct system_move move = {m->m_source, r->from, r->child, r->address, r->bytes, false};
    struct ledger ledger;
    int error = unborn(m->m_source, r->child, &ledger);
    if (!error)
        error = demand_move(&move);
    return error == -ENOSPC ? -EFAULT : error;
}

/* What it may only read can be written until it begins. */
static int protect(endpoint_t child, const struct ledger *ledger)
{
    struct system_map page = {.address = 0};
    int error = 0;
    while (!error && sys_space_next(child, page.address, &page) == 0) {
        const struct region *region = ledger_region(ledger, page.address);
        if (region && !(region->access & MEMORY_WRITE))
            error = pages_change(child, &page, 0);
        page.address += PAGE_BYTES;
    }
    return error;
}

int programs_begin(message *m)
{
    const struct memory_begin_request *r = (const void *)m->m_words;
    struct ledger ledger;
    int error = unborn(m->m_source, r->child, &ledger);
    if (!error)
        error = protect(r->child, &ledger);
    if (error)
        return error;
    ledger.begun = 1;
    ledger_write(r->child, &ledger);
    return sys_begin(r->child, r->ip, r->sp);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

/* The one asked for, or of any the one that ended first and was not told. */
static struct child *find_ended(struct ledger *ledger, endpoint_t wanted)
{
    struct child *found = NULL;
    if (wanted != ANY)
        return ledger_child(ledger, wanted);
    for (unsigned i = 0; i < CHILDREN_MAX + ENDED_MAX; i++) {
        struct child *c = &ledger->child[i];
        if (c->state == CHILD_ENDED && (!found || (int32_t)(c->order - found->order) < 0))
            found = c;
    }
    return found;
}

int programs_wait(message *m)
{
    const struct memory_wait_request r = *(const struct memory_wait_request *)m->m_words;
    const endpoint_t parent = m->m_source;
    struct ledger ledger;
    programs_bury();
    if (endpoint_slot(parent) >= SLOTS || !ledger_read(parent, &ledger))
        return -ENOENT;
    struct child *c = find_ended(&ledger, r.child);
    if (c && c->state != CHILD_LIVES) {
        tell(m, c);
        ledger_write(parent, &ledger);
        return 0;
    }
    if (c == NULL && (r.child != ANY || ledger_living(&ledger) == 0))
        return -ENOENT;
    if (r.now)
        return -EAGAIN;
    waiters[endpoint_slot(parent)] = (struct waiter){server_current(), r.child};
    return SERVER_LATER;
}

int programs_kill(message *m)
{
    const endpoint_t child = ((const struct memory_kill_request *)m->m_words)->child;
    struct ledger ledger;
    if (!is_child(m->m_source, child)) {
        const bool was = ledger_read(m->m_source, &ledger) && ledger_child(&ledger, child);
        return was ? 0 : -EPERM;
    }
    (void)sys_kill(child);
    programs_bury();
    return 0;
}

void programs_retire(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        if (waiters[i].client.endpoint)
            server_send_on(waiters[i].client);
}

/* ---- After a restart ------------------------------------------------------------------------- */

static bool lives(endpoint_t endpoint)
{
    struct process_info info;
    return sys_process_of(endpoint, &info) == 0;
}

/* Enters the children of a living process; remembers in `programs` that it is one, its parent
   unknown. What has not begun ends: its parent may not even have heard of it. */
static void take_up(endpoint_t process)
{
    struct ledger ledger;
    struct system_map page;
    if (process == self())
        return;
    /* Who has begun cannot begin: this is one that a former server did not finish. */
    if (sys_begin(process, 0, 0) == 0)
        (void)sys_kill(process);
    /* Even one that has given all pages back: its tables are to be released when it dies. */
    (void)sys_watch(process, true);
    if (sys_space_next(process, 0, &page) != 0 || !ledger_read(process, &ledger))
        return;
    lend_take_up(process);
    if (ledger.is_program && program_at(process) == NULL)
        enter(process, 0);
    for (unsigned i = 0; i < CHILDREN_MAX + ENDED_MAX; i++)
        if (ledger.child[i].state == CHILD_LIVES)
            enter(ledger.child[i].endpoint, process);
}

void programs_init(void)
{
    struct process_info info;
    int error = 0;
    for (slots = 0; error != -EINVAL && slots < SLOTS; slots++) {
        error = sys_process(slots, &info);
        if (error == 0)
            take_up(info.endpoint);
    }
    programs_bury();
    for (unsigned i = 0; i < SLOTS; i++) {
        const struct system_death unknown = {.endpoint = programs[i].endpoint, .cause = DEATH_KILL};
        if (unknown.endpoint && !lives(unknown.endpoint))
            forget(&unknown);
        else if (unknown.endpoint && programs[i].parent == 0)
            (void)sys_kill(unknown.endpoint);
    }
    programs_bury();
}
