/* What the supervisor says. It goes to the kernel's log, which takes it at once whatever has died
   and puts the sender's name before it. */
#include "supervisor.h"

#include <parley/system.h>
#include <stdarg.h>
#include <stdio.h>

void report(const char *format, ...)
{
    char line[LOG_WRITE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if ((size_t)length > sizeof line - 2)
        length = sizeof line - 2;
    line[length] = '\n';
    (void)sys_log_write(line, (size_t)length + 1);
}

const char *report_cause(const struct system_death *death)
{
    static char text[96];
    switch (death->cause) {
    case SUPERVISOR_CAUSE_EXIT:
        snprintf(text, sizeof text, "ended with status %u", (unsigned)death->status);
        return text;
    case SUPERVISOR_CAUSE_FAULT:
        snprintf(text, sizeof text, "died of %s at 0x%08x (instruction 0x%08x)",
                 sys_fault_name(death->status), (unsigned)death->address, (unsigned)death->ip);
        return text;
    case SUPERVISOR_CAUSE_KILL:
        return "was killed";
    case SUPERVISOR_CAUSE_HANG:
        return "gave no sign of life and was killed";
    default:
        return "died at its start";
    }
}
