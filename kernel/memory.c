/* See memory.h. Ranges of free pages are found once; pages are then taken from their fronts. */
#include "memory.h"
#include "frame.h"
#include "panic.h"
#include "text.h"

/* Each reservation, module and edge can split a region once. */
#define RANGES_MAX (BOOT_REGIONS_MAX + BOOT_RESERVATIONS_MAX + BOOT_MODULES_MAX + 1)

#define LAST_PAGE 0xfffff000u

static struct boot_region ranges[RANGES_MAX]; /* free at the end of memory_init */
static unsigned range_count;
static unsigned range_now; /* taken from */
static phys_addr_t next;   /* page to take; 0: at the start of range_now */
static uint32_t taken[2];  /* bytes, by enum memory_use */

static struct boot_region usable[BOOT_REGIONS_MAX];
static unsigned usable_count;
static uint32_t total_bytes, kernel_bytes, modules_bytes;

static uint32_t sum_of_ranges(void)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < range_count; i++)
        sum += ranges[i].bytes;
    return sum;
}

static void add_range(phys_addr_t start, phys_addr_t end)
{
    if (start < end && range_count < RANGES_MAX)
        ranges[range_count++] = (struct boot_region){start, end - start};
}

/* Takes [start, end), rounded outward to pages, out of every range. */
static void subtract(phys_addr_t start, uint32_t bytes)
{
    if (bytes == 0)
        return;
    uint64_t last = (uint64_t)start + bytes + PAGE_BYTES - 1;
    phys_addr_t end = last > LAST_PAGE ? LAST_PAGE : (phys_addr_t)last & ~(PAGE_BYTES - 1u);
    start &= ~(PAGE_BYTES - 1u);
    for (unsigned i = 0, count = range_count; i < count; i++) {
        phys_addr_t from = ranges[i].start, to = from + ranges[i].bytes;
        if (end <= from || start >= to)
            continue;
        ranges[i].bytes = start > from ? start - from : 0;
        add_range(end > from ? end : from, to);
    }
}

static void find_free(const struct boot_info *boot)
{
    for (unsigned i = 0; i < boot->region_count; i++) {
        phys_addr_t start = boot->region[i].start;
        uint32_t bytes = boot->region[i].bytes;
        if (bytes > LAST_PAGE - start) /* the end must be a number, too */
            bytes = LAST_PAGE - start;
        usable[usable_count++] = (struct boot_region){start, bytes};
        total_bytes += bytes;
        add_range(start, start + bytes);
    }
    for (unsigned i = 0; i < boot->reservation_count; i++)
        subtract(boot->reservation[i].start, boot->reservation[i].bytes);
    subtract(0, PAGE_BYTES); /* so that 0 can mean "no page" */
    kernel_bytes = total_bytes - sum_of_ranges();
    for (unsigned i = 0; i < boot->module_count; i++)
        subtract(boot->module[i].start, boot->module[i].bytes);
    modules_bytes = total_bytes - kernel_bytes - sum_of_ranges();
}

void memory_init(const struct boot_info *boot)
{
    find_free(boot);
    uint32_t window = arch_window_bytes();
    unsigned kept = 0;
    for (unsigned i = 0; i < range_count; i++) {
        struct boot_region r = ranges[i];
        if (r.start >= window)
            continue;
        if (r.bytes > window - r.start)
            r.bytes = window - r.start;
        r.bytes &= ~(PAGE_BYTES - 1u);
        if (r.bytes)
            ranges[kept++] = r;
    }
    range_count = kept;
}

phys_addr_t memory_take(enum memory_use use)
{
    if (range_now == range_count)
        return 0;
    const struct boot_region *r = &ranges[range_now];
    phys_addr_t page = next ? next : r->start;
    next = page + PAGE_BYTES;
    if (next - r->start == r->bytes) {
        range_now++;
        next = 0;
    }
    taken[use] += PAGE_BYTES;
    return page;
}

phys_addr_t memory_take_block(uint32_t pages)
{
    struct memory_mark mark = memory_mark();
    phys_addr_t first = 0;
    for (uint32_t got = 0; got < pages; got++) {
        phys_addr_t page = memory_take(MEMORY_TABLES);
        if (page == 0) {
            memory_undo(mark);
            return 0;
        }
        if (got == 0 || page != first + got * PAGE_BYTES) {
            first = page;
            got = 0;
        }
    }
    return first;
}

phys_addr_t memory_end(void)
{
    phys_addr_t end = 0;
    for (unsigned i = 0; i < range_count; i++)
        if (ranges[i].start + ranges[i].bytes > end)
            end = ranges[i].start + ranges[i].bytes;
    return end;
}

