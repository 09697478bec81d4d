/*
 * What SYSTEM says about itself, time, processes, modules and memory.
 */
#include "system.h"

static const uint32_t nothing[6];

void test_dispatch(void)
{
    static const int32_t unknown[] = {0,  SYSTEM_CALL_LAST + 1, 31, 32, 33, 255, 4096, 0x7fffffff,
                                      -1, (int32_t)0x80000000};
    message m;
    uint32_t second = 99;

    for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        IS(ask(unknown[i], nothing, &m), -ENOSYS, "call %d to SYSTEM does not exist",
           (int)unknown[i]);
        OK(m.m_source == SYSTEM && !m.m_words[0] && !m.m_words[6], "and its answer is empty");
    }
    IS(ask(SYS_INJECT, nothing, &m), -ENOSYS, "nor does the one for faults, without inject=on");
    m = (message){.m_type = SYS_TIME};
    IS(trap(IPC_SEND_REC, SYSTEM, &m, 0, &second), 0, "SYSTEM is reached by send_rec");
    IS(second & IPC_CAME_MASK, IPC_CAME_REPLY, "what came is a reply");
    m = (message){.m_type = SYS_TIME};
    IS(trap(IPC_SEND_REC | IPC_NONBLOCK | IPC_TIMEOUT, SYSTEM, &m, 0, NULL), 0,
       "it answers at once, NONBLOCK and TIMEOUT make no difference");
    m = (message){.m_type = SYS_TIME};
    IS(trap(IPC_REQUEST, SYSTEM, &m, 0, &second), 0, "and by ipc_request");
    IS(second, IPC_CAME_REPLY, "what came is a reply, without a ticket");
    OK(m.m_source == SYSTEM && m.m_type == 0 && m.m_words[3] == 1000, "with the answer");
    IS(send(SYSTEM, &m), -EINVAL, "SYSTEM is not reached by send");
    IS(receive(SYSTEM, &m), -EINVAL, "nor by receive");
    IS(notify(SYSTEM), -EINVAL, "nor by notify");
    IS(ipc_notify(SYSTEM, 1), -EINVAL, "nor by ipc_notify");
    IS(ipc_reply(SYSTEM, &m), -EINVAL, "nor by ipc_reply");
    IS(ipc_receive(SYSTEM, 0, &m), -EINVAL, "nor by ipc_receive");
}

void test_permissions(void)
{
    for (int32_t number = SYS_TIME; number <= SYSTEM_CALL_LAST; number++) {
        if (number == SYS_LOOKUP)
            continue;
        uint32_t out[6] = {1, 1, 1, 1, 1, 1};
        IS(partner_asks(pnone, number, nothing, out), -EPERM,
           "call %d is refused to one whose line lacks it", (int)number);
        OK(!(out[0] | out[1] | out[2] | out[3] | out[4] | out[5]), "and the answer is empty");
    }
    IS(partner_asks(pnone, 0, nothing, NULL), -ENOSYS, "a number that does not exist is ENOSYS");
}

void test_time(void)
{
    message m;
    uint64_t last = 0;
    unsigned back = 0;

    IS(ask(SYS_TIME, nothing, &m), 0, "SYS_TIME");
    uint64_t us = (uint64_t)m.m_words[1] << 32 | m.m_words[0];
    IS(m.m_words[3], 1000, "1000 ticks a second");
    OK(us / 1000 + 2 >= m.m_words[2] && m.m_words[2] + 2 >= us / 1000, "ticks and time agree");
    OK(!m.m_words[4] && !m.m_words[5] && !m.m_words[6], "the other words are zero");
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t now = 0;
        sys_time(&now);
        back += now < last;
        last = now;
    }
    IS(back, 0, "time never goes back");
    OK(last > us, "time goes on");
}

static int lookup_raw(const char name[16], message *m)
{
    uint32_t words[6] = {0};

    memcpy(words, name, 16);
    return ask(SYS_LOOKUP, words, m);
}

