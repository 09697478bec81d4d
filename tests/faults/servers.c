/* The servers of the campaign: who they are now, whether they are back, whether what they may not
   change is as it was. */
#include "injector.h"

#include <abi/layout.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/supervisor.h>
#include <string.h>

#define LIST_US 5000

struct server servers[VICTIMS_MAX];
unsigned server_count;
static uint32_t kernel_sum;

uint64_t now_us(void)
{
    uint64_t now = 0;
    sys_time(&now);
    return now;
}

void servers_begin(const struct fault_header *header)
{
    server_count = header->victims;
    for (unsigned i = 0; i < server_count; i++)
        servers[i] = (struct server){.name = header->victim[i].name,
                                     .endpoint = NONE,
                                     .first = header->victim[i].first,
                                     .bytes = header->victim[i].bytes};
}

struct server *server_of(endpoint_t endpoint)
{
    for (struct server *s = servers; s < servers + server_count; s++)
        if (s->endpoint == endpoint)
            return s;
    return NULL;
}

bool server_is_back(struct server *s)
{
    struct process_info info;
    if (s->endpoint == NONE && sys_lookup(s->name, &s->endpoint) == 0)
        sys_watch(s->endpoint, true);
    return s->endpoint != NONE && sys_process_of(s->endpoint, &info) == 0 &&
           info.state == PROCESS_RECEIVING && info.waits_for == ANY;
}

struct server *server_that_leads(void)
{
    for (struct server *s = servers; s < servers + server_count; s++) {
        message m = {.m_type = SUPERVISOR_LIST};
        if (strncmp(s->name, "supervisor", 10) != 0 || s->endpoint == NONE)
            continue;
        if (ipc_call(IPC_REQUEST | IPC_TIMEOUT, s->endpoint, &m, LIST_US, NULL) == 0 &&
            m.m_type == 0)
            return s;
    }
    return NULL;
}

/* ---- What nothing may change ----------------------------------------------------------------- */

static uint32_t piece[INJECT_BYTES / 4];

static uint32_t sum_of(endpoint_t whose, uint32_t first, uint32_t bytes)
{
    uint32_t sum = 1;
    for (uint32_t done = 0; done < bytes; done += sizeof piece) {
        const uint32_t part = bytes - done < sizeof piece ? bytes - done : sizeof piece;
        memset(piece, 0, sizeof piece);
        if (sys_inject(INJECT_READ, whose, first + done, piece, part) < 0)
            return 0;
        for (unsigned i = 0; i < sizeof piece / 4; i++)
            sum = (sum << 5 | sum >> 27) ^ piece[i];
    }
    return sum;
}

static uint32_t sum_of_kernel(void)
{
    uint32_t bytes = 0;
    while (sys_inject(INJECT_READ, SYSTEM, bytes + PAGE_BYTES, piece, 0) == 0)
        bytes += PAGE_BYTES;
    return sum_of(SYSTEM, 0, bytes);
}

void sums_note(void)
{
    kernel_sum = sum_of_kernel();
    for (struct server *s = servers; s < servers + server_count; s++)
        s->sum = sum_of(s->endpoint, s->first, s->bytes);
}

const char *sums_changed(void)
{
    if (!kernel_sum || sum_of_kernel() != kernel_sum)
        return "the kernel";
    for (struct server *s = servers; s < servers + server_count; s++)
        if (!s->sum || sum_of(s->endpoint, s->first, s->bytes) != s->sum)
            return s->name;
    return NULL;
}
