/*
 * shell: a person's way in. A line is read (prompt), split and dispatched (commands), and what it
 * asks for is done by messages to the servers and to the kernel.
 */
#include "commands.h"
#include "console.h"
#include "jobs.h"
#include "prompt.h"

#define VERSION "0.1.0"

int main(void)
{
    int status = 0;
    console_start();
    say("Parley " PARLEY_VERSION ", a rendezvous microkernel: everything here is a message.\n"
        "Type help for the commands, Tab to complete them.\n");
    for (;;) {
        jobs_report();
        status = command_line(prompt_read(), status);
    }
}
