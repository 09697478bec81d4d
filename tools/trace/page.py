"""The viewer's page: one HTML file with everything in it, so that nothing leaves it."""

import base64
import gzip
import json
import pathlib

import columns

VIEW = pathlib.Path(__file__).resolve().parent / "view"
SCRIPTS = ("data.js", "picture.js", "graph.js", "app.js")


def page(chunk=None):
    """With the chunk of columns in it; without one, the page asks the server that it came from."""
    data = base64.b64encode(gzip.compress(chunk, 6)).decode() if chunk is not None else ""
    parts = {
        "CONNECT": "'none'" if chunk is not None else "'self'",
        "STYLE": (VIEW / "style.css").read_text(encoding="utf-8"),
        "CONSTANTS": json.dumps(columns.constants()),
        "SCRIPT": "\n".join((VIEW / name).read_text(encoding="utf-8") for name in SCRIPTS),
        "DATA": data,
    }
    text = (VIEW / "page.html").read_text(encoding="utf-8")
    for name, value in parts.items():
        text = text.replace(f"@{name}@", value, 1)
    return text


def write(reader, file):
    chunk = columns.Cutter(reader.model).next(ended=True, note=reader.note())
    file.write(page(chunk))
