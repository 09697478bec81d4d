/*
 * Makes the calls that the judge puts into its queue (shared.h), one after the other, and notes how
 * they ended. argv[1]: its number.
 *
 * Before each call all places hold words that no other call's hold; after it everything but the
 * place where a message may come must still hold them, and so must the memory around.
 */
#include "shared.h"

#include "../../guest/lib/machine.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdbool.h>

#define GUARD_WORDS 4
#define GUARD       0x60a4d000u

/* The places are apart by more than two guards and a message. */
#define AREA_PAGES 5
static uint32_t area[AREA_PAGES * PAGE_BYTES / 4] __attribute__((aligned(PAGE_BYTES)));
#define AREA(page, bytes) (area + ((page)*PAGE_BYTES + (bytes)) / 4)

/* An explicit message whose words are those of its tag, as all are. */
static const uint32_t read_only[MESSAGE_WORDS] __attribute__((aligned(64))) = {
    SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 0), SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 1),
    SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 2), SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 3),
    SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 4), SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 5),
    SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 6), SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 7),
    SCRIPT_WORD(SCRIPT_READ_ONLY_TAG, 8),
};

static struct script_pair pairs[2 * PAGE_BYTES / sizeof(struct script_pair)]
    __attribute__((aligned(PAGE_BYTES)));

/* Of a message with this tag in its memory; the places of boxes never move. */
static uint32_t address_of(unsigned place, uint32_t tag)
{
    switch (place) {
    case PLACE_BUFFER:
        return (uint32_t)AREA(0, 64);
    case PLACE_STRADDLE: /* with one to eight words in the first page */
        return (uint32_t)(AREA(4, 0) - (1 + (tag >> 4) % 8));
    case PLACE_BOX_A: /* as late in its page as may be */
        return (uint32_t)AREA(1, PAGE_BYTES - MESSAGE_BYTES);
    case PLACE_BOX_B:
        return (uint32_t)AREA(2, 128);
    case PLACE_BOX_C: /* as early */
        return (uint32_t)AREA(3, 0);
    case PLACE_BOX_D:
        return (uint32_t)AREA(2, 1028);
    case PLACE_READ_ONLY:
        return (uint32_t)read_only;
    case PLACE_UNALIGNED:
        return (uint32_t)AREA(0, 64) + 2;
    case PLACE_UNMAPPED:
        return 0x40;
    case PLACE_UNALIGNED_UNMAPPED:
        return 0x41;
    case PLACE_KERNEL:
        return USER_END - 4;
    case PLACE_WRAPS:
        return 0xfffffff0u;
    default:
        return 0;
    }
}

/* ---- Memory before and after a call ---------------------------------------------------------- */

static void fill_guards(void)
{
    for (unsigned i = 0; i < sizeof area / sizeof area[0]; i++)
        area[i] = GUARD;
}

static void fill(uint32_t tag)
{
    for (unsigned place = PLACE_WRITABLE_FIRST; place <= PLACE_WRITABLE_LAST; place++) {
        uint32_t *words = (uint32_t *)address_of(place, tag);

        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            words[i] = SCRIPT_WORD(tag | place, i);
    }
}

static bool is_filled(unsigned place, uint32_t tag)
{
    const uint32_t *words = (const uint32_t *)address_of(place, tag);

    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        if (words[i] != SCRIPT_WORD(tag | place, i))
            return false;
    return true;
}

static bool has_guards(unsigned place, uint32_t tag)
{
    const uint32_t *words = (const uint32_t *)address_of(place, tag);

    for (unsigned i = 1; i <= GUARD_WORDS; i++)
        if (words[-(int)i] != GUARD || words[MESSAGE_WORDS - 1 + i] != GUARD)
            return false;
    return true;
}

/* The straddling place moves, so it is made guards again. */
static void clear_straddle(uint32_t tag)
{
    uint32_t *words = (uint32_t *)address_of(PLACE_STRADDLE, tag);

    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        words[i] = GUARD;
}

static void write_request(const volatile struct script_step *step)
{
    message *m = (message *)address_of(step->sends, step->tag);

    if (!step->to_system || !m)
        return;
    m->m_type = (int32_t)step->system_type;
    m->m_words[0] = step->system_word[0];
    m->m_words[1] = step->system_word[1];
}

static bool may_change(const volatile struct script_step *step, unsigned place)
{
    return place == step->receives || (step->to_system && place == step->sends);
}

static void look_at_memory(const volatile struct script_step *step, volatile struct result *result)
{
    for (unsigned place = PLACE_WRITABLE_FIRST; place <= PLACE_WRITABLE_LAST; place++) {
        if (has_guards(place, step->tag) &&
            (may_change(step, place) || is_filled(place, step->tag)))
            continue;
        result->damage = DAMAGE_MEMORY;
        result->where = place;
    }
}

