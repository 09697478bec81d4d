/* See parley/files.h. Few bytes come in messages, more by one grant for all of them. */
#include <abi/errors.h>
#include <parley/files.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <proto/files.h>
#include <stdbool.h>
#include <string.h>

#define FEW (4 * FILES_CHUNK) /* bytes for which a grant would take longer */

_Static_assert(FILE_NAME_BYTES == FILES_NAME_BYTES, "one length");

static endpoint_t server = NONE;

static bool is_death(int error)
{
    return error == -EDEADSRCDST || error == -EREPLYDEAD;
}

static int find_server(void)
{
    return server == NONE ? names_lookup("files", &server) : 0;
}

static int ask_once(message *m)
{
    int error = find_server();
    if (!error)
        error = ipc_request(server, m);
    if (is_death(error))
        server = NONE;
    return error ? error : m->m_type;
}

/* All of it may be asked twice: of a server that died, its successor is asked the same. */
static int ask(message *m)
{
    const message request = *m;
    const int error = ask_once(m);
    if (!is_death(error))
        return error;
    *m = request;
    return ask_once(m);
}

static void take_about(const message *m, struct file *file)
{
    const struct files_about *about = (const void *)m->m_words;
    *file = (struct file){about->handle, about->bytes, about->mode};
}

int file_find(const char *name, struct file *file)
{
    message m = {.m_type = FILES_FIND};
    const size_t length = strlen(name);
    if (length >= FILE_NAME_BYTES)
        return -ENOENT; /* no file has a name like that */
    memcpy(((struct files_name *)m.m_words)->name, name, length);
    int error = ask(&m);
    if (error == 0)
        take_about(&m, file);
    return error;
}

int file_list(unsigned index, struct file *file, char *name)
{
    message m = {.m_type = FILES_LIST, .m_words = {index}};
    int error = ask(&m);
    if (error)
        return error;
    take_about(&m, file);
    m = (message){.m_type = FILES_NAME, .m_words = {file->handle}};
    error = ask(&m);
    if (error == 0) {
        memcpy(name, ((const struct files_name *)m.m_words)->name, FILE_NAME_BYTES);
        name[FILE_NAME_BYTES - 1] = '\0';
    }
    return error;
}

/* What one message brings. */
static int get(const struct file *file, uint32_t offset, char *to, size_t bytes)
{
    message m = {.m_type = FILES_GET, .m_words = {file->handle, offset}};
    int error = ask(&m);
    if (error)
        return error;
    const struct files_get_answer *answer = (const void *)m.m_words;
    const size_t count = answer->count < bytes ? answer->count : bytes;
    if (count > FILES_CHUNK)
        return -EIO;
    memcpy(to, answer->bytes, count);
    return (int)count;
}

/* By one grant, as many copies as it takes. How many bytes, or an error; a death among them. */
static int copy_once(const struct file *file, uint32_t offset, void *to, uint32_t bytes)
{
    uint32_t grant = 0, done = 0, count = 1;
    int error = find_server();
    if (!error)
        error = memory_grant(to, bytes, server, ACCESS_WRITE, &grant);
    if (is_death(error))
        server = NONE;
    while (!error && done < bytes && count) {
        const uint32_t left = bytes - done;
        message m = {.m_type = FILES_READ,
                     .m_words = {file->handle, offset + done, left, grant, done}};
        error = ask_once(&m);
        count = m.m_words[0] < left ? m.m_words[0] : left;
        done += count;
    }
    if (grant)
        (void)memory_revoke(grant);
    return error ? error : (int)done;
}

/* A grant is for one server: for its successor there is another. */
static int copy(const struct file *file, uint32_t offset, void *to, uint32_t bytes)
{
    const int count = copy_once(file, offset, to, bytes);
    return is_death(count) ? copy_once(file, offset, to, bytes) : count;
}

int file_read(const struct file *file, uint32_t offset, void *to, size_t bytes)
{
    const uint32_t left = offset < file->bytes ? file->bytes - offset : 0;
    const uint32_t most = bytes < left ? bytes : left;
    uint32_t done = 0;
    int count = 1;
    if (most > FEW)
        return copy(file, offset, to, most);
    while (done < most && count > 0) {
        count = get(file, offset + done, (char *)to + done, most - done);
        done += count > 0 ? (uint32_t)count : 0;
    }
    return count < 0 ? count : (int)done;
}
