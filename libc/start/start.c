/*
 * From the start stack to main: arguments, then what the kernel tells of the heap and of our own
 * endpoint, then the program. Entered from _start (start.asm).
 */
#include <abi/layout.h>
#include <internal.h>
#include <parley/system.h>
#include <stdlib.h>

endpoint_t libc_self = NONE;
uint32_t libc_console;
void *libc_heap_start;
size_t libc_heap_bytes;
const void *libc_data_start;
size_t libc_data_bytes;

static const struct framebuffer *framebuffer;
static uint32_t input, output; /* pipes, from the start stack */

int main(int argc, char **argv);
_Noreturn void libc_start(uint32_t *stack);

static void read_auxiliary(const uint32_t *pair)
{
    for (; pair[0] != AT_NULL; pair += 2) {
        switch (pair[0]) {
        case AT_PARLEY_HEAP:
            libc_heap_start = (void *)pair[1];
            break;
        case AT_PARLEY_HEAP_BYTES:
            libc_heap_bytes = pair[1];
            break;
        case AT_PARLEY_SELF:
            libc_self = (endpoint_t)pair[1];
            break;
        case AT_PARLEY_CONSOLE:
            libc_console = pair[1];
            break;
        case AT_PARLEY_INPUT:
            input = pair[1];
            break;
        case AT_PARLEY_OUTPUT:
            output = pair[1];
            break;
        case AT_PARLEY_FRAMEBUFFER:
            framebuffer = (const struct framebuffer *)pair[1];
            break;
        case AT_PARLEY_DATA:
            libc_data_start = (const void *)pair[1];
            break;
        case AT_PARLEY_DATA_BYTES:
            libc_data_bytes = pair[1];
            break;
        }
    }
}

_Noreturn void libc_start(uint32_t *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    const uint32_t *environment = stack + 1 + argc + 1;
    while (*environment)
        environment++;
    read_auxiliary(environment + 1);
    if (libc_open_streams && (input || output))
        libc_open_streams(input, output);
    exit(main(argc, argv));
}

endpoint_t self(void)
{
    return libc_self;
}

void console_use(uint32_t console)
{
    libc_console = console;
}

const void *module_data(size_t *bytes)
{
    *bytes = libc_data_bytes;
    return libc_data_start;
}

const struct framebuffer *module_framebuffer(void)
{
    return framebuffer;
}
