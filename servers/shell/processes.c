/* See processes.h. */
#include "processes.h"

#include "services.h"
#include "words.h"

#include <abi/errors.h>
#include <parley/protocol.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

int process_find(const char *text, endpoint_t *endpoint)
{
    uint32_t number;
    if (words_number(text, INT32_MAX, &number) == 0) {
        *endpoint = (endpoint_t)number;
        return 0;
    }
    const int error = sys_lookup(text, endpoint);
    return error == -ENOENT ? service_lookup(text, endpoint) : error;
}

const char *process_name(endpoint_t endpoint, char name[NAME_BYTES])
{
    static const struct {
        endpoint_t endpoint;
        const char *name;
    } special[] = {{HARDWARE, "hardware"}, {SYSTEM, "system"}, {ANY, "any"}, {NONE, "nobody"}};
    for (unsigned i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].endpoint == endpoint)
            return special[i].name;
    struct process_info info;
    if (sys_process_of(endpoint, &info) == 0)
        strlcpy(name, info.name, NAME_BYTES);
    else
        snprintf(name, NAME_BYTES, "%d", (int)endpoint);
    return name;
}

bool process_asked(const message *asked, endpoint_t of, char text[PROCESS_ASKED_BYTES])
{
    if (asked->m_source == 0)
        return false;
    protocol_describe_request(text, PROCESS_ASKED_BYTES, asked, of);
    return true;
}

bool process_next(unsigned *slot, struct process_info *info)
{
    if (sys_process_next(slot, info) != 0)
        return false;
    ++*slot;
    return true;
}

bool module_find(const char *name, struct module_info *info)
{
    unsigned index;
    return sys_module_find(name, &index, info) == 0;
}

bool module_is_command(const struct module_info *info)
{
    return (info->flags & (MODULE_DEMAND | MODULE_SUPERVISED)) == MODULE_DEMAND;
}

void processes_offer(struct match *m, const char *prefix)
{
    struct process_info info;
    for (unsigned slot = 0; process_next(&slot, &info);)
        match_offer(m, prefix, info.name);
}

void modules_offer(struct match *m, const char *prefix, bool only_commands)
{
    struct module_info info;
    for (unsigned i = 0; sys_module(i, &info) == 0; i++)
        if (!(info.flags & (MODULE_REFUSED | MODULE_DATA | MODULE_UPDATE)) &&
            (!only_commands || module_is_command(&info)))
            match_offer(m, prefix, info.name);
}
