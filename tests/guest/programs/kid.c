/* See kid.h. */
#include "kid.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/program.h>
#include <parley/space.h>
#include <parley/system.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096u

static volatile uint32_t word = 77; /* what forks write */

static int read_heap(uint32_t pages, uint32_t apart)
{
    const volatile uint32_t *heap = (const uint32_t *)KID_HEAP;
    for (uint32_t i = 0; i < pages; i++)
        for (uint32_t w = 0; w < PAGE / 4; w++)
            if (heap[i * apart * PAGE / 4 + w] != 0)
                return 1;
    return 0;
}

static int write_heap(uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        *(volatile uint32_t *)(KID_HEAP + i * PAGE) = i;
    return 0;
}

/* Goes down so many bytes of stack, each page written. */
static uint32_t descend(uint32_t bytes) // NOLINT(misc-no-recursion): it is what is tested
{
    volatile char room[1024];
    memset((char *)room, (int)bytes, sizeof room);
    return bytes <= sizeof room ? 1 : descend(bytes - sizeof room) + (uint32_t)(room[7] != room[9]);
}

/* A tree of forks: each node writes its own value to the same places, and finds it there when its
   children have ended. Returns how many of them were right. */
static int tree(uint32_t depth, uint32_t value) // NOLINT(misc-no-recursion)
{
    uint32_t *heap = (uint32_t *)KID_HEAP;
    volatile uint32_t local = value;
    int right = 1;

    word = value;
    heap[5] = value;
    for (uint32_t i = 0; depth && i < 2; i++) {
        const int child = program_fork();
        struct child_end end = {0};
        if (child < 0)
            return 0;
        if (child == 0)
            exit(word == value && heap[5] == value && local == value
                     ? tree(depth - 1, value * 2 + i)
                     : 0);
        if (child_wait(child, &end) == 0 && end.cause == DEATH_EXIT)
            right += (int)end.status;
    }
    return word == value && heap[5] == value && local == value ? right : 0;
}

/* Writes that many pages and asks; reads them and asks. */
static int ask(uint32_t pages)
{
    endpoint_t judge;
    message m = {0};
    int error = sys_lookup("judge", &judge);
    error |= ipc_request(judge, &m);
    (void)write_heap(pages);
    error |= ipc_request(judge, &m);
    for (uint32_t i = 0; i < pages; i++)
        error |= *(volatile uint32_t *)(KID_HEAP + i * PAGE) != i;
    error |= ipc_request(judge, &m);
    return error != 0;
}

#define SHARED_PAGES 40

/* Whether each page has its number beside `value`. */
static bool has(uint32_t value)
{
    for (uint32_t i = 0; i < SHARED_PAGES; i++)
        if (*(volatile uint32_t *)(KID_HEAP + i * 37 % 1024 * PAGE) != (i | value << 16))
            return false;
    return true;
}

static bool put(uint32_t value)
{
    for (uint32_t i = 0; i < SHARED_PAGES; i++)
        *(volatile uint32_t *)(KID_HEAP + i * 37 % 1024 * PAGE) = i | value << 16;
    return has(value);
}

/* Forks again and again, while memory servers die: a fork may fail then, and what was written is
   there in any case. Returns 0. */
static int forks(uint32_t rounds)
{
    int wrong = 0;
    for (uint32_t round = 1; round <= rounds; round++) {
        struct child_end end = {0};
        wrong |= !put(round);
        const int child = program_fork();
        if (child == 0)
            exit(has(round) && put(round + 7) ? 0 : 2);
        wrong |= !has(round);
        if (child > 0 && child_wait(child, &end) == 0)
            wrong |= (int)end.status | (end.cause != DEATH_EXIT) << 2;
    }
    return wrong;
}

/* What only the memory server may do: the error's number. */
static int move(uint32_t address)
{
    uint32_t got = 0;
    struct system_miss miss;
    const struct system_move move = {self(), address, self(), (uint32_t)&got, 4, false};
    return -sys_move(&move, &miss);
}

static int tell(int32_t type, uint32_t name)
{
    endpoint_t judge;
    message m = {.m_type = type, .m_words = {name}};
    int error = sys_lookup("judge", &judge);
    return error ? error : ipc_request(judge, &m);
}

/* Lends two pages, of which the judge attaches one before the fork and the other one after it. */
static int lend(void)
{
    volatile uint32_t *before, *after;
    uint32_t name;
    endpoint_t judge;
    struct child_end end = {0};
    int error = sys_lookup("judge", &judge);
    error |= memory_allocate(PAGE, (void **)&before) | memory_allocate(PAGE, (void **)&after);
    error |= memory_share((void *)before, PAGE, judge, ACCESS_READ, &name) | tell(1, name);
    *before = *after = 5;
    const int child = program_fork();
    if (child == 0)
        exit(*after == 5 ? (int)*before : 1); /* it has not that one */
    error |= memory_share((void *)after, PAGE, judge, ACCESS_READ, &name) | tell(1, name);
    *before = 11;
    *after = 12;
    error |= child_wait(child, &end) | tell(2, 0);
    return error == 0 && end.cause == DEATH_FAULT && end.address == (uint32_t)before ? 0 : 1;
}

/* Grants a page that it shares with its clone, and one that is not there yet. */
static int grant(void)
{
    volatile uint32_t *heap = (uint32_t *)KID_HEAP;
    uint32_t name;
    endpoint_t judge;
    struct child_end end = {0};
    int error = sys_lookup("judge", &judge);
    heap[1] = 5;
    const int child = program_fork();
    if (child == 0)
        exit(tell(2, 0) == 0 && heap[1] == 5 && heap[1024] == 0 ? 0 : 1);
    error |= memory_grant((void *)heap, 2 * PAGE, judge, ACCESS_WRITE, &name) | tell(1, name);
    error |= child_wait(child, &end);
    return error == 0 && heap[1] == 99 && heap[1024] == 99 && end.status == 0 ? 0 : 1;
}

static _Noreturn void bomb(void)
{
    message m;
    for (;;)
        if (program_fork() == -EAGAIN)
            (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, 1000, NULL);
}

int kid_main(const char *what, uint32_t a, uint32_t b)
{
    if (!strcmp(what, "add"))
        return (int)(a + b);
    if (!strcmp(what, "read"))
        return read_heap(a, b);
    if (!strcmp(what, "write"))
        return write_heap(a);
    if (!strcmp(what, "poke"))
        return (int)(*(volatile uint32_t *)a = b);
    if (!strcmp(what, "peek"))
        return (int)*(volatile uint32_t *)a;
    if (!strcmp(what, "descend"))
        return (int)descend(a);
    if (!strcmp(what, "ask"))
        return ask(a);
    if (!strcmp(what, "forks"))
        return forks(a);
    if (!strcmp(what, "move"))
        return move(a);
    if (!strcmp(what, "lend"))
        return lend();
    if (!strcmp(what, "grant"))
        return grant();
    if (!strcmp(what, "bomb"))
        bomb();
    if (!strcmp(what, "tree"))
        return tree(a, 1);
    return 255;
}
