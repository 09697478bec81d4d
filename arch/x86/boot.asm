; From the loader to C.
;
; The .boot section runs at its physical address with paging off; the loader left 32-bit flat
; segments and interrupts off, and nothing else may be relied on. It maps the first 4 MB twice, at 0
; and at KERNEL_BASE, jumps to the upper half and takes the lower mapping away again.

%include "offsets.inc"

%define PHYSICAL(symbol) ((symbol) - KERNEL_BASE)

PAGE_PRESENT  equ 1
PAGE_WRITABLE equ 2
CR0_PAGING    equ 0x80000000

COM1          equ 0x3f8
LINE_STATUS   equ 5
LINE_READY    equ 0x20
READY_TRIES   equ 100000
VGA_TEXT      equ 0xb8000
VGA_COLOUR    equ 0x0700

MULTIBOOT_FLAGS equ MULTIBOOT_WANT_ALIGNED | MULTIBOOT_WANT_MEMORY | MULTIBOOT_WANT_VIDEO

extern arch_start, trap_resume

        section .boot.header progbits alloc exec nowrite align=4
        dd MULTIBOOT_HEADER_MAGIC
        dd MULTIBOOT_FLAGS
        dd -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)
        dd 0, 0, 0, 0, 0        ; where to load: the ELF header says it
        dd 0                    ; a linear framebuffer, if there can be one
        dd 1024, 768, 32        ; preferred

        section .boot progbits alloc exec nowrite align=16

; The loader jumps here. eax: its magic; ebx: its information's physical address.
global boot_entry
boot_entry:
        cli
        cld
        mov     esp, PHYSICAL(kernel_stack_top)
        cmp     eax, MULTIBOOT_LOADER_MAGIC
        jne     not_multiboot

        mov     edi, PHYSICAL(kernel_low_table)
        mov     eax, PAGE_PRESENT | PAGE_WRITABLE
        mov     ecx, TABLE_ENTRIES
.map:   mov     [edi], eax
        add     eax, PAGE_BYTES
        add     edi, 4
        loop    .map

        mov     eax, PHYSICAL(kernel_low_table) + (PAGE_PRESENT | PAGE_WRITABLE)
        mov     [PHYSICAL(kernel_directory)], eax
        mov     [PHYSICAL(kernel_directory) + (KERNEL_BASE >> 22) * 4], eax
        mov     eax, PHYSICAL(kernel_directory)
        mov     cr3, eax
        mov     eax, cr0
        or      eax, CR0_PAGING
        mov     cr0, eax
        mov     eax, upper_half
        jmp     eax

; Not started by a Multiboot loader: one line on the serial port and the screen, then the end.
not_multiboot:
        mov     esi, complaint
        mov     edi, VGA_TEXT
        mov     ebx, serial_setup
.setup: movzx   edx, word [ebx]
        mov     al, [ebx + 2]
        test    edx, edx
        jz      .next
        out     dx, al
        add     ebx, 3
        jmp     .setup
.next:  lodsb
        test    al, al
        jz      .halt
        mov     bl, al
        mov     ah, VGA_COLOUR >> 8
        cmp     al, ' '
        jb      .serial
        stosw
.serial:
        mov     ecx, READY_TRIES
        mov     edx, COM1 + LINE_STATUS
.wait:  in      al, dx
        test    al, LINE_READY
        loopz   .wait
        mov     al, bl
        mov     edx, COM1
        out     dx, al
        jmp     .next
.halt:  cli
        hlt
        jmp     .halt

complaint:
        db "Parley: the loader is not Multiboot 1 (wrong magic number). Start it with GRUB.", 13, 10, 0

; Port, value: no interrupts, 115200 baud, 8N1. The list ends with port 0.
serial_setup:
        dw COM1 + 1
        db 0
        dw COM1 + 3
        db 0x80
        dw COM1
        db 1
        dw COM1 + 1
        db 0
        dw COM1 + 3
        db 3
        dw 0
        db 0

        section .text

; On the kernel's own addresses. Everything C does before the first process happens in arch_start.
upper_half:
        mov     esp, kernel_stack_top
        xor     ebp, ebp                ; backtraces end here
        xor     eax, eax
        mov     [kernel_directory], eax
        mov     eax, cr3
        mov     cr3, eax
        push    ebx
        call    arch_start              ; void arch_start(phys_addr_t information)
        jmp     trap_resume

; Page tables of the first 4 MB, and the stacks. Below each stack lies a page that paging_init takes
; out of the map, so that an overflow is a double fault and not a silent corruption.
        section .bss nobits alloc noexec write align=4096

global kernel_directory, kernel_low_table, paging_view_pages
kernel_directory:   resb PAGE_BYTES
kernel_low_table:   resb PAGE_BYTES
paging_view_pages:  resb 2 * PAGE_BYTES ; addresses whose mapping view_page moves about

global kernel_guard, kernel_stack_bottom, kernel_stack_top
global panic_guard, panic_stack_bottom, panic_stack_top
global nmi_guard, nmi_stack_bottom, nmi_stack_top
kernel_guard:        resb PAGE_BYTES
kernel_stack_bottom: resb KERNEL_STACK_BYTES
kernel_stack_top:
panic_guard:         resb PAGE_BYTES
panic_stack_bottom:  resb SIDE_STACK_BYTES
panic_stack_top:
nmi_guard:           resb PAGE_BYTES
nmi_stack_bottom:    resb SIDE_STACK_BYTES
nmi_stack_top:
