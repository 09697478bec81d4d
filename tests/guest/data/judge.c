/*
 * A data module: the process whose line names it sees all of it, zeros behind it, and cannot write
 * there; at every start again. Nobody can start it, and nobody else has it.
 *
 * The judge has one, its demand module `writer` (this program, too) another: that one exits with
 * 0 when it finds what it should, and dies of a fault when it is told to write.
 */
#include "../lib/judge.h"

#include <abi/layout.h>
#include <string.h>

#define BYTES 5008u /* of tests/guest/CMakeLists.txt: 313 times the sixteen digits */

static bool is_whole(void)
{
    static const char digits[] = "0123456789abcdef";
    size_t bytes;
    const char *at = module_data(&bytes);
    if (at != (const char *)USER_DATA_MODULE || bytes != BYTES)
        return false;
    for (size_t i = 0; i < 2 * PAGE_BYTES; i++)
        if (at[i] != (i < bytes ? digits[i % 16] : '\0'))
            return false;
    return true;
}

static int writer(const char *what)
{
    if (!is_whole())
        return 1;
    if (strcmp(what, "behind") == 0)
        return *(volatile char *)(USER_DATA_MODULE + 2 * PAGE_BYTES);
    if (strcmp(what, "write") == 0)
        *(volatile char *)USER_DATA_MODULE = 'x';
    return 0;
}

/* How it ended: its status, or 256 + the fault's vector. */
static int end_of(const char *what)
{
    struct system_death death = {0};
    endpoint_t process = start("writer", what);
    (void)sys_watch(process, 1);
    OK(next_death(&death), "it ends");
    return death.cause == DEATH_EXIT ? (int)death.status : 256 + (int)death.status;
}

static void by_another(void)
{
    struct module_info info = {.flags = 0};
    endpoint_t process;
    for (unsigned round = 0; round < 2; round++) {
        IS(end_of("read"), 0, "at its start %u another one finds its data", 2 * round + 1);
        IS(end_of("write"), 256 + 14, "it can't write there");
    }
    IS(end_of("behind"), 256 + 14, "and nothing is mapped behind it");
    IS(sys_start("text", "", &process), -ENOEXEC, "data can't be started");
    IS(sys_lookup("text", &process), -ENOENT, "and is no process");
    IS(sys_module(2, &info), 0, "its module");
    OK(strcmp(info.name, "text") == 0 && info.flags == MODULE_DATA && info.image_bytes == BYTES,
       "is listed as data");
    IS(sys_module(5, &info), 0, "the module that wants what another has");
    OK(info.flags == (MODULE_REFUSED | MODULE_DEMAND) &&
           strcmp(info.reason, "data=text: another module has it") == 0,
       "is refused: %s", info.reason);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return writer(argv[1]);
    OK(is_whole(), "the judge finds its data, and zeros behind it");
    by_another();
    tap_done();
}
