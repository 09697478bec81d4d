/*
 * The memory server, asked by this process and by a tenant: what it gives is zero and comes back,
 * what is lent reaches the peer and nobody else, and what is revoked is gone.
 */
#include "../lib/judge.h"
#include "tenant.h"

#include <parley/memory.h>
#include <parley/server.h>
#include <proto/memory.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096u

static endpoint_t tenant, memory;

static uint32_t open_loans(void)
{
    message m = {.m_type = MEMORY_INFO};
    return ipc_request(memory, &m) == 0 ? m.m_words[2] : 0xffffffff;
}

static size_t left(void)
{
    size_t bytes = 0, total = 0;

    /* Deaths are heard of when they are: give the server the time to. */
    for (unsigned i = 0; i < 50; i++) {
        if (memory_left(&bytes, &total) == 0 && bytes > 0)
            break;
        nap(1000);
    }
    return bytes;
}

static int ask(int32_t type, uint32_t w0, uint32_t w1, uint32_t w2, uint32_t w3, uint32_t w4,
               message *m)
{
    *m = (message){.m_type = type, .m_words = {w0, w1, w2, w3, w4}};
    int error = ipc_request(tenant, m);
    return error ? error : m->m_type;
}

static bool is_zero(const char *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (at[i])
            return false;
    return true;
}

/* A boot module that lends gets a page in which that is noted, once. */
static void first_loan(void)
{
    const size_t before = left();
    uint32_t grant;

    IS(memory_grant(&tenant, 4, tenant, ACCESS_READ, &grant), 0, "a grant");
    IS(memory_revoke(grant), 0, "revoked");
    IS(before - left(), PAGE, "a page less");
    IS(memory_grant(&tenant, 4, tenant, ACCESS_READ, &grant), 0, "another grant");
    IS(memory_revoke(grant), 0, "revoked");
    IS(before - left(), PAGE, "takes none");
}

static void pages_of_ones_own(void)
{
    const size_t before = left();
    void *one = NULL, *two = NULL, *again = NULL;

    IS(memory_allocate(0, &one), -EINVAL, "no bytes");
    IS(memory_allocate(0x10000001, &one), -EINVAL, "more than there are addresses for");
    IS(memory_allocate(0x0ff00000, &one), -ENOMEM, "more than there is");
    IS(left(), before, "nothing was taken for that");
    IS(memory_allocate(1, &one), 0, "a byte is a page");
    IS(memory_allocate(5 * PAGE, &two), 0, "five pages");
    OK(one != two && is_zero(one, PAGE) && is_zero(two, 5 * PAGE), "all zero");
    IS(before - left(), 7 * PAGE, "six pages and a page table are less");
    memset(one, 'x', PAGE);
    memset(two, 'y', 5 * PAGE);
    IS(memory_release((char *)two + 1, PAGE), -EINVAL, "not at a page's start");
    IS(memory_release(two, 6 * PAGE), -ENOENT, "a page too many");
    IS(memory_release(two, 0), -EINVAL, "none");
    IS(memory_release(tap_note, PAGE), -EINVAL, "the program itself");
    IS(memory_release((char *)two + PAGE, 2 * PAGE), 0, "two in the middle");
    OK(((char *)two)[0] == 'y' && ((char *)two)[4 * PAGE] == 'y', "the others are there");
    IS(memory_release((char *)two + PAGE, PAGE), -ENOENT, "not twice");
    IS(memory_allocate(2 * PAGE, &again), 0, "two pages");
    OK(again == (char *)two + PAGE && is_zero(again, 2 * PAGE), "in the gap, all zero");
    IS(memory_release(one, 6 * PAGE), 0, "all at once");
    IS(left(), before, "everything is back");
}

