"""./parley itself: help and wrong options everywhere, and the session on standard input."""

import os
import pty
import select
import subprocess
import sys
import termios
import time

from parley_machine import BOUND, PROMPT, ROOT, check, run

COMMANDS = ("doctor", "run", "test", "bench", "trace", "site", "web", "new-server", "sdk", "grade", "debug", "record", "replay", "clean")
PROGRAMS = ("tools/write-usb", "tools/make-virtualbox-vm", "tools/console")


def call(*words, text=None):
    return subprocess.run(
        words, cwd=ROOT, input=text, stdin=None if text is not None else subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def expect(result, status, what, text=""):
    said = result.stdout + result.stderr
    check(result.returncode == status, f"{what}: status {result.returncode}, expected {status}\n{said}")
    check(text in said, f"{what} does not say {text!r}:\n{said}")


def help_and_errors():
    expect(call("./parley"), 0, "./parley", "./parley run")
    expect(call("./parley", "help"), 0, "./parley help", "./parley run")
    expect(call("./parley", "nonsense"), 2, "./parley nonsense", "nonsense")
    for command in COMMANDS:
        expect(call("./parley", command, "--help"), 0, command, f"Usage: ./parley {command}")
        expect(call("./parley", "help", command), 0, command, f"Usage: ./parley {command}")
        expect(call("./parley", command, "--nonsense"), 2, command, "--nonsense")
    for program in PROGRAMS:
        expect(call(program, "--help"), 0, program, program)
        expect(call(program, "--nonsense"), 2, program, "--nonsense")
    for words in (["run", "--memory", "much"], ["run", "--uefi", "arm"], ["run", "surplus"],
                  ["run", "--quick", "--disk"], ["clean", "everything"], ["web", "one", "surplus"], ["sdk", "one", "surplus"],
                  ["new-server", "one", "surplus"]):  # fmt: skip
        expect(call("./parley", *words), 2, " ".join(words), words[-1])
    for words, missing in ((["web"], "DIR"), (["sdk"], "DIR"), (["sdk", ""], "DIR"), (["new-server"], "NAME")):
        expect(call("./parley", *words), 2, " ".join(words), f"{missing} is missing")
    expect(call("./parley", "test", "--list", "^boot-entry$"), 0, "test --list", "boot-entry  boot")
    for command in (["test", "no-such-test"], ["test", "--list", "no-such-test"]):
        expect(call("./parley", *command), 1, " ".join(command), "there is no test named or labelled no-such-test")
    expect(call("./parley", "test", "("), 2, "test (", "not a regular expression")
    said = call("./parley", "site", "/proc/parley")  # where nobody can make a folder
    expect(said, 1, "site /proc/parley", "./parley site: ")
    check("Traceback" not in said.stderr, f"site /proc/parley:\n{said.stderr}")
    for place in ("docs", "README.md"):
        expect(call("./parley", "sdk", place), 1, f"sdk {place}", f"{place} is there already and not an SDK")
    expect(call("tools/write-usb", "--check", "/dev/null"), 1, "write-usb", "not a disk")
    expect(call("tools/make-virtualbox-vm", "--print"), 0, "make-virtualbox-vm", "VBoxManage createvm")
    expect(call("./parley", "doctor"), 0, "doctor", "qemu-system-i386")


def session(build, *lines, options=()):
    """A piped session through the program behind ./parley run, on this test's own build."""
    return call(sys.executable, "tools/session.py", "--build", str(build), "--boot", "quick",
                "--timeout", "120", *options, text="".join(line + "\n" for line in lines))  # fmt: skip


def sessions(build):
    result = session(build, "echo first", "echo second", "ps")
    expect(result, 0, "a session that ends with its input")
    lines = result.stdout.splitlines()
    for word in ("first", "second"):
        check(word in lines, f"echo {word} printed no line of its own:\n{result.stdout}")
    check("\r" not in result.stdout and "\x1b" not in result.stdout, "terminal sequences in a file")
    expect(session(build, "poweroff 5", "echo never"), 5, "poweroff 5 in a session")
    # Many lines at once: each is typed at its own prompt, none is lost.
    result = session(build, *(f"echo line {number}" for number in range(100)))
    expect(result, 0, "a hundred lines")
    printed = [line for line in result.stdout.splitlines() if line.startswith("line ")]
    check(printed == [f"line {number}" for number in range(100)], f"lines were lost: {printed}")
    result = session(build, "sleep 1000", options=("--timeout", "5"))
    expect(result, 124, "a guest that does not end", "still running")
    result = session(build, "ps", options=("--machine", "nonsense"))
    expect(result, 125, "a machine that QEMU refuses", "QEMU did not start")


class Terminal:
    """A person's terminal with a session in it."""

    def __init__(self, build):
        self.master, self.slave = pty.openpty()
        self.settings = termios.tcgetattr(self.slave)
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "tools/session.py", "--build", build, "--boot", "quick", "--timeout", "60"],
            cwd=ROOT, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
        )  # fmt: skip

    def expect(self, text, keys):
        """Waits for the text, then types the keys."""
        end = time.monotonic() + BOUND
        while text not in self.text:
            check(time.monotonic() < end, f"no {text!r} in the terminal, only:\n{self.text}")
            if select.select([self.master], [], [], 0.1)[0]:
                self.text += os.read(self.master, 65536).decode(errors="replace")
        self.text = ""
        os.write(self.master, keys)

    def end(self, status):
        """The session ends by itself, with that status; the terminal is as before."""
        try:
            code = self.process.wait(BOUND)
        finally:
            self.process.kill()
        check(code == status, f"status {code} in a terminal, expected {status}")
        check(termios.tcgetattr(self.slave) == self.settings, "the terminal is not as it was")
        os.close(self.master)
        os.close(self.slave)


def terminals(build):
    terminal = Terminal(build)
    terminal.expect(PROMPT, b"sleep 10000\r")
    terminal.expect("10000", b"\x03")  # ends sleep, neither QEMU nor the script
    terminal.expect(PROMPT, b"poweroff 6\r")
    terminal.end(6)
    terminal = Terminal(build)
    terminal.expect(PROMPT, b"\x01x")  # QEMU's own key
    terminal.end(0)


def whole(build):
    """./parley run itself; it builds, so only where the test's build is the entry's own."""
    if build == ROOT / "build" / "check":
        result = call("./parley", "run", "--quick", "--preset", "check", "--timing",
                      text="echo through the entry\npoweroff 9\n")  # fmt: skip
        expect(result, 9, "./parley run", "through the entry")
        check("boot to the prompt" in result.stderr, f"--timing says nothing:\n{result.stderr}")


def test(build):
    whole(build)
    help_and_errors()
    sessions(build)
    terminals(build)


if __name__ == "__main__":
    run(test)
