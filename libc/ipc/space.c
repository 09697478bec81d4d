/* See parley/space.h. Out-parameters are written only on success. */
#include <abi/errors.h>
#include <abi/system.h>
#include <internal.h>
#include <parley/ipc.h>
#include <parley/space.h>
#include <parley/system.h>

/* The answer's first word is a count, or another number that is not negative. */
static int ask_count(message *m, enum system_call call)
{
    int error = libc_ask_system(m, call);
    return error < 0 ? error : (int)m->m_words[0];
}

int sys_create(const char *name, unsigned priority, uint32_t root, endpoint_t *endpoint)
{
    message m = {.m_words = {[4] = root, [5] = priority}};
    int error = libc_name_pack((char *)m.m_words, name);
    if (error == 0)
        error = libc_ask_system(&m, SYS_CREATE);
    if (error == 0)
        *endpoint = (endpoint_t)m.m_words[0];
    return error;
}

int sys_begin(endpoint_t endpoint, uint32_t ip, uint32_t sp)
{
    message m = {.m_words = {(uint32_t)endpoint, ip, sp}};
    return libc_ask_system(&m, SYS_BEGIN);
}

int sys_map(endpoint_t endpoint, const struct system_map *map, bool *table_used)
{
    message m = {.m_words = {(uint32_t)endpoint, map->address, map->frame, map->pages, map->flags,
                             map->table}};
    int count = ask_count(&m, SYS_MAP);
    *table_used = count >= 0 && m.m_words[1] != 0;
    return count;
}

int sys_unmap(endpoint_t endpoint, uint32_t address, uint32_t pages)
{
    message m = {.m_words = {(uint32_t)endpoint, address, pages}};
    return ask_count(&m, SYS_UNMAP);
}

int sys_space_next(endpoint_t endpoint, uint32_t address, struct system_map *found)
{
    message m = {.m_words = {(uint32_t)endpoint, SPACE_NEXT, address}};
    int error = libc_ask_system(&m, SYS_SPACE);
    if (error == 0)
        *found = (struct system_map){
            .address = m.m_words[0], .frame = m.m_words[1], .pages = 1, .flags = m.m_words[2]};
    return error;
}

int sys_space_shrink(endpoint_t endpoint)
{
    message m = {.m_words = {(uint32_t)endpoint, SPACE_SHRINK}};
    return ask_count(&m, SYS_SPACE);
}

int sys_space_release(endpoint_t endpoint)
{
    message m = {.m_words = {(uint32_t)endpoint, SPACE_RELEASE}};
    return ask_count(&m, SYS_SPACE);
}

int sys_space_owed(struct system_death *death)
{
    message m = {.m_words = {0, SPACE_OWED}};
    int error = libc_ask_system(&m, SYS_SPACE);
    if (error == 0)
        *death = (struct system_death){(endpoint_t)m.m_words[0],
                                       m.m_words[1],
                                       m.m_words[2],
                                       m.m_words[3],
                                       m.m_words[4],
                                       m.m_words[5]};
    return error;
}

int sys_move(const struct system_move *move, struct system_miss *miss)
{
    message m = {.m_words = {(uint32_t)move->from, move->from_address, (uint32_t)move->to,
                             move->to_address, move->bytes, move->forced}};
    int error = libc_ask_system(&m, SYS_MOVE);
    if (error == 0)
        *miss = (struct system_miss){m.m_words[0] != 0, m.m_words[1], (endpoint_t)m.m_words[2]};
    return error;
}
