/*
 * The few functions on bytes and strings that the kernel uses, and its formatter.
 *
 * The compiler may call the mem* functions on its own; they have the C library's meaning.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

/*
 * Writes at most `bytes` - 1 characters and a NUL, and returns how many characters it wrote.
 * Knows %s %d %u %x %c %%, a width, the flags - and 0, and for %s a precision; width and precision
 * may be *. Anything else is copied as it stands.
 */
size_t format(char *to, size_t bytes, const char *pattern, ...)
    __attribute__((format(printf, 3, 4)));
size_t format_list(char *to, size_t bytes, const char *pattern, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* Divides by a 32-bit number without the compiler's library. `remainder` may be NULL. */
uint64_t divide_u64(uint64_t value, uint32_t divisor, uint32_t *remainder);

/* A stretch of text inside another. */
struct slice {
    const char *text;
    size_t length;
};

bool slice_is(struct slice s, const char *text);
/* The next word of *at (parts between blanks), and *at behind it; false at the end. */
bool slice_word(const char **at, struct slice *word);
/* The next element of a list, *list behind its separator; false when the list is used up. An empty
   list has one empty element. `list->text` is NULL once nothing is left. */
bool slice_element(struct slice *list, char separator, struct slice *element);
