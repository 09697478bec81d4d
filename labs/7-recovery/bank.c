/*
 * Lab 7: the bank. Its protocol: bank.h.
 *
 * It keeps everything in its memory, and takes no notice of the transfers' numbers.
 */
#include "bank.h"

#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>

static uint32_t balances[BANK_ACCOUNTS];

static int transfer(message *m)
{
    const struct bank_transfer request = *(struct bank_transfer *)m->m_words;

    if (request.client >= BANK_CLIENTS || request.from >= BANK_ACCOUNTS ||
        request.to >= BANK_ACCOUNTS || request.from == request.to)
        return -EINVAL;
    uint32_t sum;
    if (balances[request.from] < request.amount ||
        __builtin_add_overflow(balances[request.to], request.amount, &sum))
        return -ERANGE;
    balances[request.from] -= request.amount;
    balances[request.to] = sum;
    return 0;
}

static int balance(message *m)
{
    const struct bank_account request = *(struct bank_account *)m->m_words;

    if (request.account >= BANK_ACCOUNTS)
        return -EINVAL;
    *(struct bank_balance *)m->m_words = (struct bank_balance){balances[request.account]};
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {BANK_TRANSFER, transfer}, {BANK_BALANCE, balance}, {0}};

    for (unsigned i = 0; i < BANK_ACCOUNTS; i++)
        balances[i] = BANK_INITIAL;
    return server_run(NULL, handlers, NULL);
}
