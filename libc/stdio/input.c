/* Input: what the tty gives, a line or a part of one at a time. */
#include "file.h"

#include <internal.h>

int fgetc(FILE *file)
{
    if (file != stdin)
        return EOF;
    if (file->begin == file->used) {
        fflush(stdout); /* a prompt without a newline */
        int count = libc_read_input ? libc_read_input(file->buffer, sizeof(file->buffer))
                                    : libc_console_read(file->buffer, sizeof(file->buffer));
        if (count <= 0)
            return EOF;
        file->begin = 0;
        file->used = (size_t)count;
    }
    return (unsigned char)file->buffer[file->begin++];
}

int getchar(void)
{
    return fgetc(stdin);
}

char *fgets(char *restrict text, int bytes, FILE *restrict file)
{
    if (bytes <= 0)
        return NULL;
    int length = 0;
    int character = 0;
    while (length < bytes - 1 && character != '\n') {
        character = fgetc(file);
        if (character == EOF)
            break;
        text[length++] = (char)character;
    }
    text[length] = '\0';
    return length == 0 && character == EOF ? NULL : text;
}
