/*
 * Streams between two programs, by the pipe server. Contracts: servers/protocols/pipes.toml. All
 * return a negative error; -ENOENT, too, where no pipe server runs.
 *
 * The pipe server may die: a stream that both have opened goes on. One that they have not is no
 * more; who waits for the other, or opens it then, gets -ENOENT.
 */
#pragma once

#include <parley/ring.h>

/* A stream for these two, which may not have begun yet. Each opens it by the name. */
int pipe_make(endpoint_t writer, endpoint_t reader, uint32_t *name);

struct pipe {
    uint32_t name, share;
    endpoint_t peer;
    struct ring ring; /* ring_write or ring_read; the end comes with the other one's death, too */
};

/* The caller's side of it; the pipe stays where it is from now on. */
int pipe_open(struct pipe *pipe, uint32_t name);

/* Nothing more is written, or read, from this side, as if the caller had died. */
void pipe_close(struct pipe *pipe);
