/*
 * Runs the scripts that the workstation wrote (script.h), and holds what the workers' calls came to
 * against what was predicted. Reads them from QEMU's configuration device, one group at a time.
 * Where the scripts have facts, what the kernel's trace says is held against them, too.
 *
 * Enter at run_script. The judge is not in the model: what it does itself (cancel, kill, start,
 * sleep) is a step of the script, or reaches only workers that sleep.
 */
#include "../../guest/lib/judge.h"
#include "../../guest/lib/fw.h"
#include "follow.h"

#include <abi/fault.h>
#include <stdio.h>
#include <string.h>

/* ---- Slots ----------------------------------------------------------------------------------- */

#define SLOTS 256

/* The free slots as the kernel has them: it takes the one that has been free longest. */
static uint16_t free_slots[SLOTS];
static unsigned free_first, free_count;

static void slot_freed(unsigned slot)
{
    free_slots[(free_first + free_count++) % SLOTS] = (uint16_t)slot;
}

static unsigned take_slot(void)
{
    unsigned slot = free_slots[free_first];

    free_first = (free_first + 1) % SLOTS;
    free_count--;
    return slot;
}

/* ---- Who is who ------------------------------------------------------------------------------ */

static struct {
    unsigned slot, generation; /* of the model's first tenant */
    unsigned module;
    endpoint_t endpoint; /* of the tenant, NONE when there is none */
} who[SCRIPT_PROCESSES];

static endpoint_t to_guest(endpoint_t model)
{
    unsigned slot = endpoint_slot(model);

    return ENDPOINT(endpoint_generation(model) - SCRIPT_GENERATION + who[slot].generation,
                    who[slot].slot);
}

static uint32_t mapped(uint32_t word, bool is_mapped)
{
    return is_mapped ? (uint32_t)to_guest((endpoint_t)word) : word;
}

static const char *kernel_name(uint32_t word)
{
    static const char *const names[] = {"HARDWARE", "SYSTEM", "ANY", "NONE", "SELF"};

    return word - HARDWARE < sizeof names / sizeof names[0] ? names[word - HARDWARE] : NULL;
}

/* What a failure prints: a number, and what has it as its endpoint. */
const char *name_of(uint32_t word)
{
    static char names[4][24];
    static unsigned turn;
    char *name = names[turn++ % 4];

    if (kernel_name(word) != NULL)
        return kernel_name(word);
    snprintf(name, sizeof names[0], "0x%x", (unsigned)word);
    for (unsigned i = 0; i < SCRIPT_PROCESSES; i++)
        if (who[i].endpoint != NONE && (uint32_t)who[i].endpoint == word)
            snprintf(name, sizeof names[0], "0x%x (p%u)", (unsigned)word, i);
    return name;
}

/* ---- Complaints ------------------------------------------------------------------------------ */

static uint32_t script;
static bool good; /* until the first complaint about this script */
static unsigned scripts, steps, agree;

#define COMPLAIN(...) (good = false, tap_note(__VA_ARGS__))

static void complain(unsigned index, const char *what, uint32_t got, uint32_t expected)
{
    COMPLAIN("script %u step %u: %s is %s, not %s", (unsigned)script, index, what, name_of(got),
             name_of(expected));
}

/* ---- Processes come and go ------------------------------------------------------------------- */

static bool begin(unsigned process, unsigned module, unsigned slot)
{
    char name[] = "w0";
    endpoint_t endpoint = NONE;

    memset((void *)&SHARED->worker[module], 0, sizeof SHARED->worker[module]);
    name[1] = (char)('0' + module);
    who[process].module = module;
    int result = sys_start(name, "", &endpoint);
    if (result || endpoint_slot(endpoint) != slot)
        COMPLAIN("harness: %s is started in slot %u: %d, %d", name, slot, result, (int)endpoint);
    who[process].endpoint = endpoint;
    return good;
}

static void is_gone(unsigned process)
{
    slot_freed(who[process].slot);
    who[process].endpoint = NONE;
}

/* Starts and ends programs until this slot is the next. */
static void make_next(unsigned slot)
{
    for (unsigned i = 0; i < SLOTS && free_slots[free_first] != slot; i++) {
        endpoint_t burnt = NONE;

        if (sys_start("burn", "", &burnt) || endpoint_slot(burnt) != take_slot())
            COMPLAIN("harness: a slot is used up: %d", (int)burnt);
        sys_kill(burnt);
        slot_freed(endpoint_slot(burnt));
    }
}

static void bear(unsigned process, unsigned module)
{
    make_next(who[process].slot);
    begin(process, module, take_slot());
}

