/* The terminal's state machine: what stands on the screen after which bytes. */
#include "screen.h"

static struct terminal t;

static int begin(void **state)
{
    (void)state;
    begin_terminal(&t);
    return 0;
}

static void assert_colours(unsigned row, unsigned column, unsigned foreground, unsigned background)
{
    assert_int_equal(cell_at(&t, row, column)->foreground, foreground);
    assert_int_equal(cell_at(&t, row, column)->background, background);
}

static void test_text_and_controls(void **state)
{
    (void)state;
    write_text(&t, "one\ntwo\rT\n\tx\b\by");
    assert_row(&t, 0, "one");
    assert_row(&t, 1, "Two");
    assert_row(&t, 2, "       yx");
    assert_cursor(&t, 2, 8);
    write_text(&t, "\r\b\b");
    assert_cursor(&t, 2, 0);
}

static void test_wrap(void **state)
{
    (void)state;
    for (int i = 0; i < 80; i++)
        write_text(&t, "x");
    assert_cursor(&t, 0, 79); /* the wrap waits for the next character */
    write_text(&t, "y");
    assert_cursor(&t, 1, 1);
    assert_row(&t, 1, "y");
}

static void test_half_a_character_deleted(void **state)
{
    (void)state;
    write_text(&t, "ab漢c\r\033[3P"); /* what is left of it is a blank */
    assert_row(&t, 0, " c");
    assert_int_equal(cell_at(&t, 0, 0)->part, PART_WHOLE);
}

/* Private mode 45: a backspace goes over a row's end, and stops at the screen's beginning. */
static void test_reverse_wrap(void **state)
{
    (void)state;
    for (int i = 0; i < 80; i++)
        write_text(&t, "x");
    write_text(&t, "\n\b");
    assert_cursor(&t, 1, 0);
    write_text(&t, "\033[?45h\b");
    assert_cursor(&t, 0, 79);
    write_text(&t, "y"); /* hangs behind the last column, and comes back to it */
    write_text(&t, "\b");
    assert_cursor(&t, 0, 79);
    assert_int_equal(cell_at(&t, 0, 79)->code, 'y');
    write_text(&t, "z\bw");
    assert_int_equal(cell_at(&t, 0, 79)->code, 'w');
    write_text(&t, "\r\b\b");
    assert_cursor(&t, 0, 0);
    write_text(&t, "\033[2;1H\033[?45l\b");
    assert_cursor(&t, 1, 0);
    write_text(&t, "\033[?45h\033[?7l\b"); /* there is nothing to undo where nothing wraps */
    assert_cursor(&t, 1, 0);
    write_text(&t, "\033[?7h\033[!p\033[2;1H\b");
    assert_cursor(&t, 1, 0);
}

static void test_full_row_then_newline(void **state)
{
    (void)state;
    for (int i = 0; i < 80; i++)
        write_text(&t, "x");
    write_text(&t, "\nz");
    assert_row(&t, 1, "z");
}

static void test_scroll(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        char line[16];
        snprintf(line, sizeof line, "line %d\n", i);
        write_text(&t, line);
    }
    assert_row(&t, 0, "line 6");
    assert_row(&t, 23, "line 29");
    assert_row(&t, 24, "");
    assert_cursor(&t, 24, 0);
    write_text(&t, "\033[H\033M"); /* and backwards */
    assert_row(&t, 0, "");
    assert_row(&t, 1, "line 6");
}

static void test_cursor_movement(void **state)
{
    (void)state;
    write_text(&t, "\033[5;10H");
    assert_cursor(&t, 4, 9);
    write_text(&t, "\033[2A\033[3C\033[B\033[D");
    assert_cursor(&t, 3, 11);
    write_text(&t, "\033[999A\033[999D");
    assert_cursor(&t, 0, 0);
    write_text(&t, "\033[999;999H");
    assert_cursor(&t, 24, 79);
    write_text(&t, "\033[3G\033[2d");
    assert_cursor(&t, 1, 2);
    write_text(&t, "\033[2E");
    assert_cursor(&t, 3, 0);
    write_text(&t, "\033[4;4f\0337\033[H\0338");
    assert_cursor(&t, 3, 3);
    write_text(&t, "\033[s\033[H\033[u");
    assert_cursor(&t, 3, 3);
    write_text(&t, "\033[0;0H");
    assert_cursor(&t, 0, 0);
}

