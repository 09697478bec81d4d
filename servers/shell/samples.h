/*
 * Smallest, median and greatest of many numbers, in constant space. Pure.
 *
 * Numbers are counted in classes: exact below 256, above that 128 classes to each power of two, so
 * that a median is off by less than one part in 128.
 */
#pragma once

#include <stdint.h>

#define SAMPLES_CLASSES (256 + 24 * 128)

struct samples { /* all zero: none */
    uint32_t count, least, greatest;
    uint32_t in_class[SAMPLES_CLASSES];
};

void samples_add(struct samples *s, uint32_t value);
uint32_t samples_median(const struct samples *s); /* the lower one of two; 0 when there are none */
