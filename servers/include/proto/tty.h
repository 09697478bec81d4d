/*
 * tty: the console: screen, serial line, keyboard.
 *
 * Output goes to screen and serial line alike, input comes from either. Text is UTF-8 with the
 * common ANSI/xterm escape sequences. A line ends with '\n'; the tty sends "\r\n" to the wire.
 */
#pragma once

#include <proto/common.h>

#define TTY_CHUNK 24 /* characters a message carries */

enum {
    TTY_WRITE = PROTO_TTY, /* tty_text -> 0                               (EINVAL: count) */
    TTY_READ,   /* tty_read -> tty_text: at least one character, at most TTY_CHUNK. Answered when
                   there is something. One reader at a time (EBUSY). In line mode: from a finished
                   line, with the tty's own editing (backspace, ^U, ^W, ^D at the start of a line
                   ends the file: count 0); in raw mode: keys as they come, arrows as escape
                   sequences. */
    TTY_MODE,   /* tty_mode -> tty_mode: sets the mode, answers the former one */
    TTY_OWNER,  /* the sender becomes the one that is told of ^C: notify, when ^C was typed and
                   nobody reads in raw mode. Typed-ahead input is dropped at that ^C. The owner's
                   next TTY_READ is then answered EINTR, once, so that a ^C which came just before
                   it is not overlooked. */
    TTY_SIZE,   /* -> tty_size */
    TTY_FLUSH,  /* answered when the output has left the wire */
    TTY_CANCEL, /* by the owner: the pending read of another process is forgotten (its process is
                   about to be ended) and the mode goes back to line */
};

struct tty_text {
    uint32_t count;
    char text[TTY_CHUNK];
} PROTO_PAYLOAD;

struct tty_read {
    uint32_t most; /* 1..TTY_CHUNK */
} PROTO_PAYLOAD;

#define TTY_MODE_LINE 0
#define TTY_MODE_RAW  1
struct tty_mode {
    uint32_t mode;
} PROTO_PAYLOAD;

struct tty_size {
    uint32_t columns, rows; /* of the screen; 80 x 25 when there is only the serial line */
} PROTO_PAYLOAD;
