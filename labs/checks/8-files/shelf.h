/*
 * Lab 8: what the file server and its clients say to each other. docs/labs/8-files.md has the
 * contract.
 */
#pragma once

#include <abi/message.h>
#include <stdint.h>

#define SHELF_NAME_BYTES  16u /* longest name, its NUL included */
#define SHELF_FILES_MAX   8u
#define SHELF_FILE_BYTES  4096u
#define SHELF_HANDLES_MAX 16u /* open at a time, of all clients */

enum {
    SHELF_OPEN = 0x8801, /* in: name, create; out: handle, at the file's beginning. EINVAL: no name;
                            ENOENT: no such file, and create is 0; ENOSPC: no room for another file;
                            EAGAIN: SHELF_HANDLES_MAX are open */
    SHELF_READ,          /* in: transfer; out: count, 0 at the end. What the grant can't do is its
                            error, and the handle stays where it is */
    SHELF_WRITE,         /* the same. E2BIG: the file would have more than SHELF_FILE_BYTES */
    SHELF_CLOSE,         /* in: handle */
    SHELF_REMOVE,        /* in: name. Who has it open keeps the file. EINVAL, ENOENT as with open */
    SHELF_LIST,          /* in: index, from 0 on; out: entry. ENOENT: past the last */
};

/* A handle is good for the client that opened it, until it closes it or dies; any other is EINVAL.
 */

struct __attribute__((may_alias)) shelf_name {
    char name[SHELF_NAME_BYTES];
    uint32_t create; /* of SHELF_OPEN: 1 to make the file where there is none */
};

struct __attribute__((may_alias)) shelf_handle {
    uint32_t handle;
};

/* From or to the beginning of what the client has granted; in the file, from where the handle is,
   which goes on behind it. */
struct __attribute__((may_alias)) shelf_transfer {
    uint32_t handle, bytes, grant;
};

struct __attribute__((may_alias)) shelf_count {
    uint32_t count;
};

struct __attribute__((may_alias)) shelf_index {
    uint32_t index;
};

struct __attribute__((may_alias)) shelf_entry {
    char name[SHELF_NAME_BYTES];
    uint32_t bytes;
};
