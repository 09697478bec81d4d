/*
 * What the core's tests share: a table, processes with a message each way, and calls that check
 * after every step what always holds: the invariants, and that the scheduler was told of exactly
 * the waits that began and ended.
 *
 * Every test starts with `setup`. A process made by spawn() may call and address everybody.
 */
#pragma once

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <arch/arch.h>
#include <ipc/ipc.h>
#include <string.h>

#define SERVERS 1 /* the identity that spawn gives */

/* Where the message of a slot is, to send and to receive. */
#define OUT(slot) ((phys_addr_t)(PAGE_BYTES + (slot)*128u))
#define IN(slot)  ((phys_addr_t)(PAGE_BYTES + (slot)*128u + 64u))

#define TEST(name) cmocka_unit_test_setup(name, setup)

extern struct ipc_table table;

int setup(void **state);
unsigned spawn(void);
endpoint_t endpoint_of(unsigned slot);
message *message_at(phys_addr_t address);

/* Puts a message that can be told from all others into the slot's out-box, with a lie about who
   sent it; and says whether `address` holds it, stamped with who really did. */
void write_message(unsigned slot, uint32_t tag);
void expect_message(unsigned receiver, unsigned sender, uint32_t tag);
void expect_event(unsigned receiver, endpoint_t source, uint32_t bits);

/* The calls, by slots. Each returns whether the call ended at once. */
bool send_to(unsigned caller, unsigned dst, uint32_t flags);
bool send_rec_to(unsigned caller, unsigned dst, uint32_t flags);
bool receive_from(unsigned caller, unsigned src, uint32_t flags);
bool receive_name(unsigned caller, endpoint_t src, uint32_t flags);
bool request_to(unsigned caller, unsigned dst, uint32_t flags);
bool receive_events_name(unsigned caller, endpoint_t src, uint32_t events, uint32_t flags);
bool receive_events_from(unsigned caller, unsigned src, uint32_t events, uint32_t flags);
bool reply_to(unsigned caller, endpoint_t dst, uint32_t ticket);
/* Then receives from ANY every event. */
bool reply_and_receive(unsigned caller, endpoint_t dst, uint32_t ticket, uint32_t flags);
bool select_among(unsigned caller, const struct ipc_select_pair *set, unsigned pairs,
                  uint32_t flags);
bool fault_to(unsigned slot, unsigned handler);
void notify_to(unsigned caller, unsigned dst);
void notify_set_to(unsigned caller, unsigned dst, uint32_t events);
void post_to(unsigned slot, uint32_t bits);
void end_process(unsigned slot);
void time_out(unsigned slot);
void cancel(unsigned slot);
void restart(unsigned slot);
void settle(unsigned slot);

void expect_result(unsigned slot, int32_t result, uint32_t second);
/* The receive took a request of `client`, with its present ticket. */
void expect_taken(unsigned slot, uint32_t came, unsigned client);
/* ipc_select said this pair, and what it is ready for, or its error. */
void expect_ready(unsigned slot, unsigned pair, uint32_t came, unsigned error);
uint32_t ticket_of(unsigned client);
/* Who woke last (0), and who before (1, ...). */
unsigned woken_before(unsigned last);
void expect_waits(unsigned slot, enum ipc_state state, endpoint_t waits_for);

/* A call that must be refused with this error and change nothing but the caller's results. */
#define EXPECT_REFUSED(caller, error, culprit, call)                                               \
    do {                                                                                           \
        struct ipc_table *before_ = keep_table();                                                  \
        assert_true(call);                                                                         \
        expect_result(caller, -(error), (uint32_t)(culprit));                                      \
        expect_unchanged_but(before_, caller);                                                     \
    } while (0)

struct ipc_table *keep_table(void);
void expect_unchanged_but(const struct ipc_table *before, unsigned caller);

int run_asserts_tests(void);
int run_check_tests(void);
int run_deadlock_tests(void);
int run_ends_tests(void);
int run_events_tests(void);
int run_fault_tests(void);
int run_host_tests(void);
int run_invariants_tests(void);
int run_open_tests(void);
int run_masks_tests(void);
int run_peers_tests(void);
int run_rendezvous_tests(void);
int run_reply_receive_tests(void);
int run_request_tests(void);
int run_select_tests(void);
int run_table_tests(void);
