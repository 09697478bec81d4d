/*
 * Lab 7: what the bank and its clients say to each other. docs/labs/7-recovery.md has the contract.
 */
#pragma once

#include <abi/message.h>
#include <stdint.h>

#define BANK_ACCOUNTS 8u
#define BANK_CLIENTS  4u
#define BANK_INITIAL  1000u /* in each account, when the bank has never run before */

enum {
    BANK_TRANSFER = 0x8701, /* in: a transfer. ERANGE: there is not so much in the account, or too
                               much would be in the other; EINVAL: no such client or account, one
                               and the same account, or not the client's last or next number; EIO:
                               it can't be kept, and nothing has happened */
    BANK_BALANCE,           /* in: account; out: what is in it. EINVAL: no such account */
};

/* A client numbers its transfers from 1 on. One that it does not know the answer of it asks again,
   with the same number. */
struct __attribute__((may_alias)) bank_transfer {
    uint32_t client, number;
    uint32_t from, to; /* accounts */
    uint32_t amount;
};

struct __attribute__((may_alias)) bank_account {
    uint32_t account;
};

struct __attribute__((may_alias)) bank_balance {
    uint32_t amount;
};
