/*
 * Calls to SYSTEM: what only the kernel can do.
 *
 * Each is a message sent to SYSTEM with ipc_request or send_rec and answered at once: m_type of the
 * request is the number below, m_type of the answer is 0 or a negative error, words are
 * m_words[0..6]. Each is permitted one by one by the module's line (kernel=NAME:NAME).
 * A number that does not exist: ENOSYS. No permission: EPERM. Undefined words are ignored in a
 * request and zero in an answer. Buffers are named by an address in the caller's own memory; a bad
 * one is EFAULT and nothing has changed.
 *
 * Times are microseconds; 64-bit values travel low word first.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/message.h>
#include <stdint.h>

// clang-format off
/* name on the module's line, number, one-line meaning */
#define SYSTEM_CALLS(X)                                                                        \
    X(exit,       SYS_EXIT,       1, "end the caller")                                         \
    X(time,       SYS_TIME,       2, "time since boot")                                        \
    X(lookup,     SYS_LOOKUP,     3, "endpoint of the process with this name")                 \
    X(process,    SYS_PROCESS,    4, "describe the process in a slot")                         \
    X(module,     SYS_MODULE,     5, "describe a boot module")                                 \
    X(memory,     SYS_MEMORY,     6, "how memory is used")                                     \
    X(start,      SYS_START,      7, "start a module that is not running")                     \
    X(kill,       SYS_KILL,       8, "end a process")                                          \
    X(irq,        SYS_IRQ,        9, "claim, re-enable or give up an interrupt line")          \
    X(alarm,      SYS_ALARM,     10, "one kernel event at a time to come")                     \
    X(watch,      SYS_WATCH,     11, "one kernel event when a process dies")                   \
    X(death,      SYS_DEATH,     12, "which watched process died, and how")                    \
    X(log_read,   SYS_LOG_READ,  13, "read the kernel's log")                                  \
    X(log_write,  SYS_LOG_WRITE, 14, "append to the kernel's log")                             \
    X(dump,       SYS_DUMP,      15, "write who waits for whom to the kernel's log")           \
    X(power,      SYS_POWER,     16, "reboot or power off")                                    \
    X(cancel,     SYS_CANCEL,    17, "end a process's wait")                                   \
    X(cycle,      SYS_CYCLE,     18, "who is in the deadlock that was refused last")           \
    X(registers,  SYS_REGISTERS, 19, "where a process that faulted goes on")                   \
    X(gate,       SYS_GATE,      20, "where sysenter comes back to")                           \
    X(trace,      SYS_TRACE,     21, "what the kernel's trace records")                        \
    X(create,     SYS_CREATE,    22, "a process to be, with an empty address space")           \
    X(map,        SYS_MAP,       23, "map frames, or change what is mapped")                   \
    X(unmap,      SYS_UNMAP,     24, "take pages out of an address space")                     \
    X(space,      SYS_SPACE,     25, "look through, shrink or release an address space")       \
    X(begin,      SYS_BEGIN,     26, "let a process begin")                                    \
    X(move,       SYS_MOVE,      27, "copy between two processes' memory")                     \
    X(update,     SYS_UPDATE,    28, "another program for a module that is not running")       \
    X(inject,     SYS_INJECT,    29, "put a fault into a process, for tests")
// clang-format on

enum system_call {
#define SYSTEM_CALL_ENUM(name, symbol, number, text) symbol = (number),
    SYSTEM_CALLS(SYSTEM_CALL_ENUM)
#undef SYSTEM_CALL_ENUM
    SYSTEM_CALL_LAST = SYS_INJECT
};

