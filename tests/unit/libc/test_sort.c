/* qsort against the workstation's, with elements of several sizes, and bsearch on what it sorted.
 */
#include "parley.h"

#include <stdlib.h>
#include <string.h>

static unsigned long comparisons;

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a;
    int y = *(const int *)b;
    comparisons++;
    return (x > y) - (x < y);
}

struct odd {
    char key[3];
    char same_as_key[4];
};

static int compare_odd(const void *a, const void *b)
{
    return memcmp(a, b, 3);
}

static void test_ints(void **state)
{
    (void)state;
    int ours[200], theirs[200];
    for (int i = 0; i < 20000; i++) {
        unsigned count = random_up_to(200);
        unsigned most = random_up_to(1) ? 5 : 1000000;
        for (unsigned j = 0; j < count; j++)
            ours[j] = theirs[j] = (int)random_up_to(most);
        parley_qsort(ours, count, sizeof(int), compare_ints);
        qsort(theirs, count, sizeof(int), compare_ints);
        assert_memory_equal(ours, theirs, count * sizeof(int));
    }
}

static void test_elements_stay_whole(void **state)
{
    (void)state;
    struct odd array[100];
    for (int i = 0; i < 100; i++) {
        for (int j = 0; j < 3; j++)
            array[i].key[j] = array[i].same_as_key[j] = (char)random_bits();
    }
    parley_qsort(array, 100, sizeof(array[0]), compare_odd);
    for (int i = 0; i < 100; i++) {
        assert_memory_equal(array[i].key, array[i].same_as_key, 3);
        assert_true(i == 0 || compare_odd(&array[i - 1], &array[i]) <= 0);
    }
}

/* Sorted, reversed and constant arrays are what quicksort is slow on. */
static void test_no_bad_case(void **state)
{
    (void)state;
    enum {
        COUNT = 4096,
        LOG = 12
    };
    static int array[COUNT];
    for (int order = 0; order < 3; order++) {
        for (int i = 0; i < COUNT; i++)
            array[i] = order == 0 ? i : order == 1 ? -i : 7;
        comparisons = 0;
        parley_qsort(array, COUNT, sizeof(int), compare_ints);
        assert_true(comparisons <= 2ul * COUNT * LOG);
        for (int i = 1; i < COUNT; i++)
            assert_true(array[i - 1] <= array[i]);
    }
}

static void test_search(void **state)
{
    (void)state;
    int array[64];
    for (unsigned count = 0; count <= 64; count++) {
        for (unsigned i = 0; i < count; i++)
            array[i] = (int)(2 * i);
        for (int key = -1; key <= (int)(2 * count); key++) {
            int *found = parley_bsearch(&key, array, count, sizeof(int), compare_ints);
            if (key >= 0 && key % 2 == 0 && key < (int)(2 * count))
                assert_ptr_equal(found, &array[key / 2]);
            else
                assert_null(found);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ints),
        cmocka_unit_test(test_elements_stay_whole),
        cmocka_unit_test(test_no_bad_case),
        cmocka_unit_test(test_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
