/*
 * fuzz-multiboot: any bytes as what the loader left behind.
 *
 * The input is a small piece of physical memory; the rest cannot be read. What is taken for usable
 * memory is held against the map, read a second time here: every piece of it is usable to some
 * entry and to none the opposite, and none is missing unless it was said that some are.
 */
#include "multiboot.h"
#include "fuzz.h"

#include <abi/layout.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_START  0x10000u
#define ENTRIES_MOST 1024
#define MAP_FLAG     0x40u

static const uint8_t *arena;
static size_t arena_bytes;
static struct multiboot_machine machine;
static struct boot_info info;
static bool lost_some, map_is_empty; /* it was reported */

static bool arena_read(void *context, phys_addr_t address, void *into, uint32_t bytes)
{
    (void)context;
    if (address < ARENA_START || address - ARENA_START > arena_bytes ||
        bytes > arena_bytes - (address - ARENA_START))
        return false;
    memcpy(into, arena + (address - ARENA_START), bytes);
    return true;
}

static void report(const char *line)
{
    if (fuzz_tells())
        fprintf(stderr, "%s\n", line);
    FUZZ_CHECK(strlen(line) > 0 && strlen(line) < 192);
    lost_some = lost_some || strstr(line, "too many pieces") != NULL;
    map_is_empty = map_is_empty || strstr(line, "names no usable memory") != NULL;
}

/* ---- The map, a second time ------------------------------------------------------------------ */

struct entry {
    uint64_t start, end;
    bool usable;
};

static struct entry entries[ENTRIES_MOST];
static unsigned entry_count;

static uint32_t word_at(uint64_t address)
{
    uint32_t word;

    return address <= UINT32_MAX && arena_read(NULL, (uint32_t)address, &word, 4) ? word : 0;
}

static void read_map(void)
{
    uint64_t at = word_at(ARENA_START + 48), end = at + word_at(ARENA_START + 44);
    uint8_t whole[24];

    entry_count = 0;
    while (entry_count < ENTRIES_MOST && at + 24 <= end && at <= UINT32_MAX &&
           arena_read(NULL, (uint32_t)at, whole, 24) && word_at(at) >= 20) {
        uint64_t start = word_at(at + 4) | (uint64_t)word_at(at + 8) << 32;
        uint64_t bytes = word_at(at + 12) | (uint64_t)word_at(at + 16) << 32;
        uint64_t last = start + bytes < start ? UINT64_MAX : start + bytes;

        entries[entry_count++] = (struct entry){start, last, word_at(at + 20) == 1};
        at += (uint64_t)word_at(at) + 4;
    }
}

/* Whether the map calls all of these bytes usable; they lie on one side of every entry's edge. */
static bool is_usable(uint64_t address)
{
    bool usable = false;

    if (address < PAGE_BYTES || address > UINT32_MAX)
        return false;
    for (unsigned i = 0; i < entry_count; i++) {
        if (address < entries[i].start || address >= entries[i].end)
            continue;
        if (!entries[i].usable)
            return false;
        usable = true;
    }
    return usable;
}

static bool is_page_usable(uint64_t page)
{
    bool usable = is_usable(page) && is_usable(page + PAGE_BYTES - 1);

    for (unsigned i = 0; usable && i < entry_count; i++) {
        if (entries[i].start > page && entries[i].start < page + PAGE_BYTES)
            usable = is_usable(entries[i].start) && is_usable(entries[i].start - 1);
        if (usable && entries[i].end > page && entries[i].end < page + PAGE_BYTES)
            usable = is_usable(entries[i].end) && is_usable(entries[i].end - 1);
    }
    return usable;
}

static bool is_in_region(uint64_t page)
{
    for (unsigned i = 0; i < info.region_count; i++) {
        if (page >= info.region[i].start &&
            page < (uint64_t)info.region[i].start + info.region[i].bytes)
            return true;
    }
    return false;
}

/* The page must be in a region if it is usable, and only then. */
static void check_page(uint64_t address)
{
    uint64_t page = address & ~(uint64_t)(PAGE_BYTES - 1);
    bool usable, taken;

    if (page > UINT32_MAX)
        return;
    usable = is_page_usable(page);
    taken = is_in_region(page);
    if (taken && !usable)
        fuzz_fail("page %#llx is taken, and the map does not say that it is usable",
                  (unsigned long long)page);
    if (usable && !taken && !lost_some)
        fuzz_fail("page %#llx is usable, and nobody has it", (unsigned long long)page);
}

/* What is usable changes at the edges of entries only. */
static void check_map(void)
{
    read_map();
    check_page(0);
    check_page(PAGE_BYTES);
    for (unsigned i = 0; i < entry_count; i++) {
        for (int pages = -1; pages <= 1; pages++) {
            uint64_t step = (uint64_t)(int64_t)pages * PAGE_BYTES;

            check_page(entries[i].start + step);
            check_page(entries[i].end + step);
        }
    }
}

