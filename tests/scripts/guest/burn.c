/* Started and ended by the judge to use up a slot. */
int main(void)
{
    return 0;
}
