/*
 * Rings and pipes between this process and a streamer: all bytes arrive in their order, few
 * messages go, a death on either side is an end and no fault, a peer that lies does no harm, and
 * all memory comes back.
 */
#include "../lib/judge.h"
#include "streamer.h"

#include <parley/memory.h>
#include <parley/pipe.h>
#include <parley/server.h>
#include <proto/pipes.h>
#include <string.h>

#define MB 0x100000u

static endpoint_t streamer, pipes;
static uint32_t wakes, sleeps;
static struct ring_events events;
static void *memory;
static uint8_t buffer[65536];

static int sleep_counted(void *context)
{
    sleeps++;
    return ring_events_sleep(context);
}

static void wake_counted(void *context)
{
    wakes++;
    ring_events_wake(context);
}

static const struct ring_way way = {sleep_counted, wake_counted, &events};

static int ask(endpoint_t whom, int32_t type, uint32_t w0, uint32_t w1, uint32_t w2, message *m)
{
    *m = (message){.m_type = type, .m_words = {w0, w1, w2}};
    const int error = ipc_request(whom, m);
    return error ? error : m->m_type;
}

static size_t left(void)
{
    size_t bytes = 0, total = 0;
    nap(1000); /* deaths are heard of when they are */
    (void)memory_left(&bytes, &total);
    return bytes;
}

static void fresh_streamer(void)
{
    end(streamer);
    streamer = start("streamer", "");
    events = (struct ring_events){streamer, RING_EVENT};
}

/* A new ring for the two; its share. */
static uint32_t fresh_ring(struct ring *ring)
{
    uint32_t share = 0;
    wakes = sleeps = 0;
    IS(memory_allocate(RING_MEMORY, &memory), 0, "memory for a ring");
    IS(memory_share(memory, RING_MEMORY, streamer, ACCESS_READ | ACCESS_WRITE, &share), 0,
       "is shared");
    IS(ring_open(ring, memory, RING_MEMORY, RING_READER, &way), 0, "and is one");
    return share;
}

static void give_back(uint32_t share)
{
    (void)memory_revoke(share);
    IS(memory_release(memory, RING_MEMORY), 0, "the memory goes back");
}

/* How many bytes came, in their order, until the end or an error, which goes to *last. */
static uint32_t read_all(struct ring *ring, uint32_t part, int *last)
{
    uint32_t place = 0, wrong = 0;
    while ((*last = ring_read(ring, buffer, part)) > 0)
        for (int i = 0; i < *last; i++, place++)
            wrong += buffer[i] != (uint8_t)place;
    IS(wrong, 0, "every byte is the right one");
    return place;
}

/* With its first loan a process gets the page in which they are noted. */
static void first_loans(void)
{
    struct ring ring;
    message m;
    const uint32_t share = fresh_ring(&ring);
    IS(ask(streamer, STREAM_LIE, share, 0, 0, &m), 0, "is attached");
    give_back(share);
}

static void streams(void)
{
    static const uint32_t parts[][2] = {{1, 1}, {1000, 77}, {65536, 1}, {65536, 65536}, {3, 40000}};
    const size_t before = left();
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        const uint32_t bytes = 200001;
        struct ring ring;
        message m;
        int last;
        const uint32_t share = fresh_ring(&ring);
        IS(ask(streamer, STREAM_RING, share, bytes, parts[i][0], &m), 0, "parts of %u, read by %u",
           (unsigned)parts[i][0], (unsigned)parts[i][1]);
        IS(read_all(&ring, parts[i][1], &last), bytes, "all bytes come");
        IS(last, 0, "and then the end");
        IS(ask(streamer, STREAM_WAKES, 0, 0, 0, &m), 0, "the streamer is through");
        const uint32_t messages = wakes + m.m_words[0];
        OK(messages * 4096 <= bytes, "%u bytes a message (%u bytes, %u messages)",
           (unsigned)(bytes / (messages ? messages : 1)), (unsigned)bytes, (unsigned)messages);
        give_back(share);
    }
    IS(left(), before, "no memory is lost");
}

static uint64_t now(void)
{
    uint64_t time = 0;
    (void)sys_time(&time);
    return time;
}

