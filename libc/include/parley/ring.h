/*
 * A stream of bytes through memory that two processes share: one writes, one reads.
 *
 * While there is something to read and room to write nobody is asked anything: bytes are copied and
 * an index moves. Who finds the ring empty or full says so in the shared memory and sleeps; the
 * other one sees it there and wakes him. How one sleeps and wakes is a struct ring_way: by events,
 * where the two may address each other, or by the pipe server, where they may not.
 *
 * Nothing that the other one writes there is trusted. Each keeps his own index to himself; the
 * other's is taken only when it lies between what it was and what is possible, and the copy's place
 * comes from one's own index alone. A peer that breaks this, or never wakes, spoils the stream and
 * nothing else.
 *
 *     ring_open(&ring, memory, bytes, RING_WRITER, &way);          the other: RING_READER
 *     ring_write(&ring, text, length);                             ring_read(&ring, to, most);
 *     ring_end(&ring);                                             0: the stream has ended
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/layout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_HEAD_BYTES PAGE_BYTES /* of the memory; the rest is buffer: a power of two */

/* How the memory begins. One half a side, apart from each other in the processor's cache. */
struct ring_side {
    volatile uint32_t index; /* bytes written, or read, since the beginning; goes round */
    volatile uint32_t waits; /* nonzero: wake me */
    volatile uint32_t ended; /* nonzero: nothing comes from me any more */
    volatile uint32_t begun; /* nonzero: this side was opened */
    uint32_t unused[12];
};
struct ring_head {
    struct ring_side writer, reader;
};

_Static_assert(sizeof(struct ring_head) == 128 && sizeof(struct ring_head) <= RING_HEAD_BYTES,
               "shared layout");

struct ring_way {
    /* Returns 0 when the peer has woken us (or earlier: it is asked again), RING_PEER_GONE when he
       never will, or another negative error, which ends the call. */
    int (*sleep)(void *context);
    void (*wake)(void *context);
    void *context;
};
#define RING_PEER_GONE 1

enum ring_role {
    RING_WRITER,
    RING_READER
};

struct ring {
    struct ring_side *own, *peer;
    char *buffer;
    uint32_t bytes; /* of the buffer */
    uint32_t index; /* one's own */
    uint32_t seen;  /* the peer's, as it was believed last */
    enum ring_role role;
    bool gone; /* the peer, by what the way said */
    bool broken;
    struct ring_way way;
};

/* Memory that is all zero is a new ring. EINVAL: `bytes` is not RING_HEAD_BYTES and a power of two
   of at least 64. Either side may come first. */
int ring_open(struct ring *ring, void *memory, size_t bytes, enum ring_role role,
              const struct ring_way *way);

/* Writes all of it, sleeping while the ring is full. Returns `bytes`, or how many went in before
   the reader was gone, or -EPIPE when none did; -EIO: the ring is spoilt. */
int ring_write(struct ring *ring, const void *from, size_t bytes);

/* At least one byte, at most `most`, sleeping while there is none. 0: the stream has ended. -EIO:
   the ring is spoilt. */
int ring_read(struct ring *ring, void *to, size_t most);

/* The same without sleep: -EAGAIN. Once it was said, the peer wakes us when there is more. */
int ring_try_write(struct ring *ring, const void *from, size_t bytes);
int ring_try_read(struct ring *ring, void *to, size_t most);

/* Nothing more is written, or read, from this side. */
void ring_end(struct ring *ring);

/*
 * The way by events, for two who may notify each other. `context`: a struct ring_events. Sleeping
 * is a receive of those events from the peer alone, whose death ends it.
 */
struct ring_events {
    endpoint_t peer;
    uint32_t events; /* bits that mean nothing else between the two */
};
int ring_events_sleep(void *context);
void ring_events_wake(void *context);
