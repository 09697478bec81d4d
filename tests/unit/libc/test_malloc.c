/*
 * The heap: contents survive, nothing overlaps, everything comes back, exhaustion is NULL, and
 * misuse ends the program with a message (in a child process, as it does).
 */
#include "parley.h"

#include <abi/errors.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAP_BYTES (256 * 1024)
#define BLOCKS     200

/* What libc's malloc asks of its surroundings. */
static _Alignas(64) char heap[HEAP_BYTES];
void *libc_heap_start = heap + 4; /* not aligned: malloc's business */
size_t libc_heap_bytes = HEAP_BYTES - 7;
struct libc_file {
    int nothing;
} libc_stderr;
int parley_fprintf(struct libc_file *file, const char *format, ...);
_Noreturn void parley_abort(void);

/* The memory server: pages in order, each stretch once; what it gives is not where the heap is. */
#define PAGE  4096
#define PAGES 512
static _Alignas(PAGE) char pages[PAGES * PAGE];
static char given[PAGES];      /* 1: to the heap */
static unsigned server_pages;  /* that it has at most */
static unsigned server_deaths; /* that come before the next answer */
static unsigned asked, busy;
int memory_allocate(size_t bytes, void **got);
int memory_release(void *start, size_t bytes);

static unsigned pages_given(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PAGES; i++)
        count += given[i] != 0;
    return count;
}

int memory_allocate(size_t bytes, void **got)
{
    const unsigned count = (unsigned)(bytes / PAGE);
    assert_int_equal(bytes % PAGE, 0);
    asked++;
    if (server_deaths) {
        server_deaths--;
        return -EREPLYDEAD;
    }
    if (bytes / PAGE > PAGES || pages_given() + count > server_pages)
        return -ENOMEM;
    for (unsigned at = 0; at + count <= PAGES; at++)
        if (memchr(given + at, 1, count) == NULL) {
            memset(given + at, 1, count);
            memset(pages + at * PAGE, 0, bytes);
            *got = pages + at * PAGE;
            return 0;
        }
    return -ENOMEM;
}

int memory_release(void *start, size_t bytes)
{
    const size_t at = (size_t)((char *)start - pages);
    asked++;
    assert_true(at % PAGE == 0 && bytes % PAGE == 0 && at + bytes <= sizeof pages);
    assert_null(memchr(given + at / PAGE, 0, bytes / PAGE));
    memset(start, 0xee, bytes);
    memset(given + at / PAGE, 0, bytes / PAGE - busy);
    return busy ? -EBUSY : 0;
}

static char message[128];
static const char *expected;

int parley_fprintf(struct libc_file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    assert_ptr_equal(file, &libc_stderr);
    int length = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return length;
}

_Noreturn void parley_abort(void)
{
    _exit(expected && strncmp(message, expected, strlen(expected)) == 0 ? 42 : 43);
}

/* The largest block that malloc gives now. */
static size_t largest(void)
{
    size_t low = 0, high = HEAP_BYTES;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        void *block = parley_malloc(middle);
        parley_free(block);
        if (block)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

struct owned {
    unsigned char *memory;
    size_t bytes;
    unsigned char pattern;
};

static void check_contents(const struct owned *o, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(o->memory[i], o->pattern);
}

static void take(struct owned *o, void *memory, size_t bytes)
{
    assert_int_equal((uintptr_t)memory % 16, 0);
    const size_t page = (size_t)((char *)memory - pages) / PAGE;
    if (page < PAGES)
        assert_null(memchr(given + page, 0, (bytes + PAGE - 1) / PAGE));
    else
        assert_true((char *)memory >= heap + 4 && (char *)memory + bytes <= heap + HEAP_BYTES - 3);
    *o = (struct owned){memory, bytes, (unsigned char)random_bits()};
    memset(memory, o->pattern, bytes);
}

static size_t random_size(void)
{
    return random_up_to(9) ? random_up_to(200) : random_up_to(20000);
}

static void one_step(struct owned *o)
{
    size_t bytes = random_size();
    if (o->memory == NULL) {
        bool cleared = random_up_to(3) == 0;
        unsigned char *memory = cleared ? parley_calloc(1, bytes) : parley_malloc(bytes);
        for (size_t i = 0; memory && cleared && i < bytes; i++)
            assert_int_equal(memory[i], 0);
        if (memory)
            take(o, memory, bytes);
    } else if (random_up_to(2) == 0) {
        check_contents(o, o->bytes);
        unsigned char *memory = parley_realloc(o->memory, bytes);
        if (!memory)
            return; /* the old block is as it was: checked when it is freed */
        o->memory = memory;
        check_contents(o, bytes < o->bytes ? bytes : o->bytes);
        take(o, memory, bytes);
    } else {
        check_contents(o, o->bytes);
        parley_free(o->memory);
        o->memory = NULL;
    }
}

static void soak(void)
{
    static struct owned owned[BLOCKS];
    for (int i = 0; i < 20000; i++)
        one_step(&owned[random_up_to(BLOCKS - 1)]);
    for (int i = 0; i < BLOCKS; i++) {
        if (owned[i].memory)
            check_contents(&owned[i], owned[i].bytes);
        parley_free(owned[i].memory);
        owned[i].memory = NULL;
    }
}

static void test_soak(void **state)
{
    (void)state;
    size_t all = largest();
    assert_true(all > HEAP_BYTES - 256);
    for (int round = 0; round < 20; round++) {
        soak();
        /* All neighbours were joined again. */
        assert_int_equal(largest(), all);
    }
}

/* ---- With a memory server -------------------------------------------------------------------- */

static void test_soak_growing(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        server_pages = random_up_to(PAGES);
        server_deaths = random_up_to(1);
        busy = round % 4 == 3;
        soak();
        server_deaths = 0;
        busy = 0;
    }
    server_pages = 0;
    assert_true(largest() >= 65536 - 4096);
}

