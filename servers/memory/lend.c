/* See lend.h. The messages' contracts: servers/protocols/memory.toml. */
#include "lend.h"
#include "demand.h"
#include "ledger.h"
#include "pages.h"

#include <abi/errors.h>
#include <parley/system.h>
#include <proto/memory.h>
#include <string.h>

#define LOANS_MAX  16384 /* LENT_MAX of each of 256 processes */
#define NUMBERS    (1u << 18)
#define KEY_MAX    0x0fffffffu
#define DEPTH_MAX  8  /* how often a grant may be passed on */
#define USES_NOTED 16 /* a ledger learns of so many at a time: a copy is not to cost two */

struct loan {
    uint32_t name; /* number * LOANS_MAX + index, never 0; 0: the entry is free */
    endpoint_t owner, peer;
    uint32_t address, bytes;
    uint32_t access;
    uint32_t key;
    uint32_t attached; /* a share's: where the peer has it, or 0 */
    uint32_t uses;     /* a grant's copies */
    uint32_t through;  /* a grant's: of which it is a part, or 0 */
    bool grant;
    uint8_t place, held; /* in the owner's ledger, and in the peer's */
};

/* Nobody's loans may keep others from lending, so there is room for all that the ledgers may hold:
   what is usual is there from the start, even when no memory is left; the rest comes in pages. */
#define OWN_LOANS  256
#define PAGE_LOANS (PAGE_BYTES / sizeof(struct loan))
static struct loan own_loans[OWN_LOANS];
static uint32_t extra_pages; /* from USER_MEMORY on */
static uint32_t number;

_Static_assert(LENT_MAX == HELD_MAX, "find_place has one end");

static uint32_t room(void)
{
    const uint32_t all = OWN_LOANS + extra_pages * PAGE_LOANS;
    return all < LOANS_MAX ? all : LOANS_MAX;
}

static struct loan *loan_at(uint32_t index)
{
    if (index < OWN_LOANS)
        return &own_loans[index];
    index -= OWN_LOANS;
    return (struct loan *)(USER_MEMORY + index / PAGE_LOANS * PAGE_BYTES) + index % PAGE_LOANS;
}

/* The first open one from *index on, which is then behind it; NULL: there is none. */
static struct loan *next_open(uint32_t *index)
{
    while (*index < room()) {
        struct loan *l = loan_at((*index)++);
        if (l->name)
            return l;
    }
    return NULL;
}

/* Room for those of one more page. False: no memory is left, or no process could have so many. */
static bool grow(void)
{
    if (room() == LOANS_MAX ||
        pages_fresh(self(), USER_MEMORY + extra_pages * PAGE_BYTES, MAP_WRITE) != 0)
        return false;
    extra_pages++;
    return true;
}

static bool is_last_page_empty(void)
{
    const uint32_t first = OWN_LOANS + (extra_pages - 1) * PAGE_LOANS;
    for (uint32_t i = first; i < room(); i++)
        if (loan_at(i)->name)
            return false;
    return true;
}

static void shrink(void)
{
    while (extra_pages && is_last_page_empty() &&
           pages_take(self(), USER_MEMORY + (extra_pages - 1) * PAGE_BYTES, 1) == 0)
        extra_pages--;
}

static struct loan *find(uint32_t name)
{
    const uint32_t index = name % LOANS_MAX;
    struct loan *loan = name && index < room() ? loan_at(index) : NULL;
    return loan && loan->name == name ? loan : NULL;
}

uint32_t lend_open(void)
{
    uint32_t open = 0;
    for (uint32_t i = 0; next_open(&i);)
        open++;
    return open;
}

/* ---- Ledgers --------------------------------------------------------------------------------- */

static int note_lent(const struct loan *l)
{
    const struct lent lent = {.name = l->name,
                              .peer = l->peer,
                              .address = l->address,
                              .bytes = l->bytes,
                              .uses = l->uses,
                              .through = l->through,
                              .key = l->key,
                              .grant = l->grant,
                              .access = l->access};
    return ledger_lent(l->owner, l->place, &lent);
}

static int note_held(const struct loan *l)
{
    struct held held = {.name = 0};
    if (l->attached) {
        const uint32_t first = (l->attached - USER_MEMORY) / PAGE_BYTES;
        held =
            (struct held){l->name, (uint16_t)first, (uint16_t)(first + l->bytes / PAGE_BYTES - 1)};
    }
    return ledger_held(l->peer, l->held, &held);
}

