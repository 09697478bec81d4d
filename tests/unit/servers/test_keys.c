/* Scancodes as a keyboard sends them, and the bytes that a terminal would send. */
#include "servers_test.h"

#include <tty/keys.h>

static bool dumped;

static void feed(struct keys *k, const char *codes, size_t count, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool dump;
        const size_t bytes = keys_decode(k, (uint8_t)codes[i], out + n, &dump);
        assert_true(bytes <= KEYS_BYTES_MAX);
        dumped = dumped || dump;
        n += bytes;
    }
    out[n] = '\0';
}

#define EXPECT(keys, codes, text)                                                                  \
    do {                                                                                           \
        char out_[256];                                                                            \
        feed(keys, codes, sizeof(codes) - 1, out_);                                                \
        assert_string_equal(out_, text);                                                           \
    } while (0)

static void test_characters(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\x23\xa3\x12\x92\x26\xa6\x26\xa6\x18\x98", "hello");
    EXPECT(&k, "\x2a\x23\xa3\xaa\x17\x97", "Hi");          /* left shift */
    EXPECT(&k, "\x36\x02\x82\x0c\x8c\xb6\x02\x82", "!_1"); /* right shift */
    EXPECT(&k, "\x39\xb9\x0f\x8f\x1c\x9c\x0e\x8e", " \t\r\x7f");
    EXPECT(&k, "\x2b\x29\x27\x28\x1a\x1b\x33\x34\x35", "\\`;'[],./");
    EXPECT(&k, "\x2a\x2b\x29\x27\x28\x1a\x1b\x33\x34\x35\xaa", "|~:\"{}<>?");
    EXPECT(&k, "\x2a\x0f\xaa", "\033[Z");
}

static void test_caps_lock(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\x3a\xba\x1e\x02", "A1");    /* letters only */
    EXPECT(&k, "\x2a\x1e\x02\xaa", "a!");    /* shift turns it round */
    EXPECT(&k, "\x3a\x3a\x3a\xba\x1e", "a"); /* held: its repeats change nothing */
}

static void test_control_and_alt(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\x1d\x2e\xae\x1e\x2b\x9d\x2e",
           "\x03\x01\x1c"
           "c");
    EXPECT(&k, "\xe0\x1d\x20\xe0\x9d\x20",
           "\x04"
           "d"); /* right control */
    EXPECT(&k, "\x38\x30\xb8\x30", "\033bb");
    EXPECT(&k, "\x1d\x0e\x9d", "\b");
    EXPECT(&k, "\x1d\x2a\x1e\xaa\x9d", "\x01");
}

