/*
 * Editing of one line on a terminal. Pure: bytes that were typed go in, bytes for the terminal come
 * out through a function of the caller.
 *
 * Lines wrap at the terminal's width. Text that is typed at the end of the line appears as it is,
 * with no escape sequence, so that a session fed from a file reads like what was in the file.
 */
#pragma once

#include <parley/utf8.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDITOR_BYTES 512 /* longest line, its NUL included */

typedef void (*editor_output)(const char *text, size_t bytes);

struct editor {
    char text[EDITOR_BYTES]; /* NUL-terminated; whole UTF-8 characters */
    size_t length, cursor;   /* bytes */
    const char *prompt;
    unsigned columns; /* of the terminal */
    editor_output output;

    size_t shown_cursor; /* columns from the prompt's start to where the terminal's cursor is */
    size_t output_bytes; /* since the line was last drawn as a whole */
    char character[4];   /* a character whose last bytes have not come */
    uint8_t character_bytes;
    struct utf8 utf8;
    uint8_t escape;        /* 0, or the state inside a key's sequence */
    uint16_t parameter[2]; /* of that sequence */
    uint8_t parameter_index;
    bool after_return;
};

enum editor_event {
    EDITOR_MORE,      /* nothing for the caller to do */
    EDITOR_LINE,      /* the line is finished: text, without newline */
    EDITOR_END,       /* ^D on an empty line */
    EDITOR_INTERRUPT, /* ^C */
    EDITOR_OLDER,     /* up */
    EDITOR_NEWER,     /* down */
    EDITOR_COMPLETE,  /* tab */
    EDITOR_CLEAR,     /* ^L: the caller clears the screen and draws */
};

/* Begins with an empty line and shows the prompt. What was half typed as a sequence is kept. */
void editor_begin(struct editor *e, const char *prompt, unsigned columns, editor_output output);

enum editor_event editor_key(struct editor *e, uint8_t byte);

/* Puts `text` in at the cursor, as far as there is room. */
void editor_insert(struct editor *e, const char *text, size_t bytes);

/* Makes `text` the line, with the cursor at its end. */
void editor_replace(struct editor *e, const char *text);

/* Draws prompt and line as a whole: on a fresh line, the cursor in its first column (`fresh`), or
   in place of what is there. */
void editor_draw(struct editor *e, bool fresh);

/* Moves the terminal's cursor behind the line's end. */
void editor_to_end(struct editor *e);
