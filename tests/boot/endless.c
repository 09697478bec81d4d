/*
 * endless MODE: never ends by itself. `spin` computes, `sleep` waits for nobody, `print` fills the
 * terminal, `read` takes lines from it, `take` takes one request, from whomever, and leaves it
 * without an answer, `ask NAME` wants a greeting from the process NAME.
 */
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/hello.h>
#include <stdio.h>
#include <string.h>

static void ask(const char *name)
{
    message m = {.m_type = HELLO_GREET};
    const struct hello_name question = {.name = "you"};
    endpoint_t server;
    memcpy(m.m_words, &question, sizeof question);
    if (sys_lookup(name, &server) == 0)
        (void)ipc_request(server, &m);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "spin";
    message m;
    char line[80];
    if (strcmp(mode, "take") == 0) {
        (void)receive(ANY, &m);
    } else if (strcmp(mode, "ask") != 0) {
        printf("endless: %s\n", mode);
        fflush(stdout);
    }
    for (;;) {
        if (strcmp(mode, "sleep") == 0 || strcmp(mode, "take") == 0)
            (void)receive(NONE, &m);
        else if (strcmp(mode, "print") == 0)
            printf("endless\n");
        else if (strcmp(mode, "read") == 0)
            (void)fgets(line, sizeof line, stdin);
        else if (strcmp(mode, "ask") == 0)
            ask(argc > 2 ? argv[2] : "");
    }
}
