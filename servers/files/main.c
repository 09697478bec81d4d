/*
 * files: gives the files of the boot image's archive to read. Protocol: proto/files.h.
 *
 * The archive is the data module that the server's line names, in its memory and read-only. It is
 * looked through once, at the start: each entry that can't be a file is refused, with a line in the
 * log. There is no other state: a server that is started again finds the same files at the same
 * handles.
 */
#include "archive.h"

#include <abi/errors.h>
#include <parley/check.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/files.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FILES_MAX 256

_Static_assert(ARCHIVE_NAME_BYTES == FILES_NAME_BYTES, "every name fits into a message");

static const char *content; /* the archive's first byte */
static struct archive_entry files[FILES_MAX];
static unsigned count;

static void log_refused(const struct archive_entry *entry, const char *wrong)
{
    char line[LOG_WRITE_MAX];
    int length = snprintf(line, sizeof line, "%s%sat %u refused: %s\n", entry->name,
                          entry->name[0] ? " " : "", (unsigned)entry->header, wrong);
    if ((size_t)length > sizeof line)
        length = sizeof line;
    (void)sys_log_write(line, (size_t)length);
}

static struct archive_entry *find_name(const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

static struct archive_entry *find_handle(uint32_t handle)
{
    for (unsigned i = 0; i < count; i++)
        if (files[i].content == handle)
            return &files[i];
    return NULL;
}

static void add(const struct archive_entry *entry)
{
    if (find_name(entry->name))
        log_refused(entry, "a second file of that name");
    else if (count == FILES_MAX)
        log_refused(entry, "more files than 256");
    else
        files[count++] = *entry;
}

static void look_through(void)
{
    size_t bytes;
    content = module_data(&bytes);
    struct archive archive = {.start = (const uint8_t *)content, .bytes = bytes};
    struct archive_entry entry;
    enum archive_kind kind;
    while (content && (kind = archive_next(&archive, &entry)) != ARCHIVE_END) {
        if (kind == ARCHIVE_FILE)
            add(&entry);
        else if (kind == ARCHIVE_REFUSED)
            log_refused(&entry, entry.wrong);
    }
}

/* ---- Requests -------------------------------------------------------------------------------- */

static int describe(const struct archive_entry *file, message *m)
{
    if (!file)
        return -ENOENT;
    struct files_about *answer = (void *)m->m_words;
    memset(m->m_words, 0, sizeof m->m_words);
    answer->handle = file->content;
    answer->bytes = file->bytes;
    answer->mode = file->mode;
    answer->index = (uint32_t)(file - files);
    answer->check = check_sum(check_sum(0, file->name, sizeof file->name), answer,
                              offsetof(struct files_about, check));
    return 0;
}

static int find(message *m)
{
    const struct files_name request = *(const struct files_name *)m->m_words;
    if (!memchr(request.name, '\0', sizeof request.name))
        return -ENAMETOOLONG;
    return describe(find_name(request.name), m);
}

static int list(message *m)
{
    const uint32_t index = m->m_words[0];
    return describe(index < count ? &files[index] : NULL, m);
}

static int name(message *m)
{
    const struct archive_entry *file = find_handle(m->m_words[0]);
    if (!file)
        return -EINVAL;
    memcpy(((struct files_name *)m->m_words)->name, file->name, sizeof file->name);
    return 0;
}

/* How many of `most` bytes the file has from the offset on. */
static uint32_t available(const struct archive_entry *file, uint32_t offset, uint32_t most)
{
    const uint32_t left = offset < file->bytes ? file->bytes - offset : 0;
    return left < most ? left : most;
}

static int get(message *m)
{
    const struct files_get_request request = *(const struct files_get_request *)m->m_words;
    const struct archive_entry *file = find_handle(request.handle);
    if (!file)
        return -EINVAL;
    struct files_get_answer *answer = (void *)m->m_words;
    memset(m->m_words, 0, sizeof m->m_words);
    answer->count = available(file, request.offset, FILES_CHUNK);
    if (answer->count)
        memcpy(answer->bytes, content + file->content + request.offset, answer->count);
    answer->check = check_sum(check_sum(0, &request, sizeof request), answer->bytes, answer->count);
    return 0;
}

static int read(message *m)
{
    const struct files_read_request request = *(const struct files_read_request *)m->m_words;
    const struct archive_entry *file = find_handle(request.handle);
    if (!file)
        return -EINVAL;
    const uint32_t most = request.bytes < FILES_MOST ? request.bytes : FILES_MOST;
    const uint32_t bytes = available(file, request.offset, most);
    const char *from = bytes ? content + file->content + request.offset : content;
    int error = bytes ? memory_copy_to(request.grant, request.to, from, bytes) : 0;
    memset(m->m_words, 0, sizeof m->m_words);
    if (error)
        return error;
    *(struct files_read_answer *)m->m_words = (struct files_read_answer){
        .count = bytes, .check = check_sum(check_sum(0, &request, sizeof request), from, bytes)};
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {FILES_FIND, find}, {FILES_LIST, list}, {FILES_NAME, name},
        {FILES_GET, get},   {FILES_READ, read}, {0},
    };
    look_through();
    return server_run("files", handlers, NULL);
}
