/* The stack that a program starts with. */
#include "cmocka_all.h"
#include "stack.h"
#include <string.h>

static uint32_t image[STACK_IMAGE_BYTES / 4];

#define BASE (USER_STACK_TOP - STACK_IMAGE_BYTES)

static const uint32_t *words_at(uint32_t address)
{
    return image + (address - BASE) / 4;
}

static const char *text_at(uint32_t address)
{
    assert_in_range(address, BASE, USER_STACK_TOP - 1);
    return (const char *)image + (address - BASE);
}

static void check_auxiliary(const uint32_t *at, const struct stack_start *start)
{
    const uint32_t framebuffer =
        start->framebuffer.width ? USER_STACK_TOP - (uint32_t)sizeof start->framebuffer : 0;
    const uint32_t expected[] = {AT_PAGESZ,
                                 PAGE_BYTES,
                                 AT_PARLEY_HEAP,
                                 USER_HEAP,
                                 AT_PARLEY_HEAP_BYTES,
                                 start->heap_bytes,
                                 AT_PARLEY_SELF,
                                 (uint32_t)start->self,
                                 AT_PARLEY_DATA,
                                 start->data_bytes ? USER_DATA_MODULE : 0,
                                 AT_PARLEY_DATA_BYTES,
                                 start->data_bytes,
                                 AT_PARLEY_FRAMEBUFFER,
                                 framebuffer,
                                 AT_PARLEY_CONSOLE,
                                 start->console,
                                 AT_NULL,
                                 0};
    assert_memory_equal(at, expected, sizeof expected);
}

static void a_name_alone(void **state)
{
    (void)state;
    const struct stack_start start = {"tty", "", 65536, 0, 1025, 0, {0}};
    uint32_t sp = stack_build(&start, image);
    assert_int_equal(sp % 16, 0);
    const uint32_t *w = words_at(sp);
    assert_int_equal(w[0], 1);
    assert_string_equal(text_at(w[1]), "tty");
    assert_int_equal(w[2], 0);
    assert_int_equal(w[3], 0);
    check_auxiliary(w + 4, &start);
}

static void arguments(void **state)
{
    (void)state;
    const struct stack_start start = {"cat", "  one two\tthree ", 0, 5000, 7, 3, {0}};
    uint32_t sp = stack_build(&start, image);
    const uint32_t *w = words_at(sp);
    assert_int_equal(sp % 16, 0);
    assert_int_equal(w[0], 4);
    assert_string_equal(text_at(w[1]), "cat");
    assert_string_equal(text_at(w[2]), "one");
    assert_string_equal(text_at(w[3]), "two");
    assert_string_equal(text_at(w[4]), "three");
    assert_int_equal(w[5], 0);
    assert_int_equal(w[6], 0);
    check_auxiliary(w + 7, &start);
}

static void a_framebuffer(void **state)
{
    (void)state;
    struct stack_start start = {"tty", "one", 0, 0, 7, 0, {0}};
    start.framebuffer = (struct framebuffer){
        .address = 0xb0000000, .row_bytes = 4096, .width = 1024, .height = 768, .bits = 32};
    uint32_t sp = stack_build(&start, image);
    const uint32_t *w = words_at(sp);
    assert_int_equal(sp % 16, 0);
    assert_string_equal(text_at(w[1]), "tty");
    assert_string_equal(text_at(w[2]), "one");
    check_auxiliary(w + 5, &start);
    assert_memory_equal(text_at(w[5 + 13]), &start.framebuffer, sizeof start.framebuffer);
}

static void the_most_and_one_more(void **state)
{
    (void)state;
    char text[2 * ARGUMENT_BYTES] = "";
    struct stack_start start = {"fifteen_letters", text, 4096, 1, 1, 0, {0}};
    start.framebuffer.width = 1024;
    for (int i = 1; i < ARGUMENT_COUNT; i++)
        strcat(text, "1234567 ");
    text[strlen(text) - 1] = '\0'; /* 247 characters in 31 words */
    uint32_t sp = stack_build(&start, image);
    assert_int_not_equal(sp, 0);
    assert_in_range(sp, BASE, USER_STACK_TOP - 1);
    assert_int_equal(words_at(sp)[0], ARGUMENT_COUNT);
    assert_string_equal(text_at(words_at(sp)[ARGUMENT_COUNT]), "1234567");
    strcat(text, " x");
    assert_int_equal(stack_build(&start, image), 0);

    memset(text, 'y', ARGUMENT_BYTES - 1);
    text[ARGUMENT_BYTES - 1] = '\0';
    sp = stack_build(&start, image);
    assert_string_equal(text_at(words_at(sp)[2]), text);
    strcat(text, "y");
    assert_int_equal(stack_build(&start, image), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_alone),
        cmocka_unit_test(arguments),
        cmocka_unit_test(a_framebuffer),
        cmocka_unit_test(the_most_and_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
