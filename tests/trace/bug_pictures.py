#!/usr/bin/env python3
"""Makes the pictures of docs/debugging.md again, docs/images/bug-*: the bug that is told there, from its symptom to
its message. To be looked at before they are committed.

    bug_pictures.py [--build BUILD] [--to FOLDER]

Builds a name server with the wrong line, boots with it, types what the story types while the trace is taken, and
fails when the bug does not show.
"""

import argparse
import base64
import json
import pathlib
import shlex
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "trace"), str(ROOT / "tests" / "boot")]

import abi  # noqa: E402
import page  # noqa: E402
import svg  # noqa: E402
from browser import Browser  # noqa: E402
from parley_machine import Machine, boot, check, machine  # noqa: E402
from pictures import HEIGHT, IMAGES, WIDTH, shrink  # noqa: E402
from stream import Record, text_of  # noqa: E402
from trace_reader import Reader  # noqa: E402

SOURCE = ROOT / "servers" / "names" / "names.c"
RIGHT = "memmove(e, e + 1, (size_t)((char *)&entries[entry_count] - (char *)e));"
WRONG = "memmove(e, e + 1, (size_t)((char *)&entries[entry_count] - (char *)(e + 1)));"
SESSION = ("clear", "run greet", "kill clock", "run greet", "names")
HIDDEN = ("tracer", "tty")  # what it takes to type and to watch is no part of the story
BEGINS, ENDS = "greet is born", "greet dies: exit 1"

LANE = 108  # pixels: as wide as a page's column

# The last message with these words to a process of that name becomes the chosen one, in the middle.
CHOOSE = """
  const {trace} = app, to = (item) => trace.laneName(trace.item.target.data[item]);
  for (let item = trace.count - 1; item >= 0; item--)
    if (trace.text(item)[2] === arguments[0] && to(item) === arguments[1]) return app.select(item, true), true;
  return false;"""
# No row is cut at the upper edge.
EVEN = "app.picture.top = Math.round(app.picture.top) - 0.9; app.picture.clamp(); app.redraw();"
# The panel with graph and states as a picture of its own.
PANEL = """
  document.querySelector('#details').hidden = true;
  const box = document.querySelector('aside').getBoundingClientRect();
  const below = document.getElementById('states').getBoundingClientRect().bottom;
  return [box.left, box.top, box.width, below + 12 - box.top];"""


# ---- The guest ---------------------------------------------------------------------------------------------


def build_names(build, folder):
    """The name server with the wrong line, as the build would make it; returns the module's file."""
    text = SOURCE.read_text(encoding="utf-8")
    check(text.count(RIGHT) == 1, f"{SOURCE} does not have the line {RIGHT!r}: the story must be told anew")
    source, made = folder / "names.c", folder / "names.c.o"
    source.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"] == str(SOURCE):
            words = shlex.split(entry["command"])
            built = words[words.index("-o") + 1]
            words[words.index("-o") + 1], words[words.index(str(SOURCE))] = str(made), str(source)
            subprocess.run(words, cwd=entry["directory"], check=True)
            break
    link = subprocess.run(["ninja", "-C", build, "-t", "commands", "servers/names"], capture_output=True,
                          text=True, check=True).stdout.splitlines()[-1]  # fmt: skip
    words = [word for word in shlex.split(link) if word not in (":", "&&")]
    words = [{built: str(made), "servers/names": str(folder / "names")}.get(word, word) for word in words]
    subprocess.run(words, cwd=build, check=True)
    return folder / "names"


def play(build, names, stream, screen):
    """The session: its screen, and what the kernel's ring holds of it."""
    modules = [line.replace("boot/names ", f"{names} ", 1) for line in machine.default_modules()]
    extra = ("-chardev", f"file,id=stream,path={stream}", "-serial", "chardev:stream")
    guest_machine = Machine(build=build, boot="quick", command_line="trace=on", modules=modules, extra=extra)
    with boot(guest_machine) as guest:
        said = "".join(guest.command(line) for line in SESSION)
        guest.ask("screendump", filename=str(screen), format="png")
        guest.command("trace save")  # not a stream: a tracer that runs would be one more name to lose
        guest.power_off()
    check("You are visitor 1." in said and "greet: no such name" in said, f"the bug does not show:\n{said}")


# ---- The pictures ------------------------------------------------------------------------------------------


class Story(Reader):
    """From the first start of that program on. Who was born before has a name, and has done nothing yet."""

    def __init__(self, first):
        super().__init__(hidden=HIDDEN)
        self.first = first

    def _push(self, entry):
        if self.first and isinstance(entry, Record) and not entry.what & abi.CLOCK:
            name = text_of(struct.pack("<7I", *entry.words)[:16])
            if entry.what & abi.BIRTH:
                self.model.name(entry.source, name)
            if not (entry.what & abi.CALL and entry.target == abi.SYSTEM and name == self.first):
                return
            self.first = None
        super()._push(entry)


def read(stream, reader):
    reader.feed(stream.read_bytes())
    reader.finish()
    return reader


def words(model):
    return [model.text_of(item) for item in model.items]


def draw_sequence(stream, path):
    """From the first greet on until the second has ended."""
    model = read(stream, Story("greet")).model
    texts = words(model)
    check(texts.count(BEGINS) == 2 and ENDS in texts, f"the trace has {texts}")
    del model.items[texts.index(ENDS) + 1 :]
    with open(path, "w", encoding="utf-8") as file:
        svg.write(model, file, LANE)


def photograph(stream, folder, viewer, waits):
    with open(folder / "page.html", "w", encoding="utf-8") as file:
        page.write(read(stream, Reader(hidden=HIDDEN)), file)
    with Browser(WIDTH, HEIGHT) as browser:
        browser.open((folder / "page.html").as_uri())
        check(browser.js(CHOOSE, "= ENOENT", "greet"), "no answer ENOENT is on the page")
        browser.js(EVEN)
        browser.screenshot(viewer)
        x, y, width, height = browser.js(PANEL)
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 2}
        shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    waits.write_bytes(base64.b64decode(shot["data"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "check")
    parser.add_argument("--to", type=pathlib.Path, default=IMAGES)
    options = parser.parse_args()
    build, to = options.build.resolve(), options.to.resolve()
    to.mkdir(parents=True, exist_ok=True)
    screen, viewer, waits = (to / f"bug-{name}.png" for name in ("screen", "viewer", "waits"))
    with tempfile.TemporaryDirectory(prefix="parley-bug-") as name:
        folder = pathlib.Path(name)
        play(build, build_names(build, folder), folder / "stream", screen)
        draw_sequence(folder / "stream", to / "bug-sequence.svg")
        photograph(folder / "stream", folder, viewer, waits)
    shrink((screen, viewer, waits))


if __name__ == "__main__":
    main()
