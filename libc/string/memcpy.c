/* By words, then the last 0 to 3 bytes; the processor takes any alignment. */
#include <string.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t bytes)
{
    void *to = destination;
    const void *from = source;
    size_t words = bytes / 4;
    size_t rest = bytes % 4;
    __asm__ volatile("rep movsl\n\t"
                     "mov %[rest], %[count]\n\t"
                     "rep movsb"
                     : "+D"(to), "+S"(from), [count] "+c"(words)
                     : [rest] "r"(rest)
                     : "memory");
    return destination;
}
