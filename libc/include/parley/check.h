/*
 * A sum that goes with an answer and covers what was asked as well: a server that has gone wrong,
 * or a copy that went elsewhere, does not pass for right. It is no defence against intent.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Of these bytes, after those of which `before` is the sum (at first 0). Fletcher's two sums (J. G.
 * Fletcher, An Arithmetic Checksum for Serial Transmissions, IEEE Trans. Comm. 30-1, 1982), over
 * 32-bit words, modulo 2^32, mixed into one word; a last word that is not whole is filled with
 * zeros. About an instruction a byte.
 */
uint32_t check_sum(uint32_t before, const void *bytes, size_t count);
