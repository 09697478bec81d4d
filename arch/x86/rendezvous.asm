; The calls that need no C: a client's ipc_request to a server that waits in ipc_reply_receive, and the
; server's answer in the next ipc_reply_receive, with boxes, with messages of their own or with
; messages in two pages; a plain send to one who waits in a plain receive, and the receive behind it;
; echo; numbers that are no call; the time of SYSTEM and its copies, for which C has a short function. Everything
; else goes the general way.
;
; It means what C would do (ipc/rendezvous.c, ipc/reply.c, kernel/handover.c), with one thing put
; off: the core's entry of a process that it wakes stays as it was during the wait until that
; process, or for a send whoever runs, next enters the kernel (kernel_enter). Boot with
; fastpath=off, and it is C's alone.
;
; What it needs to know of a process stands behind its frame (struct arch_rendezvous), and is as
; follows. Entries are named by their distance from the core's table; that times eight is a
; process's distance from the process table.
;
;   partner   It waits in ipc_reply_receive, openly (arch_open): with boxes its endpoint, with a message
;             of its own PARTNER_MESSAGE, with one in two pages PARTNER_APART.
;             It runs, was woken from such a wait by a request that this file carried out, and
;             nothing but what this file does has happened since: the client's entry; or, when it
;             had waited with a message of its own, rendezvous_client's, and `client` is the client's;
;             or, with a message in two pages on either side, rendezvous_apart_client's, and so is `client`.
;             It waits in a plain receive, openly (arch_accept): PARTNER_RECEIVER, and `accepts` is
;             the source. Else: nobody's entry.
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
; A target is whatever the client's eax holds, and one comparison with `partner` decides whether a server with boxes
; gets it. So no other `partner` may equal it. All that are neither endpoint nor a client's entry have slot 255 for
; their low byte, and no `reach` has that slot's bit: what is asked of the last slot is C's. A client's entry is
; `partner` of one who runs, or whom an interrupt has displaced: who runs now is better, and its `reach` has not
; that one.
;
; A frame that QEMU's virtual-8086 mode pushed (trap.asm) begins 16 bytes lower. There this file
; finds partner_v86 for `partner`, self_v86 for `self`, directory_v86 for `directory` and may_v86 for `may`:
; all lead to C before anything is changed that matters. A number that is no call is refused there, too.

; Assembled twice. With TRACED (rendezvous_traced.asm) requests and answers leave a record in the kernel's trace
; as well, and everything else goes to C, which records it; that text is behind the gates while everything is
; recorded, so that this one pays nothing for it.

%include "offsets.inc"
%include "entry.inc"

%ifdef TRACED
  %define UNLESS_TRACED(label) trap_call_saved
%else
  %define UNLESS_TRACED(label) label
%endif

extern trap_call_saved, kernel_ask, kernel_stack_top, ipc_table, process_table, descriptors_task, kernel_ready_mask
extern interrupt_displaced
; From kernel.ld: the distances of the entries below from ipc_table.
extern kernel_trace_ring, kernel_trace_written
extern rendezvous_nobody_entry, rendezvous_client_entry, rendezvous_apart_client_entry, rendezvous_v86_entry

; The physical page of the user address `%1` in esi, which the process may write; or goes to C. The page
; tables are looked at as arch_space_find does; the kernel's half has no entry that is the user's. Clobbers
; edi.
%macro find_page 1
        mov     esi, %1
        shr     esi, 22
        mov     edi, [esp + AT_DIRECTORY]
        mov     edi, [ss:edi + esi * 4 + KERNEL_BASE]
        xor     edi, ENTRY_USERS
        test    edi, ENTRY_USERS
        jnz     trap_call_saved
        and     edi, ENTRY_FRAME
        mov     esi, %1
        shr     esi, PAGE_SHIFT
        and     esi, TABLE_ENTRIES - 1
        mov     esi, [ss:edi + esi * 4 + KERNEL_BASE]
        xor     esi, ENTRY_USERS | ENTRY_IN_WINDOW
        test    esi, ENTRY_USERS | ENTRY_IN_WINDOW
        jnz     trap_call_saved
        and     esi, ENTRY_FRAME
