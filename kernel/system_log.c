/*
 * Calls to SYSTEM about the log: log_read, log_write, dump. Messages: abi/system.h.
 */
#include "dump.h"
#include "irq.h"
#include "log.h"
#include "memory.h"
#include "system.h"

/* How much of `bytes` there is to read from *position on, which is moved to what there is. */
static uint32_t readable(uint64_t *position, uint32_t bytes)
{
    const char *text;
    (void)log_span(position, &text);
    uint64_t there = log_end() - *position;
    return there < bytes ? (uint32_t)there : bytes;
}

int system_log_read(const struct system_request *r)
{
    const struct arch_space *space = &r->caller->module->space;
    uint64_t position = system_u64(r->in);
    uint32_t bytes = readable(&position, r->in[3]);
    if (!process_memory_ok(space, r->in[2], bytes, SPACE_WRITE))
        return memory_note_miss(space, r->in[2], bytes, SPACE_WRITE);
    r->out[0] = bytes;
    system_put_u64(r->out + 1, position);
    for (uint32_t to = r->in[2]; bytes;) {
        const char *text;
        size_t part = log_span(&position, &text);
        if (part > bytes)
            part = bytes;
        load_into_process(space, to, text, (uint32_t)part);
        to += part;
        position += part;
        bytes -= part;
    }
    irq_log_was_read(process_slot(r->caller), position);
    return 0;
}

int system_log_write(const struct system_request *r)
{
    char text[LOG_WRITE_MAX];
    uint32_t bytes = r->in[1];
    if (bytes > sizeof text)
        return -EINVAL;
    int error = copy_from_process(&r->caller->module->space, text, r->in[0], bytes);
    if (!error)
        log_process_text(r->caller->module->name, text, bytes);
    return error;
}

int system_dump(const struct system_request *r)
{
    (void)r;
    dump_processes(log_text_line);
    return 0;
}
