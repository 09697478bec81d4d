"""The inputs that the fuzzers begin with. They are made, not kept: each is a page of text or a small
structure put together here, the same in every run."""

import os
import random
import struct

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECORD = 16


def records():
    """Operations at random, sequences of several lengths."""
    chance = random.Random(1)
    for length in (8, 20, 40, 80, 120, 160):
        yield bytes(chance.randrange(256) for _ in range(length * RECORD))


def trap():
    """The same, behind four processes' pages: all there in the first, then at random. And a server, p0:
    it takes an event, then p1's request, answers and waits (tests/fuzz/trap.c: one_step)."""
    there = bytes(0x1c + page % 4 for page in range(32)) + bytes(RECORD)
    steps = ((0, 1, 15), (0, 0, 4, 0, 0x80, 0x30), (0, 1, 2, 0, 0, 0x31), (0, 0, 4, 0, 1, 0x30, 0, 0x42),
             (0, 0, 6, 0, 1, 0x30, 0, 0, 0, 0x80))
    yield there + b"".join(bytes(step).ljust(RECORD, b"\0") for step in steps)
    chance = random.Random(2)
    for length in (10, 30, 60, 100):
        pages = bytes(chance.randrange(256) if length > 30 else 0x1c + page % 4 for page in range(32))
        steps = bytes(chance.randrange(256) for _ in range(length * RECORD))
        yield pages + bytes(RECORD) + steps


def module_lines():
    """Those of the image, without the file that each begins with, and one with every key."""
    with open(os.path.join(ROOT, "iso", "modules.conf"), encoding="utf-8") as conf:
        for line in conf:
            if line.strip() and not line.startswith("#"):
                yield line.split(None, 1)[1].strip().encode()
    yield (b"/boot/d d start=demand identity=disk priority=0 quantum=1000 calls=send:notify targets=a:b "
           b"kernel=exit:power irq=1:14:log ports=0x60:65535 map=0xb8000+0x8000:0xfd000000+16M heap=1M "
           b"stack=8K faults=pager quiet -- a b")
    chance = random.Random(3)
    for length in (4, 8, 20):
        yield b"\x80" + bytes(chance.randrange(256) for _ in range(length))


def program(segments, symbols):
    """A static i386 program: pairs (address, flags) as segments of 64 bytes, and named functions."""
    code, place = bytes(range(64)), 52 + 32 * len(segments)
    names = b"\0" + b"".join(name.encode() + b"\0" for name in symbols)
    table, at = bytes(16), 1
    for number, name in enumerate(symbols):
        table += struct.pack("<IIIBBH", at, segments[0][0] + 16 * number, 16, 0x12, 0, 1)
        at += len(name) + 1
    table_at = place + len(code)
    names_at = table_at + len(table)
    sections = bytes(40)
    sections += struct.pack("<10I", 0, 2, 0, 0, table_at, len(table), 2, 0, 4, 16)
    sections += struct.pack("<10I", 0, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    header = b"\x7fELF\x01\x01\x01" + bytes(9)
    header += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, segments[0][0] + 8, 52, names_at + len(names), 0,
                          52, 32, len(segments), 40, 3, 0)
    loads = b"".join(struct.pack("<8I", 1, place, address, address, 64, 64 + 4096 * (flags & 2), flags, 1)
                     for address, flags in segments)
    return header + loads + code + table + names + sections


def programs():
    yield program([(0x10000000, 5)], ["start"])
    yield program([(0x10000000, 5), (0x10001000, 4), (0x10002000, 6)], ["start", "main"])
    yield program([(0x08048000 + 0x1000 * i, 5) for i in range(8)], [])


def loader(flags, regions, modules):
    """Multiboot information at 0x10000, then the map, the modules and their lines."""
    start = 0x10000
    table_at = start + 128 + 24 * len(regions)
    text_at = table_at + 16 * len(modules)
    texts, table = b"", b""
    for first, end, line in modules:
        table += struct.pack("<4I", first, end, text_at + len(texts), 0)
        texts += line.encode() + b"\0"
    info = struct.pack("<22I", flags, 640, 63 << 10, 0, text_at, len(modules), table_at, 0, 0, 0, 0,
                       24 * len(regions), start + 128, 0, 0, 0, text_at, 0, 0, 0, 0, 0)
    entries = b"".join(struct.pack("<IQQI", 20, *region) for region in regions)
    return info.ljust(128, b"\0") + entries + table + texts


