/* Where a call's message lies: boxes, pointers, pages; and that nothing is taken from elsewhere. */
#include "call.h"
#include "cmocka_all.h"
#include <string.h>

#define READABLE  0x10000000u /* user pages, one after the other, in no order in the machine */
#define WRITABLE  0x10001000u
#define WRITABLE2 0x10002000u
#define BEYOND    0x10003000u /* outside the window */
#define KERNELS   USER_END    /* mapped, as all of the kernel is in every space */
#define PAGE_A    0x00020000u /* where they are */
#define PAGE_B    0x00090000u
#define PAGE_C    0x00050000u
#define PAGE_D    ARCH_HOST_BEYOND
#define PROCESS   0x00010000u

static struct module module;

bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found)
{
    static const struct {
        uint32_t user;
        phys_addr_t page;
        bool write;
    } map[] = {{READABLE, PAGE_A, false},
               {WRITABLE, PAGE_B, true},
               {WRITABLE2, PAGE_C, true},
               {BEYOND, PAGE_D, true},
               {KERNELS - PAGE_BYTES, PAGE_B, true},
               {KERNELS, PAGE_C, true}};
    assert_ptr_equal(space, &module.space);
    for (unsigned i = 0; i < sizeof map / sizeof *map; i++) {
        if (address - map[i].user >= PAGE_BYTES || ((flags & SPACE_WRITE) && !map[i].write))
            continue;
        *found = map[i].page + address % PAGE_BYTES;
        return true;
    }
    return false;
}

static struct call call;

static int begin(void **state)
{
    (void)state;
    struct process *p = arch_window(PROCESS, sizeof *p);
    memset(p, 0, sizeof *p);
    p->module = &module;
    call = (struct call){.caller = p};
    return 0;
}

static int locate(uint32_t address, bool sends, bool receives)
{
    call.registers.message = address;
    call.explicit.first_bytes = 0;
    return message_locate(&call, sends, receives);
}

static void in_one_page(void **state)
{
    (void)state;
    assert_int_equal(locate(WRITABLE + 64, true, true), 0);
    assert_int_equal(call.out, PAGE_B + 64);
    assert_int_equal(call.in, PAGE_B + 64);
    assert_int_equal(call.explicit.first_bytes, 0);
    assert_int_equal(locate(WRITABLE + PAGE_BYTES - 36, false, true), 0);
    assert_int_equal(call.in, PAGE_B + PAGE_BYTES - 36);
    assert_int_equal(call.explicit.first_bytes, 0);
    assert_int_equal(locate(READABLE, true, false), 0);
    assert_int_equal(call.out, PAGE_A);
}

static void whose_fault(void **state)
{
    (void)state;
    assert_int_equal(locate(READABLE, true, true), -EFAULT);
    assert_int_equal(locate(READABLE, false, true), -EFAULT);
    for (uint32_t i = 1; i < 4; i++)
        assert_int_equal(locate(WRITABLE + i, true, false), -EINVAL);
    assert_int_equal(locate(WRITABLE - 16, true, false), 0);      /* from A into B */
    assert_int_equal(locate(WRITABLE - 16, true, true), -EFAULT); /* A is read-only */
    assert_int_equal(locate(READABLE - 16, true, false), -EFAULT);
    assert_int_equal(locate(4, true, false), -EFAULT);
    assert_int_equal(locate(USER_END - 36, true, false), 0);
    assert_int_equal(locate(USER_END - 32, true, false), -EFAULT);
    assert_int_equal(locate(USER_END, true, false), -EFAULT);
    assert_int_equal(locate(0xfffffffc, true, false), -EFAULT);
    assert_int_equal(locate(0xfffffffe, true, false), -EINVAL);
}

static void boxes(void **state)
{
    (void)state;
    assert_int_equal(locate(0, true, false), -EFAULT);
    assert_int_equal(locate(0, false, true), -EFAULT);
    call.caller->out_box = PAGE_B;
    assert_int_equal(locate(0, true, false), 0);
    assert_int_equal(call.out, PAGE_B);
    assert_int_equal(locate(0, false, true), -EFAULT);
    assert_int_equal(locate(0, true, true), -EFAULT);
    call.caller->in_box = PAGE_C;
    assert_int_equal(locate(0, true, true), 0);
    assert_int_equal(call.out, PAGE_B);
    assert_int_equal(call.in, PAGE_C);
    call.caller->out_box = 0;
    assert_int_equal(locate(0, true, true), -EFAULT);
    assert_int_equal(locate(0, false, true), 0);
}

