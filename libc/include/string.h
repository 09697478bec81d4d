/* Memory and strings, as in ISO C and POSIX; strlcpy as in BSD. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t bytes);
void *memmove(void *destination, const void *source, size_t bytes);
void *memset(void *destination, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *memory, int byte, size_t bytes);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strcpy(char *restrict destination, const char *restrict source);
char *strncpy(char *restrict destination, const char *restrict source, size_t bytes);
/* Copies what fits and always ends with a NUL (bytes > 0); returns the length of `source`, so that
   a result >= bytes says that it was cut. */
size_t strlcpy(char *restrict destination, const char *restrict source, size_t bytes);
char *strcat(char *restrict destination, const char *restrict source);
char *strchr(const char *text, int character);
char *strrchr(const char *text, int character);
char *strstr(const char *text, const char *part);
size_t strspn(const char *text, const char *accepted);
size_t strcspn(const char *text, const char *refused);
char *strpbrk(const char *text, const char *wanted);
char *strtok_r(char *restrict text, const char *restrict separators, char **restrict rest);
char *strdup(const char *text); /* free it; NULL when the heap is exhausted */

/* What an error means. Takes it as calls return it (negative) or as errors.h names it. */
const char *strerror(int error);
