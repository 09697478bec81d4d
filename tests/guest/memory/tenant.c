/*
 * A process that uses what a judge lends it, and says how that went: each request of the judge's
 * names one thing to do; its answer is the result, and what was found.
 */
#include "tenant.h"

#include <parley/ipc.h>
#include <parley/memory.h>
#include <string.h>

static char buffer[TENANT_BYTES];

static int act(message *m)
{
    const uint32_t *in = m->m_words;
    const uint32_t name = in[0], offset = in[1], bytes = in[2], value = in[3];
    static void *pages;
    size_t length = 0;
    int error;

    switch (m->m_type) {
    case TENANT_ATTACH:
        error = memory_attach(name, &pages, &length);
        if (error == 0) {
            m->m_words[0] = length;
            m->m_words[1] = sum(pages, length);
        }
        return error;
    case TENANT_SUM:
        m->m_words[0] = sum(pages, bytes);
        return 0;
    case TENANT_FILL:
        memset(pages, (int)value, bytes);
        return 0;
    case TENANT_DETACH:
        return memory_detach(name);
    case TENANT_COPY_FROM:
        memset(buffer, 0x55, sizeof buffer);
        error = memory_copy_from(name, offset, buffer, bytes);
        m->m_words[0] = sum(buffer, bytes);
        m->m_words[1] = sum(buffer, sizeof buffer);
        return error;
    case TENANT_COPY_TO:
        memset(buffer, (int)value, sizeof buffer);
        return memory_copy_to(name, offset, buffer, bytes);
    case TENANT_PASS_ON:
        return memory_grant_through(name, offset, bytes, (endpoint_t)value, in[4], m->m_words);
    case TENANT_SHARE:
        error = memory_allocate(offset, &pages);
        if (error)
            return error;
        memset(pages, (int)value, offset);
        return memory_share(pages, offset, (endpoint_t)name, ACCESS_READ, m->m_words);
    default:
        return -ENOSYS;
    }
}

int main(void)
{
    message m;
    for (;;) {
        if (ipc_receive(ANY, 0, &m) < 0)
            continue;
        m.m_type = act(&m);
        (void)ipc_reply(m.m_source, &m);
    }
}
