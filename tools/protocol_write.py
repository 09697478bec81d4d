"""Writes what is made from the protocols' descriptions: C headers, the decoder's tables, JSON."""

import json
import textwrap

WIDTH = 100  # of C, as .clang-format has it
MADE = "Made from {0} by tools/protocols.py: change {1}."

C_TYPES = {"int32": "int32_t", "endpoint": "endpoint_t", "text": "char"}  # all others: uint32_t


# ---- C headers -------------------------------------------------------------------------------------

def comment(text, indent=""):
    """Lines of a comment beside code."""
    width = WIDTH - len(indent) - len(" */")
    lines = textwrap.wrap(text, width, initial_indent="   ", subsequent_indent="   ", break_on_hyphens=False)
    if lines:
        lines[0] = f"/* {lines[0].lstrip()}"
        lines[-1] += " */"
    return [indent + line for line in lines]


def head_comment(paragraphs):
    lines = ["/*"]
    for paragraph in paragraphs:
        lines += [] if len(lines) == 1 else [" *"]
        lines += [f" * {line}" for line in textwrap.wrap(paragraph, WIDTH - 3, break_on_hyphens=False)]
    return [*lines, " */"]


def aligned_defines(pairs):
    longest = max((len(name) for name, _ in pairs), default=0)
    return [f"#define {name:{longest}} {value}" for name, value in pairs]


def declaration(protocol, field):
    """The field as a member of its structure."""
    kind = C_TYPES.get(field.format, "uint32_t")
    length = f"{protocol.prefix}_{field.length.upper()}" if field.length else field.words * (4 if kind == "char" else 1)
    by_length = field.format == "text" or (field.format == "hex" and length != 1)
    return f"{kind} {field.name}[{length}];" if by_length else f"{kind} {', '.join(field.members)};"


def structure_lines(protocol, structure):
    yield f"struct {structure.symbol} {{"
    word = 0
    for field in structure.fields:
        if field.word > word:
            yield f"    uint32_t unused_{word}[{field.word - word}];"
        word = field.word + field.words
        named = f"{protocol.sets[field.set].prefix}_*" if field.set else ""
        yield from comment("; ".join(filter(None, [named, field.about])), "    ")
        yield f"    {declaration(protocol, field)}"
    yield "} PROTO_PAYLOAD;"
    yield f'_Static_assert(sizeof(struct {structure.symbol}) == {4 * structure.words}, "as described");'
    yield ""


def message_prose(message):
    """What a header says of a message."""
    halves = [s.symbol for s in (message.request,) if s]
    if message.answer or not message.one_way:
        halves += ["->", message.answer.symbol if message.answer else "0"]
    errors = "; ".join(f"{name}: {text}" for name, text in message.errors.items())
    repeat = " May be repeated." if message.idempotent and not message.one_way else ""
    return f"{' '.join(halves)}. {message.about}{repeat}" + (f" ({errors})" if errors else "")


def constant_lines(protocol):
    for name, (value, about) in protocol.constants.items():
        yield from comment(about)
        yield f"#define {protocol.prefix}_{name.upper()} {value}"
        yield ""
    for values in protocol.sets.values():
        yield from comment(values.about)
        form = "{:#x}u" if values.kind == "flags" else "{}"
        yield from aligned_defines([(f"{values.prefix}_{name.upper()}", form.format(value))
                                    for name, value in values.values.items()])
        yield ""


def enumeration_lines(protocol):
    yield "enum {"
    for message in protocol.messages:
        yield from comment(message_prose(message), "    ")
        yield f"    {message.symbol} = PROTO_{protocol.name.upper()} + {message.number},"
    yield "};"
    yield ""


def shared_lines(protocols):
    """What common.h has for all."""
    bases = [p for p in protocols if p.header is None]
    yield "/* The bases of their numbers. */"
    yield from aligned_defines([(f"PROTO_{p.name.upper()}", f"{p.base:#05x}") for p in bases])
    yield ""
    yield "/* So that a structure may lie over a message's words. */"
    yield "#define PROTO_PAYLOAD __attribute__((may_alias))"
    yield ""


def header(protocol, protocols):
    common = protocol.name == "common"
    lines = head_comment(filter(None, [f"{protocol.name}: {protocol.summary}.", protocol.about,
                                       MADE.format(protocol.path, "that")]))
    lines += ["#pragma once", "", "#include <abi/message.h>" if common else "#include <proto/common.h>", ""]
    lines += shared_lines(protocols) if common else []
    lines += [*constant_lines(protocol), *enumeration_lines(protocol)]
    for structure in protocol.structures.values():
        lines += structure_lines(protocol, structure)
    return "\n".join(lines)


# ---- The decoder's tables --------------------------------------------------------------------------

def values_symbol(protocol, name):
    return f"values_{protocol.name}__{name}"  # no name has two underscores


def fields_symbol(protocol, structure):
    return f"fields_{protocol.name}__{structure.name}" if structure else "no_fields"


def table_field(protocol, structure, field):
    counts = {f.name: f.word for f in structure.fields}
    count = counts[field.count] if field.count else "PROTOCOL_UNCOUNTED"
    values = values_symbol(protocol, field.set) if field.set else "NULL"
    return f'    {{"{field.name}", PROTOCOL_{field.format.upper()}, {field.word}, {field.words}, {count}, {values}}},'


