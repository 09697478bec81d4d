; Lab 1: from ring 3 into the kernel.
;
; Stack here: eip, cs, eflags, esp and ss of the caller, as the processor pushed them, in the process's own
; register frame (TSS.esp0 points at its end). What is pushed behind them fills the frame downward; C runs on
; the kernel's stack.

%include "offsets.inc"
%include "entry.inc"

extern lab_call, trap_resume, kernel_stack_top

        section .text

        align 16
global lab_entry
lab_entry:
        pushad
        push    fs
        push    gs
        lea     ecx, [esp - FRAME_GS]   ; the context: its frame comes first
        mov     esp, kernel_stack_top
        enter_c
        push    ecx
        call    lab_call                ; void lab_call(struct arch_context *process)
        jmp     trap_resume
