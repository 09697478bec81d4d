/*
 * A program that asks one server after the other and checks every answer end to end, as it is told
 * by the injector: a round is some requests to the server into which a fault is put, whose right
 * answers are known. An answer is right; or an error, so that the program knows; or wrong and
 * nobody says so. It waits without a deadline, as most programs do.
 */
#include "../guest/lib/archive.h"
#include "fault.h"

#include <abi/layout.h>
#include <parley/files.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/port.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/clock.h>
#include <proto/common.h>
#include <proto/memory.h>
#include <proto/names.h>
#include <proto/store.h>
#include <proto/supervisor.h>
#include <proto/tty.h>
#include <stdio.h>
#include <string.h>

static struct report report;
static uint32_t salt;

/* ---- Answers --------------------------------------------------------------------------------- */

static bool said(bool right, unsigned line)
{
    report.right += right;
    report.wrong += !right;
    if (!right && !report.first_wrong)
        report.first_wrong = line;
    return right;
}

/* What no server answers of its own accord to what is asked here: the program knows that it failed.
   That something which is there is not there, or the other way round, is an answer. */
static bool tells(int status)
{
    return status < 0 && status != -ENOENT && status != -EEXIST;
}

static bool status_is(int status, int right, unsigned line)
{
    if (status == right || !tells(status))
        return said(status == right, line);
    report.told++;
    if (!report.first_told)
        report.first_told = status;
    return false;
}

#define RIGHT(condition)        said((condition), __LINE__)
#define STATUS(status, right)   status_is((status), (right), __LINE__)
#define ASK(service, m, expect) STATUS(service_request((service), (m)), (expect))

static uint64_t join(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 32 | low;
}

static uint64_t now(void)
{
    uint64_t microseconds = 0;
    sys_time(&microseconds);
    return microseconds;
}

/* Made of the salt: other words each time. */
static uint32_t word(uint32_t index)
{
    return (salt + index) * 2654435761u;
}

/* ---- clock ----------------------------------------------------------------------------------- */

#define SLEEP_US 300
#define LATE_US  20000 /* nobody who asks for so little waits so long, while the clock lives */

