"""Streams made by hand, from the description of the format and not from the reader's code.

Builder writes chunks and records; the functions below it tell stories that tests and pictures share.
"""

import struct

CALL, DELIVER, WAKE, RETURN, BLOCK, SWITCH = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
EVENT, IRQ, FAULT, BIRTH, DEATH, CLOCK = 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
MESSAGE = 0x80000000

SEND, RECEIVE, SEND_REC, IN_OUTBOX, NOTIFY, ECHO = 0x1, 0x2, 0x3, 0x4, 0x5, 0x8
REQUEST, REPLY, IPC_RECEIVE, REPLY_RECEIVE = 0x10, 0x20, 0x80, 0xA0
CAME_SEND, CAME_SEND_REC, CAME_REQUEST, CAME_EVENTS, CAME_REPLY = 1, 2, 3, 4, 5
SENDING, CALLING, RECEIVING, ANSWER, REQUESTING, AWAITING = 3, 4, 5, 6, 7, 8

HARDWARE, SYSTEM, ANY, NONE = 1000, 1001, 1002, 1003
NAMES, TTY, CLOCKS, HELLO, SHELL, GREET = 1024, 1025, 1026, 1027, 1028, 2053

NONBLOCK, SELECT = 1 << 12, 0x100

TICKS = 2000  # a microsecond

ENOENT, EINTR, EDEADSRCDST, ENOTREADY = -2, -4, -204, -205


def words_of(text, before=()):
    """Payload words: numbers, then text."""
    data = struct.pack(f"<{len(before)}I", *before) + text.encode()
    return struct.unpack("<7I", data.ljust(28, b"\0")[:28])


class Builder:
    """Collects records and writes them in chunks."""

    def __init__(self, first=0, clock=1, micro=1000.0, chunk=64):
        self.out = bytearray()
        self.first = first
        self.clock = clock
        self.micro = micro
        self.chunk = chunk
        self.pending = []
        self.lost = 0

    def header(self, kind, count, magic=0x54524C50, version=1, reserved=0):
        return struct.pack("<IHHIIIIII", magic, version, kind, count, self.first & 0xFFFFFFFF,
                           self.first >> 32, self.clock, self.lost, reserved)  # fmt: skip

    def names(self, *entries):
        self.flush()
        self.out += self.header(2, len(entries))
        for endpoint, priority, name in entries:
            self.out += struct.pack("<iI16s", endpoint, priority, name.encode())

    def raw(self, data):
        self.flush()
        self.out += data

    def lose(self, count):
        """Records that the guest wrote and nobody will see."""
        self.flush()
        self.first += count
        self.lost = count

    def flush(self):
        if self.pending:
            self.out += self.header(1, len(self.pending)) + b"".join(self.pending)
            self.first += len(self.pending)
            self.pending = []
            self.lost = 0

    def end(self):
        self.flush()
        self.out += self.header(3, 0)
        return bytes(self.out)

    def bytes(self):
        self.flush()
        return bytes(self.out)

    def record(self, what, source=NONE, target=NONE, call=0, result=0, second=0, type_=0, words=(),
               ticks=None):  # fmt: skip
        if ticks is None:
            ticks = round(self.micro * TICKS) if self.clock == 1 else round(self.micro)
        self.pending.append(struct.pack("<QIiiIiIi7I", ticks & (1 << 64) - 1, what, source, target, call,
                                        result & 0xFFFFFFFF if result >= 1 << 31 else result, second,
                                        type_, *words, *[0] * (7 - len(words))))  # fmt: skip
        if len(self.pending) == self.chunk:
            self.flush()

    def later(self, micro):
        self.micro += micro

    # ---- What processes do -----------------------------------------------------------------------

    def tick(self):
        now = int(self.micro)
        self.record(CLOCK, words=(now & 0xFFFFFFFF, now >> 32))

    def birth(self, endpoint, name):
        self.record(BIRTH, endpoint, words=words_of(name[:15])[:4])

    def waits(self, endpoint):
        """A server has come to its loop."""
        self.record(CALL, endpoint, ANY, IPC_RECEIVE)
        self.record(BLOCK, endpoint, ANY, RECEIVING)

    def fast_request(self, client, server, ticket, type_, words=()):
        """The machine's own path: one record."""
        self.record(CALL | DELIVER | WAKE | BLOCK | SWITCH | MESSAGE, client, server, REQUEST, 0,
                    ticket << 16 | CAME_REQUEST, type_, words)  # fmt: skip

    def fast_reply(self, server, client, ticket, type_, words=()):
        self.record(CALL | DELIVER | WAKE | BLOCK | SWITCH | MESSAGE, server, client,
                    ticket << 16 | REPLY_RECEIVE, 0, CAME_REPLY, type_, words)  # fmt: skip

    def request(self, client, server, ticket, type_, words=(), step=1.5):
        """The same, as the kernel's C tells it: five records."""
        self.record(CALL | MESSAGE, client, server, REQUEST, 0, 0, type_, words)
        self.later(step)
        self.record(DELIVER | MESSAGE, client, server, 0, 0, 0, type_, words)
        self.record(WAKE, NONE, server, 0, 0, ticket << 16 | CAME_REQUEST)
        self.record(BLOCK, client, server, AWAITING)
        self.later(step)
        self.record(SWITCH, client, server)

    def reply(self, server, client, ticket, type_, words=(), step=1.5):
        self.record(CALL | MESSAGE, server, client, ticket << 16 | REPLY_RECEIVE, 0, 0, type_, words)
        self.later(step)
        self.record(DELIVER | MESSAGE, server, client, 0, 0, 0, type_, words)
        self.record(WAKE, NONE, client, 0, 0, CAME_REPLY)
        self.record(BLOCK, server, ANY, RECEIVING)
        self.later(step)
        self.record(SWITCH, server, client)

    def system(self, client, type_, words=(), answer=0, answer_words=()):
        """A call to the kernel, which answers at once."""
        self.record(CALL | MESSAGE, client, SYSTEM, REQUEST, 0, 0, type_, words)
        self.later(2)
        self.record(DELIVER | MESSAGE, SYSTEM, client, 0, 0, 0, answer, answer_words)
        self.record(RETURN, client, NONE, 0, 0, CAME_REPLY)


