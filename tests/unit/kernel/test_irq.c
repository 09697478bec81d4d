/* Interrupt lines and the log: owners, masks, events. */
#include "cmocka_all.h"
#include "irq.h"
#include "log.h"
#include "process.h"
#include <string.h>

struct ipc_table ipc_table;
static uint32_t posted[IPC_PROCESSES];
static bool unmasked[IRQ_LINES];
static const struct arch_context *drivers[IRQ_LINES + 1]; /* as the machine was told */
static uint32_t driver_events[IRQ_LINES + 1];
static struct process processes[IPC_PROCESSES];
static uint64_t end;
static bool console;
static uint64_t shown_from;

void process_post(unsigned slot, uint32_t bits)
{
    posted[slot] |= bits;
}

struct process *process_at(unsigned slot)
{
    return &processes[slot];
}

void arch_line_owner(unsigned line, const struct arch_context *driver, uint32_t event)
{
    drivers[line] = driver;
    driver_events[line] = event;
}

void arch_line_mask(unsigned line)
{
    unmasked[line] = false;
}

void arch_line_unmask(unsigned line)
{
    unmasked[line] = true;
}

uint64_t log_end(void)
{
    return end;
}

void log_set_console(bool on)
{
    console = on;
}

void log_show_from(uint64_t position)
{
    shown_from = position;
}

/* As the machine does it: masked first, then told. */
static void raise_line(unsigned line)
{
    unmasked[line] = false;
    kernel_interrupt(line);
}

static int begin(void **state)
{
    (void)state;
    for (unsigned slot = 0; slot < 4; slot++)
        irq_release_all(slot);
    memset(posted, 0, sizeof posted);
    end = 100;
    console = true;
    shown_from = 0;
    return 0;
}

static void a_line_from_claim_to_done(void **state)
{
    (void)state;
    assert_int_equal(irq_claim(1, 4, 7), 0);
    assert_true(unmasked[4]);
    assert_ptr_equal(drivers[4], &processes[1].arch);
    assert_int_equal(driver_events[4], 1u << 7);
    raise_line(4);
    assert_int_equal(posted[1], 1u << 7);
    assert_false(unmasked[4]);
    assert_int_equal(irq_done(1, 4), 0);
    assert_true(unmasked[4]);
    assert_int_equal(irq_release(1, 4), 0);
    assert_false(unmasked[4]);
    assert_null(drivers[4]);
    posted[1] = 0;
    raise_line(4);
    assert_int_equal(posted[1], 0);
}

static void whose_line_it_is(void **state)
{
    (void)state;
    assert_int_equal(irq_claim(1, 4, 24), -EINVAL);
    assert_int_equal(irq_claim(1, 4, 0), 0);
    assert_int_equal(irq_claim(2, 4, 0), -EBUSY);
    assert_int_equal(irq_done(2, 4), -EBUSY);
    assert_int_equal(irq_release(2, 4), -EBUSY);
    assert_int_equal(irq_done(2, 5), -EINVAL);
    assert_int_equal(irq_claim(1, 4, 3), 0); /* its owner may choose another bit */
    raise_line(4);
    assert_int_equal(posted[1], 1u << 3);
    assert_int_equal(driver_events[4], 1u << 3);
}

static void death_releases(void **state)
{
    (void)state;
    irq_claim(1, 4, 0);
    irq_claim(1, 5, 0);
    irq_claim(2, 6, 0);
    irq_release_all(1);
    assert_false(unmasked[4] || unmasked[5]);
    assert_true(unmasked[6]);
    assert_int_equal(irq_claim(2, 4, 0), 0);
}

static void the_log_tells_once_until_done(void **state)
{
    (void)state;
    assert_int_equal(irq_claim(1, IRQ_LINE_LOG, 2), 0);
    assert_false(console);
    irq_log_post();
    assert_int_equal(posted[1], 0); /* what came before was on the console */
    end = 110;
    irq_log_post();
    assert_int_equal(posted[1], 1u << 2);
    posted[1] = 0;
    end = 120;
    irq_log_post();
    assert_int_equal(posted[1], 0);
    irq_log_was_read(1, 120);
    assert_int_equal(irq_done(1, IRQ_LINE_LOG), 0);
    irq_log_post();
    assert_int_equal(posted[1], 0);
    end = 130;
    irq_log_post();
    assert_int_equal(posted[1], 1u << 2);
}

/* Text that came between the last read and IRQ_DONE. */
static void nothing_is_missed(void **state)
{
    (void)state;
    irq_claim(1, IRQ_LINE_LOG, 2);
    end = 110;
    irq_log_post();
    posted[1] = 0;
    irq_log_was_read(1, 110);
    end = 115;
    irq_done(1, IRQ_LINE_LOG);
    irq_log_post();
    assert_int_equal(posted[1], 1u << 2);
}

static void the_console_comes_back(void **state)
{
    (void)state;
    irq_claim(1, IRQ_LINE_LOG, 2);
    end = 150;
    irq_log_was_read(1, 120);
    irq_log_was_read(2, 150); /* not the owner: does not count */
    irq_release_all(1);
    assert_true(console);
    assert_int_equal(shown_from, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_from_claim_to_done, begin),
        cmocka_unit_test_setup(whose_line_it_is, begin),
        cmocka_unit_test_setup(death_releases, begin),
        cmocka_unit_test_setup(the_log_tells_once_until_done, begin),
        cmocka_unit_test_setup(nothing_is_missed, begin),
        cmocka_unit_test_setup(the_console_comes_back, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
