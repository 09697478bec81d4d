/* Lines with | and &: taken apart, or refused in words. */
#include "servers_test.h"

#include <shell/pipeline.h>

static struct words words;
static struct pipeline pipeline;

static const char *parse(const char *line)
{
    assert_null(words_split(line, 0, &words));
    return pipeline_parse(&words, &pipeline);
}

static void single(void **state)
{
    (void)state;
    assert_null(parse("cat one 'a|b' \\& \"&\""));
    assert_int_equal(pipeline.count, 1);
    assert_false(pipeline.background);
    assert_string_equal(pipeline.argv[0][0], "cat");
    assert_string_equal(pipeline.argv[0][2], "a|b");
    assert_string_equal(pipeline.argv[0][3], "&");
    assert_string_equal(pipeline.argv[0][4], "&");
    assert_null(pipeline.argv[0][5]);
}

static void several(void **state)
{
    (void)state;
    assert_null(parse("one a|two | three b c|four&"));
    assert_int_equal(pipeline.count, 4);
    assert_true(pipeline.background);
    static const char *const first[] = {"one", "two", "three", "four"};
    static const int argc[] = {2, 1, 3, 1};
    for (unsigned i = 0; i < 4; i++) {
        assert_string_equal(pipeline.argv[i][0], first[i]);
        assert_null(pipeline.argv[i][argc[i]]);
        assert_non_null(pipeline.argv[i][argc[i] - 1]);
    }
    assert_null(parse("one & # and a comment"));
    assert_true(pipeline.background);
}

static void wrong(void **state)
{
    (void)state;
    static const char missing[] = "a program is missing beside |";
    assert_string_equal(parse("|"), missing);
    assert_string_equal(parse("a |"), missing);
    assert_string_equal(parse("| a"), missing);
    assert_string_equal(parse("a || b"), missing);
    assert_string_equal(parse("&"), "a program is missing before &");
    assert_string_equal(parse("a | &"), "a program is missing before &");
    assert_string_equal(parse("a & b"), "nothing may follow &");
    assert_string_equal(parse("a & | b"), "nothing may follow &");
    assert_string_equal(parse("a &&"), "nothing may follow &");
    assert_string_equal(parse("a|b|c|d|e"), "more than 4 programs");
}

static const char *check_kinds(const char *line, enum part_kind first, enum part_kind second,
                               unsigned *at)
{
    assert_null(parse(line));
    pipeline.kind[0] = first;
    pipeline.kind[1] = second;
    return pipeline_check(&pipeline, at);
}

/* What may go on in the background, and what may stand beside others. */
static void kinds(void **state)
{
    unsigned at = 99;
    (void)state;
    assert_null(check_kinds("a", PART_COMMAND, 0, &at));
    assert_null(check_kinds("a", PART_MODULE, 0, &at));
    assert_null(check_kinds("a &", PART_PROGRAM, 0, &at));
    assert_null(check_kinds("a &", PART_MODULE, 0, &at));
    assert_null(check_kinds("a | b &", PART_PROGRAM, PART_PROGRAM, &at));
    assert_non_null(strstr(check_kinds("a &", PART_COMMAND, 0, &at), "leave out the &"));
    assert_int_equal(at, 0);
    assert_null(check_kinds("a | b", PART_COMMAND, PART_PROGRAM, &at));
    assert_non_null(strstr(check_kinds("a | b &", PART_COMMAND, PART_PROGRAM, &at), "leave out"));
    assert_int_equal(at, 0);
    assert_non_null(strstr(check_kinds("a | b", PART_PROGRAM, PART_COMMAND, &at), "no input"));
    assert_int_equal(at, 1);
    assert_non_null(strstr(check_kinds("a | b", PART_PROGRAM, PART_MODULE, &at), "boot module"));
    assert_int_equal(at, 1);
    assert_non_null(strstr(check_kinds("a | b", PART_MODULE, PART_PROGRAM, &at), "boot module"));
    assert_int_equal(at, 0);
}

/* As many signs and words as there is room for, in any order. */
static void any(void **state)
{
    static const char *const parts[] = {"a ", "|", "&", "'|'", "\\&", " "};
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char line[200] = "";
        for (unsigned i = random_below(60); i > 0; i--)
            strcat(line, parts[random_below(6)]);
        if (words_split(line, 0, &words) || words.count == 0 || pipeline_parse(&words, &pipeline))
            continue;
        assert_in_range(pipeline.count, 1, PIPELINE_MAX);
        for (unsigned i = 0; i < pipeline.count; i++)
            assert_non_null(pipeline.argv[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single), cmocka_unit_test(several), cmocka_unit_test(wrong),
        cmocka_unit_test(kinds),  cmocka_unit_test(any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
