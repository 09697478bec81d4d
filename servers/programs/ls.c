/* ls [START]: the files of the archive whose names begin so: x where it is a program, the size, the
   name. */
#include <abi/errors.h>
#include <parley/files.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct file file;
    char name[FILE_NAME_BYTES];
    const char *start = argc > 1 ? argv[1] : "";
    int error = 0;
    unsigned shown = 0;
    if (argc > 2) {
        fprintf(stderr, "ls: use: ls [START]\n");
        return 2;
    }
    for (unsigned i = 0; (error = file_list(i, &file, name)) == 0; i++)
        if (strncmp(name, start, strlen(start)) == 0) {
            printf("%c %7u %s\n", file.mode & 0100 ? 'x' : '-', (unsigned)file.bytes, name);
            shown++;
        }
    if (error != -ENOENT)
        fprintf(stderr, "ls: %s\n", strerror(error));
    else if (shown == 0)
        fprintf(stderr, "ls: no file's name begins with %s\n", start);
    return error != -ENOENT || shown == 0;
}
