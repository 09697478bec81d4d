/* Commands about the session: help, version, echo, clear, reboot, poweroff. */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "pages.h"
#include "words.h"

#include <abi/errors.h>
#include <abi/system.h>
#include <abi/version.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

#define STATUS_MOST 127 /* that an emulator can end with */

static int list_commands(void)
{
    for (const struct command *c = commands; c->name != NULL; c++) {
        char usage[40];
        snprintf(usage, sizeof usage, "%s %s", c->name, c->usage);
        print("  %-26s %s\n", usage, c->summary);
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    print("help COMMAND explains one, and help calls, help programs list what else it explains.\n"
          "COMMAND | PROGRAM lets a program read what it prints. PROGRAM &: see help jobs.\n"
          "Modules on demand are commands too (see modules).\n");
    return 0;
}

int command_help(int argc, char **argv)
{
    if (argc == 1)
        return list_commands();
    if (argc > 2)
        return command_usage("help");
    const struct command *c = command_find(argv[1]);
    if (c == NULL)
        return page_show(argv[1]);
    print("%s%s%s\n  %s\n\n", c->name, c->usage[0] != '\0' ? " " : "", c->usage, c->summary);
    output_write(c->page, strlen(c->page));
    return 0;
}

int command_echo(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (i > 1)
            output_write(" ", 1);
        output_write(argv[i], strlen(argv[i]));
    }
    output_write("\n", 1);
    return 0;
}

int command_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("version");
    print("Parley " PARLEY_VERSION ", interfaces version " ABI_VERSION_TEXT "\n");
    return 0;
}

int command_clear(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("clear");
    print(CLEAR_SCREEN);
    return 0;
}

int command_keyboard(int argc, char **argv)
{
    char name[CONSOLE_LAYOUT_BYTES] = "", other[CONSOLE_LAYOUT_BYTES];
    if (argc > 2)
        return command_usage("keyboard");
    const bool fits = argc == 1 || strlen(argv[1]) < sizeof name;
    if (argc == 2 && fits)
        strcpy(name, argv[1]);
    const int error = fits ? console_layout(name) : -ENOENT;
    if (error < 0) {
        say("keyboard: %s: %s\n", argc == 2 ? argv[1] : "the console", strerror(error));
        return STATUS_FAILED;
    }
    if (argc == 2)
        return 0;
    print("%s, of:", name);
    for (unsigned i = 0; console_layout_name(i, other) == 0; i++)
        print(" %s", other);
    print("\n");
    return 0;
}

static int power(const char *name, unsigned what, unsigned status)
{
    console_flush();
    const int error = sys_power(what, status);
    say("%s: %s\n", name, error < 0 ? strerror(error) : "the machine goes on");
    return STATUS_FAILED;
}

int command_reboot(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? command_usage("reboot") : power("reboot", POWER_REBOOT, 0);
}

int command_poweroff(int argc, char **argv)
{
    uint32_t status = 0;
    if (argc > 2 || (argc == 2 && words_number(argv[1], 255, &status) < 0))
        return command_usage("poweroff");
    return power("poweroff", POWER_OFF, status > STATUS_MOST ? STATUS_MOST : status);
}
