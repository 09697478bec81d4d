/*
 * The loop that every server is: receive, dispatch, reply.
 *
 *     static int greet(message *m) { ...; return 0; }
 *     static const struct server_handler handlers[] = {{HELLO_GREET, greet}, {0, 0}};
 *     int main(void) { return server_run("hello", handlers, NULL); }
 *
 * A handler finds the request in *m (m->m_source says whose), puts the answer's words there and
 * returns 0 or a negative error, which becomes the answer's m_type; or SERVER_LATER, and then calls
 * server_answer itself, some day. A server never waits for its clients: an answer that the client
 * does not wait for is dropped. PROTO_PING and unknown requests are answered by the loop.
 */
#pragma once

#include <abi/errors.h>
#include <abi/message.h>

#define SERVER_LATER 1

struct server_handler {
    int32_t type; /* a request's m_type; 0 ends the list */
    int (*handle)(message *m);
};

/* Publishes `name` (NULL: none) and serves for ever; returns a negative error when it cannot begin.
   `on_events`, where given, is called with the source and bits of each event message. */
int server_run(const char *name, const struct server_handler *handlers,
               void (*on_events)(endpoint_t source, uint32_t bits));

/* Answers a request: sends *m with m_type = status, never waits. */
int server_answer(endpoint_t client, int status, message *m);

/* Clients' side. Asks the name server; names_wait waits until the name is published. */
int names_lookup(const char *name, endpoint_t *endpoint);
int names_wait(const char *name, endpoint_t *endpoint);
int names_publish(const char *name);