/* Takes all there is; then there is none, and the system goes on. */
static void the_last_page(void)
{
    const size_t before = left();
    static void *taken[8192];
    size_t part = before / 2 & ~(size_t)(PAGE - 1);
    unsigned count = 0;

    while (part >= PAGE && count < sizeof taken / sizeof *taken) {
        if (memory_allocate(part, &taken[count]) == 0)
            count++;
        else
            part = part / 2 & ~(size_t)(PAGE - 1);
    }
    OK(left() < 64 * PAGE, "%u KB are left", (unsigned)left() / 1024);
    IS(memory_allocate(PAGE * 64, &taken[count]), -ENOMEM, "no more");
    OK(answers(NONE), "the system answers");
    IS(sys_kill(tenant), 0, "a process dies");
    tenant = start("tenant", "");
    OK(tenant > 0, "and another is started");
    for (unsigned i = 0; i < count; i++) {
        /* Its length is up to the next hole: pages one by one. */
        for (char *at = taken[i]; memory_release(at, PAGE) == 0; at += PAGE)
            continue;
    }
    IS(left(), before, "everything is back");
}

static void shares(void)
{
    const size_t before = left();
    void *pages = NULL, *mine = NULL;
    uint32_t share, other;
    message m;
    size_t bytes;

    IS(memory_allocate(3 * PAGE, &pages), 0, "three pages");
    memset(pages, 's', 3 * PAGE);
    IS(memory_share(pages, 3 * PAGE, tenant, 0, &share), -EINVAL, "no access");
    IS(memory_share(pages, 4 * PAGE, tenant, ACCESS_READ, &share), -ENOENT, "a page too many");
    IS(memory_share(&m, PAGE, tenant, ACCESS_READ, &share), -EINVAL, "the stack");
    IS(memory_share(pages, PAGE, 12345, ACCESS_READ, &share), -EDEADSRCDST, "with nobody");
    IS(memory_share(pages, 3 * PAGE, tenant, ACCESS_READ | ACCESS_WRITE, &share), 0, "shared");
    IS(memory_attach(share, &mine, &bytes), -EPERM, "it is not ours to attach");
    IS(memory_attach(share + 1, &mine, &bytes), -ENOENT, "nor does a number nearby help");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), 0, "the tenant attaches it");
    IS(m.m_words[0], 3 * PAGE, "all of it");
    IS(m.m_words[1], sum(pages, 3 * PAGE), "and sees what is there");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), -EEXIST, "not twice");
    ((char *)pages)[5000] = 'T';
    IS(ask(TENANT_SUM, 0, 0, 3 * PAGE, 0, 0, &m), 0, "it looks again");
    IS(m.m_words[0], sum(pages, 3 * PAGE), "and sees what has changed");
    IS(ask(TENANT_FILL, 0, 0, 2 * PAGE, 'w', 0, &m), 0, "it writes");
    OK(((char *)pages)[5000] == 'w' && ((char *)pages)[2 * PAGE] == 's', "which is seen here");
    IS(ask(TENANT_DETACH, share, 0, 0, 0, 0, &m), 0, "it lets go");
    IS(ask(TENANT_DETACH, share, 0, 0, 0, 0, &m), 0, "twice is no more than once");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), 0, "and attaches it again");
    IS(memory_revoke(share), 1, "it is revoked while it is attached");
    IS(memory_revoke(share), -ENOENT, "once");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), -ENOENT, "it is no more");
    IS(sys_watch(tenant, 1), 0, "the tenant is watched");
    IS(ask(TENANT_SUM, 0, 0, PAGE, 0, 0, &m), -EREPLYDEAD, "where it was, nothing is mapped");
    struct system_death death;
    OK(next_death(&death) && death.status == 14, "the tenant died of it");
    tenant = start("tenant", "");
    const uint32_t filled = sum(pages, PAGE);
    IS(memory_share(pages, PAGE, tenant, ACCESS_READ, &share), 0, "shared to be read");
    IS(memory_share(pages, PAGE, tenant, ACCESS_READ, &other), 0, "once more");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), 0, "attached");
    IS(memory_release(pages, 3 * PAGE), 0, "released while it is attached");
    IS(ask(TENANT_SUM, 0, 0, PAGE, 0, 0, &m), 0, "the peer still has it");
    OK(m.m_words[0] == filled, "unchanged");
    IS(ask(TENANT_ATTACH, other, 0, 0, 0, 0, &m), -ENOENT, "nobody new gets it");
    IS(sys_watch(tenant, 1), 0, "the tenant is watched");
    IS(ask(TENANT_FILL, 0, 0, 1, 'z', 0, &m), -EREPLYDEAD, "it writes what it may only read");
    OK(next_death(&death) && death.status == 14 && death.error == 7, "and dies of it");
    IS(memory_revoke(share), -ENOENT, "its shares died with it");
    tenant = start("tenant", "");
    IS(left(), before, "everything is back");
}

