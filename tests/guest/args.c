/*
 * Writes the arguments that it finds to the log and exits with their number; "wait" waits for ever.
 */
#include <parley/ipc.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    char line[LOG_WRITE_MAX];
    size_t used = 0;
    message m;

    if (argc == 2 && strcmp(argv[1], "wait") == 0)
        receive(NONE, &m);
    for (int i = 0; i < argc && used + strlen(argv[i]) + 3 < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "[%s]", argv[i]);
    line[used++] = '\n';
    sys_log_write(line, used);
    return argv[argc] ? 100 : argc;
}
