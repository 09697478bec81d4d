/* See jobs.h. Entry: job_start. */
#include "jobs.h"

#include "commands.h"
#include "console.h"
#include "events.h"
#include "modules.h"
#include "output.h"
#include "words.h"

#include <abi/errors.h>
#include <parley/files.h>
#include <parley/pipe.h>
#include <parley/start.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

#define JOBS_MAX       8
#define JOB_TEXT_BYTES 64
#define FOLDER         "bin/"
#define PAGE_FAULT     14 /* its vector */

static struct job {
    bool used, background;
    unsigned count; /* of programs */
    char text[JOB_TEXT_BYTES];
    struct member {
        char name[NAME_BYTES];
        enum part_kind kind;
        struct program program; /* of a module: its endpoint alone; of a command: the shell */
        bool ended;
        struct child_end end;
    } member[PIPELINE_MAX];
} jobs[JOBS_MAX]; /* the job's number is its place, from 1 on */

static unsigned number_of(const struct job *job)
{
    return (unsigned)(job - jobs) + 1;
}

/* For the commands there are only those in the background: a command that is itself a part of a
   pipe must not wait for that one. */
static bool is_listed(const struct job *job)
{
    return job->used && job->background;
}

static struct job *job_at(unsigned number)
{
    return number >= 1 && number <= JOBS_MAX && is_listed(&jobs[number - 1]) ? &jobs[number - 1]
                                                                             : NULL;
}

static bool runs(const struct job *job)
{
    for (unsigned i = 0; i < job->count; i++)
        if (!job->member[i].ended)
            return true;
    return false;
}

/* ---- Programs -------------------------------------------------------------------------------- */

static void path_of(const char *word, char path[FILE_NAME_BYTES + sizeof FOLDER])
{
    snprintf(path, FILE_NAME_BYTES + sizeof FOLDER, "%s%s", strchr(word, '/') ? "" : FOLDER, word);
}

bool program_exists(const char *word)
{
    char path[FILE_NAME_BYTES + sizeof FOLDER];
    struct file file;
    path_of(word, path);
    return file_find(path, &file) == 0;
}

bool programs_are_there(void)
{
    char name[FILE_NAME_BYTES];
    struct file file;
    return file_list(0, &file, name) == 0;
}

void programs_offer(struct match *m, const char *prefix)
{
    char name[FILE_NAME_BYTES];
    struct file file;
    for (unsigned i = 0; file_list(i, &file, name) == 0; i++)
        if (strncmp(name, FOLDER, strlen(FOLDER)) == 0)
            match_offer(m, prefix, name + strlen(FOLDER));
}

/* ---- Ends ------------------------------------------------------------------------------------ */

/* Of a child the memory server knows more. */
static void take_end(struct member *m, const struct system_death *death)
{
    m->ended = true;
    m->end = (struct child_end){.child = death->endpoint,
                                .cause = death->cause,
                                .status = death->status,
                                .ip = death->ip,
                                .address = death->address};
    if (m->kind == PART_PROGRAM && child_wait(death->endpoint, &m->end) != 0)
        m->end = (struct child_end){.cause = DEATH_KILL};
}

void jobs_note_death(const struct system_death *death)
{
    for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
        for (unsigned i = 0; job->used && i < job->count; i++)
            if (!job->member[i].ended && job->member[i].program.child == death->endpoint)
                take_end(&job->member[i], death);
}

static void kill_members(const struct job *job)
{
    for (unsigned i = 0; i < job->count; i++) {
        const struct member *m = &job->member[i];
        if (m->ended)
            continue;
        const int error =
            m->kind == PART_MODULE ? sys_kill(m->program.child) : child_kill(m->program.child);
        if (m->kind == PART_MODULE && error < 0 && error != -EDEADSRCDST)
            say("shell: %s can't be stopped: %s\n", m->name, strerror(error));
    }
}

static void say_fault(const struct member *m)
{
    const struct child_end *end = &m->end;
    if (end->why == -ENOMEM)
        say("%s: killed: there was no memory for its page at 0x%08x\n", m->name,
            (unsigned)end->address);
    else if (end->why == -ENOSPC)
        say("%s: killed: its stack was used up (instruction 0x%08x)\n", m->name, (unsigned)end->ip);
    else if (end->status == PAGE_FAULT)
        say("%s: killed by page fault at 0x%08x (instruction 0x%08x)\n", m->name,
            (unsigned)end->address, (unsigned)end->ip);
    else
        say("%s: killed by %s (instruction 0x%08x)\n", m->name, sys_fault_name(end->status),
            (unsigned)end->ip);
}

