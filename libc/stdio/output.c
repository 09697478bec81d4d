/* Output without formatting: 0 (a character: itself) or a negative error. */
#include "file.h"

#include <string.h>

int fputs(const char *restrict text, FILE *restrict file)
{
    libc_file_put(file, text, strlen(text));
    return libc_file_end(file);
}

int puts(const char *text)
{
    libc_file_put(stdout, text, strlen(text));
    libc_file_put(stdout, "\n", 1);
    return libc_file_end(stdout);
}

int fputc(int character, FILE *file)
{
    char byte = (char)character;
    libc_file_put(file, &byte, 1);
    int error = libc_file_end(file);
    return error < 0 ? error : (unsigned char)character;
}

int putchar(int character)
{
    return fputc(character, stdout);
}

size_t fwrite(const void *restrict data, size_t bytes, size_t count, FILE *restrict file)
{
    size_t all;
    if (bytes == 0 || __builtin_mul_overflow(bytes, count, &all))
        return 0;
    libc_file_put(file, data, all);
    return libc_file_end(file) < 0 ? 0 : count;
}
