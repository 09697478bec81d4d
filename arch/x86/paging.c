/*
 * Page tables: two levels, no PAE, so that a 486 will do.
 *
 * What always holds after paging_init: the kernel's half of every page directory is the same and
 * never changes; it maps physical memory from 0 to the end of the window at KERNEL_BASE, for ring 0
 * only. The first 4 MB, where the kernel's image lies, have a table of 4 KB pages: text and
 * constants are read-only there, and the pages below the stacks are missing. The rest is mapped by
 * 4 MB pages, or by tables that are taken from memory which the boot does not use.
 */
#include "paging.h"

#include "cpu.h"
#include "layout.h"
#include <abi/errors.h>
#include <abi/layout.h>

#define DEVICES_START 0xa0000u /* the PC's hole: video memory, then ROMs */
#define DEVICES_END   0xc0000u

#define USER_ENTRIES (KERNEL_BASE / CHUNK_BYTES)

extern uint32_t kernel_directory[TABLE_ENTRIES], kernel_low_table[TABLE_ENTRIES];
extern char paging_view_pages[2][PAGE_BYTES];

void *paging_pixels;
static uint32_t window_bytes = CHUNK_BYTES; /* what boot.asm mapped */

static uint32_t page_index(uint32_t address)
{
    return address / PAGE_BYTES % TABLE_ENTRIES;
}

static void forget_page(const void *address)
{
    __asm__ volatile("invlpg %0" : : "m"(*(const char *)address) : "memory");
}

phys_addr_t arch_phys_of(const void *kernel_address)
{
    return (uint32_t)kernel_address - KERNEL_BASE;
}

void msg_word(phys_addr_t message, unsigned index, uint32_t value)
{
    ((uint32_t *)(KERNEL_BASE + message))[index] = value;
}

void *arch_window(phys_addr_t address, uint32_t bytes)
{
    if (address > window_bytes || bytes > window_bytes - address)
        return NULL;
    return (void *)(KERNEL_BASE + address);
}

uint32_t arch_window_bytes(void)
{
    return window_bytes;
}

/* ---- Beyond the window ----------------------------------------------------------------------- */

enum view {
    VIEW_FIRST, /* the boot's, a copy's source */
    VIEW_SECOND
};

/* Maps the physical page in this view, until the next call for it. */
static void *view_page(enum view view, phys_addr_t page)
{
    char *at = paging_view_pages[view];
    uint32_t *entry = &kernel_low_table[page_index((uint32_t)at)];
    if ((*entry & ~ENTRY_NOTED) != (page | ENTRY_PRESENT | ENTRY_WRITE)) {
        *entry = page | ENTRY_PRESENT | ENTRY_WRITE;
        forget_page(at);
    }
    return at;
}

static char *view(enum view view, phys_addr_t address)
{
    char *near = arch_window(address, 1);
    if (near != NULL)
        return near;
    return (char *)view_page(view, address & ENTRY_ADDRESS) + address % PAGE_BYTES;
}

void *arch_view(phys_addr_t address)
{
    return view(VIEW_FIRST, address);
}

/* How much of the bytes lies in the first page of both. */
static uint32_t in_one_page(phys_addr_t a, phys_addr_t b, uint32_t bytes)
{
    const uint32_t skip_a = a % PAGE_BYTES, skip_b = b % PAGE_BYTES;
    const uint32_t room = PAGE_BYTES - (skip_a > skip_b ? skip_a : skip_b);
    return bytes < room ? bytes : room;
}

void arch_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes)
{
    if (source < window_bytes && destination < window_bytes) {
        phys_copy(source, destination, bytes);
        return;
    }
    while (bytes > 0) {
        const uint32_t part = in_one_page(source, destination, bytes);
        const char *from = view(VIEW_FIRST, source);
        char *to = view(VIEW_SECOND, destination);
        phys_copy(arch_phys_of(from), arch_phys_of(to), part);
        source += part;
        destination += part;
        bytes -= part;
    }
}

void arch_zero(phys_addr_t start, uint32_t bytes)
{
    while (bytes > 0) {
        const uint32_t part = in_one_page(start, start, bytes);
        phys_zero(arch_phys_of(view(VIEW_FIRST, start)), part);
        start += part;
        bytes -= part;
    }
}

static bool view_read(void *context, phys_addr_t address, void *into, uint32_t bytes)
{
    (void)context;
    if (bytes > 0 && address + (bytes - 1) < address)
        return false;
    uint8_t *to = into;
    for (uint32_t i = 0; i < bytes; i++) {
        const volatile uint8_t *page = view_page(VIEW_FIRST, (address + i) & ENTRY_ADDRESS);
        to[i] = page[(address + i) % PAGE_BYTES];
    }
    return true;
}

const struct multiboot_view paging_boot_view = {view_read, NULL};

