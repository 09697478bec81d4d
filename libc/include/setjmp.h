/* Leaving several functions at once. */
#pragma once

typedef unsigned jmp_buf[6]; /* ebx esi edi ebp esp eip */

__attribute__((returns_twice)) int setjmp(jmp_buf place);
_Noreturn void longjmp(jmp_buf place, int value);
