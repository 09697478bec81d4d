/* See module_line.h. One function a key; every refusal goes through fail() and so names its word.
 */
#include "module_line.h"

struct parser {
    struct module_line *out;
    char *reason;
    struct slice key;
    uint32_t seen; /* keys that were given, one bit each */
};

#define SHOWN        28 /* characters of a wrong word that a reason quotes */
#define LOW_MEGABYTE 0x100000u

struct named_bit {
    const char *name;
    unsigned bit;
};

static const struct named_bit call_names[] = {
#define CALL_NAME(name, number, bit) {#name, bit},
    IPC_CALLS(CALL_NAME)
#undef CALL_NAME
        {NULL, 0}};

static const struct named_bit kernel_call_names[] = {
#define KERNEL_CALL_NAME(name, symbol, number, text) {#name, number},
    SYSTEM_CALLS(KERNEL_CALL_NAME)
#undef KERNEL_CALL_NAME
        {NULL, 0}};

static int shown(struct slice s)
{
    return (int)(s.length < SHOWN ? s.length : SHOWN);
}

static bool fail(struct parser *p, struct slice value, const char *wrong)
{
    format(p->reason, MODULE_REASON_BYTES, "%.*s=%.*s: %s", shown(p->key), p->key.text,
           shown(value), value.text, wrong);
    return false;
}

