/* See steps.h. */
#include "steps.h"

#include <parley/ipc.h>
#include <proto/common.h>
#include <proto/store.h>
#include <string.h>

#define BACK_US 3000000 /* for a dead server to be back: only a hang reaches it */

bool module_named(const char *name, unsigned *index, struct module_info *info)
{
    return sys_module_find(name, index, info) == 0;
}

bool entry_of(const char *name, struct supervisor_entry *entry)
{
    static const char *const supervisors[] = {"supervisor", "supervisor-2"};
    struct module_info info;
    unsigned module;
    if (!module_named(name, &module, &info))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        endpoint_t supervisor;
        for (uint32_t index = 0; sys_lookup(supervisors[i], &supervisor) == 0; index++) {
            message m = {.m_type = SUPERVISOR_LIST, .m_words = {index}};
            if (ipc_call(IPC_REQUEST | IPC_TIMEOUT, supervisor, &m, PATIENCE_US, NULL) < 0 ||
                m.m_type < 0)
                break;
            memcpy(entry, m.m_words, sizeof *entry);
            if (entry->module == module)
                return true;
        }
    }
    return false;
}

bool comes_to_state(const char *name, uint32_t state)
{
    struct supervisor_entry entry;
    for (unsigned i = 0; i < 1000; i++) {
        if (entry_of(name, &entry) && entry.state == state)
            return true;
        nap(1000);
    }
    return false;
}

endpoint_t is_up(const char *name, endpoint_t former)
{
    uint64_t begin, now;
    sys_time(&begin);
    do {
        endpoint_t process;
        message m = {.m_type = PROTO_PING};
        if (sys_lookup(name, &process) == 0 && process != former &&
            ipc_call(IPC_REQUEST | IPC_TIMEOUT, process, &m, PATIENCE_US, NULL) == 0)
            return process;
        nap(200);
        sys_time(&now);
    } while (now - begin < BACK_US);
    return NONE;
}

endpoint_t process_of(const char *name)
{
    endpoint_t process = NONE;
    sys_lookup(name, &process);
    return process;
}

int ask(const char *name, int32_t type, uint32_t word)
{
    endpoint_t process = process_of(name);
    message m = {.m_type = type, .m_words = {word}};
    int error = process == NONE
                    ? -ENOENT
                    : ipc_call(IPC_REQUEST | IPC_TIMEOUT, process, &m, PATIENCE_US, NULL);
    return error < 0 ? error : m.m_type;
}

static endpoint_t leader(void)
{
    return process_of(ask("supervisor", SUPERVISOR_LIST, 0) == 0 ? "supervisor" : "supervisor-2");
}

int supervisor_asks(int32_t type, const char *name)
{
    message m = {.m_type = type};
    endpoint_t supervisor = leader();
    strlcpy((char *)m.m_words, name, NAME_BYTES);
    int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, supervisor, &m, PATIENCE_US, NULL);
    return error < 0 ? error : m.m_type;
}

int supervisor_updates(const char *name, const char *with)
{
    struct supervisor_update_request asked = {.name = ""};
    struct module_info info;
    message m = {.m_type = SUPERVISOR_UPDATE};
    unsigned index = 0;
    (void)module_named(with, &index, &info);
    strlcpy(asked.name, name, sizeof asked.name);
    asked.update = index;
    memcpy(m.m_words, &asked, sizeof asked);
    int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, leader(), &m, PATIENCE_US, NULL);
    return error < 0 ? error : m.m_type;
}

bool stores_are_whole(void)
{
    for (unsigned i = 0; i < 3000; i++) {
        if (ask("store", STORE_WHOLE, 0) == 0)
            return true;
        nap(1000);
    }
    return false;
}

bool one_leads(void)
{
    for (unsigned i = 0; i < 1000; i++) {
        const int one = ask("supervisor", SUPERVISOR_LIST, 0);
        const int other = ask("supervisor-2", SUPERVISOR_LIST, 0);
        if ((one == 0 && other == -EAGAIN) || (one == -EAGAIN && other == 0))
            return true;
        nap(1000);
    }
    return false;
}

bool both_start(void)
{
    endpoint_t one, other;
    for (unsigned i = 0; i < 3000; i++) {
        (void)sys_start("supervisor", "", &one);
        (void)sys_start("supervisor-2", "", &other);
        if (process_of("supervisor") != NONE && process_of("supervisor-2") != NONE)
            return one_leads();
        nap(500);
    }
    return false;
}
