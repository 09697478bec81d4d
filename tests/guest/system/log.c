/*
 * The kernel's log: what is written can be read, once and again, at any position; whose event it is
 * that it grew; and the dump.
 *
 * While a judge owns the log line the console shows nothing, so results of that time are kept and
 * checked later.
 */
#include "system.h"

static int read_raw(uint64_t position, void *to, uint32_t bytes, message *m)
{
    const uint32_t words[6] = {(uint32_t)position, (uint32_t)(position >> 32), (uint32_t)to, bytes};

    return ask(SYS_LOG_READ, words, m);
}

static int write_raw(uint32_t address, uint32_t length)
{
    const uint32_t words[6] = {address, length};

    return ask(SYS_LOG_WRITE, words, NULL);
}

static void test_log_read(void)
{
    static char first[600];
    static char again[600];
    message m;
    uint64_t end = log_end();

    OK(end > 500, "there is a log");
    memset(first, 0xa5, sizeof first);
    IS(read_raw(end - 400, first, 400, &m), 0, "SYS_LOG_READ");
    IS(m.m_words[0], 400, "bytes read");
    OK(m.m_words[1] == (uint32_t)(end - 400) && m.m_words[2] == 0, "from where it was asked");
    OK(!m.m_words[3] && !m.m_words[6], "the other words are zero");
    OK((uint8_t)first[400] == 0xa5 && first[399] != (char)0xa5, "and not a byte more");
    read_raw(end - 400, again, 200, &m);
    read_raw(end - 200, again + 200, 200, &m);
    OK(memcmp(first, again, 400) == 0, "in pieces it is the same");
    IS(read_raw(end - 400, first + 1, 0, &m), 0, "reading nothing");
    IS(m.m_words[0], 0, "gives nothing");
    IS(read_raw(0xffffffffffffffff, first, 10, &m), 0, "reading far past the end");
    IS(m.m_words[0], 0, "gives nothing");
    OK(m.m_words[2] == 0 && m.m_words[1] < 0x10000000, "and says where the end is");
    IS(read_raw(0, first, 100, &m), 0, "reading from the beginning");
    IS(m.m_words[0], 100, "gives what is still there");
}

/* So much that the beginning is overwritten; nobody wants to see it, so the console is kept out. */
static void test_log_wraps(void)
{
    static char piece[4096];
    char line[200];
    message first;
    message last;
    uint64_t position = 0;
    int got;
    unsigned total = 0;

    memset(line, 'w', sizeof line);
    line[sizeof line - 1] = '\n';
    sys_irq_claim(IRQ_LINE_LOG, 3);
    for (unsigned i = 0; i < 1000; i++)
        sys_log_write(line, sizeof line);
    int result = read_raw(0, piece, 16, &first);
    while ((got = sys_log_read(&position, piece, sizeof piece)) > 0)
        total += (unsigned)got;
    int across = read_raw(position - 10, piece, 100, &last);
    sys_irq_release(IRQ_LINE_LOG);

    IS(result, 0, "after much text the beginning can be asked for");
    OK(first.m_words[1] > 0, "it is gone, and the position says so");
    OK(total >= 4096 && total <= 1 << 20, "what is left can be read in pieces");
    IS(across, 0, "a read across the end");
    IS(last.m_words[0], 10, "is cut there");
}

static void test_log_write(void)
{
    uint64_t from = log_end();
    static const char odd[] = "odd\x1b[31m\x07\x7f"
                              "end\n";
    char whole[LOG_WRITE_MAX + 1];

    IS(write_raw((uint32_t)odd, sizeof odd - 1), 0, "SYS_LOG_WRITE");
    OK(log_has(from, PARTNER_JUDGE ": odd", "end", NULL), "is read back, with its author");
    OK(!log_has(from, "\x1b", NULL, NULL), "without control characters");
    IS(write_raw(0x70000000, 0), 0, "writing nothing needs no address");
    memset(whole, 'z', sizeof whole);
    whole[LOG_WRITE_MAX - 1] = '\n';
    IS(write_raw((uint32_t)whole, LOG_WRITE_MAX), 0, "the longest text");
    IS(write_raw((uint32_t)whole, LOG_WRITE_MAX + 1), -EINVAL, "one byte more");
    IS(write_raw((uint32_t)whole, 0xffffffff), -EINVAL, "as long as memory");
}

static void test_log_buffers(void)
{
    uint64_t end = log_end();
    const uint32_t reading[6] = {(uint32_t)(end - 300), 0, 0, 300};
    const uint32_t writing[6] = {0, 200};

    expect_bad_buffers(SYS_LOG_READ, 2, reading, true, "SYS_LOG_READ");
    expect_bad_buffers(SYS_LOG_WRITE, 0, writing, false, "SYS_LOG_WRITE");
}

static void test_log_line(void)
{
    message m = {0};
    char text[64];
    uint64_t position = log_end();
    ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL); /* what earlier tests left */
    int claimed = sys_irq_claim(IRQ_LINE_LOG, 3);
    int before = ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL);
    sys_log_write("grown\n", 6);
    int event = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, PATIENCE_US, NULL);
    sys_log_write("more\n", 5);
    message again = {0};
    int masked = ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &again, 0, NULL);
    int done = sys_irq_done(IRQ_LINE_LOG);
    int second = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &again, PATIENCE_US, NULL);
    int got = sys_log_read(&position, text, sizeof text);
    sys_irq_done(IRQ_LINE_LOG);
    int quiet = ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &again, 0, NULL);
    int released = sys_irq_release(IRQ_LINE_LOG);

    IS(claimed, 0, "the log is claimed like an interrupt line");
    IS(before, -ENOTREADY, "nothing is pending then");
    OK(event == 0 && m.m_source == HARDWARE && m.m_words[0] == 1 << 3, "that it grew is an event");
    IS(masked, -ENOTREADY, "one, until its owner is done");
    IS(done, 0, "IRQ_DONE");
    IS(second, 0, "then what is unread makes another");
    OK(got > 10, "the text is read");
    IS(quiet, -ENOTREADY, "when all is read there is no event");
    IS(released, 0, "and it is released");
}

static void test_dump(void)
{
    uint64_t from = log_end();

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    IS(sys_dump(), 0, "SYS_DUMP");
    OK(log_has(from, PARTNER_JUDGE, "p1", "pnone"), "names everybody");
    message m = {0};
    send(p1, &m);
    result_of(p1);
}

void test_log(void)
{
    test_log_read();
    test_log_write();
    test_log_buffers();
    test_log_line();
    test_dump();
    test_log_wraps();
}
