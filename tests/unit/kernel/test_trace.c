/* The trace's ring: what it keeps, what it overwrites, what its filters hold back. */
#include "cmocka_all.h"
#include "memory.h"
#include "trace.h"
#include <abi/privilege.h>
#include <string.h>

#define CAPACITY 64u /* of the smallest ring: 4 KiB */
#define A        ENDPOINT(1, 1)
#define B        ENDPOINT(1, 2)
#define C        ENDPOINT(1, 3)

struct ipc_table ipc_table;
static struct process processes[4];
static phys_addr_t next_page, hole; /* the page after which some are missing */
static uint64_t counter;
static bool is_on, everything;
static uint32_t mapped[4096], mapped_count;

phys_addr_t memory_take_block(uint32_t pages)
{
    const bool broken = hole >= next_page && hole < next_page + pages * PAGE_BYTES;
    const phys_addr_t first = broken ? hole + 3 * PAGE_BYTES : next_page;
    if (first + pages * PAGE_BYTES > 3u << 20)
        return 0;
    next_page = first + pages * PAGE_BYTES;
    return first;
}

uint32_t memory_left_bytes(void)
{
    return (3u << 20) - next_page;
}

int arch_space_map(struct arch_space *space, uint32_t address, phys_addr_t place, uint32_t flags,
                   arch_page_source take, void *context)
{
    (void)space, (void)place, (void)take, (void)context;
    assert_int_equal(flags, 0); /* nobody may write there */
    mapped[mapped_count++] = address;
    return 0;
}

uint64_t arch_counter(void)
{
    return counter += 0x80000001u;
}

bool arch_counts_cycles(void)
{
    return true;
}

uint64_t arch_time_us(void)
{
    return 0x500000007u;
}

void arch_trace(bool on, bool all)
{
    is_on = on;
    everything = all;
}

endpoint_t process_endpoint(const struct process *process)
{
    return ENDPOINT(1, (unsigned)(process - processes));
}

enum process_state process_state_of(enum ipc_state state)
{
    return state == IPC_AWAITING ? PROCESS_AWAITING : PROCESS_FREE;
}

/* ---- */

static int begin(void **state)
{
    (void)state;
    next_page = PAGE_BYTES;
    hole = counter = mapped_count = 0;
    trace_init(4);
    assert_int_equal(trace_set(&(struct trace_filter){.what = TRACE_ALL}), 0);
    return 0;
}

static struct trace_record at(uint64_t number)
{
    assert_true(number < trace_written());
    return kernel_trace_ring.first[number % trace_capacity()];
}

static struct trace_record last(void)
{
    return at(trace_written() - 1);
}

static void test_everything_is_told(void **state)
{
    const message m = {.m_source = B, .m_type = 77, .m_words = {1, 2, 3, 4, 5, 6, 7}};
    const struct arch_call call = {.call = IPC_REQUEST, .target = (uint32_t)B, .events = 9};
    struct trace_record r;
    (void)state;

    r = last(); /* setting anything says what time it is */
    assert_int_equal(r.what, TRACE_CLOCK);
    assert_int_equal(r.words[0], 7);
    assert_int_equal(r.words[1], 5);

    trace_call(&processes[1], &call, &m);
    r = last();
    assert_int_equal(r.what, TRACE_CALL | TRACE_MESSAGE);
    assert_int_equal(r.from, A);
    assert_int_equal(r.to, B);
    assert_int_equal(r.call, IPC_REQUEST);
    assert_int_equal(r.second, 9);
    assert_int_equal(r.type, 77);
    assert_memory_equal(r.words, m.m_words, sizeof r.words);
    assert_int_equal(r.time_low, (uint32_t)counter);
    assert_int_equal(r.time_high, counter >> 32);

    trace_deliver(A, &m);
    r = last();
    assert_int_equal(r.from, B);
    assert_int_equal(r.to, A);
    assert_memory_equal(r.words, m.m_words, sizeof r.words);

    trace_wake(B, -EINTR, 4);
    r = last();
    assert_int_equal(r.what, TRACE_WAKE);
    assert_int_equal(r.to, B);
    assert_int_equal(r.result, -EINTR);
    assert_int_equal(r.second, 4);
    assert_int_equal(r.words[0], 0); /* nothing of the former record is left */

    trace_block(A, B, IPC_AWAITING);
    r = last();
    assert_int_equal(r.call, PROCESS_AWAITING);
    assert_int_equal(r.to, B);

    trace_event(HARDWARE, C, 0x10);
    assert_int_equal(last().words[0], 0x10);
    trace_irq(4, NONE);
    assert_int_equal(last().call, 4);
    trace_birth(C, "tty\0\0\0\0\0\0\0\0\0\0\0\0");
    r = last();
    assert_string_equal((const char *)r.words, "tty");
    trace_death(&(struct death){.endpoint = C, .cause = DEATH_EXIT, .status = 3});
    r = last();
    assert_int_equal(r.from, C);
    assert_int_equal(r.result, 3);
    trace_fault(C, &(struct arch_fault){.vector = 14, .error = 6, .ip = 0x1000, .address = 8});
    r = last();
    assert_int_equal(r.call, 14);
    assert_int_equal(r.words[0], 6);
    assert_int_equal(r.words[2], 8);
}

