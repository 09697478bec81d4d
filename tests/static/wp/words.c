/*
 * The shell's numbers: at most `most`, whatever the text.
 */
#include "../../../servers/shell/words.c"

/*@ requires valid_read_string(text) && \valid(number);
    assigns *number;
    ensures one_of: \result == 0 || \result == -1;
    ensures most: \result == 0 ==> *number <= most;
    ensures refused: \result != 0 ==> *number == \old(*number); */
int words_number(const char *text, uint32_t most, uint32_t *number);
