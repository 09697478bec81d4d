; The common rendezvous: a client's ipc_request to a server that waits in ipc_reply_receive, and the
; server's answer in the next ipc_reply_receive; each with boxes or with a message within one page.
; Everything else goes to C.
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
;   partner   It waits in ipc_reply_receive, openly (arch_open): its endpoint; with WITH_MESSAGE when
;             it waits with a message of its own.
;             It runs, was woken from such a wait by a request that this file carried out, and
;             nothing but what this file does has happened since: the client's entry; or, when it
;             had waited with a message of its own, rendezvous_client's, and `client` is the client's.
;             Else: nobody's entry.
;   reach     Whom it may ask: the one is permitted to, neither has FPU state or ports to change, and
;             the server's priority is not worse than the client's. reach_boxes: nobody, when it
;             lacks a box.
;
; Why that is enough. A request: `partner` is the server's endpoint, so the server lives, is of that
; generation, waits for anybody, and nothing of it is pending; `reach` holds all rights. Nobody who is
; ready is better than the client, or the client would not run, so nobody is better than the server.
; An answer: since the client's request nothing has happened, so the client waits for this server's
; answer still, nobody who is ready is better than the client, and nothing that the same receive would
; take can have come. The client's endpoint and ticket are compared, and the mask of events; the rest
; of the server's wait is in its entry still.
;
; A frame that QEMU's virtual-8086 mode pushed (trap.asm) begins 16 bytes lower. There this file
; finds partner_v86 for `partner`, self_v86 for `self` and directory_v86 for `directory`: all lead to C
; before anything is changed that matters.

%include "offsets.inc"
%include "sysenter.inc"

extern trap_call_saved, ipc_table, process_table, descriptors_task
; From kernel.ld: the distances of the entries below from ipc_table.
extern rendezvous_nobody_entry, rendezvous_client_entry, rendezvous_v86_entry

WITH_MESSAGE equ 0x80000000 ; no endpoint has this bit

; Field `%2` of entry `%1` (a register) of the core's table; of the process table.
%define ENTRY(entry, field)   ipc_table + entry + ENTRY_%+field
%define PROCESS(entry, field) process_table + entry * 8 + field

; The physical place of the message at ebx, which the process may write, in ebp; or goes to C. The
; page tables are looked at as arch_space_find does; the kernel's half has no entry that is the user's. Clobbers esi, edi.
%macro find_message 0
        mov     ebp, ebx
        and     ebp, PAGE_BYTES - 1
        cmp     ebp, PAGE_BYTES - MESSAGE_BYTES
        ja      trap_call_saved         ; it straddles two
        test    bl, 3
        jnz     trap_call_saved
        mov     esi, ebx
        shr     esi, 22
        mov     edi, [esp + AT_DIRECTORY]
        mov     edi, [ss:edi + esi * 4 + KERNEL_BASE]
        xor     edi, ENTRY_USERS
        test    edi, ENTRY_USERS
        jnz     trap_call_saved
        and     edi, ENTRY_FRAME
        mov     esi, ebx
        shr     esi, PAGE_SHIFT
        and     esi, TABLE_ENTRIES - 1
        mov     esi, [ss:edi + esi * 4 + KERNEL_BASE]
        xor     esi, ENTRY_USERS | ENTRY_IN_WINDOW
        test    esi, ENTRY_USERS | ENTRY_IN_WINDOW
        jnz     trap_call_saved
        and     esi, ENTRY_FRAME
        or      ebp, esi
%endmacro

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

; A request. In: eax the server's endpoint, edx its entry. `%1`, the client's message: `boxes`, or
; `message` at the physical address in ebp; `%2`: with what the server waits.
%macro request 2
        mov     ebx, [esp + AT_SELF]
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jc      %%ticket_zero
; ---- point of no return ----
%%ticket:
        mov     ecx, [ss:ENTRY(ebx, REPLY_CALL)]
        mov     es, [esp + AT_DS]
  %ifidn %1, boxes
        lds     esi, [esp + AT_OUT_BOX]
        mov     ebp, [ss:esp + AT_IN_BOX]
  %else
        mov     ds, [esp + AT_DS]
        lea     esi, [ebp + KERNEL_BASE + 4]
  %endif
        mov     [ENTRY(ebx, IN)], ebp
        mov     [ENTRY(ebx, WAITS_FOR)], eax
        mov     dword [ENTRY(ebx, STATE)], IPC_AWAITING
        mov     dword [ENTRY(ebx, EVENT_MASK)], 0 ; it may be a server that was woken by a request
        mov     dword [ss:esp + AT_PARTNER], rendezvous_nobody_entry
        inc     dword [ENTRY(ebx, SENT)]
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        mov     edi, [ENTRY(edx, IN)]
        copy_message
        inc     dword [ENTRY(edx, RECEIVED)]
        lea     esp, [PROCESS(edx, FRAME_GS)]
  %ifidn %2, boxes
        mov     [esp + AT_PARTNER], ebx
  %else
        mov     dword [esp + AT_PARTNER], rendezvous_client_entry
        mov     [esp + AT_CLIENT], ebx
  %endif
        mov     cl, IPC_CAME_REQUEST
        mov     [esp + AT_ESI], ecx
        mov     dword [esp + AT_EAX], 0
        leave_kernel

