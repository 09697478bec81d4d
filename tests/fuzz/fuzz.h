/*
 * What the fuzzers share: bytes read as numbers, and how a failure is told.
 *
 * A fuzzer is a function LLVMFuzzerTestOneInput (libFuzzer's; clang's runtime has main). It ends
 * with fuzz_fail when something that must hold does not. With FUZZ_TELL=1 in the environment it
 * says on stderr what it does before it does it, so that an input which crashes can be read too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* What is left of an input; reading past its end gives zeros. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

static inline uint32_t fuzz_byte(struct fuzz_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static inline uint32_t fuzz_word(struct fuzz_input *input)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 4; i++)
        word |= fuzz_byte(input) << 8 * i;
    return word;
}

/* Whether to say what is done. */
bool fuzz_tells(void);

_Noreturn void fuzz_fail(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

#define FUZZ_CHECK(condition)                                                                      \
    ((condition) ? (void)0 : fuzz_fail("%s:%d: not so: %s", __FILE_NAME__, __LINE__, #condition))

/* Counts a feature of the program's state as libFuzzer counts an edge of its code: an input that
   has a new one is kept. */
void fuzz_feature(uint32_t feature);
