/* See pages.h. */
#include "pages.h"
#include "output.h"

#include "commands.h"
#include "console.h"

#include <parley/files.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "man/"

/* `name` as it is, or in the first section that has it. */
static bool find(const char *name, struct file *file)
{
    static const char *const sections[] = {"", ".1", ".2", ".3"};
    char path[FILE_NAME_BYTES];
    for (unsigned i = 0; i < sizeof sections / sizeof *sections; i++)
        if ((size_t)snprintf(path, sizeof path, FOLDER "%s%s", name, sections[i]) < sizeof path &&
            file_find(path, file) == 0)
            return true;
    return false;
}

static int missing(const char *name)
{
    struct file file;
    if (find("calls", &file))
        say("help: no page called %s (try help, help calls, help programs)\n", name);
    else
        say("help: %s is no command of the shell's, and the files with the other pages are not "
            "there (see service list)\n",
            name);
    return STATUS_FAILED;
}

int page_show(const char *name)
{
    struct file file;
    char text[512];
    int length = 0;
    if (!find(name, &file))
        return missing(name);
    for (uint32_t offset = 0; offset < file.bytes; offset += (uint32_t)length) {
        length = file_read(&file, offset, text, sizeof text);
        if (length <= 0) {
            say("help: %s: %s\n", name, strerror(length));
            return STATUS_FAILED;
        }
        output_write(text, (size_t)length);
        if (output_stopped())
            return STATUS_INTERRUPTED;
    }
    return 0;
}

void pages_offer(struct match *m, const char *prefix)
{
    char name[FILE_NAME_BYTES];
    struct file file;
    for (unsigned i = 0; file_list(i, &file, name) == 0; i++)
        if (strncmp(name, FOLDER, strlen(FOLDER)) == 0)
            match_offer(m, prefix, name + strlen(FOLDER));
}
