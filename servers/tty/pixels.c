/*
 * The loader's framebuffer: cells of 8 x 16 pixels, several times as large on large screens.
 *
 * What every cell shows is kept, so only what changed is drawn, and the card's memory is read once,
 * at the start: what the kernel, or a tty before this one, has written there is found again by
 * looking at the glyphs.
 *
 * Four pixels next to each other have one of 16 patterns; these are made ready for a pair of
 * colours, and a row of a glyph is two of them.
 */
#include "tty.h"

#include "font.h"

#include <parley/system.h>
#include <stdlib.h>
#include <string.h>

#define CELL_WIDTH  FRAMEBUFFER_CELL_WIDTH
#define CELL_HEIGHT FRAMEBUFFER_CELL_HEIGHT
#define SCALE_MOST  8u
#define LOOKS_MOST  4000000u /* at glyphs, to find what the screen shows: a fraction of a second */

_Static_assert(CELL_HEIGHT == FONT_ROWS, "a glyph fills a cell");
_Static_assert(FRAMEBUFFER_COLUMNS_MOST == TERMINAL_COLUMNS_MOST &&
                   FRAMEBUFFER_ROWS_MOST == TERMINAL_ROWS_MOST,
               "the terminal has room for every screen");
_Static_assert(FRAMEBUFFER_SIDE_MOST / CELL_WIDTH / FRAMEBUFFER_COLUMNS_MOST < SCALE_MOST &&
                   FRAMEBUFFER_SIDE_MOST / CELL_HEIGHT / FRAMEBUFFER_ROWS_MOST <= SCALE_MOST,
               "the largest scale");

/* The cursor: two rows, as on a VGA. No glyph looks so. */
#define CURSOR_ROWS (1u << 13 | 1u << 14)
#define LATIN       256u
#define ALL_ROWS    0xffffu

static const struct framebuffer *screen;
static uint32_t scale, columns, rows, pixel_bytes;
static struct font narrow, wide;
static const uint8_t *latin[LATIN]; /* glyphs that are wanted often */
static uint32_t palette[256];       /* pixels */

static struct terminal_cell *shown;
static unsigned shown_cursor; /* cell; behind the last one: it is not seen */

static uint32_t pattern[16][4 * SCALE_MOST]; /* words: four pixels, each `scale` times */
static terminal_colour pattern_front, pattern_back;

/* For characters that no font has. */
static const uint8_t box[FONT_ROWS] = {0,    0,    0x7e, 0x42, 0x42, 0x42, 0x42, 0x42,
                                       0x42, 0x42, 0x42, 0x42, 0x42, 0x7e, 0,    0};
static const uint8_t wide_box[2 * FONT_ROWS] = {
    0,    0,    0,    0,    0x7f, 0xfe, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02,
    0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x7f, 0xfe, 0,    0,    0,    0};

static uint32_t pixel_of(terminal_colour colour)
{
    return colour < 256 ? palette[colour] : framebuffer_pixel(screen, terminal_rgb(colour));
}

static volatile uint8_t *place(unsigned column, unsigned row)
{
    return (volatile uint8_t *)(uintptr_t)screen->address +
           row * CELL_HEIGHT * scale * screen->row_bytes +
           column * CELL_WIDTH * scale * pixel_bytes;
}

static void make_patterns(terminal_colour front, terminal_colour back)
{
    const uint32_t pixels[2] = {pixel_of(back), pixel_of(front)};
    for (unsigned bits = 0; bits < 16; bits++) {
        uint8_t *at = (uint8_t *)pattern[bits];
        for (unsigned i = 0; i < 4 * scale; i++, at += pixel_bytes)
            for (unsigned byte = 0; byte < pixel_bytes; byte++)
                at[byte] = (uint8_t)(pixels[bits >> (3 - i / scale) & 1] >> 8 * byte);
    }
    pattern_front = front;
    pattern_back = back;
}

/* The rows of a glyph, of two times `words` words each; inlined, so that these are no loops for the
   usual sizes. */
