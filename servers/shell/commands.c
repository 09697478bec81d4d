/* The table of commands, and what is done with a line. Entry: command_line. */
#include "commands.h"

#include "console.h"
#include "jobs.h"
#include "manual.h"
#include "pages.h"
#include "processes.h"
#include "words.h"

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

/* Programs alone can stand beside others or go on by themselves. */
static int run_pipeline(struct words *words, const char *line)
{
    struct pipeline pipeline;
    const char *wrong = pipeline_parse(words, &pipeline);
    if (wrong != NULL) {
        say("shell: %s\n", wrong);
        return STATUS_USAGE;
    }
    for (unsigned i = 0; i < pipeline.count; i++) {
        const char *name = pipeline.argv[i][0];
        if (program_exists(name))
            continue;
        if (command_find(name) == NULL)
            return unknown(name);
        say("shell: %s is a command of the shell's: | and & are for programs (try ls bin/)\n",
            name);
        return STATUS_USAGE;
    }
    return job_start(&pipeline, line);
}

int command_line(const char *line, int status)
{
    static struct words words;
    const char *wrong = words_split(line, status, &words);
    if (wrong != NULL) {
        say("shell: %s\n", wrong);
        return STATUS_USAGE;
    }
    if (words.count == 0)
        return status;
    console_begin();
    if (pipeline_is(&words))
        return run_pipeline(&words, line);
    const struct command *c = command_find(words.word[0]);
    if (c != NULL)
        return c->run(words.count, words.word);
    struct module_info info;
    if (module_find(words.word[0], &info) && module_is_command(&info))
        return program_run(words.word);
    if (program_exists(words.word[0]))
        return run_pipeline(&words, line);
    return unknown(words.word[0]);
}

unsigned command_complete(const char *line, struct match *m)
{
    const char *prefix = strrchr(line, ' ');
    prefix = prefix == NULL ? line : prefix + 1;
    const size_t first = strspn(line, " ");
    if (prefix == line + first) {
        offer_first_words(m, prefix);
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
