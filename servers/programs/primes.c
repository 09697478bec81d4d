/* primes [N]: writes the prime numbers up to N (100), one a line. */
#include "number.h"

#include <stdio.h>

#define MOST 1000000000 /* the squares of divisors fit into 32 bits */

static bool is_prime(unsigned long n)
{
    for (unsigned long d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

int main(int argc, char **argv)
{
    unsigned long most = 100;
    int written = 0;
    if (argc > 2 || (argc == 2 && !number_read(argv[1], MOST, &most))) {
        fprintf(stderr, "primes: use: primes [N], N at most %d\n", MOST);
        return 2;
    }
    for (unsigned long n = 2; n <= most && written >= 0; n++)
        if (is_prime(n))
            written = printf("%lu\n", n);
    return written < 0;
}
