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

static bool has_option(const char *line, const char *option)
{
    while (*line != '\0') {
        unsigned i = 0;
        while (option[i] != '\0' && line[i] == option[i])
            i++;
        if (option[i] == '\0' && (line[i] == '\0' || line[i] == ' '))
            return true;
        while (*line != '\0' && *line != ' ')
            line++;
        while (*line == ' ')
            line++;
    }
    return false;
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
    const char *wrong = paging_init(&boot, loader->window_bytes);
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
