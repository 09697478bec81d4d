/*
 * The kernel as a server: which call it is, whether the caller may make it, and the answer.
 */
#include "system.h"
#include "text.h"

static int (*const handlers[SYSTEM_CALL_LAST + 1])(const struct system_request *r) = {
#define SYSTEM_HANDLER(name, symbol, number, text) [number] = system_##name,
    SYSTEM_CALLS(SYSTEM_HANDLER)
#undef SYSTEM_HANDLER
};

_Static_assert(SYSTEM_CALL_LAST < 32, "permissions are bits of one word");

static int dispatch(struct process *caller, uint32_t number, const struct system_request *r)
{
    if (number > SYSTEM_CALL_LAST || !handlers[number])
        return -ENOSYS;
    if (!(caller->module->kernel_calls & 1u << number))
        return -EPERM;
    return handlers[number](r);
}

void system_call(struct process *caller, message *m)
{
    uint32_t in[MESSAGE_PAYLOAD_WORDS], out[MESSAGE_PAYLOAD_WORDS] = {0};
    memcpy(in, m->m_words, sizeof in);
    const struct system_request r = {caller, in, out};
    m->m_type = dispatch(caller, (uint32_t)m->m_type, &r);
    m->m_source = SYSTEM;
    if (m->m_type != 0)
        memset(out, 0, sizeof out);
    memcpy(m->m_words, out, sizeof out);
}

struct module *system_named_module(const uint32_t *words)
{
    char name[NAME_BYTES];
    memcpy(name, words, NAME_BYTES);
    return name[NAME_BYTES - 1] == '\0' ? module_find(name) : NULL;
}

int system_target(const struct process *caller, uint32_t endpoint)
{
    if (endpoint == SELF)
        return (int)process_slot(caller);
    return ipc_slot_of(&ipc_table, (endpoint_t)endpoint);
}
