/* See ports.h. */
#include "ports.h"

uint8_t port_in(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %[port], %[value]" : [value] "=a"(value) : [port] "Nd"(port));
    return value;
}

void port_out(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %[value], %[port]" : : [value] "a"(value), [port] "Nd"(port));
}
