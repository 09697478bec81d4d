/*
 * Judge of what leaks: nothing of the kernel or of another process is in what a process is given.
 * Each thing is asked for twice over memory that was poisoned with two patterns: bytes that differ
 * afterwards were not written, and bytes beyond the end that changed were.
 *
 * This process is its own memory server: it sees frames go from hand to hand.
 */
#include "../lib/judge.h"
#include "../lib/machine.h"
#include "../state/fpu.h"

#include <abi/fault.h>
#include <abi/layout.h>
#include <abi/trace.h>
#include <parley/space.h>
#include <string.h>

#define PAGE   0x10000000u
#define WINDOW 0x80400000u

static endpoint_t partner;
static const struct frame *const frames = (const struct frame *)USER_FRAMES;

static bool all_are(const void *bytes, size_t count, uint8_t value)
{
    const uint8_t *b = bytes;
    for (size_t i = 0; i < count; i++)
        if (b[i] != value)
            return false;
    return true;
}

/* ---- Structures that the kernel fills in ----------------------------------------------------- */

#define ROOM 256

/* By a request whose word `at` is the address. */
static void whole(const char *what, const message *request, unsigned at, size_t bytes)
{
    static uint8_t one[ROOM] __attribute__((aligned(4))), two[ROOM] __attribute__((aligned(4)));
    message first = *request, second = *request;
    memset(one, 0x5a, ROOM);
    memset(two, 0xa5, ROOM);
    first.m_words[at] = (uint32_t)one;
    second.m_words[at] = (uint32_t)two;
    OK(ipc_request(SYSTEM, &first) == 0 && first.m_type == 0 && ipc_request(SYSTEM, &second) == 0 &&
           second.m_type == 0,
       "%s is told twice", what);
    OK(memcmp(one, two, bytes) == 0, "%s: every byte is written, padding too", what);
    OK(all_are(one + bytes, ROOM - bytes, 0x5a), "%s: and none behind it", what);
}

static void test_structures(void)
{
    const message process = {.m_type = SYS_PROCESS, .m_words = {endpoint_slot(partner)}};
    const message memory = {.m_type = SYS_MEMORY};
    message module = {.m_type = SYS_MODULE};
    whole("a process", &process, 1, sizeof(struct process_info));
    whole("memory", &memory, 0, sizeof(struct memory_info));
    for (uint32_t i = 0; i < 3; i++) {
        module.m_words[0] = i;
        whole(i == 2 ? "a refused module" : "a module", &module, 1, sizeof(struct module_info));
    }
}

static void test_log(void)
{
    static char text[128];
    message m = {.m_type = SYS_LOG_READ, .m_words = {0, 0, (uint32_t)text, 64}};
    memset(text, 0x5a, sizeof text);
    OK(ipc_request(SYSTEM, &m) == 0 && m.m_type == 0 && m.m_words[0] == 64, "64 bytes of the log");
    OK(all_are(text + 64, 64, 0x5a), "and none behind them");
    m = (message){.m_type = SYS_LOG_READ, .m_words = {0xffffffff, 0x7fffffff, (uint32_t)text, 128}};
    memset(text, 0x5a, sizeof text);
    (void)ipc_request(SYSTEM, &m);
    OK(m.m_type == 0 && m.m_words[0] == 0 && all_are(text, 128, 0x5a),
       "behind its end there is nothing");
}

/* Pages that the kernel shows: behind what they are for there is nothing. */
static void test_shown(void)
{
    struct memory_info info;
    (void)sys_memory(&info);
    const uint32_t table = info.frames * sizeof *frames,
                   left = table % 4096 ? 4096 - table % 4096 : 0;
    OK(all_are((const uint8_t *)USER_FRAMES + table, left, 0),
       "behind the table of frames are zeros");
    OK(all_are((const uint8_t *)USER_TRACE + sizeof(struct trace_header),
               4096 - sizeof(struct trace_header), 0),
       "behind the trace's header as well");
    const struct trace_header *trace = (const void *)USER_TRACE;
    if (trace->written_low == 0)
        OK(all_are((const uint8_t *)USER_TRACE + 4096, 4096, 0),
           "a trace without records is all zero");
}

/* ---- Messages -------------------------------------------------------------------------------- */

/* Nothing is received: the buffer stays what it was. */
static void test_nothing_received(void)
{
    static message m;
    static const uint32_t calls[] = {IPC_RECEIVE | IPC_NONBLOCK, IPC_RECEIVE_EX | IPC_NONBLOCK,
                                     IPC_RECEIVE | IPC_TIMEOUT, IPC_SEND_REC | IPC_NONBLOCK,
                                     IPC_REQUEST | IPC_NONBLOCK};
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
        memset(&m, 0x5a, sizeof m);
        const int result = ipc_call(calls[i], i < 3 ? NONE : ENDPOINT(1, 200), &m, 0, NULL);
        OK(result < 0 && all_are(&m, sizeof m, 0x5a), "call 0x%x that fails writes nothing",
           (unsigned)calls[i]);
    }
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static uint32_t free_frame(uint32_t from)
{
    struct memory_info info;
    (void)sys_memory(&info);
    for (uint32_t i = from + 1; i < info.frames; i++)
        if (frames[i].use == FRAME_FREE)
            return i;
    return 0;
}

