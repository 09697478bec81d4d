/* A module's line: what each key means, and the exact answer to each way of getting it wrong. */
#include "cmocka_all.h"
#include "module_line.h"
#include <string.h>

static struct module_line parsed;
static char reason[MODULE_REASON_BYTES];

static void accept(const char *line)
{
    memset(reason, 0, sizeof reason);
    if (!module_line_parse(line, &parsed, reason))
        fail_msg("refused: %s", reason);
}

static void refuse(const char *line, const char *expected)
{
    memset(reason, 0, sizeof reason);
    assert_false(module_line_parse(line, &parsed, reason));
    assert_string_equal(reason, expected);
}

static void defaults(void **state)
{
    (void)state;
    accept("tty");
    assert_string_equal(parsed.name, "tty");
    assert_string_equal(parsed.identity, "tty");
    assert_false(parsed.demand || parsed.quiet || parsed.user);
    assert_int_equal(parsed.priority, 8);
    assert_int_equal(parsed.quantum_ms, 10);
    assert_int_equal(parsed.calls, 1u << CALL_BIT_send_rec | 1u << CALL_BIT_ipc_request |
                                       1u << CALL_BIT_receive | 1u << CALL_BIT_ipc_receive |
                                       1u << CALL_BIT_ipc_select | 1u << CALL_BIT_in_outbox |
                                       1u << CALL_BIT_echo);
    assert_true(slice_is(parsed.targets, "servers"));
    assert_int_equal(parsed.kernel_calls, 1u << SYS_EXIT | 1u << SYS_TIME | 1u << SYS_LOOKUP);
    assert_int_equal(parsed.irq_lines, 0);
    assert_int_equal(parsed.port_count + parsed.map_count, 0);
    assert_int_equal(parsed.heap_bytes, 64 << 10);
    assert_int_equal(parsed.stack_bytes, 32 << 10);
    assert_string_equal(parsed.arguments, "");
    assert_string_equal(parsed.faults, "");
    assert_string_equal(parsed.data, "");
    assert_false(parsed.is_data);
}

static void every_key(void **state)
{
    (void)state;
    accept("d start=demand identity=disk priority=0 quantum=1000 calls=send:notify:ipc_select "
           "targets=all kernel=exit:power irq=1:14:log ports=0x60:0x3d4-0x3d5:65535 "
           "map=0xb8000+0x8000:0xfd000000+16M heap=256M stack=8M faults=pager quiet -- a  b c=d");
    assert_true(parsed.demand && parsed.quiet && !parsed.user);
    assert_string_equal(parsed.identity, "disk");
    assert_int_equal(parsed.priority, 0);
    assert_int_equal(parsed.quantum_ms, 1000);
    assert_int_equal(parsed.calls,
                     1u << CALL_BIT_send | 1u << CALL_BIT_notify | 1u << CALL_BIT_ipc_select);
    assert_true(slice_is(parsed.targets, "all"));
    assert_int_equal(parsed.kernel_calls, 1u << SYS_EXIT | 1u << SYS_POWER);
    assert_int_equal(parsed.irq_lines, 1u << 1 | 1u << 14 | 1u << IRQ_LINE_LOG);
    assert_int_equal(parsed.port_count, 3);
    assert_int_equal(parsed.ports[0].first, 0x60);
    assert_int_equal(parsed.ports[0].last, 0x60);
    assert_int_equal(parsed.ports[1].last, 0x3d5);
    assert_int_equal(parsed.ports[2].last, 65535);
    assert_int_equal(parsed.map_count, 2);
    assert_int_equal(parsed.maps[0].start, 0xb8000);
    assert_int_equal(parsed.maps[0].bytes, 0x8000);
    assert_int_equal(parsed.maps[1].bytes, 16 << 20);
    assert_int_equal(parsed.heap_bytes, 256 << 20);
    assert_int_equal(parsed.stack_bytes, 8 << 20);
    assert_string_equal(parsed.faults, "pager");
    assert_string_equal(parsed.arguments, "a b c=d");
}

