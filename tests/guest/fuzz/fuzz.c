/*
 * The hostile program: calls made up from a seed, by every way into the kernel, to SYSTEM, to every
 * server, until it dies of one. Its judge starts it again. What it learns of an end of a call that
 * cannot be, it notes in the page that the two share (fuzz.h).
 *
 * A program with all rights may end the system, and then nothing is learnt; these it does not do:
 * power off or reboot, and take hold of the judge by a call to SYSTEM. Nor does it let sysenter
 * come back into the midst of its own code, where what it finds wrong would be its own doing. All
 * else it may do, to the supervisors and the memory server as well.
 */
#include "fuzz.h"
#include "choose.h"
#include "wild.h"

#include <abi/fault.h>
#include <abi/layout.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

static struct fuzz_page *const page = FUZZ_PAGE;
static uint32_t messages; /* in the tables */

#define GUARD_WORDS 256
static uint32_t guard[GUARD_WORDS];

static void is_wrong(enum fuzz_wrong what)
{
    if (!page->wrong)
        page->wrong = what;
}

/* ---- What every call must keep to ------------------------------------------------------------ */

static bool is_error(int32_t result)
{
    switch (-result) {
#define FUZZ_ERROR(name, number, text) case number:
        PARLEY_ERRORS(FUZZ_ERROR)
#undef FUZZ_ERROR
        return true;
    default:
        return false;
    }
}

static bool second_is_right(int32_t result, uint32_t second)
{
    if (result < 0)
        return (int32_t)second > 0;
    return IPC_CAME(second) <= IPC_CAME_REPLY && (second & 0xf8) == 0 &&
           (IPC_BESIDE_ERROR(second) == 0 || is_error(-(int32_t)IPC_BESIDE_ERROR(second)));
}

static void check_result(int32_t result, uint32_t second)
{
    if (result < 0 ? !is_error(result) : result >= IPC_SELECT_MAX)
        is_wrong(FUZZ_RESULT);
    else if (!second_is_right(result, second))
        is_wrong(FUZZ_SECOND);
}

#define FLAGS_COMPARED 0xcd5u /* CF PF AF ZF SF DF OF */

static void check_registers(const struct wild *w, bool by_sysenter)
{
    const struct wild *got = &wild_got;
    const enum fuzz_wrong before = page->wrong;
    check_result((int32_t)got->eax, got->esi);
    if (got->ebx != w->ebx || got->edi != w->edi || got->esp != w->esp)
        is_wrong(FUZZ_REGISTERS);
    if (got->es != wild_flat() || got->fs != w->fs || got->gs != w->gs)
        is_wrong(FUZZ_SEGMENTS);
    if (!by_sysenter && (got->ecx != w->ecx || got->edx != w->edx || got->ebp != w->ebp))
        is_wrong(FUZZ_REGISTERS);
    if (!by_sysenter && (got->flags ^ w->flags) & FLAGS_COMPARED)
        is_wrong(FUZZ_FLAGS);
    if (page->wrong == before)
        return;
    memcpy(page->sent, w, sizeof page->sent);
    memcpy(page->got, got, sizeof page->got);
}

static void fill_guard(void)
{
    for (uint32_t i = 0; i < GUARD_WORDS; i++)
        guard[i] = i * 0x9e3779b9u;
}

static void check_guard(void)
{
    for (uint32_t i = 0; i < GUARD_WORDS; i++)
        if (guard[i] != i * 0x9e3779b9u)
            is_wrong(FUZZ_OUTSIDE);
}

/* ---- Calls to SYSTEM ------------------------------------------------------------------------- */

static const struct protocol_message *some_message(endpoint_t to)
{
    const struct protocol_message *found;
    do
        found = &protocol_messages[choose_below(messages)];
    while (found->to != to);
    return found;
}

/* Every other time the one of a few that was carried out least: some are refused nearly always. */
static const struct protocol_message *some_system_call(void)
{
    const struct protocol_message *best = some_message(SYSTEM);
    const unsigned others = page->role == FUZZ_WIDE && choose_once_in(2) ? 3 : 0;
    for (unsigned i = 0; i < others; i++) {
        const struct protocol_message *other = some_message(SYSTEM);
        if (page->succeeded[other->type] < page->succeeded[best->type])
            best = other;
    }
    return best;
}

#define MAPPED 8
static uint32_t mapped[MAPPED][2]; /* whose and where: the first two words of calls about pages */
static uint32_t mapped_count;

