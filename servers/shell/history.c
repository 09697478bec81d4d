/* See history.h. A line is added once a minute, so moving the others costs nothing. */
#include "history.h"

#include <string.h>

static void remove_line(struct history *h, char *line)
{
    const char *next = line + strlen(line) + 1;
    const size_t rest = (size_t)(h->text + h->used - next);
    h->used -= (size_t)(next - line);
    memmove(line, next, rest);
}

static char *find(struct history *h, const char *line)
{
    for (char *at = h->text; at < h->text + h->used; at += strlen(at) + 1)
        if (strcmp(at, line) == 0)
            return at;
    return NULL;
}

void history_add(struct history *h, const char *line)
{
    const size_t length = strlen(line);
    if (length >= EDITOR_BYTES || strspn(line, " \t") == length)
        return;
    char *same = find(h, line);
    if (same != NULL)
        remove_line(h, same);
    while (h->used + length + 1 > HISTORY_BYTES)
        remove_line(h, h->text);
    memcpy(h->text + h->used, line, length + 1);
    h->used += length + 1;
}

const char *history_get(const struct history *h, unsigned back)
{
    const char *line = h->text + h->used;
    if (back == 0)
        return NULL;
    while (back-- > 0) {
        if (line == h->text)
            return NULL;
        line--; /* its NUL */
        while (line > h->text && line[-1] != '\0')
            line--;
    }
    return line;
}
