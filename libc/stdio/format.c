/*
 * printf's formatting: a specification is parsed into a struct, then one function a conversion
 * writes it to a sink. Enter at libc_format.
 */
#include "format.h"

#include <abi/errors.h>
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum size {
    SIZE_INT,
    SIZE_CHAR,
    SIZE_SHORT,
    SIZE_LONG,
    SIZE_LONG_LONG,
    SIZE_MAX_INT,
    SIZE_SIZE,
    SIZE_DIFFERENCE,
};

struct specification {
    bool left, plus, blank, alternate, zero;
    int width;
    int precision; /* negative: none given */
    enum size size;
    char conversion;
};

/* va_list may be an array type; in a struct it can be handed on by address. */
struct output {
    struct format_sink *sink;
    uint64_t length;
    va_list arguments;
};

static void put(struct output *o, const char *text, size_t bytes)
{
    o->length += bytes;
    o->sink->put(o->sink, text, bytes);
}

static void pad(struct output *o, char with, int count)
{
    char block[16];
    memset(block, with, sizeof(block));
    for (; count > 0; count -= (int)sizeof(block))
        put(o, block, count < (int)sizeof(block) ? (size_t)count : sizeof(block));
}

/* Decimal number at *at; INT_MAX when it is larger. */
static int parse_number(const char **at)
{
    int value = 0;
    for (; isdigit(**at); ++*at) {
        int digit = **at - '0';
        value = value > (INT_MAX - digit) / 10 ? INT_MAX : value * 10 + digit;
    }
    return value;
}

static void parse_flags(struct specification *s, const char **at)
{
    for (;; ++*at) {
        switch (**at) {
        case '-':
            s->left = true;
            break;
        case '+':
            s->plus = true;
            break;
        case ' ':
            s->blank = true;
            break;
        case '#':
            s->alternate = true;
            break;
        case '0':
            s->zero = true;
            break;
        default:
            return;
        }
    }
}

static void parse_width(struct specification *s, const char **at, struct output *o)
{
    if (**at != '*') {
        s->width = parse_number(at);
        return;
    }
    ++*at;
    s->width = va_arg(o->arguments, int);
    if (s->width < 0) {
        s->left = true;
        s->width = s->width == INT_MIN ? INT_MAX : -s->width;
    }
}

static void parse_precision(struct specification *s, const char **at, struct output *o)
{
    s->precision = -1;
    if (**at != '.')
        return;
    ++*at;
    if (**at == '*') {
        ++*at;
        s->precision = va_arg(o->arguments, int);
    } else {
        s->precision = parse_number(at);
    }
}

static enum size parse_size(const char **at)
{
    char first = **at;
    if (first == '\0' || !strchr("hljzt", first))
        return SIZE_INT;
    ++*at;
    bool twice = **at == first && (first == 'h' || first == 'l');
    if (twice)
        ++*at;
    switch (first) {
    case 'h':
        return twice ? SIZE_CHAR : SIZE_SHORT;
    case 'l':
        return twice ? SIZE_LONG_LONG : SIZE_LONG;
    case 'j':
        return SIZE_MAX_INT;
    case 'z':
        return SIZE_SIZE;
    default:
        return SIZE_DIFFERENCE;
    }
}

static int64_t signed_argument(struct output *o, enum size size)
{
    switch (size) {
    case SIZE_CHAR:
        return (signed char)va_arg(o->arguments, int);
    case SIZE_SHORT:
        return (short)va_arg(o->arguments, int);
    case SIZE_LONG:
        return va_arg(o->arguments, long);
    case SIZE_LONG_LONG:
        return va_arg(o->arguments, long long);
    case SIZE_MAX_INT:
        return va_arg(o->arguments, intmax_t);
    case SIZE_SIZE:
    case SIZE_DIFFERENCE:
        return va_arg(o->arguments, ptrdiff_t);
    default:
        return va_arg(o->arguments, int);
    }
}

static uint64_t unsigned_argument(struct output *o, enum size size)
{
    switch (size) {
    case SIZE_CHAR:
        return (unsigned char)va_arg(o->arguments, unsigned);
    case SIZE_SHORT:
        return (unsigned short)va_arg(o->arguments, unsigned);
    case SIZE_LONG:
        return va_arg(o->arguments, unsigned long);
    case SIZE_LONG_LONG:
        return va_arg(o->arguments, unsigned long long);
    case SIZE_MAX_INT:
        return va_arg(o->arguments, uintmax_t);
    case SIZE_SIZE:
    case SIZE_DIFFERENCE:
        return va_arg(o->arguments, size_t);
    default:
        return va_arg(o->arguments, unsigned);
    }
}

