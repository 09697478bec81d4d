/* Included before all of libc's sources when they are compiled for the workstation: the names under
   which test programs find them (parley.h), so that they do not meet the workstation's libc. */
#pragma once

#define memcpy       parley_memcpy
#define memmove      parley_memmove
#define memset       parley_memset
#define memcmp       parley_memcmp
#define memchr       parley_memchr
#define strlen       parley_strlen
#define strnlen      parley_strnlen
#define strcmp       parley_strcmp
#define strncmp      parley_strncmp
#define strcpy       parley_strcpy
#define strncpy      parley_strncpy
#define strlcpy      parley_strlcpy
#define strcat       parley_strcat
#define strchr       parley_strchr
#define strrchr      parley_strrchr
#define strstr       parley_strstr
#define strspn       parley_strspn
#define strcspn      parley_strcspn
#define strpbrk      parley_strpbrk
#define strtok_r     parley_strtok_r
#define strdup       parley_strdup
#define strerror     parley_strerror
#define snprintf     parley_snprintf
#define vsnprintf    parley_vsnprintf
#define fprintf      parley_fprintf
#define abort        parley_abort
#define malloc       parley_malloc
#define calloc       parley_calloc
#define realloc      parley_realloc
#define free         parley_free
#define abs          parley_abs
#define atoi         parley_atoi
#define strtol       parley_strtol
#define strtoul      parley_strtoul
#define strtoll      parley_strtoll
#define strtoull     parley_strtoull
#define qsort        parley_qsort
#define bsearch      parley_bsearch
#define __udivdi3    parley_udivdi3
#define __umoddi3    parley_umoddi3
#define __divdi3     parley_divdi3
#define __moddi3     parley_moddi3
#define __udivmoddi4 parley_udivmoddi4
