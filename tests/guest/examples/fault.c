/* A fault as a message: the module's line says faults=judge, and the judge says how to go on. */
#include "example.h"
#include <abi/fault.h>

static bool here(endpoint_t there)
{
    message m;
    struct system_registers r;
    if (ipc_receive(there, 0, &m) != 0 || m.m_type != (FAULT_MESSAGE | 6))
        return false;
    if (sys_registers_get(there, &r) != 0) /* ENOTREADY: it only looks like a fault */
        return false;
    r.ip += 2;         /* behind the instruction */
    m.m_words[0] = 42; /* eax ebx ecx edx esi edi ebp */
    return sys_registers_set(there, &r) == 0 && ipc_reply(there, &m) == 0;
}

static bool there(endpoint_t here)
{
    (void)here;
    uint32_t eax = 0;
    __asm__ volatile("ud2" : "+a"(eax));
    return eax == 42;
}

EXAMPLE(fault);
