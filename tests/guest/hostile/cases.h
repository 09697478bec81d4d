/*
 * The hostile cases, by file: X(function, what it does). Both sides are compiled from these lists:
 * the judge takes names and texts, hostile.c the functions.
 */
#pragma once

#include <stdint.h>

// clang-format off
#define INSTRUCTION_CASES(X)                                                    \
    X(do_cli,        "cli")                                                     \
    X(do_sti,        "sti")                                                     \
    X(do_hlt,        "hlt")                                                     \
    X(do_lgdt,       "lgdt")                                                    \
    X(do_lidt,       "lidt")                                                    \
    X(do_lldt,       "lldt")                                                    \
    X(do_ltr,        "ltr")                                                     \
    X(do_lmsw,       "lmsw")                                                    \
    X(do_clts,       "clts")                                                    \
    X(do_read_cr0,   "mov from CR0")                                            \
    X(do_write_cr0,  "mov to CR0")                                              \
    X(do_read_cr2,   "mov from CR2")                                            \
    X(do_read_cr3,   "mov from CR3")                                            \
    X(do_write_cr3,  "mov to CR3")                                              \
    X(do_read_cr4,   "mov from CR4")                                            \
    X(do_write_cr4,  "mov to CR4")                                              \
    X(do_read_dr0,   "mov from DR0")                                            \
    X(do_write_dr0,  "mov to DR0")                                              \
    X(do_read_dr7,   "mov from DR7")                                            \
    X(do_write_dr7,  "mov to DR7")                                              \
    X(do_invd,       "invd")                                                    \
    X(do_wbinvd,     "wbinvd")                                                  \
    X(do_invlpg,     "invlpg")                                                  \
    X(do_rdmsr,      "rdmsr")                                                   \
    X(do_wrmsr,      "wrmsr")                                                   \
    X(do_rdpmc,      "rdpmc")                                                   \
    X(do_xsetbv,     "xsetbv")                                                  \
    X(do_rsm,        "rsm")                                                     \
    X(do_sysenter,   "sysenter")                                                \
    X(do_sysexit,    "sysexit")                                                 \
    X(do_syscall,    "syscall")                                                 \
    X(do_sysret,     "sysret")                                                  \
    X(do_mwait,      "mwait")                                                   \
    X(do_in_dx,      "in al, dx")                                               \
    X(do_in_imm,     "in al, 0x60")                                             \
    X(do_in_word,    "in ax, dx")                                               \
    X(do_in_long,    "in eax, dx")                                              \
    X(do_out_dx,     "out dx, al")                                              \
    X(do_out_imm,    "out 0x64, al")                                            \
    X(do_out_long,   "out dx, eax")                                             \
    X(do_insb,       "insb")                                                    \
    X(do_rep_outsb,  "rep outsb")                                               \
    X(do_ud2,        "ud2")                                                     \
    X(do_lock_add,   "lock with a register")                                    \
    X(do_f00f,       "lock cmpxchg8b with a register")                          \
    X(do_int3,       "int3")                                                    \
    X(do_int1,       "int1")                                                    \
    X(do_into,       "into with OF")                                            \
    X(do_into_not,   "into without OF")                                         \
    X(do_bound,      "bound")                                                   \
    X(do_divide,     "divide by zero")                                          \
    X(do_idivide,    "idiv that overflows")                                     \
    X(do_aam,        "aam 0")                                                   \
    X(do_x87_error,  "x87: division by zero, unmasked")                         \
    X(do_sse_error,  "SSE: division by zero, unmasked")                         \
    X(do_sgdt,       "sgdt")                                                    \
    X(do_sidt,       "sidt")                                                    \
    X(do_sldt,       "sldt")                                                    \
    X(do_str,        "str")                                                     \
    X(do_smsw,       "smsw")

