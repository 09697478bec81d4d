/*
 * Memory that the kernel's window does not reach: messages, boxes and buffers there do what they do
 * elsewhere, and it can't be a page table. This process is the memory server; run it with a window
 * that is smaller than the memory. What the difference costs is noted, and that it is not without
 * bounds checked.
 */
#include "../lib/judge.h"
#include "beyond.h"

#include <parley/space.h>
#include <string.h>

#define PAGE    4096u
#define BUFFERS 0x82000000u /* here: 17 pages near, 17 beyond */
#define WORDS   7u
#define ROUNDS  1000u

static const struct frame *const frames = (const struct frame *)USER_FRAMES;
static struct memory_info info;
static endpoint_t server;

/* A free frame from `first` on. */
static uint32_t free_frame(uint32_t first)
{
    for (uint32_t i = first; i < info.frames; i++)
        if (frames[i].use == FRAME_FREE)
            return i;
    return 0;
}

static uint32_t near_frame(void)
{
    return free_frame(0);
}

static uint32_t far_frame(void)
{
    return free_frame(info.frames_near);
}

static int map(endpoint_t whose, uint32_t address, uint32_t frame, uint32_t flags)
{
    bool used;
    const uint32_t table = free_frame(frame < info.frames_near ? frame + 1 : 0);
    const struct system_map m = {address, frame, 1, flags, table};

    return sys_map(whose, &m, &used);
}

