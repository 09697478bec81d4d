/*
 * bench [--machine] [--off] [--checks | ROW]: how many instructions the system's most frequent acts
 * take.
 *
 *   --machine  one line a figure: NAME VALUE UNIT
 *   --off      powers the machine off at the end, with status 0 when all went right
 *   --checks   only looks whether the round trips do what they should
 *   ROW        measures that row alone
 *
 * What a row means: docs/performance.md. Under an emulator whose counter counts instructions the
 * figures are exact; elsewhere they are cycles.
 */
#include "measure.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <parley/trace.h>
#include <stdio.h>
#include <string.h>

static bool for_machines;
static unsigned failures;

/* ---- Samples -----------------------------------------------------------------------------------
 */

void sample(struct samples *s, uint32_t value)
{
    if (s->count < SAMPLES)
        s->value[s->count++] = value;
}

uint32_t least(const struct samples *s)
{
    uint32_t result = UINT32_MAX;
    for (unsigned i = 0; i < s->count; i++)
        if (s->value[i] < result)
            result = s->value[i];
    return result;
}

uint32_t median(struct samples *s)
{
    for (unsigned i = 1; i < s->count; i++) {
        const uint32_t value = s->value[i];
        unsigned at = i;
        for (; at > 0 && s->value[at - 1] > value; at--)
            s->value[at] = s->value[at - 1];
        s->value[at] = value;
    }
    return s->value[s->count / 2];
}

/* ---- Helpers -----------------------------------------------------------------------------------
 */

static void end(const char *name)
{
    endpoint_t endpoint;
    if (sys_lookup(name, &endpoint) == 0)
        sys_kill(endpoint);
}

int fresh(const char *name, const char *arguments, endpoint_t *endpoint)
{
    end(name);
    return sys_start(name, arguments, endpoint);
}

void end_helpers(void)
{
    end("bench-server");
    end("bench-driver");
    end("bench-raiser");
}

int ask(endpoint_t helper, int32_t type, message *m)
{
    m->m_type = type;
    const int error = ipc_request(helper, m);
    return error < 0 ? error : m->m_type;
}

/* ---- Output ------------------------------------------------------------------------------------
 */

static void put_samples(const char *name, const char *part, struct samples *s)
{
    if (s->count == 0)
        return;
    printf("%s%s %u instructions\n", name, part, (unsigned)least(s));
    printf("%s%s.median %u instructions\n", name, part, (unsigned)median(s));
}

static void put_for_people(const char *name, struct figures *f)
{
    printf("%-24s %8u %8u", name, (unsigned)least(&f->whole), (unsigned)median(&f->whole));
    if (f->there.count)
        printf(" %8u %8u", (unsigned)least(&f->there), (unsigned)least(&f->back));
    printf("\n");
}

static void put_error(const char *name, int error, const struct figures *f)
{
    if (error < 0)
        printf("%s%s not measured: %s\n", for_machines ? "# " : "", name, strerror(error));
    else
        printf("%s%s WRONG: %u words, registers or results are not as they must be\n",
               for_machines ? "# " : "", name, f->wrong);
}

/* One that cannot be measured here is said to be so; one that answered wrongly is a failure. */
static void put(const char *name, int error, struct figures *f)
{
    if (error == 0 && f->wrong == 0 && f->whole.count) {
        if (for_machines) {
            put_samples(name, "", &f->whole);
            put_samples(name, ".there", &f->there);
            put_samples(name, ".back", &f->back);
        } else {
            put_for_people(name, f);
        }
        return;
    }
    failures += error == 0 || (error != -ENOSYS && error != -ENODEV && error != -ENOENT);
    put_error(name, error, f);
}

static void put_load(uint32_t processes, struct figures *f)
{
    char name[24];
    snprintf(name, sizeof name, "load_%u", (unsigned)processes);
    f->there.count = f->back.count = 0;
    put(name, 0, f);
}

static void put_queue(uint32_t before, struct figures *f)
{
    char name[24];
    snprintf(name, sizeof name, "enqueue_%u", (unsigned)before);
    put(name, 0, f);
}

/* ---- Rows --------------------------------------------------------------------------------------
 */

static int box_int(struct figures *f)
{
    return measure_rounds(BY_BOX, GATE_INT, f);
}

static int box_sysenter(struct figures *f)
{
    return measure_rounds(BY_BOX, GATE_SYSENTER, f);
}

static int pointer_int(struct figures *f)
{
    return measure_rounds(BY_POINTER, GATE_INT, f);
}

static int straddle_int(struct figures *f)
{
    return measure_rounds(BY_STRADDLE, GATE_INT, f);
}

static int box_pointer_int(struct figures *f)
{
    return measure_mixed(BY_BOX, BY_POINTER, GATE_INT, f);
}

static int pointer_box_int(struct figures *f)
{
    return measure_mixed(BY_POINTER, BY_BOX, GATE_INT, f);
}

static int send_receive(struct figures *f)
{
    return measure_rounds(SEND_RECEIVE, GATE_INT, f);
}

static int copy_aligned(struct figures *f)
{
    return measure_phys_copy(0, 0, f);
}

static int copy_from_odd(struct figures *f)
{
    return measure_phys_copy(1, 0, f);
}

static int copy_to_odd(struct figures *f)
{
    return measure_phys_copy(0, 3, f);
}

static int copy_odd(struct figures *f)
{
    return measure_phys_copy(1, 3, f);
}

