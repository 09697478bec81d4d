/* libc's functions as tests call them, and what all tests here need. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void *parley_memcpy(void *destination, const void *source, size_t bytes);
void *parley_memmove(void *destination, const void *source, size_t bytes);
void *parley_memset(void *destination, int value, size_t bytes);
int parley_memcmp(const void *a, const void *b, size_t bytes);
void *parley_memchr(const void *memory, int byte, size_t bytes);
size_t parley_strlen(const char *text);
size_t parley_strnlen(const char *text, size_t most);
int parley_strcmp(const char *a, const char *b);
int parley_strncmp(const char *a, const char *b, size_t most);
char *parley_strcpy(char *destination, const char *source);
char *parley_strncpy(char *destination, const char *source, size_t bytes);
size_t parley_strlcpy(char *destination, const char *source, size_t bytes);
char *parley_strcat(char *destination, const char *source);
char *parley_strchr(const char *text, int character);
char *parley_strrchr(const char *text, int character);
char *parley_strstr(const char *text, const char *part);
size_t parley_strspn(const char *text, const char *accepted);
size_t parley_strcspn(const char *text, const char *refused);
char *parley_strpbrk(const char *text, const char *wanted);
char *parley_strtok_r(char *text, const char *separators, char **rest);
const char *parley_strerror(int error);

int parley_snprintf(char *text, size_t bytes, const char *format, ...);
int parley_vsnprintf(char *text, size_t bytes, const char *format, va_list arguments);

void *parley_malloc(size_t bytes);
void *parley_calloc(size_t count, size_t bytes);
void *parley_realloc(void *memory, size_t bytes);
void parley_free(void *memory);

int parley_atoi(const char *text);
long parley_strtol(const char *text, char **end, int base);
unsigned long parley_strtoul(const char *text, char **end, int base);
long long parley_strtoll(const char *text, char **end, int base);
unsigned long long parley_strtoull(const char *text, char **end, int base);

void parley_qsort(void *array, size_t count, size_t bytes,
                  int (*compare)(const void *, const void *));
void *parley_bsearch(const void *key, const void *array, size_t count, size_t bytes,
                     int (*compare)(const void *, const void *));

uint64_t parley_udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t parley_umoddi3(uint64_t dividend, uint64_t divisor);
int64_t parley_divdi3(int64_t dividend, int64_t divisor);
int64_t parley_moddi3(int64_t dividend, int64_t divisor);
uint64_t parley_udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder);

/* Repeatable; `most` included. */
static inline uint64_t random_bits(void)
{
    static uint64_t state = 0x2545f4914f6cdd1d;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static inline unsigned random_up_to(unsigned most)
{
    return (unsigned)(random_bits() >> 20) % (most + 1);
}

/* Numbers of every length, and those at the edges, come about equally often. */
static inline uint64_t random_number(void)
{
    uint64_t value = random_bits() >> random_up_to(63);
    switch (random_up_to(7)) {
    case 0:
        return 0 - value;
    case 1:
        return (uint64_t)1 << random_up_to(63);
    case 2:
        return ((uint64_t)1 << random_up_to(63)) - 1;
    case 3:
        return random_up_to(3);
    default:
        return value;
    }
}
