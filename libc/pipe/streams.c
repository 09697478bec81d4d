/*
 * Standard input and output over pipes. The end of a pipe is the end of the file; without a reader
 * what is written fails; anything else ends the program. Linked by programs of the archive alone
 * (see servers/programs), whose start stack names the pipes; everybody else's are the console.
 */
#include <abi/errors.h>
#include <abi/layout.h>
#include <internal.h>
#include <parley/pipe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pipe input, output;
static int input_error, output_error;

/* The pipe server died before both had opened it, or the ring is spoilt: half a stream must not
 * pass for a whole one. */
static _Noreturn void give_up(const char *which, int error)
{
    libc_write_output = NULL;
    fprintf(stderr, "standard %s: %s\n", which, strerror(error));
    exit(1);
}

static int read_pipe(char *text, size_t most)
{
    const int count = input_error ? input_error : ring_read(&input.ring, text, most);
    if (count < 0)
        give_up("input", count);
    return count;
}

static int write_pipe(const char *text, size_t bytes)
{
    const int count = output_error ? output_error : ring_write(&output.ring, text, bytes);
    if (count < 0 && count != -EPIPE)
        give_up("output", count);
    if (count >= 0 && (size_t)count < bytes)
        return -EPIPE;
    return count < 0 ? count : 0;
}

static int read_nothing(char *text, size_t most)
{
    (void)text;
    (void)most;
    return 0;
}

void libc_open_streams(uint32_t from, uint32_t to)
{
    if (from == STREAM_NOTHING)
        libc_read_input = read_nothing;
    if (from && from != STREAM_NOTHING) {
        input_error = pipe_open(&input, from);
        libc_read_input = read_pipe;
    }
    if (to) {
        output_error = pipe_open(&output, to);
        libc_write_output = write_pipe;
    }
}