%endmacro

; The physical place of the message at ebx in ebp, to `%1` when it straddles two pages. Clobbers esi, edi.
%macro find_message 0-1 trap_call_saved
        mov     ebp, ebx
        and     ebp, PAGE_BYTES - 1
        cmp     ebp, PAGE_BYTES - MESSAGE_BYTES
        ja      %1
        test    bl, 3
        jnz     trap_call_saved
        find_page ebx
        or      ebp, esi
%endmacro

; The same for one that straddles: it is what the caller waits with. Out: esi its word 1, as the caller sees it,
; ebp the bounce. Clobbers ecx, edi.
%macro wait_apart 0
        test    bl, 3
        jnz     trap_call_saved
        lea     ecx, [ebx + MESSAGE_BYTES - 1]
        find_page ecx
        mov     ecx, esi
        find_page ebx
        mov     edi, ebx
        and     edi, PAGE_BYTES - 1
        or      esi, edi
        sub     edi, PAGE_BYTES
        neg     edi
        mov     [esp + AT_DELIVER_FIRST], esi
        mov     [esp + AT_DELIVER_SECOND], ecx
        mov     [esp + AT_DELIVER_BYTES], edi
        lea     esi, [ebx + 4]
        mov     ebp, [esp + AT_BOUNCE]
%endmacro

; The flat segments, and leave to read at the user's own addresses, which SMAP forbids without AC. The iretd
; of leave_kernel takes it back.
%macro open_user_memory 0
        mov     ds, [ss:flat]
        mov     es, [ss:flat]
        push    dword FLAGS_CLEAN | FLAGS_ACCESS
        popfd
%endmacro

; Nine words from [ds:esi - 4] to where the process with entry edx waits with its message, the first being
; eax. Clobbers ecx, edi, ebp.
%macro deliver 0
        mov     ecx, [PROCESS(edx, CONTEXT_DELIVER_BYTES)]
        test    ecx, ecx
        jnz     %%apart
        mov     edi, [ENTRY(edx, IN)]
        copy_message
        jmp     %%delivered
%%apart:
        mov     edi, [PROCESS(edx, CONTEXT_DELIVER_FIRST)]
        mov     [edi + KERNEL_BASE], eax
        add     edi, KERNEL_BASE + 4
        shr     ecx, 2
        mov     ebp, MESSAGE_WORDS
        sub     ebp, ecx
        dec     ecx
        rep     movsd
        mov     edi, [PROCESS(edx, CONTEXT_DELIVER_SECOND)]
        add     edi, KERNEL_BASE
        mov     ecx, ebp
        rep     movsd
        mov     [PROCESS(edx, CONTEXT_DELIVER_BYTES)], ecx
%%delivered:
        inc     dword [ENTRY(edx, RECEIVED)]
%endmacro

; Nine words from [ds:esi - 4] to the physical address in edi, the first being eax.
%macro copy_message 0
        mov     [edi + KERNEL_BASE], eax
        add     edi, KERNEL_BASE + 4
%rep MESSAGE_WORDS - 1
        movsd
%endrep
%endmacro

