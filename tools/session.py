"""A person's session with the machine: the guest's serial console in this terminal.

With a terminal, QEMU has it (raw, so that Ctrl-C is the guest's; Ctrl-A X ends QEMU). Without one,
commands are read from standard input and typed, each when the shell shows its prompt, so that none
is lost; at the end of the input `poweroff` is typed. The exit status is the guest's. Called by
./parley run, which checks the options.
"""

import argparse
import contextlib
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

import machine

PROMPT = b"parley> "
PANIC = re.compile(rb"^\*\*\* PANIC(: | in )", re.MULTILINE)  # kernel/panic.c
ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]")
ESCAPE_BEGUN = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*)?\Z")
LAST_LINES = 50
PANIC_SECONDS = 1  # of quiet after which its report is complete
QUIET_SECONDS = 0.02
TERMINAL_SECONDS = 0.5  # between looks at whether the terminal is still there

STATUS_PANIC = 1
STATUS_TIMEOUT = 124
STATUS_QEMU = 125


def complain(text):
    print(f"parley: {text}", file=sys.stderr, flush=True)


def plain(data):
    """Serial text as a file wants it: no terminal sequences, no carriage returns."""
    return ESCAPE.sub(b"", data).replace(b"\r", b"")


def last_lines(data):
    return b"\n".join(plain(data).split(b"\n")[-LAST_LINES:]).decode(errors="replace")


def final_status(code, heard, panicked):
    """The session's exit status from QEMU's; QEMU's own failures say nothing on the serial line."""
    status = machine.guest_status(code)
    if status is None:
        complain(f"QEMU was ended by signal {-code}")
        return STATUS_QEMU
    if code != 0 and not heard:
        complain("QEMU did not start the machine")
        return STATUS_QEMU
    return status or (STATUS_PANIC if panicked else 0)


class Typist:
    """Types standard input's lines into the guest, each at a prompt."""

    def __init__(self, process, deadline):
        self.process = process
        self.deadline = deadline
        self.heard = bytearray()  # everything that came from the guest
        self.since = 0  # where in it the answer to the last line begins
        self.shown = 0
        self.first_prompt = None
        self.typed_off = False
        self.input = bytearray()
        self.input_ended = False

    def run(self):
        """Until QEMU ends. Returns (its exit status or None for a timeout, whether it panicked)."""
        panicked = False
        while time.monotonic() <= self.deadline:
            said = self.listen(PANIC_SECONDS if panicked else QUIET_SECONDS)
            if said is None:
                self.show(everything=True)
                return self.process.wait(), panicked
            if said:
                panicked = panicked or bool(PANIC.search(plain(self.heard[-len(said) - 80 :])))
            elif panicked:
                return 0, True
            # Quiet, so that a line that is being redrawn is not taken for a fresh prompt.
            elif self.at_prompt():
                self.type_next()
        return None, False

    def listen(self, seconds):
        """What the guest says within `seconds`; None when the line is closed."""
        out = self.process.stdout.fileno()
        if not select.select([out], [], [], seconds)[0]:
            return b""
        data = os.read(out, 65536)
        self.heard += data
        self.show()
        return data or None

    def show(self, everything=False):
        data = bytes(self.heard[self.shown :])
        if not everything and not sys.stdout.isatty():
            begun = ESCAPE_BEGUN.search(data)
            if begun:
                data = data[: begun.start()]
        self.shown += len(data)
        sys.stdout.buffer.write(data if sys.stdout.isatty() else plain(data))
        sys.stdout.buffer.flush()

    def at_prompt(self):
        tail = ESCAPE.sub(b"", self.heard[max(self.since, len(self.heard) - 200) :])
        return re.split(rb"[\r\n]", tail)[-1] == PROMPT and (self.since == 0 or b"\n" in tail)

    def type_next(self):
        if self.first_prompt is None:
            self.first_prompt = time.monotonic()
        line = self.next_line()
        if line is None:
            if self.typed_off:
                complain("the guest did not power off")
                self.deadline = 0
                return
            line, self.typed_off = b"poweroff", True
        self.since = len(self.heard)
        try:
            self.process.stdin.write(line + b"\r")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the guest is gone; run() sees its status

    def next_line(self):
        """One line of standard input without its end, or None."""
        while b"\n" not in self.input and not self.input_ended:
            data = os.read(0, 65536)
            self.input += data
            self.input_ended = not data
        if not self.input:
            return None
        line, _, rest = bytes(self.input).partition(b"\n")
        self.input = bytearray(rest)
        return line.rstrip(b"\r")