/* The hardware's message too lands in the buffer that the receive named. */
static void a_box_is_not_used_beside_a_pointer(void **state)
{
    (void)state;
    call.caller->out_box = PAGE_A;
    call.caller->in_box = PAGE_C;
    assert_int_equal(locate(WRITABLE + 64, true, true), 0);
    assert_int_equal(call.out, PAGE_B + 64);
    assert_int_equal(call.in, PAGE_B + 64);
    assert_int_equal(call.caller->out_box, PAGE_A);
    assert_int_equal(call.caller->in_box, PAGE_C);
}

static void what_may_be_a_box(void **state)
{
    (void)state;
    phys_addr_t box = 1;
    assert_int_equal(message_locate_box(call.caller, WRITABLE + PAGE_BYTES - 36, SPACE_WRITE, &box),
                     0);
    assert_int_equal(box, PAGE_B + PAGE_BYTES - 36);
    box = 1;
    assert_int_equal(message_locate_box(call.caller, WRITABLE + PAGE_BYTES - 32, SPACE_WRITE, &box),
                     -EINVAL);
    assert_int_equal(message_locate_box(call.caller, WRITABLE + 2, SPACE_WRITE, &box), -EINVAL);
    assert_int_equal(message_locate_box(call.caller, READABLE, SPACE_WRITE, &box), -EFAULT);
    assert_int_equal(box, 1);
    assert_int_equal(message_locate_box(call.caller, READABLE, 0, &box), 0);
    assert_int_equal(box, PAGE_A);
}

/* Every way in which nine words can lie across two pages that do not touch in the machine. */
static void across_two_pages(void **state)
{
    (void)state;
    for (uint32_t first = 4; first < MESSAGE_BYTES; first += 4) {
        uint8_t *b = arch_window(PAGE_B, PAGE_BYTES), *c = arch_window(PAGE_C, PAGE_BYTES);
        memset(b, 0xee, PAGE_BYTES);
        memset(c, 0xee, PAGE_BYTES);
        for (uint32_t i = 0; i < MESSAGE_BYTES; i++)
            *(i < first ? b + PAGE_BYTES - first + i : c + i - first) = (uint8_t)(i + 1);

        assert_int_equal(locate(WRITABLE2 - first, true, true), 0);
        message m;
        assert_int_equal(call.out, arch_phys_of(&call.caller->bounce));
        assert_int_equal(call.in, call.out);
        memcpy(&m, &call.caller->bounce, sizeof m);
        for (uint32_t i = 0; i < MESSAGE_BYTES; i++)
            assert_int_equal(((const uint8_t *)&m)[i], i + 1);
        assert_int_equal(call.explicit.first_bytes, first);
        assert_int_equal(call.explicit.first, PAGE_B + PAGE_BYTES - first);
        assert_int_equal(call.explicit.second, PAGE_C);

        message *answer = arch_window(PROCESS + PAGE_BYTES, sizeof *answer);
        memset(answer, 0x5a, sizeof *answer);
        message_write(&call, answer);
        for (uint32_t i = 0; i < PAGE_BYTES; i++) {
            assert_int_equal(b[i], i < PAGE_BYTES - first ? 0xee : 0x5a);
            assert_int_equal(c[i], i < MESSAGE_BYTES - first ? 0x5a : 0xee);
        }
        assert_int_equal(locate(WRITABLE2 - first, true, false), 0);
        assert_int_equal(call.explicit.first_bytes, 0); /* nothing will come */
    }
}

static void expect_bounce(uint8_t of)
{
    assert_int_equal(call.out, arch_phys_of(&call.caller->bounce));
    for (uint32_t i = 0; i < MESSAGE_BYTES; i++)
        assert_int_equal(((const uint8_t *)&call.caller->bounce)[i], of + i);
}

