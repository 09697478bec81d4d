/*
 * Lab 8: a file server in memory. Its protocol: shelf.h.
 *
 * A file's place is free when it has no name and no handle leads to it: a name can go, and a handle
 * can be closed or lose its client, in any order. Clients with handles are watched.
 */
#include "shelf.h"

#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <parley/system.h>
#include <stdbool.h>
#include <string.h>

static struct file {
    char name[SHELF_NAME_BYTES]; /* "": it was removed, or there is none */
    uint32_t handles;            /* that lead to it */
    uint32_t bytes;
    char content[SHELF_FILE_BYTES];
} files[SHELF_FILES_MAX];

static struct handle {
    struct file *file; /* NULL: it is closed */
    endpoint_t client;
    uint32_t number; /* never the same again, so that nobody's old one is somebody's new one */
    uint32_t position;
} handles[SHELF_HANDLES_MAX];

/* ---- Files ----------------------------------------------------------------------------------- */

static bool is_name(const char name[SHELF_NAME_BYTES])
{
    return name[0] != '\0' && memchr(name, '\0', SHELF_NAME_BYTES) != NULL;
}

static struct file *file_named(const char *name)
{
    for (unsigned i = 0; i < SHELF_FILES_MAX; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

static struct file *free_file(void)
{
    for (unsigned i = 0; i < SHELF_FILES_MAX; i++)
        if (files[i].name[0] == '\0' && files[i].handles == 0)
            return &files[i];
    return NULL;
}

/* ---- Handles --------------------------------------------------------------------------------- */

static struct handle *free_handle(void)
{
    for (unsigned i = 0; i < SHELF_HANDLES_MAX; i++)
        if (!handles[i].file)
            return &handles[i];
    return NULL;
}

static struct handle *handle_of(endpoint_t client, uint32_t number)
{
    for (unsigned i = 0; i < SHELF_HANDLES_MAX; i++)
        if (handles[i].file && handles[i].client == client && handles[i].number == number)
            return &handles[i];
    return NULL;
}

static void close_handle(struct handle *handle)
{
    handle->file->handles--;
    handle->file = NULL;
}

static void close_all_of(endpoint_t client)
{
    for (unsigned i = 0; i < SHELF_HANDLES_MAX; i++)
        if (handles[i].file && handles[i].client == client)
            close_handle(&handles[i]);
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source == HARDWARE)
        server_take_deaths(bits, close_all_of);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static int open(message *m)
{
    static uint32_t last_number;
    const struct shelf_name request = *(struct shelf_name *)m->m_words;

    if (!is_name(request.name))
        return -EINVAL;
    struct file *file = file_named(request.name);
    if (!file && !request.create)
        return -ENOENT;
    struct handle *handle = free_handle();
    if (!handle)
        return -EAGAIN;
    if (!file && !(file = free_file()))
        return -ENOSPC;
    const int error = sys_watch(m->m_source, true);
    if (error < 0)
        return error;
    if (file->name[0] == '\0') {
        memcpy(file->name, request.name, sizeof file->name);
        file->bytes = 0;
    }
    file->handles++;
    *handle = (struct handle){file, m->m_source, ++last_number, 0};
    *(struct shelf_handle *)m->m_words = (struct shelf_handle){handle->number};
    return 0;
}

static int read(message *m)
{
    const struct shelf_transfer request = *(struct shelf_transfer *)m->m_words;
    struct handle *handle = handle_of(m->m_source, request.handle);

    if (!handle)
        return -EINVAL;
    const uint32_t left = handle->file->bytes - handle->position;
    const uint32_t count = request.bytes < left ? request.bytes : left;
    const char *from = handle->file->content + handle->position;
    const int error = count ? memory_copy_to(request.grant, 0, from, count) : 0;
    if (error < 0)
        return error;
    handle->position += count;
    *(struct shelf_count *)m->m_words = (struct shelf_count){count};
    return 0;
}

static int write(message *m)
{
    const struct shelf_transfer request = *(struct shelf_transfer *)m->m_words;
    struct handle *handle = handle_of(m->m_source, request.handle);

    if (!handle)
        return -EINVAL;
    if (request.bytes > SHELF_FILE_BYTES - handle->position)
        return -E2BIG;
    char *to = handle->file->content + handle->position;
    const int error = request.bytes ? memory_copy_from(request.grant, 0, to, request.bytes) : 0;
    if (error < 0)
        return error;
    handle->position += request.bytes;
    if (handle->file->bytes < handle->position)
        handle->file->bytes = handle->position;
    *(struct shelf_count *)m->m_words = (struct shelf_count){request.bytes};
    return 0;
}

static int close(message *m)
{
    const struct shelf_handle request = *(struct shelf_handle *)m->m_words;
    struct handle *handle = handle_of(m->m_source, request.handle);

    if (!handle)
        return -EINVAL;
    close_handle(handle);
    return 0;
}

static int remove(message *m)
{
    const struct shelf_name request = *(struct shelf_name *)m->m_words;

    if (!is_name(request.name))
        return -EINVAL;
    struct file *file = file_named(request.name);
    if (!file)
        return -ENOENT;
    file->name[0] = '\0';
    return 0;
}

static int list(message *m)
{
    const uint32_t index = ((struct shelf_index *)m->m_words)->index;
    uint32_t passed = 0;

    for (unsigned i = 0; i < SHELF_FILES_MAX; i++) {
        if (files[i].name[0] == '\0' || passed++ != index)
            continue;
        struct shelf_entry *entry = (struct shelf_entry *)m->m_words;
        memcpy(entry->name, files[i].name, sizeof entry->name);
        entry->bytes = files[i].bytes;
        return 0;
    }
    return -ENOENT;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {SHELF_OPEN, open},
        {SHELF_READ, read},
        {SHELF_WRITE, write},
        {SHELF_CLOSE, close},
        {SHELF_REMOVE, remove},
        {SHELF_LIST, list},
        {0},
    };

    return server_run(NULL, handlers, on_events);
}
