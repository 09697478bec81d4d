/*
 * sequences N: writes what programs write to a terminal, as vttest does; the console must show what
 * tests/boot/sequences.py expects.
 */
#include <stdio.h>
#include <stdlib.h>

#define ESC "\033"

static void box(void)
{
    printf(ESC "[2J" ESC "[H" ESC "(0lqqqk\nx   x\nmqqqj" ESC "(B\n");
    printf(ESC "[2;2H" ESC "[7mabc" ESC "[0m" ESC "[5;1H");
}

static void region(void)
{
    printf(ESC "[2J" ESC "[H");
    for (int i = 1; i <= 8; i++)
        printf("%d\n", i);
    printf(ESC "[3;6r" ESC "[6;1H\nA\nB" ESC "[3;1H" ESC "M" ESC "[r");
    printf(ESC "[2;1H" ESC "[L" ESC "[8;1H" ESC "[M" ESC "[12;1H");
}

static void edit(void)
{
    printf(ESC "[2J" ESC "[Habcdefgh" ESC "[3G" ESC "[2@" ESC "[1G" ESC "[P\n");
    printf("12345678" ESC "[3G" ESC "[3X" ESC "[8G" ESC "[4h<" ESC "[4l\n");
    printf("=" ESC "[9b\n" ESC "H" ESC "[5G" ESC "H\r\tx\ty\n");
    printf(ESC "[?6h" ESC "[?7l" ESC "[5;78Hxyzuvw" ESC "[?7h" ESC "[?6l" ESC "[6;1H");
}

static void alternate(void)
{
    printf(ESC "[2J" ESC "[Hbefore" ESC "[?1049h" ESC "[Hgone" ESC "[10;10Hgone" ESC "[?1049l");
    printf(" after\ne\xcc\x81t\xc3\xa9 " ESC "]0;a title\007" ESC "[?2004h" ESC "[>4;1m." ESC
           "[3;1H");
}

int main(int argc, char **argv)
{
    static void (*const screens[])(void) = {box, region, edit, alternate};
    const int n = argc > 1 ? atoi(argv[1]) : 0;
    if (n < 0 || n >= (int)(sizeof screens / sizeof *screens))
        return 1;
    screens[n]();
    return 0;
}