; Tickets go round without 0. Or it is a frame of virtual-8086 mode.
%%ticket_zero:
        cmp     ebx, rendezvous_v86_entry
        je      v86
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     %%ticket
%endmacro

; To C, unless the process may ask the one in the slot of eax, by the bits in `%1`. Out: edx its entry.
%macro find_server 1
        movzx   edx, al
        bt      [esp + %1], edx
        jnc     trap_call_saved
        shl     edx, ENTRY_SHIFT
%endmacro

; To `%1`, unless it waits openly with its boxes; with a message of its own.
%macro unless_with_boxes 1
        cmp     [ss:PROCESS(edx, CONTEXT_PARTNER)], eax
        jne     %1
%endmacro
%macro unless_with_message 1
        lea     ecx, [eax + WITH_MESSAGE]
        cmp     [ss:PROCESS(edx, CONTEXT_PARTNER)], ecx
        jne     %1
%endmacro

; To C, unless ecx is the call and ticket that answer the client with entry `%1`, eax is its endpoint,
; and edx the events for which the server with entry ebx, the caller, waited.
%macro check_answer 1
        cmp     [ss:ENTRY(%1, REPLY_CALL)], ecx
        jne     trap_call_saved
        cmp     [ss:ENTRY(%1, ENDPOINT)], eax
        jne     trap_call_saved
        mov     ebx, [esp + AT_SELF]
        cmp     [ss:ENTRY(ebx, EVENT_MASK)], edx
        jne     trap_call_saved
%endmacro

; The client with entry `%1`, a register, gets its answer from [ds:esi - 4] and goes on.
%macro finish_answer 1
        mov     edi, [ENTRY(%1, IN)]
        copy_message
        inc     dword [ENTRY(%1, RECEIVED)]
        lea     esp, [PROCESS(%1, FRAME_GS)]
        mov     dword [esp + AT_ESI], IPC_CAME_REPLY
        mov     dword [esp + AT_EAX], 0
        leave_kernel
%endmacro

        section .text

; eax, ebx, ecx, edx, edi: as abi/calls.h has them.
        align 16
global rendezvous_call, rendezvous_sysenter
rendezvous_sysenter:
        from_sysenter
rendezvous_call:
        pushad
        push    fs
        push    gs
        cld
        cmp     ecx, IPC_REQUEST
        jne     .answer
        test    ebx, ebx
        jnz     .request_with_message
        find_server AT_REACH_BOXES
        unless_with_boxes .server_with_message
        request boxes, boxes

        align 16
.answer:
        xor     edi, ANY
        or      edi, ebx
        jnz     .answer_with_message
        mov     ebp, [esp + AT_PARTNER] ; the client's entry
        check_answer ebp
; ---- point of no return ----
        mov     es, [esp + AT_DS]
        lds     esi, [esp + AT_OUT_BOX]
        inc     dword [ENTRY(ebx, SENT)]
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        mov     [ss:esp + AT_PARTNER], eax
        finish_answer ebp

; ---- The same with messages of their own ----------------------------------------------------------------

.server_with_message:
        unless_with_message trap_call_saved
        request boxes, message

        align 16
.request_with_message:
        find_message
        find_server AT_REACH
        unless_with_message .server_with_boxes
        request message, message
.server_with_boxes:
        unless_with_boxes trap_call_saved
        request message, boxes

        align 16
.answer_with_message:
        cmp     dword [esp + AT_EDI], ANY
        jne     trap_call_saved
        cmp     dword [esp + AT_PARTNER], rendezvous_client_entry
        jne     trap_call_saved
        find_message
        mov     edi, [esp + AT_CLIENT]  ; the client's entry
        check_answer edi
; ---- point of no return ----
        mov     es, [esp + AT_DS]
        mov     ds, [esp + AT_DS]
        mov     [ENTRY(ebx, IN)], ebp
        inc     dword [ENTRY(ebx, SENT)]
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        lea     ecx, [eax + WITH_MESSAGE]
        mov     [ss:esp + AT_PARTNER], ecx
        lea     esi, [ebp + KERNEL_BASE + 4]
        mov     edx, edi
        finish_answer edx

v86:
        sub     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     trap_call_saved

        section .data align=128

; Entries of nobody: their word of call and ticket is never what an answer passes, since IPC_REQUEST is
; no answer; the last one's ticket is the last that there is.
%macro entry_of_nobody 1
        times ENTRY_REPLY_CALL db 0
        dd      %1
        times ENTRY_BYTES - ENTRY_REPLY_CALL - 4 db 0
%endmacro

global rendezvous_nobody, rendezvous_client, rendezvous_v86
rendezvous_nobody:
        entry_of_nobody IPC_REQUEST
rendezvous_client:
        entry_of_nobody IPC_REQUEST
rendezvous_v86:
        entry_of_nobody 0xffff0000 | IPC_REQUEST