static bool map_here(uint32_t frame)
{
    bool used;
    const struct system_map map = {WINDOW, frame, 1, MAP_WRITE, free_frame(frame)};
    return sys_map(self(), &map, &used) == 1;
}

static void take_out(void)
{
    (void)sys_unmap(self(), WINDOW, 1);
    while (sys_space_shrink(self()) > 0)
        continue;
}

static void test_frames(void)
{
    const uint32_t frame = free_frame(0), table = free_frame(frame);
    bool clean = true;
    for (unsigned round = 0; round < 3; round++) {
        if (!map_here(frame)) {
            clean = false;
            break;
        }
        clean = clean && all_are((const void *)WINDOW, 4096, 0);
        memset((void *)WINDOW, 0xdd, 4096);
        take_out();
    }
    OK(clean, "a frame that comes back is zero, whatever was left there");
    OK(map_here(table) && all_are((const void *)WINDOW, 4096, 0),
       "as is one that was a page table");
    take_out();
}

/* ---- A process that begins ------------------------------------------------------------------- */

extern const char leaks_child[], leaks_child_end[];
extern const uint32_t leaks_child_entry;

/* As child.asm writes it. */
struct found {
    struct all_registers registers;
    struct {
        uint16_t control, r1, status, r2, tags, r3;
        uint32_t ip, cs, operand, ds;
        uint8_t stack[80];
    } x87;
    uint8_t xmm[128];
    uint32_t mxcsr, sse;
};

static bool has_sse(void)
{
    uint32_t eax = 1, edx;
    if ((flags_after_pop(FLAGS_FIXED | FLAG_ID) & FLAG_ID) == 0)
        return false;
    __asm__ volatile("cpuid" : "+a"(eax), "=d"(edx) : : "ebx", "ecx");
    return (edx >> 25 & 1) != 0;
}

/* Runs it to its last instruction, with this process's registers full; what it found is here. */
static bool child_looks(struct found *found)
{
    const uint32_t root = free_frame(0), frame = free_frame(root);
    message m;
    endpoint_t child;
    bool used;
    if (!map_here(frame))
        return false;
    const struct system_map map = {PAGE, frame, 1, MAP_WRITE, free_frame(frame)};
    memcpy((void *)WINDOW, leaks_child, (size_t)(leaks_child_end - leaks_child));
    ((struct found *)WINDOW)->sse = has_sse();
    if (sys_create("child", 8, root, &child) != 0 || sys_map(child, &map, &used) != 1)
        return false;
    fpu_dirty(0x1234567);
    if (sys_begin(child, leaks_child_entry, 0) != 0 ||
        ipc_call(IPC_RECEIVE | IPC_TIMEOUT, child, &m, PATIENCE_US, NULL) != 0)
        return false;
    *found = *(const struct found *)WINDOW;
    end(child);
    while (sys_space_release(child) == (int)SPACE_RELEASE_PAGES)
        continue;
    take_out();
    return FAULT_CLASS(m.m_type) == FAULT_MESSAGE && FAULT_VECTOR(m.m_type) == 6;
}

static void test_beginning(void)
{
    static struct found f;
    const struct all_registers *r = &f.registers;
    if (!OK(child_looks(&f), "a process that was created looks around"))
        return;
    OK(!(r->eax | r->ebx | r->ecx | r->edx | r->esi | r->edi | r->ebp), "its registers are zero");
    IS(r->flags, FLAGS_FIXED, "its flags are those that every process has");
    OK(r->ds == flat_data_selector() && r->es == r->ds && !r->fs && !r->gs, "so are its segments");
    OK(f.x87.control == 0x037f && !f.x87.status && f.x87.tags == 0xffff && !f.x87.ip &&
           !f.x87.operand && all_are(f.x87.stack, sizeof f.x87.stack, 0),
       "nothing of anybody is in the x87 registers");
    if (has_sse())
        OK(all_are(f.xmm, sizeof f.xmm, 0) && f.mxcsr == 0x1f80, "nor in those of SSE");
    OK(fpu_is_dirty(0x1234567), "and the judge has its own still");
}

/* ---- What the processor tells to everybody ----------------------------------------------------
 */

/* The words above a selector's 16 bits, and the flags that are the kernel's. */
static void test_processor(void)
{
    struct all_registers r = {.eax = 0x77777777, .ecx = 0xfff, .esi = 0, .flags = FLAGS_FIXED};
    r.ds = r.es = flat_data_selector();
    trap_all(&r);
    IS(r.eax, -EBADCALL, "a bad call");
    OK((r.flags & (FLAG_IOPL | FLAG_NT | FLAG_TF)) == 0, "no flag of the kernel's comes back");
    OK(r.fs == 0 && r.gs == 0, "nor a segment");
}

int main(void)
{
    partner = partner_start("p1");
    test_structures();
    test_log();
    test_shown();
    test_nothing_received();
    test_frames();
    test_beginning();
    test_processor();
    OK(answers(partner), "the system answers");
    tap_done();
}
