; What a process of the judge's own runs: copied to a page of its, so it takes no library and no
; address but its own. The judge writes its endpoint and what to do into the first two words.
;
;   0  reads the word at 'address', then asks the judge with it, again and again
;   1  writes there, then asks the same
;   2  asks with its message at 'address': that page may be missing
; Register eax of a request's result is told in the next request's second word.

bits 32
global space_child, space_child_end

IPC_VECTOR  equ 0x94
IPC_REQUEST equ 0x10
PAGE        equ 0x10000000              ; where the judge maps this

section .rodata

space_child:
        dd      0                       ; the judge's endpoint
        dd      0                       ; what to do
        dd      0                       ; address
        dd      0                       ; last result
.message:                               ; source, type, seven words
        times   9 dd 0
.begin: mov     esi, [PAGE + 8]
        mov     ebx, PAGE + (.message - space_child)
        cmp     dword [PAGE + 4], 1
        je      .write
        ja      .call
        mov     edx, [esi]
        jmp     .ask
.write: mov     dword [esi], 0xfeedbeef
        mov     edx, [esi]
        jmp     .ask
.call:  mov     ebx, esi
        mov     dword [PAGE + (.message - space_child) + 4], 0
        jmp     .trap
.ask:   mov     dword [ebx + 4], 0x111
        mov     [ebx + 8], edx
        mov     edx, [PAGE + 12]
        mov     [ebx + 12], edx
.trap:  mov     ecx, IPC_REQUEST
        mov     eax, [PAGE]
        int     IPC_VECTOR
        mov     [PAGE + 12], eax
        jmp     .begin
space_child_end:

global space_child_entry
space_child_entry: dd space_child.begin - space_child
