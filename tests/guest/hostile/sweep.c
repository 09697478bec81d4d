/*
 * Judge of the sweeps: all 65,536 selectors in every segment register, all 65,536 ports. Each
 * forbidden one costs sweep.asm its life, by exactly the fault that the manual names, and it is
 * started again for the next. argv[1] says which sweep, argv[2] which registers or directions; with
 * a third argument it tries all of the first NEAR, where the descriptors and the devices of a PC
 * are, and of the rest one in STEP.
 */
#include "../lib/judge.h"
#include "../lib/machine.h"

#include <parley/port.h>
#include <stdio.h>
#include <string.h>

#define GENERAL_PROTECTION 13
#define ALL                0x10000u
#define NEAR               0x400u
#define STEP               61u /* a prime: no bit of what it picks stands still */

static endpoint_t partner;
static unsigned restarts;
static bool sampled;

/* What to try after `at`; the last is always tried. */
static uint32_t next(uint32_t at)
{
    if (!sampled || at + 1 < NEAR || at + 1 >= ALL)
        return at + 1;
    return at + STEP < ALL ? at + STEP : ALL - 1;
}

/* Lets sweep.asm act; false when it could not be started or its death was not told. */
static bool act(const char *module, char what, uint32_t number, struct system_death *death)
{
    char argument[12];
    endpoint_t process;
    message m;

    restarts++;
    snprintf(argument, sizeof argument, "%c%x", what, (unsigned)number);
    return sys_start(module, argument, &process) == 0 && sys_watch(process, 1) == 0 &&
           ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, PATIENCE_US, NULL) == 0 &&
           sys_death(death) == 0 && death->endpoint == process;
}

/* ---- Selectors ---------------------------------------------------------------------------------
 */

static uint16_t code_selector(void)
{
    uint16_t selector;

    __asm__("mov %%cs, %0" : "=r"(selector));
    return selector;
}

/* The flat user segments are all that there is: the table has nothing else for ring 3. */
static bool is_legal(char reg, uint32_t selector)
{
    uint32_t data = flat_data_selector() & ~3u;
    uint32_t code = code_selector() & ~3u;

    switch (reg) {
    case 's':
        return selector == (data | 3);
    case 'c':
        return (selector & ~3u) == code;
    default:
        return selector < 4 || (selector & ~3u) == data || (selector & ~3u) == code;
    }
}

static uint32_t next_illegal(char reg, uint32_t selector)
{
    while (selector < ALL && is_legal(reg, selector))
        selector++;
    return selector;
}

static void sweep_selectors(char reg, const char *name)
{
    struct system_death death = {0};
    uint32_t at = 0;
    uint32_t ip = 0;
    unsigned tried = 0;
    unsigned wrong = 0;

    while (at < ALL && wrong < 5) {
        uint32_t due = next_illegal(reg, at);
        if (!act("sweep", reg, at, &death)) {
            OK(false, "%s: the system answers after selector 0x%x", name, (unsigned)at);
            return;
        }
        if (due == ALL) {
            wrong += death.cause != DEATH_EXIT || death.status != 0;
            break;
        }
        if (!ip)
            ip = death.ip;
        if (death.cause != DEATH_FAULT || death.status != GENERAL_PROTECTION ||
            death.error != (due & ~3u) || death.ip != ip) {
            tap_note("%s: selector 0x%x: cause %u vector %u error 0x%x ip 0x%x", name,
                     (unsigned)due, (unsigned)death.cause, (unsigned)death.status,
                     (unsigned)death.error, (unsigned)death.ip);
            wrong++;
        }
        at = next(due);
        tried++;
        if (tried % 4096 == 0 && !answers(partner))
            wrong++;
    }
    IS(wrong, 0, "%s: each selector that is not ours is #GP with that selector", name);
    tap_note("%s: %u selectors tried", name, tried);
    OK(answers(partner), "%s: the system answers", name);
}

/* ---- Ports -------------------------------------------------------------------------------------
 */

