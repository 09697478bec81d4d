/*
 * A terminal's state machine: bytes in, an array of character cells out.
 *
 * Understands UTF-8 and the common part of the ANSI/xterm escape sequences. Pure: it touches only
 * its own structure and the cells that it was given, so it runs in tests on a workstation and also
 * when the machine has no screen.
 */
#pragma once

#include <parley/utf8.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_COLUMNS_MOST 160
#define TERMINAL_ROWS_MOST    64
#define TERMINAL_PARAMETERS   16
#define TERMINAL_ANSWER_BYTES 32

/* 0..15 the ANSI colours, 16..255 xterm's palette, or TERMINAL_RGB | 5 bits each of red, green and
   blue. */
typedef uint16_t terminal_colour;
#define TERMINAL_RGB 0x8000u

enum terminal_part {
    PART_WHOLE,
    PART_LEFT,  /* the character takes this cell and the next */
    PART_RIGHT, /* `code` and colours are the left one's */
};

struct terminal_cell {
    uint32_t code : 21; /* Unicode; never a control character */
    uint32_t mark : 7;  /* a mark on it, U+0300 being 1; 0: none */
    uint32_t part : 2;  /* enum terminal_part */
    uint32_t underline : 1;
    uint32_t reserved : 1;
    terminal_colour foreground, background;
};
_Static_assert(sizeof(struct terminal_cell) == 8, "there are many");

#define TERMINAL_UNKNOWN    0xfffdu /* stands for what is no character */
#define TERMINAL_MARK_FIRST 0x300u
#define TERMINAL_MARK_LAST  0x36fu

struct terminal_pen {
    terminal_colour foreground, background;
    bool bold, reverse, underline, hidden;
};

struct terminal_cursor { /* what ESC 7 saves */
    uint16_t row, column;
    struct terminal_pen pen;
    bool origin;             /* rows count from the top margin, and the cursor stays between them */
    bool wrap_due;           /* the last column was written: the next character wraps */
    bool shifted_out;        /* G1 is in use, not G0 */
    uint8_t line_drawing[2]; /* G0, G1: DEC's special graphics instead of ASCII */
};

struct terminal {
    uint16_t columns, rows;
    struct terminal_cell *cell; /* rows * columns: of the two that follow the one that is seen */
    struct terminal_cell *primary, *alternate; /* alternate NULL: there is none */
    struct terminal_cursor now;                /* the cursor is always on the screen */
    struct terminal_cursor saved, saved_primary;
    uint16_t top, bottom; /* margins: rows [top, bottom) scroll */
    uint32_t tabs[(TERMINAL_COLUMNS_MOST + 31) / 32];

    bool cursor_hidden;
    bool insert;        /* characters push the rest of the row to the right */
    bool no_newline;    /* \n goes down only; set by ESC [ 20 l */
    bool no_wrap;       /* set by ESC [ ? 7 l */
    bool reverse_wrap;  /* \b goes from a row's first column to the end of the row before */
    bool reversed;      /* the whole screen: see terminal_seen */
    bool cursor_keys;   /* the cursor keys send SS3 instead of CSI */
    uint32_t last_code; /* that was written, for repeats; 0: none */

    uint8_t state;   /* enum parser, in terminal.c; 0 is plain text */
    char introducer; /* the sequence began with this: one of <=>? or an intermediate; or 0 */
    uint8_t parameter_count;
    uint16_t parameter[TERMINAL_PARAMETERS];
    uint16_t colons; /* bit n: parameter n stood behind a colon */
    struct utf8 utf8;

    uint16_t dirty_first, dirty_end; /* rows whose cells changed, [first, end) */
    bool anew; /* these are drawn whatever is thought to stand on the screen */

    char answer[TERMINAL_ANSWER_BYTES]; /* what the program asked for, to be sent as if typed */
    uint8_t answer_bytes;

    /* Called with each row that leaves the primary screen at its top; may be NULL. */
    void (*scrolled)(void *context, const struct terminal_cell *row, unsigned columns);
    void *context;
};

/* An empty screen. `primary`, and `alternate` unless NULL, have room for columns * rows cells. */
void terminal_init(struct terminal *t, unsigned columns, unsigned rows,
                   struct terminal_cell *primary, struct terminal_cell *alternate);
/* Goes on with what somebody else has put on the screen, which stands in t->primary already; the
   cursor is at cell `cursor`. */
void terminal_adopt(struct terminal *t, unsigned cursor);
/* The screen shows it as it is. */
void terminal_drawn(struct terminal *t);

void terminal_write(struct terminal *t, const char *text, size_t bytes);

/* True between two escape sequences and two characters: text of another source may come now. */
bool terminal_settled(const struct terminal *t);

/* A cell with the colours that it is seen in. */
static inline struct terminal_cell terminal_seen(const struct terminal *t, unsigned index)
{
    struct terminal_cell cell = t->cell[index];
    if (t->reversed) {
        cell.foreground = t->cell[index].background;
        cell.background = t->cell[index].foreground;
    }
    return cell;
}

/* Takes the answer that is due; returns its length. */
size_t terminal_answer(struct terminal *t, char answer[TERMINAL_ANSWER_BYTES]);

/* Red, green and blue of a colour, 8 bits each. */
uint32_t terminal_rgb(terminal_colour colour);
/* The nearest of the 16 ANSI colours. */
unsigned terminal_ansi(terminal_colour colour);