static void map_three(endpoint_t whose)
{
    IS(map(whose, PAGES, near_frame(), MAP_WRITE), 1, "a page within the window");
    IS(map(whose, FAR_START, far_frame(), MAP_WRITE), 1, "one beyond");
    IS(map(whose, FAR_END, near_frame(), MAP_WRITE), 1, "another within");
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void what_frames_can_be(void)
{
    const uint32_t frame = far_frame();
    const struct system_map needs_table = {BUFFERS, near_frame(), 1, MAP_WRITE, frame};
    endpoint_t child;
    bool used = true;

    OK(info.frames_near < info.frames && frame != 0, "there is memory beyond the window");
    IS(sys_create("child", 8, frame, &child), -EPERM, "it can't be an address space");
    IS(sys_map(self(), &needs_table, &used), -ENOMEM, "nor a page table");
    OK(!used && frames[frame].use == FRAME_FREE, "and stays free");
}

static void what_frames_hold(void)
{
    const uint32_t frame = far_frame();
    volatile uint32_t *words = (volatile uint32_t *)BUFFERS;
    uint32_t not_zero = 0;

    IS(map(self(), BUFFERS, frame, MAP_WRITE), 1, "a page beyond the window");
    for (uint32_t i = 0; i < PAGE / 4; i++)
        words[i] = 0x5a5a5a5a;
    IS(sys_unmap(self(), BUFFERS, 1), 1, "is taken out");
    IS(map(self(), BUFFERS, frame, MAP_WRITE), 1, "and comes back");
    for (uint32_t i = 0; i < PAGE / 4; i++)
        not_zero += words[i] != 0;
    IS(not_zero, 0, "all zero");
    IS(sys_unmap(self(), BUFFERS, 1), 1, "taken out");
}

/* ---- Messages and boxes ---------------------------------------------------------------------- */

static const struct place {
    const char *name;
    uint32_t address; /* 0: in boxes */
    uint32_t in, out;
} places[] = {
    {"near", PAGES + 64, PAGES + 64, PAGES + 64},
    {"beyond", FAR_START + 64, FAR_START + 64, FAR_START + 64},
    {"near and beyond", FAR_START - 16, FAR_START - 16, FAR_START - 16},
    {"beyond and near", FAR_END - 16, FAR_END - 16, FAR_END - 16},
    {"near boxes", 0, PAGES + 128, PAGES + 256},
    {"boxes beyond", 0, FAR_START + 128, FAR_START + 256},
    {"an in-box beyond", 0, FAR_START + 128, PAGES + 256},
    {"an out-box beyond", 0, PAGES + 128, FAR_START + 256},
};
#define PLACES (sizeof places / sizeof *places)

static void clear(void)
{
    memset((void *)PAGES, 0xee, 3 * PAGE);
}

/* How many bytes of the three pages are others than the messages'. */
static unsigned damage(const struct place *p)
{
    const uint8_t *bytes = (const uint8_t *)PAGES;
    unsigned wrong = 0;

    for (uint32_t i = 0; i < 3 * PAGE; i++)
        wrong += bytes[i] != 0xee && PAGES + i - p->in >= sizeof(message) &&
                 PAGES + i - p->out >= sizeof(message);
    return wrong;
}

static void put(const struct place *p, int32_t type)
{
    message m = {.m_type = type};

    for (uint32_t i = 0; i < WORDS; i++)
        m.m_words[i] = 0x1000 * (i + 1);
    *message_at(p->out) = m;
}

/* What is there differs from what was put, with i times `more` added to word i, in so many words.
 */
static unsigned wrong_words(const struct place *p, uint32_t more)
{
    unsigned wrong = 0;

    for (uint32_t i = 0; i < WORDS; i++)
        wrong += message_at(p->in)->m_words[i] != 0x1000 * (i + 1) + i * more;
    return wrong;
}

static void settle_in(const struct place *p)
{
    if (p->address == 0)
        IS(in_outbox(message_at(p->in), message_at(p->out)), 0, "%s are set", p->name);
}

static void tell_server(const struct place *p)
{
    message m = {.m_type = SERVER_USE, .m_words = {p->address, p->in, p->out}};

    IS(ipc_request(server, &m), 0, "the server's message: %s", p->name);
}

static void to_oneself(void)
{
    for (unsigned i = 0; i < PLACES; i++) {
        const struct place *p = &places[i];
        clear();
        settle_in(p);
        put(p, 1);
        IS(echo(message_at(p->address)), 0, "echo, %s", p->name);
        OK(wrong_words(p, 0) == 0 && message_at(p->in)->m_source == self(), "as it was sent");
        IS(damage(p), 0, "and nothing else is changed");
    }
}

static void to_the_kernel(void)
{
    struct process_info *about = (struct process_info *)(FAR_START - 40);

    for (unsigned i = 0; i < PLACES; i++) {
        const struct place *p = &places[i];
        clear();
        settle_in(p);
        *message_at(p->out) = (message){.m_type = SYS_TIME};
        IS(ipc_request(SYSTEM, message_at(p->address)), 0, "SYSTEM is asked, %s", p->name);
        IS(message_at(p->in)->m_type, 0, "and answers");
        IS(damage(p), 0, "and nothing else is changed");
    }
    IS(sys_process(endpoint_slot(self()), about), 0, "a description, near and beyond");
    IS(about->endpoint, self(), "is this process's");
}

static void to_a_server(void)
{
    for (unsigned i = 0; i < PLACES; i++) {
        tell_server(&places[i]);
        for (unsigned j = 0; j < PLACES; j++) {
            const struct place *p = &places[j];
            unsigned wrong = 0;
            clear();
            if (p->address == 0)
                wrong += in_outbox(message_at(p->in), message_at(p->out)) != 0;
            for (unsigned round = 0; round < 3; round++) {
                put(p, SERVER_ADD);
                wrong += ipc_request(server, message_at(p->address)) != 0;
                wrong += message_at(p->in)->m_source != server || wrong_words(p, 1) != 0;
            }
            IS(wrong, 0, "requests: %s to %s", p->name, places[i].name);
            IS(damage(p), 0, "and nothing else is changed");
        }
    }
}

/* A box goes with its page to another frame, and what it is then is known. */
static void that_move(void)
{
    const struct place *p = &places[5];

    clear();
    settle_in(p);
    IS(map(self(), FAR_START, near_frame(), MAP_REPLACE | MAP_COPY | MAP_WRITE), 1,
       "their page moves within the window");
    put(p, 1);
    IS(echo(NULL), 0, "echo");
    IS(wrong_words(p, 0) + damage(p), 0, "as it was sent");
    IS(map(self(), FAR_START, far_frame(), MAP_REPLACE | MAP_COPY | MAP_WRITE), 1,
       "their page moves beyond");
    put(p, 1);
    IS(echo(NULL), 0, "echo");
    IS(wrong_words(p, 0) + damage(p), 0, "as it was sent");
}

/* ---- Copies ---------------------------------------------------------------------------------- */

static void map_buffers(void)
{
    unsigned mapped = 0;

    for (uint32_t i = 0; i < 17; i++) {
        mapped += map(self(), BUFFERS + i * PAGE, near_frame(), MAP_WRITE) == 1;
        mapped += map(self(), BUFFERS + (17 + i) * PAGE, far_frame(), MAP_WRITE) == 1;
    }
    IS(mapped, 34, "pages for copies");
}

static int move(uint32_t from, uint32_t to)
{
    const struct system_move m = {self(), from, self(), to, MOVE_BYTES, false};
    struct system_miss miss;
    int error = sys_move(&m, &miss);

    return error ? error : miss.missing ? -EFAULT : 0;
}

static void of_pages(void)
{
    static const struct {
        const char *name;
        uint32_t from, to;
    } ways[] = {
        {"near to beyond", BUFFERS + 5, BUFFERS + 17 * PAGE + 9},
        {"beyond to near", BUFFERS + 17 * PAGE + 2, BUFFERS + 7},
    };

    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
        uint8_t *from = (uint8_t *)ways[i].from, *to = (uint8_t *)ways[i].to;
        for (uint32_t at = 0; at < MOVE_BYTES; at++)
            from[at] = (uint8_t)(at * 31 + at / PAGE + i);
        to[-1] = to[MOVE_BYTES] = 0xee;
        IS(move(ways[i].from, ways[i].to), 0, "64 KB, %s", ways[i].name);
        OK(memcmp(from, to, MOVE_BYTES) == 0 && to[-1] == 0xee && to[MOVE_BYTES] == 0xee,
           "are there, and nothing else");
    }
}

