/* See ledger.h. */
#include "ledger.h"
#include "pages.h"

#include <abi/errors.h>
#include <parley/space.h>
#include <parley/system.h>

#define CHILDREN (CHILDREN_MAX + ENDED_MAX)

_Static_assert(sizeof(struct ledger) <= PAGE_BYTES, "one page");

static bool copy(endpoint_t from, uint32_t from_address, endpoint_t to, uint32_t to_address)
{
    const struct system_move move = {
        from,       from_address,          to,
        to_address, sizeof(struct ledger), .forced = to_address == USER_LEDGER};
    struct system_miss miss;
    return sys_move(&move, &miss) == 0 && !miss.missing;
}

bool ledger_read(endpoint_t process, struct ledger *ledger)
{
    struct system_map found;
    return sys_space_next(process, USER_LEDGER, &found) == 0 &&
           copy(process, USER_LEDGER, self(), (uint32_t)ledger);
}

void ledger_write(endpoint_t process, const struct ledger *ledger)
{
    (void)copy(self(), (uint32_t)ledger, process, USER_LEDGER);
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
