/*
 * See module.h. Two passes over the lines, so that one may name a module further down: enter at
 * modules_load, for a start at module_start.
 */
#include "module.h"
#include "frame.h"
#include "log.h"
#include "memory.h"
#include "process.h"
#include "schedule.h"
#include "space.h"
#include "stack.h"
#include "trace.h"

static struct module modules[BOOT_MODULES_MAX];
static unsigned count;
static struct framebuffer framebuffer; /* the loader's; its address is physical */

unsigned module_count(void)
{
    return count;
}

struct module *module_at(unsigned index)
{
    return &modules[index];
}

struct module *module_find(const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (name[0] && strcmp(modules[i].name, name) == 0)
            return &modules[i];
    return NULL;
}

/* ---- Reserving ------------------------------------------------------------------------------- */

static phys_addr_t take_table(void *context)
{
    (void)context;
    return memory_take(MEMORY_TABLES);
}

/* Gives every page of the range memory of its own. */
static bool map_memory(struct module *m, uint32_t start, uint32_t bytes, uint32_t flags)
{
    uint32_t first = start & ~(PAGE_BYTES - 1u);
    uint32_t pages = (start - first + bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    for (uint32_t i = 0; i < pages; i++) {
        phys_addr_t page = memory_take(MEMORY_PROCESS);
        if (!page ||
            arch_space_map(&m->space, first + i * PAGE_BYTES, page, flags, take_table, NULL) != 0)
            return false;
    }
    m->memory_bytes += pages * PAGE_BYTES;
    return true;
}

/* The pages that the rows lie in; none when the loader left no framebuffer. */
static struct module_map framebuffer_pages(void)
{
    return (struct module_map){framebuffer.address - framebuffer.address % PAGE_BYTES,
                               boot_framebuffer_pages(&framebuffer) * PAGE_BYTES};
}

static bool map_devices(struct module *m, const struct module_line *line)
{
    uint32_t high = USER_DEVICES;
    for (unsigned i = 0; i < line->map_count; i++) {
        bool screen = line->maps[i].bytes == 0;
        struct module_map map = screen ? framebuffer_pages() : line->maps[i];
        bool low = map.start < ELF_LOWEST;
        for (uint32_t at = 0; at < map.bytes; at += PAGE_BYTES)
            if (arch_space_map(&m->space, (low ? map.start : high) + at, map.start + at,
                               SPACE_WRITE | (screen ? SPACE_COMBINE : SPACE_DEVICE), take_table,
                               NULL) != 0)
                return false;
        if (screen && map.bytes)
            m->framebuffer = high + framebuffer.address % PAGE_BYTES;
        if (!low)
            high += map.bytes;
    }
    return true;
}

/* Its pages as the loader left them, but for a last one that may hold something else behind it. */
static bool map_data(struct module *m, const struct module *data)
{
    for (uint32_t at = 0; at < data->image_bytes; at += PAGE_BYTES) {
        bool cut = data->image_bytes - at < PAGE_BYTES;
        phys_addr_t page = cut ? data->data_tail : data->data_start + at;
        if (arch_space_map(&m->space, USER_DATA_MODULE + at, page, 0, take_table, NULL) != 0)
            return false;
    }
    return true;
}

static bool map_program(struct module *m)
{
    if (arch_space_create(&m->space, take_table, NULL) != 0)
        return false;
    for (unsigned i = 0; i < m->program.segment_count; i++) {
        const struct elf_segment *s = &m->program.segment[i];
        if (!map_memory(m, s->address, s->memory_bytes, s->write ? SPACE_WRITE : 0))
            return false;
    }
    if ((m->kernel_calls & 1u << SYS_TRACE) != 0 && !trace_map(&m->space, take_table, NULL))
        return false;
    if ((m->kernel_calls & 1u << SYS_MAP) != 0 && !frame_map_table(&m->space, take_table, NULL))
        return false;
    if (m->data && !map_data(m, m->data))
        return false;
    return map_memory(m, USER_HEAP, m->heap_bytes, SPACE_WRITE) &&
           map_memory(m, USER_STACK_TOP - m->stack_bytes, m->stack_bytes, SPACE_WRITE);
}

/* What its pages will take, page tables apart. */
static uint64_t needed_bytes(const struct module *m)
{
    uint64_t bytes = (uint64_t)m->heap_bytes + m->stack_bytes;
    for (unsigned i = 0; i < m->program.segment_count; i++) {
        const struct elf_segment *s = &m->program.segment[i];
        uint32_t first = s->address & ~(PAGE_BYTES - 1u);
        bytes += (s->address + s->memory_bytes - first + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1u);
    }
    return bytes;
}

/* Takes all that the module will need; on refusal nothing stays taken. */
static bool reserve(struct module *m, const struct module_line *line)
{
    struct memory_mark mark = memory_mark();
    uint64_t needed = needed_bytes(m);
    uint32_t left = memory_left_bytes();
    bool fits = needed <= left && map_program(m);
    if (fits && map_devices(m, line))
        return true;
    memory_undo(mark);
    m->memory_bytes = 0;
    if (fits)
        format(m->reason, sizeof m->reason, "map: ranges overlap, or no memory for page tables");
    else
        format(m->reason, sizeof m->reason, "not enough memory: needs %uK, %uK are left",
               (unsigned)(needed >> 10), left >> 10);
    return false;
}

/* ---- Identities ------------------------------------------------------------------------------ */

static struct {
    char name[NAME_BYTES];
    bool defined; /* its privileges are known */
    uint32_t calls;
    uint32_t targets[IDENTITY_COUNT / 32];
} identities[IDENTITY_COUNT];
static unsigned identity_count;

static int find_identity(struct slice name)
{
    for (unsigned i = 0; i < identity_count; i++)
        if (slice_is(name, identities[i].name))
            return (int)i;
    return -ENOENT;
}

static int add_identity(const char *name)
{
    int known = find_identity((struct slice){name, strlen(name)});
    if (known >= 0)
        return known;
    if (identity_count == IDENTITY_COUNT)
        return -ENOSPC;
    memcpy(identities[identity_count].name, name, NAME_BYTES);
    return (int)identity_count++;
}

static void permit(uint32_t *targets, unsigned identity)
{
    targets[identity / 32] |= 1u << identity % 32;
}

/* Bits beyond the last identity stay clear: nobody will ever have them. */
static void permit_all(uint32_t *targets, unsigned from)
{
    for (unsigned i = from; i < identity_count; i++)
        permit(targets, i);
}

static bool read_targets(struct module *m, struct slice list, uint32_t *targets)
{
    struct slice element;
    while (slice_element(&list, ':', &element)) {
        int identity;
        if (slice_is(element, "all"))
            permit_all(targets, IDENTITY_USER);
        else if (slice_is(element, "servers"))
            permit_all(targets, IDENTITY_USER + 1);
        else if (slice_is(element, "none"))
            continue;
        else if ((identity = find_identity(element)) >= 0)
            permit(targets, (unsigned)identity);
        else {
            format(m->reason, sizeof m->reason, "targets=%.*s: no such identity",
                   (int)element.length, element.text);
            return false;
        }
    }
    return true;
}

/* Sets the identity's privileges, or checks that a second module with it asks for the same. */
static bool define_identity(struct module *m, const struct module_line *line)
{
    uint32_t targets[IDENTITY_COUNT / 32] = {0};
    if (!read_targets(m, line->targets, targets))
        return false;
    struct ipc_privilege *p = &ipc_table.privilege[m->identity];
    if (identities[m->identity].defined &&
        (p->calls != line->calls || memcmp(p->targets, targets, sizeof targets) != 0)) {
        format(m->reason, sizeof m->reason,
               "identity=%s: calls and targets differ from its other module's", line->identity);
        return false;
    }
    identities[m->identity].defined = true;
    p->calls = line->calls;
    memcpy(p->targets, targets, sizeof targets);
    return true;
}

/* ---- Loading --------------------------------------------------------------------------------- */

/* Why a line cannot mean this module's program, or NULL. */
static const char *why_no_program(const struct module *named)
{
    return !named             ? "no such module"
           : named->is_data   ? "data, not a program"
           : named->is_update ? "another module's update"
                              : NULL;
}

/* The process that settles the faults must be there, and another one. */
static bool check_handler(struct module *m, const struct module_line *line)
{
    if (line->faults[0] == '\0')
        return true;
    const struct module *handler = module_find(line->faults);
    const char *wrong = handler == m ? "the process itself" : why_no_program(handler);
    if (wrong)
        format(m->reason, sizeof m->reason, "faults=%s: %s", line->faults, wrong);
    return wrong == NULL;
}

static const char *why_not_data(const struct module *data)
{
    if (!data)
        return "no such module";
    if (!data->is_data)
        return "a program, not data";
    if (data->reason[0] && !data->left_out)
        return "refused itself";
    for (unsigned i = 0; i < count; i++)
        if (modules[i].data == data)
            return "another module has it";
    return NULL;
}

/* The data that the line names must be there, and nobody else's. */
static bool take_data(struct module *m, const struct module_line *line)
{
    if (line->data[0] == '\0')
        return true;
    struct module *data = module_find(line->data);
    const char *wrong = why_not_data(data);
    if (wrong)
        format(m->reason, sizeof m->reason, "data=%s: %s", line->data, wrong);
    else if (!data->left_out) /* else it starts without */
        m->data = data;
    return wrong == NULL;
}

/* Notes by their places the modules that must be up before; each must be one that comes up by
   itself. */
static bool take_needs(struct module *m, const struct module_line *line)
{
    struct slice list = line->needs, element;
    unsigned taken = 0;
    memset(m->needs, MODULE_NO_NEED, sizeof m->needs);
    while (list.text && slice_element(&list, ':', &element)) {
        unsigned i = 0;
        while (i < count && !slice_is(element, modules[i].name))
            i++;
        const char *wrong = i == count             ? "no such module"
                            : &modules[i] == m     ? "the module itself"
                            : modules[i].is_data   ? "data, not a program"
                            : modules[i].is_update ? "another module's update"
                            : modules[i].demand    ? "it is started on demand"
                                                   : NULL;
        if (wrong) {
            format(m->reason, sizeof m->reason, "needs=%.*s: %s", (int)element.length, element.text,
                   wrong);
            return false;
        }
        m->needs[taken++] = (uint8_t)i;
    }
    return true;
}

/* Whether `m` must be up before itself, over any others. */
static bool in_cycle(const struct module *m)
{
    bool reached[BOOT_MODULES_MAX] = {false};
    uint8_t open[BOOT_MODULES_MAX];
    unsigned opened = 0;
    for (const struct module *at = m;; at = &modules[open[--opened]]) {
        for (unsigned i = 0; i < MODULE_NEEDS_MAX && at->needs[i] != MODULE_NO_NEED; i++) {
            unsigned need = at->needs[i];
            if (&modules[need] == m)
                return true;
            if (!reached[need])
                open[opened++] = (uint8_t)need;
            reached[need] = true;
        }
        if (opened == 0)
            return false;
    }
}

/* What a line asks of the machine must be there. */
static bool check_machine(struct module *m, const struct module_line *line)
{
    for (unsigned i = 0; i < IRQ_LINES; i++) {
        if ((line->irq_lines & 1u << i) == 0 || arch_line_usable(i))
            continue;
        format(m->reason, sizeof m->reason, "irq=%u: the line is the machine's own", i);
        return false;
    }
    for (unsigned i = 0; i < line->map_count; i++) {
        if (line->maps[i].bytes == 0 || !memory_is_usable(line->maps[i].start, line->maps[i].bytes))
            continue;
        format(m->reason, sizeof m->reason, "map=0x%x+0x%x: is memory, not a device",
               line->maps[i].start, line->maps[i].bytes);
        return false;
    }
    return true;
}

static void take_line(struct module *m, const struct module_line *line)
{
    uint32_t ticks = line->quantum_ms * ARCH_TICKS_PER_SECOND / 1000;
    m->supervised = line->supervised;
    m->quiet = line->quiet;
    m->priority = (uint8_t)line->priority;
    m->quantum = (uint16_t)(ticks ? ticks : 1);
    m->kernel_calls = line->kernel_calls;
    m->irq_lines = line->irq_lines;
    m->port_count = line->port_count;
    memcpy(m->ports, line->ports, sizeof m->ports);
    m->heap_bytes = line->heap_bytes;
    m->stack_bytes = line->stack_bytes;
    memcpy(m->arguments, line->arguments, sizeof m->arguments);
    memcpy(m->faults, line->faults, sizeof m->faults);
    m->restart = line->restart;
    m->limit = line->limit;
    m->limit_seconds = line->limit_seconds;
    m->backoff_ms = line->backoff_ms;
    m->heartbeat_ms = line->heartbeat_ms;
}

/* A name for the list when the line gave none: its first word, as far as it can be shown. */
static void borrow_name(struct module *m, const char *line)
{
    struct slice word;
    size_t length = 0;
    if (!slice_word(&line, &word))
        word = (struct slice){"?", 1};
    while (length < word.length && length < NAME_BYTES - 1) {
        char c = word.text[length];
        m->name[length++] = c > ' ' && c < 0x7f ? c : '?';
    }
    m->name[length] = '\0';
}

/* The first pass over the lines: what each says by itself. */
static bool read_line(struct module *m, const struct boot_module *boot, struct module_line *line)
{
    bool good = module_line_parse(boot->line, line, m->reason);
    if (good && boot->line_cut) {
        format(m->reason, sizeof m->reason, "its line is longer than %u characters",
               BOOT_LINE_BYTES - 1);
        good = false;
    }
    if (line->name[0] && module_find(line->name)) {
        format(m->reason, sizeof m->reason, "%s: name in use", line->name);
        borrow_name(m, "");
        return false;
    }
    if (line->name[0] == '\0') {
        borrow_name(m, boot->line);
        return false;
    }
    memcpy(m->name, line->name, NAME_BYTES);
    m->is_data = line->is_data;
    m->is_update = line->updates[0] != '\0';
    m->borrows = line->image[0] != '\0';
    if (m->is_data || m->is_update) /* addressed by nobody */
        return good;
    m->demand = good && line->demand; /* before others' needs are looked at */
    /* Known even if the rest is wrong: others may name it and must not fall with it. */
    int identity = add_identity(line->identity);
    if (identity < 0 && good) {
        format(m->reason, sizeof m->reason, "more than %u identities", IDENTITY_COUNT);
        good = false;
    }
    m->identity = (uint8_t)(identity < 0 ? IDENTITY_USER : identity);
    return good;
}

void modules_leave_out(struct boot_info *boot)
{
    static struct module_line line;
    char unused[MODULE_REASON_BYTES];
    uint64_t total = 0;
    for (unsigned i = 0; i < boot->region_count; i++)
        total += boot->region[i].bytes;
    for (unsigned i = 0; i < boot->module_count; i++) {
        modules[i].left_out =
            module_line_parse(boot->module[i].line, &line, unused) && total < line.least_bytes;
        if (modules[i].left_out)
            boot->module[i].bytes = 0;
    }
}

/* Where it lies is kept, and its last page copied where it ends in it. */
static const char *take_image(struct module *m, const struct boot_module *boot)
{
    uint32_t cut = boot->bytes % PAGE_BYTES;
    if (boot->bytes == 0)
        return "an empty file";
    if (boot->bytes > USER_DATA_MODULE_END - USER_DATA_MODULE)
        return "larger than the 64M of addresses for data";
    if (!m->image)
        return "its file lies beyond the kernel's reach";
    if (boot->start % PAGE_BYTES)
        return "its file does not begin with a page";
    m->data_start = boot->start;
    if (cut == 0)
        return NULL;
    m->data_tail = memory_take(MEMORY_PROCESS);
    if (m->data_tail == 0)
        return "not enough memory: needs 4K, none is left";
    phys_zero(m->data_tail, PAGE_BYTES);
    memcpy(arch_window(m->data_tail, cut), m->image + boot->bytes - cut, cut);
    m->memory_bytes = PAGE_BYTES;
    return NULL;
}

static const char left_out[] = "left out: the machine has less memory than least= says";

static void load_data(struct module *m, const struct boot_module *boot)
{
    m->image_bytes = boot->bytes;
    m->image = arch_window(boot->start, boot->bytes);
    const char *wrong = m->left_out ? left_out : take_image(m, boot);
    if (wrong)
        format(m->reason, sizeof m->reason, "%s", wrong);
}

static void check_version(struct module *m)
{
    uint32_t version;
    if (!elf_version(m->image, m->image_bytes, &version))
        format(m->reason, sizeof m->reason, "%s", ELF_UNSAID_VERSION);
    else if (version != ABI_VERSION)
        format(m->reason, sizeof m->reason, ELF_OTHER_VERSION, (unsigned)version);
}

static bool take_program(struct module *m, const struct boot_module *boot)
{
    m->image_bytes = boot->bytes;
    m->image = arch_window(boot->start, boot->bytes);
    const char *wrong = m->left_out ? left_out
                        : m->image  ? elf_check(m->image, m->image_bytes, &m->program)
                                    : "its file lies beyond the kernel's reach";
    if (wrong)
        format(m->reason, sizeof m->reason, "%s", wrong);
    else
        check_version(m);
    return !m->reason[0];
}

/* Its file, or that of the module that its line names; NULL: there is none. */
static const struct boot_module *find_file(struct module *m, const struct boot_info *boot,
                                           const struct module_line *line)
{
    if (!m->borrows)
        return &boot->module[m - modules];
    const struct module *other = module_find(line->image);
    const char *wrong = other == m ? "the module itself" : why_no_program(other);
    if (!wrong && other->borrows)
        wrong = "has another one's itself";
    else if (!wrong && other->left_out)
        wrong = "left out itself";
    if (!wrong)
        return &boot->module[other - modules];
    format(m->reason, sizeof m->reason, "image=%s: %s", line->image, wrong);
    return NULL;
}

/* The second pass: what needs the other lines and the machine. */
static void load(struct module *m, const struct boot_info *boot, const struct module_line *line)
{
    const struct boot_module *file = find_file(m, boot, line);
    take_line(m, line);
    if (file && take_program(m, file) && check_handler(m, line) && take_needs(m, line) &&
        take_data(m, line) && check_machine(m, line) && define_identity(m, line))
        (void)reserve(m, line); /* leaves its reason */
    if (m->reason[0])
        m->data = NULL;
}

/* The third pass, when the others are there: all but the file is as the other module's line says.
 */
static void load_update(struct module *m, const struct boot_info *boot, struct module_line *line)
{
    struct module *other = module_find(line->updates);
    const char *wrong = why_no_program(other);
    if (!wrong && other->reason[0])
        wrong = "that module is refused";
    if (wrong) {
        format(m->reason, sizeof m->reason, "updates=%s: %s", line->updates, wrong);
        return;
    }
    (void)module_line_parse(boot->module[other - modules].line, line, m->reason);
    take_line(m, line);
    m->supervised = false;
    m->updates = other;
    m->needs[0] = (uint8_t)(other - modules);
    m->data = other->data;
    if (take_program(m, &boot->module[m - modules]))
        (void)reserve(m, line); /* leaves its reason */
}

/* All of a cycle, and nobody else: those that need one of them can still start without it. */
static void refuse_cycles(void)
{
    bool refused[BOOT_MODULES_MAX] = {false};
    for (unsigned i = 0; i < count; i++)
        refused[i] = in_cycle(&modules[i]);
    for (unsigned i = 0; i < count; i++)
        if (refused[i] && modules[i].reason[0] == '\0')
            format(modules[i].reason, sizeof modules[i].reason, "needs: a cycle leads back to it");
}

/* Plain programs may come though no line has that identity (program.c). */
static void define_user(void)
{
    struct ipc_privilege *user = &ipc_table.privilege[IDENTITY_USER];
    if (identities[IDENTITY_USER].defined)
        return;
    user->calls = MODULE_DEFAULT_CALLS;
    permit_all(user->targets, IDENTITY_USER + 1);
}

/* False: it is refused already. */
static bool read_again(unsigned i, const struct boot_info *boot, struct module_line *line)
{
    char unused[MODULE_REASON_BYTES];
    return modules[i].reason[0] == '\0' && module_line_parse(boot->module[i].line, line, unused);
}

/* The lines are read again in the later passes: keeping all of them would cost more than that. */
void modules_load(const struct boot_info *boot)
{
    static struct module_line line;
    framebuffer = boot->framebuffer;
    (void)add_identity("user\0\0\0\0\0\0\0\0\0\0\0");
    for (unsigned i = 0; i < boot->module_count; i++) {
        modules[i].slot = IPC_NO_SLOT;
        memset(modules[i].needs, MODULE_NO_NEED, sizeof modules[i].needs);
        (void)read_line(&modules[i], &boot->module[i], &line); /* leaves its reason */
        count++;
    }
    for (unsigned i = 0; i < count; i++)
        if (modules[i].reason[0] == '\0' && modules[i].is_data)
            load_data(&modules[i], &boot->module[i]);
    for (unsigned i = 0; i < count; i++)
        if (!modules[i].is_data && !modules[i].is_update && read_again(i, boot, &line))
            load(&modules[i], boot, &line);
    for (unsigned i = 0; i < count; i++)
        if (modules[i].is_update && read_again(i, boot, &line))
            load_update(&modules[i], boot, &line);
    refuse_cycles();
    for (unsigned i = 0; i < count; i++)
        if (modules[i].reason[0])
            log_line("%-15s refused: %s", modules[i].name, modules[i].reason);
    define_user();
    if (boot->modules_dropped)
        log_line("%u modules after the first %u are ignored", boot->modules_dropped, count);
}

/* ---- Starting -------------------------------------------------------------------------------- */

static void fill(const struct module *m)
{
    for (unsigned i = 0; i < m->program.segment_count; i++) {
        const struct elf_segment *s = &m->program.segment[i];
        uint32_t first = s->address & ~(PAGE_BYTES - 1u);
        uint32_t end = s->address + s->memory_bytes, data_end = s->address + s->file_bytes;
        uint32_t last = (end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1u);
        load_into_process(&m->space, first, NULL, s->address - first);
        load_into_process(&m->space, s->address, m->image + s->file_offset, s->file_bytes);
        load_into_process(&m->space, data_end, NULL, last - data_end);
    }
    load_into_process(&m->space, USER_HEAP, NULL, m->heap_bytes);
    load_into_process(&m->space, USER_STACK_TOP - m->stack_bytes, NULL, m->stack_bytes);
}

/* Neither runs nor waits for the release of its pages. Whose work that release is, the memory
   server's, has nobody to do it for itself: its go here, a part at a time. */
static bool is_vacant(struct module *m)
{
    if (m->owed && (m->kernel_calls & 1u << SYS_SPACE) != 0)
        (void)space_release(m);
    return m->slot == IPC_NO_SLOT && !m->owed;
}

int module_start(struct module *m, const char *arguments, uint32_t console)
{
    uint32_t image[STACK_IMAGE_BYTES / 4];
    struct stack_start start = {
        .name = m->name,
        .arguments = arguments[0] ? arguments : m->arguments,
        .heap_bytes = m->heap_bytes,
        .data_bytes = m->data ? m->data->image_bytes : 0,
        .console = console,
    };
    if (m->framebuffer) {
        start.framebuffer = framebuffer;
        start.framebuffer.address = m->framebuffer;
    }
    if (m->reason[0] || m->is_data || m->is_update)
        return -ENOEXEC;
    if (stack_build(&start, image) == 0)
        return -E2BIG;
    if (!is_vacant(m))
        return -EBUSY;
    int slot = ipc_create(&ipc_table, m->identity);
    if (slot < 0)
        return slot;
    start.self = ipc_table.process[slot].endpoint;
    uint32_t stack = stack_build(&start, image);
    fill(m);
    load_into_process(&m->space, USER_STACK_TOP - STACK_IMAGE_BYTES, image, STACK_IMAGE_BYTES);
    m->starts++;
    process_create((unsigned)slot, m, m->program.entry, stack);
    process_run((unsigned)slot);
    return slot;
}

#define EXCHANGE(a, b)                                                                             \
    do {                                                                                           \
        __typeof__(a) former = (a);                                                                \
        (a) = (b);                                                                                 \
        (b) = former;                                                                              \
    } while (0)

/* Both have their own pages, so nothing has to fit into what the other had. */
int module_update(struct module *m, struct module *update)
{
    if (update->updates != m || m->reason[0] || update->reason[0])
        return -EINVAL;
    if (!is_vacant(m))
        return -EBUSY;
    EXCHANGE(m->image, update->image);
    EXCHANGE(m->image_bytes, update->image_bytes);
    EXCHANGE(m->program, update->program);
    EXCHANGE(m->space, update->space);
    EXCHANGE(m->memory_bytes, update->memory_bytes);
    EXCHANGE(m->lent, update->lent);
    return 0;
}

/* How the boot's start of a module ended, in words. */
static void describe_start(const struct module *m, int slot, char *text, size_t bytes)
{
    if (m->supervised)
        format(text, bytes, m->demand ? "supervised, when asked" : "supervised");
    else if (m->demand)
        format(text, bytes, "on demand");
    else if (slot < 0)
        format(text, bytes, "could not be started: no slot");
    else
        format(text, bytes, "endpoint %d", ipc_table.process[slot].endpoint);
}

unsigned modules_start(void)
{
    unsigned running = 0;
    for (unsigned i = 0; i < count; i++) {
        struct module *m = &modules[i];
        char how[32];
        if (m->reason[0])
            continue;
        if (m->is_data) {
            log_line("%-15s data, %uK", m->name, (m->image_bytes + 1023) >> 10);
            continue;
        }
        if (m->is_update) {
            log_line("%-15s %4uK, an update of %s", m->name, m->memory_bytes >> 10,
                     m->updates->name);
            continue;
        }
        bool now = !m->demand && !m->supervised;
        int slot = now ? module_start(m, "", 0) : 0;
        running += now && slot >= 0;
        describe_start(m, slot, how, sizeof how);
        log_line("%-15s priority %2u, %4uK, %s", m->name, m->priority, m->memory_bytes >> 10, how);
    }
    return running;
}
