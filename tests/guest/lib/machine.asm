; Traps with every register loaded. The stack segment stays flat all the time, so that whatever the
; kernel does to the others this code gets home.
;
; struct all_registers: eax 0, ebx 4, ecx 8, edx 12, esi 16, edi 20, ebp 24, flags 28,
;                       ds 32, es 36, fs 40, gs 44

bits 32
global trap_all
global trap_virtual_8086
global out_all
global spin_all
global flags_after_pop
global fault_all
global fault_all_at
global fault_read
global breakpoint_all
global fault_read_at

section .text

; Saves what C wants back and loads the structure that the first argument names.
; Leaves its address on top of the stack.
%macro load_all 0
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     eax, [esp + 20]
        push    ds
        push    es
        push    fs
        push    gs
        push    eax
        push    dword [eax + 28]
        push    dword [eax]
        push    dword [eax + 32]
        mov     ebx, [eax + 4]
        mov     ecx, [eax + 8]
        mov     edx, [eax + 12]
        mov     esi, [eax + 16]
        mov     edi, [eax + 20]
        mov     ebp, [eax + 24]
        mov     es, [eax + 36]
        mov     fs, [eax + 40]
        mov     gs, [eax + 44]
        pop     ds
        pop     eax
        popfd
%endmacro

%macro store_all 0
        pushfd
        push    ds
        push    eax
        push    ss
        pop     ds
        mov     eax, [esp + 12]
        mov     [eax + 4], ebx
        mov     [eax + 8], ecx
        mov     [eax + 12], edx
        mov     [eax + 16], esi
        mov     [eax + 20], edi
        mov     [eax + 24], ebp
        pop     dword [eax]
        pop     ebx
        and     ebx, 0xffff
        mov     [eax + 32], ebx
        pop     dword [eax + 28]
        mov     ebx, es
        and     ebx, 0xffff
        mov     [eax + 36], ebx
        mov     ebx, fs
        and     ebx, 0xffff
        mov     [eax + 40], ebx
        mov     ebx, gs
        and     ebx, 0xffff
        mov     [eax + 44], ebx
        pop     eax
        pop     gs
        pop     fs
        pop     es
        pop     ds
        push    dword 0x202
        popfd
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
%endmacro

; void trap_all(struct all_registers *r)
trap_all:
        load_all
        int     0x94
        store_all
        ret

; void trap_virtual_8086(struct all_registers *r, uint32_t segment, uint32_t code)
trap_virtual_8086:
        mov     ebp, [esp + 4]
        mov     edx, [esp + 8]
        mov     ecx, [esp + 12]
        mov     esi, edx
        shl     esi, 4
        mov     [esi], ecx
        xor     eax, eax
%rep 4
        push    eax                     ; gs, fs, ds, es
%endrep
        push    ss
        push    esp
        push    dword 0x23202           ; VM, IOPL as it comes, IF
        push    edx
        push    eax
        mov     eax, [ebp]
        mov     ebx, [ebp + 4]
        mov     ecx, [ebp + 8]
        mov     edx, [ebp + 12]
        mov     edi, [ebp + 20]
        iret

; void out_all(struct all_registers *r)
out_all:
        load_all
        out     dx, al
        store_all
        ret

; void spin_all(struct all_registers *r, uint32_t rounds)
; The count is kept on the stack, so that no register is taken for it; the flags move with it and
; are not compared.
spin_all:
        load_all
        push    dword [ss:esp + 44]
.round: dec     dword [ss:esp]
        jnz     .round
        lea     esp, [esp + 4]
        store_all
        ret

; void fault_all(struct all_registers *r)
; An undefined instruction of two bytes with all of these loaded; what came out, when somebody has
; moved EIP behind it.
fault_all:
        load_all
fault_all_at:
        ud2
        store_all
        ret

; void breakpoint_all(struct all_registers *r)
breakpoint_all:
        load_all
        int3
        store_all
        ret

; uint32_t fault_read(uint32_t address)
; The address is in eax when it is read from.
fault_read:
        mov     eax, [esp + 4]
fault_read_at:
        mov     eax, [eax]
        ret

; uint32_t flags_after_pop(uint32_t flags)
flags_after_pop:
        push    dword [esp + 4]
        popfd
        pushfd
        pop     eax
        push    dword 0x202
        popfd
        ret