void test_lookup(void)
{
    endpoint_t found = 0;
    message m;

    IS(sys_lookup(PARTNER_JUDGE, &found), 0, "lookup of oneself");
    IS(found, me, "gives one's own endpoint");
    IS(sys_lookup("p1", &found), 0, "lookup of another");
    IS(found, p1, "gives that one's");
    IS(sys_lookup("nobody", &found), -ENOENT, "lookup of a name that nobody has");
    IS(sys_lookup("args", &found), -ENOENT, "lookup of a module that does not run");
    IS(sys_lookup("refused", &found), -ENOENT, "lookup of a module that was refused");
    IS(lookup_raw("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &m), -ENOENT, "lookup of the empty name");
    IS(lookup_raw("judgejudgejudgej", &m), -ENOENT, "lookup of 16 characters without a NUL");
    IS(lookup_raw("p1\0xxxxxxxxxxxx", &m), 0, "what stands behind the NUL does not count");
    IS(lookup_raw("judge\0\0\0\0\0\0\0\0\0\0", &m), 0, "a raw lookup");
    OK(!m.m_words[1] && !m.m_words[2] && !m.m_words[3] && !m.m_words[6], "leaves no other words");
}

static void test_process_self(void)
{
    struct process_info info;

    memset(&info, 0xa5, sizeof info);
    IS(sys_process(endpoint_slot(me), &info), 0, "SYS_PROCESS of oneself");
    IS(info.endpoint, me, "endpoint");
    OK(strcmp(info.name, PARTNER_JUDGE) == 0, "name");
    IS(info.state, PROCESS_RUNNING, "runs");
    IS(info.waits_for, NONE, "waits for nobody");
    IS(info.priority, JUDGE_PRIORITY, "priority as on its line");
    OK(info.identity > 0 && info.identity < 64, "an identity of its own");
    IS(info.calls, (1 << CALL_BIT_COUNT) - 1, "all calls");
    IS(info.kernel_calls, (1 << (SYSTEM_CALL_LAST + 1)) - 2, "all calls to SYSTEM");
    IS(info.irq_lines, 1 << 8 | 1 << IRQ_LINE_LOG, "interrupt lines as on its line");
    OK(info.targets[info.identity / 32] >> info.identity % 32 & info.targets[0] & 1,
       "targets: everyone, user and itself among them");
    IS(info.port_count, 1, "one range of ports");
    OK(info.ports[0].first == 0x70 && info.ports[0].last == 0x71, "ports as on its line");
    OK(info.ports[1].last == 0 && info.ports[PROCESS_PORTS_MAX - 1].last == 0,
       "ranges that it has not are zero");
    OK(!(info.name[6] | info.name[10] | info.name[15]), "the name is padded with zeros");
}

static void test_process_others(void)
{
    struct process_info info;
    struct process_info later;
    struct module_info module;
    unsigned found = 0;
    unsigned errors = 0;

    for (unsigned slot = 0; slot < 256; slot++) {
        int result = sys_process(slot, &info);
        found += result == 0;
        errors += result != 0 && result != -ESRCH;
        if (result == 0 && (endpoint_slot(info.endpoint) != slot || info.state == PROCESS_FREE))
            errors++;
    }
    IS(found, 3, "three processes are alive");
    IS(errors, 0, "each slot is one of them or ESRCH");
    IS(sys_process(256, &info), -EINVAL, "slot 256 does not exist");
    IS(sys_process(1000, &info), -EINVAL, "nor does 1000");
    IS(sys_process(0xffffffff, &info), -EINVAL, "nor does the last number");

    describe(p1, &info);
    IS(info.state, PROCESS_RECEIVING, "the partner receives");
    IS(info.waits_for, me, "from its judge");
    for (unsigned i = 0; sys_module(i, &module) == 0; i++)
        if (module.endpoint == p1)
            IS(info.memory_bytes, module.memory_bytes, "its memory is its module's");
    order_silent(p1, IPC_ECHO, 0, PARTNER_BUFFER, 0);
    describe(p1, &later);
    OK(later.messages_received > info.messages_received, "received messages are counted");
    describe(me, &info);
    order_silent(p1, IPC_ECHO, 0, PARTNER_BUFFER, 0);
    for (unsigned i = 0; i < 3000000; i++)
        __asm__ volatile("");
    nap(1000);
    uint64_t begin = 0;
    uint64_t now = 0;
    sys_time(&begin);
    do
        sys_time(&now);
    while (now - begin < 30000);
    describe(me, &later);
    OK(later.messages_sent > info.messages_sent, "sent messages are counted");
    OK(later.ticks > info.ticks, "ticks of processor time are counted");
}

static void test_process_buffer(void)
{
    static uint8_t pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
    uint32_t words[6] = {endpoint_slot(me)};
    unsigned outside = 0;
    unsigned right = 0;

    expect_bad_buffers(SYS_PROCESS, 1, words, true, "SYS_PROCESS");
    for (unsigned offset = PAGE_BYTES - 80; offset <= PAGE_BYTES; offset++) {
        struct process_info info;
        memset(pages, 0xa5, sizeof pages);
        right +=
            sys_process(endpoint_slot(me), (struct process_info *)(void *)(pages + offset)) == 0;
        memcpy(&info, pages + offset, sizeof info);
        right += info.endpoint == me && info.ports[PROCESS_PORTS_MAX - 1].last == 0;
        for (unsigned i = 0; i < sizeof pages; i++)
            outside += (i < offset || i >= offset + sizeof info) && pages[i] != 0xa5;
    }
    IS(right, 2 * 81, "SYS_PROCESS into two pages, at any byte");
    IS(outside, 0, "and nothing beside");
}

void test_process(void)
{
    test_process_self();
    test_process_others();
    test_process_buffer();
}

void test_module(void)
{
    static const char *const names[] = {PARTNER_JUDGE, "p1",     "pnone",  "p2",
                                        "args",        "plooks", "refused"};
    uint32_t words[6] = {0};
    struct module_info info;
    unsigned count = 0;

    for (; count < 7; count++) {
        memset(&info, 0xa5, sizeof info);
        IS(sys_module(count, &info), 0, "SYS_MODULE %u", count);
        OK(strcmp(info.name, names[count]) == 0, "is %s", names[count]);
        bool refused = count == 6;
        bool runs = count < 3;
        IS(info.flags,
           (count ? MODULE_DEMAND : 0) * !refused + runs * MODULE_RUNNING +
               refused * MODULE_REFUSED,
           "%s: flags", names[count]);
        OK(refused == (info.reason[0] != 0), "%s: a reason when refused, else none", names[count]);
        OK(info.reason[75] == 0, "%s: the reason is terminated", names[count]);
        OK(runs ? info.starts == 1 && info.endpoint > 0 : info.starts == 0 && info.endpoint == NONE,
           "%s: starts and endpoint", names[count]);
        if (!refused)
            OK(info.image_bytes > 1000 && info.memory_bytes > 8192 && !(info.memory_bytes % 4096),
               "%s: sizes", names[count]);
    }
    OK(strstr(info.reason, "bogus") != NULL, "the reason names the word");
    IS(sys_module(count, &info), -EINVAL, "past the last one");
    IS(sys_module(0xffffffff, &info), -EINVAL, "far past the last one");
    expect_bad_buffers(SYS_MODULE, 1, words, true, "SYS_MODULE");
}

static uint32_t sum_of_modules(void)
{
    struct module_info info;
    uint32_t sum = 0;

    for (unsigned i = 0; sys_module(i, &info) == 0; i++)
        sum += info.memory_bytes;
    return sum;
}

void test_memory(void)
{
    const uint32_t words[6] = {0};
    struct memory_info before;
    struct memory_info after;
    struct module_info module;
    unsigned started = 0;

    memset(&before, 0xa5, sizeof before);
    IS(sys_memory(&before), 0, "SYS_MEMORY");
    OK(before.total_bytes >= 4 << 20 && before.total_bytes <= 64 << 20, "total is plausible");
    IS(before.kernel_bytes + before.modules_bytes + before.process_bytes + before.free_bytes,
       before.total_bytes, "the parts are the whole");
    IS(before.process_bytes, sum_of_modules(), "what processes own is the sum of the modules'");
    expect_bad_buffers(SYS_MEMORY, 0, words, true, "SYS_MEMORY");

    for (unsigned i = 0; i < 200; i++) {
        endpoint_t process;
        started += sys_start("p2", "", &process) == 0 && sys_kill(process) == 0;
    }
    IS(started, 200, "200 starts and deaths");
    sys_memory(&after);
    OK(memcmp(&before, &after, sizeof before) == 0, "leave the accounts as they were");
    sys_module(3, &module);
    IS(module.starts, 200, "and are counted");
}
