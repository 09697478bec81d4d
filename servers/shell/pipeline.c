/* See pipeline.h. */
#include "pipeline.h"

static bool is_operator(const struct words *words, int i)
{
    return (words->operators >> i & 1) != 0;
}

const char *pipeline_parse(struct words *words, struct pipeline *pipeline)
{
    int begin = 0;
    *pipeline = (struct pipeline){.count = 0};
    for (int i = 0; i <= words->count; i++) {
        const bool last = i == words->count;
        if (!last && !is_operator(words, i))
            continue;
        const char sign = last ? '\0' : words->word[i][0];
        if (pipeline->background && (!last || i != begin))
            return "nothing may follow &";
        if (last && pipeline->background)
            break;
        if (i == begin)
            return sign == '&' ? "a program is missing before &" : "a program is missing beside |";
        if (pipeline->count == PIPELINE_MAX)
            return "more than 4 programs";
        pipeline->argv[pipeline->count++] = &words->word[begin];
        words->word[i] = NULL;
        pipeline->background = sign == '&';
        begin = i + 1;
    }
    return NULL;
}

static const char *check_part(const struct pipeline *p, unsigned i)
{
    switch (p->kind[i]) {
    case PART_COMMAND:
        if (p->background)
            return "is a command, which the shell runs itself: leave out the &";
        return i > 0 ? "is a command, which reads no input: put it first, or a program "
                       "(ls bin/) in its place"
                     : NULL;
    case PART_MODULE:
        return p->count > 1 ? "is a boot module, which reads and writes the console alone: "
                              "leave out the | (ls bin/ shows what can be in a pipe)"
                            : NULL;
    default:
        return NULL;
    }
}

const char *pipeline_check(const struct pipeline *pipeline, unsigned *wrong)
{
    const char *text = NULL;
    for (unsigned i = 0; i < pipeline->count && !text; i++) {
        text = check_part(pipeline, i);
        *wrong = i;
    }
    return text;
}
