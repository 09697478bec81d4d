/*
 * Memory at boot: nothing that is in use is ever given, the accounts add up. And a process's
 * memory, copied through a space of a few pages.
 */
#include "cmocka_all.h"
#include "frame.h"
#include "memory.h"
#include "panic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define K 1024u

#define OUT_OF_REACH (2 * K + 8 * K + 64 * K) /* half a page, and beyond the window */

void kernel_assert_failed(const char *condition, const char *function, int line)
{
    fprintf(stderr, "%s:%d: %s\n", function, line, condition);
    abort();
}

/* Frames that the memory server has mapped, and that are page tables. */
static uint32_t frame_pages[2];

void frame_account(struct memory_info *info)
{
    info->process_bytes += frame_pages[0] * PAGE_BYTES;
    info->kernel_bytes += frame_pages[1] * PAGE_BYTES;
}

/* User pages from 0x10000000 on: two that may be written, one that may be read, then none. And
   pages of the kernel's, which is in every space: the first and the last, and page 0 after it. */
bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found)
{
    static const phys_addr_t places[] = {0x9000, 0x5000, 0x7000};
    uint32_t page = (address - 0x10000000u) / PAGE_BYTES;
    (void)space;
    if (address >= USER_END || address < PAGE_BYTES) {
        *found = places[0] + address % PAGE_BYTES;
        return true;
    }
    if (page > 2 || (page == 2 && (flags & SPACE_WRITE)))
        return false;
    *found = places[page] + address % PAGE_BYTES;
    return true;
}

static const struct arch_space space;

/* Low memory, then 3 MB; kernel and tables reserved, one module in the middle, one at the end. Then
   a page and a half, and what the window (4 MB) reaches half or not at all. */
static struct boot_info boot = {
    .region_count = 6,
    .region = {{0, 640 * K},
               {1024 * K, 2048 * K},
               {3500 * K, 6 * K},
               {4088 * K, 16 * K},
               {8192 * K, 64 * K},
               {0xfffff000u, 0x1000}},
    .reservation_count = 3,
    .reservation = {{1024 * K, 100 * K + 1}, {0x9fc00, 0x400}, {2000 * K + 1, 0}},
    .module_count = 2,
    .module = {{.start = 1536 * K + 100, .bytes = 5000}, {.start = 3072 * K - 4096, .bytes = 4096}},
};

static bool meets(phys_addr_t page, phys_addr_t start, uint32_t bytes)
{
    return bytes != 0 && page < start + bytes && start < page + PAGE_BYTES;
}

static void nothing_in_use_is_given(void **state)
{
    (void)state;
    static uint8_t given[4096 * K / PAGE_BYTES];
    struct memory_info before, after;
    memory_init(&boot);
    memory_describe(&before);
    assert_int_equal(before.total_bytes, 2774 * K);
    assert_int_equal(before.process_bytes, 0);
    assert_int_equal(before.modules_bytes, 3 * PAGE_BYTES);
    /* the kernel's 26 pages, the low tables' one, page 0 */
    assert_int_equal(before.kernel_bytes, 28 * PAGE_BYTES);
    assert_int_equal(before.free_bytes - OUT_OF_REACH, memory_left_bytes());

    struct memory_mark mark = memory_mark();
    unsigned pages = 0;
    for (phys_addr_t page; (page = memory_take(MEMORY_PROCESS)) != 0; pages++) {
        assert_int_equal(page % PAGE_BYTES, 0);
        assert_int_equal(given[page / PAGE_BYTES]++, 0);
        assert_true(page < 640 * K || (page >= 1024 * K && page < 3072 * K) || page == 3500 * K ||
                    (page >= 4088 * K && page < 4096 * K));
        for (unsigned i = 0; i < boot.reservation_count; i++)
            assert_false(meets(page, boot.reservation[i].start, boot.reservation[i].bytes));
        for (unsigned i = 0; i < boot.module_count; i++)
            assert_false(meets(page, boot.module[i].start, boot.module[i].bytes));
    }
    assert_int_equal(pages * PAGE_BYTES, before.free_bytes - OUT_OF_REACH);
    assert_int_equal(memory_left_bytes(), 0);
    assert_int_equal(memory_take(MEMORY_TABLES), 0);

    memory_undo(mark);
    memory_describe(&after);
    assert_memory_equal(&before, &after, sizeof before);
    phys_addr_t first = memory_take(MEMORY_TABLES);
    memory_describe(&after);
    assert_int_not_equal(first, 0);
    assert_int_equal(after.kernel_bytes, before.kernel_bytes + PAGE_BYTES);
    assert_int_equal(after.free_bytes - OUT_OF_REACH, memory_left_bytes());

    frame_pages[0] = 5, frame_pages[1] = 2;
    before = after;
    memory_describe(&after);
    assert_int_equal(after.process_bytes, before.process_bytes + 5 * PAGE_BYTES);
    assert_int_equal(after.kernel_bytes, before.kernel_bytes + 2 * PAGE_BYTES);
    assert_int_equal(after.free_bytes, before.free_bytes - 7 * PAGE_BYTES);
    frame_pages[0] = frame_pages[1] = 0;

    /* And from the middle of a region (the first ones are small), for both uses. */
    for (unsigned i = 0; i < 3; i++)
        assert_int_not_equal(memory_take(MEMORY_PROCESS), 0);
    mark = memory_mark();
    memory_describe(&before);
    first = memory_take(MEMORY_PROCESS);
    assert_int_not_equal(memory_take(MEMORY_TABLES), 0);
    memory_undo(mark);
    memory_describe(&after);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(memory_take(MEMORY_PROCESS), first);
}

