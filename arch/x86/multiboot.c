/*
 * The loader's report: memory, modules, command line. Enter at multiboot_parse.
 *
 * What always holds: nothing is read but through the view, no count or length from the loader
 * bounds a loop by itself, and what ends up in struct boot_info is sorted, apart, page-aligned
 * (regions) and wholly within reach (modules).
 */
#include "multiboot.h"

#include "text.h"
#include <abi/layout.h>
#include <stddef.h>

/* Flags of the information structure. */
#define HAS_MEMORY      (1u << 0)
#define HAS_COMMAND     (1u << 2)
#define HAS_MODULES     (1u << 3)
#define HAS_MAP         (1u << 6)
#define HAS_LOADER_NAME (1u << 9)
#define HAS_FRAMEBUFFER (1u << 12)

struct information {
    uint32_t flags, memory_lower_kb, memory_upper_kb, boot_device, command_line;
    uint32_t module_count, modules, symbols[4], map_bytes, map;
    uint32_t drives_bytes, drives, configuration, loader_name;
};
_Static_assert(sizeof(struct information) == 68, "as far as it is read in one piece");

/* Further down: what the loader says of the screen. */
#define FRAMEBUFFER_AT   88
#define FRAMEBUFFER_RGB  1
#define FRAMEBUFFER_TEXT 2
struct screen {
    uint32_t address_low, address_high, row_bytes, width, height;
    uint8_t bits, type;
    /* Red, green and blue, each its lowest bit and how many. The specification has them at once
       behind `type`; GRUB's structure has them two bytes later, and zeros here. */
    struct framebuffer_colour colour[4];
};
_Static_assert(sizeof(struct screen) == 32 && offsetof(struct screen, colour) == 22,
               "as the loader lays it out");

struct module_entry {
    uint32_t start, end, line, reserved;
};

/* A map entry's first word is the size of what follows it. */
#define MAP_ENTRY_LEAST 20u
#define MAP_USABLE      1u
struct map_entry {
    uint32_t bytes, base_low, base_high, length_low, length_high, type;
};

#define LOOK_MOST   1024u /* map entries and modules that are looked at */
#define LOW_KB_MOST 640u
#define MEGABYTE    0x100000u
#define ADDRESS_END 0x100000000ull /* beyond 4 GB nothing is seen */

struct span {
    uint64_t start, end;
};

struct spans {
    unsigned count;
    bool lost; /* there were more than fit; the smallest are left out */
    struct span span[BOOT_REGIONS_MAX];
};

struct parser {
    struct boot_info *info;
    const struct multiboot_machine *machine;
    const struct multiboot_view *view;
    void (*report)(const char *line);
    struct information from;
    uint32_t window_bytes;
};

static char loader_name[64];

static bool read_bytes(const struct parser *p, uint64_t address, void *into, uint32_t bytes)
{
    return address + bytes <= ADDRESS_END &&
           p->view->read(p->view->context, (phys_addr_t)address, into, bytes);
}

/* Copies a string of at most capacity - 1 characters; an unreadable one ends where it is. True
   when it was cut. */
