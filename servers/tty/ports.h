/* Port input and output; the module's line says which ports. */
#pragma once

#include <stdint.h>

static inline uint8_t port_in(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %[port], %[value]" : [value] "=a"(value) : [port] "Nd"(port));
    return value;
}

static inline void port_out(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %[value], %[port]" : : [value] "a"(value), [port] "Nd"(port));
}
