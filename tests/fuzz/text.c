/*
 * fuzz-text: what reads and writes text and numbers, beside the workstation's C library.
 *
 * The first byte chooses: libc's numbers, libc's and the kernel's formatting, the shell's words and
 * names.
 */
#include "fuzz.h"

#include <shell/match.h>
#include <shell/words.h>

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 900

int parley_snprintf(char *text, size_t bytes, const char *format, ...);
long parley_strtol(const char *text, char **end, int base);
unsigned long parley_strtoul(const char *text, char **end, int base);
long long parley_strtoll(const char *text, char **end, int base);
unsigned long long parley_strtoull(const char *text, char **end, int base);
size_t format(char *to, size_t bytes, const char *pattern, ...); /* the kernel's */

/* ---- Numbers --------------------------------------------------------------------------------- */

static void numbers(const char *text, int base)
{
    char *ours, *theirs;

    if (fuzz_tells())
        fprintf(stderr, "number \"%s\", base %d\n", text, base);
#define COMPARE(function)                                                                          \
    FUZZ_CHECK(parley_##function(text, &ours, base) == function(text, &theirs, base) &&            \
               ours == theirs)
    COMPARE(strtol);
    COMPARE(strtoul);
    COMPARE(strtoll);
    COMPARE(strtoull);
#undef COMPARE
}

/* ---- Formatting ------------------------------------------------------------------------------ */

struct directive {
    char pattern[40];
    char conversion;
    bool is_long, of_kernel;
};

static void put(struct directive *d, const char *text)
{
    strcat(d->pattern, text);
}

/* One that the standard defines, and among those of the kernel's one that it knows. */
static struct directive make_directive(struct fuzz_input *input)
{
    uint32_t kind = fuzz_byte(input), flags = fuzz_byte(input), width = fuzz_byte(input) % 24;
    uint32_t precision = fuzz_byte(input);
    struct directive d = {.pattern = "<%", .of_kernel = kind >= 0x80};
    bool number;
    char text[16];

    d.conversion = d.of_kernel ? "duxsc"[kind % 5] : "dioxXusc"[kind % 8];
    number = d.conversion != 's' && d.conversion != 'c';
    d.is_long = number && !d.of_kernel && (flags & 0x10) != 0;
    put(&d, (flags & 1) != 0 ? "-" : "");
    put(&d, number && (flags & 2) != 0 ? "0" : "");
    if (!d.of_kernel) {
        put(&d, strchr("oxX", d.conversion) != NULL && (flags & 4) != 0 ? "#" : "");
        put(&d, strchr("di", d.conversion) != NULL && (flags & 8) != 0 ? "+" : "");
    }
    if (width > 0)
        put(&d, (snprintf(text, sizeof text, "%u", width), text));
    if (precision < 0x80 && d.conversion != 'c' && (d.conversion == 's' || !d.of_kernel))
        put(&d, (snprintf(text, sizeof text, ".%u", precision % 24), text));
    put(&d, d.is_long ? "ll" : "");
    strncat(d.pattern, &d.conversion, 1);
    put(&d, ">%%");
    return d;
}

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"

static void formats(struct fuzz_input *input, const char *text)
{
    struct directive d = make_directive(input);
    uint32_t value = fuzz_word(input), upper = fuzz_word(input), room = fuzz_byte(input) % 80;
    unsigned long long wide = (unsigned long long)upper << 32 | value;
    char ours[1000], theirs[1000];
    size_t length;

    if (fuzz_tells())
        fprintf(stderr, "%s \"%s\" of %#llx, %u bytes\n", d.of_kernel ? "format" : "snprintf",
                d.pattern, wide, room);
    memset(ours, '~', sizeof ours);
    memset(theirs, '~', sizeof theirs);
#define BOTH(argument)                                                                             \
    (length = d.of_kernel ? format(ours, room, d.pattern, argument)                                \
                          : (size_t)parley_snprintf(ours, room, d.pattern, argument),              \
     (size_t)snprintf(theirs, room, d.pattern, argument))
    size_t expected = d.conversion == 's'   ? BOTH(text)
                      : d.conversion == 'c' ? BOTH((int)(value % 255 + 1))
                      : d.is_long           ? BOTH(wide)
                                            : BOTH(value);
#undef BOTH
    if (d.of_kernel) /* it says how much it wrote */
        expected = room == 0 ? 0 : expected < room ? expected : room - 1;
    FUZZ_CHECK(length == expected && memcmp(ours, theirs, sizeof ours) == 0);
}

