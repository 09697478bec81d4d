/*
 * greet [NAME]: asks the hello server for a greeting and prints it. One message carries the
 * question over and the answer back.
 */
#include <parley/ipc.h>
#include <parley/server.h>
#include <proto/hello.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    message m = {.m_type = HELLO_GREET};
    struct hello_name *question = (struct hello_name *)m.m_words;
    const struct hello_greeting *answer = (const struct hello_greeting *)m.m_words;
    strlcpy(question->name, argc > 1 ? argv[1] : "world", sizeof(question->name));

    endpoint_t hello; /* which process it is, the name server knows */
    int error = names_lookup("hello", &hello);
    if (error == 0)
        error = ipc_request(hello, &m); /* waits until the server took m and sent it back */
    if (error == 0)
        error = m.m_type; /* what the server says: 0 or a negative error */
    if (error < 0) {
        printf("greet: %s\n", strerror(error));
        return 1;
    }
    printf("%s You are visitor %u.\n", answer->text, answer->visitor);
    return 0;
}
