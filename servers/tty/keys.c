/* Characters by the layout, xterm's sequences for the other keys. */
#include "keys.h"

#include <parley/unicode.h>

#include <string.h>

#define RELEASED 0x80

/* Keys that mean the same in every layout. */
static char fixed(uint8_t code)
{
    switch (code) {
    case 0x01:
        return 0x1b;
    case 0x0e:
        return 0x7f;
    case 0x0f:
        return '\t';
    case 0x1c:
        return '\r';
    case 0x37:
        return '*';
    default:
        return 0;
    }
}

/* What Control makes of keys that have no ASCII character in the layout: as on the US keyboard. */
static uint32_t ascii_of(const struct keys *k, uint8_t code)
{
    const uint16_t own = k->map->key[code][0];
    return own < 0x80 && own != 0 ? own : keymaps[0].key[code][0];
}

const struct keymap *keymap_find(const char *name)
{
    for (size_t i = 0; i < keymap_count; i++)
        if (strcmp(keymaps[i].name, name) == 0)
            return &keymaps[i];
    return NULL;
}

/* Keys of the cursor block and the keypad, 0x47..0x53: a final letter of CSI, or a number before
   '~'; and the keypad's characters. */
static const struct {
    char final;
    uint8_t number;
    char keypad;
} block[] = {
    {'H', 0, '7'}, {'A', 0, '8'}, {0, 5, '9'}, {0, 0, '-'},   {'D', 0, '4'},
    {'E', 0, '5'}, {'C', 0, '6'}, {0, 0, '+'}, {'F', 0, '1'}, {'B', 0, '2'},
    {0, 6, '3'},   {0, 2, '0'},   {0, 3, '.'},
};

/* F1..F12: SS3 and a letter for the first four, then numbers. */
static const uint8_t function_number[] = {0, 0, 0, 0, 15, 17, 18, 19, 20, 21, 23};

static bool shift(const struct keys *k)
{
    return k->shift_left || k->shift_right;
}

static bool control(const struct keys *k)
{
    return k->control_left || k->control_right;
}

static bool alt_graph(const struct keys *k)
{
    return k->alt_right && k->map->third;
}

static bool alt(const struct keys *k)
{
    return k->alt_left || (k->alt_right && !k->map->third);
}

/* xterm's modifier parameter: 1 none, then + 1 shift + 2 alt + 4 control. */
static char modifier_digit(const struct keys *k)
{
    return (char)('1' + (shift(k) ? 1 : 0) + (alt(k) ? 2 : 0) + (control(k) ? 4 : 0));
}

static size_t sequence(const struct keys *k, char introducer, unsigned number, char final,
                       char *out)
{
    const char modifier = modifier_digit(k);
    size_t n = 0;
    out[n++] = 0x1b;
    out[n++] = modifier == '1' ? introducer : '[';
    if (number == 0 && modifier != '1')
        number = 1;
    if (number >= 10)
        out[n++] = (char)('0' + number / 10);
    if (number > 0)
        out[n++] = (char)('0' + number % 10);
    if (modifier != '1') {
        out[n++] = ';';
        out[n++] = modifier;
    }
    out[n++] = final;
    return n;
}

static char with_control(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c & 0x1f);
    switch (c) {
    case '[':
    case '\\':
    case ']':
        return (char)(c & 0x1f);
    case ' ':
    case '2':
        return 0;
    case '6':
        return 0x1e;
    case '-':
    case '/':
        return 0x1f;
    case 0x7f:
        return '\b';
    default:
        return c;
    }
}

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

static bool is_dead(uint32_t code)
{
    return code >= 0x300 && code <= 0x36f;
}

/* A dead key's accent alone. */
static uint32_t accent(uint32_t mark)
{
    static const struct {
        uint16_t mark, alone;
    } accents[] = {
        {0x300, '`'},   {0x301, 0xb4},  {0x302, '^'},   {0x303, '~'},  {0x304, 0xaf},
        {0x306, 0x2d8}, {0x307, 0x2d9}, {0x308, 0xa8},  {0x30a, 0xb0}, {0x30b, 0x2dd},
        {0x30c, 0x2c7}, {0x327, 0xb8},  {0x328, 0x2db},
    };
    for (size_t i = 0; i < sizeof accents / sizeof accents[0]; i++)
        if (accents[i].mark == mark)
            return accents[i].alone;
    return mark;
}

