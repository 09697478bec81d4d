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

#define COLUMNS 80
#define ROWS    25
#define CELLS   (ROWS * COLUMNS)

static struct terminal whole, pieces, shown;
static struct terminal_cell cells[3][2][CELLS];
static struct current current;
static size_t written;

static void begin(struct terminal *t, unsigned which)
{
    memset(cells[which], 0, sizeof cells[which]);
    terminal_init(t, COLUMNS, ROWS, cells[which][0], cells[which][1]);
}

static void check_terminal(const struct terminal *t)
{
    FUZZ_CHECK(t->now.row < ROWS && t->now.column < COLUMNS);
    FUZZ_CHECK(t->saved.row < ROWS && t->saved.column < COLUMNS);
    FUZZ_CHECK(t->dirty_first <= t->dirty_end && t->dirty_end <= ROWS);
    FUZZ_CHECK(t->top < t->bottom && t->bottom <= ROWS);
    FUZZ_CHECK(t->parameter_count <= TERMINAL_PARAMETERS);
    FUZZ_CHECK(t->answer_bytes <= TERMINAL_ANSWER_BYTES);
    FUZZ_CHECK(t->cell == t->primary || t->cell == t->alternate);
}

static void check_cells(const struct terminal *t)
{
    for (unsigned i = 0; i < CELLS; i++) {
        const struct terminal_cell *cell = &t->cell[i];

        FUZZ_CHECK(cell->code >= ' ' && cell->code <= 0x10ffff);
        FUZZ_CHECK((cell->foreground & TERMINAL_RGB) || cell->foreground < 256);
        FUZZ_CHECK((cell->background & TERMINAL_RGB) || cell->background < 256);
        if (cell->part == PART_LEFT)
            FUZZ_CHECK(i % COLUMNS + 1 < COLUMNS && cell[1].part == PART_RIGHT);
        if (cell->part == PART_RIGHT)
            FUZZ_CHECK(i % COLUMNS > 0 && cell[-1].part == PART_LEFT);
    }
}

static void check_screen(const uint8_t *data, size_t bytes)
{
    static struct terminal_cell before[CELLS];

    begin(&whole, 0);
    begin(&pieces, 1);
    terminal_write(&whole, (const char *)data, bytes);
    check_terminal(&whole);
    check_cells(&whole);
    for (size_t i = 0; i < bytes; i++) {
        memcpy(before, pieces.cell, sizeof before);
        pieces.dirty_first = pieces.dirty_end = 0;
        terminal_write(&pieces, (const char *)data + i, 1);
        check_terminal(&pieces);
        for (unsigned row = 0; row < ROWS; row++) {
            bool dirty = row >= pieces.dirty_first && row < pieces.dirty_end;

            FUZZ_CHECK(dirty || memcmp(before + row * COLUMNS, pieces.cell + row * COLUMNS,
                                       COLUMNS * sizeof *before) == 0);
        }
    }
    FUZZ_CHECK(memcmp(whole.cell, pieces.cell, sizeof before) == 0);
    FUZZ_CHECK(memcmp(&whole.now, &pieces.now, sizeof whole.now) == 0);
    FUZZ_CHECK(whole.state == pieces.state);
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
    begin(&shown, 2);
    editor_begin(&editor, "> ", COLUMNS, output);
    for (size_t i = 0; i < bytes; i++) {
        enum editor_event event;

        written = 0;
        event = editor_key(&editor, data[i]);
        FUZZ_CHECK(event <= EDITOR_CLEAR && written <= REST_MOST);
        FUZZ_CHECK(editor.length < EDITOR_BYTES && editor.cursor <= editor.length);
        FUZZ_CHECK(strlen(editor.text) == editor.length);
        FUZZ_CHECK(!utf8_continues(editor.text[editor.cursor]));
        if (event == EDITOR_LINE || event == EDITOR_END || event == EDITOR_INTERRUPT)
            editor_begin(&editor, "> ", COLUMNS, output);
    }
}

static void echo_typed(void *context, const char *text, size_t bytes)
{
    (void)context;
    output(text, bytes);
}

static void echo_rubbed_out(void *context, const char *text, size_t bytes, size_t typed)
{
    (void)context;
    current_rub_out(&current, typed);
    FUZZ_CHECK(current.length <= CURRENT_BYTES);
    output(text, bytes);
}

/* Several times over and then ended: a line has more room than an input is long. */
static void check_line(const uint8_t *data, size_t bytes)
{
    static const struct line_echo echo = {echo_typed, echo_rubbed_out, NULL};
    static struct line line;
    const size_t all = 5 * bytes;

    memset(&line, 0, sizeof line);
    line.columns = COLUMNS;
    line.first = bytes > 0 ? data[0] % COLUMNS : 0;
    memset(&current, 0, sizeof current);
    begin(&shown, 2);
    for (size_t fed = 0; fed <= all; fed++) {
        const uint8_t byte = fed < all ? data[fed % bytes] : '\r';

        line_feed(&line, byte, &echo);
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
    struct keys keys = {.map = &keymaps[bytes % keymap_count]};
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
