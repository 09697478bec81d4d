"""What a message means, in the words of its protocol: the one place that asks for it.

describe() gives (name, fields, text): `fields` are pairs of a field's name and its value as text.
Without a description of the protocol the text is the number and the words.
"""

import struct

import abi


def describe(request_type, message, is_answer, to_system=False):
    """`message` is (type, words); `request_type` the type of the request that an answer is for, or
    None where that is not known."""
    type_, words = message
    if is_answer:
        fields = _words(words)
        text = f"= {abi.result_name(type_)}"
        return "answer", fields, text + (f" ({_listed(words)})" if any(words) else "")
    if to_system and type_ in abi.SYSTEM_CALLS:
        name = abi.SYSTEM_CALLS[type_]
    else:
        name = f"type 0x{type_ & 0xFFFFFFFF:x}"
    return name, _words(words), f"{name}({_listed(words)})"


def describe_event(bits):
    return "event", [("bits", f"0x{bits:x}")], f"event 0x{bits:x}"


def describe_fault(type_, words):
    vector = type_ - abi.FAULT_MESSAGE
    registers = ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp")
    fields = [(name, f"0x{value:08x}") for name, value in zip(registers, words)]
    return "fault", [("vector", str(vector)), *fields], f"fault {vector}"


def _words(words):
    return [(f"word {i}", f"0x{word:x}") for i, word in enumerate(words)]


def _listed(words):
    """The words up to the last that is not 0; runs of text as text."""
    used = list(words)
    while used and used[-1] == 0:
        used.pop()
    result, run = [], b""
    for word in [*used, None]:
        raw = struct.pack("<I", word) if word is not None else b"\1"
        stripped = raw.rstrip(b"\0") if run or len(raw.rstrip(b"\0")) > 2 else raw
        if stripped and all(0x20 <= byte < 0x7F or byte in b"\r\n" for byte in stripped):
            run += stripped
            if len(stripped) == 4:
                continue
            word = None if word is None else ...
        if run:
            result.append(_quoted(run))
            run = b""
        if word not in (None, ...):
            result.append(f"0x{word:x}" if word > 9 else str(word))
    return ", ".join(result)


def _quoted(data):
    return '"' + data.decode("ascii").replace("\r", "\\r").replace("\n", "\\n") + '"'
