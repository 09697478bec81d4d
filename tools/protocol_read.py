"""Reads servers/protocols/*.toml, and refuses what could not become a protocol.

A description becomes objects in which every word has its place and every number is known. What is
refused says which file, message and field, and what to do. How one is written: docs/protocols.md.
"""

import glob
import os
import re
import tomllib
from dataclasses import dataclass, field

PAYLOAD_WORDS = 7
RECORD_WORDS = 1024
NUMBERS = 0x100  # of one protocol: its base is a multiple of this
BASE_LAST = 0x7FFFFF00
WORD = 0xFFFFFFFF

# Format -> words. Those in BY_LENGTH are written with a length: text[16], hex[7].
ONE_FORMATS = {"uint32": 1, "int32": 1, "hex": 1, "endpoint": 1, "uint64": 2, "microseconds": 2}
BY_LENGTH = ("text", "hex")

NAME = re.compile(r"(?=.{1,20}$)[a-z][a-z0-9]*(_[a-z0-9]+)*")
KEYWORDS = set("""auto break case char const continue default do double else enum extern float for goto if inline
    int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile
    while asm bool true false typeof""".split())

REQUIRED = object()
KINDS = {str: "a text", int: "a number", bool: "true or false", dict: "a table"}


class Refused(Exception):
    """A description that cannot be accepted; the text is for its author."""


@dataclass
class Field:
    name: str
    format: str  # of ONE_FORMATS or BY_LENGTH, "enumeration" or "flags"
    words: int
    word: int  # the first that it lies in
    count: str | None = None  # a text's: the field that holds its length
    length: str | None = None  # a constant's name, where that gave the number of characters
    set: str | None = None
    about: str = ""

    @property
    def members(self):
        """The names that it has in C."""
        two = ONE_FORMATS.get(self.format) == 2
        return [f"{self.name}_low", f"{self.name}_high"] if two else [self.name]


@dataclass
class Structure:
    name: str
    symbol: str  # struct SYMBOL
    fields: list[Field]

    @property
    def words(self):
        return max(f.word + f.words for f in self.fields)

    def shown(self):
        """The fields as people read them: a count after the text that it counts."""
        counted = {f.count: f for f in self.fields if f.count}
        shown = []
        for f in self.fields:
            if f.name not in counted:
                shown.append(f)
                shown += [c for c in self.fields if c.name == f.count]
        return shown


@dataclass
class Set:
    """Names of values: an enumeration's, or bits."""
    name: str
    kind: str
    values: dict[str, int]
    about: str
    prefix: str  # of their names in C


@dataclass
class Message:
    name: str
    symbol: str
    number: int  # added to the base it is the type
    type: int
    about: str
    request: Structure | None
    answer: Structure | None
    errors: dict[str, str]
    idempotent: bool
    waits: bool  # the answer may come at any time
    one_way: bool
    sender: str | None  # the only source that it comes from


@dataclass
class Protocol:
    name: str
    path: str
    base: int
    summary: str
    about: str
    prefix: str
    header: str | None  # handwritten, in the ABI; else one is made
    to: str | None  # the only destination; else every process
    constants: dict[str, tuple[int, str]] = field(default_factory=dict)
    sets: dict[str, Set] = field(default_factory=dict)
    structures: dict[str, Structure] = field(default_factory=dict)
    records: dict[str, Structure] = field(default_factory=dict)  # in the caller's memory, where an address says
    messages: list[Message] = field(default_factory=list)


@dataclass
class Abi:
    """What descriptions may name of the system: numbers of errors and of endpoints."""
    errors: dict[str, int]
    endpoints: dict[str, int]


