/* See parley/files.h. Few bytes come in messages, more by one grant for all of them. */
#include <abi/errors.h>
#include <parley/check.h>
#include <parley/files.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <proto/files.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define FEW         (4 * FILES_CHUNK) /* bytes for which a grant would take longer */
#define SERVERS_MAX 3                 /* that die one after the other while one file is read */

_Static_assert(FILE_NAME_BYTES == FILES_NAME_BYTES, "one length");

static struct service files = SERVICE("files");

/* What is not sound is asked for once more. */
static int ask(message *m, bool (*is_sound)(const message *answer, const void *asked),
               const void *asked)
{
    const message request = *m;
    for (unsigned i = 0; i < 2; i++) {
        *m = request;
        const int error = service_request(&files, m);
        if (error || is_sound(m, asked))
            return error;
    }
    return -EIO;
}

static bool is_about(const message *answer, const void *name)
{
    const struct files_about *about = (const void *)answer->m_words;
    return about->check == check_sum(check_sum(0, name, FILE_NAME_BYTES), about,
                                     offsetof(struct files_about, check));
}

static void take_about(const message *m, struct file *file)
{
    const struct files_about *about = (const void *)m->m_words;
    *file = (struct file){about->handle, about->bytes, about->mode};
}

int file_find(const char *name, struct file *file)
{
    char padded[FILE_NAME_BYTES] = "";
    message m = {.m_type = FILES_FIND};
    if (strlen(name) >= sizeof padded)
        return -ENOENT; /* no file has a name like that */
    strcpy(padded, name);
    memcpy(m.m_words, padded, sizeof padded);
    const int error = ask(&m, is_about, padded);
    if (error == 0)
        take_about(&m, file);
    return error;
}

/* The name is of another request; together they have to be sound. */
static bool is_about_place(const message *answer, const void *asked)
{
    return ((const struct files_about *)answer->m_words)->index == *(const unsigned *)asked;
}

int file_list(unsigned index, struct file *file, char *name)
{
    message about = {.m_type = FILES_LIST, .m_words = {index}};
    int error = ask(&about, is_about_place, &index);
    if (error)
        return error;
    take_about(&about, file);
    message m = {.m_type = FILES_NAME, .m_words = {file->handle}};
    error = service_request(&files, &m);
    if (error)
        return error;
    memcpy(name, m.m_words, FILE_NAME_BYTES);
    if (!is_about(&about, name))
        return -EIO;
    name[FILE_NAME_BYTES - 1] = '\0';
    return 0;
}

static bool is_got(const message *m, const void *asked)
{
    const struct files_get_answer *answer = (const void *)m->m_words;
    return answer->count <= FILES_CHUNK &&
           answer->check == check_sum(check_sum(0, asked, sizeof(struct files_get_request)),
                                      answer->bytes, answer->count);
}

/* What one message brings. */
static int get(const struct file *file, uint32_t offset, char *to, size_t bytes)
{
    const struct files_get_request request = {file->handle, offset};
    message m = {.m_type = FILES_GET};
    memcpy(m.m_words, &request, sizeof request);
    const int error = ask(&m, is_got, &request);
    if (error)
        return error;
    const struct files_get_answer *answer = (const void *)m.m_words;
    const size_t count = answer->count < bytes ? answer->count : bytes;
    memcpy(to, answer->bytes, count);
    return (int)count;
}

struct reading {
    struct files_read_request request;
    const char *to;
};

static bool is_read(const message *m, const void *asked)
{
    const struct reading *r = asked;
    const struct files_read_answer *answer = (const void *)m->m_words;
    return answer->count <= r->request.bytes &&
           answer->check ==
               check_sum(check_sum(0, &r->request, sizeof r->request), r->to, answer->count);
}

/* By one grant, as many copies as it takes. How many bytes, or an error; EDEADSRCDST: the grant is
   not there any more, or may never have been. */
static int copy_once(const struct file *file, uint32_t offset, void *to, uint32_t bytes)
{
    uint32_t grant = 0, done = 0, count = 1;
    int error = memory_grant(to, bytes, files.endpoint, ACCESS_WRITE, &grant);
    while (!error && done < bytes && count) {
        const struct reading r = {{file->handle, offset + done, bytes - done, grant, done},
                                  (const char *)to + done};
        message m = {.m_type = FILES_READ};
        memcpy(m.m_words, &r.request, sizeof r.request);
        error = ask(&m, is_read, &r);
        count = ((const struct files_read_answer *)m.m_words)->count;
        done += error ? 0 : count;
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
