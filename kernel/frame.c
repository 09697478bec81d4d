/* See frame.h. Without memory for the table there are no frames, and no memory server. */
#include "frame.h"
#include "memory.h"
#include "panic.h"

static struct frame *frames;
static phys_addr_t table_start;
static uint32_t count, table_pages;
static uint32_t opened;         /* frames that the boot left */
static uint32_t mapped, tables; /* those of them with these uses */

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

/* The table was taken in one piece within the window, so what is left lies below its end. */
void frame_open(void)
{
    struct memory_mark mark = memory_mark();
    phys_addr_t page;
    while (count && (page = memory_take(MEMORY_TABLES)) != 0) {
        frames[page / PAGE_BYTES].use = FRAME_FREE;
        opened++;
    }
    memory_undo(mark);
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
        f->use = FRAME_MAPPED;
        mapped++;
        if (clear)
            phys_zero(page, PAGE_BYTES);
    }
    KERNEL_ASSERT(f->use == FRAME_MAPPED);
    f->maps++;
}

void frame_unmapped(phys_addr_t page)
{
    struct frame *f = frame_of(page);
    KERNEL_ASSERT(f->use == FRAME_MAPPED && f->maps > 0);
    if (--f->maps == 0) {
        f->use = FRAME_FREE;
        mapped--;
    }
}

void frame_becomes_table(phys_addr_t page)
{
    struct frame *f = frame_of(page);
    KERNEL_ASSERT(f->use == FRAME_FREE);
    f->use = FRAME_TABLE;
    tables++;
}

void frame_was_table(phys_addr_t page)
{
    struct frame *f = frame_of(page);
    KERNEL_ASSERT(f->use == FRAME_TABLE);
    f->use = FRAME_FREE;
    tables--;
}

void frame_account(struct memory_info *info)
{
    info->frames = count;
    info->frames_free = opened - mapped - tables;
    info->process_bytes += mapped * PAGE_BYTES;
    info->kernel_bytes += tables * PAGE_BYTES;
}