static bool fail_word(struct parser *p, struct slice word, const char *wrong)
{
    format(p->reason, MODULE_REASON_BYTES, "%.*s: %s", shown(word), word.text, wrong);
    return false;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

static bool read_number(struct slice s, uint32_t *number)
{
    uint32_t base = 10;
    if (s.length > 2 && s.text[0] == '0' && (s.text[1] == 'x' || s.text[1] == 'X')) {
        base = 16;
        s.text += 2, s.length -= 2;
    }
    uint64_t value = 0;
    /*@ loop invariant 0 <= i <= s.length && value <= UINT32_MAX;
        loop invariant value == digits_value(s.text, i, base);
        loop assigns i, value;
        loop variant s.length - i; */
    for (size_t i = 0; i < s.length; i++) {
        uint32_t digit = (uint32_t)digit_of(s.text[i]);
        if (digit >= base)
            return false;
        value = value * base + digit;
        if (value > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return s.length != 0;
}

static bool read_size(struct slice s, uint32_t *bytes)
{
    unsigned shift = 0;
    char unit = s.length ? s.text[s.length - 1] : 0;
    if (unit == 'K' || unit == 'M') {
        shift = unit == 'K' ? 10 : 20;
        s.length--;
    }
    if (!read_number(s, bytes) || *bytes > UINT32_MAX >> shift)
        return false;
    *bytes <<= shift;
    return true;
}

/* Words that mean several identities or none. */
static bool is_reserved(struct slice s)
{
    return slice_is(s, "all") || slice_is(s, "servers") || slice_is(s, "none");
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.length; i++) {
        char c = s.text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.')
            return false;
    }
    return s.length >= 1 && s.length < NAME_BYTES;
}

static void copy_name(char *to, struct slice s)
{
    memset(to, 0, NAME_BYTES);
    memcpy(to, s.text, s.length);
}

/* Splits FIRST<separator>SECOND; false when the separator is missing. */
static bool split(struct slice s, char separator, struct slice *first, struct slice *second)
{
    *second = s;
    slice_element(second, separator, first);
    return second->text != NULL;
}

/* ---- One function a key: false after fail() ------------------------------------------------ */

static bool parse_start(struct parser *p, struct slice value)
{
    const bool asked = slice_is(value, "asked");
    p->out->demand = asked || slice_is(value, "demand");
    p->out->supervised = asked || slice_is(value, "supervised");
    if (!p->out->demand && !p->out->supervised && !slice_is(value, "boot"))
        return fail(p, value, "must be boot, demand, supervised or asked");
    return true;
}

static bool parse_identity(struct parser *p, struct slice value)
{
    if (!is_name(value))
        return fail(p, value, "not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    if (is_reserved(value))
        return fail(p, value, "a reserved word");
    p->out->user = slice_is(value, "user");
    copy_name(p->out->identity, value);
    return true;
}

static bool parse_priority(struct parser *p, struct slice value)
{
    uint32_t number;
    if (!read_number(value, &number) || number > 15)
        return fail(p, value, "must be a number from 0 to 15");
    p->out->priority = number;
    return true;
}

static bool parse_quantum(struct parser *p, struct slice value)
{
    uint32_t number;
    if (!read_number(value, &number) || number < 1 || number > 1000)
        return fail(p, value, "must be a number from 1 to 1000");
    p->out->quantum_ms = number;
    return true;
}

/* A list of names that are bits; `all` stands for every one. */
static bool parse_bits(struct parser *p, struct slice list, const struct named_bit *names,
                       const char *wrong, uint32_t *bits)
{
    struct slice element;
    *bits = 0;
    while (slice_element(&list, ':', &element)) {
        bool all = slice_is(element, "all"), known = all;
        for (const struct named_bit *n = names; n->name; n++) {
            if (!all && !slice_is(element, n->name))
                continue;
            *bits |= 1u << n->bit;
            known = true;
        }
        if (!known)
            return fail(p, element, wrong);
    }
    return true;
}

static bool parse_calls(struct parser *p, struct slice value)
{
    return parse_bits(p, value, call_names, "no such IPC call", &p->out->calls);
}

static bool parse_kernel(struct parser *p, struct slice value)
{
    return parse_bits(p, value, kernel_call_names, "no such kernel call", &p->out->kernel_calls);
}

static bool parse_targets(struct parser *p, struct slice value)
{
    struct slice list = value, element;
    while (slice_element(&list, ':', &element))
        if (!is_name(element))
            return fail(p, element, "not an identity's name");
    p->out->targets = value;
    return true;
}

static bool parse_irq(struct parser *p, struct slice value)
{
    struct slice element;
    while (slice_element(&value, ':', &element)) {
        uint32_t line;
        if (slice_is(element, "log"))
            line = IRQ_LINE_LOG;
        else if (!read_number(element, &line) || line >= IRQ_LINES)
            return fail(p, element, "must be a line from 0 to 15, or log");
        p->out->irq_lines |= 1u << line;
    }
    return true;
}

static bool parse_ports(struct parser *p, struct slice value)
{
    struct slice element, first_text, last_text;
    while (slice_element(&value, ':', &element)) {
        uint32_t first, last;
        if (!split(element, '-', &first_text, &last_text))
            last_text = first_text;
        if (!read_number(first_text, &first) || !read_number(last_text, &last))
            return fail(p, element, "must be FIRST-LAST or one number");
        if (first > last || last > 0xffff)
            return fail(p, element, "not a range within 0 to 0xffff");
        if (p->out->port_count == MODULE_PORTS_MAX)
            return fail(p, element, "more than 8 port ranges");
        p->out->ports[p->out->port_count++] =
            (struct module_ports){(uint16_t)first, (uint16_t)last};
    }
    return true;
}

static const char *check_map(const struct module_map *map)
{
    if (map->bytes == 0 || (map->start | map->bytes) % PAGE_BYTES)
        return "not page-aligned, or empty";
    if (map->bytes - 1 > UINT32_MAX - map->start)
        return "wraps around the end of memory";
    if (map->start < USER_START)
        return "page 0 stays unmapped";
    if (map->start < LOW_MEGABYTE && map->bytes > LOW_MEGABYTE - map->start)
        return "crosses the first megabyte's end";
    return NULL;
}

/* The addresses that the range takes from those for devices. */
static uint32_t map_room(const struct module_map *map)
{
    if (map->bytes == 0)
        return FRAMEBUFFER_BYTES_MOST + 2 * PAGE_BYTES;
    return map->start < LOW_MEGABYTE ? 0 : map->bytes;
}

/* What is wrong with the element, or NULL. */
static const char *read_map(struct slice element, struct module_map *map)
{
    struct slice start, bytes;
    *map = (struct module_map){0, 0};
    if (slice_is(element, "framebuffer"))
        return NULL;
    if (!split(element, '+', &start, &bytes) || !read_number(start, &map->start) ||
        !read_size(bytes, &map->bytes))
        return "must be START+BYTES";
    return check_map(map);
}

static bool parse_map(struct parser *p, struct slice value)
{
    struct slice element;
    uint32_t room = USER_STACK_LOWEST - USER_DEVICES;
    while (slice_element(&value, ':', &element)) {
        struct module_map map;
        const char *wrong = read_map(element, &map);
        if (wrong)
            return fail(p, element, wrong);
        if (p->out->map_count == MODULE_MAPS_MAX)
            return fail(p, element, "more than 8 ranges");
        if (map_room(&map) > room)
            return fail(p, element, "more than there are addresses for devices");
        room -= map_room(&map);
        p->out->maps[p->out->map_count++] = map;
    }
    return true;
}

static uint32_t whole_pages(uint32_t bytes)
{
    return (bytes + PAGE_BYTES - 1) & ~(uint32_t)(PAGE_BYTES - 1);
}

static bool parse_heap(struct parser *p, struct slice value)
{
    uint32_t bytes;
    if (!read_size(value, &bytes) || bytes > HEAP_MOST_BYTES)
        return fail(p, value, "must be a size of at most 256M");
    p->out->heap_bytes = whole_pages(bytes);
    return true;
}

static bool parse_stack(struct parser *p, struct slice value)
{
    uint32_t bytes;
    if (!read_size(value, &bytes) || bytes < STACK_LEAST_BYTES || bytes > STACK_MOST_BYTES)
        return fail(p, value, "must be a size from 4K to 8M");
    p->out->stack_bytes = whole_pages(bytes);
    return true;
}

/* Of a module, this one's or another's. */
static bool read_name(struct parser *p, struct slice value, char *to)
{
    if (!is_name(value))
        return fail(p, value, "not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    copy_name(to, value);
    return true;
}

static bool parse_faults(struct parser *p, struct slice value)
{
    return read_name(p, value, p->out->faults);
}

static bool parse_least(struct parser *p, struct slice value)
{
    if (!read_size(value, &p->out->least_bytes))
        return fail(p, value, "must be a size");
    return true;
}

static bool parse_type(struct parser *p, struct slice value)
{
    p->out->is_data = slice_is(value, "data");
    if (!p->out->is_data && !slice_is(value, "program"))
        return fail(p, value, "must be program or data");
    return true;
}

static bool parse_data(struct parser *p, struct slice value)
{
    return read_name(p, value, p->out->data);
}

static bool parse_updates(struct parser *p, struct slice value)
{
    return read_name(p, value, p->out->updates);
}

static bool parse_image(struct parser *p, struct slice value)
{
    return read_name(p, value, p->out->image);
}

/* ---- What the supervisor is told ------------------------------------------------------------ */

static bool parse_needs(struct parser *p, struct slice value)
{
    struct slice list = value, element;
    unsigned count = 0;
    while (slice_element(&list, ':', &element)) {
        if (!is_name(element))
            return fail(p, element, "not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
        if (++count > MODULE_NEEDS_MAX)
            return fail(p, element, "more than 8 modules");
    }
    p->out->needs = value;
    return true;
}

static bool parse_restart(struct parser *p, struct slice value)
{
    static const char *const words[] = {
        [RESTART_NEVER] = "never", [RESTART_FAULT] = "fault", [RESTART_ALWAYS] = "always"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (!slice_is(value, words[i]))
            continue;
        p->out->restart = i;
        return true;
    }
    return fail(p, value, "must be never, fault or always");
}

static bool parse_limit(struct parser *p, struct slice value)
{
    struct slice count, seconds;
    if (!split(value, '/', &count, &seconds) || !read_number(count, &p->out->limit) ||
        !read_number(seconds, &p->out->limit_seconds))
        return fail(p, value, "must be RESTARTS/SECONDS");
    if (p->out->limit < 1 || p->out->limit > LIMIT_MOST || p->out->limit_seconds < 1 ||
        p->out->limit_seconds > LIMIT_MOST_SECONDS)
        return fail(p, value, "not 1 to 16 restarts in 1 to 3600 seconds");
    return true;
}

static bool parse_backoff(struct parser *p, struct slice value)
{
    if (!read_number(value, &p->out->backoff_ms) || p->out->backoff_ms > BACKOFF_MOST_MS)
        return fail(p, value, "must be a number from 0 to 60000");
    return true;
}

static bool parse_heartbeat(struct parser *p, struct slice value)
{
    uint32_t *ms = &p->out->heartbeat_ms;
    if (!read_number(value, ms) || *ms > HEARTBEAT_MOST_MS || (*ms && *ms < HEARTBEAT_LEAST_MS))
        return fail(p, value, "must be 0 or a number from 10 to 60000");
    return true;
}

enum key {
    KEY_START,
    KEY_IDENTITY,
    KEY_PRIORITY,
    KEY_QUANTUM,
    KEY_CALLS,
    KEY_TARGETS,
    KEY_KERNEL,
    KEY_IRQ,
    KEY_PORTS,
    KEY_MAP,
    KEY_HEAP,
    KEY_STACK,
    KEY_FAULTS,
    KEY_TYPE,
    KEY_LEAST,
    KEY_DATA,
    KEY_UPDATES,
    KEY_IMAGE,
    KEY_NEEDS,
    KEY_RESTART,
    KEY_LIMIT,
    KEY_BACKOFF,
    KEY_HEARTBEAT,
    KEY_COUNT,
    KEY_QUIET = KEY_COUNT, /* a word alone */
};

static const struct {
    const char *name;
    bool (*parse)(struct parser *p, struct slice value);
} keys[KEY_COUNT] = {
    [KEY_START] = {"start", parse_start},
    [KEY_IDENTITY] = {"identity", parse_identity},
    [KEY_PRIORITY] = {"priority", parse_priority},
    [KEY_QUANTUM] = {"quantum", parse_quantum},
    [KEY_CALLS] = {"calls", parse_calls},
    [KEY_TARGETS] = {"targets", parse_targets},
    [KEY_KERNEL] = {"kernel", parse_kernel},
    [KEY_IRQ] = {"irq", parse_irq},
    [KEY_PORTS] = {"ports", parse_ports},
    [KEY_MAP] = {"map", parse_map},
    [KEY_HEAP] = {"heap", parse_heap},
    [KEY_STACK] = {"stack", parse_stack},
    [KEY_FAULTS] = {"faults", parse_faults},
    [KEY_TYPE] = {"type", parse_type},
    [KEY_LEAST] = {"least", parse_least},
    [KEY_DATA] = {"data", parse_data},
    [KEY_UPDATES] = {"updates", parse_updates},
    [KEY_IMAGE] = {"image", parse_image},
    [KEY_NEEDS] = {"needs", parse_needs},
    [KEY_RESTART] = {"restart", parse_restart},
    [KEY_LIMIT] = {"limit", parse_limit},
    [KEY_BACKOFF] = {"backoff", parse_backoff},
    [KEY_HEARTBEAT] = {"heartbeat", parse_heartbeat},
};

static bool parse_word(struct parser *p, struct slice word)
{
    struct slice value;
    bool has_value = split(word, '=', &p->key, &value);
    if (!has_value && slice_is(word, "quiet")) {
        p->out->quiet = true;
        return true;
    }
    for (unsigned i = 0; has_value && i < KEY_COUNT; i++) {
        if (!slice_is(p->key, keys[i].name))
            continue;
        if (p->seen & 1u << i)
            return fail(p, value, "given twice");
        p->seen |= 1u << i;
        return keys[i].parse(p, value);
    }
    return fail_word(p, word, "unknown word");
}

/* ---- The line ------------------------------------------------------------------------------ */

static bool has_character(struct slice s, char c)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.text[i] == c)
            return true;
    return false;
}

/* A loader may have put the file's path before the name: a first word with a '/' is dropped when a
   name follows it. Alone, its last part is the name. */
static struct slice find_name(const char **at)
{
    struct slice word = {*at, 0}, next;
    if (!slice_word(at, &word))
        return word;
    const char *behind = *at;
    if (!has_character(word, '/'))
        return word;
    if (slice_word(&behind, &next) && !has_character(next, '=') && !slice_is(next, "--") &&
        !slice_is(next, "quiet")) {
        *at = behind;
        word = next;
    }
    struct slice part, rest = word;
    while (slice_element(&rest, '/', &part))
        word = part;
    return word;
}

static bool take_name(struct parser *p, struct slice name)
{
    if (!is_name(name))
        return fail_word(p, name, "not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    if (is_reserved(name) || slice_is(name, "user"))
        return fail_word(p, name, "a reserved word");
    copy_name(p->out->name, name);
    copy_name(p->out->identity, name);
    return true;
}

static bool take_arguments(struct parser *p, const char *at)
{
    struct slice word;
    size_t used = 0;
    unsigned count = 1; /* argv[0] is the name */
    while (slice_word(&at, &word)) {
        if (++count > ARGUMENT_COUNT || used + word.length + 1 >= ARGUMENT_BYTES)
            return fail_word(p, word, "more arguments than there is room for");
        if (used)
            p->out->arguments[used++] = ' ';
        memcpy(p->out->arguments + used, word.text, word.length);
        used += word.length;
    }
    p->out->arguments[used] = '\0';
    return true;
}

/* `user` is shared: what it may do is the same for all who have it. */
static bool check_user(struct parser *p)
{
    static const uint8_t own[] = {KEY_CALLS, KEY_TARGETS, KEY_IRQ, KEY_PORTS, KEY_MAP};
    for (unsigned i = 0; i < sizeof own; i++) {
        if (!(p->seen & 1u << own[i]))
            continue;
        format(p->reason, MODULE_REASON_BYTES, "%s: not with identity=user", keys[own[i]].name);
        return false;
    }
    if (p->out->kernel_calls & ~MODULE_USER_KERNEL_CALLS) {
        format(p->reason, MODULE_REASON_BYTES,
               "kernel: only exit, time and lookup with identity=user");
        return false;
    }
    return true;
}

/* Of what never runs by itself nothing else can be said. */
static bool check_alone(struct parser *p, enum key alone, const char *shown_as)
{
    const char *wrong = p->out->quiet ? "quiet" : p->out->arguments[0] ? "--" : NULL;
    for (unsigned i = 0; i < KEY_COUNT && !wrong; i++)
        if (i != alone && i != KEY_LEAST && p->seen & 1u << i)
            wrong = keys[i].name;
    if (!wrong)
        return true;
    format(p->reason, MODULE_REASON_BYTES, "%s: not with %s", wrong, shown_as);
    return false;
}

/* Nobody would do what these say. */
static bool check_supervised(struct parser *p)
{
    for (unsigned i = KEY_NEEDS; i <= KEY_HEARTBEAT; i++) {
        if (p->out->supervised || !(p->seen & 1u << i))
            continue;
        format(p->reason, MODULE_REASON_BYTES, "%s: only with start=supervised or asked",
               keys[i].name);
        return false;
    }
    return true;
}

/* What the words mean only together. */
static bool check_whole(struct parser *p)
{
    return (!p->out->is_data || check_alone(p, KEY_TYPE, "type=data")) &&
           (!p->out->updates[0] || check_alone(p, KEY_UPDATES, "updates")) && check_supervised(p) &&
           (!p->out->user || check_user(p));
}

bool module_line_parse(const char *line, struct module_line *parsed, char *reason)
{
    static const char servers[] = "servers";
    struct parser p = {.out = parsed, .reason = reason};
    *parsed = (struct module_line){
        .priority = 8,
        .quantum_ms = MODULE_DEFAULT_QUANTUM_MS,
        .calls = MODULE_DEFAULT_CALLS,
        .targets = {servers, sizeof servers - 1},
        .kernel_calls = MODULE_USER_KERNEL_CALLS,
        .heap_bytes = 64 << 10,
        .stack_bytes = 32 << 10,
        .restart = RESTART_FAULT,
        .backoff_ms = BACKOFF_USUAL_MS,
    };
    if (!take_name(&p, find_name(&line)))
        return false;
    struct slice word;
    while (slice_word(&line, &word)) {
        if (slice_is(word, "--"))
            return take_arguments(&p, line) && check_whole(&p);
        if (!parse_word(&p, word))
            return false;
    }
    return check_whole(&p);
}
