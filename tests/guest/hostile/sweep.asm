; The smallest program that can do wrong: one forbidden act, named by its argument, then the end.
; Restarted hundreds of thousands of times by sweep.c, so it takes no library, one page, and no time.
;
; argv[1]: a letter, then a number in hexadecimal.
;   d e f g s   load DS, ES, FS, GS, SS with that selector, then the next, ... up to 0xffff
;   c           a far jump with that selector, then the next, ...
;   i j k       read 1, 2, 4 bytes from that port
;   o p q       write 1, 2, 4 bytes to that port
; It exits with status 0 when nothing faulted.

bits 32
global _start

SYS_EXIT     equ 1
SYSTEM       equ 0x3e9
IPC_SEND_REC equ 3

section .text

_start:
        mov     esi, [esp + 8]          ; argv[1]
        movzx   ebx, byte [esi]
        xor     eax, eax
.digit: inc     esi
        movzx   edx, byte [esi]
        test    edx, edx
        jz      .go
        shl     eax, 4
        sub     edx, '0'
        cmp     edx, 9
        jbe     .add
        sub     edx, 'a' - '0' - 10
.add:   or      eax, edx
        jmp     .digit
.go:    mov     edx, eax
        cmp     bl, 'd'
        je      load_ds
        cmp     bl, 'e'
        je      load_es
        cmp     bl, 'f'
        je      load_fs
        cmp     bl, 'g'
        je      load_gs
        cmp     bl, 's'
        je      load_ss
        cmp     bl, 'c'
        je      jump_far
        cmp     bl, 'i'
        je      in_1
        cmp     bl, 'j'
        je      in_2
        cmp     bl, 'k'
        je      in_4
        cmp     bl, 'o'
        je      out_1
        cmp     bl, 'p'
        je      out_2
        cmp     bl, 'q'
        je      out_4
        ud2

%macro load 1
load_%1:
        mov     %1, eax
        inc     eax
        test    eax, 0x10000
        jz      load_%1
        jmp     done
%endmacro

load    ds
load    es
load    fs
load    gs
load    ss

; The jump's operand lies on the stack: offset, selector.
jump_far:
        push    eax
        push    dword .back
.again: jmp     far [esp]
.back:  inc     dword [esp + 4]
        test    dword [esp + 4], 0x10000
        jz      .again
        jmp     done

in_1:   in      al, dx
        jmp     done
in_2:   in      ax, dx
        jmp     done
in_4:   in      eax, dx
        jmp     done
out_1:  out     dx, al
        jmp     done
out_2:  out     dx, ax
        jmp     done
out_4:  out     dx, eax

done:   push    ss
        pop     ds
        sub     esp, 36
        mov     ebx, esp
        mov     dword [ebx + 4], SYS_EXIT
        mov     dword [ebx + 8], 0
        mov     eax, SYSTEM
        mov     ecx, IPC_SEND_REC
        int     0x94
        ud2