/* Some calls hold no target where others do. */
static void test_a_call_without_target_names_nobody(void **state)
{
    static const uint32_t calls[] = {IPC_IN_OUTBOX, IPC_SELECT | IPC_TIMEOUT};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        const struct arch_call call = {.call = calls[i], .target = 0x1234};
        trace_call(&processes[1], &call, NULL);
        assert_int_equal(last().to, NONE);
        assert_int_equal(last().what, TRACE_CALL);
    }
}

static void test_the_oldest_goes(void **state)
{
    const uint64_t before = trace_written();
    struct trace_record r;
    uint64_t number;
    (void)state;
    for (uint32_t i = 0; i < 3 * CAPACITY + 5; i++)
        trace_irq(i, NONE);
    assert_int_equal(trace_written(), before + 3 * CAPACITY + 5);
    for (uint32_t i = 0; i < CAPACITY; i++)
        assert_int_equal(at(trace_written() - 1 - i).call, 3 * CAPACITY + 4 - i);

    number = trace_written();
    for (uint32_t i = 0; i < CAPACITY; i++)
        assert_true(trace_before(&number, HARDWARE, &r));
    assert_int_equal(r.call, 2 * CAPACITY + 5);
    assert_false(trace_before(&number, HARDWARE, &r));
}

static void test_the_records_of_one(void **state)
{
    struct trace_record r;
    uint64_t number;
    (void)state;
    trace_wake(A, 1, 0);
    trace_wake(B, 2, 0);
    trace_block(B, A, IPC_AWAITING);
    trace_wake(C, 3, 0);
    number = trace_written();
    assert_true(trace_before(&number, A, &r));
    assert_int_equal(r.what, TRACE_BLOCK);
    assert_true(trace_before(&number, A, &r));
    assert_int_equal(r.result, 1);
    assert_false(trace_before(&number, A, &r));
}

static void test_the_count_has_two_words(void **state)
{
    (void)state;
    kernel_trace_written[0] = 0xffffffffu;
    trace_irq(1, NONE);
    assert_int_equal(trace_written(), 0x100000000u);
    kernel_trace_written[1] = 0;
}

/* Whether a switch is recorded: who is told to run, and was not. */
static void test_switches(void **state)
{
    (void)state;
    trace_entered(A);
    uint64_t count = trace_written();
    trace_next(A);
    assert_int_equal(trace_written(), count);
    trace_next(B);
    assert_int_equal(last().from, A);
    assert_int_equal(last().to, B);
    trace_entered(C); /* the machine went there, and recorded it */
    trace_next(C);
    assert_int_equal(trace_written(), count + 1);
    trace_next(NONE);
    assert_int_equal(last().to, NONE);
    assert_int_equal(last().from, C);
}

/* ---- Filters */

static unsigned recorded(const struct trace_filter *filter, void (*happen)(void))
{
    assert_int_equal(trace_set(filter), 0);
    uint64_t before = trace_written();
    happen();
    return (unsigned)(trace_written() - before);
}

