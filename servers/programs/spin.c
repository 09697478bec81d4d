/* spin: never ends by itself, and asks nobody anything. */
int main(void)
{
    volatile unsigned turns = 0;
    for (;;)
        turns++;
}
