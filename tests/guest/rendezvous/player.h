/* What the roles of a player share. */
#pragma once

#include "plays.h"

#include "../lib/machine.h"
#include <parley/ipc.h>

extern bool by_sysenter;
extern bool oddly;                /* the next trap alone */
extern struct play_report report; /* since the last */

/* Through the gate that the player was told. */
void play_trap(struct ipc_registers *r);
int play_call(uint32_t ecx, endpoint_t peer, message *m, uint32_t *second);
/* For requests and these events; for all. */
int reply_receive_of(endpoint_t client, uint32_t ticket, message *m, uint32_t events,
                     uint32_t *second);
int reply_receive(endpoint_t client, uint32_t ticket, message *m, uint32_t *second);

void play_note(const message *m, int result, uint32_t second);
message play_take_report(void);

/* lines_player.c */
void play_raiser(void);
void play_driver(unsigned line, char letter);
/* The second serial port can reach its line, and has nothing to say. */
void serial_begin(void);
/* Registers for the `out` of al to dx that raises the line. */
void serial_raise(struct all_registers *r);

/* corners_player.c */
void play_boxless(message *in, message *out);
enum {
    PLAY_LOW_ASKS,
    PLAY_LOW_RAISES
};
void play_low(unsigned what);
