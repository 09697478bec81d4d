/*
 * The shell's line editor on a terminal: after every key the screen shows the prompt and the line,
 * and the cursor stands where the editor thinks it does. Also when the tty writes the current line
 * again, as it does after a message of the kernel.
 */
#include "screen.h"

#include <parley/unicode.h>
#include <shell/editor.h>
#include <tty/current.h>

#define PROMPT "parley> "

static struct terminal terminal;
static struct current current;
static struct editor editor;
static char output_text[65536];
static size_t output_bytes;

static void output(const char *text, size_t bytes)
{
    terminal_write(&terminal, text, bytes);
    current_feed(&current, text, bytes);
    assert_true(output_bytes + bytes < sizeof output_text);
    memcpy(output_text + output_bytes, text, bytes);
    output_bytes += bytes;
    output_text[output_bytes] = '\0';
}

static int begin(void **state)
{
    (void)state;
    begin_terminal(&terminal);
    memset(&current, 0, sizeof current);
    memset(&editor, 0, sizeof editor);
    output("above\n", 6);
    output_bytes = 0;
    editor_begin(&editor, PROMPT, COLUMNS, output);
    return 0;
}

static enum editor_event type(const char *keys)
{
    enum editor_event event = EDITOR_MORE;
    for (; *keys; keys++)
        event = editor_key(&editor, (uint8_t)*keys);
    return event;
}

/* The cell behind that text: what a terminal makes of it. A character of two cells that follows may
   have to go to the next row. */
static size_t cell_behind(struct terminal *t, size_t bytes)
{
    char text[EDITOR_BYTES + sizeof PROMPT];
    const int length = snprintf(text, sizeof text, PROMPT "%.*s", (int)bytes, editor.text);
    begin_terminal(t);
    terminal_write(t, text, (size_t)length);
    return t->now.row * COLUMNS + t->now.column + t->now.wrap_due;
}

static size_t cursor_cell(void)
{
    static struct terminal t;
    const size_t cell = cell_behind(&t, editor.cursor);
    const bool alone = cell % COLUMNS == COLUMNS - 1;
    if (editor.cursor == editor.length || !alone)
        return cell;
    const size_t end = unicode_text_after(editor.text, editor.length, editor.cursor);
    return cell_behind(&t, end) == cell + 3 ? cell + 1 : cell;
}

/* Prompt and line, as a terminal shows them; where `first` is the prompt's row. */
static void assert_shown_on(const struct terminal *t, int first)
{
    static struct terminal picture;
    (void)cell_behind(&picture, editor.length);
    for (int row = 0; first + row < ROWS; row++) {
        char text[8 * COLUMNS + 1];
        strcpy(text, row_text(&picture, (unsigned)row));
        if (first + row >= 0)
            assert_row(t, (unsigned)(first + row), text);
    }
    const size_t cursor = cursor_cell();
    assert_cursor(t, (unsigned)(first + (int)(cursor / COLUMNS)), cursor % COLUMNS);
}

static void assert_shown(void)
{
    const int first = terminal.now.row - (int)(cursor_cell() / COLUMNS);
    assert_shown_on(&terminal, first);
    if (first > 0) /* nothing of the line is left behind */
        assert_row(&terminal, (unsigned)first - 1, "above");
}

static void assert_line(const char *text)
{
    assert_string_equal(editor.text, text);
    assert_shown();
}

static void test_typing(void **state)
{
    (void)state;
    type("ps aux");
    assert_line("ps aux");
    assert_string_equal(output_text, PROMPT "ps aux"); /* no escape sequences in a transcript */
    assert_int_equal(type("\r"), EDITOR_LINE);
    assert_int_equal(type("\n"), EDITOR_MORE); /* of \r\n */
    assert_string_equal(output_text, PROMPT "ps aux\n");
    editor_begin(&editor, PROMPT, 80, output);
    assert_int_equal(type("x\n"), EDITOR_LINE);
    assert_string_equal(editor.text, "x");
}

