/*
 * Where the kernel lies, and the numbers that C and assembly share (assembly: by offsets.c).
 */
#pragma once

#include <stdint.h>

#define KERNEL_BASE   0xc0000000u /* the window: physical address 0 is seen here */
#define WINDOW_MOST   0x38000000u /* 896 MB */
#define KERNEL_PIXELS 0xf8000000u /* behind the window: the screen's memory */
#define CHUNK_BYTES   0x00400000u /* what one entry of a page directory maps */
#define TABLE_ENTRIES 1024u

#define KERNEL_STACK_BYTES 16384
#define SIDE_STACK_BYTES   8192 /* panics and double faults; NMI */

/* Of a page directory or table. */
#define ENTRY_PRESENT   0x001u
#define ENTRY_WRITE     0x002u
#define ENTRY_USER      0x004u
#define ENTRY_THROUGH   0x008u
#define ENTRY_UNCACHED  0x010u
#define ENTRY_NOTED     0x060u /* what the processor writes: accessed, dirty */
#define ENTRY_LARGE     0x080u
#define ENTRY_GLOBAL    0x100u
#define ENTRY_IN_WINDOW 0x200u /* ours: a user's page that is within the window's reach */
#define ENTRY_LENT      0x400u /* ours: SPACE_LENT; of a directory: a table that came with one */
#define ENTRY_SHARED    0x800u /* ours: SPACE_SHARED */
#define ENTRY_ADDRESS   0xfffff000u

/* Selectors. The first four stand in the order that sysenter expects. Entries 6 to 8 are kept for
   thread storage, at the places where Linux programs look for theirs. */
#define SELECTOR_KERNEL_CODE  0x08
#define SELECTOR_KERNEL_DATA  0x10
#define SELECTOR_USER_CODE    0x1b
#define SELECTOR_USER_DATA    0x23
#define SELECTOR_TSS          0x28
#define SELECTOR_DOUBLE_FAULT 0x48
#define GDT_ENTRIES           10

#define VECTOR_DEBUG        1
#define VECTOR_NMI          2
#define VECTOR_BREAKPOINT   3
#define VECTOR_OVERFLOW     4
#define VECTOR_NO_FPU       7
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_PROTECTION   13
#define VECTOR_PAGE_FAULT   14
#define EXCEPTIONS          32
#define VECTOR_LINES        0x20 /* interrupt line n arrives here + n */
#define VECTORS             256

#define FLAGS_CLEAN     0x00000002u /* the bit that is always set */
#define FLAGS_TRAP      0x00000100u
#define FLAGS_INTERRUPT 0x00000200u
#define FLAGS_V86       0x00020000u
#define FLAGS_ACCESS    0x00040000u /* AC: in ring 0, SMAP lets the kernel follow user addresses */
/* What a process may keep: CF PF AF ZF SF TF DF OF RF AC ID. Not IOPL, NT, VM, VIF, VIP. */
#define FLAGS_USER 0x00250dd5u

/* From kernel.ld and boot.asm. */
extern char kernel_image_start[], kernel_image_end[]; /* physical start, virtual end */
extern char kernel_text_start[], kernel_text_end[];
extern char kernel_rodata_end[];
extern char kernel_guard[], kernel_stack_bottom[], kernel_stack_top[];
extern char panic_guard[], panic_stack_bottom[], panic_stack_top[];
extern char nmi_guard[], nmi_stack_bottom[], nmi_stack_top[];
