/* What whoever writes to a terminal must know of characters. Pure; the tables are made by
 * tools/fonts.py. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct unicode_range {
    uint32_t first, last;
};

struct unicode_composition {
    uint16_t base, mark, composed;
};

extern const struct unicode_range unicode_wide[], unicode_combining[]; /* ascending */
extern const size_t unicode_wide_count, unicode_combining_count;
extern const struct unicode_composition unicode_compositions[]; /* ascending by base, mark */
extern const size_t unicode_composition_count;

/* How many columns it takes: 0 (it combines with the one before, or is not seen), 1 or 2. */
unsigned unicode_width(uint32_t code);

/* A displayed character is one that takes columns, with those behind it that take none. The columns
   of the first one of the text; where the one at `at` ends; where the one before `at` begins. */
unsigned unicode_text_width(const char *text, size_t bytes);
size_t unicode_text_after(const char *text, size_t bytes, size_t at);
size_t unicode_text_before(const char *text, size_t at);

/* Cells of rows of so many columns, counted through from the first one of the first row. Which one
   a character gets when `cell` is the next: a wide one is not split. Which is the next behind a
   text that begins there. */
size_t unicode_cell(size_t cell, unsigned width, unsigned columns);
size_t unicode_text_cell(const char *text, size_t bytes, size_t cell, unsigned columns);

/* The one character that is `base` with the combining `mark`, or 0. */
uint32_t unicode_compose(uint32_t base, uint32_t mark);
