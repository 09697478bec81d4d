/* See trap_machine.h. The processes, the core, timers, the scheduler and cycles are the kernel's.
 */
#include "trap_machine.h"

#include "clock.h"
#include "cycle.h"
#include "frame.h"
#include "irq.h"
#include "log.h"
#include "panic.h"
#include "schedule.h"
#include "selftest.h"
#include "system.h"
#include "timer.h"

#include <stdarg.h>

struct machine machine;
_Alignas(PAGE_BYTES) uint8_t machine_memory[MEMORY_BYTES];

void machine_begin(struct fuzz_input *input)
{
    machine = (struct machine){.now = 1000};
    for (unsigned i = 0; i < MEMORY_BYTES; i++)
        machine_memory[i] = (uint8_t)(i * 7 + i / PAGE_BYTES);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        machine.module[slot].space.pages = slot;
        machine.module[slot].slot = IPC_NO_SLOT;
        machine.module[slot].quantum = 10;
        machine.module[slot].name[0] = (char)('a' + slot);
        for (unsigned i = 0; i < USER_PAGES; i++) {
            uint32_t byte = fuzz_byte(input);

            machine.page[slot][i] = (struct user_page){
                .present = (byte & 0x70) != 0,
                .writable = (byte & 0x0c) != 0,
                .physical = byte % PHYSICAL_PAGES,
            };
        }
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static bool page_of(uint32_t address, unsigned *index)
{
    if (address - LOW_START < LOW_PAGES * PAGE_BYTES)
        *index = (address - LOW_START) / PAGE_BYTES;
    else if (address - HIGH_START < HIGH_PAGES * PAGE_BYTES)
        *index = LOW_PAGES + (address - HIGH_START) / PAGE_BYTES;
    else
        return false;
    return true;
}

bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found)
{
    const struct user_page *page;
    unsigned index;

    if (!page_of(address, &index))
        return false;
    page = &machine.page[space->pages][index];
    if (!page->present || ((flags & SPACE_WRITE) != 0 && !page->writable))
        return false;
    *found = arch_phys_of(machine_memory +
                          (space->pages * PHYSICAL_PAGES + page->physical) * PAGE_BYTES) +
             address % PAGE_BYTES;
    return true;
}

void *arch_window(phys_addr_t address, uint32_t bytes)
{
    uint32_t offset = address - arch_phys_of(machine_memory);

    if (offset > MEMORY_BYTES || bytes > MEMORY_BYTES - offset || machine_is_beyond(offset))
        return NULL;
    return machine_memory + offset;
}

void *arch_view(phys_addr_t address)
{
    return (void *)(uintptr_t)address;
}

uint32_t arch_window_bytes(void)
{
    return 0; /* no page is ever taken here */
}

phys_addr_t arch_phys_of(const void *kernel_address)
{
    return (phys_addr_t)(uintptr_t)kernel_address;
}

static void *at(phys_addr_t address)
{
    return (void *)(uintptr_t)address;
}

void phys_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes)
{
    memcpy(at(destination), at(source), bytes);
}

void phys_zero(phys_addr_t start, uint32_t bytes)
{
    memset(at(start), 0, bytes);
}

void arch_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes)
{
    phys_copy(source, destination, bytes);
}

void msg_copy(phys_addr_t source, phys_addr_t destination)
{
    FUZZ_CHECK(source % MESSAGE_ALIGN == 0 && destination % MESSAGE_ALIGN == 0);
    memmove(at(destination), at(source), MESSAGE_BYTES);
}

void msg_word(phys_addr_t address, unsigned index, uint32_t value)
{
    FUZZ_CHECK(address % MESSAGE_ALIGN == 0 && index < MESSAGE_WORDS);
    ((uint32_t *)at(address))[index] = value;
}

/* ---- Registers ------------------------------------------------------------------------------- */

void arch_call_read(const struct arch_context *context, struct arch_call *call)
{
    *call = (struct arch_call){context->call,   context->target,  context->message,
                               context->events, context->timeout, context->source};
}

void arch_call_result(struct arch_context *context, int32_t result, uint32_t second)
{
    context->result = result;
    context->second = second;
}

void arch_context_create(struct arch_context *context, struct arch_space *space, uint32_t entry,
                         uint32_t stack)
{
    *context = (struct arch_context){.space = space, .ip = entry, .sp = stack};
}

