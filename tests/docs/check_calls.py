#!/usr/bin/env python3
"""Checks docs/calls.md: each call has a row, and each test, model rule and mutant that a row names exists."""

import os
import re
import sys

COLUMNS = ("conformance", "model rule", "mutant")
FOLDERS = {  # where a function FILE:NAME of a column is looked for
    "conformance": ("tests/guest/ipc",),
    "model rule": ("tests/model", "tests/unit/kernel"),
}
BESIDE_THE_TABLE = ("ipc_reply_receive",)  # a call of two bits, so not in IPC_CALLS


def read(root, *path):
    with open(os.path.join(root, *path), encoding="utf-8") as file:
        return file.read()


def rows(page):
    """Name of the row, and its three cells."""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("call", "---"):
            yield cells[0].strip("`"), cells[1:]


def calls(root):
    """The calls as abi/privilege.h lists them."""
    listed = re.findall(r"^    X\((\w+), +IPC_", read(root, "ipc/include/abi/privilege.h"), re.MULTILINE)
    return [*listed, *BESIDE_THE_TABLE]


def defines(root, column, name):
    file, _, function = name.partition(":")
    for folder in FOLDERS[column]:
        if os.path.exists(os.path.join(root, folder, file)):
            text = read(root, folder, file)
            return re.search(rf"^[a-z].*\b{re.escape(function)}\(", text, re.MULTILINE) is not None
    return False


def exists(root, column, name):
    if column == "mutant":
        return os.path.exists(os.path.join(root, "tests/mutants/seeded", name + ".mutant"))
    return defines(root, column, name)


def complaints(root):
    table = dict(rows(read(root, "docs/calls.md")))
    for call in calls(root):
        if call not in table:
            yield f"the call {call} has no row"
    for row, cells in table.items():
        for column, cell in zip(COLUMNS, cells):
            names = re.findall(r"`([^`]+)`", cell)
            if not names:
                yield f"row {row}: no {column}"
            for name in names:
                if not exists(root, column, name):
                    yield f"row {row}: there is no {column} {name}"


def main():
    wrong = list(complaints(sys.argv[1]))
    for complaint in wrong:
        print(f"docs/calls.md: {complaint}")
    print(f"calls: {len(calls(sys.argv[1]))} calls, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
