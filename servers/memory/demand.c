/* See demand.h. */
#include "demand.h"
#include "ledger.h"
#include "pages.h"
#include "programs.h"

#include <abi/errors.h>
#include <abi/fault.h>
#include <parley/system.h>
#include <proto/memory.h>

#define PAGE_FAULT  14
#define ERROR_WRITE 2u /* of a page fault's error code */

static uint32_t page_of(uint32_t address)
{
    return address & ~(PAGE_BYTES - 1u);
}

/* Nothing is there: a page of a region, or no region's. */
static int bring(endpoint_t process, uint32_t page, bool write)
{
    struct ledger ledger;
    if (!ledger_read(process, &ledger))
        return -EFAULT;
    const struct region *region = ledger_region(&ledger, page);
    if (region) {
        const bool writable = region->access & MEMORY_WRITE || !ledger.begun;
        return write && !writable ? -EFAULT : pages_fresh(process, page, writable ? MAP_WRITE : 0);
    }
    /* The page below a stack? */
    region = page < USER_LEDGER ? ledger_region(&ledger, page + PAGE_BYTES) : NULL;
    return region && region->access & MEMORY_STACK ? -ENOSPC : -EFAULT;
}

/* A read-only page is to be written: a clone has it, too, or had it. What was allocated is always
   writable; else its region says so. */
static int make_own(endpoint_t process, const struct system_map *page)
{
    if (!pages_are_ours(page->address, PAGE_BYTES)) {
        struct ledger ledger;
        const struct region *region =
            ledger_read(process, &ledger) ? ledger_region(&ledger, page->address) : NULL;
        if (region == NULL || !(region->access & MEMORY_WRITE))
            return -EFAULT;
    }
    return pages_own(process, page);
}

int demand_page(endpoint_t process, uint32_t address, bool write)
{
    const uint32_t page = page_of(address);
    struct system_map found;
    if (sys_space_next(process, page, &found) != 0 || found.address != page)
        return bring(process, page, write);
    if (found.flags & MAP_SHARED)
        return -EFAULT;
    return write && !(found.flags & MAP_WRITE) ? make_own(process, &found) : 0;
}

int demand_fault(message *m)
{
    struct system_registers r;
    if (sys_registers_get(m->m_source, &r) != 0)
        return -EPERM; /* no fault, but a message that looks like one */
    if (FAULT_VECTOR(m->m_type) != PAGE_FAULT)
        return -EFAULT;
    int error = demand_page(m->m_source, r.address, r.error & ERROR_WRITE);
    if (error == 0)
        return 0;
    programs_fault(m->m_source, error, r.address);
    return -EFAULT;
}

static bool writes_to(const struct system_move *move, const struct system_miss *miss)
{
    return miss->whose == move->to && miss->address - move->to_address < move->bytes;
}

int demand_move(const struct system_move *move)
{
    struct system_miss miss = {.missing = true};
    uint32_t tries = 2 * (MOVE_BYTES / PAGE_BYTES + 2);
    int error = 0;
    while (error == 0 && miss.missing) {
        error = sys_move(move, &miss);
        if (error == 0 && miss.missing)
            error =
                tries-- ? demand_page(miss.whose, miss.address, writes_to(move, &miss)) : -EFAULT;
    }
    return error;
}

/* ---- Clones ---------------------------------------------------------------------------------- */

/* A page that holds a message of its owner's must stay as it is: the clone gets its copy now. */
static int copy_now(endpoint_t child, struct system_map page)
{
    page.flags = 0;
    int error = pages_map(child, page.address, page.frame, 0);
    return error ? error : pages_own(child, &page);
}

static int clone_page(endpoint_t parent, endpoint_t child, const struct system_map *page)
{
    int error = 0;
    if (page->address == USER_LEDGER || page->flags & MAP_SHARED ||
        (page->flags & MAP_WRITE && pages_is_lent(page)))
        return 0;
    if (page->flags & MAP_WRITE)
        error = pages_change(parent, page, 0);
    if (error == -EBUSY)
        return copy_now(child, *page);
    return error ? error : pages_map(child, page->address, page->frame, 0);
}

int demand_clone(endpoint_t parent, endpoint_t child)
{
    struct system_map page = {.address = 0};
    int error = 0;
    while (error == 0 && sys_space_next(parent, page.address, &page) == 0) {
        error = clone_page(parent, child, &page);
        page.address += PAGE_BYTES;
    }
    return error;
}
