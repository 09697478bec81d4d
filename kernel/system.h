/*
 * Calls to SYSTEM: one function each, in the file of its group.
 *
 * A handler finds the caller and the request's words, fills the answer's words (zero before) and
 * returns 0 or a negative error. It may end processes, the caller among them.
 */
#pragma once

#include "process.h"

struct system_request {
    struct process *caller;
    const uint32_t *in; /* 7 words */
    uint32_t *out;      /* 7 words */
};

/* Answers `m` in place: m_source, m_type, words. When it returns, the caller may be dead. */
void system_call(struct process *caller, message *m);

static inline uint64_t system_u64(const uint32_t *words)
{
    return (uint64_t)words[1] << 32 | words[0];
}

static inline void system_put_u64(uint32_t *words, uint64_t value)
{
    words[0] = (uint32_t)value;
    words[1] = (uint32_t)(value >> 32);
}

/* SYS_MOVE of the running process, when nothing stands in its way; false, and nothing has happened,
   when something does. */
bool system_move_at_once(const uint32_t *in, message *answer);

/* The module that four words name, or NULL. */
struct module *system_named_module(const uint32_t *words);
/* The living process that an endpoint or SELF names, or a negative error. */
int system_target(const struct process *caller, uint32_t endpoint);

/* A death in an answer, as abi/system.h has it. */
void system_put_death(uint32_t *out, const struct death *death);

int system_exit(const struct system_request *r);
int system_lookup(const struct system_request *r);
int system_process(const struct system_request *r);
int system_module(const struct system_request *r);
int system_memory(const struct system_request *r);
int system_start(const struct system_request *r);
int system_update(const struct system_request *r);
int system_kill(const struct system_request *r);
int system_watch(const struct system_request *r);
int system_death(const struct system_request *r);

int system_time(const struct system_request *r);
int system_alarm(const struct system_request *r);
int system_irq(const struct system_request *r);
int system_power(const struct system_request *r);

int system_cancel(const struct system_request *r);
int system_cycle(const struct system_request *r);
int system_gate(const struct system_request *r);
int system_registers(const struct system_request *r);

int system_log_read(const struct system_request *r);
int system_log_write(const struct system_request *r);
int system_dump(const struct system_request *r);
int system_trace(const struct system_request *r);

int system_create(const struct system_request *r);
int system_map(const struct system_request *r);
int system_unmap(const struct system_request *r);
int system_space(const struct system_request *r);
int system_begin(const struct system_request *r);
int system_move(const struct system_request *r);

int system_inject(const struct system_request *r);
