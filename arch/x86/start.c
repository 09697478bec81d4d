/* From boot.asm to the kernel: the order in which the machine is set up. Enter at arch_start. */
#include "console.h"
#include "cpu.h"
#include "descriptors.h"
#include "fpu.h"
#include "layout.h"
#include "multiboot.h"
#include "paging.h"
#include "pic.h"
#include "pit.h"
#include "pixels.h"
#include "rendezvous.h"
#include "text.h"

void arch_start(phys_addr_t information);

#define MEGABYTE 0x100000u

static struct boot_info boot;

static _Noreturn void give_up(const char *why)
{
    struct text t;
    text_begin(&t, "boot: cannot start: ");
    text_put(&t, why);
    console_line(t.line);
    arch_console_drain();
    arch_halt();
}

/* What follows the start of a word, or NULL. */
static const char *find_option(const char *line, const char *start)
{
    while (*line != '\0') {
        unsigned i = 0;
        while (start[i] != '\0' && line[i] == start[i])
            i++;
        if (start[i] == '\0')
            return line + i;
        while (*line != '\0' && *line != ' ')
            line++;
        while (*line == ' ')
            line++;
    }
    return NULL;
}

static bool has_option(const char *line, const char *option)
{
    const char *rest = find_option(line, option);
    return rest != NULL && (*rest == '\0' || *rest == ' ');
}

/* The window: less than there could be with window=N, in MB, to try what lies beyond. */
static uint32_t window_size(uint32_t most)
{
    const char *asked = find_option(boot.command_line, "window=");
    uint32_t megabytes = 0;
    while (asked != NULL && *asked >= '0' && *asked <= '9' && megabytes < WINDOW_MOST / MEGABYTE)
        megabytes = megabytes * 10 + (uint32_t)(*asked++ - '0');
    const uint32_t least = arch_phys_of(kernel_image_end);
    const uint32_t bytes = megabytes * MEGABYTE;
    return megabytes == 0 || bytes > most ? most : bytes < least ? least : bytes;
}

static const struct multiboot_result *read_loader(phys_addr_t information)
{
    static struct multiboot_result result;
    const struct multiboot_machine machine = {
        .kernel_start = (phys_addr_t)kernel_image_start,
        .kernel_end = arch_phys_of(kernel_image_end),
        .window_most = WINDOW_MOST,
    };
    result = multiboot_parse(&boot, information, &machine, &paging_boot_view, console_line);
    return &result;
}

/* On the kernel's stack, with the first 4 MB mapped and interrupts off. Returns when a process can
   run. */
void arch_start(phys_addr_t information)
{
    descriptors_init();
    cpu_probe();
    descriptors_sysenter();
    console_init();

    const struct multiboot_result *loader = read_loader(information);
    if (!loader->text_screen)
        console_without_screen();
    if (loader->fatal != NULL)
        give_up(loader->fatal);
    if (has_option(boot.command_line, "nodftask"))
        descriptors_no_double_fault_task();

    if (has_option(boot.command_line, "fastpath=off"))
        rendezvous_off();

    cpu_combine();
    const char *wrong = paging_init(&boot, window_size(loader->window_bytes));
    if (wrong != NULL)
        give_up(wrong);
    if (paging_pixels != NULL)
        pixels_init(&boot.framebuffer, paging_pixels);
    cpu_protect();
    fpu_init();
    pic_init();
    pit_init();
    kernel_main(&boot);
}
