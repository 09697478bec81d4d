/*
 * Programs at run time: they begin with what their parent gave them, get pages when they touch
 * them, fork, and end in every way; their parent learns how, and nothing is lost.
 */
#include "../lib/judge.h"
#include "kid.h"

#include <abi/errors.h>
#include <abi/layout.h>
#include <parley/program.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE  4096u
#define STACK (USER_STACK_TOP - KID_STACK_BYTES)
#define RW    (ACCESS_READ | ACCESS_WRITE)

extern const char _start[];

static endpoint_t memory;

static size_t left(void)
{
    size_t bytes = 0, total = 0;

    for (unsigned i = 0; i < 50 && memory_left(&bytes, &total) != 0; i++)
        nap(1000);
    return bytes;
}

/* ---- Children -------------------------------------------------------------------------------- */

/* The judge's own image as it is now, and a heap and a stack that come when they are touched. */
static int build(endpoint_t child)
{
    int error = child_region(child, KID_IMAGE, PAGE, ACCESS_READ);
    if (!error)
        error = child_region(child, KID_IMAGE + PAGE, KID_IMAGE_MAX - PAGE, RW);
    if (!error)
        error = child_region(child, KID_HEAP, KID_HEAP_BYTES, RW);
    if (!error)
        error = child_region(child, STACK, KID_STACK_BYTES, RW | ACCESS_STACK);
    for (uint32_t at = KID_IMAGE; !error; at += PAGE) {
        error = child_fill(child, at, (const void *)at, PAGE);
        if (error == -EFAULT && at > (uint32_t)&memory)
            return 0; /* that was the last page */
    }
    return error;
}

/* Begins with these arguments, on a start stack as abi/layout.h says. */
static int set_going(endpoint_t child, const char *what, uint32_t a, uint32_t b)
{
    char words[3][16];
    const uint32_t top = USER_STACK_TOP - 256, text = top + 80;
    uint32_t stack[20] = {4, text, text,           text + 16,       text + 32,
                          0, 0,    AT_PARLEY_SELF, (uint32_t)child, AT_NULL};
    memset(words, 0, sizeof words);
    snprintf(words[0], 16, "%s", what);
    snprintf(words[1], 16, "%u", (unsigned)a);
    snprintf(words[2], 16, "%u", (unsigned)b);
    int error = child_fill(child, top, stack, sizeof stack);
    if (!error)
        error = child_fill(child, text, words, sizeof words);
    return error ? error : child_begin(child, (uint32_t)_start, top);
}

static int spawn(const char *what, uint32_t a, uint32_t b, endpoint_t *child)
{
    int error = child_create("kid", 8, child);
    if (!error)
        error = build(*child);
    return error ? error : set_going(*child, what, a, b);
}

/* Runs it to its end. */
static struct child_end run(const char *what, uint32_t a, uint32_t b)
{
    endpoint_t child = NONE;
    struct child_end end = {.cause = 99};
    int error = spawn(what, a, b, &child);

    if (error || child_wait(child, &end) != 0)
        IS(error, 0, "a child begins and ends: %s %u %u", what, (unsigned)a, (unsigned)b);
    return end;
}

/* ---- The tests ------------------------------------------------------------------------------- */

static void ends(void)
{
    const size_t before = left();
    struct child_end end = run("add", 3, 4);

    IS(end.cause, DEATH_EXIT, "a child ends by itself");
    IS(end.status, 7, "with the sum of its arguments");
    IS(end.why, 0, "and no fault");
    end = run("poke", KID_IMAGE, 1);
    IS(end.cause, DEATH_FAULT, "writing to its code is its end");
    IS(end.status, 14, "by a page fault");
    IS(end.why, -EFAULT, "that nobody can help");
    IS(end.address, KID_IMAGE, "there");
    OK(end.ip > KID_IMAGE && end.ip < KID_IMAGE + KID_IMAGE_MAX, "at an instruction of its");
    end = run("move", KID_IMAGE, 0);
    IS(end.status, EPERM, "it copies nothing between processes");
    end = run("peek", 0xc0000000, 0);
    IS(end.why, -EFAULT, "so is the kernel's memory");
    end = run("peek", 0x40, 0);
    IS(end.why, -EFAULT, "and the first page");
    end = run("peek", USER_LEDGER, 0);
    IS(end.cause, DEATH_EXIT, "its ledger may be read");
    end = run("poke", USER_LEDGER, 0);
    IS(end.why, -EFAULT, "and not written");
    IS(before - left(), PAGE, "the page with what is known of the judge is all that is less");
}

static void pages_come_when_touched(void)
{
    const size_t before = left();
    endpoint_t child;
    struct child_end end;

    IS(spawn("read", 5, 100, &child), 0, "a child with 64 MB of heap");
    IS(child_wait(child, &end), 0, "that reads five pages of it, far apart");
    IS(end.status, 0, "finds zeros");
    IS(left(), before, "everything is back");
}

