/*
 * The end: off, again, or stop. Every wait is bounded, and each way that may not exist on a machine
 * is followed by the next one.
 */
#include "console.h"
#include "ports.h"
#include <arch/arch.h>

#define FW_CFG_SELECT 0x510 /* QEMU's firmware configuration: item 0 reads "QEMU" */
#define FW_CFG_DATA   0x511
#define DEBUG_EXIT    0xf4 /* isa-debug-exit: ends QEMU with status << 1 | 1 */

#define SLEEP_SOFT_OFF 0x2000 /* ACPI's PM1 control: SLP_EN, sleep type 0 */
#define POWER_QEMU     0x604
#define POWER_BOCHS    0xb004
#define BOCHS_SHUTDOWN 0x8900

#define KEYBOARD_STATUS 0x64
#define KEYBOARD_BUSY   0x02
#define KEYBOARD_RESET  0xfe
#define RESET_CONTROL   0xcf9

#define PAUSE_SHORT 10000 /* of about a microsecond each */

static bool in_qemu(void)
{
    out16(FW_CFG_SELECT, 0);
    for (const char *c = "QEMU"; *c != '\0'; c++)
        if (in8(FW_CFG_DATA) != (uint8_t)*c)
            return false;
    return true;
}

static void pause(void)
{
    for (unsigned i = 0; i < PAUSE_SHORT; i++)
        port_pause();
}

_Noreturn void arch_power_off(unsigned status)
{
    arch_console_drain();
    if (in_qemu())
        out8(DEBUG_EXIT, (uint8_t)status);
    out16(POWER_QEMU, SLEEP_SOFT_OFF);
    out16(POWER_BOCHS, SLEEP_SOFT_OFF);
    for (const char *c = "Shutdown"; *c != '\0'; c++)
        out8(BOCHS_SHUTDOWN, (uint8_t)*c);
    pause();
    console_line("It is now safe to switch off.");
    arch_console_drain();
    arch_halt();
}

static void reset_by_keyboard_controller(void)
{
    /* An absent controller reads as 0xff: busy for ever. */
    for (unsigned i = 0; i < PAUSE_SHORT; i++) {
        if (!(in8(KEYBOARD_STATUS) & KEYBOARD_BUSY)) {
            out8(KEYBOARD_STATUS, KEYBOARD_RESET);
            return;
        }
        port_pause();
    }
}

_Noreturn void arch_reboot(void)
{
    arch_console_drain();
    reset_by_keyboard_controller();
    pause();
    out8(RESET_CONTROL, 0x02);
    out8(RESET_CONTROL, 0x06);
    pause();
    /* No gates at all: the breakpoint becomes a triple fault. */
    static const struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } nothing = {0, 0};
    __asm__ volatile("lidt %0\n\t"
                     "int3"
                     :
                     : "m"(nothing));
    arch_halt();
}

_Noreturn void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cli\n\t"
                         "hlt");
}