/* Says how it ended, unless all went well; its status. */
static int say_member(const struct member *m)
{
    const struct child_end *end = &m->end;
    if (m->kind == PART_COMMAND) /* which has said all that is wrong */
        return (int)end->status;
    if (end->cause == DEATH_EXIT && end->status)
        say("%s: exit status %u\n", m->name, (unsigned)end->status);
    else if (end->cause == DEATH_KILL && !console_interrupted())
        say("%s: killed\n", m->name);
    else if (end->cause == DEATH_FAULT)
        say_fault(m);
    return end->cause == DEATH_EXIT ? (int)end->status : STATUS_KILLED;
}

/* Says how each ended; the last one's status. */
static int say_ends(const struct job *job)
{
    int status = 0;
    for (unsigned i = 0; i < job->count; i++)
        status = say_member(&job->member[i]);
    return status;
}

void jobs_report(void)
{
    events_take_deaths();
    for (struct job *job = jobs; job < jobs + JOBS_MAX; job++) {
        if (!is_listed(job) || runs(job))
            continue;
        say("[%u] ended    %s\n", number_of(job), job->text);
        (void)say_ends(job);
        job->used = false;
    }
}

/* ---- Waiting --------------------------------------------------------------------------------- */

/* Until the job has ended, or ^C. True: it has ended. */
static bool wait_for(const struct job *job)
{
    while (runs(job) && !console_interrupted())
        events_wait(EVENTS_EVER);
    return !runs(job);
}

static void end_members(const struct job *job)
{
    kill_members(job);
    while (runs(job))
        events_wait(EVENTS_EVER);
}

/* ^C ends it. */
static int foreground(struct job *job)
{
    job->background = false;
    console_lend();
    const bool ended = wait_for(job);
    console_take_back(!ended);
    if (!ended)
        end_members(job);
    int status = say_ends(job);
    if (!ended) /* also where one still came to its end by itself */
        status = STATUS_INTERRUPTED;
    job->used = false;
    return status;
}

/* ---- Starting -------------------------------------------------------------------------------- */

static int not_started(const char *name, const struct program *program, int error)
{
    if (error == -ENOENT)
        say("%s: no such command (try help)\n", name);
    else if (error == -ENOEXEC)
        say("%s: %s\n", name, program->wrong);
    else if (error == -EAGAIN)
        say("%s: there is no place for another process\n", name);
    else if (error == -ESRCH)
        say("%s: the memory server, which starts programs, is not there (see service list)\n",
            name);
    else
        say("%s: %s\n", name, strerror(error));
    return error == -ENOENT ? STATUS_UNKNOWN : STATUS_FAILED;
}

static int load_program(struct member *m, const char *word)
{
    char path[FILE_NAME_BYTES + sizeof FOLDER];
    path_of(word, path);
    int error = program_load(path, &m->program);
    if (error == 0) {
        error = sys_watch(m->program.child, 1);
        if (error)
            (void)child_kill(m->program.child);
    }
    return error ? not_started(word, &m->program, error) : 0;
}

static int start_module(struct member *m, char **argv)
{
    const int error = module_start(argv, &m->program.child);
    if (error < 0)
        return module_not_started("run", argv[0], error);
    /* Else it has ended already, and nobody knows how. */
    m->ended = sys_watch(m->program.child, 1) != 0;
    return 0;
}

/* 0, or a status: then it has said why. */
static int load_member(struct member *m, enum part_kind kind, char **argv)
{
    const char *last = strrchr(argv[0], '/');
    *m = (struct member){.kind = kind, .end.cause = DEATH_EXIT};
    strlcpy(m->name, last ? last + 1 : argv[0], sizeof m->name);
    switch (kind) {
    case PART_PROGRAM:
        return load_program(m, argv[0]);
    case PART_MODULE:
        return start_module(m, argv);
    default:
        m->program.child = self();
        m->ended = true; /* nobody waits for it */
        return 0;
    }
}

/* The children of all programs, which have not begun; or a module, which has. */
static int load_members(struct job *job, const struct pipeline *pipeline)
{
    int status = 0;
    for (unsigned i = 0; i < pipeline->count && status == 0; i++) {
        status = load_member(&job->member[i], pipeline->kind[i], pipeline->argv[i]);
        job->count += status == 0;
    }
    return status;
}

static int begin_member(struct member *m, char **argv, const struct program_streams *streams)
{
    switch (m->kind) {
    case PART_PROGRAM:
        return program_begin(&m->program, argv, streams);
    case PART_COMMAND:
        return output_open(streams->output);
    default:
        return 0;
    }
}