static void test_erase(void **state)
{
    (void)state;
    write_text(&t, "aaaaa\nbbbbb\nccccc\033[2;3H\033[K");
    assert_row(&t, 1, "bb");
    write_text(&t, "\033[3;3H\033[1K");
    assert_row(&t, 2, "   cc");
    write_text(&t, "\033[2;1H\033[J");
    assert_row(&t, 0, "aaaaa");
    assert_row(&t, 1, "");
    assert_row(&t, 2, "");
    write_text(&t, "\033[1;2H\033[1J");
    assert_row(&t, 0, "  aaa");
    write_text(&t, "\033[2J");
    assert_row(&t, 0, "");
    assert_cursor(&t, 0, 1);
}

static void test_colours(void **state)
{
    (void)state;
    write_text(&t,
               "a\033[31mb\033[1mc\033[44md\033[7me\033[0mf\033[92mg\033[38;5;3;4mh\033[39;49mi");
    assert_colours(0, 0, 7, 0);
    assert_colours(0, 1, 1, 0);
    assert_colours(0, 2, 9, 0); /* bold is bright */
    assert_colours(0, 3, 9, 4);
    assert_colours(0, 4, 4, 9);
    assert_colours(0, 5, 7, 0);
    assert_colours(0, 6, 10, 0);
    assert_colours(0, 7, 3, 0);
    assert_true(cell_at(&t, 0, 7)->underline);
    assert_colours(0, 8, 7, 0);
    assert_row(&t, 0, "abcdefghi");
}

static void test_large_palettes(void **state)
{
    (void)state;
    write_text(&t, "\033[38;5;196ma\033[48;5;300mb\033[48;2;255;128;8;4mc\033[0m"
                   "\033[38:2::255:0:0md\033[38:2:0:0:255me\033[38:5:20mf\033[4:3mg\033[4:0mh"
                   "\033[8mi\033[28mj");
    assert_colours(0, 0, 196, 0);
    assert_colours(0, 1, 196, 0); /* there is no colour 300 */
    assert_colours(0, 2, 196, TERMINAL_RGB | 31 << 10 | 16 << 5 | 1);
    assert_true(cell_at(&t, 0, 2)->underline);
    assert_colours(0, 3, TERMINAL_RGB | 31 << 10, 0);
    assert_colours(0, 4, TERMINAL_RGB | 31, 0);
    assert_colours(0, 5, 20, 0);
    assert_true(cell_at(&t, 0, 6)->underline);
    assert_false(cell_at(&t, 0, 7)->underline);
    assert_colours(0, 8, 0, 0); /* concealed */
    assert_colours(0, 9, 20, 0);
    assert_int_equal(terminal_rgb(1), 0xaa0000);
    assert_int_equal(terminal_rgb(196), 0xff0000);
    assert_int_equal(terminal_rgb(244), 0x808080);
    assert_int_equal(terminal_rgb(TERMINAL_RGB | 31 << 5), 0x00ff00);
    assert_int_equal(terminal_ansi(196), 1);
    assert_int_equal(terminal_ansi(231), 15);
    assert_int_equal(terminal_ansi(TERMINAL_RGB), 0);
}

static void test_unicode(void **state)
{
    (void)state;
    write_text(&t, "é─█ñßµ£→Ã…\xff!");
    assert_row(&t, 0, "é─█ñßµ£→Ã…\ufffd!");
    write_text(&t, "\n\xe2\x82x\xe2\033[31my"); /* characters that are cut off */
    assert_row(&t, 1, "\ufffdx\ufffdy");
}