; What the process with entry `%1` has done to the one with entry `%2`, to which esp belongs already: the message
; ends at edi - KERNEL_BASE's view, and `%3` is the second result of the other's call. Clobbers all but esp.
%macro record 3
  %ifdef TRACED
        lea     esi, [edi - 4 * (MESSAGE_WORDS - 1)]
        mov     edi, [kernel_trace_ring + RING_NEXT]
        mov     dword [edi + RECORD_WHAT], RECORD_RENDEZVOUS
        mov     eax, [ENTRY(%1, ENDPOINT)]
        mov     [edi + RECORD_FROM], eax
        mov     eax, [ENTRY(%2, ENDPOINT)]
        mov     [edi + RECORD_TO], eax
        mov     eax, [PROCESS(%1, FRAME_ECX)]
        mov     [edi + RECORD_CALL], eax
        mov     dword [edi + RECORD_RESULT], 0
        mov     dword [edi + RECORD_SECOND], %3
        rdtsc
        mov     [edi + RECORD_TIME], eax
        mov     [edi + RECORD_TIME + 4], edx
        add     edi, RECORD_TYPE
    %rep MESSAGE_WORDS - 1
        movsd
    %endrep
        cmp     edi, [kernel_trace_ring + RING_END]
        jne     %%recorded
        mov     edi, [kernel_trace_ring + RING_FIRST]
%%recorded:
        mov     [kernel_trace_ring + RING_NEXT], edi
        mov     eax, [kernel_trace_written]
        add     dword [eax], 1
        adc     dword [eax + 4], 0
  %endif
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
        record  ebx, edx, ecx
        leave_kernel

; Tickets go round without 0. Or it is a frame of virtual-8086 mode.
%%ticket_zero:
        cmp     ebx, rendezvous_v86_entry
        je      v86
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     %%ticket
%endmacro

; To `%2`, unless the process may ask the one in the slot of eax, by the bits in `%1`. Out: edx its entry.
%macro find_server 1-2 trap_call_saved
        movzx   edx, al
        bt      [esp + %1], edx
        jnc     %2
        shl     edx, ENTRY_SHIFT
%endmacro

; To `%1`, unless it waits openly with its boxes; with a message of its own.
%macro unless_with_boxes 1
        cmp     [ss:PROCESS(edx, CONTEXT_PARTNER)], eax
        jne     %1
%endmacro
%macro unless_with_message 1
        cmp     dword [ss:PROCESS(edx, CONTEXT_PARTNER)], PARTNER_MESSAGE
        jne     %1
        cmp     [ss:ENTRY(edx, ENDPOINT)], eax
        jne     trap_call_saved
%endmacro

; To C, unless ecx is the call and ticket that answer the client with entry `%1`, eax is its endpoint,
; and edx the events for which the server with entry ebx, the caller, waited.
%macro check_answer 1
        cmp     [ss:ENTRY(%1, REPLY_CALL)], ecx
        jne     UNLESS_TRACED(other_again)
        cmp     [ss:ENTRY(%1, ENDPOINT)], eax
        jne     trap_call_saved
        mov     ebx, [esp + AT_SELF]
        cmp     [ss:ENTRY(ebx, EVENT_MASK)], edx
        jne     trap_call_saved
%endmacro

; The same for any client that the caller knows; its entry is in eax afterwards. Clobbers edi.
%macro check_any_answer 0
        mov     edi, [esp + AT_CLIENT]
        cmp     [ss:ENTRY(edi, REPLY_CALL)], ecx
        jne     trap_call_saved
        cmp     [ss:ENTRY(edi, ENDPOINT)], eax
        jne     trap_call_saved
        mov     eax, edi
        mov     edi, [esp + AT_SELF]
        cmp     [ss:ENTRY(edi, EVENT_MASK)], edx
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
        record  ebx, %1, IPC_CAME_REPLY
        leave_kernel
%endmacro

; To C, unless the process in the slot of eax, whose entry is edx, is the one that eax names, waits in a plain
; receive for this process, and neither preempts it nor is worse, and nobody has been woken already. Out:
; ebx the sender's entry, eax its endpoint. Clobbers ecx.
%macro find_receiver 0
        mov     ebx, [esp + AT_SELF]
        cmp     dword [ss:PROCESS(edx, CONTEXT_PARTNER)], PARTNER_RECEIVER
        jne     trap_call_saved
        cmp     [ss:ENTRY(edx, ENDPOINT)], eax
        jne     trap_call_saved
        mov     ecx, [esp + AT_NOT_WORSE]
        cmp     [ss:PROCESS(edx, CONTEXT_NOT_WORSE)], ecx
        jne     trap_call_saved
        cmp     dword [ss:rendezvous_woken], rendezvous_nobody_entry
        jne     trap_call_saved
        mov     ecx, [ss:PROCESS(edx, CONTEXT_ACCEPTS)]
        mov     eax, [esp + AT_ENDPOINT]
        cmp     ecx, ANY
        je      %%accepts
        cmp     ecx, eax
        jne     trap_call_saved
