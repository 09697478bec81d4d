/* wc [FILE]: counts lines, words and bytes of a file, or of its input. */
#include "input.h"

#include <ctype.h>
#include <stdio.h>

static struct input input;

int main(int argc, char **argv)
{
    unsigned long lines = 0, words = 0, bytes = 0;
    bool in_word = false;
    int c;
    if (argc > 2) {
        fprintf(stderr, "wc: use: wc [FILE]\n");
        return 2;
    }
    if (input_open(&input, "wc", argv[1]) < 0)
        return 1;
    while ((c = input_char(&input)) != EOF) {
        const bool blank = isspace(c) != 0;
        words += !blank && !in_word;
        in_word = !blank;
        lines += c == '\n';
        bytes++;
    }
    return printf("%lu %lu %lu\n", lines, words, bytes) < 0;
}
