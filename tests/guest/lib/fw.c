/* See fw.h. QEMU's configuration device: docs/specs/fw_cfg of QEMU. */
#include "fw.h"

#include <stddef.h>
#include <string.h>

#define SELECT    0x510
#define DATA      0x511
#define DIRECTORY 0x19

struct file {
    uint8_t bytes[4], select[2], reserved[2]; /* numbers have their high byte first */
    char name[56];
};

static void choose(uint32_t key)
{
    __asm__ volatile("outw %w0, %w1" : : "a"(key), "Nd"(SELECT));
}

void fw_read(void *to, uint32_t bytes)
{
    __asm__ volatile("rep insb" : "+D"(to), "+c"(bytes) : "d"(DATA) : "memory");
}

bool fw_open(const char *name)
{
    uint8_t count[4];
    struct file file;
    choose(DIRECTORY);
    fw_read(count, sizeof count);
    for (unsigned left = count[2] * 256u + count[3]; left > 0; left--) {
        fw_read(&file, sizeof file);
        if (strcmp(file.name, name) != 0)
            continue;
        choose(file.select[0] * 256u + file.select[1]);
        return true;
    }
    return false;
}
