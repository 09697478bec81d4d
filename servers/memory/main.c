/*
 * memory: owns the frames that the boot did not use, and gives, shares and copies on request; makes
 * programs and settles their page faults. Protocol: proto/memory.h.
 *
 * What always holds: every page that it gave belongs to a living process, or to one that has died
 * and is released as soon as its death is heard of; nothing is promised that is not there.
 */
#include "demand.h"
#include "lend.h"
#include "pages.h"
#include "programs.h"

#include <abi/errors.h>
#include <abi/fault.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/memory.h>
#include <string.h>

static int allocate(message *m)
{
    const uint32_t bytes = ((const struct memory_allocate_request *)m->m_words)->bytes;
    if (bytes == 0 || bytes > USER_MEMORY_END - USER_MEMORY)
        return -EINVAL;
    int error = sys_watch(m->m_source, true);
    if (error)
        return error;
    const uint32_t address = pages_give(m->m_source, (bytes + PAGE_BYTES - 1) / PAGE_BYTES);
    ((struct memory_allocate_answer *)m->m_words)->address = address;
    return address ? 0 : -ENOMEM;
}

static int release(message *m)
{
    const struct memory_range r = *(const struct memory_range *)m->m_words;
    if (!pages_are_ours(r.address, r.bytes))
        return -EINVAL;
    if (!pages_have(m->m_source, r.address, r.bytes / PAGE_BYTES))
        return -ENOENT;
    return pages_take(m->m_source, r.address, r.bytes / PAGE_BYTES);
}

static int info(message *m)
{
    struct memory_info_answer *answer = (void *)m->m_words;
    answer->free = pages_free() * PAGE_BYTES;
    answer->total = pages_total() * PAGE_BYTES;
    answer->shares = lend_open();
    return 0;
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE || !(bits & EVENT_DEATH))
        return;
    server_take_deaths(bits, lend_forget);
    programs_bury();
}

static void retire(void)
{
    lend_retire();
    programs_retire();
}

#define VECTORS 32 /* of the processor's own */

static const struct server_handler requests[] = {
    {MEMORY_ALLOCATE, allocate},
    {MEMORY_RELEASE, release},
    {MEMORY_SHARE, lend_share},
    {MEMORY_ATTACH, lend_attach},
    {MEMORY_DETACH, lend_detach},
    {MEMORY_GRANT, lend_grant},
    {MEMORY_COPY, lend_copy},
    {MEMORY_REVOKE, lend_revoke},
    {MEMORY_INFO, info},
    {MEMORY_CREATE, programs_create},
    {MEMORY_REGION, programs_region},
    {MEMORY_FILL, programs_fill},
    {MEMORY_BEGIN, programs_begin},
    {MEMORY_CLONE, programs_clone},
    {MEMORY_WAIT, programs_wait},
    {MEMORY_KILL, programs_kill},
};

#define REQUESTS (sizeof requests / sizeof *requests)

int main(void)
{
    static struct server_handler handlers[REQUESTS + VECTORS + 1];
    memcpy(handlers, requests, sizeof requests);
    for (int32_t vector = 0; vector < VECTORS; vector++)
        handlers[REQUESTS + (size_t)vector] =
            (struct server_handler){FAULT_MESSAGE | vector, demand_fault};
    pages_init();
    programs_init();
    lend_settle();
    server_on_retire(retire);
    return server_run("memory", handlers, on_events);
}
