#!/usr/bin/env python3
"""Draws the pictures of docs/trace.md again: docs/images/trace-*. To be looked at before they are committed."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import million
import stream_builder as s
from browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tools" / "trace"))

import page  # noqa: E402
import svg  # noqa: E402
from trace_reader import Reader, read_file  # noqa: E402

RECORDS = 200_000
WIDTH, HEIGHT = 1400, 890
CHOOSE = """
  for (let item = 0; item < app.trace.count; item++)
    if (app.trace.text(item)[2] === arguments[0]) return app.select(item);"""


def story():
    reader = Reader()
    reader.feed(s.greeting().end())
    reader.finish()
    return reader


def write_page(reader, path):
    with open(path, "w", encoding="utf-8") as file:
        page.write(reader, file)
    return path.as_uri()


def shrink(pictures):
    """The same pixels in fewer bytes."""
    if not shutil.which("optipng"):
        sys.exit("optipng is missing: install the Debian package optipng")
    subprocess.run(["optipng", "-quiet", "-o5", "-strip", "all", *pictures], check=True)


def main():
    reader = story()
    with open(IMAGES / "trace-diagram.svg", "w", encoding="utf-8") as file:
        svg.write(reader.model, file)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small = write_page(reader, folder / "small.html")
        million.write(folder / "stream", RECORDS)
        large = write_page(read_file(folder / "stream"), folder / "large.html")
        for dark, image in ((False, "trace-viewer.png"), (True, "trace-viewer-dark.png")):
            with Browser(WIDTH, HEIGHT, dark) as browser:
                browser.open(small)
                browser.js(CHOOSE, 'greet(name="Ada")')
                browser.screenshot(IMAGES / image)
                if not dark:
                    browser.open(large)
                    browser.choose("scale", "time")
                    browser.js("app.showAll(); app.step(1)")
                    browser.choose("search", "line 77")
                    browser.js("app.showAll()")
                    browser.screenshot(IMAGES / "trace-many.png")
    shrink(IMAGES.glob("trace-*.png"))


if __name__ == "__main__":
    main()
