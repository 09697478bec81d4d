; _start: where a program begins.
;
; void libc_start(const uint32_t *stack)    does not return
;
; In: esp at argc, as abi/layout.h describes it; all other registers undefined. ebp is cleared so
; that a backtrace ends here, and the stack is aligned as the i386 ABI wants it at a call.

bits 32
global _start
extern libc_start

section .text
_start:
        xor     ebp, ebp
        mov     eax, esp
        and     esp, -16
        sub     esp, 12
        push    eax
        call    libc_start
        ud2
