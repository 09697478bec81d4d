/* The file server's reader of archives: what is good is found whole, and each way of being wrong
   has its answer and reaches nothing outside. */
#include "servers_test.h"

#include <files/archive.h>
#include <stdlib.h>

#define BLOCK ARCHIVE_BLOCK_BYTES

/* The archive under test, in a piece of memory of its very size, so that the sanitizer sees a read
   behind it. */
static uint8_t made[64 * BLOCK];
static uint32_t made_bytes;

static void seal(uint8_t *h)
{
    unsigned sum = 0;
    memset(h + 148, ' ', 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += h[i];
    snprintf((char *)h + 148, 8, "%06o", sum);
}

/* Adds an entry as tar does; returns its header, to be spoilt and sealed again. */
static uint8_t *add(const char *name, char type, const char *content)
{
    uint8_t *h = made + made_bytes;
    const size_t bytes = strlen(content);
    memset(h, 0, BLOCK);
    memcpy(h, name, strlen(name));
    snprintf((char *)h + 100, 8, "%07o", 0755u);
    snprintf((char *)h + 124, 12, "%011o", (unsigned)bytes);
    h[156] = (uint8_t)type;
    memcpy(h + 257,
           "ustar\0"
           "00",
           8);
    seal(h);
    memset(h + BLOCK, 0, (bytes + BLOCK - 1) / BLOCK * BLOCK);
    memcpy(h + BLOCK, content, bytes);
    made_bytes += BLOCK + (uint32_t)((bytes + BLOCK - 1) / BLOCK * BLOCK);
    return h;
}

static void end_mark(void)
{
    memset(made + made_bytes, 0, 2 * BLOCK);
    made_bytes += 2 * BLOCK;
}

static uint8_t *copy;
static struct archive archive;
static struct archive_entry entry;

static void open_archive(void)
{
    copy = malloc(made_bytes ? made_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, made, made_bytes);
    archive = (struct archive){.start = copy, .bytes = made_bytes};
}

static void expect_file(const char *name, const char *content)
{
    assert_int_equal(archive_next(&archive, &entry), ARCHIVE_FILE);
    assert_string_equal(entry.name, name);
    assert_int_equal(entry.bytes, strlen(content));
    assert_memory_equal(copy + entry.content, content, entry.bytes);
}

static void expect_refused(const char *wrong)
{
    assert_int_equal(archive_next(&archive, &entry), ARCHIVE_REFUSED);
    assert_string_equal(entry.wrong, wrong);
}

static void expect_end(void)
{
    assert_int_equal(archive_next(&archive, &entry), ARCHIVE_END);
    assert_int_equal(archive_next(&archive, &entry), ARCHIVE_END);
    free(copy);
    copy = NULL;
    made_bytes = 0;
}

static void good(void **state)
{
    (void)state;
    char large[1500];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    add("notes", '0', "two words\n");
    add("bin/", '5', "");
    uint8_t *h = add("cat", '\0', large);
    memcpy(h + 345, "bin", 3);
    seal(h);
    add("empty", '0', "");
    add("twenty-seven-characters.txt", '0', "y");
    end_mark();
    open_archive();
    expect_file("notes", "two words\n");
    assert_int_equal(entry.mode, 0755);
    assert_int_equal(entry.header, 0);
    assert_int_equal(entry.content, BLOCK);
    assert_int_equal(archive_next(&archive, &entry), ARCHIVE_FOLDER);
    assert_string_equal(entry.name, "bin");
    expect_file("bin/cat", large);
    expect_file("empty", "");
    expect_file("twenty-seven-characters.txt", "y");
    expect_end();
}

/* One entry that is wrong in itself: those before and behind it are found. */
static void refused_alone(const char *name, char type, const char *wrong)
{
    add("before", '0', "b");
    uint8_t *h = add("", type, "content");
    memcpy(h, name, strlen(name));
    seal(h);
    add("behind", '0', "c");
    end_mark();
    open_archive();
    expect_file("before", "b");
    expect_refused(wrong);
    expect_file("behind", "c");
    expect_end();
}

static void wrong_in_themselves(void **state)
{
    (void)state;
    static const char parts[] = "an empty part, . or .. in the name";
    refused_alone("link", '1', "a link");
    refused_alone("soft", '2', "a link");
    refused_alone("pipe", '6', "neither a file nor a folder");
    refused_alone("pax", 'x', "neither a file nor a folder");
    refused_alone("gnu", 'L', "neither a file nor a folder");
    refused_alone("/etc/passwd", '0', "an absolute name");
    refused_alone("..", '0', parts);
    refused_alone("a/../b", '0', parts);
    refused_alone("./a", '0', parts);
    refused_alone("a//b", '0', parts);
    refused_alone("a/", '0', parts);
    refused_alone("", '0', parts);
    refused_alone("a b", '0', "a character that a name can't have");
    refused_alone("a\033[2J", '0', "a character that a name can't have");
    assert_string_equal(entry.name, "");
    refused_alone("twenty-eight-characters.text", '0', "a name longer than 27 characters");
}

static void unending_names(void **state)
{
    (void)state;
    char name[101];
    memset(name, 'n', 100);
    name[100] = '\0';
    refused_alone(name, '0', "a name without an end");
    uint8_t *h = add("x", '0', "");
    memset(h + 345, 'p', 155);
    seal(h);
    h = add("x", '0', "");
    memset(h + 100, '8', 8);
    seal(h);
    end_mark();
    open_archive();
    expect_refused("a name without an end");
    expect_refused("its mode is no number");
    expect_end();
}

static void what_is_shown_of_a_refused_name(void **state)
{
    (void)state;
    add("a\033[2J-and-much-more-than-fits", '0', "");
    end_mark();
    open_archive();
    assert_int_equal(archive_next(&archive, &entry), ARCHIVE_REFUSED);
    assert_string_equal(entry.name, "a?[2J-and-much-more-than-fi");
    expect_end();
}

/* A header that can't be believed: nothing behind it is, even where it looks like a file. */
static void spoil(unsigned at, const char *text, unsigned bytes, bool sealed, const char *wrong)
{
    add("before", '0', "b");
    uint8_t *h = add("wrong", '0', "c");
    memcpy(h + at, text, bytes);
    if (sealed)
        seal(h);
    add("behind", '0', "d");
    end_mark();
    open_archive();
    expect_file("before", "b");
    expect_refused(wrong);
    expect_end();
}

static void headers_that_cannot_be_believed(void **state)
{
    (void)state;
    spoil(257, "USTAR", 5, true, "not a ustar header");
    spoil(257, "ustar  ", 8, true, "not a ustar header"); /* GNU's own */
    spoil(263, "01", 2, true, "not a ustar header");
    spoil(3, "?", 1, false, "its checksum is wrong");
    spoil(148, "        ", 8, false, "its checksum is wrong");
    spoil(148, "-0001234", 8, false, "its checksum is wrong");
    spoil(124, "            ", 12, true, "its size is no number");
    spoil(124, "1234x", 5, true, "its size is no number");
    spoil(124, "777777777777", 12, true, "its size is no number"); /* more than 32 bits */
    spoil(124, "\200\0\0\0", 4, true, "its size is no number");    /* base 256 */
    spoil(124, "37777777777", 12, true, "it goes on behind the archive's end");
    spoil(124, "00000100000", 12, true, "it goes on behind the archive's end");
}

static void ends_too_early(void **state)
{
    static const char no_mark[] = "the archive ends without its end mark";
    (void)state;
    add("a", '0', "1");
    open_archive();
    expect_file("a", "1");
    expect_refused(no_mark);
    expect_end();

    open_archive(); /* nothing at all */
    expect_refused(no_mark);
    expect_end();

    add("a", '0', "1");
    made_bytes -= 511; /* behind the content's only byte */
    open_archive();
    expect_file("a", "1");
    expect_refused(no_mark);
    expect_end();

    add("a", '0', "1");
    made_bytes -= 512; /* in front of it */
    open_archive();
    expect_refused("it goes on behind the archive's end");
    expect_end();

    add("a", '0', "");
    end_mark();
    made_bytes -= BLOCK; /* half a mark */
    open_archive();
    expect_file("a", "");
    expect_refused(no_mark);
    expect_end();

    memset(made, 0, BLOCK); /* a block of zeros, and then a file */
    made_bytes = BLOCK;
    add("a", '0', "");
    end_mark();
    open_archive();
    expect_refused(no_mark);
    expect_end();
}

/* Every byte of a good archive changed by every bit: whatever comes, nothing outside is read, and
   it ends. */
static void any_bit(void **state)
{
    (void)state;
    add("bin/cat", '0', "content");
    add("notes", '0', "n");
    end_mark();
    const uint32_t bytes = made_bytes;
    for (uint32_t at = 0; at < bytes; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            made[at] ^= (uint8_t)(1u << bit);
            made_bytes = bytes;
            open_archive();
            unsigned entries = 0;
            while (archive_next(&archive, &entry) != ARCHIVE_END) {
                entries++;
                assert_true(memchr(entry.name, '\0', sizeof entry.name) != NULL);
                if (!entry.wrong)
                    assert_true(entry.bytes <= bytes && entry.content <= bytes - entry.bytes);
            }
            assert_in_range(entries, 1, 3);
            free(copy);
            made[at] ^= (uint8_t)(1u << bit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),
        cmocka_unit_test(wrong_in_themselves),
        cmocka_unit_test(unending_names),
        cmocka_unit_test(what_is_shown_of_a_refused_name),
        cmocka_unit_test(headers_that_cannot_be_believed),
        cmocka_unit_test(ends_too_early),
        cmocka_unit_test(any_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
