/*
 * The heap: stretches of memory, cut into blocks that know their neighbours. The first stretch is
 * there from the start; when it is used up, the memory server is asked for another. One that is all
 * free goes back, unless it is the only such: whoever frees and allocates by turns is not to ask
 * each time. Who may not ask, or asks when there is no memory left, has what it has.
 *
 * A block is a header and a payload. Headers stand end to end from a stretch's first byte to a last
 * one that is always in use; each says how long its block and the one before it are, so a freed
 * block joins free neighbours at once and no two free blocks ever touch. Free blocks hang in bins
 * by size, a bin a power of two. Each header has a mark made from its own address: a mark that is
 * neither "used" nor "free" means that somebody wrote where it may not, and ends the program before
 * worse happens.
 */
#include <abi/errors.h>
#include <abi/layout.h>
#include <internal.h>
#include <parley/memory.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    uintptr_t mark;        /* first: what overflows from the block before hits it */
    size_t bytes;          /* of the whole block, header included; 0: the last one */
    size_t previous_bytes; /* of the block before; 0: none */
    uintptr_t reserved;    /* keeps payloads aligned */
};

/* Lies in a free block's payload. */
struct links {
    struct block *next, *previous;
};

/* A stretch. What was asked for begins with this. */
struct arena {
    struct arena *next;
    uintptr_t start; /* of the first block */
    uintptr_t end;
    uintptr_t reserved; /* keeps blocks aligned */
};

#define UNIT      (sizeof(struct block)) /* sizes and addresses are multiples of it */
#define MARK_USED ((uintptr_t)0x5ca1ab1e)
#define MARK_FREE ((uintptr_t)0xf7eeb10c)
#define BINS      32
#define MORE      ((size_t)65536) /* what is asked for at least */

_Static_assert(sizeof(struct links) <= sizeof(struct block),
               "the smallest payload holds the links");
_Static_assert(sizeof(struct arena) == sizeof(struct block), "a unit");

static bool ready;
static struct block *bins[BINS];
static struct arena first; /* the last of the list */
static struct arena *arenas = &first;

static _Noreturn void die(const char *what, const void *memory)
{
    fprintf(stderr, "malloc: %s at %p\n", what, memory);
    abort();
}

static void *payload(struct block *b)
{
    return b + 1;
}

static struct links *links(struct block *b)
{
    return payload(b);
}

static struct block *after(struct block *b)
{
    return (struct block *)((char *)b + b->bytes);
}

static struct block *before(struct block *b)
{
    return (struct block *)((char *)b - b->previous_bytes);
}

/* A place where a block of at least `bytes` can be. */
static bool in_heap(const void *memory, size_t bytes)
{
    const uintptr_t at = (uintptr_t)memory;
    for (const struct arena *a = arenas; a && at % UNIT == 0; a = a->next)
        if (at >= a->start && at < a->end && bytes <= a->end - at)
            return true;
    return false;
}

static bool is_free(const struct block *b)
{
    return b->mark == ((uintptr_t)b ^ MARK_FREE);
}

static void check(const struct block *b)
{
    if (b->mark != ((uintptr_t)b ^ MARK_USED) && !is_free(b))
        die("memory overwritten before", b + 1);
}

static unsigned bin_of(size_t bytes)
{
    unsigned bin = 0;
    for (size_t units = bytes / UNIT; units > 1 && bin < BINS - 1; units >>= 1)
        bin++;
    return bin;
}

static void bin_add(struct block *b)
{
    struct block **bin = &bins[bin_of(b->bytes)];
    *links(b) = (struct links){.next = *bin};
    if (*bin)
        links(*bin)->previous = b;
    *bin = b;
    b->mark = (uintptr_t)b ^ MARK_FREE;
}

static void bin_remove(struct block *b)
{
    struct links *l = links(b);
    if (l->next)
        links(l->next)->previous = l->previous;
    if (l->previous)
        links(l->previous)->next = l->next;
    else
        bins[bin_of(b->bytes)] = l->next;
    b->mark = (uintptr_t)b ^ MARK_USED;
}

/* All of it becomes one free block. */
static void open_arena(struct arena *a, uintptr_t start, uintptr_t end)
{
    a->start = (start + UNIT - 1) / UNIT * UNIT;
    a->end = end / UNIT * UNIT;
    if (a->end < a->start || a->end - a->start < 3 * UNIT) {
        a->end = a->start;
        return;
    }
    struct block *whole = (struct block *)a->start;
    struct block *last = (struct block *)(a->end - UNIT);
    *whole = (struct block){.bytes = (uintptr_t)last - a->start};
    *last = (struct block){
        .previous_bytes = whole->bytes,
        .mark = (uintptr_t)last ^ MARK_USED,
    };
    bin_add(whole);
}

static void begin(void)
{
    const uintptr_t start = (uintptr_t)libc_heap_start;
    ready = true;
    open_arena(&first, start, start + libc_heap_bytes);
}

/* ---- More of it ------------------------------------------------------------------------------ */

static bool add_arena(size_t bytes)
{
    void *pages;
    int error = -EREPLYDEAD;
    for (unsigned tries = 0; tries < 3 && error == -EREPLYDEAD; tries++)
        error = memory_allocate(bytes, &pages);
    if (error)
        return false;
    struct arena *a = pages;
    a->next = arenas;
    open_arena(a, (uintptr_t)(a + 1), (uintptr_t)pages + bytes);
    arenas = a;
    return true;
}

