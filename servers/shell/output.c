/*
 * See output.h.
 *
 * The shell never sleeps in the pipe: ^C and the reader's death have to reach it while the pipe is
 * full. They come as messages, for which it waits; how full the pipe is it looks at in between.
 */
#include "output.h"

#include "console.h"
#include "events.h"

#include <abi/errors.h>
#include <parley/pipe.h>
#include <stdarg.h>

#define LOOK_US 5000

static struct pipe pipe; /* to the reader */
static bool open, broken;

bool output_stopped(void)
{
    return console_interrupted() || broken;
}

static void write_pipe(const char *text, size_t bytes)
{
    while (bytes > 0 && !output_stopped()) {
        const int count = ring_try_write(&pipe.ring, text, bytes);
        if (count == -EAGAIN) {
            events_wait(LOOK_US);
        } else if (count < 0) {
            broken = true;
        } else {
            text += count;
            bytes -= (size_t)count;
        }
    }
}

void output_write(const char *text, size_t bytes)
{
    if (open)
        write_pipe(text, bytes);
    else
        console_write(text, bytes);
}

void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_formatted(output_write, format, arguments);
    va_end(arguments);
}

int output_open(uint32_t name)
{
    const int error = pipe_open(&pipe, name);
    open = error == 0;
    broken = false;
    return error;
}

bool output_close(void)
{
    const bool whole = !broken;
    if (open)
        pipe_close(&pipe);
    open = false;
    broken = false;
    return whole;
}

/* Also where the pipe server, which should say so in the pipe, has died meanwhile. */
void output_note_death(endpoint_t dead)
{
    if (open && dead == pipe.peer)
        broken = true;
}