/* ---- The kernel's half ----------------------------------------------------------------------- */

/* Where the range meets something in use: the first page behind that; else 0. */
static uint32_t obstacle_end(const struct boot_info *info, uint32_t start, uint32_t bytes)
{
    for (unsigned i = 0; i < info->reservation_count; i++) {
        const struct boot_region *r = &info->reservation[i];
        if (start < r->start + r->bytes && r->start < start + bytes)
            return r->start + r->bytes;
    }
    for (unsigned i = 0; i < info->module_count; i++) {
        const struct boot_module *m = &info->module[i];
        if (start < m->start + m->bytes && m->start < start + bytes)
            return (m->start + m->bytes + PAGE_BYTES - 1) & ENTRY_ADDRESS;
    }
    return 0;
}

/* Takes unused memory, or answers 0. All of it is within the window's reach to be. */
static phys_addr_t take_memory(struct boot_info *info, uint32_t bytes, uint32_t limit)
{
    for (unsigned i = 0; i < info->region_count; i++) {
        uint32_t at = info->region[i].start;
        const uint32_t region_end = at + (info->region[i].bytes - PAGE_BYTES) + (PAGE_BYTES - 1);
        const uint32_t last = region_end < limit ? region_end : limit - 1;
        while (at < last && last - at >= bytes - 1) {
            const uint32_t next = obstacle_end(info, at, bytes);
            if (next == 0) {
                info->reservation[info->reservation_count++] = (struct boot_region){at, bytes};
                return at;
            }
            at = next;
        }
    }
    return 0;
}

static void map_by_large_pages(uint32_t chunks, uint32_t global)
{
    for (uint32_t i = 1; i < chunks; i++)
        kernel_directory[USER_ENTRIES + i] =
            i * CHUNK_BYTES | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_LARGE | global;
}

static void map_by_tables(uint32_t chunks, phys_addr_t tables)
{
    for (uint32_t i = 1; i < chunks; i++, tables += PAGE_BYTES) {
        uint32_t *table = view_page(VIEW_FIRST, tables);
        for (uint32_t page = 0; page < TABLE_ENTRIES; page++)
            table[page] = (i * CHUNK_BYTES + page * PAGE_BYTES) | ENTRY_PRESENT | ENTRY_WRITE;
        kernel_directory[USER_ENTRIES + i] = tables | ENTRY_PRESENT | ENTRY_WRITE;
    }
}

static bool read_only(uint32_t address)
{
    return address >= (uint32_t)kernel_text_start && address < (uint32_t)kernel_rodata_end;
}

static bool missing(uint32_t address)
{
    return address == (uint32_t)kernel_guard || address == (uint32_t)panic_guard ||
           address == (uint32_t)nmi_guard;
}

static void map_first_chunk(uint32_t global)
{
    for (uint32_t page = 0; page < TABLE_ENTRIES; page++) {
        const uint32_t physical = page * PAGE_BYTES, address = KERNEL_BASE + physical;
        uint32_t entry = physical | ENTRY_PRESENT | global;
        if (!read_only(address))
            entry |= ENTRY_WRITE;
        if (physical >= DEVICES_START && physical < DEVICES_END)
            entry |= ENTRY_UNCACHED | ENTRY_THROUGH;
        kernel_low_table[page] = missing(address) ? 0 : entry;
    }
}

/* The screen's pages behind the window, for the kernel's own text. Without memory for the tables
   there is none. */
