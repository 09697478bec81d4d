/* The tty's own line editing: what a program reads, and what a person sees. */
#include "screen.h"

#include <tty/current.h>
#include <tty/line.h>

static struct line line;
static struct terminal t;
static struct current current;
static char shown[65536];
static size_t shown_bytes;

static void show(const char *text, size_t bytes)
{
    terminal_write(&t, text, bytes);
    assert_true(shown_bytes + bytes < sizeof shown);
    memcpy(shown + shown_bytes, text, bytes);
    shown_bytes += bytes;
    shown[shown_bytes] = '\0';
}

static void echo_typed(void *context, const char *text, size_t bytes)
{
    (void)context;
    current_feed(&current, text, bytes);
    show(text, bytes);
}

static void echo_rubbed_out(void *context, const char *text, size_t bytes, size_t typed)
{
    (void)context;
    current_rub_out(&current, typed);
    show(text, bytes);
}

static const struct line_echo echo = {echo_typed, echo_rubbed_out, NULL};

static int begin(void **state)
{
    (void)state;
    memset(&line, 0, sizeof line);
    memset(&current, 0, sizeof current);
    line.columns = COLUMNS;
    begin_terminal(&t);
    shown_bytes = 0;
    shown[0] = '\0';
    return 0;
}

static void type(const char *text)
{
    for (; *text && !line.finished; text++)
        line_feed(&line, (uint8_t)*text, &echo);
}

static void assert_line(const char *text)
{
    assert_true(line.finished);
    assert_int_equal(line.length, strlen(text));
    assert_memory_equal(line.text, text, line.length);
}

static void test_plain(void **state)
{
    (void)state;
    type("hello\r");
    assert_line("hello\n");
    assert_string_equal(shown, "hello\n");
    line_reset(&line);
    type("\nsecond\n"); /* the \n belongs to the \r */
    assert_line("second\n");
}

static void test_backspace(void **state)
{
    (void)state;
    type("\x7f"
         "ab\x7f"
         "c\b\b\b\bx\r");
    assert_line("x\n");
    assert_string_equal(shown, "ab\b \bc\b \b\b \bx\n");
}

static void test_backspace_takes_whole_characters(void **state)
{
    (void)state;
    type("aé€\x7f\x7f!\r");
    assert_line("a!\n");
    assert_string_equal(shown, "aé€\b \b\b \b!\n");
}

static void test_backspace_takes_the_columns_of_characters(void **state)
{
    (void)state;
    type("x中😀\x7f\x7f!\r");
    assert_line("x!\n");
    assert_string_equal(shown, "x中😀\b\b  \b\b\b\b  \b\b!\n");
    line_reset(&line);
    shown_bytes = 0;
    type("ae\u0301\u0327\x7f!\r"); /* marks go with what they stand on */
    assert_line("a!\n");
    assert_string_equal(shown, "ae\u0301\u0327\b \b!\n");
}

static void test_kill(void **state)
{
    (void)state;
    type("abc\x15"
         "def ghi  \x17"
         "x\r");
    assert_line("def x\n");
    assert_string_equal(shown, "abc\b \b\b \b\b \bdef ghi  \b \b\b \b\b \b\b \b\b \bx\n");
}

/* A program has written so many letters before somebody types. */
static void prompt(unsigned letters)
{
    for (unsigned i = 0; i < letters; i++)
        echo_typed(NULL, ">", 1);
    line.first = (uint16_t)(t.now.column + t.now.wrap_due);
}

static void repeat(const char *text, unsigned times)
{
    while (times-- > 0)
        type(text);
}

/* The letters of the prompt, and nothing else. */
static void assert_only_prompt(unsigned letters)
{
    for (unsigned i = 0; i < ROWS * COLUMNS; i++)
        assert_int_equal(t.cell[i].code, i < letters ? '>' : ' ');
    assert_int_equal(current.length, letters);
}

static void test_backspace_over_rows(void **state)
{
    (void)state;
    prompt(70);
    repeat("x", 190);
    assert_cursor(&t, 3, 20);
    repeat("\x7f", 20); /* to the first column */
    assert_cursor(&t, 3, 0);
    repeat("\x7f", 1);
    assert_cursor(&t, 2, 79);
    assert_int_equal(cell_at(&t, 2, 79)->code, ' ');
    assert_int_equal(cell_at(&t, 2, 78)->code, 'x');
    type("y"); /* the row is full, and the cursor hangs behind it */
    assert_int_equal(cell_at(&t, 2, 79)->code, 'y');
    repeat("\x7f", 2);
    assert_cursor(&t, 2, 78);
    repeat("\x7f", 168);
    assert_cursor(&t, 0, 70);
    assert_only_prompt(70);
    assert_int_equal(line.length, 0);
}

