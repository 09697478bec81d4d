/*
 * The judge's players. argv[1]: the role; argv[2]: `sysenter`, or the role's word.
 *
 * server    waits in ipc_reply_receive at the place that each request names, and answers from there
 * receiver  the same in plain receives, answering by plain sends
 * scribe    keeps marks in the order in which they came
 * weak      tries what its module's line does not permit, and tells the scribe the results
 * spinner   runs
 * no-box, in-box, out-box   a server that lacks boxes, and tries to do with them
 * low       asks the server `places` from virtual-8086 mode, where the emulator lets it
 * low-out   raises the driver's line from there
 * raiser, driver, clock   see lines_player.c
 */
#include "player.h"

#include "../lib/machine.h"
#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

bool by_sysenter, oddly;
struct play_report report;

void play_trap(struct ipc_registers *r)
{
    const bool this_one = oddly;
    oddly = false;
    if (this_one)
        trap_oddly(r);
    else if (by_sysenter)
        ipc_trap_sysenter(r);
    else
        ipc_trap(r);
    segments_check();
}

int play_call(uint32_t ecx, endpoint_t peer, message *m, uint32_t *second)
{
    /* No such call looks at edi; with this there, and from the boxes, it passes for an answer at
     * first. */
    struct ipc_registers r = {.eax = (uint32_t)peer, .ebx = (uint32_t)m, .ecx = ecx, .edi = ANY};
    play_trap(&r);
    if (second)
        *second = r.esi;
    return (int)r.eax;
}

void play_note(const message *m, int result, uint32_t second)
{
    report.notes++;
    report.source = m->m_source;
    report.type = m->m_type;
    report.word0 = m->m_words[0];
    report.word6 = m->m_words[6];
    report.second = result ? (uint32_t)result : second;
}

message play_take_report(void)
{
    message m = {.m_type = PLAY_REPORT};
    report.wrong += segments_lost;
    segments_lost = 0;
    memcpy(m.m_words, &report, sizeof report);
    report = (struct play_report){0};
    return m;
}

int reply_receive_of(endpoint_t client, uint32_t ticket, message *m, uint32_t events,
                     uint32_t *second)
{
    struct ipc_registers r = {
        .eax = (uint32_t)client,
        .ebx = (uint32_t)m,
        .ecx = IPC_REPLY_RECEIVE | ticket << IPC_TICKET_SHIFT,
        .edx = events,
        .edi = ANY,
    };
    play_trap(&r);
    *second = r.esi;
    return (int)r.eax;
}

int reply_receive(endpoint_t client, uint32_t ticket, message *m, uint32_t *second)
{
    return reply_receive_of(client, ticket, m, IPC_ALL_EVENTS, second);
}

/* ---- server ---------------------------------------------------------------------------------- */

static void send_first(endpoint_t whom)
{
    static message kept;
    kept = *box_out;
    question_fill(box_out, PLAY_MARK, 0);
    box_out->m_words[0] = 's';
    report.wrong += play_call(IPC_SEND, whom, NULL, NULL) != 0;
    *box_out = kept;
}

static bool is_call(uint32_t low)
{
    switch (low) {
    case 0: /* ipc_select's, with other bits */
    case IPC_SEND:
    case IPC_RECEIVE:
    case IPC_SEND_REC:
    case IPC_IN_OUTBOX:
    case IPC_NOTIFY:
    case IPC_ECHO:
    case IPC_REQUEST:
    case IPC_REPLY:
    case IPC_NOTIFY_SET:
    case IPC_RECEIVE_EX:
    case IPC_REPLY_RECEIVE:
        return true;
    default:
        return false;
    }
}