static void map_pixels(struct boot_info *info, uint32_t limit)
{
    const struct framebuffer *f = &info->framebuffer;
    const uint32_t first = f->address & ENTRY_ADDRESS;
    const uint32_t pages = boot_framebuffer_pages(f);
    const uint32_t count = (pages + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
    phys_addr_t table = pages == 0 ? 0 : take_memory(info, count * PAGE_BYTES, limit);
    if (table == 0)
        return;
    for (uint32_t i = 0; i < count; i++, table += PAGE_BYTES) {
        uint32_t *entries = view_page(VIEW_FIRST, table);
        for (uint32_t at = 0; at < TABLE_ENTRIES; at++) {
            const uint32_t page = i * TABLE_ENTRIES + at;
            entries[at] = page < pages ? (first + page * PAGE_BYTES) | ENTRY_PRESENT | ENTRY_WRITE |
                                             ENTRY_THROUGH
                                       : 0;
        }
        kernel_directory[KERNEL_PIXELS / CHUNK_BYTES + i] = table | ENTRY_PRESENT | ENTRY_WRITE;
    }
    paging_pixels = (void *)(KERNEL_PIXELS + f->address - first);
}

const char *paging_init(struct boot_info *info, uint32_t bytes)
{
    const uint32_t chunks = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
    const uint32_t global = cpu.global_pages ? ENTRY_GLOBAL : 0;

    if (cpu.large_pages) {
        cpu_cr4_set(CR4_LARGE_PAGES);
        map_by_large_pages(chunks, global);
    } else if (chunks > 1) {
        const phys_addr_t tables = take_memory(info, (chunks - 1) * PAGE_BYTES, bytes);
        if (tables == 0)
            return "there is no memory for the kernel's page tables";
        map_by_tables(chunks, tables);
    }
    map_first_chunk(global);
    map_pixels(info, bytes);
    cpu_cr3_load(arch_phys_of(kernel_directory));
    if (cpu.global_pages)
        cpu_cr4_set(CR4_GLOBAL_PAGES);
    window_bytes = bytes;
    return NULL;
}

/* ---- Address spaces -------------------------------------------------------------------------- */

void paging_enter(const struct arch_space *space)
{
    if (space->directory != cpu_cr3())
        cpu_cr3_load(space->directory);
}

void paging_leave(const struct arch_space *space)
{
    if (space->directory == cpu_cr3())
        cpu_cr3_load(arch_phys_of(kernel_directory));
}

/* An empty page for a table, or 0. */
static phys_addr_t table_page(arch_page_source source, void *context)
{
    const phys_addr_t page = source(context);
    if (page == 0 || page % PAGE_BYTES != 0 || arch_window(page, PAGE_BYTES) == NULL)
        return 0;
    phys_zero(page, PAGE_BYTES);
    return page;
}

int arch_space_create(struct arch_space *space, arch_page_source source, void *context)
{
    const phys_addr_t page = table_page(source, context);
    if (page == 0)
        return -ENOMEM;
    uint32_t *directory = arch_window(page, PAGE_BYTES);
    for (uint32_t i = USER_ENTRIES; i < TABLE_ENTRIES; i++)
        directory[i] = kernel_directory[i];
    space->directory = page;
    return 0;
}

/* The page table entry of a user address, or NULL when its table is missing. */
static uint32_t *find_entry(const struct arch_space *space, uint32_t address)
{
    const uint32_t *directory = arch_window(space->directory, PAGE_BYTES);
    const uint32_t entry = directory[address / CHUNK_BYTES];
    if (!(entry & ENTRY_PRESENT))
        return NULL;
    uint32_t *table = arch_window(entry & ENTRY_ADDRESS, PAGE_BYTES);
    return &table[page_index(address)];
}

#define SPACE_ALL (SPACE_WRITE | SPACE_DEVICE | SPACE_COMBINE | SPACE_LENT | SPACE_SHARED)

static uint32_t make_entry(phys_addr_t page, uint32_t flags)
{
    const bool within = !(flags & SPACE_SHARED) && arch_window(page, PAGE_BYTES) != NULL;
    return page | ENTRY_PRESENT | ENTRY_USER | (flags & SPACE_WRITE ? ENTRY_WRITE : 0) |
           (within ? ENTRY_IN_WINDOW : 0) |
           (flags & SPACE_DEVICE ? ENTRY_UNCACHED | ENTRY_THROUGH : 0) |
           (flags & SPACE_COMBINE ? ENTRY_THROUGH : 0) | (flags & SPACE_LENT ? ENTRY_LENT : 0) |
           (flags & SPACE_SHARED ? ENTRY_SHARED : 0);
}

static uint32_t flags_of(uint32_t entry)
{
    const uint32_t device = entry & ENTRY_UNCACHED  ? SPACE_DEVICE
                            : entry & ENTRY_THROUGH ? SPACE_COMBINE
                                                    : 0;
    return (entry & ENTRY_WRITE ? SPACE_WRITE : 0) | device |
           (entry & ENTRY_LENT ? SPACE_LENT : 0) | (entry & ENTRY_SHARED ? SPACE_SHARED : 0);
}

int arch_space_map(struct arch_space *space, uint32_t address, phys_addr_t page, uint32_t flags,
                   arch_page_source source, void *context)
{
    if (address < USER_START || address >= USER_END || address % PAGE_BYTES != 0 ||
        page % PAGE_BYTES != 0 || (flags & ~SPACE_ALL) != 0)
        return -EINVAL;
    uint32_t *entry = find_entry(space, address);
    if (entry != NULL && (*entry & ENTRY_PRESENT))
        return -EEXIST;
    if (entry == NULL) {
        const phys_addr_t table = table_page(source, context);
        if (table == 0)
            return -ENOMEM;
        uint32_t *directory = arch_window(space->directory, PAGE_BYTES);
        directory[address / CHUNK_BYTES] = table | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER |
                                           (flags & SPACE_LENT ? ENTRY_LENT : 0);
        entry = find_entry(space, address);
    }
    *entry = make_entry(page, flags);
    return 0;
}

bool arch_space_look(const struct arch_space *space, uint32_t address, struct arch_mapping *mapping)
{
    if (address < USER_START || address >= USER_END)
        return false;
    const uint32_t *entry = find_entry(space, address);
    if (entry == NULL || !(*entry & ENTRY_PRESENT))
        return false;
    *mapping =
        (struct arch_mapping){address & ENTRY_ADDRESS, *entry & ENTRY_ADDRESS, flags_of(*entry)};
    return true;
}

bool arch_space_next(const struct arch_space *space, uint32_t address, struct arch_mapping *mapping)
{
    uint32_t at = address & ENTRY_ADDRESS;
    while (space->directory != 0 && at < USER_END) {
        const uint32_t *entry = find_entry(space, at);
        if (entry == NULL) {
            at = (at / CHUNK_BYTES + 1) * CHUNK_BYTES;
            continue;
        }
        if ((*entry & (ENTRY_PRESENT | ENTRY_LENT)) == (ENTRY_PRESENT | ENTRY_LENT)) {
            *mapping = (struct arch_mapping){at, *entry & ENTRY_ADDRESS, flags_of(*entry)};
            return true;
        }
        at += PAGE_BYTES;
    }
    return false;
}

static void set_entry(struct arch_space *space, uint32_t address, uint32_t entry)
{
    *find_entry(space, address) = entry;
    arch_space_flush(space);
}

void arch_space_change(struct arch_space *space, const struct arch_mapping *mapping)
{
    set_entry(space, mapping->address, make_entry(mapping->page, mapping->flags));
}

void arch_space_unmap(struct arch_space *space, uint32_t address)
{
    set_entry(space, address, 0);
}

static bool maps_nothing(phys_addr_t table)
{
    const uint32_t *entries = arch_window(table, PAGE_BYTES);
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        if (entries[i] & ENTRY_PRESENT)
            return false;
    return true;
}

phys_addr_t arch_space_shrink(struct arch_space *space, bool whole)
{
    if (space->directory == 0)
        return 0;
    uint32_t *directory = arch_window(space->directory, PAGE_BYTES);
    for (uint32_t i = 0; i < USER_ENTRIES; i++) {
        const phys_addr_t table = directory[i] & ENTRY_ADDRESS;
        if (!(directory[i] & ENTRY_LENT) || !maps_nothing(table))
            continue;
        directory[i] = 0;
        arch_space_flush(space);
        return table;
    }
    const phys_addr_t root = whole ? space->directory : 0;
    if (whole) {
        paging_leave(space);
        space->directory = 0;
    }
    return root;
}

bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found)
{
    if (address < USER_START || address >= USER_END)
        return false;
    const uint32_t *entry = find_entry(space, address);
    if (entry == NULL || !(*entry & ENTRY_PRESENT) || !(*entry & ENTRY_USER))
        return false;
    if ((flags & SPACE_WRITE) && !(*entry & ENTRY_WRITE))
        return false;
    if (!(*entry & ENTRY_IN_WINDOW) && (*entry & (ENTRY_LENT | ENTRY_SHARED)) != ENTRY_LENT)
        return false;
    *found = (*entry & ENTRY_ADDRESS) | address % PAGE_BYTES;
    return true;
}

