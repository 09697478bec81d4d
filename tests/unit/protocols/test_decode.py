#!/usr/bin/env python3
"""The guest's decoder and the workstation's say the same, and what they should.

    test_decode.py DESCRIBE_PROGRAM PROTOCOLS_JSON

First messages whose text stands here, then some thousands that are made up from a fixed seed, right ones and
wild ones, then the commands that docs/protocols.md shows.
"""

import os
import random
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import protocol_decode  # noqa: E402

SEED = 1
MADE_UP = 8000
HARDWARE, SYSTEM, NONE, TTY, SHELL = 1000, 1001, 1003, 1025, 1028
REQUEST = None


def words(*values):
    """Seven words of numbers and texts; a text fills whole words."""
    data = b""
    for value in values:
        if isinstance(value, str):
            raw = value.encode("latin-1")
            data += raw + bytes(-len(raw) % 4)
        else:
            data += (value & 0xFFFFFFFF).to_bytes(4, "little")
    data += bytes(28 - len(data))
    return [int.from_bytes(data[i:i + 4], "little") for i in range(0, 28, 4)]


# (type of the request where this is its answer, server, source, type, words, text)
KNOWN = [
    (REQUEST, TTY, SHELL, 0x300, words(1, "hello"), 'write(console=1, text="hello")'),
    (REQUEST, TTY, SHELL, 0x300, words(0, "x" * 24), f'write(console=0, text="{"x" * 24}")'),
    (REQUEST, TTY, SHELL, 0x305, words(), "flush()"),
    (REQUEST, TTY, SHELL, 0x302, words(1), "mode(mode=raw, console=0)"),
    (REQUEST, TTY, SHELL, 0x302, words(2), "mode(mode=2, console=0)"),
    (REQUEST, TTY, SHELL, 0x312, words(1, 0, 0xABC), "type 0x312(0x1, 0x0, 0xabc)"),
    (REQUEST, TTY, SHELL, -5, words(), "type 0xfffffffb()"),
    (REQUEST, TTY, SHELL, 1, words(1, 2, 3, 4, 5, 6, 7), "ping(words={0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7})"),
    (REQUEST, 1024, SHELL, 0x101, words("a name of 16 long"[:16]), 'lookup(name="a name of 16 lon", index=0)'),
    (REQUEST, 1026, SHELL, 0x201, words(0, 1), "sleep(microseconds=4294967296us, began=0us)"),
    (REQUEST, SYSTEM, SHELL, 1, words(3), "exit(status=3)"),
    (REQUEST, SYSTEM, SHELL, 8, words(1004), "kill(endpoint=SELF)"),
    (REQUEST, SYSTEM, SHELL, 8, words(-1), "kill(endpoint=-1)"),
    (REQUEST, SYSTEM, SHELL, 0x300, words(5), "type 0x300(0x5)"),
    (REQUEST, SHELL, TTY, 0x1000, words(1), "events(bits=notify)"),
    (REQUEST, SHELL, TTY, 0x1000, words(0x01000003), "events(bits=notify|0x1000002)"),
    (REQUEST, SHELL, TTY, 0x1000, words(0), "events(bits=0x0)"),
    (REQUEST, TTY, HARDWARE, 0x1000, words(0x03000001), "interrupt(bits=alarm|death|0x1)"),
    (REQUEST, 1026, SHELL, 0x200E, words(1, 2, 3, 4, 5, 6, 7),
     "page_fault(eax=0x1, ebx=0x2, ecx=0x3, edx=0x4, esi=0x5, edi=0x6, ebp=0x7)"),
    (0x300, TTY, TTY, 0, words(), "= 0"),
    (0x304, TTY, TTY, 0, words(80, 25), "= 0 (columns=80, rows=25)"),
    (0x301, TTY, TTY, 0, words(3, "ps\n"), r'= 0 (text="ps\n", count=3)'),
    (0x301, TTY, TTY, 0, words(24, "x" * 24), f'= 0 (text="{"x" * 24}", count=24)'),
    (0x301, TTY, TTY, 0, words(4000000000, "x" * 24), f'= 0 (text="{"x" * 24}", count=4000000000)'),
    (0x301, TTY, TTY, 0, words(0, "not shown"), '= 0 (text="", count=0)'),
    (0x301, TTY, TTY, 0, words(12, 'a"b\\c\n\r\t\x1b\x7f\xff\0'),
     r'= 0 (text="a\"b\\c\n\r\t\x1b\x7f\xff\x00", count=12)'),
    (0x301, TTY, TTY, -22, words(1, "no fields"), "= EINVAL"),
    (0x301, TTY, TTY, -201, words(), "= ELOCKED"),
    (0x301, TTY, TTY, -9999, words(), "= -9999"),
    (0x301, TTY, TTY, -0x80000000, words(), "= -2147483648"),
    (0x300, TTY, TTY, 12, words(), "= 12"),
    (0x312, TTY, TTY, 0, words(1, 2), "= 0 (0x1, 0x2)"),
    (0x312, TTY, TTY, 0, words(), "= 0"),
    (2, SYSTEM, SYSTEM, 0, words(1500000, 0, 1500, 1000),
     "= 0 (microseconds=1500000us, ticks=1500, ticks_a_second=1000)"),
    (0x202, 1026, 1026, 0, words(0xFFFFFFFF, 0xFFFFFFFF, 7), "= 0 (seconds=18446744073709551615, microseconds=7)"),
]


