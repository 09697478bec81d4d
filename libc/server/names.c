/*
 * The name server's clients. The name server itself is found by its process's name; when it was
 * restarted the question is put again to the new one, which does no harm: all questions here may be
 * repeated. While it is being restarted, it is waited for.
 */
#include <internal.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/names.h>
#include <stdbool.h>
#include <string.h>

#define PAUSE_US 1000
#define PAUSES   2000 /* until a name server that is to come back is not waited for any more */
#define ATTEMPTS 8
#define HELD_US  2000000 /* a name whose process is being restarted is waited for */

static endpoint_t name_server = NONE;

/* One that was waited for in vain, since somebody has stopped it, is not waited for again. */
static int find(void)
{
    static bool missing;
    int error = sys_lookup("names", &name_server);
    for (unsigned i = 0; error == -EAGAIN && i < PAUSES && !missing; i++) {
        libc_pause(PAUSE_US);
        error = sys_lookup("names", &name_server);
    }
    missing = error == -EAGAIN;
    return error;
}

static int ask_once(message *m, uint32_t timeout_us)
{
    if (name_server == NONE) {
        int error = find();
        if (error < 0)
            return error;
    }
    uint32_t call = timeout_us ? IPC_REQUEST | IPC_TIMEOUT : IPC_REQUEST;
    return ipc_call(call, name_server, m, timeout_us, NULL);
}

/* A look-up's answer names what was asked for: one that does not is another's, or damaged. */
static bool is_sound(const message *m, const message *request)
{
    const char *asked = ((const struct names_request *)request->m_words)->name;
    return m->m_type != 0 ||
           memcmp(((const struct names_answer *)m->m_words)->name, asked, NAME_BYTES) == 0;
}

/* timeout_us 0: none of the caller's. */
static int ask(int32_t type, const char *name, uint32_t timeout_us, endpoint_t *endpoint)
{
    message request = {.m_type = type};
    int error = libc_name_pack(((struct names_request *)request.m_words)->name, name);
    if (error < 0)
        return error;

    message m;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        m = request;
        error = ask_once(&m, timeout_us);
        if (error == 0 && endpoint && !is_sound(&m, &request))
            error = -EIO;
        else if (error != -EDEADSRCDST && error != -EREPLYDEAD)
            break;
        name_server = NONE;
    }
    if (error == 0)
        error = m.m_type;
    if (error == 0 && endpoint)
        *endpoint = ((const struct names_answer *)m.m_words)->endpoint;
    return error;
}

int names_lookup(const char *name, endpoint_t *endpoint)
{
    int error = ask(NAMES_LOOKUP, name, 0, endpoint);
    if (error == -EAGAIN)
        error = ask(NAMES_WAIT, name, HELD_US, endpoint);
    return error == -EREPLYTIMEDOUT ? -ENOENT : error;
}

int names_wait(const char *name, endpoint_t *endpoint)
{
    return ask(NAMES_WAIT, name, 0, endpoint);
}

int libc_names_wait(const char *name, uint32_t timeout_us, endpoint_t *endpoint)
{
    return ask(NAMES_WAIT, name, timeout_us, endpoint);
}

int names_publish(const char *name)
{
    return ask(NAMES_PUBLISH, name, 0, NULL);
}