/* ---- What holds of every answer -------------------------------------------------------------- */

static void check_regions(void)
{
    uint64_t free_from = PAGE_BYTES; /* page 0 is nobody's */

    FUZZ_CHECK(info.region_count > 0 && info.region_count <= BOOT_REGIONS_MAX);
    for (unsigned i = 0; i < info.region_count; i++) {
        const struct boot_region *r = &info.region[i];

        FUZZ_CHECK(r->start % PAGE_BYTES == 0 && r->bytes % PAGE_BYTES == 0 && r->bytes > 0);
        FUZZ_CHECK(r->start >= free_from);
        free_from = (uint64_t)r->start + r->bytes + 1; /* neighbours would be one region */
        FUZZ_CHECK(free_from <= 0x100000001ull);
    }
}

static void check_module(unsigned index, uint32_t window_bytes)
{
    const struct boot_module *m = &info.module[index];
    uint64_t end = (uint64_t)m->start + m->bytes;

    FUZZ_CHECK(memchr(m->line, '\0', BOOT_LINE_BYTES) != NULL && end <= window_bytes);
    if (m->bytes == 0)
        return;
    FUZZ_CHECK(m->start >= machine.kernel_end || end <= machine.kernel_start);
    for (unsigned i = 0; i < index; i++) {
        const struct boot_module *other = &info.module[i];

        FUZZ_CHECK(other->bytes == 0 || m->start >= (uint64_t)other->start + other->bytes ||
                   end <= other->start);
    }
}

/* Rows of pixels that are wholly there, and none of it where memory is. */
static void check_framebuffer(void)
{
    const struct framebuffer *f = &info.framebuffer;
    uint64_t end = f->address + (uint64_t)f->row_bytes * f->height;

    if (f->width == 0)
        return;
    FUZZ_CHECK(f->width <= FRAMEBUFFER_SIDE_MOST && f->height <= FRAMEBUFFER_SIDE_MOST);
    FUZZ_CHECK(f->height > 0 && f->row_bytes >= f->width * ((f->bits + 7u) / 8));
    FUZZ_CHECK(f->bits == 15 || f->bits == 16 || f->bits == 24 || f->bits == 32);
    FUZZ_CHECK(f->red.bits > 0 && f->red.shift + f->red.bits <= f->bits);
    FUZZ_CHECK(f->green.bits > 0 && f->green.shift + f->green.bits <= f->bits);
    FUZZ_CHECK(f->blue.bits > 0 && f->blue.shift + f->blue.bits <= f->bits);
    FUZZ_CHECK(f->address >= 0x100000 && end - f->address <= FRAMEBUFFER_BYTES_MOST);
    FUZZ_CHECK(end < 0x100000000ull);
    for (uint64_t page = f->address & ~(uint64_t)(PAGE_BYTES - 1); page < end; page += PAGE_BYTES) {
        FUZZ_CHECK(!is_in_region(page));
        FUZZ_CHECK(page + PAGE_BYTES <= machine.kernel_start || page >= machine.kernel_end);
    }
}

static void check_result(const struct multiboot_result *result)
{
    FUZZ_CHECK(memchr(info.command_line, '\0', BOOT_LINE_BYTES) != NULL);
    FUZZ_CHECK(info.loader_name != NULL && strlen(info.loader_name) < 64);
    FUZZ_CHECK(info.reservation_count == 1);
    if (result->fatal != NULL) {
        FUZZ_CHECK(*result->fatal != '\0');
        return;
    }
    check_regions();
    check_framebuffer();
    FUZZ_CHECK(result->window_bytes <= machine.window_most);
    FUZZ_CHECK(result->window_bytes >= machine.kernel_end);
    FUZZ_CHECK(info.module_count <= BOOT_MODULES_MAX);
    for (unsigned i = 0; i < info.module_count; i++)
        check_module(i, result->window_bytes);
    if ((word_at(ARENA_START) & MAP_FLAG) != 0 && !map_is_empty)
        check_map();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const struct multiboot_view view = {arena_read, NULL};
    struct multiboot_result result;

    arena = data;
    arena_bytes = bytes;
    lost_some = map_is_empty = false;
    machine = (struct multiboot_machine){0x100000, 0x180000, 896u << 20};
    memset(&info, 0xaa, sizeof info);
    result = multiboot_parse(&info, ARENA_START, &machine, &view, report);
    if (fuzz_tells())
        fprintf(stderr, "%u regions, %u modules, %u dropped; %s\n", info.region_count,
                info.module_count, info.modules_dropped,
                result.fatal != NULL ? result.fatal : "good");
    check_result(&result);
    return 0;
}