static inline __attribute__((always_inline)) void
draw_rows(volatile uint8_t *at, const uint8_t glyph[FONT_ROWS], unsigned words, unsigned times)
{
    for (unsigned i = 0; i < FONT_ROWS; i++) {
        const uint32_t *left = pattern[glyph[i] >> 4], *right = pattern[glyph[i] & 15];
        for (unsigned again = 0; again < times; again++, at += screen->row_bytes) {
            volatile uint32_t *to = (volatile uint32_t *)at;
#pragma clang loop unroll(full)
            for (unsigned w = 0; w < words; w++) {
                to[w] = left[w];
                to[words + w] = right[w];
            }
        }
    }
}

static void draw_glyph(unsigned column, unsigned row, const uint8_t glyph[FONT_ROWS])
{
    volatile uint8_t *at = place(column, row);
    if (scale == 1 && pixel_bytes == 4)
        draw_rows(at, glyph, 4, 1);
    else if (scale == 1 && pixel_bytes == 3)
        draw_rows(at, glyph, 3, 1);
    else if (scale == 1)
        draw_rows(at, glyph, 2, 1);
    else
        for (unsigned i = 0; i < FONT_ROWS * scale; i++, at += screen->row_bytes)
            for (unsigned w = 0; w < 2 * scale * pixel_bytes; w++)
                ((volatile uint32_t *)at)[w] =
                    w < scale * pixel_bytes
                        ? pattern[glyph[i / scale] >> 4][w]
                        : pattern[glyph[i / scale] & 15][w - scale * pixel_bytes];
}

static bool same(const struct terminal_cell *a, const struct terminal_cell *b)
{
    uint64_t one, other;
    __builtin_memcpy(&one, a, sizeof one);
    __builtin_memcpy(&other, b, sizeof other);
    return one == other;
}

static const uint8_t *narrow_glyph(uint32_t code)
{
    const uint8_t *found = code < LATIN ? latin[code] : font_find(&narrow, code, 1);
    return found ? found : box;
}

/* The half of a wide glyph, or the whole of another one, with what stands on it. */
static void compose(const struct terminal_cell *cell, uint8_t glyph[FONT_ROWS])
{
    if (cell->part == PART_WHOLE) {
        __builtin_memcpy(glyph, narrow_glyph(cell->code), FONT_ROWS);
    } else {
        const uint8_t *found = font_find(&wide, cell->code, 2);
        for (unsigned i = 0; i < FONT_ROWS; i++)
            glyph[i] = (found ? found : wide_box)[2 * i + (cell->part == PART_RIGHT)];
    }
    const uint8_t *mark =
        cell->mark ? font_find(&narrow, TERMINAL_MARK_FIRST + cell->mark - 1, 1) : NULL;
    for (unsigned i = 0; mark != NULL && i < FONT_ROWS; i++)
        glyph[i] |= mark[i];
    if (cell->underline)
        glyph[FONT_ROWS - 1] = 0xff;
}

static void draw(unsigned index, const struct terminal_cell *cell, bool cursor)
{
    uint8_t glyph[FONT_ROWS];
    compose(cell, glyph);
    for (unsigned i = 0; cursor && i < FONT_ROWS; i++)
        if (CURSOR_ROWS >> i & 1)
            glyph[i] = 0xff;
    if (cell->foreground != pattern_front || cell->background != pattern_back)
        make_patterns(cell->foreground, cell->background);
    draw_glyph(index % columns, index / columns, glyph);
}

bool pixels_start(struct screen_size *size)
{
    screen = module_framebuffer();
    if (screen == NULL)
        return false;
    scale = framebuffer_scale(screen);
    pixel_bytes = (screen->bits + 7u) / 8;
    columns = screen->width / (CELL_WIDTH * scale);
    rows = screen->height / (CELL_HEIGHT * scale);
    if (columns < VGA_COLUMNS / 2 || rows < VGA_ROWS / 2)
        return false;
    shown = realloc(shown, columns * rows * sizeof *shown);
    if (shown == NULL)
        return false;
    (void)font_open(&narrow, font_narrow, font_narrow_bytes);
    for (uint32_t code = 0; code < LATIN; code++)
        latin[code] = font_find(&narrow, code, 1);
    size_t bytes;
    const void *data = module_data(&bytes);
    (void)font_open(&wide, data, bytes);
    for (unsigned i = 0; i < 256; i++)
        palette[i] = framebuffer_pixel(screen, terminal_rgb((terminal_colour)i));
    make_patterns(7, 0);
    *size = (struct screen_size){columns, rows};
    return true;
}

