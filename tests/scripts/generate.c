/*
 * Writes random scripts for the guest: steps, and what the model says comes of them (script.h).
 *
 *   generate --seed S --first N --count N --output FILE [--facts]
 *   generate --seed S --first N --count N --show        the same for people
 *   generate --seed S --first N --count N --statistics  what calls they make, and what those meet
 *
 * With --facts also what the kernel's trace must say. A script depends on the seed and its number
 * alone. Enter at write_script. Fails when the core and the naive model disagree.
 */
#include "choose.h"
#include "count.h"

#include <abi/system.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_COMPLETE 200 /* so many scripts meet everything that they are for */

#define STEPS_LEAST 24
#define STEPS_MORE  64
#define STEPS_END   (SCRIPT_STEPS - 40) /* what follows is the end of the script */

struct group {
    struct script_group head;
    struct script_step step[SCRIPT_GROUP];
    struct script_pair pair[SCRIPT_GROUP][SCRIPT_PAIRS];
    struct script_outcome outcome[SCRIPT_GROUP * 2 * IPC_PROCESSES];
    struct script_fact fact[SCRIPT_GROUP * SCRIPT_FACTS];
    bool chained;               /* the next call is made by one that the last one woke */
    bool closed[IPC_PROCESSES]; /* runs, and must make no more calls in this group */
};

static struct model model;
static struct chooser chooser;
static struct group group;
static uint32_t number, seed, first_script, scripts = 1;
static bool shows, counts, traced;
static FILE *output;
static unsigned long all_steps;

static void put(const void *bytes, size_t count)
{
    if (output != NULL && fwrite(bytes, 1, count, output) != count) {
        perror("generate: write");
        exit(1);
    }
}

/* ---- For people ------------------------------------------------------------------------------ */

static const char *place_name(unsigned place)
{
    static const char *const names[PLACES] = SCRIPT_PLACE_NAMES;

    return place < PLACES ? names[place] : "?";
}

static void show_word(uint32_t word)
{
    if (word < 1024 && !(word >= HARDWARE && word <= SELF))
        printf("%#x", word);
    else
        endpoint_print(stdout, &model.twin.before, (endpoint_t)word);
}

static void show_call(const struct script_step *step, const struct script_pair *pairs)
{
    const struct operation op = model_operation(step, pairs);
    uint32_t call = step->ecx & IPC_CALL_MASK;

    if (call == IPC_IN_OUTBOX) {
        printf("p%u: in_outbox(%s, %s)", step->process, place_name(step->eax),
               place_name(step->message));
    } else {
        operation_print(stdout, &model.twin.before, &op);
        printf(" %s", place_name(step->message));
    }
    if (call != (step->ecx & 0xffff))
        printf(", ecx %#x, esi %#x", step->ecx, step->esi);
    if (step->to_system) {
        printf(", asks %u(", step->system_type);
        show_word(step->system_word[0]);
        printf(", %u)", step->system_word[1]);
    }
}

static void show_step(const struct script_step *step, const struct script_pair *pairs)
{
    static const char *const verbs[] = {
        [SCRIPT_FAULT] = "comes to a breakpoint",
        [SCRIPT_EXIT] = "exits",
        [SCRIPT_CRASH] = "crashes",
        [SCRIPT_CANCEL] = "is cancelled",
        [SCRIPT_KILL] = "is killed",
        [SCRIPT_WAIT] = "gets what it waits for by time",
    };

    if (!shows)
        return;
    printf("%3u  ", step->index);
    if (step->kind == SCRIPT_CALL)
        show_call(step, pairs);
    else if (step->kind == SCRIPT_BIRTH)
        printf("p%u is born, of w%u", step->process, step->module);
    else
        printf("p%u %s", step->process, verbs[step->kind]);
    if (step->kind == SCRIPT_CANCEL && step->eax != 0)
        printf(", and tries its fault again");
    printf("\n");
}

