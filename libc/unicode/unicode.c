/* See parley/unicode.h: binary searches. */
#include <parley/unicode.h>

#include <stdbool.h>

static bool is_in(const struct unicode_range *ranges, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code >= ranges[low].first;
}

unsigned unicode_width(uint32_t code)
{
    if (code < 0x300)
        return code != 0;
    if (is_in(unicode_combining, unicode_combining_count, code))
        return 0;
    return is_in(unicode_wide, unicode_wide_count, code) ? 2 : 1;
}

uint32_t unicode_compose(uint32_t base, uint32_t mark)
{
    const uint64_t wanted = (uint64_t)base << 32 | mark;
    size_t low = 0, high = unicode_composition_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const struct unicode_composition *c = &unicode_compositions[middle];
        const uint64_t here = (uint64_t)c->base << 32 | c->mark;
        if (here == wanted)
            return c->composed;
        if (here < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}