/* Time here is made of instructions, so this says the same on every workstation. */
static void speed(void)
{
    static uint8_t from[65536];
    struct ring ring;
    message m;
    uint32_t bytes = 0;
    int count;
    const uint32_t share = fresh_ring(&ring);
    IS(ask(streamer, STREAM_RING, share, 8 * MB, 65536, &m), 0, "8 MB, in parts of 64 KB");
    const uint64_t begin = now();
    while ((count = ring_read(&ring, buffer, sizeof buffer)) > 0)
        bytes += (uint32_t)count;
    const uint64_t middle = now();
    for (unsigned i = 0; i < 128; i++)
        memcpy(buffer, from, sizeof from);
    const uint64_t last = now();
    const uint32_t streamed = (uint32_t)(middle - begin) * 1000 / 128;
    const uint32_t copied = (uint32_t)(last - middle) * 1000 / 128;
    IS(bytes, 8 * MB, "have come");
    OK(streamed <= 2 * copied + copied / 2,
       "64 KB through the ring: %u instructions; two memcpy of it: %u; %u %% more",
       (unsigned)streamed, (unsigned)(2 * copied), (unsigned)(streamed * 50 / copied - 100));
    IS(ask(streamer, STREAM_WAKES, 0, 0, 0, &m), 0, "the streamer is through");
    tap_note("%u messages", (unsigned)(wakes + m.m_words[0]));
    give_back(share);
}

static void deaths(void)
{
    struct ring ring;
    message m;
    void *theirs = NULL;
    size_t bytes = 0;
    int last;
    uint32_t share = fresh_ring(&ring);
    IS(ask(streamer, STREAM_RING, share, 8 * MB, 1000, &m), 0, "a long stream");
    IS(ring_read(&ring, buffer, 10), 10, "begins");
    IS(sys_kill(streamer), 0, "its writer is killed");
    ring.index = ring.seen = 0; /* read_all counts from the beginning */
    ring.own->index = 0;
    OK(read_all(&ring, 4096, &last) <= 65536 + 10, "what it had written comes");
    IS(last, 0, "and then the end");
    give_back(share);
    fresh_streamer();

    share = fresh_ring(&ring);
    IS(ask(streamer, STREAM_RING, share, 8 * MB, 1000, &m), 0, "another one");
    IS(ring_read(&ring, buffer, 10), 10, "begins");
    ring_end(&ring);
    IS(ask(streamer, STREAM_WAKES, 0, 0, 0, &m), 0, "a writer whose reader has ended goes on");
    IS((int)m.m_words[2], -EPIPE, "and knows why");
    give_back(share);

    fresh_streamer();
    const size_t before = left();
    IS(ask(streamer, STREAM_OWN, 0, 0, 0, &m), 0, "a ring of the streamer's");
    IS(memory_attach(m.m_words[0], &theirs, &bytes), 0, "is attached");
    share = m.m_words[0];
    IS(ring_open(&ring, theirs, bytes, RING_READER, &way), 0, "to be read");
    IS(sys_kill(streamer), 0, "its owner dies");
    (void)left();
    IS(ring_read(&ring, buffer, 100), 4, "what it has left");
    OK(memcmp(buffer, "will", 4) == 0, "can be read");
    IS(ring_read(&ring, buffer, 100), 0, "and no more");
    IS(memory_attach(share, &theirs, &bytes), -EEXIST, "it is attached once");
    IS(memory_detach(share), 0, "and let go of");
    IS(memory_detach(share), -ENOENT, "once");
    IS(left(), before, "all memory is back");
    fresh_streamer();
}

static void lies(void)
{
    static const uint32_t heads[] = {1, 2, 65536, 65537, 0x80000000u, 0xffffffffu, 12345678};
    for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct ring ring;
        message m;
        const uint32_t share = fresh_ring(&ring);
        IS(ask(streamer, STREAM_LIE, share, heads[i], 0, &m), 0, "a head full of 0x%x",
           (unsigned)heads[i]);
        const int count = ring_try_read(&ring, buffer, sizeof buffer);
        IS(count, heads[i] <= 65536 ? (int)heads[i] : -EIO, "gives no more than can be");
        give_back(share);
    }
}

