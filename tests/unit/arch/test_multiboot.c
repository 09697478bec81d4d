/*
 * What the loader says, believed only as far as it makes sense.
 *
 * A small piece of physical memory holds the loader's structures; everything outside of it cannot
 * be read, as beyond the end of a machine's memory.
 */
#include "cmocka_all.h"
#include "multiboot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_START 0x10000u
#define ARENA_BYTES 0x8000u
#define INFORMATION ARENA_START
#define MAP         (ARENA_START + 0x200)
#define MODULES     (ARENA_START + 0x2000)
#define STRINGS     (ARENA_START + 0x4000)
#define ARENA_END   (ARENA_START + ARENA_BYTES)

/* Offsets in the information structure, from the Multiboot specification. */
enum {
    FLAGS = 0,
    LOWER = 4,
    UPPER = 8,
    COMMAND = 16,
    MODULE_COUNT = 20,
    MODULE_LIST = 24,
    MAP_BYTES = 44,
    MAP_ADDRESS = 48,
    LOADER = 64,
    FRAMEBUFFER_TYPE = 109,
};

#define WITH_MEMORY      1u
#define WITH_COMMAND     4u
#define WITH_MODULES     8u
#define WITH_MAP         0x40u
#define WITH_LOADER      0x200u
#define WITH_FRAMEBUFFER 0x1000u

#define USABLE   1u
#define RESERVED 2u

#define MB 0x100000u

static uint8_t arena[ARENA_BYTES];
static uint32_t map_end, strings_end;
static struct boot_info info;
static struct multiboot_result result;
static char reported[128 * 1024];
static unsigned reports;

static const struct multiboot_machine machine = {
    .kernel_start = MB, .kernel_end = MB + 0x80000, .window_most = 896 * MB};

static bool arena_read(void *context, phys_addr_t address, void *into, uint32_t bytes)
{
    (void)context;
    if (address < ARENA_START || address > ARENA_END || bytes > ARENA_END - address)
        return false;
    memcpy(into, &arena[address - ARENA_START], bytes);
    return true;
}

static const struct multiboot_view view = {arena_read, NULL};

static void report(const char *line)
{
    reports++;
    if (strlen(reported) + strlen(line) + 2 < sizeof(reported)) {
        strcat(reported, line);
        strcat(reported, "\n");
    }
}

static void put(uint32_t address, uint32_t value)
{
    assert_true(address >= ARENA_START && address <= ARENA_END - 4);
    memcpy(&arena[address - ARENA_START], &value, 4);
}

static uint32_t get(uint32_t offset)
{
    uint32_t value;
    memcpy(&value, &arena[offset], 4);
    return value;
}

static uint32_t put_string(const char *string)
{
    const uint32_t at = strings_end;
    strcpy((char *)&arena[at - ARENA_START], string);
    strings_end += (uint32_t)strlen(string) + 1;
    return at;
}

static void set(uint32_t offset, uint32_t value, uint32_t flag)
{
    put(INFORMATION + offset, value);
    put(INFORMATION + FLAGS, get(FLAGS) | flag);
}

/* A map entry; `bytes` is what the entry says of its own size. */
static void map_sized(uint64_t start, uint64_t bytes, uint32_t type, uint32_t size)
{
    put(map_end, size);
    put(map_end + 4, (uint32_t)start);
    put(map_end + 8, (uint32_t)(start >> 32));
    put(map_end + 12, (uint32_t)bytes);
    put(map_end + 16, (uint32_t)(bytes >> 32));
    put(map_end + 20, type);
    map_end += size + 4;
    set(MAP_ADDRESS, MAP, WITH_MAP);
    set(MAP_BYTES, map_end - MAP, WITH_MAP);
}

static void map(uint64_t start, uint64_t bytes, uint32_t type)
{
    map_sized(start, bytes, type, 20);
}

static void module(uint32_t start, uint32_t end, uint32_t line)
{
    const uint32_t count = get(MODULE_COUNT), at = MODULES + count * 16;
    put(at, start);
    put(at + 4, end);
    put(at + 8, line);
    put(at + 12, 0);
    set(MODULE_LIST, MODULES, WITH_MODULES);
    set(MODULE_COUNT, count + 1, WITH_MODULES);
}