/* A free place in the ledger of that owner, or (`held`) of that peer; LENT_MAX: there is none. */
static uint8_t find_place(endpoint_t process, bool held)
{
    bool used[LENT_MAX] = {false};
    uint8_t place = 0;
    const struct loan *l;
    for (uint32_t i = 0; (l = next_open(&i)) != NULL;) {
        if (!held && l->owner == process)
            used[l->place] = true;
        if (held && l->attached && l->peer == process)
            used[l->held] = true;
    }
    while (place < LENT_MAX && used[place])
        place++;
    return place;
}

/* ---- Beginnings and ends --------------------------------------------------------------------- */

/* The one that a former server may have entered, and died before it could say so. */
static const struct loan *find_same(const struct loan *loan)
{
    const struct loan *l;
    for (uint32_t i = 0; loan->key && (l = next_open(&i)) != NULL;)
        if (l->owner == loan->owner && l->key == loan->key && l->peer == loan->peer &&
            l->address == loan->address && l->bytes == loan->bytes && l->access == loan->access &&
            l->through == loan->through && l->grant == loan->grant)
            return l;
    return NULL;
}

/* The first free entry's index, or LOANS_MAX: there is none. */
static uint32_t find_free(void)
{
    uint32_t index = 0;
    while (index < room() && loan_at(index)->name)
        index++;
    return index < room() || grow() ? index : LOANS_MAX;
}

/* Enters it, in the owner's ledger as well, and watches both, or an error. */
static int enter(struct loan loan, uint32_t *name)
{
    const struct loan *same = find_same(&loan);
    if (same) {
        *name = same->name;
        return 0;
    }
    loan.place = find_place(loan.owner, false);
    if (loan.place == LENT_MAX)
        return -ENOSPC;
    const uint32_t index = find_free();
    if (index == LOANS_MAX)
        return -ENOMEM;
    number = (number + 1) % NUMBERS ? number + 1 : 1;
    loan.name = number * LOANS_MAX + index;
    int error = sys_watch(loan.peer, true);
    if (!error)
        error = sys_watch(loan.owner, true);
    if (!error)
        error = note_lent(&loan);
    if (error) {
        shrink();
        return error;
    }
    *loan_at(index) = loan;
    *name = loan.name;
    return 0;
}

/* The ledger's note goes last, so that a server that dies here leaves the rest to the next. */
static int let_go(struct loan *l)
{
    int error = pages_take(l->peer, l->attached, l->bytes / PAGE_BYTES);
    l->attached = 0;
    (void)note_held(l);
    return error;
}

/* With all that was granted through it: no deeper than DEPTH_MAX. */
static void end_each(struct loan *loan)
{
    const uint32_t name = loan->name;
    if (loan->attached)
        (void)let_go(loan);
    loan->name = 0;
    (void)note_lent(loan);
    struct loan *l;
    for (uint32_t i = 0; loan->grant && (l = next_open(&i)) != NULL;)
        if (l->through == name)
            end_each(l);
}

static void end(struct loan *loan)
{
    end_each(loan);
    shrink();
}

/* Pages that the peer has attached stay with it when their owner dies, so that nobody faults
   because somebody else has died. */
static bool bequeath(struct loan *loan, endpoint_t dead)
{
    if (loan->owner != dead || loan->peer == dead || !loan->attached)
        return false;
    loan->owner = NONE;
    return true;
}

void lend_forget(endpoint_t dead)
{
    struct loan *l;
    for (uint32_t i = 0; (l = next_open(&i)) != NULL;)
        if ((l->owner == dead || l->peer == dead) && !bequeath(l, dead))
            end(l);
}

/* The grant or share of this name that is the peer's to use. */
static int lent_to(endpoint_t peer, uint32_t name, bool grant, struct loan **found)
{
    *found = find(name);
    if (!*found || (*found)->grant != grant)
        return -ENOENT;
    return (*found)->peer == peer ? 0 : -EPERM;
}

static bool is_access(uint32_t access)
{
    return access != 0 && (access & ~(uint32_t)(MEMORY_READ | MEMORY_WRITE)) == 0;
}

/* ---- Shares ---------------------------------------------------------------------------------- */

