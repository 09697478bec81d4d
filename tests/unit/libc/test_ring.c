/* The ring: what is written is read, whatever the order of the two and wherever the ring's end
   lies; and a peer that writes nonsense into the shared memory spoils the stream and no more. */
#include "../../../ipc/include/abi/errors.h"
#include "../../../libc/include/parley/ring.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// clang-format off
#include <cmocka.h>
// clang-format on

#define BUFFER 64u
#define BYTES  (RING_HEAD_BYTES + BUFFER)

static char *memory; /* of its very size, so that the sanitizer sees what goes beyond */
static struct ring_head *head;
static struct ring writer, reader;
static unsigned sleeps, wakes;
static int slept_with;

static int sleep_never(void *context)
{
    (void)context;
    sleeps++;
    return slept_with;
}

static void count_wake(void *context)
{
    (void)context;
    wakes++;
}

static const struct ring_way counted = {sleep_never, count_wake, NULL};

static int fresh(void **state)
{
    (void)state;
    memory = calloc(1, BYTES);
    head = (struct ring_head *)memory;
    sleeps = wakes = 0;
    slept_with = -EINTR;
    return memory == NULL || ring_open(&writer, memory, BYTES, RING_WRITER, &counted) != 0 ||
           ring_open(&reader, memory, BYTES, RING_READER, &counted) != 0;
}

static int over(void **state)
{
    (void)state;
    free(memory);
    return 0;
}

static void sizes(void **state)
{
    struct ring r;
    (void)state;
    static const size_t wrong[] = {0,
                                   1,
                                   RING_HEAD_BYTES - 1,
                                   RING_HEAD_BYTES,
                                   RING_HEAD_BYTES + 32,
                                   RING_HEAD_BYTES + 65,
                                   RING_HEAD_BYTES + 96};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(ring_open(&r, memory, wrong[i], RING_WRITER, &counted), -EINVAL);
    assert_int_equal(ring_open(&r, memory, RING_HEAD_BYTES + 65536, RING_WRITER, &counted), 0);
}

/* Every place of the indices in the buffer and every length; also where the indices go round. */
static void every_place_and_length(void **state)
{
    char from[BUFFER + 1], to[BUFFER + 1];
    (void)state;
    static const uint32_t starts[] = {0, UINT32_MAX - BUFFER / 2};
    for (unsigned start = 0; start < 2; start++) {
        for (unsigned place = 0; place < BUFFER; place++) {
            for (unsigned length = 1; length <= BUFFER + 1; length++) {
                const uint32_t index = starts[start] + place;
                const int fits = length < BUFFER ? (int)length : (int)BUFFER;
                writer.index = writer.seen = reader.index = reader.seen = index;
                head->writer.index = head->reader.index = index;
                memset(to, 0, sizeof to);
                for (unsigned i = 0; i < sizeof from; i++)
                    from[i] = (char)(length + i + 1);
                assert_int_equal(ring_try_write(&writer, from, length), fits);
                assert_int_equal(ring_try_read(&reader, to, sizeof to), fits);
                assert_memory_equal(to, from, (size_t)fits);
                assert_int_equal(to[fits], 0);
                assert_int_equal(ring_try_read(&reader, to, 1), -EAGAIN);
                head->reader.waits = 0;
            }
        }
    }
    assert_int_equal(sleeps, 0);
}

static void nobody_is_asked_while_both_can_go_on(void **state)
{
    char part[16] = "fifteen letters", got[16];
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(ring_write(&writer, part, sizeof part), sizeof part);
        assert_int_equal(ring_read(&reader, got, sizeof got), sizeof got);
        assert_memory_equal(part, got, sizeof got);
    }
    assert_int_equal(sleeps + wakes, 0);
}

static void empty_and_full(void **state)
{
    char all[BUFFER] = "x", some[BUFFER];
    (void)state;
    assert_int_equal(ring_try_read(&reader, some, 1), -EAGAIN);
    assert_int_equal(wakes, 0);
    assert_int_equal(ring_try_write(&writer, all, 1), 1);
    assert_int_equal(wakes, 1); /* the reader waits: once */
    assert_int_equal(ring_try_write(&writer, all, BUFFER), BUFFER - 1);
    assert_int_equal(wakes, 1);
    assert_int_equal(ring_try_write(&writer, all, 1), -EAGAIN);
    assert_int_equal(ring_try_read(&reader, some, BUFFER / 2 - 1), BUFFER / 2 - 1);
    assert_int_equal(wakes, 1); /* less than half is free */
    assert_int_equal(ring_try_read(&reader, some, 1), 1);
    assert_int_equal(wakes, 2);
    assert_int_equal(ring_try_read(&reader, some, 1), 1);
    assert_int_equal(wakes, 2);
}

