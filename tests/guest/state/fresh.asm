; A program that looks at everything that it was given before it touches anything: registers, flags,
; segments, the stack below esp. Then it goes on in C (fresh.c).

bits 32
global _start
global fresh_registers, fresh_stack_dirty
extern libc_start

STACK_BOTTOM equ 0xbfff0000 - 8192      ; as suites/state.conf says

section .text

_start:
        mov     [fresh_registers], eax
        mov     [fresh_registers + 4], ebx
        mov     [fresh_registers + 8], ecx
        mov     [fresh_registers + 12], edx
        mov     [fresh_registers + 16], esi
        mov     [fresh_registers + 20], edi
        mov     [fresh_registers + 24], ebp
        mov     [fresh_registers + 32], ds
        mov     [fresh_registers + 36], es
        mov     [fresh_registers + 40], fs
        mov     [fresh_registers + 44], gs
        mov     edi, STACK_BOTTOM       ; DF as it came: the flags are looked at next
        mov     ecx, esp
        sub     ecx, edi
        shr     ecx, 2
        xor     eax, eax
        repe    scasd
        setne   [fresh_stack_dirty]
        pushfd
        pop     dword [fresh_registers + 28]

        xor     ebp, ebp                ; from here on as libc's own start
        mov     eax, esp
        and     esp, -16
        sub     esp, 12
        push    eax
        call    libc_start
        ud2

; In .data, so that looking at .bss comes later.
section .data
fresh_registers:   times 12 dd 0
fresh_stack_dirty: dd 0
