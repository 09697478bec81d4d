/* Memory and string functions against the workstation's, at all alignments and small lengths. */
#include "parley.h"

#include <stdio.h>
#include <string.h>

#define AREA 256

static void fill_randomly(unsigned char *area)
{
    for (size_t i = 0; i < AREA; i++)
        area[i] = (unsigned char)random_bits();
}

/* A short text of few letters, so that functions find something. */
static void random_text(char *text, unsigned longest)
{
    unsigned length = random_up_to(longest);
    for (unsigned i = 0; i < length; i++)
        text[i] = "ab\xe9,"[random_up_to(3)];
    text[length] = '\0';
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void test_copy(void **state)
{
    (void)state;
    unsigned char source[AREA], ours[AREA], theirs[AREA];
    for (size_t bytes = 0; bytes < 80; bytes++) {
        for (unsigned from = 0; from < 8; from++) {
            for (unsigned to = 0; to < 8; to++) {
                fill_randomly(source);
                fill_randomly(ours);
                memcpy(theirs, ours, AREA);
                assert_ptr_equal(parley_memcpy(ours + to, source + from, bytes), ours + to);
                memcpy(theirs + to, source + from, bytes);
                assert_memory_equal(ours, theirs, AREA);
            }
        }
    }
}

static void test_move_overlapping(void **state)
{
    (void)state;
    unsigned char ours[AREA], theirs[AREA];
    for (size_t bytes = 0; bytes < 80; bytes++) {
        for (unsigned from = 0; from < 40; from++) {
            for (unsigned to = 0; to < 40; to++) {
                fill_randomly(ours);
                memcpy(theirs, ours, AREA);
                assert_ptr_equal(parley_memmove(ours + to, ours + from, bytes), ours + to);
                memmove(theirs + to, theirs + from, bytes);
                assert_memory_equal(ours, theirs, AREA);
            }
        }
    }
}

static void test_set(void **state)
{
    (void)state;
    unsigned char ours[AREA], theirs[AREA];
    for (size_t bytes = 0; bytes < 80; bytes++) {
        for (unsigned to = 0; to < 8; to++) {
            int value = (int)random_bits();
            fill_randomly(ours);
            memcpy(theirs, ours, AREA);
            assert_ptr_equal(parley_memset(ours + to, value, bytes), ours + to);
            memset(theirs + to, value, bytes);
            assert_memory_equal(ours, theirs, AREA);
        }
    }
}

static void test_compare(void **state)
{
    (void)state;
    char a[32] = {0}, b[32] = {0};
    for (int i = 0; i < 100000; i++) {
        random_text(a, 6);
        random_text(b, 6);
        size_t most = random_up_to(8);
        assert_int_equal(sign(parley_strcmp(a, b)), sign(strcmp(a, b)));
        assert_int_equal(sign(parley_strncmp(a, b, most)), sign(strncmp(a, b, most)));
        assert_int_equal(sign(parley_memcmp(a, b, most)), sign(memcmp(a, b, most)));
    }
}

static void test_find(void **state)
{
    (void)state;
    char text[64] = {0}, part[8];
    for (int i = 0; i < 100000; i++) {
        random_text(text, 20);
        random_text(part, 3);
        int c = random_up_to(4) ? "ab\xe9,"[random_up_to(3)] : '\0';
        size_t most = random_up_to(24);
        assert_int_equal(parley_strlen(text), strlen(text));
        assert_int_equal(parley_strnlen(text, most), strnlen(text, most));
        assert_ptr_equal(parley_strchr(text, c), strchr(text, c));
        assert_ptr_equal(parley_strrchr(text, c), strrchr(text, c));
        assert_ptr_equal(parley_memchr(text, c, most), memchr(text, c, most));
        assert_ptr_equal(parley_strstr(text, part), strstr(text, part));
        assert_ptr_equal(parley_strpbrk(text, part), strpbrk(text, part));
        assert_int_equal(parley_strspn(text, part), strspn(text, part));
        assert_int_equal(parley_strcspn(text, part), strcspn(text, part));
    }
}

static void test_copy_text(void **state)
{
    (void)state;
    char text[32], ours[64], theirs[64];
    for (int i = 0; i < 100000; i++) {
        memset(ours, 'x', sizeof(ours));
        memset(theirs, 'x', sizeof(theirs));
        random_text(text, 12);
        size_t bytes = random_up_to(16);
        parley_strcpy(ours, text);
        strcpy(theirs, text);
        parley_strcat(ours, text);
        strcat(theirs, text);
        parley_strncpy(ours + 32, text, bytes);
        strncpy(theirs + 32, text, bytes);
        assert_memory_equal(ours, theirs, sizeof(ours));
    }
}

static void test_copy_what_fits(void **state)
{
    (void)state;
    char text[8] = "xxxxxxx";
    assert_int_equal(parley_strlcpy(text, "abc", 4), 3);
    assert_memory_equal(text, "abc\0xxx", 8);
    assert_int_equal(parley_strlcpy(text, "defg", 4), 4);
    assert_memory_equal(text, "def\0xxx", 8);
    assert_int_equal(parley_strlcpy(text, "hi", 0), 2);
    assert_memory_equal(text, "def\0xxx", 8);
    assert_int_equal(parley_strlcpy(text, "", 1), 0);
    assert_string_equal(text, "");
}

static void test_tokens(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char ours[64], theirs[64];
        char *rest_ours = NULL, *rest_theirs = NULL;
        random_text(ours, 30);
        strcpy(theirs, ours);
        char *a = parley_strtok_r(ours, ",b", &rest_ours);
        char *b = strtok_r(theirs, ",b", &rest_theirs);
        while (a && b) {
            assert_string_equal(a, b);
            a = parley_strtok_r(NULL, ",b", &rest_ours);
            b = strtok_r(NULL, ",b", &rest_theirs);
        }
        assert_null(a);
        assert_null(b);
    }
}

static void test_errors(void **state)
{
    (void)state;
    assert_string_equal(parley_strerror(0), "success");
    assert_string_equal(parley_strerror(-2), "no such name");
    assert_string_equal(parley_strerror(204), parley_strerror(-204));
    assert_string_equal(parley_strerror(INT32_MIN), "unknown error");
    assert_string_equal(parley_strerror(9999), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_move_overlapping),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_copy_text),
        cmocka_unit_test(test_copy_what_fits),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