static int clear(void **state)
{
    (void)state;
    memset(arena, 0, sizeof(arena));
    memset(&info, 0xaa, sizeof(info));
    map_end = MAP;
    strings_end = STRINGS;
    reported[0] = '\0';
    reports = 0;
    return 0;
}

static void parse(void)
{
    reported[0] = '\0';
    reports = 0;
    result = multiboot_parse(&info, INFORMATION, &machine, &view, report);
}

static void assert_region(unsigned index, uint32_t start, uint32_t bytes)
{
    assert_true(index < info.region_count);
    assert_int_equal(info.region[index].start, start);
    assert_int_equal(info.region[index].bytes, bytes);
}

static void assert_reported(const char *words)
{
    if (strstr(reported, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, reported);
}

/* What must hold of any answer, whatever the loader said. */
static void assert_sound(void)
{
    assert_true(info.region_count <= BOOT_REGIONS_MAX);
    assert_true(info.module_count <= BOOT_MODULES_MAX);
    assert_int_equal(info.reservation_count, 1);
    assert_non_null(memchr(info.command_line, '\0', BOOT_LINE_BYTES));
    uint64_t before = 1;
    for (unsigned i = 0; result.fatal == NULL && i < info.region_count; i++) {
        const struct boot_region *r = &info.region[i];
        assert_int_equal(r->start % 4096, 0);
        assert_int_equal(r->bytes % 4096, 0);
        assert_true(r->bytes > 0);
        assert_true(r->start >= before);
        before = (uint64_t)r->start + r->bytes + 1; /* apart: neighbours would be one region */
        assert_true(before <= 0x100000001ull);
    }
    if (result.fatal != NULL)
        return;
    assert_true(info.region_count > 0);
    assert_true(result.window_bytes <= machine.window_most);
    for (unsigned i = 0; i < info.module_count; i++) {
        const struct boot_module *m = &info.module[i];
        assert_non_null(memchr(m->line, '\0', BOOT_LINE_BYTES));
        assert_true((uint64_t)m->start + m->bytes <= result.window_bytes);
        if (m->bytes > 0)
            assert_true(m->start >= machine.kernel_end ||
                        m->start + m->bytes <= machine.kernel_start);
    }
}

/* ---- Memory ------------------------------------------------------------------------------------
 */

static void usual_map(void **state)
{
    (void)state;
    map(0, 0x9fc00, USABLE);
    map(0x9fc00, 0x400, RESERVED);
    map(0xf0000, 0x10000, RESERVED);
    map(MB, 63 * MB, USABLE);
    map(0xfffc0000, 0x40000, RESERVED);
    set(UPPER, 63 * 1024, WITH_MEMORY);
    parse();
    assert_null(result.fatal);
    assert_int_equal(info.region_count, 2);
    assert_region(0, 0x1000, 0x9e000); /* without the BIOS's page */
    assert_region(1, MB, 63 * MB);
    assert_int_equal(result.window_bytes, 64 * MB);
    assert_true(result.text_screen);
    assert_int_equal(reports, 0);
    assert_int_equal(info.reservation[0].start, machine.kernel_start);
    assert_int_equal(info.reservation[0].bytes, machine.kernel_end - machine.kernel_start);
    assert_sound();
}

static void unsorted_overlapping_unaligned(void **state)
{
    (void)state;
    map(8 * MB + 0x123, 8 * MB, USABLE);
    map(2 * MB, 4 * MB, USABLE);
    map(5 * MB, 3 * MB + 0x123, USABLE); /* overlaps the second, touches the first */
    map(20 * MB + 1, 0x1fff, USABLE);    /* one whole page in it */
    map(30 * MB + 1, 0x1ffe, USABLE);    /* none */
    map(40 * MB, 0, USABLE);
    parse();
    assert_int_equal(info.region_count, 2);
    assert_region(0, 2 * MB, 14 * MB);
    assert_region(1, 20 * MB + 0x1000, 0x1000);
    assert_sound();
}

static void neighbours_become_one(void **state)
{
    (void)state;
    map(2 * MB, MB, USABLE);
    map(3 * MB, MB, USABLE);
    map(7 * MB, MB, USABLE);
    map(6 * MB, MB, USABLE);
    parse();
    assert_int_equal(info.region_count, 2);
    assert_region(0, 2 * MB, 2 * MB);
    assert_region(1, 6 * MB, 2 * MB);
}

static void reserved_wins(void **state)
{
    (void)state;
    map(3 * MB + 0x10, 0x20, RESERVED);
    map(MB, 7 * MB, USABLE);
    map(6 * MB, 100 * MB, 3);
    parse();
    assert_int_equal(info.region_count, 2);
    assert_region(0, MB, 2 * MB);
    assert_region(1, 3 * MB + 0x1000, 3 * MB - 0x1000);
    assert_sound();
}

static void beyond_four_gigabytes(void **state)
{
    (void)state;
    map(MB, 3071ull * MB, USABLE);
    map(0x100000000ull, 0x40000000ull, USABLE);
    map(0xffffffff00000000ull, 0xffffffffffffffffull, USABLE);
    parse();
    assert_int_equal(info.region_count, 1);
    assert_region(0, MB, 3071u * MB);
    assert_int_equal(result.window_bytes, 896 * MB);
    assert_sound();

    clear(NULL);
    map(MB, 0xffffffffffffffffull, USABLE); /* wraps around */
    parse();
    assert_int_equal(info.region_count, 1);
    assert_region(0, MB, 0u - MB);
    assert_sound();
}

static void larger_map_entries(void **state)
{
    (void)state;
    map_sized(MB, MB, USABLE, 24);
    map_sized(4 * MB, MB, USABLE, 40);
    parse();
    assert_int_equal(info.region_count, 2);
    assert_region(1, 4 * MB, MB);
    assert_int_equal(reports, 0);
}

static void absurd_entry_sizes(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 4, 19, 0xfffffffc, 0xffffffff};
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        clear(NULL);
        map(MB, 7 * MB, USABLE);
        map(16 * MB, MB, USABLE);
        map(32 * MB, MB, USABLE);
        put(MAP + 24, sizes[i]);
        parse();
        assert_null(result.fatal);
        assert_region(0, MB, 7 * MB);
        if (sizes[i] < 20) {
            assert_int_equal(info.region_count, 1);
            assert_reported("memory map has an entry that is too short");
        } else {
            assert_int_equal(info.region_count, 2); /* the entry itself is whole, none follows it */
        }
        assert_sound();
    }
}