/* A character, with the accent that waits for it. */
static size_t accented(struct keys *k, uint32_t code, char *out)
{
    const uint16_t mark = k->dead;
    k->dead = 0;
    if (mark == 0)
        return put_utf8(out, code);
    const uint32_t composed = unicode_compose(code, mark);
    if (composed != 0)
        return put_utf8(out, composed);
    const size_t n = put_utf8(out, accent(mark));
    if (code == ' ' || code == mark)
        return n;
    return n + put_utf8(out + n, is_dead(code) ? accent(code) : code);
}

/* What the layout has on the key now; 0: nothing. */
static uint32_t on_key(const struct keys *k, uint8_t code)
{
    const bool caps = k->caps_lock && (k->map->caps[code / 32] >> code % 32 & 1);
    const unsigned level = (shift(k) != caps ? 1 : 0) + (alt_graph(k) ? 2 : 0);
    return k->map->key[code][level];
}

static size_t character(struct keys *k, uint8_t code, char *out)
{
    const char same = fixed(code);
    if (same == '\t' && shift(k)) {
        memcpy(out, "\033[Z", 3);
        return 3;
    }
    const bool controlled = control(k) && !alt_graph(k);
    uint32_t c = same ? (uint32_t)same : controlled ? ascii_of(k, code) : on_key(k, code);
    if (c == 0)
        return 0;
    if (controlled)
        c = (uint8_t)with_control((char)c);
    if (is_dead(c) && k->dead == 0) {
        k->dead = (uint16_t)c;
        return 0;
    }
    size_t n = 0;
    if (alt(k))
        out[n++] = 0x1b;
    if (c < ' ' || c == 0x7f) { /* no character to put an accent on */
        k->dead = 0;
        out[n++] = (char)c;
        return n;
    }
    return n + accented(k, c, out + n);
}

static size_t cursor_block(const struct keys *k, uint8_t code, bool extended, char *out)
{
    const unsigned i = code - 0x47u;
    const bool digit = !extended && (!k->num_off || block[i].final + block[i].number == 0);
    if (digit && !control(k) && !alt(k)) {
        out[0] = block[i].keypad;
        return 1;
    }
    if (block[i].final != 0)
        return sequence(k, k->application ? 'O' : '[', 0, block[i].final, out);
    return block[i].number != 0 ? sequence(k, '[', block[i].number, '~', out) : 0;
}

static size_t function_key(const struct keys *k, unsigned index, char *out)
{
    if (index < 4)
        return sequence(k, 'O', 0, (char)('P' + index), out);
    return sequence(k, '[', function_number[index], '~', out);
}

/* True when the code is a modifier's; its state is noted. */
static bool modifier(struct keys *k, uint8_t code, bool extended, bool down)
{
    switch (code) {
    case 0x2a:
        if (!extended) /* E0 2A is the controller's false shift around the cursor block */
            k->shift_left = down;
        return true;
    case 0x36:
        if (!extended)
            k->shift_right = down;
        return true;
    case 0x1d:
        *(extended ? &k->control_right : &k->control_left) = down;
        return true;
    case 0x38:
        *(extended ? &k->alt_right : &k->alt_left) = down;
        return true;
    case 0x3a:
        k->caps_lock ^= down && !k->caps_down;
        k->caps_down = down;
        return true;
    case 0x45:
        k->num_off ^= down && !k->num_down;
        k->num_down = down;
        return true;
    default:
        return false;
    }
}

size_t keys_decode(struct keys *k, uint8_t scancode, char out[KEYS_BYTES_MAX], bool *dump)
{
    *dump = false;
    if (k->map == NULL)
        k->map = &keymaps[0];
    if (k->skip > 0) {
        k->skip--;
        return 0;
    }
    if (scancode == 0xe1) {
        k->skip = 2;
        return 0;
    }
    if (scancode == 0xe0) {
        k->extended = true;
        return 0;
    }
    const bool extended = k->extended;
    const bool down = (scancode & RELEASED) == 0;
    const uint8_t code = scancode & (uint8_t)~RELEASED;
    k->extended = false;
    if (modifier(k, code, extended, down) || !down)
        return 0;
    if (code >= 0x47 && code <= 0x53)
        return cursor_block(k, code, extended, out);
    if (extended && code == 0x35) { /* the keypad's, in every layout */
        out[0] = '/';
        return 1;
    }
    if (extended && code != 0x1c) /* of the rest, only the keypad's Enter */
        return 0;
    if (code >= 0x3b && code <= 0x44)
        return function_key(k, code - 0x3bu, out);
    if (code == 0x57)
        return function_key(k, 10, out);
    *dump = code == 0x58;
    return code < KEYMAP_CODES ? character(k, code, out) : 0;
}
