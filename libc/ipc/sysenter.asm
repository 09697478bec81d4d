; The second gate: sysenter. It keeps neither EIP nor ESP, so the kernel is told once where to come back
; to, and each time, in ebp, where the stack is.
;
; struct ipc_registers: eax 0, ebx 4, ecx 8, edx 12, esi 16, edi 20

bits 32
extern sys_gate
global ipc_use_sysenter
global ipc_trap_sysenter

section .text

; int ipc_use_sysenter(void)
ipc_use_sysenter:
        push    dword come_back
        call    sys_gate
        add     esp, 4
        ret

; void ipc_trap_sysenter(struct ipc_registers *r)
ipc_trap_sysenter:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     ebp, [esp + 20]
        push    ebp
        mov     eax, [ebp]
        mov     ebx, [ebp + 4]
        mov     ecx, [ebp + 8]
        mov     edx, [ebp + 12]
        mov     esi, [ebp + 16]
        mov     edi, [ebp + 20]
        mov     ebp, esp
        sysenter
come_back:
        pop     ebp
        mov     [ebp], eax
        mov     [ebp + 4], ebx
        mov     [ebp + 8], ecx
        mov     [ebp + 12], edx
        mov     [ebp + 16], esi
        mov     [ebp + 20], edi
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