static _Alignas(4096) char given[TENANT_BYTES + 2 * PAGE];

static void grants(void)
{
    const size_t before = left();
    uint32_t grant, part, writable;
    message m;

    for (size_t i = 0; i < sizeof given; i++)
        given[i] = (char)(i * 11 + i / 251);
    IS(memory_grant(given, 100, tenant, 4, &grant), -EINVAL, "no such access");
    IS(memory_grant(given, 0, tenant, ACCESS_READ, &grant), -EINVAL, "nothing");
    IS(memory_grant((void *)0xbffffff0, 100, tenant, ACCESS_READ, &grant), -EINVAL, "the kernel's");
    IS(memory_grant(given + 3, TENANT_BYTES, tenant, ACCESS_READ, &grant), 0, "a grant");
    IS(memory_copy_from(grant, 0, given, 10), -EPERM, "it is not ours to use");
    IS(ask(TENANT_COPY_FROM, grant, 7, TENANT_BYTES - 7, 0, 0, &m), 0, "the tenant copies 192 KB");
    IS(m.m_words[0], sum(given + 10, TENANT_BYTES - 7), "all of it right");
    IS(ask(TENANT_COPY_FROM, grant, 8, TENANT_BYTES - 7, 0, 0, &m), -EINVAL, "a byte too many");
    IS(ask(TENANT_COPY_FROM, grant, 0xfffffff0, 32, 0, 0, &m), -EINVAL, "around the end");
    IS(ask(TENANT_COPY_TO, grant, 0, 10, 'w', 0, &m), -EPERM, "it may not write");
    IS(memory_grant(given, PAGE, tenant, ACCESS_WRITE, &writable), 0, "a grant to write");
    IS(ask(TENANT_COPY_TO, writable, 100, 10, 'w', 0, &m), 0, "it writes");
    OK(memcmp(given + 100, "wwwwwwwwww", 10) == 0 && given[99] != 'w' && given[110] != 'w',
       "ten bytes, where it was told");
    IS(ask(TENANT_COPY_FROM, writable, 0, 10, 0, 0, &m), -EPERM, "and may not read");
    IS(ask(TENANT_PASS_ON, grant, 1000, 500, (uint32_t)self(), ACCESS_READ, &m), 0,
       "it passes on a part of the first");
    part = m.m_words[0];
    char back[500];
    IS(memory_copy_from(part, 0, back, 500), 0, "which is used here");
    OK(memcmp(back, given + 1003, 500) == 0, "and is that part");
    IS(memory_copy_from(part, 1, back, 500), -EINVAL, "no byte more");
    IS(ask(TENANT_PASS_ON, grant, 1000, 500, (uint32_t)self(), ACCESS_WRITE, &m), -EPERM,
       "with more access than it has");
    IS(ask(TENANT_PASS_ON, grant, TENANT_BYTES - 1, 2, (uint32_t)self(), ACCESS_READ, &m), -EINVAL,
       "or a byte too many");
    IS(ask(TENANT_PASS_ON, part, 0, 1, (uint32_t)self(), ACCESS_READ, &m), -EPERM, "or another's");
    IS(memory_revoke(part), -EPERM, "whoever gave it revokes it");
    /* In three parts, and two of those that would have been a byte too many. */
    IS(memory_revoke(grant), 5, "the first is revoked: it was used five times");
    IS(memory_copy_from(part, 0, back, 500), -ENOENT, "with what was passed on");
    IS(ask(TENANT_COPY_FROM, grant, 0, 1, 0, 0, &m), -ENOENT, "it is no more");
    IS(memory_grant((void *)0x70000000, 100, tenant, ACCESS_READ, &grant), 0, "of no memory");
    IS(ask(TENANT_COPY_FROM, grant, 0, 1, 0, 0, &m), -EFAULT, "is of no use");
    IS(memory_grant((void *)&answers, 100, tenant, ACCESS_WRITE, &grant), 0, "of the program");
    IS(ask(TENANT_COPY_TO, grant, 0, 1, 0, 0, &m), -EFAULT, "cannot be written");
    IS(sys_kill(tenant), 0, "the tenant dies");
    tenant = start("tenant", "");
    IS(memory_revoke(writable), -ENOENT, "its grants died with it");
    IS(left(), before, "everything is back");
}

