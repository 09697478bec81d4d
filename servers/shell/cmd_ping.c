/*
 * ping: round trips of PROTO_PING. Every answer must bring back the seven words that were sent.
 *
 * Each call has a timeout, so that a process which takes the message and never answers cannot hold
 * the shell.
 */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"
#include "samples.h"
#include "stopwatch.h"
#include "words.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/common.h>
#include <string.h>

#define DEFAULT_COUNT 10
#define MOST_COUNT    1000000
#define ANSWER_US     2000000
#define POLL_EVERY    64 /* round trips between two looks for ^C */

static struct samples samples;

struct tally {
    uint32_t sent, answered, wrong;
    int error; /* that ended it */
};

static void fill(message *m, uint32_t seed)
{
    m->m_type = PROTO_PING;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = seed * MESSAGE_PAYLOAD_WORDS + i;
}

static bool is_answer(const message *m, uint32_t seed)
{
    message expected;
    fill(&expected, seed);
    return m->m_type == 0 && memcmp(m->m_words, expected.m_words, sizeof m->m_words) == 0;
}

static void ping_once(endpoint_t target, uint32_t seed, struct tally *t)
{
    message m;
    fill(&m, seed);
    t->sent++;
    const uint32_t before = stopwatch_read();
    t->error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, target, &m, ANSWER_US, NULL);
    const uint32_t after = stopwatch_read();
    if (t->error < 0)
        return;
    if (is_answer(&m, seed))
        t->answered++;
    else
        t->wrong++;
    samples_add(&samples, after - before);
}

static void report(const char *name, const struct tally *t)
{
    print("%s: %u sent, %u answered, %u wrong\n", name, (unsigned)t->sent, (unsigned)t->answered,
          (unsigned)t->wrong);
    if (samples.count > 0)
        print("round trip: min %u ns, median %u ns, max %u ns%s\n",
              (unsigned)stopwatch_ns(samples.least),
              (unsigned)stopwatch_ns(samples_median(&samples)),
              (unsigned)stopwatch_ns(samples.greatest),
              stopwatch_is_fine() ? "" : " (by the kernel's clock)");
}

static int explain(const char *name, int error)
{
    switch (error) {
    case -EDEADSRCDST:
    case -EREPLYDEAD:
        say("ping: %s is dead\n", name);
        break;
    case -ETIMEDOUT:
        say("ping: %s does not take messages\n", name);
        break;
    case -EREPLYTIMEDOUT:
        say("ping: %s does not answer\n", name);
        break;
    default:
        say("ping: %s: %s\n", name, strerror(error));
        break;
    }
    return STATUS_FAILED;
}

int command_ping(int argc, char **argv)
{
    uint32_t count = DEFAULT_COUNT;
    if (argc < 2 || argc > 3)
        return command_usage("ping");
    if (argc == 3 && (words_number(argv[2], MOST_COUNT, &count) < 0 || count == 0)) {
        say("ping: %s is not a number from 1 to %u\n", argv[2], MOST_COUNT);
        return STATUS_USAGE;
    }
    endpoint_t target;
    struct process_info info;
    if (process_find(argv[1], &target) < 0 || sys_process_of(target, &info) < 0) {
        say("ping: no process called %s (try ps)\n", argv[1]);
        return STATUS_FAILED;
    }
    char name[NAME_BYTES];
    strlcpy(name, process_name(target, name), sizeof name);
    stopwatch_start();
    memset(&samples, 0, sizeof samples);
    struct tally tally = {0};
    bool stopped = false;
    while (tally.sent < count && tally.error == 0 && !stopped) {
        ping_once(target, tally.sent, &tally);
        stopped = tally.sent % POLL_EVERY == 0 && output_stopped();
    }
    report(name, &tally);
    if (tally.error < 0)
        return explain(name, tally.error);
    return stopped ? STATUS_INTERRUPTED : tally.wrong > 0 ? STATUS_FAILED : 0;
}