static void copy_content(const volatile struct script_step *step, volatile struct result *result)
{
    const uint32_t *from = (const uint32_t *)address_of(step->receives, step->tag);
    volatile uint32_t *to = (volatile uint32_t *)&result->content;

    for (unsigned i = 0; from && i < MESSAGE_WORDS; i++)
        to[i] = from[i];
}

/* ---- The call -------------------------------------------------------------------------------- */

/* ipc_select's pairs, in a place of this kind; where they are. */
static uint32_t write_pairs(const volatile struct command *command)
{
    unsigned place = command->step.message;
    struct script_pair *to = pairs;

    if (place == PLACE_STRADDLE)
        to = pairs + PAGE_BYTES / sizeof *pairs - 1;
    for (unsigned i = 0; i < command->step.pairs; i++)
        to[i] = (struct script_pair){command->pair[i].source, command->pair[i].events};
    return place == PLACE_BUFFER || place == PLACE_STRADDLE ? (uint32_t)to : address_of(place, 0);
}

static struct all_registers registers_for(const volatile struct command *command)
{
    const volatile struct script_step *step = &command->step;
    uint32_t call = step->ecx & IPC_CALL_MASK;
    uint32_t selector = step->thread_segments ? flat_data_selector() : 0;
    struct all_registers r = {
        .eax = step->eax,
        .ebx = address_of(step->message, step->tag),
        .ecx = step->ecx,
        .edx = step->edx,
        .esi = step->esi,
        .edi = step->edi,
        .ebp = step->tag,
        .flags = FLAGS_FIXED | (step->tag & 0x10 ? FLAG_DF : 0),
        .ds = flat_data_selector(),
        .es = flat_data_selector(),
        .fs = selector,
        .gs = selector,
    };

    if (call == IPC_IN_OUTBOX)
        r.eax = address_of(step->eax, step->tag);
    if (call == IPC_SELECT)
        r.ebx = write_pairs(command);
    return r;
}

static void look_at_registers(const struct all_registers *before, const struct all_registers *after,
                              volatile struct result *result)
{
    struct all_registers expected = *before;

    expected.eax = after->eax;
    expected.esi = after->esi;
    for (unsigned i = 0; i < sizeof expected / 4; i++) {
        if (((const uint32_t *)&expected)[i] == ((const uint32_t *)after)[i])
            continue;
        result->damage = DAMAGE_REGISTERS;
        result->where = i;
    }
}

static void make_call(const volatile struct command *command)
{
    const volatile struct script_step *step = &command->step;
    volatile struct result *result = &SHARED->result[step->index];
    struct all_registers before, after;

    fill(step->tag);
    write_request(step);
    before = after = registers_for(command);
    trap_all(&after);
    look_at_memory(step, result);
    look_at_registers(&before, &after, result);
    copy_content(step, result);
    clear_straddle(step->tag);
    result->result = (int32_t)after.eax;
    result->second = after.esi;
    result->done = 1;
    __atomic_add_fetch(&SHARED->ended, 1, __ATOMIC_RELAXED);
}

/* Comes to a breakpoint with registers full of the tag's words. What they hold afterwards is noted
   as if it were a message's payload. */
static void make_fault(const volatile struct script_step *step)
{
    volatile struct result *result = &SHARED->result[step->index];
    uint32_t flags = FLAGS_FIXED | (step->tag & 0x10 ? FLAG_DF : 0);
    uint32_t data = flat_data_selector();
    struct all_registers before = {.flags = flags, .ds = data, .es = data}, after;

    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        ((uint32_t *)&before)[i] = SCRIPT_REGISTER(step->tag, i);
    after = before;
    fill(step->tag);
    breakpoint_all(&after);
    look_at_memory(step, result);
    clear_straddle(step->tag);
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        ((uint32_t *)&before)[i] = result->content.m_words[i] = ((uint32_t *)&after)[i];
    look_at_registers(&before, &after, result);
    result->result = 0;
    result->second = 0;
    result->done = 1;
    __atomic_add_fetch(&SHARED->ended, 1, __ATOMIC_RELAXED);
}

static void obey(const volatile struct command *command)
{
    switch (command->step.kind) {
    case SCRIPT_CALL:
        make_call(command);
        break;
    case SCRIPT_FAULT:
        make_fault(&command->step);
        break;
    case SCRIPT_EXIT:
        sys_exit((int)command->step.eax);
    default:
        (void)*(volatile uint32_t *)4;
    }
}

static void sleep(volatile struct worker *me)
{
    struct ipc_registers r = {
        .eax = NONE, .ebx = (uint32_t)AREA(0, 256), .ecx = IPC_RECEIVE, .edx = SLEEP_MARK};

    me->asleep = 1;
    ipc_trap(&r);
    me->asleep = 0;
}

int main(int argc, char **argv)
{
    volatile struct worker *me = &SHARED->worker[argc > 1 ? argv[1][0] - '0' : 0];

    fill_guards();
    for (;;) {
        if (me->head == me->tail) {
            sleep(me);
            continue;
        }
        obey(&me->queue[me->head % QUEUE]);
        me->head++;
    }
}
