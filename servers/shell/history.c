/* See history.h. An array in order: a line is added once a minute, so moving it costs nothing. */
#include "history.h"

#include <string.h>

static void remove_line(struct history *h, unsigned index)
{
    h->count--;
    memmove(h->line[index], h->line[index + 1], (h->count - index) * sizeof h->line[0]);
}

void history_add(struct history *h, const char *line)
{
    const size_t length = strlen(line);
    if (length >= EDITOR_BYTES || strspn(line, " \t") == length)
        return;
    for (unsigned i = 0; i < h->count; i++)
        if (strcmp(h->line[i], line) == 0) {
            remove_line(h, i);
            break;
        }
    if (h->count == HISTORY_LINES)
        remove_line(h, 0);
    memcpy(h->line[h->count++], line, length + 1);
}

const char *history_get(const struct history *h, unsigned back)
{
    return back >= 1 && back <= h->count ? h->line[h->count - back] : NULL;
}
