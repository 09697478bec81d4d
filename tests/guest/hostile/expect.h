/*
 * What a hostile case announces to its judge before it does wrong: how it must end. One message,
 * sent with send; the judge compares it with the record of the death.
 */
#pragma once

#include <abi/message.h>
#include <abi/system.h>
#include <stdbool.h>
#include <stdint.h>

#define EXPECT_MESSAGE 0x7101

/* What of a fault's record must be as announced. */
#define EXPECT_ERROR     1u
#define EXPECT_IP        2u
#define EXPECT_ADDRESS   4u
#define EXPECT_SAME_PAGE 8u  /* the address within a page of the announced one */
#define EXPECT_P_FREE    16u /* bits 0 and 4 of a page fault's error code may be either */
#define EXPECT_OR_EXIT   32u /* the processor may allow it: exit status 0 is right as well */

struct __attribute__((may_alias)) expectation {
    uint32_t cause;  /* DEATH_* */
    uint32_t status; /* exit status, or vector */
    uint32_t other;  /* another vector that is right as well, or the same one */
    uint32_t what;   /* EXPECT_* */
    uint32_t error, ip, address;
};

_Static_assert(sizeof(struct expectation) == MESSAGE_PAYLOAD_BYTES, "one message");
