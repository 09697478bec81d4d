/* See pages.h. */
#include "pages.h"

#include <abi/errors.h>
#include <parley/system.h>

#define KEPT 16 /* free frames that are left for page tables */

/* Of the near frames, which alone can be page tables, so many more stay free while there are
   others: one for this many of those, sixteen times what tables take that are full. */
#define FAR_SHARE 64

static const struct frame *const frames = (const struct frame *)USER_FRAMES;
static uint32_t total; /* frames that are this server's to give */

/* Frames by their numbers, those that the kernel reaches at once and the others, and where the
   search for a free one begins. */
static struct part {
    uint32_t first, end, next;
} near, far;

/* How many may be given of each. */
struct supply {
    uint32_t near, far;
};

static bool is_free(const struct frame *frame)
{
    return frame->use == FRAME_FREE;
}

void pages_init(void)
{
    struct memory_info info;
    if (sys_memory(&info) != 0)
        return;
    near.end = info.frames_near < info.frames ? info.frames_near : info.frames;
    far = (struct part){.first = near.end, .end = info.frames, .next = near.end};
    for (uint32_t i = 0; i < info.frames; i++)
        total += frames[i].use != FRAME_NONE;
}

uint32_t pages_free(void)
{
    struct memory_info info;
    return sys_memory(&info) == 0 ? info.frames_free : 0;
}

uint32_t pages_total(void)
{
    return total;
}

bool pages_are_ours(uint32_t address, uint32_t bytes)
{
    return bytes != 0 && address % PAGE_BYTES == 0 && bytes % PAGE_BYTES == 0 &&
           address >= USER_MEMORY && address < USER_MEMORY_END &&
           bytes <= USER_MEMORY_END - address;
}

bool pages_is_lent(const struct system_map *page)
{
    return frames[page->frame].maps > 1;
}

/* A free frame that is not `other`; 0: none. */
static uint32_t find_free(struct part *part, uint32_t other)
{
    for (uint32_t i = part->first; i < part->end; i++) {
        const uint32_t frame = part->next;
        part->next = frame + 1 < part->end ? frame + 1 : part->first;
        if (frame != other && is_free(&frames[frame]))
            return frame;
    }
    return 0;
}

static uint32_t what_exceeds(uint32_t frames_free, uint32_t kept)
{
    return frames_free > kept ? frames_free - kept : 0;
}

static struct supply look(void)
{
    struct memory_info info;
    if (sys_memory(&info) != 0)
        return (struct supply){0};
    return (struct supply){what_exceeds(info.frames_near_free, KEPT),
                           info.frames_free - info.frames_near_free};
}

/* A free frame: near ones first, since messages go faster there, but for those that tables of the
 * far ones may need. */
static uint32_t take(struct supply *supply)
{
    const uint32_t kept = supply->far ? (far.end - far.first) / FAR_SHARE : 0;
    if (supply->near > kept) {
        supply->near--;
        return find_free(&near, 0);
    }
    if (supply->far == 0)
        return 0;
    supply->far--;
    return find_free(&far, 0);
}

/* One page at a time: where frames are apart, a longer call would not be shorter. */
static int map(endpoint_t process, uint32_t address, uint32_t frame, uint32_t flags)
{
    struct system_map page = {.address = address, .frame = frame, .pages = 1, .flags = flags};
    bool used;
    int done = sys_map(process, &page, &used);
    if (done != -ENOMEM)
        return done;
    page.table = find_free(&near, frame);
    return page.table ? sys_map(process, &page, &used) : -ENOMEM;
}

int pages_map(endpoint_t process, uint32_t address, uint32_t frame, uint32_t flags)
{
    int done = frame ? map(process, address, frame, flags) : -ENOMEM;
    return done < 0 ? done : 0;
}

uint32_t pages_to_give(void)
{
    struct supply supply = look();
    return take(&supply);
}

uint32_t pages_for_table(void)
{
    return look().near ? find_free(&near, 0) : 0;
}

int pages_fresh(endpoint_t process, uint32_t address, uint32_t flags)
{
    return pages_map(process, address, pages_to_give(), flags);
}

