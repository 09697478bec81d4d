/*
 * fuzz-module_line: any text as a module's line; behind a first byte of 0x80 or more the others
 * choose among words that belong there.
 *
 * Whatever is refused has a reason. Whatever is accepted is read here once more, with the C
 * library and from docs/module-lines.md: nothing may come out that the text does not say, a right
 * least of all. What came out, written as a line again, means the same.
 */
#include "module_line.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 600

static const char blanks[] = " \t\r\n";
static struct module_line line;

/* ---- The text, by words ---------------------------------------------------------------------- */

static char words_text[TEXT_BYTES];
static char *words[TEXT_BYTES];
static unsigned word_count;

static void split_words(const char *text)
{
    char *rest = words_text;

    memcpy(words_text, text, strlen(text) + 1);
    for (word_count = 0; (words[word_count] = strtok_r(rest, blanks, &rest)) != NULL; word_count++)
        ;
}

/* The words before `--`; the first is the name, or the file's path before it. */
static unsigned option_count(void)
{
    unsigned count = 1;

    while (count < word_count && strcmp(words[count], "--") != 0)
        count++;
    return count;
}

static unsigned first_option(void)
{
    bool path = strchr(words[0], '/') != NULL;

    return path && option_count() > 1 && strchr(words[1], '=') == NULL &&
                   strcmp(words[1], "quiet") != 0
               ? 2
               : 1;
}

/* The key's value, or NULL where the text does not have it. */
static const char *value_of(const char *key)
{
    size_t length = strlen(key);

    for (unsigned i = first_option(); i < option_count(); i++) {
        if (strlen(words[i]) > length && memcmp(words[i], key, length) == 0 &&
            words[i][length] == '=')
            return words[i] + length + 1;
    }
    return NULL;
}

/* The n-th element of a list, or NULL. */
static const char *element(const char *list, unsigned n)
{
    static char copy[TEXT_BYTES];
    size_t length = 0;

    while (n > 0 && list != NULL) {
        list = strchr(list, ':');
        list = list != NULL ? list + 1 : NULL;
        n--;
    }
    if (list == NULL)
        return NULL;
    while (list[length] != '\0' && list[length] != ':')
        length++;
    memcpy(copy, list, length);
    copy[length] = '\0';
    return copy;
}

/* Decimal, or hexadecimal behind 0x; what is no number fails. *end is what follows. */
static unsigned long long number(const char *text, char **end)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned long long value;

    FUZZ_CHECK(text[0] >= '0' && text[0] <= '9');
    value = strtoull(text, end, hexadecimal ? 16 : 10);
    FUZZ_CHECK(*end != text);
    return value;
}

static unsigned long long size(const char *text)
{
    char *end;
    unsigned long long value = number(text, &end);

    if (*end == 'K' || *end == 'M')
        value <<= *end++ == 'K' ? 10 : 20;
    FUZZ_CHECK(*end == '\0');
    return value;
}

static unsigned long long whole_number(const char *text)
{
    char *end;
    unsigned long long value = number(text, &end);

    FUZZ_CHECK(*end == '\0');
    return value;
}

/* ---- What the text says ---------------------------------------------------------------------- */

