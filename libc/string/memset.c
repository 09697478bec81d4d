/* By words, then the last 0 to 3 bytes. */
#include <stdint.h>
#include <string.h>

void *memset(void *destination, int value, size_t bytes)
{
    void *to = destination;
    uint32_t pattern = (uint8_t)value * 0x01010101u;
    size_t words = bytes / 4;
    size_t rest = bytes % 4;
    __asm__ volatile("rep stosl\n\t"
                     "mov %[rest], %[count]\n\t"
                     "rep stosb"
                     : "+D"(to), [count] "+c"(words)
                     : "a"(pattern), [rest] "r"(rest)
                     : "memory");
    return destination;
}
