#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void libc_assert_failed(const char *condition, const char *file, int line,
                                  const char *function)
{
    fprintf(stderr, "%s:%d: %s: assertion failed: %s\n", file, line, function, condition);
    abort();
}
