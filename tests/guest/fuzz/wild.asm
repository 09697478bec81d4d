; One instruction of two bytes with every register loaded, the stack pointer among them: the trap,
; sysenter, or any other, which is written into code that lies among the data: nothing forbids that data
; be executed.
;
; struct wild: eax 0, ebx 4, ecx 8, edx 12, esi 16, edi 20, ebp 24, esp 28, flags 32, es 36, fs 40, gs 44

bits 32
global wild_trap, wild_sysenter, wild_other, wild_instruction, wild_sysenter_back, wild_other_back, wild_got

; DS stays flat all the time, and what must be found again is at fixed addresses, so that no register
; is needed to come home.
%macro load_all 0
        push    ebp
        push    ebx
        push    esi
        push    edi
        push    es
        push    fs
        push    gs
        mov     eax, [esp + 32]
        mov     [wild_home], esp
        mov     ebx, [eax + 4]
        mov     ecx, [eax + 8]
        mov     edx, [eax + 12]
        mov     esi, [eax + 16]
        mov     edi, [eax + 20]
        mov     ebp, [eax + 24]
        mov     es, [eax + 36]
        mov     fs, [eax + 40]
        mov     gs, [eax + 44]
        push    dword [eax + 32]
        popfd
        mov     esp, [eax + 28]
        mov     eax, [eax]
%endmacro

%macro store_all 0
        mov     [wild_got], eax
        mov     [wild_got + 4], ebx
        mov     [wild_got + 8], ecx
        mov     [wild_got + 12], edx
        mov     [wild_got + 16], esi
        mov     [wild_got + 20], edi
        mov     [wild_got + 24], ebp
        mov     [wild_got + 28], esp
        mov     esp, [wild_home]
        pushfd
        pop     dword [wild_got + 32]
        mov     [wild_got + 36], es
        mov     [wild_got + 40], fs
        mov     [wild_got + 44], gs
        push    dword 0x202
        popfd
        pop     gs
        pop     fs
        pop     es
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
%endmacro

section .text

; void wild_trap(const struct wild *w)
wild_trap:
        load_all
        int     0x94
        store_all

; void wild_sysenter(const struct wild *w)
wild_sysenter:
        load_all
        sysenter
wild_sysenter_back:
        store_all

section .data align=4096

; void wild_other(const struct wild *w)
wild_other:
        load_all
wild_instruction:
        ud2
wild_other_back:
        store_all
        align   4096

section .bss

wild_home:      resd 1
wild_got:       resd 12
