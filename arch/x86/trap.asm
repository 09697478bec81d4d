; Into the kernel and out of it.
;
; A trap from ring 3 pushes into the running process's register frame (TSS.esp0 points at its end)
; and then moves to the one kernel stack, always from its top: nothing on it outlives an upcall. An
; interrupt from ring 0 can only have ended the wait in `idle`, so what it pushed is dropped. An
; exception from ring 0 is a bug of ours: a panic, on a stack of its own.
;
; What user code can set and a gate does not clear (DF, AC, NT) is cleared before C runs. DS and ES
; hold the flat user selector while the kernel runs; FS and GS keep the process's values.
;
; The processor enters virtual-8086 mode from ring 0 alone, but there are emulators (QEMU 7.2 among
; them) whose iret lets ring 3 set VM. A gate then pushes four selectors more, below the place that
; TSS.esp0 names. Such a frame is made one of ring 3 before anything looks at it.
;
; Loading a saved selector can't fault: it was in that register when the processor or this code
; saved it, or arch_context_set_position has checked it, and no descriptor changes while the system
; runs. With thread storage that will change, and then the loads need their check.

%include "offsets.inc"
%include "entry.inc"

extern kernel_nmi, kernel_quantum_left, kernel_tick_due, pit_ticks, rendezvous_call
extern trap_from_call, trap_from_process, trap_from_idle, trap_leave, trap_in_kernel, trap_double_fault
extern kernel_stack_top, panic_stack_top, nmi_stack_top

        section .text

; ---- The call gate: int IPC_VECTOR ------------------------------------------------------------------

; DS and ES come back as the flat user selector, which is what the frame holds for them. Here with
; the boot option fastpath=off; else rendezvous.asm is first, and comes to trap_call_saved with what
; it leaves to C.
        align 16
global trap_call, trap_sysenter
trap_sysenter:
        from_sysenter
trap_call:
        pushad
        push    fs
        push    gs
global trap_call_saved
trap_call_saved:
        test    byte [esp + AT_EFLAGS + FLAGS_V86_BYTE], FLAGS_V86_BIT
        jnz     .from_v86
        lea     ecx, [esp - FRAME_GS]   ; the context: its frame comes first
        mov     esp, kernel_stack_top
        enter_c
        push    ecx
        call    trap_from_call          ; void trap_from_call(struct arch_context *process)
        jmp     trap_resume
.from_v86:                              ; no call: back to ring 3 as it is
        pop     gs
        pop     fs
        popad
        jmp     stub_%+IPC_VECTOR

; ---- Out of the kernel --------------------------------------------------------------------------------

; Runs whoever is next. Never returns to its caller; the stack's contents are not needed any more.
; A frame whose process runs or waits in a call holds the flat selector for ES and DS, always.
global trap_resume
trap_resume:
        mov     esp, kernel_stack_top
        call    trap_leave              ; struct arch_context *trap_leave(void)
        test    eax, eax
        jz      idle
        lea     esp, [eax + FRAME_GS]
.leaves:                                ; for tools/gdb
        mov     es, [esp + AT_ES]
        mov     ds, [esp + AT_DS]
        mov     dword [ss:esp + AT_ES], SELECTOR_USER_DATA
        mov     dword [ss:esp + AT_DS], SELECTOR_USER_DATA
        pop     gs
        pop     fs
        popad
        iretd

; Nobody is ready. sti takes effect after hlt has begun, so no wake-up is lost between them. Only an
; NMI comes back here.
idle:
        mov     esp, kernel_stack_top
        sti
        hlt
        cli
        jmp     idle

; ---- All other vectors ----------------------------------------------------------------------------------

; Stack here: vector, error code, eip, cs, eflags, and from ring 3 esp and ss.
        align 16
general:
        test    byte [esp + PUSHED_EFLAGS + FLAGS_V86_BYTE], FLAGS_V86_BIT
        jnz     from_v86
        test    byte [esp + PUSHED_CS], RING_MASK
        jz      from_kernel
        pop     dword [ss:pushed_vector]
        pop     dword [ss:pushed_error]
        pushad
        push    fs
        push    gs
        mov     [esp + AT_ES], es
        mov     [esp + AT_DS], ds
global trap_general_saved
trap_general_saved:
        lea     ecx, [esp - FRAME_GS]
        mov     esp, kernel_stack_top
        enter_c
        push    dword [pushed_error]
        push    dword [pushed_vector]
        push    ecx
        call    trap_from_process       ; void trap_from_process(struct arch_context *process,
                                        ;                        uint32_t vector, uint32_t error)
        jmp     trap_resume

; Stack here: vector, error code, eip, cs, eflags, esp, ss, es, ds, fs, gs. The first seven move to
; where the last seven are, without a register; cs and ss become those of ring 3.
from_v86:
%assign index 6
%rep 7
        push    dword [esp + 4 * index]
        pop     dword [esp + 4 * (index + 4)] ; the address is taken after the pop
  %assign index index - 1
%endrep
        add     esp, 16
        mov     dword [esp + PUSHED_CS], SELECTOR_USER_CODE
        mov     dword [esp + PUSHED_SS], SELECTOR_USER_DATA
        and     dword [esp + PUSHED_EFLAGS], ~FLAGS_V86
        jmp     general

