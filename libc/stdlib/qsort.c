/* Heapsort: in place, no recursion, no bad case. */
#include <stdlib.h>

typedef int compare_function(const void *, const void *);

static void swap(char *a, char *b, size_t bytes)
{
    for (; bytes; bytes--, a++, b++) {
        char kept = *a;
        *a = *b;
        *b = kept;
    }
}

/* Lets the element at `root` sink until no child is larger. */
static void sink(char *array, size_t root, size_t count, size_t bytes, compare_function *compare)
{
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && compare(array + child * bytes, array + (child + 1) * bytes) < 0)
            child++;
        if (compare(array + root * bytes, array + child * bytes) >= 0)
            return;
        swap(array + root * bytes, array + child * bytes, bytes);
        root = child;
    }
}

void qsort(void *array, size_t count, size_t bytes, compare_function *compare)
{
    for (size_t root = count / 2; root-- > 0;)
        sink(array, root, count, bytes, compare);
    for (size_t last = count; last-- > 1;) {
        swap(array, (char *)array + last * bytes, bytes);
        sink(array, 0, last, bytes, compare);
    }
}
