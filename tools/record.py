"""Types commands into the guest's shell and records the run, so that replay.py repeats it to the instruction.
Called by ./parley record."""

import argparse
import pathlib
import subprocess
import sys
import time

import machine
import recording
import session


def parse():
    parser = argparse.ArgumentParser(prog="./parley record")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--append", default="")
    parser.add_argument("--memory", type=int)
    parser.add_argument("--machine")
    parser.add_argument("--cpu")
    parser.add_argument("--timeout", type=int, default=300)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("commands", nargs="*")
    return parser.parse_args()


def create(options):
    guest = machine.Machine(build=options.build.resolve(), boot="quick", memory=options.memory,
                            machine=options.machine, cpu=options.cpu,
                            command_line=f"{machine.USUAL_WORDS} {options.append}".strip())  # fmt: skip
    return recording.create(options.folder, guest.arguments([]), options.build, commands=options.commands,
                            command_line=options.append)  # fmt: skip


def record(kept, commands, timeout, extra=()):
    """(QEMU's exit status or None for a timeout, whether the guest panicked)."""
    process = kept.start("record", extra=extra, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lines = [command.encode() for command in commands]
    typist = session.Dictation(process, time.monotonic() + timeout, lines)
    try:
        code, panicked = typist.run()
    finally:
        recording.finish(process)
        typist.heard += process.stdout.read()
        kept.terminal.write_bytes(typist.heard)
    return code, panicked


def main():
    options = parse()
    try:
        kept = create(options)
    except (machine.Unavailable, recording.Unusable) as wrong:
        session.complain(wrong)
        return session.STATUS_QEMU
    code, panicked = record(kept, options.commands, options.timeout)
    if code is None:
        session.complain(f"the guest was still running after {options.timeout} s; recorded until there")
    session.complain(f"recorded. Again: ./parley replay {options.folder}")
    session.complain(f"under GDB, backward too: ./parley replay {options.folder} --gdb")
    if code is None:
        return session.STATUS_TIMEOUT
    return session.STATUS_PANIC if panicked else machine.guest_status(code)


if __name__ == "__main__":
    sys.exit(main())
