/*
 * The process table: one entry a slot of the core's table, the machine's registers first.
 *
 * What always holds: an entry is alive exactly when the core's slot is not free; a living process
 * is an instance of one module, which knows it; its address space is the module's.
 */
#pragma once

#include "death.h"
#include "module.h"
#include <arch/arch.h>
#include <ipc/ipc.h>

#define FAULT_DETAIL_BYTES 64

/* The machine finds an entry by a shift: eight times as large as one of the core's. */
#define PROCESS_ALIGN (8 * IPC_PROCESS_ALIGN)

struct process {
    _Alignas(PROCESS_ALIGN) struct arch_context arch; /* first: the trap pushes into it */
    bool alive;
    bool switchable; /* as handover.c told the machine: it lives and is plain */
    bool call_ended; /* its call ended while it waited: the results are not in the frame yet */
    struct module *module;
    phys_addr_t in_box, out_box; /* checked when they were set; 0: none */
    bool boxes_beyond;           /* one of them lies beyond the window (handover.c) */
    message bounce; /* stands in for a message that straddles two pages or lies beyond the window
                       (arch.deliver), or that of a fault */
    struct arch_fault fault; /* its last one; the texts are kept below or live for ever */
    char fault_detail[FAULT_DETAIL_BYTES];
    bool faulted;     /* it waits in its fault for its handler's word, or has it */
    bool patient;     /* its handler does not run: it waits until that does */
    bool begun;       /* a program of SYS_CREATE has not, until SYS_BEGIN */
    bool calls_again; /* the fault was in its call, which is made again when that is settled */
    bool doomed;      /* nobody has settled the fault: it dies before anybody runs (fault.c) */
};

extern struct ipc_table ipc_table;

void process_init(void);
struct process *process_at(unsigned slot);
unsigned process_slot(const struct process *process);
struct process *process_of(struct arch_context *context);
/* The slot that runs, or SCHEDULE_NONE; right even where kernel_enter has not been yet. */
unsigned process_running(void);
endpoint_t process_endpoint(const struct process *process);
const char *process_name(const struct process *process);
/* A living process's name, a kernel name's, or "nobody". */
const char *endpoint_name(endpoint_t endpoint);

/* A process of this module that will begin at `entry` with stack pointer `stack`; its slot must
   have come from ipc_create. Then it begins. */
void process_create(unsigned slot, struct module *module, uint32_t entry, uint32_t stack);
void process_run(unsigned slot);

/* The process is no more: everything that it held is released, whoever waited for it is woken and
   whoever watched it is told. */
void process_end(struct process *process, const struct death *how);

/* The same for whoever asks from outside. */
enum process_state process_state_of(enum ipc_state state);

/* Events of the kernel's own, for a living process. */
void process_post(unsigned slot, uint32_t bits);

/* Stores the results of the process's ended call where it will find them; of a fault that its
   handler has settled, the registers. */
void process_finish_call(struct process *process);

/* What it called for before it faulted in that call. */
void process_call_again(struct process *process);
/* A call of the process that runs wants `address`, where it may not read or (`write`) write. True:
   its handler is asked, and the call will be made again. */
bool fault_in_call(struct process *process, uint32_t address, bool write);

/* Ends those whose fault nobody has settled: its handler died, or the wait was cancelled. Called
   before it is decided who runs. */
void fault_bury(void);
/* These may be called from within the core. The fault of the process in `slot` will not be settled;
   the wait in it ended with that error; a process of this module begins. */
void fault_unsettled(unsigned slot);
void fault_wait_ended(unsigned slot, int32_t result);
void fault_handler_begins(const struct module *handler);
