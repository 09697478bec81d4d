/* See frame.h. Without memory for the table there are no frames, and no memory server. */
#include "frame.h"
#include "memory.h"
#include "panic.h"

static struct frame *frames;
static phys_addr_t table_start;
static uint32_t count, table_pages;
static uint32_t opened;         /* frames that the boot left */
static uint32_t mapped, tables; /* those of them with these uses */
static uint32_t free_near;      /* within the window, and free */

void frame_init(void)
{
    count = memory_end() / PAGE_BYTES;
    table_pages = (count * sizeof *frames + PAGE_BYTES - 1) / PAGE_BYTES;
    table_start = memory_take_block(table_pages);
    if (table_start == 0) {
        count = table_pages = 0;
        return;
    }
    phys_zero(table_start, table_pages * PAGE_BYTES);
    frames = arch_window(table_start, table_pages * PAGE_BYTES);
}

static bool is_near(phys_addr_t page)
{
    return page < arch_window_bytes();
}

static void set_free(phys_addr_t page)
{
    frames[page / PAGE_BYTES].use = FRAME_FREE;
    free_near += is_near(page);
}

static void set_used(phys_addr_t page, uint16_t use)
{
    frames[page / PAGE_BYTES].use = use;
    free_near -= is_near(page);
}

static void open_frame(phys_addr_t page)
{
    set_free(page);
    opened++;
}

void frame_open(void)
{
    struct memory_mark mark = memory_mark();
    struct boot_region region;
    phys_addr_t page;
    if (count == 0)
        return;
    while ((page = memory_take(MEMORY_TABLES)) != 0)
        open_frame(page);
    memory_undo(mark);
    for (unsigned i = 0; memory_beyond(i, &region); i++)
        for (uint32_t at = 0; at < region.bytes; at += PAGE_BYTES)
            open_frame(region.start + at);
}

bool frame_map_table(struct arch_space *space, arch_page_source source, void *context)
{
    for (uint32_t i = 0; i < table_pages; i++)
        if (arch_space_map(space, USER_FRAMES + i * PAGE_BYTES, table_start + i * PAGE_BYTES, 0,
                           source, context) != 0)
            return false;
    return true;
}

static struct frame *frame_of(phys_addr_t page)
{
    KERNEL_ASSERT(page / PAGE_BYTES < count);
    return &frames[page / PAGE_BYTES];
}

phys_addr_t frame_free(uint32_t number)
{
    return number < count && frames[number].use == FRAME_FREE ? number * PAGE_BYTES : 0;
}

phys_addr_t frame_for_table(uint32_t number)
{
    const phys_addr_t page = frame_free(number);
    return is_near(page) ? page : 0;
}

phys_addr_t frame_mappable(uint32_t number)
{
    if (number >= count || frames[number].maps == UINT16_MAX)
        return 0;
    const uint16_t use = frames[number].use;
    return use == FRAME_FREE || use == FRAME_MAPPED ? number * PAGE_BYTES : 0;
}

void frame_mapped(phys_addr_t page, bool clear)
{
    struct frame *f = frame_of(page);
    if (f->use == FRAME_FREE) {
        set_used(page, FRAME_MAPPED);
        mapped++;
        if (clear)
            arch_zero(page, PAGE_BYTES);
    }
    KERNEL_ASSERT(f->use == FRAME_MAPPED);
    f->maps++;
}

void frame_unmapped(phys_addr_t page)
{
    struct frame *f = frame_of(page);
    KERNEL_ASSERT(f->use == FRAME_MAPPED && f->maps > 0);
    if (--f->maps == 0) {
        set_free(page);
        mapped--;
    }
}

void frame_becomes_table(phys_addr_t page)
{
    KERNEL_ASSERT(frame_of(page)->use == FRAME_FREE);
    set_used(page, FRAME_TABLE);
    tables++;
}

void frame_was_table(phys_addr_t page)
{
    KERNEL_ASSERT(frame_of(page)->use == FRAME_TABLE);
    set_free(page);
    tables--;
}

void frame_account(struct memory_info *info)
{
    info->frames = count;
    info->frames_free = opened - mapped - tables;
    info->frames_near = arch_window_bytes() / PAGE_BYTES;
    info->frames_near_free = free_near;
    info->process_bytes += mapped * PAGE_BYTES;
    info->kernel_bytes += tables * PAGE_BYTES;
}
