; An interrupt for a driver that waits for it.
;
; The common interrupt finds a process running whose priority is worse than that of the driver, and the
; driver in a receive that takes the line's event. Then this file masks and acknowledges the line, writes
; the message of the event, and goes on with the driver, as ipc_post, the scheduler and trap_leave would.
; Everything else goes to C. Two things are put off until somebody enters C: that the driver is
; runnable (ipc_settle), as after a rendezvous; and that the interrupted process, which is
; `interrupt_displaced` until then, is the first of its priority (arch_displaced).
;
; Lines 7 and 15, where spurious requests come, and those that find nobody running are C's.
;
; Why that is enough. Whoever runs is not worse than anybody who is ready, so the driver is better than
; all of them. Whether it waits, its `partner` says (rendezvous.asm); it then has no events pending that
; it accepts, so the message holds this one alone. The driver has neither FPU state nor ports, and whom it
; displaces has no FPU state; its ports are taken away, and C gives them back.

%include "offsets.inc"
%include "entry.inc"

extern trap_general_saved, pushed_vector, pushed_error
extern ipc_table, process_table, descriptors_task, pic_masked
extern flat, rendezvous_nobody_entry

        section .text

%assign vector VECTOR_TIMER + 1
%rep PIC_LINES - 1
  %if IS_FAST_LINE(vector)
extern stub_%+vector
        align 16
global interrupt_%+vector
interrupt_%+vector:
        test    byte [esp + 8 + FLAGS_V86_BYTE], FLAGS_V86_BIT
        jnz     stub_%+vector
        test    byte [esp + 4], RING_MASK
        jz      stub_%+vector
        pushad
        mov     ebx, vector - VECTOR_TIMER
        jmp     raised
  %endif
  %assign vector vector + 1
%endrep

; ebx: the line.
        align 16
raised:
        push    fs
        push    gs
        mov     [esp + AT_ES], es
        mov     [esp + AT_DS], ds
        mov     edx, [ss:interrupt_lines + ebx * 8]     ; the driver's entry
        mov     ecx, [ss:interrupt_lines + ebx * 8 + 4] ; its event
        test    [ss:ENTRY(edx, EVENT_MASK)], ecx
        jz      .general
        mov     eax, [ss:PROCESS(edx, CONTEXT_PARTNER)]
        cmp     eax, PARTNER_RECEIVER
        je      .receiver
        cmp     eax, PARTNER_MESSAGE
        je      .waits
        cmp     eax, [ss:ENTRY(edx, ENDPOINT)]
        jne     .general
.waits:
        mov     eax, [esp + AT_NOT_WORSE]
        cmp     [ss:PROCESS(edx, CONTEXT_NOT_WORSE)], eax
        jae     .general
        test    byte [esp + AT_MAY], MAY_LEAVE
        jz      .general
        test    byte [ss:PROCESS(edx, CONTEXT_MAY)], MAY_ENTER
        jz      .general
        cmp     dword [ss:interrupt_displaced], rendezvous_nobody_entry
        jne     .general
; ---- point of no return ----
        mov     ds, [ss:flat]
        mov     es, [ss:flat]
        mov     word [descriptors_task + TASK_BITMAP], BITMAP_NONE
        mov     eax, [esp + AT_SELF]
        mov     [interrupt_displaced], eax
        bts     [pic_masked], ebx
        test    bl, 8
        jnz     .slave
        mov     al, [pic_masked]
        out     PIC_MASTER_DATA, al
.masked:
        mov     al, PIC_END_INTERRUPT
        out     PIC_COMMAND, al
        mov     edi, [ENTRY(edx, IN)]
        xor     eax, eax
        mov     dword [edi + KERNEL_BASE], HARDWARE
        mov     dword [edi + KERNEL_BASE + 4], IPC_EVENT_MESSAGE
        mov     [edi + KERNEL_BASE + 8], ecx
%assign word 3
%rep MESSAGE_WORDS - 3
        mov     [edi + KERNEL_BASE + 4 * word], eax
  %assign word word + 1
%endrep
.delivered:                             ; for tools/gdb
        mov     [PROCESS(edx, FRAME_EAX)], eax
        mov     dword [PROCESS(edx, FRAME_ESI)], IPC_CAME_EVENTS
        mov     dword [PROCESS(edx, CONTEXT_PARTNER)], rendezvous_nobody_entry
        lea     esp, [PROCESS(edx, FRAME_GS)]
        leave_kernel

.slave:
        mov     al, [pic_masked + 1]
        out     PIC_SLAVE_DATA, al
        mov     al, PIC_END_INTERRUPT
        out     PIC_SLAVE_COMMAND, al
        jmp     .masked

.receiver:
        cmp     dword [ss:PROCESS(edx, CONTEXT_ACCEPTS)], ANY
        je      .waits
.general:
        add     ebx, VECTOR_TIMER
        mov     [ss:pushed_vector], ebx
        mov     dword [ss:pushed_error], 0
        jmp     trap_general_saved

        section .data align=128

; The entry of the process that an interrupt displaced, and that is ready though the scheduler does not
; know it.
global interrupt_displaced
interrupt_displaced:
        dd      rendezvous_nobody_entry

; Of each line the entry of its driver, else nobody's, and the event that the driver chose.
        align 8
global interrupt_lines
interrupt_lines:
%rep PIC_LINES
        dd      rendezvous_nobody_entry, 0
%endrep