static void fill(uint8_t *at, uint8_t of)
{
    for (uint32_t i = 0; i < MESSAGE_BYTES; i++)
        at[i] = (uint8_t)(of + i);
}

/* The core gets no place there: the bounce stands in, whether it is all of the message or a part.
 */
static void beyond_the_window(void **state)
{
    (void)state;
    uint8_t *d = arch_view(PAGE_D);
    message *answer = arch_window(PROCESS + PAGE_BYTES, sizeof *answer);
    memset(d, 0xee, PAGE_BYTES);
    fill(d + 64, 1);
    assert_int_equal(locate(BEYOND + 64, true, true), 0);
    expect_bounce(1);
    assert_int_equal(call.in, call.out);
    assert_int_equal(call.explicit.first, PAGE_D + 64);
    assert_int_equal(call.explicit.first_bytes, MESSAGE_BYTES);
    fill((uint8_t *)answer, 101);
    message_write(&call, answer);
    for (uint32_t i = 0; i < PAGE_BYTES; i++)
        assert_int_equal(d[i], i - 64 < MESSAGE_BYTES ? 101 + i - 64 : 0xee);
    assert_int_equal(locate(BEYOND - 16, true, true), 0);
    assert_int_equal(call.explicit.first, PAGE_C + PAGE_BYTES - 16);
    assert_int_equal(call.explicit.second, PAGE_D);
    assert_int_equal(locate(BEYOND + 64, true, false), 0);
    assert_int_equal(call.explicit.first_bytes, 0); /* nothing will come */
}

static void boxes_beyond_the_window(void **state)
{
    (void)state;
    phys_addr_t in, out;
    assert_int_equal(message_locate_box(call.caller, BEYOND, SPACE_WRITE, &in), 0);
    assert_int_equal(message_locate_box(call.caller, BEYOND + 64, 0, &out), 0);
    fill(arch_view(PAGE_D + 64), 1);
    call.caller->in_box = in;
    call.caller->out_box = out;
    call.caller->boxes_beyond = true;
    assert_int_equal(locate(0, true, true), 0);
    expect_bounce(1);
    assert_int_equal(call.in, call.out);
    assert_int_equal(call.explicit.first, PAGE_D);
    assert_int_equal(call.explicit.first_bytes, MESSAGE_BYTES);
    call.caller->in_box = PAGE_C;
    assert_int_equal(locate(0, true, true), 0);
    assert_int_equal(call.in, PAGE_C);
    assert_int_equal(call.explicit.first_bytes, 0);
    call.caller->in_box = in;
    call.caller->out_box = PAGE_B;
    assert_int_equal(locate(0, true, true), 0);
    assert_int_equal(call.out, PAGE_B);
    assert_int_equal(call.in, arch_phys_of(&call.caller->bounce));
}

/* SYSTEM and echo read and write themselves: nine words, and nothing beside them. */
static void read_and_written(void **state)
{
    (void)state;
    uint8_t *b = arch_window(PAGE_B, PAGE_BYTES);
    message *m = arch_window(PROCESS + PAGE_BYTES, sizeof *m);
    memset(b, 0xee, PAGE_BYTES);
    memset(b + 64, 0x21, MESSAGE_BYTES);
    memset(m, 0, sizeof *m);
    assert_int_equal(locate(WRITABLE + 64, true, true), 0);
    message_read(&call, m);
    assert_memory_equal(m, b + 64, MESSAGE_BYTES);
    memset(m, 0x5a, sizeof *m);
    message_write(&call, m);
    for (uint32_t i = 0; i < PAGE_BYTES; i++)
        assert_int_equal(b[i], i >= 64 && i < 64 + MESSAGE_BYTES ? 0x5a : 0xee);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(in_one_page, begin),
        cmocka_unit_test_setup(whose_fault, begin),
        cmocka_unit_test_setup(boxes, begin),
        cmocka_unit_test_setup(a_box_is_not_used_beside_a_pointer, begin),
        cmocka_unit_test_setup(what_may_be_a_box, begin),
        cmocka_unit_test_setup(across_two_pages, begin),
        cmocka_unit_test_setup(beyond_the_window, begin),
        cmocka_unit_test_setup(boxes_beyond_the_window, begin),
        cmocka_unit_test_setup(read_and_written, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
