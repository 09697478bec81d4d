#!/usr/bin/env python3
"""Boots the kernel with modules that are no programs and with lines that say nonsense.

Each must be refused: the log names the module and the reason, the rest of the system runs, and
malformed_judge.c finds the same through SYS_MODULE. Files are made here, from a good program.
"""

import argparse
import os
import random
import struct
import sys
import tempfile

import run

HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
SEGMENT = struct.Struct("<8I")
JUDGE = ["boot/t-malformed judge priority=6 calls=all targets=all kernel=all",
         "boot/t-partner p1 start=demand calls=all targets=all kernel=all heap=4K stack=8K quiet"]
MODULES_MAX = 224  # BOOT_MODULES_MAX
IDENTITIES = 64  # IDENTITY_COUNT; each name of a boot takes one
LOAD, DYNAMIC, INTERPRETER, NOTE, THREAD_LOCAL = 1, 2, 3, 4, 7
NOTE_AT = 0x2000
READ, WRITE, EXECUTE = 4, 2, 1
BASE = 0x10000000


def segment(address=BASE, offset=0x1000, file_bytes=0x100, memory_bytes=None, flags=READ | EXECUTE,
            kind=LOAD, align=0x1000):
    memory_bytes = file_bytes if memory_bytes is None else memory_bytes
    return (kind, offset, address, address, file_bytes, memory_bytes, flags, align)


def elf(segments=None, identity=b"\x7fELF\x01\x01\x01", kind=2, machine=3, version=1, entry=BASE,
        program_offset=52, header_bytes=52, entry_bytes=32, count=None, size=0x3000, note=b""):
    """A small ELF file; breakpoints everywhere behind the headers."""
    segments = [segment()] if segments is None else segments
    count = len(segments) if count is None else count
    head = HEADER.pack(identity.ljust(16, b"\0"), kind, machine, version, entry, program_offset, 0,
                       0, header_bytes, entry_bytes, count, 40, 0, 0)
    image = (head + b"".join(SEGMENT.pack(*s) for s in segments)).ljust(size, b"\xcc")
    return image[:NOTE_AT] + note + image[NOTE_AT + len(note):]


