/*
 * The file server, asked for what is in the archive that make_archive.py wrote: what is good is
 * found and read, what is wrong is refused with its line in the log, and a server that is killed
 * and started again knows the handles of the former.
 */
#include "../lib/judge.h"
#include "../lib/archive.h"

#include <parley/files.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <proto/files.h>
#include <stdio.h>
#include <string.h>

static endpoint_t files;
static char buffer[LARGE_BYTES + 16];

static int ask(int32_t type, uint32_t w0, uint32_t w1, uint32_t w2, uint32_t w3, uint32_t w4,
               message *m)
{
    *m = (message){.m_type = type, .m_words = {w0, w1, w2, w3, w4}};
    int error = ipc_request(files, m);
    return error ? error : m->m_type;
}

static void what_is_there(void)
{
    static const char *const names[] = {"notes.txt", LARGE_NAME, "empty"};
    static const uint32_t bytes[] = {10, LARGE_BYTES, 0};
    struct file file;
    char name[FILE_NAME_BYTES];
    for (unsigned i = 0; i < 3; i++) {
        IS(file_list(i, &file, name), 0, "place %u", i);
        OK(strcmp(name, names[i]) == 0 && file.bytes == bytes[i], "%s, %u bytes", name,
           (unsigned)file.bytes);
        struct file found = {0};
        IS(file_find(names[i], &found), 0, "it is found by its name");
        OK(memcmp(&found, &file, sizeof file) == 0, "and is the same");
    }
    IS(file_list(3, &file, name), -ENOENT, "no more: nothing behind what can't be believed");
    IS(file_find("link", &file), -ENOENT, "no link");
    IS(file_find("behind", &file), -ENOENT, "no such name");
    IS(file_find("a-name-of-more-letters-than-fit", &file), -ENOENT, "no such long name");
}

static void what_was_refused(void)
{
    OK(log_has(0, "files: link at 1024 refused: a link", NULL, NULL), "the link is refused");
    OK(log_has(0, "refused: an absolute name", NULL, NULL), "the absolute name");
    OK(log_has(0, "files: up/../up at", "an empty part, . or .. in the name", NULL), "the ..");
    OK(log_has(0, "files: notes.txt at", "a second file of that name", NULL), "the second");
    OK(log_has(0, "files: rpoilt at", "its checksum is wrong", NULL), "the spoilt one");
}

static void reading(void)
{
    static const struct {
        uint32_t offset, bytes;
    } parts[] = {{0, 1},          {7, 20},          {9, 80},
                 {100, 81},       {4095, 4098},     {1, 65536},
                 {3, 65537},      {0, LARGE_BYTES}, {LARGE_BYTES - 1, 1},
                 {65536, 131072}, {5, 0},           {100000, 99999}};
    struct file file = {0}, notes = {0};
    IS(file_find(LARGE_NAME, &file), 0, "the large one");
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        const uint32_t bytes = parts[i].bytes;
        memset(buffer, 0x55, sizeof buffer);
        IS(file_read(&file, parts[i].offset, buffer, bytes), bytes, "%u bytes from %u on",
           (unsigned)bytes, (unsigned)parts[i].offset);
        OK(is_large(buffer, parts[i].offset, bytes) && buffer[bytes] == 0x55, "they are those");
    }
    IS(file_read(&file, LARGE_BYTES - 3, buffer, 1000), 3, "no more than there is");
    IS(file_read(&file, LARGE_BYTES, buffer, 1000), 0, "nothing at the end");
    IS(file_read(&file, 0xffffffff, buffer, 1000), 0, "nothing far behind it");
    IS(file_find("notes.txt", &notes), 0, "the note");
    IS(file_read(&notes, 0, buffer, sizeof buffer), 10, "is read whole");
    OK(memcmp(buffer, "One note.\n", 10) == 0, "the first of that name");
}

static void asked_wrongly(void)
{
    struct file file = {0};
    uint32_t grant = 0, small = 0;
    message m;
    IS(file_find(LARGE_NAME, &file), 0, "the large one");
    IS(ask(FILES_GET, file.handle + 1, 0, 0, 0, 0, &m), -EINVAL, "no such handle");
    IS(ask(FILES_GET, 0, 0, 0, 0, 0, &m), -EINVAL, "nor this");
    IS(ask(FILES_NAME, 7, 0, 0, 0, 0, &m), -EINVAL, "it has no name");
    IS(ask(FILES_READ, file.handle - 512, 0, 1, 1, 0, &m), -EINVAL, "a header is no file");
    IS(ask(FILES_READ, file.handle, 0, 10, 12345, 0, &m), -ENOENT, "no such grant");
    IS(memory_grant(buffer, 100, files, ACCESS_READ, &grant), 0, "a grant to read");
    IS(ask(FILES_READ, file.handle, 0, 10, grant, 0, &m), -EPERM, "can't be written");
    IS(memory_grant(buffer, 100, files, ACCESS_WRITE, &small), 0, "a small grant");
    IS(ask(FILES_READ, file.handle, 0, 101, small, 0, &m), -EINVAL, "is too small");
    IS(ask(FILES_READ, file.handle, 0, 10, small, 0xfffffff8, &m), -EINVAL, "and does not wrap");
    IS(ask(FILES_READ, file.handle, 0, 100, small, 0, &m), 0, "but takes its own size");
    IS(m.m_words[0], 100, "all of it");
    IS(memory_revoke(small), 1, "it was used once");
    IS(memory_revoke(grant), 0, "the other never");
    memset(&m, 'x', sizeof m);
    m.m_type = FILES_FIND;
    IS(ipc_request(files, &m), 0, "a name without an end");
    IS(m.m_type, -ENAMETOOLONG, "is none");
}

static void started_again(void)
{
    struct file before = {0}, after = {0};
    IS(file_find(LARGE_NAME, &before), 0, "the large one");
    end(files);
    files = start("files", "");
    IS(names_wait("files", &files), 0, "the server is killed and started again");
    IS(file_read(&before, 8, buffer, 9000), 9000, "the handle is as good as it was");
    OK(is_large(buffer, 8, 9000), "and means the same file");
    end(files);
    files = start("files", "");
    IS(names_wait("files", &files), 0, "and again");
    IS(file_read(&before, 8, buffer, 9), 9, "it is as good for a few bytes");
    OK(is_large(buffer, 8, 9), "of the same file");
    IS(file_find(LARGE_NAME, &after), 0, "which is found again");
    OK(memcmp(&before, &after, sizeof after) == 0, "and has the same handle");
}

int main(void)
{
    (void)start("memory", "");
    files = start("files", "");
    IS(names_wait("files", &files), 0, "the file server is there");
    what_is_there();
    what_was_refused();
    reading();
    asked_wrongly();
    started_again();
    tap_done();
}
