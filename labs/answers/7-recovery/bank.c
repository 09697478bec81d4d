/*
 * Lab 7: the bank. Its protocol: bank.h.
 *
 * A transfer changes three records of the store: two accounts, and what its client was answered.
 * The journal makes one change of them: it says what the three are to become. With the journal's
 * put the transfer is done; whoever reads it after a death puts the three again, as often as may
 * be, since they become what they are. The next transfer overwrites it, and therefore begins only
 * when all three are kept.
 */
#include "bank.h"

#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <stdbool.h>

/* In the store: the journal's key, and from where on those of accounts and clients are. */
#define KEY_JOURNAL  0u
#define KEY_ACCOUNTS 16u
#define KEY_CLIENTS  32u

static uint32_t balances[BANK_ACCOUNTS];

static struct answered {
    uint32_t number; /* of the client's last transfer; 0: none yet */
    int32_t status;
} answered[BANK_CLIENTS];

static struct journal {
    uint8_t client, from, to;
    uint8_t used; /* else there was no transfer ever */
    struct answered answered;
    uint32_t from_balance, to_balance;
} journal;

_Static_assert(sizeof journal == STORE_BYTES, "the journal is one record");

static bool all_kept = true; /* what the journal says */

/* ---- The store ------------------------------------------------------------------------------- */

static int keep_account(uint32_t account)
{
    return store_put(KEY_ACCOUNTS + account, &balances[account], sizeof balances[account]);
}

static int keep_client(uint32_t client)
{
    return store_put(KEY_CLIENTS + client, &answered[client], sizeof answered[client]);
}

static int keep_what_journal_says(void)
{
    int error = keep_account(journal.from);

    if (error == 0)
        error = keep_account(journal.to);
    if (error == 0)
        error = keep_client(journal.client);
    all_kept = error == 0;
    return error;
}

static void do_what_journal_says(void)
{
    balances[journal.from] = journal.from_balance;
    balances[journal.to] = journal.to_balance;
    answered[journal.client] = journal.answered;
    (void)keep_what_journal_says();
}

/* Both stores may die at once, and then all is only here. */
static void keep_everything(void)
{
    for (uint32_t i = 0; i < BANK_ACCOUNTS; i++)
        (void)keep_account(i);
    for (uint32_t i = 0; i < BANK_CLIENTS; i++)
        (void)keep_client(i);
    if (journal.used)
        (void)store_put(KEY_JOURNAL, &journal, sizeof journal);
}

static bool is_sound(const struct journal *read)
{
    return read->client < BANK_CLIENTS && read->from < BANK_ACCOUNTS && read->to < BANK_ACCOUNTS;
}

/* 0, too, where there is no such record: *to stays as it is. */
static int fetch(uint32_t key, void *to, size_t bytes)
{
    const int error = store_get(key, to, bytes);

    return error == -ENOENT ? 0 : error;
}

static int restore(void)
{
    int error = fetch(KEY_JOURNAL, &journal, sizeof journal);

    for (uint32_t i = 0; error == 0 && i < BANK_ACCOUNTS; i++) {
        balances[i] = BANK_INITIAL;
        error = fetch(KEY_ACCOUNTS + i, &balances[i], sizeof balances[i]);
    }
    for (uint32_t i = 0; error == 0 && i < BANK_CLIENTS; i++)
        error = fetch(KEY_CLIENTS + i, &answered[i], sizeof answered[i]);
    if (error == 0 && !is_sound(&journal))
        error = -EIO;
    if (error == 0 && journal.used)
        do_what_journal_says();
    return error;
}

static void on_death(endpoint_t dead)
{
    if (store_died(dead))
        keep_everything();
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source == HARDWARE)
        server_take_deaths(bits, on_death);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static bool is_transfer(const struct bank_transfer *t)
{
    return t->client < BANK_CLIENTS && t->from < BANK_ACCOUNTS && t->to < BANK_ACCOUNTS &&
           t->from != t->to;
}

/* What becomes of the three records. */
static struct journal decide(const struct bank_transfer *t)
{
    struct journal decided = {
        .client = (uint8_t)t->client,
        .from = (uint8_t)t->from,
        .to = (uint8_t)t->to,
        .used = true,
        .answered = {.number = t->number, .status = -ERANGE},
        .from_balance = balances[t->from],
        .to_balance = balances[t->to],
    };
    uint32_t sum;

    if (balances[t->from] >= t->amount &&
        !__builtin_add_overflow(balances[t->to], t->amount, &sum)) {
        decided.answered.status = 0;
        decided.from_balance -= t->amount;
        decided.to_balance = sum;
    }
    return decided;
}

static int transfer(message *m)
{
    const struct bank_transfer request = *(struct bank_transfer *)m->m_words;

    if (!is_transfer(&request))
        return -EINVAL;
    const struct answered *last = &answered[request.client];
    if (request.number != 0 && request.number == last->number)
        return last->status;
    if (request.number != last->number + 1)
        return -EINVAL;
    if (!all_kept && keep_what_journal_says() < 0)
        return -EIO;

    const struct journal decided = decide(&request);
    if (store_put(KEY_JOURNAL, &decided, sizeof decided) < 0)
        return -EIO;
    /* No way back: whoever reads the journal will do what it says. */
    journal = decided;
    do_what_journal_says();
    return decided.answered.status;
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

    store_watch();
    if (restore() < 0)
        return 1; /* what the accounts hold is not known */
    return server_run(NULL, handlers, on_events);
}