static void stacks(void)
{
    struct child_end end = run("descend", 200 * 1024, 0);

    IS(end.status, 1, "200 KB of stack come as they are needed");
    end = run("descend", 2 * KID_STACK_BYTES, 0);
    IS(end.cause, DEATH_FAULT, "more than there is");
    IS(end.why, -ENOSPC, "is used up");
    OK(end.address < STACK && end.address >= STACK - PAGE, "in the page below it");
}

static void forks(void)
{
    const size_t before = left();
    struct child_end end = run("tree", 3, 0);

    IS(end.cause, DEATH_EXIT, "a tree of forks");
    IS(end.status, 15, "fifteen nodes, each with memory of its own");
    IS(left(), before, "everything is back");
}

/* No more than that many frames for what it touches: pages, tables, its root and its ledger. */
static void frames_are_counted(void)
{
    const size_t before = left();
    endpoint_t child;
    struct child_end end;
    message m;

    IS(spawn("ask", 100, 1, &child), 0, "a child");
    IS(ipc_receive(child, 0, &m), 0, "that has begun");
    const size_t begun = left();
    tap_note("it has %u KB", (unsigned)(before - begun) / 1024);
    IS(ipc_reply(child, &m), 0, "touches 100 pages of 16,384");
    IS(ipc_receive(child, 0, &m), 0, "and says so");
    IS(begun - left(), 101 * PAGE, "a hundred pages and a page table are less");
    IS(ipc_reply(child, &m), 0, "it reads all of them again");
    IS(ipc_receive(child, 0, &m), 0, "and says so");
    IS(begun - left(), 101 * PAGE, "nothing more");
    IS(child_kill(child), 0, "it is killed");
    IS(left(), before, "everything is back at once");
    IS(child_wait(child, &end), 0, "how it ended is known");
    IS(end.cause, DEATH_KILL, "like that");
    IS(child_kill(child), 0, "killed is killed");
    IS(child_wait(child, &end), 0, "and can be asked again");
    IS(child_wait(ANY, &end), -ENOENT, "but is no news");
}

static void refusals(void)
{
    const size_t before = left();
    endpoint_t child;
    struct child_end end;

    IS(child_create("", 8, &child), -EINVAL, "no name");
    IS(child_create("a b", 8, &child), -EINVAL, "a name with a blank");
    IS(child_create("kid", 1, &child), -EINVAL, "more urgent than its parent");
    IS(child_create("kid", 16, &child), -EINVAL, "no such priority");
    IS(program_fork(), -EPERM, "a boot module has no clone");
    IS(child_region(SELF, KID_HEAP, PAGE, RW), -EPERM, "and no regions");
    IS(child_region(memory, KID_HEAP, PAGE, RW), -EPERM, "nor has another");
    IS(child_begin(memory, 0, 0), -EPERM, "which does not begin");
    IS(child_kill(memory), -EPERM, "and does not end so");
    IS(child_wait(memory, &end), -ENOENT, "nor is it waited for");
    IS(child_create("kid", 8, &child), 0, "a child");
    IS(child_region(child, KID_HEAP + 1, PAGE, RW), -EINVAL, "not at a page's start");
    IS(child_region(child, KID_HEAP, 0, RW), -EINVAL, "no page");
    IS(child_region(child, 0, PAGE, RW), -EINVAL, "the first page of all");
    IS(child_region(child, USER_MEMORY - PAGE, 2 * PAGE, RW), -EINVAL, "what allocate gives");
    IS(child_region(child, USER_STACK_TOP, PAGE, RW), -EINVAL, "beyond the stack");
    IS(child_region(child, USER_DEVICES, 0xffffe000, RW), -EINVAL, "over the end of all");
    IS(child_region(child, KID_HEAP, PAGE, ACCESS_WRITE), -EINVAL, "to write and not to read");
    IS(child_region(child, KID_HEAP, PAGE, 8 | RW), -EINVAL, "and something else");
    IS(child_region(child, KID_HEAP, 2 * PAGE, ACCESS_READ | ACCESS_STACK), 0, "a region");
    IS(child_region(child, KID_HEAP + PAGE, PAGE, RW), -EEXIST, "one in it");
    IS(child_region(child, KID_HEAP - PAGE, PAGE, RW), -EEXIST, "the page below a stack");
    IS(child_region(child, KID_HEAP + 2 * PAGE, PAGE, RW | ACCESS_STACK), -EEXIST,
       "no room for one");
    int error = 0;
    for (uint32_t i = 1; i < 32; i++)
        error |= child_region(child, KID_HEAP + i * 0x10000, PAGE, RW);
    IS(error, 0, "31 more");
    IS(child_region(child, KID_HEAP + 0x800000, PAGE, RW), -ENOSPC, "and no more");
    IS(child_fill(child, KID_HEAP - 8, &memory, 16), -EFAULT,
       "below its regions is nothing to fill");
    IS(child_fill(child, KID_HEAP, (void *)0x70000000, 16), -EFAULT, "nothing to fill it with");
    IS(child_fill(child, 0xc0000000, &memory, 4), -EINVAL, "the kernel");
    IS(child_fill(child, KID_HEAP, &memory, 4), 0, "what is read-only can be filled");
    IS(child_ended(child, &end), -EAGAIN, "it lives");
    IS(child_begin(child, 0x1000, 0), 0, "it begins where nothing is");
    IS(child_wait(child, &end), 0, "and ends");
    OK(end.cause == DEATH_FAULT && end.ip == 0x1000 && end.address == 0x1000, "there");
    IS(child_begin(child, 0x1000, 0), -EDEADSRCDST, "only once");
    IS(child_fill(child, KID_HEAP, &memory, 4), -EDEADSRCDST, "it is no more");
    IS(left(), before, "everything is back");
}

