/*
 * The machine's own rendezvous, after arch/x86/rendezvous.asm and interrupt.asm: under which
 * conditions they happen and what they change, in C, held against the core in every state.
 *
 * | here          | there | | ------------- |
 * ------------------------------------------------------------------------------ | | ask |
 * rendezvous_call, .server_with_message, .request_with_message,                  | | |
 * .server_with_boxes, request_apart, request_to_apart; find_server, unless_with_ | | request |
 * macro request; request_any                                                     | | answer |
 * .answer, .answer_with_message, answer_any, answer_apart; check_answer,         | | |
 * check_any_answer                                                               | | finish_answer
 * | finish_answer; answer_any.finish                                               | | send | send,
 * find_receiver, finish_send                                               | | receive       |
 * receive                                                                        | | interrupt |
 * raised, in interrupt.asm                                                       | | word_of |
 * arch_open, arch_accept in arch/x86/rendezvous.c, as handover_end calls them    |
 *
 * The words behind a process's frame are here as they are there; a process waits or calls with its
 * boxes, with a message, or with one that lies apart in two pages, in every combination. Left out
 * is what no table has: registers, page tables, FPU, ports, priorities (any may be, so whatever the
 * machine asks about them is taken to hold).
 */
#pragma once

#include "world.h"

enum machine_rendezvous {
    MACHINE_REQUEST,
    MACHINE_ANSWER,
    MACHINE_SEND,
    MACHINE_RECEIVE,
    MACHINE_INTERRUPT,
    MACHINE_RENDEZVOUS
};

/* How often each was carried out, and its name. */
extern uint64_t seen_machine[MACHINE_RENDEZVOUS];
extern const char *const machine_names[MACHINE_RENDEZVOUS];

/* Words that stand for no process: how one waits (arch/x86/include/machine/context.h), and where
   the linker puts rendezvous_nobody, from the table: any address below the table's will do that
   ends in the same nine bits. */
#define MACHINE_MESSAGE 0x800001ffu
#define MACHINE_NOBODY  0xfff38dffu

/*
 * After an operation of the core, which has been found right, with its deliveries in `world`. If
 * the machine would carry it out, then the same must come of it: table, deliveries, results, and
 * who waits how for the next. Returns what is wrong or NULL, and *slot where. Writes to world.runs.
 */
const char *machine_differs(const struct ipc_table *before, const struct ipc_table *after,
                            const struct operation *op, const struct outcome *outcome,
                            unsigned *slot);
