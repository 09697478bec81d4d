/* The decoder against every character and every kind of broken sequence. */
#include "servers_test.h"

#include <parley/utf8.h>

static unsigned encode(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    const unsigned length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (unsigned i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (uint8_t)(0x80 | (code & 0x3f));
    out[0] = (uint8_t)(lead[length] | code);
    return length;
}

static void test_every_character(void **state)
{
    (void)state;
    struct utf8 s = {0};
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        uint8_t bytes[4];
        const unsigned length = encode(code, bytes);
        uint32_t got = 0;
        for (unsigned i = 0; i + 1 < length; i++)
            assert_int_equal(utf8_feed(&s, bytes[i], &got), UTF8_MORE);
        const bool surrogate = code >= 0xd800 && code <= 0xdfff;
        assert_int_equal(utf8_feed(&s, bytes[length - 1], &got), surrogate ? UTF8_BAD : UTF8_DONE);
        if (!surrogate)
            assert_int_equal(got, code);
    }
}

static enum utf8_result last_of(const char *bytes)
{
    struct utf8 s = {0};
    uint32_t code;
    enum utf8_result result = UTF8_MORE;
    for (; *bytes; bytes++)
        result = utf8_feed(&s, (uint8_t)*bytes, &code);
    return result;
}

static void test_broken(void **state)
{
    (void)state;
    assert_int_equal(last_of("\x80"), UTF8_BAD); /* begins in the middle */
    assert_int_equal(last_of("\xc0"), UTF8_BAD); /* never valid */
    assert_int_equal(last_of("\xff"), UTF8_BAD);
    assert_int_equal(last_of("\xe0\x80\x80"), UTF8_BAD); /* overlong */
    assert_int_equal(last_of("\xf0\x80\x80\x80"), UTF8_BAD);
    assert_int_equal(last_of("\xf4\x90\x80\x80"), UTF8_BAD); /* past the last character */
    assert_int_equal(last_of("\xe2\x82"
                             "A"),
                     UTF8_AGAIN); /* cut off */
    assert_int_equal(last_of("\xe2\x82"
                             "AA"),
                     UTF8_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_character),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