/* ---- What is lent ---------------------------------------------------------------------------- */

static void lent_pages(void)
{
    const size_t before = left();
    const volatile uint32_t *pages[2] = {NULL, NULL};
    uint32_t shares[2];
    size_t bytes;
    endpoint_t child;
    struct child_end end = {0};
    message m;

    IS(spawn("lend", 0, 0, &child), 0, "a child that lends two pages, and forks in between");
    for (unsigned i = 0; i < 2; i++) {
        IS(ipc_receive(ANY, 0, &m), 0, "it lends one");
        shares[i] = m.m_words[0];
        IS(memory_attach(shares[i], (void **)&pages[i], &bytes), 0, "which is attached");
        (void)ipc_reply(m.m_source, &m);
    }
    IS(ipc_receive(ANY, 0, &m), 0, "it has written to both");
    IS(*pages[0], 11, "the one is what it has written to");
    IS(*pages[1], 12, "so is the other");
    (void)ipc_reply(m.m_source, &m);
    IS(child_wait(child, &end), 0, "its clone");
    IS(end.status, 0, "had the one that was not attached yet, and not the other");
    (void)left();
    OK(*pages[0] == 11 && *pages[1] == 12, "what is attached stays when its owner dies");
    IS(memory_detach(shares[0]), 0, "until one is let go of");
    IS(memory_detach(shares[1]), 0, "and the other");
    IS(left(), before, "everything is back");
}

static void granted_pages(void)
{
    const size_t before = left();
    const uint32_t value = 99;
    endpoint_t child;
    struct child_end end = {0};
    message m[2];

    IS(spawn("grant", 0, 0, &child), 0, "a child that grants two pages, and forks");
    IS(ipc_receive(ANY, 0, &m[0]), 0, "it waits,");
    IS(ipc_receive(ANY, 0, &m[1]), 0, "and its clone");
    const uint32_t name = m[m[0].m_type == 1 ? 0 : 1].m_words[0];
    IS(memory_copy_to(name, 4, &value, 4), 0, "a copy to the page that both have");
    IS(memory_copy_to(name, PAGE, &value, 4), 0, "and to one that nobody has");
    for (unsigned i = 0; i < 2; i++)
        (void)ipc_reply(m[i].m_source, &m[i]);
    IS(child_wait(child, &end), 0, "the child has them");
    IS(end.status, 0, "and its clone has neither");
    IS(left(), before, "everything is back");
}

/* ---- Bombs ----------------------------------------------------------------------------------- */

static unsigned processes(void)
{
    struct process_info info;
    unsigned count = 0;
    int error = 0;

    for (unsigned slot = 0; error != -EINVAL; slot++) {
        error = sys_process(slot, &info);
        count += error == 0;
    }
    return count;
}

static void too_many(void)
{
    const size_t before = left();
    const unsigned processes_before = processes();
    endpoint_t child[17];
    struct child_end end;
    int error = 0;
    unsigned count = 0;

    while (error == 0 && count < 17) {
        error = child_create("kid", 8, &child[count]);
        count += error == 0;
    }
    IS(error, -EAGAIN, "one more than there may be");
    IS(count, 16, "sixteen");
    for (unsigned i = count; i-- > 0;)
        error = child_kill(child[i]);
    for (unsigned i = count; i-- > 0;)
        OK(child_wait(ANY, &end) == 0 && end.child == child[i], "told in the order of their ends");
    IS(child_wait(ANY, &end), -ENOENT, "that were all");
    IS(spawn("bomb", 0, 0, &child[0]), 0,
       "a program that forks without end, and all that it forks");
    nap(200000);
    OK(processes() < 200, "%u processes", processes());
    OK(answers(NONE), "the system answers");
    IS(child_create("kid", 8, &child[1]), 0, "who is no program still has a child");
    IS(child_kill(child[1]), 0, "which is ended");
    IS(child_kill(child[0]), 0, "the first is killed");
    IS(processes(), processes_before, "all of them are gone");
    IS(left(), before, "everything is back");
}

