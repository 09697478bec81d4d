/*
 * trace: what is said between processes, live, of a command, or afterwards.
 *
 * What the shell and the tty say to each other is left out unless one of them is named: showing a
 * line would make more lines. So are, live, the tty's interrupts; and always what the shell asks
 * about the trace itself, but for -v, which shows every record.
 */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"
#include "services.h"
#include "trace_view.h"
#include "words.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/tracer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES      256
#define LOOK_US         200000
#define LINES_A_LOOK    40 /* so that ^C is heard */
#define DEFAULT_LAST    20
#define MESSAGES        (TRACE_CALL | TRACE_DELIVER)
#define FAILURES        (TRACE_WAKE | TRACE_RETURN)
#define HAPPENINGS      (TRACE_EVENT | TRACE_IRQ | TRACE_FAULT | TRACE_BIRTH | TRACE_DEATH)
#define SHOWN_UNLESS    (MESSAGES | FAILURES | HAPPENINGS)
#define LINE_OF_COMMAND 512
#define LONGEST_SAVE_US 60000000

struct options {
    struct trace_wanted wanted;
    unsigned processes; /* named */
    bool facts;         /* what= was given */
    char command[LINE_OF_COMMAND];
};

static int refuse(const char *what, int error)
{
    if (error == -EPERM)
        say("trace: %s: this shell's line has no kernel=trace\n", what);
    else if (error == -ENOSPC)
        say("trace: %s: the kernel had no memory for a ring\n", what);
    else
        say("trace: %s: %s\n", what, strerror(error));
    return STATUS_FAILED;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static bool read_process(const char *word, struct options *o)
{
    endpoint_t *end = o->processes == 0 ? &o->wanted.process : &o->wanted.peer;
    if (o->processes == 2) {
        say("trace: %s: two processes are named already\n", word);
        return false;
    }
    if (process_find(word, end) < 0) {
        say("trace: no process called %s, and no filter (try help trace)\n", word);
        return false;
    }
    o->processes++;
    return true;
}

static bool read_facts(const char *list, struct options *o)
{
    char text[LINE_BYTES], *rest = text;
    strlcpy(text, list, sizeof text);
    o->facts = true;
    o->wanted.what = 0;
    for (const char *fact = strtok_r(rest, ",", &rest); fact; fact = strtok_r(NULL, ",", &rest)) {
        const uint32_t bit = strcmp(fact, "all") == 0 ? TRACE_ALL : trace_view_fact(fact);
        if (bit == 0) {
            say("trace: what=%s: no such thing (try help trace)\n", fact);
            return false;
        }
        o->wanted.what |= bit;
    }
    if (o->wanted.what == 0)
        say("trace: what= says of nothing (try help trace)\n");
    return o->wanted.what != 0;
}

static bool read_type(const char *word, struct options *o)
{
    char *end;
    o->wanted.type = (int32_t)strtol(word, &end, 0);
    o->wanted.one_type = true;
    if (*word != '\0' && *end == '\0')
        return true;
    say("trace: type=%s: not a number\n", word);
    return false;
}

static bool read_call(const char *word, struct options *o)
{
    o->wanted.call = trace_view_call(word);
    if (o->wanted.call != 0)
        return true;
    say("trace: call=%s: no such call\n", word);
    return false;
}

static bool read_option(const char *word, struct options *o)
{
    if (strcmp(word, "-v") == 0) {
        o->wanted.everything = true;
        if (!o->facts)
            o->wanted.what = TRACE_ALL;
        return true;
    }
    if (strncmp(word, "what=", 5) == 0)
        return read_facts(word + 5, o);
    if (strncmp(word, "type=", 5) == 0)
        return read_type(word + 5, o);
    if (strncmp(word, "call=", 5) == 0)
        return read_call(word + 5, o);
    return read_process(word, o);
}

/* The words behind --, quoted so that they are split as they were. */
static bool read_command(char **word, struct options *o)
{
    size_t used = 0;
    if (*word == NULL) {
        say("trace: a command is missing behind --\n");
        return false;
    }
    for (; *word != NULL; word++) {
        if (strchr(*word, '\'') != NULL) {
            say("trace: a command with a ' cannot be passed on\n");
            return false;
        }
        used += (size_t)snprintf(o->command + used, sizeof o->command - used, "'%s' ", *word);
        if (used >= sizeof o->command) {
            say("trace: the command is too long\n");
            return false;
        }
    }
    return true;
}

static bool read_options(char **word, struct options *o)
{
    *o = (struct options){.wanted = {.what = SHOWN_UNLESS}};
    for (; *word != NULL && strcmp(*word, "--") != 0; word++)
        if (!read_option(*word, o))
            return false;
    if (*word != NULL && !read_command(word + 1, o))
        return false;
    if (o->processes == 0) {
        o->wanted.hidden[0] = self();
        o->wanted.hidden[1] = console_endpoint();
    }
    return true;
}

/* ---- Showing --------------------------------------------------------------------------------- */

static void show(const struct trace_record *r, const char *line)
{
    const uint64_t us = trace_view_time(r);
    print("%4u.%06u  %s", (unsigned)(us / 1000000), (unsigned)(us % 1000000), line);
}

static void show_lost(const struct trace_reader *reader)
{
    if (reader->lost > 0)
        print("(%u records were overwritten before they could be read)\n", (unsigned)reader->lost);
}

/* Up to `most` lines of what has come before record `end`; how many. */
static unsigned show_some(struct trace_reader *reader, uint64_t end, const struct options *o,
                          unsigned most)
{
    struct trace_record r;
    char line[LINE_BYTES];
    unsigned shown = 0;
    while (shown < most && reader->next < end && trace_read(reader, &r))
        if (trace_view(&r, &o->wanted, line, sizeof line)) {
            show(&r, line);
            shown++;
        }
    return shown;
}

static int show_live(struct options *o)
{
    struct trace_settings before;
    struct trace_reader reader;
    bool paused = false;
    int key = KEY_NONE;
    const int error = trace_view_watch(&before, &reader);
    if (error < 0)
        return refuse("live", error);
    if (!o->facts && !o->wanted.everything)
        o->wanted.what &= ~(TRACE_IRQ | TRACE_EVENT);
    say("space: pause and go on; q or ^C: end\n");
    while (key != 'q' && key != 3 && !output_stopped()) {
        if (!paused)
            (void)show_some(&reader, trace_written(), o, LINES_A_LOOK);
        key = console_key_within(LOOK_US);
        if (key == ' ') {
            paused = !paused;
            say(paused ? "-- paused --\n" : "-- goes on --\n");
        }
    }
    show_lost(&reader);
    (void)sys_trace_set(&before);
    return 0;
}

/* Nothing is recorded while it is shown: what is looked at would be overwritten by the looking. */
static int show_command(const struct options *o)
{
    const struct trace_settings off = {0};
    struct trace_settings before;
    struct trace_reader reader;
    const int error = trace_view_watch(&before, &reader);
    if (error < 0)
        return refuse("a command", error);
    const int status = command_line(o->command, 0);
    const uint64_t end = trace_written();
    (void)sys_trace_set(&off);
    while (reader.next < end && show_some(&reader, end, o, LINES_A_LOOK) > 0)
        if (output_stopped())
            break;
    show_lost(&reader);
    (void)sys_trace_set(&before);
    return status;
}

/* The last `count` lines: all are made, and the first of them passed over. */
static int show_last_of(struct trace_reader reader, uint32_t count, const struct options *o)
{
    const struct trace_reader start = reader;
    const uint64_t end = trace_written();
    struct trace_record r;
    char line[LINE_BYTES];
    unsigned lines = 0, at = 0;
    trace_view_begin();
    while (reader.next < end && trace_read(&reader, &r))
        lines += trace_view(&r, &o->wanted, line, sizeof line);
    reader = start;
    trace_view_begin();
    while (reader.next < end && trace_read(&reader, &r)) {
        if (!trace_view(&r, &o->wanted, line, sizeof line) || at++ + count < lines)
            continue;
        show(&r, line);
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    return 0;
}

/* Nothing is recorded meanwhile, as above. */
static int show_last(uint32_t count, const struct options *o)
{
    const struct trace_settings off = {0};
    struct trace_settings before;
    struct trace_reader reader;
    const int error = sys_trace_get(&before);
    if (error < 0 || !trace_reader_begin(&reader, TRACE_FROM_OLDEST))
        return refuse("last", error < 0 ? error : -ENOSPC);
    (void)sys_trace_set(&off);
    const int status = show_last_of(reader, count, o);
    (void)sys_trace_set(&before);
    return status;
}

static int show_status(void)
{
    struct trace_settings now;
    struct trace_reader reader;
    const int error = sys_trace_get(&now);
    if (error < 0)
        return refuse("status", error);
    const uint64_t written = trace_reader_begin(&reader, TRACE_FROM_OLDEST) ? trace_written() : 0;
    print("the trace is %s; %u records since the boot, the last %u are kept\n",
          now.what == 0           ? "off"
          : now.what == TRACE_ALL ? "on"
                                  : "on, for a part",
          (unsigned)written, (unsigned)now.capacity);
    return 0;
}

/* ---- The command ----------------------------------------------------------------------------- */

static int set(uint32_t what)
{
    const struct trace_settings settings = {.what = what};
    const int error = sys_trace_set(&settings);
    return error < 0 ? refuse(what ? "on" : "off", error) : show_status();
}

static int last(char **argv)
{
    struct options o;
    uint32_t count = DEFAULT_LAST;
    if (*argv != NULL && words_number(*argv, 1000000, &count) == 0)
        argv++;
    return read_options(argv, &o) ? show_last(count, &o) : STATUS_USAGE;
}

/* Asks the server that writes to the second serial port; it begins when it does not run. */
static int to_serial(message *m)
{
    endpoint_t tracer;
    int error = service_find("tracer", &tracer);
    if (error == 0)
        error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, tracer, m, LONGEST_SAVE_US, NULL);
    if (error == 0)
        error = m->m_type;
    if (error == -EIO)
        say("trace: there is no second serial port, or it takes nothing\n");
    else if (error < 0)
        say("trace: tracer: %s\n", strerror(error));
    return error < 0 ? STATUS_FAILED : 0;
}

static int save(void)
{
    message m = {.m_type = TRACER_SAVE};
    const int status = to_serial(&m);
    if (status == 0)
        print("%u records written to the second serial port\n", (unsigned)m.m_words[0]);
    return status;
}

static int stream(const char *word)
{
    const bool on = word != NULL && strcmp(word, "on") == 0;
    if (!on && (word == NULL || strcmp(word, "off") != 0))
        return command_usage("trace");
    message m = {.m_type = TRACER_STREAM, .m_words = {on}};
    return to_serial(&m);
}

int command_trace(int argc, char **argv)
{
    struct options o;
    const char *word = argc > 1 ? argv[1] : "";
    if (argc == 2 && strcmp(word, "on") == 0)
        return set(TRACE_ALL);
    if (argc == 2 && strcmp(word, "off") == 0)
        return set(0);
    if (argc == 2 && strcmp(word, "status") == 0)
        return show_status();
    if (strcmp(word, "last") == 0)
        return last(argv + 2);
    if (argc == 2 && strcmp(word, "save") == 0)
        return save();
    if (strcmp(word, "stream") == 0)
        return stream(argc == 3 ? argv[2] : NULL);
    if (!read_options(argv + 1, &o))
        return STATUS_USAGE;
    return o.command[0] != '\0' ? show_command(&o) : show_live(&o);
}
