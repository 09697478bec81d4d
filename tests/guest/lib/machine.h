/*
 * What C cannot say: traps with every register in hand. See machine.asm.
 */
#pragma once

#include <stdint.h>

struct all_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, flags;
    uint32_t ds, es, fs, gs;
};

/* int 0x94 with all of these loaded; on return, what came out. */
void trap_all(struct all_registers *r);

/* This code of four bytes in virtual-8086 mode at the start of that segment, where it writes it,
   with these general registers loaded: where ring 3 can set VM, which is in emulators only. Does
   not return. */
_Noreturn void trap_virtual_8086(struct all_registers *r, uint32_t segment, uint32_t code);

/* `out` of al to port dx with all of these loaded. */
void out_all(struct all_registers *r);

/* Counts down from `rounds` with all of these loaded and no call at all; what came out. */
void spin_all(struct all_registers *r, uint32_t rounds);

/* ud2 with all of these loaded, at the label; on return, what came out. */
void fault_all(struct all_registers *r);
extern const char fault_all_at[];
#define FAULT_ALL_BYTES 2

/* A breakpoint with all of these loaded; on return, what came out. */
void breakpoint_all(struct all_registers *r);

/* Reads the address, which is in eax, at the label. */
uint32_t fault_read(uint32_t address);
extern const char fault_read_at[];

/* The flags as they are after `flags` was popped into them (TF must not be set). */
uint32_t flags_after_pop(uint32_t flags);

#define FLAGS_FIXED 0x00000202u /* bit 1 and IF: always set in ring 3 */
#define FLAG_TF     0x00000100u
#define FLAG_IF     0x00000200u
#define FLAG_DF     0x00000400u
#define FLAG_IOPL   0x00003000u
#define FLAG_NT     0x00004000u
#define FLAG_AC     0x00040000u
#define FLAG_ID     0x00200000u

static inline uint16_t flat_data_selector(void)
{
    uint16_t selector;

    __asm__("mov %%ss, %0" : "=r"(selector));
    return selector;
}
