/* See twin.h. */
#include "twin.h"

#include "machine.h"

#include <string.h>

void twin_start(struct twin *twin, const struct ipc_privilege privilege[IDENTITY_COUNT])
{
    ipc_init(&twin->before);
    memcpy(twin->before.privilege, privilege, sizeof twin->before.privilege);
    twin->after = twin->before;
    naive_init(&twin->naive_before);
    memcpy(twin->naive_before.privilege, privilege, sizeof twin->naive_before.privilege);
    twin->naive_after = twin->naive_before;
}

void twin_advance(struct twin *twin)
{
    table_copy(&twin->before, &twin->after);
    naive_copy(&twin->naive_before, &twin->naive_after);
}

void twin_return(struct twin *twin)
{
    table_copy(&twin->after, &twin->before);
    naive_copy(&twin->naive_after, &twin->naive_before);
}

static const char *check_after(struct twin *twin, const struct operation *op,
                               const struct outcome *outcome, unsigned *slot)
{
    const struct step step = {&twin->before, &twin->after, &twin->naive_before, op, outcome};
    const char *wrong = ipc_check_invariants(&twin->after, slot);

    if (wrong != NULL)
        return wrong;
    wrong = naive_differs(&twin->naive_after, &twin->after, slot);
    if (wrong != NULL)
        return wrong;
    *slot = IPC_PROCESSES;
    wrong = laws_broken(&step);
    if (wrong != NULL)
        return wrong;
    return world_agrees(&twin->naive_after) ? NULL : "what was delivered is another thing";
}

const char *twin_step(struct twin *twin, const struct operation *op, struct outcome *outcome,
                      unsigned *slot)
{
    struct outcome expected;
    const char *wrong;

    *slot = IPC_PROCESSES;
    world_begin(&twin->before);
    *outcome = operation_perform(&twin->after, op);
    expected = naive_perform(&twin->naive_after, op);
    if (!outcome_equal(outcome, &expected))
        return "what the operation returned is not what it should";
    wrong = world_end(&twin->after, op, outcome);
    if (wrong != NULL)
        return wrong;
    if (outcome->error == 0)
        wrong = check_after(twin, op, outcome, slot);
    else if (!table_equal(&twin->before, &twin->after))
        wrong = "a refused call changed something";
    if (wrong != NULL)
        return wrong;
    return machine_differs(&twin->before, &twin->after, op, outcome, slot);
}
