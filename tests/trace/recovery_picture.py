#!/usr/bin/env python3
"""Draws the picture of docs/recovery.md again, docs/images/recovery-sequence.svg: the death of the clock, and what
follows it until the next one has its name. To be looked at before it is committed.

    recovery_picture.py [--build BUILD] [--to FOLDER]
"""

import argparse
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "trace"), str(ROOT / "tests" / "boot")]

import svg  # noqa: E402
from bug_pictures import Story, read  # noqa: E402
from parley_machine import Machine, boot, check  # noqa: E402
from pictures import IMAGES  # noqa: E402
from trace_reader import Reader  # noqa: E402

HIDDEN = ("tracer", "tty", "shell", "memory", "hello", "files", "pipes", "supervisor-2")
LANE = 112  # pixels


def play(build, stream):
    extra = ("-chardev", f"file,id=stream,path={stream}", "-serial", "chardev:stream")
    with boot(Machine(build=build, boot="quick", command_line="trace=on", extra=extra)) as guest:
        guest.command("sleep 0.2")  # the boot's own is over
        guest.command("kill -9 clock")
        guest.command("uptime")
        guest.command("trace save")
        guest.power_off()


def first(model, texts, pattern, after):
    found = [at for at in range(after, len(texts)) if texts[at].startswith(pattern)]
    check(found, f"the trace has no {pattern} behind item {after}")
    return found[0]


def draw(stream, path):
    """From the death to the answer that the next clock has its name."""
    model = read(stream, Reader(hidden=HIDDEN)).model
    texts = [model.text_of(item) for item in model.items]
    dies = first(model, texts, "clock dies", 0)
    story = read(stream, Story(model.items[dies].number, HIDDEN)).model
    texts = [story.text_of(item) for item in story.items]
    published = first(story, texts, 'publish(name="clock"', 0)
    del story.items[first(story, texts, "= 0", published) + 1 :]
    with open(path, "w", encoding="utf-8") as file:
        svg.write(story, file, LANE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "check")
    parser.add_argument("--to", type=pathlib.Path, default=IMAGES)
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parley-recovery-") as folder:
        stream = pathlib.Path(folder) / "stream"
        play(options.build.resolve(), stream)
        draw(stream, options.to / "recovery-sequence.svg")


if __name__ == "__main__":
    main()