/* With a pipe from each to the next. What is in the background has an empty input. */
static int begin_members(struct job *job, const struct pipeline *pipeline)
{
    struct program_streams streams[PIPELINE_MAX] = {
        {.input = job->background ? STREAM_NOTHING : 0}};
    int error = 0;
    for (unsigned i = 0; i + 1 < job->count && !error; i++) {
        error = pipe_make(job->member[i].program.child, job->member[i + 1].program.child,
                          &streams[i].output);
        streams[i + 1].input = streams[i].output;
    }
    for (unsigned i = 0; i < job->count && !error; i++)
        error = begin_member(&job->member[i], pipeline->argv[i], &streams[i]);
    if (!error)
        return 0;
    say("shell: %s: %s\n", job->text,
        error == -ENOENT ? "the pipe server is not there (see service list)" : strerror(error));
    return STATUS_FAILED;
}

/* The first member, while the others read what it prints. */
static void run_command(struct job *job, char **argv)
{
    const int status = command_call(argv);
    job->member[0].end.status = (uint32_t)status;
    if (!output_close() && !console_interrupted())
        say("%s: stopped: %s reads no more\n", job->member[0].name, job->member[1].name);
}

static struct job *find_free(void)
{
    for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
        if (!job->used)
            return job;
    return NULL;
}

/* The line without blanks and the & at its end. */
static void take_text(struct job *job, const char *line)
{
    size_t length = strlen(line);
    while (length && strchr(" \t&", line[length - 1]))
        length--;
    snprintf(job->text, sizeof job->text, "%.*s", (int)length, line);
}

static int start(struct job *job, const struct pipeline *pipeline)
{
    int status = load_members(job, pipeline);
    if (status == 0 && job->background) /* before it says anything itself */
        say("[%u] %s\n", number_of(job), job->text);
    if (status == 0)
        status = begin_members(job, pipeline);
    return status;
}

int job_start(const struct pipeline *pipeline, const char *line)
{
    struct job *job = find_free();
    if (job == NULL) {
        say("shell: there are %u jobs (try jobs)\n", JOBS_MAX);
        return STATUS_FAILED;
    }
    /* A command may read keys; programs get the keyboard when it has ended. */
    const bool runs_command = pipeline->kind[0] == PART_COMMAND;
    const bool lends = !pipeline->background && !runs_command;
    *job = (struct job){.used = true, .background = pipeline->background};
    take_text(job, line);
    if (lends)
        console_lend();
    const int status = start(job, pipeline);
    if (status) {
        if (lends)
            console_take_back(false);
        (void)output_close();
        end_members(job);
        job->used = false;
        return status;
    }
    if (runs_command)
        run_command(job, pipeline->argv[0]);
    return job->background ? 0 : foreground(job);
}

/* ---- Commands -------------------------------------------------------------------------------- */

int job_kill(unsigned number)
{
    const struct job *job = job_at(number);
    if (job == NULL)
        return -1;
    kill_members(job);
    return 0;
}

int command_jobs(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("jobs");
    events_take_deaths();
    for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
        if (is_listed(job))
            print("[%u] %-8s %s\n", number_of(job), runs(job) ? "running" : "ended", job->text);
    return 0;
}

/* The job that an argument names, "2" or "%2"; without one, the last that was started. */
static struct job *job_named(const char *command, const char *text)
{
    struct job *job = NULL;
    uint32_t number;
    if (text == NULL)
        for (struct job *at = jobs; at < jobs + JOBS_MAX; at++)
            job = is_listed(at) ? at : job;
    else if (words_number(text + (text[0] == '%'), JOBS_MAX, &number) == 0)
        job = job_at(number);
    if (job == NULL)
        say("%s: no such job (try jobs)\n", command);
    return job;
}

int command_fg(int argc, char **argv)
{
    if (argc > 2)
        return command_usage("fg");
    struct job *job = job_named("fg", argv[1]);
    if (job == NULL)
        return STATUS_FAILED;
    say("%s\n", job->text);
    return foreground(job);
}

/* Leaves the job to jobs_report. */
int command_wait(int argc, char **argv)
{
    if (argc > 2)
        return command_usage("wait");
    if (argc == 2) {
        const struct job *job = job_named("wait", argv[1]);
        if (job == NULL)
            return STATUS_FAILED;
        return wait_for(job) ? 0 : STATUS_INTERRUPTED;
    }
    for (const struct job *job = jobs; job < jobs + JOBS_MAX; job++)
        if (is_listed(job) && !wait_for(job))
            return STATUS_INTERRUPTED;
    return 0;
}
