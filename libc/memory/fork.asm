; int program_fork(void)
;
; The child begins at .child with every register zero and this stack: what a function must keep is
; there, and the return address. Parent: the child's endpoint or an error; child: 0.

bits 32
global program_fork
extern libc_fork_parent, libc_fork_child

section .text
program_fork:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     ebp, esp
        and     esp, -16
        sub     esp, 8
        push    ebp                     ; where the child finds the same
        push    dword .child
        call    libc_fork_parent
        mov     esp, ebp
        jmp     .return
.child: mov     ebp, esp
        and     esp, -16
        call    libc_fork_child
        mov     esp, ebp
        xor     eax, eax
.return:
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
