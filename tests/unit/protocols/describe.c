/*
 * Says messages in words, by the guest's decoder, for test_decode.py. A line of input is 11
 * numbers: 1 for an answer or 0, server, type of the request, m_source, m_type and seven words; a
 * line of output is the text.
 *
 * Each text is also asked for in a place that is too small, of exactly so many bytes, so that the
 * address sanitizer sees one that is written beyond.
 */
#include "parley/protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 1024
#define NUMBERS    (5 + MESSAGE_PAYLOAD_WORDS)

static size_t describe(const uint32_t *n, const message *m, char *to, size_t bytes)
{
    const endpoint_t server = (endpoint_t)n[1];
    return n[0] ? protocol_describe_answer(to, bytes, m, server, (int32_t)n[2])
                : protocol_describe_request(to, bytes, m, server);
}

static void fail(const char *what, size_t bytes, const char *text)
{
    printf("%s, in %zu bytes: %s\n", what, bytes, text);
    exit(1);
}

/* `whole` again, in `bytes` bytes, which do not hold it. */
static void check_cut(const uint32_t *n, const message *m, const char *whole, size_t bytes)
{
    char *to = bytes ? malloc(bytes) : NULL;
    if (describe(n, m, to, bytes) != strlen(whole))
        fail("another length", bytes, whole);
    if (bytes && (strncmp(to, whole, bytes - 1) != 0 || to[bytes - 1] != '\0'))
        fail("cut otherwise", bytes, whole);
    free(to);
}

static void say(const uint32_t *n, unsigned line)
{
    message m = {.m_source = (endpoint_t)n[3], .m_type = (int32_t)n[4]};
    memcpy(m.m_words, n + 5, sizeof m.m_words);
    char text[TEXT_BYTES];
    const size_t length = describe(n, &m, text, sizeof text);
    if (length >= sizeof text || strlen(text) != length)
        fail("the length is not the text's", sizeof text, text);
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~')
            fail("not printable", sizeof text, text);
    if (line % 16)
        check_cut(n, &m, text, line % length);
    else
        for (size_t bytes = 0; bytes <= length; bytes++)
            check_cut(n, &m, text, bytes);
    printf("%s\n", text);
}

int main(void)
{
    uint32_t n[NUMBERS];
    for (unsigned line = 0;; line++) {
        for (unsigned i = 0; i < NUMBERS; i++)
            if (scanf("%" SCNu32, &n[i]) != 1)
                return i == 0 && feof(stdin) ? 0 : 1;
        say(n, line);
    }
}