// clang-format off
/*
 * Requests and answers, by word. "in" is the request, "out" the answer.
 *
 * SYS_EXIT      in  0 status (0..255)                        no answer comes
 * SYS_TIME      out 0,1 microseconds since boot; 2 ticks since boot; 3 ticks a second
 * SYS_LOOKUP    in  0..3 name, NUL-padded, 16 bytes          out 0 endpoint       (ENOENT; EAGAIN: a
 *               supervised module, which does not run now and may be back soon)
 * SYS_PROCESS   in  0 slot, 1 address of a struct process_info, 2 nonzero: the first process in that
 *               slot or a later one               out 0 its slot  (ESRCH: slot free; EINVAL: no such
 *               slot, or no process from there on)
 * SYS_MODULE    in  0 index, 1 address of a struct module_info                     (EINVAL past the last)
 * SYS_MEMORY    in  0 address of a struct memory_info
 * SYS_START     in  0..3 name, 4 address of the argument string, 5 its length without NUL, 6 what it is
 *               told as AT_PARLEY_CONSOLE (abi/layout.h); the kernel makes nothing of it
 *               out 0 endpoint        (ENOENT no such module; EBUSY runs already; ENOEXEC was refused
 *               at boot; E2BIG arguments; EAGAIN no slot)
 *               The string is split at blanks; argv[0] is the module's name. An empty string stands
 *               for the arguments on the module's line.
 * SYS_UPDATE    in  0..3 name, 4 index of a module whose line has updates=NAME
 *               From the next start on NAME runs that file, with all that its own line says, and the other
 *               has the file that NAME ran until now. (ENOENT no such module; EINVAL the index is of no
 *               update of it; EBUSY it runs, or its last process is not released)
 * SYS_KILL      in  0 endpoint (SELF allowed)                                      (EDEADSRCDST)
 * SYS_IRQ       in  0 operation IRQ_*, 1 line 0..15 or IRQ_LINE_LOG, 2 event bit 0..23 (claim)
 *               (EPERM line not on the module's line; EBUSY other owner; EINVAL)
 * SYS_ALARM     in  0,1 microseconds from now; 0 cancels     out 0,1 what was left of the former one
 * SYS_WATCH     in  0 endpoint, 1 nonzero to watch, 0 to stop                      (EDEADSRCDST;
 *               ENOSPC: too many deaths that nobody has read)
 * SYS_DEATH     out 0 endpoint, 1 cause DEATH_*, 2 status or vector, 3 processor's error code,
 *               4 instruction pointer, 5 fault address        (EAGAIN: none unread)
 * SYS_LOG_READ  in  0,1 position in bytes since boot, 2 address, 3 length
 *               out 0 bytes read, 1,2 position of the first of them (later than asked when older
 *               text was overwritten)
 * SYS_LOG_WRITE in  0 address, 1 length (at most LOG_WRITE_MAX)
 * SYS_DUMP
 * SYS_POWER     in  0 POWER_*, 1 status for the emulator (0..127)
 * SYS_CANCEL    in  0 endpoint, 1 nonzero: if it waits in a forwarded fault or trap, that starts
 *               again; else its wait, if it is in one, ends with EINTR, or with EREPLYINTR where
 *               the first half had been taken; one that waits in a fault dies by it (EDEADSRCDST)
 * SYS_CYCLE     in  0 index                                  out 0 endpoint, 1 number of members
 *               of the cycle refused last of which the caller is a member: index 0 is the process
 *               that was refused, each next the one for which the one before waits or would have
 *               waited. A member that has died since is still named.
 *               (EAGAIN: none; EINVAL: past the last)
 * SYS_REGISTERS in 0 endpoint of a process that waits in a fault for the caller, 1 REGISTERS_*;
 *               REGISTERS_SET: 2 ip, 3 sp, 4 flags, 5 DS and ES, 6 FS and GS, the second of each
 *               two in the upper half. Flags that are not a process's to set are left out.
 *               out REGISTERS_GET: 0 ip, 1 sp, 2 flags, 3 DS and ES, 4 FS and GS, 5 the processor's
 *               error code, 6 the fault's address   (ENOTREADY: it does not wait in a fault for the
 *               caller; EINVAL: no such operation, or a selector that no process may load;
 *               EDEADSRCDST)
 * SYS_GATE      in  0 the address at which the caller goes on after each sysenter, which means what
 *               int IPC_VECTOR means, with the stack pointer in ebp; ebp and the flags are lost.
 *               Before it was told, that is address 0. (ENODEV: the processor has no sysenter; EINVAL:
 *               not a user's address)
 * SYS_INJECT    in  0 operation INJECT_*, 1 endpoint, 2 address there, 3 address of the caller's
 *               bytes, 4 how many (at most INJECT_BYTES). INJECT_READ of SYSTEM: the kernel's text and
 *               constants, the address counting from their beginning. INJECT_WATCH: the byte
 *               there; a process that reads or writes it gets a debug trap behind the instruction;
 *               one byte at a time, address 0: none.
 *               (ENOSYS: the kernel was booted without inject=on; EFAULT: not mapped)
 */

/* SYS_TRACE: abi/trace.h. SYS_CREATE to SYS_MOVE: abi/memory.h. */

#define IRQ_CLAIM    0
#define IRQ_DONE     1 /* the driver has served the device: unmask the line */
#define IRQ_RELEASE  2
#define IRQ_LINES    16
#define IRQ_LINE_LOG 16 /* not a wire: the kernel's log has grown. While it is claimed, the kernel
                           leaves screen and serial port to its owner, except in a panic. */
// clang-format on

#define INJECT_READ  0
#define INJECT_WRITE 1 /* also where the process itself may only read */
#define INJECT_WATCH 2
#define INJECT_BYTES 4096u

#define REGISTERS_GET 0
#define REGISTERS_SET 1

