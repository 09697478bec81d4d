/*
 * The boot modules: programs that may become processes, one process a module at a time.
 *
 * Everything that a module will ever need (page tables, pages of its segments, stack and heap) is
 * taken at boot, so starting it can never run out of memory: a start copies the image again into
 * the pages that the module owns and clears the rest. A module that may not run is kept in the
 * list, with the reason.
 */
#pragma once

#include "death.h"
#include "elf.h"
#include "module_line.h"
#include <arch/arch.h>

struct module {
    char name[NAME_BYTES];
    char reason[MODULE_REASON_BYTES]; /* why it is refused; "" when it is not */
    bool is_update;                   /* never a process: its program may become another module's */
    bool is_data;                     /* never a process: mapped into the one whose line names it */
    bool left_out;                    /* the machine has too little memory for it */
    bool demand, supervised, quiet;
    uint8_t priority, identity;
    uint16_t quantum;                 /* ticks */
    uint16_t slot;                    /* of its process, IPC_NO_SLOT when it does not run */
    bool created;                     /* by SYS_CREATE: no boot module (program.h) */
    bool lent;                        /* its space has, or had, pages of the memory server */
    endpoint_t owed;                  /* its process that died with such pages, until they are
                                         released; or 0 */
    struct death owed_death;          /* how that one died */
    uint32_t kernel_calls, irq_lines; /* as in struct module_line */
    unsigned port_count;
    struct module_ports ports[MODULE_PORTS_MAX];
    bool borrows;      /* another module's file, its own is none */
    const char *image; /* the file, in the kernel's window */
    uint32_t image_bytes;
    struct elf_program program;
    phys_addr_t data_start, data_tail; /* of data: its first page; the copy of a last page that is
                                          not all its own, or 0 */
    struct module *updates;            /* of an update: that other module */
    struct module *data;               /* the data module that it sees, or NULL */
    uint32_t framebuffer; /* where it sees the first row of the screen; 0: it does not */
    struct arch_space space;
    uint32_t heap_bytes, stack_bytes;
    uint32_t memory_bytes; /* pages that it owns */
    uint32_t starts;
    char arguments[ARGUMENT_BYTES]; /* of its line */
    char faults[NAME_BYTES];        /* the process that settles its faults, or "" */
    /* What the supervisor is told, as in struct module_info. */
    uint32_t restart, limit, limit_seconds, backoff_ms, heartbeat_ms;
    uint8_t needs[MODULE_NEEDS_MAX];
};

/* Before memory_init: what the machine is too small for is left out, and its memory is free. */
void modules_leave_out(struct boot_info *boot);
/* Reads the modules' lines, checks and reserves all, logs one line each. */
void modules_load(const struct boot_info *boot);
/* Starts those that start at boot, and logs them; returns how many run. */
unsigned modules_start(void);

/* Whether the module waits for the release of this process of it; 0: of any. */
static inline bool module_owes(const struct module *module, endpoint_t dead)
{
    return module->owed && (dead == 0 || module->owed == dead);
}

unsigned module_count(void);
struct module *module_at(unsigned index);
/* NULL when no module has this name. */
struct module *module_find(const char *name);

/*
 * Starts a module that does not run. `arguments` is split at blanks; an empty string stands for
 * the arguments on the module's line. `console` is for its start stack. Returns the slot, or
 * -ENOEXEC, -EBUSY, -E2BIG, -EAGAIN.
 * EBUSY, too, while the pages of its former process have not been released: by the memory server,
 * but the memory server's own by this, SPACE_RELEASE_PAGES a call.
 */
int module_start(struct module *module, const char *arguments, uint32_t console);

/*
 * From the next start on `module` runs the program of `update`, whose line names it, and `update`
 * has the program that it ran until now. -EINVAL: it is no update of it; -EBUSY, as above.
 */
int module_update(struct module *module, struct module *update);
