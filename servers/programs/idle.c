/* idle: waits for nobody, for ever, and takes no time for it. */
#include <parley/ipc.h>

int main(void)
{
    message m;
    for (;;)
        (void)receive(NONE, &m);
}
