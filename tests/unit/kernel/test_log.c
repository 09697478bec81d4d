/* The log: lines, authors, positions, what goes to the console. The clock stands at 12.345678 s. */
#include "cmocka_all.h"
#include "log.h"
#include <arch/arch.h>
#include <string.h>

static char console[4 * LOG_BYTES];
static size_t console_bytes;

void arch_console_lend(void) {}

void arch_console_write(const char *text, size_t bytes)
{
    assert_true(console_bytes + bytes < sizeof console);
    memcpy(console + console_bytes, text, bytes);
    console_bytes += bytes;
    console[console_bytes] = '\0';
}

uint64_t arch_time_us(void)
{
    return 12345678;
}

static uint64_t start;

static int begin(void **state)
{
    (void)state;
    console_bytes = 0;
    console[0] = '\0';
    start = log_end();
    log_set_console(true);
    return 0;
}

/* What was logged since the test began, read in spans. */
static const char *logged(void)
{
    static char text[LOG_BYTES + 1];
    size_t bytes = 0, part;
    const char *from;
    for (uint64_t position = start; (part = log_span(&position, &from)) != 0; position += part) {
        memcpy(text + bytes, from, part);
        bytes += part;
    }
    text[bytes] = '\0';
    return text;
}

static void a_line(void **state)
{
    (void)state;
    log_line("%s %d", "seven is", 7);
    assert_string_equal(logged(), "[   12.345] seven is 7\n");
    assert_string_equal(console, logged());
}

static void a_process_writes_in_pieces(void **state)
{
    (void)state;
    static const char name[] = "tty";
    log_process_text(name, "one ", 4);
    log_process_text(name, "line\nand\na", 10);
    log_line("kernel");
    assert_string_equal(logged(), "[   12.345] tty: one line\n"
                                  "[   12.345] tty: and\n"
                                  "[   12.345] tty: a\n"
                                  "[   12.345] kernel\n");
}

static void control_characters(void **state)
{
    (void)state;
    log_process_text("x", "a\033[2J\tb\r\0c\n", 11);
    assert_string_equal(logged(), "[   12.345] x: a?[2J\tb??c\n");
}

static void while_somebody_shows_it(void **state)
{
    (void)state;
    log_set_console(false);
    log_line("hidden");
    assert_string_equal(console, "");
    log_show_from(start);
    assert_string_equal(console, "[   12.345] hidden\n");
}

static void old_text_is_overwritten(void **state)
{
    (void)state;
    uint64_t position = start, asked;
    const char *text;
    char line[101];
    memset(line, 'z', 100);
    line[100] = '\0';
    for (int i = 0; i < LOG_BYTES / 100; i++)
        log_text_line(line);
    assert_true(log_end() > LOG_BYTES);
    (void)log_span(&position, &text);
    assert_true(position == log_end() - LOG_BYTES);
    assert_int_equal(strlen(logged()), LOG_BYTES);
    position = asked = log_end() - 50;
    assert_int_equal(log_span(&position, &text) + 0u <= 50, 1);
    assert_true(position == asked);
    position = UINT64_MAX;
    assert_int_equal(log_span(&position, &text), 0);
    assert_true(position == log_end());
}

static void a_long_line_is_kept_whole(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'q', sizeof text);
    text[999] = '\n';
    log_process_text("p", text, sizeof text);
    assert_int_equal(strlen(logged()), strlen("[   12.345] p: ") + 1000);
    assert_ptr_equal(strchr(logged(), '\n'), logged() + strlen(logged()) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line, begin),
        cmocka_unit_test_setup(a_process_writes_in_pieces, begin),
        cmocka_unit_test_setup(control_characters, begin),
        cmocka_unit_test_setup(while_somebody_shows_it, begin),
        cmocka_unit_test_setup(a_long_line_is_kept_whole, begin),
        cmocka_unit_test_setup(old_text_is_overwritten, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
