/* What the judge of the memory server asks of tenant.c and lender.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TENANT_BYTES 0x30000

enum {
    TENANT_ATTACH = 0x7101, /* share -> bytes, sum */
    TENANT_SUM,             /* -, -, bytes -> sum of what is attached */
    TENANT_FILL,            /* -, -, bytes, value */
    TENANT_DETACH,          /* share */
    TENANT_COPY_FROM,       /* grant, offset, bytes -> sum, sum of the whole buffer */
    TENANT_COPY_TO,         /* grant, offset, bytes, value */
    TENANT_PASS_ON,         /* grant, offset, bytes, peer, access -> grant */
    TENANT_SHARE,           /* peer, bytes, -, value -> share, of new pages to be read */
    LENDER_END,             /* -> rounds, step: 0, or the error of that step */
};

/* By which the two compare what they see. */
static inline uint32_t sum(const void *start, size_t bytes)
{
    const uint8_t *at = start;
    uint32_t total = 0;
    for (size_t i = 0; i < bytes; i++)
        total = total * 31 + at[i];
    return total;
}