%%accepts:
%endmacro

; The receiver with entry edx gets what [ds:esi - 4] holds, and the sender, ebx, goes on.
%macro finish_send 0
        mov     edi, [ENTRY(edx, IN)]
        copy_message
        inc     dword [ENTRY(ebx, SENT)]
        inc     dword [ENTRY(edx, RECEIVED)]
        mov     dword [PROCESS(edx, FRAME_EAX)], 0
        mov     dword [PROCESS(edx, FRAME_ESI)], IPC_CAME_SEND
        mov     dword [PROCESS(edx, CONTEXT_PARTNER)], rendezvous_nobody_entry
        mov     dword [esp + AT_PARTNER], rendezvous_nobody_entry ; who is ready may be better than its client
        mov     [rendezvous_woken], edx
        return_to_caller 0, IPC_CAME_NOTHING
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
        cmp     ecx, IPC_REQUEST
        jne     .answer
        cld
        test    ebx, ebx
        jnz     .request_with_message
        find_server AT_REACH_BOXES, UNLESS_TRACED(request_to_system)
        unless_with_boxes .server_with_message
        request boxes, boxes

        align 16
.answer:
        xor     edi, ANY
        or      edi, ebx
        jnz     .answer_with_message
        cld
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
        unless_with_message UNLESS_TRACED(request_to_apart)
        request boxes, message

        align 16
.request_with_message:
        find_message UNLESS_TRACED(request_apart)
        find_server AT_REACH, UNLESS_TRACED(request_to_system.with_message)
        unless_with_message .server_with_boxes
        request message, message
.server_with_boxes:
        unless_with_boxes UNLESS_TRACED(request_to_apart.with_message)
        request message, boxes

        align 16
.answer_with_message:
        cmp     dword [esp + AT_EDI], ANY
        jne     UNLESS_TRACED(other)
        cmp     dword [esp + AT_PARTNER], rendezvous_client_entry
        jne     UNLESS_TRACED(other)
        cld
        find_message UNLESS_TRACED(answer_apart)
        mov     edi, [esp + AT_CLIENT]  ; the client's entry
        check_answer edi
; ---- point of no return ----
        mov     es, [esp + AT_DS]
        mov     ds, [esp + AT_DS]
        mov     [ENTRY(ebx, IN)], ebp
        inc     dword [ENTRY(ebx, SENT)]
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        mov     dword [ss:esp + AT_PARTNER], PARTNER_MESSAGE
        lea     esi, [ebp + KERNEL_BASE + 4]
        mov     edx, edi
        finish_answer edx

v86:
        sub     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     trap_call_saved

%ifndef TRACED

; ---- The same with a message in two pages, on one side or both -----------------------------------------

; ebx: the caller's, which straddles.
        align 16
request_apart:
        find_server AT_REACH
        cmp     [ss:ENTRY(edx, ENDPOINT)], eax
        jne     trap_call_saved
        mov     ebp, [ss:PROCESS(edx, CONTEXT_PARTNER)]
        cmp     ebp, PARTNER_APART
        je      .waits
        cmp     ebp, PARTNER_MESSAGE
        je      .waits
        cmp     ebp, eax
        jne     trap_call_saved
.waits:
        wait_apart
        jmp     request_any

; The caller's is in one piece: its boxes, or at ebp. edx: the server's entry.
        align 16