static void data_and_who_sees_it(void **state)
{
    (void)state;
    accept("boot/cjk.font cjk type=data least=16M");
    assert_true(parsed.is_data);
    assert_int_equal(parsed.least_bytes, 16 << 20);
    refuse("d type=data least=many", "least=many: must be a size");
    accept("d least=16M");
    assert_int_equal(parsed.least_bytes, 16 << 20);
    accept("d updates=a least=4K");
    assert_int_equal(parsed.least_bytes, 4 << 10);
    accept("boot/programs.tar programs type=data");
    assert_string_equal(parsed.name, "programs");
    assert_true(parsed.is_data);
    accept("files type=program data=programs");
    assert_false(parsed.is_data);
    assert_string_equal(parsed.data, "programs");
    refuse("d type=music", "type=music: must be program or data");
    refuse("d type=data type=data", "type=data: given twice");
    refuse("d data=", "data=: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d type=data ports=0x60", "ports: not with type=data");
    refuse("d data=e type=data", "data: not with type=data");
    refuse("d quiet type=data", "quiet: not with type=data");
    refuse("d type=data -- x", "--: not with type=data");
}

/* Capitals are digits and letters, too; a zero before a decimal number means nothing. */
static void how_numbers_and_names_are_spelled(void **state)
{
    (void)state;
    accept("Disk-B ports=0X3DA-0X3Fa priority=012");
    assert_string_equal(parsed.name, "Disk-B");
    assert_int_equal(parsed.ports[0].first, 0x3da);
    assert_int_equal(parsed.ports[0].last, 0x3fa);
    assert_int_equal(parsed.priority, 12);
    accept("terminal identity=tty");
    assert_string_equal(parsed.identity, "tty");
}

static void lists_with_all(void **state)
{
    (void)state;
    accept("d calls=all kernel=all");
    assert_int_equal(parsed.calls, (1u << CALL_BIT_COUNT) - 1);
    assert_int_equal(parsed.kernel_calls, (1u << (SYSTEM_CALL_LAST + 1)) - 2);
}

/* Each call's own name is its own bit, and no other name is a call. */
static void every_call_by_its_name(void **state)
{
    (void)state;
#define CHECK_CALL(name, number, bit)                                                              \
    accept("d calls=" #name);                                                                      \
    assert_int_equal(parsed.calls, 1u << (bit));
    IPC_CALLS(CHECK_CALL)
#undef CHECK_CALL
    accept("d calls=ipc_request:ipc_reply:ipc_receive targets=none");
    assert_int_equal(parsed.calls, 1u << CALL_BIT_ipc_request | 1u << CALL_BIT_ipc_reply |
                                       1u << CALL_BIT_ipc_receive);
    assert_true(slice_is(parsed.targets, "none"));
    refuse("d calls=ipc_sendrec", "calls=ipc_sendrec: no such IPC call");
}

static void sizes_become_whole_pages(void **state)
{
    (void)state;
    accept("d heap=1 stack=4097");
    assert_int_equal(parsed.heap_bytes, 4096);
    assert_int_equal(parsed.stack_bytes, 8192);
    accept("d heap=0 stack=0x1000");
    assert_int_equal(parsed.heap_bytes, 0);
    assert_int_equal(parsed.stack_bytes, 4096);
}

static void the_name_behind_a_path(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "/boot/file tty priority=3",
        "boot/tty priority=3",
        "boot/tty",
        "/tty -- x",
        "a/tty quiet",
        "boot/file tty",
        "boot/file other/tty",
        "   /boot/file\t tty quiet  ",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        accept(lines[i]);
        assert_string_equal(parsed.name, "tty");
    }
    accept("/boot/tty priority=3");
    assert_int_equal(parsed.priority, 3);
}