static uint64_t now(void)
{
    uint64_t time = 0;

    (void)sys_time(&time);
    return time;
}

/* Time here is made of instructions, so this says the same on every workstation. */
static void speed(unsigned odd)
{
    static _Alignas(4096) char to[0x10000];
    uint32_t grant;
    int error = 0;

    IS(memory_grant(given + odd, sizeof to, self(), ACCESS_READ, &grant), 0, "a grant to oneself");
    const uint64_t begin = now();
    for (unsigned i = 0; i < 100; i++)
        error |= memory_copy_from(grant, 0, to, sizeof to);
    const uint64_t middle = now();
    for (unsigned i = 0; i < 100; i++)
        memcpy(to, given + odd, sizeof to);
    const uint64_t end_time = now();
    const uint32_t by_grant = (uint32_t)(middle - begin), plain = (uint32_t)(end_time - middle);
    IS(error, 0, "a hundred copies of 64 KB");
    OK(plain * 100 > by_grant * 90, "64 KB by grant: %u ns, by memcpy: %u ns, %u %%",
       (unsigned)by_grant * 10, (unsigned)plain * 10, (unsigned)(plain * 100 / by_grant));
    IS(memory_revoke(grant), 100, "used a hundred times");
}

static void many_grants(void)
{
    uint32_t names[80];
    unsigned count = 0;
    int error = 0;

    while (count < 80 && error == 0) {
        error = memory_grant(given, 1, tenant, ACCESS_READ, &names[count]);
        count += error == 0;
    }
    IS(error, -ENOSPC, "one process has so many and no more");
    IS(count, 64, "64");
    for (unsigned i = 0; i < count; i++)
        error |= memory_revoke(names[i]) < 0;
    IS(memory_grant(given, 1, tenant, ACCESS_READ, names), 0, "then again");
    OK(names[0] != names[1], "with another number");
    IS(memory_revoke(names[0]), 0, "never used");
}

/* Whatever a process leaves behind is back when it has died. */
static void deaths(void)
{
    const size_t before = left();
    unsigned good = 0;

    for (unsigned i = 0; i < 300; i++) {
        void *pages;
        uint32_t share, grant;
        message m;
        good += memory_allocate(2 * PAGE, &pages) == 0 &&
                memory_share(pages, 2 * PAGE, tenant, ACCESS_WRITE, &share) == 0 &&
                memory_grant(given, 8, tenant, ACCESS_READ, &grant) == 0 &&
                ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m) == 0;
        (void)sys_kill(tenant);
        good += memory_release(pages, 2 * PAGE) == 0;
        tenant = start("tenant", "");
    }
    IS(good, 600, "300 tenants come and die with a share attached");
    IS(left(), before, "everything is back");
}

static void another_server(void)
{
    void *pages = NULL, *more = NULL;
    const size_t before = left();

    IS(memory_allocate(3 * PAGE, &pages), 0, "three pages");
    memset(pages, 'p', 3 * PAGE);
    end(memory);
    memory = start("memory", "");
    OK(memory > 0, "the memory server is killed and started again");
    OK(((char *)pages)[3 * PAGE - 1] == 'p', "what it gave is there");
    IS(memory_allocate(PAGE, &more), 0, "it gives more");
    OK(more == (char *)pages + 3 * PAGE && is_zero(more, PAGE), "behind that, all zero");
    IS(memory_release(pages, 4 * PAGE), 0, "and takes all back");
    IS(left(), before, "everything is back");
}

