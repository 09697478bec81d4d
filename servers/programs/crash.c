/* crash [HOW]: does what a program must not, and dies of it: read, write, code, divide or stack. */
#include <stdio.h>
#include <string.h>

static int deeper(volatile int *n)
{
    volatile int here[1024];
    here[0] = *n + 1;
    return here[0] < 0 ? 0 : deeper(here) + here[0]; /* the stack ends first */
}

static volatile int zero;

int main(int argc, char **argv)
{
    const char *how = argc == 1 ? "write" : argc == 2 ? argv[1] : "";
    if (strcmp(how, "read") == 0)
        return *(volatile int *)16;
    if (strcmp(how, "write") == 0)
        *(volatile int *)16 = 1;
    if (strcmp(how, "code") == 0)
        *(volatile char *)(void *)main = 0;
    if (strcmp(how, "divide") == 0)
        return 100 / zero;
    if (strcmp(how, "stack") == 0)
        return deeper(&zero);
    fprintf(stderr, "crash: use: crash [read|write|code|divide|stack]\n");
    return 2;
}