class Dictation(Typist):
    """Types given lines, as bytes, instead of standard input's."""

    def __init__(self, process, deadline, lines):
        super().__init__(process, deadline)
        self.lines = list(lines)

    def next_line(self):
        return self.lines.pop(0) if self.lines else None


def session_from_input(arguments, options):
    console = ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
               "-monitor", "none"]  # fmt: skip
    start = time.monotonic()
    process = machine.start(
        arguments(console), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=options.build
    )
    typist = Typist(process, start + options.timeout)
    try:
        code, panicked = typist.run()
    finally:
        machine.end(process)
    if options.timing and typist.first_prompt is not None:
        complain(f"boot to the prompt: {typist.first_prompt - start:.2f} s")
    if code is None:
        if not typist.typed_off or typist.deadline:
            complain(f"the guest was still running after {options.timeout} s; ended. Last lines:")
            print(last_lines(typist.heard), file=sys.stderr)
        return STATUS_TIMEOUT
    if panicked:
        complain("the guest panicked. Last lines:")
        print(last_lines(typist.heard), file=sys.stderr)
    return final_status(code, bool(typist.heard), panicked)


def wait_with_terminal(process):
    """QEMU's exit status, once it ends; it is ended when the terminal goes away."""
    terminal = select.poll()
    terminal.register(0, 0)  # only what is always reported: hang-up and error
    while process.poll() is None:
        if any(event & (select.POLLHUP | select.POLLERR) for _, event in terminal.poll(0)):
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TERMINAL_SECONDS)
    return process.returncode


def session_in_terminal(arguments, options):
    complain("Ctrl-C goes to the guest; `poweroff` or Ctrl-A X ends the session")
    settings = termios.tcgetattr(0)
    with tempfile.NamedTemporaryFile(prefix="parley-serial-") as log:
        console = ["-chardev", f"stdio,id=console,mux=on,signal=off,logfile={log.name}",
                   "-serial", "chardev:console", "-mon", "chardev=console"]  # fmt: skip
        process = machine.start(arguments(console), cwd=options.build)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.kill())
        try:
            code = wait_with_terminal(process)
        finally:
            machine.end(process)
            with contextlib.suppress(termios.error):
                termios.tcsetattr(0, termios.TCSADRAIN, settings)
        heard = pathlib.Path(log.name).read_bytes()
    panicked = bool(PANIC.search(plain(heard)))
    if panicked:
        complain("the guest panicked. Last lines:")
        print(last_lines(heard), file=sys.stderr)
    return final_status(code, bool(heard), panicked)


def window():
    """QEMU's arguments for a window."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise machine.Unavailable("--window: there is no display here (DISPLAY is not set)")
    known = subprocess.run(
        ["qemu-system-i386", "-display", "help"], capture_output=True, text=True, check=False
    ).stdout.split()
    for kind in ("gtk", "sdl"):
        if kind in known:
            return ("-display", kind)
    raise machine.Unavailable("--window: QEMU has no window (Debian package qemu-system-gui)")


def parse():
    parser = argparse.ArgumentParser(prog="./parley run")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--boot", choices=("quick", "cd", "disk", "usb"), required=True)
    parser.add_argument("--memory", type=int)
    parser.add_argument("--machine")
    parser.add_argument("--cpu")
    parser.add_argument("--uefi", choices=tuple(machine.FIRMWARE))
    parser.add_argument("--append", default="")
    parser.add_argument("--add", action="append", default=[], metavar="LINE", help="one module more, with --boot quick")
    parser.add_argument("--window", action="store_true")
    parser.add_argument("--timeout", type=int, required=True)
    parser.add_argument("--timing", action="store_true")
    return parser.parse_args()


def main():
    options = parse()
    try:
        guest = machine.Machine(
            build=options.build.resolve(),
            boot=options.boot,
            memory=options.memory,
            machine=options.machine,
            cpu=options.cpu,
            uefi=options.uefi,
            modules=(*machine.default_modules(options.build / "modules.conf"), *options.add) if options.add else None,
            command_line=f"{machine.USUAL_WORDS} {options.append}".strip(),
            display=window() if options.window else ("-display", "none"),
        )
        interactive = os.isatty(0)
        return (session_in_terminal if interactive else session_from_input)(
            guest.arguments, options
        )
    except machine.Unavailable as missing:
        complain(missing)
        return STATUS_QEMU
    except BrokenPipeError:  # whoever read our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