/* The model's slots are in the order of the guest's: that order decides whose events come first. */
static unsigned rank_of(unsigned nth)
{
    unsigned rank = 0;

    for (unsigned i = 0; i < SCRIPT_PROCESSES; i++)
        rank += free_slots[(free_first + i) % SLOTS] < free_slots[(free_first + nth) % SLOTS];
    return rank;
}

static void begin_all(void)
{
    unsigned rank[SCRIPT_PROCESSES];

    for (unsigned i = 0; i < SCRIPT_PROCESSES; i++)
        rank[i] = rank_of(i);
    for (unsigned i = 0; i < SCRIPT_PROCESSES; i++) {
        unsigned slot = take_slot();

        who[rank[i]].slot = slot;
        begin(rank[i], rank[i], slot);
        who[rank[i]].generation = endpoint_generation(who[rank[i]].endpoint);
    }
    SHARED->ended = 0;
    for (unsigned i = 0; i < SCRIPT_STEPS; i++) {
        SHARED->result[i].done = 0;
        SHARED->result[i].damage = DAMAGE_NONE;
    }
}

/* Those with handlers before their handlers, whose numbers are smaller: so nobody dies of another's
   death. */
static void end_all(void)
{
    for (unsigned module = SCRIPT_PROCESSES; module-- > 0;) {
        for (unsigned i = 0; i < SCRIPT_PROCESSES; i++) {
            if (who[i].endpoint == NONE || who[i].module != module)
                continue;
            if (sys_kill(who[i].endpoint))
                COMPLAIN("script %u: p%u has died", (unsigned)script, i);
            is_gone(i);
        }
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static struct command group[SCRIPT_GROUP];

static void read_step(struct command *command)
{
    struct script_step *step = &command->step;

    fw_read(step, sizeof *step);
    fw_read(command->pair, step->pairs * sizeof command->pair[0]);
    step->eax = mapped(step->eax, step->mapped & MAPPED_EAX);
    step->edi = mapped(step->edi, step->mapped & MAPPED_EDI);
    step->system_word[0] = mapped(step->system_word[0], step->mapped & MAPPED_WORD);
    for (unsigned i = 0; i < step->pairs; i++)
        command->pair[i].source =
            (endpoint_t)mapped((uint32_t)command->pair[i].source, step->mapped & MAPPED_PAIR(i));
}

/* A call is put into the worker's queue; the rest the judge does. */
static void take_step(const struct command *command)
{
    const struct script_step *step = &command->step;
    volatile struct worker *worker = &SHARED->worker[who[step->process].module];

    switch (step->kind) {
    case SCRIPT_CANCEL:
        sys_cancel(who[step->process].endpoint, (int)step->eax);
        break;
    case SCRIPT_KILL:
        sys_kill(who[step->process].endpoint);
        break;
    case SCRIPT_BIRTH:
        bear(step->process, step->module);
        break;
    case SCRIPT_WAIT:
        nap(step->eax);
        break;
    default:
        memcpy((void *)&worker->queue[worker->tail % QUEUE], command, sizeof *command);
        worker->tail++;
    }
}

static void run_steps(const struct script_group *g)
{
    const struct script_step *first = &group[0].step;

    for (unsigned i = 0; i < g->steps; i++)
        take_step(&group[i]);
    if (first->kind <= SCRIPT_CRASH)
        sys_cancel(who[first->process].endpoint, 0);
    for (unsigned i = 0; i < g->deaths; i++)
        is_gone(g->dead[i]);
}

/* ---- Outcomes -------------------------------------------------------------------------------- */

#define BREAKPOINT 3 /* its vector */

static message expected_content(const struct script_outcome *o)
{
    message m = {0};
    uint32_t *words = (uint32_t *)&m;

    for (unsigned i = 0;
         o->content != CONTENT_EVENTS && o->content != CONTENT_ANSWER && i < MESSAGE_WORDS; i++)
        words[i] = SCRIPT_WORD(o->argument, i);
    if (o->content == CONTENT_UNTOUCHED)
        return m;
    m.m_source = (endpoint_t)mapped((uint32_t)o->source, o->mapped & MAPPED_SOURCE);
    if (o->content == CONTENT_EVENTS) {
        m.m_type = IPC_EVENT_MESSAGE;
        m.m_words[0] = o->argument;
    } else if (o->content == CONTENT_ANSWER) {
        m.m_type = (int32_t)o->argument;
    } else if (o->content == CONTENT_FAULT) {
        m.m_type = FAULT_MESSAGE | BREAKPOINT;
    }
    return m;
}

static void compare_content(const struct script_outcome *o, const struct result *got)
{
    static const char *const names[MESSAGE_WORDS] = {
        "m_source", "m_type", "word 0", "word 1", "word 2", "word 3", "word 4", "word 5", "word 6"};
    message m = expected_content(o);
    const uint32_t *expected = (const uint32_t *)&m, *words = (const uint32_t *)&got->content;
    unsigned first = o->content == CONTENT_REGISTERS ? 2 : 0; /* no source, no type */

    if (o->content == CONTENT_NO_PLACE)
        return;
    for (unsigned i = first; i < MESSAGE_WORDS && good; i++)
        if (words[i] != expected[i])
            complain(o->index, names[i], words[i], expected[i]);
}

static const char *damaged(const struct result *got)
{
    static const char *const places[PLACES] = SCRIPT_PLACE_NAMES;
    static const char *const registers[] = {"eax", "ebx",    "ecx", "edx", "esi", "edi",
                                            "ebp", "eflags", "ds",  "es",  "fs",  "gs"};

    if (got->damage == DAMAGE_MEMORY)
        return got->where < PLACES ? places[got->where] : "memory";
    return got->where < sizeof registers / sizeof registers[0] ? registers[got->where] : "?";
}

static void compare(const struct script_outcome *o)
{
    struct result got;
    uint32_t second = mapped(o->second, o->mapped & MAPPED_SECOND);

    memcpy(&got, (const void *)&SHARED->result[o->index], sizeof got);
    if (!got.done)
        COMPLAIN("script %u step %u: p%u's call has not ended", (unsigned)script, o->index,
                 o->process);
    else if (got.result != o->result)
        complain(o->index, "eax", (uint32_t)got.result, (uint32_t)o->result);
    else if (got.second != second)
        complain(o->index, "esi", got.second, second);
    else if (got.damage)
        COMPLAIN("script %u step %u: %s has changed", (unsigned)script, o->index, damaged(&got));
    else
        compare_content(o, &got);
}

static void compare_state(unsigned process, const struct script_state *s)
{
    struct process_info info = {0};
    bool lives = who[process].endpoint != NONE && describe(who[process].endpoint, &info);
    uint32_t waits_for = mapped((uint32_t)s->waits_for, s->mapped);
    bool idle = lives && SHARED->worker[who[process].module].asleep;

    if (lives != s->lives)
        COMPLAIN("script %u: p%u %s", (unsigned)script, process, lives ? "lives" : "has died");
    else if (lives && idle != s->idle)
        COMPLAIN("script %u: p%u %s in a call", (unsigned)script, process, idle ? "isn't" : "is");
    else if (lives && !idle && info.state != s->state)
        COMPLAIN("script %u: p%u is in state %u, not %u", (unsigned)script, process,
                 (unsigned)info.state, s->state);
    else if (lives && !idle && (uint32_t)info.waits_for != waits_for)
        COMPLAIN("script %u: p%u waits for %s, not for %s", (unsigned)script, process,
                 name_of((uint32_t)info.waits_for), name_of(waits_for));
    else if (lives && (info.messages_sent != s->sent || info.messages_received != s->received))
        COMPLAIN("script %u: p%u has sent %u and received %u messages, not %u and %u",
                 (unsigned)script, process, (unsigned)info.messages_sent,
                 (unsigned)info.messages_received, (unsigned)s->sent, (unsigned)s->received);
}

/* ---- Facts of the trace ---------------------------------------------------------------------- */

#define TEXT_BYTES 200

static unsigned facts, machines; /* CALLs that share a record: of the machine's own rendezvous */

/* What a call sends: to SYSTEM the worker writes type and two words itself. */
static message sent_by(const struct script_fact *s, const struct script_step *step)
{
    message m =
        expected_content(&(struct script_outcome){.content = s->content, .argument = s->argument});

    if (s->what != TRACE_CALL || s->content == CONTENT_NO_PLACE || !step->to_system)
        return m;
    m.m_type = (int32_t)step->system_type;
    m.m_words[0] = step->system_word[0];
    m.m_words[1] = step->system_word[1];
    return m;
}

/* What stands in the step alone. Which edx sys_exit leaves is its own affair. */
static void add_call(struct fact *f, const struct script_step *step)
{
    f->any_second = step->kind != SCRIPT_CALL;
    f->call = f->any_second ? IPC_REQUEST : step->ecx;
    f->second = step->edx;
}

static struct fact due_fact(const struct script_fact *s, const struct script_step *step)
{
    struct fact f = {
        .what = s->what,
        .from = (endpoint_t)mapped((uint32_t)s->from, s->mapped & FACT_MAPPED_FROM),
        .to = (endpoint_t)mapped((uint32_t)s->to, s->mapped & FACT_MAPPED_TO),
        .call = s->call,
        .result = s->result,
        .second = mapped(s->second, s->mapped & FACT_MAPPED_SECOND),
    };

    if (s->what == TRACE_CALL)
        add_call(&f, step);
    if (s->content != CONTENT_NO_PLACE) {
        const message m = sent_by(s, step);

        f.type = m.m_type;
        memcpy(f.words, m.m_words, sizeof f.words);
    } else if (s->what == TRACE_BIRTH) {
        snprintf((char *)f.words, sizeof f.words, "w%u", (unsigned)s->argument);
    } else if (s->what == TRACE_EVENT) {
        f.words[0] = s->argument;
    }
    return f;
}

static void complain_fact(unsigned index, const struct fact *due, const struct fact *found)
{
    static char expected[TEXT_BYTES] = "nothing", got[TEXT_BYTES] = "nothing";

    if (due)
        follow_describe(expected, sizeof expected, due);
    if (found)
        follow_describe(got, sizeof got, found);
    COMPLAIN("script %u step %u: the trace is not as predicted", (unsigned)script, index);
    tap_note("  expected %s", due ? expected : "nothing");
    tap_note("  found    %s", found ? got : "nothing");
}

static void read_facts(const struct script_group *g)
{
    const int taken = good && g->facts != 0 ? follow_take() : 0;
    struct script_fact s = {0};

    if (taken < 0)
        COMPLAIN("harness: script %u: the trace went by before it was read", (unsigned)script);
    for (unsigned i = 0; i < g->facts; i++) {
        fw_read(&s, sizeof s);
        if (!good)
            continue;
        const struct fact due = due_fact(&s, &group[s.index - group[0].step.index].step);
        const struct fact *found = follow_fact(i);
        facts++;
        machines += found && found->what == TRACE_CALL && found->any_second;
        if (!found || !follow_same(&due, found))
            complain_fact(s.index, &due, found);
    }
    if (good && g->facts != 0 && follow_fact(g->facts))
        complain_fact(s.index, NULL, follow_fact(g->facts));
}

/* ---- Scripts --------------------------------------------------------------------------------- */

/* After a complaint the rest of the script is read and not done. */
static void run_group(const struct script_group *g, unsigned *ended)
{
    struct script_outcome outcome = {0};
    struct script_state state = {0};

    for (unsigned i = 0; i < g->steps; i++)
        read_step(&group[i]);
    if (good && g->steps != 0) {
        steps += g->steps;
        run_steps(g);
    }
    *ended += g->outcomes;
    for (unsigned i = 0; i < g->outcomes; i++) {
        fw_read(&outcome, sizeof outcome);
        if (good)
            compare(&outcome);
    }
    if (good && SHARED->ended != *ended)
        COMPLAIN("script %u step %u: %u calls have ended by now, not %u", (unsigned)script,
                 group[0].step.index, (unsigned)SHARED->ended, *ended);
    for (unsigned i = 0; g->states && i < SCRIPT_PROCESSES; i++) {
        fw_read(&state, sizeof state);
        if (good)
            compare_state(i, &state);
    }
    read_facts(g);
}

static void run_script(bool traced)
{
    struct script_group g = {0};
    unsigned ended = 0, before = steps;

    good = true;
    begin_all();
    if (traced)
        follow_skip();
    do {
        fw_read(&g, sizeof g);
        run_group(&g, &ended);
    } while (!g.last);
    end_all();
    scripts++;
    agree += good;
    OK(good, "script %u: %u steps", (unsigned)script, steps - before);
}

static void find_slots(void)
{
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (slot != endpoint_slot(self()))
            slot_freed(slot);
}

static bool shared_is_memory(void)
{
    SHARED->ended = SCRIPT_MAGIC;
    SHARED->worker[SCRIPT_PROCESSES - 1].queue[QUEUE - 1].pair[0].events = ~SCRIPT_MAGIC;
    return SHARED->ended == SCRIPT_MAGIC;
}

int main(void)
{
    struct script_header header = {0};

    if (!OK(fw_open("opt/parley.scripts"), "harness: there are scripts") ||
        !OK(shared_is_memory(), "harness: the screen's memory is where scripts.conf has it"))
        tap_done();
    find_slots();
    for (fw_read(&header, sizeof header); header.magic == SCRIPT_MAGIC;
         fw_read(&header, sizeof header)) {
        script = header.number;
        if (header.traced && scripts == 0)
            OK(follow_begin(), "harness: the trace is on");
        run_script(header.traced);
    }
    OK(header.magic == 0, "harness: the scripts have their end");
    tap_note("scripts: %u scripts, %u steps, %u agree", scripts, steps, agree);
    if (facts != 0)
        tap_note("trace: %u facts; the machine's own rendezvous wrote %u records", facts, machines);
    tap_done();
}
