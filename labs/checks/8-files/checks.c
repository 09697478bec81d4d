/* Lab 8's checks. */
#include "server.h"
#include "shelf.h"

#include <parley/memory.h>
#include <string.h>

#define NAP_US 3000u

const char lab_server_name[] = "shelf";

static char buffer[2 * SHELF_FILE_BYTES];

/* ---- Requests -------------------------------------------------------------------------------- */

static message name_request(int32_t type, const char *name, uint32_t create)
{
    message m = {.m_type = type};
    struct shelf_name *request = (struct shelf_name *)m.m_words;

    for (unsigned i = 0; i < SHELF_NAME_BYTES && name[i]; i++)
        request->name[i] = name[i];
    request->create = create;
    return m;
}

static void expect_status(message *m, int expected, const char *what)
{
    const int status = lab_ask(m);

    EXPECT(status == expected, "%s: %s, expected %s", what, strerror(status), strerror(expected));
}

static uint32_t open_file(const char *name, uint32_t create)
{
    message m = name_request(SHELF_OPEN, name, create);
    const int status = lab_ask(&m);

    EXPECT(status == 0, "open %s: %s", name, strerror(status));
    return ((struct shelf_handle *)m.m_words)->handle;
}

static void expect_open(const char *name, uint32_t create, int expected, const char *what)
{
    message m = name_request(SHELF_OPEN, name, create);

    expect_status(&m, expected, what);
}

static void remove_file(const char *name)
{
    message m = name_request(SHELF_REMOVE, name, 0);

    expect_status(&m, 0, name);
}

static void expect_close(uint32_t handle, int expected, const char *what)
{
    message m = {.m_type = SHELF_CLOSE, .m_words = {handle}};

    expect_status(&m, expected, what);
}

/* The buffer's first bytes are lent to the server for one request. Returns its status. */
static int transfer(int32_t type, uint32_t handle, uint32_t bytes, unsigned access, uint32_t *count)
{
    struct shelf_transfer request = {handle, bytes, 0};
    message m = {.m_type = type};

    EXPECT(memory_grant(buffer, sizeof buffer, lab_server, access, &request.grant) == 0,
           "harness: no grant");
    *(struct shelf_transfer *)m.m_words = request;
    const int status = lab_ask(&m);
    (void)memory_revoke(request.grant);
    *count = ((struct shelf_count *)m.m_words)->count;
    return status;
}

static void write_text(uint32_t handle, const char *text)
{
    uint32_t count;
    const uint32_t bytes = (uint32_t)strlen(text);

    memcpy(buffer, text, bytes);
    const int status = transfer(SHELF_WRITE, handle, bytes, ACCESS_READ, &count);
    EXPECT(status == 0 && count == bytes, "write of %u bytes: %s, count %u", (unsigned)bytes,
           strerror(status), (unsigned)count);
}

static void expect_text(uint32_t handle, uint32_t bytes, const char *expected, const char *what)
{
    uint32_t count;
    const uint32_t length = (uint32_t)strlen(expected);

    memset(buffer, '#', sizeof buffer);
    const int status = transfer(SHELF_READ, handle, bytes, ACCESS_WRITE, &count);
    EXPECT(status == 0, "%s: read: %s", what, strerror(status));
    EXPECT(count == length, "%s: read %u bytes, expected %u", what, (unsigned)count,
           (unsigned)length);
    EXPECT(memcmp(buffer, expected, length) == 0 && buffer[length] == '#',
           "%s: read \"%.20s\", expected \"%s\" and no more", what, buffer, expected);
}

