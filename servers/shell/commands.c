/* The table of commands, and what is done with a line. Entry: command_line. */
#include "commands.h"

#include "console.h"
#include "jobs.h"
#include "manual.h"
#include "modules.h"
#include "pages.h"
#include "pipeline.h"
#include "processes.h"
#include "words.h"

#include <abi/errors.h>
#include <string.h>

/* Names, usage and pages: docs/man. */
const struct command commands[] = {
    {MANUAL_HELP, ARGUMENT_COMMAND, command_help},
    {MANUAL_PS, ARGUMENT_PROCESS, command_ps},
    {MANUAL_PING, ARGUMENT_PROCESS, command_ping},
    {MANUAL_TRACE, ARGUMENT_PROCESS, command_trace},
    {MANUAL_TOP, ARGUMENT_NONE, command_top},
    {MANUAL_IPCSTAT, ARGUMENT_NONE, command_ipcstat},
    {MANUAL_WAITS, ARGUMENT_NONE, command_waits},
    {MANUAL_RUN, ARGUMENT_MODULE, command_run},
    {MANUAL_JOBS, ARGUMENT_NONE, command_jobs},
    {MANUAL_FG, ARGUMENT_NONE, command_fg},
    {MANUAL_WAIT, ARGUMENT_NONE, command_wait},
    {MANUAL_START, ARGUMENT_MODULE, command_start},
    {MANUAL_SERVICE, ARGUMENT_MODULE, command_service},
    {MANUAL_KILL, ARGUMENT_PROCESS, command_kill},
    {MANUAL_MODULES, ARGUMENT_NONE, command_modules},
    {MANUAL_NAMES, ARGUMENT_NONE, command_names},
    {MANUAL_MEM, ARGUMENT_NONE, command_mem},
    {MANUAL_UPTIME, ARGUMENT_NONE, command_uptime},
    {MANUAL_VERSION, ARGUMENT_NONE, command_version},
    {MANUAL_DATE, ARGUMENT_NONE, command_date},
    {MANUAL_SLEEP, ARGUMENT_NONE, command_sleep},
    {MANUAL_ECHO, ARGUMENT_NONE, command_echo},
    {MANUAL_DMESG, ARGUMENT_NONE, command_dmesg},
    {MANUAL_DUMP, ARGUMENT_NONE, command_dump},
    {MANUAL_CLEAR, ARGUMENT_NONE, command_clear},
    {MANUAL_KEYBOARD, ARGUMENT_NONE, command_keyboard},
    {MANUAL_REBOOT, ARGUMENT_NONE, command_reboot},
    {MANUAL_POWEROFF, ARGUMENT_NONE, command_poweroff},
    {NULL, NULL, NULL, NULL, ARGUMENT_NONE, NULL},
};