#define DIGITS_MAX 22 /* 64 bits in octal */

/* Writes the digits before `end`; returns the first. No digits for 0. */
static char *digits_before(char *end, uint64_t value, unsigned base, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    while (value > UINT32_MAX) {
        *--end = digits[value % base];
        value /= base;
    }
    /* 32-bit division is one instruction; 64-bit is a call. */
    for (uint32_t small = (uint32_t)value; small; small /= base)
        *--end = digits[small % base];
    return end;
}

/* Blanks, prefix (sign or 0x), zeros, digits, blanks: the shape of every number. */
static void put_number(struct output *o, const struct specification *s, const char *prefix,
                       uint64_t value, unsigned base)
{
    char buffer[DIGITS_MAX];
    char *end = buffer + sizeof(buffer);
    const char *digits = digits_before(end, value, base, s->conversion == 'X');
    int count = (int)(end - digits);
    int prefix_length = (int)strlen(prefix);

    int least = s->precision < 0 ? 1 : s->precision;
    if (base == 8 && s->alternate && least <= count)
        least = count + 1;
    int zeros = least > count ? least - count : 0;

    /* Without overflow, whatever width and precision are. */
    int64_t body = (int64_t)prefix_length + zeros + count;
    int blanks = s->width > body ? (int)(s->width - body) : 0;
    if (s->zero && !s->left && s->precision < 0) {
        zeros += blanks;
        blanks = 0;
    }

    if (!s->left)
        pad(o, ' ', blanks);
    put(o, prefix, (size_t)prefix_length);
    pad(o, '0', zeros);
    put(o, digits, (size_t)count);
    if (s->left)
        pad(o, ' ', blanks);
}

static void put_signed(struct output *o, const struct specification *s)
{
    int64_t value = signed_argument(o, s->size);
    const char *sign = value < 0 ? "-" : s->plus ? "+" : s->blank ? " " : "";
    put_number(o, s, sign, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

static void put_unsigned(struct output *o, const struct specification *s)
{
    uint64_t value = unsigned_argument(o, s->size);
    bool hexadecimal = s->conversion == 'x' || s->conversion == 'X';
    const char *prefix = "";
    if (hexadecimal && s->alternate && value)
        prefix = s->conversion == 'X' ? "0X" : "0x";
    put_number(o, s, prefix, value, hexadecimal ? 16 : s->conversion == 'o' ? 8 : 10);
}

static void put_text(struct output *o, const struct specification *s, const char *text,
                     size_t bytes)
{
    int blanks = (size_t)s->width > bytes ? s->width - (int)bytes : 0;
    if (!s->left)
        pad(o, ' ', blanks);
    put(o, text, bytes);
    if (s->left)
        pad(o, ' ', blanks);
}

static void put_string(struct output *o, const struct specification *s)
{
    const char *text = va_arg(o->arguments, const char *);
    if (!text)
        text = "(null)";
    put_text(o, s, text, s->precision < 0 ? strlen(text) : strnlen(text, (size_t)s->precision));
}

/* Returns false for a conversion that does not exist. */
static bool convert(struct output *o, const struct specification *s)
{
    switch (s->conversion) {
    case 'd':
    case 'i':
        put_signed(o, s);
        return true;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        put_unsigned(o, s);
        return true;
    case 'p':
        put_number(o, s, "0x", (uintptr_t)va_arg(o->arguments, void *), 16);
        return true;
    case 'c': {
        char character = (char)va_arg(o->arguments, int);
        put_text(o, s, &character, 1);
        return true;
    }
    case 's':
        put_string(o, s);
        return true;
    case '%':
        put(o, "%", 1);
        return true;
    default:
        return false;
    }
}

/* `at` is behind a '%'. Returns what follows the specification. */
static const char *specification(struct output *o, const char *at)
{
    const char *start = at;
    struct specification s = {0};
    parse_flags(&s, &at);
    parse_width(&s, &at, o);
    parse_precision(&s, &at, o);
    s.size = parse_size(&at);
    s.conversion = *at;
    if (s.conversion && convert(o, &s))
        return at + 1;

    /* Unknown or cut off: shown as it stands, so that the mistake is seen. */
    put(o, "%", 1);
    return start;
}

int libc_format(struct format_sink *sink, const char *format, va_list arguments)
{
    struct output o = {.sink = sink};
    va_copy(o.arguments, arguments);
    while (*format) {
        size_t plain = strcspn(format, "%");
        if (plain)
            put(&o, format, plain);
        format += plain;
        if (*format == '%')
            format = specification(&o, format + 1);
    }
    va_end(o.arguments);
    return o.length > INT_MAX ? -ERANGE : (int)o.length;
}