static void test_wide_characters(void **state)
{
    (void)state;
    write_text(&t, "a漢字b");
    assert_row(&t, 0, "a漢字b");
    assert_cursor(&t, 0, 6);
    assert_int_equal(cell_at(&t, 0, 1)->part, PART_LEFT);
    assert_int_equal(cell_at(&t, 0, 2)->part, PART_RIGHT);
    write_text(&t, "\033[3Gx"); /* over a right half */
    assert_row(&t, 0, "a x字b");
    write_text(&t, "\033[4Gy"); /* over a left half */
    assert_row(&t, 0, "a xy b");
    write_text(&t, "\r\033[K漢字\033[3G\033[1D\033[K"); /* erasing begins within one */
    assert_row(&t, 0, "");
    write_text(&t, "\r漢字\033[2G\033[P"); /* deleting half of one */
    assert_row(&t, 0, " 字");
    write_text(&t, "\r\033[K漢字\033[2G\033[@");
    assert_row(&t, 0, "   字");
    write_text(&t, "\033[2;80H漢"); /* no room for both halves */
    assert_cursor(&t, 2, 2);
    assert_row(&t, 1, "");
    assert_row(&t, 2, "漢");
    write_text(&t, "\033[?7l\033[4;80H漢");
    assert_int_equal(cell_at(&t, 3, 78)->part, PART_LEFT);
    assert_cursor(&t, 3, 79);
    write_text(&t, "\033[?7h\033[5;79H漢\033[5;1H\033[@"); /* pushed out by half */
    assert_row(&t, 4, "");
}

static void test_combining(void **state)
{
    (void)state;
    write_text(&t, "e\u0301a\u0308x\u0302\u200b!\n\u0301漢\u0301");
    assert_row(&t, 0, "éäx\u0302!");
    assert_cursor(&t, 1, 2);
    assert_row(&t, 1, "漢\u0301"); /* none at the start of a row */
    write_text(&t, "\033[3;80He\u0301f");
    assert_int_equal(cell_at(&t, 2, 79)->code, 0xe9); /* the wrap still waits */
    assert_row(&t, 3, "f");
}

static void test_scroll_region(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        char line[32];
        snprintf(line, sizeof line, "\033[%d;1H%d", i + 1, i);
        write_text(&t, line);
    }
    write_text(&t, "\033[3;6r");
    assert_cursor(&t, 0, 0);
    write_text(&t, "\033[6;1H\nx");
    assert_row(&t, 1, "1");
    assert_row(&t, 2, "3");
    assert_row(&t, 5, "x");
    assert_row(&t, 6, "6");
    write_text(&t, "\033[3;1H\033M");
    assert_row(&t, 2, "");
    assert_row(&t, 3, "3");
    assert_row(&t, 5, "5");
    write_text(&t, "\033[2S");
    assert_row(&t, 2, "4");
    assert_row(&t, 4, "");
    write_text(&t, "\033[T");
    assert_row(&t, 2, "");
    assert_row(&t, 3, "4");
    assert_row(&t, 6, "6");
    write_text(&t, "\033[4;3H\033[L");
    assert_cursor(&t, 3, 0);
    assert_row(&t, 3, "");
    assert_row(&t, 4, "4");
    write_text(&t, "\033[2M");
    assert_row(&t, 3, "5");
    assert_row(&t, 6, "6");
    write_text(&t, "\033[8;1H\033[L"); /* outside: nothing */
    assert_row(&t, 7, "7");
    write_text(&t, "\033[99B"); /* below the margin the screen's end stops it */
    assert_cursor(&t, 24, 0);
    write_text(&t, "\033[4;1H\033[99B");
    assert_cursor(&t, 5, 0);
    write_text(&t, "\033[5;2r\033[r"); /* nonsense is ignored; none: the whole screen */
    assert_int_equal(t.top, 0);
    assert_int_equal(t.bottom, 25);
}

static void test_origin(void **state)
{
    (void)state;
    write_text(&t, "\033[5;10r\033[?6h");
    assert_cursor(&t, 4, 0);
    write_text(&t, "\033[2;3Hx\033[99;1H");
    assert_row(&t, 5, "  x");
    assert_cursor(&t, 9, 0);
    write_text(&t, "\033[6n");
    char answer[TERMINAL_ANSWER_BYTES + 1] = "";
    answer[terminal_answer(&t, answer)] = '\0';
    assert_string_equal(answer, "\033[6;1R");
    write_text(&t, "\033[?6l\033[2;3H");
    assert_cursor(&t, 1, 2);
}

