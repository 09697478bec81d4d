/* Calls to SYSTEM, one function each: 0 or a negative error. Contracts: abi/system.h. */
#pragma once

#include <abi/framebuffer.h>
#include <abi/system.h>
#include <stddef.h>
#include <stdint.h>

struct system_death {
    endpoint_t endpoint;
    uint32_t cause;  /* DEATH_* */
    uint32_t status; /* exit status, or the fault's vector */
    uint32_t error, ip, address;
};

/* Of a process that waits in a fault: where it goes on, and what the fault was. */
struct system_registers {
    uint32_t ip, sp, flags;
    uint32_t data_segments;   /* DS, ES in the upper half */
    uint32_t thread_segments; /* FS, GS in the upper half */
    uint32_t error, address;  /* of the fault: read only */
};

_Noreturn void sys_exit(int status);
int sys_time(uint64_t *microseconds);
int sys_lookup(const char *name, endpoint_t *endpoint);
int sys_process(unsigned slot, struct process_info *info);
/* The process with that endpoint; EDEADSRCDST: its slot has another one. */
int sys_process_of(endpoint_t process, struct process_info *info);
/* The first process in that slot or behind it; *slot is its own then. EINVAL: none. */
int sys_process_next(unsigned *slot, struct process_info *info);
int sys_module(unsigned index, struct module_info *info);
/* The module of that name, and its index. ENOENT: none. */
int sys_module_find(const char *name, unsigned *index, struct module_info *info);
int sys_memory(struct memory_info *info);
/* On the caller's console. */
int sys_start(const char *name, const char *arguments, endpoint_t *endpoint);
/* From its next start on the module runs the program of the module with that index (updates=NAME).
 */
int sys_update(const char *name, unsigned update);
int sys_kill(endpoint_t endpoint);
int sys_irq_claim(unsigned line, unsigned event_bit);
int sys_irq_done(unsigned line);
int sys_irq_release(unsigned line);
int sys_alarm(uint64_t microseconds);
int sys_watch(endpoint_t endpoint, int on);
int sys_death(struct system_death *death);
/* Bytes read, or a negative error. *position: in, where to begin; out, behind the last. */
int sys_log_read(uint64_t *position, char *buffer, size_t bytes);
int sys_log_write(const char *text, size_t bytes);
int sys_dump(void);
int sys_power(unsigned what, unsigned status);
/* Ends the process's wait; `restart`: a forwarded fault that it waits in starts again instead. */
int sys_cancel(endpoint_t endpoint, int restart);
/* The index-th member of the cycle refused last that the caller is in. Returns the number of its
   members, or a negative error. */
int sys_cycle(unsigned index, endpoint_t *member);
/* Where sysenter comes back to; ipc_use_sysenter (parley/ipc.h) calls it. */
int sys_gate(const void *return_address);
/* Of a process that waits in a fault for the caller, else ENOTREADY. */
int sys_registers_get(endpoint_t endpoint, struct system_registers *registers);
int sys_registers_set(endpoint_t endpoint, const struct system_registers *registers);

/* A fault's vector in words: "page fault". */
const char *sys_fault_name(uint32_t vector);

/* For tests: only in a kernel booted with inject=on. `operation`: INJECT_*. */
int sys_inject(unsigned operation, endpoint_t endpoint, uint32_t there, void *here, size_t bytes);

endpoint_t self(void); /* own endpoint */

/* From now on the caller's standard streams, and those of what it starts, are on this console of
   the tty's, counted from 0. Before, they are on that of who started it. */
void console_use(uint32_t console);

/* The screen, mapped at its address; NULL: the line has no map=framebuffer, or the loader left
 * none.
 */
const struct framebuffer *module_framebuffer(void);

/* The data module that the line names (data=), read-only; NULL and 0 bytes: it names none. */
const void *module_data(size_t *bytes);
