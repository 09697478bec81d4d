/* echo: through the kernel and back, which needs nobody else. */
#include "example.h"

static bool here(endpoint_t there)
{
    (void)there;
    message m = {.m_type = 5, .m_words = {6}};
    return echo(&m) == 0 && m.m_source == self() && m.m_type == 5 && m.m_words[0] == 6;
}

static bool there(endpoint_t here)
{
    (void)here;
    return true;
}

EXAMPLE(echo);
