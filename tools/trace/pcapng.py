"""A trace as a pcapng file, one packet a record, for Wireshark and tshark with parley.lua.

The packet (link type USER0, little endian): u16 version 1, u16 0, u64 number, the record's 64 bytes
as the kernel wrote them, then four texts, each with its length in 16 bits before it: the names of
`from` and `to`, the call, and the message in the words of its protocol.
"""

import struct

import abi
import stream

USER0 = 147
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
BYTE_ORDER = 0x1A2B3C4D
NANOSECONDS = 9  # resolution: 10^-9
IF_NAME, IF_DESCRIPTION, IF_RESOLUTION = 2, 3, 9


def _padded(data):
    return data + bytes(-len(data) % 4)


def _option(code, data):
    return struct.pack("<HH", code, len(data)) + _padded(data)


def _block(kind, body):
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _text(text):
    data = text.encode()[:0xFFFF]
    return struct.pack("<H", len(data)) + data


class Writer:
    """Reader's on_record: the model knows the names that the record needs already."""

    def __init__(self, file):
        self.file = file
        end = struct.pack("<HH", 0, 0)
        options = (_option(IF_NAME, b"parley") + _option(IF_DESCRIPTION, b"the kernel's trace")
                   + _option(IF_RESOLUTION, bytes((NANOSECONDS,))) + end)  # fmt: skip
        file.write(_block(SECTION, struct.pack("<IHHq", BYTE_ORDER, 1, 0, -1)))
        file.write(_block(INTERFACE, struct.pack("<HHI", USER0, 0, 0) + options))

    def record(self, record, micro, model):
        text = self._words(record, model)
        body = struct.pack("<HHQ", 1, 0, record.number)
        body += stream.RECORD.pack(record.time, record.what, record.source, record.target, record.call,
                                   record.result, record.second, record.type, *record.words)  # fmt: skip
        body += _text(_name(record.source, model)) + _text(_name(record.target, model))
        body += _text(abi.call_name(record.call) if record.what & abi.CALL else "") + _text(text)
        time = round(micro * 1000)
        head = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(body), len(body))
        self.file.write(_block(PACKET, head + _padded(body)))

    @staticmethod
    def _words(record, model):
        """What the model has made of this record, if it is the one that completed an item."""
        if model.items and model.items[-1].number == record.number:
            return model.text_of(model.items[-1])
        if record.what & abi.CALL and record.what & abi.MESSAGE:
            return model.words_of_call(record.source)
        return ""


def _name(endpoint, model):
    if endpoint in abi.NAMES:
        return abi.NAMES[endpoint]
    lane = model.lane(endpoint)
    return model.lanes[lane].name if lane >= 0 else ""
