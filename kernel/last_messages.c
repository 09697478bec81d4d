/*
 * See last_messages.h. The trace is read backwards until there are enough of them; an answer is
 * shown with the request that it answers in mind, which is further back still.
 */
#include "last_messages.h"
#include "log.h"
#include "trace.h"
#include <parley/protocol.h>

#define SHOWN      8
#define TEXT_BYTES 120

struct said {
    struct trace_record record;
    uint64_t number;
};

/* Of a message there may be two records, when it was sent and when it came: the sender's first is
   enough, the receiver has the second. */
static bool concerns(const struct trace_record *r, endpoint_t process)
{
    return (r->what & TRACE_MESSAGE) != 0 && (((r->what & TRACE_CALL) != 0 && r->from == process) ||
                                              ((r->what & TRACE_DELIVER) != 0 && r->to == process));
}

/* The last request of `client` to `server` before that record; false when it is not in the ring. */
static bool find_request(uint64_t number, endpoint_t client, endpoint_t server, int32_t *type)
{
    struct trace_record r;
    while (trace_before(&number, client, &r)) {
        if (!trace_asks(&r) || r.from != client)
            continue;
        *type = r.type;
        return r.to == server;
    }
    return false;
}

static bool replies(const struct trace_record *r)
{
    const uint32_t number = r->call & IPC_CALL_MASK;
    return (r->what & TRACE_CALL) != 0 && (number == IPC_REPLY || number == IPC_REPLY_RECEIVE);
}

static void describe(const struct said *s, char *text, size_t bytes)
{
    const struct trace_record *r = &s->record;
    message m = {.m_source = r->from, .m_type = r->type};
    int32_t type = 0;
    bool is_answer = replies(r);
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m.m_words[i] = r->words[i];
    if (is_answer || !(r->what & TRACE_CALL))
        is_answer |= find_request(s->number, r->to, r->from, &type);
    if (is_answer)
        protocol_describe_answer(text, bytes, &m, r->from, type);
    else
        protocol_describe_request(text, bytes, &m, r->to);
}

static void log_one(const struct said *s, endpoint_t process)
{
    char text[TEXT_BYTES];
    const bool out = s->record.from == process;
    describe(s, text, sizeof text);
    log_line("    %s %s: %s", out ? "to" : "from",
             endpoint_name(out ? s->record.to : s->record.from), text);
}

void last_messages_log(endpoint_t process)
{
    static struct said said[SHOWN];
    uint64_t number = trace_written();
    unsigned count = 0;
    while (count < SHOWN && trace_before(&number, process, &said[count].record)) {
        if (!concerns(&said[count].record, process))
            continue;
        said[count++].number = number;
    }
    if (count > 0)
        log_line("  its last messages:");
    while (count > 0)
        log_one(&said[--count], process);
}
