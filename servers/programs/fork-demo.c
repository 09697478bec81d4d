/*
 * fork-demo [DEPTH]: a tree of processes. Each splits in two until the depth (3) is reached, and
 * writes its own name into the same variable; each finds its own there afterwards. The status is
 * how many of them were wrong.
 */
#include "number.h"

#include <parley/program.h>
#include <parley/system.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 8 /* 510 processes, one branch of them at a time */

static char name[16] = "root";

static int wrong_below(endpoint_t child)
{
    struct child_end end;
    if (child < 0 || child_wait(child, &end) != 0 || end.cause != DEATH_EXIT)
        return 1;
    return (int)end.status;
}

/* Returns how many were wrong from here on down. */
static int split(const char *path, unsigned long depth)
{
    char mine[16];
    int wrong = 0;
    for (unsigned half = 0; half < 2 && depth; half++) {
        snprintf(mine, sizeof mine, "%s%c", path, half ? 'b' : 'a');
        const endpoint_t child = program_fork();
        if (child == 0) {
            snprintf(name, sizeof name, "%s", mine);
            wrong = split(mine, depth - 1);
            printf("%s: %s is written here\n", mine, name);
            exit(wrong);
        }
        wrong += wrong_below(child);
    }
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned long depth = 3;
    if (argc > 2 || (argc == 2 && !number_read(argv[1], MOST, &depth))) {
        fprintf(stderr, "fork-demo: use: fork-demo [DEPTH], DEPTH at most %d\n", MOST);
        return 2;
    }
    const int wrong = split("", depth);
    printf("%s is what the first has\n", name);
    return wrong;
}
