/* The file server's client: an answer that went wrong on its way is asked for once more, and then
   is an error; whatever word of it is damaged, what the caller gets is right or EIO. */
#include "../../../ipc/include/abi/errors.h"
#include "../../../libc/include/parley/check.h"
#include "../../../libc/include/parley/files.h"
#include "../../../libc/include/parley/memory.h"
#include "../../../libc/include/parley/server.h"

#include <proto/files.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
#include <cmocka.h>
// clang-format on

#define HANDLE 512u
#define BYTES  3000u
#define NAME   "a/file"

static char content[BYTES];
static char *granted;
static unsigned answers, damage_first, damage_count, damage_word;
static uint32_t damage_bits, copies_elsewhere;

/* ---- A file server --------------------------------------------------------------------------- */

static void put_about(message *m)
{
    struct files_about *about = (void *)m->m_words;
    char name[FILES_NAME_BYTES] = NAME;
    *about = (struct files_about){.handle = HANDLE, .bytes = BYTES, .mode = 0644, .index = 0};
    about->check =
        check_sum(check_sum(0, name, sizeof name), about, offsetof(struct files_about, check));
}

static void get(message *m)
{
    const struct files_get_request request = *(const struct files_get_request *)m->m_words;
    struct files_get_answer *answer = (void *)m->m_words;
    const uint32_t left = BYTES - request.offset;
    memset(m->m_words, 0, sizeof m->m_words);
    answer->count = left < FILES_CHUNK ? left : FILES_CHUNK;
    memcpy(answer->bytes, content + request.offset, answer->count);
    answer->check = check_sum(check_sum(0, &request, sizeof request), answer->bytes, answer->count);
}

static void read_file(message *m)
{
    const struct files_read_request request = *(const struct files_read_request *)m->m_words;
    struct files_read_answer *answer = (void *)m->m_words;
    const uint32_t most = request.bytes < 1000 ? request.bytes : 1000;
    memcpy(granted + request.to, content + request.offset + copies_elsewhere, most);
    memset(m->m_words, 0, sizeof m->m_words);
    answer->count = most;
    answer->check =
        check_sum(check_sum(0, &request, sizeof request), content + request.offset, most);
}

int service_request(struct service *service, message *m)
{
    (void)service;
    switch (m->m_type) {
    case FILES_FIND:
    case FILES_LIST:
        put_about(m);
        break;
    case FILES_NAME:
        memset(m->m_words, 0, sizeof m->m_words);
        memcpy(m->m_words, NAME, sizeof NAME);
        break;
    case FILES_GET:
        get(m);
        break;
    default:
        read_file(m);
        break;
    }
    if (answers >= damage_first && answers < damage_first + damage_count)
        m->m_words[damage_word] ^= damage_bits;
    answers++;
    return 0;
}

int names_lookup(const char *name, endpoint_t *endpoint)
{
    (void)name;
    *endpoint = 1;
    return 0;
}

int memory_grant(void *start, size_t bytes, endpoint_t grantee, uint32_t access, uint32_t *grant)
{
    (void)bytes, (void)grantee, (void)access;
    granted = start;
    *grant = 7;
    return 0;
}

int memory_revoke(uint32_t grant)
{
    assert_int_equal(grant, 7);
    return 1;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void damage(unsigned first, unsigned count, unsigned word, uint32_t bits)
{
    answers = 0;
    damage_first = first;
    damage_count = count;
    damage_word = word;
    damage_bits = bits;
}

static int begin(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BYTES; i++)
        content[i] = (char)(i * i >> 3);
    copies_elsewhere = 0;
    damage(0, 0, 0, 0);
    return 0;
}

static const struct file file = {HANDLE, BYTES, 0644};

static void undamaged_answers_are_read(void **state)
{
    (void)state;
    struct file found;
    char to[BYTES], name[FILE_NAME_BYTES];
    assert_int_equal(file_find(NAME, &found), 0);
    assert_int_equal(found.handle, HANDLE);
    assert_int_equal(file_list(0, &found, name), 0);
    assert_string_equal(name, NAME);
    assert_int_equal(file_read(&file, 5, to, 50), 50);
    assert_memory_equal(to, content + 5, 50);
    assert_int_equal(file_read(&file, 1, to, BYTES), BYTES - 1);
    assert_memory_equal(to, content + 1, BYTES - 1);
}

/* Each word's every bit, once: asked for again; twice: EIO. Words behind the answer do not matter.
 */
static void a_damaged_answer_is_never_taken(void **state)
{
    (void)state;
    struct file found;
    char to[BYTES], name[FILE_NAME_BYTES];
    for (unsigned word = 0; word < 7; word++) {
        for (unsigned bit = 0; bit < 32; bit++) {
            damage(0, 1, word, 1u << bit);
            assert_int_equal(file_find(NAME, &found), 0);
            assert_int_equal(found.handle, HANDLE);
            damage(0, 1, word, 1u << bit);
            assert_int_equal(file_read(&file, 40, to, 8), 8);
            assert_memory_equal(to, content + 40, 8);
            damage(0, 2, word, 1u << bit);
            int got = file_find(NAME, &found);
            assert_true(got == -EIO || (got == 0 && word > 4 && found.handle == HANDLE));
            damage(0, 2, word, 1u << bit);
            got = file_read(&file, 40, to, 8);
            assert_true(got == -EIO || (got == 8 && memcmp(to, content + 40, 8) == 0));
            damage(1, 1, word, 1u << bit);
            assert_int_equal(file_list(0, &found, name), -EIO);
        }
    }
}

static void bytes_that_came_elsewhere_are_an_error(void **state)
{
    (void)state;
    char to[BYTES];
    damage(1, 1, 0, 4);
    assert_int_equal(file_read(&file, 0, to, BYTES), BYTES);
    assert_memory_equal(to, content, BYTES);
    copies_elsewhere = 1;
    assert_int_equal(file_read(&file, 0, to, 2000), -EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(undamaged_answers_are_read, begin),
        cmocka_unit_test_setup(a_damaged_answer_is_never_taken, begin),
        cmocka_unit_test_setup(bytes_that_came_elsewhere_are_an_error, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
