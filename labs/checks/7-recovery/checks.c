/* Lab 7's checks. The store lets the bank die (moments.h); the judge starts it again. */
#include "bank.h"
#include "moments.h"
#include "server.h"

#include <stdio.h>
#include <string.h>

#define MOMENTS_MAX 32u /* that are tried in one transfer, or one start */
#define NAP_US      3000u

const char lab_server_name[] = "bank";

/* What must be in the accounts, and the number of each client's next transfer. */
static uint32_t balances[BANK_ACCOUNTS];
static uint32_t next_number[BANK_CLIENTS];

/* ---- The store ------------------------------------------------------------------------------- */

static endpoint_t store = NONE;

static void store_restart(void)
{
    if (store != NONE)
        end(store);
    store = start("store", "");
    EXPECT(store != NONE, "harness: the store can't be started");
}

/* A bank that has never run before. */
static void open_bank(void)
{
    lab_kill();
    store_restart();
    lab_restart();
    for (unsigned i = 0; i < BANK_ACCOUNTS; i++)
        balances[i] = BANK_INITIAL;
    for (unsigned i = 0; i < BANK_CLIENTS; i++)
        next_number[i] = 1;
}

/* Whether what was planned before has happened. */
static bool plan(enum moment moment, uint32_t request)
{
    message m = {.m_type = MOMENTS_PLAN, .m_words = {request, moment}};

    EXPECT(ipc_request(store, &m) == 0, "harness: the store does not answer");
    return ((struct moments_answer *)m.m_words)->has_happened;
}

/* In the next transfer, and not in the start that it may be in the midst of. */
static void plan_in_transfer(enum moment moment, uint32_t request)
{
    lab_settle();
    (void)plan(moment, request);
}

/* ---- The bank -------------------------------------------------------------------------------- */

static message transfer_of(struct bank_transfer transfer)
{
    message m = {.m_type = BANK_TRANSFER};

    *(struct bank_transfer *)m.m_words = transfer;
    return m;
}

static void expect_transfer(struct bank_transfer t, int expected, const char *when)
{
    message m = transfer_of(t);
    const int status = lab_ask(&m);

    EXPECT(status == expected, "%s: transfer %u of client %u: %s, expected %s", when,
           (unsigned)t.number, (unsigned)t.client, strerror(status), strerror(expected));
}

static void expect_balances(const char *when)
{
    for (uint32_t account = 0; account < BANK_ACCOUNTS; account++) {
        message m = {.m_type = BANK_BALANCE, .m_words = {account}};
        const int status = lab_ask(&m);
        EXPECT(status == 0, "%s: balance of account %u: %s", when, (unsigned)account,
               strerror(status));
        EXPECT(m.m_words[0] == balances[account], "%s: account %u has %u, expected %u", when,
               (unsigned)account, (unsigned)m.m_words[0], (unsigned)balances[account]);
    }
}

/* The client's next one. */
static struct bank_transfer next_of(uint32_t client, uint32_t from, uint32_t to, uint32_t amount)
{
    return (struct bank_transfer){client, next_number[client]++, from, to, amount};
}

static void note(const struct bank_transfer *t)
{
    balances[t->from] -= t->amount;
    balances[t->to] += t->amount;
}

/* One that can be done, and is. */
static struct bank_transfer move(uint32_t client, uint32_t from, uint32_t to, uint32_t amount)
{
    const struct bank_transfer t = next_of(client, from, to, amount);

    expect_transfer(t, 0, "a transfer");
    note(&t);
    return t;
}

/* As a client does that hears of the bank's death: the same again, of the next one. `what` stands
   in what is said of a failure. */
static void ask_until_answered(const struct bank_transfer *t, const char *what)
{
    message m = transfer_of(*t);
    int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, lab_server, &m, LAB_ANSWER_US, NULL);

    if (error == -EREPLYDEAD || error == -EDEADSRCDST) {
        lab_restart();
        m = transfer_of(*t);
        error = lab_ask(&m);
    } else {
        EXPECT(error == 0, "%s: the bank does not answer in time", what);
        error = m.m_type;
    }
    EXPECT(error == 0, "%s: the transfer is answered %s", what, strerror(error));
    note(t);
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static void transfer(void)
{
    open_bank();
    (void)move(0, 1, 2, 300);
    (void)move(0, 2, 7, 1300);
    expect_balances("after two transfers");
    expect_transfer(next_of(0, 1, 3, 701), -ERANGE, "701 of 700");
    expect_transfer(next_of(0, 1, 3, UINT32_MAX), -ERANGE, "the greatest number of 700");
    (void)move(0, 1, 3, 700);

    const struct bank_transfer none[] = {
        {BANK_CLIENTS, 1, 0, 1, 1},
        {1, 1, BANK_ACCOUNTS, 1, 1},
        {1, 1, 0, UINT32_MAX, 1},
        {1, 1, 4, 4, 1},
        {1, 0, 0, 1, 1},
    };
    for (unsigned i = 0; i < sizeof none / sizeof *none; i++)
        expect_transfer(none[i], -EINVAL, "one that is none");
    (void)move(1, 4, 5, 1);
    expect_balances("after some that were refused");
}