const struct command *command_find(const char *name)
{
    for (const struct command *c = commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

int command_usage(const char *name)
{
    const struct command *c = command_find(name);
    say("%s: use: %s%s%s\n", name, name, c->usage[0] != '\0' ? " " : "", c->usage);
    return STATUS_USAGE;
}

bool command_seconds(const char *name, const char *text, const struct seconds_range *range,
                     uint64_t *microseconds)
{
    if (words_seconds(text, microseconds) == 0 && *microseconds >= range->least_us &&
        *microseconds <= range->most * 1000000ull)
        return true;
    say("%s: %s is not a number of seconds from %s to %u\n", name, text, range->least,
        (unsigned)range->most);
    return false;
}

static void offer_first_words(struct match *m, const char *prefix)
{
    for (const struct command *c = commands; c->name != NULL; c++)
        match_offer(m, prefix, c->name);
    modules_offer(m, prefix, true);
    programs_offer(m, prefix);
}

static int unknown(const char *name)
{
    static struct match all;
    if (!programs_are_there()) {
        say("%s: no command of the shell's, and the files with the programs are not there (see "
            "service list)\n",
            name);
        return STATUS_UNKNOWN;
    }
    all.count = 0;
    offer_first_words(&all, "");
    const char *nearest = NULL;
    for (unsigned i = 0; i < all.count; i++)
        if (match_near(name, all.name[i]) &&
            (nearest == NULL || match_distance(name, all.name[i]) < match_distance(name, nearest)))
            nearest = all.name[i];
    if (nearest != NULL)
        say("%s: no such command; did you mean %s?\n", name, nearest);
    else
        say("%s: no such command (try help)\n", name);
    return STATUS_UNKNOWN;
}

static bool is_command_module(const char *name)
{
    struct module_info info;
    return module_find(name, &info) && module_is_command(&info);
}

/* Finds out what kind a part is: `run NAME` means any module, or a program. 0, or a status. */
static int resolve(char ***argv, enum part_kind *kind)
{
    struct module_info info;
    const bool run = strcmp((*argv)[0], "run") == 0 && (*argv)[1] != NULL;
    *argv += run;
    const char *name = (*argv)[0];
    if (!run && command_find(name) != NULL)
        *kind = PART_COMMAND;
    else if (run ? module_find(name, &info) : is_command_module(name))
        *kind = PART_MODULE;
    else if (program_exists(name))
        *kind = PART_PROGRAM;
    else if (run)
        return module_not_started("run", name, -ENOENT);
    else
        return unknown(name);
    return 0;
}

int command_call(char **argv)
{
    int argc = 0;
    while (argv[argc] != NULL)
        argc++;
    return command_find(argv[0])->run(argc, argv);
}

static int run_pipeline(struct pipeline *pipeline, const char *line)
{
    unsigned wrong;
    for (unsigned i = 0; i < pipeline->count; i++) {
        const int status = resolve(&pipeline->argv[i], &pipeline->kind[i]);
        if (status)
            return status;
    }
    const char *why = pipeline_check(pipeline, &wrong);
    if (why != NULL) {
        say("shell: %s %s\n", pipeline->argv[wrong][0], why);
        return STATUS_USAGE;
    }
    if (pipeline->count == 1 && pipeline->kind[0] == PART_COMMAND)
        return command_call(pipeline->argv[0]);
    return job_start(pipeline, line);
}

int command_line(const char *line, int status)
{
    static struct words words;
    struct pipeline pipeline;
    const char *wrong = words_split(line, status, &words);
    if (wrong == NULL && words.count == 0)
        return status;
    if (wrong == NULL)
        wrong = pipeline_parse(&words, &pipeline);
    if (wrong != NULL) {
        say("shell: %s\n", wrong);
        return STATUS_USAGE;
    }
    console_begin();
    return run_pipeline(&pipeline, line);
}

unsigned command_complete(const char *line, struct match *m)
{
    const char *bar = strrchr(line, '|');
    line = bar == NULL ? line : bar + 1;
    const char *prefix = strrchr(line, ' ');
    prefix = prefix == NULL ? line : prefix + 1;
    const size_t first = strspn(line, " ");
    if (prefix == line + first) {
        if (bar == NULL)
            offer_first_words(m, prefix);
        else
            programs_offer(m, prefix);
        return (unsigned)strlen(prefix);
    }
    char name[NAME_BYTES];
    const size_t length = strcspn(line + first, " ");
    if (length >= sizeof name)
        return 0;
    memcpy(name, line + first, length);
    name[length] = '\0';
    const struct command *c = command_find(name);
    if (c == NULL)
        return 0;
    if (c->argument == ARGUMENT_PROCESS)
        processes_offer(m, prefix);
    else if (c->argument == ARGUMENT_MODULE)
        modules_offer(m, prefix, false);
    else if (c->argument == ARGUMENT_COMMAND) {
        for (const struct command *other = commands; other->name != NULL; other++)
            match_offer(m, prefix, other->name);
        pages_offer(m, prefix);
    }
    return (unsigned)strlen(prefix);
}