/* ---- Costs: time here is made of instructions, so it says the same on every workstation. -------
 */

#define NS_PER_US 1000u

/* Microseconds. */
static uint32_t now(void)
{
    uint64_t time = 0;

    (void)sys_time(&time);
    return (uint32_t)time;
}

static uint32_t requests(const struct place *client, const struct place *its)
{
    tell_server(its);
    clear();
    settle_in(client);
    put(client, SERVER_ADD);
    const uint32_t begin = now();
    for (unsigned i = 0; i < ROUNDS; i++)
        (void)ipc_request(server, message_at(client->address));
    return (now() - begin) * NS_PER_US / ROUNDS;
}

static uint32_t moves(uint32_t from, uint32_t to)
{
    const uint32_t begin = now();

    for (unsigned i = 0; i < 100; i++)
        (void)move(from, to);
    return (now() - begin) * NS_PER_US / 100;
}

static void costs(void)
{
    const struct place *near = &places[0], *beyond = &places[1], *near_boxes = &places[4],
                       *boxes_beyond = &places[5];
    const uint32_t far_buffer = BUFFERS + 17 * PAGE;
    const uint32_t plain = requests(near, near), half = requests(beyond, near),
                   full = requests(beyond, beyond);
    const uint32_t boxes = requests(near_boxes, near_boxes),
                   far_boxes = requests(boxes_beyond, boxes_beyond);
    const uint32_t copy = moves(BUFFERS, BUFFERS + 1), far_copy = moves(BUFFERS, far_buffer);

    tap_note("a request and its answer: %u ns near, %u the client's beyond, %u both beyond",
             (unsigned)plain, (unsigned)half, (unsigned)full);
    tap_note("with boxes: %u ns near, %u all beyond", (unsigned)boxes, (unsigned)far_boxes);
    tap_note("64 KB: %u ns near, %u to beyond", (unsigned)copy, (unsigned)far_copy);
    OK(full < 20000 && far_boxes < 20000, "a message beyond costs no more than 20 us");
    OK(far_copy < copy + copy / 2, "a copy costs at most half more");
}

int main(void)
{
    IS(sys_memory(&info), 0, "the memory is known");
    what_frames_can_be();
    map_three(self());
    what_frames_hold();
    to_oneself();
    to_the_kernel();
    server = start("server", "");
    map_three(server);
    to_a_server();
    that_move();
    map_buffers();
    of_pages();
    costs();
    OK(answers(NONE), "the system answers");
    tap_done();
}
