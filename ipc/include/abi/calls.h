/*
 * The trap: call numbers, flags and the second result.
 *
 * Software interrupt 0x94. In: ecx = call | flags, eax = source or destination, ebx = message,
 * edx = event set, esi = timeout in microseconds (only with IPC_TIMEOUT), edi = 0xA0's source;
 * in_outbox takes the in-box in eax and the out-box in ebx. Out: eax = 0 or a negative error,
 * esi = the second result. All other registers come back as they were, DS and ES as the flat
 * user selector.
 *
 * 0x1..0x4 are the numbers of Flyanx. 0x10..0x80 are those that MINIX 3 reserved in 2006 and never
 * implemented; they are not built yet and answer EBADCALL.
 */
#pragma once

#define IPC_VECTOR 0x94

#define IPC_SEND          0x1
#define IPC_RECEIVE       0x2
#define IPC_SEND_REC      0x3
#define IPC_IN_OUTBOX     0x4
#define IPC_NOTIFY        0x5 /* MINIX gives 4 to notify; 4 is in_outbox here */
#define IPC_ECHO          0x8
#define IPC_REQUEST       0x10  /* reserved */
#define IPC_REPLY         0x20  /* reserved */
#define IPC_NOTIFY_SET    0x40  /* reserved: ipc_notify, an event set */
#define IPC_RECEIVE_EX    0x80  /* reserved: ipc_receive, masked events */
#define IPC_REPLY_RECEIVE 0xA0  /* reserved: reply, then receive, in one trap */
#define IPC_SELECT        0x100 /* reserved */

#define IPC_CALL_MASK    0x00000fff
#define IPC_NONBLOCK     0x00001000 /* the first half answers ENOTREADY instead of waiting */
#define IPC_TIMEOUT      0x00002000 /* esi is one deadline for the whole call, in microseconds */
#define IPC_UNDEFINED    0x0000c000 /* must be zero */
#define IPC_TICKET_SHIFT 16         /* replies only; must be zero elsewhere */

/* The second result (esi) after success, bits 2..0: what came. */
#define IPC_CAME_MASK     7
#define IPC_CAME_NOTHING  0
#define IPC_CAME_SEND     1
#define IPC_CAME_SEND_REC 2
#define IPC_CAME_REQUEST  3
#define IPC_CAME_EVENTS   4
#define IPC_CAME_REPLY    5
/* After an error the second result is the endpoint that caused it. */

/* A message of events: m_source = whose, m_type = this, word 0 = the bits, the rest zero. */
#define IPC_EVENT_MESSAGE 0x1000

#define EVENT_NOTIFY 0x00000001u /* what notify sets */
/* From HARDWARE: bits 0..23 as the driver chose when it claimed the line, and: */
#define EVENT_LINES 0x00ffffffu
#define EVENT_ALARM 0x01000000u /* bit 24: SYS_ALARM expired */
#define EVENT_DEATH 0x02000000u /* bit 25: a watched process died; who: SYS_DEATH */