static void truncated_map(void **state)
{
    (void)state;
    map(MB, 7 * MB, USABLE);
    map(16 * MB, MB, USABLE);
    for (uint32_t bytes = 24; bytes < 48; bytes++) {
        set(MAP_BYTES, bytes, WITH_MAP);
        parse();
        assert_int_equal(info.region_count, 1);
    }
    set(MAP_BYTES, 48, WITH_MAP);
    parse();
    assert_int_equal(info.region_count, 2);
    set(MAP_BYTES, 0xffffffff, WITH_MAP);
    parse();
    assert_null(result.fatal);
    assert_sound();
}

/* Physical memory in which every address holds the same map entry and the same module. */
static unsigned endless_reads;

static bool endless_read(void *context, phys_addr_t address, void *into, uint32_t bytes)
{
    endless_reads++;
    if (arena_read(context, address, into, bytes))
        return true;
    static const uint32_t entry[] = {20, 0x200000, 0, 0x100000, 0, RESERVED};
    memset(into, 0, bytes);
    memcpy(into, entry, bytes < sizeof(entry) ? bytes : sizeof(entry));
    return true;
}

static void lists_without_an_end(void **state)
{
    (void)state;
    static const struct multiboot_view endless = {endless_read, NULL};
    set(UPPER, 63 * 1024, WITH_MEMORY);
    set(MAP_ADDRESS, MB, WITH_MAP);
    set(MAP_BYTES, 0xffffffff, WITH_MAP);
    set(MODULE_LIST, MB, WITH_MODULES);
    set(MODULE_COUNT, 0x08000000, WITH_MODULES);
    endless_reads = 0;
    result = multiboot_parse(&info, INFORMATION, &machine, &endless, report);
    assert_null(result.fatal);
    assert_true(endless_reads < 100000);
    assert_int_equal(info.module_count + info.modules_dropped, 0x08000000);
    assert_reported("the loader's memory map is too long; the rest of it is ignored");
    assert_reported("the list of modules is too long");
    assert_sound();
}

