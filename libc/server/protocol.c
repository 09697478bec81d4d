/*
 * Messages in words. Contract: parley/protocol.h; what they mean: protocol_table.h.
 *
 * Nothing here trusts a word of the message: a field's place comes from the tables, a text's length
 * is cut to its place, and what no table knows is shown as numbers.
 */
#include <abi/errors.h>
#include <parley/protocol.h>
#include <server/protocol_table.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct text {
    char *to;
    size_t bytes;
    size_t length; /* of all that was put, whether it had room or not */
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *format, ...)
{
    bool room = t->length < t->bytes;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(room ? t->to + t->length : NULL, room ? t->bytes - t->length : 0, format,
                           arguments);
    va_end(arguments);
    t->length += length > 0 ? (size_t)length : 0;
}

static void put_character(struct text *t, uint8_t c)
{
    if (c == '\n')
        put(t, "\\n");
    else if (c == '\r')
        put(t, "\\r");
    else if (c == '\t')
        put(t, "\\t");
    else if (c == '"' || c == '\\')
        put(t, "\\%c", c);
    else if (c >= ' ' && c <= '~')
        put(t, "%c", c);
    else
        put(t, "\\x%02x", c);
}

static void put_text(struct text *t, const struct protocol_field *f, const uint32_t *words)
{
    const uint8_t *bytes = (const uint8_t *)(words + f->word);
    bool counted = f->count != PROTOCOL_UNCOUNTED;
    uint32_t end = f->words * 4u;
    if (counted && words[f->count] < end)
        end = words[f->count];
    put(t, "\"");
    for (uint32_t i = 0; i < end && (counted || bytes[i] != '\0'); i++)
        put_character(t, bytes[i]);
    put(t, "\"");
}

static void put_endpoint(struct text *t, endpoint_t endpoint)
{
    static const char *const names[] = {"HARDWARE", "SYSTEM", "ANY", "NONE", "SELF"};
    uint32_t i = (uint32_t)endpoint - HARDWARE;
    if (i < sizeof names / sizeof *names)
        put(t, "%s", names[i]);
    else
        put(t, "%d", endpoint);
}

static void put_enumeration(struct text *t, const struct protocol_value *v, uint32_t word)
{
    while (v->name && v->value != word)
        v++;
    if (v->name)
        put(t, "%s", v->name);
    else
        put(t, "%u", word);
}

/* The names of the bits, then those that have none as a number. */
static void put_flags(struct text *t, const struct protocol_value *v, uint32_t word)
{
    const char *between = "";
    for (; v->name; v++) {
        if (!(word & v->value))
            continue;
        put(t, "%s%s", between, v->name);
        between = "|";
        word &= ~v->value;
    }
    if (word || !*between)
        put(t, "%s0x%x", between, word);
}

static void put_words(struct text *t, const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        put(t, "%s0x%x", i ? ", " : "", words[i]);
}

static void put_hex(struct text *t, const uint32_t *words, unsigned count)
{
    if (count > 1)
        put(t, "{");
    put_words(t, words, count);
    if (count > 1)
        put(t, "}");
}

static void put_value(struct text *t, const struct protocol_field *f, const uint32_t *words)
{
    const uint32_t *w = words + f->word;
    switch (f->format) {
    case PROTOCOL_UINT32:
        put(t, "%u", w[0]);
        break;
    case PROTOCOL_INT32:
        put(t, "%d", (int32_t)w[0]);
        break;
    case PROTOCOL_HEX:
        put_hex(t, w, f->words);
        break;
    case PROTOCOL_ENDPOINT:
        put_endpoint(t, (endpoint_t)w[0]);
        break;
    case PROTOCOL_UINT64:
    case PROTOCOL_MICROSECONDS:
        put(t, "%llu%s", (unsigned long long)w[1] << 32 | w[0],
            f->format == PROTOCOL_MICROSECONDS ? "us" : "");
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
        put(t, "%s%s=", f == fields ? "" : ", ", f->name);
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
        put(t, "= %s", #name);                                                                     \
        break;
        PARLEY_ERRORS(ERROR_NAME)
#undef ERROR_NAME
    default:
        put(t, "= %d", type);
    }
}

static void put_answer(struct text *t, const message *m, const struct protocol_message *request)
{
    unsigned unnamed = request ? 0 : used_words(m->m_words);
    bool named = request && request->answer->name;
    put(t, "= %d%s", m->m_type, named || unnamed ? " (" : "");
    if (named)
        put_fields(t, request->answer, m->m_words);
    else
        put_words(t, m->m_words, unnamed);
    put(t, "%s", named || unnamed ? ")" : "");
}

size_t protocol_describe_request(char *to, size_t bytes, const message *m, endpoint_t server)
{
    struct text t = {.to = to, .bytes = bytes};
    const struct protocol_message *known = find(m->m_type, m->m_source, server);
    if (known) {
        put(&t, "%s(", known->name);
        put_fields(&t, known->request, m->m_words);
    } else {
        put(&t, "type 0x%x(", (uint32_t)m->m_type);
        put_words(&t, m->m_words, used_words(m->m_words));
    }
    put(&t, ")");
    return t.length;
}

size_t protocol_describe_answer(char *to, size_t bytes, const message *m, endpoint_t server,
                                int32_t request_type)
{
    struct text t = {.to = to, .bytes = bytes};
    if (m->m_type < 0)
        put_error(&t, m->m_type);
    else
        put_answer(&t, m, find(request_type, 0, server));
    return t.length;
}