SERVERS = ((NAMES, 3, "names"), (TTY, 2, "tty"), (CLOCKS, 3, "clock"), (HELLO, 6, "hello"), (SHELL, 7, "shell"))

TTY_WRITE, TTY_READ, NAMES_LOOKUP, HELLO_GREET, CLOCK_SLEEP = 0x300, 0x301, 0x101, 0x400, 0x201


def write(b, client, ticket, text):
    b.fast_request(client, TTY, ticket, TTY_WRITE, words_of(text, (0,)))
    b.later(6)
    b.fast_reply(TTY, client, ticket, 0)
    b.later(3)


def poll(b, process, number=RECEIVE, result=ENOTREADY, flags=NONBLOCK):
    """A look at whether something has come."""
    b.record(CALL, process, ANY, number | flags)
    b.later(1)
    b.record(RETURN, process, NONE, 0, result, ANY)
    b.later(1)


def key(b, event_bit=2):
    """A key is pressed: the line, the event, the driver."""
    b.record(IRQ, HARDWARE, TTY, 1)
    b.later(0.4)
    b.record(EVENT, HARDWARE, TTY, words=(event_bit,))
    b.later(0.3)
    b.record(DELIVER | MESSAGE, HARDWARE, TTY, type_=0x1000, words=(event_bit,))
    b.record(WAKE, NONE, TTY, 0, 0, CAME_EVENTS)
    b.later(0.3)
    b.record(SWITCH, SHELL, TTY)


def greeting(b=None):
    """What happens when somebody types `greet Ada`: a key, a start, two look-ups, a greeting, a death."""
    b = b or Builder()
    b.names(*SERVERS)
    for server in (NAMES, CLOCKS, HELLO):
        b.waits(server)
    b.later(5)
    b.tick()
    b.request(SHELL, TTY, 7, TTY_READ, (24,))
    b.record(CALL, TTY, ANY, IPC_RECEIVE)
    b.record(BLOCK, TTY, ANY, RECEIVING)
    b.record(SWITCH, TTY, NONE)
    b.later(60)
    key(b)
    b.later(4)
    b.reply(TTY, SHELL, 7, 0, words_of("greet Ada\n", (10,)))
    b.later(5)
    write(b, SHELL, 8, "\r\n")
    b.record(BIRTH, GREET, words=words_of("greet")[:4])
    b.system(SHELL, 7, words_of("greet"), 0, (GREET,))
    b.later(4)
    b.system(SHELL, 11, (GREET, 1))
    b.later(3)
    b.record(CALL, SHELL, HARDWARE, RECEIVE)
    b.record(BLOCK, SHELL, HARDWARE, RECEIVING)
    b.record(SWITCH, SHELL, GREET)
    b.later(12)
    b.system(GREET, 3, words_of("names"), 0, (NAMES,))
    b.later(3)
    b.fast_request(GREET, NAMES, 31, NAMES_LOOKUP, words_of("hello"))
    b.later(7)
    b.fast_reply(NAMES, GREET, 31, 0, (*words_of("hello")[:4], HELLO))
    b.later(4)
    b.fast_request(GREET, HELLO, 4, HELLO_GREET, words_of("Ada"))
    b.later(9)
    b.fast_reply(HELLO, GREET, 4, 0, words_of("Hello, Ada!"))
    b.later(4)
    b.fast_request(GREET, NAMES, 32, NAMES_LOOKUP, words_of("printer"))
    b.later(5)
    b.fast_reply(NAMES, GREET, 32, ENOENT)
    b.later(4)
    write(b, GREET, 9, "Hello, Ada! You are")
    b.record(CALL | MESSAGE, GREET, SYSTEM, REQUEST, 0, 0, 1, (0,))
    b.later(1)
    b.record(DEATH, GREET, NONE, 0, 0)
    b.record(EVENT, HARDWARE, SHELL, words=(0x2000000,))
    b.record(DELIVER | MESSAGE, HARDWARE, SHELL, type_=0x1000, words=(0x2000000,))
    b.record(WAKE, NONE, SHELL, 0, 0, CAME_EVENTS)
    b.record(SWITCH, GREET, SHELL)
    b.later(8)
    b.record(CALL | MESSAGE, SHELL, GREET, REQUEST, type_=0x1)
    b.record(RETURN, SHELL, NONE, 0, EDEADSRCDST, GREET)
    b.later(4)
    b.tick()
    return b