int lend_share(message *m)
{
    const struct memory_share_request *r = (const void *)m->m_words;
    const struct loan loan = {.owner = m->m_source,
                              .peer = r->peer,
                              .address = r->address,
                              .bytes = r->bytes,
                              .access = r->access,
                              .key = r->key};
    uint32_t name;
    if (!is_access(r->access) || r->key > KEY_MAX || !pages_are_ours(r->address, r->bytes))
        return -EINVAL;
    if (!pages_have(loan.owner, loan.address, loan.bytes / PAGE_BYTES))
        return -ENOENT;
    int error = enter(loan, &name);
    ((struct memory_share_answer *)m->m_words)->share = name;
    return error;
}

/* The peer's ledger says where before anything is there: see let_go. */
static int attach(struct loan *l)
{
    const uint32_t pages = l->bytes / PAGE_BYTES;
    l->held = find_place(l->peer, true);
    if (l->held == HELD_MAX)
        return -ENOSPC;
    l->attached = pages_room(l->peer, pages);
    int error = l->attached ? note_held(l) : -ENOMEM;
    if (!error)
        error = pages_share(l->owner, l->address, pages, l->peer, l->attached,
                            l->access & MEMORY_WRITE ? MAP_WRITE : 0);
    if (error) {
        l->attached = 0;
        (void)note_held(l);
    }
    return error;
}

int lend_attach(message *m)
{
    struct loan *l = NULL;
    int error =
        lent_to(m->m_source, ((const struct memory_attach_request *)m->m_words)->share, false, &l);
    if (error)
        return error;
    if (l->attached)
        return -EEXIST;
    if (!pages_have(l->owner, l->address, l->bytes / PAGE_BYTES))
        return -ENOENT; /* its owner has released it since */
    error = attach(l);
    if (error)
        return error;
    struct memory_attach_answer *answer = (void *)m->m_words;
    answer->address = l->attached;
    answer->bytes = l->bytes;
    return 0;
}

int lend_detach(message *m)
{
    struct loan *l = NULL;
    int error =
        lent_to(m->m_source, ((const struct memory_detach_request *)m->m_words)->share, false, &l);
    if (error || !l->attached)
        return error;
    error = let_go(l);
    if (l->owner == NONE) { /* it could not be attached again */
        l->name = 0;
        shrink();
    }
    return error;
}

/* ---- Grants ---------------------------------------------------------------------------------- */

/* Whether it is a part of a grant that its owner holds, with no more access than that. */
static int check_through(const struct loan *loan)
{
    struct loan *whole = NULL;
    unsigned depth = 0;
    int error = lent_to(loan->owner, loan->through, true, &whole);
    if (error)
        return error;
    if ((loan->access & ~whole->access) != 0)
        return -EPERM;
    if (loan->address > whole->bytes || loan->bytes > whole->bytes - loan->address)
        return -EINVAL;
    for (const struct loan *l = whole; l; l = find(l->through))
        depth++;
    return depth < DEPTH_MAX ? 0 : -ENOSPC;
}

int lend_grant(message *m)
{
    const struct memory_grant_request *r = (const void *)m->m_words;
    const struct loan loan = {.owner = m->m_source,
                              .peer = r->peer,
                              .address = r->address,
                              .bytes = r->bytes,
                              .access = r->access,
                              .through = r->through,
                              .key = r->key,
                              .grant = true};
    uint32_t name;
    int error = 0;
    if (!is_access(loan.access) || loan.key > KEY_MAX || loan.bytes == 0)
        return -EINVAL;
    if (loan.through)
        error = check_through(&loan);
    else if (loan.address >= USER_END || loan.bytes > USER_END - loan.address)
        error = -EINVAL;
    if (!error)
        error = enter(loan, &name);
    if (!error)
        ((struct memory_grant_answer *)m->m_words)->grant = name;
    return error;
}

/* Whose memory a grant's offset is, and where. */
static endpoint_t place(const struct loan *l, uint32_t offset, uint32_t *address)
{
    *address = l->address + offset;
    while (l->through && (l = find(l->through)) != NULL)
        *address += l->address;
    return l ? l->owner : NONE;
}

