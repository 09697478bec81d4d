/* What the judge of the memory server asks of tenant.c. */
#pragma once

#define TENANT_BYTES 0x30000

enum {
    TENANT_ATTACH = 0x7101, /* share -> bytes, sum */
    TENANT_SUM,             /* -, -, bytes -> sum of what is attached */
    TENANT_FILL,            /* -, -, bytes, value */
    TENANT_DETACH,          /* share */
    TENANT_COPY_FROM,       /* grant, offset, bytes -> sum, sum of the whole buffer */
    TENANT_COPY_TO,         /* grant, offset, bytes, value */
    TENANT_PASS_ON,         /* grant, offset, bytes, peer, access -> grant */
};
