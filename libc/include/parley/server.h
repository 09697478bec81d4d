/*
 * The loop that every server is: receive, dispatch, reply.
 *
 *     static int greet(message *m) { ...; return 0; }
 *     static const struct server_handler handlers[] = {{HELLO_GREET, greet}, {0, 0}};
 *     int main(void) { return server_run("hello", handlers, NULL); }
 *
 * A handler finds the request in *m (m->m_source says whose), puts the answer's words there and
 * returns 0 or a negative error, which becomes the answer's m_type; or SERVER_LATER: then it keeps
 * what server_current says and calls server_answer with it, some day. A server never waits for its
 * clients: an answer that the client does not wait for is dropped. PROTO_PING and unknown requests
 * are answered by the loop.
 *
 * The module's line needs ipc_request (for names and SYSTEM), ipc_reply and ipc_receive.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/errors.h>
#include <abi/message.h>
#include <stdbool.h>
#include <stdint.h>

#define SERVER_LATER 1

struct server_handler {
    int32_t type; /* a request's m_type; 0 ends the list */
    int (*handle)(message *m);
};

/* Publishes `name` (NULL: none) and serves for ever; returns a negative error when it cannot begin.
   `on_events`, where given, is called with the source and bits of each event message. */
int server_run(const char *name, const struct server_handler *handlers,
               void (*on_events)(endpoint_t source, uint32_t bits));

/* `retire` is called before the server ends because the supervisor replaces it: to send on who
   still waits for an answer. Without one they get EREPLYDEAD. */
void server_on_retire(void (*retire)(void));

/* Of the bits of an event message from HARDWARE: where they tell of deaths, `died` is called for
   each watched process that has died. */
void server_take_deaths(uint32_t bits, void (*died)(endpoint_t process));

/* One request of a client's: the ticket tells it from the client's next one, so that a late answer
   never ends that. */
struct server_client {
    endpoint_t endpoint;
    uint32_t ticket;
};

/* The request that is being handled. */
struct server_client server_current(void);

/* Answers that request: *m with m_type = status; never waits. ENOTREADY: the client does not wait
   for this answer any more. */
int server_answer(struct server_client client, int status, message *m);
/* Answers with ERESTART: nothing was done, and libc asks the successor. */
void server_send_on(struct server_client client);

/*
 * Clients' side: a request to whoever provides a service now.
 *
 *     static struct service clock = SERVICE("clock");
 *     message m = {.m_type = CLOCK_UPTIME};
 *     int status = service_request(&clock, &m);
 *
 * Returns the answer's m_type, 0 or a negative error, or the error of the request itself. A server
 * that died or retired is looked up again, and its successor gets the request; but where the dead
 * had taken it and the protocol does not say that it may be repeated, that is EREPLYDEAD: it may
 * have been carried out, and the caller has to know.
 */
struct service {
    const char *name;
    endpoint_t endpoint; /* NONE: not looked up yet */
};

#define SERVICE(name)                                                                              \
    {                                                                                              \
        (name), NONE                                                                               \
    }

int service_request(struct service *service, message *m);

/* Whether a request of that type is described by a protocol that does not say `waits`: its answer
   comes as soon as the server has done it. */
bool service_answers_at_once(int32_t type);

/* Asks the name server; names_wait waits until the name is published. A lookup waits, too, while
   the supervisor restarts the one that provided the name, for two seconds at most. */
int names_lookup(const char *name, endpoint_t *endpoint);
int names_wait(const char *name, endpoint_t *endpoint);
int names_publish(const char *name);
