/*
 * Address spaces that change while the system runs: this process is their memory server, and the
 * processes in them run space/child.asm. Nothing that it asks for may reach the kernel's memory, a
 * page table or what a frame held before; and what it takes out comes back.
 */
#include "../lib/judge.h"

#include <abi/fault.h>
#include <parley/space.h>
#include <parley/system.h>
#include <string.h>

#define PAGE   0x10000000u /* the child's */
#define HEAP   0x80000000u
#define WINDOW 0x81000000u /* here: what a frame holds */
#define ASKS   0x111
#define CHUNK  0x400000u

extern const char space_child[], space_child_end[];
extern const uint32_t space_child_entry;

static const struct frame *const frames = (const struct frame *)USER_FRAMES;
static uint32_t frame_count;

/* ---- Frames ---------------------------------------------------------------------------------- */

static uint32_t free_frames(void)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < frame_count; i++)
        found += frames[i].use == FRAME_FREE;
    return found;
}

/* The n-th free frame. */
static uint32_t free_frame(unsigned n)
{
    for (uint32_t i = 0; i < frame_count; i++)
        if (frames[i].use == FRAME_FREE && n-- == 0)
            return i;
    return 0;
}

static uint32_t frame_of_use(uint16_t use)
{
    for (uint32_t i = frame_count; i-- > 0;)
        if (frames[i].use == use)
            return i;
    return 0;
}

static int map(endpoint_t whose, uint32_t address, uint32_t frame, uint32_t pages, uint32_t flags)
{
    bool used;
    const struct system_map m = {address, frame, pages, flags,
                                 flags & MAP_REPLACE ? 0 : free_frame(40)};

    return sys_map(whose, &m, &used);
}

/* Shows a frame here; the page that was there is gone. */
static volatile uint32_t *look(uint32_t frame)
{
    (void)sys_unmap(self(), WINDOW, 1);
    IS(map(self(), WINDOW, frame, 1, MAP_WRITE), 1, "frame %u is mapped here", (unsigned)frame);
    return (volatile uint32_t *)WINDOW;
}

static void forget(void)
{
    (void)sys_unmap(self(), WINDOW, 1);
    while (sys_space_shrink(self()) > 0)
        continue;
}

static bool release(endpoint_t dead)
{
    int count = SPACE_RELEASE_PAGES;

    while (count == SPACE_RELEASE_PAGES)
        count = sys_space_release(dead);
    return count >= 0;
}

/* ---- Children -------------------------------------------------------------------------------- */

struct child {
    endpoint_t endpoint;
    uint32_t page; /* frame of its code and words */
};

static bool quiet; /* of checks that come again and again */

static struct child conceive(void)
{
    struct child c = {NONE, 0};
    int error = sys_create("child", 8, free_frame(0), &c.endpoint);

    if (error)
        IS(error, 0, "a process is created");
    return c;
}

/* It will do this with that address. */
static void teach(struct child *c, uint32_t what, uint32_t address)
{
    bool used;
    c->page = free_frame(0);
    const struct system_map here = {WINDOW, c->page, 1, MAP_WRITE, free_frame(1)};
    (void)sys_unmap(self(), WINDOW, 1);
    int mapped = sys_map(self(), &here, &used);
    uint32_t *words = (uint32_t *)WINDOW;
    memcpy(words, space_child, (size_t)(space_child_end - space_child));
    words[0] = (uint32_t)self();
    words[1] = what;
    words[2] = address;
    const struct system_map there = {PAGE, c->page, 1, MAP_WRITE, free_frame(2)};
    int given = sys_map(c->endpoint, &there, &used);
    if (!quiet || mapped != 1 || given != 1) {
        IS(mapped, 1, "its page is written");
        IS(given, 1, "and given to it");
    }
}

static struct child bear(uint32_t what, uint32_t address)
{
    struct child c = conceive();

    teach(&c, what, address);
    forget();
    int error = sys_begin(c.endpoint, PAGE + space_child_entry, 0);
    if (!quiet || error)
        IS(error, 0, "it begins");
    return c;
}