class Table:
    """A table of a description. It knows where it stands, so that its author is told."""

    def __init__(self, where, values, known):
        self.where, self.values = where, values
        if not isinstance(values, dict):
            raise Refused(f"{where}: has to be a table, is {values!r}")
        for key in values:
            if key not in known:
                raise Refused(f'{where}: there is no key "{key}" here; those that are: {", ".join(known)}')

    def get(self, key, kind, default=REQUIRED):
        value = self.values.get(key, default)
        if value is REQUIRED:
            raise Refused(f'{self.where}: "{key}" is missing; it is {KINDS[kind]}')
        if key in self.values and type(value) is not kind:  # bool is an int, too
            raise Refused(f'{self.where}: "{key}" has to be {KINDS[kind]}, is {value!r}')
        return value

    def text(self, key, default=REQUIRED):
        """Prose, in one line."""
        value = " ".join(self.get(key, str, default).split())
        if key in self.values and not value:
            raise Refused(f'{self.where}: "{key}" says nothing; write what a reader wants to know')
        if "*/" in value or "/*" in value:
            raise Refused(f"{self.where}: \"{key}\" has a comment's mark in it, and it becomes a comment; "
                          "word it otherwise")
        return value


def check_name(where, name):
    if not NAME.fullmatch(name):
        raise Refused(f'{where}: "{name}" is no name; take at most 20 lower-case letters and digits, a letter first, '
                      "words joined by one _")


def check_number(where, what, value, last):
    if not 0 <= value <= last:
        raise Refused(f"{where}: {what} is {value:#x}; it has to be from 0 to {last:#x}")


def read_constants(protocol, tables):
    for name, values in tables.items():
        where = f"{protocol.path}: constant {name}"
        check_name(where, name)
        table = Table(where, values, ("value", "about"))
        value = table.get("value", int)
        check_number(where, "the value", value, WORD)
        protocol.constants[name] = (value, table.text("about", ""))


def read_sets(protocol, kind, tables):
    for name, values in tables.items():
        where = f"{protocol.path}: {kind} {name}"
        check_name(where, name)
        if name in ONE_FORMATS or name in BY_LENGTH or name in protocol.sets:
            raise Refused(f'{where}: "{name}" is a format already; take another name')
        table = Table(where, values, ("values", "about", "prefix"))
        named = table.get("values", dict)
        check_values(where, kind, named)
        prefix = table.get("prefix", str, f"{protocol.prefix}_{name.upper()}")
        protocol.sets[name] = Set(name, kind, named, table.text("about", ""), prefix)


def check_values(where, kind, named):
    seen = {}
    if not named:
        raise Refused(f"{where}: no values; give it one at least: values = {{name = 1}}")
    for name, value in named.items():
        check_name(where, name)
        if type(value) is not int:
            raise Refused(f"{where}: the value of {name} has to be a number, is {value!r}")
        check_number(where, f"the value of {name}", value, WORD)
        if kind == "flags" and value.bit_count() != 1:
            raise Refused(f"{where}: {name} = {value:#x} is not one bit; take a power of two")
        if value in seen:
            raise Refused(f"{where}: {name} and {seen[value]} are both {value:#x}; give each a value of its own")
        seen[value] = name


