/*
 * fuzz-archive: any bytes as the boot image's archive. With a first byte of 0x80 or more every
 * header's checksum is put right first, so that the other fields are reached.
 *
 * What is given as a file has a proper name, lies in the archive behind its header and does not
 * touch the file before it; its header says so, read here by other means. The walk ends.
 */
#include "files/archive.h"
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static unsigned long sum(const uint8_t *h)
{
    unsigned long total = 0;

    for (unsigned i = 0; i < 512; i++)
        total += i >= 148 && i < 156 ? ' ' : h[i];
    return total;
}

static unsigned long octal(const uint8_t *field, unsigned bytes)
{
    char text[16] = "";

    memcpy(text, field, bytes);
    return strtoul(text, NULL, 8);
}

static void check_name(const char *name, const uint8_t *h)
{
    char whole[260] = "", part[28], *rest = part, *word;
    size_t length = 0;

    snprintf(whole, sizeof whole, "%.155s%s%.100s", (const char *)h + 345, h[345] ? "/" : "",
             (const char *)h);
    FUZZ_CHECK(strcmp(whole, name) == 0 && name[0] != '/' && name[0] != '\0');
    for (const char *at = name; *at != '\0'; at++)
        FUZZ_CHECK(isgraph((unsigned char)*at));
    strcpy(part, name);
    for (; (word = strtok_r(rest, "/", &rest)) != NULL; length += strlen(word) + 1)
        FUZZ_CHECK(strcmp(word, ".") != 0 && strcmp(word, "..") != 0);
    FUZZ_CHECK(length == strlen(name) + 1); /* no '/' at the end, no two together */
}

static void check_file(const struct archive *a, const struct archive_entry *e, uint32_t before)
{
    const uint8_t *h = a->start + e->header;

    FUZZ_CHECK(e->header % 512 == 0 && e->header >= before && e->content == e->header + 512);
    FUZZ_CHECK((uint64_t)e->content + e->bytes <= a->bytes);
    FUZZ_CHECK(memcmp(h + 257, "ustar\0", 6) == 0 && octal(h + 148, 8) == sum(h));
    FUZZ_CHECK(octal(h + 124, 12) == e->bytes && octal(h + 100, 8) == e->mode);
    FUZZ_CHECK(h[156] == '0' || h[156] == 0);
    FUZZ_CHECK(memchr(h, 0, 100) != NULL && memchr(e->name, 0, sizeof e->name) != NULL);
    check_name(e->name, h);
}

/* Each block's, whether it is a header or not. */
static void put_sums_right(uint8_t *at, size_t bytes)
{
    for (size_t block = 0; block + 512 <= bytes; block += 512)
        if (memcmp(at + block + 257, "ustar", 5) == 0)
            snprintf((char *)at + block + 148, 8, "%06lo", sum(at + block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes == 0)
        return 0;
    uint8_t *copy = malloc(bytes); /* the sanitizer watches its end */
    uint32_t before = 0, entries = 0;
    struct archive_entry entry;
    enum archive_kind kind;

    memcpy(copy, data + 1, bytes - 1);
    if (data[0] >= 0x80)
        put_sums_right(copy, bytes - 1);
    struct archive archive = {.start = copy, .bytes = (uint32_t)bytes - 1};
    while ((kind = archive_next(&archive, &entry)) != ARCHIVE_END) {
        FUZZ_CHECK(++entries <= bytes / 512 + 1);
        FUZZ_CHECK((kind == ARCHIVE_REFUSED) == (entry.wrong != NULL));
        if (fuzz_tells())
            fprintf(stderr, "%s at %u: %u bytes, %s\n", entry.name, (unsigned)entry.header,
                    (unsigned)entry.bytes, entry.wrong ? entry.wrong : "good");
        if (kind == ARCHIVE_FILE) {
            check_file(&archive, &entry, before);
            before = entry.content + entry.bytes;
        }
    }
    free(copy);
    return 0;
}
