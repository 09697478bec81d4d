/* What a program reads: a file of the archive, or its standard input. */
#pragma once

#include <parley/files.h>
#include <stdbool.h>

struct input {
    bool is_file;
    struct file file;
    uint32_t offset; /* of what is read next into the buffer */
    unsigned begin, used;
    char buffer[4096];
};

/* `name` NULL: standard input. Returns 0, or says what is wrong, as `program`, and returns a
   negative error. */
int input_open(struct input *input, const char *program, const char *name);

/* The next byte, or EOF; also for a file that can't be read any more. */
int input_char(struct input *input);

/* The next line without its end, cut to what fits. False: no more. */
bool input_line(struct input *input, char *line, unsigned bytes);