/* Pages that are there, so that something can be done with them. */
static void name_a_mapping(message *m)
{
    if (m->m_type >= SYS_MAP && m->m_type <= SYS_MOVE && mapped_count && choose_once_in(2))
        memcpy(m->m_words, mapped[choose_below(mapped_count) % MAPPED], sizeof mapped[0]);
}

static void note_success(const message *asked)
{
    if ((uint32_t)asked->m_type > SYSTEM_CALL_LAST)
        return;
    page->succeeded[asked->m_type]++;
    if (asked->m_type == SYS_MAP)
        memcpy(mapped[mapped_count++ % MAPPED], asked->m_words, sizeof mapped[0]);
}

/* What would end the system by right, or have this program begin again on any stack. */
static void spare_the_system(message *m)
{
    uint32_t *word = m->m_words;
    if (m->m_type == SYS_POWER)
        word[0] |= 2;
    if (m->m_type == SYS_GATE)
        word[0] = choose_once_in(2) ? (uint32_t)wild_sysenter_back : word[0] | USER_END;
    if (m->m_type == SYS_KILL || m->m_type == SYS_CANCEL || m->m_type == SYS_MAP ||
        m->m_type == SYS_UNMAP || m->m_type == SYS_SPACE)
        word[0] = (endpoint_t)word[0] == page->judge ? 0 : word[0];
    if (m->m_type == SYS_MOVE && (endpoint_t)word[2] == page->judge)
        word[2] = 0;
}

/* The words that the answer to such a request has. */
static uint32_t words_of_answer(int32_t type)
{
    uint32_t words = 0;
    const struct protocol_message *asked = protocol_messages;
    while (asked->name && (asked->to != SYSTEM || asked->type != type))
        asked++;
    for (const struct protocol_field *f = asked->answer; f && f->name; f++)
        words |= ((1u << f->words) - 1) << f->word;
    return words;
}

/* Words that the answer's format does not have are zero, and so is everything beside an error. */
static void check_answer(const message *asked, const message *m)
{
    const uint32_t words = m->m_type ? 0 : words_of_answer(asked->m_type);
    const enum fuzz_wrong before = page->wrong;
    if (m->m_source != SYSTEM || (m->m_type && !is_error(m->m_type)))
        is_wrong(FUZZ_ANSWER);
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++) {
        if (m->m_words[i] && !(words >> i & 1))
            is_wrong(FUZZ_ANSWER);
        choose_remember(m->m_words[i]);
    }
    if (page->wrong == before)
        return;
    memcpy(page->sent, asked, sizeof *asked);
    memcpy(page->got, m, sizeof *m);
}

static void ask_system(void)
{
    const struct protocol_message *asked = some_system_call();
    message m = {0};
    const bool rare = asked->type == SYS_EXIT || asked->type == SYS_DUMP;
    if (rare && !choose_once_in(32))
        return;
    choose_fields(asked->request, &m);
    m.m_type = asked->type;
    if (choose_once_in(16))
        m.m_type = (int32_t)choose_number();
    name_a_mapping(&m);
    spare_the_system(&m);
    const message sent = m;
    uint32_t second = 0;
    const int result =
        ipc_call(choose_once_in(2) || page->role == FUZZ_PLAIN ? IPC_REQUEST : IPC_SEND_REC, SYSTEM,
                 &m, 0, &second);
    check_result(result, second);
    if (result)
        return;
    check_answer(&sent, &m);
    if (m.m_type == 0)
        note_success(&sent);
}

/* ---- Servers --------------------------------------------------------------------------------- */

#define ANSWER_US 1000 /* a server that answers does so in much less */

static void ask_server(void)
{
    const struct protocol_message *asked = some_message(0);
    const uint32_t place = (uint32_t)(asked - protocol_messages) % FUZZ_MESSAGES;
    endpoint_t server = page->speaks[place];
    message m = {0};
    uint32_t second = 0;
    if (server == 0 || choose_once_in(4))
        server = choose_living();
    if (choose_once_in(20))
        for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
            m.m_words[i] = choose_number();
    else
        choose_fields(asked->request, &m);
    m.m_type = choose_once_in(20) ? (int32_t)choose_number() : asked->type;
    const uint32_t call = page->role != FUZZ_PLAIN && choose_once_in(8) ? IPC_SEND : IPC_REQUEST;
    const int result = ipc_call(call | IPC_TIMEOUT, server, &m, ANSWER_US, &second);
    check_result(result, second);
    if (result || call == IPC_SEND)
        return;
    if (m.m_source != server)
        is_wrong(FUZZ_FORGED);
    if (m.m_type != -ENOSYS)
        page->speaks[place] = server;
    for (unsigned i = 0; i < 2 && m.m_type == 0; i++)
        choose_remember(m.m_words[i]);
}