static void bury(const struct child *c)
{
    if (describe(c->endpoint, &(struct process_info){0}))
        (void)sys_kill(c->endpoint);
    bool done = release(c->endpoint);
    if (!quiet || !done)
        OK(done, "its space is released");
}

/* The next request of the child; with a fault, where and why. */
static bool hear(const struct child *c, message *m, struct system_registers *r)
{
    int error = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, ANY, m, PATIENCE_US, NULL);

    if (error || m->m_source != c->endpoint)
        return OK(false, "the child asks (%d)", error);
    if (FAULT_CLASS(m->m_type) != FAULT_MESSAGE)
        return true;
    return IS(sys_registers_get(c->endpoint, r), 0, "its fault's registers are ours to read");
}

static void answer(const struct child *c, message *m)
{
    (void)ipc_reply(c->endpoint, m);
}

/* ---- The tests ------------------------------------------------------------------------------- */

static void refusals(void)
{
    endpoint_t e;
    struct system_death dead = {0};
    bool used;
    const uint32_t kernels = frame_of_use(FRAME_NONE), before = free_frames();

    IS(sys_create("a name too long for it", 8, free_frame(0), &e), -ENAMETOOLONG, "a long name");
    IS(sys_create("a b", 8, free_frame(0), &e), -EINVAL, "a name with a blank");
    IS(sys_create("c", 0, free_frame(0), &e), -EINVAL, "the best priority is not for programs");
    IS(sys_create("c", 16, free_frame(0), &e), -EINVAL, "no such priority");
    IS(sys_create("c", 8, kernels, &e), -EPERM, "a frame of the kernel's for its root");
    IS(sys_create("c", 8, 0xfffff, &e), -EPERM, "a frame that is none");
    struct child c = conceive();
    const uint32_t root = frame_of_use(FRAME_TABLE);
    IS(map(c.endpoint, PAGE, root, 1, MAP_WRITE), -EPERM, "a page table is mapped for nobody");
    IS(map(self(), WINDOW, root, 1, 0), -EPERM, "not even read-only, and here");
    IS(map(c.endpoint, PAGE, kernels, 1, 0), -EPERM, "nor memory of the kernel's");
    IS(map(c.endpoint, PAGE, 0x38000, 1, 0), -EPERM, "nor what is behind the table of frames");
    IS(map(c.endpoint, PAGE, 0xffffffff, 1, 0), -EPERM, "nor the last number");
    IS(map(c.endpoint, PAGE + 4, free_frame(0), 1, 0), -EINVAL, "an address within a page");
    IS(map(c.endpoint, 0, free_frame(0), 1, 0), -EINVAL, "the first page");
    IS(map(c.endpoint, 0xc0000000, free_frame(0), 1, 0), -EINVAL, "the kernel's half");
    IS(map(c.endpoint, 0xbffff000, free_frame(0), 2, 0), -EINVAL, "up into it");
    IS(map(c.endpoint, PAGE, free_frame(0), MAP_PAGES + 1, 0), -EINVAL, "too many pages");
    IS(map(c.endpoint, PAGE, free_frame(0), 0, 0), -EINVAL, "none");
    IS(map(c.endpoint, PAGE, free_frame(0), 1, 16), -EINVAL, "a flag that is none");
    IS(map(c.endpoint, PAGE, free_frame(0), 1, MAP_COPY), -EINVAL, "copy without replace");
    IS(map(c.endpoint, PAGE, free_frame(0), 1, MAP_REPLACE), -ENOENT, "nothing to replace");
    const struct system_map poor = {PAGE, free_frame(0), 1, 0, 0};
    IS(sys_map(c.endpoint, &poor, &used), -ENOMEM, "no page table, and none given");
    const struct system_map both = {PAGE, free_frame(0), 1, 0, free_frame(0)};
    IS(sys_map(c.endpoint, &both, &used), -EPERM, "the same frame for page and table");
    IS(sys_unmap(c.endpoint, PAGE, 1), -ENOENT, "nothing to take out");
    IS(sys_unmap(self(), (uint32_t)&free_frames & ~4095u, 1), -ENOENT, "what the boot mapped");
    IS(map(0, PAGE, free_frame(0), 1, 0), -EDEADSRCDST, "nobody's space has pages");
    IS(sys_space_next(0, 0, &(struct system_map){0}), -EDEADSRCDST, "nor is there one to look at");
    IS(sys_space_release(0), -EDEADSRCDST, "or to release");
    IS(sys_space_release(c.endpoint), -EBUSY, "it lives");
    IS(sys_space_shrink(c.endpoint), -ENOENT, "it has no page table");
    IS(sys_begin(self(), 0, 0), -EBUSY, "this process has begun");
    IS(map(c.endpoint, PAGE, free_frame(0), 1, 0), 1, "a page");
    IS(map(c.endpoint, PAGE, free_frame(0), 1, 0), -EEXIST, "a page where one is");
    (void)sys_kill(c.endpoint);
    IS(map(c.endpoint, PAGE + 4096, free_frame(0), 1, 0), -EDEADSRCDST, "it is dead");
    IS(sys_unmap(c.endpoint, PAGE, 1), -EDEADSRCDST, "only to be released");
    IS(sys_space_owed(&dead), 0, "somebody waits for its release");
    OK(dead.endpoint == c.endpoint && dead.cause == DEATH_KILL, "that one, which was killed");
    IS(sys_space_release(0), -EDEADSRCDST, "which 0 does not name");
    OK(release(c.endpoint), "it is released");
    IS(sys_space_release(c.endpoint), -EDEADSRCDST, "and forgotten");
    IS(sys_space_owed(&dead), -ENOENT, "nobody waits now");
    IS(free_frames(), before, "every frame is back");
}

