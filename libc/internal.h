/* What the parts of libc know of each other. No server includes this. */
#pragma once

#include <abi/endpoint.h>
#include <abi/message.h>
#include <abi/system.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Own endpoint, from the start stack. */
extern endpoint_t libc_self;

/* The tty's console that reads and writes go to, from the start stack. */
extern uint32_t libc_console;

/* The heap, from the start stack. */
extern void *libc_heap_start;
extern size_t libc_heap_bytes;

/* The data module, from the start stack. */
extern const void *libc_data_start;
extern size_t libc_data_bytes;

/* What exit calls after the atexit functions; stdio puts its flush here when it is first used, so
   that a program without stdio does not link it. */
extern void (*libc_flush)(void);

/* Text to and from the console; 0 or a count, or a negative error. Never waits for ever for a tty
   that is not there. */
int libc_console_write(const char *text, size_t bytes);
int libc_console_read(char *text, size_t most);

/* Where standard input and output lead; NULL: to the console. libc_open_streams (pipe/streams.c),
   where it is linked, leads them into pipes. */
extern int (*libc_read_input)(char *text, size_t most);
extern int (*libc_write_output)(const char *text, size_t bytes);
void libc_open_streams(uint32_t from, uint32_t to) __attribute__((weak));

/* As names_wait, but gives up after `timeout_us` microseconds with EREPLYTIMEDOUT. */
int libc_names_wait(const char *name, uint32_t timeout_us, endpoint_t *endpoint);

/* Asks SYSTEM; the answer is in *m. 0 or a negative error, the call's or the answer's. */
int libc_ask_system(message *m, enum system_call call);
/* Does nothing for so long. */
void libc_pause(uint32_t microseconds);

/* Asks the memory server. -ESRCH: there is none. */
int libc_ask_memory(message *m, int32_t type);

/* The two halves that program_fork (memory/fork.asm) calls: has a clone made that begins at `ip`
   with stack pointer `sp`; and, in the clone, makes it know itself. */
int libc_fork_parent(uint32_t ip, uint32_t sp);
void libc_fork_child(void);

/* Copies a name into a message's 16 bytes, NUL-padded. 0, EINVAL (empty) or ENAMETOOLONG. */
int libc_name_pack(char packed[16], const char *name);