static void map_that_cannot_be_read(void **state)
{
    (void)state;
    static const uint32_t addresses[] = {0, 0x1000, ARENA_END - 8, 0x80000000, 0xfffffff0};
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        clear(NULL);
        map(MB, 7 * MB, USABLE);
        set(MAP_ADDRESS, addresses[i], WITH_MAP);
        set(LOWER, 639, WITH_MEMORY);
        set(UPPER, 15 * 1024, WITH_MEMORY);
        parse();
        assert_null(result.fatal);
        assert_int_equal(info.region_count, 2); /* from the two numbers instead */
        assert_region(0, 0x1000, 0x9e000);
        assert_region(1, MB, 15 * MB);
        assert_reported("no usable memory");
    }
}

static void two_numbers_instead_of_a_map(void **state)
{
    (void)state;
    set(LOWER, 640, WITH_MEMORY);
    set(UPPER, 7 * 1024, WITH_MEMORY);
    parse();
    assert_region(0, 0x1000, 0x9f000);
    assert_region(1, MB, 7 * MB);
    assert_int_equal(result.window_bytes, 8 * MB);

    set(LOWER, 0xffffffff, WITH_MEMORY);
    set(UPPER, 0xffffffff, WITH_MEMORY);
    parse();
    assert_region(0, 0x1000, 0x9f000);
    assert_region(1, MB, 0u - MB);
    assert_sound();
}

static void no_memory_at_all(void **state)
{
    (void)state;
    parse();
    assert_string_equal(result.fatal, "the loader reported no usable memory");
    map(MB, 7 * MB, RESERVED);
    map(0, 0x1fff, USABLE); /* no whole page but the BIOS's */
    parse();
    assert_string_equal(result.fatal, "the loader reported no usable memory");
}

static void information_out_of_reach(void **state)
{
    (void)state;
    static const uint32_t addresses[] = {0, ARENA_END - 60, 0xfffffff0, 0xffffffff};
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        result = multiboot_parse(&info, addresses[i], &machine, &view, report);
        assert_string_equal(result.fatal, "the loader's information can't be read");
        assert_int_equal(info.module_count, 0);
    }
}

static void more_pieces_than_fit(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40; i++) /* sizes 1..40 pages, in a mixed order */
        map(4 * MB + (i * 17 % 40) * MB, ((i * 17 % 40) + 1) * 0x1000, USABLE);
    parse();
    assert_int_equal(info.region_count, BOOT_REGIONS_MAX);
    assert_region(0, 12 * MB, 9 * 0x1000); /* the eight smallest are left out */
    assert_region(31, 43 * MB, 40 * 0x1000);
    assert_reported("the smallest are left out");
    assert_sound();
}

static void one_region_cut_into_many(void **state)
{
    (void)state;
    map(MB, 100 * MB, USABLE);
    for (uint32_t i = 0; i < 40; i++)
        map(2 * MB + i * 2 * MB, 0x1000, RESERVED);
    parse();
    assert_null(result.fatal);
    assert_int_equal(info.region_count, BOOT_REGIONS_MAX);
    for (unsigned i = 0; i < info.region_count; i++)
        for (uint32_t hole = 2 * MB; hole < 82 * MB; hole += 2 * MB)
            assert_false(hole >= info.region[i].start &&
                         hole - info.region[i].start < info.region[i].bytes);
    assert_sound();
}

/* ---- Modules, strings, screen ---------------------------------------------------------------- */

static void with_memory(void)
{
    set(UPPER, 63 * 1024, WITH_MEMORY);
}