static void show_outcome(const struct script_outcome *o)
{
    printf("       -> p%u, step %u: %s", o->process, o->index,
           o->result < 0 ? error_name(o->result) : "");
    if (o->result >= 0)
        printf("%d", o->result);
    printf(", second ");
    if (o->result < 0)
        show_word(o->second);
    else
        printf("%#x", o->second);
    if (o->content >= CONTENT_MESSAGE && o->content != CONTENT_REGISTERS) {
        printf("; from ");
        show_word((uint32_t)o->source);
    }
    if (o->content == CONTENT_MESSAGE)
        printf(" what step %u sent in %s", o->argument >> 4 & 0xff, place_name(o->argument & 15));
    else if (o->content == CONTENT_EVENTS)
        printf(" events %#x", o->argument);
    else if (o->content == CONTENT_ANSWER)
        printf(" the answer %s", error_name((int)o->argument));
    else if (o->content == CONTENT_FAULT)
        printf(" the fault of step %u", o->argument >> 4 & 0xff);
    else if (o->content == CONTENT_REGISTERS)
        printf("; registers of step %u", o->argument >> 4 & 0xff);
    printf("\n");
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static void put_group(void)
{
    put(&group.head, sizeof group.head);
    for (unsigned i = 0; i < group.head.steps; i++) {
        put(&group.step[i], sizeof group.step[i]);
        put(group.pair[i], group.step[i].pairs * sizeof group.pair[i][0]);
    }
    put(group.outcome, group.head.outcomes * sizeof group.outcome[0]);
    for (unsigned i = 0; group.head.states && i < IPC_PROCESSES; i++) {
        struct script_state state = model_state(&model, i);

        put(&state, sizeof state);
    }
    put(group.fact, group.head.facts * sizeof group.fact[0]);
}

/* Writes the group, if there is anything in it, and begins the next. */
static void end_group(bool states, bool last)
{
    group.head.states = states;
    group.head.last = last;
    if (group.head.steps != 0 || states || last) {
        put_group();
        if (shows)
            printf("     --%s\n", states ? " everybody's state is compared" : "");
    }
    memset(&group, 0, sizeof group);
}

static void disagree(const char *wrong)
{
    printf("generate: script %u of seed %u, step %u: core and naive model disagree: %s\n", number,
           seed, chooser.used - 1, wrong);
    exit(1);
}

static bool has_ended(unsigned process)
{
    for (unsigned i = 0; i < model.outcomes; i++)
        if (model.outcome[i].process == process)
            return true;
    return false;
}

/* The one deadline that comes, if there is one. */
static void follow_time(const struct script_step *step)
{
    if (chooser.timed >= 0 && !model.actor[chooser.timed].calls)
        chooser.timed = -1;
    if (chooser.timed >= 0 && chooser.patience > 0)
        chooser.patience--;
    if (step->kind == SCRIPT_CALL && model.actor[step->process].calls &&
        (step->ecx & IPC_TIMEOUT) != 0 && step->esi == SCRIPT_DEADLINE_US) {
        chooser.timed = step->process;
        chooser.patience = CHOOSE_PATIENCE;
    }
}

/* Does the step in the model and puts it into the group. */
static void add_step(struct script_step *step, const struct script_pair *pairs)
{
    unsigned nth = group.head.steps++;
    const char *wrong;

    step->index = (uint8_t)chooser.used++;
    step->tag = SCRIPT_TAG(number, step->index, 0);
    show_step(step, pairs);
    wrong = model_step(&model, step, pairs);
    if (wrong != NULL)
        disagree(wrong);
    all_steps++;
    if (step->kind == SCRIPT_CALL)
        count_call(&model, step, group.chained);
    group.step[nth] = *step;
    memcpy(group.pair[nth], pairs, sizeof group.pair[nth]);
    for (unsigned i = 0; i < model.outcomes; i++) {
        group.outcome[group.head.outcomes++] = model.outcome[i];
        if (shows)
            show_outcome(&model.outcome[i]);
    }
    for (unsigned i = 0; i < model.deaths && shows; i++)
        printf("       -> p%u is dead\n", model.dead[i]);
    for (unsigned i = 0; traced && i < model.facts; i++)
        group.fact[group.head.facts++] = model.fact[i];
    for (unsigned i = 0; i < model.deaths; i++)
        group.head.dead[group.head.deaths++] = model.dead[i];
    follow_time(step);
}

static void add_alone(struct script_step *step, const struct script_pair *pairs)
{
    add_step(step, pairs);
    end_group(false, false);
}

/* ---- What may follow within a group ---------------------------------------------------------- */

/*
 * The calls of a group happen in the workers one after the other, without the judge. So that there
 * is but one order, at most one worker that runs may have calls left: the next call is made by the
 * one that made the last, if that has ended, or by one that the last call woke; all others that now
 * run go to sleep and must not come again in this group.
 */
static int choose_next(const struct script_step *last)
{
    int next = -1;
    unsigned found = 0;

    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        if (has_ended(slot) && !group.closed[slot] && choose_number(&chooser, ++found) == 0)
            next = (int)slot;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        if (has_ended(slot) && (int)slot != next)
            group.closed[slot] = true;
    return last->kind <= SCRIPT_FAULT ? next : -1;
}

static void add_calls(int caller)
{
    struct script_pair pairs[SCRIPT_PAIRS];
    struct script_step step;

    while (caller >= 0 && group.head.steps < SCRIPT_GROUP) {
        memset(pairs, 0, sizeof pairs);
        if (model_has_handler(model.actor[caller].module) && choose_chance(&chooser, 5))
            step = (struct script_step){.kind = SCRIPT_FAULT, .process = (uint8_t)caller};
        else
            choose_call(&chooser, (unsigned)caller, &step, pairs);
        add_step(&step, pairs);
        caller = choose_next(&step);
        group.chained = caller != step.process;
        if (choose_chance(&chooser, 30))
            break;
    }
    end_group(choose_chance(&chooser, 5), false);
}

/* The process sets its alarm; then it comes. */
static void add_alarm(unsigned process)
{
    static const struct script_pair pairs[SCRIPT_PAIRS];
    struct script_step step = {
        .kind = SCRIPT_CALL,
        .process = (uint8_t)process,
        .message = PLACE_BUFFER,
        .to_system = 1,
        .eax = SYSTEM,
        .ecx = IPC_REQUEST,
        .system_type = SYS_ALARM,
        .system_word = {SCRIPT_ALARM_US, 0},
    };

    model_find_places(&model, &step);
    add_alone(&step, pairs);
    step = (struct script_step){.kind = SCRIPT_WAIT,
                                .process = (uint8_t)process,
                                .eax = SCRIPT_ALARM_US + SCRIPT_MARGIN_US,
                                .edx = EVENT_ALARM};
    add_alone(&step, pairs);
}

/* ---- Scripts --------------------------------------------------------------------------------- */

static void add_something(void)
{
    static const struct script_pair pairs[SCRIPT_PAIRS];
    struct script_step step;
    int caller = choose_caller(&chooser);

    if (chooser.timed >= 0 && chooser.patience == 0)
        caller = -1;
    if (caller >= 0 && chooser.timed < 0 && choose_chance(&chooser, 2))
        add_alarm((unsigned)caller);
    else if (caller >= 0 && !choose_chance(&chooser, 8))
        add_calls(caller);
    else if (choose_event(&chooser, &step))
        add_alone(&step, pairs);
}

/* Whoever waits is cancelled, and everybody takes what is there for him. */
static void add_end(void)
{
    static const struct script_pair pairs[SCRIPT_PAIRS];

    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        struct script_step step = {
            .kind = SCRIPT_CANCEL, .process = (uint8_t)slot, .eax = choose_chance(&chooser, 80)};

        if (model_process(&model, slot)->state > IPC_RUNNABLE)
            add_alone(&step, pairs);
    }
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        for (bool more = true; more && chooser.used < SCRIPT_STEPS;) {
            struct script_step step;

            if (model_process(&model, slot)->state != IPC_RUNNABLE)
                break;
            choose_last_receive(&chooser, slot, &step);
            add_alone(&step, pairs);
            more = model_process(&model, slot)->result == 0;
        }
    }
}

