/* What the judge of rings asks of a streamer. */
#pragma once

#include <stdint.h>

#define STREAM_RING                                                                                \
    0x7300 /* word 0: share, 1: bytes, 2: in parts of so many; answered at once, then written */
#define STREAM_PIPE 0x7301 /* the same, word 0: pipe */
#define STREAM_WAKES                                                                               \
    0x7302 /* out 0: how often it woke the judge, 1: slept, 2: what the last write returned */
#define STREAM_LIE 0x7303 /* word 0: share; all of the head becomes word 1 */
#define STREAM_OWN 0x7304 /* out 0: share of a ring of its own, with the word "will" in it */

#define RING_MEMORY (4096 + 65536)
#define RING_EVENT  0x100u
