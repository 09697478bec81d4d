/*
 * The consoles: which there are, which of them is shown, and that a shell runs there.
 *
 * The first one is there from the start: the serial line and the log are its. Each other one gets
 * its memory when it is shown, or named by a request, for the first time. When one is shown that
 * nobody owns, the supervisor is asked for its shell, and again until it has heard of that.
 */
#include "tty.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/supervisor.h>
#include <proto/tty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_US 50000

static struct console first;
static struct console *consoles[TTY_CONSOLES] = {&first};
static struct console *shown = &first;
static struct screen_size size;
static bool wanted; /* the shell of the console that is shown */

struct console *console_first(void)
{
    return &first;
}

struct console *console_shown(void)
{
    return shown;
}

struct console *console_at(uint32_t number)
{
    return consoles[number];
}

int console_asked(uint32_t number, struct console **console)
{
    if (number >= TTY_CONSOLES)
        return -EINVAL;
    if (consoles[number] == NULL) {
        struct console *c = calloc(1, sizeof *c);
        struct terminal_cell *const cells = malloc(size.columns * size.rows * sizeof *cells);
        if (c == NULL || cells == NULL) {
            free(c);
            free(cells);
            return -ENOMEM;
        }
        c->number = number;
        console_prepare(c, &size, cells);
        consoles[number] = c;
    }
    *console = consoles[number];
    return 0;
}

const char *consoles_start(uint32_t number)
{
    static struct terminal_cell cells[TERMINAL_COLUMNS_MOST * TERMINAL_ROWS_MOST];
    const char *const missing = screen_start(&size);
    console_prepare(&first, &size, cells);
    (void)console_asked(number, &shown); /* without memory for it: the first */
    screen_adopt(&shown->terminal);
    return missing;
}

/* ---- Its shell ------------------------------------------------------------------------------ */

static int ask_supervisor(const char *name, const struct console *c)
{
    endpoint_t supervisor;
    struct supervisor_name asked = {.name = ""};
    message m = {.m_type = SUPERVISOR_START};
    snprintf(asked.name, sizeof asked.name, "shell-%u", (unsigned)c->number + 1);
    memcpy(m.m_words, &asked, sizeof asked);
    int error = sys_lookup(name, &supervisor);
    if (error == 0)
        error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, supervisor, &m, ANSWER_US, NULL);
    return error < 0 ? -EAGAIN : m.m_type;
}

/* Of the two supervisors the one that leads answers. */
void shell_ask(void)
{
    static const char *const names[] = {"supervisor", "supervisor-2"};
    static const char none[] = "No shell runs on this console: the boot has none for it, or left "
                               "it out (see modules).\nAlt-F1 goes back to the first one.\n";
    int error = -EAGAIN;
    for (unsigned i = 0; wanted && error == -EAGAIN && i < sizeof names / sizeof names[0]; i++)
        error = ask_supervisor(names[i], shown);
    if (error == -EAGAIN)
        return;
    wanted = false;
    if (error < 0)
        console_write(shown, none, sizeof none - 1);
}

bool shell_wanted(void)
{
    return wanted;
}

/* ---- Which is shown ------------------------------------------------------------------------- */

void console_switch(uint32_t number)
{
    struct console *next;
    if (number == shown->number || console_asked(number, &next) < 0)
        return;
    console_bottom();
    shown = next;
    console_redraw();
    wanted = shown != &first && shown->input.owner == NONE;
    shell_ask();
}
