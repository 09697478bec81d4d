; The common rendezvous: a client's ipc_request to a server that waits in ipc_reply_receive, and the
; server's answer in the next ipc_reply_receive, both with boxes. Everything else goes to C.
;
; It means what C would do (ipc/rendezvous.c, ipc/reply.c, kernel/handover.c), with one thing put
; off: the core's entry of the process that it wakes, and that runs from here on, stays as it was
; during the wait until that process next enters the kernel (ipc_settle). Boot with fastpath=off,
; and it is C's alone.
;
; What it needs to know of a process stands behind its frame (struct arch_rendezvous), and is as
; follows. Entries are named by their distance from the core's table; that times eight is a
; process's distance from the process table.
;
;   partner   It waits in ipc_reply_receive, openly (arch_open): its endpoint.
;             It runs, was woken from such a wait by a request that this file carried out, and
;             nothing but what this file does has happened since: the client's entry.
;             Else: nobody's entry.
;   reach     Whom it may ask: the one is permitted to, both have both boxes, neither has FPU state
;             or ports to change, and the server's priority is not worse than the client's.
;
; Why that is enough. A request: `partner` is the server's endpoint, so the server lives, is of that
; generation, waits for anybody, with its in-box, and nothing of it is pending; `reach` holds all
; rights. Nobody who is ready is better than the client, or the client would not run, so nobody is
; better than the server. An answer: since the client's request nothing has happened, so the client
; waits for this server's answer still, nobody who is ready is better than the client, and nothing
; that the same receive would take can have come. The client's endpoint and ticket are compared, and
; the mask of events; the rest of the server's wait is in its entry still.
;
; A frame that QEMU's virtual-8086 mode pushed (trap.asm) begins 16 bytes lower. There this file
; finds beside_v86 for `partner` and self_v86 for `self`: both lead to C before anything is changed
; that matters.

%include "offsets.inc"

extern trap_call_saved, ipc_table, process_table, descriptors_task
extern rendezvous_nobody_entry, rendezvous_v86_entry ; from kernel.ld: their distances from ipc_table

; Entry `%1` (a register) of the core's table, field `%2`; of the process table.
%define ENTRY(entry, field)   ipc_table + entry + ENTRY_%+field
%define PROCESS(entry, field) process_table + entry * 8 + field

; Nine words from [ds:esi - 4] to the physical address in edi, the first being eax.
%macro copy_message 0
        mov     [edi + KERNEL_BASE], eax
        add     edi, KERNEL_BASE + 4
%rep MESSAGE_WORDS - 1
        movsd
%endrep
%endmacro

; Goes on with the process whose frame's gs esp points at.
%macro leave_kernel 0
        lea     ebp, [esp + AT_END]
        mov     [descriptors_task + TASK_ESP0], ebp
        mov     ebp, [esp + AT_DIRECTORY]
        mov     cr3, ebp                ; two processes never share a space
        pop     gs
        pop     fs
        popad
        iretd
%endmacro

        section .text

        align 16
global rendezvous_call
rendezvous_call:
        pushad
        push    fs
        push    gs
        cld
        cmp     ecx, IPC_REQUEST
        jne     .answer

; eax: the server's endpoint. The server's entry: edx, the client's: ebx.
        test    ebx, ebx
        jnz     trap_call_saved
        movzx   edx, al
        bt      [esp + AT_REACH], edx
        jnc     trap_call_saved
        shl     edx, ENTRY_SHIFT
        cmp     [ss:PROCESS(edx, CONTEXT_PARTNER)], eax
        jne     trap_call_saved
        mov     ebx, [esp + AT_SELF]
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jc      .ticket_zero
; ---- point of no return ----
.ticket:
        mov     ecx, [ss:ENTRY(ebx, REPLY_CALL)]
        mov     es, [esp + AT_DS]
        lds     esi, [esp + AT_OUT_BOX]
        mov     ebp, [ss:esp + AT_IN_BOX]
        mov     [ENTRY(ebx, IN)], ebp
        mov     [ENTRY(ebx, WAITS_FOR)], eax
        mov     dword [ENTRY(ebx, STATE)], IPC_AWAITING
        inc     dword [ENTRY(ebx, SENT)]
        mov     dword [ss:esp + AT_PARTNER], rendezvous_nobody_entry
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        mov     edi, [ENTRY(edx, IN)]
        copy_message
        inc     dword [ENTRY(edx, RECEIVED)]
        lea     esp, [PROCESS(edx, FRAME_GS)]
        mov     [esp + AT_PARTNER], ebx
        mov     cl, IPC_CAME_REQUEST
        mov     [esp + AT_ESI], ecx
        mov     dword [esp + AT_EAX], 0
        leave_kernel

; Tickets go round without 0. Or it is a frame of virtual-8086 mode.
.ticket_zero:
        cmp     ebx, rendezvous_v86_entry
        je      .v86
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     .ticket
.v86:
        sub     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     trap_call_saved

; eax: the client's endpoint, ecx: the call and the ticket, edi: from whom to receive next, edx: which
; events. The client's entry: ebp, the server's: ebx.
        align 16
.answer:
        xor     edi, ANY
        or      edi, ebx
        jnz     trap_call_saved
        mov     ebp, [esp + AT_PARTNER]
        cmp     [ss:ENTRY(ebp, REPLY_CALL)], ecx
        jne     trap_call_saved
        cmp     [ss:ENTRY(ebp, ENDPOINT)], eax
        jne     trap_call_saved
        mov     ebx, [esp + AT_SELF]
        cmp     [ss:ENTRY(ebx, EVENT_MASK)], edx
        jne     trap_call_saved
; ---- point of no return ----
        mov     es, [esp + AT_DS]
        lds     esi, [esp + AT_OUT_BOX]
        inc     dword [ENTRY(ebx, SENT)]
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        mov     [ss:esp + AT_PARTNER], eax
        mov     edi, [ENTRY(ebp, IN)]
        copy_message
        inc     dword [ENTRY(ebp, RECEIVED)]
        lea     esp, [PROCESS(ebp, FRAME_GS)]
        mov     dword [esp + AT_ESI], IPC_CAME_REPLY
        mov     dword [esp + AT_EAX], 0
        leave_kernel

        section .data align=128

; Entries of nobody: their word of call and ticket is never what an answer passes, since IPC_REQUEST is
; no answer; the second one's ticket is the last.
global rendezvous_nobody, rendezvous_v86
rendezvous_nobody:
        times ENTRY_REPLY_CALL db 0
        dd      IPC_REQUEST
        times ENTRY_BYTES - ENTRY_REPLY_CALL - 4 db 0
rendezvous_v86:
        times ENTRY_REPLY_CALL db 0
        dd      0xffff0000 | IPC_REQUEST
        times ENTRY_BYTES - ENTRY_REPLY_CALL - 4 db 0
