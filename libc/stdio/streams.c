/* Where standard input and output lead: apart from stdio, which need not be there. */
#include <internal.h>

int (*libc_read_input)(char *text, size_t most);
int (*libc_write_output)(const char *text, size_t bytes);
