/* Another program for hello: the next version of a server, which greets in other words. */
#include <parley/server.h>
#include <proto/hello.h>
#include <string.h>

static int greet(message *m)
{
    static uint32_t visitors;
    const struct hello_greeting answer = {.text = "Welcome!", .visitor = ++visitors};
    memcpy(m->m_words, &answer, sizeof answer);
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {{HELLO_GREET, greet}, {0}};
    return server_run("hello", handlers, NULL);
}