int lend_copy(message *m)
{
    const struct memory_copy_request *r = (const void *)m->m_words;
    struct loan *l = NULL;
    struct system_move move;
    uint32_t address;
    int error = lent_to(m->m_source, r->grant, true, &l);
    if (error)
        return error;
    if ((r->direction & ~l->access) != 0)
        return -EPERM;
    if ((r->direction != MEMORY_READ && r->direction != MEMORY_WRITE) || r->bytes > MOVE_BYTES ||
        r->offset > l->bytes || r->bytes > l->bytes - r->offset)
        return -EINVAL;
    const endpoint_t owner = place(l, r->offset, &address);
    if (r->direction == MEMORY_READ)
        move = (struct system_move){owner, address, m->m_source, r->address, r->bytes, false};
    else
        move = (struct system_move){m->m_source, r->address, owner, address, r->bytes, false};
    error = demand_move(&move);
    if (error == -EDEADSRCDST)
        return -ENOENT;
    if (error == 0 && ++l->uses % USES_NOTED == 0)
        (void)note_lent(l);
    return error == -ENOSPC ? -EFAULT : error;
}

int lend_revoke(message *m)
{
    struct loan *l = find(((const struct memory_revoke_request *)m->m_words)->name);
    if (!l)
        return -ENOENT;
    if (l->owner != m->m_source)
        return -EPERM;
    const uint32_t uses = l->grant ? l->uses : l->attached != 0;
    end(l);
    ((struct memory_revoke_answer *)m->m_words)->uses = uses;
    return 0;
}

/* ---- After a restart ------------------------------------------------------------------------- */

/* The entry of that name, taken or made; NULL: another has its place, which no server did, or there
   is neither room nor memory. */
static struct loan *restore(uint32_t name)
{
    while (name % LOANS_MAX >= room())
        if (!grow())
            return NULL;
    struct loan *l = loan_at(name % LOANS_MAX);
    if (l->name == 0)
        *l = (struct loan){.name = name, .owner = NONE};
    return l->name == name ? l : NULL;
}

static void restore_lent(endpoint_t owner, unsigned place, const struct lent *r)
{
    struct loan *l = restore(r->name);
    if (l == NULL)
        return;
    l->owner = owner;
    l->place = (uint8_t)place;
    l->peer = r->peer;
    l->address = r->address;
    l->bytes = r->bytes;
    l->access = r->access;
    l->key = r->key;
    l->uses = r->uses;
    l->through = r->through;
    l->grant = r->grant;
}

static void restore_held(endpoint_t peer, unsigned place, const struct held *r)
{
    struct loan *l = restore(r->name);
    if (l == NULL)
        return;
    l->peer = peer;
    l->held = (uint8_t)place;
    l->attached = USER_MEMORY + (uint32_t)r->first * PAGE_BYTES;
    l->bytes = ((uint32_t)r->last - r->first + 1) * PAGE_BYTES;
}

void lend_take_up(endpoint_t process)
{
    static struct loans noted;
    if (!ledger_loans(process, &noted))
        return;
    for (unsigned i = 0; i < LENT_MAX; i++)
        if (noted.lent[i].name)
            restore_lent(process, i, &noted.lent[i]);
    for (unsigned i = 0; i < HELD_MAX; i++)
        if (noted.held[i].name)
            restore_held(process, i, &noted.held[i]);
}

/* Whether it goes on. Its owner may have died, or the grant ended through which it was one. */
static bool settle(struct loan *l)
{
    if (l->attached && !pages_settle(l->peer, l->attached, l->bytes / PAGE_BYTES)) {
        l->attached = 0;
        (void)note_held(l);
    }
    return (l->owner != NONE || l->attached) && (l->through == 0 || find(l->through)) &&
           sys_watch(l->peer, true) == 0;
}

/* Which numbers a former server gave and took back is not known, so it begins anywhere: a name of
   then comes again by a chance of one in NUMBERS with each loan that gets its entry. */
void lend_settle(void)
{
    uint64_t now = 0;
    (void)sys_time(&now);
    number = (uint32_t)now % NUMBERS;
    struct loan *l;
    for (uint32_t i = 0; (l = next_open(&i)) != NULL;)
        if (!settle(l))
            end(l);
}

void lend_retire(void)
{
    const struct loan *l;
    for (uint32_t i = 0; (l = next_open(&i)) != NULL;)
        if (l->uses % USES_NOTED)
            (void)note_lent(l);
}
