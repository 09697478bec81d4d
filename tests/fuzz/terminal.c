/*
 * fuzz-terminal: any bytes to the screen, to the two line editors, and as scancodes.
 *
 * Cursor, rows and lengths stay where they may be, and it makes no difference in what pieces the
 * bytes come.
 */
#include "fuzz.h"

#include <shell/editor.h>
#include <tty/current.h>
#include <tty/keys.h>
#include <tty/line.h>
#include <tty/terminal.h>

#include <string.h>

#define REST_MOST 4096 /* bytes that a character may make an editor write */

static struct terminal whole, pieces, shown;
static struct current current;
static size_t written;

static void check_terminal(const struct terminal *t)
{
    FUZZ_CHECK(t->row < TERMINAL_ROWS && t->column < TERMINAL_COLUMNS);
    FUZZ_CHECK(t->saved_row < TERMINAL_ROWS && t->saved_column < TERMINAL_COLUMNS);
    FUZZ_CHECK(t->dirty_first <= t->dirty_end && t->dirty_end <= TERMINAL_ROWS);
    FUZZ_CHECK(t->parameter_count <= TERMINAL_PARAMETERS);
    FUZZ_CHECK(t->pen.foreground < 16 && t->pen.background < 16);
}

static void check_screen(const uint8_t *data, size_t bytes)
{
    static uint16_t before[TERMINAL_CELLS];

    memset(&whole, 0, sizeof whole);
    memset(&pieces, 0, sizeof pieces);
    terminal_init(&whole);
    terminal_init(&pieces);
    terminal_write(&whole, (const char *)data, bytes);
    check_terminal(&whole);
    for (size_t i = 0; i < bytes; i++) {
        memcpy(before, pieces.cell, sizeof before);
        pieces.dirty_first = pieces.dirty_end = 0;
        terminal_write(&pieces, (const char *)data + i, 1);
        check_terminal(&pieces);
        for (unsigned row = 0; row < TERMINAL_ROWS; row++) {
            bool dirty = row >= pieces.dirty_first && row < pieces.dirty_end;

            FUZZ_CHECK(dirty ||
                       memcmp(before + row * TERMINAL_COLUMNS, pieces.cell + row * TERMINAL_COLUMNS,
                              TERMINAL_COLUMNS * sizeof *before) == 0);
        }
    }
    FUZZ_CHECK(memcmp(whole.cell, pieces.cell, sizeof whole.cell) == 0);
    FUZZ_CHECK(whole.row == pieces.row && whole.column == pieces.column);
    FUZZ_CHECK(whole.state == pieces.state && whole.wrap_due == pieces.wrap_due);
    FUZZ_CHECK(terminal_settled(&whole) == terminal_settled(&pieces));
}

/* What an editor writes goes to a screen, as it does in the machine. */
static void output(const char *text, size_t bytes)
{
    written += bytes;
    terminal_write(&shown, text, bytes);
    current_feed(&current, text, bytes);
    check_terminal(&shown);
    FUZZ_CHECK(current.length <= CURRENT_BYTES && current.plain <= current.length);
}

static void check_editor(const uint8_t *data, size_t bytes)
{
    static struct editor editor;

    memset(&editor, 0, sizeof editor);
    memset(&current, 0, sizeof current);
    terminal_init(&shown);
    editor_begin(&editor, "> ", TERMINAL_COLUMNS, output);
    for (size_t i = 0; i < bytes; i++) {
        enum editor_event event;

        written = 0;
        event = editor_key(&editor, data[i]);
        FUZZ_CHECK(event <= EDITOR_CLEAR && written <= REST_MOST);
        FUZZ_CHECK(editor.length < EDITOR_BYTES && editor.cursor <= editor.length);
        FUZZ_CHECK(strlen(editor.text) == editor.length);
        FUZZ_CHECK(!utf8_continues(editor.text[editor.cursor]));
        if (event == EDITOR_LINE || event == EDITOR_END || event == EDITOR_INTERRUPT)
            editor_begin(&editor, "> ", TERMINAL_COLUMNS, output);
    }
}

/* Several times over and then ended: a line has more room than an input is long. */
static void check_line(const uint8_t *data, size_t bytes)
{
    static struct line line;
    const size_t all = 5 * bytes;

    memset(&line, 0, sizeof line);
    memset(&current, 0, sizeof current);
    terminal_init(&shown);
    for (size_t fed = 0; fed <= all; fed++) {
        const uint8_t byte = fed < all ? data[fed % bytes] : '\r';

        line_feed(&line, byte, output);
        FUZZ_CHECK(line.length <= LINE_BYTES);
        FUZZ_CHECK(!line.finished || line.length == 0 || line.text[line.length - 1] == '\n' ||
                   byte == 4);
        if (line.finished)
            line_reset(&line);
        FUZZ_CHECK(!line.finished);
    }
}

static void check_keys(const uint8_t *data, size_t bytes)
{
    struct keys keys = {.skip = 0};
    char out[KEYS_BYTES_MAX];
    bool dump = false;

    for (size_t i = 0; i < bytes; i++)
        FUZZ_CHECK(keys_decode(&keys, data[i], out, &dump) <= sizeof out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (fuzz_tells())
        fprintf(stderr, "%zu bytes\n", bytes);
    check_screen(data, bytes);
    check_editor(data, bytes);
    check_line(data, bytes);
    check_keys(data, bytes);
    return 0;
}
