/* See number.h. */
#include "number.h"

#include <ctype.h>
#include <stdlib.h>

bool number_read(const char *text, unsigned long most, unsigned long *number)
{
    char *end;
    if (!isdigit((unsigned char)text[0])) /* strtoul would take a sign and blanks */
        return false;
    const unsigned long read = strtoul(text, &end, 10);
    if (*end != '\0' || read > most)
        return false;
    *number = read;
    return true;
}
