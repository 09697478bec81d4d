/* args [ARGUMENT...]: writes each of its arguments on a line of its own; as many of them are its
   exit status. */
#include <stdio.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("%d: %s\n", i, argv[i]);
    return argc - 1;
}