static int bytes_36(struct figures *f)
{
    return measure_byte_copy(MESSAGE_BYTES, f);
}

static int bytes_4096(struct figures *f)
{
    return measure_byte_copy(4096, f);
}

static int interrupt(struct figures *f)
{
    return measure_interrupt("driver", f);
}

static int interrupt_pointer(struct figures *f)
{
    return measure_interrupt("driver-pointer", f);
}

static int interrupt_receive(struct figures *f)
{
    return measure_interrupt("driver-receive", f);
}

/* With everything recorded: a round trip is two records of the machine's own. */
static int box_traced(struct figures *f)
{
    const struct trace_settings all = {.what = TRACE_ALL}, off = {0};
    int error = sys_trace_set(&all);
    if (error == 0)
        error = measure_rounds(BY_BOX, GATE_INT, f);
    (void)sys_trace_set(&off);
    return error;
}

static const struct row {
    const char *name;
    int (*measure)(struct figures *f);
} rows[] = {
    {"rt36_box_int", box_int},
    {"rt36_box_sysenter", box_sysenter},
    {"rt36_pointer_int", pointer_int},
    {"rt36_straddle_int", straddle_int},
    {"rt36_box_pointer_int", box_pointer_int},
    {"rt36_pointer_box_int", pointer_box_int},
    {"rt36_send_receive", send_receive},
    {"rt36_box_traced", box_traced},
    {"trace_record", measure_trace_record},
    {"null_badcall", measure_bad_call},
    {"null_echo", measure_echo},
    {"system_time", measure_time},
    {"irq_to_driver", interrupt},
    {"irq_to_driver_pointer", interrupt_pointer},
    {"irq_to_driver_receive", interrupt_receive},
    {"tick", measure_tick},
    {"phys_copy_4096", copy_aligned},
    {"phys_copy_4096_from_odd", copy_from_odd},
    {"phys_copy_4096_to_odd", copy_to_odd},
    {"phys_copy_4096_odd", copy_odd},
    {"byte_copy_4096", bytes_4096},
    {"msg_copy", measure_msg_copy},
    {"byte_copy_36", bytes_36},
};

static void put_wall(void)
{
    uint32_t nanoseconds = 0;
    const int error = measure_wall(&nanoseconds);
    failures += error < 0;
    if (error < 0)
        put_error("rt36_wall", error, NULL);
    else if (for_machines)
        printf("rt36_wall %u nanoseconds\n", (unsigned)nanoseconds);
    else
        printf("%-24s %8u ns\n", "rt36_wall", (unsigned)nanoseconds);
}

static void put_crowds(void)
{
    struct figures none = {0};
    int error = measure_load(put_load);
    if (error < 0)
        put("load", error, &none);
    error = measure_queue(put_queue);
    if (error < 0)
        put("enqueue", error, &none);
}

/* Only what went wrong is told. */
static void put_check(const char *name, int error, struct figures *f)
{
    if (error < 0 || f->wrong) {
        failures++;
        put_error(name, error, f);
    }
}

static void put_tickets(void)
{
    struct figures f = {0};
    const int error = try_tickets(&f);
    put_check("check of all tickets", error, &f);
}

static int check_only(void)
{
    try_checks(put_check);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct figures f = {0};
        if (strncmp(rows[i].name, "rt36", 4) != 0)
            continue;
        const int error = rows[i].measure(&f);
        put(rows[i].name, error, &f);
    }
    put_tickets();
    end_helpers();
    return failures != 0;
}

/* `only`: NULL for all. */
static int run(const char *only, bool checks)
{
    endpoint_t server;
    int error = fresh("bench-server", "", &server);
    if (error < 0) {
        printf("bench: bench-server: %s\n", strerror(error));
        return 1;
    }
    boxes_set();
    if (checks)
        return check_only();
    if (!for_machines)
        printf("%-24s %8s %8s %8s %8s\n", counter_is_exact() ? "instructions" : "cycles", "least",
               "median", "there", "back");
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct figures f = {0};
        if (only && strcmp(only, rows[i].name) != 0)
            continue;
        const int result = rows[i].measure(&f);
        put(rows[i].name, result, &f);
    }
    if (!only) {
        try_checks(put_check);
        put_wall();
        put_crowds();
    }
    end_helpers();
    return failures != 0;
}

static bool row_exists(const char *name)
{
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(name, rows[i].name) == 0)
            return true;
    return false;
}

/* Whoever watches the system would be measured as well. */
static int run_untraced(const char *only, bool checks)
{
    const struct trace_settings off = {0};
    struct trace_settings before = {0};
    if (sys_trace_get(&before) == 0 && before.what != 0)
        (void)sys_trace_set(&off);
    const int status = run(only, checks);
    if (before.what != 0)
        (void)sys_trace_set(&before);
    return status;
}

int main(int argc, char **argv)
{
    bool off = false, checks = false;
    const char *only = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--machine") == 0) {
            for_machines = true;
        } else if (strcmp(argv[i], "--off") == 0) {
            off = true;
        } else if (strcmp(argv[i], "--checks") == 0) {
            checks = true;
        } else if (row_exists(argv[i])) {
            only = argv[i];
        } else {
            printf("bench: use: bench [--machine] [--off] [--checks | ROW]\n");
            return 2;
        }
    }
    const int status = run_untraced(only, checks);
    if (off)
        sys_power(POWER_OFF, (unsigned)status);
    return status;
}