/* A name is in use until the pages of its process are released, tables among them. */
static void a_death_after_another_server(void)
{
    uint32_t share = 0;
    void *pages = NULL;
    message m;

    IS(memory_allocate(PAGE, &pages), 0, "a page");
    IS(memory_share(pages, PAGE, tenant, ACCESS_READ, &share), 0, "is lent");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), 0, "taken");
    IS(ask(TENANT_DETACH, share, 0, 0, 0, 0, &m), 0, "and given back");
    IS(memory_release(pages, PAGE), 0, "by its owner, too");
    end(memory);
    memory = start("memory", "");
    IS(names_wait("memory", &memory), 0, "another memory server");
    end(tenant);
    tenant = start("tenant", "");
    OK(tenant != NONE, "hears of the death of one that holds nothing any more");
}

/* ---- The heap -------------------------------------------------------------------------------- */

#define BLOCK 3000

struct block {
    struct block *next;
    uint32_t number;
    char rest[BLOCK - 8];
};

/* So many blocks, or all there are; returns the last, and how many. */
static struct block *fill_heap(unsigned most, unsigned *count)
{
    struct block *last = NULL, *b;
    for (*count = 0; *count < most && (b = malloc(sizeof *b)) != NULL; ++*count) {
        memset(b->rest, (int)*count, sizeof b->rest);
        b->number = *count;
        b->next = last;
        last = b;
    }
    return last;
}

/* How many are as they were. */
static unsigned empty_heap(struct block *last)
{
    unsigned good = 0;
    while (last) {
        struct block *b = last;
        last = b->next;
        bool same = true;
        for (unsigned i = 0; i < sizeof b->rest; i += 7)
            same = same && b->rest[i] == (char)b->number;
        good += same;
        free(b);
    }
    return good;
}

/* The line gives this process 64 KB of heap. */
static void heap(void)
{
    const size_t before = left();
    unsigned count;
    struct block *blocks = fill_heap(700, &count);
    IS(count, 700, "2 MB in a heap of 64 KB");
    OK(before - left() > 1900000 && before - left() < 3000000, "are the memory server's: %u KB",
       (unsigned)(before - left()) / 1024);
    IS(empty_heap(blocks), 700, "all as they were");
    OK(before - left() < 700000, "what is free goes back, but for one stretch of %u KB",
       (unsigned)(before - left()) / 1024);
    blocks = fill_heap(1000000, &count);
    OK(count > before / BLOCK * 9 / 10, "%u blocks, and no more", count);
    OK(answers(NONE), "the system answers");
    IS(sys_kill(tenant), 0, "a process dies");
    tenant = start("tenant", "");
    OK(tenant > 0, "and another is started");
    IS(empty_heap(blocks), count, "all as they were");
    OK(before - left() < before / 4, "and all but one stretch goes back");
    OK(malloc(0x20000000) == NULL && malloc(left() + PAGE) == NULL, "more than there is");
    void *all = malloc(before / 2);
    OK(all != NULL, "half of what there is, at once");
    free(all);
}

/* ---- Another memory server ------------------------------------------------------------------- */

/* At once, so that nobody finds none. */
static void replace_memory(void)
{
    (void)sys_kill(memory);
    memory = start("memory", "");
}

