/*
 * What the assembly must know of C: compiled to assembly text, from which offsets.cmake makes
 * offsets.inc. One fact, one place.
 */
#include "descriptors.h"
#include "layout.h"
#include "multiboot.h"
#include "pic.h"
#include <abi/calls.h>
#include <abi/layout.h>
#include <abi/message.h>
#include <abi/trace.h>
#include <arch/arch.h>
#include <machine/context.h>
#include <stddef.h>

void offsets(void);

#define FRAME(field)      offsetof(struct arch_context, frame.field)
#define FROM_END(field)   (sizeof(struct arch_frame) - offsetof(struct arch_frame, field))
#define RENDEZVOUS(field) offsetof(struct arch_context, rendezvous.field)

/* What rendezvous.asm takes for granted. */
#define ENTRY_SHIFT 7
_Static_assert(sizeof(struct ipc_process) == 1 << ENTRY_SHIFT, "a slot is shifted");
_Static_assert(IPC_PROCESSES == 256, "a slot is the low byte of its endpoint");
_Static_assert(offsetof(struct ipc_table, process) == 0, "entries begin the table");
_Static_assert(offsetof(struct ipc_process, timed) == offsetof(struct ipc_process, state) + 1 &&
                   offsetof(struct ipc_process, fault) == offsetof(struct ipc_process, state) + 2 &&
                   offsetof(struct ipc_process, delivered) ==
                       offsetof(struct ipc_process, state) + 3,
               "state, timed, fault and delivered are one word");
_Static_assert(offsetof(struct ipc_process, ticket) == offsetof(struct ipc_process, reply_call) + 2,
               "call and ticket are one word");
_Static_assert(RENDEZVOUS(partner_v86) + 16 == RENDEZVOUS(partner) &&
                   RENDEZVOUS(self_v86) + 16 == RENDEZVOUS(self) &&
                   RENDEZVOUS(directory_v86) + 16 == RENDEZVOUS(directory) &&
                   RENDEZVOUS(may_v86) + 16 == RENDEZVOUS(may),
               "a frame of virtual-8086 mode begins 16 bytes lower");

