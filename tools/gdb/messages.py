"""Messages in words. Types and fields are named where the build described its protocols (protocols.json);
without that, numbers."""

import functools
import pathlib
import struct

import abi
import gdb
import kernel_state
import protocol_decode
from protocol_decode import signed

BYTES = kernel_state.MESSAGE_BYTES


@functools.cache
def decoder():
    """The build's protocols, beside the kernel's file; None when there are none."""
    kernel = gdb.inferiors()[0].progspace.filename
    path = pathlib.Path(kernel or "").parent.parent / "protocols.json"
    if not path.is_file():
        return None
    return protocol_decode.Decoder.load(path)


def named_type(text):
    """The values of m_type that `text` names: a number, an error, or a message's name. None: any."""
    if text == "*":
        return None
    try:
        return {signed(int(text, 0) & 0xFFFFFFFF)}
    except ValueError:
        pass
    errors = {-number for number, name in abi.ERRORS.items() if text.lstrip("-") == name}
    requests = set()
    for protocol in decoder().protocols if decoder() else ():
        requests |= {message["type"] for message in protocol["messages"]
                     if text in (message["name"], f"{protocol['name']}.{message['name']}")}  # fmt: skip
    if not errors | requests:
        raise gdb.GdbError(f"no message and no error is called {text!r}")
    return errors | requests


def unpack(data):
    """(source, type, words) of 36 bytes."""
    source, kind, *words = struct.unpack("<ii7I", data)
    return source, kind, words


def request_text(source, destination, kind, words):
    """As a request. Both endpoints may be 0: not known."""
    if decoder() and not (kind <= 0 and destination != abi.SYSTEM):
        return decoder().request(source, kind, words, destination)
    return answer_text(None, kind, words) if kind <= 0 else f"type {kind:#x}({listed(words)})"


def answer_text(request, kind, words):
    """As the answer to `request`, (server, type), or None where that is not known."""
    if decoder() and request:
        server, request_kind = request
        return decoder().answer(kind, words, server, request_kind)
    inside = listed(words)
    return f"= {abi.result_name(kind)}" + (f" ({inside})" if inside else "")


def listed(words):
    words = list(words)
    while words and words[-1] == 0:
        words.pop()
    return ", ".join(f"{word:#x}" for word in words)


def asked_text(process):
    """What the process waits with; empty where it asks nothing."""
    data = process.asked()
    if data is None:
        return ""
    _, kind, words = unpack(data)
    return request_text(process.endpoint, process.waits_for()[0], kind, words)


def waiting_text(process):
    """What the process does, and what it asks of whom it waits for."""
    asked = asked_text(process)
    return process.text() + (f": {asked}" if asked else "")


def text_of(data, destination=0):
    """36 bytes of which nothing else is known."""
    source, kind, words = unpack(data)
    whence = kernel_state.endpoint_name(source) if source else "nobody yet"
    return f"from {whence}: {request_text(source, destination, kind, words)}"