/* Several pages in one call, up to the end of a page table and from the last of many frames. */
static void many_pages(void)
{
    const uint32_t before = free_frames();
    struct child c = conceive();
    struct system_map found;
    bool used;
    uint32_t run = 0;

    while (run < frame_count &&
           (frames[run].use != FRAME_FREE || frames[run + 15].use != FRAME_FREE))
        run++;
    const struct system_map edge = {PAGE + CHUNK - 4 * 4096, run, 16, MAP_WRITE, free_frame(100)};
    IS(sys_map(c.endpoint, &edge, &used), 4, "as far as one page table reaches");
    OK(used, "which was used");
    IS(frames[run + 3].maps, 1, "the fourth is mapped once");
    IS(frames[run + 4].use, FRAME_FREE, "the fifth is not");
    IS(sys_space_next(c.endpoint, 0, &found), 0, "the first of them");
    OK(found.address == edge.address && found.frame == run && found.flags == MAP_WRITE, "as it is");
    IS(sys_space_next(c.endpoint, edge.address + 4 * 4096, &found), -ENOENT, "four were all");
    IS(sys_unmap(c.endpoint, edge.address, 16), 4, "all four are taken out");
    IS(sys_space_shrink(c.endpoint), edge.table, "then the table");
    IS(free_frames(), before - 1, "all but the root is back");
    bury(&c);
    IS(free_frames(), before, "and the root");
}

static void frames_are_cleared(void)
{
    const uint32_t frame = free_frame(3);
    bool zero = true;

    volatile uint32_t *page = look(frame);
    for (unsigned i = 0; i < 1024; i++)
        page[i] = 0x5ec4e7;
    page = look(frame);
    for (unsigned i = 0; i < 1024; i++)
        zero = zero && page[i] == 0;
    OK(zero, "a frame that was taken out and mapped again is all zero");
    forget();
}