static void expect_content(const char *name, const char *expected, const char *what)
{
    const uint32_t handle = open_file(name, 0);

    expect_text(handle, SHELF_FILE_BYTES, expected, what);
    expect_close(handle, 0, "close");
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static void content(void)
{
    const uint32_t writer = open_file("poem", 1), reader = open_file("poem", 0);

    expect_text(reader, 10, "", "a new file");
    write_text(writer, "one two ");
    expect_text(reader, 4, "one ", "the first four bytes");
    write_text(writer, "three");
    expect_text(reader, 100, "two three", "the rest");
    expect_text(reader, 100, "", "at the end");
    const uint32_t second = open_file("poem", 1);
    write_text(second, "ONE");
    expect_text(second, 100, " two three", "behind what was written over");
    expect_close(second, 0, "close");
    expect_content("poem", "ONE two three", "a file that was written over in part");
}

static void expect_list(const char *const names[], const uint32_t bytes[], uint32_t count)
{
    uint32_t seen = 0;

    for (uint32_t index = 0; index < count; index++) {
        message m = {.m_type = SHELF_LIST, .m_words = {index}};
        expect_status(&m, 0, "list");
        const struct shelf_entry *entry = (struct shelf_entry *)m.m_words;
        for (uint32_t i = 0; i < count; i++)
            if (strncmp(entry->name, names[i], SHELF_NAME_BYTES) == 0 && entry->bytes == bytes[i])
                seen |= 1u << i;
    }
    for (uint32_t i = 0; i < count; i++)
        EXPECT(seen & 1u << i, "list: %s with %u bytes is not there", names[i], (unsigned)bytes[i]);
    message m = {.m_type = SHELF_LIST, .m_words = {count}};
    expect_status(&m, -ENOENT, "list behind the last");
}

static void list(void)
{
    static const char *const three[] = {"a", "b", "fifteen letters"};
    static const char *const two[] = {"a", "fifteen letters"};

    expect_list(three, NULL, 0);
    const uint32_t handle = open_file("a", 1);
    (void)open_file("b", 1);
    (void)open_file("fifteen letters", 1);
    write_text(handle, "12345");
    expect_list(three, (const uint32_t[]){5, 0, 0}, 3);
    remove_file("b");
    expect_list(two, (const uint32_t[]){5, 0}, 2);
}

static void names(void)
{
    message no_name = name_request(SHELF_REMOVE, "", 0);
    message no_end = name_request(SHELF_REMOVE, "sixteen letters!", 0);
    message no_file = name_request(SHELF_REMOVE, "a", 0);

    expect_open("", 1, -EINVAL, "open of an empty name");
    expect_open("sixteen letters!", 1, -EINVAL, "open of a name without an end");
    expect_open("a", 0, -ENOENT, "open of a file that is not there");
    expect_status(&no_name, -EINVAL, "remove of an empty name");
    expect_status(&no_end, -EINVAL, "remove of a name without an end");
    expect_status(&no_file, -ENOENT, "remove of a file that is not there");
    (void)open_file("a", 1);
    expect_open("aa", 0, -ENOENT, "open of aa, where there is a");
}

static void grants(void)
{
    const uint32_t writer = open_file("a", 1), reader = open_file("a", 0);
    uint32_t count;

    write_text(writer, "kept");
    EXPECT(transfer(SHELF_WRITE, writer, 3, ACCESS_WRITE, &count) < 0,
           "write from memory that may only be written to: 0, expected an error");
    EXPECT(transfer(SHELF_READ, reader, 3, ACCESS_READ, &count) < 0,
           "read into memory that may only be read: 0, expected an error");
    message m = {.m_type = SHELF_WRITE};
    *(struct shelf_transfer *)m.m_words = (struct shelf_transfer){writer, 3, 0x12345};
    EXPECT(lab_ask(&m) < 0, "write without a grant: 0, expected an error");
    expect_text(reader, 100, "kept", "after transfers that failed");
    write_text(writer, " too");
    expect_content("a", "kept too", "after transfers that failed, and a write");
}

static void too_much(uint32_t handle, uint32_t bytes)
{
    uint32_t count;
    const int status = transfer(SHELF_WRITE, handle, bytes, ACCESS_READ, &count);

    EXPECT(status == -E2BIG, "write of %u bytes at 4: %s, expected %s", (unsigned)bytes,
           strerror(status), strerror(-E2BIG));
}

static void limits(void)
{
    static const uint32_t sizes[] = {SHELF_FILE_BYTES - 3, SHELF_FILE_BYTES, UINT32_MAX - 3,
                                     UINT32_MAX};
    char name[] = "0";
    uint32_t handle[SHELF_HANDLES_MAX], count;

    for (unsigned i = 0; i < SHELF_FILES_MAX; i++, name[0]++)
        handle[i] = open_file(name, 1);
    write_text(handle[0], "kept");
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        too_much(handle[0], sizes[i]);
    expect_content("0", "kept", "after writes that were too long");
    EXPECT(transfer(SHELF_WRITE, handle[0], SHELF_FILE_BYTES - 4, ACCESS_READ, &count) == 0,
           "a write that fills the file fails");
    expect_open("more", 1, -ENOSPC, "open of one file too many");
    for (unsigned i = SHELF_FILES_MAX; i < SHELF_HANDLES_MAX; i++)
        handle[i] = open_file("3", 1);
    expect_open("3", 0, -EAGAIN, "open of one handle too many");
    for (unsigned i = 0; i < SHELF_HANDLES_MAX; i++)
        expect_close(handle[i], 0, "close");
    remove_file("4");
    (void)open_file("more", 1);
}

/* Client 0 does that with a handle of the judge's. */
static void expect_foreign(int32_t type, uint32_t handle, const char *what)
{
    message m = {.m_type = type, .m_words = {handle}};

    lab_client_asks(0, &m);
    EXPECT(lab_client_answered(0, &m, LAB_ANSWER_US), "%s of another's handle: no answer", what);
    EXPECT(m.m_type == -EINVAL, "%s of another's handle: %s, expected %s", what, strerror(m.m_type),
           strerror(-EINVAL));
}

static void handles(void)
{
    const uint32_t first = open_file("a", 1);

    write_text(first, "kept");
    expect_close(first ^ 0x40000000, -EINVAL, "close of what was never opened");
    expect_foreign(SHELF_READ, first, "read");
    expect_foreign(SHELF_WRITE, first, "write");
    expect_foreign(SHELF_CLOSE, first, "close");
    expect_close(first, 0, "close");
    expect_close(first, -EINVAL, "close once more");
    const uint32_t second = open_file("a", 0);
    uint32_t count;
    EXPECT(transfer(SHELF_READ, first, 4, ACCESS_WRITE, &count) == -EINVAL,
           "read of a closed handle, when there is another one: expected %s", strerror(-EINVAL));
    expect_text(second, 100, "kept", "the other one");
}

static void removed(void)
{
    const uint32_t old = open_file("a", 1), old_too = open_file("a", 0);
    char name[] = "0";

    write_text(old, "old");
    remove_file("a");
    expect_open("a", 0, -ENOENT, "open of a removed file");
    expect_text(old_too, 100, "old", "a removed file that is open");
    write_text(open_file("a", 1), "new");
    write_text(old, " still");
    expect_text(old_too, 100, " still", "a removed file that is open");
    expect_content("a", "new", "another file of that name");
    for (unsigned i = 2; i < SHELF_FILES_MAX; i++, name[0]++)
        (void)open_file(name, 1);
    expect_open("more", 1, -ENOSPC, "open of one file too many, a removed one among them");
    expect_close(old, 0, "close");
    expect_open("more", 1, -ENOSPC, "the same, when one of its two handles is closed");
    expect_close(old_too, 0, "close");
    expect_content("a", "new", "another file of that name");
    (void)open_file("more", 1);
}

static void open_by(unsigned client, const char *name)
{
    message m = name_request(SHELF_OPEN, name, 1);

    lab_client_asks(client, &m);
    EXPECT(lab_client_answered(client, &m, LAB_ANSWER_US), "open by a client: no answer");
    EXPECT(m.m_type == 0, "open by a client: %s", strerror(m.m_type));
}

/* Two die before the server has its turn, one with a file that has no name any more. */
static void death(void)
{
    const uint32_t own = open_file("own", 1);
    char name[] = "0";

    write_text(own, "kept");
    for (unsigned i = 1; i < SHELF_FILES_MAX; i++, name[0]++)
        open_by(0, name);
    for (unsigned i = SHELF_FILES_MAX; i < SHELF_HANDLES_MAX; i++)
        open_by(1, "6");
    remove_file("3");
    expect_open("own", 0, -EAGAIN, "open of one handle too many");
    lab_client_dies(0);
    lab_client_dies(1);
    nap(NAP_US);
    uint32_t again[SHELF_HANDLES_MAX];
    for (unsigned i = 1; i < SHELF_HANDLES_MAX; i++)
        again[i] = open_file("own", 0);
    for (unsigned i = 1; i < SHELF_HANDLES_MAX; i++)
        expect_close(again[i], 0, "close");
    (void)open_file("more", 1);
    expect_open("one more", 1, -ENOSPC, "open of one file too many: the others are still there");
    expect_content("own", "kept", "a file of one that lives");
}

const struct lab_check lab_checks[] = {
    {"content", content}, {"list", list},     {"names", names},
    {"grants", grants},   {"limits", limits}, {"handles", handles},
    {"removed", removed}, {"death", death},   {NULL, NULL},
};