static uint32_t call_bits(const char *name)
{
    uint32_t bits = 0;

#define CALL(word, value, bit)                                                                     \
    if (strcmp(name, #word) == 0 || strcmp(name, "all") == 0)                                      \
        bits |= 1u << (bit);
    IPC_CALLS(CALL)
#undef CALL
    FUZZ_CHECK(bits != 0);
    return bits;
}

static uint32_t kernel_bits(const char *name)
{
    uint32_t bits = 0;

#define CALL(word, symbol, value, text)                                                            \
    if (strcmp(name, #word) == 0 || strcmp(name, "all") == 0)                                      \
        bits |= 1u << (value);
    SYSTEM_CALLS(CALL)
#undef CALL
    FUZZ_CHECK(bits != 0);
    return bits;
}

static uint32_t irq_bits(const char *name)
{
    unsigned long long irq = strcmp(name, "log") == 0 ? IRQ_LINE_LOG : whole_number(name);

    FUZZ_CHECK(irq < 16 || strcmp(name, "log") == 0);
    return 1u << irq;
}

/* The rights of a list of names; `missing` where there is none, NULL: no rights. */
static uint32_t rights(const char *key, uint32_t (*bits_of)(const char *), const char *missing)
{
    const char *list = value_of(key), *name;
    uint32_t bits = 0;

    if (list == NULL)
        list = missing;
    for (unsigned i = 0; (name = element(list, i)) != NULL; i++)
        bits |= bits_of(name);
    return bits;
}

static void check_ports(void)
{
    const char *list = value_of("ports"), *text;
    unsigned count = 0;
    char *end;

    for (; (text = element(list, count)) != NULL; count++) {
        unsigned long long first = number(text, &end), last = first;

        FUZZ_CHECK(count < MODULE_PORTS_MAX);
        if (*end == '-')
            last = whole_number(end + 1);
        else
            FUZZ_CHECK(*end == '\0');
        FUZZ_CHECK(first <= last && last <= 0xffff);
        FUZZ_CHECK(line.ports[count].first == first && line.ports[count].last == last);
    }
    FUZZ_CHECK(line.port_count == count);
}

static void check_maps(void)
{
    const char *list = value_of("map"), *text;
    unsigned count = 0;
    uint64_t high = 0;
    char *end;

    for (; (text = element(list, count)) != NULL; count++) {
        unsigned long long start, bytes;

        if (strcmp(text, "framebuffer") == 0) {
            FUZZ_CHECK(line.maps[count].start == 0 && line.maps[count].bytes == 0);
            high += FRAMEBUFFER_BYTES_MOST;
            continue;
        }
        start = number(text, &end);
        FUZZ_CHECK(*end == '+' && count < MODULE_MAPS_MAX);
        bytes = size(end + 1);
        FUZZ_CHECK(line.maps[count].start == start && line.maps[count].bytes == bytes);
        FUZZ_CHECK(bytes > 0 && start % PAGE_BYTES == 0 && bytes % PAGE_BYTES == 0);
        FUZZ_CHECK(start >= PAGE_BYTES && start + bytes <= 0x100000000ull);
        FUZZ_CHECK(start >= 0x100000 || start + bytes <= 0x100000);
        high += start >= 0x100000 ? bytes : 0;
    }
    FUZZ_CHECK(line.map_count == count);
    FUZZ_CHECK(USER_DEVICES + high <= USER_STACK_LOWEST);
}

static void check_number(const char *key, unsigned value, unsigned missing, unsigned least,
                         unsigned most)
{
    const char *text = value_of(key);

    FUZZ_CHECK(value == (text != NULL ? whole_number(text) : missing));
    FUZZ_CHECK(value >= least && value <= most);
}

static void check_size(const char *key, uint32_t bytes, uint32_t missing, uint32_t least,
                       uint32_t most)
{
    const char *text = value_of(key);
    unsigned long long said = text != NULL ? size(text) : missing;

    FUZZ_CHECK(said >= least && said <= most);
    FUZZ_CHECK(bytes == (said + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
}

static bool is_name(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    return strlen(text) >= 1 && strlen(text) <= 15 && strspn(text, allowed) == strlen(text);
}

static bool means_several(const char *name)
{
    return strcmp(name, "all") == 0 || strcmp(name, "servers") == 0 || strcmp(name, "none") == 0;
}

static void check_names(void)
{
    const char *word = words[first_option() - 1], *slash = strrchr(word, '/');
    const char *identity = value_of("identity"), *faults = value_of("faults");
    const char *targets = value_of("targets");

    FUZZ_CHECK(strcmp(line.name, slash != NULL ? slash + 1 : word) == 0);
    FUZZ_CHECK(is_name(line.name) && !means_several(line.name) && strcmp(line.name, "user") != 0);
    FUZZ_CHECK(strcmp(line.identity, identity != NULL ? identity : line.name) == 0);
    FUZZ_CHECK(is_name(line.identity) && !means_several(line.identity));
    FUZZ_CHECK(line.user == (strcmp(line.identity, "user") == 0));
    FUZZ_CHECK(strcmp(line.faults, faults != NULL ? faults : "") == 0);
    FUZZ_CHECK(faults == NULL || is_name(faults));
    FUZZ_CHECK(slice_is(line.targets, targets != NULL ? targets : "servers"));
    for (unsigned i = 0; element(targets, i) != NULL; i++)
        FUZZ_CHECK(is_name(element(targets, i)));
}

static void check_arguments(void)
{
    char expected[TEXT_BYTES] = "";
    size_t used = 0;

    for (unsigned i = option_count() + 1; i < word_count; i++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s",
                                 used > 0 ? " " : "", words[i]);
    FUZZ_CHECK(strcmp(line.arguments, expected) == 0);
    FUZZ_CHECK(strlen(line.arguments) < ARGUMENT_BYTES);
    FUZZ_CHECK(word_count - option_count() <= ARGUMENT_COUNT);
}

/* Data is told nothing else. */
static void check_data(unsigned words_said)
{
    const char *type = value_of("type"), *data = value_of("data"), *image = value_of("image");

    FUZZ_CHECK(type == NULL || strcmp(type, "data") == 0 || strcmp(type, "program") == 0);
    FUZZ_CHECK(line.is_data == (type != NULL && strcmp(type, "data") == 0));
    FUZZ_CHECK(!line.is_data || (words_said == 1 && line.arguments[0] == '\0'));
    FUZZ_CHECK(line.least_bytes == (value_of("least") != NULL ? size(value_of("least")) : 0));
    FUZZ_CHECK(strcmp(line.data, data != NULL ? data : "") == 0);
    FUZZ_CHECK(data == NULL || is_name(data));
    FUZZ_CHECK(strcmp(line.image, image != NULL ? image : "") == 0);
    FUZZ_CHECK(image == NULL || is_name(image));
}

/* Nor is another program for a module. */
static void check_update(unsigned words_said)
{
    const char *updates = value_of("updates");

    FUZZ_CHECK(strcmp(line.updates, updates != NULL ? updates : "") == 0);
    FUZZ_CHECK(updates == NULL ||
               (is_name(updates) && words_said == 1 && line.arguments[0] == '\0'));
}

/* Every word of the line is a key once, or `quiet`. */
static void check_words(void)
{
    static const char *const keys[] = {
        "start",   "identity",  "priority", "quantum", "calls",   "targets", "kernel",  "irq",
        "ports",   "map",       "heap",     "stack",   "faults",  "needs",   "restart", "limit",
        "backoff", "heartbeat", "type",     "data",    "updates", "least",   "image",
    };
    unsigned known = 0, quiet = 0;
    const char *start = value_of("start");

    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        known += value_of(keys[i]) != NULL;
    for (unsigned i = first_option(); i < option_count(); i++)
        quiet += strcmp(words[i], "quiet") == 0;
    FUZZ_CHECK(known + quiet == option_count() - first_option());
    FUZZ_CHECK(line.quiet == (quiet > 0));
    const unsigned without_least = known + quiet - (value_of("least") != NULL);
    check_data(without_least);
    check_update(without_least);
    const bool asked = start != NULL && strcmp(start, "asked") == 0;
    const bool demand = start != NULL && strcmp(start, "demand") == 0;
    const bool supervised = start != NULL && strcmp(start, "supervised") == 0;
    FUZZ_CHECK(start == NULL || strcmp(start, "boot") == 0 || demand || supervised || asked);
    FUZZ_CHECK(line.demand == (demand || asked));
    FUZZ_CHECK(line.supervised == (supervised || asked));
}

/* What the supervisor is told, and nothing of it without one. */
static void check_supervision(void)
{
    static const char *const policies[] = {"never", "fault", "always"};
    const char *needs = value_of("needs"), *restart = value_of("restart");
    const char *limit = value_of("limit");
    unsigned count = 0;
    char *end;

    FUZZ_CHECK(line.supervised || (needs == NULL && restart == NULL && limit == NULL &&
                                   value_of("backoff") == NULL && value_of("heartbeat") == NULL));
    for (; element(needs, count) != NULL; count++)
        FUZZ_CHECK(is_name(element(needs, count)));
    FUZZ_CHECK(count <= MODULE_NEEDS_MAX);
    FUZZ_CHECK(needs == NULL ? line.needs.text == NULL : slice_is(line.needs, needs));
    FUZZ_CHECK(line.restart <= RESTART_ALWAYS);
    FUZZ_CHECK(strcmp(policies[line.restart], restart != NULL ? restart : "fault") == 0);
    FUZZ_CHECK(line.limit == (limit != NULL ? number(limit, &end) : 0) && line.limit <= 16);
    if (limit != NULL)
        FUZZ_CHECK(*end == '/' && line.limit > 0 && line.limit_seconds == whole_number(end + 1) &&
                   line.limit_seconds >= 1 && line.limit_seconds <= 3600);
    check_number("backoff", line.backoff_ms, 1, 0, 60000);
    check_number("heartbeat", line.heartbeat_ms, 0, 0, 60000);
    FUZZ_CHECK(line.heartbeat_ms == 0 || line.heartbeat_ms >= 10);
}

/* What every program may do, and `user` no more. */
static void check_user(void)
{
    uint32_t harmless = kernel_bits("exit") | kernel_bits("time") | kernel_bits("lookup");

    if (!line.user)
        return;
    FUZZ_CHECK(value_of("calls") == NULL && value_of("targets") == NULL);
    FUZZ_CHECK(line.irq_lines == 0 && line.port_count == 0 && line.map_count == 0);
    FUZZ_CHECK((line.kernel_calls & ~harmless) == 0);
}

static void check_against_text(const char *text)
{
    split_words(text);
    FUZZ_CHECK(word_count >= 1);
    check_words();
    check_names();
    FUZZ_CHECK(line.calls ==
               rights("calls", call_bits,
                      "send_rec:ipc_request:echo:in_outbox:receive:ipc_receive:ipc_select"));
    FUZZ_CHECK(line.kernel_calls == rights("kernel", kernel_bits, "exit:time:lookup"));
    FUZZ_CHECK(line.irq_lines == rights("irq", irq_bits, NULL));
    check_ports();
    check_maps();
    check_number("priority", line.priority, 8, 0, 15);
    check_number("quantum", line.quantum_ms, 10, 1, 1000);
    check_size("heap", line.heap_bytes, 64 << 10, 0, 256 << 20);
    check_size("stack", line.stack_bytes, 32 << 10, 4 << 10, 8 << 20);
    check_arguments();
    check_user();
    check_supervision();
}

/* ---- As a line again ------------------------------------------------------------------------- */

static char again[4096];
static size_t again_bytes;

#define PUT(...)                                                                                   \
    (again_bytes += (size_t)snprintf(again + again_bytes, sizeof again - again_bytes, __VA_ARGS__))

static void put_bits(const char *key, uint32_t bits, unsigned most,
                     const char *(*name_of)(unsigned bit))
{
    const char *separator = "";

    PUT(" %s=", key);
    for (unsigned bit = 0; bit < most; bit++) {
        if ((bits >> bit & 1) == 0)
            continue;
        PUT("%s%s", separator, name_of(bit));
        separator = ":";
    }
}

static const char *call_name(unsigned bit)
{
    static const char *const names[CALL_BIT_COUNT] = {
#define CALL(word, value, place) [place] = #word,
        IPC_CALLS(CALL)
#undef CALL
    };

    return names[bit];
}

static const char *kernel_name(unsigned bit)
{
    static const char *const names[32] = {
#define CALL(word, symbol, value, text) [value] = #word,
        SYSTEM_CALLS(CALL)
#undef CALL
    };

    FUZZ_CHECK(names[bit] != NULL);
    return names[bit];
}

static const char *irq_name(unsigned bit)
{
    static char name[8];

    snprintf(name, sizeof name, "%u", bit);
    return bit == IRQ_LINE_LOG ? "log" : name;
}

static void put_rights(void)
{
    put_bits("calls", line.calls, CALL_BIT_COUNT, call_name);
    PUT(" targets=%.*s", (int)line.targets.length, line.targets.text);
    if (line.irq_lines != 0)
        put_bits("irq", line.irq_lines, 32, irq_name);
    for (unsigned i = 0; i < line.port_count; i++)
        PUT("%s%#x-%u", i == 0 ? " ports=" : ":", line.ports[i].first, line.ports[i].last);
    for (unsigned i = 0; i < line.map_count; i++)
        if (line.maps[i].bytes == 0)
            PUT("%sframebuffer", i == 0 ? " map=" : ":");
        else
            PUT("%s%u+%#x", i == 0 ? " map=" : ":", line.maps[i].start, line.maps[i].bytes);
}

static void put_supervision(void)
{
    static const char *const policies[] = {"never", "fault", "always"};

    PUT(" restart=%s backoff=%u heartbeat=%u", policies[line.restart], line.backoff_ms,
        line.heartbeat_ms);
    if (line.needs.text != NULL)
        PUT(" needs=%.*s", (int)line.needs.length, line.needs.text);
    if (line.limit != 0)
        PUT(" limit=%u/%u", line.limit, line.limit_seconds);
}

static void write_again(char *to, size_t most)
{
    again_bytes = 0;
    if (line.is_data) {
        PUT("%s type=data least=%u", line.name, line.least_bytes);
        memcpy(to, again, again_bytes + 1);
        return;
    }
    PUT("%s identity=%s start=%s least=%u priority=%u quantum=%u heap=%u stack=%u%s", line.name,
        line.identity,
        line.demand && line.supervised ? "asked"
        : line.demand                  ? "demand"
        : line.supervised              ? "supervised"
                                       : "boot",
        line.least_bytes, line.priority, line.quantum_ms, line.heap_bytes, line.stack_bytes,
        line.quiet ? " quiet" : "");
    put_bits("kernel", line.kernel_calls, 32, kernel_name);
    if (!line.user)
        put_rights();
    if (line.faults[0] != '\0')
        PUT(" faults=%s", line.faults);
    if (line.data[0] != '\0')
        PUT(" data=%s", line.data);
    if (line.supervised)
        put_supervision();
    PUT(" -- %s", line.arguments);
    FUZZ_CHECK(again_bytes < sizeof again && again_bytes < most);
    memcpy(to, again, again_bytes + 1);
}

static void check_again(void)
{
    char first[sizeof again], second[sizeof again], reason[MODULE_REASON_BYTES];

    write_again(first, sizeof first);
    if (!module_line_parse(first, &line, reason))
        fuzz_fail("written again as \"%s\" it is refused: %s", first, reason);
    write_again(second, sizeof second);
    if (strcmp(first, second) != 0)
        fuzz_fail("written again as \"%s\" it means \"%s\"", first, second);
}

/* ---- Lines that are mostly right ------------------------------------------------------------- */

struct composer {
    char *text;
    size_t used;
    struct fuzz_input *input;
};

static void say(struct composer *c, const char *word)
{
    c->used += (size_t)snprintf(c->text + c->used, TEXT_BYTES - c->used, "%s", word);
    if (c->used >= TEXT_BYTES)
        c->used = TEXT_BYTES - 1;
}

/* A number near the edge of something. */
static void say_number(struct composer *c)
{
    static const uint64_t edges[] = {
        0,         1,          4,          8,          15,       16,      1000,
        0x1000,    0xffff,     0x10000,    0xb8000,    0x100000, 1 << 23, 1 << 28,
        0xf000000, 0x80000000, 0xfffff000, 0xffffffff, 1u << 20, 4194304, 0x100000000};
    static const char *const patterns[] = {"%llu", "%#llx", "%lluK", "%lluM", "0X%llX", "%#llxK"};
    uint32_t kind = fuzz_byte(c->input), how = fuzz_byte(c->input);
    uint64_t edge = edges[kind % (sizeof edges / sizeof *edges)];
    uint64_t offsets[] = {0, 0, 0, 0, 1, (uint64_t)-1, 0x1000, (uint64_t)-0x1000};
    char number[40];

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    snprintf(number, sizeof number, patterns[how % 6 % (1 + how / 32)],
             (unsigned long long)(edge + offsets[how / 4 % 8]));
#pragma clang diagnostic pop
    say(c, number);
}

static void say_name(struct composer *c)
{
    static const char *const names[] = {"tty",    "user",       "all",    "servers",
                                        "none",   "a.b-c_9",    "exit",   "ipc_reply",
                                        "notify", "send",       "log",    "fifteen-letters",
                                        "lookup", "log_write",  "data",   "sixteen-letters-",
                                        "demand", "supervised", "always", "never"};

    say(c, names[fuzz_byte(c->input) % 20]);
}

static void say_element(struct composer *c, char separator)
{
    char between[] = {separator, '\0'};

    say_number(c);
    if (separator == '+' || separator == '/' ||
        (separator == '-' && fuzz_byte(c->input) % 2 == 0)) {
        say(c, between);
        say_number(c);
    }
}

static void say_option(struct composer *c, uint32_t key)
{
    static const struct {
        const char *key;
        char kind; /* n number, w name, l names, + - ranges, i numbers */
    } options[] = {
        {"heap", 'n'},    {"stack", 'n'},    {"priority", 'n'},  {"quantum", 'n'}, {"map", '+'},
        {"ports", '-'},   {"irq", 'i'},      {"calls", 'l'},     {"kernel", 'l'},  {"targets", 'l'},
        {"faults", 'w'},  {"identity", 'w'}, {"start", 'w'},     {"needs", 'l'},   {"restart", 'w'},
        {"limit", '/'},   {"backoff", 'n'},  {"heartbeat", 'n'}, {"type", 'w'},    {"data", 'w'},
        {"updates", 'w'}, {"least", 'n'},    {"image", 'w'},
    };
    uint32_t elements = 1 + fuzz_byte(c->input) % 4;
    char kind = options[key % 23].kind;

    say(c, options[key % 23].key);
    say(c, "=");
    for (uint32_t i = 0; i < elements && (i == 0 || strchr("l+-i", kind) != NULL); i++) {
        say(c, i > 0 ? ":" : "");
        if (kind == 'w' || kind == 'l')
            say_name(c);
        else
            say_element(c, kind);
    }
}

static void compose(struct fuzz_input *input, char *text)
{
    struct composer c = {text, 0, input};

    say(&c, "d");
    while (input->left > 0 && c.used < TEXT_BYTES - 1) {
        uint32_t key = fuzz_byte(input);

        say(&c, key >= 0xf8 ? " -- " : key >= 0xf0 ? " quiet" : " ");
        if (key < 0xf0)
            say_option(&c, key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char text[TEXT_BYTES], reason[MODULE_REASON_BYTES];

    if (bytes >= TEXT_BYTES)
        return 0;
    if (bytes > 0 && data[0] >= 0x80) {
        struct fuzz_input choices = {data + 1, bytes - 1};

        compose(&choices, text);
    } else {
        memcpy(text, data, bytes);
        text[bytes] = '\0';
    }
    memset(reason, 0, sizeof reason);
    memset(&line, 0, sizeof line);
    if (fuzz_tells())
        fprintf(stderr, "line: \"%s\"\n", text);
    if (module_line_parse(text, &line, reason)) {
        check_against_text(text);
        check_again();
    } else {
        FUZZ_CHECK(reason[0] != '\0' && memchr(reason, '\0', sizeof reason) != NULL);
    }
    return 0;
}
