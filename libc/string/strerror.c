/* Texts of the system's errors, from the one list in abi/errors.h. */
#include <abi/errors.h>
#include <string.h>

const char *strerror(int error)
{
    switch (error < 0 ? 0u - (unsigned)error : (unsigned)error) {
    case 0:
        return "success";
#define ERROR_TEXT(name, number, text)                                                             \
    case number:                                                                                   \
        return text;
        PARLEY_ERRORS(ERROR_TEXT)
#undef ERROR_TEXT
    default:
        return "unknown error";
    }
}
