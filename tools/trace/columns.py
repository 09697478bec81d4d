"""What the viewer gets: a model, or what is new in it, as columns of numbers.

A chunk is a 32-bit length, so many bytes of JSON (lanes, new texts, and which columns follow), and
the columns, little endian, each beginning at a multiple of 8 bytes from the chunk's beginning.
tools/trace/view/data.js reads it.
"""

import array
import json
import struct
import sys

import abi
from model import KINDS

UNKNOWN_STATE = 255
ALIGN = 8
ITEM_COLUMNS = (  # name, array's type code, what it is of an item
    ("kind", "B", lambda item: KINDS.index(item.kind)),
    ("source", "h", lambda item: item.source),
    ("target", "h", lambda item: item.target),
    ("begin", "d", lambda item: item.begin),
    ("end", "d", lambda item: item.end),
    ("beginRow", "f", lambda item: item.begin_row),
    ("number", "d", lambda item: item.number),
    ("call", "I", lambda item: item.call),
    ("type", "i", lambda item: item.type),
    ("result", "i", lambda item: item.result),
    ("text", "I", lambda item: item.text),
    ("partner", "i", lambda item: item.partner),
)
STATE_COLUMNS = (
    ("lane", "h", lambda change: change.lane),
    ("time", "d", lambda change: change.time),
    ("row", "f", lambda change: change.row),
    ("state", "B", lambda change: UNKNOWN_STATE if change.state is None else change.state),
    ("peer", "h", lambda change: change.peer),
)


class Cutter:
    """Cuts a growing model into chunks, each with what has come since the one before."""

    def __init__(self, model):
        self.model = model
        self.items = self.states = self.texts = 0
        self.names = None

    def next(self, ended=False, note=""):
        """The next chunk, or None when nothing is new."""
        model = self.model
        names = [(lane.endpoint, lane.name) for lane in model.lanes]
        items, states = model.items[self.items :], model.states[self.states :]
        texts = model.texts[self.texts :]
        if not (items or states or ended or names != self.names):
            return None
        self.names = names
        self.items, self.states = len(model.items), len(model.states)
        self.texts = len(model.texts)
        parts = [(f"item.{name}", code, [of(item) for item in items]) for name, code, of in ITEM_COLUMNS]
        parts += [(f"state.{name}", code, [of(change) for change in states])
                  for name, code, of in STATE_COLUMNS]  # fmt: skip
        head = {
            "lanes": [{"endpoint": endpoint, "name": name, "process": abi.is_process(endpoint)}
                      for endpoint, name in names],
            "texts": [[text.name, text.fields, text.text] for text in texts],
            "ended": ended,
            "note": note,
        }  # fmt: skip
        return _pack(head, parts)


def constants():
    """Numbers and words that the viewer shows, from where they stand once."""
    return {
        "kinds": KINDS,
        "states": [abi.STATE_WORDS[state] for state in range(len(abi.STATES))],
        "unknown": UNKNOWN_STATE,
        "running": abi.RUNNING,
        "ready": abi.READY,
        "free": abi.FREE,
        "calls": {str(number): name for number, name in abi.CALL_NAMES.items()},
        "callMask": abi.CALL_MASK,
        "errors": {str(number): name for number, name in abi.ERRORS.items()},
    }


def _pack(head, parts):
    columns, body = [], []
    for name, code, values in parts:
        data = array.array(code, values)
        if sys.byteorder == "big":
            data.byteswap()
        columns.append([name, code, len(data)])
        raw = data.tobytes()
        body.append(raw + bytes(-len(raw) % ALIGN))
    text = json.dumps(head | {"columns": columns}, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % ALIGN)
    return struct.pack("<I", len(text)) + text + b"".join(body)
