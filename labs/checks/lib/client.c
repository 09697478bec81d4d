/*
 * A client of a lab's server: asks it what the judge says, and tells the judge the answer. See
 * server.h. Its argument is the server's endpoint.
 */
#include <parley/ipc.h>
#include <parley/system.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    endpoint_t judge, server = argc > 1 ? (endpoint_t)atoi(argv[1]) : NONE;
    message m;

    if (sys_lookup("judge", &judge) < 0)
        return 1;
    while (receive(judge, &m) == 0) {
        const int error = ipc_request(server, &m);
        if (error < 0)
            m = (message){.m_type = error};
        if (send(judge, &m) < 0)
            return 1;
    }
    return 1;
}
