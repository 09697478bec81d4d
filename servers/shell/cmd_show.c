/* Commands that show the system's state: ps, mem, modules, names, dmesg, dump. */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"
#include "services.h"

#include <abi/errors.h>
#include <parley/system.h>
#include <proto/names.h>
#include <stdio.h>
#include <string.h>

static const char *state_word(uint32_t state)
{
    switch (state) {
    case PROCESS_RUNNING:
        return "running";
    case PROCESS_READY:
        return "ready";
    case PROCESS_SENDING:
        return "sending";
    case PROCESS_CALLING:
        return "calling";
    case PROCESS_RECEIVING:
        return "receiving";
    case PROCESS_ANSWER:
        return "waiting";
    case PROCESS_REQUESTING:
        return "asking";
    case PROCESS_AWAITING:
        return "awaiting";
    case PROCESS_SELECTING:
        return "selecting";
    default:
        return "?";
    }
}

static void show_process(const struct process_info *p)
{
    char other[NAME_BYTES], asked[PROCESS_ASKED_BYTES];
    const bool waits = p->state >= PROCESS_SENDING;
    print("%-12s %8d %-9s %-10s %3u %7u %8u %8u %5uK\n", p->name, (int)p->endpoint,
          state_word(p->state), waits ? process_name(p->waits_for, other) : "-",
          (unsigned)p->priority, (unsigned)p->ticks, (unsigned)p->messages_sent,
          (unsigned)p->messages_received, (unsigned)(p->memory_bytes / 1024));
    if (process_asked(&p->asked, p->waits_for, asked))
        print("%-12s waits for %s: %s\n", "", process_name(p->waits_for, other), asked);
}

int command_ps(int argc, char **argv)
{
    if (argc > 2)
        return command_usage("ps");
    if (argc == 2)
        return process_show_rights(argv[1]);
    print("%-12s %8s %-9s %-10s %3s %7s %8s %8s %6s\n", "NAME", "ENDPOINT", "STATE", "WAITS-FOR",
          "PRI", "TICKS", "SENT", "RECEIVED", "MEM");
    struct process_info info;
    for (unsigned slot = 0; process_next(&slot, &info);) {
        show_process(&info);
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    return 0;
}

/* Who holds the processes' memory: boot modules keep theirs while they do not run. */
static void say_holders(void)
{
    struct module_info m;
    for (unsigned i = 0; sys_module(i, &m) == 0; i++)
        if (m.memory_bytes)
            print("  %-16s %8u kB%s\n", m.name, (unsigned)(m.memory_bytes / 1024),
                  m.flags & MODULE_RUNNING  ? ""
                  : m.flags & MODULE_DATA   ? "  (data)"
                  : m.flags & MODULE_UPDATE ? "  (an update)"
                                            : "  (does not run)");
}

int command_mem(int argc, char **argv)
{
    struct memory_info m;
    (void)argv;
    if (argc > 1)
        return command_usage("mem");
    const int error = sys_memory(&m);
    if (error < 0) {
        say("mem: %s\n", strerror(error));
        return STATUS_FAILED;
    }
    print("kernel    %8u kB\n", (unsigned)(m.kernel_bytes / 1024));
    print("modules   %8u kB\n", (unsigned)(m.modules_bytes / 1024));
    print("processes %8u kB\n", (unsigned)(m.process_bytes / 1024));
    say_holders();
    print("free %u kB of %u kB\n", (unsigned)(m.free_bytes / 1024),
          (unsigned)(m.total_bytes / 1024));
    return 0;
}

static const char *module_state(const struct module_info *m)
{
    if (m->flags & MODULE_REFUSED)
        return "refused";
    if (m->flags & MODULE_RUNNING)
        return "running";
    if (m->flags & MODULE_DATA)
        return "data";
    if (m->flags & MODULE_UPDATE)
        return "update";
    return m->starts == 0 || (m->flags & MODULE_DEMAND) ? "on demand" : "ended";
}

int command_modules(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("modules");
    print("%-15s %-9s %6s %8s %8s\n", "NAME", "STATE", "STARTS", "FILE", "MEMORY");
    struct module_info m;
    for (unsigned i = 0; sys_module(i, &m) == 0; i++) {
        print("%-15s %-9s %6u %7uK %7uK", m.name, module_state(&m), (unsigned)m.starts,
              (unsigned)((m.image_bytes + 1023) / 1024), (unsigned)(m.memory_bytes / 1024));
        print(m.flags & MODULE_REFUSED ? "  %.75s\n" : "\n", m.reason);
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    return 0;
}

/* 0, or the error: ENOENT past the last. */
static int show_name(uint32_t index)
{
    message m = {.m_type = NAMES_LIST};
    const struct names_request request = {.index = index};
    memcpy(m.m_words, &request, sizeof request);
    const int error = service_ask("names", &m);
    if (error < 0)
        return error;
    struct names_answer answer;
    memcpy(&answer, m.m_words, sizeof answer);
    char provider[NAME_BYTES];
    print("%-15.15s %-15s %8d\n", answer.name, process_name(answer.endpoint, provider),
          (int)answer.endpoint);
    return 0;
}

int command_names(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("names");
    print("%-15s %-15s %8s\n", "NAME", "PROVIDED-BY", "ENDPOINT");
    int error = 0;
    for (uint32_t i = 0; error == 0; i++) {
        error = show_name(i);
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    if (error == -ENOENT)
        return 0;
    say("names: the name server does not answer: %s\n", strerror(error));
    return STATUS_FAILED;
}

int command_dmesg(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("dmesg");
    uint64_t position = 0;
    char text[256];
    int bytes;
    char last = '\n';
    while ((bytes = sys_log_read(&position, text, sizeof text)) > 0) {
        output_write(text, (size_t)bytes);
        last = text[bytes - 1];
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    if (last != '\n')
        output_write("\n", 1);
    if (bytes == 0)
        return 0;
    say("dmesg: %s\n", strerror(bytes));
    return STATUS_FAILED;
}

int command_dump(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("dump");
    const int error = sys_dump();
    if (error == 0)
        return 0;
    say("dump: %s\n", strerror(error));
    return STATUS_FAILED;
}
