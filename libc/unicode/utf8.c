/* The decoder: overlong forms, surrogates and codes past 0x10ffff are refused (RFC 3629). */
#include <parley/utf8.h>

static enum utf8_result begin(struct utf8 *state, uint8_t byte, uint32_t *code)
{
    if (byte < 0x80) {
        *code = byte;
        return UTF8_DONE;
    }
    if (byte >= 0xc2 && byte <= 0xdf) {
        *state = (struct utf8){byte & 0x1fu, 0x80, 1};
    } else if (byte >= 0xe0 && byte <= 0xef) {
        *state = (struct utf8){byte & 0x0fu, 0x800, 2};
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        *state = (struct utf8){byte & 0x07u, 0x10000, 3};
    } else {
        return UTF8_BAD;
    }
    return UTF8_MORE;
}

enum utf8_result utf8_feed(struct utf8 *state, uint8_t byte, uint32_t *code)
{
    if (state->missing == 0)
        return begin(state, byte, code);
    if ((byte & 0xc0) != 0x80) {
        *state = (struct utf8){0};
        return UTF8_AGAIN;
    }
    state->code = state->code << 6 | (byte & 0x3fu);
    if (--state->missing > 0)
        return UTF8_MORE;
    *code = state->code;
    const bool good = state->code >= state->least && state->code <= 0x10ffff &&
                      !(state->code >= 0xd800 && state->code <= 0xdfff);
    *state = (struct utf8){0};
    return good ? UTF8_DONE : UTF8_BAD;
}
