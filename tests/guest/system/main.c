/*
 * Runs the suite of calls to SYSTEM, and what its files share.
 */
#include "system.h"

endpoint_t me;
endpoint_t p1;
endpoint_t pnone;

static const uint8_t in_text[256] = {1};

int ask(int32_t number, const uint32_t words[6], message *answer)
{
    message local;
    message *m = answer ? answer : &local;

    memset(m, 0xa5, sizeof *m);
    m->m_type = number;
    memcpy(m->m_words, words, 6 * sizeof(uint32_t));
    int result = send_rec(SYSTEM, m);
    return result ? 1000 + result : m->m_type;
}

void expect_bad_buffers(int32_t number, unsigned index, const uint32_t words[6], bool written,
                        const char *name)
{
    static const uint32_t bad[] = {
        0,          4,          0x70000000, 0xbfffff00, USER_STACK_TOP - 3,
        0xc0000000, 0xc0100000, 0xfffffff0, 0xffffffff, USER_HEAP + JUDGE_HEAP - 3,
        0xb8000,    0x7fffffff,
    };
    uint32_t request[6];
    message answer;
    unsigned right = 0;
    unsigned zero = 0;

    memcpy(request, words, sizeof request);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        request[index] = bad[i];
        int result = ask(number, request, &answer);
        if (result != -EFAULT)
            tap_note("%s at 0x%x answers %d", name, (unsigned)bad[i], result);
        right += result == -EFAULT;
        zero += !(answer.m_words[0] | answer.m_words[1] | answer.m_words[2] | answer.m_words[6]);
    }
    IS(right, sizeof bad / sizeof *bad, "%s: every bad address is EFAULT", name);
    IS(zero, right, "%s: the words of an error's answer are zero", name);
    if (written) {
        request[index] = (uint32_t)in_text;
        IS(ask(number, request, NULL), -EFAULT, "%s: read-only memory is EFAULT", name);
    }
}

int main(void)
{
    me = self();
    p1 = partner_start("p1");
    pnone = partner_start("pnone");

    test_dispatch();
    test_permissions();
    test_time();
    test_lookup();
    test_process();
    test_module();
    test_memory();
    test_start();
    test_kill();
    test_irq();
    test_alarm();
    test_watch();
    test_log();
    test_power();
    test_asked();

    OK(answers(p1), "at the end the system answers");
    tap_done();
}
