#!/usr/bin/env python3
"""What tools/protocol_read.py refuses: each mistake with the text that its author gets.

Every place of that file that refuses something has to be reached, and a right description has to pass.
"""

import ast
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import protocol_read  # noqa: E402
import protocol_write  # noqa: E402

GOOD = """
base = 0x700
summary = "reads and writes blocks"

[constant.chunk]
value = 16

[enumeration.kind]
values = {whole = 0, part = 1}

[flags.state]
values = {ready = 1, busy = 2}

[structure.block]
name = {format = "text[chunk]"}
number = {format = "uint32"}

[structure.status]
count = {format = "uint32"}
text = {format = "text[8]", count = "count"}
time = {format = "uint64"}
state = {format = "state", word = 6}

[message.read]
about = "Reads a block."
request = "block"
answer = "status"
errors = {EIO = "the device fails"}
idempotent = true

[message.write]
about = "Writes one."
request = {kind = {format = "kind"}, rest = {format = "hex[6]"}}
idempotent = false
"""

ADD = "[message.read]"  # before this, in the cases that add something

# (what is replaced, by what, what is said after the file's name)
MISTAKES = [
    ("base = 0x700", "base = ", "not TOML: Invalid value (at line 2, column 8)"),
    ("base = 0x700\n", "", '"base" is missing; it is a number'),
    ("base = 0x700", 'base = "700"', "\"base\" has to be a number, is '700'"),
    ("base = 0x700", "base = true", '"base" has to be a number, is True'),
    ("base = 0x700", "base = 0x710", "the base 0x710 is not a multiple of 0x100 up to 0x7fffff00; take the next that is free"),
    ("base = 0x700", "base = -256", "the base -0x100 is not a multiple"),
    ("base = 0x700", "base = 0x80000000", "the base 0x80000000 is not a multiple"),
    ("summary =", "sumary =", 'there is no key "sumary" here; those that are: base, prefix,'),
    ("reads and writes blocks", " ", '"summary" says nothing; write what a reader wants to know'),
    ("Reads a block.", "Reads */ a block.", "message read: \"about\" has a comment's mark in it"),
    ("base = 0x700", 'base = 0x700\nto = "ANY"', 'to: only SYSTEM has numbers of its own; leave "to" out'),
    ("base = 0x700", 'base = 0x700\nprefix = "A-B"', 'prefix: "a-b" is no name; take at most 20 lower-case'),
    ("value = 16", "value = -16", "constant chunk: the value is -0x10; it has to be from 0 to 0xffffffff"),
    ("[enumeration.kind]", "[enumeration.uint32]", 'enumeration uint32: "uint32" is a format already; take another name'),
    ("[flags.state]", "[flags.kind]", 'flags kind: "kind" is a format already; take another name'),
    ("{whole = 0, part = 1}", "{}", "enumeration kind: no values; give it one at least: values = {name = 1}"),
    ("part = 1", 'part = "1"', "enumeration kind: the value of part has to be a number, is '1'"),
    ("part = 1", "part = 0x100000000", "enumeration kind: the value of part is 0x100000000; it has to be"),
    ("part = 1", "part = 0", "enumeration kind: part and whole are both 0x0; give each a value of its own"),
    ("busy = 2", "busy = 3", "flags state: busy = 0x3 is not one bit; take a power of two"),
    ("number = {", "int = {", 'structure block: field int: "int" is a word of C; take another name'),
    ("number = {", "Number = {", 'structure block: field Number: "Number" is no name; take at most 20 lower-case'),
    ("number = {", "a_very_long_name_of_it = {", "structure block: field a_very_long_name_of_it: "),
    ("number = {", "a__b = {", "words joined by one _"),
    ('number = {format = "uint32"}', 'number = "uint32"', "structure block: field number: has to be a table, is 'uint32'"),
    ('number = {format = "uint32"}', 'number = {form = "uint32"}',
     'structure block: field number: there is no key "form" here; those that are: format, about, count, word'),
    ('number = {format = "uint32"}', 'number = {format = "uint33"}',
     'structure block: field number: there is no format "uint33"; those that are: uint32, int32, hex, endpoint, uint64, '
     "microseconds, text[N], hex[N], kind, state"),
    ("text[chunk]", "text[lump]", "structure block: field name: lump is neither a number nor a constant of this file; "
     "write a number, or [constant.lump] with its value"),
    ("text[8]", "text[7]", "structure status: field text: a text of 7 characters does not fill whole words; take 8"),
    ("text[8]", "text[0]", "structure status: field text: a text of 0 characters does not fill whole words; take 4"),
    ("hex[6]", "hex[0]", "message write: request: field rest: no words; take one at least"),
    ("hex[6]", "hex[7]", "message write: request: field rest: does not fit: it would end with byte 32 and a message has 28; "
     "make fields smaller, or say it in two messages"),
    ("word = 6", "word = 7", "structure status: field state: does not fit: it would end with byte 32"),
    ("word = 6", "word = -1", "structure status: field state: does not fit"),
    ("word = 6", "word = 4", "structure status: field state: overlaps: word 4 is taken by time or a field before it; "
     'leave "word" out, or take 5 or more'),
    ('{format = "uint32"}', '{format = "uint32", count = "name"}',
     'structure block: field number: only a text is counted; leave "count" out'),
    ('count = "count"', 'count = "length"', 'structure status: field text: its count "length" has to be a field of format '
     "uint32 in the same structure"),
    ('count = "count"', 'count = "time"', 'structure status: field text: its count "time" has to be a field'),
    ('time = {format = "uint64"}', 'time = {format = "text[8]", count = "count"}',
     'structure status: field text: "count" counts another text already; give each text a count of its own'),
    ("count = {", "time_low = {format = \"uint32\"}\ncount = {",
     "structure status: field time: in C it is time_low, and so is field time_low; rename one"),
    (ADD, "[structure.empty]\n" + ADD, 'structure empty: no fields; give it one at least: name = {format = "uint32"}'),
    ('{kind = {format = "kind"}, rest = {format = "hex[6]"}}', "5", "message write: request: no fields; give it"),
    (ADD, '[structure.spare]\nx = {format = "hex"}\n' + ADD,
     "structure spare: no message has it; name it in a request or an answer, or remove it"),
    (ADD, '[record.disk_info]\nx = {format = "hex"}\n' + ADD,
     'record disk_info: only what has a handwritten header has records; make it a structure, or name "header"'),
    ('format = "kind"', 'format = "uint32"', 'enumeration kind: no field has it; give one format = "kind", or remove it'),
    ('request = "block"', 'request = "blok"', 'message read: request: there is no structure "blok"; write [structure.blok] '
     "above it, or take one of: block, status"),
    ("[structure.status]", '[structure.write_request]\nx = {format = "hex"}\n[structure.status]',
     "message write: request: its fields would become the structure write_request, which there is; rename that one"),
    ("EIO =", "EDISK =", "message read: there is no error EDISK; those that are stand in ipc/include/abi/errors.h"),
    ('"the device fails"', "5", "message read: error EIO: say in a text when it comes"),
    ("idempotent = true", "", 'message read: "idempotent" is missing; it is true or false'),
    ("idempotent = true", "idempotent = 1", 'message read: "idempotent" has to be true or false, is 1'),
    ("idempotent = true", "idempotent = true\none_way = true",
     'message read: "one_way" says that no answer comes; leave that or "answer" out'),
    ("idempotent = true", 'idempotent = true\nfrom = "TTY"', "message read: from: TTY is no endpoint; take one of: HARDWARE, SYSTEM"),
    ("idempotent = true", "idempotent = true\nnumber = 256", "message read: the number is 0x100; it has to be from 0 to 0xff"),
    ("idempotent = false", "idempotent = false\nnumber = 0",
     'message write: its number 0 is that of read; leave "number" out, or take a free one'),
    ("[message.write]", "[message.read]", "not TOML: "),
    (GOOD[GOOD.index("[message.read]"):], "", "no messages; write [message.NAME] for each"),
]

