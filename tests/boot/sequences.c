/*
 * sequences N: writes what programs write to a terminal, as vttest does; the console must show what
 * tests/boot/sequences.py expects.
 */
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/common.h>
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

/* A pause ends with a tick; what follows is to begin at any time between two, or ticks would not
   count it. */
static void spin(uint32_t microseconds)
{
    uint64_t began, now;
    if (sys_time(&began) < 0)
        return;
    do
        (void)sys_time(&now);
    while (now - began < microseconds);
}

static void pause_a_while(uint32_t microseconds, int turn)
{
    message m;
    (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
    spin((uint32_t)turn * 389 % 1000);
}

/* 400 full rows, each unlike the one before it: every scroll changes every cell (scroll_cost.py).
 */
static void rows(uint32_t pause_us)
{
    char row[128];
    for (int i = 0; i < 400; i++) {
        for (unsigned c = 0; c < sizeof row - 1; c++)
            row[c] = (char)('!' + (i * 7 + (int)c) % 90);
        row[sizeof row - 1] = '\0';
        printf("%s\n", row);
        if (pause_us > 0)
            pause_a_while(pause_us, i);
    }
}

static void flood(void)
{
    rows(0);
}

static void stream(void)
{
    rows(50000);
}

/* 1000 of the supervisor's heartbeats, as often as the tty draws a row anew for one
   (scroll_cost.py). */
static void beats(void)
{
    endpoint_t tty;
    if (sys_lookup("tty", &tty) < 0)
        exit(1);
    for (int i = 0; i < 1000; i++) {
        message m = {.m_type = PROTO_PING};
        if (ipc_call(IPC_REQUEST, tty, &m, 0, NULL) < 0)
            exit(1);
        pause_a_while(100000, i);
    }
}

/* Writes over the whole screen, behind the tty's back; the module's line maps it. */
static void damage(void)
{
    volatile uint16_t *const screen = (volatile uint16_t *)0xb8000;
    for (int i = 0; i < 80 * 25; i++)
        screen[i] = 0x4f23;
}

/* Ends without an end to what it began: it inserts, does not wrap, rows begin where the last one
   ended, within three rows, unseen. */
static void unruly(void)
{
    printf(ESC "[4h" ESC "[?7l" ESC "[20l" ESC "[3;5r" ESC "[?6h" ESC "[8m");
}

/* For the picture in the docs: screenshot.py. */
static void sample(void)
{
    static const char *const lines[] = {
        "┌────────────┬──────────────────────────────┐",
        "│ Latin      │ Grüße, façade, señor, Łódź   │",
        "│ Greek      │ Καλημέρα κόσμε               │",
        "│ Cyrillic   │ Здравствуй, мир              │",
        "│ Chinese    │ 你好,世界。万物皆为消息      │",
        "│ Japanese   │ こんにちは世界               │",
        "│ Korean     │ 안녕하세요 세계              │",
        "│ Symbols    │ → ≤ ≠ ∞ √ ☺ ♪ ░▒▓█ ╔═╗ ⠿     │",
        "│ Marks      │ x\u0302 e\u0301 q\u0303                        │",
        "└────────────┴──────────────────────────────┘",
    };
    printf(ESC "[2J" ESC "[H");
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++)
        printf("  %s\n", lines[i]);
    printf("\n  ");
    for (int i = 0; i < 8; i++)
        printf(ESC "[%dm████" ESC "[0m", 30 + i);
    printf("\n  ");
    for (int i = 0; i < 8; i++)
        printf(ESC "[%dm████" ESC "[0m", 90 + i);
    for (int row = 0; row < 6; row++) {
        printf("\n  ");
        for (int i = 0; i < 36; i++)
            printf(ESC "[48;5;%dm  " ESC "[0m", 16 + 36 * row + i);
    }
    printf("\n  ");
    for (int i = 0; i < 72; i++)
        printf(ESC "[48;2;%d;%d;160m " ESC "[0m", i * 255 / 71, 255 - i * 255 / 71);
    printf("\n\n  " ESC "[1mbold" ESC "[0m " ESC "[4munderlined" ESC "[0m " ESC "[7mreverse" ESC
           "[0m\n\n");
}

int main(int argc, char **argv)
{
    static void (*const screens[])(void) = {box,    region, edit,  alternate, flood,
                                            stream, sample, beats, damage,    unruly};
    const int n = argc > 1 ? atoi(argv[1]) : 0;
    if (n < 0 || n >= (int)(sizeof screens / sizeof *screens))
        return 1;
    screens[n]();
    return 0;
}