from_kernel:
        cmp     dword [esp], EXCEPTIONS
        jb      fault_in_kernel
        mov     ecx, [esp]
        mov     esp, kernel_stack_top
        enter_c
        push    ecx
        call    trap_from_idle          ; void trap_from_idle(uint32_t vector)
        jmp     trap_resume

; esp may point anywhere, into the process table too, so the rest is saved on the panic stack.
fault_in_kernel:
        mov     [ss:interrupted_esp], esp
        mov     esp, panic_stack_top
        pushad
        push    fs
        push    gs
        push    ds
        push    es
        mov     ecx, esp
        mov     edx, ebp
        enter_c
        mov     ebp, edx                ; the panic's backtrace goes on into what failed
        push    dword [interrupted_esp]
        push    ecx
        call    trap_in_kernel          ; _Noreturn void trap_in_kernel(const uint32_t *saved,
                                        ;                               const uint32_t *pushed)

; A debug trap. In ring 0 only TF can cause one, and only where user code brought it along: it is
; switched off and forgotten. Needs the 12 bytes that the processor pushed, and no register.
        align 16
trap_debug:
        test    byte [esp + 8 + FLAGS_V86_BYTE], FLAGS_V86_BIT
        jnz     stub_1                  ; cs says nothing about the ring there
        test    byte [esp + 4], RING_MASK
        jnz     stub_1
        and     dword [esp + 8], ~FLAGS_TRAP
        iretd

; The tick. One that finds a process running, and nothing due, ends here. Stack here: eip, cs, eflags, and
; from ring 3 esp and ss.
        align 16
trap_tick:
        inc     dword [ss:pit_ticks]
        test    byte [esp + 8 + FLAGS_V86_BYTE], FLAGS_V86_BIT
        jnz     .from_v86
        test    byte [esp + 4], RING_MASK
        jz      stub_%+VECTOR_TIMER
        inc     dword [esp + EIP_TO_TICKS]
        dec     dword [ss:kernel_quantum_left]
        jz      stub_%+VECTOR_TIMER
        push    eax
        mov     eax, [ss:pit_ticks]
        cmp     eax, [ss:kernel_tick_due]
        je      .due
        mov     al, PIC_END_INTERRUPT
        out     PIC_COMMAND, al
        pop     eax
        iretd
.due:
        pop     eax
        jmp     stub_%+VECTOR_TIMER
.from_v86:
        dec     dword [ss:kernel_quantum_left]
        jmp     stub_%+VECTOR_TIMER

; The non-maskable interrupt, at any moment, also while esp points into the process table: the 12
; bytes that it pushes there fit in the frame's slack. It does not nest before its iret.
        align 16
trap_nmi:
        mov     [ss:nmi_interrupted_esp], esp
        mov     esp, nmi_stack_top
        pushad
        push    ds
        push    es
        enter_c
        call    kernel_nmi              ; void kernel_nmi(void)
        pop     es
        pop     ds
        popad
        mov     esp, [ss:nmi_interrupted_esp]
        iretd

; The double-fault task begins here, on the panic stack, with the processor's error code on it.
global trap_double_fault_task
trap_double_fault_task:
        enter_c
        call    trap_double_fault       ; _Noreturn void trap_double_fault(void)

; ---- One stub a vector ------------------------------------------------------------------------------------

; The vectors for which the processor pushes an error code itself.
%define HAS_ERROR(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)

; The lines of the interrupt controllers begin in interrupt.asm.
%assign vector VECTOR_TIMER + 1
%rep PIC_LINES - 1
  %if IS_FAST_LINE(vector)
extern interrupt_%+vector
global stub_%+vector
  %endif
  %assign vector vector + 1
%endrep

%assign vector 0
%rep VECTORS
stub_%+vector:
  %if !HAS_ERROR(vector)
        push    dword 0
  %endif
        push    dword vector
        jmp     general
  %assign vector vector + 1
%endrep

        section .rodata align=4

; const uint32_t trap_entry[VECTORS]
global trap_entry
trap_entry:
%assign vector 0
%rep VECTORS
  %if vector == VECTOR_DEBUG
        dd trap_debug
  %elif vector == VECTOR_NMI
        dd trap_nmi
  %elif vector == VECTOR_TIMER
        dd trap_tick
  %elif IS_FAST_LINE(vector)
        dd interrupt_%+vector
  %elif vector == IPC_VECTOR
        dd rendezvous_call
  %else
        dd stub_%+vector
  %endif
  %assign vector vector + 1
%endrep

; const uint32_t trap_line_general[PIC_LINES]: for the time when interrupts are recorded.
global trap_line_general
trap_line_general:
%assign vector VECTOR_TIMER
%rep PIC_LINES
  %if vector == VECTOR_TIMER
        dd trap_tick
  %else
        dd stub_%+vector
  %endif
  %assign vector vector + 1
%endrep

        section .bss align=4
global pushed_vector, pushed_error
pushed_vector:       resd 1
pushed_error:        resd 1
interrupted_esp:     resd 1
nmi_interrupted_esp: resd 1
