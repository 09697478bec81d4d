"""Repeats a recorded run and compares what it says, byte by byte; or attaches GDB to it, which can go back.
Called by ./parley replay."""

import argparse
import pathlib
import subprocess
import sys

import debugger
import machine
import recording
import session

OUTPUT = "replayed.txt"  # in the recording's folder, when GDB runs it


def parse():
    parser = argparse.ArgumentParser(prog="./parley replay")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--timeout", type=int, default=300)
    parser.add_argument("--gdb", action="store_true")
    debugger.add_options(parser)
    return parser.parse_args()


def difference(recorded, replayed):
    """Where they part, in words; None when they are equal."""
    if recorded == replayed:
        return None
    pairs = enumerate(zip(recorded, replayed))
    at = next((i for i, (a, b) in pairs if a != b), min(len(recorded), len(replayed)))
    line = recorded[:at].count(b"\n") + 1
    return (f"the replay differs at byte {at}, line {line}: recorded "
            f"{recorded[at:at + 60]!r}, replayed {replayed[at:at + 60]!r}")  # fmt: skip


def repeat(kept, timeout):
    process = kept.start("replay", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        said, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        machine.end(process)
        said = process.stdout.read()
        session.complain(f"the replay had not ended after {timeout} s")
    sys.stdout.buffer.write(session.plain(said))
    sys.stdout.flush()
    recorded = kept.terminal.read_bytes()
    wrong = difference(recorded, said)
    session.complain(wrong or f"the same {len(recorded)} bytes on the terminal as when it was recorded")
    return 1 if wrong else 0


def debug(kept, options):
    stub = ("-S", "-gdb", f"tcp:127.0.0.1:{options.port}")
    arguments = kept.arguments("replay", f"file,path={OUTPUT}", stub)
    session.complain(f"the terminal's text: {kept.folder}/{OUTPUT}")
    return debugger.attach(arguments, kept.folder, kept.folder, options)


def main():
    options = parse()
    try:
        kept = recording.Recording(options.folder)
        return debug(kept, options) if options.gdb else repeat(kept, options.timeout)
    except (machine.Unavailable, recording.Unusable) as wrong:
        session.complain(wrong)
        return session.STATUS_QEMU


if __name__ == "__main__":
    sys.exit(main())
