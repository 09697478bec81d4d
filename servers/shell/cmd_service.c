/*
 * service: what the supervisor starts and starts again. Of its two processes the one that leads
 * answers; the other says EAGAIN.
 */
#include "commands.h"
#include "console.h"
#include "output.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/supervisor.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_US 2000000
#define ATTEMPTS  200 /* while one takes over from the other */
#define PAUSE_US  5000

static int ask_at(const char *name, message *m)
{
    endpoint_t supervisor;
    int error = sys_lookup(name, &supervisor);
    if (error == 0)
        error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, supervisor, m, ANSWER_US, NULL);
    return error < 0 ? error : m->m_type;
}

static bool is_elsewhere(int error)
{
    return error == -EAGAIN || error == -ENOENT || error == -EDEADSRCDST || error == -EREPLYDEAD;
}

static const char *const names[] = {"supervisor", "supervisor-2"};

/* ENOENT of a request means what it says, unless there is no such process: told apart here. */
static int ask(message *m)
{
    const message request = *m;
    endpoint_t exists;
    int error = -ESRCH;
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        const char *name = names[i % 2];
        *m = request;
        error = ask_at(name, m);
        if (!is_elsewhere(error) || (error == -ENOENT && sys_lookup(name, &exists) == 0))
            return error;
        if (sys_lookup(names[0], &exists) < 0 && sys_lookup(names[1], &exists) < 0)
            return -ESRCH;
        if (i % 2 == 1)
            (void)console_wait(PAUSE_US);
    }
    return error;
}

/* ---- list ------------------------------------------------------------------------------------ */

static const char *state_word(const struct supervisor_entry *e, char *text, size_t bytes)
{
    static const char *const words[] = {
        [SUPERVISOR_STATE_RUNNING] = "running",   [SUPERVISOR_STATE_STOPPED] = "stopped",
        [SUPERVISOR_STATE_GIVEN_UP] = "given up", [SUPERVISOR_STATE_ENDED] = "ended",
        [SUPERVISOR_STATE_LEADS] = "leads",       [SUPERVISOR_STATE_UNASKED] = "on demand",
    };
    if (e->state != SUPERVISOR_STATE_RESTARTING)
        return e->state < sizeof words / sizeof words[0] ? words[e->state] : "?";
    snprintf(text, bytes, "in %u ms", (unsigned)e->due_ms);
    return text;
}

static const char *policy_words(const struct module_info *m, char *text, size_t bytes)
{
    static const char *const words[] = {"never", "fault", "always"};
    if (!(m->flags & MODULE_SUPERVISED))
        return "always";
    size_t used = (size_t)snprintf(text, bytes, "%s", m->restart < 3 ? words[m->restart] : "?");
    if (m->limit)
        used += (size_t)snprintf(text + used, bytes - used, " %u/%us", (unsigned)m->limit,
                                 (unsigned)m->limit_seconds);
    if (m->heartbeat_ms)
        snprintf(text + used, bytes - used, " beat %ums", (unsigned)m->heartbeat_ms);
    return text;
}

static const char *death_words(const struct supervisor_entry *e, char *text, size_t bytes)
{
    switch (e->cause) {
    case SUPERVISOR_CAUSE_NONE:
        return "-";
    case SUPERVISOR_CAUSE_EXIT:
        snprintf(text, bytes, "exit %u", (unsigned)e->status);
        return text;
    case SUPERVISOR_CAUSE_FAULT:
        snprintf(text, bytes, "%s at 0x%08x", sys_fault_name(e->status), (unsigned)e->address);
        return text;
    case SUPERVISOR_CAUSE_KILL:
        return "killed";
    case SUPERVISOR_CAUSE_HANG:
        return "no sign of life";
    default:
        return "unknown";
    }
}

