/* The workstation's side of the porting contract that the other tests stand on. */
#include "harness.h"

static void test_window_ends_where_it_says(void **state)
{
    uint32_t bytes = arch_window_bytes();

    (void)state;
    assert_non_null(arch_window(0, bytes));
    assert_non_null(arch_window(bytes - 4, 4));
    assert_null(arch_window(bytes - 4, 5));
    assert_null(arch_window(0xfffffff0u, 0x20));
    assert_null(arch_window(4, 0xfffffffeu));
}

static void test_phys_copy_moves_every_length_and_no_more(void **state)
{
    unsigned char *memory = arch_window(PAGE_BYTES, 256);

    (void)state;
    for (unsigned bytes = 0; bytes < 40; bytes++) {
        memset(memory, 0xee, 256);
        for (unsigned i = 0; i < 64; i++)
            memory[i] = (unsigned char)(i + 1);
        phys_copy(PAGE_BYTES, PAGE_BYTES + 128, bytes);
        assert_memory_equal(memory, memory + 128, bytes);
        assert_int_equal(memory[128 + bytes], 0xee);
        assert_int_equal(memory[127], 0xee);
        phys_zero(PAGE_BYTES + 128, bytes);
        for (unsigned i = 0; i < bytes; i++)
            assert_int_equal(memory[128 + i], 0);
        assert_int_equal(memory[128 + bytes], 0xee);
    }
}

static void test_msg_copy_moves_nine_words(void **state)
{
    unsigned char *memory = arch_window(PAGE_BYTES, 256);

    (void)state;
    memset(memory, 0xee, 256);
    for (unsigned i = 0; i < 64; i++)
        memory[i] = (unsigned char)(i + 1);
    msg_copy(PAGE_BYTES, PAGE_BYTES + 128);
    assert_memory_equal(memory, memory + 128, MESSAGE_BYTES);
    assert_int_equal(memory[128 + MESSAGE_BYTES], 0xee);
    msg_word(PAGE_BYTES + 128, 8, 0x04030201);
    assert_int_equal(memory[128 + 32], 1);
    assert_int_equal(memory[128 + 35], 4);
    assert_int_equal(memory[128 + 36], 0xee);
}

int run_host_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_window_ends_where_it_says),
        TEST(test_phys_copy_moves_every_length_and_no_more),
        TEST(test_msg_copy_moves_nine_words),
    };

    return cmocka_run_group_tests_name("arch/host", tests, NULL, NULL);
}