static void the_end(void **state)
{
    char got[BUFFER];
    (void)state;
    assert_int_equal(ring_write(&writer, "last", 4), 4);
    assert_int_equal(ring_try_read(&reader, got, 0), 0);
    ring_end(&writer);
    assert_int_equal(ring_read(&reader, got, 3), 3); /* what was written before it */
    assert_int_equal(ring_read(&reader, got, 3), 1);
    assert_int_equal(got[0], 't');
    assert_int_equal(ring_read(&reader, got, 3), 0);
    assert_int_equal(ring_try_read(&reader, got, 3), 0);
    assert_int_equal(ring_try_write(&writer, "x", 1), 1);
    assert_int_equal(sleeps, 0);
    ring_end(&reader);
    assert_int_equal(ring_write(&writer, "x", 1), -EPIPE);
    assert_int_equal(ring_try_write(&writer, "x", 1), -EPIPE);
}

static void who_waits_is_woken_by_the_end(void **state)
{
    char got[BUFFER] = "";
    (void)state;
    assert_int_equal(ring_try_read(&reader, got, 1), -EAGAIN);
    ring_end(&writer);
    assert_int_equal(wakes, 1);
    assert_int_equal(ring_try_write(&writer, got, BUFFER), BUFFER);
    assert_int_equal(ring_try_write(&writer, got, 1), -EAGAIN);
    ring_end(&reader);
    assert_int_equal(wakes, 2);
}

/* The way says that the peer is gone: what he left is still read. */
static void death_of_the_peer(void **state)
{
    char got[BUFFER] = "";
    (void)state;
    slept_with = RING_PEER_GONE;
    assert_int_equal(ring_write(&writer, "will", 4), 4);
    assert_int_equal(ring_read(&reader, got, sizeof got), 4);
    assert_int_equal(ring_read(&reader, got, sizeof got), 0);
    assert_int_equal(sleeps, 1);
    assert_int_equal(ring_write(&writer, memory, BUFFER), BUFFER);
    assert_int_equal(ring_write(&writer, "x", 1), -EPIPE);
    assert_int_equal(sleeps, 2);
    assert_int_equal(ring_write(&writer, "x", 1), -EPIPE); /* and is not asked again */
    assert_int_equal(sleeps, 2);
}

/* As much as fits is written before it is known: that is what the answer says. */
static void death_in_the_middle(void **state)
{
    char text[BUFFER + 10] = "";
    (void)state;
    slept_with = RING_PEER_GONE;
    assert_int_equal(ring_write(&writer, text, sizeof text), BUFFER);
    assert_int_equal(ring_write(&writer, text, 1), -EPIPE);
}

static void a_sleep_that_fails(void **state)
{
    char byte;
    (void)state;
    assert_int_equal(ring_read(&reader, &byte, 1), -EINTR);
    assert_int_equal(sleeps, 1);
    assert_int_equal(ring_write(&writer, "x", 1), 1);
    assert_int_equal(ring_read(&reader, &byte, 1), 1); /* the stream is as it was */
}

/* ---- A peer that lies ------------------------------------------------------------------------ */

/* Whether the reader believes that the writer is there. */
static int reader_believes(uint32_t own, uint32_t seen, uint32_t claimed)
{
    char got[2 * BUFFER];
    reader.index = own;
    reader.seen = seen;
    reader.broken = false;
    head->writer.index = claimed;
    return ring_try_read(&reader, got, sizeof got);
}

static int writer_believes(uint32_t own, uint32_t seen, uint32_t claimed)
{
    char text[2 * BUFFER] = "";
    writer.index = own;
    writer.seen = seen;
    writer.broken = false;
    head->reader.index = claimed;
    return ring_try_write(&writer, text, sizeof text);
}

static void indices_that_cannot_be(void **state)
{
    (void)state;
    static const uint32_t bases[] = {0, 1000, 0x7fffffffu, 0xffffffe0u};
    for (unsigned b = 0; b < 4; b++) {
        const uint32_t at = bases[b];
        assert_int_equal(reader_believes(at, at, at + 1), 1);
        assert_int_equal(reader_believes(at, at, at + BUFFER), BUFFER);
        assert_int_equal(reader_believes(at, at, at + BUFFER + 1), -EIO);
        assert_int_equal(reader_believes(at, at, at - 1), -EIO);
        assert_int_equal(reader_believes(at, at + 10, at + 9), -EIO); /* back */
        assert_int_equal(reader_believes(at, at + 10, at + 10), 10);
        assert_int_equal(reader_believes(at, at, at + 0x80000000u), -EIO);
        assert_int_equal(writer_believes(at, at, at), BUFFER);
        assert_int_equal(writer_believes(at + 5, at, at), BUFFER - 5);
        assert_int_equal(writer_believes(at + 5, at, at + 5), BUFFER);
        assert_int_equal(writer_believes(at + 5, at, at + 6), -EIO); /* more than was written */
        assert_int_equal(writer_believes(at + 5, at, at - 1), -EIO);
        assert_int_equal(writer_believes(at + 5, at + 3, at + 2), -EIO); /* back */
        assert_int_equal(writer_believes(at + BUFFER, at, at), -EAGAIN);
    }
}

