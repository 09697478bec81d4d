"""The byte stream of the guest's second serial line: bytes in, what they say out.

The stream is a row of chunks, each a header and what it counts: records, names, or nothing at the
end. Bytes that are no chunk are passed over and counted; so is a chunk in whose middle another one
begins, because nobody can know which of its records are whole. What is handed out is something that
the guest wrote. Enter at Stream.feed().
"""

import struct
from typing import NamedTuple

import abi

HEADER = struct.Struct("<IHHIIIIII")
RECORD = struct.Struct("<QIiiIiIi7I")
NAME = struct.Struct("<iI16s")
MAGIC = struct.pack("<I", abi.MAGIC)
RECORDS, NAMES, END = 1, 2, 3
ENTRY_BYTES = {RECORDS: RECORD.size, NAMES: NAME.size, END: 0}
MOST_ENTRIES = 1 << 16  # in one chunk: more than any ring holds
TIMES = 1 << 64


class Record(NamedTuple):
    """One record, as the kernel wrote it; `time` in the clock's own unit."""

    number: int
    clock: int
    time: int
    what: int
    source: int
    target: int
    call: int
    result: int
    second: int
    type: int
    words: tuple


class Name(NamedTuple):
    """A process that lived before the first record."""

    endpoint: int
    priority: int
    name: str


class Lost(NamedTuple):
    """Records that never came: overwritten in the guest, or damaged on the way."""

    count: int
    before: int  # the number of the first that came again


class Restart(NamedTuple):
    """The numbers begin again: what was known is of another boot."""

    number: int


class End(NamedTuple):
    """The guest says that nothing is missing."""


def text_of(data):
    """A name as C keeps it: up to the first NUL, whatever else is there made visible."""
    return data.split(b"\0", 1)[0].decode("ascii", "backslashreplace")


class Header(NamedTuple):
    """What stands before a chunk's entries."""

    kind: int
    count: int
    first: int
    clock: int
    lost: int

    @property
    def bytes(self):
        return self.count * ENTRY_BYTES[self.kind]


def read_header(data, at):
    """The header at that place, or None where there is none that could be meant."""
    magic, version, kind, count, low, high, clock, lost, reserved = HEADER.unpack_from(data, at)
    good = (magic == abi.MAGIC and version == abi.VERSION and kind in ENTRY_BYTES
            and count <= MOST_ENTRIES and reserved == 0
            and (kind != RECORDS or clock in (abi.CLOCK_CYCLES, abi.CLOCK_MICROSECONDS))
            and (kind != END or count == 0))  # fmt: skip
    return Header(kind, count, high << 32 | low, clock, lost) if good else None


class Stream:
    """The reader. `skipped` are bytes that were no chunk, `unknown` records with bits unknown here."""

    def __init__(self):
        self.buffer = bytearray()
        self.expected = None  # the next record's number
        self.skipped = 0
        self.lost = 0
        self.unknown = 0
        self.ended = False

    def feed(self, data):
        """Yields what these bytes complete: Record, Name, Lost, Restart, End."""
        self.buffer += data
        while (header := self._next_header()) is not None:
            size = HEADER.size + header.bytes
            inner = self._chunk_inside(size)
            if inner is not None and inner + HEADER.size <= len(self.buffer):
                self._skip(inner)
            elif inner is not None or len(self.buffer) < size:
                return
            else:
                body = bytes(self.buffer[HEADER.size : size])
                del self.buffer[:size]
                yield from self._entries(header, body)

    def finish(self):
        """No more bytes will come: of a chunk that is cut off, the entries that are whole count."""
        header = self._next_header()
        if header is not None:
            size = ENTRY_BYTES[header.kind]
            whole = min(header.count, (len(self.buffer) - HEADER.size) // size) if size else 0
            body = bytes(self.buffer[HEADER.size : HEADER.size + whole * size])
            del self.buffer[: HEADER.size + len(body)]
            yield from self._entries(header._replace(count=whole), body)
        self._skip(len(self.buffer))

    def _skip(self, count):
        self.skipped += count
        del self.buffer[:count]

    def _next_header(self):
        """The header at the buffer's beginning, once everything before it is gone; None: more is needed."""
        while True:
            at = self.buffer.find(MAGIC)
            if at < 0:  # its first bytes may be the last that have come
                self._skip(max(0, len(self.buffer) - len(MAGIC) + 1))
                return None
            self._skip(at)
            if len(self.buffer) < HEADER.size:
                return None
            header = read_header(self.buffer, 0)
            if header is not None:
                return header
            self._skip(1)

    def _chunk_inside(self, size):
        """Where in this chunk another one begins, or might begin once more bytes have come, or None."""
        at = self.buffer.find(MAGIC, 1, size + len(MAGIC) - 1)
        while at >= 0:
            if at + HEADER.size > len(self.buffer) or read_header(self.buffer, at) is not None:
                return at
            at = self.buffer.find(MAGIC, at + 1, size + len(MAGIC) - 1)
        if size <= len(self.buffer) < size + len(MAGIC) - 1:
            for at in range(size - len(MAGIC) + 1, size):
                if MAGIC.startswith(self.buffer[at:]):
                    return at
        return None

    def _entries(self, header, body):
        if header.kind == END:
            self.ended = True
            yield End()
        elif header.kind == NAMES:
            for endpoint, priority, name in NAME.iter_unpack(body):
                yield Name(endpoint, priority, text_of(name))
        else:
            yield from self._gap(header)
            yield from self._records(header, body)

    def _gap(self, header):
        self.ended = False
        if self.expected is not None and header.first < self.expected:
            yield Restart(header.first)
            self.expected = None
        missing = header.lost if self.expected is None else header.first - self.expected
        if missing:
            self.lost += missing
            yield Lost(missing, header.first)

    def _records(self, header, body):
        number, clock = header.first, header.clock
        for time, what, source, target, call, result, second, type_, *words in RECORD.iter_unpack(body):
            if what & ~abi.KNOWN_BITS:
                self.unknown += 1
            yield Record(number, clock, time, what, source, target, call, result, second, type_,
                         tuple(words))  # fmt: skip
            number += 1
        self.expected = number