/* ---- The trap -------------------------------------------------------------------------------- */

static uint32_t some_call(void)
{
    static const uint32_t calls[] = {
        IPC_SEND,    IPC_RECEIVE, IPC_SEND_REC,   IPC_IN_OUTBOX,  IPC_NOTIFY,        IPC_ECHO,
        IPC_REQUEST, IPC_REPLY,   IPC_NOTIFY_SET, IPC_RECEIVE_EX, IPC_REPLY_RECEIVE, IPC_SELECT};
    uint32_t call = calls[choose_below(sizeof calls / sizeof *calls)];
    if (choose_once_in(32))
        return choose_any();
    if (call == IPC_REPLY || call == IPC_REPLY_RECEIVE)
        call |= choose_number() << IPC_TICKET_SHIFT;
    if (call == IPC_IN_OUTBOX || call == IPC_NOTIFY || call == IPC_NOTIFY_SET || call == IPC_ECHO ||
        (call & IPC_CALL_MASK) == IPC_REPLY)
        return choose_once_in(16) ? call | IPC_NONBLOCK : call;
    /* Without either it may wait until the judge cancels it. */
    if (choose_once_in(48))
        return call;
    return call | (choose_once_in(3) ? IPC_NONBLOCK : IPC_TIMEOUT);
}

static struct wild some_registers(void)
{
    struct wild w = {.ecx = some_call(),
                     .eax = (uint32_t)choose_endpoint(),
                     .ebx = choose_once_in(5) ? 0 : choose_address(MESSAGE_BYTES),
                     .edx = choose_once_in(2) ? choose_any() : choose_number(),
                     .esi = choose_timeout(),
                     .edi = (uint32_t)choose_endpoint(),
                     .ebp = choose_any(),
                     .esp = USER_HEAP + choose_below(1024) * 4,
                     .flags = 0x202,
                     .es = wild_flat(),
                     .fs = wild_flat(),
                     .gs = wild_flat()};
    if ((w.ecx & IPC_CALL_MASK) == IPC_IN_OUTBOX)
        w.eax = choose_once_in(5) ? 0 : choose_address(MESSAGE_BYTES);
    if ((w.ecx & IPC_CALL_MASK) == IPC_SELECT)
        w.eax = choose_once_in(4) ? choose_number() : choose_below(IPC_SELECT_MAX + 2);
    return w;
}

/* Legal for a program, and nothing that a kernel may rely on: any stack, flags, segments,
 * registers. */
static void make_wild(struct wild *w)
{
    uint32_t *const general[] = {&w->eax, &w->ebx, &w->edx, &w->edi, &w->ebp, &w->esp};
    for (unsigned i = 0; i < sizeof general / sizeof *general; i++)
        if (choose_once_in(2))
            *general[i] = choose_once_in(2) ? choose_any() : choose_number();
    w->flags |= choose_any() & (FLAGS_COMPARED | (choose_once_in(256) ? 0x100u /* TF */ : 0));
    if (choose_once_in(4))
        w->flags |= choose_any() & 0x244000u; /* NT, AC, ID */
    w->fs = choose_once_in(2) ? 0 : w->fs;
    w->gs = choose_once_in(2) ? (uint16_t)choose_below(4) : w->gs;
    w->es = choose_once_in(2) ? 0 : w->es;
}

static void do_trap(bool wild)
{
    struct wild w = some_registers();
    const bool by_sysenter = page->sysenter && page->role == FUZZ_WIDE && choose_once_in(3);
    if (wild)
        make_wild(&w);
    if (by_sysenter)
        w.ebp = w.esp;
    if (by_sysenter)
        wild_sysenter(&w);
    else
        wild_trap(&w);
    check_registers(&w, by_sysenter);
}

