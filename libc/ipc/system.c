/* Calls to SYSTEM: each fills a message, asks the kernel, and unpacks the answer. Contracts:
   abi/system.h. Out-parameters are written only on success. */
#include <internal.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <parley/trace.h>
#include <string.h>

int libc_ask_system(message *m, enum system_call call)
{
    m->m_type = call;
    int error = ipc_request(SYSTEM, m);
    return error < 0 ? error : m->m_type;
}

static uint64_t join(const uint32_t *words)
{
    return (uint64_t)words[1] << 32 | words[0];
}

static void split(uint32_t *words, uint64_t value)
{
    words[0] = (uint32_t)value;
    words[1] = (uint32_t)(value >> 32);
}

int libc_name_pack(char packed[16], const char *name)
{
    size_t length = strlen(name);
    if (length == 0)
        return -EINVAL;
    if (length > 15)
        return -ENAMETOOLONG;
    memset(packed, 0, 16);
    memcpy(packed, name, length);
    return 0;
}

_Noreturn void sys_exit(int status)
{
    message m = {.m_words = {(uint32_t)status & 0xff}};
    libc_ask_system(&m, SYS_EXIT);
    for (;;)
        __builtin_trap();
}

int sys_time(uint64_t *microseconds)
{
    message m = {0};
    int error = libc_ask_system(&m, SYS_TIME);
    if (error == 0)
        *microseconds = join(m.m_words);
    return error;
}

int sys_lookup(const char *name, endpoint_t *endpoint)
{
    message m = {0};
    int error = libc_name_pack((char *)m.m_words, name);
    if (error == 0)
        error = libc_ask_system(&m, SYS_LOOKUP);
    if (error == 0)
        *endpoint = (endpoint_t)m.m_words[0];
    return error;
}

int sys_process(unsigned slot, struct process_info *info)
{
    message m = {.m_words = {slot, (uint32_t)info}};
    return libc_ask_system(&m, SYS_PROCESS);
}

int sys_process_of(endpoint_t process, struct process_info *info)
{
    const int error = sys_process(endpoint_slot(process), info);
    return error == 0 && info->endpoint != process ? -EDEADSRCDST : error;
}

int sys_process_next(unsigned *slot, struct process_info *info)
{
    message m = {.m_words = {*slot, (uint32_t)info, 1}};
    int error = libc_ask_system(&m, SYS_PROCESS);
    if (error == 0)
        *slot = m.m_words[0];
    return error;
}

int sys_module(unsigned index, struct module_info *info)
{
    message m = {.m_words = {index, (uint32_t)info}};
    return libc_ask_system(&m, SYS_MODULE);
}

int sys_module_find(const char *name, unsigned *index, struct module_info *info)
{
    int error = 0;
    for (*index = 0; (error = sys_module(*index, info)) == 0; ++*index)
        if (strcmp(info->name, name) == 0)
            return 0;
    return error == -EINVAL ? -ENOENT : error;
}

int sys_memory(struct memory_info *info)
{
    message m = {.m_words = {(uint32_t)info}};
    return libc_ask_system(&m, SYS_MEMORY);
}

int sys_start(const char *name, const char *arguments, endpoint_t *endpoint)
{
    message m = {0};
    int error = libc_name_pack((char *)m.m_words, name);
    if (error < 0)
        return error;
    m.m_words[4] = (uint32_t)arguments;
    m.m_words[5] = arguments ? strlen(arguments) : 0;
    m.m_words[6] = libc_console;
    error = libc_ask_system(&m, SYS_START);
    if (error == 0)
        *endpoint = (endpoint_t)m.m_words[0];
    return error;
}

int sys_update(const char *name, unsigned update)
{
    message m = {0};
    int error = libc_name_pack((char *)m.m_words, name);
    if (error < 0)
        return error;
    m.m_words[4] = update;
    return libc_ask_system(&m, SYS_UPDATE);
}

int sys_kill(endpoint_t endpoint)
{
    message m = {.m_words = {(uint32_t)endpoint}};
    return libc_ask_system(&m, SYS_KILL);
}

static int irq(unsigned operation, unsigned line, unsigned event_bit)
{
    message m = {.m_words = {operation, line, event_bit}};
    return libc_ask_system(&m, SYS_IRQ);
}

int sys_irq_claim(unsigned line, unsigned event_bit)
{
    return irq(IRQ_CLAIM, line, event_bit);
}

int sys_irq_done(unsigned line)
{
    return irq(IRQ_DONE, line, 0);
}

int sys_irq_release(unsigned line)
{
    return irq(IRQ_RELEASE, line, 0);
}

