/* The orderly end of a program. */
#include <abi/errors.h>
#include <internal.h>
#include <parley/system.h>
#include <stdlib.h>

#define FUNCTIONS_MAX 32

void (*libc_flush)(void);

static void (*functions[FUNCTIONS_MAX])(void);
static unsigned function_count;

int atexit(void (*function)(void))
{
    if (function_count == FUNCTIONS_MAX)
        return -ENOMEM;
    functions[function_count++] = function;
    return 0;
}

_Noreturn void exit(int status)
{
    while (function_count)
        functions[--function_count]();
    if (libc_flush)
        libc_flush();
    sys_exit(status);
}
