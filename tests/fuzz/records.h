/*
 * Inputs that are a row of records of one size, one record an operation.
 *
 * libFuzzer's own mutations move bytes about, which makes other operations of all that follow; the
 * mutator in records.c also copies, drops, swaps and changes whole records.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RECORD_BYTES 16

size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t most, unsigned seed);
