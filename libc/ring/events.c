/* The way by events. See parley/ring.h. */
#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/ring.h>

int ring_events_sleep(void *context)
{
    const struct ring_events *way = context;
    message m;
    const int error = ipc_receive(way->peer, (long)way->events, &m);
    return error == -EDEADSRCDST ? RING_PEER_GONE : error;
}

void ring_events_wake(void *context)
{
    const struct ring_events *way = context;
    (void)ipc_notify(way->peer, (long)way->events);
}