static void show(const struct supervisor_entry *e)
{
    struct module_info m;
    char state[24], policy[48], death[64], endpoint[12] = "-";
    if (sys_module(e->module, &m) < 0)
        return;
    if (m.flags & MODULE_RUNNING)
        snprintf(endpoint, sizeof endpoint, "%d", (int)m.endpoint);
    print("%-15s %-9s %8s %8u  %-22s %s\n", m.name, state_word(e, state, sizeof state), endpoint,
          (unsigned)(m.starts > 0 ? m.starts - 1 : 0), policy_words(&m, policy, sizeof policy),
          death_words(e, death, sizeof death));
}

static int no_answer(int error)
{
    if (error == -ESRCH)
        say("service: there is no supervisor (modules shows what there is)\n");
    else
        say("service: the supervisor does not answer: %s\n", strerror(error));
    return STATUS_FAILED;
}

static int list(void)
{
    for (uint32_t i = 0; !output_stopped(); i++) {
        message m = {.m_type = SUPERVISOR_LIST, .m_words = {i}};
        struct supervisor_entry entry;
        const int error = ask(&m);
        if (error == -ENOENT)
            return 0;
        if (error < 0)
            return no_answer(error);
        if (i == 0)
            print("%-15s %-9s %8s %8s  %-22s %s\n", "NAME", "STATE", "ENDPOINT", "RESTARTS",
                  "POLICY", "LAST DEATH");
        memcpy(&entry, m.m_words, sizeof entry);
        show(&entry);
    }
    return STATUS_INTERRUPTED;
}

/* ---- start, stop, restart, update ------------------------------------------------------------ */

/* Of the two supervisors the list shows the one that leads, which is no service of its own. */
static int no_service(const char *name)
{
    if (strcmp(name, names[0]) == 0 || strcmp(name, names[1]) == 0) {
        say("service: %s leads, and does not steer itself (kill -9 %s: the other one takes over)\n",
            name, name);
        return STATUS_FAILED;
    }
    say("service: no such service: %s (try service list)\n", name);
    return STATUS_FAILED;
}

static int say_outcome(int error, const char *name)
{
    if (error == -ENOENT)
        return no_service(name);
    return error < 0 ? no_answer(error) : 0;
}

static int command(int32_t type, const char *name)
{
    message m = {.m_type = type};
    struct supervisor_name asked = {.name = ""};
    if (strlen(name) >= sizeof asked.name)
        return no_service(name);
    strcpy(asked.name, name);
    memcpy(m.m_words, &asked, sizeof asked);
    return say_outcome(ask(&m), name);
}

static int update(const char *name, const char *with)
{
    struct supervisor_update_request asked = {.name = ""};
    message m = {.m_type = SUPERVISOR_UPDATE};
    struct module_info info;
    unsigned module;
    if (sys_module_find(with, &module, &info) < 0) {
        say("service: no such module: %s (try modules)\n", with);
        return STATUS_FAILED;
    }
    if (strlen(name) >= sizeof asked.name)
        return no_service(name);
    strcpy(asked.name, name);
    asked.update = module;
    memcpy(m.m_words, &asked, sizeof asked);
    const int error = ask(&m);
    if (error == -EINVAL) {
        say("service: the line of %s does not say updates=%s\n", with, name);
        return STATUS_FAILED;
    }
    return say_outcome(error, name);
}

static bool is_ours(const char *name)
{
    return strcmp(name, "tty") == 0 || strcmp(name, "shell") == 0;
}

int command_service(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    if (argc == 4 && strcmp(argv[1], "update") == 0)
        return update(argv[2], argv[3]);
    if (argc != 3)
        return command_usage("service");
    if (strcmp(argv[1], "start") == 0)
        return command(SUPERVISOR_START, argv[2]);
    if (strcmp(argv[1], "restart") == 0)
        return command(SUPERVISOR_RESTART, argv[2]);
    if (strcmp(argv[1], "stop") != 0)
        return command_usage("service");
    if (is_ours(argv[2])) {
        say("service: without %s nobody could start it again: restart it instead\n", argv[2]);
        return STATUS_FAILED;
    }
    return command(SUPERVISOR_STOP, argv[2]);
}
