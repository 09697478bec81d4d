/*
 * endless MODE: never ends by itself. `spin` computes, `sleep` waits for nobody, `print` fills the
 * terminal, `read` takes lines from it.
 */
#include <parley/ipc.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "spin";
    message m;
    char line[80];
    printf("endless: %s\n", mode);
    fflush(stdout);
    for (;;) {
        if (strcmp(mode, "sleep") == 0)
            (void)receive(NONE, &m);
        else if (strcmp(mode, "print") == 0)
            printf("endless\n");
        else if (strcmp(mode, "read") == 0)
            (void)fgets(line, sizeof line, stdin);
    }
}
