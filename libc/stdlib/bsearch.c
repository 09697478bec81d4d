#include <stdlib.h>

void *bsearch(const void *key, const void *array, size_t count, size_t bytes,
              int (*compare)(const void *, const void *))
{
    const char *first = array;
    while (count) {
        const char *middle = first + count / 2 * bytes;
        int order = compare(key, middle);
        if (order == 0)
            return (void *)middle;
        if (order > 0) {
            first = middle + bytes;
            count--;
        }
        count /= 2;
    }
    return NULL;
}
