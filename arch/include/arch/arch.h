/*
 * The porting contract: everything that a machine gives the kernel, and every upcall that it makes.
 *
 * arch/x86 is the PC; arch/host is the same contract on a workstation, as far as tests need it. A
 * machine also brings <machine/context.h>, which defines struct arch_context (a process's
 * registers, FPU state, port rights; its register frame comes first and the trap pushes into it)
 * and struct arch_space (an address space), both plain data without constructors, and struct
 * arch_place: where a message lies, in one piece or in two pages that need not touch. The kernel
 * knows one member of a context, `deliver`, an arch_place: of a process that waits with a message
 * in two pages or beyond the window, where it is, while the core's message is its bounce; else no
 * message.
 *
 * The kernel runs on one stack, with interrupts off, and returns from every upcall.
 */
#pragma once

#include <abi/framebuffer.h>
#include <abi/layout.h>
#include <ipc/ipc.h>
#include <machine/context.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- What the loader reported ------------------------------------------------------------- */

#define BOOT_REGIONS_MAX      32
#define BOOT_MODULES_MAX      224
#define BOOT_LINE_BYTES       512
#define BOOT_RESERVATIONS_MAX 8

struct boot_region { /* usable memory; page-aligned, ascending, apart from each other */
    phys_addr_t start;
    uint32_t bytes;
};

struct boot_module {
    phys_addr_t start;
    uint32_t bytes;
    char line[BOOT_LINE_BYTES]; /* NUL-terminated; when it was cut, `line_cut` */
    bool line_cut;
};

struct boot_info {
    char command_line[BOOT_LINE_BYTES];
    const char *loader_name; /* or "" */
    unsigned region_count, module_count, modules_dropped;
    struct boot_region region[BOOT_REGIONS_MAX];
    struct boot_module module[BOOT_MODULES_MAX];
    unsigned reservation_count; /* memory in use: kernel image, loader's tables. Not the modules. */
    struct boot_region reservation[BOOT_RESERVATIONS_MAX];
    struct framebuffer framebuffer; /* its address is physical; no byte of its pages is memory */
};

/* How many pages the rows lie in, from that of the first pixel on; none without a framebuffer. */
static inline uint32_t boot_framebuffer_pages(const struct framebuffer *f)
{
    return (f->address % PAGE_BYTES + f->row_bytes * f->height + PAGE_BYTES - 1) / PAGE_BYTES;
}

/* ---- Upcalls: the machine calls, the kernel answers ----------------------------------------- */

/* Once, on the kernel's stack, descriptors and paging set up, console usable, interrupts off.
   Returns when the first processes are ready. */
void kernel_main(struct boot_info *boot);

/* First of all in each of the following that finds a process running: this one. Since the last
   upcall the machine may have switched by itself, see below: Rendezvous without the kernel. */
void kernel_enter(struct arch_context *running);

/* A process came through the trap gate. The arguments are read with arch_call_read. */
void kernel_call(struct arch_context *caller);

/* The process began to use the floating-point unit: it is plain no more. */
void kernel_not_plain(struct arch_context *process);

/* What a process did wrong (or a breakpoint, or a step). */
struct arch_fault {
    uint32_t vector;
    const char *name;   /* "page fault" */
    uint32_t error;     /* the processor's error code, or 0 */
    uint32_t ip, sp;    /* of the process */
    uint32_t address;   /* page faults: the address; else 0 */
    const char *detail; /* "write to a page that is not mapped", or "" */
};
void kernel_fault(struct arch_context *process, const struct arch_fault *fault);
/* What the processor would say of the process's access to a page that does not allow it. The same
   place each time. */
const struct arch_fault *arch_page_fault(const struct arch_context *process, uint32_t address,
                                         bool write);

/* A line is raised; it has been masked and acknowledged. */
void kernel_interrupt(unsigned line);

/* The tick, ARCH_TICKS_PER_SECOND times a second. The machine counts it: for the clock and, when it
   finds a process running, for that process and down from kernel_quantum_left. It need not call
   while neither the quantum has come to 0 nor the clock to kernel_tick_due
   (words of the kernel's that the machine finds by name: kernel/schedule.h, kernel/clock.h). */
void kernel_tick(void);

/* After every upcall: who runs now. NULL: nobody; the machine waits for an interrupt. */
struct arch_context *kernel_next(void);

