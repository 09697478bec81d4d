/*
 * shell: a person's way in. A line is read (prompt), split and dispatched (commands), and what it
 * asks for is done by messages to the servers and to the kernel.
 */
#include "commands.h"
#include "console.h"
#include "jobs.h"
#include "prompt.h"
#include "words.h"

#include <proto/tty.h>
#include <string.h>

/* console=N on the module's line, counted from 1. */
static unsigned console_of(int argc, char **argv)
{
    static const char key[] = "console=";
    const size_t length = sizeof key - 1;
    uint32_t number = 1;
    if (argc > 1 && strncmp(argv[1], key, length) == 0)
        (void)words_number(argv[1] + length, TTY_CONSOLES, &number);
    return number > 0 ? number - 1 : 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    console_start(console_of(argc, argv));
    say("Parley " PARLEY_VERSION ", a rendezvous microkernel: everything here is a message.\n"
        "Type help for the commands, Tab to complete them.\n");
    for (;;) {
        jobs_report();
        status = command_line(prompt_read(), status);
    }
}