static void once_spoilt_always_spoilt(void **state)
{
    char byte;
    (void)state;
    head->writer.index = 12345;
    assert_int_equal(ring_read(&reader, &byte, 1), -EIO);
    head->writer.index = 1;
    assert_int_equal(ring_read(&reader, &byte, 1), -EIO);
    assert_int_equal(ring_try_read(&reader, &byte, 1), -EIO);
    head->reader.index = 1;
    assert_int_equal(ring_write(&writer, "x", 1), -EIO);
    assert_int_equal(sleeps, 0);
}

static unsigned random_word(void)
{
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* All of the head at random between the calls: never a byte outside, never more than the buffer. */
static void any_head(void **state)
{
    char bytes[2 * BUFFER] = "";
    (void)state;
    slept_with = -EINTR;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t *words = (uint32_t *)memory;
        struct ring *r = round % 2 ? &reader : &writer;
        words[random_word() % 32] = random_word() % 3 ? random_word() % 200 : random_word();
        r->broken = false;
        const size_t most = random_word() % sizeof bytes;
        const int done =
            round % 2 ? ring_read(&reader, bytes, most) : ring_try_write(&writer, bytes, most);
        assert_true(done <= (int)BUFFER && done <= (int)most);
        assert_true(done >= 0 || done == -EIO || done == -EINTR || done == -EAGAIN ||
                    done == -EPIPE);
    }
}

/* ---- In the midst of it --------------------------------------------------------------------- */

/* The head's page is write-protected, so the first word that one side writes there stops it in
   front of that very word: then the other side acts, and the first goes on. */
static void *page;
static void (*meanwhile)(void);

static void stopped(int signal)
{
    (void)signal;
    assert_int_equal(mprotect(page, RING_HEAD_BYTES, PROT_READ | PROT_WRITE), 0);
    if (meanwhile)
        meanwhile();
    meanwhile = NULL;
}

static void stop_at_the_first_word(void (*act)(void))
{
    meanwhile = act;
    assert_int_equal(mprotect(page, RING_HEAD_BYTES, PROT_READ), 0);
}

static void write_one(void)
{
    assert_int_equal(ring_try_write(&writer, "m", 1), 1);
}

static void read_all_but_one(void)
{
    static char got[RING_HEAD_BYTES];
    assert_int_equal(ring_try_read(&reader, got, sizeof got - 1), sizeof got - 1);
}

static void end_writing(void)
{
    write_one();
    ring_end(&writer);
}

/* Between the look that found nothing and the word that says so the other side moves, and sees
   nobody wait: it must not be missed. */
static void what_happens_before_one_sleeps(void **state)
{
    static char all[RING_HEAD_BYTES];
    const size_t bytes = RING_HEAD_BYTES + sizeof all;
    char byte = 0;
    (void)state;
    page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    assert_true(signal(SIGSEGV, stopped) != SIG_ERR && signal(SIGBUS, stopped) != SIG_ERR);
    assert_int_equal(ring_open(&writer, page, bytes, RING_WRITER, &counted), 0);
    assert_int_equal(ring_open(&reader, page, bytes, RING_READER, &counted), 0);

    stop_at_the_first_word(write_one);
    assert_int_equal(ring_try_read(&reader, &byte, 1), 1);
    assert_int_equal(byte, 'm');
    assert_null(meanwhile);

    assert_int_equal(ring_try_write(&writer, all, sizeof all), sizeof all);
    stop_at_the_first_word(read_all_but_one);
    assert_int_equal(ring_try_write(&writer, all, 7), 7);
    assert_null(meanwhile);

    assert_int_equal(ring_try_read(&reader, all, sizeof all), 8);
    stop_at_the_first_word(end_writing);
    assert_int_equal(ring_read(&reader, &byte, 1), 1); /* what it wrote, and not its end yet */
    assert_int_equal(ring_read(&reader, &byte, 1), 0);
    assert_int_equal(sleeps + wakes, 0);
    (void)signal(SIGSEGV, SIG_DFL);
    (void)munmap(page, bytes);
}

/* The writer's side lies across two pages, its `ended` in the second, which can't be read: so the
   reader stops between looking for bytes and looking for the end. */