static bool read_string(const struct parser *p, phys_addr_t address, char *into, uint32_t capacity)
{
    into[0] = '\0';
    if (address == 0)
        return false;
    for (uint32_t i = 0;; i++) {
        char c;
        if (!read_bytes(p, (uint64_t)address + i, &c, 1) || c == '\0') {
            into[i] = '\0';
            return false;
        }
        if (i == capacity - 1) {
            into[i] = '\0';
            return true;
        }
        into[i] = c;
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void spans_remove(struct spans *s, unsigned at)
{
    for (unsigned i = at + 1; i < s->count; i++)
        s->span[i - 1] = s->span[i];
    s->count--;
}

static void spans_insert(struct spans *s, struct span new)
{
    if (s->count == BOOT_REGIONS_MAX) {
        unsigned smallest = 0;
        for (unsigned i = 1; i < s->count; i++)
            if (s->span[i].end - s->span[i].start < s->span[smallest].end - s->span[smallest].start)
                smallest = i;
        s->lost = true;
        if (new.end - new.start <= s->span[smallest].end - s->span[smallest].start)
            return;
        spans_remove(s, smallest);
    }
    unsigned at = s->count++;
    for (; at > 0 && s->span[at - 1].start > new.start; at--)
        s->span[at] = s->span[at - 1];
    s->span[at] = new;
}

/* Adds a range and merges it with all that it touches. */
static void spans_add(struct spans *s, struct span new)
{
    if (new.start >= new.end)
        return;
    for (unsigned i = 0; i < s->count;) {
        const struct span old = s->span[i];
        if (old.end < new.start || old.start > new.end) {
            i++;
            continue;
        }
        new.start = old.start < new.start ? old.start : new.start;
        new.end = old.end > new.end ? old.end : new.end;
        spans_remove(s, i);
    }
    spans_insert(s, new);
}

static void spans_subtract(struct spans *s, struct span hole)
{
    if (hole.start >= hole.end)
        return;
    for (unsigned i = 0; i < s->count;) {
        const struct span old = s->span[i];
        if (old.end <= hole.start || old.start >= hole.end) {
            i++;
            continue;
        }
        spans_remove(s, i);
        /* What is left lies outside the hole, so that meeting it again changes nothing. */
        if (old.start < hole.start)
            spans_insert(s, (struct span){old.start, hole.start});
        if (old.end > hole.end)
            spans_insert(s, (struct span){hole.end, old.end});
        i = 0;
    }
}

static struct span map_span(const struct map_entry *e)
{
    struct span r = {(uint64_t)e->base_high << 32 | e->base_low, 0};
    const uint64_t length = (uint64_t)e->length_high << 32 | e->length_low;
    if (r.start > ADDRESS_END)
        r.start = ADDRESS_END;
    r.end = length > ADDRESS_END - r.start ? ADDRESS_END : r.start + length;
    return r;
}

/* One walk over the map: adds what is usable, or takes away what is not. */
static void walk_map(const struct parser *p, struct spans *s, bool usable)
{
    uint64_t at = p->from.map;
    const uint64_t end = at + p->from.map_bytes;
    for (unsigned looked = 0; at + sizeof(struct map_entry) <= end; looked++) {
        struct map_entry e;
        const char *wrong = NULL;
        if (looked == LOOK_MOST)
            wrong = "is too long";
        else if (!read_bytes(p, at, &e, sizeof(e)))
            wrong = "leaves memory";
        else if (e.bytes < MAP_ENTRY_LEAST)
            wrong = "has an entry that is too short";
        if (wrong != NULL) {
            if (usable) {
                struct text t;
                text_begin(&t, "boot: the loader's memory map ");
                text_put(&t, wrong);
                text_put(&t, "; the rest of it is ignored");
                p->report(t.line);
            }
            return;
        }
        if (usable && e.type == MAP_USABLE)
            spans_add(s, map_span(&e));
        if (!usable && e.type != MAP_USABLE)
            spans_subtract(s, map_span(&e));
        at += (uint64_t)e.bytes + sizeof(e.bytes);
    }
}

static void take_regions(const struct parser *p, struct spans *s)
{
    struct boot_info *info = p->info;
    /* Page 0 holds the BIOS's data, and address 0 means "none" to the kernel. */
    spans_subtract(s, (struct span){0, PAGE_BYTES});
    info->region_count = 0;
    for (unsigned i = 0; i < s->count; i++) {
        const uint64_t start = (s->span[i].start + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
        const uint64_t end = s->span[i].end & ~(uint64_t)(PAGE_BYTES - 1);
        if (start >= end)
            continue;
        info->region[info->region_count++] =
            (struct boot_region){(phys_addr_t)start, (uint32_t)(end - start)};
    }
    if (s->lost)
        p->report("boot: too many pieces of memory; the smallest are left out");
}

static void find_memory(const struct parser *p)
{
    struct spans s = {0};
    if (p->from.flags & HAS_MAP) {
        walk_map(p, &s, true);
        walk_map(p, &s, false);
        take_regions(p, &s);
        if (p->info->region_count > 0)
            return;
        p->report("boot: the loader's memory map names no usable memory");
        s = (struct spans){0};
    }
    if (p->from.flags & HAS_MEMORY) {
        const uint32_t lower = p->from.memory_lower_kb;
        const uint64_t upper = MEGABYTE + (uint64_t)p->from.memory_upper_kb * 1024;
        spans_add(&s, (struct span){0, (lower < LOW_KB_MOST ? lower : LOW_KB_MOST) * 1024});
        spans_add(&s, (struct span){MEGABYTE, upper < ADDRESS_END ? upper : ADDRESS_END});
        take_regions(p, &s);
    }
}

static uint32_t find_window(const struct parser *p)
{
    uint64_t top = p->machine->kernel_end;
    for (unsigned i = 0; i < p->info->region_count; i++) {
        const struct boot_region *r = &p->info->region[i];
        if ((uint64_t)r->start + r->bytes > top)
            top = (uint64_t)r->start + r->bytes;
    }
    return top < p->machine->window_most ? (uint32_t)top : p->machine->window_most;
}

/* ---- Modules ----------------------------------------------------------------------------------
 */

static bool overlaps(uint32_t start, uint32_t end, uint32_t other_start, uint32_t other_end)
{
    return start < end && start < other_end && other_start < end;
}

/* Why this module can't be used, or NULL. */
static const char *module_wrong(const struct parser *p, const struct module_entry *e)
{
    const struct boot_info *info = p->info;
    if (e->end < e->start)
        return "ends before it starts";
    if (e->end > p->window_bytes)
        return "lies beyond the memory within reach";
    if (overlaps(e->start, e->end, p->machine->kernel_start, p->machine->kernel_end))
        return "overlaps the kernel";
    for (unsigned i = 0; i < info->module_count; i++) {
        const struct boot_module *m = &info->module[i];
        if (overlaps(e->start, e->end, m->start, m->start + m->bytes))
            return "overlaps another module";
    }
    if (info->module_count == BOOT_MODULES_MAX)
        return "is one too many";
    return NULL;
}

static void drop_module(const struct parser *p, unsigned index, const char *line, const char *wrong)
{
    struct text t;
    text_begin(&t, "boot: module ");
    text_decimal(&t, index);
    text_put(&t, " \"");
    text_put_some(&t, line, 40);
    text_put(&t, "\" ");
    text_put(&t, wrong);
    text_put(&t, "; left out");
    p->report(t.line);
    p->info->modules_dropped++;
}

static void drop_rest(const struct parser *p, uint32_t count, const char *why)
{
    struct text t;
    text_begin(&t, "boot: the list of modules ");
    text_put(&t, why);
    text_put(&t, "; ");
    text_decimal(&t, count);
    text_put(&t, " left out");
    p->report(t.line);
    p->info->modules_dropped += count;
}

static void find_modules(const struct parser *p)
{
    struct boot_info *info = p->info;
    const uint32_t count = p->from.flags & HAS_MODULES ? p->from.module_count : 0;
    for (uint32_t i = 0; i < count; i++) {
        struct module_entry e;
        if (i == LOOK_MOST) {
            drop_rest(p, count - i, "is too long");
            return;
        }
        if (!read_bytes(p, p->from.modules + (uint64_t)i * sizeof(e), &e, sizeof(e))) {
            drop_rest(p, count - i, "leaves memory");
            return;
        }
        char line[BOOT_LINE_BYTES] = {0};
        const bool cut = read_string(p, e.line, line, sizeof(line));
        const char *wrong = module_wrong(p, &e);
        if (wrong != NULL) {
            drop_module(p, i, line, wrong);
            continue;
        }
        struct boot_module *m = &info->module[info->module_count++];
        m->start = e.start;
        m->bytes = e.end - e.start;
        m->line_cut = cut;
        for (unsigned c = 0; c < sizeof(line); c++)
            m->line[c] = line[c];
    }
}

/* ---- Screen ---------------------------------------------------------------------------------- */

static bool are_colours(const struct framebuffer_colour colour[3], unsigned bits)
{
    for (unsigned i = 0; i < 3; i++)
        if (colour[i].bits < 1 || colour[i].bits > 10 || colour[i].shift + colour[i].bits > bits)
            return false;
    return true;
}

/* The three colours, or NULL. */
static const struct framebuffer_colour *find_colours(const struct screen *s)
{
    for (unsigned at = 0; at < 2; at++)
        if (are_colours(s->colour + at, s->bits))
            return s->colour + at;
    return NULL;
}

/* Whether a page of the range holds memory: what the loader calls usable, or the kernel. */
static bool meets_memory(const struct parser *p, uint64_t start, uint64_t end)
{
    const uint64_t first = start / PAGE_BYTES * PAGE_BYTES;
    const uint64_t last = (end + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    for (unsigned i = 0; i < p->info->region_count; i++) {
        const struct boot_region *r = &p->info->region[i];
        if (first < (uint64_t)r->start + r->bytes && r->start < last)
            return true;
    }
    return first < p->machine->kernel_end && p->machine->kernel_start < last;
}

/* Why these rows of pixels can't be used, or NULL. */
static const char *screen_wrong(const struct parser *p, const struct screen *s)
{
    const uint32_t pixel_bytes = (s->bits + 7u) / 8;
    if (s->bits != 15 && s->bits != 16 && s->bits != 24 && s->bits != 32)
        return "has pixels of another size than 15, 16, 24 or 32 bits";
    if (find_colours(s) == NULL)
        return "has colours outside its pixels";
    if (s->width == 0 || s->width > FRAMEBUFFER_SIDE_MOST || s->height == 0 ||
        s->height > FRAMEBUFFER_SIDE_MOST)
        return "is empty or too large";
    if (s->row_bytes < s->width * pixel_bytes)
        return "has rows that are too short for their pixels";
    const uint64_t bytes = (uint64_t)s->row_bytes * s->height;
    if (bytes > FRAMEBUFFER_BYTES_MOST)
        return "is empty or too large";
    if (s->address_high != 0 || s->address_low + bytes > ADDRESS_END - PAGE_BYTES)
        return "lies beyond 4 GB";
    if (s->address_low < MEGABYTE || meets_memory(p, s->address_low, s->address_low + bytes))
        return "lies in memory";
    return NULL;
}

/* Returns whether the screen shows text. */
static bool find_screen(const struct parser *p, phys_addr_t information)
{
    struct screen s;
    if (!(p->from.flags & HAS_FRAMEBUFFER) ||
        !read_bytes(p, (uint64_t)information + FRAMEBUFFER_AT, &s, sizeof(s)) ||
        s.type == FRAMEBUFFER_TEXT)
        return true;
    const char *wrong =
        s.type == FRAMEBUFFER_RGB ? screen_wrong(p, &s) : "has no colours of its own";
    if (wrong != NULL) {
        struct text t;
        text_begin(&t, "boot: the loader's framebuffer ");
        text_put(&t, wrong);
        text_put(&t, "; not used");
        p->report(t.line);
        return false;
    }
    const struct framebuffer_colour *colour = find_colours(&s);
    p->info->framebuffer = (struct framebuffer){
        .address = s.address_low,
        .row_bytes = s.row_bytes,
        .width = s.width,
        .height = s.height,
        .bits = s.bits,
        .red = colour[0],
        .green = colour[1],
        .blue = colour[2],
    };
    return false;
}

/* ---- All of it ---------------------------------------------------------------------------------
 */

static void keep_kernel(const struct parser *p)
{
    p->info->reservation[0] = (struct boot_region){
        p->machine->kernel_start, p->machine->kernel_end - p->machine->kernel_start};
    p->info->reservation_count = 1;
}

struct multiboot_result multiboot_parse(struct boot_info *info, phys_addr_t information,
                                        const struct multiboot_machine *machine,
                                        const struct multiboot_view *view,
                                        void (*report)(const char *line))
{
    struct parser p = {.info = info, .machine = machine, .view = view, .report = report};
    info->region_count = info->module_count = info->modules_dropped = 0;
    info->framebuffer = (struct framebuffer){.width = 0};
    info->command_line[0] = loader_name[0] = '\0';
    info->loader_name = loader_name;
    keep_kernel(&p);

    if (!read_bytes(&p, information, &p.from, sizeof(p.from)))
        return (struct multiboot_result){.fatal = "the loader's information can't be read"};
    if (p.from.flags & HAS_COMMAND)
        (void)read_string(&p, p.from.command_line, info->command_line, sizeof(info->command_line));
    if (p.from.flags & HAS_LOADER_NAME)
        (void)read_string(&p, p.from.loader_name, loader_name, sizeof(loader_name));

    find_memory(&p);
    if (info->region_count == 0)
        return (struct multiboot_result){.fatal = "the loader reported no usable memory"};
    p.window_bytes = find_window(&p);
    find_modules(&p);
    return (struct multiboot_result){.window_bytes = p.window_bytes,
                                     .text_screen = find_screen(&p, information)};
}