static void sweep_ports(char what, const char *name)
{
    struct system_death death = {0};
    unsigned tried = 0;
    unsigned refused = 0;
    uint32_t ip = 0;

    for (uint32_t port = 0; port < ALL; port = next(port)) {
        tried++;
        if (!act("sweep", what, port, &death)) {
            OK(false, "%s: the system answers after port 0x%x", name, (unsigned)port);
            return;
        }
        if (!ip)
            ip = death.ip;
        refused += death.cause == DEATH_FAULT && death.status == GENERAL_PROTECTION &&
                   death.error == 0 && death.ip == ip;
    }
    IS(refused, tried, "%s: all ports tried are refused with #GP(0)", name);
    OK(sampled || tried == ALL, "%s: %u ports of 65536", name, tried);
    OK(answers(partner), "%s: the system answers", name);
}

/* A process with rights gets exactly its ports; a wide access needs all that it touches. */
static bool port_works(const char *module, char what, uint32_t port)
{
    struct system_death death;

    if (!act(module, what, port, &death))
        return false;
    if (death.cause == DEATH_EXIT)
        return true;
    OK(death.status == GENERAL_PROTECTION && death.error == 0, "port 0x%x: #GP(0)", (unsigned)port);
    return false;
}

/* suites/ports.conf gives the judge 0x84 and sweep-ports 0x61, 0x80-0x87 and 0xfffe-0xffff. */
static bool is_granted(uint32_t port)
{
    return port == 0x61 || (port >= 0x80 && port <= 0x87) || (port >= 0xfffe && port <= 0xffff);
}

static void granted_ports(void)
{
    static const uint32_t near[] = {0,    0x60, 0x61, 0x62,   0x7f,   0x80,   0x81,
                                    0x86, 0x87, 0x88, 0x1000, 0xfffd, 0xfffe, 0xffff};
    unsigned right = 0;

    for (unsigned i = 0; i < sizeof near / sizeof *near; i++) {
        right += port_works("sweep-ports", 'i', near[i]) == is_granted(near[i]);
        right += port_works("sweep-ports", 'j', near[i]) ==
                 (is_granted(near[i]) && is_granted(near[i] + 1) && near[i] != 0xffff);
        right += port_works("sweep-ports", 'k', near[i]) ==
                 (is_granted(near[i]) && is_granted(near[i] + 1) && is_granted(near[i] + 2) &&
                  is_granted(near[i] + 3));
    }
    IS(right, 3 * sizeof near / sizeof *near, "a process with ports gets exactly those");
    right = 0;
    for (uint32_t port = 0; port < 0x400; port += 3) {
        if (is_granted(port))
            continue;
        struct system_death death;
        (void)port_read8(0x84); /* its owner is alive and has just used it */
        right += act("sweep", 'i', 0x84, &death) && death.cause == DEATH_FAULT;
        right += port_works("sweep-ports", 'i', 0x80);
        right += act("sweep-ports", 'o', port, &death) && death.cause == DEATH_FAULT;
    }
    OK(right > 900 && right % 3 == 0, "and no other process gets them with it");
    OK(answers(partner), "the system answers");
}

/* ---- Enter here --------------------------------------------------------------------------------
 */

static const struct {
    char what;
    const char *name;
} selectors[] = {{'d', "DS"}, {'e', "ES"}, {'f', "FS"}, {'g', "GS"}, {'s', "SS"}, {'c', "CS"}},
  ports[] = {{'i', "in"}, {'o', "out"}};

int main(int argc, char **argv)
{
    uint64_t began = 0;
    uint64_t ended = 0;
    const char *only = argc > 2 ? argv[2] : "defgscio";

    sampled = argc > 3;
    partner = partner_start("p1");
    sys_time(&began);
    if (argc > 1 && strcmp(argv[1], "selectors") == 0)
        for (unsigned i = 0; i < sizeof selectors / sizeof *selectors; i++)
            if (strchr(only, selectors[i].what))
                sweep_selectors(selectors[i].what, selectors[i].name);
    if (argc > 1 && strcmp(argv[1], "ports") == 0) {
        granted_ports();
        for (unsigned i = 0; i < sizeof ports / sizeof *ports; i++)
            if (strchr(only, ports[i].what))
                sweep_ports(ports[i].what, ports[i].name);
    }
    sys_time(&ended);
    tap_note("%u restarts, %u us each", restarts,
             (unsigned)((uint32_t)(ended - began) / (restarts ? restarts : 1)));
    tap_done();
}