#define CONTROL_CASES(X)                                                        \
    X(jump_zero,     "jump to 0")                                               \
    X(jump_unmapped, "jump to where nothing is mapped")                         \
    X(jump_kernel,   "jump into the kernel")                                    \
    X(jump_top,      "jump to the last byte of memory")                         \
    X(far_jump,      "far jump to the kernel's code segment")                   \
    X(far_call,      "far call to the kernel's code segment")                   \
    X(far_jump_tss,  "far jump to the task state")                              \
    X(far_jump_task, "far jump to the double fault's task")                     \
    X(iret_ring_0,   "iret to ring 0")                                          \
    X(retf_ring_0,   "retf to ring 0")                                          \
    X(iret_nested,   "iret with NT")                                            \
    X(v86_here,      "iret to virtual-8086 mode")                               \
    X(popf_iopl,     "popf with IOPL 3 and without IF")                         \
    X(tf_nop,        "TF before nop")                                           \
    X(tf_trap,       "TF before the trap")                                      \
    X(tf_blocked,    "TF before a trap that waits")                             \
    X(tf_int3,       "TF before int3")                                          \
    X(tf_fault,      "TF before ud2")                                           \
    X(tf_mov_ss,     "TF, mov to SS, then the trap")                            \
    X(mov_ss_trap,   "mov to SS, then the trap")                                \
    X(flags_sysenter, "TF, NT, DF and AC before sysenter")                      \
    X(tf_iret,       "TF set by iret")                                          \
    X(ac_unaligned,  "AC and an unaligned access")                              \
    X(df_spin,       "DF through interrupts")                                   \
    X(esp_zero,      "the trap with esp 0")                                     \
    X(esp_kernel,    "the trap with esp in the kernel")                         \
    X(esp_odd,       "the trap with an odd esp")                                \
    X(esp_spin,      "interrupts with esp in the kernel")                       \
    X(esp_fault,     "a fault with esp 0")                                      \
    X(odd_code,      "data can be executed")                                    \
    X(stack_code,    "the stack can be executed")                               \
    X(exit_twice,    "SYS_EXIT by hand does not return")

#define MEMORY_CASES(X)                                                         \
    X(read_null,     "read of address 0")                                       \
    X(write_null,    "write to address 0")                                      \
    X(read_unmapped, "read where nothing is mapped")                            \
    X(write_code,    "write to its own code")                                   \
    X(write_const,   "write to its own constants")                              \
    X(read_kernel,   "read of the kernel's first byte")                         \
    X(write_kernel,  "write to the kernel's code")                              \
    X(read_top,      "read of the last word of memory")                         \
    X(read_edge,     "read across the end of user memory")                      \
    X(read_vga,      "read of the screen's memory")                             \
    X(push_zero,     "push with esp 0")                                         \
    X(push_kernel,   "push with esp in the kernel")                             \
    X(heap_end,      "write past the heap")                                     \
    X(heap_before,   "write before the heap")                                   \
    X(stack_over,    "stack overflow")                                          \
    X(stack_above,   "write above the stack")                                   \
    X(movs_kernel,   "rep movsd into the kernel")                               \
    X(cmpxchg_kernel, "cmpxchg to the kernel")

/* By a process that has memory below 1 MB. */
#define LOW_CASES(X)                                                            \
    X(v86_fault,     "iret to virtual-8086 mode, and a fault there")            \
    X(v86_trap,      "iret to virtual-8086 mode, and the trap there")           \
    X(v86_int,       "iret to virtual-8086 mode, and int 0x21 there")           \
    X(v86_int3,      "iret to virtual-8086 mode, and int3 there")               \
    X(v86_spin,      "iret to virtual-8086 mode, and interrupts there")         \
    X(v86_spin_as_ring_3, "the same in a segment that ends as ring 3's do")
// clang-format on

#define HOSTILE_CASES(X) INSTRUCTION_CASES(X) CONTROL_CASES(X) MEMORY_CASES(X) LOW_CASES(X)

#define HOSTILE_CASE_DECLARE(function, text) void function(void);
HOSTILE_CASES(HOSTILE_CASE_DECLARE)
#undef HOSTILE_CASE_DECLARE

/* Cases with a number, named by a letter. */
#define CASE_INT   'n' /* int NUMBER */
#define CASE_READ  'r' /* reads that address */
#define CASE_WRITE 'w' /* writes to it */
#define CASE_FRAME 'b' /* ud2 with ebp there, for backtraces */
#define CASE_IRET  't' /* iret to that code selector */