request_to_apart:
        cmp     dword [ss:PROCESS(edx, CONTEXT_PARTNER)], PARTNER_APART
        jne     request_to_system
        cmp     [ss:ENTRY(edx, ENDPOINT)], eax
        jne     trap_call_saved
        mov     esi, [esp + AT_OUT_BOX]
        mov     ebp, [esp + AT_IN_BOX]
        jmp     request_any
.with_message:
        cmp     dword [ss:PROCESS(edx, CONTEXT_PARTNER)], PARTNER_APART
        jne     trap_call_saved
        cmp     [ss:ENTRY(edx, ENDPOINT)], eax
        jne     trap_call_saved
        lea     esi, [ebp + KERNEL_BASE + 4]

; esi: word 1 of the caller's message; ebp: where the core has it wait. edx: the server's entry, eax its endpoint.
request_any:
        mov     ebx, [esp + AT_SELF]
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jc      .ticket_zero
; ---- point of no return ----
.ticket:
        open_user_memory
        mov     [ENTRY(ebx, IN)], ebp
        mov     [ENTRY(ebx, WAITS_FOR)], eax
        mov     dword [ENTRY(ebx, STATE)], IPC_AWAITING
        mov     dword [ENTRY(ebx, EVENT_MASK)], 0
        mov     dword [esp + AT_PARTNER], rendezvous_nobody_entry
        inc     dword [ENTRY(ebx, SENT)]
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        deliver
        mov     ecx, [ENTRY(ebx, REPLY_CALL)]
        mov     cl, IPC_CAME_REQUEST
        lea     esp, [PROCESS(edx, FRAME_GS)]
        mov     dword [esp + AT_PARTNER], rendezvous_apart_client_entry
        mov     [esp + AT_CLIENT], ebx
        mov     [esp + AT_ESI], ecx
        mov     dword [esp + AT_EAX], 0
        leave_kernel

.ticket_zero:
        cmp     ebx, rendezvous_v86_entry
        je      v86
        add     dword [ss:ENTRY(ebx, REPLY_CALL)], 1 << 16
        jmp     .ticket

; An answer of which one side's message may straddle. eax, ebx, ecx, edx: the caller's.
        align 16
answer_any:
        cmp     dword [esp + AT_EDI], ANY
        jne     trap_call_saved
        mov     esi, [esp + AT_PARTNER]
        cmp     esi, rendezvous_apart_client_entry
        jne     trap_call_saved
        test    ebx, ebx
        jz      .boxes
        find_message answer_apart
        check_any_answer
        lea     esi, [ebp + KERNEL_BASE + 4]
        mov     edx, PARTNER_MESSAGE
        jmp     .finish
.boxes:
        check_any_answer
        mov     ebp, [esp + AT_IN_BOX]
        test    ebp, ebp
        jz      trap_call_saved
        mov     esi, [esp + AT_OUT_BOX]
        test    esi, esi
        jz      trap_call_saved
        mov     edx, [esp + AT_ENDPOINT]

; eax: the client's entry. esi, ebp as in request_any; edx: what the caller's partner is from now on.
.finish:
; ---- point of no return ----
        open_user_memory
        mov     ebx, [esp + AT_SELF]
        mov     [ENTRY(ebx, IN)], ebp
        inc     dword [ENTRY(ebx, SENT)]
        mov     [esp + AT_PARTNER], edx
        mov     edx, eax
        mov     eax, [ENTRY(ebx, ENDPOINT)]
        deliver
        lea     esp, [PROCESS(edx, FRAME_GS)]
        mov     dword [esp + AT_ESI], IPC_CAME_REPLY
        mov     dword [esp + AT_EAX], 0
        leave_kernel

        align 16
answer_apart:
        check_any_answer
        wait_apart
        mov     edx, PARTNER_APART
        jmp     answer_any.finish

; ---- The other calls ------------------------------------------------------------------------------------

; Every register but esi and edi is the caller's.
        align 16
other_again:
        mov     ebp, [esp + AT_EBP]
other:
        movzx   esi, cl
        jmp     [ss:calls + esi * 4]

