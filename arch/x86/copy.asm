; Copies by physical address, through the window. The caller has checked the addresses; DF is clear
; and ES flat in all kernel code. C calling convention: eax, ecx, edx are free.

%include "offsets.inc"

        section .text

; void msg_copy(phys_addr_t source, phys_addr_t destination);
; Nine moves.
        align 16
global msg_copy
msg_copy:
        push    esi
        push    edi
        mov     esi, [esp + 12]
        mov     edi, [esp + 16]
        add     esi, KERNEL_BASE
        add     edi, KERNEL_BASE
%rep MESSAGE_WORDS
        movsd
%endrep
        pop     edi
        pop     esi
        ret

; void phys_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes);
; Words, then the last 0 to 3 bytes.
        align 16
global phys_copy
phys_copy:
        push    esi
        push    edi
        mov     esi, [esp + 12]
        mov     edi, [esp + 16]
        mov     edx, [esp + 20]
        add     esi, KERNEL_BASE
        add     edi, KERNEL_BASE
        mov     ecx, edx
        shr     ecx, 2
        rep     movsd
        mov     ecx, edx
        and     ecx, 3
        rep     movsb
        pop     edi
        pop     esi
        ret

; void phys_zero(phys_addr_t start, uint32_t bytes);
        align 16
global phys_zero
phys_zero:
        push    edi
        mov     edi, [esp + 8]
        mov     edx, [esp + 12]
        add     edi, KERNEL_BASE
        xor     eax, eax
        mov     ecx, edx
        shr     ecx, 2
        rep     stosd
        mov     ecx, edx
        and     ecx, 3
        rep     stosb
        pop     edi
        ret