static void test_insert_and_delete(void **state)
{
    (void)state;
    write_text(&t, "abcdef\033[3G\033[2@");
    assert_row(&t, 0, "ab  cdef");
    write_text(&t, "\033[3P");
    assert_row(&t, 0, "abdef");
    write_text(&t, "\033[2X");
    assert_row(&t, 0, "ab  f");
    write_text(&t, "\033[4hxy\033[4l");
    assert_row(&t, 0, "abxy  f");
    write_text(&t, "z\033[3b");
    assert_row(&t, 0, "abxyzzzz"); /* repeated, three times more */
    write_text(&t, "\033[999P\033[999@\033[999X\033[1G\033[999P");
    assert_row(&t, 0, "");
}

static void test_tabs(void **state)
{
    (void)state;
    write_text(&t, "\tx\033[2I");
    assert_cursor(&t, 0, 24);
    write_text(&t, "\033[2Z");
    assert_cursor(&t, 0, 8);
    write_text(&t, "\033[3g\033[5G\033H\r\t");
    assert_cursor(&t, 0, 4);
    write_text(&t, "\t");
    assert_cursor(&t, 0, 79);
    write_text(&t, "\033[5G\033[g\r\t");
    assert_cursor(&t, 0, 79);
    write_text(&t, "\033c\t");
    assert_cursor(&t, 0, 8);
}

static void test_line_drawing(void **state)
{
    (void)state;
    write_text(&t, "\033(0lqk\033(Blqk\016x\033)0x\017x");
    assert_row(&t, 0, "┌─┐lqkx│x");
    write_text(&t, "\r\033[K\033(0\0337\033(Bq\0338q"); /* saved with the cursor */
    assert_row(&t, 0, "─");
}

static void test_alternate_screen(void **state)
{
    (void)state;
    write_text(&t, "shell\033[31m\033[?1049h");
    assert_row(&t, 0, "");
    write_text(&t, "\033[5;5H\033[0mprogram\033[?1049l!");
    assert_row(&t, 0, "shell!");
    assert_colours(0, 5, 1, 0);
    assert_row(&t, 4, "");
    write_text(&t, "\033[?1049hx\033[?1049h\033[?1049l\033[?1049l");
    assert_row(&t, 0, "shell!");
    write_text(&t, "\033[?47hy\033[?47l\033[?1048h\033[H\033[?1048l");
    assert_row(&t, 0, "shell!");
    assert_cursor(&t, 0, 7);
    write_text(&t, "\033[?1049h\033c"); /* a reset comes back */
    assert_ptr_equal(t.cell, t.primary);
}

static unsigned gone;
static char gone_text[64];

static void note_gone(void *context, const struct terminal_cell *row, unsigned columns)
{
    assert_ptr_equal(context, &gone);
    assert_int_equal(columns, 80);
    gone_text[gone++ % sizeof gone_text] = (char)row[0].code;
}

static void test_rows_that_leave(void **state)
{
    (void)state;
    gone = 0;
    t.scrolled = note_gone;
    t.context = &gone;
    for (char c = 'a'; c < 'a' + 26; c++) {
        const char line[] = {c, '\n', '\0'};
        write_text(&t, line);
    }
    assert_int_equal(gone, 2);
    assert_memory_equal(gone_text, "ab", 2);
    write_text(&t, "\033[?1049h\033[99S\033[?1049l"); /* not of the alternate screen */
    write_text(&t, "\033[5;9r\033[9;1H\n\n");         /* not from within */
    write_text(&t, "\033[r\033[H\033[M");             /* not what was deleted */
    assert_int_equal(gone, 2);
    write_text(&t, "\033[1;4r\033[2S");
    assert_int_equal(gone, 4);
}

