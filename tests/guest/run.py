#!/usr/bin/env python3
"""Boots a suite of in-guest tests under QEMU and judges the TAP that it writes to the serial line.

A suite is a file of module lines as in iso/modules.conf (FILE NAME key=value ...); FILE is looked for
below --build. The first of them, the judge, writes TAP, prints its plan last and powers off.

The run fails when a check fails, when the plan is missing or does not match the count, on a panic, when
the guest exits with a failing status, and when it does not end in time. A failure shows the last 50 lines.
"""

import argparse
import os
import re
import selectors
import shlex
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

import recording  # noqa: E402

RECORDING_SECONDS = 240  # at most, so that a test's own limit in ctest is enough for both runs
OK_STATUSES = (0, 1)  # powered off; isa-debug-exit with status 0
CLOSING_LINE = re.compile(r"fuzz: \d.*")  # a judge's own count, which ./parley test sums
JUDGE_LINE = re.compile(r"\[ *\d+\.\d+\] judge: (.*)")  # how the log shows a judge's line


def add_machine_arguments(parser):
    parser.add_argument("--build", required=True, help="build folder")
    parser.add_argument("--kernel", help="kernel image (default: BUILD/boot/parley)")
    parser.add_argument("--cpu", help="QEMU's -cpu")
    parser.add_argument("--memory", default="64", help="megabytes (64)")
    parser.add_argument("--icount", action="store_true", help="deterministic: -icount shift=0,sleep=off")
    parser.add_argument("--timeout", type=float, default=120, help="seconds until it is a hang (120)")
    parser.add_argument("--append", default="", help="the kernel's command line")
    parser.add_argument("--qemu", default="qemu-system-i386")
    parser.add_argument("--recording", metavar="FOLDER", help="where a failure is run once more, recorded")
    parser.add_argument("--verbose", action="store_true", help="print the guest's output")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("suite", help="file of module lines")
    parser.add_argument("--arguments", metavar="TEXT",
                        help="the judge's arguments (appended to the suite's first line)")
    parser.add_argument("--first", action="store_true", help="end at the first check that fails")
    add_machine_arguments(parser)
    return parser.parse_args()


def read_suite(path):
    with open(path, encoding="utf-8") as suite:
        lines = [" ".join(line.split()) for line in suite]
    return [line for line in lines if line and not line.startswith("#")]


def initrd(lines, build):
    modules = []
    for line in lines:
        path, _, rest = line.partition(" ")
        if not os.path.isabs(path):
            path = os.path.join(build, path)
        if not os.path.isfile(path):
            sys.exit(f"not ok - no module {path}")
        modules.append((path + " " + rest).replace(",", ",,"))
    return ",".join(modules)


def qemu_command(arguments, lines):
    command = [arguments.qemu, "-accel", "tcg", "-m", arguments.memory, "-display", "none",
               "-monitor", "none", "-serial", "stdio", "-serial", "null", "-no-reboot", "-nic", "none",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
               "-kernel", arguments.kernel or os.path.join(arguments.build, "boot/parley"),
               "-initrd", initrd(lines, arguments.build)]
    if arguments.cpu:
        command += ["-cpu", arguments.cpu]
    if arguments.icount:
        command += ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm"]
    if arguments.append:
        command += ["-append", arguments.append]
    return command


def record_failure(arguments, command, **notes):
    """Runs what failed once more, recorded, where --recording says; prints how to repeat it, and whether it
    failed there too."""
    if not arguments.recording:
        return
    sys.stdout.flush()  # what is known so far, should ctest lose patience
    seconds = min(arguments.timeout, RECORDING_SECONDS)
    said, text = recording.record_again(arguments.recording, command, arguments.build, seconds, **notes)
    _, complaints = judge(text.splitlines())
    came_again = f"it failed there, too: {complaints[0]}" if complaints else "there it passed"
    print(f"the failing run, once more with time made of instructions: {said}" + f"; {came_again}" * bool(text))


