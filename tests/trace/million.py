"""Writes a stream of many records, as a busy system would make it: stream_builder's stories over and
over, with different partners, tickets and words.

    million.py FILE [RECORDS]
"""

import random
import sys

import stream_builder as s

CLIENTS = 9
VARIETY = 4000  # of texts
PAUSE = 4000  # rounds from one pause to the next


def round_trip(b, chance, clients):
    client = chance.choice(clients)
    ticket = chance.randrange(1, 65536)
    kind = chance.randrange(8)
    word = f"line {chance.randrange(VARIETY)}"
    if kind < 4:
        b.fast_request(client, s.TTY, ticket, s.TTY_WRITE, s.words_of(word, (0,)))
        b.later(chance.uniform(1, 9))
        b.fast_reply(s.TTY, client, ticket, 0)
    elif kind < 6:
        b.fast_request(client, s.NAMES, ticket, s.NAMES_LOOKUP, s.words_of(word))
        b.later(chance.uniform(1, 9))
        b.fast_reply(s.NAMES, client, ticket, 0 if kind == 4 else s.ENOENT, s.words_of(word))
    elif kind == 6:
        b.request(client, s.HELLO, ticket, s.HELLO_GREET, s.words_of(word))
        b.later(chance.uniform(1, 9))
        b.reply(s.HELLO, client, ticket, 0, s.words_of(word))
    else:
        b.system(client, 2, (), 0, (int(b.micro), 0, int(b.micro) // 10000, 100))
    b.later(chance.uniform(0.5, 6))


def write(path, records=1_000_000):
    chance = random.Random(1)
    clients = [s.SHELL, *(2050 + i for i in range(CLIENTS - 1))]
    b = s.Builder(chunk=1024)
    b.names(*s.SERVERS, *((client, 8, f"worker{i}") for i, client in enumerate(clients[1:], 1)))
    rounds = 0
    with open(path, "wb") as file:
        while b.first < records:
            if rounds % 100 == 0:
                b.tick()
            round_trip(b, chance, clients)
            rounds += 1
            if rounds % PAUSE == 0:
                b.later(chance.uniform(20_000, 200_000))
                s.key(b)
            if len(b.out) > 1 << 20:
                file.write(b.out)
                b.out.clear()
        b.tick()
        file.write(b.end())


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
