#!/usr/bin/env python3
"""Runs the core's tests with clang's counters and names every branch and line of the core that none takes.

The side on which an IPC_ASSERT fails does not count: it is unreachable as long as the kernel keeps the
core's preconditions, and test_asserts.c provokes those that a caller can break. Nothing else is left out.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

# Of an entry of llvm-cov's "branches": line, column, ..., how often taken, not taken, file, expansion, kind.
LINE, COLUMN, TAKEN, NOT_TAKEN, FILE = 0, 1, 4, 5, 6


def tool(name):
    """Debian names them with and without the version."""
    for candidate in (name, name + "-14", name + "-15", name + "-16", name + "-19"):
        if shutil.which(candidate):
            return candidate
    sys.exit(f"{name} is missing: install the Debian package llvm")


def counts(program, sources):
    with tempfile.TemporaryDirectory() as folder:
        raw, profile = os.path.join(folder, "raw"), os.path.join(folder, "profile")
        run = subprocess.run([program], env={**os.environ, "LLVM_PROFILE_FILE": raw}, capture_output=True,
                             check=False)
        if run.returncode:
            sys.exit(f"{program} failed; see unit-core")
        subprocess.run([tool("llvm-profdata"), "merge", "-o", profile, raw], check=True)
        answer = subprocess.run([tool("llvm-cov"), "export", "-instr-profile", profile, program, *sources],
                                capture_output=True, check=True)
    return json.loads(answer.stdout)["data"][0]


def is_assertion(lines, line):
    """Whether the statement that this line is in is an IPC_ASSERT."""
    for number in range(line, max(line - 6, 0), -1):
        text = lines[number - 1]
        if "IPC_ASSERT(" in text:
            return True
        if number < line and text.rstrip().endswith((";", "{", "}", "*/")):
            return False
    return False


def sides_not_taken(file):
    with open(file["filename"], encoding="utf-8") as source:
        lines = source.read().splitlines()
    for branch in file["branches"]:
        line, column = branch[LINE], branch[COLUMN]
        if is_assertion(lines, line):
            continue
        for side, count in (("true", branch[TAKEN]), ("false", branch[NOT_TAKEN])):
            yield line, column, side, count


def main():
    program, *sources = sys.argv[1:]
    branches = missed = covered_lines = all_lines = 0
    for file in counts(program, sources)["files"]:
        covered_lines += file["summary"]["lines"]["covered"]
        all_lines += file["summary"]["lines"]["count"]
        for line, column, side, count in sides_not_taken(file):
            branches += 1
            if count == 0:
                missed += 1
                print(f"{file['filename']}:{line}:{column}: no test of unit-core makes this {side}")
    print(f"coverage: {branches - missed} of {branches} sides of branches, "
          f"{covered_lines} of {all_lines} lines")
    if branches == 0:
        sys.exit("llvm-cov reported no branch at all")
    return 1 if missed or covered_lines < all_lines else 0


if __name__ == "__main__":
    sys.exit(main())
