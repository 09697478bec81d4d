/*
 * The exhaustive checker: model-P [--long] [--symmetry] [--list] [--are-all] [NAME...]
 *
 * Runs the bounds with these names, or without a name all that are not long; with --long the long
 * ones. --symmetry runs those in which symmetric states are one a second time without that, and
 * holds the numbers of states against each other. Prints a line for each and a closing one.
 * --are-all runs nothing and says whether all long ones are named.
 */
#include "explore.h"
#include "laws.h"
#include "machine.h"

#include <stdlib.h>
#include <string.h>

static bool is_long, compares, are_all;
static uint64_t states, transitions;
static double seconds;

static bool is_named(const struct bounds *bounds, int count, char **names)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], bounds->name) == 0)
            return true;
    }
    return false;
}

static bool is_wanted(const struct bounds *bounds, int count, char **names)
{
    return count == 0 ? bounds->is_long == is_long : is_named(bounds, count, names);
}

/* A name that is none would make a run that looks at nothing and finds nothing wrong. */
static bool names_are_known(int count, char **names)
{
    int known = 0;

    for (const struct bounds *bounds = all_bounds; bounds->name != NULL; bounds++)
        known += is_named(bounds, count, names);
    if (known != count)
        fprintf(stderr, "model: %d of %d names are known, and once each; see --list\n", known,
                count);
    return known == count;
}

/* For the list of tests: a search that is in no test would never run. */
static bool all_long_are_named(int count, char **names)
{
    bool good = true;

    for (const struct bounds *bounds = all_bounds; bounds->name != NULL; bounds++) {
        if (bounds->is_long && !is_named(bounds, count, names))
            good = printf("model: %s is in no test: name it in tests/model/CMakeLists.txt\n",
                          bounds->name) < 0;
    }
    return good;
}

/* Writes how many states there are, symmetric ones counted one by one. */
static bool run(const struct bounds *bounds, uint64_t *all)
{
    struct visits visits = {.bounds = bounds};
    bool good = explore(&visits);

    printf("%-12s %9u states, %10llu transitions, %6.1f s", bounds->name, visits.count,
           (unsigned long long)visits.transitions, visits.seconds);
    if (visits.stands_for != visits.count)
        printf("; they stand for %llu", (unsigned long long)visits.stands_for);
    printf(": %s\n", bounds->covers);
    fflush(stdout);
    states += visits.count;
    transitions += visits.transitions;
    seconds += visits.seconds;
    *all = visits.stands_for;
    visits_free(&visits);
    return good;
}

static bool run_without_symmetry(const struct bounds *bounds, uint64_t expected)
{
    struct bounds plain = *bounds;
    uint64_t all;

    plain.naming.symmetry = SYMMETRY_NONE;
    if (!run(&plain, &all))
        return false;
    if (all != expected)
        printf("%s: VIOLATION: by symmetry there are %llu states, without %llu\n", bounds->name,
               (unsigned long long)expected, (unsigned long long)all);
    return all == expected;
}

/* Every call, and how it can go without flags, with NONBLOCK, with TIMEOUT and with both. send_rec
   and ipc_request that succeed wait for their answer. */
static const struct {
    uint32_t number;
    uint8_t ways[4];
} every_call[] = {
#define D SEEN_DONE
#define W SEEN_WAITS
#define F SEEN_FAILED
    {IPC_SEND, {D | W | F, D | F, D | W, D | F}},
    {IPC_RECEIVE, {D | W | F, D | F, D | W, D | F}},
    {IPC_SEND_REC, {W | F, W | F, W, W | F}},
    {IPC_IN_OUTBOX, {D, 0, 0, 0}},
    {IPC_NOTIFY, {D, 0, 0, 0}},
    {IPC_ECHO, {D, 0, 0, 0}},
    {IPC_REQUEST, {W | F, W | F, W, W | F}},
    {IPC_REPLY, {D | F, 0, 0, 0}},
    {IPC_NOTIFY_SET, {D, 0, 0, 0}},
    {IPC_RECEIVE_EX, {D | W | F, D | F, D | W, D | F}},
    {IPC_REPLY_RECEIVE, {D | W | F, D | F, D | W, D | F}},
    {IPC_SELECT, {D | W | F, D | F, D | W, D | F}},
#undef D
#undef W
#undef F
};

static bool saw_every_call(void)
{
    bool good = true;

    for (unsigned i = 0; i < sizeof every_call / sizeof every_call[0]; i++) {
        for (unsigned flags = 0; flags < 4; flags++) {
            uint32_t call = every_call[i].number | flags * IPC_NONBLOCK;
            unsigned missing =
                every_call[i].ways[flags] & ~(unsigned)seen_calls[every_call[i].number][flags];

            if (missing != 0)
                good = printf("model: call %#x never %s\n", call,
                              missing & SEEN_DONE    ? "succeeded"
                              : missing & SEEN_WAITS ? "waited"
                                                     : "failed") < 0;
        }
    }
    return good;
}

/* A run that never came to a state or an error says nothing about it. */
static bool saw_everything(void)
{
    static const int errors[] = {EINTR,       EINVAL,         ETIMEDOUT,   ELOCKED,
                                 EBADCALL,    ECALLDENIED,    EDEADSRCDST, ENOTREADY,
                                 ETRAPDENIED, EREPLYTIMEDOUT, EREPLYINTR,  EREPLYDEAD};
    bool good = saw_every_call();

    for (unsigned i = 0; i < OPERATION_KINDS; i++) {
        if (seen_kinds[i] == 0)
            good = printf("model: never did operation %u\n", i) < 0;
    }
    for (unsigned i = 0; i <= IPC_SELECTING; i++) {
        if (seen_states[i] == 0)
            good = printf("model: never came to state %u\n", i) < 0;
    }
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (seen_results[errors[i]] == 0)
            good = printf("model: never saw %s\n", error_name(-errors[i])) < 0;
    }
    for (unsigned i = 0; i < MACHINE_RENDEZVOUS; i++) {
        if (seen_machine[i] == 0)
            good = printf("model: never saw the machine's %s\n", machine_names[i]) < 0;
    }
    return laws_saw_every_transition() && good;
}

static void list(void)
{
    for (const struct bounds *bounds = all_bounds; bounds->name != NULL; bounds++)
        printf("%-12s %s%s\n", bounds->name, bounds->is_long ? "(long) " : "", bounds->covers);
}

/* The first argument that is no option. */
static int options(int argc, char **argv)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--long") == 0) {
            is_long = true;
        } else if (strcmp(argv[i], "--symmetry") == 0) {
            compares = true;
        } else if (strcmp(argv[i], "--are-all") == 0) {
            are_all = true;
        } else {
            list();
            exit(strcmp(argv[i], "--list") == 0 ? 0 : 2);
        }
    }
    return i;
}

int main(int argc, char **argv)
{
    int first = options(argc, argv);
    bool good = true;
    uint64_t all;

    if (!names_are_known(argc - first, argv + first))
        return 2;
    if (are_all)
        return all_long_are_named(argc - first, argv + first) ? 0 : 1;
    for (const struct bounds *bounds = all_bounds; good && bounds->name != NULL; bounds++) {
        bool symmetric = bounds->naming.symmetry != SYMMETRY_NONE;

        if (!is_wanted(bounds, argc - first, argv + first) || (compares && !symmetric))
            continue;
        good = run(bounds, &all);
        if (good && compares)
            good = run_without_symmetry(bounds, all);
    }
    if (good && first == argc && !is_long && !compares)
        good = saw_everything();
    printf("model: %d processes, %llu states, %llu transitions, %d violations\n", IPC_PROCESSES,
           (unsigned long long)states, (unsigned long long)transitions, good ? 0 : 1);
    printf("model: %.1f s of one processor\n", seconds);
    return good ? 0 : 1;
}