static void the_end_is_not_seen_before_the_bytes(void **state)
{
    char byte = 0;
    (void)state;
    char *pages =
        mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    struct ring_side *side =
        (struct ring_side *)(pages + PAGE_BYTES - offsetof(struct ring_side, ended));
    writer.own = reader.peer = side;
    page = pages + PAGE_BYTES;
    meanwhile = end_writing;
    assert_true(signal(SIGSEGV, stopped) != SIG_ERR && signal(SIGBUS, stopped) != SIG_ERR);
    assert_int_equal(mprotect(page, PAGE_BYTES, PROT_NONE), 0);
    assert_int_equal(ring_read(&reader, &byte, 1), 1);
    assert_int_equal(byte, 'm');
    assert_null(meanwhile);
    assert_int_equal(ring_read(&reader, &byte, 1), 0);
    (void)signal(SIGSEGV, SIG_DFL);
    (void)munmap(pages, 2 * PAGE_BYTES);
}

static int found_when_woken;

static void look_at_once(void *context)
{
    char byte;
    (void)context;
    found_when_woken = ring_try_read(&reader, &byte, 1);
}

/* Who is woken finds what he is woken for. */
static void a_wake_comes_after_the_bytes(void **state)
{
    const struct ring_way way = {sleep_never, look_at_once, NULL};
    char byte;
    (void)state;
    assert_int_equal(ring_open(&writer, memory, BYTES, RING_WRITER, &way), 0);
    assert_int_equal(ring_try_read(&reader, &byte, 1), -EAGAIN);
    found_when_woken = -1;
    assert_int_equal(ring_try_write(&writer, "x", 1), 1);
    assert_int_equal(found_when_woken, 1);
    assert_int_equal(ring_try_read(&reader, &byte, 1), -EAGAIN);
    found_when_woken = -1;
    ring_end(&writer);
    assert_int_equal(found_when_woken, 0);
}

/* ---- Two at once ----------------------------------------------------------------------------- */

#define STREAM (4u << 20)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool woken[2]; /* by enum ring_role */

static int sleep_in_turn(void *context)
{
    bool *mine = &woken[*(enum ring_role *)context];
    pthread_mutex_lock(&lock);
    while (!*mine)
        pthread_cond_wait(&changed, &lock);
    *mine = false;
    pthread_mutex_unlock(&lock);
    return 0;
}

static void wake_other(void *context)
{
    pthread_mutex_lock(&lock);
    woken[1 - *(enum ring_role *)context] = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void *write_stream(void *unused)
{
    static enum ring_role role = RING_WRITER;
    const struct ring_way way = {sleep_in_turn, wake_other, &role};
    unsigned char part[100];
    uint32_t length;
    (void)ring_open(&writer, memory, BYTES, RING_WRITER, &way);
    for (uint32_t at = 0; at < STREAM; at += length) {
        length = 1 + at % sizeof part;
        length = length < STREAM - at ? length : STREAM - at;
        for (uint32_t i = 0; i < length; i++)
            part[i] = (unsigned char)((at + i) * 2654435761u >> 24);
        if (ring_write(&writer, part, length) != (int)length)
            break;
    }
    ring_end(&writer);
    return unused;
}

static void two_at_once(void **state)
{
    static enum ring_role role = RING_READER;
    const struct ring_way way = {sleep_in_turn, wake_other, &role};
    unsigned char part[77];
    uint32_t at = 0;
    pthread_t thread;
    int count;
    (void)state;
    assert_int_equal(ring_open(&reader, memory, BYTES, RING_READER, &way), 0);
    assert_int_equal(pthread_create(&thread, NULL, write_stream, NULL), 0);
    while ((count = ring_read(&reader, part, sizeof part)) > 0) {
        for (int i = 0; i < count; i++, at++)
            if (part[i] != (unsigned char)(at * 2654435761u >> 24))
                fail_msg("byte %u is wrong", at);
    }
    assert_int_equal(count, 0);
    assert_int_equal(at, STREAM);
    pthread_join(thread, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sizes),
        TEST(every_place_and_length),
        TEST(nobody_is_asked_while_both_can_go_on),
        TEST(empty_and_full),
        TEST(the_end),
        TEST(who_waits_is_woken_by_the_end),
        TEST(death_of_the_peer),
        TEST(death_in_the_middle),
        TEST(a_sleep_that_fails),
        TEST(indices_that_cannot_be),
        TEST(once_spoilt_always_spoilt),
        TEST(any_head),
        TEST(what_happens_before_one_sleeps),
        TEST(the_end_is_not_seen_before_the_bytes),
        TEST(a_wake_comes_after_the_bytes),
        TEST(two_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