def protocol_tables(protocol):
    in_messages = {f.set for s in protocol.structures.values() for f in s.fields}
    for values in (v for v in protocol.sets.values() if v.name in in_messages):
        yield f"static const struct protocol_value {values_symbol(protocol, values.name)}[] = {{"
        yield from (f'    {{"{name}", {value:#x}u}},' for name, value in values.values.items())
        yield "    {NULL, 0}};"
    for structure in protocol.structures.values():
        yield f"static const struct protocol_field {fields_symbol(protocol, structure)}[] = {{"
        yield from (table_field(protocol, structure, field) for field in structure.shown())
        yield "    {0}};"


def table_message(protocol, message):
    return (f'    {{"{message.name}", {message.type:#x}, {protocol.to or 0}, {message.sender or 0}, '
            f"{fields_symbol(protocol, message.request)}, {fields_symbol(protocol, message.answer)}}},")


def in_order(protocols):
    """Pairs of protocol and message; of two with one number that with a certain sender comes first."""
    pairs = [(protocol, message) for protocol in protocols for message in protocol.messages]
    return sorted(pairs, key=lambda pair: (pair[1].type, pair[0].to or "", pair[1].sender is None))


def tables(protocols):
    lines = [*head_comment(["The decoder's tables.", MADE.format("servers/protocols", "those files")]),
             "#include <server/protocol_table.h>", "#include <stddef.h>", "", "// clang-format off",
             "static const struct protocol_field no_fields[] = {{0}};"]
    for protocol in protocols:
        lines += protocol_tables(protocol)
    lines.append("const struct protocol_message protocol_messages[] = {")
    lines += [table_message(protocol, message) for protocol, message in in_order(protocols)]
    return "\n".join([*lines, "    {0}};", "// clang-format on", ""])


def type_list(name, types):
    return [f"const int32_t {name}_types[] = {{", *(f"    {number:#x}," for number in sorted(types)), "};",
            f"const unsigned {name}_count = sizeof {name}_types / sizeof(int32_t);"]


def repeatable(protocols):
    """The types of requests that may be repeated, and of those that are answered at once, in order, for a search; not
    those to SYSTEM."""
    messages = [m for p in protocols if not p.to for m in p.messages if not m.one_way]
    lines = [*head_comment(["What a client may send again when it cannot know whether it was done, and what is answered at once.",
                            MADE.format("servers/protocols", "those files")]),
             "#include <server/repeatable.h>", "", "// clang-format off",
             *type_list("libc_repeatable", {m.type for m in messages if m.idempotent}),
             *type_list("libc_prompt", {m.type for m in messages if not m.waits})]
    return "\n".join([*lines, "// clang-format on", ""])


# ---- What the ABI's headers have to agree with -----------------------------------------------------

def list_macro(name, about, entries):
    rows = [f"    X({', '.join(map(str, entry))})" for entry in entries]
    return [f"/* {about} */", f"#define {name}(X) \\", " \\\n".join(rows), ""]


def abi_values(protocols):
    for protocol in protocols:
        for values in protocol.sets.values():
            yield from ((f"{values.prefix}_{name.upper()}", f"{value:#x}u") for name, value in values.values.items())


def abi_fields(protocols):
    for protocol in protocols:
        for record in protocol.records.values():
            for f in record.fields:
                each = f.words // len(f.members)
                yield from ((record.symbol, member, 4 * (f.word + i * each), 4 * each)
                            for i, member in enumerate(f.members))


def abi_records(protocols):
    return ((r.symbol, 4 * r.words) for protocol in protocols for r in protocol.records.values())


def abi(protocols):
    """Of the protocols whose headers are handwritten, what a test compares with those."""
    handwritten = [protocol for protocol in protocols if protocol.header]
    lines = [*head_comment(["For the test unit-protocols-system.", MADE.format("servers/protocols", "those files")]),
             "#pragma once", "", "// clang-format off"]
    lines += list_macro("DESCRIBED_VALUES", "symbol, value", abi_values(handwritten))
    lines += list_macro("DESCRIBED_RECORDS", "structure, bytes", abi_records(handwritten))
    lines += list_macro("DESCRIBED_FIELDS", "structure, member, offset, bytes", abi_fields(handwritten))
    return "\n".join([*lines, "// clang-format on", ""])


# ---- JSON ------------------------------------------------------------------------------------------

def json_field(field):
    entry = {"name": field.name, "format": field.format, "word": field.word, "words": field.words}
    optional = {"count": field.count, "values": field.set, "about": field.about}
    return entry | {key: value for key, value in optional.items() if value}


def json_message(protocol, message):
    symbol = message.symbol if protocol.header is None or protocol.to else None
    return {"name": message.name, "symbol": symbol, "type": message.type, "from": message.sender,
            "request": message.request and message.request.name, "answer": message.answer and message.answer.name,
            "errors": message.errors, "idempotent": message.idempotent, "one_way": message.one_way,
            "about": message.about}


def json_protocol(protocol):
    messages = [message for _, message in in_order([protocol])]
    return {
        "name": protocol.name, "base": protocol.base, "to": protocol.to, "summary": protocol.summary,
        "about": protocol.about, "messages": [json_message(protocol, m) for m in messages],
        "structures": {s.name: [json_field(f) for f in s.shown()] for s in protocol.structures.values()},
        "records": {s.name: [json_field(f) for f in s.shown()] for s in protocol.records.values()},
        "values": {s.name: {"kind": s.kind, "values": s.values, "about": s.about} for s in protocol.sets.values()},
    }


def json_text(protocols, abi):
    whole = {"errors": abi.errors, "endpoints": abi.endpoints, "protocols": [json_protocol(p) for p in protocols]}
    return json.dumps(whole, indent=1) + "\n"
