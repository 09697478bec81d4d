#!/usr/bin/env python3
"""The check of docs/changes.md (tools/interfaces.py) holds for this tree, and fails in copies where an interface changed.

    check_interfaces.py ROOT
"""

import pathlib
import re
import shutil
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "tools"))

import interfaces  # noqa: E402

KINDS = ("ipc/include/abi", "libc/include", "servers/protocols")
# File, what in it becomes what, and what the check says then (None: nothing).
CHANGES = [
    ("ipc/include/abi/errors.h", r"X\(EPERM, +1,", "X(EPERM, 9,", "the interfaces are not those"),
    ("libc/include/parley/store.h", r"#define STORE_BYTES 20", "#define STORE_BYTES 24", "the interfaces are not those"),
    ("servers/protocols/hello.toml", r"text\[16\]", "text[12]", "the interfaces are not those"),
    ("ipc/include/abi/version.h", r"(#define ABI_VERSION) 1", r"\1 9", "the interfaces are not those"),
    ("docs/changes.md", r"^\| (\d+) \| `", "| 9 | `", "is for version 9"),
    ("docs/changes.md", r"^\| \d+ \| `.*\n", "", "has no entry"),
    ("docs/changes.md", r"^(\| \d+ \| `.*\n)", r"\1\1", "about the same interfaces"),
    ("ipc/include/abi/errors.h", r"/\*", "/* And", None),
    ("servers/protocols/hello.toml", r'summary = "', 'summary = "really ', None),
]


def copy_of(folder):
    copy = pathlib.Path(folder) / "tree"
    for kind in KINDS:
        shutil.copytree(ROOT / kind, copy / kind)
    (copy / "docs").mkdir()
    shutil.copy(ROOT / "docs/changes.md", copy / "docs")
    return copy


def main():
    wrong = interfaces.problem(ROOT)
    if wrong:
        sys.exit(wrong)
    for path, old, new, said in CHANGES:
        with tempfile.TemporaryDirectory() as folder:
            copy = copy_of(folder)
            text = (copy / path).read_text(encoding="utf-8")
            changed = re.sub(old, new, text, flags=re.M)
            if changed == text:
                sys.exit(f"{path} has nothing like {old}")
            (copy / path).write_text(changed, encoding="utf-8")
            got = interfaces.problem(copy)
            if (said is None) != (got is None) or (said and said not in got):
                sys.exit(f"{path}, {old} -> {new}: the check says {got!r}, expected {said!r}")
    print(f"docs/changes.md is as the interfaces are; {len(CHANGES)} changes judged rightly")


if __name__ == "__main__":
    main()
