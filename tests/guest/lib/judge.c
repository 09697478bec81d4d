/*
 * Starting, commanding and burying partners. See judge.h.
 */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#define TRIES 3000 /* of about a millisecond each */

void nap(uint32_t microseconds)
{
    message m;

    ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
}

/* A name that has just died is in use until the memory server has given its pages back. */
endpoint_t start(const char *name, const char *arguments)
{
    endpoint_t process = NONE;
    int result = sys_start(name, arguments, &process);
    for (unsigned i = 0; result == -EBUSY && i < TRIES; i++) {
        nap(500);
        result = sys_start(name, arguments, &process);
    }

    if (result) {
        IS(result, 0, "harness: %s starts", name);
        return NONE;
    }
    return process;
}

bool describe(endpoint_t process, struct process_info *info)
{
    return sys_process_of(process, info) == 0;
}

bool comes_to(endpoint_t process, enum process_state state, endpoint_t waits_for)
{
    struct process_info info;

    for (unsigned i = 0; i < TRIES; i++) {
        if (!describe(process, &info))
            return false;
        if (info.state == state && info.waits_for == waits_for)
            return true;
        nap(500);
    }
    return false;
}

bool comes_to_die(endpoint_t process)
{
    struct process_info info;

    for (unsigned i = 0; i < TRIES; i++) {
        if (!describe(process, &info))
            return true;
        nap(500);
    }
    return false;
}

endpoint_t partner_start(const char *name)
{
    endpoint_t partner = start(name, "");

    if (partner != NONE && !comes_to(partner, PROCESS_RECEIVING, self()))
        OK(false, "harness: %s is ready for orders", name);
    return partner;
}

static bool give(endpoint_t partner, message *m)
{
    int result = ipc_call(IPC_SEND | IPC_TIMEOUT, partner, m, PATIENCE_US, NULL);

    if (result)
        IS(result, 0, "harness: %d takes its order", (int)partner);
    return result == 0;
}

bool order_all(endpoint_t partner, int32_t type, const struct partner_order *o)
{
    message m = {.m_type = type};

    memcpy(m.m_words, o, sizeof *o);
    return give(partner, &m);
}

bool order(endpoint_t partner, uint32_t ecx, endpoint_t eax, uint32_t ebx, uint32_t esi,
           int32_t tag)
{
    const struct partner_order o = {
        .ecx = ecx, .eax = (uint32_t)eax, .ebx = ebx, .esi = esi, .tag = tag};

    return order_all(partner, PARTNER_CALL, &o);
}

bool order_silent(endpoint_t partner, uint32_t ecx, endpoint_t eax, uint32_t ebx, uint32_t edx)
{
    const struct partner_order o = {.ecx = ecx, .eax = (uint32_t)eax, .ebx = ebx, .edx = edx};

    return order_all(partner, PARTNER_CALL_SILENT, &o) &&
           comes_to(partner, PROCESS_RECEIVING, self());
}

bool order_select(endpoint_t partner, const struct partner_select *o)
{
    message m = {.m_type = PARTNER_SELECT};

    memcpy(m.m_words, o, sizeof *o);
    return give(partner, &m);
}

bool order_plain(endpoint_t partner, int32_t type, uint32_t word0, uint32_t word1)
{
    message m = {.m_type = type};

    m.m_words[0] = word0;
    m.m_words[1] = word1;
    return give(partner, &m);
}

static enum process_state state_inside(uint32_t call)
{
    switch (call & IPC_CALL_MASK) {
    case IPC_SEND:
        return PROCESS_SENDING;
    case IPC_SEND_REC:
        return PROCESS_CALLING;
    case IPC_REQUEST:
        return PROCESS_REQUESTING;
    default:
        return PROCESS_RECEIVING;
    }
}

bool order_and_wait(endpoint_t partner, uint32_t call, endpoint_t target, int32_t tag)
{
    if (!order(partner, call, target, PARTNER_BUFFER, PATIENCE_US, tag))
        return false;
    if (comes_to(partner, state_inside(call), target))
        return true;
    OK(false, "harness: %d waits inside call 0x%x", (int)partner, (unsigned)call);
    return false;
}

bool report_of(endpoint_t partner, struct partner_report *report)
{
    message m;
    int result = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, partner, &m, PATIENCE_US, NULL);

    if (result || m.m_type != PARTNER_REPORT) {
        tap_note("report: result %d, type 0x%x", result, (unsigned)m.m_type);
        return OK(false, "harness: %d reports", (int)partner);
    }
    memcpy(report, m.m_words, sizeof *report);
    return true;
}

int result_of(endpoint_t partner)
{
    struct partner_report report;

    return report_of(partner, &report) ? report.result : 1;
}

int partner_asks(endpoint_t partner, int32_t number, const uint32_t words[6], uint32_t out[6])
{
    message m = {.m_type = PARTNER_SYSTEM};
    struct partner_request *request = (struct partner_request *)m.m_words;
    struct partner_report report;

    request->number = number;
    memcpy(request->word, words, sizeof request->word);
    if (!give(partner, &m) || !report_of(partner, &report))
        return 1;
    if (out)
        memcpy(out, &report.second, 6 * sizeof(uint32_t));
    return report.result;
}

bool next_death(struct system_death *death)
{
    message m;

    for (unsigned i = 0; i < 4; i++) {
        if (sys_death(death) == 0)
            return true;
        ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, PATIENCE_US, NULL);
    }
    return sys_death(death) == 0;
}

void end(endpoint_t process)
{
    sys_kill(process);
    if (!comes_to_die(process))
        OK(false, "harness: %d dies when it is killed", (int)process);
}

bool answers(endpoint_t partner)
{
    message m;

    message_fill(&m, 0x5a5a);
    if (echo(&m) || m.m_source != self() || !message_is(&m, 0x5a5a))
        return false;
    if (partner == NONE)
        return true;
    m = (message){.m_type = PARTNER_ANSWER_LATE};
    if (ipc_call(IPC_SEND | IPC_TIMEOUT, partner, &m, PATIENCE_US, NULL))
        return false;
    message_fill(&m, 77);
    if (ipc_call(IPC_SEND_REC | IPC_TIMEOUT, partner, &m, PATIENCE_US, NULL))
        return false;
    const struct partner_report *report = (const struct partner_report *)m.m_words;
    return m.m_type == PARTNER_REPORT && report->result == 0 && report->type == 77 &&
           receive(partner, &m) == 0 && m.m_type == IPC_EVENT_MESSAGE;
}

int trap(uint32_t ecx, uint32_t eax, void *ebx, uint32_t esi, uint32_t *second)
{
    struct ipc_registers r = {eax, (uint32_t)ebx, ecx, 0, esi, 0};

    ipc_trap(&r);
    if (second)
        *second = r.esi;
    return (int)r.eax;
}

uint64_t log_end(void)
{
    uint64_t position = 0;
    char piece[128];

    while (sys_log_read(&position, piece, sizeof piece) > 0)
        ;
    return position;
}

bool log_has(uint64_t from, const char *one, const char *two, const char *three)
{
    static char text[8192];
    size_t length = 0;
    int got;

    while (length < sizeof text - 1 &&
           (got = sys_log_read(&from, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    return (!one || strstr(text, one)) && (!two || strstr(text, two)) &&
           (!three || strstr(text, three));
}