static void no_memory(void)
{
    const size_t before = left();
    struct child_end end = run("write", KID_HEAP_BYTES / PAGE, 0);

    IS(end.cause, DEATH_FAULT, "more than all there is");
    IS(end.why, -ENOMEM, "no memory was left");
    OK(end.address > KID_HEAP && end.address < KID_HEAP + KID_HEAP_BYTES, "there");
    IS(left(), before, "everything is back");
    end = run("add", 1, 1);
    IS(end.status, 2, "the next one has some");
}

/* ---- Births and deaths without end ----------------------------------------------------------- */

static void nothing_is_lost(unsigned times)
{
    const size_t before = left();
    const unsigned processes_before = processes();
    struct child_end end = {0};
    unsigned good = 0;

    for (unsigned i = 0; i < times; i++) {
        endpoint_t child = NONE;
        int error = child_create("kid", 8, &child);
        if (!error && i % 4 > 0)
            error = build(child);
        if (!error && i % 4 > 1)
            error = set_going(child, i % 8 < 4 ? "tree" : "write", i % 3, 0);
        if (!error && i % 4 == 2)
            error = child_wait(child, &end);
        else if (!error)
            nap(i * 37 % 500);
        good += error == 0 && child_kill(child) == 0;
    }
    IS(good, times, "%u are born, and die before they begin, in the midst or at their end", times);
    IS(processes(), processes_before, "none is left");
    IS(left(), before, "everything is back");
}

/* ---- Other memory servers -------------------------------------------------------------------- */

/* Whether it waits in a fault for a memory server to be there. */
static bool is_patient(endpoint_t child)
{
    struct process_info info;
    return describe(child, &info) && info.state == PROCESS_RECEIVING && info.waits_for == NONE;
}

#define KIDS 3

static void another_server(unsigned times)
{
    const size_t before = left();
    endpoint_t child[KIDS], one, unborn;
    struct child_end end;
    unsigned good = 0, waited = 0;

    IS(spawn("add", 40, 2, &one), 0, "a child that ends");
    nap(100000);
    IS(child_create("kid", 8, &unborn), 0, "one that has not begun");
    for (unsigned i = 0; i < KIDS; i++)
        good += spawn("forks", times * 8, 0, &child[i]) == 0;
    IS(good, KIDS, "and three that fork and need pages");
    for (unsigned i = 0; i < times; i++) {
        nap(i * 61 % 400);
        (void)sys_kill(memory);
        nap(i * 17 % 300);
        for (unsigned k = 0; k < KIDS; k++)
            waited += is_patient(child[k]);
        good += sys_start("memory", "", &memory) == 0;
    }
    IS(good, KIDS + times, "the memory server is killed %u times, and started again", times);
    OK(waited > times / 4, "it was missed %u times by who touched a page", waited);
    IS(child_wait(one, &end), 0, "it knows of the first one");
    IS(end.status, 42, "how that ended");
    IS(child_wait(unborn, &end), 0, "what had not begun");
    IS(end.cause, DEATH_KILL, "is gone");
    for (unsigned i = 0; i < KIDS; i++) {
        IS(child_wait(child[i], &end), 0, "the others end");
        OK(end.cause == DEATH_EXIT && end.status == 0, "with memory as it had to be");
    }
    IS(left(), before, "everything is back");
}

/* Without a memory server who needs a page waits, but not for ever. */
static void no_server(void)
{
    endpoint_t child;
    struct child_end end;
    const size_t before = left();

    IS(spawn("write", 1000, 0, &child), 0, "a child that needs pages");
    nap(100);
    IS(sys_kill(memory), 0, "when the memory server has died");
    nap(1500000);
    OK(is_patient(child), "waits for another");
    OK(comes_to_die(child), "and dies when none comes");
    memory = start("memory", "");
    IS(child_wait(child, &end), 0, "how, knows the next one");
    IS(end.cause, DEATH_FAULT, "by its fault");
    IS(left(), before, "everything is back");
}

int main(int argc, char **argv)
{
    if (argc == 4)
        return kid_main(argv[1], strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    const bool many = argc == 2 && !strcmp(argv[1], "many");
    memory = start("memory", "");
    nap(1000);
    tap_note("%u KB are free", (unsigned)left() / 1024);
    ends();
    pages_come_when_touched();
    stacks();
    forks();
    frames_are_counted();
    refusals();
    lent_pages();
    granted_pages();
    too_many();
    no_memory();
    nothing_is_lost(many ? 5000 : 200);
    another_server(many ? 3000 : 60);
    no_server();
    tap_done();
}