static void modules_with_lines(void **state)
{
    (void)state;
    with_memory();
    module(4 * MB, 4 * MB + 100, put_string("names priority=3"));
    module(5 * MB + 3, 5 * MB + 3, put_string("empty"));
    module(6 * MB, 7 * MB, 0);
    parse();
    assert_int_equal(info.module_count, 3);
    assert_int_equal(info.modules_dropped, 0);
    assert_int_equal(info.module[0].start, 4 * MB);
    assert_int_equal(info.module[0].bytes, 100);
    assert_string_equal(info.module[0].line, "names priority=3");
    assert_false(info.module[0].line_cut);
    assert_int_equal(info.module[1].bytes, 0);
    assert_string_equal(info.module[1].line, "empty");
    assert_string_equal(info.module[2].line, "");
    assert_int_equal(reports, 0);
    assert_sound();
}

/* Adds the module to a good one before and one behind it, and expects it to be left out. */
static void assert_dropped(uint32_t start, uint32_t end, const char *why)
{
    clear(NULL);
    with_memory();
    module(4 * MB, 5 * MB, put_string("first"));
    module(start, end, put_string("bad one"));
    module(6 * MB, 7 * MB, put_string("last"));
    parse();
    assert_int_equal(info.module_count, 2);
    assert_int_equal(info.modules_dropped, 1);
    assert_string_equal(info.module[1].line, "last");
    assert_reported("boot: module 1 \"bad one\" ");
    assert_reported(why);
    assert_sound();
}

static void modules_that_cannot_be(void **state)
{
    (void)state;
    assert_dropped(8 * MB, 8 * MB - 1, "ends before it starts");
    assert_dropped(0xffffffff, 0, "ends before it starts");
    assert_dropped(63 * MB, 64 * MB + 1, "lies beyond the memory within reach");
    assert_dropped(0xfffff000, 0xffffffff, "lies beyond the memory within reach");
    assert_dropped(MB, MB + 1, "overlaps the kernel");
    assert_dropped(0, 64 * MB, "overlaps the kernel");
    assert_dropped(MB + 0x7ffff, 2 * MB, "overlaps the kernel");
    assert_dropped(0x1000, MB + 1, "overlaps the kernel");
    assert_dropped(4 * MB + 5, 4 * MB + 6, "overlaps another module");
    assert_dropped(5 * MB - 1, 6 * MB, "overlaps another module");
}

static void beside_the_kernel_is_fine(void **state)
{
    (void)state;
    with_memory();
    module(MB + 0x80000, 2 * MB, put_string("behind"));
    module(0x80000, MB, put_string("before"));
    module(63 * MB, 64 * MB, put_string("at the end"));
    parse();
    assert_int_equal(info.module_count, 3);
}

static void too_many_modules(void **state)
{
    (void)state;
    with_memory();
    for (uint32_t i = 0; i < BOOT_MODULES_MAX + 6; i++)
        module(4 * MB + i * 0x1000, 4 * MB + i * 0x1000 + 10, 0);
    parse();
    assert_int_equal(info.module_count, BOOT_MODULES_MAX);
    assert_int_equal(info.modules_dropped, 6);
    assert_reported("boot: module 229 \"\" is one too many; left out");
    assert_sound();
}

static void endless_module_lists(void **state)
{
    (void)state;
    with_memory();
    module(4 * MB, 5 * MB, put_string("good"));
    set(MODULE_COUNT, 0xffffffff, WITH_MODULES);
    parse();
    assert_null(result.fatal);
    assert_string_equal(info.module[0].line, "good");
    assert_int_equal((uint64_t)info.module_count + info.modules_dropped, 0xffffffffu);
    assert_true(reports < 2000);
    assert_sound();

    clear(NULL);
    with_memory();
    set(MODULE_COUNT, 3, WITH_MODULES);
    set(MODULE_LIST, 0xfffffff8, WITH_MODULES);
    parse();
    assert_int_equal(info.modules_dropped, 3);
    assert_reported("the list of modules leaves memory; 3 left out");
}