static void test_cursor_block(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\xe0\x48\xe0\xc8\xe0\x50\xe0\x4d\xe0\x4b", "\033[A\033[B\033[C\033[D");
    EXPECT(&k, "\xe0\x47\xe0\x4f", "\033[H\033[F");
    EXPECT(&k, "\xe0\x49\xe0\x51\xe0\x52\xe0\x53", "\033[5~\033[6~\033[2~\033[3~");
    EXPECT(&k, "\x1d\xe0\x4d\x9d", "\033[1;5C");
    EXPECT(&k, "\x2a\x1d\x38\xe0\x53\xb8\x9d\xaa", "\033[3;8~");
    EXPECT(&k, "\xe0\x2a\xe0\x48\xe0\xc8\xe0\xaa\x1e", "\033[Aa"); /* the false shift */
}

static void test_keypad(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\x47\x4c\x53\x4a\x4e\x37\xe0\x35\xe0\x1c", "75.-+*/\r");
    EXPECT(&k, "\x45\xc5\x47\x48\x4c\x53\x4a\x4e", "\033[H\033[A\033[E\033[3~-+");
    EXPECT(&k, "\x45\xc5\x47", "7");
}

static void test_function_keys(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\x3b\x3e\x3f\x44\x57", "\033OP\033OS\033[15~\033[21~\033[23~");
    EXPECT(&k, "\x2a\x3b\xaa", "\033[1;2P");
    assert_false(dumped);
    EXPECT(&k, "\x58\xd8", "");
    assert_true(dumped);
}

static void test_prefixes(void **state)
{
    (void)state;
    struct keys k = {0};
    EXPECT(&k, "\xe1\x1d\x45\xe1\x9d\xc5\x2e", "c");         /* Pause is no control, no Num Lock */
    EXPECT(&k, "\xe0\x5b\xe0\xdb\xe0\x37\xe0\xb7\x2e", "c"); /* Windows, Print */
    EXPECT(&k, "\x47", "7");
}

static void test_any_bytes(void **state)
{
    (void)state;
    struct keys k = {0};
    for (unsigned i = 0; i < 1000000; i++) {
        char out[KEYS_BYTES_MAX];
        bool dump;
        assert_true(keys_decode(&k, (uint8_t)random_below(256), out, &dump) <= KEYS_BYTES_MAX);
    }
}

static struct keys with_layout(const char *name)
{
    const struct keys k = {.map = keymap_find(name)};
    assert_non_null(k.map);
    return k;
}

static void test_layouts(void **state)
{
    (void)state;
    struct keys k = with_layout("de");
    EXPECT(&k, "\x15\x2c\x1a\x28\x27\x0c", "zyüäöß");
    EXPECT(&k, "\x2a\x15\x1a\x08\xaa", "ZÜ/");
    EXPECT(&k, "\x3a\xba\x1a\x0c\x3a\xba", "Üß"); /* Caps Lock: letters that have a capital */
    EXPECT(&k, "\xe0\x38\x10\x12\x56\xe0\xb8", "@€|");
    EXPECT(&k, "\xe0\x35\x35\x37", "/-*"); /* the keypad is the same in every layout */
    EXPECT(&k, "\x1d\x2c\x15\x9d", "\x19\x1a");
    EXPECT(&k, "\x38\x2c\xb8", "\033y");
    k = with_layout("fr");
    EXPECT(&k, "\x10\x11\x03\x2a\x03\xaa", "azé2");
    EXPECT(&k, "\x1d\x10\x9d", "\x01");
    k = with_layout("uk");
    EXPECT(&k, "\x2a\x04\x03\xaa\x56", "£\"\\");
    k = with_layout("dvorak");
    EXPECT(&k, "\x23\x20\x19\x19\x1f", "dello");
    assert_null(keymap_find("nowhere"));
    assert_string_equal(keymaps[0].name, "us");
}

static void test_dead_keys(void **state)
{
    (void)state;
    struct keys k = with_layout("de");
    EXPECT(&k, "\x0d\x12\x29\x1e", "éâ");
    EXPECT(&k, "\x0d\x39\x0d\x0d", "´´");      /* alone: with a blank, or twice */
    EXPECT(&k, "\x0d\x2a\x0d\xaa\x1e", "´`a"); /* not together */
    EXPECT(&k, "\x0d\x2d", "´x");
    EXPECT(&k, "\x0d\x01\x12",
           "\033"
           "e"); /* Esc forgets it */
    k = with_layout("es");
    EXPECT(&k, "\x28\x18\x27", "óñ");
    EXPECT(&k, "\x2a\x28\xaa\x16", "ü");
}

static void test_application_keys(void **state)
{
    (void)state;
    struct keys k = {.application = true};
    EXPECT(&k, "\xe0\x48\xe0\x53", "\033OA\033[3~");
    EXPECT(&k, "\x2a\xe0\x48\xaa", "\033[1;2A");
}

/* Every key of every layout, with every modifier: text that a program can read. */
static void test_every_key(void **state)
{
    (void)state;
    static const uint8_t modifiers[] = {0x2a, 0x1d, 0x38};
    for (size_t i = 0; i < keymap_count; i++)
        for (unsigned held = 0; held < 16; held++) {
            struct keys k = {.map = &keymaps[i]};
            char out[KEYS_BYTES_MAX];
            bool dump;
            for (unsigned m = 0; m < 3; m++)
                if (held >> m & 1)
                    assert_int_equal(keys_decode(&k, modifiers[m], out, &dump), 0);
            k.alt_right = (held & 8) != 0;
            for (unsigned code = 0; code < 0x80; code++)
                for (unsigned twice = 0; twice < 2; twice++) {
                    struct keys before = k;
                    assert_true(keys_decode(&k, (uint8_t)code, out, &dump) <= sizeof out);
                    before.dead = k.dead;
                    k.shift_left = before.shift_left;
                    k.control_left = before.control_left;
                    k.alt_left = before.alt_left;
                }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),       cmocka_unit_test(test_caps_lock),
        cmocka_unit_test(test_control_and_alt),  cmocka_unit_test(test_cursor_block),
        cmocka_unit_test(test_keypad),           cmocka_unit_test(test_function_keys),
        cmocka_unit_test(test_prefixes),         cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_layouts),          cmocka_unit_test(test_dead_keys),
        cmocka_unit_test(test_application_keys), cmocka_unit_test(test_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