/* ---- What the screen shows already ---------------------------------------------------------- */

struct look {
    uint8_t glyph[FONT_ROWS];
    uint32_t front, back; /* pixels */
    bool good;            /* it has no more than these two colours */
};

static uint32_t read_pixel(const volatile uint8_t *at)
{
    if (pixel_bytes == 4)
        return *(const volatile uint32_t *)at;
    const uint32_t low = *(const volatile uint16_t *)at;
    return pixel_bytes == 3 ? low | (uint32_t)at[2] << 16 : low;
}

/* Whether a row of a cell has only this pixel, as most have; asked of the usual screens alone. */
static bool plain_row(const volatile uint8_t *at, uint32_t pixel)
{
    const volatile uint32_t *row = (const volatile uint32_t *)at;
    uint32_t other = 0;
    if (scale != 1 || pixel_bytes != 4)
        return false;
#pragma clang loop unroll(full)
    for (unsigned x = 0; x < CELL_WIDTH; x++)
        other |= row[x] ^ pixel;
    return other == 0;
}

static void exchange_colours(struct look *l)
{
    const uint32_t swap = l->front;
    l->front = l->back;
    l->back = swap;
    for (unsigned i = 0; i < FONT_ROWS; i++)
        l->glyph[i] = (uint8_t)~l->glyph[i];
}

/* The background is what most pixels have. */
static struct look look_at(unsigned column, unsigned row)
{
    const volatile uint8_t *at = place(column, row);
    struct look l = {.back = read_pixel(at), .good = true};
    unsigned others = 0;
    l.front = l.back;
    for (unsigned y = 0; y < FONT_ROWS; y++, at += screen->row_bytes * scale) {
        if (plain_row(at, l.back))
            continue;
        for (unsigned x = 0; x < CELL_WIDTH; x++) {
            const uint32_t pixel = read_pixel(at + x * scale * pixel_bytes);
            if (pixel == l.back)
                continue;
            if (l.front == l.back)
                l.front = pixel;
            l.good = l.good && pixel == l.front;
            l.glyph[y] |= (uint8_t)(0x80u >> x);
            others++;
        }
    }
    if (others > FONT_ROWS * CELL_WIDTH / 2)
        exchange_colours(&l);
    return l;
}

static terminal_colour colour_of(uint32_t pixel, terminal_colour otherwise)
{
    for (unsigned i = 0; i < 256; i++)
        if (palette[i] == pixel)
            return (terminal_colour)i;
    return otherwise;
}

/* A text has few characters, so those that were found are looked at first. */
static uint32_t search(const uint8_t *glyph, uint32_t glyph_rows, unsigned *looks)
{
    static uint32_t found[64];
    unsigned sum = 0;
    for (unsigned i = 0; i < FONT_ROWS; i++)
        sum = sum * 5 + glyph[i];
    uint32_t *last = &found[sum % (sizeof found / sizeof *found)];
    const uint8_t *at = *last ? font_find(&narrow, *last, 1) : NULL;
    if (at == NULL || memcmp(at, glyph, FONT_ROWS) != 0)
        *last = font_character(&narrow, glyph, 1, glyph_rows, looks);
    return *last;
}

/* Which character of one cell it is, of those rows; with the colours exchanged if need be. */
static uint32_t recognize(struct look *l, uint32_t glyph_rows, unsigned *looks)
{
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        const uint32_t code = search(l->glyph, glyph_rows, looks);
        if (code != 0)
            return code;
        exchange_colours(l);
    }
    return 0;
}

static bool has_cursor(const struct look *l)
{
    for (unsigned i = 0; i < FONT_ROWS; i++)
        if ((CURSOR_ROWS >> i & 1) && l->glyph[i] != 0xff)
            return false;
    return true;
}

