/* ps NAME: what one process may do, as its module's line says. */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"

#include <abi/errors.h>
#include <abi/privilege.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

struct bit {
    unsigned number;
    const char *name;
};

static const struct bit calls[] = {
#define CALL_NAME(name, number, bit) {bit, #name},
    IPC_CALLS(CALL_NAME)
#undef CALL_NAME
};

static const struct bit kernel_calls[] = {
#define KERNEL_CALL_NAME(name, symbol, number, text) {number, #name},
    SYSTEM_CALLS(KERNEL_CALL_NAME)
#undef KERNEL_CALL_NAME
};

static void show_bits(const char *title, uint32_t mask, const struct bit *bits, unsigned count)
{
    print("%-8s", title);
    for (unsigned i = 0; i < count; i++)
        if (mask & 1u << bits[i].number)
            print(" %s", bits[i].name);
    print("\n");
}

/* An identity by the name of a process that has it; those that do not run by their number. */
static void show_identity(unsigned identity)
{
    struct process_info info;
    if (identity == IDENTITY_USER) {
        print(" user");
        return;
    }
    for (unsigned slot = 0; process_next(&slot, &info);) {
        if (info.identity == identity) {
            print(" %s", info.name);
            return;
        }
    }
}

static void show_targets(const struct process_info *p)
{
    print("%-8s", "targets");
    for (unsigned i = 0; i < IDENTITY_COUNT; i++)
        if (p->targets[i / 32] & 1u << i % 32)
            show_identity(i);
    print("\n");
}

static void show_lines(uint32_t lines)
{
    print("%-8s", "irq");
    for (unsigned i = 0; i < IRQ_LINES; i++)
        if (lines & 1u << i)
            print(" %u", i);
    print(lines & 1u << IRQ_LINE_LOG ? " log\n" : "\n");
}

static void show_ports(const struct process_info *p)
{
    print("%-8s", "ports");
    for (unsigned i = 0; i < p->port_count && i < PROCESS_PORTS_MAX; i++) {
        print(" 0x%x", (unsigned)p->ports[i].first);
        if (p->ports[i].last != p->ports[i].first)
            print("-0x%x", (unsigned)p->ports[i].last);
    }
    print("\n");
}

int process_show_rights(const char *text)
{
    endpoint_t endpoint;
    struct process_info info;
    int error = process_find(text, &endpoint);
    if (error == 0)
        error = sys_process(endpoint_slot(endpoint), &info);
    if (error != 0 || info.endpoint != endpoint) {
        say("ps: no process called %s\n", text);
        return STATUS_FAILED;
    }
    print("%s, endpoint %d, priority %u\n", info.name, (int)info.endpoint, (unsigned)info.priority);
    show_bits("calls", info.calls, calls, sizeof calls / sizeof calls[0]);
    show_targets(&info);
    show_bits("kernel", info.kernel_calls, kernel_calls,
              sizeof kernel_calls / sizeof kernel_calls[0]);
    show_lines(info.irq_lines);
    show_ports(&info);
    return 0;
}