/* Any other way into ring 0, most of which end the program. */
static void do_deadly(void)
{
    static const uint16_t instructions[] = {
        0x340f /* sysenter */, 0x050f /* syscall */, 0x350f /* sysexit */, 0x0b0f /* ud2 */,
        0xaa0f /* rsm */,      0x300f /* wrmsr */,   0x320f /* rdmsr */,   0x080f /* invd */,
        0x90f4 /* hlt */,      0x90fa /* cli */,     0x90ec /* in */,      0x90ee /* out */,
        0x90f1 /* int1 */,     0x90cc /* int3 */,    0x90ce /* into */,    0x0062 /* bound */,
    };
    struct wild w = some_registers();
    make_wild(&w);
    wild_instruction = choose_once_in(3)
                           ? instructions[choose_below(sizeof instructions / sizeof *instructions)]
                           : (uint16_t)(0xcd | choose_any() << 8);
    wild_other(&w);
}

/* ---- Memory, and faults of others -------------------------------------------------------------
 */

static void do_memory(void)
{
    for (unsigned i = 0; i < 16; i++)
        ARENA[choose_below(ARENA_BYTES)] = (uint8_t)choose_any();
    for (unsigned i = 0; i < 8; i++) {
        uint32_t *pair = (uint32_t *)ARENA + choose_below(ARENA_BYTES / 8) * 2;
        pair[0] = (uint32_t)choose_endpoint();
        pair[1] = choose_number();
    }
    if (choose_once_in(32))
        *(volatile uint32_t *)choose_address(4) += choose_any();
}

/* Whoever faults and has this program for its handler goes on in some way or other. */
static void settle_fault(void)
{
    message m, set = {.m_type = SYS_REGISTERS};
    uint32_t second = 0;
    if (ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, &second) != 0)
        return;
    if (m.m_source <= 0 || (endpoint_slot(m.m_source) >= 256 && m.m_source != HARDWARE))
        is_wrong(FUZZ_FORGED);
    set.m_words[0] = (uint32_t)m.m_source;
    set.m_words[1] = REGISTERS_SET;
    set.m_words[2] = choose_once_in(4) ? choose_any() : (uint32_t)wild_other_back;
    for (unsigned i = 3; i < MESSAGE_PAYLOAD_WORDS; i++)
        set.m_words[i] = choose_once_in(2) ? choose_number() : wild_flat() * 0x10001u;
    if (ipc_request(SYSTEM, &set) == 0 && set.m_type == 0)
        page->succeeded[SYS_REGISTERS]++;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m.m_words[i] = choose_any();
    m.m_type = choose_once_in(64) ? -EFAULT : 0;
    (void)ipc_reply(m.m_source, &m);
}

_Noreturn static void fault_for_ever(void)
{
    for (;;) {
        struct wild w = some_registers();
        page->calls++;
        wild_other(&w); /* as it was linked: ud2 */
    }
}

/* ---- All of it ------------------------------------------------------------------------------- */

enum kind {
    TO_SYSTEM,
    TO_SERVER,
    TRAP,
    WILD,
    DEADLY,
    MEMORY,
    SETTLE
};

/* Shares of 256, up to the kind. */
static enum kind some_kind(void)
{
    static const uint8_t shares[][SETTLE] = {{12, 130, 200, 236, 237, 248},
                                             {150, 180, 215, 238, 239, 246}};
    const bool wide = page->role == FUZZ_WIDE;
    const uint32_t at = choose_below(256);
    enum kind kind = TO_SYSTEM;
    while (kind < SETTLE && at >= shares[wide][kind])
        kind++;
    return kind == SETTLE && !wide ? TRAP : kind;
}

static void one_call(void)
{
    page->kind = some_kind();
    page->calls++;
    switch (page->kind) {
    case TO_SYSTEM:
        ask_system();
        break;
    case TO_SERVER:
        ask_server();
        break;
    case TRAP:
        do_trap(false);
        break;
    case WILD:
        do_trap(true);
        break;
    case DEADLY:
        do_deadly();
        break;
    case MEMORY:
        do_memory();
        break;
    default:
        settle_fault();
    }
    if (page->role != FUZZ_WIDE && page->calls % 64 == 0)
        check_guard();
}

int main(void)
{
    /* What others write to the top of the stack, where words are near that name it, is not in use.
     */
    volatile uint8_t apart[4096];
    apart[0] = 0;
    if (page->magic != FUZZ_MAGIC)
        return 1;
    choose_seed(page->seed, page->generation);
    while (protocol_messages[messages].name)
        messages++;
    fill_guard();
    if (page->role == FUZZ_PREY)
        fault_for_ever();
    if (page->role == FUZZ_WIDE)
        page->sysenter = sys_gate(wild_sysenter_back) == 0;
    while (page->calls < page->limit)
        one_call();
    return 0;
}
