/*
 * The parts of the tty and what they offer each other.
 *
 *   main      the server: events and requests go to the parts
 *   consoles  which there are, which of them is shown, and that a shell runs there
 *   console   output: the terminal's state machine, screen and wire, clients that wait
 *   log       the kernel's log, printed between the lines
 *   input     typed bytes, the reader, line and raw mode, ^C
 *   announce  our name at the name server
 *   kept      the modes, in the store; unread: what was typed and not read
 *   screen    which of the two: pixels, the loader's framebuffer, or vga, text memory
 *   serial    the 16550 at COM1        keyboard  the i8042
 *
 * The pure parts have headers of their own: terminal, scrollback, unicode, utf8, font, glyph, keys,
 * line, current.
 */
#pragma once

#include "current.h"
#include "keymap.h"
#include "line.h"
#include "scrollback.h"
#include "terminal.h"

#include <abi/endpoint.h>
#include <abi/message.h>
#include <parley/server.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EVENT_BIT_KEYBOARD,
    EVENT_BIT_SERIAL,
    EVENT_BIT_LOG
}; /* as the lines are claimed */

/* ---- input's part of a console ---- */
#define INPUT_BYTES 8192

struct input {
    char ring[INPUT_BYTES];
    size_t ring_start, ring_count;
    uint32_t mode;
    struct line line;
    size_t line_taken; /* of a finished line: so much has been read */
    struct server_client reader;
    uint32_t reader_most;
    endpoint_t owner;
    bool owner_told; /* of a ^C, and it has not read since */
    bool held;       /* the line reader waits for the owner's decision */
};

struct console {
    uint32_t number;
    struct terminal terminal;
    struct scrollback scrollback;
    struct current current;
    bool aside;     /* others' text has come in between: `current` is to be put again after it */
    bool aside_new; /* some since the last alarm */
    struct input input;
};

/* ---- kept: what the next tty is to have of this one ---- */
struct kept {
    uint32_t mode;
    endpoint_t owner;
};

struct kept_pen {
    terminal_colour foreground, background;
};

/* Of the terminal; the cells themselves are on the screen. */
struct kept_screen {
    struct kept_pen pen, saved_pen;
    uint8_t saved_row, saved_column; /* TERMINAL_ROWS_MOST and TERMINAL_COLUMNS_MOST fit */
    uint8_t top, bottom;
    uint32_t flags;
    uint32_t layout; /* of the keyboard, counted from 1; 0: the line's */
};

uint32_t kept_shown(void); /* which console the last tty showed */
void kept_restore(void);
void kept_layout_chosen(void); /* not only by the line */
void kept_save(void);          /* if something of it has changed */
void kept_lost(void);          /* the store may not have it any more: it is saved again */

#define UNREAD_BYTES 2000

/* What was typed and not read: first the line that is being edited or read, then what follows. */
struct unread {
    uint16_t bytes; /* of all */
    uint16_t line_bytes, line_taken;
    uint8_t line_first;                     /* TERMINAL_COLUMNS_MOST fits */
    uint8_t finished, after_return, escape; /* of that line */
};

void unread_restore(void);
void unread_save(void);

struct screen_size {
    unsigned columns, rows;
};

/* ---- consoles ---- */
/* The first console, and the one that is to be shown, with what the screen shows already. Returns
   what is missing, as devices do. */
const char *consoles_start(uint32_t shown);
struct console *console_first(void); /* the serial line's and the log's */
struct console *console_shown(void);
struct console *console_at(uint32_t number); /* NULL: nobody has used it yet */
/* The one that a request names: 0, or EINVAL, or ENOMEM if this is its first use. */
int console_asked(uint32_t number, struct console **console);
void console_switch(uint32_t number);
void shell_ask(void); /* again, where the supervisor has not heard yet that a shell is wanted */
bool shell_wanted(void);

/* ---- console ---- */
/* Of one that is all zero; with room for a screen of cells. */
void console_prepare(struct console *console, const struct screen_size *size,
                     struct terminal_cell *cells);
