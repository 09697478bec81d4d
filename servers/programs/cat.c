/* cat [FILE...]: writes files, or its input, one after the other. */
#include "input.h"

#include <stdio.h>

static struct input input;

static int show(const char *name)
{
    int c, written = 0;
    if (input_open(&input, "cat", name) < 0)
        return 1;
    while ((c = input_char(&input)) != EOF && written >= 0)
        written = putchar(c);
    return written < 0;
}

int main(int argc, char **argv)
{
    int status = argc < 2 ? show(NULL) : 0;
    for (int i = 1; i < argc; i++)
        status |= show(argv[i]);
    return status;
}