static void long_and_unending_lines(void **state)
{
    (void)state;
    with_memory();
    memset(&arena[STRINGS - ARENA_START], 'x', ARENA_END - STRINGS); /* no NUL to the end */
    module(4 * MB, 5 * MB, STRINGS);
    module(5 * MB, 6 * MB, ARENA_END - 3);
    module(6 * MB, 7 * MB, 0xffffffff);
    arena[STRINGS - ARENA_START + 3000] = '\0';
    module(7 * MB, 8 * MB, STRINGS + 3000 - (BOOT_LINE_BYTES - 1));
    set(COMMAND, STRINGS, WITH_COMMAND);
    parse();
    assert_int_equal(info.module_count, 4);
    assert_int_equal(strlen(info.module[0].line), BOOT_LINE_BYTES - 1);
    assert_true(info.module[0].line_cut);
    assert_string_equal(info.module[1].line, "xxx"); /* memory ends there */
    assert_string_equal(info.module[2].line, "");
    assert_int_equal(strlen(info.module[3].line), BOOT_LINE_BYTES - 1);
    assert_false(info.module[3].line_cut); /* it fits exactly */
    assert_int_equal(strlen(info.command_line), BOOT_LINE_BYTES - 1);
    assert_sound();
}

static void command_line_and_loader(void **state)
{
    (void)state;
    with_memory();
    parse();
    assert_string_equal(info.command_line, "");
    assert_string_equal(info.loader_name, "");
    set(COMMAND, put_string("parley nodftask"), WITH_COMMAND);
    set(LOADER, put_string("a loader"), WITH_LOADER);
    parse();
    assert_string_equal(info.command_line, "parley nodftask");
    assert_string_equal(info.loader_name, "a loader");
}

static void screens(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        bool text;
    } kinds[] = {{0, false}, {1, false}, {2, true}, {255, false}};
    for (unsigned i = 0; i < 4; i++) {
        clear(NULL);
        with_memory();
        set(COMMAND, 0, WITH_FRAMEBUFFER);
        arena[FRAMEBUFFER_TYPE] = kinds[i].type;
        parse();
        assert_true(result.text_screen == kinds[i].text);
    }
}

/* 1024 x 768 pixels of so many bits, as in the specification: the colours at once behind the type.
 */
static void screen(uint8_t bits, const uint8_t colours[6])
{
    clear(NULL);
    map(0, 0x9fc00, USABLE);
    map(MB, 63 * MB, USABLE);
    set(88, 0xfd000000, WITH_FRAMEBUFFER);
    put(INFORMATION + 92, 0);
    put(INFORMATION + 96, 4096);
    put(INFORMATION + 100, 1024);
    put(INFORMATION + 104, 768);
    arena[108] = bits;
    arena[FRAMEBUFFER_TYPE] = 1;
    memcpy(arena + 110, colours, 6);
}

static const uint8_t usual[6] = {16, 8, 8, 8, 0, 8};

static void a_framebuffer(void **state)
{
    (void)state;
    screen(32, usual);
    parse();
    const struct framebuffer *f = &info.framebuffer;
    assert_int_equal(reports, 0);
    assert_false(result.text_screen);
    assert_int_equal(f->address, 0xfd000000);
    assert_int_equal(f->row_bytes, 4096);
    assert_int_equal(f->width, 1024);
    assert_int_equal(f->height, 768);
    assert_int_equal(f->bits, 32);
    assert_int_equal(f->red.shift, 16);
    assert_int_equal(f->green.shift, 8);
    assert_int_equal(f->blue.bits, 8);
    /* Where GRUB has the colours. */
    static const uint8_t six[6] = {11, 5, 5, 6, 0, 5};
    screen(16, usual);
    memset(arena + 110, 0, 2);
    memcpy(arena + 112, six, 6);
    parse();
    assert_int_equal(reports, 0);
    assert_int_equal(f->red.shift, 11);
    assert_int_equal(f->green.bits, 6);
    assert_int_equal(f->blue.shift, 0);
    screen(32, usual);
    put(INFORMATION + FLAGS, get(FLAGS) & ~WITH_FRAMEBUFFER);
    parse();
    assert_int_equal(f->width, 0);
    assert_true(result.text_screen);
}

