"""The kernel's trace ring, decoded: what abi/trace.h says of each record."""

import struct
from typing import NamedTuple

import abi
import gdb
import kernel_state
import messages
import waiting
from stream import RECORD  # tools/trace

HEADER = struct.Struct("<8I")
BEFORE_WRITTEN = 24  # bytes of struct trace_header before written_low


class Record(NamedTuple):
    time: int
    what: int
    source: int
    target: int
    call: int
    result: int
    second: int
    kind: int
    words: tuple


def from_bytes(data):
    *fixed, kind = RECORD.unpack(data)[:8]
    return Record(*fixed, kind, RECORD.unpack(data)[8:])


def from_value(value):
    """A struct trace_record that GDB has read."""
    low, high = int(value["time_low"]), int(value["time_high"])
    names = ("what", "from", "to", "call", "result", "second", "type")
    return Record(low | high << 32, *(int(value[name]) for name in names),
                  tuple(int(value["words"][i]) for i in range(7)))  # fmt: skip


def call_name(word):
    """Of the call in ecx, with its flags."""
    flags = (f"|{name}" for name in ("NONBLOCK", "TIMEOUT") if word & abi.CALLS[f"IPC_{name}"])
    return abi.call_name(word) + "".join(flags)


class Reader:
    """Records to text, oldest first: what a client asked is remembered, so that the answer can be named, and who
    was born, so that the dead keep their names."""

    def __init__(self):
        self.asked = {}  # client -> (server, type)
        self.born = {}  # endpoint -> name

    def name(self, endpoint):
        return self.born.get(endpoint) or kernel_state.endpoint_name(endpoint)

    def text(self, record):
        bits = [name for name in abi.BIT_NAMES if record.what & abi.TRACE[f"TRACE_{name}"]]
        source, target = (self.name(end) for end in (record.source, record.target))
        alone = len(bits) == 1
        parts = [getattr(self, name.lower())(record, source, target, alone) for name in bits]
        return "; ".join(parts) or f"nothing known: {record.what:#x}"

    def call(self, record, source, target, alone):
        name = call_name(record.call)
        if not record.what & abi.TRACE["TRACE_MESSAGE"]:
            return f"{source}: {name}" + (f" {target}" if record.target != abi.NONE else "")
        number = record.call & abi.CALLS["IPC_CALL_MASK"]
        if number in (abi.CALLS["IPC_REPLY"], abi.CALLS["IPC_REPLY_RECEIVE"]):
            if not abi.is_process(record.target):
                return f"{source}: {name}"
            text = messages.answer_text(self.asked.get(record.target), record.kind, record.words)
        else:
            text = messages.request_text(record.source, record.target, record.kind, record.words)
            self.asked[record.source] = (record.target, record.kind)
        return f"{source} -> {target}: {name} {text}"

    def deliver(self, record, source, target, alone):
        if not alone:
            return f"{target} has it"
        asked = self.asked.get(record.target)
        if asked and asked[0] == record.source and record.kind < abi.CALLS["IPC_EVENT_MESSAGE"]:
            text = messages.answer_text(asked, record.kind, record.words)
        else:
            text = messages.request_text(record.source, record.target, record.kind, record.words)
        return f"{target} has from {source}: {text}"

    def wake(self, record, source, target, alone):
        return f"{target} goes on" + (f", {abi.result_name(record.result)}" if record.result else "")

    def result_of(self, record, source, target, alone):
        return f"{source}'s call ends: {abi.result_name(record.result)}"

    def block(self, record, source, target, alone):
        return f"{source} waits" + (f" for {target}" if alone else "")

    def switch(self, record, source, target, alone):
        return f"{target if record.target != abi.NONE else 'nobody'} runs"

    def event(self, record, source, target, alone):
        return f"{source} -> {target}: events {record.words[0]:#x}"

    def irq(self, record, source, target, alone):
        return f"interrupt line {record.call}, for {target}"

    def fault(self, record, source, target, alone):
        error, place, address = record.words[:3]
        return f"{source} faults: vector {record.call}, error {error:#x}, at {place:#x}, address {address:#x}"

    def birth(self, record, source, target, alone):
        name = struct.pack("<4I", *record.words[:4]).split(b"\0")[0].decode(errors="replace")
        self.born[record.source] = name
        return f"{name} is born, endpoint {record.source}"

    def death(self, record, source, target, alone):
        return f"{source} dies: {abi.DEATHS.get(record.call, record.call)} {record.result}"

    def clock(self, record, source, target, alone):
        return f"the clock says {(record.words[0] | record.words[1] << 32) / 1e6:.6f} s"


# `return` is a word of Python's.
setattr(Reader, "return", Reader.result_of)


def read_ring():
    """(number of the first, records), oldest first; GdbError where nothing is recorded."""
    try:
        written_at = int(kernel_state.symbol("kernel_trace_written"))
        header = HEADER.unpack(kernel_state.read(written_at - BEFORE_WRITTEN, HEADER.size))
    except gdb.MemoryError:
        header = (0,) * 8
    magic, version, size, capacity = header[:4]
    if magic != abi.TRACE["TRACE_MAGIC"] or version != abi.TRACE["TRACE_VERSION"]:
        raise gdb.GdbError("there is no trace ring (yet)")
    written = header[6] | header[7] << 32
    if written == 0:
        raise gdb.GdbError("nothing is recorded: boot with --append trace=on, or switch it on in the guest")
    first = max(0, written - capacity)
    start = int(kernel_state.symbol("kernel_trace_ring")["first"])
    data = kernel_state.read(start, min(written, capacity) * size)
    split = written % capacity * size if written > capacity else 0
    data = data[split:] + data[:split]
    return first, [from_bytes(data[at:at + size]) for at in range(0, len(data), size)]


class Trace(waiting.Command):
    """trace [N]: the last N (20) records of the kernel's trace, oldest first. The second column is the time
    since the record before, in cycles (microseconds where the processor counts none).
    (GDB's own `trace`, which this machine does not have, is `tracepoint`.)"""

    name = "trace"

    def run(self, words):
        count = int(gdb.parse_and_eval(words[0])) if words else 20
        first, records = read_ring()
        reader, before = Reader(), None
        lines = []
        for number, record in enumerate(records, first):
            since = record.time - before if before is not None else 0
            lines.append(f"{number:6} {since:+9}  {reader.text(record)}")
            before = record.time
        print("\n".join(lines[-count:]))


def register():
    Trace()
