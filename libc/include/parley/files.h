/*
 * The file server's clients' side: the files of the boot image's archive. Contracts:
 * servers/protocols/files.toml. All return a negative error; -ENOENT, too, where no file server
 * runs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FILE_NAME_BYTES 28 /* longest name, its NUL included */

struct file {
    uint32_t handle, bytes;
    uint32_t mode; /* permission bits, as on Unix */
};

int file_find(const char *name, struct file *file);
/* The file at that place, from 0 on; -ENOENT: past the last. `name`: of FILE_NAME_BYTES. */
int file_list(unsigned index, struct file *file, char *name);
/* How many bytes were read: as many as were asked for, or as the file has from the offset on. */
int file_read(const struct file *file, uint32_t offset, void *to, size_t bytes);
