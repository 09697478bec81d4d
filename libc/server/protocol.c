/*
 * Messages in words. Contract: parley/protocol.h; what they mean: protocol_table.h.
 *
 * Nothing here trusts a word of the message: a field's place comes from the tables, a text's length
 * is cut to its place, and what no table knows is shown as numbers. It needs no library: the kernel
 * has it as well, for its report of a process that died.
 */
#include <abi/errors.h>
#include <parley/protocol.h>
#include <server/protocol_table.h>
#include <stdbool.h>

struct text {
    char *to;
    size_t bytes;
    size_t length; /* of all that was put, whether it had room or not */
};

/* The byte behind the last stays for the NUL. */
static void put(struct text *t, char c)
{
    if (t->length + 1 < t->bytes)
        t->to[t->length] = c;
    t->length++;
}

static void put_string(struct text *t, const char *string)
{
    while (*string)
        put(t, *string++);
}

/* Ends the text, cut or not. */
static size_t end(struct text *t)
{
    if (t->bytes > 0)
        t->to[t->length < t->bytes ? t->length : t->bytes - 1] = '\0';
    return t->length;
}

/* Divides by ten, and returns the remainder: bit by bit, since the kernel has no library for it. */
static unsigned divide_by_ten(uint64_t *value)
{
    uint64_t quotient = 0;
    unsigned rest = 0;
    for (int bit = 63; bit >= 0; bit--) {
        rest = rest << 1 | (unsigned)(*value >> bit & 1);
        quotient <<= 1;
        if (rest >= 10) {
            rest -= 10;
            quotient |= 1;
        }
    }
    *value = quotient;
    return rest;
}

static void put_unsigned(struct text *t, uint64_t value)
{
    char digits[20]; /* of the greatest */
    unsigned count = 0;
    do
        digits[count++] = (char)('0' + divide_by_ten(&value));
    while (value);
    while (count)
        put(t, digits[--count]);
}

static void put_signed(struct text *t, int32_t value)
{
    if (value < 0)
        put(t, '-');
    put_unsigned(t, value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
}

static void put_digits(struct text *t, uint32_t value, unsigned least)
{
    for (unsigned left = 8; left > 0; left--) {
        unsigned digit = value >> 4 * (left - 1);
        if (digit || left <= least)
            put(t, "0123456789abcdef"[digit & 15]);
    }
}

static void put_number(struct text *t, uint32_t value)
{
    put_string(t, "0x");
    put_digits(t, value, 1);
}

static void put_character(struct text *t, uint8_t c)
{
    if (c == '\n')
        put_string(t, "\\n");
    else if (c == '\r')
        put_string(t, "\\r");
    else if (c == '\t')
        put_string(t, "\\t");
    else if (c == '"' || c == '\\') {
        put(t, '\\');
        put(t, (char)c);
    } else if (c >= ' ' && c <= '~')
        put(t, (char)c);
    else {
        put_string(t, "\\x");
        put_digits(t, c, 2);
    }
}

static void put_text(struct text *t, const struct protocol_field *f, const uint32_t *words)
{
    const uint8_t *bytes = (const uint8_t *)(words + f->word);
    bool counted = f->count != PROTOCOL_UNCOUNTED;
    uint32_t end = f->words * 4u;
    if (counted && words[f->count] < end)
        end = words[f->count];
    put(t, '"');
    for (uint32_t i = 0; i < end && (counted || bytes[i] != '\0'); i++)
        put_character(t, bytes[i]);
    put(t, '"');
}

static void put_endpoint(struct text *t, endpoint_t endpoint)
{
    static const char *const names[] = {"HARDWARE", "SYSTEM", "ANY", "NONE", "SELF"};
    uint32_t i = (uint32_t)endpoint - HARDWARE;
    if (i < sizeof names / sizeof *names)
        put_string(t, names[i]);
    else
        put_signed(t, endpoint);
}

static void put_enumeration(struct text *t, const struct protocol_value *v, uint32_t word)
{
    while (v->name && v->value != word)
        v++;
    if (v->name)
        put_string(t, v->name);
    else
        put_unsigned(t, word);
}

/* The names of the bits, then those that have none as a number. */
static void put_flags(struct text *t, const struct protocol_value *v, uint32_t word)
{
    const char *between = "";
    for (; v->name; v++) {
        if (!(word & v->value))
            continue;
        put_string(t, between);
        put_string(t, v->name);
        between = "|";
        word &= ~v->value;
    }
    if (word || !*between) {
        put_string(t, between);
        put_number(t, word);
    }
}

static void put_words(struct text *t, const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        put_string(t, i ? ", " : "");
        put_number(t, words[i]);
    }
}