static void test_modes(void **state)
{
    (void)state;
    write_text(&t, "\033[?7l");
    for (int i = 0; i < 85; i++)
        write_text(&t, i < 84 ? "x" : "y");
    assert_cursor(&t, 0, 79);
    assert_int_equal(cell_at(&t, 0, 79)->code, 'y');
    write_text(&t, "\033[?7h\r\033[20l\033[3Ca\nb"); /* only down */
    assert_row(&t, 1, "    b");
    write_text(&t, "\033[20h\nc");
    assert_row(&t, 2, "c");
    write_text(&t, "\033[?1h");
    assert_true(t.cursor_keys);
    write_text(&t, "\033[?5h");
    assert_true(t.reversed);
    assert_int_equal(t.dirty_end, 25);
    write_text(&t, "\033[4h\033[?6;25l\033[2;3r\033[!p");
    assert_false(t.insert || t.cursor_keys || t.cursor_hidden);
    assert_int_equal(t.bottom, 25);
    write_text(&t, "\033#8");
    assert_int_equal(cell_at(&t, 24, 79)->code, 'E');
    assert_cursor(&t, 0, 0);
}

static void test_sequences_that_are_not_known(void **state)
{
    (void)state;
    write_text(&t, "a\033[?2004hb\033[>0qc\033]0;title\007d\033]0;x\033\\e\033(Bf\033Pq\033\\g");
    write_text(&t, "\033[1;2;3;4;5;6;7;8;9;10;11;12qh\033[99999999999Ci");
    write_text(&t, "\033[3\x18j");
    write_text(&t, "\033\033[mk");
    assert_memory_equal(row_text(&t, 0), "abcdefgh", 8);
    assert_row(&t, 1, "jk");
    write_text(&t, "\r\033[K");
    assert_row(&t, 1, "");
    write_text(&t, "ok\033[?25l");
    assert_true(t.cursor_hidden);
    write_text(&t, "\033[?25h\033c");
    assert_false(t.cursor_hidden);
    assert_cursor(&t, 0, 0);
}

static void test_settled(void **state)
{
    (void)state;
    assert_true(terminal_settled(&t));
    write_text(&t, "\033[3");
    assert_false(terminal_settled(&t));
    write_text(&t, "1m\xe2\x82");
    assert_false(terminal_settled(&t));
    write_text(&t, "\xac");
    assert_true(terminal_settled(&t));
}

static void assert_answer(const char *asked, const char *expected)
{
    char answer[TERMINAL_ANSWER_BYTES + 1] = "";
    write_text(&t, asked);
    answer[terminal_answer(&t, answer)] = '\0';
    assert_string_equal(answer, expected);
    assert_int_equal(terminal_answer(&t, answer), 0);
}

static void test_answers(void **state)
{
    (void)state;
    assert_answer("x", "");
    assert_answer("\033[5n", "\033[0n");
    assert_answer("\033[6n", "\033[1;2R");
    assert_answer("\033[?6n", "\033[?1;2R");
    assert_answer("\033[c", "\033[?62;22c");
    assert_answer("\033[0c", "\033[?62;22c");
    assert_answer("\033Z", "\033[?62;22c");
    assert_answer("\033[>c", "\033[>1;10;0c");
    assert_answer("\033[7n\033[1c\033[=c", "");
    assert_answer("\033[6n\033[6n\033[6n\033[6n\033[6n\033[6n\033[6n",
                  "\033[1;2R\033[1;2R\033[1;2R\033[1;2R"); /* as many as have room */
}

static void test_adopt(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS * COLUMNS; i++)
        t.primary[i].code = i < 80 ? 'k' : ' ';
    terminal_adopt(&t, 80);
    write_text(&t, "tty");
    assert_int_equal(row_text(&t, 0)[79], 'k');
    assert_row(&t, 1, "tty");
    terminal_adopt(&t, 60000);
    assert_cursor(&t, 24, 0);
}

static void check_halves(void)
{
    for (unsigned row = 0; row < ROWS; row++)
        for (unsigned i = 0; i < COLUMNS; i++) {
            const struct terminal_cell *cell = cell_at(&t, row, i);
            assert_true(cell->code >= ' ');
            assert_true(cell->part != PART_LEFT || (i + 1 < COLUMNS && cell[1].part == PART_RIGHT));
            assert_true(cell->part != PART_RIGHT || (i > 0 && cell[-1].part == PART_LEFT));
        }
}

