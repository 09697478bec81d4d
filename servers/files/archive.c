/* See archive.h. Entry: archive_next. */
#include "archive.h"

#include <string.h>

struct header {
    char name[100], mode[8], owner[8], group[8], size[12], modified[12];
    char sum[8], type, target[100], magic[6], version[2];
    char owner_name[32], group_name[32], device[2][8], prefix[155], unused[12];
};

_Static_assert(sizeof(struct header) == ARCHIVE_BLOCK_BYTES, "one block");

/* Octal digits, after blanks perhaps; then a NUL or a blank, or the field's end. */
static bool read_octal(const char *field, unsigned bytes, uint32_t *number)
{
    uint64_t value = 0;
    unsigned i = 0, first;
    while (i < bytes && field[i] == ' ')
        i++;
    for (first = i; i < bytes && field[i] >= '0' && field[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(field[i] - '0');
    if (i == first || value > UINT32_MAX)
        return false;
    *number = (uint32_t)value;
    return i == bytes || field[i] == '\0' || field[i] == ' ';
}

/* Of all bytes, the sum's own taken as blanks. */
static uint32_t sum_of(const struct header *h)
{
    const uint8_t *at = (const uint8_t *)h;
    uint32_t sum = sizeof h->sum * ' ';
    for (unsigned i = 0; i < sizeof *h; i++)
        sum += at[i];
    for (unsigned i = 0; i < sizeof h->sum; i++)
        sum -= (uint8_t)h->sum[i];
    return sum;
}

static bool is_zero(const uint8_t *block)
{
    for (unsigned i = 0; i < ARCHIVE_BLOCK_BYTES; i++)
        if (block[i])
            return false;
    return true;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* For the log: what can be shown, up to the end of either. */
static void show_name(struct archive_entry *entry, const struct header *h)
{
    memset(entry->name, 0, sizeof entry->name);
    for (unsigned i = 0; i < sizeof entry->name - 1 && h->name[i]; i++)
        entry->name[i] = h->name[i] > ' ' && h->name[i] < 0x7f ? h->name[i] : '?';
}

static bool is_part(const char *part, size_t length)
{
    return length > 0 && !(length == 1 && part[0] == '.') &&
           !(length == 2 && part[0] == '.' && part[1] == '.');
}

static const char *check_name(const char *name)
{
    const char *part = name;
    if (name[0] == '/')
        return "an absolute name";
    for (const char *at = name;; at++) {
        if (*at != '\0' && (*at <= ' ' || *at >= 0x7f))
            return "a character that a name can't have";
        if (*at != '\0' && *at != '/')
            continue;
        if (!is_part(part, (size_t)(at - part)))
            return "an empty part, . or .. in the name";
        if (*at == '\0')
            return NULL;
        part = at + 1;
    }
}

/* The prefix and the name, with a '/' between. A folder's own '/' at the end is dropped. */
static const char *take_name(const struct header *h, struct archive_entry *entry)
{
    char whole[sizeof h->prefix + 1 + sizeof h->name + 1] = "";
    const char *name_end = memchr(h->name, '\0', sizeof h->name);
    const char *prefix_end = memchr(h->prefix, '\0', sizeof h->prefix);
    if (!name_end || !prefix_end)
        return "a name without an end";
    size_t length = (size_t)(prefix_end - h->prefix);
    memcpy(whole, h->prefix, length);
    if (length)
        whole[length++] = '/';
    memcpy(whole + length, h->name, (size_t)(name_end - h->name));
    length += (size_t)(name_end - h->name);
    if (h->type == '5' && length > 1 && whole[length - 1] == '/')
        whole[--length] = '\0';
    if (length >= sizeof entry->name)
        return "a name longer than 27 characters";
    memset(entry->name, 0, sizeof entry->name);
    memcpy(entry->name, whole, length);
    const char *wrong = check_name(entry->name);
    if (wrong)
        show_name(entry, h);
    return wrong;
}

/* ---- Entries --------------------------------------------------------------------------------- */

/* What must hold for the place of the next header to be known. */
static const char *check_header(const struct header *h, uint32_t room, uint32_t *bytes)
{
    uint32_t sum;
    if (memcmp(h->magic, "ustar", sizeof h->magic) != 0 || memcmp(h->version, "00", 2) != 0)
        return "not a ustar header";
    if (!read_octal(h->sum, sizeof h->sum, &sum) || sum != sum_of(h))
        return "its checksum is wrong";
    if (!read_octal(h->size, sizeof h->size, bytes))
        return "its size is no number";
    if (*bytes > room)
        return "it goes on behind the archive's end";
    return NULL;
}

static const char *check_kind(const struct header *h, uint32_t *mode)
{
    if (h->type == '1' || h->type == '2')
        return "a link";
    if (h->type != '0' && h->type != '\0' && h->type != '5')
        return "neither a file nor a folder";
    return read_octal(h->mode, sizeof h->mode, mode) ? NULL : "its mode is no number";
}

static enum archive_kind refuse(struct archive_entry *entry, const char *wrong)
{
    entry->wrong = wrong;
    return ARCHIVE_REFUSED;
}

/* The end mark is two blocks of zeros. */
static enum archive_kind end(struct archive *archive, struct archive_entry *entry)
{
    const uint32_t left = archive->bytes - archive->at;
    const uint8_t *at = archive->start + archive->at;
    archive->done = true;
    if (left >= 2 * ARCHIVE_BLOCK_BYTES && is_zero(at + ARCHIVE_BLOCK_BYTES))
        return ARCHIVE_END;
    return refuse(entry, "the archive ends without its end mark");
}

enum archive_kind archive_next(struct archive *archive, struct archive_entry *entry)
{
    *entry = (struct archive_entry){.header = archive->at};
    if (archive->done)
        return ARCHIVE_END;
    const uint32_t left = archive->bytes - archive->at;
    const uint8_t *block = archive->start + archive->at;
    if (left < ARCHIVE_BLOCK_BYTES || is_zero(block))
        return end(archive, entry);

    const struct header *h = (const struct header *)block;
    const uint32_t room = left - ARCHIVE_BLOCK_BYTES;
    show_name(entry, h);
    const char *wrong = check_header(h, room, &entry->bytes);
    if (wrong) {
        archive->done = true;
        return refuse(entry, wrong);
    }
    const uint32_t last = entry->bytes % ARCHIVE_BLOCK_BYTES;
    const uint32_t padding = last ? ARCHIVE_BLOCK_BYTES - last : 0;
    entry->content = archive->at + ARCHIVE_BLOCK_BYTES;
    archive->at = entry->content + entry->bytes;
    if (room - entry->bytes >= padding) /* else it ends here, without its end mark */
        archive->at += padding;
    wrong = check_kind(h, &entry->mode);
    if (!wrong)
        wrong = take_name(h, entry);
    if (wrong)
        return refuse(entry, wrong);
    return h->type == '5' ? ARCHIVE_FOLDER : ARCHIVE_FILE;
}
