; Calls between two readings of the time-stamp counter. Prototypes and layout: bench.h.
;
; All windows are the same but for what stands between their halves, so that window_none reads
; exactly what each of them costs by itself, and that the first half may be one process's and the
; second another's.

bits 32

%define IPC_VECTOR 0x94 ; abi/calls.h; window_int_vector lets C compare

struc window
.eax:      resd 1
.ebx:      resd 1
.ecx:      resd 1
.edx:      resd 1
.esi:      resd 1
.edi:      resd 1
.before:   resd 1
.after:    resd 1
.segments: resd 4
.flags:    resd 1
endstruc

; ---- Gates: one macro each, with all the instructions that a call needs in ring 3 --------------------

%macro gate_none 0
%endmacro

%macro gate_int 0
        int     IPC_VECTOR
%endmacro

; The kernel comes back where it was told to, to the stack that ebp names (window.c: gate_offered).
%macro gate_sysenter 0
        mov     ebp, esp
        sysenter
global window_sysenter_return
window_sysenter_return:
%endmacro

; Registers that the kernel must not trust, and those that come back as they are.
%macro gate_strange 0
        push    ds
        pop     gs
        push    dword 0
        pop     fs
        push    dword 0
        pop     es
        push    dword 0
        pop     ds
        std
        int     IPC_VECTOR
%endmacro

%macro gate_out 0
        out     dx, al
%endmacro

%macro window_by 1
        align 16
global window_%1
window_%1:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     eax, [esp + 20]
        mov     [current], eax
        mov     ebx, [eax + window.edx]
        mov     [edx_kept], ebx
        mov     ebx, [eax + window.eax]
        mov     [eax_kept], ebx
        mov     ebx, [eax + window.ebx]
        mov     ecx, [eax + window.ecx]
        mov     esi, [eax + window.esi]
        mov     edi, [eax + window.edi]
        rdtsc
        mov     [before], eax
        mov     eax, [eax_kept]
        mov     edx, [edx_kept]
        gate_%1
        mov     [eax_kept], eax
        mov     [edx_kept], edx
        rdtsc
        jmp     leave_window
%endmacro

        section .text
window_by none
window_by int
window_by sysenter
window_by strange
window_by out

; eax: the second reading. The rest as the gate left it.
leave_window:
        push    ds
        push    es
        push    fs
        push    gs
        push    ss
        pop     ds
        push    ss
        pop     es
        mov     ebp, [current]
        mov     [ebp + window.after], eax
        pop     dword [ebp + window.segments + 12]
        pop     dword [ebp + window.segments + 8]
        pop     dword [ebp + window.segments + 4]
        pop     dword [ebp + window.segments]
        pushfd
        pop     dword [ebp + window.flags]
        cld
        mov     eax, [before]
        mov     [ebp + window.before], eax
        mov     eax, [eax_kept]
        mov     [ebp + window.eax], eax
        mov     eax, [edx_kept]
        mov     [ebp + window.edx], eax
        mov     [ebp + window.ebx], ebx
        mov     [ebp + window.ecx], ecx
        mov     [ebp + window.esi], esi
        mov     [ebp + window.edi], edi
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

; uint32_t counter_read(void);
global counter_read
counter_read:
        rdtsc
        ret

; ---- Copies --------------------------------------------------------------------------------------------

; Everything that a caller in assembly does to call copy(source, target, bytes).
%macro call_copy 0
        push    dword [esp + 20 + 12]
        push    dword [esp + 20 + 12]
        push    dword [esp + 20 + 12]
        call    edi
        add     esp, 12
%endmacro

; uint32_t window_copy(copy_function *copy, uint32_t source, uint32_t target, uint32_t bytes);
; Reads once with nothing between and once with the call.
        align 16
global window_copy
window_copy:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     edi, [esp + 20]
        rdtsc
        mov     ebx, eax
        rdtsc
        sub     eax, ebx
        mov     esi, eax                ; the readings' own cost
        rdtsc
        mov     ebx, eax
        call_copy
        rdtsc
        sub     eax, ebx
        sub     eax, esi
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

; void copy_bytes(uint32_t source, uint32_t target, uint32_t bytes);
; The baseline: byte by byte.
        align 16
global copy_bytes
copy_bytes:
        push    esi
        push    edi
        mov     esi, [esp + 12]
        mov     edi, [esp + 16]
        mov     ecx, [esp + 20]
        rep     movsb
        pop     edi
        pop     esi
        ret

        section .bss align=64
global window_message
window_message: resd 8
before:         resd 1
                resd 7
current:        resd 1
eax_kept:       resd 1
edx_kept:       resd 1
