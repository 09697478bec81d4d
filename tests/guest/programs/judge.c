/*
 * Programs at run time: they begin with what their parent gave them, get pages when they touch
 * them, fork, and end in every way; their parent learns how, and nothing is lost.
 */
#include "../lib/judge.h"
#include "kid.h"

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
    int error = child_create("kid", 0, child);
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

int main(int argc, char **argv)
{
    if (argc == 4)
        return kid_main(argv[1], strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    memory = start("memory", "");
    nap(1000);
    tap_note("%u KB are free", (unsigned)left() / 1024);
    ends();
    pages_come_when_touched();
    stacks();
    forks();
    tap_done();
}
