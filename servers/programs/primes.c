/* primes [N]: writes the prime numbers up to N (100), one a line. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_prime(unsigned long n)
{
    for (unsigned long d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

int main(int argc, char **argv)
{
    const unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    int written = 0;
    for (unsigned long n = 2; n <= most && written >= 0; n++)
        if (is_prime(n))
            written = printf("%lu\n", n);
    return written < 0;
}