/* As a person sees it who types the same without mistakes. */
static void test_backspace_over_rows_looks_as_never_typed(void **state)
{
    (void)state;
    static const char *const letters[] = {"x", "中", "é", "e\u0301", "\t", "😀"};
    static struct terminal_cell after[ROWS * COLUMNS];
    for (unsigned round = 0; round < 2000; round++) {
        begin(state);
        const unsigned before = random_below(2 * COLUMNS), kept = random_below(100);
        unsigned chosen[200];
        prompt(before);
        for (unsigned i = 0; i < 200; i++)
            chosen[i] = random_below(sizeof letters / sizeof letters[0]);
        for (unsigned i = 0; i < 200; i++)
            type(letters[chosen[i]]);
        repeat("\x7f", 200 - kept);
        type("!?");
        memcpy(after, t.cell, sizeof after);
        const struct terminal_cursor cursor = t.now;
        const size_t record = current.length;
        begin(state);
        prompt(before);
        for (unsigned i = 0; i < kept; i++)
            type(letters[chosen[i]]);
        type("!?");
        assert_memory_equal(after, t.cell, sizeof after);
        assert_cursor(&t, cursor.row, cursor.column);
        assert_int_equal(record, current.length);
    }
}

static void test_wide_characters_at_the_edge(void **state)
{
    (void)state;
    prompt(79);
    type("中"); /* does not fit: the last column stays free */
    assert_cursor(&t, 1, 2);
    type("\x7f");
    assert_cursor(&t, 0, 79);
    assert_only_prompt(79);
    type("x\x7f中\x7f"); /* one that just filled it, then the wide one again */
    assert_cursor(&t, 0, 79);
    assert_only_prompt(79);
    begin(state);
    prompt(78);
    type("中"); /* fits exactly */
    type("\x7f");
    assert_cursor(&t, 0, 78);
    assert_only_prompt(78);
}

static void test_kill_over_rows(void **state)
{
    (void)state;
    prompt(33);
    repeat("中x ", 150);
    type("\x15");
    assert_cursor(&t, 0, 33);
    assert_only_prompt(33);
    repeat("x", 40);
    type(" ");
    repeat("中", 60);
    type("\x17");
    assert_cursor(&t, 0, 74);
    assert_int_equal(line.length, 41);
    assert_int_equal(current.length, 74);
}

/* A terminal that is wider, at the serial line: nothing of it is in another row. */
static void test_a_wider_terminal(void **state)
{
    (void)state;
    line.columns = COLUMNS / 2;
    repeat("x", 70);
    repeat("\x7f", 70);
    assert_cursor(&t, 0, 0);
    assert_only_prompt(0);
}

static void test_end_of_file(void **state)
{
    (void)state;
    type("\x04");
    assert_line("");
    line_reset(&line);
    type("part\x04");
    assert_line("part");
    assert_string_equal(shown, "part");
}

static void test_sequences_are_swallowed(void **state)
{
    (void)state;
    type("a\033[Ab\033[1;5Cc\033OPd\033xe\033[3~f\x01\x02g\th\r");
    assert_line("abcdefg\th\n");
    assert_string_equal(shown, "abcdefg h\n");
    line_reset(&line);
    type("x\033[\r"); /* a return always ends the line */
    assert_line("x\n");
}

static void test_full(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * LINE_BYTES; i++)
        line_feed(&line, 'x', &echo);
    assert_int_equal(shown_bytes, LINE_BYTES - 1);
    type("\r");
    assert_true(line.finished);
    assert_int_equal(line.length, LINE_BYTES);
    assert_int_equal(line.text[LINE_BYTES - 1], '\n');
}

static void test_any_bytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        shown_bytes = 0;
        line_feed(&line, (uint8_t)random_below(256), &echo);
        assert_true(line.length <= LINE_BYTES);
        if (line.finished)
            line_reset(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_plain, begin),
        cmocka_unit_test_setup(test_backspace, begin),
        cmocka_unit_test_setup(test_backspace_takes_whole_characters, begin),
        cmocka_unit_test_setup(test_backspace_takes_the_columns_of_characters, begin),
        cmocka_unit_test_setup(test_kill, begin),
        cmocka_unit_test_setup(test_backspace_over_rows, begin),
        cmocka_unit_test_setup(test_backspace_over_rows_looks_as_never_typed, begin),
        cmocka_unit_test_setup(test_wide_characters_at_the_edge, begin),
        cmocka_unit_test_setup(test_kill_over_rows, begin),
        cmocka_unit_test_setup(test_a_wider_terminal, begin),
        cmocka_unit_test_setup(test_end_of_file, begin),
        cmocka_unit_test_setup(test_sequences_are_swallowed, begin),
        cmocka_unit_test_setup(test_full, begin),
        cmocka_unit_test_setup(test_any_bytes, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
