/* What judge and server of this suite agree on. */
#pragma once

#include <abi/message.h>
#include <stdint.h>

/* Three pages that the judge maps in both: near, beyond the kernel's window, near. */
#define PAGES     0x81000000u
#define FAR_START (PAGES + 0x1000u)
#define FAR_END   (PAGES + 0x2000u)

#define SERVER_ADD 1 /* answers with each word and its index more */
#define SERVER_USE                                                                                 \
    2 /* word 0: where its message is from now on; 0: in boxes, words 1 in and 2 out */

static inline message *message_at(uint32_t address)
{
    return (message *)address; // NOLINT(performance-no-int-to-ptr)
}
