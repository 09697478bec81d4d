/* Marsaglia's xorshift with 32 bits of state. Repeatable; not for secrets. */
#include <stdint.h>
#include <stdlib.h>

static uint32_t state = 1;

int rand(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (int)(state & RAND_MAX);
}

void srand(unsigned seed)
{
    state = seed ? seed : 0x9e3779b9u; /* zero would stay zero */
}
