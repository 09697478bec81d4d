/* See parley/trace.h. The ring is in memory that the kernel writes at any moment between two
   instructions of ours, so what was read counts only if it is not overwritten afterwards. */
#include <abi/layout.h>
#include <parley/trace.h>

static const volatile struct trace_header *const header = (const void *)USER_TRACE;

static const volatile struct trace_record *record_at(uint64_t number)
{
    const volatile struct trace_record *first = (const void *)(USER_TRACE + PAGE_BYTES);
    return &first[(uint32_t)number & (header->capacity - 1)];
}

uint64_t trace_written(void)
{
    uint32_t high, low;
    do {
        high = header->written_high;
        low = header->written_low;
    } while (high != header->written_high);
    return (uint64_t)high << 32 | low;
}

bool trace_reader_begin(struct trace_reader *reader, bool from_now)
{
    struct trace_settings now;
    if (sys_trace_get(&now) < 0 || now.capacity == 0 || header->magic != TRACE_MAGIC ||
        header->version != TRACE_VERSION)
        return false;
    const uint64_t written = trace_written();
    const uint64_t kept = written < now.capacity ? written : now.capacity;
    *reader = (struct trace_reader){.next = from_now ? written : written - kept};
    return true;
}

/* What has been overwritten is lost. */
static void catch_up(struct trace_reader *reader)
{
    const uint64_t written = trace_written();
    if (written - reader->next <= header->capacity)
        return;
    reader->lost += written - header->capacity - reader->next;
    reader->next = written - header->capacity;
}

bool trace_read(struct trace_reader *reader, struct trace_record *record)
{
    for (;;) {
        catch_up(reader);
        if (reader->next == trace_written())
            return false;
        *record = *record_at(reader->next);
        if (trace_written() - reader->next <= header->capacity)
            break;
    }
    reader->next++;
    return true;
}

uint32_t trace_clock(void)
{
    return header->clock;
}
