/* See font.h. The file is checked once, as a whole; after that every run lies within it. */
#include "font.h"

#include <string.h>

#define MAGIC       "PLYFONT1"
#define MAGIC_BYTES 8
#define HEAD_BYTES  12 /* the number of runs as well */
#define RUN_BYTES   12
#define CODE_MOST   0x10ffffu

struct run {
    uint32_t first;
    uint32_t count, cells;
    uint32_t offset;
};

static uint32_t number(const uint8_t *at, unsigned bytes)
{
    uint32_t value = 0;
    while (bytes > 0)
        value = value << 8 | at[--bytes];
    return value;
}

static struct run run_at(const struct font *font, uint32_t index)
{
    const uint8_t *at = font->data + HEAD_BYTES + index * RUN_BYTES;
    return (struct run){number(at, 4), number(at + 4, 2), number(at + 6, 2), number(at + 8, 4)};
}

static bool run_is_good(const struct run *run, uint32_t least, size_t bytes)
{
    const uint32_t glyph_bytes = run->cells * FONT_ROWS;
    return run->first >= least && run->first <= CODE_MOST && run->count >= 1 &&
           (run->cells == 1 || run->cells == 2) && run->offset <= bytes &&
           run->count <= (bytes - run->offset) / glyph_bytes;
}

bool font_open(struct font *font, const void *data, size_t bytes)
{
    *font = (struct font){.runs = 0};
    if (data == NULL || bytes < HEAD_BYTES || memcmp(data, MAGIC, MAGIC_BYTES) != 0)
        return false;
    struct font all = {.data = data};
    const uint32_t runs = number(all.data + MAGIC_BYTES, 4);
    if (runs > (bytes - HEAD_BYTES) / RUN_BYTES)
        return false;
    uint32_t least = 1;
    for (uint32_t i = 0; i < runs; i++) {
        const struct run run = run_at(&all, i);
        if (!run_is_good(&run, least, bytes))
            return false;
        least = run.first + run.count;
    }
    all.runs = runs;
    *font = all;
    return true;
}

const uint8_t *font_find(const struct font *font, uint32_t code, unsigned cells)
{
    uint32_t low = 0, high = font->runs;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        const struct run run = run_at(font, middle);
        if (code < run.first)
            high = middle;
        else if (code - run.first >= run.count)
            low = middle + 1;
        else if (run.cells != cells)
            return NULL;
        else
            return font->data + run.offset + (code - run.first) * run.cells * FONT_ROWS;
    }
    return NULL;
}

static bool looks_so(const uint8_t *glyph, const uint8_t *wanted, unsigned cells, uint32_t rows)
{
    for (unsigned i = 0; i < cells * FONT_ROWS; i++)
        if ((rows >> i / cells & 1) && glyph[i] != wanted[i])
            return false;
    return true;
}

uint32_t font_character(const struct font *font, const uint8_t *glyph, unsigned cells,
                        uint32_t rows, unsigned *looks)
{
    for (uint32_t i = 0; i < font->runs; i++) {
        const struct run run = run_at(font, i);
        const uint8_t *at = font->data + run.offset;
        for (uint32_t n = 0; run.cells == cells && n < run.count; n++, at += cells * FONT_ROWS) {
            if (*looks == 0)
                return 0;
            --*looks;
            if (looks_so(at, glyph, cells, rows))
                return run.first + n;
        }
    }
    return 0;
}