class Guest:
    """A running QEMU whose output is read line by line until it ends or is ended."""

    def __init__(self, command, timeout, verbose, first=False):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.deadline = time.monotonic() + timeout
        self.verbose = verbose
        self.first = first
        self.lines = []
        self.verdict = None

    def take(self, text):
        line = text.decode("utf-8", "replace").rstrip("\r\n")
        self.lines.append(line)
        if self.verbose:
            print(line, flush=True)
        if re.search(r"\bPANIC\b|\bpanic:", line) and not JUDGE_LINE.match(line):
            self.verdict = self.verdict or "the kernel panicked"
            self.deadline = min(self.deadline, time.monotonic() + 1)
        own = JUDGE_LINE.match(line)
        if self.first and own and own.group(1).startswith("not ok"):
            self.verdict = self.verdict or "the first check that failed ended it"
            self.deadline = 0

    def run(self):
        pending = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                left = self.deadline - time.monotonic()
                if left <= 0:
                    self.verdict = self.verdict or "it hangs"
                    break
                if not selector.select(left):
                    continue
                data = os.read(self.process.stdout.fileno(), 65536)
                if not data:
                    break
                *complete, pending = (pending + data).split(b"\n")
                for line in complete:
                    self.take(line)
        if pending:
            self.take(pending)
        if self.process.poll() is None and self.verdict:
            self.process.kill()
        return self.process.wait()


def judge(lines):
    """Counts checks; returns (checks, list of complaints)."""
    checks, plan, complaints = 0, None, []
    for line in lines:
        own = JUDGE_LINE.match(line)
        if not own:
            continue
        line = own.group(1)
        result = re.match(r"(not ok|ok) (\d+) - (.*)", line)
        if result:
            checks += 1
            if int(result.group(2)) != checks:
                complaints.append(f"check {result.group(2)} came where {checks} was due")
                checks = int(result.group(2))
            if result.group(1) == "not ok":
                complaints.append(line)
        elif line.startswith("# at ") and complaints:
            complaints[-1] += "\n    " + line
        elif re.fullmatch(r"1\.\.\d+", line):
            plan = int(line[3:])
    if plan is None:
        complaints.append("no plan: the suite did not come to its end")
    elif plan != checks or plan == 0:
        complaints.append(f"{checks} checks, but the plan says {plan}")
    return checks, complaints


def judges_lines(lines):
    return [match.group(1) for match in map(JUDGE_LINE.match, lines) if match]


def count_passed(lines):
    return sum(line.startswith("ok ") for line in judges_lines(lines))


def main():
    arguments = parse_arguments()
    lines = read_suite(arguments.suite)
    if arguments.arguments:
        lines[0] += " " + arguments.arguments
    command = qemu_command(arguments, lines)
    guest = Guest(command, arguments.timeout, arguments.verbose, arguments.first)
    began = time.monotonic()
    status = guest.run()
    seconds = time.monotonic() - began
    checks, complaints = judge(guest.lines)
    if guest.verdict:
        complaints.insert(0, guest.verdict)
    elif status not in OK_STATUSES and not complaints:
        complaints.append(f"QEMU ended with status {status}")

    if complaints:
        print("\n".join(["---- last lines of the guest"] + guest.lines[-50:] + ["----"]))
        print("\n".join(complaints[:40]))
        if len(complaints) > 40:
            print(f"... and {len(complaints) - 40} more")
        print(f"again: {shlex.join(sys.argv)}")
        record_failure(arguments, command, suite=arguments.suite)
    print(f"{'FAILED' if complaints else 'passed'}: {os.path.basename(arguments.suite)}: "
          f"{checks} checks, {seconds:.1f} s")
    for line in filter(CLOSING_LINE.fullmatch, judges_lines(guest.lines)):
        print(line)
    passed = count_passed(guest.lines)
    failed = max(checks - passed, 1 if complaints else 0)
    print(f"conformance: {passed + failed} checks, {passed} passed, {failed} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
