#!/usr/bin/env python3
"""The page's own reader (tools/trace/view/stream.js, model.js) beside tools/trace's: the same streams, whole and damaged,
must come to the same lanes, items, states and words. Needs Node."""

import array
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in (ROOT / "tools" / "trace", ROOT / "tests" / "trace"):
    sys.path.insert(0, str(folder))

import abi  # noqa: E402
import columns  # noqa: E402
import page  # noqa: E402
import stream_builder as s  # noqa: E402
from trace_reader import Reader  # noqa: E402

SEED = 1
RECORDS = 3000
ENDPOINTS = (*(end for end, *_ in s.SERVERS), 1100, 1101, abi.SYSTEM, abi.HARDWARE, abi.ANY, abi.NONE, 0, -7)
CALLS = (*abi.CALL_NAMES, abi.REPLY_RECEIVE | abi.NONBLOCK, abi.RECEIVE | abi.NONBLOCK, 0x77)
WIDE = 1 << 32


def expected(data):
    """What columns.py writes of the Python reader's model, as lists."""
    reader = Reader()
    reader.feed(data)
    reader.flush()
    chunk = columns.Cutter(reader.model).next(ended=True)
    length = struct.unpack_from("<I", chunk)[0]
    head, at, found = json.loads(chunk[4 : 4 + length]), 4 + length, {}
    for name, code, count in head["columns"]:
        values = array.array(code)
        values.frombytes(chunk[at : at + count * values.itemsize])
        found[name] = values.tolist()
        at += -(-count * values.itemsize // columns.ALIGN) * columns.ALIGN
    return {"lanes": head["lanes"], "texts": head["texts"], "columns": found, "note": reader.note()}


def words(r, types):
    """Words of a message, often of one that a protocol knows."""
    text = r.choice((b"hello", b"a\0b", b'"\\\n', b"\xff\x80z")).ljust(28, b"\0")
    payload = r.choice(([0] * 7, [r.randrange(WIDE) for _ in range(7)], [r.randrange(40) for _ in range(7)],
                        list(struct.unpack("<7I", text))))  # fmt: skip
    return r.choice(types), payload


def mess(seed):
    """Records that no kernel writes in this order: every bit, alone and with others."""
    r, out, time = random.Random(seed), bytearray(), 1 << 40
    types = [message["type"] for protocol in page.known()["protocols"]["protocols"] for message in protocol["messages"]]
    types += [abi.EVENT_MESSAGE, abi.FAULT_MESSAGE | 14, 0, 7, -2, -200]
    for endpoint, name in ((1024, b"supervisor"), (1025, b"tracer"), (-7, b"nobody"), (1100, b"caf\xe9")):
        out += struct.pack("<IHHIIIIII", abi.MAGIC, abi.VERSION, 2, 1, 0, 0, 0, 0, 0)
        out += struct.pack("<iI16s", endpoint, 3, name)
    number = 0
    while number < RECORDS:
        count, lost = r.randrange(1, 9), r.choice((0, 0, 0, 5))
        number += lost
        out += struct.pack("<IHHIIIIII", abi.MAGIC, abi.VERSION, 1, count, number, 0, abi.CLOCK_CYCLES, lost, 0)
        for _ in range(count):
            time += r.choice((1, 900, 40000))
            what = r.choice(abi.BITS) | r.choice((0, 0, r.choice(abi.BITS))) | r.choice((0, abi.MESSAGE))
            type_, payload = words(r, types)
            if what & abi.CLOCK:
                payload[:2] = [(time >> 10) % WIDE, 0]
            call = r.choice(CALLS) | r.choice((0, 3, 4)) << abi.TICKET_SHIFT
            second = r.choice((0, 2, 3, 5)) | r.choice((0, 9)) << abi.ERROR_SHIFT | r.choice((0, 3, 4)) << abi.TICKET_SHIFT
            out += struct.pack("<QIiiIiIi7I", time, what, r.choice(ENDPOINTS), r.choice(ENDPOINTS), call % WIDE,
                               r.choice((0, 0, 1, -abi.ENOTREADY, -3, -250)), second % WIDE, type_, *payload)  # fmt: skip
        number += count
    return bytes(out)


def damaged(data, seed):
    """Bytes changed, gone, and put in between."""
    r, data = random.Random(seed), bytearray(data)
    for _ in range(12):
        at = r.randrange(len(data))
        kind = r.randrange(3)
        if kind == 0:
            data[at] ^= 1 << r.randrange(8)
        elif kind == 1:
            del data[at : at + r.randrange(1, 200)]
        else:
            data[at:at] = struct.pack("<I", abi.MAGIC) + r.randbytes(r.randrange(60))
    return bytes(data)


class SameResult(unittest.TestCase):
    maxDiff = 2000

    def compare(self, streams, tolerance=0.0):
        with tempfile.TemporaryDirectory(prefix="parley-reader-test-") as folder:
            folder = pathlib.Path(folder)
            known = folder / "known.json"
            known.write_text(json.dumps({"known": page.known(), "constants": columns.constants()}))
            paths = []
            for number, data in enumerate(streams):
                paths.append(folder / str(number))
                paths[-1].write_bytes(data)
            answer = subprocess.run(["node", ROOT / "tests/web/read.mjs", ROOT / "tools/trace/view", known, *paths],
                                    stdout=subprocess.PIPE, check=True)  # fmt: skip
        lines = answer.stdout.decode().splitlines()
        self.assertEqual(len(lines), len(streams))
        for number, (data, line) in enumerate(zip(streams, lines)):
            wanted, got = expected(data), json.loads(line)
            for part in ("lanes", "texts", "note"):
                self.assertEqual(got[part], wanted[part], f"stream {number}: {part}")
            for name, values in wanted["columns"].items():
                column = got["columns"].get(name, [])
                differ = [i for i, (a, b) in enumerate(zip(values, column)) if not math.isclose(a, b, rel_tol=tolerance)]
                self.assertEqual((len(column), differ[:5]), (len(values), []), f"stream {number}: {name}")

    def test_what_a_guest_writes(self):
        self.compare([s.greeting().end()])

    def test_every_kind_of_record_and_field(self):
        self.compare([mess(seed) for seed in range(SEED, SEED + 6)])

    def test_damage(self):
        whole = [s.greeting().end(), mess(SEED)]
        # A damaged time may be beyond what a double holds exactly; Python's integers hold it.
        self.compare([damaged(whole[seed % 2], seed) for seed in range(40)], tolerance=1e-6)


if __name__ == "__main__":
    unittest.main()
