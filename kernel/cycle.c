#include "cycle.h"
#include "log.h"
#include "panic.h"
#include "process.h"
#include "text.h"

#define REPORTS_PER_SECOND 8
#define NAMED_MEMBERS      8 /* in the log's line */

static struct record {
    uint16_t readers; /* members that have not been in another cycle since; 0: the record is free */
    uint16_t count;
    endpoint_t members[IPC_PROCESSES];
} records[IPC_PROCESSES];

static uint16_t record_of[IPC_PROCESSES]; /* + 1; 0: none */

void cycle_forget(unsigned slot)
{
    if (record_of[slot])
        records[record_of[slot] - 1].readers--;
    record_of[slot] = 0;
}

static struct record *find_free(void)
{
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        if (records[i].readers == 0)
            return &records[i];
    kernel_panic("no record for a refused cycle");
}

static void keep(const uint16_t *slots, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cycle_forget(slots[i]);
    struct record *r = find_free();
    r->readers = r->count = (uint16_t)count;
    for (unsigned i = 0; i < count; i++) {
        r->members[i] = ipc_table.process[slots[i]].endpoint;
        record_of[slots[i]] = (uint16_t)(r - records + 1);
    }
}

/* A program may try as often as it likes: it must not wash everything else out of the log. */
static bool may_report(void)
{
    static uint32_t second, reports;
    if (second != arch_ticks() / ARCH_TICKS_PER_SECOND) {
        second = arch_ticks() / ARCH_TICKS_PER_SECOND;
        reports = 0;
    }
    return reports++ < REPORTS_PER_SECOND;
}

static void report(const uint16_t *slots, unsigned count)
{
    char line[192];
    size_t used =
        format(line, sizeof line, "deadlock refused: %s", process_name(process_at(slots[0])));
    for (unsigned i = 1; i < count && i < NAMED_MEMBERS; i++)
        used +=
            format(line + used, sizeof line - used, " -> %s", process_name(process_at(slots[i])));
    log_line("%s -> %s%s", line, count > NAMED_MEMBERS ? "... -> " : "",
             process_name(process_at(slots[0])));
}

void cycle_refused(unsigned slot)
{
    static uint16_t slots[IPC_PROCESSES];
    unsigned peer = endpoint_slot((endpoint_t)ipc_table.process[slot].second);
    /* ipc_select of oneself is refused for no cycle. */
    unsigned count = peer == slot ? 0 : ipc_cycle(&ipc_table, slot, peer, slots, IPC_PROCESSES);
    if (count == 0)
        return;
    keep(slots, count);
    if (may_report())
        report(slots, count);
}

unsigned cycle_read(unsigned slot, unsigned index, endpoint_t *member)
{
    if (!record_of[slot])
        return 0;
    const struct record *r = &records[record_of[slot] - 1];
    if (index < r->count)
        *member = r->members[index];
    return r->count;
}