static void write_script(void)
{
    static const struct script_pair pairs[SCRIPT_PAIRS];
    struct script_header header = {SCRIPT_MAGIC, number, traced};
    const char *wrong = model_begin(&model);
    unsigned length;

    choose_begin(&chooser, &model, seed, number);
    if (wrong != NULL)
        disagree(wrong);
    put(&header, sizeof header);
    if (shows)
        printf("script %u of seed %u\n", number, seed);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        struct script_step step;

        choose_boxes(&chooser, slot, &step);
        if (choose_chance(&chooser, 80))
            add_alone(&step, pairs);
    }
    length = STEPS_LEAST + choose_number(&chooser, STEPS_MORE);
    while (chooser.used < length && chooser.used < STEPS_END)
        add_something();
    end_group(true, false);
    if (choose_chance(&chooser, 60))
        add_end();
    end_group(true, true);
}

static bool is_flag(const char *word)
{
    bool *const flags[] = {&shows, &counts, &traced};
    const char *const names[] = {"--show", "--statistics", "--facts"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(word, names[i]) != 0)
            continue;
        *flags[i] = true;
        return true;
    }
    return false;
}

static bool read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (is_flag(argv[i]))
            continue;
        if (value == NULL)
            return false;
        i++;
        if (strcmp(argv[i - 1], "--seed") == 0)
            seed = (uint32_t)strtoul(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--first") == 0)
            first_script = (uint32_t)strtoul(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--count") == 0)
            scripts = (uint32_t)strtoul(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--output") != 0 || (output = fopen(value, "wb")) == NULL)
            return false;
    }
    return shows || counts || output != NULL;
}

int main(int argc, char **argv)
{
    const struct script_header end = {0};

    if (!read_options(argc, argv)) {
        fprintf(stderr, "generate [--seed S] [--first N] [--count N] {--show | --statistics | "
                        "--output FILE [--facts]}\n");
        return 2;
    }
    for (number = first_script; number < first_script + scripts; number++)
        write_script();
    put(&end, sizeof end);
    if (output != NULL && fclose(output) != 0) {
        perror("generate: close");
        return 1;
    }
    if (counts)
        count_print();
    if (!shows)
        printf("generate: %u scripts, %lu steps\n", scripts, all_steps);
    return scripts < COUNT_COMPLETE || count_is_complete() ? 0 : 1;
}