OTHER = """
base = 0x800
prefix = "OTHER"
summary = "something else"
[message.go]
about = "Goes."
idempotent = true
"""

# Of two descriptions: the second, and what is said of it.
TOGETHER = [
    (OTHER.replace("0x800", "0x700"), "other.toml: the base 0x700 is that of disk.toml; take 0x800"),
    (OTHER.replace("OTHER", "DISK").replace("message.go", "message.read"),
     "other.toml: message read: in C it is DISK_READ, and so is disk.toml: message read; rename one"),
    (OTHER.replace("[message.go]", "[message.go]\nrequest = {block = {format = \"hex\"}}").replace("OTHER", "PROTO").replace(
        "message.go", "message.disk"), "other.toml: message disk: in C it is PROTO_DISK, and so is disk.toml: the base; rename one"),
]


class Checked:
    """What was refused, and which lines of protocol_read.py refused it."""

    def __init__(self):
        self.wrong, self.lines, self.count = [], set(), 0
        self.abi = protocol_read.read_abi(ROOT)

    def refuses(self, what, call, expected):
        self.count += 1
        try:
            call()
            self.wrong.append(f"{what}: accepted; expected: {expected}")
        except protocol_read.Refused as error:
            trace = error.__traceback__
            while trace.tb_next:
                trace = trace.tb_next
            self.lines.add(trace.tb_lineno)
            if expected not in str(error):
                self.wrong.append(f"{what}: it says\n    {error}\nexpected\n    {expected}")

    def read(self, text, path="disk.toml"):
        return protocol_read.read_protocol(path, text, self.abi)