/* Whatever comes, the cursor stays on the screen, no character is halved, and only rows named dirty
   change. */
static void test_any_bytes(void **state)
{
    (void)state;
    static const char *const likely[] = {
        "\033[", ";",           "0",           "1",     "2",      "3",      "9",       "A",
        "B",     "C",           "D",           "H",     "J",      "K",      "m",       "s",
        "u",     "\n",          "\r",          "\b",    "\t",     "x",      "\x18",    "@",
        "P",     "L",           "M",           "S",     "T",      "X",      "r",       "?",
        "6h",    "7l",          "7h",          "\033M", "漢",     "漢字",   "e\u0301", "4h",
        "4l",    "\033[?1049h", "\033[?1049l", "b",     "\033(0", "\033(B", "80G",
    };
    static struct terminal_cell before[ROWS * COLUMNS];
    for (unsigned i = 0; i < 200000; i++) {
        char c[2] = {(char)random_below(256), '\0'};
        memcpy(before, t.cell, sizeof before);
        t.dirty_first = t.dirty_end = 0;
        if (random_below(8))
            write_text(&t, likely[random_below(sizeof likely / sizeof *likely)]);
        else
            terminal_write(&t, c, 1);
        assert_true(t.now.row < ROWS && t.now.column < COLUMNS);
        assert_true(t.dirty_end <= ROWS && t.top < t.bottom && t.bottom <= ROWS);
        for (unsigned row = 0; row < ROWS; row++)
            if (row < t.dirty_first || row >= t.dirty_end)
                assert_memory_equal(t.cell + row * COLUMNS, before + row * COLUMNS,
                                    COLUMNS * sizeof *before);
        if (i % 16 == 0)
            check_halves();
    }
}

/* A screen too narrow for a wide character. */
static void test_narrow(void **state)
{
    (void)state;
    struct terminal_cell cells[3];
    struct terminal narrow;
    terminal_init(&narrow, 1, 3, cells, NULL);
    write_text(&narrow, "a漢b\033[?1049h\033[2;1H\033[9@\033[9P\033[9L\033[9M");
    assert_int_equal(narrow.now.column, 0);
    assert_int_equal(cells[0].code, 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_text_and_controls, begin),
        cmocka_unit_test_setup(test_wrap, begin),
        cmocka_unit_test_setup(test_half_a_character_deleted, begin),
        cmocka_unit_test_setup(test_reverse_wrap, begin),
        cmocka_unit_test_setup(test_full_row_then_newline, begin),
        cmocka_unit_test_setup(test_scroll, begin),
        cmocka_unit_test_setup(test_cursor_movement, begin),
        cmocka_unit_test_setup(test_erase, begin),
        cmocka_unit_test_setup(test_colours, begin),
        cmocka_unit_test_setup(test_large_palettes, begin),
        cmocka_unit_test_setup(test_unicode, begin),
        cmocka_unit_test_setup(test_wide_characters, begin),
        cmocka_unit_test_setup(test_combining, begin),
        cmocka_unit_test_setup(test_scroll_region, begin),
        cmocka_unit_test_setup(test_origin, begin),
        cmocka_unit_test_setup(test_insert_and_delete, begin),
        cmocka_unit_test_setup(test_tabs, begin),
        cmocka_unit_test_setup(test_line_drawing, begin),
        cmocka_unit_test_setup(test_alternate_screen, begin),
        cmocka_unit_test_setup(test_rows_that_leave, begin),
        cmocka_unit_test_setup(test_modes, begin),
        cmocka_unit_test_setup(test_sequences_that_are_not_known, begin),
        cmocka_unit_test_setup(test_settled, begin),
        cmocka_unit_test_setup(test_answers, begin),
        cmocka_unit_test_setup(test_adopt, begin),
        cmocka_unit_test_setup(test_any_bytes, begin),
        cmocka_unit_test_setup(test_narrow, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
