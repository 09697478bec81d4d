"""The viewer's page: one HTML file with everything in it, so that nothing leaves it."""

import base64
import gzip
import json
import pathlib

import abi
import columns
import describe
from trace_reader import WATCHERS

VIEW = pathlib.Path(__file__).resolve().parent / "view"
SCRIPTS = ("data.js", "picture.js", "graph.js", "app.js")
GUEST_SCRIPTS = ("data.js", "stream.js", "model.js", "guest.js", "picture.js", "graph.js", "app.js")
STYLES = ("colours.css", "style.css")
NUMBERS = (int, tuple, dict)


def known():
    """What the page's own reader has to know (view/model.js)."""
    numbers = {name: value for name, value in vars(abi).items() if name.isupper() and isinstance(value, NUMBERS)}
    return {
        "abi": numbers,
        "protocols": describe.decoder().known,
        "hidden": WATCHERS,
        "columns": {"item": [column[:2] for column in columns.ITEM_COLUMNS],
                    "state": [column[:2] for column in columns.STATE_COLUMNS]},
    }  # fmt: skip


def _texts(names):
    return "\n".join((VIEW / name).read_text(encoding="utf-8") for name in names)


def page(chunk=None, guest=False):
    """With the chunk of columns in it; without one, the page asks the server that it came from, or, for a
    `guest` in the browser, reads the stream itself."""
    data = base64.b64encode(gzip.compress(chunk, 6)).decode() if chunk is not None else ""
    parts = {
        "CONNECT": "'self'" if chunk is None and not guest else "'none'",
        "STYLE": _texts(STYLES),
        "CONSTANTS": json.dumps(columns.constants()),
        "KNOWN": json.dumps(known() if guest else None, separators=(",", ":")),
        "SCRIPT": _texts(GUEST_SCRIPTS if guest else SCRIPTS),
        "DATA": data,
    }
    text = (VIEW / "page.html").read_text(encoding="utf-8")
    for name, value in parts.items():
        text = text.replace(f"@{name}@", value, 1)
    return text


def write(reader, file):
    chunk = columns.Cutter(reader.model).next(ended=True, note=reader.note())
    file.write(page(chunk))
