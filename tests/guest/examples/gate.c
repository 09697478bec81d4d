/* sysenter: the same calls by the second gate, where the processor has it. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m = {.m_type = 7};
    struct ipc_registers r = {.eax = (uint32_t)there, .ebx = (uint32_t)&m, .ecx = IPC_SEND};
    if (ipc_use_sysenter() == 0)
        ipc_trap_sysenter(&r);
    else /* ENODEV */
        ipc_trap(&r);
    return r.eax == 0;
}

static bool there(endpoint_t here)
{
    message m;
    return receive(here, &m) == 0 && m.m_type == 7; /* by which gate, nobody sees */
}

EXAMPLE(gate);
