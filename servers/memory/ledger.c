/* See ledger.h. */
#include "ledger.h"
#include "pages.h"

#include <abi/errors.h>
#include <parley/space.h>
#include <parley/system.h>
#include <stddef.h>

#define CHILDREN (CHILDREN_MAX + ENDED_MAX)

struct page {
    struct ledger ledger;
    struct loans loans;
};
_Static_assert(sizeof(struct page) <= PAGE_BYTES, "one page");
_Static_assert(sizeof(struct lent) == 28 && sizeof(struct held) == 8, "shared by two versions");

static int copy(endpoint_t from, uint32_t from_address, endpoint_t to, uint32_t to_address,
                uint32_t bytes)
{
    const struct system_move move = {from,       from_address, to,
                                     to_address, bytes,        .forced = to != self()};
    struct system_miss miss;
    int error = sys_move(&move, &miss);
    return error == 0 && miss.missing ? -ENOENT : error;
}

static bool read(endpoint_t process, size_t offset, void *to, size_t bytes)
{
    struct system_map found;
    return sys_space_next(process, USER_LEDGER, &found) == 0 &&
           copy(process, USER_LEDGER + offset, self(), (uint32_t)to, bytes) == 0;
}

static int write(endpoint_t process, size_t offset, const void *from, size_t bytes)
{
    return copy(self(), (uint32_t)from, process, USER_LEDGER + offset, bytes);
}

bool ledger_read(endpoint_t process, struct ledger *ledger)
{
    return read(process, 0, ledger, sizeof *ledger);
}

void ledger_write(endpoint_t process, const struct ledger *ledger)
{
    (void)write(process, 0, ledger, sizeof *ledger);
}

int ledger_make(endpoint_t process, const struct ledger *ledger)
{
    struct system_map found;
    if (sys_space_next(process, USER_LEDGER, &found) == 0)
        return 0;
    int error = pages_fresh(process, USER_LEDGER, 0);
    if (error == 0)
        ledger_write(process, ledger);
    return error;
}

const struct region *ledger_region(const struct ledger *ledger, uint32_t address)
{
    for (unsigned i = 0; i < ledger->region_count; i++)
        if (address >= ledger->region[i].start && address < ledger->region[i].end)
            return &ledger->region[i];
    return NULL;
}

struct child *ledger_child(struct ledger *ledger, endpoint_t child)
{
    for (unsigned i = 0; i < CHILDREN; i++)
        if (ledger->child[i].state != CHILD_NONE && ledger->child[i].endpoint == child)
            return &ledger->child[i];
    return NULL;
}

unsigned ledger_living(const struct ledger *ledger)
{
    unsigned living = 0;
    for (unsigned i = 0; i < CHILDREN; i++)
        living += ledger->child[i].state == CHILD_LIVES;
    return living;
}

/* Free ones first, then those that were told, then the oldest. */
static bool is_better(const struct child *one, const struct child *other)
{
    const bool gone = one->state != CHILD_ENDED, other_gone = other->state != CHILD_ENDED;
    if (one->state == CHILD_NONE || other->state == CHILD_NONE)
        return one->state == CHILD_NONE;
    if (gone != other_gone)
        return gone;
    return (int32_t)(one->order - other->order) < 0;
}

struct child *ledger_room(struct ledger *ledger)
{
    struct child *best = NULL;
    if (ledger_living(ledger) >= CHILDREN_MAX)
        return NULL;
    for (struct child *c = ledger->child; c < ledger->child + CHILDREN; c++)
        if (c->state != CHILD_LIVES && (best == NULL || is_better(c, best)))
            best = c;
    return best;
}

/* ---- Loans ----------------------------------------------------------------------------------- */

bool ledger_loans(endpoint_t process, struct loans *loans)
{
    return read(process, offsetof(struct page, loans), loans, sizeof *loans);
}

/* Of a boot module it may be the first that is noted. */
static int note(endpoint_t process, size_t offset, const void *from, size_t bytes)
{
    int error = write(process, offset, from, bytes);
    if (error != -ENOENT)
        return error;
    error = pages_fresh(process, USER_LEDGER, 0);
    return error ? error : write(process, offset, from, bytes);
}

int ledger_lent(endpoint_t process, unsigned place, const struct lent *lent)
{
    return note(process, offsetof(struct page, loans.lent) + place * sizeof *lent, lent,
                sizeof *lent);
}

int ledger_held(endpoint_t process, unsigned place, const struct held *held)
{
    return note(process, offsetof(struct page, loans.held) + place * sizeof *held, held,
                sizeof *held);
}