static void bad_calls(message *m)
{
    for (unsigned i = 0; i < 512; i++) {
        const struct all_registers before = {.eax = 0x01020304,
                                             .ebx = i & 256 ? 0 : (uint32_t)m,
                                             .ecx = i & 255,
                                             .edx = 0x21222324,
                                             .esi = 0x31323334,
                                             .edi = ANY,
                                             .ebp = 0x41424344,
                                             .flags = FLAGS_FIXED,
                                             .ds = flat_data_selector(),
                                             .es = flat_data_selector()};
        if (is_call(i & 255))
            continue;
        struct all_registers r = before;
        trap_all(&r);
        report.wrong += r.eax != (uint32_t)-EBADCALL || r.esi != (uint32_t)self();
        r.eax = before.eax;
        r.esi = before.esi;
        report.wrong += memcmp(&r, &before, sizeof r) != 0;
    }
}

/* What the request wants done first; returns the answer. */
static message prepare(const message *request, message *m)
{
    switch (request->m_type & ~0xff) {
    case PLAY_SEND_FIRST:
        send_first((endpoint_t)request->m_words[0]);
        break;
    case PLAY_BAD_CALLS:
        bad_calls(m);
        break;
    case PLAY_ALARM:
        sys_alarm(request->m_words[0]);
        break;
    case PLAY_ODDLY:
        oddly = true;
        break;
    case PLAY_CANCEL:
        sys_cancel(request->m_source, 0);
        break;
    case PLAY_LATE:
        ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, m, request->m_words[0], NULL);
        break;
    case PLAY_REPORT:
        return play_take_report();
    case PLAY_DIE:
        sys_exit(0);
    default:
        break;
    }
    return answer_to(request);
}

static void play_server(void)
{
    endpoint_t client = NONE;
    uint32_t ticket = 0, second;
    unsigned place = PLACE_BOXES;
    for (;;) {
        int result = reply_receive(client, ticket, place_pointer(place), &second);
        const message came = *place_in(place);
        report.wrong += places_wrong(place);
        client = NONE;
        ticket = 0;
        if (result || IPC_CAME(second) != IPC_CAME_REQUEST) {
            play_note(&came, result, second);
            continue;
        }
        const message answer = prepare(&came, place_pointer(place));
        place = (unsigned)came.m_type & 0xff;
        place_put(place, &answer);
        client = came.m_source;
        ticket = IPC_TICKET(second);
        if ((came.m_type & ~0xff) != PLAY_BY_REPLY)
            continue;
        report.wrong += play_call(IPC_REPLY | ticket << IPC_TICKET_SHIFT, client,
                                  place_pointer(place), NULL) != 0;
        client = NONE;
        ticket = 0;
    }
}

/* ---- receiver
 * --------------------------------------------------------------------------------------
 */

static void send_from(unsigned place, endpoint_t whom, const message *m)
{
    place_put(place, m);
    report.wrong += play_call(IPC_SEND, whom, place_pointer(place), NULL) != 0;
}

static void play_receiver(void)
{
    endpoint_t source = ANY;
    unsigned place = PLACE_BOXES;
    for (;;) {
        uint32_t second;
        message m;
        int result = play_call(IPC_RECEIVE, source, place_pointer(place), &second);
        const message came = *place_in(place);
        report.wrong += places_wrong(place);
        if (result || IPC_CAME(second) != IPC_CAME_SEND) {
            play_note(&came, result, second);
            if (came.m_type == IPC_EVENT_MESSAGE && came.m_words[0] < 0x100)
                mark((char)came.m_words[0]);
            continue;
        }
        place = (unsigned)came.m_type & 0xff;
        places_wrong(place);
        switch (came.m_type & ~0xff) {
        case PLAY_ODDLY:
        case PLAY_ANSWER:
            m = answer_to(&came);
            oddly = (came.m_type & ~0xff) == PLAY_ODDLY;
            send_from(place, came.m_source, &m);
            break;
        case PLAY_REPORT:
            m = play_take_report();
            send_from(place, came.m_source, &m);
            break;
        case PLAY_SOURCE:
            source = (endpoint_t)came.m_words[0];
            break;
        case PLAY_WAKE:
            ipc_notify((endpoint_t)came.m_words[0], 0x40);
            question_fill(&m, PLAY_MARK, 7);
            m.m_words[0] = 'w';
            send_from(place, (endpoint_t)came.m_words[0], &m);
            break;
        case PLAY_DIE:
            sys_exit(0);
        default:
            play_note(&came, 0, second);
            mark((char)came.m_words[0]);
            source = ANY;
            break;
        }
    }
}

