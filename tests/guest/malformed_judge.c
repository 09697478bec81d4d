/*
 * Judge among malformed modules (malformed.py): every module whose name does not say otherwise must
 * be refused, with a reason, and must not start. `g-` ones are good, `f-` ones were damaged at
 * random: refused or not, they must not hurt.
 */
#include "lib/judge.h"

#include <string.h>

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static void expect_refused(const struct module_info *m)
{
    endpoint_t process;
    int result = sys_start(m->name, "", &process);

    OK(m->flags & MODULE_REFUSED && !(m->flags & MODULE_RUNNING), "%s is refused", m->name);
    OK(m->reason[0] && memchr(m->reason, 0, sizeof m->reason), "%s: %s", m->name, m->reason);
    OK(m->endpoint == NONE && m->starts == 0 && m->memory_bytes == 0, "%s has nothing", m->name);
    IS(result, -ENOEXEC, "%s does not start", m->name);
}

static void expect_good(const struct module_info *m)
{
    endpoint_t process = start(m->name, "");

    OK(!(m->flags & MODULE_REFUSED) && !m->reason[0], "%s is not refused", m->name);
    OK(comes_to_die(process), "%s runs to its end", m->name);
}

/* Runs whatever it is for a moment. */
static void provoke(const struct module_info *m)
{
    endpoint_t process;
    int result = sys_start(m->name, "", &process);

    if (m->flags & MODULE_REFUSED) {
        IS(result, -ENOEXEC, "%s is refused: %s", m->name, m->reason);
        return;
    }
    nap(2000);
    sys_kill(process);
    IS(result, 0, "%s was let in and did no harm", m->name);
}

int main(void)
{
    endpoint_t partner = partner_start("p1");
    struct memory_info memory;
    struct module_info m;

    for (unsigned i = 0; sys_module(i, &m) == 0; i++) {
        if (strcmp(m.name, PARTNER_JUDGE) == 0 || strcmp(m.name, "p1") == 0)
            continue;
        if (begins_with(m.name, "g-"))
            expect_good(&m);
        else if (begins_with(m.name, "f-"))
            provoke(&m);
        else
            expect_refused(&m);
    }
    sys_memory(&memory);
    IS(memory.kernel_bytes + memory.modules_bytes + memory.process_bytes + memory.free_bytes,
       memory.total_bytes, "the accounts add up");
    OK(answers(partner), "the system answers");
    tap_done();
}