void console_note(const char *missing); /* one line, to the log; NULL: nothing */
/* At once; what the wire has no room for is lost. */
void console_write(struct console *console, const char *text, size_t bytes);
/* The same, for text that takes the last so many typed bytes off the screen. */
void console_rub_out(struct console *console, const char *text, size_t bytes, size_t typed);
bool console_room(size_t bytes); /* console_write to the first console would lose nothing */
/* Text between the lines: what stands on the current line is put again after it. */
bool console_aside_begin(bool force); /* false: not now, a sequence is unfinished */
void console_aside(const char *text, size_t bytes);
void console_aside_end(void);
void console_back(struct console *console); /* after others' text: the line is put again */
void console_quiet(void);                   /* the same, where no more of it has come */
void console_show(void);                    /* brings the screen up to date */
void console_refresh(void);                 /* draws a row of it anew */
void console_scroll(int pages); /* the view: up into what has left the screen, or down again */
void console_bottom(void);      /* the view is the screen itself again */
void console_redraw(void);      /* all that is shown is another console's */
void console_advance(void);     /* serves clients that wait */
bool console_waits(void);       /* for the wire, or for the end of others' text */
void console_keep(const struct console *console, struct kept_screen *kept);
void console_restore(struct console *console, const struct kept_screen *kept);
int console_client_write(message *m);
int console_client_flush(message *m);
void console_retire(void); /* who waits is to ask the next tty */

/* ---- log ---- */
void log_start(void);
void log_changed(void);
void log_advance(bool late); /* late: do not wait longer for a sequence's end */
bool log_due(void);          /* there is text to print */
bool log_open(void);         /* half of it is printed: nothing else may come now */

/* ---- input ---- */
void input_prepare(struct input *input); /* from all zero */
void input_byte(struct console *console, uint8_t byte);
void input_text(struct console *console, const char *text,
                size_t bytes); /* not typed: reports; no ^C in it */
size_t input_room(const struct console *console);
/* The owner waits for a key, and this one is another process. */
bool input_disturbs(const struct console *console, endpoint_t process);
void input_advance(void); /* serves the readers */
void input_death(endpoint_t dead);
void input_keep(const struct console *console, struct kept *kept);
void input_restore(struct console *console, const struct kept *kept);
/* At most UNREAD_BYTES of it, the first. */
void input_unread_keep(const struct console *console, struct unread *unread, char *text);
void input_unread_restore(struct console *console, const struct unread *unread, const char *text);
int input_client_read(message *m);
int input_client_mode(message *m);
int input_client_owner(message *m);
int input_client_cancel(message *m);
void input_retire(void);

/* ---- announce ---- */
void announce(void); /* publishes our name, unless a name server has it */
bool announced(void);
void announce_death(endpoint_t dead);

/* ---- devices; a start returns what is missing, in words, or NULL; the others work on ---- */
const char *screen_start(struct screen_size *size);
void screen_adopt(struct terminal *t); /* what the screen shows already */
void screen_update(struct terminal *t);
/* Draws a row anew, the next one each time, whatever is thought to stand there: what was damaged on
   the screen, or in what is known of it, is gone after as many calls as there are rows. */
void screen_refresh(const struct terminal *t);
bool screen_is_slow(void); /* a whole picture takes milliseconds */

#define VGA_COLUMNS 80
#define VGA_ROWS    25
bool pixels_start(struct screen_size *size); /* false: there is none */
void pixels_adopt(struct terminal *t);
void pixels_update(const struct terminal *t);
bool vga_start(void);
void vga_adopt(struct terminal *t);
void vga_update(const struct terminal *t);

const char *serial_start(void);
bool serial_present(void);
void serial_interrupt(void);
void serial_advance(void); /* after input was taken: lets more in */
void serial_poll(void);    /* now and then while the wire is busy: finds one that is stuck */
void serial_put(const char *text, size_t bytes); /* \n becomes \r\n */
size_t serial_room(void);                        /* bytes that serial_put surely takes */
bool serial_busy(void);                          /* serial_poll has something to do */
void serial_drain(void);                         /* waits for the wire, but not for ever */
bool serial_idle(void); /* everything has left the wire; looks at the chip */

const char *keyboard_start(void);
const struct keymap *keyboard_layout(void);
void keyboard_use(const struct keymap *map);
void keyboard_interrupt(void);
void keyboard_poll(void);  /* says so when none has answered in time */
bool keyboard_waits(void); /* keyboard_poll has something to wait for */
