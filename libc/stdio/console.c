/*
 * Messages to the tty. It is looked for when it is first needed, waiting a while if it is just
 * starting, and again whenever it turns out to have died. Without one, output goes to the kernel's
 * log if the program may write there.
 */
#include <internal.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <stdbool.h>
#include <string.h>

#define WAIT_FOR_TTY_US 5000000

static endpoint_t tty = NONE;
static bool waited;

static int find_tty(void)
{
    endpoint_t starting;
    int error = names_lookup("tty", &tty);
    if (error != -ENOENT || waited)
        return error;
    /* No such name, but such a process: it has not published itself yet. */
    error = sys_lookup("tty", &starting);
    if (error < 0)
        return error;
    waited = true;
    return libc_names_wait("tty", WAIT_FOR_TTY_US, &tty);
}

/* Asks the tty. A tty that died with our request is not asked the same again: whatever killed it
   might do so twice. One that was dead before is replaced by its successor. */
static int ask(message *m)
{
    const message request = *m;
    int error = -EDEADSRCDST;
    for (int attempt = 0; attempt < 2 && error == -EDEADSRCDST; attempt++) {
        if (tty == NONE) {
            error = find_tty();
            if (error < 0)
                return error;
        }
        *m = request;
        error = ipc_request(tty, m);
        if (error == -EDEADSRCDST || error == -EREPLYDEAD) {
            tty = NONE;
            waited = false;
        }
    }
    return error < 0 ? error : m->m_type;
}

/* How many bytes the next message takes: no UTF-8 sequence is torn, where that can be helped. */
static size_t chunk_length(const char *text, size_t bytes)
{
    if (bytes <= TTY_CHUNK)
        return bytes;
    size_t length = TTY_CHUNK;
    while (length > TTY_CHUNK - 4 && (text[length] & 0xc0) == 0x80)
        length--;
    return (text[length] & 0xc0) == 0x80 ? TTY_CHUNK : length;
}

static int write_to_log(const char *text, size_t bytes)
{
    int error = 0;
    while (bytes && error == 0) {
        size_t length = bytes < LOG_WRITE_MAX ? bytes : LOG_WRITE_MAX;
        error = sys_log_write(text, length);
        text += length;
        bytes -= length;
    }
    return error;
}

int libc_console_write(const char *text, size_t bytes)
{
    while (bytes) {
        message m = {.m_type = TTY_WRITE};
        struct tty_text *chunk = (struct tty_text *)m.m_words;
        size_t length = chunk_length(text, bytes);
        chunk->count = length;
        memcpy(chunk->text, text, length);
        int error = ask(&m);
        if (error < 0)
            return write_to_log(text, bytes) == 0 ? 0 : error;
        text += length;
        bytes -= length;
    }
    return 0;
}

int libc_console_read(char *text, size_t most)
{
    message m = {.m_type = TTY_READ};
    ((struct tty_read *)m.m_words)->most = most < TTY_CHUNK ? most : TTY_CHUNK;
    int error = ask(&m);
    if (error < 0)
        return error;
    const struct tty_text *chunk = (const struct tty_text *)m.m_words;
    size_t count = chunk->count;
    if (count > most || count > TTY_CHUNK)
        return -EIO;
    memcpy(text, chunk->text, count);
    return (int)count;
}
