/* See program.h. */
#include "program.h"
#include "frame.h"
#include "panic.h"
#include "process.h"
#include "schedule.h"
#include "text.h"

static struct module programs[IPC_PROCESSES];

static bool is_free(const struct module *m)
{
    return !m->created || (m->slot == IPC_NO_SLOT && m->owed == 0);
}

static struct module *find_free(void)
{
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        if (is_free(&programs[i]))
            return &programs[i];
    return NULL;
}

static phys_addr_t take_root(void *context)
{
    const phys_addr_t *root = context;
    frame_becomes_table(*root);
    return *root;
}

int program_create(const char *name, unsigned priority, phys_addr_t root, const char *faults)
{
    struct module *m = find_free();
    int slot = m ? ipc_create(&ipc_table, IDENTITY_USER) : -EAGAIN;
    if (slot < 0)
        return slot;
    *m = (struct module){
        .created = true,
        .lent = true,
        .priority = (uint8_t)priority,
        .identity = IDENTITY_USER,
        .quantum = MODULE_DEFAULT_QUANTUM_MS * ARCH_TICKS_PER_SECOND / 1000,
        .kernel_calls = MODULE_USER_KERNEL_CALLS,
        .starts = 1,
    };
    memcpy(m->name, name, NAME_BYTES);
    memcpy(m->faults, faults, NAME_BYTES);
    const int error = arch_space_create(&m->space, take_root, &root);
    KERNEL_ASSERT(error == 0); /* it needs nothing but the root */
    process_create((unsigned)slot, m, 0, 0);
    return slot;
}

int program_begin(unsigned slot, uint32_t ip, uint32_t sp)
{
    struct process *p = process_at(slot);
    if (!p->module->created || p->begun)
        return -EBUSY;
    struct arch_position position;
    arch_context_get_position(&p->arch, &position);
    position.ip = ip;
    position.sp = sp;
    (void)arch_context_set_position(&p->arch, &position); /* the selectors are its own */
    process_run(slot);
    return 0;
}

struct module *program_owed(endpoint_t endpoint)
{
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        if (module_owes(&programs[i], endpoint))
            return &programs[i];
    return NULL;
}
