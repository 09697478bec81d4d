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

/* Of what the window does not reach, the frames' numbers must not need a table (frame.h) that takes
   more than a part of what it does. */
#define TABLE_SHARE 16u

static struct boot_region beyond[RANGES_MAX];
static unsigned beyond_count;

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

/* The whole pages of a range from its start to `end`. */
static void keep_pages(struct boot_region *list, unsigned *count, phys_addr_t start,
                       phys_addr_t end)
{
    const uint32_t bytes = start < end ? (end - start) & ~(PAGE_BYTES - 1u) : 0;
    if (bytes)
        list[(*count)++] = (struct boot_region){start, bytes};
}

static void split_at_window(void)
{
    const phys_addr_t window = arch_window_bytes();
    unsigned kept = 0;
    for (unsigned i = 0; i < range_count; i++) {
        const phys_addr_t start = ranges[i].start, end = start + ranges[i].bytes;
        keep_pages(beyond, &beyond_count, start > window ? start : window, end);
        keep_pages(ranges, &kept, start, end < window ? end : window);
    }
    range_count = kept;
}

static void leave_what_costs_too_much(void)
{
    const uint32_t frames = sum_of_ranges() / TABLE_SHARE / sizeof(struct frame);
    unsigned kept = 0;
    for (unsigned i = 0; i < beyond_count; i++)
        if ((beyond[i].start + beyond[i].bytes) / PAGE_BYTES <= frames)
            beyond[kept++] = beyond[i];
    beyond_count = kept;
}

void memory_init(const struct boot_info *boot)
{
    find_free(boot);
    split_at_window();
    leave_what_costs_too_much();
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

bool memory_beyond(unsigned index, struct boot_region *region)
{
    if (index >= beyond_count)
        return false;
    *region = beyond[index];
    return true;
}

static phys_addr_t end_of(const struct boot_region *list, unsigned regions)
{
    phys_addr_t end = 0;
    for (unsigned i = 0; i < regions; i++)
        if (list[i].start + list[i].bytes > end)
            end = list[i].start + list[i].bytes;
    return end;
}

phys_addr_t memory_end(void)
{
    return beyond_count ? end_of(beyond, beyond_count) : end_of(ranges, range_count);
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

/* Whether the process may use the page so. */
static bool is_there(const struct arch_space *space, uint32_t address, uint32_t flags)
{
    phys_addr_t place;
    return arch_space_find(space, address, flags, &place);
}

/* The kernel's view of a part of a page of the process, until the next. */
static char *view(const struct arch_space *space, uint32_t address)
{
    phys_addr_t place;
    const bool there = arch_space_find(space, address, 0, &place);
    KERNEL_ASSERT(there);
    return arch_view(place);
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
        if (!is_there(space, address, flags))
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
        if (!is_there(space, address, flags)) {
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
        memcpy(at, view(space, from), part);
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
        char *page = view(space, to);
        if (at) {
            memcpy(page, at, part);
            at += part;
        } else {
            memset(page, 0, part);
        }
        to += part;
        bytes -= part;
    }
}
