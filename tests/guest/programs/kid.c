/* See kid.h. */
#include "kid.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/program.h>
#include <parley/system.h>
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
    if (!strcmp(what, "tree"))
        return tree(a, 1);
    return 255;
}