static void a_fault_is_a_message(void)
{
    struct child c = bear(1, HEAP + 8);
    struct system_registers r = {0};
    message m = {0};

    if (!hear(&c, &m, &r))
        return;
    IS(m.m_type, FAULT_MESSAGE | 14, "a page fault");
    IS(r.address, HEAP + 8, "at that address");
    IS(r.error, 6, "a write, not mapped");
    const uint32_t frame = free_frame(0);
    IS(map(c.endpoint, HEAP, frame, 1, MAP_WRITE), 1, "it gets a page");
    answer(&c, &m);
    if (hear(&c, &m, &r)) {
        IS(m.m_type, ASKS, "and goes on");
        IS(m.m_words[0], (int32_t)0xfeedbeef, "with what it wrote");
    }
    IS(map(c.endpoint, HEAP, frame, 1, MAP_REPLACE), 1, "the page becomes read-only");
    answer(&c, &m);
    if (hear(&c, &m, &r)) {
        IS(m.m_type, FAULT_MESSAGE | 14, "writing faults again");
        IS(r.error, 7, "a write to what is read-only");
    }
    const uint32_t copy = free_frame(0);
    IS(map(c.endpoint, HEAP, copy, 1, MAP_REPLACE | MAP_COPY | MAP_WRITE), 1, "it gets a copy");
    IS(frames[frame].use, FRAME_FREE, "the former page is free");
    answer(&c, &m);
    if (hear(&c, &m, &r))
        IS(m.m_type, ASKS, "it goes on");
    IS(look(copy)[2], (int32_t)0xfeedbeef, "the copy has what the page had");
    forget();
    bury(&c);
}

static void a_refused_fault_is_the_end(void)
{
    struct child c = bear(0, HEAP);
    struct system_registers r;
    struct system_death death = {0};
    message m = {0};

    IS(sys_watch(c.endpoint, 1), 0, "it is watched");
    if (hear(&c, &m, &r)) {
        m.m_type = -EFAULT;
        answer(&c, &m);
    }
    OK(next_death(&death), "it dies");
    IS(death.cause, DEATH_FAULT, "of a fault");
    IS(death.status, 14, "that one");
    IS(death.address, HEAP, "there");
    bury(&c);
}

static void a_call_may_fault(void)
{
    struct child c = bear(2, HEAP + 64);
    struct system_registers r = {0};
    message m = {0};

    if (hear(&c, &m, &r)) {
        IS(m.m_type, FAULT_MESSAGE | 14, "a page fault in its call");
        IS(r.address, HEAP + 64, "at its message");
        IS(r.error, 6, "which the answer would be written to");
    }
    const uint32_t frame = free_frame(0);
    IS(map(c.endpoint, HEAP, frame, 1, MAP_WRITE), 1, "it gets a page");
    answer(&c, &m);
    if (hear(&c, &m, &r)) {
        IS(m.m_type, 0, "the call is made again: its message is all zero");
        IS(m.m_words[0], 0, "with the words");
    }
    IS(sys_unmap(c.endpoint, HEAP, 1), -EBUSY, "its answer will lie there: the page stays");
    IS(map(c.endpoint, HEAP, frame, 1, MAP_REPLACE), -EBUSY, "and stays writable");
    IS(map(c.endpoint, HEAP, free_frame(5), 1, MAP_REPLACE | MAP_WRITE), -EBUSY, "and itself");
    IS(map(c.endpoint, HEAP, frame, 1, MAP_REPLACE | MAP_WRITE), 1,
       "the same once more changes nothing");
    m.m_type = 77;
    answer(&c, &m);
    if (hear(&c, &m, &r))
        IS(m.m_type, 77, "it sends what it was answered");
    answer(&c, &m);
    bury(&c);
}

static void a_call_may_be_refused(void)
{
    struct child c = conceive();
    struct system_registers r = {0};
    message m = {0};

    teach(&c, 2, HEAP);
    uint32_t *words = (uint32_t *)WINDOW;
    IS(sys_begin(c.endpoint, PAGE + space_child_entry, 0), 0, "it begins");
    if (hear(&c, &m, &r)) {
        words[1] = 1;
        words[2] = PAGE + 64 * 16;
        m.m_type = -EFAULT;
        answer(&c, &m);
    }
    if (hear(&c, &m, &r)) {
        IS(m.m_type, ASKS, "it lives");
        IS(m.m_words[1], -EFAULT, "its call ended with EFAULT");
    }
    forget();
    bury(&c);
}

