; What a process finds in the processor when it begins, written to its page before it touches anything.
; The judge copies this to a page of a process that it creates, and reads the page when it is done.

bits 32
global leaks_child, leaks_child_end

PAGE equ 0x10000000                     ; where the judge maps it

section .rodata

; struct found of judge.c comes first: eax 0, ebx 4, ecx 8, edx 12, esi 16, edi 20, ebp 24, flags 28,
; ds 32, es 36, fs 40, gs 44; x87 48 (108 bytes); xmm 156 (128 bytes), mxcsr 284; sse 288: whether to look
leaks_child:
        times   288 db 0xa5             ; what is not written is not zero
        dd      0
.begin: mov     [PAGE], eax
        mov     [PAGE + 4], ebx
        mov     [PAGE + 8], ecx
        mov     [PAGE + 12], edx
        mov     [PAGE + 16], esi
        mov     [PAGE + 20], edi
        mov     [PAGE + 24], ebp
        lea     esp, [PAGE + 32]
        pushfd
        xor     eax, eax
        mov     ax, ds
        mov     [PAGE + 32], eax
        mov     ax, es
        mov     [PAGE + 36], eax
        mov     ax, fs
        mov     [PAGE + 40], eax
        mov     ax, gs
        mov     [PAGE + 44], eax
        fnsave  [PAGE + 48]
        cmp     dword [PAGE + 288], 0
        je      .done
%assign register 0
%rep 8
        movups  [PAGE + 156 + 16 * register], xmm %+ register
%assign register register + 1
%endrep
        stmxcsr [PAGE + 284]
.done:  ud2                             ; the judge has its faults
leaks_child_end:

global leaks_child_entry
leaks_child_entry: dd leaks_child.begin - leaks_child + PAGE
