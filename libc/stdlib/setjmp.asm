; Leaving several functions at once.
;
; int setjmp(jmp_buf place)               0; later, the value that longjmp was given
; _Noreturn void longjmp(jmp_buf place, int value)
;
; place: ebx esi edi ebp esp eip, esp as it is after the return from setjmp.

bits 32
global setjmp, longjmp

section .text
setjmp:
        mov     eax, [esp + 4]
        mov     [eax], ebx
        mov     [eax + 4], esi
        mov     [eax + 8], edi
        mov     [eax + 12], ebp
        lea     ecx, [esp + 4]
        mov     [eax + 16], ecx
        mov     ecx, [esp]
        mov     [eax + 20], ecx
        xor     eax, eax
        ret

longjmp:
        mov     edx, [esp + 4]
        mov     eax, [esp + 8]
        test    eax, eax
        jnz     .restore
        inc     eax                     ; a second return never looks like the first
.restore:
        mov     ebx, [edx]
        mov     esi, [edx + 4]
        mov     edi, [edx + 8]
        mov     ebp, [edx + 12]
        mov     esp, [edx + 16]
        jmp     [edx + 20]
