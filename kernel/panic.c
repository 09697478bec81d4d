/*
 * See panic.h. All of it goes straight to the machine's console; nothing here needs the core or the
 * log to be sound.
 */
#include "panic.h"
#include "dump.h"
#include "irq.h"
#include "log.h"
#include "options.h"
#include "process.h"
#include "schedule.h"
#include "symbols.h"
#include "text.h"

#define FRAMES_MAX   16
#define PANIC_STATUS 101 /* what an emulator is told with panic=off */

static unsigned depth; /* panics in a panic */

static void print(const char *line)
{
    arch_console_write(line, strlen(line));
    arch_console_write("\n", 1);
}

static void print_format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
static void print_format(const char *pattern, ...)
{
    char line[192];
    va_list arguments;
    va_start(arguments, pattern);
    format_list(line, sizeof line, pattern, arguments);
    va_end(arguments);
    print(line);
}

_Noreturn void panic_stop(void)
{
    arch_console_drain();
    if (option_panic() == PANIC_OFF)
        arch_power_off(PANIC_STATUS);
    if (option_panic() == PANIC_REBOOT)
        arch_reboot();
    arch_halt();
}

/* A panic while panicking says less each time, so that it cannot go on for ever. */
static void begin(const char *what)
{
    if (depth++ == 0) {
        log_show_from(irq_log_unshown());
        print("");
    }
    print_format("*** PANIC%s: %s", depth > 1 ? " in a panic" : "", what);
    if (depth > 1)
        panic_stop();
}

static void print_running(void)
{
    unsigned slot = process_running();
    if (slot == SCHEDULE_NONE) {
        print("running: nobody");
        return;
    }
    const struct process *p = process_at(slot);
    print_format("running: %s (endpoint %d)", process_name(p), process_endpoint(p));
}

static void print_place(uint32_t address, uint32_t looked_up)
{
    uint32_t offset;
    const char *name = symbol_of_kernel(looked_up, &offset);
    if (name)
        print_format("  %08x %s+0x%x", address, name, offset + (address - looked_up));
    else
        print_format("  %08x", address);
}

/* A return address may lie behind its function's end: the call before it tells the name. */
static void print_backtrace(const struct arch_registers *registers)
{
    uint32_t addresses[FRAMES_MAX];
    unsigned frames = arch_kernel_backtrace(registers, addresses, FRAMES_MAX);
    for (unsigned i = 0; i < frames; i++)
        print_place(addresses[i], addresses[i] - 1);
}

/* `ip`: where the kernel was when it faulted, 0 when it did not. */
static _Noreturn void finish(const struct arch_registers *registers, uint32_t ip)
{
    print_running();
    if (registers)
        arch_registers_print(registers, print);
    print("backtrace:");
    if (ip)
        print_place(ip, ip);
    print_backtrace(registers);
    dump_processes(print);
    panic_stop();
}

_Noreturn void kernel_panic(const char *pattern, ...)
{
    char what[160];
    va_list arguments;
    va_start(arguments, pattern);
    format_list(what, sizeof what, pattern, arguments);
    va_end(arguments);
    begin(what);
    finish(NULL, 0);
}

_Noreturn void kernel_assert_failed(const char *condition, const char *function, int line)
{
    kernel_panic("%s, line %d: not true: %s", function, line, condition);
}

_Noreturn void kernel_panic_fault(const struct arch_fault *fault,
                                  const struct arch_registers *registers)
{
    char what[160];
    format(what, sizeof what,
           "%s in the kernel%s%s (vector %u, error 0x%x, ip 0x%08x, address 0x%08x)", fault->name,
           fault->detail[0] ? ": " : "", fault->detail, fault->vector, fault->error, fault->ip,
           fault->address);
    begin(what);
    finish(registers, fault->ip);
}