class StructureReader:
    """Lays the fields of one structure into the words of a payload, or of a record."""

    def __init__(self, protocol, where, holder="a message", room=PAYLOAD_WORDS):
        self.protocol, self.where = protocol, where
        self.holder, self.room = holder, room
        self.fields = []

    def read(self, tables):
        if not isinstance(tables, dict) or not tables:
            raise Refused(f'{self.where}: no fields; give it one at least: name = {{format = "uint32"}}')
        for name, values in tables.items():
            self.fields.append(self.read_field(f"{self.where}: field {name}", name, values))
        self.check_counts()
        self.check_members()
        return self.fields

    def read_field(self, where, name, values):
        check_name(where, name)
        if name in KEYWORDS:  # all other names get a prefix
            raise Refused(f'{where}: "{name}" is a word of C; take another name')
        table = Table(where, values, ("format", "about", "count", "word"))
        result = self.of_format(where, table.get("format", str))
        result.name, result.about = name, table.text("about", "")
        result.count = table.get("count", str, None)
        self.place(where, result, table.get("word", int, None))
        return result

    def of_format(self, where, text):
        """A field of that format, still without a name and a place."""
        by_length = re.fullmatch(r"(\w+)\[(\w+)\]", text)
        if text in ONE_FORMATS:
            return Field("", text, ONE_FORMATS[text], 0)
        if text in self.protocol.sets:
            return Field("", self.protocol.sets[text].kind, 1, 0, set=text)
        if by_length and by_length[1] in BY_LENGTH:
            return self.of_length(where, by_length[1], by_length[2])
        known = [*ONE_FORMATS, *(f"{name}[N]" for name in BY_LENGTH), *self.protocol.sets]
        raise Refused(f'{where}: there is no format "{text}"; those that are: {", ".join(known)}')

    def of_length(self, where, kind, length):
        constant = length if length in self.protocol.constants else None
        if constant:
            number = self.protocol.constants[length][0]
        elif length.isdecimal():
            number = int(length)
        else:
            raise Refused(f"{where}: {length} is neither a number nor a constant of this file; "
                          f"write a number, or [constant.{length}] with its value")
        if kind == "text" and (number == 0 or number % 4):
            raise Refused(f"{where}: a text of {number} characters does not fill whole words; "
                          f"take {number // 4 * 4 + 4}")
        if number == 0:
            raise Refused(f"{where}: no words; take one at least")
        return Field("", kind, number // 4 if kind == "text" else number, 0, length=constant)

    def place(self, where, new, word):
        """Behind what is there, or at a word that is still free."""
        free = max((f.word + f.words for f in self.fields), default=0)
        new.word = free if word is None else word
        end = new.word + new.words
        if new.word < 0 or end > self.room:
            raise Refused(f"{where}: does not fit: it would end with byte {4 * end} and {self.holder} "
                          f"has {4 * self.room}; make fields smaller, or say it in two messages")
        if new.word < free:
            raise Refused(f"{where}: overlaps: word {new.word} is taken by {self.fields[-1].name} "
                          f'or a field before it; leave "word" out, or take {free} or more')

    def check_counts(self):
        for f in self.fields:
            counts = [c for c in self.fields if c.name == f.count]
            if f.count is None:
                continue
            where = f"{self.where}: field {f.name}"
            if f.format != "text":
                raise Refused(f'{where}: only a text is counted; leave "count" out')
            if not counts or counts[0].format != "uint32":
                raise Refused(f'{where}: its count "{f.count}" has to be a field of format uint32 '
                              "in the same structure")
            if [c.count for c in self.fields].count(f.count) > 1:
                raise Refused(f'{where}: "{f.count}" counts another text already; give each text a count of its own')

    def check_members(self):
        seen = {}
        for f in self.fields:
            for member in f.members:
                if member in seen:
                    raise Refused(f"{self.where}: field {f.name}: in C it is {member}, and so is field {seen[member]}; "
                                  "rename one")
                seen[member] = f.name


def read_structure(protocol, name, symbol, where, tables):
    prefix = protocol.prefix.lower()
    return Structure(name, f"{prefix}_{symbol}", StructureReader(protocol, where).read(tables))


def read_structures(protocol, tables):
    for name, fields in tables.items():
        where = f"{protocol.path}: structure {name}"
        check_name(where, name)
        protocol.structures[name] = read_structure(protocol, name, name, where, fields)


def read_records(protocol, tables):
    for name, fields in tables.items():
        where = f"{protocol.path}: record {name}"
        check_name(where, name)
        if protocol.header is None:
            raise Refused(f"{where}: only what has a handwritten header has records; "
                          'make it a structure, or name "header"')
        fields = StructureReader(protocol, where, "a record", RECORD_WORDS).read(fields)
        protocol.records[name] = Structure(name, name, fields)


def payload_of(protocol, where, message, half, values):
    """What a message carries: a structure of the file by its name, or fields on the spot."""
    if values is None:
        return None
    if isinstance(values, str):
        if values not in protocol.structures:
            raise Refused(f'{where}: {half}: there is no structure "{values}"; write [structure.{values}] above it, '
                          f"or take one of: {', '.join(protocol.structures) or '(none yet)'}")
        return protocol.structures[values]
    name = f"{message}_{half}"
    if name in protocol.structures:
        raise Refused(f"{where}: {half}: its fields would become the structure {name}, which there is; rename that one")
    structure = read_structure(protocol, name, name, f"{where}: {half}", values)
    protocol.structures[name] = structure
    return structure


def read_errors(abi, where, errors):
    for name, text in errors.items():
        if name not in abi.errors:
            raise Refused(f"{where}: there is no error {name}; those that are stand in ipc/include/abi/errors.h")
        if not isinstance(text, str) or not text.strip():
            raise Refused(f"{where}: error {name}: say in a text when it comes")
    return Table(where, errors, tuple(abi.errors))


MESSAGE_KEYS = ("number", "about", "request", "answer", "errors", "idempotent", "waits", "one_way", "from")


def read_message(protocol, abi, name, values, next_number):
    where = f"{protocol.path}: message {name}"
    check_name(where, name)
    table = Table(where, values, MESSAGE_KEYS)
    number = table.get("number", int, next_number)
    check_number(where, "the number", number, NUMBERS - 1)
    errors = read_errors(abi, where, table.get("errors", dict, {}))
    one_way = table.get("one_way", bool, False)
    if one_way and "answer" in table.values:
        raise Refused(f'{where}: "one_way" says that no answer comes; leave that or "answer" out')
    sender = table.get("from", str, None)
    if sender is not None and sender not in abi.endpoints:
        raise Refused(f"{where}: from: {sender} is no endpoint; take one of: {', '.join(abi.endpoints)}")
    return Message(
        name=name, symbol=f"{protocol.prefix}_{name.upper()}", number=number, type=protocol.base + number,
        about=table.text("about"), errors={error: errors.text(error) for error in errors.values},
        request=payload_of(protocol, where, name, "request", table.values.get("request")),
        answer=payload_of(protocol, where, name, "answer", table.values.get("answer")),
        idempotent=table.get("idempotent", bool), waits=table.get("waits", bool, False), one_way=one_way, sender=sender)


def read_messages(protocol, abi, tables):
    seen = {}
    if not tables:
        raise Refused(f"{protocol.path}: no messages; write [message.NAME] for each")
    for name, values in tables.items():
        following = protocol.messages[-1].number + 1 if protocol.messages else 0
        message = read_message(protocol, abi, name, values, following)
        same = seen.setdefault((message.number, message.sender), name)
        if same != name:
            raise Refused(f"{protocol.path}: message {name}: its number {message.number} is that of {same}; "
                          'leave "number" out, or take a free one')
        protocol.messages.append(message)


def check_all_used(protocol):
    """What nothing uses is a slip of the pen more often than a plan."""
    used = {id(s) for m in protocol.messages for s in (m.request, m.answer)}
    for structure in protocol.structures.values():
        if id(structure) not in used:
            raise Refused(f"{protocol.path}: structure {structure.name}: no message has it; "
                          "name it in a request or an answer, or remove it")
    sets = {f.set for s in [*protocol.structures.values(), *protocol.records.values()] for f in s.fields}
    for unused in (s for s in protocol.sets.values() if s.name not in sets):
        raise Refused(f"{protocol.path}: {unused.kind} {unused.name}: no field has it; "
                      f'give one format = "{unused.name}", or remove it')


PROTOCOL_KEYS = ("base", "prefix", "header", "to", "summary", "about", "constant", "enumeration", "flags",
                 "structure", "record", "message")


def read_protocol(path, text, abi):
    """One description. `path` as people shall read it."""
    name = os.path.basename(path).removesuffix(".toml")
    check_name(f"{path}: the file's name", name)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path}: not TOML: {error}") from None
    table = Table(path, values, PROTOCOL_KEYS)
    protocol = Protocol(
        name=name, path=path, base=table.get("base", int), summary=table.text("summary"), about=table.text("about", ""),
        prefix=table.get("prefix", str, name.upper()), header=table.get("header", str, None),
        to=table.get("to", str, None))
    if protocol.base % NUMBERS or not 0 <= protocol.base <= BASE_LAST:
        raise Refused(f"{path}: the base {protocol.base:#x} is not a multiple of {NUMBERS:#x} up to {BASE_LAST:#x}; "
                      "take the next that is free")
    if protocol.to not in (None, "SYSTEM"):
        raise Refused(f'{path}: to: only SYSTEM has numbers of its own; leave "to" out')
    check_name(f"{path}: prefix", protocol.prefix.lower())
    read_constants(protocol, table.get("constant", dict, {}))
    for kind in ("enumeration", "flags"):
        read_sets(protocol, kind, table.get(kind, dict, {}))
    read_structures(protocol, table.get("structure", dict, {}))
    read_records(protocol, table.get("record", dict, {}))
    read_messages(protocol, abi, table.get("message", dict, {}))
    check_all_used(protocol)
    return protocol


