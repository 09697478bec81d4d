/*
 * The address space of a process, and the System V start stack that crt0 finds.
 *
 *   0x00000000  never mapped: one page at least, so that NULL faults
 *   0x00001000  device memory of the low megabyte, where the module's line maps it (at its own
 *               physical address)
 *   0x08000000  kept free: static i386 Linux programs are linked here
 *   0x10000000  servers, each linked at an address of its own
 *   0x80000000  the heap, as large as the module's line says
 *   0x90000000  what the memory server gives (proto/memory.h)
 *   0xa0000000  the kernel's trace, for who may read it (abi/trace.h)
 *   0xa8000000  the kernel's table of frames, for the memory server (abi/memory.h)
 *   0xac000000  a boot module that is data, for the server whose line names it, read-only
 *   0xb0000000  device memory above the low megabyte
 *   0xbfff0000  top of the stack; below its last page nothing is mapped
 *   0xbffff000  what the memory server notes of a process that has children, or is one
 *   0xc0000000  the kernel
 */
#pragma once

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096

#define USER_START        0x00001000u
#define USER_SERVERS      0x10000000u
#define USER_HEAP         0x80000000u
#define USER_HEAP_END     0x90000000u
#define USER_MEMORY       0x90000000u
#define USER_MEMORY_END   0xa0000000u
#define USER_TRACE        0xa0000000u
#define USER_FRAMES       0xa8000000u
#define USER_DEVICES      0xb0000000u
#define USER_STACK_TOP    0xbfff0000u
#define USER_LEDGER       0xbffff000u
#define USER_END          0xc0000000u /* first address that is the kernel's */
#define USER_STACK_LOWEST 0xbf000000u /* no stack reaches below this */

/* The data module that the line names. */
#define USER_DATA_MODULE     0xac000000u
#define USER_DATA_MODULE_END 0xb0000000u

/*
 * At the entry point esp points at argc, argv[0..argc-1], NULL, an empty environment's NULL, then
 * pairs (type, value) that end with AT_NULL. Types 0..31 are System V's; ours start at 0x5000.
 */
#define AT_NULL              0
#define AT_PAGESZ            6
#define AT_PARLEY_HEAP       0x5000 /* first address of the heap */
#define AT_PARLEY_HEAP_BYTES 0x5001
#define AT_PARLEY_SELF       0x5002 /* own endpoint */
#define AT_PARLEY_DATA       0x5003 /* first address of the data module; 0: there is none */
#define AT_PARLEY_DATA_BYTES 0x5004
#define AT_PARLEY_INPUT      0x5005 /* pipe that is the standard input, or STREAM_NOTHING */
#define AT_PARLEY_OUTPUT     0x5006 /* pipe that is the standard output */
#define AT_PARLEY_FRAMEBUFFER                                                                      \
    0x5007 /* address of a struct framebuffer (abi/framebuffer.h); 0: none is mapped */
#define AT_PARLEY_CONSOLE 0x5008 /* the tty's console that it belongs to, counted from 0 */

#define STREAM_NOTHING 0xffffffffu /* ends at once */

#define ARGUMENT_BYTES 256 /* longest argument string, its NUL included */
#define ARGUMENT_COUNT 32  /* most arguments, argv[0] included */
