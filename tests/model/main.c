/*
 * The exhaustive checker: model-P [--long] [--list] [--no-symmetry] [NAME...]
 *
 * Runs the bounds with these names, or all that are not long; --long runs the long ones. Prints a
 * line for each and a closing one.
 */
#include "explore.h"

#include <stdlib.h>
#include <string.h>

static bool is_long, without_symmetry;
static struct visits total;

static bool is_wanted(const struct bounds *bounds, int count, char **names)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], bounds->name) == 0)
            return true;
    }
    return count == 0 && bounds->is_long == is_long;
}

static bool run(const struct bounds *wanted)
{
    struct bounds bounds = *wanted;
    struct visits visits = {.bounds = &bounds};
    bool good;

    if (without_symmetry)
        bounds.naming.symmetry = SYMMETRY_NONE;
    good = explore(&visits);
    printf("%-12s %9u states, %11llu transitions, %6.1f s, stand for %llu states: %s\n",
           bounds.name, visits.count, (unsigned long long)visits.transitions, visits.seconds,
           (unsigned long long)visits.stands_for, bounds.covers);
    fflush(stdout);
    total.stands_for += visits.count;
    total.transitions += visits.transitions;
    total.seconds += visits.seconds;
    visits_free(&visits);
    return good;
}

static void list(void)
{
    for (const struct bounds *bounds = all_bounds; bounds->name != NULL; bounds++)
        printf("%-12s %s%s\n", bounds->name, bounds->is_long ? "(long) " : "", bounds->covers);
}

int main(int argc, char **argv)
{
    bool good = true;
    int first = 1;

    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "--long") == 0)
            is_long = true;
        else if (strcmp(argv[first], "--no-symmetry") == 0)
            without_symmetry = true;
        else {
            list();
            return strcmp(argv[first], "--list") == 0 ? 0 : 2;
        }
    }
    for (const struct bounds *bounds = all_bounds; good && bounds->name != NULL; bounds++) {
        if (is_wanted(bounds, argc - first, argv + first))
            good = run(bounds);
    }
    printf("model: %d processes, %llu states, %llu transitions, %d violations\n", IPC_PROCESSES,
           (unsigned long long)total.stands_for, (unsigned long long)total.transitions, !good);
    printf("model: %.1f s\n", total.seconds);
    return good ? 0 : 1;
}
