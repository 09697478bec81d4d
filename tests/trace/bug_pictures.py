#!/usr/bin/env python3
"""Makes the pictures of docs/debugging.md again, docs/images/bug-*: the bug that is told there, from its symptom to
its line. To be looked at before they are committed.

    bug_pictures.py [--build BUILD] [--to FOLDER]

Builds the terminal as it was before that bug was mended, boots with it, types what the story types while the trace is
taken, goes to the line in a recording under GDB, and fails when the bug does not show.
"""

import argparse
import base64
import json
import pathlib
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "trace"), str(ROOT / "tests" / "boot")]

import abi  # noqa: E402
import gdb_session  # noqa: E402
import page  # noqa: E402
import svg  # noqa: E402
from browser import Browser  # noqa: E402
from parley_machine import BOUND, Machine, boot, check  # noqa: E402
from pictures import HEIGHT, IMAGES, WIDTH, shrink  # noqa: E402
from stream import Record, text_of  # noqa: E402
from trace_reader import Reader  # noqa: E402

import record  # noqa: E402, tools/, which parley_machine has made importable
import recording  # noqa: E402

SOURCE = ROOT / "servers" / "tty" / "input.c"
# The mended lines, and what stood there before.
MENDED = (
    ("""    if (in->mode == TTY_MODE_RAW && reader_lives(in))
        advance(c);
    if (in->mode == TTY_MODE_RAW && in->reader.endpoint != NONE) {
        push(in, INTERRUPT);
        advance(c);
        return;
""", """    if (in->mode == TTY_MODE_RAW && reader_lives(in)) {
        push(in, INTERRUPT);
        return;
"""),
    ("        advance(c); /* what came before it is its reader's, who may then read no more */\n", ""),
)  # fmt: skip
TYPED = "sleep 2\r\x03"  # in one piece
TRIES = 20  # the workstation decides how much of it comes with one interrupt: too little, and all is well
SYMPTOM = "sleep 2\nparley> ^C\n"
# Who only watches, and who asks for signs of life meanwhile.
HIDDEN = ("tracer", "supervisor", "supervisor-2", "store", "store-2", "names", "memory", "hello")
READ, ENDED, LATE = "read(most=1, console=0)", '= 0 (text="\\r", count=1)', '= 0 (text="\\x03", count=1)'

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


def build_tty(build, folder):
    """The terminal as it was, as the build would make it."""
    text = SOURCE.read_text(encoding="utf-8")
    for now, before in MENDED:
        check(text.count(now) == 1, f"{SOURCE} does not have the lines\n{now}the story must be told anew")
        text = text.replace(now, before)
    source, made = folder / "input.c", folder / "input.c.o"
    source.write_text(text, encoding="utf-8")
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"] == str(SOURCE):
            words = shlex.split(entry["command"])
            built = words[words.index("-o") + 1]
            words[words.index("-o") + 1], words[words.index(str(SOURCE))] = str(made), str(source)
            subprocess.run([*words, f"-I{SOURCE.parent}"], cwd=entry["directory"], check=True)
            break
    link = subprocess.run(["ninja", "-C", build, "-t", "commands", "servers/tty"], capture_output=True,
                          text=True, check=True).stdout.splitlines()[-1]  # fmt: skip
    words = [word for word in shlex.split(link) if word not in (":", "&&")]
    words = [{built: str(made), "servers/tty": str(folder / "tty")}.get(word, word) for word in words]
    subprocess.run(words, cwd=build, check=True)
    return folder / "tty"


def build_with(build, tty, folder):
    """A build folder like the other, but for this terminal."""
    folder.mkdir()
    for entry in build.iterdir():
        if entry.name not in ("boot", "servers"):
            (folder / entry.name).symlink_to(entry)
    for part in ("boot", "servers"):
        (folder / part).mkdir()
        for entry in (build / part).iterdir():
            (folder / part / entry.name).symlink_to(tty if entry.name == "tty" else entry)
    return folder