static void framebuffers_that_make_no_sense(void **state)
{
    (void)state;
    static const struct {
        uint32_t offset, value;
        const char *words;
    } wrong[] = {
        {100, 0, "is empty or too large"},
        {104, 0, "is empty or too large"},
        {100, 1025, "has rows that are too short"},
        {100, 8193, "is empty or too large"},
        {104, 0xffffffff, "is empty or too large"},
        {96, 0x200000, "is empty or too large"}, /* 64 MB and more */
        {96, 0xffffffff, "is empty or too large"},
        {92, 1, "lies beyond 4 GB"},
        {88, 0xffe00000, "lies beyond 4 GB"},
        {88, 0xa0000, "lies in memory"},
        {88, 63 * MB, "lies in memory"},
        {88, 64 * MB - 1, "lies in memory"},         /* its first page is the last one of memory */
        {108, 0x0108, "has pixels of another size"}, /* and type 1 */
        {108, 0x0120, "has colours outside its pixels"},
        {108, 0x0020, "has no colours of its own"},
    };
    static const uint8_t outside[6] = {16, 8, 8, 8, 25, 8};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        screen(32, usual);
        put(INFORMATION + wrong[i].offset, wrong[i].value);
        if (wrong[i].offset == 108)
            memcpy(arena + 110, outside, 6);
        parse();
        assert_reported(wrong[i].words);
        assert_int_equal(info.framebuffer.width, 0);
        assert_false(result.text_screen);
        assert_null(result.fatal);
    }
    screen(32, usual);
    set(88, 64 * MB, WITH_FRAMEBUFFER); /* at once behind memory */
    parse();
    assert_int_equal(info.framebuffer.address, 64 * MB);
}

/* ---- Noise ----------------------------------------------------------------------------------- */

static void fields_that_are_ignored_without_their_flag(void **state)
{
    (void)state;
    with_memory();
    for (uint32_t offset = COMMAND; offset < 68; offset += 4)
        put(INFORMATION + offset, 0xffffffff);
    parse();
    assert_null(result.fatal);
    assert_int_equal(info.region_count, 1);
    assert_int_equal(info.module_count, 0);
    assert_int_equal(info.modules_dropped, 0);
    assert_string_equal(info.command_line, "");
}

static uint32_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Any bytes at all: the answer is sound, and it comes. */
static void noise(void **state)
{
    (void)state;
    random_state = 1;
    for (unsigned round = 0; round < 3000; round++) {
        clear(NULL);
        map(0, 0x9fc00, USABLE);
        map(MB, 31 * MB, USABLE);
        map(40 * MB, 5 * MB, RESERVED);
        for (uint32_t i = 0; i < 6; i++)
            module((4 + i) * MB, (5 + i) * MB, put_string("module"));
        set(COMMAND, put_string("words"), WITH_COMMAND);
        set(UPPER, 31 * 1024, WITH_MEMORY);
        const unsigned changes = 1 + next_random() % 8;
        for (unsigned i = 0; i < changes; i++) {
            static const uint32_t parts[] = {0, MAP - ARENA_START, MODULES - ARENA_START};
            const uint32_t at = parts[next_random() % 3] + next_random() % 124;
            static const uint8_t favourites[] = {0, 1, 0x7f, 0x80, 0xff};
            arena[at] = next_random() % 2 ? (uint8_t)next_random() : favourites[next_random() % 5];
        }
        parse();
        assert_sound();
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, clear)
    const struct CMUnitTest tests[] = {
        TEST(usual_map),
        TEST(unsorted_overlapping_unaligned),
        TEST(neighbours_become_one),
        TEST(reserved_wins),
        TEST(beyond_four_gigabytes),
        TEST(larger_map_entries),
        TEST(absurd_entry_sizes),
        TEST(truncated_map),
        TEST(lists_without_an_end),
        TEST(map_that_cannot_be_read),
        TEST(two_numbers_instead_of_a_map),
        TEST(no_memory_at_all),
        TEST(information_out_of_reach),
        TEST(more_pieces_than_fit),
        TEST(one_region_cut_into_many),
        TEST(modules_with_lines),
        TEST(modules_that_cannot_be),
        TEST(beside_the_kernel_is_fine),
        TEST(too_many_modules),
        TEST(endless_module_lists),
        TEST(long_and_unending_lines),
        TEST(command_line_and_loader),
        TEST(screens),
        TEST(a_framebuffer),
        TEST(framebuffers_that_make_no_sense),
        TEST(fields_that_are_ignored_without_their_flag),
        TEST(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
