/*
 * Fills its registers with a pattern of its own and looks, until its judge kills it, whether they
 * stay that way while others run. argv[1]: the seed. Exit status 1: they did not; 2: it did not
 * begin with a fresh unit.
 */
#include "../lib/machine.h"
#include "fpu.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdlib.h>

static bool registers_stay(uint32_t seed)
{
    uint32_t flat = flat_data_selector();
    const struct all_registers before = {.eax = seed,
                                         .ebx = seed + 1,
                                         .ecx = seed + 2,
                                         .edx = seed + 3,
                                         .esi = seed + 4,
                                         .edi = seed + 5,
                                         .ebp = seed + 6,
                                         .flags = FLAGS_FIXED | (seed & 1 ? FLAG_DF : 0),
                                         .ds = seed & 1 ? flat : 0,
                                         .es = seed & 2 ? flat : 0,
                                         .fs = seed & 1 ? 0 : flat,
                                         .gs = seed & 2 ? 0 : flat};
    struct all_registers after = before;

    spin_all(&after, 100000);
    return after.eax == before.eax && after.ebx == before.ebx && after.ecx == before.ecx &&
           after.edx == before.edx && after.esi == before.esi && after.edi == before.edi &&
           after.ebp == before.ebp && after.ds == before.ds && after.es == before.es &&
           after.fs == before.fs && after.gs == before.gs;
}

int main(int argc, char **argv)
{
    uint32_t seed = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 16) : 1;
    message m = {0};

    if (!fpu_is_fresh())
        return 2;
    fpu_dirty(seed);
    for (uint32_t round = 0;; round++) {
        if (!registers_stay(seed) || !fpu_is_dirty(seed))
            return 1;
        if (round % 4 == seed % 4)
            echo(&m);
    }
}
