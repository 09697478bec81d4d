/* See words.h. Entry: words_split. */
#include "words.h"

#include <stdbool.h>
#include <stdio.h>

#define MAX_SECONDS 1000000u

struct splitter {
    struct words *words;
    size_t used;
    bool in_word;
    int status;
};

static bool add(struct splitter *s, char c)
{
    if (s->used + 1 >= WORDS_BYTES) /* one place is the NUL's */
        return false;
    s->words->text[s->used++] = c;
    return true;
}

static bool open_word(struct splitter *s)
{
    if (s->in_word)
        return true;
    if (s->words->count == WORDS_MAX)
        return false;
    s->words->word[s->words->count++] = s->words->text + s->used;
    s->in_word = true;
    return true;
}

/* Returns false when there is no room: cannot be, words_split's caller gives short lines, but a
   status may be longer than "$?". */
static bool close_word(struct splitter *s)
{
    if (!s->in_word)
        return true;
    s->in_word = false;
    return s->used < WORDS_BYTES && (s->words->text[s->used++] = '\0', true);
}

static bool add_status(struct splitter *s)
{
    char digits[12];
    snprintf(digits, sizeof digits, "%d", s->status);
    for (const char *d = digits; *d; d++)
        if (!add(s, *d))
            return false;
    return true;
}

/* One character, not a quote, outside single quotes. Returns how many characters it took. */
static size_t plain(struct splitter *s, const char *at, bool *room)
{
    if (at[0] == '\\' && at[1] != '\0') {
        *room = add(s, at[1]);
        return 2;
    }
    if (at[0] == '$' && at[1] == '?') {
        *room = add_status(s);
        return 2;
    }
    *room = add(s, at[0]);
    return 1;
}

/* A | or & as a word of its own. False: one word too many. */
static bool put_operator(struct splitter *s, char sign, bool *room)
{
    *room = close_word(s);
    if (!*room)
        return true;
    if (!open_word(s))
        return false;
    s->words->operators |= 1u << (s->words->count - 1);
    *room = add(s, sign) && close_word(s);
    return true;
}

/* From an opening quote to behind the closing one; NULL when there is none. */
static const char *quoted(struct splitter *s, const char *at, bool *room)
{
    const char quote = *at++;
    while (*at != '\0' && *at != quote && *room) {
        if (quote == '\'')
            *room = add(s, *at++);
        else
            at += plain(s, at, room);
    }
    return *at == quote ? at + 1 : NULL;
}

const char *words_split(const char *line, int status, struct words *words)
{
    struct splitter s = {.words = words, .status = status};
    bool room = true;
    words->count = 0;
    words->operators = 0;
    for (const char *at = line; *at != '\0';) {
        if (*at == ' ' || *at == '\t') {
            room = close_word(&s);
            at++;
        } else if (*at == '#' && !s.in_word) {
            break;
        } else if (*at == '|' || *at == '&') {
            if (!put_operator(&s, *at++, &room))
                return "too many words";
        } else if (!open_word(&s)) {
            return "too many words";
        } else if (*at == '\'' || *at == '"') {
            at = quoted(&s, at, &room);
        } else {
            at += plain(&s, at, &room);
        }
        if (!room)
            return "the line is too long";
        if (at == NULL)
            return "a quote is not closed";
    }
    if (!close_word(&s))
        return "the line is too long";
    words->word[words->count] = NULL;
    return NULL;
}

int words_number(const char *text, uint32_t most, uint32_t *number)
{
    uint32_t n = 0;
    if (*text == '\0')
        return -1;
    /*@ loop invariant n <= most && valid_read_string(text);
        loop assigns n, text;
        loop variant strlen(text); */
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        const uint32_t digit = (uint32_t)(*text - '0');
        if (digit > most || n > (most - digit) / 10)
            return -1;
        n = n * 10 + digit;
    }
    *number = n;
    return 0;
}

int words_seconds(const char *text, uint64_t *microseconds)
{
    uint32_t seconds = 0, fraction = 0, unit = 1000000;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        seconds = seconds * 10 + (uint32_t)(*at - '0');
        if (seconds > MAX_SECONDS)
            return -1;
    }
    const bool whole = at > text;
    bool decimals = false;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++) {
            unit /= 10;
            fraction += unit * (uint32_t)(*at - '0');
            decimals = true;
        }
    if (*at != '\0' || !(whole || decimals))
        return -1;
    *microseconds = (uint64_t)seconds * 1000000 + fraction;
    return 0;
}
