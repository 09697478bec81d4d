/* greet [NAME]: asks the hello server for a greeting and prints it. */
#include <parley/ipc.h>
#include <parley/server.h>
#include <proto/hello.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    endpoint_t hello; /* who provides the service is the name server's business */
    int error = names_lookup("hello", &hello);

    message m = {.m_type = HELLO_GREET};
    strlcpy(((struct hello_name *)m.m_words)->name, argc > 1 ? argv[1] : "world", 16);
    if (error == 0)
        error = send_rec(hello, &m); /* waits until the server took it and answered into m */
    if (error == 0)
        error = m.m_type;
    if (error < 0) {
        printf("greet: %s\n", strerror(error));
        return 1;
    }
    const struct hello_greeting *answer = (const struct hello_greeting *)m.m_words;
    printf("%s You are visitor %u.\n", answer->text, (unsigned)answer->visitor);
    return 0;
}
