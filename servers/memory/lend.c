/* See lend.h. The messages' contracts: servers/protocols/memory.toml. */
#include "lend.h"
#include "demand.h"
#include "pages.h"

#include <abi/errors.h>
#include <parley/system.h>
#include <proto/memory.h>
#include <string.h>

#define LOANS_MAX 512
#define DEPTH_MAX 8  /* how often a grant may be passed on */
#define EACH_MAX  64 /* what one process may have lent, so that none can fill the table */

static struct loan {
    uint32_t name; /* number << 9 | index, never 0; 0: the entry is free */
    endpoint_t owner, peer;
    uint32_t address, bytes;
    uint32_t access;
    uint32_t attached; /* a share's: where the peer has it, or 0 */
    uint32_t uses;     /* a grant's copies */
    uint32_t through;  /* a grant's: of which it is a part, or 0 */
    bool grant;
} loans[LOANS_MAX];
static uint32_t number;

static struct loan *find(uint32_t name)
{
    struct loan *loan = &loans[name % LOANS_MAX];
    return name && loan->name == name ? loan : NULL;
}

static uint32_t lent_by(endpoint_t owner)
{
    uint32_t found = 0;
    for (struct loan *l = loans; l < loans + LOANS_MAX; l++)
        found += l->name && l->owner == owner;
    return found;
}

uint32_t lend_open(void)
{
    uint32_t open = 0;
    for (struct loan *l = loans; l < loans + LOANS_MAX; l++)
        open += l->name != 0;
    return open;
}

/* Enters it and watches both, or an error. */
static int enter(struct loan loan, uint32_t *name)
{
    struct loan *l = loans;
    while (l < loans + LOANS_MAX && l->name)
        l++;
    if (l == loans + LOANS_MAX || lent_by(loan.owner) >= EACH_MAX)
        return -ENOSPC;
    int error = sys_watch(loan.peer, true);
    if (!error)
        error = sys_watch(loan.owner, true);
    if (error)
        return error;
    number = (number + 1) % (1u << 22) ? number + 1 : 1;
    loan.name = *name = number * LOANS_MAX + (uint32_t)(l - loans);
    *l = loan;
    return 0;
}

/* With all that was granted through it: no deeper than DEPTH_MAX. */
static void end(struct loan *loan)
{
    const uint32_t name = loan->name;
    if (loan->attached)
        (void)pages_take(loan->peer, loan->attached, loan->bytes / PAGE_BYTES);
    loan->name = 0;
    for (struct loan *l = loans; l < loans + LOANS_MAX; l++)
        if (l->name && l->through == name)
            end(l);
}

/* Pages that the peer has attached stay with it when their owner dies, so that nobody faults
   because somebody else has died; as many as one may lend. */
static bool bequeath(struct loan *loan, endpoint_t dead)
{
    uint32_t inherited = 0;
    for (struct loan *l = loans; l < loans + LOANS_MAX; l++)
        inherited += l->name && l->owner == NONE && l->peer == loan->peer;
    if (loan->owner != dead || loan->peer == dead || !loan->attached || inherited >= EACH_MAX)
        return false;
    loan->owner = NONE;
    return true;
}

void lend_forget(endpoint_t dead)
{
    for (struct loan *l = loans; l < loans + LOANS_MAX; l++)
        if (l->name && (l->owner == dead || l->peer == dead) && !bequeath(l, dead))
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
                              .access = r->access};
    uint32_t name;
    if (!is_access(r->access) || !pages_are_ours(r->address, r->bytes))
        return -EINVAL;
    if (!pages_have(loan.owner, loan.address, loan.bytes / PAGE_BYTES))
        return -ENOENT;
    int error = enter(loan, &name);
    ((struct memory_share_answer *)m->m_words)->share = name;
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
    l->attached = pages_share(l->owner, l->address, l->bytes / PAGE_BYTES, l->peer,
                              l->access & MEMORY_WRITE ? MAP_WRITE : 0);
    if (!l->attached)
        return -ENOMEM;
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
    error = pages_take(l->peer, l->attached, l->bytes / PAGE_BYTES);
    l->attached = 0;
    if (l->owner == NONE) /* it could not be attached again */
        l->name = 0;
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
                              .grant = true};
    uint32_t name;
    int error = 0;
    if (!is_access(loan.access) || loan.bytes == 0)
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
    l->uses += error == 0;
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
