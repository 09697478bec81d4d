/*
 * The trap: call numbers, flags and the second result.
 *
 * Software interrupt 0x94. In: ecx = call | flags, eax = source or destination, ebx = message,
 * edx = event set, esi = timeout in microseconds (only with IPC_TIMEOUT), edi = the source that
 * 0xA0 then receives from. in_outbox takes the in-box in eax and the out-box in ebx; ipc_select the
 * number of pairs in eax and their address in ebx (abi/select.h). Out: eax = 0 or a negative error
 * (ipc_select: the index of a pair, or a negative error), esi = the second result. All other
 * registers come back as they were, DS and ES as the flat user selector.
 *
 * 0x1..0x4 are the numbers of Flyanx. 0x10..0x80 are those that MINIX 3 reserved in 2006 for a
 * second API; a call is a bit, so that reply and receive compose to 0xA0. 0x3, 0x4 and 0x5 are
 * numbers, not combinations; no other combination is a call.
 */
#pragma once

#define IPC_VECTOR 0x94

#define IPC_SEND          0x1
#define IPC_RECEIVE       0x2
#define IPC_SEND_REC      0x3
#define IPC_IN_OUTBOX     0x4
#define IPC_NOTIFY        0x5 /* MINIX gives 4 to notify; 4 is in_outbox here */
#define IPC_ECHO          0x8
#define IPC_REQUEST       0x10  /* ipc_request */
#define IPC_REPLY         0x20  /* ipc_reply */
#define IPC_NOTIFY_SET    0x40  /* ipc_notify: a set of events */
#define IPC_RECEIVE_EX    0x80  /* ipc_receive: messages, and the events of a set */
#define IPC_REPLY_RECEIVE 0xA0  /* ipc_reply, then ipc_receive */
#define IPC_SELECT        0x100 /* ipc_select */

/* NONBLOCK: in calls of two halves it is about the first; 0xA0's first never waits, so there it is
   about the second. */
#define IPC_CALL_MASK    0x00000fff
#define IPC_NONBLOCK     0x00001000 /* ENOTREADY instead of waiting */
#define IPC_TIMEOUT      0x00002000 /* esi is one deadline for the whole call; 0 polls */
#define IPC_UNDEFINED    0x0000c000 /* must be zero */
#define IPC_TICKET_SHIFT 16         /* 0x20 and 0xA0: whose answer; must be zero elsewhere */
#define IPC_TICKET_MASK  0xffff0000

#define IPC_SELECT_MAX 16          /* pairs in a call of ipc_select */
#define IPC_ALL_EVENTS 0xffffffffu /* what the plain receive accepts */

/*
 * The second result (esi) after success. Bits 2..0: what came (ipc_select: what is ready).
 * Bits 15..8: the error of 0xA0's reply, whose receive happened all the same, or of the dead source
 * that ipc_select found, as a positive number; else 0. Bits 31..16: the ticket of the send_rec or
 * ipc_request that was taken, never 0; else 0. All others are zero.
 */
#define IPC_CAME_MASK     7
#define IPC_CAME_NOTHING  0
#define IPC_CAME_SEND     1
#define IPC_CAME_SEND_REC 2
#define IPC_CAME_REQUEST  3
#define IPC_CAME_EVENTS   4
#define IPC_CAME_REPLY    5 /* by ipc_reply, or from SYSTEM */

#define IPC_ERROR_SHIFT 8

#define IPC_CAME(second)         ((second)&IPC_CAME_MASK)
#define IPC_BESIDE_ERROR(second) ((second) >> IPC_ERROR_SHIFT & 0xff)
#define IPC_TICKET(second)       ((second) >> IPC_TICKET_SHIFT)
/* After an error the second result is the endpoint that caused it: the caller, the dead peer, or
   whom the call waited, or would have waited, for (ipc_select: ANY). */

/* A message of events: m_source = whose, m_type = this, word 0 = the bits, the rest zero. */
#define IPC_EVENT_MESSAGE 0x1000

#define EVENT_NOTIFY 0x00000001u /* what notify sets */
/* From HARDWARE: bits 0..23 as the driver chose when it claimed the line, and: */
#define EVENT_LINES 0x00ffffffu
#define EVENT_ALARM 0x01000000u /* bit 24: SYS_ALARM expired */
#define EVENT_DEATH 0x02000000u /* bit 25: a watched process died; who: SYS_DEATH */
