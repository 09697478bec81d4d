/* See stack.h. Strings lie at the top, the words that point at them below. */
#include "stack.h"
#include "text.h"

#define AUXILIARY_WORDS 18

/* argc, argv and its NULL, the environment's NULL, the auxiliary vector; then the strings, and the
   framebuffer. */
#define FIXED_WORDS (1 + 1 + 1 + AUXILIARY_WORDS)

static uint32_t put_string(char *image, uint32_t at, const char *text, size_t length)
{
    at -= (uint32_t)length + 1;
    memcpy(image + at, text, length);
    image[at + length] = '\0';
    return at;
}

_Static_assert(STACK_IMAGE_BYTES >= sizeof(struct framebuffer) + ARGUMENT_BYTES + 16 + 16 +
                                        4 * (FIXED_WORDS + ARGUMENT_COUNT),
               "the longest argument string fits");

uint32_t stack_build(const struct stack_start *start, uint32_t image[STACK_IMAGE_BYTES / 4])
{
    const uint32_t base = USER_STACK_TOP - STACK_IMAGE_BYTES;
    uint32_t argv[ARGUMENT_COUNT], argc = 0;
    uint32_t strings = STACK_IMAGE_BYTES;
    struct slice word;
    memset(image, 0, STACK_IMAGE_BYTES);
    if (start->framebuffer.width) {
        strings -= sizeof start->framebuffer;
        memcpy((char *)image + strings, &start->framebuffer, sizeof start->framebuffer);
    }
    const uint32_t framebuffer = start->framebuffer.width ? base + strings : 0;
    strings = put_string((char *)image, strings, start->name, strlen(start->name));
    argv[argc++] = base + strings;
    if (strlen(start->arguments) >= ARGUMENT_BYTES)
        return 0;
    for (const char *at = start->arguments; slice_word(&at, &word);) {
        if (argc == ARGUMENT_COUNT)
            return 0;
        strings = put_string((char *)image, strings, word.text, word.length);
        argv[argc++] = base + strings;
    }

    const uint32_t auxiliary[AUXILIARY_WORDS] = {
        AT_PAGESZ,
        PAGE_BYTES,
        AT_PARLEY_HEAP,
        USER_HEAP,
        AT_PARLEY_HEAP_BYTES,
        start->heap_bytes,
        AT_PARLEY_SELF,
        (uint32_t)start->self,
        AT_PARLEY_DATA,
        start->data_bytes ? USER_DATA_MODULE : 0,
        AT_PARLEY_DATA_BYTES,
        start->data_bytes,
        AT_PARLEY_FRAMEBUFFER,
        framebuffer,
        AT_PARLEY_CONSOLE,
        start->console,
        AT_NULL,
        0,
    };
    uint32_t at = (strings - 4 * (FIXED_WORDS + argc)) & ~15u; /* System V: 16-byte aligned */
    uint32_t *word_at = image + at / 4;
    *word_at++ = argc;
    memcpy(word_at, argv, argc * sizeof *argv);
    word_at += argc + 2; /* two NULLs: the end of argv, the environment */
    memcpy(word_at, auxiliary, sizeof auxiliary);
    return base + at;
}