static size_t in_pages(size_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

/* A quarter more each time, so that there are few stretches; where that is not there, half of it,
   and so on down to what it takes. */
static bool grow(size_t wanted)
{
    const size_t least = in_pages(wanted + 2 * UNIT);
    size_t all = 0;
    for (const struct arena *a = arenas; a; a = a->next)
        all += a->end - a->start;
    for (size_t more = all / 4 > MORE ? all / 4 : MORE; more > least; more /= 2)
        if (add_arena(in_pages(more)))
            return true;
    return add_arena(least);
}

static bool is_whole(const struct arena *a)
{
    const struct block *b = (const struct block *)a->start;
    return is_free(b) && b->bytes == a->end - UNIT - a->start;
}

static void give_back(struct arena **link)
{
    struct arena *a = *link;
    *link = a->next;
    bin_remove((struct block *)a->start);
    (void)memory_release(a, a->end - (uintptr_t)a);
}

/* The block has just been freed. If it is all of a stretch, the one that was kept until now goes
   back. What the server does not take, since a message's box lies there, or takes and dies, is not
   touched again. */
static void shrink(const struct block *b)
{
    struct arena **other = NULL;
    bool whole = false;
    if (b->previous_bytes) /* not the first of a stretch, so not all of it */
        return;
    for (struct arena **link = &arenas; *link != &first; link = &(*link)->next) {
        if (!is_whole(*link))
            continue;
        if ((*link)->start == (uintptr_t)b)
            whole = true;
        else
            other = link;
    }
    if (whole && other)
        give_back(other);
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* A free block of at least `bytes`, or NULL. In its own bin not every block is large enough; in the
   bins above, each is. */
static struct block *find(size_t bytes)
{
    for (unsigned bin = bin_of(bytes); bin < BINS; bin++) {
        for (struct block *b = bins[bin]; b; b = links(b)->next) {
            if (!in_heap(b, UNIT) || !is_free(b))
                die("memory used after it was freed, seen", b);
            if (b->bytes >= bytes)
                return b;
        }
    }
    return NULL;
}

/* Frees what `b`, in use, has beyond `bytes`, when that makes a block. */
static void trim(struct block *b, size_t bytes)
{
    size_t rest_bytes = b->bytes - bytes;
    if (rest_bytes < 2 * UNIT)
        return;
    b->bytes = bytes;
    struct block *rest = after(b);
    *rest = (struct block){.bytes = rest_bytes, .previous_bytes = bytes};
    struct block *next = after(rest);
    if (is_free(next)) {
        bin_remove(next);
        rest->bytes += next->bytes;
        next = after(rest);
    }
    next->previous_bytes = rest->bytes;
    bin_add(rest);
}

/* The size of a block for `bytes` of payload, or 0 when there is none so large. */
static size_t block_bytes(size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return 0;
    size_t units = (bytes + UNIT - 1) / UNIT;
    return (1 + (units ? units : 1)) * UNIT;
}

void *malloc(size_t bytes)
{
    if (!ready)
        begin();
    size_t wanted = block_bytes(bytes);
    struct block *b = wanted ? find(wanted) : NULL;
    if (!b && wanted && grow(wanted))
        b = find(wanted);
    if (!b)
        return NULL;
    bin_remove(b);
    trim(b, wanted);
    return payload(b);
}

/* The block that `memory` is the payload of, its header and its neighbours' in order. */
static struct block *block_of(void *memory)
{
    struct block *b = (struct block *)memory - 1;
    if (!in_heap(b, 2 * UNIT))
        die("not a block", memory);
    if (is_free(b))
        die("block freed already", memory);
    check(b);
    if (!in_heap(b, b->bytes) || !in_heap(after(b), UNIT))
        die("memory overwritten before", memory);
    check(after(b));
    if (after(b)->previous_bytes != b->bytes)
        die("memory overwritten after", memory);
    if (b->previous_bytes)
        check(before(b));
    return b;
}

void free(void *memory)
{
    if (!memory)
        return;
    struct block *b = block_of(memory);
    struct block *next = after(b);
    if (is_free(next)) {
        bin_remove(next);
        b->bytes += next->bytes;
    }
    if (b->previous_bytes && is_free(before(b))) {
        b->mark = (uintptr_t)b ^ MARK_FREE; /* so that a second free of it is recognised */
        struct block *previous = before(b);
        bin_remove(previous);
        previous->bytes += b->bytes;
        b = previous;
    }
    after(b)->previous_bytes = b->bytes;
    bin_add(b);
    shrink(b);
}

void *calloc(size_t count, size_t bytes)
{
    size_t all;
    if (__builtin_mul_overflow(count, bytes, &all))
        return NULL;
    void *memory = malloc(all);
    return memory ? memset(memory, 0, all) : NULL;
}

/* Takes the free block that follows, when both together are large enough. */
static bool grow_in_place(struct block *b, size_t wanted)
{
    struct block *next = after(b);
    if (!is_free(next) || b->bytes + next->bytes < wanted)
        return false;
    bin_remove(next);
    b->bytes += next->bytes;
    after(b)->previous_bytes = b->bytes;
    return true;
}

void *realloc(void *memory, size_t bytes)
{
    if (!memory)
        return malloc(bytes);
    struct block *b = block_of(memory);
    size_t wanted = block_bytes(bytes);
    if (wanted == 0)
        return NULL;
    if (b->bytes >= wanted || grow_in_place(b, wanted)) {
        trim(b, wanted);
        return memory;
    }
    void *moved = malloc(bytes);
    if (!moved)
        return NULL;
    memcpy(moved, memory, b->bytes - UNIT);
    free(memory);
    return moved;
}
