#!/usr/bin/env python3
"""Runs random scripts of calls in ring 3 and compares each outcome with the model's prediction.

script-generate writes the scripts and what must come of them, the judge in the guest (scripts.conf) runs
them and compares; with --trace also, fact by fact, what the kernel's trace says of each step. A script
depends on --seed and its number alone: one that fails is written to a file in the build folder, in words,
and `--seed S --script N` runs it again alone.
"""

import argparse
import importlib.util
import itertools
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LARGEST_FAILURES = 5  # that are written out
# The judge looks once a step; before a birth it uses up all other slots, which leaves thousands of records.
TRACE_WORDS = "trace=on tracekb=4096"


def load_guest_runner():
    path = os.path.join(HERE, "..", "guest", "run.py")
    specification = importlib.util.spec_from_file_location("guest_run", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


guest_run = load_guest_runner()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--generate", help="script-generate (default: BUILD/tests/scripts/script-generate)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300, help="scripts (300)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (0)")
    parser.add_argument("--script", type=int, help="this one alone, and show it")
    parser.add_argument("--trace", action="store_true", help="compare the kernel's trace, too")
    parser.add_argument("--kernel-arguments", default="", metavar="TEXT", help="the kernel's command line")
    guest_run.add_machine_arguments(parser)
    arguments = parser.parse_args()
    if arguments.script is not None:
        arguments.first, arguments.count = arguments.script, 1
    arguments.kernel_arguments = " ".join(filter(None, [arguments.append, arguments.kernel_arguments]))
    arguments.append = arguments.kernel_arguments + (f" {TRACE_WORDS}" if arguments.trace else "")
    arguments.icount = True  # so that time is made of steps, and a failure comes again
    if not arguments.generate:
        arguments.generate = os.path.join(arguments.build, "tests", "scripts", "script-generate")
    return arguments


def generate(arguments, first, count, *how):
    command = [arguments.generate, "--seed", str(arguments.seed), "--first", str(first),
               "--count", str(count), *how]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        print(answer.stdout[-4000:])
        sys.exit(f"not ok - {' '.join(command)} failed")
    return answer.stdout


def facts(arguments):
    return ["--facts"] if arguments.trace else []


def own_lines(lines):
    for line in lines:
        match = guest_run.JUDGE_LINE.match(line)
        if match:
            yield match.group(1)


def failed_scripts(arguments, lines, finished):
    """Their numbers; one that was never ended is a failure too."""
    done = []
    for line in own_lines(lines):
        match = re.match(r"(not )?ok \d+ - script (\d+):", line)
        if match:
            done.append((int(match.group(2)), match.group(1) is None))
    failed = [number for number, good in done if not good]
    if not finished and len(done) < arguments.count:
        failed.append(arguments.first + len(done))
    return failed


def complaint_about(lines, number):
    own = list(own_lines(lines))
    for at, line in enumerate(own):
        if re.match(rf"# script {number}\b", line):
            more = itertools.takewhile(lambda other: other.startswith("#  "), own[at + 1:])
            return "\n".join(text[2:] for text in [line, *more])
    return f"script {number} did not come to its end"


def report(arguments, lines, number):
    """Writes the script down and says how to run it alone."""
    text = generate(arguments, number, 1, "--show")
    complaint = complaint_about(lines, number)
    path = os.path.join(arguments.build, f"script-{arguments.seed}-{number}.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{text}\n{complaint}\n")
    print(f"---- {path}")
    step = re.search(r" step (\d+):", complaint)
    rows = text.splitlines()
    if step:
        # As far as the step that went wrong; an earlier one may be the cause.
        at = [i for i, row in enumerate(rows) if re.match(rf" *{step.group(1)}  ", row)]
        mentioned = [i for i, row in enumerate(rows) if f", step {step.group(1)}:" in row]
        rows = rows[:max(at + mentioned + [0]) + 1]
    print("\n".join(rows[-40:]))
    print(complaint)
    options = f" --kernel-arguments '{arguments.kernel_arguments}'" if arguments.kernel_arguments else ""
    options += " --trace" if arguments.trace else ""
    print(f"again: {sys.argv[0]} --build {arguments.build} --seed {arguments.seed} --script {number}{options}")


def qemu_command(arguments, path):
    suite = guest_run.read_suite(os.path.join(HERE, "scripts.conf"))
    command = guest_run.qemu_command(arguments, suite)
    return command + ["-vga", "std", "-fw_cfg", f"name=opt/parley.scripts,file={path.replace(',', ',,')}"]


def run(arguments, path):
    guest = guest_run.Guest(qemu_command(arguments, path), arguments.timeout, arguments.verbose)
    return guest, guest.run()


def record(arguments, number):
    """The first script that failed, alone, recorded."""
    path = os.path.join(arguments.build, f"script-{arguments.seed}-{number}.bin")
    generate(arguments, number, 1, "--output", path, *facts(arguments))
    guest_run.record_failure(arguments, qemu_command(arguments, path), seed=arguments.seed, script=number)
    os.remove(path)


def main():
    arguments = parse_arguments()
    path = os.path.join(arguments.build, f"scripts-{arguments.seed}-{os.getpid()}.bin")
    generate(arguments, arguments.first, arguments.count, "--output", path, *facts(arguments))
    try:
        guest, status = run(arguments, path)
    finally:
        os.remove(path)
    checks, complaints = guest_run.judge(guest.lines)
    if guest.verdict:
        complaints.insert(0, guest.verdict)
    elif status not in guest_run.OK_STATUSES and not complaints:
        complaints.append(f"QEMU ended with status {status}")
    summary = [line[2:] for line in own_lines(guest.lines) if re.match("# (scripts|trace):", line)]
    if complaints:
        if guest.verdict or not summary:
            print("\n".join(["---- last lines of the guest"] + guest.lines[-50:] + ["----"]))
        failed = failed_scripts(arguments, guest.lines, bool(summary))
        for number in failed[:LARGEST_FAILURES]:
            report(arguments, guest.lines, number)
        for number in failed[:1]:
            record(arguments, number)
        print("\n".join(complaints[:20]))
    elif arguments.script is not None:
        print(generate(arguments, arguments.first, 1, "--show"), end="")
    passed = guest_run.count_passed(guest.lines)
    failures = max(checks - passed, 1 if complaints else 0)
    print("\n".join(summary) or "scripts: did not come to their end")
    print(f"conformance: {passed + failures} checks, {passed} passed, {failures} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