/* Non-maskable interrupt: a person presses the button. Prints the dump and returns. */
void kernel_nmi(void);

/* A fault inside the kernel, with what the machine knows of it. Does not return. */
struct arch_registers; /* the machine's own; printed by arch_registers_print */
_Noreturn void kernel_panic_fault(const struct arch_fault *fault,
                                  const struct arch_registers *registers);

/* ---- Console: for the boot and for panics, never for a running system ------------------------ */

/* Screen (where there is one) and first serial port. Polled, bounded: never hangs. */
void arch_console_write(const char *text, size_t bytes);
/* A driver has the screen from now on; what is written later goes below what stands there then. */
void arch_console_lend(void);
/* Waits, bounded, until the last byte has left. */
void arch_console_drain(void);

/* ---- Time ---------------------------------------------------------------------------------- */

#define ARCH_TICKS_PER_SECOND 1000
uint64_t arch_time_us(void); /* since boot; monotonic; finer than a tick where possible */
uint32_t arch_ticks(void);   /* since boot; goes round */

/* ---- Physical memory ----------------------------------------------------------------------- */

/* The window: the kernel's view of physical memory. NULL when [address, address + bytes) is not
   wholly within reach (or wraps around). */
void *arch_window(phys_addr_t address, uint32_t bytes);
uint32_t arch_window_bytes(void); /* physical addresses below this are within reach */
phys_addr_t arch_phys_of(const void *kernel_address); /* of the kernel's own static data */

/* Word-wise copies by physical address; both ranges checked by the caller and within the window.
   phys_copy moves words, then the last 0..3 bytes; the ranges may not overlap. msg_copy and
   msg_word: see ipc/ipc.h. */
void phys_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes);
void phys_zero(phys_addr_t start, uint32_t bytes);

/* The same of memory wherever it lies, each range all within the window or all beyond; and the
   kernel's view of it up to its page's end, beyond the window until the next call of these three.
   The caller knows that memory is there. */
void arch_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes);
void arch_zero(phys_addr_t start, uint32_t bytes);
void *arch_view(phys_addr_t address);

/* ---- Address spaces ------------------------------------------------------------------------ */

#define SPACE_WRITE   1u
#define SPACE_DEVICE  2u /* not cached */
#define SPACE_LENT    4u /* mapped for the memory server, while the system runs: may be taken away */
#define SPACE_SHARED  8u  /* lent, and may be taken away at any time: no message may lie there */
#define SPACE_COMBINE 16u /* not cached, but writes may go out together, where the machine can */

/* Gives a page-aligned physical page for a page table, or 0 when there is none. Called only by
   arch_space_create and arch_space_map. */
typedef phys_addr_t (*arch_page_source)(void *context);

/* An empty space that holds the kernel's half. 0 or -ENOMEM. */
int arch_space_create(struct arch_space *space, arch_page_source source, void *context);
/* Maps one user page. 0, -ENOMEM (no page table), -EEXIST (mapped already), -EINVAL. */
int arch_space_map(struct arch_space *space, uint32_t address, phys_addr_t page, uint32_t flags,
                   arch_page_source source, void *context);
/* Where a user address lies. False when it is not mapped for ring 3, or (SPACE_WRITE) not
   writable, or not a user address, or may be taken away (SPACE_SHARED), or is a device's beyond the
   window. */
bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found);
/* User memory from `address` on that lies in one piece in physical memory, all of it within the
   window or none, is no device's and has these rights (SPACE_WRITE, SPACE_LENT): where it starts,
   and how many bytes, at most `bytes`; there may be more that adjoins. 0: `address` is no such
   memory. `bytes` is not 0 and does not reach beyond USER_END. */
uint32_t arch_space_run(const struct arch_space *space, uint32_t address, uint32_t bytes,
                        uint32_t flags, phys_addr_t *start);
/* Forgets what the processor remembers of the current space, after a mapping was changed. */
void arch_space_flush(struct arch_space *space);

struct arch_mapping {
    uint32_t address;
    phys_addr_t page;
    uint32_t flags; /* SPACE_* */
};
/* The mapping of this user page; false when there is none. */
bool arch_space_look(const struct arch_space *space, uint32_t address,
                     struct arch_mapping *mapping);