static void shared_pages_hold_no_messages(void)
{
    struct child c = conceive();
    struct system_registers r = {0};
    message m = {0};

    teach(&c, 2, HEAP);
    uint32_t *words = (uint32_t *)WINDOW;
    IS(map(c.endpoint, HEAP, free_frame(0), 1, MAP_WRITE | MAP_SHARED), 1, "a shared page");
    IS(sys_begin(c.endpoint, PAGE + space_child_entry, 0), 0, "it begins");
    if (hear(&c, &m, &r)) {
        IS(m.m_type, FAULT_MESSAGE | 14, "a message there is as if nothing was");
        IS(r.error, 7, "but that something is");
        words[1] = 1;
        m.m_type = -EFAULT;
        answer(&c, &m);
    }
    if (hear(&c, &m, &r)) {
        IS(m.m_words[0], (int32_t)0xfeedbeef, "the process itself uses it");
        IS(m.m_words[1], -EFAULT, "after its call was refused");
    }
    IS(sys_unmap(c.endpoint, HEAP, 1), 1, "it can be taken away at any time");
    forget();
    bury(&c);
}

static void copies_between_spaces(void)
{
    struct child c = conceive();
    static char text[3 * 4096], back[3 * 4096];
    struct system_miss missing = {0};
    const struct system_move there = {self(), (uint32_t)text + 5, c.endpoint, HEAP + 4000, 8000,
                                      false};
    const struct system_move here = {c.endpoint,         HEAP + 4000, self(),
                                     (uint32_t)back + 5, 8000,        false};
    struct system_move wrong = there;

    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / 256);
    IS(map(c.endpoint, HEAP, free_frame(0), 1, MAP_WRITE), 1, "a page of three");
    IS(sys_move(&there, &missing), 0, "a copy that finds only one");
    OK(missing.missing && missing.address == HEAP + 4096 && missing.whose == c.endpoint,
       "says which");
    IS(map(c.endpoint, HEAP + 4096, free_frame(0), 1, MAP_WRITE), 1, "the second");
    IS(map(c.endpoint, HEAP + 8192, free_frame(0), 1, 0), 1, "the third, read-only");
    IS(sys_move(&there, &missing), 0, "a copy to what is read-only");
    OK(missing.missing && missing.address == HEAP + 8192, "says which");
    IS(map(c.endpoint, HEAP + 8192, frame_of_use(FRAME_MAPPED), 1, MAP_REPLACE), 1, "the same");
    IS(sys_move(&here, &missing), 0, "reading is fine");
    OK(!missing.missing && back[5] == 0 && back[8004] == 0, "and nothing was copied there before");
    IS(sys_unmap(c.endpoint, HEAP + 8192, 1), 1, "the third goes");
    IS(map(c.endpoint, HEAP + 8192, free_frame(0), 1, MAP_WRITE), 1, "and comes");
    IS(sys_move(&there, &missing), 0, "there");
    IS(sys_move(&here, &missing), 0, "and back");
    OK(!missing.missing && memcmp(text + 5, back + 5, 8000) == 0 && back[4] == 0 && back[8005] == 0,
       "unharmed");
    wrong.bytes = MOVE_BYTES + 1;
    IS(sys_move(&wrong, &missing), -EINVAL, "too much");
    wrong.bytes = 0;
    IS(sys_move(&wrong, &missing), 0, "nothing");
    wrong = (struct system_move){self(), 0xc0000000, c.endpoint, HEAP, 4, false};
    IS(sys_move(&wrong, &missing), -EINVAL, "from the kernel");
    wrong = (struct system_move){self(), (uint32_t)text, c.endpoint, 0xffffff00, 0x200, false};
    IS(sys_move(&wrong, &missing), -EINVAL, "over the end");
    bury(&c);
}