def play(build, stream, screen):
    """The session: its screen, and what the kernel's ring holds of it."""
    extra = ("-chardev", f"file,id=stream,path={stream}", "-serial", "chardev:stream")
    tries = []
    with boot(Machine(build=build, boot="quick", command_line="trace=on", extra=extra)) as guest:
        said = ""
        while SYMPTOM not in said:
            check(len(tries) < TRIES, f"the bug does not show:\n{said}")
            tries.append(guest.command("clear"))
            typed = len(guest.text)
            guest.type(TYPED)
            guest.expect(r"\nparley> ")
            guest.command("uptime")
            said = guest.text[typed:]
        guest.ask("screendump", filename=str(screen), format="png")
        guest.command("trace save")  # not a stream, which would run meanwhile
        guest.power_off()


def go_to_the_line(build, folder):
    """What the story does with GDB, in a recording; returns what GDB said."""
    guest = Machine(build=build, boot="quick", command_line="trace=on")
    for _ in range(TRIES):
        kept = recording.create(folder, guest.arguments([]), build)
        record.record(kept, (TYPED, "uptime"), BOUND)
        shows = SYMPTOM in kept.terminal.read_text().replace("\r", "")
        if shows:
            break
    check(shows, f"the bug shows in none of {TRIES} recordings")
    s = gdb_session.Script()
    s.do("stop-in tty").do("continue", r"main \(")
    s.do("break push if byte == 3").do("continue", r"push \(.*byte=3")
    s.do("backtrace 3", r"^#0  push ", r"^#1  interrupt \(", r"^#2  input_byte ")
    s.do("waits", r"^shell --read\(most=1, console=0\)--> tty -> running$")
    s.do("print in->ring[in->ring_start]@in->ring_count", r'\\r"$')  # how much came at once, the workstation decides
    return gdb_session.run(s, "replay", "--gdb", folder)


# ---- The pictures ------------------------------------------------------------------------------------------


class Story(Reader):
    """From that record on. Who was born before has a name, and has done nothing yet."""

    def __init__(self, first, hidden=HIDDEN):
        super().__init__(hidden=hidden)
        self.first = first

    def _push(self, entry):
        if isinstance(entry, Record) and entry.number < self.first and not entry.what & abi.CLOCK:
            if entry.what & abi.BIRTH:
                self.model.name(entry.source, text_of(struct.pack("<7I", *entry.words)[:16]))
            return
        super()._push(entry)


def read(stream, reader):
    reader.feed(stream.read_bytes())
    reader.finish()
    return reader


def last(model, text, before):
    """The last item with that text before another."""
    found = [at for at in range(before) if model.text_of(model.items[at]) == text]
    check(found, f"the trace has no {text}")
    return found[-1]


def draw_sequence(stream, path):
    """From the reading of the line's end to the late ^C."""
    model = read(stream, Reader(hidden=HIDDEN)).model
    ended = last(model, ENDED, last(model, LATE, len(model.items)))
    story = read(stream, Story(model.items[last(model, READ, ended) - 1].number)).model
    del story.items[last(story, LATE, len(story.items)) + 1 :]
    with open(path, "w", encoding="utf-8") as file:
        svg.write(story, file, LANE)


def photograph(stream, folder, viewer, waits):
    with open(folder / "page.html", "w", encoding="utf-8") as file:
        page.write(read(stream, Reader(hidden=HIDDEN)), file)
    with Browser(WIDTH, HEIGHT) as browser:
        browser.open((folder / "page.html").as_uri())
        check(browser.js(CHOOSE, LATE, "shell"), "no late ^C is on the page")
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
        build = build_with(build, build_tty(build, folder), folder / "build")
        play(build, folder / "stream", screen)
        print(go_to_the_line(build, folder / "recording"))
        draw_sequence(folder / "stream", to / "bug-sequence.svg")
        photograph(folder / "stream", folder, viewer, waits)
    shrink((screen, viewer, waits))


if __name__ == "__main__":
    main()
