/* The table of commands, and what is done with a line. Entry: command_line. */
#include "commands.h"

#include "console.h"
#include "jobs.h"
#include "processes.h"
#include "words.h"

#include <string.h>

const struct command commands[] = {
    {"help", "[COMMAND]", "list the commands, or explain one",
     "Without an argument lists all commands; with one, explains it.\n"
     "\nPrograms of the boot image's archive (ls bin/) are commands, too: NAME ARGUMENT...\n"
     "ONE | OTHER leads what one writes to what the other reads; a & at the end lets it\n"
     "run in the background.\n"
     "\nKeys: arrows, Home, End, Tab completes, ^A ^E line start and end, ^K ^U delete\n"
     "to the end and to the start, ^W deletes a word, ^L clears the screen, ^C stops a\n"
     "command, F12 or ^\\ shows who waits for whom.\n"
     "'single' and \"double\" quotes keep blanks; $? is the last command's status.\n"
     "\nExample: help ping\n",
     ARGUMENT_COMMAND, command_help},
    {"ps", "[NAME|ENDPOINT]", "list the processes, or show what one may do",
     "One line a process: its name and endpoint, what it does (running, ready,\n"
     "sending, calling, asking, receiving, selecting, or waiting for an answer), for\n"
     "whom it waits, its priority (0 is the most urgent), milliseconds of processor\n"
     "time, messages sent and received, and its memory. Below one that waits for an\n"
     "answer or for its message to be taken, that message.\n"
     "With a name: that process's rights, as its module's line gives them: calls,\n"
     "targets (those that run), calls to the kernel, interrupt lines, ports.\n"
     "\nExample: ps tty\n",
     ARGUMENT_PROCESS, command_ps},
    {"ping", "NAME|ENDPOINT [N]", "measure round trips of a message",
     "Sends N messages (10; at most 1000000) to a server, each a rendezvous there and\n"
     "back, checks every answer, and shows the smallest, the median and the greatest\n"
     "time of a round trip. ^C stops it.\n"
     "\nExample: ping clock 1000\n",
     ARGUMENT_PROCESS, command_ping},
    {"trace", "[-v] [FILTER...] [-- COMMAND]", "show the messages between processes",
     "Without a command: live, until q or ^C; the space bar pauses. With one: runs it\n"
     "and shows what was said meanwhile.\n"
     "  trace last [N] [FILTER...]  the last N lines (20) of what is kept\n"
     "  trace on | off | status     record all the time, or only while somebody looks\n"
     "  trace save                  all that is kept, to the second serial port\n"
     "  trace stream on | off       everything from now on, to the second serial port\n"
     "Filters: up to two processes' names; type=NUMBER; call=NAME, as ipc_request;\n"
     "what=THING,... of call deliver wake return block switch event irq fault birth\n"
     "death clock all. -v shows records as they are. What shell and tty say to each\n"
     "other is left out unless you name one.\n"
     "\nExample: trace -- date\n",
     ARGUMENT_PROCESS, command_trace},
    {"top", "[SECONDS]", "show who uses the processor",
     "Every SECONDS (1): each process's share of the processor and its messages a\n"
     "second, the busiest first. q or ^C ends it.\n"
     "\nExample: top 2\n",
     ARGUMENT_NONE, command_top},
    {"ipcstat", "[SECONDS]", "count requests and measure how long answers take",
     "Watches the trace for SECONDS (2; ^C ends it earlier): who asked whom how often,\n"
     "and a histogram of the time from request to answer.\n"
     "\nExample: ipcstat 5\n",
     ARGUMENT_NONE, command_ipcstat},
    {"waits", "", "show who waits for whom",
     "The wait-for graph: each process that waits for nobody in particular or runs,\n"
     "and below it those that wait for it, each with what it asks.\n"
     "\nExample: waits\n",
     ARGUMENT_NONE, command_waits},
    {"run", "MODULE [ARGUMENT...]", "start a module and wait for its end",
     "Starts a boot module that is not running, gives it the keyboard, and waits until\n"
     "it ends. ^C stops it. For a module that is started on demand its name alone does\n"
     "the same. Arguments are split at blanks, quoted or not.\n"
     "\nExample: run greet World\n",
     ARGUMENT_MODULE, command_run},
    {"jobs", "", "list the programs that were started with &",
     "One line a job: its number, whether it runs, and the line that started it. A job\n"
     "that has ended is reported before the next prompt.\n"
     "\nExample: jobs\n",
     ARGUMENT_NONE, command_jobs},
    {"fg", "[JOB]", "bring a job to the foreground",
     "Waits for the job's end; ^C ends it. Without a number: the last one. Its input\n"
     "stays empty.\n"
     "\nExample: fg 1\n",
     ARGUMENT_NONE, command_fg},
    {"wait", "[JOB]", "wait until a job has ended, or all have",
     "Waits; ^C ends the waiting and leaves the job alone.\n"
     "\nExample: wait\n",
     ARGUMENT_NONE, command_wait},
    {"start", "MODULE [ARGUMENT...]", "start a module and go on",
     "Starts a boot module that is not running and does not wait for it: for servers.\n"
     "\nExample: start hello\n",
     ARGUMENT_MODULE, command_start},
    {"service", "list | start|stop|restart NAME | update NAME MODULE",
     "see and steer what is supervised",
     "The supervisor starts the modules whose lines say start=supervised, and starts\n"
     "them again when they die.\n"
     "  service list          each one's state, endpoint, restarts, policy, last death\n"
     "  service start NAME    it runs again, whatever ended it\n"
     "  service stop NAME     ends it; it is not started again\n"
     "  service restart NAME  it retires and is started at once; no request is lost\n"
     "  service update NAME MODULE\n"
     "                        the same, and from then on it runs the program of MODULE,\n"
     "                        whose line has updates=NAME\n"
     "\nExample: service restart clock\n",
     ARGUMENT_MODULE, command_service},
    {"kill", "[-9] NAME|ENDPOINT", "end a process",
     "Ends a process at once. Those who wait for it get an error. A supervised server\n"
     "comes back (see service); another one that was killed is started again by start.\n"
     "There is only one way to end it; -9 says that even this shell is meant.\n"
     "\nExample: kill hello\n",
     ARGUMENT_PROCESS, command_kill},
    {"modules", "", "list the boot modules",
     "One line a module: whether it runs, waits to be started (on demand), has ended,\n"
     "or was refused and why; how often it was started; the size of its file and the\n"
     "memory that it needs.\n"
     "\nExample: modules\n",
     ARGUMENT_NONE, command_modules},
    {"names", "", "list the published names",
     "One line a name that the name server knows: who provides that service.\n"
     "\nExample: names\n",
     ARGUMENT_NONE, command_names},
    {"mem", "", "show how memory is used",
     "How much memory the kernel, the modules as they were loaded and the processes\n"
     "use, by process, and how much is free. A module keeps what its line says while\n"
     "it does not run; what the memory server gave goes back.\n"
     "\nExample: mem\n",
     ARGUMENT_NONE, command_mem},
    {"uptime", "", "show the time since the boot",
     "Asks the clock server how long the system has been up.\n"
     "\nExample: uptime\n",
     ARGUMENT_NONE, command_uptime},
    {"date", "", "show date and time (UTC)",
     "Asks the clock server, which takes the machine's clock as UTC.\n"
     "\nExample: date\n",
     ARGUMENT_NONE, command_date},
    {"sleep", "SECONDS", "wait",
     "Waits; fractions are allowed. ^C ends it.\n"
     "\nExample: sleep 0.5\n",
     ARGUMENT_NONE, command_sleep},
    {"echo", "[WORD...]", "print words",
     "Prints its arguments with a blank between them; $? is the last command's status.\n"
     "\nExample: echo status $?\n",
     ARGUMENT_NONE, command_echo},
    {"dmesg", "", "print the kernel's log",
     "Prints what the kernel has logged since the boot, as far as it is kept.\n"
     "\nExample: dmesg\n",
     ARGUMENT_NONE, command_dmesg},
    {"dump", "", "write who waits for whom to the log",
     "Lets the kernel write every process's state to its log, which the console shows.\n"
     "F12 and ^\\ do the same at any time.\n"
     "\nExample: dump\n",
     ARGUMENT_NONE, command_dump},
    {"clear", "", "clear the screen",
     "Clears the screen. ^L does the same while you type.\n"
     "\nExample: clear\n",
     ARGUMENT_NONE, command_clear},
    {"keyboard", "[LAYOUT]", "show the keyboard's layout, or set it",
     "Without an argument shows the layout of the machine's keyboard and all that there\n"
     "are; with one, sets it. The right Alt key is AltGr where the layout has one.\n"
     "\nExample: keyboard de\n",
     ARGUMENT_NONE, command_keyboard},
    {"reboot", "", "restart the machine",
     "Restarts the machine at once.\n"
     "\nExample: reboot\n",
     ARGUMENT_NONE, command_reboot},
    {"poweroff", "[STATUS]", "switch the machine off",
     "Switches the machine off. An emulator that takes one ends with STATUS (0 to 127;\n"
     "a greater one, as $? may be, becomes 127).\n"
     "\nExample: poweroff $?\n",
     ARGUMENT_NONE, command_poweroff},
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
    else if (c->argument == ARGUMENT_COMMAND)
        for (const struct command *other = commands; other->name != NULL; other++)
            match_offer(m, prefix, other->name);
    return (unsigned)strlen(prefix);
}