static void repeat(void)
{
    open_bank();
    const struct bank_transfer first = move(0, 0, 1, 10);
    for (unsigned i = 0; i < 3; i++)
        expect_transfer(first, 0, "asked again");
    expect_balances("after the same transfer four times");

    const struct bank_transfer too_much = next_of(0, 0, 1, 1500);
    expect_transfer(too_much, -ERANGE, "1500 of 990");
    (void)move(1, 2, 0, 900);
    expect_transfer(too_much, -ERANGE, "asked again, when there would be enough");
    expect_transfer(first, -EINVAL, "one before the last");
    (void)move(0, 0, 1, 20);
    expect_transfer((struct bank_transfer){0, next_number[0] + 1, 0, 1, 1}, -EINVAL,
                    "one after the next");
    expect_balances("after what was repeated");
}

static void restart(void)
{
    open_bank();
    (void)move(0, 0, 1, 100);
    const struct bank_transfer last = move(0, 3, 1, 23);
    const struct bank_transfer too_much = next_of(2, 0, 1, 5000);
    expect_transfer(too_much, -ERANGE, "5000 of 900");
    lab_restart();
    expect_balances("after a new start");
    expect_transfer(last, 0, "the last one, asked again after a new start");
    expect_transfer(too_much, -ERANGE, "the last one, asked again after a new start");
    (void)move(0, 1, 6, 1123);
    (void)move(2, 6, 0, 2123);
    lab_restart();
    lab_restart();
    expect_balances("after two more new starts");
}

static void say_moment(char *text, size_t bytes, enum moment moment, unsigned request)
{
    snprintf(text, bytes, "killed %s its request %u to the store",
             moment == MOMENT_BEFORE ? "before" : "after", request);
}

static void die_at_each(enum moment moment)
{
    char what[60];

    for (unsigned request = 1; request <= MOMENTS_MAX; request++) {
        const struct bank_transfer t = next_of(request % BANK_CLIENTS, request % 3, 3, 7);
        say_moment(what, sizeof what, moment, request);
        plan_in_transfer(moment, request);
        ask_until_answered(&t, what);
        const bool has_happened = plan(MOMENT_NONE, 0);
        expect_balances(what);
        expect_transfer(t, 0, "asked again after that");
        expect_balances("after that one again");
        if (!has_happened)
            return;
    }
}

static void moment(void)
{
    open_bank();
    die_at_each(MOMENT_BEFORE);
    die_at_each(MOMENT_AFTER);
}

/* Killed at that request of a transfer, and at each of the next one's start. */
static bool die_again(unsigned request)
{
    char what[80];

    for (unsigned later = 1; later <= MOMENTS_MAX; later++) {
        const struct bank_transfer t = next_of(0, 4 + later % 2, 5 - later % 2, 3);
        message m = transfer_of(t);
        plan_in_transfer(MOMENT_AFTER, request);
        if (ipc_call(IPC_REQUEST | IPC_TIMEOUT, lab_server, &m, LAB_ANSWER_US, NULL) == 0) {
            EXPECT(m.m_type == 0, "a transfer is answered %s", strerror(m.m_type));
            note(&t);
            return false;
        }
        snprintf(what, sizeof what, "killed after its request %u, and the next one after its %u",
                 request, later);
        (void)plan(later % 2 ? MOMENT_AFTER : MOMENT_BEFORE, later);
        lab_restart();
        nap(NAP_US);
        const bool has_happened = plan(MOMENT_NONE, 0);
        ask_until_answered(&t, what);
        expect_balances(what);
        if (!has_happened)
            break;
    }
    return true;
}

static void again(void)
{
    open_bank();
    unsigned request = 1;
    while (request <= MOMENTS_MAX && die_again(request))
        request++;
    EXPECT(request > 1, "the bank asks the store for nothing");
}

/* From each request of a transfer on the store takes nothing, until that is answered. */
static void refuse_each(bool another_follows)
{
    for (unsigned request = 1; request <= MOMENTS_MAX; request++) {
        const struct bank_transfer t = next_of(0, 6, 7, 5);
        message m = transfer_of(t);
        plan_in_transfer(MOMENT_REFUSE, request);
        const int status = lab_ask(&m);
        EXPECT(status == 0 || status == -EIO, "a transfer, with a store that refuses: %s",
               strerror(status));
        if (status == 0)
            note(&t);
        const bool has_happened = plan(MOMENT_NONE, 0);
        expect_balances(status ? "after a transfer that failed" : "after one that did not");
        if (another_follows)
            (void)move(1, 4, 5, 1);
        lab_restart();
        expect_balances(status ? "in the next process, after one that failed"
                               : "in the next process, after one that did not");
        expect_transfer(t, 0, "asked again");
        if (status)
            note(&t);
        expect_balances("after that one again");
        if (!has_happened)
            return;
    }
}

static void refused(void)
{
    open_bank();
    refuse_each(false);
    refuse_each(true);
}

static void empty(void)
{
    open_bank();
    (void)move(0, 0, 1, 100);
    (void)move(1, 2, 3, 200);
    const struct bank_transfer last = move(1, 3, 4, 1);
    store_restart();
    nap(NAP_US);
    lab_restart();
    expect_balances("after the death of the store, and then of the bank");
    expect_transfer(last, 0, "asked again after these");
    (void)move(0, 1, 0, 1100);
    expect_balances("after these, and two transfers");
}

const struct lab_check lab_checks[] = {
    {"transfer", transfer}, {"repeat", repeat},   {"restart", restart}, {"moment", moment},
    {"again", again},       {"refused", refused}, {"empty", empty},     {NULL, NULL},
};
