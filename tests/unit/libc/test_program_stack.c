/* The stack of a program that is started from a file: what crt0 finds on it. */
#include "../../../ipc/include/abi/layout.h"
#include "../../../libc/program/stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// clang-format off
#include <cmocka.h>
// clang-format on

#define BASE (USER_STACK_TOP - PROGRAM_IMAGE_BYTES)

static struct {
    uint32_t image[PROGRAM_IMAGE_BYTES / 4];
    uint32_t behind;
} at = {.behind = 0x55555555};

static uint32_t build(char *const argv[])
{
    const struct program_words words = {argv, 1025, 65536, 7, STREAM_NOTHING, 2};
    const uint32_t sp = program_stack(&words, at.image);
    assert_int_equal(at.behind, 0x55555555);
    return sp;
}

static const char *text(uint32_t address)
{
    assert_in_range(address, BASE, USER_STACK_TOP - 1);
    return (const char *)at.image + (address - BASE);
}

static uint32_t auxiliary(const uint32_t *pair, uint32_t type)
{
    while (pair[0] != type) {
        assert_int_not_equal(pair[0], AT_NULL);
        pair += 2;
    }
    return pair[1];
}

static void words_as_they_are(void **state)
{
    static char name[] = "wc", two[] = "two  words", none[] = "";
    char *const argv[] = {name, two, none, NULL};
    (void)state;
    const uint32_t sp = build(argv);
    const uint32_t *w = at.image + (sp - BASE) / 4;
    assert_int_equal(sp % 16, 0);
    assert_int_equal(w[0], 3);
    for (unsigned i = 0; i < 3; i++)
        assert_string_equal(text(w[1 + i]), argv[i]);
    assert_int_equal(w[4], 0);
    assert_int_equal(w[5], 0);
    assert_int_equal(auxiliary(w + 6, AT_PAGESZ), PAGE_BYTES);
    assert_int_equal(auxiliary(w + 6, AT_PARLEY_SELF), 1025);
    assert_int_equal(auxiliary(w + 6, AT_PARLEY_HEAP), USER_HEAP);
    assert_int_equal(auxiliary(w + 6, AT_PARLEY_HEAP_BYTES), 65536);
    assert_int_equal(auxiliary(w + 6, AT_PARLEY_INPUT), 7);
    assert_int_equal(auxiliary(w + 6, AT_PARLEY_OUTPUT), STREAM_NOTHING);
    assert_int_equal(auxiliary(w + 6, AT_PARLEY_CONSOLE), 2);
}

/* One argument longer and longer, until it does not fit: everything is right, or refused. */
static void every_length(void **state)
{
    static char word[2 * PROGRAM_IMAGE_BYTES];
    static char name[] = "x";
    char *const argv[] = {name, word, NULL};
    unsigned fits = 0;
    (void)state;
    for (unsigned length = 0; length < sizeof word - 1; length++) {
        memset(word, 'a', length);
        word[length] = '\0';
        const uint32_t sp = build(argv);
        if (sp == 0)
            continue;
        const uint32_t *w = at.image + (sp - BASE) / 4;
        assert_int_equal(fits, length); /* no gap */
        fits++;
        assert_string_equal(text(w[2]), word);
        assert_true((const char *)(w + 1 + 2 + 2 + 14) <= text(w[2])); /* no word in the strings */
    }
    assert_in_range(fits, PROGRAM_IMAGE_BYTES - 128, PROGRAM_IMAGE_BYTES);
}

static void as_many_as_there_may_be(void **state)
{
    static char letter[] = "y";
    char *argv[PROGRAM_ARGUMENTS + 2];
    (void)state;
    for (unsigned i = 0; i < PROGRAM_ARGUMENTS + 2; i++)
        argv[i] = letter;
    argv[PROGRAM_ARGUMENTS + 1] = NULL;
    assert_int_equal(build(argv), 0);
    argv[PROGRAM_ARGUMENTS] = NULL;
    const uint32_t sp = build(argv);
    assert_int_not_equal(sp, 0);
    assert_int_equal(at.image[(sp - BASE) / 4], PROGRAM_ARGUMENTS);
    argv[0] = NULL;
    assert_int_equal(at.image[(build(argv) - BASE) / 4], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_as_they_are),
        cmocka_unit_test(every_length),
        cmocka_unit_test(as_many_as_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