void arch_context_destroy(struct arch_context *context)
{
    (void)context;
}

int arch_context_allow_ports(struct arch_context *context, uint16_t first, uint16_t last)
{
    (void)context, (void)first, (void)last;
    return 0;
}

void arch_context_set_registers(struct arch_context *context,
                                const uint32_t registers[MESSAGE_PAYLOAD_WORDS])
{
    (void)context, (void)registers;
    fuzz_fail("registers of a process that is in no fault");
}

void arch_reach(struct arch_context *process, unsigned slot, bool may)
{
    (void)process, (void)may;
    FUZZ_CHECK(slot < IPC_PROCESSES);
}

bool arch_context_plain(const struct arch_context *process)
{
    (void)process;
    return true;
}

void arch_boxes(struct arch_context *process, phys_addr_t in, phys_addr_t out)
{
    unsigned slot = process_slot(process_of(process));

    machine.path[slot].in_box = in;
    machine.path[slot].out_box = out;
}

void arch_open(struct arch_context *process, unsigned slot, bool with_boxes)
{
    FUZZ_CHECK(process_at(slot) == process_of(process));
    machine.path[slot].with_boxes = with_boxes;
    machine.path[slot].is_open = true;
}

void arch_accept(struct arch_context *process, endpoint_t source)
{
    machine.path[process_slot(process_of(process))].accepts = source;
}

void arch_close(struct arch_context *process)
{
    machine.path[process_slot(process_of(process))].is_open = false;
    machine.path[process_slot(process_of(process))].accepts = 0;
}

void arch_permit(struct arch_context *process, const struct arch_permission *permission)
{
    struct process *p = process_of(process);

    FUZZ_CHECK(permission->self == (p->alive ? process_endpoint(p) : 0));
}

struct arch_context *arch_woken(void)
{
    return NULL;
}

struct arch_context *arch_displaced(void)
{
    return NULL;
}

struct arch_context *arch_running(void)
{
    fuzz_fail("nobody should ask who runs");
}

uint64_t arch_time_us(void)
{
    return machine.now;
}

/* ---- The kernel's parts that are not here ---------------------------------------------------- */

void system_call(struct process *caller, message *m)
{
    const struct death how = {.endpoint = process_endpoint(caller), .cause = DEATH_EXIT};

    machine.system_saw = *m;
    machine.system_calls++;
    if (m->m_words[0] == SYSTEM_ENDS_CALLER)
        process_end(caller, &how);
    m->m_source = SYSTEM;
    m->m_type = 0;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = ~m->m_words[i];
}

void irq_release_all(unsigned slot)
{
    (void)slot;
}

void death_happened(unsigned slot, const struct death *how)
{
    (void)slot, (void)how;
}

bool fault_in_call(struct process *process, uint32_t address, bool write)
{
    (void)process, (void)address, (void)write;
    return false; /* nobody here is the memory server's */
}

void arch_enter(struct arch_context *context)
{
    (void)context;
}

void frame_account(struct memory_info *info)
{
    (void)info;
}

void fault_handler_begins(const struct module *handler)
{
    (void)handler;
}

void fault_wait_ended(unsigned slot, int32_t result)
{
    (void)result;
    fault_unsettled(slot);
}

void fault_unsettled(unsigned slot)
{
    (void)slot;
    fuzz_fail("a fault of a process that is in none");
}

void selftest_call(void) {}

uint32_t arch_ticks(void)
{
    return (uint32_t)(machine.now / 1000);
}

void log_line(const char *pattern, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, pattern);
    vsnprintf(line, sizeof line, pattern, arguments);
    va_end(arguments);
}

void kernel_assert_failed(const char *condition, const char *function, int line)
{
    fuzz_fail("the kernel's assertion in %s, line %d: %s", function, line, condition);
}

void kernel_panic(const char *pattern, ...)
{
    fuzz_fail("the kernel's panic: %s", pattern);
}

uint64_t arch_counter(void)
{
    return machine.now;
}

bool arch_counts_cycles(void)
{
    return false;
}

void arch_trace(bool on, bool everything)
{
    (void)on, (void)everything;
}

int arch_space_map(struct arch_space *space, uint32_t address, phys_addr_t page, uint32_t flags,
                   arch_page_source source, void *context)
{
    (void)space, (void)address, (void)page, (void)flags, (void)source, (void)context;
    fuzz_fail("nothing is mapped in a call");
}
