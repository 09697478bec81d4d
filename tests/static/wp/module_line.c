/*
 * Numbers in a module's line: what is accepted is exactly the number that the digits say, whatever
 * its length, and never one that does not fit.
 */
#include "digits.h"

#include "../../../kernel/module_line.c"

/*@ assigns \nothing;
    ensures \result == digit(c); */
static int digit_of(char c);

/*@ requires 0 <= s.length && \valid_read(s.text + (0 .. s.length - 1)) && \valid(number);
    requires \separated(number, s.text + (0 .. s.length - 1));
    assigns *number;
    ensures exact: \result != 0 ==> *number == number_value(s.text, s.length);
    ensures refused: \result == 0 ==> s.length == 0 || *number == \old(*number); */
static bool read_number(struct slice s, uint32_t *number);

/*@ requires 0 <= s.length && \valid_read(s.text + (0 .. s.length - 1)) && \valid(bytes);
    requires \separated(bytes, s.text + (0 .. s.length - 1));
    assigns *bytes;
    ensures plain: \result != 0 && s.text[s.length - 1] != 'K' && s.text[s.length - 1] != 'M' ==>
                   *bytes == number_value(s.text, s.length); */
static bool read_size(struct slice s, uint32_t *bytes);

/*@ requires \valid_read(map);
    assigns \nothing;
    ensures some: \result == \null ==> map->bytes > 0;
    ensures no_wrap: \result == \null ==> map->start + map->bytes <= UINT32_MAX + 1;
    ensures not_null: \result == \null ==> map->start >= PAGE_BYTES;
    ensures one_side: \result == \null ==> map->start >= LOW_MEGABYTE ||
                      map->start + map->bytes <= LOW_MEGABYTE; */
static const char *check_map(const struct module_map *map);