/* ---- The pipe server ------------------------------------------------------------------------- */

static void piped(void)
{
    static struct pipe pipe;
    uint32_t name = 0, names[8];
    message m;
    int last;
    fresh_streamer();
    const size_t before = left();
    IS(pipe_make(streamer, self(), &name), 0, "a pipe");
    IS(ask(streamer, STREAM_PIPE, name, 300000, 1000, &m), 0, "is written");
    IS(pipe_open(&pipe, name), 0, "and opened");
    IS(read_all(&pipe.ring, 777, &last), 300000, "all bytes come");
    IS(last, 0, "and then the end");
    const endpoint_t dead = streamer;
    fresh_streamer();
    IS(pipe_make(streamer, self(), &name), 0, "another one");
    IS(ask(pipes, PIPES_WAIT, names[0] = name + 32, 0, 0, &m), -ENOENT, "no such pipe");
    IS(ask(pipes, PIPES_WAIT, 0, 0, 0, &m), -ENOENT, "nor this");
    IS(pipe_make(self(), self(), &name), -EINVAL, "none with oneself");
    IS(pipe_make(streamer, dead, &name), -EDEADSRCDST, "none with nobody");
    for (unsigned i = 0; i < 8; i++)
        names[i] = 0;
    last = 0;
    unsigned made = 2; /* the first one ends with this process */
    while (made < 20 && (last = pipe_make(streamer, self(), &names[made % 8])) == 0)
        made++;
    IS(last, -ENOSPC, "not more than some");
    IS(made, 8, "eight");
    IS(ask(streamer, STREAM_PIPE, names[2], 500000, 5000, &m), 0, "one of them is written");
    IS(pipe_open(&pipe, names[2]), 0, "opened");
    IS(ring_read(&pipe.ring, buffer, 100), 100, "read");
    IS(sys_kill(streamer), 0, "and its writer killed");
    while ((last = ring_read(&pipe.ring, buffer, sizeof buffer)) > 0)
        continue;
    IS(last, 0, "which is its end");
    OK(before - left() >= 8 * RING_MEMORY, "they wait for this process to end");
}

/* Others' pipes are nobody's business; and what a maker leaves behind is freed. */
static void others(void)
{
    uint32_t name = 0;
    message m;
    fresh_streamer();
    endpoint_t other = start("other", "");
    IS(pipe_make(streamer, other, &name), -ENOSPC, "this process has made eight");
    end(pipes);
    pipes = start("pipes", "");
    IS(names_wait("pipes", &pipes), 0, "another pipe server");
    IS(pipe_make(streamer, 12345, &name), -EDEADSRCDST, "has lent something");
    const size_t before = left();
    IS(pipe_make(streamer, other, &name), 0, "knows nothing of them");
    IS(ask(pipes, PIPES_ATTACH, name, 0, 0, &m), -EPERM, "two others' pipe");
    IS(ask(pipes, PIPES_WAIT, name, 0, 0, &m), -EPERM, "can't be waited for");
    IS(ask(pipes, PIPES_WAKE, name, 0, 0, &m), -EPERM, "nor woken");
    unsigned good = 0;
    for (unsigned i = 0; i < 100; i++) {
        good += ask(streamer, STREAM_PIPE, name, 10, 10, &m) == 0;
        end(other);
        end(streamer);
        (void)sys_start("streamer", "", &streamer);
        (void)sys_start("other", "", &other);
        good += pipe_make(streamer, other, &name) == 0;
    }
    IS(good, 200, "a hundred pipes come and go with their processes");
    end(other);
    end(streamer);
    IS(left(), before, "all memory is back");
}

static void fresh_pipes(void)
{
    end(pipes);
    pipes = start("pipes", "");
    IS(names_wait("pipes", &pipes), 0, "another pipe server");
}