static void wrong_names(void **state)
{
    (void)state;
    refuse("", ": not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("a_name_of_16_chr", "a_name_of_16_chr: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("t$y", "t$y: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("boot/", ": not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("user", "user: a reserved word");
    refuse("all", "all: a reserved word");
    refuse("none", "none: a reserved word");
    refuse("d identity=none", "identity=none: a reserved word");
    refuse("servers", "servers: a reserved word");
    assert_string_equal(parsed.name, "");
}

static void wrong_words(void **state)
{
    (void)state;
    refuse("d loud", "loud: unknown word");
    refuse("d color=red", "color=red: unknown word");
    refuse("d quiet=1", "quiet=1: unknown word");
    refuse("d priority", "priority: unknown word");
    refuse("d =", "=: unknown word");
    refuse("d priority=1 priority=1", "priority=1: given twice");
    refuse("d a_very_very_long_word_that_nobody_would_write", "a_very_very_long_word_that_n: "
                                                              "unknown word");
    assert_string_equal(parsed.name, "d"); /* so that others may still name it */
}

static void wrong_values(void **state)
{
    (void)state;
    refuse("d start=", "start=: must be boot, demand, supervised or asked");
    refuse("d start=now", "start=now: must be boot, demand, supervised or asked");
    refuse("d identity=a$b", "identity=a$b: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d identity=servers", "identity=servers: a reserved word");
    refuse("d priority=16", "priority=16: must be a number from 0 to 15");
    refuse("d priority=-1", "priority=-1: must be a number from 0 to 15");
    refuse("d priority=", "priority=: must be a number from 0 to 15");
    refuse("d priority=a", "priority=a: must be a number from 0 to 15");
    refuse("d priority=0x", "priority=0x: must be a number from 0 to 15");
    refuse("d priority=4294967296", "priority=4294967296: must be a number from 0 to 15");
    refuse("d quantum=0", "quantum=0: must be a number from 1 to 1000");
    refuse("d quantum=1001", "quantum=1001: must be a number from 1 to 1000");
    refuse("d heap=257M", "heap=257M: must be a size of at most 256M");
    refuse("d heap=4096M", "heap=4096M: must be a size of at most 256M");
    refuse("d heap=K", "heap=K: must be a size of at most 256M");
    refuse("d heap=1G", "heap=1G: must be a size of at most 256M");
    refuse("d stack=4095", "stack=4095: must be a size from 4K to 8M");
    refuse("d stack=9M", "stack=9M: must be a size from 4K to 8M");
}

static void wrong_lists(void **state)
{
    (void)state;
    refuse("d calls=send:fly", "calls=fly: no such IPC call");
    refuse("d calls=", "calls=: no such IPC call");
    refuse("d calls=send:", "calls=: no such IPC call");
    refuse("d kernel=exit:fork", "kernel=fork: no such kernel call");
    refuse("d targets=tty:a$b", "targets=a$b: not an identity's name");
    refuse("d targets=", "targets=: not an identity's name");
    refuse("d irq=16", "irq=16: must be a line from 0 to 15, or log");
    refuse("d irq=1:x", "irq=x: must be a line from 0 to 15, or log");
}

static void wrong_ranges(void **state)
{
    (void)state;
    refuse("d ports=1-", "ports=1-: must be FIRST-LAST or one number");
    refuse("d ports=x", "ports=x: must be FIRST-LAST or one number");
    refuse("d ports=5-4", "ports=5-4: not a range within 0 to 0xffff");
    refuse("d ports=0-0x10000", "ports=0-0x10000: not a range within 0 to 0xffff");
    refuse("d ports=1:2:3:4:5:6:7:8:9", "ports=9: more than 8 port ranges");
    refuse("d map=4096+4K:8192+4K:12288+4K:16384+4K:20480+4K:24576+4K:28672+4K:32768+4K:36864+4K",
           "map=36864+4K: more than 8 ranges");
    refuse("d map=0xb8000", "map=0xb8000: must be START+BYTES");
    refuse("d map=x+4K", "map=x+4K: must be START+BYTES");
    refuse("d map=0xb8001+4K", "map=0xb8001+4K: not page-aligned, or empty");
    refuse("d map=0xb8000+5000", "map=0xb8000+5000: not page-aligned, or empty");
    refuse("d map=0xb8000+0", "map=0xb8000+0: not page-aligned, or empty");
    refuse("d map=0+4K", "map=0+4K: page 0 stays unmapped");
    refuse("d map=0xff000+8K", "map=0xff000+8K: crosses the first megabyte's end");
    /* Its end is 2^32. */
    refuse("d map=0x7000+0xffff9000", "map=0x7000+0xffff9000: crosses the first megabyte's end");
    refuse("d map=0xfffff000+8K", "map=0xfffff000+8K: wraps around the end of memory");
    refuse("d map=0xc0000000+256M",
           "map=0xc0000000+256M: more than there are addresses for devices");
    refuse("d map=0xc0000000+128M:0xd0000000+128M",
           "map=0xd0000000+128M: more than there are addresses for devices");
    refuse("d map=framebuffer+4K", "map=framebuffer+4K: must be START+BYTES");
    refuse("d map=0xc0000000+176M:framebuffer",
           "map=framebuffer: more than there are addresses for devices");
    accept("d map=0xfffff000+4K"); /* the last page there is */
}

static void whose_faults(void **state)
{
    (void)state;
    accept("d identity=user faults=debugger"); /* a burden, no privilege */
    assert_string_equal(parsed.faults, "debugger");
    refuse("d faults=", "faults=: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d faults=a:b", "faults=a:b: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d faults=a faults=a", "faults=a: given twice");
}

static void what_the_supervisor_is_told(void **state)
{
    (void)state;
    accept("d start=supervised");
    assert_true(parsed.supervised && !parsed.demand);
    assert_int_equal(parsed.restart, RESTART_FAULT);
    assert_int_equal(parsed.limit + parsed.limit_seconds + parsed.heartbeat_ms, 0);
    assert_int_equal(parsed.backoff_ms, 1);
    assert_null(parsed.needs.text);
    accept(
        "d needs=a:b-2 limit=16/3600 backoff=60000 heartbeat=10 restart=always start=supervised");
    assert_true(slice_is(parsed.needs, "a:b-2"));
    assert_int_equal(parsed.restart, RESTART_ALWAYS);
    assert_int_equal(parsed.limit, 16);
    assert_int_equal(parsed.limit_seconds, 3600);
    assert_int_equal(parsed.backoff_ms, 60000);
    assert_int_equal(parsed.heartbeat_ms, 10);
    accept(
        "d start=supervised restart=never backoff=0 heartbeat=0 limit=1/1 needs=a:b:c:d:e:f:g:h");
    assert_int_equal(parsed.restart, RESTART_NEVER);
    assert_int_equal(parsed.backoff_ms, 0);
}

static void wrong_supervision(void **state)
{
    (void)state;
    accept("d image=a");
    assert_string_equal(parsed.image, "a");
    refuse("d image=", "image=: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d image=a.b/c", "image=a.b/c: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d type=data image=a", "image: not with type=data");
    refuse("d updates=a image=a", "image: not with updates");
    refuse("d updates=", "updates=: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d updates=a heap=4K", "heap: not with updates");
    refuse("d updates=a quiet", "quiet: not with updates");
    refuse("d updates=a -- b", "--: not with updates");
    refuse("d type=data updates=a", "updates: not with type=data");
    refuse("d start=supervised needs=", "needs=: not a name (1 to 15 of a-z A-Z 0-9 _ - .)");
    refuse("d start=supervised needs=a:b:c:d:e:f:g:h:i", "needs=i: more than 8 modules");
    refuse("d start=supervised restart=often", "restart=often: must be never, fault or always");
    refuse("d start=supervised limit=3", "limit=3: must be RESTARTS/SECONDS");
    refuse("d start=supervised limit=3/", "limit=3/: must be RESTARTS/SECONDS");
    refuse("d start=supervised limit=0/1", "limit=0/1: not 1 to 16 restarts in 1 to 3600 seconds");
    refuse("d start=supervised limit=17/1",
           "limit=17/1: not 1 to 16 restarts in 1 to 3600 seconds");
    refuse("d start=supervised limit=1/0", "limit=1/0: not 1 to 16 restarts in 1 to 3600 seconds");
    refuse("d start=supervised limit=1/3601",
           "limit=1/3601: not 1 to 16 restarts in 1 to 3600 seconds");
    refuse("d start=supervised backoff=60001", "backoff=60001: must be a number from 0 to 60000");
    refuse("d start=supervised heartbeat=9", "heartbeat=9: must be 0 or a number from 10 to 60000");
    refuse("d start=supervised heartbeat=60001",
           "heartbeat=60001: must be 0 or a number from 10 to 60000");
    refuse("d needs=a", "needs: only with start=supervised or asked");
    refuse("d start=demand heartbeat=0", "heartbeat: only with start=supervised or asked");
    refuse("d restart=fault -- x", "restart: only with start=supervised or asked");
}

static void user_has_no_privileges_of_its_own(void **state)
{
    (void)state;
    accept("d identity=user priority=9 kernel=exit:time quiet heap=4K");
    assert_true(parsed.user);
    refuse("d identity=user calls=send", "calls: not with identity=user");
    refuse("d targets=tty identity=user", "targets: not with identity=user");
    refuse("d identity=user irq=1", "irq: not with identity=user");
    refuse("d identity=user ports=1", "ports: not with identity=user");
    refuse("d identity=user map=0xb8000+4K -- x", "map: not with identity=user");
    refuse("d identity=user kernel=kill", "kernel: only exit, time and lookup with identity=user");
}

static void arguments_that_do_not_fit(void **state)
{
    (void)state;
    char line[600] = "d --";
    for (int i = 1; i < ARGUMENT_COUNT; i++)
        strcat(line, " x");
    accept(line);
    strcat(line, " last");
    refuse(line, "last: more arguments than there is room for");

    strcpy(line, "d -- ");
    memset(line + 5, 'y', ARGUMENT_BYTES - 2);
    line[5 + ARGUMENT_BYTES - 2] = '\0';
    accept(line);
    assert_int_equal(strlen(parsed.arguments), ARGUMENT_BYTES - 2);
    strcat(line, "yy");
    refuse(line, "yyyyyyyyyyyyyyyyyyyyyyyyyyyy: more arguments than there is room for");
    /* Two, with the space between them: the last byte is the NUL's. */
    line[5 + ARGUMENT_BYTES - 5] = '\0';
    strcat(line, " zzz");
    accept(line);
    assert_int_equal(strlen(parsed.arguments), ARGUMENT_BYTES - 1);
    strcat(line, "z");
    refuse(line, "zzzz: more arguments than there is room for");
}

/* Whatever the text is, the parser comes back and its reason is a string that fits. */
static void any_text_is_survived(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "=",    ":",      "+",     "-",    "--",    " ", "/",  "tty", "0x",          "map",
        "irq=", "ports=", "calls", "\377", "heap=", "M", "\t", "9",   "99999999999", "user"};
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char line[256] = "";
        for (int i = 0; i < 12; i++) {
            seed = seed * 1664525u + 1013904223u;
            strcat(line, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        memset(reason, '#', sizeof reason);
        if (!module_line_parse(line, &parsed, reason))
            assert_non_null(memchr(reason, '\0', sizeof reason));
        assert_true(strlen(parsed.name) < NAME_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(every_key),
        cmocka_unit_test(data_and_who_sees_it),
        cmocka_unit_test(how_numbers_and_names_are_spelled),
        cmocka_unit_test(lists_with_all),
        cmocka_unit_test(every_call_by_its_name),
        cmocka_unit_test(sizes_become_whole_pages),
        cmocka_unit_test(the_name_behind_a_path),
        cmocka_unit_test(wrong_names),
        cmocka_unit_test(wrong_words),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(wrong_lists),
        cmocka_unit_test(wrong_ranges),
        cmocka_unit_test(whose_faults),
        cmocka_unit_test(what_the_supervisor_is_told),
        cmocka_unit_test(wrong_supervision),
        cmocka_unit_test(user_has_no_privileges_of_its_own),
        cmocka_unit_test(arguments_that_do_not_fit),
        cmocka_unit_test(any_text_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