/* For long copies. Entries of one table that go on as the first, one frame further each, differ
   from it in that number alone, but for what the processor notes in them. */
uint32_t arch_space_run(const struct arch_space *space, uint32_t address, uint32_t bytes,
                        uint32_t flags, phys_addr_t *start)
{
    const uint32_t asked = ENTRY_PRESENT | ENTRY_USER | (flags & SPACE_WRITE ? ENTRY_WRITE : 0) |
                           (flags & SPACE_LENT ? ENTRY_LENT : 0);
    const uint32_t *entry =
        address < USER_START || address >= USER_END ? NULL : find_entry(space, address);
    if (entry == NULL || (*entry & (asked | ENTRY_UNCACHED | ENTRY_THROUGH)) != asked)
        return 0;
    const phys_addr_t page = *entry & ENTRY_ADDRESS;
    const bool within = page <= window_bytes - PAGE_BYTES;
    if (!within && !(*entry & ENTRY_LENT))
        return 0;
    const uint32_t skip = address % PAGE_BYTES;
    uint32_t most = CHUNK_BYTES - page_index(address) * PAGE_BYTES;
    if (within && most > window_bytes - page)
        most = window_bytes - page;
    if (most > skip + bytes)
        most = skip + bytes;
    uint32_t next = (*entry & ~ENTRY_NOTED) + PAGE_BYTES, length = PAGE_BYTES;
    while (length < most && (*++entry & ~ENTRY_NOTED) == next) {
        next += PAGE_BYTES;
        length += PAGE_BYTES;
    }
    *start = page + skip;
    return (length < most ? length : most) - skip;
}

void arch_space_flush(struct arch_space *space)
{
    if (space->directory == cpu_cr3())
        cpu_cr3_load(space->directory);
}
