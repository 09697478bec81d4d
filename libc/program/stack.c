/* See stack.h. Strings lie at the top, the words that point at them below. */
#include "stack.h"

#include <string.h>

#define BASE (USER_STACK_TOP - PROGRAM_IMAGE_BYTES)

/* argc, argv's NULL, the environment's NULL, and the auxiliary vector. */
#define AUXILIARY_WORDS 16
#define FIXED_WORDS     (1 + 1 + 1 + AUXILIARY_WORDS)

uint32_t program_stack(const struct program_words *words, uint32_t image[PROGRAM_IMAGE_BYTES / 4])
{
    uint32_t argv[PROGRAM_ARGUMENTS], argc = 0, strings = PROGRAM_IMAGE_BYTES;
    memset(image, 0, PROGRAM_IMAGE_BYTES);
    for (; words->argv[argc]; argc++) {
        const size_t length = strlen(words->argv[argc]) + 1;
        if (argc == PROGRAM_ARGUMENTS || length > strings)
            return 0;
        strings -= (uint32_t)length;
        memcpy((char *)image + strings, words->argv[argc], length);
        argv[argc] = BASE + strings;
    }
    const uint32_t below = 4 * (FIXED_WORDS + argc) + 15;
    if (below > strings)
        return 0;
    const uint32_t auxiliary[AUXILIARY_WORDS] = {
        AT_PAGESZ,
        PAGE_BYTES,
        AT_PARLEY_HEAP,
        USER_HEAP,
        AT_PARLEY_SELF,
        words->self,
        AT_PARLEY_HEAP_BYTES,
        words->heap_bytes,
        AT_PARLEY_INPUT,
        words->input,
        AT_PARLEY_OUTPUT,
        words->output,
        AT_PARLEY_CONSOLE,
        words->console,
        AT_NULL,
        0,
    };
    const uint32_t at = (strings - 4 * (FIXED_WORDS + argc)) & ~15u; /* System V: 16-byte aligned */
    uint32_t *word = image + at / 4;
    *word++ = argc;
    memcpy(word, argv, argc * sizeof *argv);
    word += argc + 2; /* two NULLs: the end of argv, the environment */
    memcpy(word, auxiliary, sizeof auxiliary);
    return BASE + at;
}