static void test_middle(void **state)
{
    (void)state;
    type("held\033[D\033[Dl"); /* arrows */
    assert_line("helld");
    type("\x01>\x05<"); /* ^A ^E */
    assert_line(">helld<");
    type("\x02\x02\x7f\033[3~"); /* ^B, backspace, Delete */
    assert_line(">hel<");
    type("\x06\x06\x06\x06");                  /* ^F beyond the end */
    type("\033[H\x04\033[F!\033[1~?\033[4~."); /* Home ^D End */
    assert_line("?hel<!.");
}

static void test_killing(void **state)
{
    (void)state;
    type("one two three\x17"); /* ^W */
    assert_line("one two ");
    type("\x01\033[C\033[C\033[C\x0b"); /* ^K */
    assert_line("one");
    type("\033[Dxyz\x15"); /* ^U */
    assert_line("e");
    type("\x15\x0b\x01\x0b");
    assert_line("");
    type("ab cd ef\033b\033b\033d"); /* Alt-b, Alt-d */
    assert_line("ab  ef");
    type("\033[1;5D_\033[1;5C_");
    assert_line("_ab_  ef");
}

static void test_characters_of_several_bytes(void **state)
{
    (void)state;
    type("aé€z\033[D\x7f");
    assert_line("aéz");
    type("\033[D\033[3~ß");
    assert_line("aßz");
    type("\xff\xc3q\x80"); /* no UTF-8: dropped */
    assert_line("aßqz");
    type(
        "\xf4\x97\x97\x97\xed\xa0\x80\xe0\x80\x80"); /* beyond the last, half of a pair, too long */
    assert_line("aßqz");
}

static void test_wide_characters(void **state)
{
    (void)state;
    type("a中文z");
    assert_line("a中文z");
    type("\033[D\033[D");
    assert_shown();
    assert_cursor(&terminal, 1, strlen(PROMPT) + 3);
    type("\x7f");
    assert_line("a文z");
    type("\033[3~");
    assert_line("az");
    type("\x05한\x7f");
    assert_line("az");
}

/* Marks stand on a character, and come and go with it. */
static void test_marks(void **state)
{
    (void)state;
    type("xe\u0301\u0327y");
    assert_line("xe\u0301\u0327y");
    assert_cursor(&terminal, 1, strlen(PROMPT) + 3);
    type("\033[D\033[D");
    assert_cursor(&terminal, 1, strlen(PROMPT) + 1);
    type("\033[3~");
    assert_line("xy");
    type("\x05o\u0308\x7f");
    assert_line("xy");
    for (int i = 0; i < 70; i++) /* to the last column: a mark behind it stands there, too */
        type("-");
    type("\u0308");
    assert_shown();
    type("z\033[D\x7f");
    assert_shown();
}

/* A character of two columns goes to the next row when one is left, and back. */
static void test_wide_characters_wrap(void **state)
{
    (void)state;
    for (int i = 0; i < 71; i++)
        type("x");
    type("中文");
    assert_shown();
    assert_cursor(&terminal, 2, 4);
    type("\033[D\033[D"); /* on the one that has gone to the next row */
    assert_shown();
    assert_cursor(&terminal, 2, 0);
    type("\033[D\x7f"); /* now it fits */
    assert_shown();
    type("\x05\x7f\x7f\x7f");
    assert_shown();
    for (int i = 0; i < 90; i++) {
        type(i % 3 ? "字" : "-");
        assert_shown();
    }
    for (int i = 0; i < 60; i++) {
        type("\033[D\033[D\x7f");
        assert_shown();
    }
}

static void test_wraps(void **state)
{
    (void)state;
    for (int i = 0; i < 72; i++)
        type("x");
    assert_shown(); /* the row is full to the last column */
    assert_cursor(&terminal, 2, 0);
    type("yz");
    assert_shown();
    type("\x7f\x7f\x7f");
    assert_shown();
    type("abcdef\x01<");
    assert_shown();
    type("\x05\033[D\033[D\033[D\033[D\033[D\033[D\033[D");
    assert_shown();
    type("\x0b");
    assert_shown();
    assert_int_equal(type("\r"), EDITOR_LINE);
}

