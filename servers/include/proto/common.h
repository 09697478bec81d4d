/*
 * What all protocols share.
 *
 * A request's m_type is the protocol's base + a number; its answer's m_type is 0 or a negative
 * error. A request that a server does not know is answered with ENOSYS. Payload structures overlay
 * m_words and are at most 28 bytes; words that a message does not use are zero.
 */
#pragma once

#include <abi/message.h>

#define PROTO_PING  0x001 /* every server: answers 0 with the seven words as they came */
#define PROTO_NAMES 0x100
#define PROTO_CLOCK 0x200
#define PROTO_TTY   0x300
#define PROTO_HELLO 0x400

#define PROTO_PAYLOAD __attribute__((may_alias))
