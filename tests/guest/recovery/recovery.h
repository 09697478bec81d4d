/* What the parts of this suite agree upon. */
#pragma once

/* What a moody server does when it is asked; no protocol of the system has these numbers. */
#define MOODY_FAULT 0xf01 /* reads address 0 */
#define MOODY_EXIT  0xf02 /* with the status in word 0 */
#define MOODY_SPIN  0xf03 /* runs for ever */
#define MOODY_WORK  0xf04 /* runs for word 0 milliseconds, then answers */
#define MOODY_HOLD  0xf05 /* takes the request and never answers; goes on serving */
#define MOODY_PING                                                                                 \
    0xf06 /* from now on does what word 0 says, MOODY_HOLD or MOODY_SPIN, at a ping */

/* From the writer of a stream to its reader, between two streams: word 0 the next pipe, 0: that was
   all; 1 bytes that were written into the former one; 2 nonzero: an error had told of its end.
   Answer: word 0 nonzero: an error had told the reader. */
#define STREAM_NEXT   0xf10
#define STREAM_READER "w7" /* its name */

/* The file that is read is the numbers of its own places, eight bytes each (make_archive.py). */

/* To a stand-in of a server: take messages of the process in word 0 from now on. */
#define STANDIN_TAKE 0xf20

#define WORKER_FIRST "w0"

/* What a worker ends with. */
#define WORKER_GOOD     0
#define WORKER_NO_REPLY 1 /* a request that may be repeated failed */
#define WORKER_WRONG    2 /* an answer was wrong */
