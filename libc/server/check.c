/* See parley/check.h. */
#include <parley/check.h>
#include <string.h>

#define MIX 0x9e3779b1u /* a prime near 2^32 / golden ratio */

uint32_t check_sum(uint32_t before, const void *bytes, size_t count)
{
    const char *from = bytes;
    uint32_t sum = before, of_sums = (uint32_t)count, word;
    for (; count >= sizeof word; count -= sizeof word, from += sizeof word) {
        memcpy(&word, from, sizeof word);
        sum += word;
        of_sums += sum;
    }
    if (count > 0) {
        word = 0;
        memcpy(&word, from, count);
        sum += word;
        of_sums += sum;
    }
    return (of_sums ^ sum >> 15) * MIX + sum;
}