static void say_a_to_b(void)
{
    const message m = {.m_source = A, .m_type = 5};
    const struct arch_call call = {.call = IPC_SEND, .target = (uint32_t)B};
    trace_call(&processes[1], &call, &m);
    trace_deliver(B, &m);
    trace_block(A, B, IPC_AWAITING);
}

static void test_filters(void **state)
{
    (void)state;
#define SEEN(...)                                                                                  \
    recorded(                                                                                      \
        &(struct trace_filter){.what = TRACE_CALL | TRACE_DELIVER | TRACE_BLOCK, __VA_ARGS__},     \
        say_a_to_b)
    assert_int_equal(SEEN(.calls = 0), 3);
    assert_true(is_on);
    assert_false(everything);
    assert_int_equal(SEEN(.process = A), 3);
    assert_int_equal(SEEN(.process = C), 0);
    assert_int_equal(SEEN(.process = B, .peer = A), 3);
    assert_int_equal(SEEN(.process = A, .peer = C), 0);
    assert_int_equal(SEEN(.calls = 1u << CALL_BIT_send), 3);
    assert_int_equal(SEEN(.calls = 1u << CALL_BIT_receive), 2); /* what is no call passes */
    assert_int_equal(SEEN(.one_type = true, .type = 5), 3);
    assert_int_equal(SEEN(.one_type = true, .type = 6), 1);
#undef SEEN
    assert_int_equal(recorded(&(struct trace_filter){.what = TRACE_BLOCK}, say_a_to_b), 1);
    assert_int_equal(recorded(&(struct trace_filter){.what = TRACE_ALL}, say_a_to_b), 3);
    assert_true(everything);
    assert_int_equal(trace_get().what, TRACE_ALL);
}

static void be_born(void)
{
    trace_birth(C, "a name of sixteen");
}

static void test_births_pass_the_filters(void **state)
{
    const struct trace_filter filter = {.what = TRACE_ALL, .process = A, .calls = 1};
    (void)state;
    assert_int_equal(recorded(&filter, be_born), 1);
}

static void test_wrong_filters_change_nothing(void **state)
{
    (void)state;
    assert_int_equal(trace_set(&(struct trace_filter){.what = TRACE_ALL + 1}), -EINVAL);
    assert_int_equal(trace_set(&(struct trace_filter){.what = 1, .calls = 1u << CALL_BIT_COUNT}),
                     -EINVAL);
    assert_true(trace_on);
    assert_int_equal(trace_get().what, TRACE_ALL);
    assert_int_equal(trace_set(&(struct trace_filter){0}), 0);
    assert_false(trace_on);
    assert_false(is_on);
}

/* ---- Memory */

static void test_it_is_mapped_whole(void **state)
{
    struct arch_space space;
    (void)state;
    assert_true(trace_map(&space, NULL, NULL));
    assert_int_equal(mapped_count, 2);
    assert_int_equal(mapped[0], USER_TRACE);
    assert_int_equal(mapped[1], USER_TRACE + PAGE_BYTES);
}

static void test_a_ring_is_in_one_piece(void **state)
{
    (void)state;
    next_page = PAGE_BYTES;
    hole = 5 * PAGE_BYTES;
    trace_init(64);
    assert_int_equal(trace_capacity(), 1024);
    assert_ptr_equal(kernel_trace_ring.first, arch_window(8 * PAGE_BYTES, 1));
    assert_int_equal(next_page, 24 * PAGE_BYTES);
}

static void test_no_memory_is_no_ring(void **state)
{
    (void)state;
    next_page = PAGE_BYTES;
    trace_init(65536);
    assert_int_equal(next_page, PAGE_BYTES);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        TEST(test_everything_is_told),
        TEST(test_a_call_without_target_names_nobody),
        TEST(test_the_oldest_goes),
        TEST(test_the_records_of_one),
        TEST(test_the_count_has_two_words),
        TEST(test_switches),
        TEST(test_filters),
        TEST(test_births_pass_the_filters),
        TEST(test_wrong_filters_change_nothing),
        TEST(test_it_is_mapped_whole),
        TEST(test_a_ring_is_in_one_piece),
        TEST(test_no_memory_is_no_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
