/* A file that QEMU was given with -fw_cfg, read from its beginning on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool fw_open(const char *name);
void fw_read(void *to, uint32_t bytes);
