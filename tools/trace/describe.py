"""What a message means, in the words of its protocol: the one place that asks tools/protocol_decode.py.

describe() gives (name, fields, text): `fields` are pairs of a field's name and its value as text, of a
message that no protocol knows its words. The descriptions in servers/protocols are read as they are,
so that a trace from a file needs no build.
"""

import functools
import json
import pathlib
import sys

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS))

import protocol_decode  # noqa: E402
import protocol_read  # noqa: E402
import protocol_write  # noqa: E402


@functools.cache
def decoder():
    protocols, known = protocol_read.read_all(str(TOOLS.parent))
    return protocol_decode.Decoder(json.loads(protocol_write.json_text(protocols, known)))


def describe(message, source, server, request_type=None, is_answer=False):
    """`message` is (type, words), from endpoint `source`; `server` takes or has taken the request, whose
    type is `request_type`, None where nobody saw it."""
    type_, words = message
    known = decoder()
    if is_answer:
        protocol, found = known.find(request_type, 0, server) if request_type is not None else (None, None)
        structure = found["answer"] if found else None
        text = known.answer(type_, words, server, request_type)
    else:
        protocol, found = known.find(type_, source, server)
        structure = found["request"] if found else None
        text = known.request(source, type_, words, server)
    name = found["name"] if found else "answer" if is_answer else f"type {type_ & 0xFFFFFFFF:#x}"
    return name, _fields(known, protocol, structure, words, found), text


def _fields(known, protocol, structure, words, found):
    if not found:
        return tuple((f"word {i}", f"{word:#x}") for i, word in enumerate(words))
    fields = protocol["structures"][structure] if structure else []
    places = {field["name"]: field["word"] for field in fields}
    return tuple((field["name"], known.value(protocol, field, places, words)) for field in fields)
