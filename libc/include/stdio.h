/*
 * Text to and from the console.
 *
 * stdout goes out at the end of a line, when its buffer is full, before input is awaited, at fflush
 * and at exit; stderr at the end of each call. Both go to the tty by messages. While no tty is
 * there, they go to the kernel's log if the program may write it. What can't be written is dropped:
 * the call returns a negative error and nothing waits.
 *
 * printf knows the flags - + blank # 0, width and precision (also *), the sizes hh h l ll j z t,
 * and the conversions d i u x X o c s p %. There is no floating point and no %n.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define EOF (-1)

typedef struct libc_file FILE;
extern FILE libc_stdin, libc_stdout, libc_stderr;
#define stdin  (&libc_stdin)
#define stdout (&libc_stdout)
#define stderr (&libc_stderr)

#define LIBC_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Characters printed, or a negative error. */
LIBC_PRINTF(1, 2) int printf(const char *restrict format, ...);
LIBC_PRINTF(2, 3) int fprintf(FILE *restrict file, const char *restrict format, ...);
LIBC_PRINTF(1, 0) int vprintf(const char *restrict format, va_list arguments);
LIBC_PRINTF(2, 0) int vfprintf(FILE *restrict file, const char *restrict format, va_list arguments);

/* The length that the whole text has; what fits in `bytes` is stored, with a NUL (bytes > 0). */
LIBC_PRINTF(3, 4)
int snprintf(char *restrict text, size_t bytes, const char *restrict format, ...);
LIBC_PRINTF(3, 0)
int vsnprintf(char *restrict text, size_t bytes, const char *restrict format, va_list arguments);

int puts(const char *text);
int fputs(const char *restrict text, FILE *restrict file);
int putchar(int character);
int fputc(int character, FILE *file);
size_t fwrite(const void *restrict data, size_t bytes, size_t count, FILE *restrict file);
int fflush(FILE *file); /* NULL: stdout */

/* EOF: ^D at the start of a line, or no console. A later call asks again. */
int getchar(void);
int fgetc(FILE *file);
char *fgets(char *restrict text, int bytes, FILE *restrict file);
