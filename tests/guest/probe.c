/*
 * Makes one trap for a judge and says what came of it without any call at all, since it may have
 * the right to none: it reads the address -result, in the first page, which faults, and the judge
 * finds the address in the record of its death.
 *
 * argv: ecx, eax, ebx, edx, edi in hexadecimal. eax ffffffff is its own endpoint, ebx 1 its own
 * buffer.
 */
#include <parley/ipc.h>
#include <parley/system.h>
#include <stdlib.h>

static message buffer = {.m_type = 0x600d};

static uint32_t argument(int argc, char **argv, int index)
{
    return index < argc ? (uint32_t)strtoul(argv[index], NULL, 16) : 0;
}

int main(int argc, char **argv)
{
    struct ipc_registers r = {.ecx = argument(argc, argv, 1),
                              .eax = argument(argc, argv, 2),
                              .ebx = argument(argc, argv, 3),
                              .edx = argument(argc, argv, 4),
                              .edi = argument(argc, argv, 5),
                              .esi = 2000};

    if (r.eax == 0xffffffff)
        r.eax = (uint32_t)self();
    else if (r.ecx == IPC_IN_OUTBOX && r.eax == 1)
        r.eax = (uint32_t)&buffer;
    if (r.ebx == 1)
        r.ebx = (uint32_t)&buffer;
    ipc_trap(&r);
    (void)*(volatile uint8_t *)-(int32_t)r.eax;
    return 0;
}
