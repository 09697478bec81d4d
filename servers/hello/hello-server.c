/*
 * hello: answers a greeting. This file and hello-client.c are the whole idea of the system: two
 * programs that share no memory meet in one message, which goes over and comes back.
 */
#include <parley/server.h>
#include <proto/hello.h>
#include <stdio.h>
#include <string.h>

/* The request is in *m. The answer takes its place; what is returned becomes its m_type. */
static int greet(message *m)
{
    static uint32_t visitors;
    struct hello_name request = *(struct hello_name *)m->m_words;
    struct hello_greeting *answer = (struct hello_greeting *)m->m_words;

    /* Never trust what came: the sender may be any program at all. */
    if (!memchr(request.name, '\0', sizeof(request.name)))
        return -EINVAL;
    snprintf(answer->text, sizeof(answer->text), "Hello, %s!", request.name);
    answer->visitor = ++visitors;
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {{HELLO_GREET, greet}, {0}};
    return server_run("hello", handlers, NULL); /* receive, dispatch, reply, for ever */
}
