/* The two 8259 interrupt controllers. */
#pragma once

#include <arch/arch.h>

#define PIC_LINES        16
#define PIC_LINE_TIMER   0
#define PIC_LINE_CASCADE 2

/* For trap.asm and interrupt.asm, which acknowledge lines themselves. */
#define PIC_MASTER_COMMAND 0x20
#define PIC_MASTER_DATA    0x21
#define PIC_SLAVE_COMMAND  0xa0
#define PIC_SLAVE_DATA     0xa1
#define PIC_END_INTERRUPT  0x20

/* Moves the lines to VECTOR_LINES and masks them all. */
void pic_init(void);
/* False for a spurious interrupt, which it has dealt with. */
bool pic_in_service(unsigned line);
void pic_acknowledge(unsigned line);
/* The line's request waits for the processor. */
bool pic_requested(unsigned line);
/* The machine's own timer line. */
void pic_unmask_timer(void);
