/* Forward where that is safe, else from the end, by words; the direction flag stays as it is. */
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias, aligned(1))) loose_word;

void *memmove(void *destination, const void *source, size_t bytes)
{
    /* Unsigned: also true for a destination below the source. */
    if ((uintptr_t)destination - (uintptr_t)source >= bytes)
        return memcpy(destination, source, bytes);

    unsigned char *to = (unsigned char *)destination + bytes;
    const unsigned char *from = (const unsigned char *)source + bytes;
    for (; bytes >= 4; bytes -= 4) {
        to -= 4;
        from -= 4;
        *(loose_word *)to = *(const loose_word *)from;
    }
    while (bytes--)
        *--to = *--from;
    return destination;
}