int pages_change(endpoint_t process, const struct system_map *page, uint32_t flags)
{
    return pages_map(process, page->address, page->frame, flags | MAP_REPLACE);
}

int pages_own(endpoint_t process, const struct system_map *page)
{
    if (!pages_is_lent(page))
        return pages_change(process, page, MAP_WRITE);
    return pages_map(process, page->address, pages_to_give(), MAP_REPLACE | MAP_COPY | MAP_WRITE);
}

uint32_t pages_room(endpoint_t process, uint32_t pages)
{
    const uint32_t bytes = pages * PAGE_BYTES;
    uint32_t at = USER_MEMORY;
    struct system_map found;
    while (at < USER_MEMORY_END && bytes <= USER_MEMORY_END - at) {
        if (sys_space_next(process, at, &found) != 0 || found.address - at >= bytes)
            return at;
        at = found.address + PAGE_BYTES;
    }
    return 0;
}

uint32_t pages_give(endpoint_t process, uint32_t pages)
{
    struct supply supply = look();
    if (pages == 0 || pages > (USER_MEMORY_END - USER_MEMORY) / PAGE_BYTES ||
        pages > supply.near + supply.far)
        return 0;
    const uint32_t address = pages_room(process, pages);
    for (uint32_t done = 0; address && done < pages; done++) {
        const uint32_t frame = take(&supply);
        if (frame && map(process, address + done * PAGE_BYTES, frame, MAP_WRITE) == 1)
            continue;
        (void)pages_take(process, address, done);
        return 0;
    }
    return address;
}

bool pages_have(endpoint_t process, uint32_t address, uint32_t pages)
{
    struct system_map found;
    for (uint32_t i = 0; i < pages; i++) {
        const uint32_t at = address + i * PAGE_BYTES;
        if (sys_space_next(process, at, &found) != 0 || found.address != at ||
            found.flags & MAP_SHARED)
            return false;
    }
    return true;
}

int pages_take(endpoint_t process, uint32_t address, uint32_t pages)
{
    while (pages) {
        const uint32_t part = pages < MAP_PAGES ? pages : MAP_PAGES;
        int done = sys_unmap(process, address, part);
        if (done <= 0)
            return done;
        address += (uint32_t)done * PAGE_BYTES;
        pages -= (uint32_t)done;
    }
    while (sys_space_shrink(process) > 0)
        continue;
    return 0;
}

/* The page, of which no clone has the same any more. */
static int own(endpoint_t owner, uint32_t address, struct system_map *page)
{
    int error = sys_space_next(owner, address, page);
    if (error || page->flags & MAP_WRITE)
        return error;
    error = pages_own(owner, page);
    return error ? error : sys_space_next(owner, address, page);
}

int pages_share(endpoint_t owner, uint32_t address, uint32_t pages, endpoint_t peer, uint32_t at,
                uint32_t flags)
{
    struct system_map found;
    for (uint32_t done = 0; done < pages; done++) {
        if (own(owner, address + done * PAGE_BYTES, &found) == 0 &&
            map(peer, at + done * PAGE_BYTES, found.frame, flags | MAP_SHARED) == 1)
            continue;
        (void)pages_take(peer, at, done);
        return -ENOMEM;
    }
    return 0;
}

static bool is_shared(endpoint_t process, uint32_t address)
{
    struct system_map found;
    return sys_space_next(process, address, &found) == 0 && found.address == address &&
           found.flags & MAP_SHARED;
}

/* The first is mapped first, and taken first. */
bool pages_settle(endpoint_t process, uint32_t address, uint32_t pages)
{
    const uint32_t last = address + (pages - 1) * PAGE_BYTES;
    struct system_map found = {.address = address};
    if (is_shared(process, address) && is_shared(process, last))
        return true;
    while (sys_space_next(process, found.address, &found) == 0 && found.address <= last) {
        if (found.flags & MAP_SHARED)
            (void)pages_take(process, found.address, 1);
        found.address += PAGE_BYTES;
    }
    return false;
}

bool pages_release(endpoint_t dead)
{
    int done = SPACE_RELEASE_PAGES;
    while (done == SPACE_RELEASE_PAGES)
        done = sys_space_release(dead);
    return done >= 0;
}
