/*
 * Messages in words: what their numbers mean, as servers/protocols describes them.
 *
 *     write(text="hello", count=5)        a request
 *     = 0                                 its answer, and others:
 *     = 0 (columns=80, rows=25)
 *     = EINVAL
 *     type 0x312(0x1, 0x2)                a request that nobody described: its words, without the
 *                                         zeros at their end
 *
 * Whatever the message holds, the text is printable ASCII: in texts, other bytes are \n, \r, \t or
 * \xNN. A value that has no name shows as a number. tools/protocol_decode.py says the same on the
 * workstation.
 */
#pragma once

#include <abi/message.h>
#include <stddef.h>

/*
 * Both return the length of the whole text, as snprintf does, and store what of it fits in `bytes`,
 * with a NUL (bytes > 0; else `to` may be NULL). `to` is never a part of the message.
 *
 * `server` is whom the request was sent to: SYSTEM has numbers of its own. Of events and faults,
 * which are messages too, it is the process that received them. m_source of a request counts, that
 * of an answer does not.
 */
size_t protocol_describe_request(char *to, size_t bytes, const message *m, endpoint_t server);

/* An answer does not say what it answers: `request_type` is the m_type of its request. */
size_t protocol_describe_answer(char *to, size_t bytes, const message *m, endpoint_t server,
                                int32_t request_type);