/* Beyond the window are whole pages, as many as a table of frames may have that is small beside
   what the window reaches. */
static void what_the_window_does_not_reach(void **state)
{
    (void)state;
    struct boot_region r;
    assert_true(memory_beyond(0, &r));
    assert_int_equal(r.start, 4096 * K);
    assert_int_equal(r.bytes, 8 * K);
    assert_true(memory_beyond(1, &r));
    assert_int_equal(r.start, 8192 * K);
    assert_int_equal(r.bytes, 64 * K);
    assert_false(memory_beyond(2, &r));
    assert_int_equal(memory_end(), 8192 * K + 64 * K);
}

static void what_is_memory(void **state)
{
    (void)state;
    assert_true(memory_is_usable(0x9f000, 0x2000));
    assert_true(memory_is_usable(0, 0x1000));
    assert_true(memory_is_usable(0x80000000u, 0x80000000u - 1) == false);
    assert_false(memory_is_usable(0xa0000, 0x60000));
    assert_true(memory_is_usable(0xa0000, 0x61000));
    assert_false(memory_is_usable(3072 * K, 0x1000));
}

static void copies_across_pages(void **state)
{
    (void)state;
    char text[PAGE_BYTES + 20], back[sizeof text];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7);
    assert_int_equal(copy_to_process(&space, 0x10000000u + 3000, text, sizeof text), 0);
    assert_int_equal(copy_from_process(&space, back, 0x10000000u + 3000, sizeof text), 0);
    assert_memory_equal(text, back, sizeof text);
    assert_memory_equal(arch_window(0x9000 + 3000, 1), text, PAGE_BYTES - 3000);
    assert_memory_equal(arch_window(0x5000, 1), text + PAGE_BYTES - 3000, 100);
}

static void loaded_without_bytes_is_zero(void **state)
{
    (void)state;
    char *first = arch_window(0x9000, PAGE_BYTES), *second = arch_window(0x5000, PAGE_BYTES);
    memset(first, 'u', PAGE_BYTES);
    memset(second, 'u', PAGE_BYTES);
    load_into_process(&space, 0x10000000u + PAGE_BYTES - 8, NULL, 20);
    for (unsigned i = 0; i < PAGE_BYTES; i++) {
        assert_int_equal(first[i], i < PAGE_BYTES - 8 ? 'u' : 0);
        assert_int_equal(second[i], i < 12 ? 0 : 'u');
    }
}

static void a_bad_range_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        uint32_t address, bytes;
    } bad[] = {
        {0x10000000u + PAGE_BYTES, PAGE_BYTES + 1}, /* its last byte is read-only */
        {0x0ffffffcu, 8},                           /* its first bytes are not mapped */
        {USER_END - 4, 8},
        {USER_END, 1},
        {0xfffffffcu, 8},
        {0x10000000u, UINT32_MAX},
        {UINT32_MAX, UINT32_MAX},
    };
    char text[2 * PAGE_BYTES] = {0};
    memset(arch_window(0x5000, PAGE_BYTES), 'u', PAGE_BYTES);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(copy_to_process(&space, bad[i].address, text, bad[i].bytes), -EFAULT);
    assert_int_equal(copy_from_process(&space, text, 0x10000000u + 2 * PAGE_BYTES, PAGE_BYTES), 0);
    assert_int_equal(copy_from_process(&space, text, 0x10000000u + 2 * PAGE_BYTES, PAGE_BYTES + 1),
                     -EFAULT);
    for (unsigned i = 0; i < PAGE_BYTES; i++)
        assert_int_equal(((char *)arch_window(0x5000, PAGE_BYTES))[i], 'u');
    assert_int_equal(copy_to_process(&space, UINT32_MAX, text, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_use_is_given),
        cmocka_unit_test(what_the_window_does_not_reach),
        cmocka_unit_test(what_the_window_does_not_reach),
        cmocka_unit_test(what_is_memory),
        cmocka_unit_test(copies_across_pages),
        cmocka_unit_test(loaded_without_bytes_is_zero),
        cmocka_unit_test(a_bad_range_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
