/*
 * Memory, numbers, sorting, the end of a program.
 *
 * There is no errno: strtol and its kin give the nearest value on overflow.
 */
#pragma once

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX     0x7fffffff

/* From the heap that the module's line gives (heap=SIZE). NULL when it is exhausted. A block that
   is freed twice, was never given out, or whose surroundings were overwritten ends the program with
   a message. */
void *malloc(size_t bytes);
void *calloc(size_t count, size_t bytes);
void *realloc(void *memory, size_t bytes); /* NULL: the old block is as it was */
void free(void *memory);

int atoi(const char *text);
long strtol(const char *restrict text, char **restrict end, int base);
unsigned long strtoul(const char *restrict text, char **restrict end, int base);
long long strtoll(const char *restrict text, char **restrict end, int base);
unsigned long long strtoull(const char *restrict text, char **restrict end, int base);

int abs(int value);
int rand(void);
void srand(unsigned seed);

/* Not stable, needs no memory, and takes n log n comparisons at most whatever the order. */
void qsort(void *array, size_t count, size_t bytes, int (*compare)(const void *, const void *));
void *bsearch(const void *key, const void *array, size_t count, size_t bytes,
              int (*compare)(const void *, const void *));

/* Runs the atexit functions, last first, writes out stdout, and ends. */
_Noreturn void exit(int status);
int atexit(void (*function)(void)); /* 0, or negative after 32 of them */
/* Ends by a fault, so that whoever watches learns that something was wrong. */
_Noreturn void abort(void);
