// clang-format off
/*
 * The kernel's trace: what happened between processes, in the order in which it happened.
 *
 * A ring of records that the kernel writes and overwrites, oldest first. A process whose line has
 * kernel=trace finds it at USER_TRACE, read-only: one page with struct trace_header, then the
 * records. Record number n, counted from 0 at boot, is at index n % capacity while
 * header.written - n <= capacity; a reader that copies a record and finds that this still holds
 * afterwards has it whole. What it missed is the difference. SYS_TRACE says what is recorded.
 *
 * A record tells one or more things about the same two processes at the same moment: `what` has one
 * bit for each, and where several are set they happened in the order of the bits. What a word means
 * depends on them:
 *
 *   bit      from                   to                   and
 *   -------  ---------------------  -------------------  -------------------------------------------
 *   CALL     the caller             its target, eax      call: ecx; with MESSAGE what it sends;
 *                                                        second, when only CALL is set: edx
 *   DELIVER  the message's source   who has it now       type, words: the message
 *   WAKE                            whose call ended     result, second: that call's
 *                                   while it waited
 *   RETURN   whose call ended                            result, second: that call's; beside WAKE
 *            at once                                     they are the other's and this one's are 0
 *   BLOCK    who waits now          for whom; beside a   state, when only BLOCK is set: in `call`,
 *                                   CALL of ipc_reply    enum process_state
 *                                   and receive: ANY
 *   SWITCH   who ran; NONE: nobody  who runs; NONE:
 *                                   nobody
 *   EVENT    the source, or         for whom it is       words[0]: the bits that were added
 *            HARDWARE               pending
 *   IRQ      HARDWARE               the line's owner,    call: the line
 *                                   or NONE
 *   FAULT    who faulted                                 call: vector; words: error code, instruction
 *                                                        pointer, address
 *   BIRTH    the new process                             words[0..3]: its name
 *   DEATH    who has died                                call: DEATH_*, result: status or vector
 *   CLOCK                                                words[0,1]: microseconds since boot at this
 *                                                        record's time
 *
 * Words that no bit explains are zero. The machine's own rendezvous (docs/design/rendezvous.md)
 * writes one record with CALL, DELIVER, WAKE, BLOCK and SWITCH where the kernel's C writes five.
 */
// clang-format on
#pragma once

#include <abi/calls.h>
#include <abi/endpoint.h>
#include <abi/message.h>
#include <stdbool.h>
#include <stdint.h>

#define TRACE_CALL    0x001u
#define TRACE_DELIVER 0x002u
#define TRACE_WAKE    0x004u
#define TRACE_RETURN  0x008u
#define TRACE_BLOCK   0x010u
#define TRACE_SWITCH  0x020u
#define TRACE_EVENT   0x040u
#define TRACE_IRQ     0x080u
#define TRACE_FAULT   0x100u
#define TRACE_BIRTH   0x200u
#define TRACE_DEATH   0x400u
#define TRACE_CLOCK   0x800u
#define TRACE_ALL     0xfffu
#define TRACE_MESSAGE 0x80000000u /* type and words are a message's */

struct trace_record {
    uint32_t time_low, time_high; /* header.clock says in what */
    uint32_t what;
    endpoint_t from, to;
    uint32_t call;
    int32_t result;
    uint32_t second;
    int32_t type;
    uint32_t words[MESSAGE_PAYLOAD_WORDS];
};

/* In the unit that header.clock says. */
static inline uint64_t trace_time(const struct trace_record *r)
{
    return (uint64_t)r->time_high << 32 | r->time_low;
}

/* Whether somebody asks something here: a request that will be answered, with its message. */
static inline bool trace_asks(const struct trace_record *r)
{
    const uint32_t number = r->call & IPC_CALL_MASK;
    return (r->what & TRACE_CALL) != 0 && (r->what & TRACE_MESSAGE) != 0 &&
           (number == IPC_REQUEST || number == IPC_SEND_REC);
}

#define TRACE_MAGIC   0x54524c50u /* "PLRT" */
#define TRACE_VERSION 1

#define TRACE_CLOCK_CYCLES       1 /* the time-stamp counter; CLOCK records relate it to time */
#define TRACE_CLOCK_MICROSECONDS 2 /* the processor has none */

struct trace_header {
    uint32_t magic, version;
    uint32_t record_bytes;              /* 64 */
    uint32_t capacity;                  /* records */
    uint32_t clock;                     /* TRACE_CLOCK_* */
    uint32_t what;                      /* TRACE_* bits that are recorded; 0: off */
    uint32_t written_low, written_high; /* since boot */
};

/*
 * SYS_TRACE   in  0 TRACE_GET or TRACE_SET
 *             TRACE_SET: 1 TRACE_* bits (0: off); 2 calls, 1 << CALL_BIT_* each, 0: all;
 *             3 process, an endpoint that a record must name as from or to, 0: any; 4 peer, the
 *             same for the other of the two; 5 type; 6 nonzero: only messages of that type
 *             (EINVAL: undefined bits)
 *             out 0 TRACE_* bits, 1 calls, 2 process, 3 peer, 4 type, 5 whether only that,
 *             6 capacity in records
 *
 * Filters by call and type hold back what has a call or a message that differs, and nothing else.
 * BIRTH, DEATH and CLOCK pass all filters but the first. Setting anything writes a CLOCK record.
 */
#define TRACE_GET 0
#define TRACE_SET 1
