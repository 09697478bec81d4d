/* What the parts of this suite agree upon. */
#pragma once

/* What a moody server does when it is asked; no protocol of the system has these numbers. */
#define MOODY_FAULT 0xf01 /* reads address 0 */
#define MOODY_EXIT  0xf02 /* with the status in word 0 */
#define MOODY_SPIN  0xf03 /* runs for ever */
#define MOODY_WORK  0xf04 /* runs for word 0 milliseconds, then answers */
#define MOODY_HOLD  0xf05 /* takes the request and never answers; goes on serving */

/* What a worker ends with. */
#define WORKER_GOOD     0
#define WORKER_NO_REPLY 1 /* a request that may be repeated failed */
#define WORKER_WRONG    2 /* an answer was wrong */
