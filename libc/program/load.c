/*
 * From a file to a child of the caller's; see parley/start.h. The file is read into pages that go
 * back at once, and checked by the same code as the boot's modules are.
 */
#include "stack.h"

#include <abi/errors.h>
#include <internal.h>
#include <kernel/elf.h>
#include <parley/files.h>
#include <parley/start.h>
#include <stdio.h>
#include <string.h>

static uint32_t whole_pages(uint32_t bytes)
{
    return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1u);
}

/* Its process is called as the path's last part, as far as it fits. */
static void take_name(char name[16], const char *path)
{
    const char *last = strrchr(path, '/');
    strlcpy(name, last ? last + 1 : path, 16);
}

static int read_whole(const char *path, void **image, uint32_t *bytes)
{
    struct file file;
    int error = file_find(path, &file);
    if (error || file.bytes == 0)
        return error ? error : -ENOEXEC;
    error = memory_allocate(file.bytes, image);
    if (error)
        return error;
    const int count = file_read(&file, 0, *image, file.bytes);
    *bytes = file.bytes;
    if (count == (int)file.bytes)
        return 0;
    (void)memory_release(*image, whole_pages(file.bytes));
    return count < 0 ? count : -EIO;
}

static int load_segment(endpoint_t child, const char *image, const struct elf_segment *s)
{
    const uint32_t first = s->address & ~(PAGE_BYTES - 1u);
    const uint32_t end = whole_pages(s->address + s->memory_bytes);
    int error =
        child_region(child, first, end - first, ACCESS_READ | (s->write ? ACCESS_WRITE : 0));
    if (error == 0 && s->file_bytes)
        error = child_fill(child, s->address, image + s->file_offset, s->file_bytes);
    return error;
}

/* The child, with all that its file says, a heap and a stack. */
static int make(const char *path, const char *image, const struct elf_program *elf,
                struct program *program)
{
    char name[16];
    take_name(name, path);
    int error = child_create(name, 0, &program->child);
    if (error)
        return error;
    for (unsigned i = 0; i < elf->segment_count && !error; i++)
        error = load_segment(program->child, image, &elf->segment[i]);
    if (!error)
        error =
            child_region(program->child, USER_HEAP, PROGRAM_HEAP_BYTES, ACCESS_READ | ACCESS_WRITE);
    if (!error)
        error = child_region(program->child, USER_STACK_TOP - PROGRAM_STACK_BYTES,
                             PROGRAM_STACK_BYTES, ACCESS_READ | ACCESS_WRITE | ACCESS_STACK);
    if (error)
        (void)child_kill(program->child);
    return error;
}

static const char *check_version(const void *image, uint32_t bytes)
{
    static char reason[sizeof ELF_OTHER_VERSION + 10]; /* for the number's digits */
    uint32_t version;
    if (!elf_version(image, bytes, &version))
        return ELF_UNSAID_VERSION;
    snprintf(reason, sizeof reason, ELF_OTHER_VERSION, (unsigned)version);
    return version == ABI_VERSION ? NULL : reason;
}

int program_load(const char *path, struct program *program)
{
    struct elf_program elf;
    void *image;
    uint32_t bytes;
    *program = (struct program){.child = NONE, .wrong = "an empty file"};
    int error = read_whole(path, &image, &bytes);
    if (error)
        return error;
    program->wrong = elf_check(image, bytes, &elf);
    if (!program->wrong)
        program->wrong = check_version(image, bytes);
    program->entry = elf.entry;
    error = program->wrong ? -ENOEXEC : make(path, image, &elf, program);
    (void)memory_release(image, whole_pages(bytes));
    return error;
}

int program_begin(struct program *program, char *const argv[],
                  const struct program_streams *streams)
{
    static uint32_t image[PROGRAM_IMAGE_BYTES / 4];
    const struct program_words words = {.argv = argv,
                                        .self = (uint32_t)program->child,
                                        .heap_bytes = PROGRAM_HEAP_BYTES,
                                        .input = streams ? streams->input : 0,
                                        .output = streams ? streams->output : 0,
                                        .console = libc_console};
    const uint32_t sp = program_stack(&words, image);
    int error = sp ? 0 : -E2BIG;
    if (!error)
        error = child_fill(program->child, USER_STACK_TOP - sizeof image, image, sizeof image);
    if (!error)
        error = child_begin(program->child, program->entry, sp);
    if (error)
        (void)child_kill(program->child);
    return error;
}