def loaders():
    pc = [(0, 0x9fc00, 1), (0x9fc00, 0x400, 2), (0xf0000, 0x10000, 2), (0x100000, 0x3ee0000, 1),
          (0x3fe0000, 0x20000, 2), (0xfffc0000, 0x40000, 2), (0x100000000, 0x40000000, 1)]
    modules = [(0x200000, 0x204000, "names priority=3"), (0x205000, 0x209001, "tty irq=1:4")]
    yield loader(0x1 | 0x4 | 0x8 | 0x40 | 0x200, pc, modules)
    yield loader(0x1, [], [])
    # A screen: address, row, width, height; then bits, type 1, and the colours where GRUB has them.
    screen = struct.pack("<QIII", 0xfd000000, 4096, 1024, 768) + bytes((32, 1, 0, 0, 16, 8, 8, 8, 0, 8))
    whole = loader(0x1041, pc, [])
    yield whole[:88] + screen + whole[88 + len(screen):]
    yield loader(0x49, [(0x1000 + 0x3000 * i, 0x2000 + i, 1 + i % 2 * (i % 3)) for i in range(40)], modules)


def texts():
    """The first byte says what the text is for."""
    for kind, text in ((0, "  -0x7fffffff z"), (5, "12.5"), (6, "names name"), (7, "say 'a b' \"$?\" c\\ d # e")):
        yield bytes((kind, 17)) + text.encode()
    for kind in (2, 3, 4):
        yield bytes((kind, 0, 0x82, 2, 9, 5)) + b"abcdefgh\x20text"


def screens():
    yield "one\r\n\x1b[1;31mred\x1b[0m \x1b[5;70Hä€\x1b[2K\x1b[s\x1b[999A\b\t\x1b[J".encode()
    yield b"echo hello\x1b[D\x1b[D\x1b[3~\x01x\x05y\x15\x17again\r\x04"
    yield b"x" * 256
    yield bytes(range(0x01, 0x59)) + b"\xe0\x48\xe0\xc8\xe1\x1d\x45\x2a\x1e\xaa"


def archive(*entries):
    """Triples (name, kind, content), as tar writes them; the first byte is the fuzzer's own."""
    text = b""
    for name, kind, content in entries:
        prefix, _, last = name.rpartition("/") if len(name) > 20 else ("", "", name)
        head = struct.pack("100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x", last.encode(), b"0000644", b"0000000",
                           b"0000000", b"%011o" % len(content), b"00000000000", b" " * 8, kind, b"", b"ustar", b"00",
                           b"", b"", b"0000000", b"0000000", prefix.encode())
        head = head[:148] + b"%06o\0 " % sum(head) + head[156:]
        text += head + content.ljust(-(-len(content) // 512) * 512, b"\0")
    return b"\x80" + text + bytes(1024)


def archives():
    yield archive(("notes.txt", b"0", b"a note\n"))
    yield archive(("bin/", b"5", b""), ("bin/cat", b"0", bytes(range(256)) * 3), ("empty", b"0", b""))
    yield archive(("a/rather/long/folder/f", b"0", b"x" * 512), ("link", b"2", b""), ("../up", b"0", b""))
    yield archive(("n" * 99, b"0", b""), ("behind", b"0", b"y"))
    yield archive()[:-512]


MAKERS = {
    "core": records,
    "trap": trap,
    "module_line": module_lines,
    "archive": archives,
    "elf": programs,
    "multiboot": loaders,
    "text": texts,
    "terminal": screens,
}


def write(name, folder):
    """One file a seed of this fuzzer."""
    os.makedirs(folder, exist_ok=True)
    for number, seed in enumerate(MAKERS[name]()):
        with open(os.path.join(folder, f"seed-{number:02}"), "wb") as file:
            file.write(seed)