static void round_clock(void)
{
    struct service clock = SERVICE("clock");
    static uint64_t offset; /* of the wall from the time since boot, as told first */
    uint64_t before, after, wall;
    message m = {.m_type = CLOCK_UPTIME};
    before = now();
    if (ASK(&clock, &m, 0)) {
        const uint64_t told = join(m.m_words[0], m.m_words[1]);
        RIGHT(told >= before && told <= now());
    }
    m = (message){.m_type = CLOCK_WALL};
    before = now();
    if (ASK(&clock, &m, 0)) {
        after = now();
        wall = join(m.m_words[0], m.m_words[1]) * 1000000 + m.m_words[2];
        if (!offset)
            offset = wall - before;
        RIGHT(wall - offset + 1000 >= before && wall - offset <= after + 1000);
    }
    m = (message){.m_type = CLOCK_SLEEP};
    before = now();
    const struct clock_sleep asked = {.microseconds_low = SLEEP_US,
                                      .began_low = (uint32_t)before,
                                      .began_high = (uint32_t)(before >> 32)};
    memcpy(m.m_words, &asked, sizeof asked);
    if (ASK(&clock, &m, 0)) {
        after = now();
        RIGHT(after - before >= SLEEP_US);
        RIGHT(after - before <= LATE_US);
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

static int names_raw(int32_t type, const char *name, uint32_t index, struct names_answer *answer)
{
    struct service names = SERVICE("names");
    struct names_request request = {.index = index};
    message m = {.m_type = type};
    sys_lookup("names", &names.endpoint);
    strlcpy(request.name, name, sizeof request.name);
    memcpy(m.m_words, &request, sizeof request);
    int status = ipc_request(names.endpoint, &m);
    if (status == -EREPLYDEAD || status == -EDEADSRCDST)
        return status;
    memcpy(answer, m.m_words, sizeof *answer);
    return status < 0 ? status : m.m_type;
}

#define LISTED_MOST 100 /* many more than there are: a list may have lost its end */

static bool is_listed(const char *name)
{
    struct names_answer answer;
    for (uint32_t i = 0; i < LISTED_MOST && names_raw(NAMES_LIST, "", i, &answer) == 0; i++)
        if (strncmp(answer.name, name, sizeof answer.name) == 0)
            return answer.endpoint == self();
    return false;
}

static void round_names(void)
{
    static const char *const there[] = {"clock", "hello", "tty", "memory"};
    struct names_answer answer;
    endpoint_t found = NONE, runs = NONE;
    char own[16];
    snprintf(own, sizeof own, "c%08x", (unsigned)word(0));
    for (unsigned i = 0; i < sizeof there / sizeof *there; i++) {
        int status = names_lookup(there[i], &found);
        if (STATUS(status, 0)) {
            sys_lookup(there[i], &runs);
            RIGHT(found == runs);
        }
    }
    STATUS(names_lookup("nobody", &found), -ENOENT);
    if (STATUS(names_publish(own), 0)) {
        if (STATUS(names_lookup(own, &found), 0))
            RIGHT(found == self());
        RIGHT(is_listed(own));
    }
    if (STATUS(names_raw(NAMES_WAIT, own, 0, &answer), 0))
        RIGHT(answer.endpoint == self());
    STATUS(names_raw(NAMES_WITHDRAW, own, 0, &answer), 0);
    STATUS(names_lookup(own, &found), -ENOENT);
}

/* ---- store ----------------------------------------------------------------------------------- */

#define RECORDS 5

/* What a store that went wrong may have left of a former round. */
static void clear_records(void)
{
    uint32_t value[5], key = 0;
    for (unsigned i = 0; i < 300; i++) {
        const int error = store_next(&key, value, sizeof value);
        if ((error != 0 && error != -EIO) || store_drop(key++) < 0)
            return;
    }
}

static void round_store(void)
{
    uint32_t value[5], key;
    const uint32_t base = word(0) % 100000;
    clear_records();
    for (uint32_t i = 0; i < RECORDS; i++) {
        for (uint32_t k = 0; k < 5; k++)
            value[k] = word(i * 5 + k);
        STATUS(store_put(base + 2 * i, value, sizeof value), 0);
    }
    for (uint32_t i = 0; i < RECORDS; i++)
        if (STATUS(store_get(base + 2 * i, value, sizeof value), 0))
            RIGHT(value[0] == word(i * 5) && value[2] == word(i * 5 + 2) &&
                  value[4] == word(i * 5 + 4));
    key = base + 1;
    if (STATUS(store_next(&key, value, sizeof value), 0))
        RIGHT(key == base + 2 && value[1] == word(6));
    STATUS(store_get(base + 1, value, sizeof value), -ENOENT);
    for (uint32_t i = 0; i < RECORDS; i++)
        STATUS(store_drop(base + 2 * i), 0);
    key = 0;
    STATUS(store_next(&key, value, sizeof value), -ENOENT);
}

/* ---- memory ---------------------------------------------------------------------------------- */

#define BUFFER_WORDS 3072 /* three pages */

static bool all_zero(const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (words[i] != 0)
            return false;
    return true;
}

static void lend_and_copy(uint32_t *pages)
{
    static uint32_t copy[BUFFER_WORDS];
    uint32_t grant;
    for (unsigned i = 0; i < BUFFER_WORDS; i++)
        pages[i] = word(i);
    memset(copy, 0, sizeof copy);
    if (!STATUS(memory_grant(pages, sizeof copy, self(), ACCESS_READ, &grant), 0))
        return;
    if (STATUS(memory_copy_from(grant, 4, copy, sizeof copy - 4), 0))
        RIGHT(memcmp(copy, pages + 1, sizeof copy - 4) == 0 && copy[BUFFER_WORDS - 1] == 0);
    STATUS(memory_copy_to(grant, 0, copy, 4), -EPERM);
    STATUS(memory_revoke(grant), 1);
    STATUS(memory_copy_from(grant, 0, copy, 4), -ENOENT);
}

static void round_memory(void)
{
    size_t before = 0, after = 0, total;
    void *pages;
    bool known = STATUS(memory_left(&before, &total), 0);
    if (!STATUS(memory_allocate(BUFFER_WORDS * 4, &pages), 0))
        return;
    if (RIGHT(all_zero(pages, BUFFER_WORDS)))
        lend_and_copy(pages);
    STATUS(memory_release(pages, BUFFER_WORDS * 4), 0);
    if (STATUS(memory_left(&after, &total), 0) && known)
        RIGHT(after + PAGE_BYTES >= before); /* a page table may stay for a while */
}

/* ---- tty and keyboard ------------------------------------------------------------------------ */

#define SCREEN       ((const volatile uint16_t *)0xb8000)
#define COLUMNS      80
#define ROWS         25
#define KBD_DATA     0x60
#define KBD_COMMAND  0x64
#define KBD_BUSY     0x03 /* a byte has not been taken yet, either way */
#define KBD_AS_TYPED 0xd2 /* the next byte comes as if the keyboard had sent it */

static bool on_screen(const char *text)
{
    const size_t length = strlen(text);
    for (unsigned at = 0; at + length <= COLUMNS * ROWS; at++) {
        size_t same = 0;
        while (same < length && (char)SCREEN[at + same] == text[same])
            same++;
        if (same == length)
            return true;
    }
    return false;
}

static bool keyboard_free(void)
{
    for (unsigned i = 0; i < 2000; i++)
        if (!(port_read8(KBD_COMMAND) & KBD_BUSY))
            return true;
    return false;
}

/* The tty is more urgent, so it has taken a byte before the next one is typed, if it is well. */
static void type(uint8_t scancode)
{
    (void)keyboard_free();
    port_write8(KBD_COMMAND, KBD_AS_TYPED);
    (void)keyboard_free();
    port_write8(KBD_DATA, scancode);
}

static void type_key(uint8_t scancode)
{
    type(scancode);
    type(scancode | 0x80);
}

static bool tty_write(struct service *tty, const char *text)
{
    message m = {.m_type = TTY_WRITE};
    struct tty_output chunk = {.console = 0};
    memcpy(chunk.text, text, strnlen(text, sizeof chunk.text));
    memcpy(m.m_words, &chunk, sizeof chunk);
    return ASK(tty, &m, 0);
}

/* Reads until so many have come, or an error. */
static bool tty_read(struct service *tty, char *text, size_t count)
{
    size_t got = 0;
    while (got < count) {
        message m = {.m_type = TTY_READ, .m_words = {(uint32_t)(count - got)}};
        if (!ASK(tty, &m, 0))
            return false;
        const struct tty_text *chunk = (const void *)m.m_words;
        if (!RIGHT(chunk->count > 0 && chunk->count <= count - got))
            return false;
        memcpy(text + got, chunk->text, chunk->count);
        got += chunk->count;
    }
    text[got] = '\0';
    return true;
}

static bool tty_mode(struct service *tty, uint32_t mode)
{
    message m = {.m_type = TTY_MODE, .m_words = {mode}};
    return ASK(tty, &m, 0);
}

static void keys_raw(struct service *tty)
{
    static const uint8_t letters[] = {0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23};
    const unsigned first = word(1) % 8, second = word(2) % 8;
    char text[8], wanted[8];
    if (!tty_mode(tty, TTY_MODE_RAW))
        return;
    type_key(letters[first]);
    type(0x2a);
    type_key(letters[second]);
    type(0xaa);
    type(0xe0);
    type_key(0x48);
    snprintf(wanted, sizeof wanted, "%c%c\033[A", "abcdefgh"[first], "ABCDEFGH"[second]);
    if (tty_read(tty, text, 5))
        RIGHT(strcmp(text, wanted) == 0);
    tty_mode(tty, TTY_MODE_LINE);
}

static void keys_line(struct service *tty)
{
    char text[8];
    type_key(0x14);
    type_key(0x15);
    type_key(0x0e);
    type_key(0x31);
    type_key(0x1c);
    if (tty_read(tty, text, 3))
        RIGHT(strcmp(text, "tn\n") == 0);
}

/* ^C, which drops what a tty that died has left unread. */
static void begin_typing(struct service *tty)
{
    message m = {.m_type = TTY_OWNER};
    ASK(tty, &m, 0);
    if (!tty_mode(tty, TTY_MODE_LINE))
        return;
    type(0x1d);
    type_key(0x2e);
    type(0x9d);
    m = (message){.m_type = TTY_READ, .m_words = {1}};
    ASK(tty, &m, -EINTR);
}

static void round_tty(void)
{
    struct service tty = SERVICE("tty");
    message m = {.m_type = TTY_SIZE};
    char text[24];
    if (ASK(&tty, &m, 0))
        RIGHT(m.m_words[0] == COLUMNS && m.m_words[1] == ROWS);
    begin_typing(&tty);
    keys_raw(&tty);
    keys_line(&tty);
    snprintf(text, sizeof text, "\033[1m#%08x\033[0m\n", (unsigned)word(3));
    if (tty_write(&tty, text)) {
        m = (message){.m_type = TTY_FLUSH};
        if (ASK(&tty, &m, 0)) {
            snprintf(text, sizeof text, "#%08x ", (unsigned)word(3));
            RIGHT(on_screen(text));
        }
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static void read_large(const struct file *file, uint32_t bytes)
{
    static char buffer[3000];
    const uint32_t offset = word(bytes) % (LARGE_BYTES - bytes);
    memset(buffer, 0, sizeof buffer);
    if (STATUS(file_read(file, offset, buffer, bytes), (int)bytes))
        RIGHT(is_large(buffer, offset, bytes));
}

static void round_files(void)
{
    static const char *const names[] = {"notes.txt", LARGE_NAME, "empty"};
    static const uint32_t bytes[] = {10, LARGE_BYTES, 0};
    struct file file;
    char name[FILE_NAME_BYTES], note[16] = "";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (STATUS(file_list(i, &file, name), 0))
            RIGHT(strcmp(name, names[i]) == 0 && file.bytes == bytes[i]);
    STATUS(file_list(3, &file, name), -ENOENT);
    STATUS(file_find("absent", &file), -ENOENT);
    if (STATUS(file_find("notes.txt", &file), 0) &&
        STATUS(file_read(&file, 0, note, sizeof note), 10))
        RIGHT(strcmp(note, "One note.\n") == 0);
    if (STATUS(file_find(LARGE_NAME, &file), 0)) {
        read_large(&file, 50);
        read_large(&file, 3000);
    }
}

/* ---- supervisor ------------------------------------------------------------------------------ */

static bool entry_at(uint32_t index, struct supervisor_entry *entry, int *status)
{
    static const char *const names[] = {"supervisor", "supervisor-2"};
    for (unsigned i = 0; i < 2; i++) {
        struct service s = {names[i], NONE};
        message m = {.m_type = SUPERVISOR_LIST, .m_words = {index}};
        if (sys_lookup(names[i], &s.endpoint) < 0)
            continue;
        *status = ipc_call(IPC_REQUEST | IPC_TIMEOUT, s.endpoint, &m, 100000, NULL);
        if (*status == 0)
            *status = m.m_type;
        memcpy(entry, m.m_words, sizeof *entry);
        if (*status != -EAGAIN)
            return true;
    }
    return false;
}

static void round_supervisor(void)
{
    struct service hello = SERVICE("hello");
    struct supervisor_entry entry = {0};
    int status = -ESRCH;
    unsigned running = 0, index = 0;
    endpoint_t former = NONE, found = NONE;
    message m = {.m_type = PROTO_PING};
    for (; entry_at(index, &entry, &status) && status == 0; index++)
        running += entry.state == SUPERVISOR_STATE_RUNNING;
    if (STATUS(status, -ENOENT))
        RIGHT(running >= index - 1 && index == 10);
    sys_lookup("hello", &former);
    sys_kill(former);
    if (ASK(&hello, &m, 0)) {
        sys_lookup("hello", &found);
        RIGHT(found == hello.endpoint && found != former);
    }
}

/* ---- All ------------------------------------------------------------------------------------- */

static void ping_all(void)
{
    static const char *const names[] = {"clock", "names", "tty",  "memory",
                                        "hello", "store", "files"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        struct service s = {names[i], NONE};
        message m = {.m_type = PROTO_PING, .m_words = {word(i), word(i + 1), 3, 4, 5, 6, word(9)}};
        const message sent = m;
        sys_lookup(names[i], &s.endpoint);
        if (ASK(&s, &m, 0))
            RIGHT(memcmp(m.m_words, sent.m_words, sizeof m.m_words) == 0);
    }
}

static void round_all(void)
{
    ping_all();
    round_clock();
    round_names();
    round_store();
    round_memory();
    round_tty();
    round_files();
}

static const struct {
    const char *victim;
    void (*run)(void);
} rounds[] = {
    {"files", round_files}, {"clock", round_clock}, {"names", round_names},
    {"store", round_store}, {"tty", round_tty},     {"memory", round_memory},
    {"", round_all},        {"hello", ping_all},    {"supervisor", round_supervisor},
};

/* Nobody else's business: whoever damages another's memory may damage this. */
static uint32_t canary[4096];

static void canary_check(bool fill)
{
    for (uint32_t i = 0; i < sizeof canary / sizeof *canary; i++) {
        if (fill)
            canary[i] = ~i * 40503u;
        else if (canary[i] != ~i * 40503u)
            RIGHT(false);
    }
}

int main(void)
{
    endpoint_t injector;
    struct round next;
    unsigned done = 0;
    if (sys_lookup("judge", &injector) < 0)
        return 1;
    canary_check(true);
    for (;;) {
        message m = {.m_type = CHECKER_REPORT};
        memcpy(m.m_words, &report, sizeof report);
        if (ipc_request(injector, &m) < 0)
            return 2;
        memcpy(&next, m.m_words, sizeof next);
        salt = next.salt;
        report = (struct report){0};
        if (++done % 64 == 0)
            canary_check(false);
        for (unsigned i = 0; i < sizeof rounds / sizeof *rounds; i++)
            if (strcmp(rounds[i].victim, next.victim) == 0)
                rounds[i].run();
    }
}
