/* See symbols.h. */
#include "symbols.h"
#include <stddef.h>

/* Made by symbols.cmake: addresses ascend, the last one is the end of the code. */
extern const uint32_t kernel_symbol_count;
extern const uint32_t kernel_symbol_addresses[];
extern const uint32_t kernel_symbol_names[]; /* offsets into the text */
extern const char kernel_symbol_text[];

const char *symbol_of_kernel(uint32_t address, uint32_t *offset)
{
    uint32_t low = 0, high = kernel_symbol_count;
    if (high == 0 || address < kernel_symbol_addresses[0] ||
        address >= kernel_symbol_addresses[high - 1])
        return NULL;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (kernel_symbol_addresses[middle] <= address)
            low = middle;
        else
            high = middle;
    }
    *offset = address - kernel_symbol_addresses[low];
    return kernel_symbol_text + kernel_symbol_names[low];
}