static void put_hex(struct text *t, const uint32_t *words, unsigned count)
{
    if (count > 1)
        put(t, '{');
    put_words(t, words, count);
    if (count > 1)
        put(t, '}');
}

static void put_value(struct text *t, const struct protocol_field *f, const uint32_t *words)
{
    const uint32_t *w = words + f->word;
    switch (f->format) {
    case PROTOCOL_UINT32:
        put_unsigned(t, w[0]);
        break;
    case PROTOCOL_INT32:
        put_signed(t, (int32_t)w[0]);
        break;
    case PROTOCOL_HEX:
        put_hex(t, w, f->words);
        break;
    case PROTOCOL_ENDPOINT:
        put_endpoint(t, (endpoint_t)w[0]);
        break;
    case PROTOCOL_UINT64:
    case PROTOCOL_MICROSECONDS:
        put_unsigned(t, (uint64_t)w[1] << 32 | w[0]);
        put_string(t, f->format == PROTOCOL_MICROSECONDS ? "us" : "");
        break;
    case PROTOCOL_TEXT:
        put_text(t, f, words);
        break;
    case PROTOCOL_ENUMERATION:
        put_enumeration(t, f->values, w[0]);
        break;
    case PROTOCOL_FLAGS:
        put_flags(t, f->values, w[0]);
        break;
    }
}

static void put_fields(struct text *t, const struct protocol_field *fields, const uint32_t *words)
{
    for (const struct protocol_field *f = fields; f->name; f++) {
        put_string(t, f == fields ? "" : ", ");
        put_string(t, f->name);
        put(t, '=');
        put_value(t, f, words);
    }
}

/* How many words there are before the zeros at the end. */
static unsigned used_words(const uint32_t *words)
{
    unsigned count = MESSAGE_PAYLOAD_WORDS;
    while (count && words[count - 1] == 0)
        count--;
    return count;
}

static const struct protocol_message *find(int32_t type, endpoint_t from, endpoint_t to)
{
    const struct protocol_message *m = protocol_messages;
    while (m->name && !(m->type == type && (m->to == SYSTEM) == (to == SYSTEM) &&
                        (m->from == 0 || m->from == from)))
        m++;
    return m->name ? m : NULL;
}

static void put_error(struct text *t, int32_t type)
{
    switch (0u - (uint32_t)type) {
#define ERROR_NAME(name, number, meaning)                                                          \
    case number:                                                                                   \
        put_string(t, "= " #name);                                                                 \
        break;
        PARLEY_ERRORS(ERROR_NAME)
#undef ERROR_NAME
    default:
        put_string(t, "= ");
        put_signed(t, type);
    }
}

static void put_answer(struct text *t, const message *m, const struct protocol_message *request)
{
    unsigned unnamed = request ? 0 : used_words(m->m_words);
    bool named = request && request->answer->name;
    put_string(t, "= ");
    put_signed(t, m->m_type);
    put_string(t, named || unnamed ? " (" : "");
    if (named)
        put_fields(t, request->answer, m->m_words);
    else
        put_words(t, m->m_words, unnamed);
    put_string(t, named || unnamed ? ")" : "");
}

size_t protocol_describe_request(char *to, size_t bytes, const message *m, endpoint_t server)
{
    struct text t = {.to = to, .bytes = bytes};
    const struct protocol_message *known = find(m->m_type, m->m_source, server);
    if (known) {
        put_string(&t, known->name);
        put(&t, '(');
        put_fields(&t, known->request, m->m_words);
    } else {
        put_string(&t, "type ");
        put_number(&t, (uint32_t)m->m_type);
        put(&t, '(');
        put_words(&t, m->m_words, used_words(m->m_words));
    }
    put(&t, ')');
    return end(&t);
}

size_t protocol_describe_answer(char *to, size_t bytes, const message *m, endpoint_t server,
                                int32_t request_type)
{
    struct text t = {.to = to, .bytes = bytes};
    if (m->m_type < 0)
        put_error(&t, m->m_type);
    else
        put_answer(&t, m, find(request_type, 0, server));
    return end(&t);
}
