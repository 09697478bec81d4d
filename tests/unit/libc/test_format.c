/* printf's formatting against the workstation's: a table of the cases that people get wrong, then
   specifications and values at random. */
#include "parley.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ROOM 512

/* Both formatters, the same arguments, a buffer of every interesting size. */
static void compare(const char *format, ...)
{
    static const size_t sizes[] = {ROOM, 0, 1, 2, 7};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char ours[ROOM], theirs[ROOM];
        va_list arguments;
        memset(ours, '~', sizeof(ours));
        memset(theirs, '~', sizeof(theirs));
        va_start(arguments, format);
        int length = parley_vsnprintf(ours, sizes[i], format, arguments);
        va_end(arguments);
        va_start(arguments, format);
        int expected = vsnprintf(theirs, sizes[i], format, arguments);
        va_end(arguments);
        if (length != expected || memcmp(ours, theirs, sizeof(ours)) != 0)
            fail_msg("\"%s\" in %zu bytes: %d \"%.60s\", not %d \"%.60s\"", format, sizes[i],
                     length, ours, expected, theirs);
    }
}

static void test_table(void **state)
{
    (void)state;
    compare("");
    compare("plain %% text %c%c", 'a', '\0');
    compare("%d %i %u %x %X %o", -1, INT_MIN, UINT_MAX, 0xbeefu, 0xbeefu, 0777u);
    compare("%hhd %hhu %hd %hu", 300, 300, 70000, 70000);
    compare("%ld %lu %lld %llu", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX);
    compare("%zu %zx %td %jd %ju", SIZE_MAX, SIZE_MAX, PTRDIFF_MIN, INTMAX_MIN, UINTMAX_MAX);
    compare("%5d|%-5d|%05d|%+d|% d|%+05d|%-+5d|", 42, 42, 42, 42, 42, 42, 42);
    compare("%.0d|%.0u|%.0x|%#.0x|%.0o|%#.0o|%#o|%#x", 0, 0u, 0u, 0u, 0u, 0u, 0u, 0u);
    compare("%.5d|%8.5d|%-8.5d|%08.5d|%+.3d", -42, -42, -42, -42, 7);
    compare("%#o|%#.3o|%#5o|%#x|%#X|%#010x|%-#8x|", 8u, 8u, 8u, 255u, 255u, 255u, 255u);
    compare("%*d|%*d|%-*d|%.*d|%.*d|%*.*d", 6, 1, -6, 2, 6, 3, 4, 5, -4, 6, 8, 3, 7);
    compare("%s|%10s|%-10s|%.2s|%.0s|%10.2s|%.*s", "text", "text", "text", "text", "text", "text",
            3, "text");
    compare("%3c|%-3c|", 'x', 'y');
    compare("%p|%20p|%-20p|", (void *)0x1234, (void *)0xabcdef, (void *)UINTPTR_MAX);
}

static void test_own_choices(void **state)
{
    (void)state;
    char text[64];
    parley_snprintf(text, sizeof(text), "%s", (const char *)NULL);
    assert_string_equal(text, "(null)");
    parley_snprintf(text, sizeof(text), "%p", (void *)NULL);
    assert_string_equal(text, "0x0");
    /* What is unknown or cut off stands as it is. */
    parley_snprintf(text, sizeof(text), "%y %5n|%-");
    assert_string_equal(text, "%y %5n|%-");
    const char unended[3] = {'a', 'b', 'c'};
    parley_snprintf(text, sizeof(text), "%.3s", unended);
    assert_string_equal(text, "abc");
}

static void test_too_long_for_an_int(void **state)
{
    (void)state;
    char text[8];
    assert_int_equal(parley_snprintf(text, sizeof(text), "%*d", INT_MAX, 1), INT_MAX);
    assert_string_equal(text, "       ");
    assert_int_equal(parley_snprintf(text, sizeof(text), "%99999999999d-", 1), -34);
    assert_string_equal(text, "       ");
}

static void random_flags(char **at, const char *flags)
{
    for (; *flags; flags++) {
        if (random_up_to(3) == 0)
            *(*at)++ = *flags;
    }
}

static void random_width_and_precision(char **at)
{
    if (random_up_to(1))
        *at += sprintf(*at, "%u", 1 + random_up_to(29));
    if (random_up_to(1))
        *at += sprintf(*at, random_up_to(7) ? ".%u" : ".", random_up_to(29));
}

static void test_random_numbers(void **state)
{
    (void)state;
    static const char *const sizes[] = {"hh", "h", "", "l", "ll", "z", "j", "t"};
    for (int i = 0; i < 100000; i++) {
        char format[64] = "<%";
        char *at = format + 2;
        unsigned size = random_up_to(7);
        char conversion = "diuxXo"[random_up_to(5)];
        int is_signed = conversion == 'd' || conversion == 'i';
        random_flags(&at, is_signed ? "-+ 0" : conversion == 'u' ? "-0" : "-0#");
        random_width_and_precision(&at);
        sprintf(at, "%s%c>", sizes[size], conversion);
        if (size < 3)
            compare(format, (int)random_number());
        else
            compare(format, random_number());
    }
}

static void test_random_texts(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        char format[64] = "<%";
        char text[40];
        char *at = format + 2;
        unsigned length = random_up_to(39);
        memset(text, 'a' + (int)random_up_to(25), length);
        text[length] = '\0';
        random_flags(&at, "-");
        random_width_and_precision(&at);
        strcpy(at, "s>%d");
        compare(format, text, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_own_choices),
        cmocka_unit_test(test_too_long_for_an_int),
        cmocka_unit_test(test_random_numbers),
        cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