/* The first lent mapping at `address` or above; false when there is none. */
bool arch_space_next(const struct arch_space *space, uint32_t address,
                     struct arch_mapping *mapping);
/* Puts another page or other flags in the place of a mapping that is there. */
void arch_space_change(struct arch_space *space, const struct arch_mapping *mapping);
/* The page is mapped no more. It must have been. */
void arch_space_unmap(struct arch_space *space, uint32_t address);
/* Takes out a page table that came with a lent mapping and maps nothing any more; with `whole` and
   no such table left, the space's root: then the space is gone, and nothing is found in it any
   more. 0: nothing to take. */
phys_addr_t arch_space_shrink(struct arch_space *space, bool whole);

/* ---- A process's machine state -------------------------------------------------------------- */

/* A process that will begin at `entry` with stack pointer `stack`, all other registers zero, fresh
   FPU state, no port rights, no ticks, no message in `deliver`. `space` stays the caller's and must
   outlive the context. */
void arch_context_create(struct arch_context *context, struct arch_space *space, uint32_t entry,
                         uint32_t stack);
/* The process is gone: nothing of it may be loaded or saved any more. */
void arch_context_destroy(struct arch_context *context);

#define ARCH_PORT_RANGES_MAX 8
/* Grants ports first..last. 0 or -ENOSPC. */
int arch_context_allow_ports(struct arch_context *context, uint16_t first, uint16_t last);

/* Where the process goes on after its calls through the machine's second gate. 0; -ENODEV: there is
   none; -EINVAL: not a user's address. */
int arch_gate(struct arch_context *context, uint32_t return_address);

struct arch_call {    /* the trap's arguments */
    uint32_t call;    /* ecx */
    uint32_t target;  /* eax: source, destination, in-box */
    uint32_t message; /* ebx: message, out-box */
    uint32_t events;  /* edx */
    uint32_t timeout; /* esi */
    uint32_t source;  /* edi */
};
void arch_call_read(const struct arch_context *context, struct arch_call *call);
void arch_call_result(struct arch_context *context, int32_t result, uint32_t second);
/* Ticks that found the process running. */
uint32_t arch_context_ticks(const struct arch_context *context);
/* Instruction and stack pointer, frame pointer: for reports. */
void arch_context_position(const struct arch_context *context, uint32_t *ip, uint32_t *sp,
                           uint32_t *fp);
/* The registers that a message's payload carries for a trap, in its order: eax ebx ecx edx esi edi
   ebp. Of a process that is not running. */
void arch_context_registers(const struct arch_context *context,
                            uint32_t registers[MESSAGE_PAYLOAD_WORDS]);
void arch_context_set_registers(struct arch_context *context,
                                const uint32_t registers[MESSAGE_PAYLOAD_WORDS]);
/* The rest of them. */
struct arch_position {
    uint32_t ip, sp, flags;
    uint32_t data_segments;   /* DS, ES in the upper half */
    uint32_t thread_segments; /* FS, GS in the upper half */
};
void arch_context_get_position(const struct arch_context *context, struct arch_position *position);
/* Flags that are not a process's to set keep the value that every process has. False, and nothing
   has changed: a selector that no process may load. */
bool arch_context_set_position(struct arch_context *context, const struct arch_position *position);
/* One printed line after the other, through `print`. */
void arch_context_print(const struct arch_context *context, void (*print)(const char *line));
void arch_registers_print(const struct arch_registers *registers, void (*print)(const char *line));
/* Return addresses of the kernel's own calls, newest first; returns how many. `registers` NULL:
   from here. Never faults. */
unsigned arch_kernel_backtrace(const struct arch_registers *registers, uint32_t *addresses,
                               unsigned most);

/* ---- Rendezvous without the kernel ----------------------------------------------------------- */

/*
 * The common rendezvous, a request to a process that waits in ipc_reply_receive and that answer,
 * may be the machine's own: it then changes the core's table as the core would, but for what
 * ipc_settle settles, and goes on with the partner. It asks nobody; what it may do stands in a few
 * words that only these functions write. A machine without such a path ignores them.
 */

/* Whether ipc_request from this process to the one in `slot` may be the machine's: both are plain,
   the one may ask the other, and the other's priority is not worse. */
