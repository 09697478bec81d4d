/* Displayed characters in UTF-8 text: see parley/unicode.h. What is no UTF-8 counts byte by byte.
 */
#include <parley/unicode.h>
#include <parley/utf8.h>

static uint32_t decode(const char *text, size_t bytes, size_t *length)
{
    struct utf8 state = {0};
    uint32_t code;
    for (size_t i = 0; i < bytes; i++) {
        const enum utf8_result result = utf8_feed(&state, (uint8_t)text[i], &code);
        if (result == UTF8_MORE)
            continue;
        *length = i + 1;
        if (result == UTF8_DONE)
            return code;
        break;
    }
    *length = 1;
    return '?';
}

unsigned unicode_text_width(const char *text, size_t bytes)
{
    size_t length;
    return bytes == 0 ? 0 : unicode_width(decode(text, bytes, &length));
}

size_t unicode_text_after(const char *text, size_t bytes, size_t at)
{
    size_t length;
    if (at == bytes)
        return at;
    (void)decode(text + at, bytes - at, &length);
    for (at += length; at < bytes; at += length)
        if (unicode_width(decode(text + at, bytes - at, &length)) != 0)
            break;
    return at;
}

size_t unicode_text_before(const char *text, size_t at)
{
    const size_t end = at;
    while (at > 0) {
        do
            at--;
        while (at > 0 && utf8_continues(text[at]));
        if (unicode_text_width(text + at, end - at) != 0)
            break;
    }
    return at;
}

size_t unicode_cell(size_t cell, unsigned width, unsigned columns)
{
    return width == 2 && cell % columns == columns - 1 ? cell + 1 : cell;
}

size_t unicode_text_cell(const char *text, size_t bytes, size_t cell, unsigned columns)
{
    for (size_t at = 0; at < bytes; at = unicode_text_after(text, bytes, at)) {
        const unsigned width = unicode_text_width(text + at, bytes - at);
        cell = unicode_cell(cell, width, columns) + width;
    }
    return cell;
}
