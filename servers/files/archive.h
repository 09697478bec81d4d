/*
 * A ustar archive (POSIX.1-2017, pax, "ustar Interchange Format"), read where it lies.
 *
 * Nothing in it is trusted: what is returned as a file has a name that is one, and its content lies
 * in the archive. Pure: reads the archive, changes nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ARCHIVE_NAME_BYTES  28 /* longest name, its NUL included: what a message carries */
#define ARCHIVE_BLOCK_BYTES 512

enum archive_kind {
    ARCHIVE_FILE,
    ARCHIVE_FOLDER,  /* says nothing that the files' names do not say */
    ARCHIVE_REFUSED, /* `wrong` says why */
    ARCHIVE_END,
};

struct archive_entry {
    char name[ARCHIVE_NAME_BYTES]; /* NUL-padded; of what was refused, as far as it can be shown */
    const char *wrong;
    uint32_t header, content; /* where they begin, from the archive's start */
    uint32_t bytes;
    uint32_t mode; /* permission bits, as on Unix */
};

struct archive {
    const uint8_t *start;
    uint32_t bytes;
    uint32_t at; /* the next header; 0 to begin */
    bool done;
};

/* The next entry. After one whose header can't be believed there is no other, since nobody knows
   where it would begin: what looks like a header may be a file's content. */
enum archive_kind archive_next(struct archive *archive, struct archive_entry *entry);