def refusing_lines():
    """The lines of protocol_read.py that refuse something."""
    with open(protocol_read.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    return {node.lineno: node for node in ast.walk(tree) if isinstance(node, ast.Raise)}


def check_mistakes(checked):
    for old, new, expected in MISTAKES:
        if old not in GOOD:
            checked.wrong.append(f"the good description has no {old!r} to replace")
        text = GOOD.replace(old, new, 1)
        checked.refuses(f"{old!r} -> {new!r}", lambda text=text: checked.read(text), f"disk.toml: {expected}"
                        if not expected.startswith("words joined") else expected)
    checked.refuses("the file's name", lambda: checked.read(GOOD, "a-b.toml"), 'the file\'s name: "a-b" is no name')
    good = checked.read(GOOD)
    for text, expected in TOGETHER:
        both = [good, checked.read(text, "other.toml")]
        checked.refuses("two together", lambda both=both: protocol_read.check_together(both), expected)
    checked.refuses("an ABI of nothing", lambda: protocol_read.abi_of("", ""), "is not written as this reads it")


def check_good(checked):
    """What is right passes, and its structures lie where it says."""
    good = checked.read(GOOD)
    protocol_read.check_together([good, checked.read(OTHER, "other.toml")])
    places = [(f.name, f.word, f.words) for f in good.structures["status"].fields]
    if places != [("count", 0, 1), ("text", 1, 2), ("time", 3, 2), ("state", 6, 1)]:
        checked.wrong.append(f"the fields of status lie at {places}")
    header = protocol_write.header(good, [good])
    for line in ("#define DISK_CHUNK 16", "#define DISK_KIND_WHOLE 0", "#define DISK_STATE_BUSY  0x2u", "    DISK_WRITE = PROTO_DISK + 1,",
                 "    char name[DISK_CHUNK];", "    uint32_t time_low, time_high;", "    uint32_t unused_5[1];", "    uint32_t rest[6];",
                 "struct disk_write_request {", '_Static_assert(sizeof(struct disk_status) == 28, "as described");'):
        if line not in header.splitlines():
            checked.wrong.append(f"the header lacks the line {line}")


def check_page(checked):
    """docs/protocols.md shows what a mistake in hello.toml is answered with."""
    path = "servers/protocols/hello.toml"
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read().replace("text[24]", "text[28]")
    with open(os.path.join(ROOT, "docs/protocols.md"), encoding="utf-8") as file:
        shown = [line for line in file.read().splitlines() if line.startswith(path + ": ")]
    checked.refuses("docs/protocols.md", lambda: checked.read(text, path), shown[0] if shown else "(the page shows none)")


def main():
    checked = Checked()
    check_mistakes(checked)
    check_good(checked)
    check_page(checked)
    for line in sorted(set(refusing_lines()) - checked.lines):
        checked.wrong.append(f"tools/protocol_read.py:{line}: no mistake of this test is refused here; add one")
    print("\n".join(checked.wrong))
    print(f"{checked.count} mistakes, {len(checked.lines)} places that refuse, {len(checked.wrong)} wrong")
    sys.exit(1 if checked.wrong else 0)


if __name__ == "__main__":
    main()
