/* The US keyboard: two tables for the characters, xterm's sequences for the other keys. */
#include "keys.h"

#include <string.h>

#define RELEASED 0x80

// clang-format off
static const char plain[0x3a] = {
    [0x01] = 0x1b, '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '-', '=', 0x7f,
    [0x0f] = '\t', 'q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p', '[', ']', '\r',
    [0x1e] = 'a', 's', 'd', 'f', 'g', 'h', 'j', 'k', 'l', ';', '\'', '`',
    [0x2b] = '\\', 'z', 'x', 'c', 'v', 'b', 'n', 'm', ',', '.', '/',
    [0x37] = '*', [0x39] = ' ',
};
static const char shifted[0x3a] = {
    [0x01] = 0x1b, '!', '@', '#', '$', '%', '^', '&', '*', '(', ')', '_', '+', 0x7f,
    [0x0f] = '\t', 'Q', 'W', 'E', 'R', 'T', 'Y', 'U', 'I', 'O', 'P', '{', '}', '\r',
    [0x1e] = 'A', 'S', 'D', 'F', 'G', 'H', 'J', 'K', 'L', ':', '"', '~',
    [0x2b] = '|', 'Z', 'X', 'C', 'V', 'B', 'N', 'M', '<', '>', '?',
    [0x37] = '*', [0x39] = ' ',
};
// clang-format on

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

static bool alt(const struct keys *k)
{
    return k->alt_left || k->alt_right;
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

static size_t character(const struct keys *k, uint8_t code, char *out)
{
    const char base = plain[code];
    if (base == 0)
        return 0;
    if (base == '\t' && shift(k)) {
        memcpy(out, "\033[Z", 3);
        return 3;
    }
    const bool letter = base >= 'a' && base <= 'z';
    char c = shift(k) != (letter && k->caps_lock) ? shifted[code] : base;
    if (control(k))
        c = with_control(base);
    size_t n = 0;
    if (alt(k))
        out[n++] = 0x1b;
    out[n++] = c;
    return n;
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
        return sequence(k, '[', 0, block[i].final, out);
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
    if (extended && code != 0x1c && code != 0x35) /* of the rest, only the keypad's Enter and / */
        return 0;
    if (code >= 0x3b && code <= 0x44)
        return function_key(k, code - 0x3bu, out);
    if (code == 0x57)
        return function_key(k, 10, out);
    *dump = code == 0x58;
    return code < sizeof plain ? character(k, code, out) : 0;
}
