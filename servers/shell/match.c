/* See match.h. */
#include "match.h"

#include <string.h>

#define FAR 1000

void match_offer(struct match *m, const char *prefix, const char *name)
{
    const size_t length = strlen(name);
    if (strncmp(name, prefix, strlen(prefix)) != 0 || length >= MATCH_NAME_BYTES ||
        m->count == MATCH_MAX)
        return;
    unsigned place = 0;
    while (place < m->count && strcmp(m->name[place], name) < 0)
        place++;
    if (place < m->count && strcmp(m->name[place], name) == 0)
        return;
    memmove(m->name[place + 1], m->name[place], (m->count - place) * sizeof m->name[0]);
    memcpy(m->name[place], name, length + 1);
    m->count++;
}

size_t match_common(const struct match *m)
{
    if (m->count == 0)
        return 0;
    const char *first = m->name[0], *last = m->name[m->count - 1]; /* in order: these differ most */
    size_t n = 0;
    while (first[n] != '\0' && first[n] == last[n])
        n++;
    return n;
}

static bool same(char a, char b)
{
    const char lower_a = a >= 'A' && a <= 'Z' ? (char)(a | 0x20) : a;
    const char lower_b = b >= 'A' && b <= 'Z' ? (char)(b | 0x20) : b;
    return lower_a == lower_b;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned match_distance(const char *a, const char *b)
{
    const size_t rows = strlen(a), columns = strlen(b);
    if (rows >= MATCH_NAME_BYTES || columns >= MATCH_NAME_BYTES)
        return FAR;
    unsigned d[MATCH_NAME_BYTES][MATCH_NAME_BYTES];
    for (size_t i = 0; i <= rows; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= columns; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= rows; i++)
        for (size_t j = 1; j <= columns; j++) {
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
                            d[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[rows][columns];
}

bool match_near(const char *a, const char *b)
{
    const size_t length = strlen(a);
    return match_distance(a, b) <= (length <= 2   ? 1u
                                    : length <= 5 ? 2u
                                                  : 3u) &&
           match_distance(a, b) < strlen(b);
}
