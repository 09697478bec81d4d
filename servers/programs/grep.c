/* grep TEXT [FILE]: writes the lines of a file, or of its input, that have the text. Status 1: no
   line has. */
#include "input.h"

#include <stdio.h>
#include <string.h>

static struct input input;

int main(int argc, char **argv)
{
    char line[512];
    int status = 1;
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "grep: use: grep TEXT [FILE]\n");
        return 2;
    }
    if (input_open(&input, "grep", argv[2]) < 0)
        return 2;
    while (input_line(&input, line, sizeof line)) {
        if (!strstr(line, argv[1]))
            continue;
        status = 0;
        if (puts(line) < 0)
            return 2;
    }
    return status;
}
