/* Writes streams for the judge of rings. */
#include "streamer.h"

#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/pipe.h>
#include <string.h>

static endpoint_t judge;
static uint32_t wakes, sleeps;
static int last;
static struct ring_events events;

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

static void write_all(struct ring *ring, uint32_t bytes, uint32_t part)
{
    static uint8_t buffer[65536 + 256];
    /* The bytes come round every 256 places. */
    for (uint32_t i = 0; i < sizeof buffer; i++)
        buffer[i] = (uint8_t)i;
    uint32_t done = 0;
    last = 0;
    while (done < bytes && last >= 0) {
        const uint32_t left = bytes - done;
        last = ring_write(ring, buffer + done % 256, left < part ? left : part);
        done += last > 0 ? (uint32_t)last : 0;
    }
    ring_end(ring);
}

/* What is to be written once the request is answered. */
static struct ring ring;
static struct pipe pipe;

static int prepare(const message *m)
{
    void *memory;
    size_t bytes;
    wakes = sleeps = 0;
    if (m->m_type == STREAM_PIPE)
        return pipe_open(&pipe, m->m_words[0]);
    const int error = memory_attach(m->m_words[0], &memory, &bytes);
    return error ? error : ring_open(&ring, memory, bytes, RING_WRITER, &way);
}

static int lie(const message *m)
{
    void *memory;
    size_t bytes;
    const int error = memory_attach(m->m_words[0], &memory, &bytes);
    for (unsigned i = 0; i < sizeof(struct ring_head) / 4 && !error; i++)
        ((volatile uint32_t *)memory)[i] = m->m_words[1];
    return error;
}

static int own(message *m)
{
    void *memory;
    int error = memory_allocate(RING_MEMORY, &memory);
    if (!error)
        error = ring_open(&ring, memory, RING_MEMORY, RING_WRITER, &way);
    if (!error)
        error = memory_share(memory, RING_MEMORY, judge, ACCESS_READ | ACCESS_WRITE, m->m_words);
    if (!error)
        (void)ring_write(&ring, "will", 4);
    return error;
}

static int act(message *m)
{
    switch (m->m_type) {
    case STREAM_RING:
    case STREAM_PIPE:
        return prepare(m);
    case STREAM_LIE:
        return lie(m);
    case STREAM_OWN:
        return own(m);
    case STREAM_WAKES:
        m->m_words[0] = wakes;
        m->m_words[1] = sleeps;
        m->m_words[2] = (uint32_t)last;
        return 0;
    default:
        return -ENOSYS;
    }
}

int main(void)
{
    for (;;) {
        message m, asked;
        if (ipc_receive(ANY, 0, &m) < 0)
            continue;
        asked = m;
        judge = m.m_source;
        events = (struct ring_events){judge, RING_EVENT};
        m.m_type = act(&m);
        const bool good = m.m_type == 0;
        (void)ipc_reply(judge, &m);
        if (good && asked.m_type == STREAM_RING)
            write_all(&ring, asked.m_words[1], asked.m_words[2]);
        if (good && asked.m_type == STREAM_PIPE)
            write_all(&pipe.ring, asked.m_words[1], asked.m_words[2]);
    }
}