/* What is lent goes on: the names, the checks, the counts, the ends. */
static void loans_outlive(void)
{
    const size_t before = left();
    void *pages = NULL;
    uint32_t grant, writable, part, share, other, counted;
    char back[500];
    message m;

    IS(memory_allocate(3 * PAGE, &pages), 0, "three pages");
    memset(pages, 's', 3 * PAGE);
    IS(memory_grant(given + 3, TENANT_BYTES, tenant, ACCESS_READ, &grant), 0, "a grant");
    IS(memory_grant(given, PAGE, tenant, ACCESS_WRITE, &writable), 0, "one to write");
    IS(ask(TENANT_PASS_ON, grant, 1000, 500, (uint32_t)self(), ACCESS_READ, &m), 0, "passed on");
    part = m.m_words[0];
    IS(memory_share(pages, 3 * PAGE, tenant, ACCESS_WRITE, &share), 0, "a share");
    IS(memory_share(pages, PAGE, tenant, ACCESS_READ, &other), 0, "one that nobody attaches");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), 0, "the first is attached");
    IS(memory_grant(given, 1, self(), ACCESS_READ, &counted), 0, "a grant that is used");
    for (unsigned i = 0; i < 37; i++)
        (void)memory_copy_from(counted, 0, back, 1);
    replace_memory();
    IS(ask(TENANT_COPY_FROM, grant, 7, 100, 0, 0, &m), 0, "with another server a grant is used");
    IS(m.m_words[0], sum(given + 10, 100), "and is the same range");
    IS(ask(TENANT_COPY_FROM, grant, TENANT_BYTES, 1, 0, 0, &m), -EINVAL, "no byte more");
    IS(ask(TENANT_COPY_TO, grant, 0, 10, 'w', 0, &m), -EPERM, "nor to be written");
    IS(memory_copy_from(grant, 0, back, 10), -EPERM, "nor anybody else's");
    IS(memory_copy_from(grant + 1, 0, back, 10), -ENOENT, "nor does a number nearby help");
    IS(ask(TENANT_COPY_TO, writable, 0, 10, 'v', 0, &m), 0, "the other is written");
    OK(memcmp(given, "vvvvvvvvvv", 10) == 0, "where it was");
    IS(memory_copy_from(part, 0, back, 500), 0, "what was passed on is used");
    OK(memcmp(back, given + 1003, 500) == 0, "and is that part");
    IS(ask(TENANT_FILL, 0, 0, 2 * PAGE, 'w', 0, &m), 0, "what was attached is written");
    OK(((char *)pages)[PAGE] == 'w', "and seen here");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), -EEXIST, "it is attached");
    IS(memory_revoke(counted), 32, "of 37 uses 32 were noted");
    IS(memory_revoke(grant), 1, "the grant is revoked");
    IS(memory_copy_from(part, 0, back, 500), -ENOENT, "with what was passed on");
    IS(ask(TENANT_DETACH, share, 0, 0, 0, 0, &m), 0, "the tenant lets go");
    IS(ask(TENANT_ATTACH, other, 0, 0, 0, 0, &m), 0, "and attaches the other");
    replace_memory();
    IS(memory_copy_from(part, 0, back, 500), -ENOENT, "what was revoked stays so");
    IS(memory_revoke(counted), -ENOENT, "all of it");
    IS(memory_revoke(share), 0, "nobody had attached the share any more");
    IS(memory_revoke(other), 1, "the other is revoked while it is attached");
    IS(memory_revoke(writable), 0, "the last one, that was used once and not noted");
    IS(sys_watch(tenant, 1), 0, "the tenant is watched");
    IS(ask(TENANT_SUM, 0, 0, PAGE, 0, 0, &m), -EREPLYDEAD, "where it was, nothing is mapped");
    struct system_death death;
    OK(next_death(&death) && death.status == 14, "the tenant died of it");
    tenant = start("tenant", "");
    IS(memory_release(pages, 3 * PAGE), 0, "released");
    IS(left(), before, "everything is back");
}

/* One of the two dies while no memory server runs. */
static void deaths_unseen(void)
{
    const size_t before = left();
    void *pages = NULL;
    uint32_t share, grant;
    message m;

    IS(memory_allocate(2 * PAGE, &pages), 0, "two pages");
    IS(memory_share(pages, PAGE, tenant, ACCESS_READ, &share), 0, "a share");
    IS(memory_grant(given, PAGE, tenant, ACCESS_READ, &grant), 0, "and a grant");
    IS(ask(TENANT_ATTACH, share, 0, 0, 0, 0, &m), 0, "the share is attached");
    end(memory);
    end(tenant);
    memory = start("memory", "");
    IS(memory_revoke(share), -ENOENT, "the peer died meanwhile, and the share with it");
    IS(memory_revoke(grant), -ENOENT, "and the grant");
    tenant = start("tenant", "");
    /* Now the tenant lends to the judge. */
    IS(ask(TENANT_SHARE, (uint32_t)self(), 2 * PAGE, 0, 'o', 0, &m), 0, "the tenant shares pages");
    share = m.m_words[0];
    size_t bytes;
    char *theirs = NULL;
    IS(memory_attach(share, (void **)&theirs, &bytes), 0, "which are attached here");
    end(memory);
    end(tenant);
    memory = start("memory", "");
    OK(theirs[0] == 'o' && theirs[2 * PAGE - 1] == 'o', "their owner died: they are still here");
    void *other = NULL;
    IS(memory_attach(share, &other, &bytes), -EEXIST, "attached");
    replace_memory();
    IS(memory_revoke(share), -EPERM, "nobody's to revoke");
    IS(memory_detach(share), 0, "but to let go of");
    IS(memory_attach(share, &other, &bytes), -ENOENT, "for good");
    tenant = start("tenant", "");
    IS(memory_release(pages, 2 * PAGE), 0, "released");
    IS(left(), before, "everything is back");
}

