/*
 * Faults in the way that argv[1] names, and tells its handler what came of it. argv[2]: sleeps so
 * many microseconds before.
 */
#include "faulty.h"
#include "lib/machine.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdlib.h>
#include <string.h>

static endpoint_t judge;
static uint32_t good = 0x600df00d;
static uint8_t other_stack[4096] __attribute__((aligned(16)));

static void tell(int32_t type, const uint32_t words[MESSAGE_PAYLOAD_WORDS])
{
    message m = {.m_type = type};

    memcpy(m.m_words, words, sizeof m.m_words);
    ipc_request(judge, &m);
}

static void tell_value(uint32_t value)
{
    const uint32_t words[MESSAGE_PAYLOAD_WORDS] = {value};

    tell(FAULTY_VALUE, words);
}

/* Jumped to, with nothing to return to. */
static _Noreturn void landing(void)
{
    uint32_t sp;

    __asm__ volatile("mov %%esp, %0" : "=r"(sp));
    tell_value(sp);
    sys_exit(0);
}

static void tell_places(void)
{
    uint32_t words[MESSAGE_PAYLOAD_WORDS] = {0};
    struct faulty_places *places = (struct faulty_places *)words;

    *places = (struct faulty_places){
        .undefined = (uint32_t)fault_all_at,
        .read = (uint32_t)fault_read_at,
        .landing = (uint32_t)landing,
        .other_stack = (uint32_t)(other_stack + sizeof other_stack),
        .good_address = (uint32_t)&good,
        .good_value = good,
    };
    tell(FAULTY_PLACES, words);
}

static void undefined(void)
{
    uint32_t flat = flat_data_selector();
    struct all_registers r = {
        FAULTY_PATTERN(0),
        FAULTY_PATTERN(1),
        FAULTY_PATTERN(2),
        FAULTY_PATTERN(3),
        FAULTY_PATTERN(4),
        FAULTY_PATTERN(5),
        FAULTY_PATTERN(6),
        FLAGS_FIXED,
        flat,
        flat,
        flat,
        flat,
    };
    fault_all(&r);
    const uint32_t general[MESSAGE_PAYLOAD_WORDS] = {r.eax, r.ebx, r.ecx, r.edx,
                                                     r.esi, r.edi, r.ebp};
    const uint32_t rest[MESSAGE_PAYLOAD_WORDS] = {r.flags, r.ds, r.es, r.fs, r.gs};
    tell(FAULTY_REGISTERS, general);
    tell(FAULTY_REST, rest);
}

static void breakpoint(void)
{
    uint32_t value = 1;

    __asm__ volatile("int3\n\tadd %%ebx, %0" : "+a"(value) : "b"(41) : "cc");
    tell_value(value);
}

/* Four instructions of one byte behind the breakpoint, for who wants to go step by step. */
static void steps(void)
{
    uint32_t value = 0;

    __asm__ volatile("int3\n\tinc %0\n\tinc %0\n\tinc %0\n\tinc %0" : "+a"(value) : : "cc");
    tell_value(value);
}

int main(int argc, char **argv)
{
    message m;
    const char *how = argc > 1 ? argv[1] : "";

    if (sys_lookup("judge", &judge))
        judge = NONE; /* without the right to ask; its handler finds it all the same */
    if (argc > 2)
        ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, (uint32_t)strtoul(argv[2], NULL, 10), NULL);
    if (strcmp(how, "mute") == 0)
        fault_read(FAULTY_BAD);
    if (strcmp(how, "places") == 0)
        tell_places();
    if (strcmp(how, "undefined") == 0)
        undefined();
    if (strcmp(how, "read") == 0)
        tell_value(fault_read(FAULTY_BAD));
    if (strcmp(how, "breakpoint") == 0)
        breakpoint();
    if (strcmp(how, "steps") == 0)
        steps();
    return 7;
}