#pragma clang diagnostic pop

/* ---- The shell's words ----------------------------------------------------------------------- */

/* The words as a line again, every character as it is. */
static void write_line(const struct words *words, char *line)
{
    for (int i = 0; i < words->count; i++) {
        if (words->word[i][0] == '\0') {
            *line++ = '\'';
            *line++ = '\'';
        }
        for (const char *c = words->word[i]; *c != '\0'; c++) {
            *line++ = '\\';
            *line++ = *c;
        }
        *line++ = ' ';
    }
    *line = '\0';
}

static void split(const char *text, int status)
{
    static struct words words, again;
    static char line[2 * WORDS_BYTES + 3 * WORDS_MAX + 1];
    const char *wrong = words_split(text, status, &words);

    if (fuzz_tells())
        fprintf(stderr, "line \"%s\": %s\n", text, wrong != NULL ? wrong : "good");
    if (wrong != NULL)
        return;
    FUZZ_CHECK(words.count >= 0 && words.count <= WORDS_MAX && words.word[words.count] == NULL);
    for (int i = 0; i < words.count; i++) {
        const char *word = words.word[i], *end = words.text + WORDS_BYTES;

        FUZZ_CHECK(word >= words.text && word < end);
        FUZZ_CHECK(memchr(word, '\0', (size_t)(end - word)) != NULL);
    }
    for (int i = 0; i < 32; i++)
        if (words.operators >> i & 1)
            FUZZ_CHECK(i < words.count && strlen(words.word[i]) == 1 &&
                       strchr("|&", words.word[i][0]) != NULL);
    write_line(&words, line);
    FUZZ_CHECK(words_split(line, 0, &again) == NULL && again.count == words.count);
    for (int i = 0; i < words.count; i++)
        FUZZ_CHECK(strcmp(words.word[i], again.word[i]) == 0);
}

static void shell_numbers(const char *text, uint32_t most)
{
    bool digits = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    uint32_t number = 0;
    uint64_t microseconds = 0;
    double difference;

    if (words_number(text, most, &number) == 0)
        FUZZ_CHECK(digits && number <= most && number == strtoull(text, NULL, 10));
    else
        FUZZ_CHECK(!digits || strlen(text) > 18 || strtoull(text, NULL, 10) > most);
    if (words_seconds(text, &microseconds) != 0)
        return;
    difference = strtod(text, NULL) * 1e6 - (double)microseconds;
    FUZZ_CHECK(difference > -0.01 && difference < 1.01 && microseconds <= 1000001ull * 1000000);
}

static void names(const char *text)
{
    char a[TEXT_BYTES];
    const char *b = strchr(text, ' ');
    size_t length = b != NULL ? (size_t)(b - text) : strlen(text);
    struct match match = {.count = 0};
    unsigned distance;

    b = b != NULL ? b + 1 : "";
    memcpy(a, text, length);
    a[length] = '\0';
    distance = match_distance(a, b);
    FUZZ_CHECK(distance == match_distance(b, a) && (!match_near(a, b) || distance <= 3));
    FUZZ_CHECK(match_distance(a, a) == 0 || strlen(a) >= MATCH_NAME_BYTES);
    match_offer(&match, "", a);
    match_offer(&match, "", b);
    match_offer(&match, a, b);
    FUZZ_CHECK(match.count <= 2);
    for (unsigned i = 0; i < match.count; i++)
        FUZZ_CHECK(memchr(match.name[i], '\0', MATCH_NAME_BYTES) != NULL);
    FUZZ_CHECK(match.count == 0 || match_common(&match) <= strlen(match.name[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct fuzz_input input = {data, bytes};
    uint32_t what = fuzz_byte(&input), how = fuzz_byte(&input);
    struct fuzz_input arguments = input;
    char text[TEXT_BYTES];

    if (input.left >= TEXT_BYTES)
        return 0;
    if (input.left > 0)
        memcpy(text, input.at, input.left);
    text[input.left] = '\0';
    switch (what % 8) {
    case 0:
    case 1:
        numbers(text, how % 36 == 0 ? 0 : (int)(how % 36) + 1);
        break;
    case 2:
    case 3:
    case 4:
        formats(&arguments, text);
        break;
    case 5:
        shell_numbers(text, how < 128 ? UINT32_MAX - how : how);
        break;
    case 6:
        names(text);
        break;
    default:
        split(text, (int)(int8_t)how * 100000);
    }
    return 0;
}
