"""The checks of a lab in the machine: a judge boots beside the hand-in, or on a kernel with the hand-in in it, and writes
TAP to the kernel's log (tests/guest/lib/tap.h). A line's text begins with its check's name and a colon; a check has
passed when all of its lines have, and the judge went on after them.
"""

import argparse
import pathlib
import re
import sys

import grade_run
from grade_build import ROOT, Broken

sys.path.insert(0, str(ROOT / "tests" / "guest"))

import run as guest_run  # noqa: E402

LINE = re.compile(r"(ok|not ok) \d+ - (\w+): (.*)")
PLAN = re.compile(r"1\.\.\d+")
PANIC = re.compile(r"\bPANIC\b.*|\bpanic:.*")


def suite_lines(path, places):
    """A suite's lines, with what was built in the places of @handin@ and @judge@."""
    try:
        lines = guest_run.read_suite(path)
    except OSError as error:
        raise Broken(f"{path}: {error.strerror}") from error
    for word, place in places.items():
        lines = [line.replace(f"@{word}@", str(place)) for line in lines]
    return lines


def command(build, boot, lines, kernel):
    """QEMU's. `boot`: the table [boot] of grade.toml."""
    arguments = argparse.Namespace(
        build=str(build), kernel=kernel and str(kernel), qemu="qemu-system-i386", icount=True, cpu=boot.get("cpu"),
        memory=str(boot.get("memory", 64)), append=f"panic=off {boot.get('append', '')}".strip())  # fmt: skip
    missing = [line.split()[0] for line in lines if not (build / line.split()[0]).is_file()]
    if missing:
        raise Broken(f"no module {missing[0]} in {build}: build it with ./parley grade")
    return guest_run.qemu_command(arguments, lines)


def why_no_end(ran):
    """Why the judge did not come to its end."""
    panic = PANIC.search(ran.said)
    if panic:
        return f"the kernel panicked: {panic[0].strip()}"
    return ran.ended and f"the machine: {ran.ended}" or "the machine ended before the checks did"


def verdicts(ran, names):
    """Check -> "" when it passed, else what was seen."""
    found, last, failed = {}, None, None
    came_to_end = False
    for line in guest_run.judges_lines(ran.said.splitlines()):
        match = LINE.match(line)
        if match:
            last, failed = match[2], None
            found.setdefault(last, "")
            if match[1] == "not ok" and not found[last]:
                found[last] = failed = match[3]
        elif line.startswith("# ") and failed:
            found[last] += f"\n{line[2:]}"
        came_to_end = came_to_end or bool(PLAN.fullmatch(line))
    if not came_to_end:
        why = why_no_end(ran)
        if last and not found[last]:
            found[last] = why
        for name in names:
            found.setdefault(name, f"not reached: {why}")
    unknown = set(names) - set(found)
    if unknown:
        raise LookupError(min(unknown))
    return found


def run(build, folder, lab, seconds, kernel=None, **places):
    """Boots each suite that a check names; check -> what was seen. `folder` has the suites."""
    found = {}
    suites = dict.fromkeys(check.get("suite", "suite.conf") for check in lab["check"])
    for suite in suites:
        names = [check["name"] for check in lab["check"] if check.get("suite", "suite.conf") == suite]
        lines = suite_lines(pathlib.Path(folder) / suite, places)
        ran = grade_run.run(command(build, lab["boot"], lines, kernel), seconds)
        found.update(verdicts(ran, names))
    return found