def symbols(protocol):
    """Every name that the protocol's header gives to the world, with what it is."""
    yield f"PROTO_{protocol.name.upper()}", "the base"
    for name in protocol.constants:
        yield f"{protocol.prefix}_{name.upper()}", f"constant {name}"
    for values in protocol.sets.values():
        for name in values.values:
            yield f"{values.prefix}_{name.upper()}", f"{values.kind} {values.name}, {name}"
    for message in protocol.messages:
        yield message.symbol, f"message {message.name}"
    for structure in protocol.structures.values():
        yield f"struct {structure.symbol}", f"structure {structure.name}"


def check_together(protocols):
    """What only all descriptions together can get wrong."""
    bases, names = {}, {}
    for protocol in protocols:
        other = bases.setdefault((protocol.base, protocol.to), protocol)
        if other is not protocol:
            free = max(p.base for p in protocols if p.header is None) + NUMBERS
            raise Refused(f"{protocol.path}: the base {protocol.base:#x} is that of {other.path}; take {free:#x}")
        for name, what in symbols(protocol) if protocol.header is None else ():
            place = f"{protocol.path}: {what}"
            if name in names:
                raise Refused(f"{place}: in C it is {name}, and so is {names[name]}; rename one")
            names[name] = place


def abi_of(errors_text, endpoint_text):
    """The numbers that stand in those two headers."""
    errors = {name: int(n) for name, n in re.findall(r"\bX\((E\w+), +(\d+),", errors_text)}
    endpoints = {name: int(n, 0) for name, n in re.findall(r"^#define ([A-Z]+) +(0x3\w\w) ", endpoint_text, re.M)}
    if "EINVAL" not in errors or "SYSTEM" not in endpoints:
        raise Refused("ipc/include/abi: errors.h or endpoint.h is not written as this reads it; see abi_of")
    return Abi(errors, endpoints)


def read_abi(root):
    texts = []
    for name in ("errors.h", "endpoint.h"):
        with open(os.path.join(root, "ipc/include/abi", name), encoding="utf-8") as file:
            texts.append(file.read())
    return abi_of(*texts)


SYSTEM = "servers/protocols"  # the folder of the system's own


def paths_of(root, folder="servers"):
    """The tree's descriptions, below the root: the system's, and those in other servers' folders."""
    found = glob.glob(f"{glob.escape(root)}/{folder}/*/*.toml")
    return sorted(os.path.relpath(path, root) for path in found)


def read_all(root, own=()):
    """All protocols, by their base, and the ABI. `own`: paths of further descriptions."""
    abi = read_abi(root)
    protocols = []
    below = os.path.join(os.path.abspath(root), "")
    for path in dict.fromkeys([*paths_of(root), *(os.path.abspath(path).removeprefix(below) for path in own)]):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            protocols.append(read_protocol(path, file.read(), abi))
    protocols.sort(key=lambda p: (p.base, p.to or ""))
    check_together(protocols)
    return protocols, abi