; Every register as it came, but the results and the flat DS and ES.
        align 16
bad_call:
        mov     esi, [esp + AT_ENDPOINT]
        mov     edi, [esp + AT_EDI]
        mov     eax, -EBADCALL
        mov     ds, [ss:flat]
        mov     es, [ss:flat]
        add     esp, AT_EIP
        iretd

        align 16
echo:
        cmp     ecx, IPC_ECHO
        jne     trap_call_saved
        cld
        test    ebx, ebx
        jnz     .message
        test    byte [esp + AT_MAY], MAY_ECHO_BOXES
        jz      trap_call_saved
        mov     es, [esp + AT_DS]
        mov     edi, [esp + AT_IN_BOX]
        mov     eax, [esp + AT_ENDPOINT]
        lds     esi, [esp + AT_OUT_BOX]
        copy_message
        return_to_caller 0, IPC_CAME_NOTHING
.message:
        test    byte [esp + AT_MAY], MAY_ECHO
        jz      trap_call_saved
        find_message
        mov     eax, [esp + AT_ENDPOINT]
        mov     [ss:ebp + KERNEL_BASE], eax ; the same message comes back
        mov     ds, [ss:flat]
        mov     es, [ss:flat]
        return_to_caller 0, IPC_CAME_NOTHING

; ---- send, receive --------------------------------------------------------------------------------------

; A send to a process that waits in a plain receive for anybody or for this one (arch_accept). It does not
; hand over the processor: the receiver is `rendezvous_woken` until somebody enters C, which makes it
; ready (arch_woken), or until its partner waits in turn and nobody is ready that would run before it.
        align 16
send:
        cmp     ecx, IPC_SEND
        jne     trap_call_saved
        cld
        test    byte [esp + AT_MAY], MAY_SEND
        jz      trap_call_saved
        test    ebx, ebx
        jnz     .message
        find_server AT_REACH_BOXES
        find_receiver
; ---- point of no return ----
        mov     es, [esp + AT_DS]
        lds     esi, [esp + AT_OUT_BOX]
        finish_send
.message:
        find_message
        find_server AT_REACH
        mov     edi, ebp
        find_receiver
; ---- point of no return ----
        mov     es, [esp + AT_DS]
        mov     ds, [esp + AT_DS]
        lea     esi, [edi + KERNEL_BASE + 4]
        finish_send

; A receive for which nothing is pending, by one whose partner it has woken: the partner runs.
        align 16
receive:
        cmp     ecx, IPC_RECEIVE
        jne     trap_call_saved
        test    byte [esp + AT_MAY], MAY_RECEIVE
        jz      trap_call_saved
        mov     edx, [ss:rendezvous_woken]
        cmp     edx, rendezvous_nobody_entry
        je      trap_call_saved
        cmp     dword [ss:interrupt_displaced], rendezvous_nobody_entry
        jne     trap_call_saved         ; that one is before whom it woke, and not in the mask below
        cmp     eax, ANY
        je      .source
        cmp     [ss:ENTRY(edx, ENDPOINT)], eax ; any other could be dead, or wait for this one
        jne     trap_call_saved
.source:
        mov     ecx, [esp + AT_SELF]
        cmp     dword [ss:ENTRY(ecx, PENDING)], 0
        jne     trap_call_saved
        cmp     byte [ss:ENTRY(ecx, PREFER_MESSAGE)], 0
        jne     trap_call_saved
        mov     esi, [ss:PROCESS(edx, CONTEXT_NOT_WORSE)]
        test    [ss:kernel_ready_mask], esi
        jnz     trap_call_saved
        test    ebx, ebx
        jnz     .message
        mov     ebp, [esp + AT_IN_BOX]
        test    ebp, ebp
        jz      trap_call_saved
