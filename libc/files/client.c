/* See parley/files.h. Few bytes come in messages, more by one grant for all of them. */
#include <abi/errors.h>
#include <parley/files.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <proto/files.h>
#include <string.h>

#define FEW         (4 * FILES_CHUNK) /* bytes for which a grant would take longer */
#define SERVERS_MAX 3                 /* that die one after the other while one file is read */

_Static_assert(FILE_NAME_BYTES == FILES_NAME_BYTES, "one length");

static struct service files = SERVICE("files");

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
    int error = service_request(&files, &m);
    if (error == 0)
        take_about(&m, file);
    return error;
}

int file_list(unsigned index, struct file *file, char *name)
{
    message m = {.m_type = FILES_LIST, .m_words = {index}};
    int error = service_request(&files, &m);
    if (error)
        return error;
    take_about(&m, file);
    m = (message){.m_type = FILES_NAME, .m_words = {file->handle}};
    error = service_request(&files, &m);
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
    int error = service_request(&files, &m);
    if (error)
        return error;
    const struct files_get_answer *answer = (const void *)m.m_words;
    const size_t count = answer->count < bytes ? answer->count : bytes;
    if (count > FILES_CHUNK)
        return -EIO;
    memcpy(to, answer->bytes, count);
    return (int)count;
}

/* By one grant, as many copies as it takes. How many bytes, or an error; EDEADSRCDST: the grant is
   not there any more, or may never have been. */
static int copy_once(const struct file *file, uint32_t offset, void *to, uint32_t bytes)
{
    uint32_t grant = 0, done = 0, count = 1;
    int error = memory_grant(to, bytes, files.endpoint, ACCESS_WRITE, &grant);
    while (!error && done < bytes && count) {
        const uint32_t left = bytes - done;
        message m = {.m_type = FILES_READ,
                     .m_words = {file->handle, offset + done, left, grant, done}};
        error = service_request(&files, &m);
        count = !error && m.m_words[0] < left ? m.m_words[0] : left;
        done += count;
    }
    if (grant)
        (void)memory_revoke(grant);
    if (error == -ENOENT || error == -EREPLYDEAD)
        error = -EDEADSRCDST;
    return error ? error : (int)done;
}

/* A grant is for one server, and no good for its successor, which needs another; and the memory
   server may have died, too. Reading may be repeated. */
static int copy(const struct file *file, uint32_t offset, void *to, uint32_t bytes)
{
    for (unsigned i = 0; i < SERVERS_MAX; i++) {
        const int error = files.endpoint == NONE ? names_lookup(files.name, &files.endpoint) : 0;
        if (error)
            return error;
        const endpoint_t asked = files.endpoint;
        const int count = copy_once(file, offset, to, bytes);
        if (count >= 0 || (count != -EDEADSRCDST && files.endpoint == asked))
            return count;
        if (count == -EDEADSRCDST)
            files.endpoint = NONE;
    }
    return -EDEADSRCDST;
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
