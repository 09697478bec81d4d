"""Boots the guest with a second serial line that goes into a file, and types commands.

The kernel's word trace=on makes it record; the shell's `trace stream on` starts the server `tracer`,
which writes the stream to that line.
"""

import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import machine  # noqa: E402
import session  # noqa: E402

BEGIN = b"trace stream on"
END = b"trace stream off"


class Options:
    """What session's functions want to know."""

    timing = False

    def __init__(self, build, timeout):
        self.build = build
        self.timeout = timeout


def guest(build, append, stream):
    """The machine's arguments as a function of where its console goes."""
    words = f"trace=on {append}".strip()
    made = machine.Machine(build=build, boot="quick", command_line=words)
    second = ["-chardev", f"file,id=trace,path={stream}", "-serial", "chardev:trace"]
    return lambda console: made.arguments([*console, *second])


def run_commands(arguments, options, commands):
    """The guest's exit status, after the commands between BEGIN and END."""
    console = ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
               "-monitor", "none"]  # fmt: skip
    process = machine.start(arguments(console), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            cwd=options.build)  # fmt: skip
    lines = [BEGIN, *(command.encode() for command in commands), END]
    typist = session.Dictation(process, time.monotonic() + options.timeout, lines)
    try:
        code, panicked = typist.run()
    finally:
        machine.end(process)
    if code is None:
        session.complain("the guest was ended: it did not come to an end itself")
        return session.STATUS_TIMEOUT
    return session.final_status(code, bool(typist.heard), panicked)


def run(build, append, stream, commands, timeout):
    """Boots, talks, ends; returns the guest's status. Without commands: a person's own session, or
    standard input's lines where there is no terminal."""
    arguments = guest(build, append, stream)
    options = Options(build, timeout)
    if commands:
        return run_commands(arguments, options, commands)
    if os.isatty(0):
        session.complain(f"type `{BEGIN.decode()}` to begin, `{END.decode()}` to end the trace")
        return session.session_in_terminal(arguments, options)
    lines = [line.rstrip("\r\n") for line in sys.stdin]
    return run_commands(arguments, options, lines)
