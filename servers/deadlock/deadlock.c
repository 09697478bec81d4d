/*
 * alice, bob: a deadlock, refused. alice starts bob and asks him; bob, before he answers, asks her.
 * Each would wait for the other for ever, so the kernel refuses the second wait, and says so in its
 * log.
 */
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/common.h>
#include <stdio.h>
#include <string.h>

static int alice(void)
{
    endpoint_t partner;
    message m = {.m_type = PROTO_PING};
    int error = sys_start("bob", "", &partner); /* with the arguments on his line */
    if (error == 0)
        error = ipc_request(partner, &m);
    if (error < 0) {
        printf("alice: bob does not answer: %s\n", strerror(error));
        return 1;
    }
    printf("alice: bob answered, nobody hangs\n");
    return 0;
}

static int bob(void)
{
    message m, question = {.m_type = PROTO_PING};
    int error = ipc_receive(ANY, 0, &m);
    if (error < 0)
        return 1;
    error = ipc_request(m.m_source, &question);
    printf("bob: who asked me waits for my answer, so asking back is refused: %s\n",
           error < 0 ? strerror(error) : "it was not");
    m.m_type = 0;
    return ipc_reply(m.m_source, &m) == 0 && error == -ELOCKED ? 0 : 1;
}

int main(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "bob") == 0 ? bob() : alice();
}