/* ---- The small ones -------------------------------------------------------------------------- */

static void play_scribe(void)
{
    static char marks[MESSAGE_PAYLOAD_WORDS * 4];
    unsigned count = 0;
    message m;
    while (ipc_receive(ANY, 0, &m) == 0) {
        if (m.m_type == PLAY_READ) {
            memcpy(m.m_words, marks, sizeof marks);
            memset(marks, 0, sizeof marks);
            count = 0;
        } else if (count < sizeof marks - 1) {
            marks[count++] = (char)m.m_words[0];
        }
        ipc_reply(m.m_source, &m);
    }
}

static char letter(int result)
{
    switch (result) {
    case 0:
        return '0';
    case -ETRAPDENIED:
        return 'T';
    case -ECALLDENIED:
        return 'C';
    case -EPERM:
        return 'P';
    default:
        return '?';
    }
}

/* The call's result from the boxes; ! when a message of its own makes a difference. */
static char letter_of(uint32_t ecx, endpoint_t peer, int32_t type)
{
    message *m = place_pointer(PLACE_WHOLE);
    box_out->m_type = m->m_type = type;
    int boxes = play_call(ecx, peer, NULL, NULL), own = play_call(ecx, peer, m, NULL);
    if (peer == SYSTEM) {
        boxes = boxes ? boxes : box_in->m_type;
        own = own ? own : m->m_type;
    }
    return boxes == own ? letter(boxes) : '!';
}

/* Sends, receives (only if it may not), echoes, asks for the time. */
static void play_weak(const char *name)
{
    endpoint_t whom;
    int result = sys_lookup(name, &whom);
    question_fill(box_out, PLAY_MARK, 3);
    box_out->m_words[0] = '!';
    if (result == 0)
        result = play_call(IPC_SEND, whom, NULL, NULL);
    const bool sent = result == 0;
    const char one = letter(result);
    const char two = sent ? letter(play_call(IPC_RECEIVE, ANY, NULL, NULL)) : '-';
    const char three = letter_of(IPC_ECHO, 0, 0x77),
               four = letter_of(IPC_REQUEST, SYSTEM, SYS_TIME);
    mark(one);
    mark(two);
    mark(three);
    mark(four);
    sys_exit(0);
}

static void play_spinner(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

int main(int argc, char **argv)
{
    const char *role = argc > 1 ? argv[1] : "";
    by_sysenter = argc > 2 && strcmp(argv[2], "sysenter") == 0 && ipc_use_sysenter() == 0;
    if (strcmp(role, "no-box") == 0)
        play_boxless(NULL, NULL);
    if (strcmp(role, "in-box") == 0)
        play_boxless(box_in, NULL);
    if (strcmp(role, "out-box") == 0)
        play_boxless(NULL, box_out);
    places_begin();
    if (strcmp(role, "low") == 0)
        play_low(PLAY_LOW_ASKS);
    if (strcmp(role, "low-out") == 0)
        play_low(PLAY_LOW_RAISES);
    if (strcmp(role, "server") == 0)
        play_server();
    if (strcmp(role, "receiver") == 0)
        play_receiver();
    if (strcmp(role, "scribe") == 0)
        play_scribe();
    if (strcmp(role, "weak") == 0)
        play_weak(argc > 2 ? argv[2] : "");
    if (strcmp(role, "spinner") == 0)
        play_spinner();
    if (strcmp(role, "raiser") == 0)
        play_raiser();
    if (strcmp(role, "driver") == 0)
        play_driver(PLAY_LINE, 'D');
    if (strcmp(role, "clock") == 0)
        play_driver(PLAY_LINE_CLOCK, 'C');
    return 1;
}