/* A request that is put again because its answer died does not lend twice. */
static void asked_again(void)
{
    message m = {.m_type = MEMORY_GRANT,
                 .m_words = {(uint32_t)given, PAGE, (uint32_t)tenant, ACCESS_READ, 0, 0x0fffffff}};
    const message request = m;

    IS(ipc_request(memory, &m), 0, "a grant with a key");
    const uint32_t name = m.m_words[0];
    replace_memory();
    m = request;
    IS(ipc_request(memory, &m), 0, "asked for again");
    IS(m.m_words[0], name, "it is the same");
    m = request;
    m.m_words[1]++;
    IS(ipc_request(memory, &m), 0, "of another range");
    OK(m.m_words[0] != name, "it is another");
    IS(memory_revoke(m.m_words[0]), 0, "which is revoked");
    m = request;
    m.m_words[5] = 0x10000000;
    IS(ipc_request(memory, &m), 0, "a grant is asked for");
    IS(m.m_type, -EINVAL, "with no key at all");
    IS(memory_revoke(name), 0, "the first is revoked");
    IS(memory_revoke(name), -ENOENT, "once");
}

/* Kills at any moment: the judge, which is the more urgent, sleeps for so many microseconds while
   the tenant lends, attaches, copies and revokes. */
static void killed_at_work(unsigned kills)
{
    const size_t before = left();
    unsigned wrong = 0, bad = 0;
    uint32_t grant, rounds = 0;
    uint32_t seed = 1;
    message m;

    IS(memory_grant(given, TENANT_BYTES, tenant, ACCESS_READ, &grant), 0, "a grant");
    for (unsigned i = 0; i < kills; i++) {
        endpoint_t lender = start("lender", "");
        seed = seed * 1664525u + 1013904223u;
        nap(200 + (seed >> 16) % 3000);
        replace_memory();
        nap((seed >> 8) % 2000);
        if (i % 2)
            replace_memory();
        m = (message){.m_type = LENDER_END};
        if (ipc_request(lender, &m) != 0)
            bad++;
        wrong += m.m_type != 0;
        rounds += m.m_words[0];
        if (m.m_type)
            tap_note("round %u: %d in step %u", i, (int)m.m_type, (unsigned)m.m_words[1]);
        wrong += open_loans() != 1;
        end(lender);
        wrong += ask(TENANT_COPY_FROM, grant, i, 100, 0, 0, &m) != 0 ||
                 m.m_words[0] != sum(given + i, 100);
    }
    IS(bad, 0, "the lenders live");
    IS(wrong, 0, "%u servers were killed while somebody lent: all went on, in %u rounds",
       kills + kills / 2, (unsigned)rounds);
    OK(rounds > 5 * kills, "and it did lend");
    OK(memory_revoke(grant) >= 0, "a grant that saw them all");
    IS(left(), before, "everything is back");
}

int main(int argc, char **argv)
{
    memory = start("memory", "");
    tenant = start("tenant", "");
    nap(1000);
    tap_note("%u KB are free", (unsigned)left() / 1024);
    first_loan();
    if (argc > 1) { /* so many rounds of kills */
        killed_at_work((unsigned)strtoul(argv[1], NULL, 0));
        tap_done();
    }
    pages_of_ones_own();
    shares();
    grants();
    speed(0);
    speed(1);
    many_grants();
    deaths();
    the_last_page();
    another_server();
    a_death_after_another_server();
    loans_outlive();
    deaths_unseen();
    asked_again();
    heap();
    tap_done();
}
