/*
 * Where a command's output goes: to the console, or through a pipe to the next program of the line.
 * What a command says of its own errors goes to the console always (say).
 */
#pragma once

#include <abi/endpoint.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both wait while the pipe is full, until ^C or the reader's end; then what is left is lost. */
void output_write(const char *text, size_t bytes);
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* True when the command is to end: ^C was typed, or nobody reads what it prints. */
bool output_stopped(void);

/* Output goes to the pipe of that name until it is closed. 0 or an error. */
int output_open(uint32_t pipe);
/* False: not all of the output found its reader. Where no pipe is open nothing happens. */
bool output_close(void);

void output_note_death(endpoint_t dead);