/* It is asked when the heap is used up, and seldom; NULL when there is no more. */
static void test_growth(void **state)
{
    (void)state;
    static char *blocks[2 * PAGES];
    size_t count = 0, inside = 0;
    server_pages = 300;
    asked = 0;
    while (count < 2 * PAGES && (blocks[count] = parley_malloc(2000)) != NULL) {
        memset(blocks[count], (int)count, 2000);
        inside += blocks[count] < heap || blocks[count] >= heap + HEAP_BYTES;
        count++;
    }
    assert_true(count * 2000 > HEAP_BYTES + 280 * PAGE * 9 / 10);
    assert_true(inside * 2000 > 270 * PAGE * 9 / 10);
    assert_true(asked < 100);
    assert_null(parley_malloc(2000));
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < 2000; k += 97)
            assert_int_equal((unsigned char)blocks[i][k], (unsigned char)i);
    for (size_t i = 0; i < count; i++)
        parley_free(blocks[i]);
    assert_true(pages_given() < 150); /* one stretch is kept */
    const unsigned before = asked, kept = pages_given();
    for (unsigned i = 0; i < 100; i++) {
        blocks[0] = parley_malloc(HEAP_BYTES);
        parley_free(blocks[0]);
    }
    assert_true(kept > 0 && asked <= before + 6); /* and used over and over */
}

/* A server that dies is asked again, not for ever; one page more than it has is NULL. */
static void test_no_more(void **state)
{
    (void)state;
    char *block;
    server_pages = PAGES;
    server_deaths = 2;
    assert_non_null(block = parley_malloc(PAGES * PAGE - 2 * PAGE - 64 - pages_given() * PAGE));
    memset(block, 1, PAGE);
    parley_free(block);
    assert_null(parley_malloc((size_t)PAGES * PAGE));
    server_deaths = 1000;
    asked = 0;
    assert_null(parley_malloc((size_t)PAGES * PAGE - PAGE));
    assert_true(asked <= 6);
    server_deaths = 0;
}

static void test_exhaustion(void **state)
{
    (void)state;
    static void *blocks[HEAP_BYTES / 64];
    size_t all = largest();
    size_t count = 0;
    while ((blocks[count] = parley_malloc(100)))
        count++;
    assert_true(count > HEAP_BYTES / 200);
    assert_null(parley_malloc(100));
    parley_free(blocks[count / 2]);
    blocks[count / 2] = parley_malloc(100);
    assert_non_null(blocks[count / 2]);
    for (size_t i = 0; i < count; i++)
        parley_free(blocks[i]);
    assert_int_equal(largest(), all);
}

static void test_impossible_sizes(void **state)
{
    (void)state;
    void *block = parley_malloc(10);
    assert_null(parley_malloc(SIZE_MAX));
    assert_null(parley_malloc(SIZE_MAX - 64));
    assert_null(parley_malloc(HEAP_BYTES));
    assert_null(parley_calloc(SIZE_MAX / 2, 3));
    assert_null(parley_realloc(block, SIZE_MAX - 8));
    parley_free(block);
    parley_free(NULL);
    void *empty = parley_malloc(0);
    void *other = parley_malloc(0);
    assert_non_null(empty);
    assert_ptr_not_equal(empty, other);
    parley_free(empty);
    parley_free(other);
}

static void assert_dies(void (*misuse)(void), const char *what)
{
    expected = what;
    pid_t child = fork();
    if (child == 0) {
        misuse();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void free_twice(void)
{
    void *block = parley_malloc(40);
    parley_free(block);
    parley_free(block);
}

static void free_twice_between_free_neighbours(void)
{
    void *first = parley_malloc(40);
    void *second = parley_malloc(40);
    parley_free(first);
    parley_free(second);
    parley_free(second);
}

static void free_inside(void)
{
    char *block = parley_malloc(400);
    memset(block, 0, 400);
    parley_free(block + 128);
}

static void free_elsewhere(void)
{
    static int not_heap[64];
    parley_free(not_heap);
}

static void free_misaligned(void)
{
    parley_free((char *)parley_malloc(40) + 1);
}

static void write_past_the_end(void)
{
    char *block = parley_malloc(64);
    void *next = parley_malloc(64);
    (void)next;
    block[64] ^= 1;
    parley_free(block);
}

static void write_before_the_start(void)
{
    char *first = parley_malloc(64);
    char *block = parley_malloc(64);
    (void)first;
    memset(block - 32, 0x55, 32);
    parley_free(block);
}

static void write_after_free(void)
{
    char *block = parley_malloc(64);
    void *kept = parley_malloc(64);
    (void)kept;
    parley_free(block);
    memset(block - 32, 0x55, 64);
    parley_malloc(64);
}

static void test_misuse(void **state)
{
    (void)state;
    assert_dies(free_twice, "malloc: block freed already at 0x");
    assert_dies(free_twice_between_free_neighbours, "malloc: block freed already at 0x");
    assert_dies(free_inside, "malloc: memory overwritten before at 0x");
    assert_dies(free_elsewhere, "malloc: not a block at 0x");
    assert_dies(free_misaligned, "malloc: not a block at 0x");
    assert_dies(write_past_the_end, "malloc: memory overwritten before at 0x");
    assert_dies(write_before_the_start, "malloc: memory overwritten before at 0x");
    assert_dies(write_after_free, "malloc: memory used after it was freed, seen at 0x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soak),
        cmocka_unit_test(test_exhaustion),
        cmocka_unit_test(test_impossible_sizes),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_no_more),
        cmocka_unit_test(test_soak_growing),
        cmocka_unit_test(test_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
