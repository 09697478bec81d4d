/* See input.h. */
#include "input.h"

#include <stdio.h>
#include <string.h>

int input_open(struct input *input, const char *program, const char *name)
{
    input->is_file = name != NULL;
    input->offset = input->begin = input->used = 0;
    const int error = name ? file_find(name, &input->file) : 0;
    if (error)
        fprintf(stderr, "%s: %s: %s\n", program, name, strerror(error));
    return error;
}

static bool fill(struct input *input)
{
    const int count = file_read(&input->file, input->offset, input->buffer, sizeof input->buffer);
    input->begin = 0;
    input->used = count > 0 ? (unsigned)count : 0;
    input->offset += input->used;
    return input->used > 0;
}

int input_char(struct input *input)
{
    if (!input->is_file)
        return getchar();
    if (input->begin == input->used && !fill(input))
        return EOF;
    return (unsigned char)input->buffer[input->begin++];
}

bool input_line(struct input *input, char *line, unsigned bytes)
{
    unsigned length = 0;
    int c;
    while ((c = input_char(input)) != EOF && c != '\n')
        if (length + 1 < bytes)
            line[length++] = (char)c;
    line[length] = '\0';
    return c != EOF || length > 0;
}
