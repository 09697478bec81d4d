/* See parley/program.h. */
#include <abi/errors.h>
#include <abi/memory.h>
#include <internal.h>
#include <parley/ipc.h>
#include <parley/program.h>
#include <proto/memory.h>

_Static_assert(ACCESS_STACK == MEMORY_STACK, "one meaning");

int child_create(const char *name, unsigned priority, endpoint_t *child)
{
    message m = {.m_words = {[4] = priority}};
    int error = libc_name_pack((char *)m.m_words, name);
    if (error == 0)
        error = libc_ask_memory(&m, MEMORY_CREATE);
    if (error == 0)
        *child = (endpoint_t)m.m_words[0];
    return error;
}

int child_region(endpoint_t child, uint32_t address, size_t bytes, unsigned access)
{
    message m = {.m_words = {(uint32_t)child, address, bytes, access}};
    return libc_ask_memory(&m, MEMORY_REGION);
}

/* In parts that the server takes. */
int child_fill(endpoint_t child, uint32_t address, const void *from, size_t bytes)
{
    int error = 0;
    for (size_t done = 0; done < bytes && error == 0; done += MOVE_BYTES) {
        const size_t part = bytes - done < MOVE_BYTES ? bytes - done : MOVE_BYTES;
        message m = {.m_words = {(uint32_t)child, address + done, (uint32_t)from + done, part}};
        error = libc_ask_memory(&m, MEMORY_FILL);
    }
    return error;
}

int child_begin(endpoint_t child, uint32_t ip, uint32_t sp)
{
    message m = {.m_words = {(uint32_t)child, ip, sp}};
    return libc_ask_memory(&m, MEMORY_BEGIN);
}

int child_kill(endpoint_t child)
{
    message m = {.m_words = {(uint32_t)child}};
    return libc_ask_memory(&m, MEMORY_KILL);
}

static int wait_for(endpoint_t child, uint32_t now, struct child_end *end)
{
    message m;
    int error;
    do { /* A memory server that died with the request has a successor that knows as much. */
        m = (message){.m_words = {(uint32_t)child, now}};
        error = libc_ask_memory(&m, MEMORY_WAIT);
    } while (error == -EREPLYDEAD);
    if (error == 0)
        *end = (struct child_end){(endpoint_t)m.m_words[0], m.m_words[1], m.m_words[2],
                                  (int)m.m_words[3],        m.m_words[4], m.m_words[5]};
    return error;
}

int child_wait(endpoint_t child, struct child_end *end)
{
    return wait_for(child, 0, end);
}

int child_ended(endpoint_t child, struct child_end *end)
{
    return wait_for(child, 1, end);
}

/* ---- Fork ------------------------------------------------------------------------------------ */

int libc_fork_parent(uint32_t ip, uint32_t sp)
{
    message m = {.m_words = {ip, sp}};
    if (libc_flush)
        libc_flush();
    int error = libc_ask_memory(&m, MEMORY_CLONE);
    return error ? error : (int)m.m_words[0];
}

/* The kernel says who it is now. Its parent's pipes are not there: they lie in shared memory. */
void libc_fork_child(void)
{
    message m = {0};
    libc_read_input = NULL;
    libc_write_output = NULL;
    if (echo(&m) == 0)
        libc_self = m.m_source;
}
