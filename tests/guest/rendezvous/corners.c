/*
 * What looks like a call of the machine's own and is none: targets that are no endpoint, processes
 * without boxes, memory beyond the kernel's reach, frames of virtual-8086 mode.
 */
#include "rendezvous.h"

#include <abi/layout.h>

/* How a server may wait: with boxes, in two pages, with a message of its own. */
static const unsigned places[] = {PLACE_BOXES, 4, PLACE_WHOLE};
#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < sizeof places / sizeof places[0];                                                          \
    i++

/* Words by which the machine knows how a process waits (machine/context.h), and where nobody's
   entry may lie, seen from the core's table, which is within 4 MB: all end in the last slot. */
static unsigned targets_that_answer(message *m)
{
    static const uint32_t words[] = {0x800001ff, 0x800003ff, 0x800005ff};
    unsigned wrong = 0;
    for (unsigned i = 0; i < 3; i++)
        wrong += call(IPC_REQUEST, words[i], m, 0, NULL) != -EINVAL;
    for (uint32_t word = 0xffc001ff; word >= 0xffc001ff; word += 512)
        wrong += call(IPC_REQUEST, word, m, 0, NULL) != -EINVAL;
    return wrong;
}

static void the_last_slot(void)
{
    places_server = player_in_slot("places", "server", 255);
    OK(comes_to(places_server, PROCESS_RECEIVING, ANY), "a server in the last slot waits");
    for (EACH(i)) {
        unsigned wrong = 0;
        bool right = waits_at(places[i]);
        for (EACH(k))
            wrong += targets_that_answer(place_pointer(places[k]));
        OK(right && wrong == 0 && places_report().notes == 0 && waits_at(places[i]),
           "only its endpoint is answered, while it waits at place %u", places[i]);
    }
    end(places_server);
}

/* Of a process that has no box, or only one. */
static void boxless(const char *role)
{
    const endpoint_t asked = player("boxless", role), third = player("third", "receiver");
    places_server = player("places", "server");
    OK(comes_to(asked, PROCESS_RECEIVING, ANY) && comes_to(third, PROCESS_RECEIVING, ANY) &&
           waits_at(PLACE_BOXES), /* openly, from its second wait on */
       "%s and partners wait", role);
    for (EACH(i)) {
        message *m = place_pointer(places[i]);
        message question = {.m_type = PLAY_ANSWER,
                            .m_words = {(uint32_t)places_server, (uint32_t)third}};
        place_put(places[i], &question);
        OK(call(IPC_REQUEST, (uint32_t)asked, m, 0, NULL) == 0 && places_wrong(places[i]) == 0,
           "%s answers place %u", role, places[i]);
        IS(place_in(places[i])->m_words[0], 0, "%s: calls that need a box it lacks", role);
        nap(2000);
    }
    const struct play_report r = places_report();
    OK(marked("bbb") && r.notes == 0 && r.wrong == 0, "%s: partners got what was sent", role);
    end(asked);
    end(third);
    end(places_server);
}

/* The judge's line maps a device's page there. */
static void beyond_reach(void)
{
    message *const there = (message *)USER_DEVICES;
    places_server = player("places", "server");
    OK(waits_at(PLACE_BOXES), "a server waits");
    IS(call(IPC_REQUEST, (uint32_t)places_server, there, 0, NULL), -EFAULT,
       "a request from memory beyond the kernel's reach");
    IS(call(IPC_ECHO, 0, there, 0, NULL), -EFAULT, "an echo of it");
    IS(places_report().notes, 0, "the server noticed nothing");
    end(places_server);
}

/*
 * Under a frame of virtual-8086 mode, which is 16 bytes lower, the machine finds the right to ask
 * of a slot where that of another 128 slots away is.
 */
static void from_virtual_8086(void)
{
    places_server = player("places", "server");
    const unsigned slot = endpoint_slot(places_server) ^ 128;
    const endpoint_t other = player_in_slot("second", "server", slot);
    OK(comes_to(other, PROCESS_RECEIVING, ANY), "somebody 128 slots away");
    for (EACH(i)) {
        bool right = waits_at(places[i]);
        for (unsigned k = 0; k < 2; k++) {
            const endpoint_t low = player("low", "low");
            right = right && comes_to_die(low);
        }
        OK(right && places_report().notes == 0 && waits_at(places[i]),
           "requests from virtual-8086 mode do not reach who waits at place %u", places[i]);
    }
    end(other);
    end(places_server);
}

void test_corners(void)
{
    places_begin();
    the_last_slot();
    boxless("no-box");
    boxless("in-box");
    boxless("out-box");
    beyond_reach();
    from_virtual_8086();
}
