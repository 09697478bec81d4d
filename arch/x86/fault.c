/* Exceptions in words: names, and what their error codes say (Intel's manual, volume 3, 6.15). */
#include "fault.h"

#include "layout.h"
#include "text.h"

static const char *const names[EXCEPTIONS] = {
    "divide error",
    "debug trap",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "floating-point unit not available",
    "double fault",
    "coprocessor segment overrun",
    "invalid task state",
    "segment not present",
    "stack segment fault",
    "general protection fault",
    "page fault",
    "reserved exception 15",
    "floating-point error",
    "alignment check",
    "machine check",
    "SIMD floating-point error",
    "virtualization exception",
    "control protection exception",
    "reserved exception 22",
    "reserved exception 23",
    "reserved exception 24",
    "reserved exception 25",
    "reserved exception 26",
    "reserved exception 27",
    "hypervisor injection exception",
    "VMM communication exception",
    "security exception",
    "reserved exception 31",
};

#define PAGE_ERROR_PRESENT  1u
#define PAGE_ERROR_WRITE    2u
#define PAGE_ERROR_USER     4u
#define PAGE_ERROR_RESERVED 8u
#define PAGE_ERROR_FETCH    16u

static const char *explain_page_fault(const struct arch_frame *f, uint32_t address)
{
    const bool user = (f->cs & 3) == 3, kernel_page = address >= USER_END;
    if (f->error & PAGE_ERROR_RESERVED)
        return "a page table entry has reserved bits set";
    /* Without NX and SMEP the processor does not tell a fetch from a read. */
    if ((f->error & PAGE_ERROR_FETCH) || (address == f->eip && !(f->error & PAGE_ERROR_WRITE))) {
        if (user && kernel_page)
            return "jump into the kernel";
        return f->error & PAGE_ERROR_PRESENT ? "execution of a page that forbids it"
                                             : "jump to a page that is not mapped";
    }
    if (user && kernel_page)
        return f->error & PAGE_ERROR_WRITE ? "write to the kernel's memory"
                                           : "read of the kernel's memory";
    if (f->error & PAGE_ERROR_WRITE)
        return f->error & PAGE_ERROR_PRESENT ? "write to a page that is read-only"
                                             : "write to a page that is not mapped";
    return f->error & PAGE_ERROR_PRESENT ? "read of a page that forbids it"
                                         : "read of a page that is not mapped";
}

#define SELECTOR_ERROR_GATE 2u

/* The error code of #TS, #NP, #SS and #GP: 0, or the selector or gate that was wrong. */
static const char *explain_selector(uint32_t error)
{
    static struct text t;
    if (error == 0)
        return "";
    if (error & SELECTOR_ERROR_GATE) {
        text_begin(&t, "interrupt 0x");
        text_hex(&t, error >> 3 & 0xff, 2);
        text_put(&t, " is not open to processes");
    } else {
        text_begin(&t, "segment selector 0x");
        text_hex(&t, error & 0xffff, 4);
    }
    return t.line;
}

const struct arch_fault *arch_page_fault(const struct arch_context *process, uint32_t address,
                                         bool write)
{
    static struct arch_fault fault;
    struct arch_frame frame = process->frame;
    struct arch_mapping mapping;
    frame.vector = VECTOR_PAGE_FAULT;
    frame.error = PAGE_ERROR_USER | (write ? PAGE_ERROR_WRITE : 0);
    if (arch_space_look(process->space, address, &mapping))
        frame.error |= PAGE_ERROR_PRESENT;
    fault_explain(&fault, &frame, address);
    return &fault;
}

void fault_explain(struct arch_fault *fault, const struct arch_frame *f, uint32_t address)
{
    *fault = (struct arch_fault){.vector = f->vector,
                                 .name = f->vector < EXCEPTIONS ? names[f->vector] : "",
                                 .error = f->error,
                                 .ip = f->eip,
                                 .sp = f->esp,
                                 .detail = ""};
    if (f->vector == VECTOR_PAGE_FAULT) {
        fault->address = address;
        fault->detail = explain_page_fault(f, address);
    } else if (f->vector == VECTOR_DOUBLE_FAULT) {
        if (address - (uint32_t)kernel_guard < PAGE_BYTES)
            fault->detail = "the kernel's stack has overflowed";
    } else if (f->vector >= 10 && f->vector <= VECTOR_PROTECTION) {
        fault->detail = explain_selector(f->error);
    }
}