#define POWER_OFF    0
#define POWER_REBOOT 1

#define DEATH_EXIT  0 /* status */
#define DEATH_FAULT 1 /* vector, error code, instruction pointer, fault address */
#define DEATH_KILL  2

#define LOG_WRITE_MAX 256

#define NAME_BYTES 16 /* a process's name, NUL included */

/* What a process does; waits_for says for whom it waits. */
enum process_state {
    PROCESS_FREE,
    PROCESS_RUNNING, /* has the processor */
    PROCESS_READY,
    PROCESS_SENDING,    /* queued on waits_for */
    PROCESS_CALLING,    /* send_rec: queued on waits_for, then wants its answer */
    PROCESS_RECEIVING,  /* from waits_for: a process, ANY, HARDWARE or NONE */
    PROCESS_ANSWER,     /* send_rec: delivered, waits for waits_for's answer */
    PROCESS_REQUESTING, /* ipc_request: queued on waits_for, then wants its reply */
    PROCESS_AWAITING,   /* ipc_request: delivered, waits for waits_for's ipc_reply */
    PROCESS_SELECTING,  /* ipc_select; waits_for is ANY */
};

#define PROCESS_PORTS_MAX 8

struct process_ports {
    uint16_t first, last;
};

struct process_info {
    endpoint_t endpoint;
    char name[NAME_BYTES];
    uint32_t state; /* enum process_state */
    endpoint_t waits_for;
    uint32_t priority; /* 0 is the most urgent */
    uint32_t ticks;    /* of processor time */
    uint32_t messages_sent;
    uint32_t messages_received;
    uint32_t memory_bytes; /* mapped, devices apart */
    uint32_t identity;     /* privilege identity */
    uint32_t calls;        /* mask of calls, bits as in abi/privilege.h */
    uint32_t kernel_calls; /* mask: bit n is kernel call n */
    uint32_t irq_lines;    /* mask: bit n is line n */
    uint32_t targets[2];   /* mask: bit n of these 64 is identity n, which it may address */
    uint32_t port_count;
    struct process_ports ports[PROCESS_PORTS_MAX];
    message asked; /* what it sends to waits_for, or has asked of it; m_source 0, and all zero: no
                      such thing, or the caller has no right to SYS_TRACE: what others say is for
                      those alone who may watch */
};

#define MODULE_RUNNING    1  /* flags */
#define MODULE_REFUSED    2  /* never runs; why: reason */
#define MODULE_DEMAND     4  /* started by SYS_START, not by the boot */
#define MODULE_SUPERVISED 8  /* started and restarted by the supervisor, as its line says */
#define MODULE_DATA       16 /* no program: a server's data (type=data) */
#define MODULE_UPDATE     32 /* another program for a module (updates=NAME), not one of its own */

/* After which deaths the supervisor starts it again. */
#define RESTART_NEVER  0
#define RESTART_FAULT  1 /* all but an exit with status 0 */
#define RESTART_ALWAYS 2

#define MODULE_NEEDS_MAX 8
#define MODULE_NO_NEED   0xff

struct module_info {
    char name[NAME_BYTES];
    uint32_t flags;
    uint32_t image_bytes;
    uint32_t memory_bytes;
    endpoint_t endpoint; /* of its process, NONE when it does not run */
    uint32_t starts;     /* times started */
    char reason[76];     /* why refused, NUL-terminated */
    /* What the line tells the supervisor; the kernel itself does nothing with it. */
    uint32_t restart;                /* RESTART_* */
    uint32_t limit, limit_seconds;   /* so many restarts in that time; 0: no limit */
    uint32_t backoff_ms;             /* before the first restart; 0: never a delay */
    uint32_t heartbeat_ms;           /* 0: none */
    uint8_t needs[MODULE_NEEDS_MAX]; /* indices of modules, then MODULE_NO_NEED; of an update, of
                                        the module that it updates */
};

struct memory_info {
    uint32_t total_bytes;   /* usable memory that the loader reported */
    uint32_t kernel_bytes;  /* kernel image, tables, page tables */
    uint32_t modules_bytes; /* module images as loaded */
    uint32_t process_bytes; /* pages that processes own */
    uint32_t free_bytes;    /* not in use */
    uint32_t frames;        /* how many the table of frames has (abi/memory.h) */
    uint32_t frames_free;   /* of these */
    /* The frames with numbers below this can be page tables; the others can only be mapped. */
    uint32_t frames_near;
    uint32_t frames_near_free;
};

_Static_assert(sizeof(struct process_info) == 144, "shared layout");
_Static_assert(sizeof(struct module_info) == 140, "shared layout");
_Static_assert(sizeof(struct memory_info) == 36, "shared layout");