uint32_t memory_left_bytes(void)
{
    uint32_t left = 0;
    for (unsigned i = range_now; i < range_count; i++)
        left += ranges[i].bytes;
    return next ? left - (next - ranges[range_now].start) : left;
}

struct memory_mark memory_mark(void)
{
    return (struct memory_mark){range_now, next, {taken[0], taken[1]}};
}

void memory_undo(struct memory_mark mark)
{
    range_now = mark.range;
    next = mark.next;
    taken[0] = mark.taken[0];
    taken[1] = mark.taken[1];
}

bool memory_is_usable(phys_addr_t start, uint32_t bytes)
{
    phys_addr_t last = start + bytes - 1;
    for (unsigned i = 0; i < usable_count; i++)
        if (usable[i].bytes && start <= usable[i].start + usable[i].bytes - 1 &&
            usable[i].start <= last)
            return true;
    return false;
}

void memory_describe(struct memory_info *info)
{
    *info = (struct memory_info){
        .total_bytes = total_bytes,
        .kernel_bytes = kernel_bytes + taken[MEMORY_TABLES],
        .modules_bytes = modules_bytes,
        .process_bytes = taken[MEMORY_PROCESS],
    };
    frame_account(info);
    info->free_bytes = total_bytes - info->kernel_bytes - info->modules_bytes - info->process_bytes;
}

/* ---- Memory of a process ------------------------------------------------------------------- */

/* How much of [address, +bytes) lies in the first page. */
static uint32_t in_this_page(uint32_t address, uint32_t bytes)
{
    uint32_t room = PAGE_BYTES - address % PAGE_BYTES;
    return bytes < room ? bytes : room;
}

/* The kernel's view of a part of a page of the process, or NULL. */
static char *view(const struct arch_space *space, uint32_t address, uint32_t bytes, uint32_t flags)
{
    phys_addr_t place;
    if (!arch_space_find(space, address, flags, &place))
        return NULL;
    return arch_window(place, bytes);
}

bool process_memory_ok(const struct arch_space *space, uint32_t address, uint32_t bytes,
                       uint32_t flags)
{
    if (bytes && (bytes > USER_END || address > USER_END - bytes))
        return false;
    /*@ loop invariant address + bytes == \at(address + bytes, Pre);
        loop invariant \forall integer at; \at(address, Pre) <= at < address ==>
                       page_maps(space, at / PAGE_BYTES, flags);
        loop assigns address, bytes;
        loop variant bytes; */
    while (bytes) {
        uint32_t part = in_this_page(address, bytes);
        if (!view(space, address, part, flags))
            return false;
        address += part;
        bytes -= part;
    }
    return true;
}

struct memory_miss memory_miss;

int memory_note_miss(const struct arch_space *space, uint32_t address, uint32_t bytes,
                     uint32_t flags)
{
    memory_miss.space = NULL;
    if (bytes > USER_END || address > USER_END - bytes)
        return -EFAULT;
    while (bytes) {
        uint32_t part = in_this_page(address, bytes);
        if (!view(space, address, part, flags)) {
            memory_miss = (struct memory_miss){space, address, flags};
            break;
        }
        address += part;
        bytes -= part;
    }
    return -EFAULT;
}

int copy_from_process(const struct arch_space *space, void *to, uint32_t from, uint32_t bytes)
{
    if (!process_memory_ok(space, from, bytes, 0))
        return memory_note_miss(space, from, bytes, 0);
    for (char *at = to; bytes;) {
        uint32_t part = in_this_page(from, bytes);
        memcpy(at, view(space, from, part, 0), part);
        at += part;
        from += part;
        bytes -= part;
    }
    return 0;
}

int copy_to_process(const struct arch_space *space, uint32_t to, const void *from, uint32_t bytes)
{
    if (!process_memory_ok(space, to, bytes, SPACE_WRITE))
        return memory_note_miss(space, to, bytes, SPACE_WRITE);
    load_into_process(space, to, from, bytes);
    return 0;
}

void load_into_process(const struct arch_space *space, uint32_t to, const void *from,
                       uint32_t bytes)
{
    const char *at = from;
    while (bytes) {
        uint32_t part = in_this_page(to, bytes);
        phys_addr_t place;
        bool there = arch_space_find(space, to, 0, &place);
        char *page = there ? arch_window(place, part) : NULL;
        KERNEL_ASSERT(page != NULL);
        if (at) {
            memcpy(page, at, part);
            at += part;
        } else {
            phys_zero(place, part);
        }
        to += part;
        bytes -= part;
    }
}
