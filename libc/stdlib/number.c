/* Numbers from text. One function reads digits; the others limit what it found to their type. */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

struct number {
    bool negative;
    bool overflow; /* more than 64 bits: magnitude is ULLONG_MAX */
    unsigned long long magnitude;
};

static int digit_of(char c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : 99;
}

/* Skips "0x" where the base allows it and a digit follows; settles base 0. */
static const char *skip_prefix(const char *at, int *base)
{
    bool hexadecimal =
        at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && isxdigit((unsigned char)at[2]);
    if (*base == 0)
        *base = hexadecimal ? 16 : at[0] == '0' ? 8 : 10;
    return *base == 16 && hexadecimal ? at + 2 : at;
}

static struct number parse(const char *text, char **end, int base)
{
    struct number n = {0};
    const char *at = text;
    const char *last = text;
    if (base == 0 || (base >= 2 && base <= 36)) {
        while (isspace((unsigned char)*at))
            at++;
        if (*at == '-' || *at == '+')
            n.negative = *at++ == '-';
        at = skip_prefix(at, &base);
        for (; digit_of(*at) < base; last = ++at) {
            unsigned long long next;
            if (__builtin_mul_overflow(n.magnitude, (unsigned)base, &next) ||
                __builtin_add_overflow(next, (unsigned)digit_of(*at), &next))
                n.overflow = true;
            else
                n.magnitude = next;
        }
    }
    if (n.overflow)
        n.magnitude = ULLONG_MAX;
    if (end)
        *end = (char *)last;
    return n;
}

static long long limit_signed(struct number n, long long least, long long most)
{
    if (!n.negative)
        return n.magnitude > (unsigned long long)most ? most : (long long)n.magnitude;
    if (n.magnitude > (unsigned long long)most)
        return least;
    return -(long long)n.magnitude;
}

/* A minus sign negates in the unsigned type, as the standard says, unless the value overflowed. */
static unsigned long long limit_unsigned(struct number n, unsigned long long most)
{
    if (n.overflow || n.magnitude > most)
        return most;
    return (n.negative ? 0 - n.magnitude : n.magnitude) & most;
}

long strtol(const char *restrict text, char **restrict end, int base)
{
    return (long)limit_signed(parse(text, end, base), LONG_MIN, LONG_MAX);
}

unsigned long strtoul(const char *restrict text, char **restrict end, int base)
{
    return (unsigned long)limit_unsigned(parse(text, end, base), ULONG_MAX);
}

long long strtoll(const char *restrict text, char **restrict end, int base)
{
    return limit_signed(parse(text, end, base), LLONG_MIN, LLONG_MAX);
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base)
{
    return limit_unsigned(parse(text, end, base), ULLONG_MAX);
}

int atoi(const char *text)
{
    return (int)limit_signed(parse(text, NULL, 10), INT_MIN, INT_MAX);
}
