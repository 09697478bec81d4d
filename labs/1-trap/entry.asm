; Lab 1: from ring 3 into the kernel.
;
; Stack here: eip, cs, eflags, esp and ss of the caller, as the processor pushed them, in the process's own
; register frame (TSS.esp0 points at its end).

%include "offsets.inc"
%include "entry.inc"

extern lab_call, trap_resume, kernel_stack_top

        section .text

        align 16
global lab_entry
lab_entry:
        mov     eax, -1
        iretd
