/* stdin, stdout, stderr, and when buffered text goes out. */
#include "file.h"

#include <abi/errors.h>
#include <internal.h>
#include <string.h>

FILE libc_stdin;
FILE libc_stdout;
FILE libc_stderr = {.unbuffered = true};

static void flush_stdout(void)
{
    fflush(stdout);
}

static void write_out(FILE *file)
{
    const bool piped = file == stdout && libc_write_output;
    int error = piped ? libc_write_output(file->buffer, file->used)
                      : libc_console_write(file->buffer, file->used);
    if (error < 0 && file->error == 0)
        file->error = error;
    file->used = 0;
    file->flush_due = false;
}

void libc_file_put(FILE *file, const char *text, size_t bytes)
{
    if (file == stdin) {
        file->error = -EINVAL;
        return;
    }
    libc_flush = flush_stdout;
    while (bytes) {
        size_t taken = FILE_BUFFER_BYTES - file->used;
        if (taken > bytes)
            taken = bytes;
        memcpy(file->buffer + file->used, text, taken);
        file->used += taken;
        if (file->unbuffered || memchr(text, '\n', taken))
            file->flush_due = true;
        if (file->used == FILE_BUFFER_BYTES)
            write_out(file);
        text += taken;
        bytes -= taken;
    }
}

int libc_file_end(FILE *file)
{
    if (file->flush_due)
        write_out(file);
    int error = file->error;
    file->error = 0;
    return error;
}

int fflush(FILE *file)
{
    if (!file)
        file = stdout;
    if (file == stdin)
        return 0;
    file->flush_due = file->used > 0;
    return libc_file_end(file);
}