.wait:
; ---- point of no return ----
        mov     ds, [esp + AT_DS]
        mov     es, [esp + AT_DS]
        mov     [ENTRY(ecx, IN)], ebp
        mov     [ENTRY(ecx, WAITS_FOR)], eax
        mov     dword [ENTRY(ecx, STATE)], IPC_RECEIVING
        mov     dword [ENTRY(ecx, EVENT_MASK)], IPC_ALL_EVENTS
        mov     [esp + AT_ACCEPTS], eax
        mov     dword [esp + AT_PARTNER], PARTNER_RECEIVER
        mov     dword [rendezvous_woken], rendezvous_nobody_entry
        lea     esp, [PROCESS(edx, FRAME_GS)]
        leave_kernel
.message:
        find_message
        jmp     .wait

; ---- The time, and copies ---------------------------------------------------------------------------------

; A request, which may be to SYSTEM and for the time, or for a copy.
        align 16
request_to_system:
        cmp     eax, SYSTEM
        jne     trap_call_saved
        test    byte [esp + AT_MAY], MAY_ASK_BOXES
        jz      trap_call_saved
        mov     edi, [esp + AT_OUT_BOX]
        mov     ebp, [esp + AT_IN_BOX]
.ask:
        mov     ebx, esp
        mov     esp, kernel_stack_top
        add     ebp, KERNEL_BASE
        push    ebp
        push    edi
        enter_c
        call    kernel_ask              ; bool kernel_ask(const int32_t *type, message *answer)
        mov     esp, ebx
        test    al, al
        jz      trap_call_saved
.answered:                              ; for tools/gdb
        return_to_caller 0, IPC_CAME_REPLY
.with_message:
        cmp     eax, SYSTEM
        jne     trap_call_saved
        test    byte [esp + AT_MAY], MAY_ASK_TIME
        jz      trap_call_saved
        lea     edi, [ebp + KERNEL_BASE + 4]
        jmp     .ask

        section .rodata align=4

global flat
flat:
        dd      SELECTOR_USER_DATA

; By the low byte of a call; the other bits are for whoever is found here to check. 0: ipc_select's.
calls:
%assign number 0
%rep 256
  %if number == IPC_SEND
        dd      send
  %elif number == IPC_RECEIVE
        dd      receive
  %elif number == IPC_ECHO
        dd      echo
  %elif number == IPC_REPLY_RECEIVE
        dd      answer_any
  %elif number == IPC_SEND_REC || number == IPC_IN_OUTBOX || number == IPC_NOTIFY || number == IPC_REQUEST \
     || number == IPC_REPLY || number == IPC_NOTIFY_SET || number == IPC_RECEIVE_EX \
     || number == IPC_SELECT & 255
        dd      trap_call_saved
  %else
        dd      bad_call
  %endif
  %assign number number + 1
%endrep

        section .data align=TABLE_ALIGN

; The entry of the process that a send woke, and that is ready though the scheduler does not know it.
global rendezvous_woken
rendezvous_woken:
        dd      rendezvous_nobody_entry

; Entries of nobody: their word of call and ticket is never what an answer passes, since IPC_REQUEST is
; no answer; the last one's ticket is the last that there is. They lie so that a distance ends in
; PARTNER_LOW, which no endpoint of a process does.
%macro entry_of_nobody 1
        times ENTRY_REPLY_CALL db 0
        dd      %1
        times ENTRY_BYTES - ENTRY_REPLY_CALL - 4 db 0
%endmacro

global rendezvous_nobody, rendezvous_client, rendezvous_apart_client, rendezvous_v86
        align   TABLE_ALIGN
        times PARTNER_LOW db 0
rendezvous_nobody:
        entry_of_nobody IPC_REQUEST
        times TABLE_ALIGN - ENTRY_BYTES db 0
rendezvous_client:
        entry_of_nobody IPC_REQUEST
        times TABLE_ALIGN - ENTRY_BYTES db 0
rendezvous_apart_client:
        entry_of_nobody IPC_REQUEST
rendezvous_v86:
        entry_of_nobody 0xffff0000 | IPC_REQUEST

%endif ; TRACED