def bad_files(good):
    """name -> (bytes, what its reason has to say)"""
    start = good.index(struct.pack("<III8s", 7, 4, 1, b"Parley"))
    note = good[start:start + 24]
    has_note = segment(0, NOTE_AT, 24, kind=NOTE)
    data = segment(BASE + 0x1000, 0x2000, flags=READ | WRITE)
    return {
        "text": (b"#!/bin/sh\necho hello\n" * 10, "not an ELF"),
        "zeros": (bytes(4096), "not an ELF"),
        "empty": (b"", "shorter than"),
        "one-byte": (b"\x7f", "shorter than"),
        "short": (elf()[:51], "shorter than"),
        "header-only": (elf()[:52], "outside the file"),
        "half": (good[: len(good) // 2], "outside the file"),
        "class-64": (elf(identity=b"\x7fELF\x02\x01\x01"), "32-bit"),
        "big-endian": (elf(identity=b"\x7fELF\x01\x02\x01"), "little-endian"),
        "version-9": (elf(version=9), "version"),
        "ident-9": (elf(identity=b"\x7fELF\x01\x01\x09"), "version"),
        "relocatable": (elf(kind=1), "executable"),
        "shared": (elf(kind=3), "executable"),
        "core": (elf(kind=4), "executable"),
        "x86-64": (elf(machine=62), "processor"),
        "arm": (elf(machine=40), "processor"),
        "header-size": (elf(header_bytes=64), "size"),
        "entry-size": (elf(entry_bytes=56), "size"),
        "no-headers": (elf(count=0), "too few"),
        "65-headers": (elf(count=65), "too many"),
        "65535-headers": (elf(count=65535), "too many"),
        "headers-far": (elf(program_offset=0x100000), "outside the file"),
        "headers-wrap": (elf(program_offset=0xFFFFFFE0), "outside the file"),
        "headers-end": (elf(program_offset=0x3000 - 16), "outside the file"),
        "file-larger": (elf([segment(file_bytes=0x200, memory_bytes=0x100)]), "larger in the file"),
        "offset-far": (elf([segment(offset=0x101000)]), "outside the file"),
        "offset-wrap": (elf([segment(offset=0xFFFFF000, file_bytes=0x1000)]), "outside the file"),
        "bytes-far": (elf([segment(file_bytes=0x10000)]), "outside the file"),
        "bytes-wrap": (elf([segment(file_bytes=0xFFFFF800)]), "outside the file"),
        "memory-wrap": (elf([segment(memory_bytes=0xF8000000)]), "wraps"),
        "memory-wrap-0": (elf([segment(memory_bytes=0xF0000000)]), "wraps"),
        "in-kernel": (elf([segment(0xC0100000)], entry=0xC0100000), "kernel"),
        "into-kernel": (elf([segment(0xBFFFF000, memory_bytes=0x2000)], entry=0xBFFFF000), "kernel"),
        "at-top": (elf([segment(0xFFFFF000)], entry=0xFFFFF000), "kernel"),
        "at-zero": (elf([segment(0)], entry=0), "outside the addresses"),
        "at-4k": (elf([segment(0x1000)], entry=0x1000), "outside the addresses"),
        "at-video": (elf([segment(0xB8000)], entry=0xB8000), "outside the addresses"),
        "in-heap": (elf([segment(0x80000000)], entry=0x80000000), "outside the addresses"),
        "into-heap": (elf([segment(0x7FFFF000, memory_bytes=0x2000)], entry=0x7FFFF000),
                      "outside the addresses"),
        "in-devices": (elf([segment(0xB0000000)], entry=0xB0000000), "outside the addresses"),
        "in-stack": (elf([segment(0xBFFEF000)], entry=0xBFFEF000), "outside the addresses"),
        "overlap": (elf([segment(), segment()]), "one page"),
        "one-page": (elf([segment(), segment(BASE + 0x200, 0x1200)]), "one page"),
        "overlap-big": (elf([segment(memory_bytes=0x5000), segment(BASE + 0x4000, 0x2000)]),
                        "one page"),
        "misaligned": (elf([segment(offset=0x1004)]), "aligned"),
        "align-3": (elf([segment(align=3)]), "aligned"),
        "entry-out": (elf(entry=BASE + 0x5000), "entry"),
        "entry-zero": (elf(entry=0), "entry"),
        "entry-kernel": (elf(entry=0xC0100000), "entry"),
        "entry-in-data": (elf([segment(), data], entry=BASE + 0x1000), "entry"),
        "entry-at-end": (elf(entry=BASE + 0x100), "entry"),
        "nothing-loaded": (elf([segment(kind=4)]), "no segment"),
        "empty-segment": (elf([segment(file_bytes=0, memory_bytes=0)]), "no segment"),
        "interpreter": (elf([segment(), segment(kind=INTERPRETER)]), "dynamically"),
        "dynamic": (elf([segment(), segment(kind=DYNAMIC)]), "dynamically"),
        "thread-local": (elf([segment(), segment(kind=THREAD_LOCAL)]), "thread-local"),
        "40-segments": (elf([segment(BASE + 0x1000 * i, 0x2000, 16) for i in range(40)]),
                        "too many segments"),
        "no-note": (elf(), "for which version"),
        "note-far": (elf([segment(), segment(0, 0x3000 - 23, 24, kind=NOTE)]), "for which version"),
        "note-other": (elf([segment(), has_note], note=note[:20] + b"\xff\0\0\0"), "built for version 255 of the interfaces"),
        "huge": (elf([segment(memory_bytes=0x10000000), has_note], note=note), "memory"),
        "huge-data": (elf([segment(), segment(BASE + 0x1000, 0x2000, 16, 0x6F000000, READ | WRITE), has_note], note=note),
                      "memory"),
    }


# What follows the name, and what the reason has to say.
BAD_LINES = [
    ("bogus=1", "bogus"), ("bogus", "bogus"), ("priority", "priority"), ("=5", "="),
    ("quiet=yes", "quiet"), ("PRIORITY=3", "PRIORITY"), ("start=never", "start=never"),
    ("start=", "start"), ("identity=a/b", "identity"), ("identity=", "identity"),
    ("identity=all", "identity=all"), ("identity=servers", "identity=servers"),
    ("identity=sixteen-letters-", "identity"), ("priority=16", "priority=16"),
    ("priority=-1", "priority=-1"), ("priority=x", "priority=x"), ("priority=", "priority"),
    ("priority=0x", "priority=0x"), ("priority=99999999999", "priority=99999999999"),
    ("quantum=0", "quantum=0"), ("quantum=1001", "quantum=1001"), ("calls=fly", "calls=fly"),
    ("calls=send:fly", "fly"), ("calls=send,receive", "calls"), ("targets=nobody", "targets=nobody"),
    ("targets=p1:a/b", "targets"), ("kernel=fly", "kernel=fly"), ("kernel=exit:", "kernel"),
    ("irq=16", "irq=16"), ("irq=0", "irq=0"), ("irq=2", "irq=2"), ("irq=x", "irq=x"),
    ("ports=5-4", "ports=5-4"), ("ports=0x10000", "ports=0x10000"), ("ports=1-2-3", "ports=1-2-3"),
    ("ports=x", "ports=x"), ("ports=1:2:3:4:5:6:7:8:9", "ports"), ("map=0xb8000", "map=0xb8000"),
    ("map=0xb8001+0x1000", "map=0xb8001"), ("map=0xb8000+0x10", "map=0xb8000"),
    ("map=0xb8000+0", "map=0xb8000"), ("map=0xfffff000+0x2000", "map=0xfffff000"),
    ("map=0+0x1000", "map=0"), ("map=0xff000+0x2000", "map=0xff000"),
    ("map=0x200000+0x1000", "map=0x200000"), ("map=0x1000+0x1000", "map=0x1000"),
    ("map=0x100000+0x80000000", "map=0x100000"),
    ("map=0xb8000+0x1000:0xb8000+0x1000", "map: ranges overlap"), ("heap=257M", "heap=257M"),
    ("heap=x", "heap=x"), ("heap=-1", "heap=-1"), ("heap=5000M", "heap=5000M"),
    ("heap=64k", "heap=64k"), ("heap=250M", "memory"), ("stack=2K", "stack=2K"),
    ("stack=9M", "stack=9M"), ("stack=0", "stack=0"), ("stack=", "stack"),
    ("priority=1 priority=2", "priority"), ("heap=4K heap=4K", "heap"),
    ("faults=nobody", "faults=nobody: no such module"), ("faults=", "faults"),
    ("faults=a/b", "faults=a/b"), ("faults={name}", "the process itself"), ("faults=judge faults=judge", "given twice"),
    ("identity=none", "identity=none"), ("identity=user calls=send", "calls"), ("identity=user targets=all", "targets"),
    ("identity=user kernel=start", "kernel"), ("identity=user irq=5", "irq"),
    ("identity=user ports=0x60", "ports"), ("identity=user map=0xb8000+0x1000", "map"),
    ("identity=shared calls=send", "identity=shared"),
    ("-- " + "a " * 40, "arguments"), ("-- " + "x" * 300, "arguments"),
    ("priority=5 " + "a" * 600, "unknown word"), ("priority=5" + " " * 600 + "heap=4K", "longer"),
    ("-- " + "y" * 200 + " " + "z" * 400, "arguments"),
]

# Whole names; the log shows what it can of them.
BAD_NAMES = [("sixteen-letters-", "sixteen-letters-"), ("na?me", "na?me"), ("all", "reserved"),
             ("servers", "reserved"), ("none", "reserved"), ("user", "reserved"), ("judge", "in use"), ("b\xe4d", "name")]


def damaged(good, count):
    """Good programs with a few bytes of their headers changed."""
    rng = random.Random(486)
    for number in range(count):
        image = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            image[rng.randrange(52 + 32 * 4)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF,
                                                           rng.randrange(256)))
        yield f"f-{number}", bytes(image)


class Maker:
    """Collects module lines with their files and expectations."""

    def __init__(self, folder, build):
        self.folder = folder
        self.good_path = os.path.join(build, "boot/t-args")
        with open(self.good_path, "rb") as file:
            self.good = file.read()
        self.modules = []  # (line, reason or None)

    def add_file(self, name, image, reason):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(image)
        self.modules.append((f"{path} {name} start=demand", name, reason))

    def add_line(self, name, rest, reason):
        self.modules.append((f"{self.good_path} {name} {rest}", name, reason))

    def fill(self):
        for name, (image, reason) in bad_files(self.good).items():
            self.add_file(name, image, reason)
        for number, (rest, reason) in enumerate(BAD_LINES):
            self.add_line(f"line-{number}", rest.replace("{name}", f"line-{number}"), reason)
        for name, reason in BAD_NAMES:
            self.add_line(name, "start=demand", reason)
        for name, image in damaged(self.good, 100):
            self.add_file(name, image, None)


# With every boot: that good ones among the bad still run.
COMPANIONS = ["boot/t-args g-first start=demand identity=shared kernel=exit:lookup:log_write",
              "boot/t-args g-second start=demand identity=shared -- with arguments"]


def boot(arguments, modules, what):
    """One boot with these (line, name, reason); returns complaints."""
    lines = JUDGE + [COMPANIONS[0]] + [m[0] for m in modules] + [COMPANIONS[1]]
    guest = run.Guest(run.qemu_command(arguments, lines), arguments.timeout, arguments.verbose)
    guest.run()
    checks, complaints = run.judge(guest.lines)
    if guest.verdict:
        complaints.insert(0, guest.verdict)
    refusals = [line for line in guest.lines if "refused" in line]
    for _, name, reason in modules:
        if reason is None:
            continue
        shown = "".join(c if " " < c < "\x7f" else "?" for c in name)
        if not any(reason in line and (shown[:15] in line or "?" in line) for line in refusals):
            complaints.append(f"the log does not refuse {name!r} because of {reason!r}")
    if complaints:
        print("\n".join(["---- last lines of the guest"] + guest.lines[-50:] + ["----"] + complaints))
    print(f"{'FAILED' if complaints else 'passed'}: {what}: {len(modules)} modules, {checks} checks")
    return complaints


def too_many(arguments):
    """More modules than the kernel keeps: the rest is left away, and it says so."""
    good = os.path.join(arguments.build, "boot/t-args")
    lines = JUDGE + [f"{good} g-{n} start=demand identity=user heap=4K stack=4K" for n in range(MODULES_MAX + 10)]
    guest = run.Guest(run.qemu_command(arguments, lines), arguments.timeout, arguments.verbose)
    guest.run()
    checks, complaints = run.judge(guest.lines)
    if not any("ignored" in line or "dropped" in line for line in guest.lines):
        complaints.append("the log does not say that modules were left away")
    if complaints:
        print("\n".join(guest.lines[-50:] + complaints))
    print(f"{'FAILED' if complaints else 'passed'}: too many modules: {checks} checks")
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    run.add_machine_arguments(parser)
    arguments = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="parley-malformed-") as folder:
        maker = Maker(folder, arguments.build)
        maker.fill()
        room = IDENTITIES - len(JUDGE) - len(COMPANIONS)
        for start in range(0, len(maker.modules), room):
            part = maker.modules[start:start + room]
            failed |= bool(boot(arguments, part, f"{part[0][1]} to {part[-1][1]}"))
        failed |= bool(too_many(arguments))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