/* The page is the process's as before, with the boxes in it; and not where it was. */
static void boxes_move_with_a_copy(void)
{
    static message elsewhere;
    message *in = (message *)WINDOW, *out = in + 1;
    const uint32_t frame = free_frame(0);

    IS(map(self(), WINDOW, frame, 1, MAP_WRITE), 1, "a page here");
    IS(in_outbox(in, &elsewhere), 0, "one box lies in it");
    IS(sys_unmap(self(), WINDOW, 1), -EBUSY, "it stays");
    IS(in_outbox(&elsewhere, out), 0, "the other does");
    IS(sys_unmap(self(), WINDOW, 1), -EBUSY, "it stays");
    IS(in_outbox(in, out), 0, "both boxes lie in it");
    out->m_type = 7;
    ((uint32_t *)WINDOW)[1023] = 0x1a57;
    IS(map(self(), WINDOW, free_frame(0), 1, MAP_REPLACE | MAP_COPY), -EBUSY,
       "no copy that is read-only takes its place");
    IS(map(self(), WINDOW, free_frame(0), 1, MAP_REPLACE | MAP_COPY | MAP_WRITE), 1, "a copy does");
    IS(frames[frame].use, FRAME_FREE, "the former page is free");
    OK(out->m_type == 7 && ((uint32_t *)WINDOW)[1023] == 0x1a57, "what was in it is there");
    out->m_type = 8;
    IS(echo(NULL), 0, "a call by box");
    IS(in->m_type, 8, "finds both boxes in the copy");
    IS(in_outbox(&elsewhere, &elsewhere), 0, "the boxes go elsewhere");
    forget();
}

/* What the boot or somebody else has is for nothing else, whoever asks. */
static void nothing_has_two_uses(void)
{
    static _Alignas(4096) uint32_t booted[1024] = {1};
    struct child c = conceive();
    struct process_info before, after;
    struct system_miss missing = {0};
    bool used = false;

    IS(map(c.endpoint, HEAP, free_frame(0), 1, MAP_WRITE), 1, "a page");
    OK(describe(c.endpoint, &before), "which is described");
    IS(map(c.endpoint, HEAP + 4096, free_frame(0), 1, MAP_WRITE), 1, "and another");
    OK(describe(c.endpoint, &after) && after.memory_bytes == before.memory_bytes + 4096,
       "is counted as its memory");
    const struct system_map taken = {HEAP + CHUNK, free_frame(0), 1, MAP_WRITE,
                                     frame_of_use(FRAME_MAPPED)};
    IS(sys_map(c.endpoint, &taken, &used), -ENOMEM, "no frame that is mapped becomes a page table");
    IS(map(c.endpoint, HEAP, frame_of_use(FRAME_MAPPED), 1, MAP_REPLACE | MAP_COPY | MAP_WRITE),
       -EPERM, "nor a copy");
    IS(map(self(), (uint32_t)booted, free_frame(0), 1, MAP_REPLACE | MAP_COPY | MAP_WRITE), -ENOENT,
       "nothing takes the place of a page of the boot's");
    const struct frame first = frames[0];
    const struct system_move move = {self(),      (uint32_t)&first, self(),
                                     USER_FRAMES, sizeof first,     false};
    IS(sys_move(&move, &missing), 0, "a copy to the table of frames");
    OK(missing.missing && missing.address == USER_FRAMES, "finds nothing to write to");
    bury(&c);
}

