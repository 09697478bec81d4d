/* Buffered text on its way to the console. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#define FILE_BUFFER_BYTES 240 /* ten of the tty's chunks */

struct libc_file {
    bool unbuffered; /* out at the end of each call */
    bool flush_due;  /* a line has ended in this call */
    int error;       /* of this call: the first that happened */
    size_t begin;    /* input: the first character that nobody took yet */
    size_t used;
    char buffer[FILE_BUFFER_BYTES];
};

/* A call is any number of puts, then one end, which gives 0 or the call's error. */
void libc_file_put(FILE *file, const char *text, size_t bytes);
int libc_file_end(FILE *file);