static void test_wraps_at_the_bottom(void **state)
{
    (void)state;
    for (int i = 0; i < 24; i++)
        output("above\n", 6);
    editor_begin(&editor, PROMPT, 80, output);
    for (int i = 0; i < 400; i++)
        type("0123456789");
    assert_int_equal(editor.length, EDITOR_BYTES - 1);
    assert_shown();
    type("\x01>");
    assert_shown();
    type("\x0b");
    assert_line("");
}

static void test_record_stays_short(void **state)
{
    (void)state;
    type("some words");
    for (int i = 0; i < 3000; i++) {
        output_bytes = 0;
        type("\033[D\033[D\033[C");
        assert_false(current.lost);
    }
    for (int i = 0; i < 6000; i++) {
        output_bytes = 0;
        type("x");
    }
    assert_false(current.lost);
    assert_shown();
}

static void test_events(void **state)
{
    (void)state;
    assert_int_equal(type("\x04"), EDITOR_END);
    type("abc");
    assert_int_equal(type("\x01\x04"), EDITOR_MORE);
    assert_int_equal(type("\x03"), EDITOR_INTERRUPT);
    assert_non_null(strstr(output_text, "^C\n"));
    assert_int_equal(type("\033[A"), EDITOR_OLDER);
    assert_int_equal(type("\033OA"), EDITOR_OLDER);
    assert_int_equal(type("\x10"), EDITOR_OLDER);
    assert_int_equal(type("\033[B"), EDITOR_NEWER);
    assert_int_equal(type("\t"), EDITOR_COMPLETE);
    assert_int_equal(type("\x0c"), EDITOR_CLEAR);
    assert_int_equal(type("\033[\r"), EDITOR_LINE); /* a return always ends the line */
}

static void test_replace(void **state)
{
    (void)state;
    type("something\033[D\033[D");
    editor_replace(&editor, "from the history");
    assert_line("from the history");
    editor_replace(&editor, "");
    assert_line("");
}

/* Random keys: the picture is always right, on the terminal and on a fresh one that gets only what
   the tty has kept of the line. */
static void test_any_keys(void **state)
{
    (void)state;
    static const char *const key[] = {
        "a",      "b",         " ",
        "é",      "€",         "long text with words ",
        "\033[D", "\033[C",    "\033[H",
        "\033[F", "\x01",      "\x05",
        "\x7f",   "\033[3~",   "\x17",
        "\033b",  "\033f",     "\x0b",
        "\x15",   "\033[1;5D", "0123456789012345678901234567890123456789",
        "\033d",  "\033[",     "3",
        "\033",   "\xc3",      "\x06",
    };
    for (unsigned i = 0; i < 15000; i++) {
        output_bytes = 0;
        const unsigned choice = random_below(sizeof key / sizeof key[0]);
        if (choice == 17 || choice == 18 ? random_below(20) == 0 : true)
            type(key[choice]);
        assert_shown();
        if (random_below(16) == 0) {
            static struct terminal other;
            begin_terminal(&other);
            assert_false(current.lost);
            terminal_write(&other, current.text, current.length);
            assert_shown_on(&other, 0);
        }
        if (random_below(500) == 0) {
            type("\x03");
            output("above\n", 6);
            editor_begin(&editor, PROMPT, 80, output);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_typing, begin),
        cmocka_unit_test_setup(test_middle, begin),
        cmocka_unit_test_setup(test_killing, begin),
        cmocka_unit_test_setup(test_characters_of_several_bytes, begin),
        cmocka_unit_test_setup(test_wide_characters, begin),
        cmocka_unit_test_setup(test_marks, begin),
        cmocka_unit_test_setup(test_wide_characters_wrap, begin),
        cmocka_unit_test_setup(test_wraps, begin),
        cmocka_unit_test_setup(test_wraps_at_the_bottom, begin),
        cmocka_unit_test_setup(test_record_stays_short, begin),
        cmocka_unit_test_setup(test_events, begin),
        cmocka_unit_test_setup(test_replace, begin),
        cmocka_unit_test_setup(test_any_keys, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
