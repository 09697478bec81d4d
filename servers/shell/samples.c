/* See samples.h. */
#include "samples.h"

/* 256 <= value: its power of two, and the seven bits below its top bit. */
static unsigned class_of(uint32_t value)
{
    if (value < 256)
        return value;
    unsigned shift = 1;
    while (value >> shift > 255)
        shift++;
    return 256 + (shift - 1) * 128 + ((value >> shift) - 128);
}

static uint32_t least_of(unsigned class)
{
    if (class < 256)
        return class;
    const unsigned shift = (class - 256) / 128 + 1;
    return ((class - 256) % 128 + 128) << shift;
}

void samples_add(struct samples *s, uint32_t value)
{
    if (s->count == 0 || value < s->least)
        s->least = value;
    if (value > s->greatest)
        s->greatest = value;
    s->count++;
    s->in_class[class_of(value)]++;
}

uint32_t samples_median(const struct samples *s)
{
    uint32_t seen = 0;
    for (unsigned i = 0; i < SAMPLES_CLASSES; i++) {
        seen += s->in_class[i];
        if (seen > 0 && seen >= (s->count + 1) / 2)
            return least_of(i) < s->least ? s->least : least_of(i);
    }
    return 0;
}