void arch_reach(struct arch_context *process, unsigned slot, bool may);
/* Neither FPU state nor ports have to be changed when the processor goes to or from it. */
bool arch_context_plain(const struct arch_context *process);
/* The process's boxes, in physical memory; 0: none. */
void arch_boxes(struct arch_context *process, phys_addr_t in, phys_addr_t out);
/* The process waits in ipc_reply_receive, from ANY, with its boxes or with a message of its own,
   without a deadline, its reply delivered, and ANY looks at events first: the next request to it
   may be the machine's. */
void arch_open(struct arch_context *process, unsigned slot, bool with_boxes);
/* The process waits in a plain receive, for ANY (which looks at events first and accepts some) or
   for one process, with its boxes or with a message of its own within one page, without a deadline:
   the next send that this source makes to it may be the machine's. */
void arch_accept(struct arch_context *process, endpoint_t source);
/* No more: its wait has ended, or it has entered the kernel. */
void arch_close(struct arch_context *process);

/* What a process may do without the kernel; nothing, when it does not live. */
struct arch_permission {
    endpoint_t self;
    uint32_t calls;     /* 1 << CALL_BIT_* */
    uint32_t not_worse; /* the bits of kernel_ready_mask for its priority and all that are better */
    bool time;          /* it may ask SYSTEM for the time */
    phys_addr_t bounce;
};
void arch_permit(struct arch_context *process, const struct arch_permission *permission);

/* The process that a send of the machine's own has woken and that nobody has been told of, or NULL.
   It is told with this. It waits in the core's table until it is settled; its call's results are
   where it finds them. */
struct arch_context *arch_woken(void);

/* The same for an interrupt: the machine may write the message of the event and go on with the
   driver, when that is better than the process that it displaces. That one, or NULL: it is to be
   the first of its priority. */
struct arch_context *arch_displaced(void);
/* Whose the line is, NULL for nobody's, and which event it then is. */
void arch_line_owner(unsigned line, const struct arch_context *driver, uint32_t event);

/* A request to SYSTEM by the running process, which may ask for the time: its m_type with the words
   behind it, and room for the answer, which may be the request itself; both within the window.
   False, and nothing has happened: it is for something that takes longer to say. */
bool kernel_ask(const int32_t *type, message *answer);

/* ---- For tests that put faults into processes --------------------------------------------------
 */

/* From now on a process of this space that reads or writes the byte there has a debug trap, after
   that. One byte at a time; NULL: none. */
void arch_watch(const struct arch_space *space, uint32_t address);
/* The kernel's own text and constants. */
const char *arch_constant(uint32_t *bytes);

/* ---- The trace ---------------------------------------------------------------------------------
 */

/*
 * A counter for the time of records: cycles where the processor counts them, else microseconds.
 */
uint64_t arch_counter(void);
bool arch_counts_cycles(void);

#define ARCH_TRACE_RECORD_BYTES 64 /* struct trace_record */

/* Where the next record goes, and the ring's bounds, in the kernel's view; and how many have been
   written, low word first. For the machine to write as well. */
struct trace_record;
struct arch_trace_ring {
    struct trace_record *next, *first, *end;
};
extern struct arch_trace_ring kernel_trace_ring;
extern uint32_t *const kernel_trace_written;

/* Whether something is to be recorded; and whether that is everything. While it is, the machine
   records its own rendezvous as abi/trace.h says, or leaves them to the kernel; while it is not
   everything, it leaves all to the kernel, which knows what to leave out. */
void arch_trace(bool on, bool everything);

/* The context that runs, or ran when the machine came to the kernel last. Only when there was one.
 */
struct arch_context *arch_running(void);
/* As if this one had come to the kernel. */
void arch_enter(struct arch_context *context);

/* ---- Interrupt lines ----------------------------------------------------------------------- */

/* Lines 0..15. The timer's and the cascade are the machine's own: false. */
bool arch_line_usable(unsigned line);
void arch_line_mask(unsigned line);
void arch_line_unmask(unsigned line);

/* ---- The end ------------------------------------------------------------------------------- */

/* Powers off, telling an emulator `status` (0..127) where it listens. Where the machine cannot,
   says so and halts. */
_Noreturn void arch_power_off(unsigned status);
_Noreturn void arch_reboot(void);
_Noreturn void arch_halt(void);

/* One line for the boot log: processor, its features in use, memory window. */
void arch_describe(void (*print)(const char *line));
