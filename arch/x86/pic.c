/*
 * The two 8259 interrupt controllers. The second one hangs on the first one's line 2. A line is
 * acknowledged when its interrupt arrives; devices' lines are masked until their driver is done.
 */
#include "pic.h"

#include "layout.h"
#include "ports.h"

#define MASTER_COMMAND PIC_MASTER_COMMAND
#define MASTER_DATA    PIC_MASTER_DATA
#define SLAVE_COMMAND  PIC_SLAVE_COMMAND
#define SLAVE_DATA     PIC_SLAVE_DATA

#define INIT_FOUR_WORDS 0x11
#define INIT_8086       0x01
#define END_INTERRUPT   PIC_END_INTERRUPT
#define READ_REQUESTS   0x0a
#define READ_SERVICE    0x0b

uint32_t pic_masked = 0xffff; /* interrupt.asm masks lines, too */

static void write_masks(void)
{
    out8(MASTER_DATA, (uint8_t)pic_masked);
    out8(SLAVE_DATA, (uint8_t)(pic_masked >> 8));
}

static void command(uint16_t port, uint8_t value)
{
    out8(port, value);
    port_pause();
}

void pic_init(void)
{
    command(MASTER_COMMAND, INIT_FOUR_WORDS);
    command(SLAVE_COMMAND, INIT_FOUR_WORDS);
    command(MASTER_DATA, VECTOR_LINES);
    command(SLAVE_DATA, VECTOR_LINES + 8);
    command(MASTER_DATA, 1 << PIC_LINE_CASCADE);
    command(SLAVE_DATA, PIC_LINE_CASCADE);
    command(MASTER_DATA, INIT_8086);
    command(SLAVE_DATA, INIT_8086);
    pic_masked = 0xffff & ~(1u << PIC_LINE_CASCADE);
    write_masks();
}

static uint8_t read_register(unsigned line, uint8_t which)
{
    const uint16_t port = line < 8 ? MASTER_COMMAND : SLAVE_COMMAND;
    out8(port, which);
    return in8(port);
}

/* Lines 7 and 15 are where a controller sends a request that went away again. */
bool pic_in_service(unsigned line)
{
    if (line % 8 != 7 || (read_register(line, READ_SERVICE) & 0x80) != 0)
        return true;
    if (line == 15)
        pic_acknowledge(PIC_LINE_CASCADE);
    return false;
}

void pic_acknowledge(unsigned line)
{
    if (line >= 8)
        out8(SLAVE_COMMAND, END_INTERRUPT);
    out8(MASTER_COMMAND, END_INTERRUPT);
}

bool pic_requested(unsigned line)
{
    return (read_register(line, READ_REQUESTS) & 1u << line % 8) != 0;
}

bool arch_line_usable(unsigned line)
{
    return line < PIC_LINES && line != PIC_LINE_TIMER && line != PIC_LINE_CASCADE;
}

void arch_line_mask(unsigned line)
{
    if (!arch_line_usable(line))
        return;
    pic_masked |= 1u << line;
    write_masks();
}

void arch_line_unmask(unsigned line)
{
    if (!arch_line_usable(line))
        return;
    pic_masked &= ~(1u << line);
    write_masks();
}

void pic_unmask_timer(void)
{
    pic_masked &= ~(1u << PIC_LINE_TIMER);
    write_masks();
}