/* The one state that rendezvous.asm writes itself. */
#define MAKES(y, from, to, causes, by)                                                             \
    || (IPC_##from == IPC_RUNNABLE && IPC_##to == IPC_AWAITING && IPC_BY_##by == IPC_BY_MACHINE)
_Static_assert(0 IPC_TRANSITIONS(MAKES, ), "the table of transitions has it");
#undef MAKES

_Static_assert(sizeof(struct trace_record) ==
                       offsetof(struct trace_record, type) + MESSAGE_BYTES - sizeof(uint32_t) &&
                   offsetof(struct trace_record, time_high) ==
                       offsetof(struct trace_record, time_low) + 4,
               "a record ends with a message without its source");

#define CONSTANT(name, value) __asm__ volatile("# OFFSET " #name " %c0" : : "i"(value))

void offsets(void)
{
    /* From the bottom of a context, and from gs in its frame, where esp stands after an entry. */
    CONSTANT(FRAME_GS, FRAME(gs));
    CONSTANT(AT_ES, FRAME(es) - FRAME(gs));
    CONSTANT(AT_DS, FRAME(ds) - FRAME(gs));
    CONSTANT(AT_EDI, FRAME(edi) - FRAME(gs));
    CONSTANT(AT_ECX, FRAME(ecx) - FRAME(gs));
    CONSTANT(AT_ESI, FRAME(esi) - FRAME(gs));
    CONSTANT(AT_EAX, FRAME(eax) - FRAME(gs));
    CONSTANT(AT_EFLAGS, FRAME(eflags) - FRAME(gs));
    CONSTANT(AT_END, sizeof(struct arch_frame) - FRAME(gs));
    CONSTANT(AT_IN_BOX, RENDEZVOUS(in_box) - FRAME(gs));
    CONSTANT(AT_OUT_BOX, RENDEZVOUS(out_box) - FRAME(gs));
    CONSTANT(AT_DIRECTORY, RENDEZVOUS(directory) - FRAME(gs));
    CONSTANT(AT_PARTNER, RENDEZVOUS(partner) - FRAME(gs));
    CONSTANT(AT_SELF, RENDEZVOUS(self) - FRAME(gs));
    CONSTANT(END_RETURN_ADDRESS, RENDEZVOUS(return_address) - sizeof(struct arch_frame));
    CONSTANT(END_EIP, FROM_END(eip));
    CONSTANT(END_EFLAGS, FROM_END(eflags));
    CONSTANT(END_ESP, FROM_END(esp));
    CONSTANT(AT_CLIENT, RENDEZVOUS(client) - FRAME(gs));
    CONSTANT(AT_REACH, RENDEZVOUS(reach) - FRAME(gs));
    CONSTANT(AT_REACH_BOXES, RENDEZVOUS(reach_boxes) - FRAME(gs));
    CONSTANT(AT_BOUNCE, RENDEZVOUS(bounce) - FRAME(gs));
    CONSTANT(AT_DELIVER_FIRST, offsetof(struct arch_context, deliver.first) - FRAME(gs));
    CONSTANT(AT_DELIVER_SECOND, offsetof(struct arch_context, deliver.second) - FRAME(gs));
    CONSTANT(AT_DELIVER_BYTES, offsetof(struct arch_context, deliver.first_bytes) - FRAME(gs));
    CONSTANT(CONTEXT_CLIENT, RENDEZVOUS(client));
    CONSTANT(CONTEXT_DELIVER_FIRST, offsetof(struct arch_context, deliver.first));
    CONSTANT(CONTEXT_DELIVER_SECOND, offsetof(struct arch_context, deliver.second));
    CONSTANT(CONTEXT_DELIVER_BYTES, offsetof(struct arch_context, deliver.first_bytes));
    CONSTANT(AT_MAY, RENDEZVOUS(may) - FRAME(gs));
    CONSTANT(AT_ENDPOINT, RENDEZVOUS(endpoint) - FRAME(gs));
    CONSTANT(AT_ACCEPTS, RENDEZVOUS(accepts) - FRAME(gs));
    CONSTANT(AT_NOT_WORSE, RENDEZVOUS(not_worse) - FRAME(gs));
    CONSTANT(CONTEXT_PARTNER, RENDEZVOUS(partner));
    CONSTANT(PARTNER_MESSAGE, ARCH_PARTNER_MESSAGE);
    CONSTANT(PARTNER_APART, ARCH_PARTNER_APART);
    CONSTANT(PARTNER_RECEIVER, ARCH_PARTNER_RECEIVER);
    CONSTANT(PARTNER_LOW, ARCH_PARTNER_LOW);
    CONSTANT(TABLE_ALIGN, ARCH_TABLE_ALIGN);
    CONSTANT(CONTEXT_ACCEPTS, RENDEZVOUS(accepts));
    CONSTANT(CONTEXT_NOT_WORSE, RENDEZVOUS(not_worse));
    CONSTANT(CONTEXT_MAY, RENDEZVOUS(may));
    CONSTANT(FRAME_EAX, FRAME(eax));
    CONSTANT(FRAME_ECX, FRAME(ecx));
    CONSTANT(FRAME_ESI, FRAME(esi));
    CONSTANT(MAY_SEND, ARCH_MAY_SEND);
    CONSTANT(MAY_RECEIVE, ARCH_MAY_RECEIVE);
    CONSTANT(MAY_ECHO, ARCH_MAY_ECHO);
    CONSTANT(MAY_ECHO_BOXES, ARCH_MAY_ECHO_BOXES);
    CONSTANT(MAY_ENTER, ARCH_MAY_ENTER);
    CONSTANT(MAY_LEAVE, ARCH_MAY_LEAVE);
    CONSTANT(MAY_ASK_TIME, ARCH_MAY_ASK_TIME);
    CONSTANT(MAY_ASK_BOXES, ARCH_MAY_ASK_BOXES);

    CONSTANT(ENTRY_ENDPOINT, offsetof(struct ipc_process, endpoint));
    CONSTANT(ENTRY_STATE, offsetof(struct ipc_process, state));
    CONSTANT(ENTRY_WAITS_FOR, offsetof(struct ipc_process, waits_for));
    CONSTANT(ENTRY_EVENT_MASK, offsetof(struct ipc_process, event_mask));
    CONSTANT(ENTRY_PENDING, offsetof(struct ipc_process, pending));
    CONSTANT(ENTRY_PREFER_MESSAGE, offsetof(struct ipc_process, prefer_message));
    CONSTANT(ENTRY_IN, offsetof(struct ipc_process, in));
    CONSTANT(ENTRY_REPLY_CALL, offsetof(struct ipc_process, reply_call));
    CONSTANT(ENTRY_SENT, offsetof(struct ipc_process, sent));
    CONSTANT(ENTRY_RECEIVED, offsetof(struct ipc_process, received));
    CONSTANT(ENTRY_BYTES, sizeof(struct ipc_process));
    CONSTANT(ENTRY_SHIFT, ENTRY_SHIFT);
    CONSTANT(IPC_AWAITING, IPC_AWAITING);
    CONSTANT(IPC_RECEIVING, IPC_RECEIVING);
    CONSTANT(IPC_SEND, IPC_SEND);
    CONSTANT(IPC_RECEIVE, IPC_RECEIVE);
    CONSTANT(IPC_SEND_REC, IPC_SEND_REC);
    CONSTANT(IPC_IN_OUTBOX, IPC_IN_OUTBOX);
    CONSTANT(IPC_NOTIFY, IPC_NOTIFY);
    CONSTANT(IPC_ECHO, IPC_ECHO);
    CONSTANT(IPC_REQUEST, IPC_REQUEST);
    CONSTANT(IPC_REPLY, IPC_REPLY);
    CONSTANT(IPC_NOTIFY_SET, IPC_NOTIFY_SET);
    CONSTANT(IPC_RECEIVE_EX, IPC_RECEIVE_EX);
    CONSTANT(IPC_REPLY_RECEIVE, IPC_REPLY_RECEIVE);
    CONSTANT(IPC_SELECT, IPC_SELECT);
    CONSTANT(IPC_ALL_EVENTS, IPC_ALL_EVENTS);
    CONSTANT(IPC_CAME_NOTHING, IPC_CAME_NOTHING);
    CONSTANT(IPC_CAME_EVENTS, IPC_CAME_EVENTS);
    CONSTANT(IPC_EVENT_MESSAGE, IPC_EVENT_MESSAGE);
    CONSTANT(HARDWARE, HARDWARE);
    CONSTANT(IPC_CAME_SEND, IPC_CAME_SEND);
    CONSTANT(EBADCALL, EBADCALL);
    CONSTANT(SYSTEM, SYSTEM);
    CONSTANT(IPC_CAME_REQUEST, IPC_CAME_REQUEST);
    CONSTANT(IPC_CAME_REPLY, IPC_CAME_REPLY);
    CONSTANT(ANY, ANY);

    CONSTANT(RING_NEXT, offsetof(struct arch_trace_ring, next));
    CONSTANT(RING_FIRST, offsetof(struct arch_trace_ring, first));
    CONSTANT(RING_END, offsetof(struct arch_trace_ring, end));
    CONSTANT(RECORD_TIME, offsetof(struct trace_record, time_low));
    CONSTANT(RECORD_WHAT, offsetof(struct trace_record, what));
    CONSTANT(RECORD_FROM, offsetof(struct trace_record, from));
    CONSTANT(RECORD_TO, offsetof(struct trace_record, to));
    CONSTANT(RECORD_CALL, offsetof(struct trace_record, call));
    CONSTANT(RECORD_RESULT, offsetof(struct trace_record, result));
    CONSTANT(RECORD_SECOND, offsetof(struct trace_record, second));
    CONSTANT(RECORD_TYPE, offsetof(struct trace_record, type));
    CONSTANT(RECORD_RENDEZVOUS,
             TRACE_CALL | TRACE_DELIVER | TRACE_WAKE | TRACE_BLOCK | TRACE_SWITCH | TRACE_MESSAGE);
    CONSTANT(EIP_TO_TICKS, offsetof(struct arch_context, ticks) - FRAME(eip));
    CONSTANT(VECTOR_TIMER, VECTOR_LINES + PIC_LINE_TIMER);
    CONSTANT(PIC_LINES, PIC_LINES);
    CONSTANT(PIC_MASTER_DATA, PIC_MASTER_DATA);
    CONSTANT(PIC_SLAVE_COMMAND, PIC_SLAVE_COMMAND);
    CONSTANT(PIC_SLAVE_DATA, PIC_SLAVE_DATA);
    CONSTANT(PIC_COMMAND, PIC_MASTER_COMMAND);
    CONSTANT(PIC_END_INTERRUPT, PIC_END_INTERRUPT);
    CONSTANT(PUSHED_CS, 12); /* from the vector that a stub pushed */
    CONSTANT(PUSHED_EFLAGS, 16);
    CONSTANT(PUSHED_SS, 24);
    CONSTANT(TASK_ESP0, 32 + 4); /* of struct descriptors_task */
    CONSTANT(TASK_BITMAP, 32 + TASK_BITMAP_OFFSET);
    CONSTANT(BITMAP_NONE, TASK_NO_BITMAP);
    CONSTANT(AT_EBP, FRAME(ebp) - FRAME(gs));
    CONSTANT(AT_EIP, FRAME(eip) - FRAME(gs));
    CONSTANT(SELECTOR_USER_CODE, SELECTOR_USER_CODE);
    CONSTANT(SELECTOR_USER_DATA, SELECTOR_USER_DATA);
    CONSTANT(FLAGS_CLEAN, FLAGS_CLEAN);
    CONSTANT(FLAGS_TRAP, FLAGS_TRAP);
    CONSTANT(FLAGS_INTERRUPT, FLAGS_INTERRUPT);
    CONSTANT(FLAGS_V86, FLAGS_V86);
    CONSTANT(FLAGS_ACCESS, FLAGS_ACCESS);
    CONSTANT(IPC_VECTOR, IPC_VECTOR);
    CONSTANT(VECTOR_DEBUG, VECTOR_DEBUG);
    CONSTANT(VECTOR_NMI, VECTOR_NMI);
    CONSTANT(EXCEPTIONS, EXCEPTIONS);
    CONSTANT(VECTORS, VECTORS);
    CONSTANT(KERNEL_BASE, KERNEL_BASE);
    CONSTANT(ENTRY_USERS, ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER);
    CONSTANT(ENTRY_IN_WINDOW, ENTRY_IN_WINDOW);
    CONSTANT(ENTRY_FRAME, ENTRY_ADDRESS);
    CONSTANT(PAGE_BYTES, PAGE_BYTES);
    CONSTANT(PAGE_SHIFT, PAGE_SHIFT);
    CONSTANT(USER_END, USER_END);
    CONSTANT(MESSAGE_BYTES, MESSAGE_BYTES);
    CONSTANT(TABLE_ENTRIES, TABLE_ENTRIES);
    CONSTANT(KERNEL_STACK_BYTES, KERNEL_STACK_BYTES);
    CONSTANT(SIDE_STACK_BYTES, SIDE_STACK_BYTES);
    CONSTANT(MESSAGE_WORDS, MESSAGE_WORDS);
    CONSTANT(MULTIBOOT_HEADER_MAGIC, MULTIBOOT_HEADER_MAGIC);
    CONSTANT(MULTIBOOT_LOADER_MAGIC, MULTIBOOT_LOADER_MAGIC);
    CONSTANT(MULTIBOOT_WANT_ALIGNED, MULTIBOOT_WANT_ALIGNED);
    CONSTANT(MULTIBOOT_WANT_MEMORY, MULTIBOOT_WANT_MEMORY);
    CONSTANT(MULTIBOOT_WANT_VIDEO, MULTIBOOT_WANT_VIDEO);
}
