/* The rows that have left the screen: which are kept, and how they look. */
#include "screen.h"

#include <tty/scrollback.h>

static struct scrollback s;
static struct terminal_cell ring[400], row[COLUMNS];
static struct terminal t;

static void leave(void *context, const struct terminal_cell *cells, unsigned columns)
{
    scrollback_add(context, cells, columns);
}

static const char *kept(uint32_t back)
{
    static char text[COLUMNS + 1];
    unsigned length = 0;
    scrollback_read(&s, back, row, COLUMNS);
    for (unsigned i = 0; i < COLUMNS; i++) {
        text[i] = (char)row[i].code;
        if (text[i] != ' ')
            length = i + 1;
    }
    text[length] = '\0';
    return text;
}

static int begin(void **state)
{
    (void)state;
    scrollback_init(&s, ring, 400);
    begin_terminal(&t);
    t.scrolled = leave;
    t.context = &s;
    return 0;
}

static void write_lines(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char line[32];
        snprintf(line, sizeof line, "line %03u\n", i);
        write_text(&t, line);
    }
}

static void test_rows(void **state)
{
    (void)state;
    write_lines(0, 24);
    assert_int_equal(s.count, 0);
    write_lines(24, 30);
    assert_int_equal(s.count, 6);
    assert_string_equal(kept(1), "line 005");
    assert_string_equal(kept(6), "line 000");
}

static void test_the_oldest_go(void **state)
{
    (void)state;
    write_lines(0, 1000);
    assert_int_equal(s.count, 400 / 8);
    for (unsigned back = 1; back <= s.count; back++) {
        char expected[32];
        snprintf(expected, sizeof expected, "line %03u", 976 - back);
        assert_string_equal(kept(back), expected);
    }
    scrollback_init(&s, ring, 400);
    memset(row, 0, sizeof row);
    write_text(&t, "\033[2J\033[H");
    for (unsigned i = 0; i < 3000; i++)
        write_text(&t, "\n"); /* empty ones take no cells */
    assert_int_equal(s.count, SCROLLBACK_ROWS_MOST);
    assert_string_equal(kept(1), "");
}

static void test_colours(void **state)
{
    (void)state;
    write_text(&t, "\033[44ma \033[0m\033[25;1H\n");
    scrollback_read(&s, 1, row, COLUMNS);
    assert_int_equal(row[1].background, 4); /* a coloured blank is no blank */
    assert_int_equal(row[2].background, 0);
}

static void test_no_room(void **state)
{
    (void)state;
    scrollback_init(&s, NULL, 0);
    write_lines(0, 40);
    assert_int_equal(s.count, 0);
}

/* Any rows: what is kept is the last ones, as they were. */
static void test_any_rows(void **state)
{
    (void)state;
    static struct terminal_cell all[500][COLUMNS];
    scrollback_init(&s, ring, 400);
    for (unsigned i = 0; i < 500; i++) {
        const unsigned length = random_below(COLUMNS + 1);
        for (unsigned c = 0; c < COLUMNS; c++)
            all[i][c] = (struct terminal_cell){.code = c < length ? 'a' + random_below(26) : ' ',
                                               .foreground = 7};
        scrollback_add(&s, all[i], COLUMNS);
        assert_true(s.count >= (i < 5 ? i + 1 : 5) && s.used <= 400);
        for (unsigned back = 1; back <= s.count; back++) {
            scrollback_read(&s, back, row, COLUMNS);
            assert_memory_equal(row, all[i + 1 - back], sizeof row);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rows, begin),
        cmocka_unit_test_setup(test_the_oldest_go, begin),
        cmocka_unit_test_setup(test_colours, begin),
        cmocka_unit_test_setup(test_no_room, begin),
        cmocka_unit_test_setup(test_any_rows, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
