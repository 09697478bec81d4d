/*
 * The call to SYSTEM for a tester that puts faults into other processes: reads and changes their
 * memory, read-only text too, and has a byte watched. Only with inject=on on the kernel's command
 * line (docs/design/injection.md): without it the call does not exist, whoever asks. Messages:
 * abi/system.h.
 */
#include "memory.h"
#include "options.h"
#include "space.h"
#include "system.h"
#include "text.h"

/* What goes through the kernel at once. */
static char piece[INJECT_BYTES];

/* The kernel's own text and constants, which nothing may change, from their beginning on. */
static int read_kernel(const struct arch_space *to, const struct system_request *r)
{
    uint32_t all;
    const char *constant = arch_constant(&all);
    const uint32_t offset = r->in[2], bytes = r->in[4];
    if (offset > all || bytes > all - offset)
        return -EINVAL;
    return copy_to_process(to, r->in[3], constant + offset, bytes);
}

static int read_process(const struct arch_space *from, const struct arch_space *to,
                        const struct system_request *r)
{
    int error = copy_from_process(from, piece, r->in[2], r->in[4]);
    return error ? error : copy_to_process(to, r->in[3], piece, r->in[4]);
}

static int write_process(const struct arch_space *from, const struct arch_space *to,
                         const struct system_request *r)
{
    if (!process_memory_ok(to, r->in[2], r->in[4], 0))
        return -EFAULT;
    int error = copy_from_process(from, piece, r->in[3], r->in[4]);
    if (!error)
        load_into_process(to, r->in[2], piece, r->in[4]);
    return error;
}

int system_inject(const struct system_request *r)
{
    const struct arch_space *own = &r->caller->module->space;
    const struct module *m;
    if (!option_inject())
        return -ENOSYS;
    if (r->in[4] > INJECT_BYTES)
        return -EINVAL;
    if (r->in[0] == INJECT_READ && r->in[1] == SYSTEM)
        return read_kernel(own, r);
    m = space_living((endpoint_t)r->in[1]);
    if (!m && !(r->in[0] == INJECT_WATCH && r->in[2] == 0))
        return -EDEADSRCDST;
    switch (r->in[0]) {
    case INJECT_READ:
        return read_process(&m->space, own, r);
    case INJECT_WRITE:
        return write_process(own, &m->space, r);
    case INJECT_WATCH:
        if (r->in[2] >= USER_END)
            return -EINVAL;
        arch_watch(r->in[2] ? &m->space : NULL, r->in[2]);
        return 0;
    default:
        return -EINVAL;
    }
}