def wild_word(chance):
    kind = chance.randrange(5)
    if kind == 0:
        return chance.randrange(40)
    if kind == 1:
        return int.from_bytes(bytes(chance.choice(b"abc xyz\0\"\\\n\x1b\xc3") for _ in range(4)), "little")
    if kind == 2:
        return 1 << chance.randrange(32)
    return chance.choice((0, 1000, 1003, 1004, 1005, 1024, 0xFFFFFFFF)) if kind == 3 else chance.getrandbits(32)


def made_up(decoder, count):
    """Messages of all kinds: of each type that is described, and of others."""
    chance = random.Random(SEED)
    types = [message["type"] for protocol in decoder.protocols for message in protocol["messages"]]
    for _ in range(count):
        type = protocol_decode.signed(chance.choice(types) if chance.randrange(5) else wild_word(chance))
        wild = protocol_decode.signed(wild_word(chance))
        answered = chance.choice((0, 0, 0, 0, -22, -204, -chance.randrange(300), wild))
        server = chance.choice((SYSTEM, TTY, NONE))
        source = chance.choice((HARDWARE, SHELL, 0))
        used = chance.randrange(8)
        payload = [wild_word(chance) for _ in range(used)] + [0] * (7 - used)
        if chance.randrange(2):
            yield REQUEST, server, source, type, payload
        else:
            yield type, server, server, answered, payload


def in_guest(program, cases):
    """The texts of the guest's decoder."""
    lines = []
    for request_type, server, source, type, payload in cases:
        numbers = (int(request_type is not None), server, request_type or 0, source, type, *payload)
        lines.append(" ".join(str(number & 0xFFFFFFFF) for number in numbers))
    run = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{program} ended with {run.returncode}: {run.stdout[-500:]}{run.stderr[-3000:]}")
    return run.stdout.splitlines()


def on_workstation(decoder, case):
    request_type, server, source, type, payload = case
    if request_type is None:
        return decoder.request(source, type, payload, server)
    return decoder.answer(type, payload, server, request_type)


def check_messages(program, decoder):
    cases = [known[:5] for known in KNOWN]
    expected = [known[5] for known in KNOWN]
    cases += made_up(decoder, MADE_UP)
    guest = in_guest(program, cases)
    if len(guest) != len(cases):
        yield f"{len(cases)} messages, and the guest's decoder said {len(guest)} lines"
    for i, (case, said) in enumerate(zip(cases, guest)):
        here = on_workstation(decoder, case)
        if i < len(expected) and said != expected[i]:
            yield f"{case}: expected {expected[i]}\n    libc/server/protocol.c says {said}"
        if said != here:
            yield f"{case}: two texts\n    libc/server/protocol.c   {said}\n    tools/protocol_decode.py {here}"
    described = {m["name"] for p in decoder.protocols for m in p["messages"]}
    missing = described - {said.partition("(")[0] for said in guest}
    if missing:
        yield f"no message of this test is one of {sorted(missing)}"


def keys_of(known):
    """Every key of protocols.json that is not a name somebody gave."""
    yield from known
    for protocol in known["protocols"]:
        yield from protocol
        for message in protocol["messages"]:
            yield from message
        for fields in [*protocol["structures"].values(), *protocol["records"].values()]:
            yield from (key for field in fields for key in field)
        yield from (key for values in protocol["values"].values() for key in values)


def check_keys(known, page):
    section = page.partition("## protocols.json")[2].partition("Why it is done")[0]
    for key in sorted(set(keys_of(known)) - set(re.findall(r"`(\w+)`", section))):
        yield f"docs/protocols.md: its section on protocols.json does not name the key {key}"


def check_commands(path, page):
    """What the page shows the command line to say."""
    shown = re.findall(r"^\$ (tools/protocol_decode.py) (\S+) (.*)\n(.*)$", page, re.M)
    if len(shown) < 2:
        yield "docs/protocols.md: it shows no command"
    for tool, _, arguments, text in shown:
        command = [sys.executable, os.path.join(ROOT, tool), path, *arguments.split()]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.stdout.strip() != text:
            yield f"docs/protocols.md: {tool} {arguments}: shown is\n    {text}\nit says\n    {run.stdout}{run.stderr}"


def main():
    program, path = sys.argv[1:]
    decoder = protocol_decode.Decoder.load(path)
    with open(os.path.join(ROOT, "docs/protocols.md"), encoding="utf-8") as file:
        page = file.read()
    wrong = [*check_messages(program, decoder), *check_commands(path, page), *check_keys(decoder.known, page)]
    print("\n".join(wrong[:10]))
    print(f"{len(KNOWN) + MADE_UP} messages in words, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