static void forced_copies(void)
{
    struct child c = conceive();
    static char text[100] = "forced";
    struct system_miss missing = {0};
    struct system_move move = {self(), (uint32_t)text, c.endpoint, HEAP, 100, false};

    IS(map(c.endpoint, HEAP, free_frame(0), 1, 0), 1, "a page that is read-only");
    IS(sys_move(&move, &missing), 0, "a copy there");
    OK(missing.missing && missing.address == HEAP, "finds no page to write to");
    move.forced = true;
    IS(sys_move(&move, &missing), 0, "by force");
    OK(!missing.missing, "it does");
    move = (struct system_move){c.endpoint, HEAP, self(), (uint32_t)text + 50, 7, false};
    IS(sys_move(&move, &missing), 0, "back");
    OK(!missing.missing && strcmp(text + 50, "forced") == 0, "as it was");
    move = (struct system_move){c.endpoint, HEAP, self(), (uint32_t)&free_frames, 4, true};
    IS(sys_move(&move, &missing), 0, "not to what the boot mapped read-only");
    OK(missing.missing && missing.address == (uint32_t)&free_frames, "there is nothing forced");
    move.to_address = (uint32_t)text;
    IS(sys_move(&move, &missing), 0, "nor to what it mapped writable");
    OK(missing.missing, "either");
    bury(&c);
}

/* A boot module whose process died with lent pages starts again when they are released. */
static void a_boot_module_waits_for_its_release(void)
{
    struct child p = {partner_start("p1"), 0};
    endpoint_t again;

    IS(map(p.endpoint, HEAP + 0x100000, free_frame(0), 1, MAP_WRITE), 1, "a page for p1");
    end(p.endpoint);
    IS(sys_start("p1", "", &again), -EBUSY, "not again before it is released");
    bury(&p);
    IS(sys_start("p1", "", &again), 0, "then again");
    IS(sys_space_next(again, 0, &(struct system_map){0}), -ENOENT, "without the page");
    end(again);
}

/* One that may release others' pages is not waited for with its own. */
static void a_memory_server_does_not(void)
{
    const endpoint_t former = partner_start("p2");
    const uint32_t pages = SPACE_RELEASE_PAGES + 2;
    struct memory_info before, after;
    endpoint_t again = NONE;

    sys_memory(&before);
    for (uint32_t i = 0; i < pages; i++)
        (void)map(former, HEAP + i * 4096, free_frame(0), 1, MAP_WRITE);
    end(former);
    IS(sys_start("p2", "", &again), -EBUSY, "one that may release has more than goes at once");
    IS(sys_start("p2", "", &again), 0, "the second time it starts");
    IS(sys_space_next(again, 0, &(struct system_map){0}), -ENOENT, "without the pages");
    sys_memory(&after);
    IS(after.frames_free, before.frames_free, "which are free, and the page table with them");
    end(again);
}

static void nothing_is_lost(void)
{
    const uint32_t before = free_frames();
    unsigned answered = 0;

    quiet = true;
    for (unsigned i = 0; i < 800; i++) {
        struct child c = bear(i % 3, HEAP + i % 1024 * 4096);
        struct system_registers r;
        message m = {0};
        if (i % 4 == 0) {
            answered++; /* killed wherever it is */
        } else if (hear(&c, &m, &r) &&
                   map(c.endpoint, HEAP + i % 1024 * 4096, free_frame(0), 1, MAP_WRITE) == 1) {
            answer(&c, &m);
            answered += i % 4 == 1 || hear(&c, &m, &r);
        }
        bury(&c);
    }
    quiet = false;
    IS(answered, 800, "800 processes are born, served and killed in every state");
    IS(free_frames(), before, "no frame is lost");
}

int main(void)
{
    struct memory_info info;
    IS(sys_memory(&info), 0, "memory");
    frame_count = info.frames;
    OK(free_frames() > 200, "%u frames are free", (unsigned)free_frames());
    IS(free_frames(), info.frames_free, "as the kernel counts them");
    refusals();
    many_pages();
    frames_are_cleared();
    a_fault_is_a_message();
    a_refused_fault_is_the_end();
    a_call_may_fault();
    a_call_may_be_refused();
    shared_pages_hold_no_messages();
    copies_between_spaces();
    boxes_move_with_a_copy();
    nothing_has_two_uses();
    forced_copies();
    a_boot_module_waits_for_its_release();
    a_memory_server_does_not();
    nothing_is_lost();
    forget();
    tap_done();
}