static uint32_t recognize_wide(const struct look *left, const struct look *right, unsigned *looks)
{
    uint8_t glyph[2 * FONT_ROWS];
    for (unsigned i = 0; i < FONT_ROWS; i++) {
        glyph[2 * i] = left->glyph[i];
        glyph[2 * i + 1] = right->glyph[i];
    }
    return font_character(&wide, glyph, 2, ALL_ROWS, looks);
}

static void set_wide(struct terminal_cell *left, uint32_t code, const struct look *l)
{
    left[0] = (struct terminal_cell){
        .code = code & 0x1fffff,
        .part = PART_LEFT,
        .foreground = colour_of(l->front, 7),
        .background = colour_of(l->back, 0),
    };
    left[1] = left[0];
    left[1].part = PART_RIGHT;
}

/* As the left half of a wide character, or as the right half of one whose left half is blank. */
static bool adopt_wide(struct terminal_cell *cell, unsigned index, const struct look *l,
                       unsigned *looks)
{
    const unsigned column = index % columns, row = index / columns;
    if (column + 1 < columns) {
        const struct look next = look_at(column + 1, row);
        const uint32_t code = recognize_wide(l, &next, looks);
        if (code != 0) {
            set_wide(cell, code, l);
            return true;
        }
    }
    if (column > 0 && cell[-1].code == ' ') {
        const struct look before = look_at(column - 1, row);
        const uint32_t code = recognize_wide(&before, l, looks);
        if (code != 0) {
            set_wide(cell - 1, code, l);
            return true;
        }
    }
    return false;
}

static void adopt_cell(struct terminal *t, unsigned index, unsigned *cursor, unsigned *looks)
{
    struct terminal_cell *cell = &t->primary[index];
    struct look l = look_at(index % columns, index / columns);
    *cell = (struct terminal_cell){.code = ' ', .foreground = 7};
    if (!l.good)
        return;
    uint32_t code = recognize(&l, ALL_ROWS, looks);
    if (code == 0 && adopt_wide(cell, index, &l, looks))
        return;
    if (code == 0 && has_cursor(&l)) {
        code = recognize(&l, ALL_ROWS & ~CURSOR_ROWS, looks);
        *cursor = index;
    }
    cell->code = (code ? code : TERMINAL_UNKNOWN) & 0x1fffff;
    cell->foreground = l.front == l.back ? 7 : colour_of(l.front, 7);
    cell->background = colour_of(l.back, 0);
}

void pixels_adopt(struct terminal *t)
{
    unsigned cursor = 0, last = 0, looks = LOOKS_MOST;
    for (unsigned i = 0; i < columns * rows; i++) {
        adopt_cell(t, i, &cursor, &looks);
        if (t->primary[i].code != ' ')
            last = i;
        if (t->primary[i].part == PART_LEFT)
            i++;
    }
    if (cursor / columns < last / columns || (cursor == 0 && t->primary[0].code != ' '))
        cursor = (last / columns + 1) * columns; /* the kernel has written since, and has none */
    terminal_adopt(t, cursor);
    memset(shown, 0, columns * rows * sizeof *shown); /* all is drawn anew */
    shown_cursor = columns * rows;
}

/* ---- Drawing what changed ------------------------------------------------------------------- */

static void redraw(const struct terminal *t, unsigned index, bool cursor)
{
    if (index >= columns * rows)
        return;
    shown[index] = terminal_seen(t, index);
    draw(index, &shown[index], cursor);
}

void pixels_update(const struct terminal *t)
{
    const unsigned cursor =
        t->cursor_hidden ? columns * rows : t->now.row * columns + t->now.column;
    for (unsigned i = t->dirty_first * columns; i < t->dirty_end * columns; i++) {
        const struct terminal_cell cell = terminal_seen(t, i);
        if (same(&cell, &shown[i]) && !t->anew)
            continue;
        shown[i] = cell;
        draw(i, &cell, i == shown_cursor);
    }
    if (cursor == shown_cursor)
        return;
    const unsigned before = shown_cursor;
    shown_cursor = cursor;
    redraw(t, before, false);
    redraw(t, cursor, true);
}
