/*
 * The formatter behind every line that the kernel prints, and the cutting of lines into words.
 *
 * Nothing here is longer than its buffer: format() cuts, and always ends with a NUL.
 */
#include "text.h"

struct output {
    char *to;
    size_t left; /* room, the NUL's place not counted */
    size_t written;
};

struct directive {
    bool left, zero;
    size_t width, precision;
    char kind;
};

static void put(struct output *o, char c)
{
    if (o->left == 0)
        return;
    o->left--;
    o->to[o->written++] = c;
}

static void put_field(struct output *o, const char *text, size_t length, const struct directive *d)
{
    size_t fill = d->width > length ? d->width - length : 0;
    char filler = d->zero && !d->left ? '0' : ' ';
    if (filler == '0' && length && *text == '-') { /* the sign stands before the zeros */
        put(o, '-');
        text++, length--;
    }
    for (; !d->left && fill; fill--)
        put(o, filler);
    while (length--)
        put(o, *text++);
    for (; fill; fill--)
        put(o, ' ');
}

static void put_number(struct output *o, uint32_t value, bool negative, const struct directive *d)
{
    char digits[12];
    size_t at = sizeof digits;
    uint32_t base = d->kind == 'x' ? 16 : 10;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while (value /= base);
    if (negative)
        digits[--at] = '-';
    put_field(o, digits + at, sizeof digits - at, d);
}

static size_t read_count(const char **pattern, va_list *arguments)
{
    if (**pattern == '*') {
        ++*pattern;
        int count = va_arg(*arguments, int);
        return count > 0 ? (size_t)count : 0;
    }
    size_t count = 0;
    for (; **pattern >= '0' && **pattern <= '9'; ++*pattern)
        count = count * 10 + (size_t)(**pattern - '0');
    return count;
}

/* Reads what follows a '%'. */
static struct directive read_directive(const char **pattern, va_list *arguments)
{
    struct directive d = {.precision = SIZE_MAX};
    for (;; ++*pattern) {
        if (**pattern == '-')
            d.left = true;
        else if (**pattern == '0')
            d.zero = true;
        else
            break;
    }
    d.width = read_count(pattern, arguments);
    if (**pattern == '.') {
        ++*pattern;
        d.precision = read_count(pattern, arguments);
    }
    d.kind = **pattern;
    if (d.kind)
        ++*pattern;
    return d;
}

static void put_directive(struct output *o, const struct directive *d, va_list *arguments)
{
    switch (d->kind) {
    case 's': {
        const char *text = va_arg(*arguments, const char *);
        size_t length = 0;
        while (length < d->precision && text[length])
            length++;
        put_field(o, text, length, d);
        break;
    }
    case 'c': {
        char c = (char)va_arg(*arguments, int);
        put_field(o, &c, 1, d);
        break;
    }
    case 'd': {
        int value = va_arg(*arguments, int);
        put_number(o, value < 0 ? 0u - (uint32_t)value : (uint32_t)value, value < 0, d);
        break;
    }
    case 'u':
    case 'x':
        put_number(o, va_arg(*arguments, unsigned), false, d);
        break;
    default:
        put(o, '%');
        if (d->kind && d->kind != '%')
            put(o, d->kind);
    }
}

size_t format_list(char *to, size_t bytes, const char *pattern, va_list arguments)
{
    if (bytes == 0)
        return 0;
    struct output o = {to, bytes - 1, 0};
    va_list list;
    va_copy(list, arguments);
    while (*pattern) {
        char c = *pattern++;
        if (c != '%') {
            put(&o, c);
            continue;
        }
        struct directive d = read_directive(&pattern, &list);
        put_directive(&o, &d, &list);
    }
    va_end(list);
    to[o.written] = '\0';
    return o.written;
}

size_t format(char *to, size_t bytes, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    size_t written = format_list(to, bytes, pattern, arguments);
    va_end(arguments);
    return written;
}

uint64_t divide_u64(uint64_t value, uint32_t divisor, uint32_t *remainder)
{
    uint64_t quotient = 0, rest = 0;
    for (int bit = 63; bit >= 0; bit--) {
        rest = rest << 1 | (value >> bit & 1);
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= (uint64_t)1 << bit;
        }
    }
    if (remainder)
        *remainder = (uint32_t)rest;
    return quotient;
}

bool slice_is(struct slice s, const char *text)
{
    size_t i = 0;
    while (i < s.length && text[i] && s.text[i] == text[i])
        i++;
    return i == s.length && text[i] == '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool slice_word(const char **at, struct slice *word)
{
    while (is_blank(**at))
        ++*at;
    word->text = *at;
    while (**at && !is_blank(**at))
        ++*at;
    word->length = (size_t)(*at - word->text);
    return word->length != 0;
}

bool slice_element(struct slice *list, char separator, struct slice *element)
{
    if (!list->text)
        return false;
    element->text = list->text;
    element->length = 0;
    while (element->length < list->length && list->text[element->length] != separator)
        element->length++;
    if (element->length == list->length) {
        list->text = NULL;
        return true;
    }
    list->text += element->length + 1;
    list->length -= element->length + 1;
    return true;
}
