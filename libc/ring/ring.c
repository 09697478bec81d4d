/*
 * See parley/ring.h.
 *
 * Who sleeps sets `waits`, and only then looks for the last time whether he has to; who moves his
 * index does so, and only then looks at the other's `waits`. Whatever the order of the four, one of
 * the two sees what the other did.
 */
#include <abi/errors.h>
#include <parley/ring.h>
#include <string.h>

#define LEAST_BYTES 64u

int ring_open(struct ring *ring, void *memory, size_t bytes, enum ring_role role,
              const struct ring_way *way)
{
    struct ring_head *head = memory;
    const size_t buffer = bytes - RING_HEAD_BYTES;
    if (bytes < RING_HEAD_BYTES + LEAST_BYTES || (buffer & (buffer - 1)) != 0 ||
        buffer > UINT32_MAX / 2 + 1)
        return -EINVAL;
    const bool writes = role == RING_WRITER;
    *ring = (struct ring){.own = writes ? &head->writer : &head->reader,
                          .peer = writes ? &head->reader : &head->writer,
                          .buffer = (char *)memory + RING_HEAD_BYTES,
                          .bytes = (uint32_t)buffer,
                          .role = role,
                          .way = *way};
    ring->own->begun = 1;
    return 0;
}

/* How many bytes one may write, or read, now. What the peer says is checked here and nowhere else:
   the writer's index lies at most a buffer ahead of ours, the reader's not ahead of ours, and
   neither ever goes back. */
static uint32_t possible(struct ring *r)
{
    const uint32_t index = __atomic_load_n(&r->peer->index, __ATOMIC_ACQUIRE);
    const bool writes = r->role == RING_WRITER;
    const uint32_t moved = index - r->seen;
    const uint32_t most = writes ? r->index - r->seen : r->bytes - (r->seen - r->index);
    if (moved > most)
        r->broken = true;
    if (r->broken)
        return 0;
    r->seen = index;
    return writes ? r->bytes - (r->index - index) : index - r->index;
}

static bool has_ended(struct ring *r)
{
    return r->gone || __atomic_load_n(&r->peer->ended, __ATOMIC_ACQUIRE) != 0;
}

/* A reader wakes a writer when half of the buffer is free, so that it can write for a while. */
static void wake(struct ring *r)
{
    const bool reads = r->role == RING_READER;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (r->peer->waits == 0 || (reads && r->seen - r->index > r->bytes / 2))
        return;
    if (__atomic_exchange_n(&r->peer->waits, 0, __ATOMIC_SEQ_CST) != 0)
        r->way.wake(r->way.context);
}

/* Moves `bytes`, which are possible, at one's own index: in one piece, or in two around the end. */
static void move(struct ring *r, char *at, uint32_t bytes)
{
    const uint32_t place = r->index & (r->bytes - 1);
    const uint32_t first = bytes < r->bytes - place ? bytes : r->bytes - place;
    if (r->role == RING_WRITER) {
        memcpy(r->buffer + place, at, first);
        memcpy(r->buffer, at + first, bytes - first);
    } else {
        memcpy(at, r->buffer + place, first);
        memcpy(at + first, r->buffer, bytes - first);
    }
    r->index += bytes;
    __atomic_store_n(&r->own->index, r->index, __ATOMIC_RELEASE);
    wake(r);
}

/* As much as is possible now. -EAGAIN: nothing is, and the peer knows that we wait. */
static int try(struct ring *r, char *at, size_t most)
{
    uint32_t bytes = possible(r);
    if (bytes == 0 && !r->broken) {
        __atomic_store_n(&r->own->waits, 1, __ATOMIC_SEQ_CST);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        /* In this order: what it wrote before its end is still to be read. */
        const bool ended = has_ended(r);
        bytes = possible(r);
        if (bytes == 0 && !r->broken)
            return ended ? -EPIPE : -EAGAIN;
        r->own->waits = 0;
    }
    if (r->broken)
        return -EIO;
    bytes = most < bytes ? (uint32_t)most : bytes;
    move(r, at, bytes);
    return (int)bytes;
}

/* The same, but waits until something is possible. */
static int go_on(struct ring *r, char *at, size_t most)
{
    for (;;) {
        int done = try(r, at, most);
        if (done != -EAGAIN)
            return done;
        const int slept = r->way.sleep(r->way.context);
        r->own->waits = 0;
        if (slept < 0)
            return slept;
        r->gone = r->gone || slept == RING_PEER_GONE;
    }
}

/* A writer whose reader is gone need not fill the ring to learn it. */
static int check_write(struct ring *r)
{
    return has_ended(r) ? -EPIPE : 0;
}

int ring_write(struct ring *ring, const void *from, size_t bytes)
{
    size_t done = 0;
    int error = 0;
    while (done < bytes && error == 0) {
        error = check_write(ring);
        const int count = error ? error : go_on(ring, (char *)from + done, bytes - done);
        error = count < 0 ? count : 0;
        done += count > 0 ? (size_t)count : 0;
    }
    return done && error == -EPIPE ? (int)done : error ? error : (int)bytes;
}

int ring_read(struct ring *ring, void *to, size_t most)
{
    const int count = most ? go_on(ring, to, most) : 0;
    return count == -EPIPE ? 0 : count;
}

int ring_try_write(struct ring *ring, const void *from, size_t bytes)
{
    const int error = check_write(ring);
    return error || bytes == 0 ? error : try(ring, (char *)from, bytes);
}

int ring_try_read(struct ring *ring, void *to, size_t most)
{
    const int count = most ? try(ring, to, most) : 0;
    return count == -EPIPE ? 0 : count;
}

void ring_end(struct ring *ring)
{
    __atomic_store_n(&ring->own->ended, 1, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&ring->peer->waits, 0, __ATOMIC_SEQ_CST) != 0)
        ring->way.wake(ring->way.context);
}