int sys_alarm(uint64_t microseconds)
{
    message m = {0};
    split(m.m_words, microseconds);
    return libc_ask_system(&m, SYS_ALARM);
}

int sys_watch(endpoint_t endpoint, int on)
{
    message m = {.m_words = {(uint32_t)endpoint, on != 0}};
    return libc_ask_system(&m, SYS_WATCH);
}

int sys_death(struct system_death *death)
{
    message m = {0};
    int error = libc_ask_system(&m, SYS_DEATH);
    if (error == 0) {
        death->endpoint = (endpoint_t)m.m_words[0];
        death->cause = m.m_words[1];
        death->status = m.m_words[2];
        death->error = m.m_words[3];
        death->ip = m.m_words[4];
        death->address = m.m_words[5];
    }
    return error;
}

int sys_log_read(uint64_t *position, char *buffer, size_t bytes)
{
    message m = {0};
    split(m.m_words, *position);
    m.m_words[2] = (uint32_t)buffer;
    m.m_words[3] = bytes;
    int error = libc_ask_system(&m, SYS_LOG_READ);
    if (error < 0)
        return error;
    *position = join(m.m_words + 1) + m.m_words[0];
    return (int)m.m_words[0];
}

int sys_log_write(const char *text, size_t bytes)
{
    message m = {.m_words = {(uint32_t)text, bytes}};
    return libc_ask_system(&m, SYS_LOG_WRITE);
}

int sys_dump(void)
{
    message m = {0};
    return libc_ask_system(&m, SYS_DUMP);
}

int sys_power(unsigned what, unsigned status)
{
    message m = {.m_words = {what, status}};
    return libc_ask_system(&m, SYS_POWER);
}

int sys_cancel(endpoint_t endpoint, int restart)
{
    message m = {.m_words = {(uint32_t)endpoint, restart != 0}};
    return libc_ask_system(&m, SYS_CANCEL);
}

int sys_cycle(unsigned index, endpoint_t *member)
{
    message m = {.m_words = {index}};
    int error = libc_ask_system(&m, SYS_CYCLE);
    if (error < 0)
        return error;
    *member = (endpoint_t)m.m_words[0];
    return (int)m.m_words[1];
}

int sys_gate(const void *return_address)
{
    message m = {.m_words = {(uint32_t)return_address}};
    return libc_ask_system(&m, SYS_GATE);
}

int sys_registers_get(endpoint_t endpoint, struct system_registers *registers)
{
    message m = {.m_words = {(uint32_t)endpoint, REGISTERS_GET}};
    int error = libc_ask_system(&m, SYS_REGISTERS);
    if (error == 0) {
        registers->ip = m.m_words[0];
        registers->sp = m.m_words[1];
        registers->flags = m.m_words[2];
        registers->data_segments = m.m_words[3];
        registers->thread_segments = m.m_words[4];
        registers->error = m.m_words[5];
        registers->address = m.m_words[6];
    }
    return error;
}

int sys_registers_set(endpoint_t endpoint, const struct system_registers *registers)
{
    message m = {.m_words = {(uint32_t)endpoint, REGISTERS_SET, registers->ip, registers->sp,
                             registers->flags, registers->data_segments,
                             registers->thread_segments}};
    return libc_ask_system(&m, SYS_REGISTERS);
}

static void trace_take(struct trace_settings *settings, const message *m)
{
    *settings = (struct trace_settings){
        .what = m->m_words[0],
        .calls = m->m_words[1],
        .process = (endpoint_t)m->m_words[2],
        .peer = (endpoint_t)m->m_words[3],
        .type = (int32_t)m->m_words[4],
        .one_type = m->m_words[5] != 0,
        .capacity = m->m_words[6],
    };
}

int sys_trace_get(struct trace_settings *settings)
{
    message m = {.m_words = {TRACE_GET}};
    const int error = libc_ask_system(&m, SYS_TRACE);
    if (error == 0)
        trace_take(settings, &m);
    return error;
}

int sys_trace_set(const struct trace_settings *s)
{
    message m = {.m_words = {TRACE_SET, s->what, s->calls, (uint32_t)s->process, (uint32_t)s->peer,
                             (uint32_t)s->type, s->one_type}};
    return libc_ask_system(&m, SYS_TRACE);
}

int sys_inject(unsigned operation, endpoint_t endpoint, uint32_t there, void *here, size_t bytes)
{
    message m = {.m_words = {operation, (uint32_t)endpoint, there, (uint32_t)here, bytes}};
    return libc_ask_system(&m, SYS_INJECT);
}
