/*
 * The shell's side of the tty.
 *
 * A tty that died is found again, or started again; what was written meanwhile is lost, nothing
 * else. ^C reaches the shell in two ways: as a key, while it reads, and as a notification of the
 * tty while it does something else.
 */
#pragma once

#include <abi/endpoint.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_NEW_CONSOLE                                                                            \
    (-1) /* the tty is another one: what the screen shows must be drawn again                      \
          */

/* On that console of the tty's, counted from 0. */
void console_start(unsigned number);

void console_write(const char *text, size_t bytes);

/* For say or print: the terminal's modes and colours as at its start, then an empty screen. */
#define CLEAR_SCREEN "\033[!p\033[H\033[2J"

/* What say and print are made of: up to 511 bytes go to `write`. */
typedef void text_writer(const char *text, size_t bytes);
__attribute__((format(printf, 2, 0))) void write_formatted(text_writer *write, const char *format,
                                                           va_list arguments);
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* The next byte that was typed, or KEY_NEW_CONSOLE. ^C also when it came as a notification. */
int console_key(void);

/* The same, or KEY_NONE when nothing is typed for so long (at most a minute). */
#define KEY_NONE (-2)
int console_key_within(uint32_t microseconds);

/* True when ^C was typed since the command began; stays true until console_begin. */
bool console_interrupted(void);
/* A command begins: the ^C that ended the last one is over. */
void console_begin(void);

/* Waits, until ^C is typed. True when the time is over, false when it was ^C. */
bool console_wait(uint64_t microseconds);

/* A program gets the keyboard, in line mode; and the shell has it back. `cancel`: the program was
   stopped by ^C and may have a read pending. */
void console_lend(void);
void console_take_back(bool cancel);

/* The keyboard's layout: sets it unless `name` is empty, and reads the present one into `name`. */
#define CONSOLE_LAYOUT_BYTES 16
int console_layout(char name[CONSOLE_LAYOUT_BYTES]);
/* The name of the layout with that number; negative past the last. */
int console_layout_name(unsigned index, char name[CONSOLE_LAYOUT_BYTES]);

/* ^C on this console is the shell's; with a new tty, if the last one died. */
void console_claim(void);

void console_flush(void);
unsigned console_columns(void);

/* Whose notifications mean ^C. */
endpoint_t console_endpoint(void);
/* Notes the ^C that a notification brought, or the death of a process, if it was the tty's. */
void console_note_interrupt(void);
void console_note_death(endpoint_t dead);
