#!/usr/bin/env python3
"""Checks docs/security.md: every module of the image has its privileges told, every row of a threat names a test, and
every test that is named exists.

    check_security.py ROOT BUILD
"""

import json
import re
import subprocess
import sys
from pathlib import Path

CODE = re.compile(r"`([^`]+)`")


def tables(page):
    """Pairs of a table's head and its rows, each a list of cells."""
    for block in re.findall(r"(?:^\|.*\n)+", page, re.M):
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield lines[0], lines[2:]


def modules(root):
    """Name -> the calls to SYSTEM that its line permits."""
    lines = (root / "iso/modules.conf").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {word[1]: [call for part in word if part.startswith("kernel=") for call in part[7:].split(":")]
            for word in words if "type=data" not in word}  # fmt: skip


def untold(names, rows):
    """Calls that a line permits and the table does not tell, but those that say nothing (exit, lookup); `all` is told
    by that word."""
    for row in rows:
        words = set(" ".join(CODE.findall(row[1])).replace(":", " ").split())
        for name in (name.strip() for name in row[0].split(",")):
            for call in names.get(name, []):
                if call not in (*words, "exit", "lookup") and (call != "all" or "all" not in row[1]):
                    yield f"{name}: kernel={call} is not told"


def known_tests(build):
    """Names and labels."""
    command = ["ctest", "--test-dir", build, "--show-only=json-v1"]
    answer = subprocess.run(command, capture_output=True, check=True)
    known = set()
    for test in json.loads(answer.stdout)["tests"]:
        known.add(test["name"])
        known.update(label for entry in test.get("properties", []) if entry["name"] == "LABELS"
                     for label in entry["value"])
    return known


def problems(page, names, tests):
    told = set()
    for head, rows in tables(page):
        if head[0] == "server":
            told.update(name.strip() for row in rows for name in row[0].split(","))
            yield from untold(names, rows)
        if head[-1] != "test":
            continue
        for row in rows:
            named = CODE.findall(row[-1])
            if len(row) != len(head) or not named:
                yield f"row without a test: {row}"
            yield from (f"no test {name}: {row[0]}" for name in named if name not in tests)
    yield from (f"{name}: its privileges are not told" for name in names if name not in told)
    yield from (f"{name}: no such module" for name in sorted(told - set(names)))


def self_test():
    page = "| server | may |\n| --- | --- |\n| a, b | x |\n\n| it tries | test |\n| --- | --- |\n| y | `t` |\n"
    both = {"a": [], "b": []}
    cases = [(page, both, 0), (page, {**both, "c": []}, 1), (page, {"a": []}, 1), (page, {**both, "b": ["kill"]}, 1),
             (page.replace("x", "`kill time`"), {**both, "b": ["kill"]}, 0),
             (page.replace("`t`", "`u`"), both, 1), (page.replace("`t`", "none"), both, 1)]
    return [f"self-test: {len(found)} problems, expected {expected}: {text!r}" for text, names, expected in cases
            if len(found := list(problems(text, names, {"t"}))) != expected]


def main():
    root, build = Path(sys.argv[1]), sys.argv[2]
    page = (root / "docs/security.md").read_text(encoding="utf-8")
    found = self_test() + list(problems(page, modules(root), known_tests(build)))
    print("\n".join(found + [f"{len(found)} problems"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
