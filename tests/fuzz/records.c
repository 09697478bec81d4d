/* See records.h. */
#include "records.h"

#include <string.h>

static uint8_t *record(uint8_t *data, size_t index)
{
    return data + index * RECORD_BYTES;
}

static size_t drop(uint8_t *data, size_t bytes, size_t index)
{
    memmove(record(data, index), record(data, index + 1), bytes - (index + 1) * RECORD_BYTES);
    return bytes - RECORD_BYTES;
}

/* A copy of one record before another. */
static size_t copy(uint8_t *data, size_t bytes, size_t most, size_t from, size_t to)
{
    uint8_t copied[RECORD_BYTES];

    if (bytes + RECORD_BYTES > most)
        return bytes;
    memcpy(copied, record(data, from), RECORD_BYTES);
    memmove(record(data, to + 1), record(data, to), bytes - to * RECORD_BYTES);
    memcpy(record(data, to), copied, RECORD_BYTES);
    return bytes + RECORD_BYTES;
}

static size_t swap(uint8_t *data, size_t bytes, size_t a, size_t b)
{
    uint8_t kept[RECORD_BYTES];

    memcpy(kept, record(data, a), RECORD_BYTES);
    memmove(record(data, a), record(data, b), RECORD_BYTES);
    memcpy(record(data, b), kept, RECORD_BYTES);
    return bytes;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t most, unsigned seed)
{
    size_t records = bytes / RECORD_BYTES;
    size_t a = records == 0 ? 0 : seed / 8 % records, b = records == 0 ? 0 : seed / 4096 % records;

    if (records == 0)
        return LLVMFuzzerMutate(data, bytes, most);
    switch (seed % 8) {
    case 0:
        return LLVMFuzzerMutate(data, bytes, most);
    case 1:
        return records == 1 ? bytes : drop(data, bytes, a);
    case 2:
        return swap(data, bytes, a, b);
    case 3:
    case 4:
        return copy(data, bytes, most, a, b);
    default: /* the other bytes keep their places */
        LLVMFuzzerMutate(record(data, a), RECORD_BYTES, RECORD_BYTES);
        return bytes;
    }
}