/* Who closes his side lives on; the other one hears of it, and with him the pipe is gone. */
static void closed(void)
{
    static struct pipe pipe;
    uint32_t name = 0;
    unsigned good = 0;
    message m;
    const size_t before = left();
    for (unsigned i = 0; i < 20; i++) {
        streamer = start("streamer", "");
        good += pipe_make(streamer, self(), &name) == 0;
        good += ask(streamer, STREAM_PIPE, name, 300000, 1000, &m) == 0;
        good += pipe_open(&pipe, name) == 0 && ring_read(&pipe.ring, buffer, 100) == 100;
        nap(1000);
        pipe_close(&pipe); /* while the writer waits: the ring is full */
        good += ask(streamer, STREAM_WAKES, 0, 0, 0, &m) == 0 && (int)m.m_words[2] == -EPIPE;
        end(streamer);
    }
    IS(good, 80, "a pipe can be closed twenty times, and its writer is told");
    IS(ask(pipes, PIPES_CLOSE, name, 0, 0, &m), -ENOENT, "it is no more");
    IS(left(), before, "all memory is back");
    streamer = start("streamer", "");
    endpoint_t other = start("other", "");
    IS(pipe_make(streamer, other, &name), 0, "two others' pipe");
    IS(ask(pipes, PIPES_CLOSE, name, 0, 0, &m), -EPERM, "is not this process's to close");
    end(other);
    end(streamer);
}

/* What both have opened goes on without the server that made it; nothing else does. */
static void outlives(void)
{
    static struct pipe pipe;
    uint32_t name = 0;
    message m;
    int last;
    streamer = start("streamer", "");
    endpoint_t other = start("other", "");
    const size_t before = left();
    IS(pipe_make(streamer, self(), &name), 0, "a pipe");
    IS(ask(streamer, STREAM_PIPE, name, 300000, 1000, &m), 0, "is opened by its writer");
    IS(pipe_open(&pipe, name), 0, "and its reader");
    nap(20000);
    fresh_pipes(); /* while the writer waits: the ring is full */
    IS(ask(pipes, PIPES_ATTACH, name, 0, 0, &m), -ENOENT, "that has none of the former one's");
    IS(ask(pipes, PIPES_WAIT, name, (uint32_t)SYSTEM, 0, &m), -ENOENT, "nobody who can be one");
    IS(ask(pipes, PIPES_WAIT, name, (uint32_t)self(), 0, &m), -ENOENT, "nor oneself");
    IS(ask(pipes, PIPES_WAIT, name, (uint32_t)other, 0, &m), 0, "somebody else is named");
    IS(read_all(&pipe.ring, 777, &last), 300000, "all bytes come");
    IS(last, 0, "and then the end");
    end(other);
    OK(before - left() >= RING_MEMORY, "the memory is the reader's as long as it lives");

    IS(pipe_make(streamer, self(), &name), 0, "another one");
    IS(ask(streamer, STREAM_PIPE, name, 10000, 1000, &m), 0, "is opened by its writer");
    fresh_pipes();
    IS(pipe_open(&pipe, name), -ENOENT, "and lost before its reader has opened it");
    IS(pipe_make(streamer, self(), &name), 0, "one more");
    IS(pipe_open(&pipe, name), 0, "opened by its reader");
    fresh_pipes();
    IS(ring_read(&pipe.ring, buffer, 10), -ENOENT, "who is told that there is no writer");
    IS(ask(streamer, STREAM_PIPE, name, 1, 1, &m), -ENOENT, "and so is that");

    unsigned claimed = 0;
    for (uint32_t i = 1; i < 20 && ask(pipes, PIPES_WAIT, i, (uint32_t)streamer, 0, &m) == 0; i++)
        claimed++;
    IS(claimed, 8, "nobody can claim more than eight");
    IS(m.m_type, -ENOSPC, "and hears why");
    end(streamer);
    IS(ask(pipes, PIPES_WAIT, 1, (uint32_t)streamer, 0, &m), 0, "one whose peer is dead");
    IS(m.m_words[0], 1, "has ended");
}

int main(void)
{
    (void)start("memory", "");
    pipes = start("pipes", "");
    IS(names_wait("pipes", &pipes), 0, "the pipe server is there");
    streamer = start("streamer", "");
    events = (struct ring_events){streamer, RING_EVENT};
    first_loans();
    streams();
    speed();
    deaths();
    lies();
    piped();
    others();
    closed();
    outlives();
    tap_done();
}
