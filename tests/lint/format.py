#!/usr/bin/env python3
"""Formatting: .c and .h as clang-format has them, no tab in them, no white space at any line's end;
and no file that is too large for a source, such as a core dump.

    format.py [BUILD_FOLDER]

With the build folder, what was made there from servers/protocols as well.
"""

import os
import shutil
import subprocess
import sys

import tree

BATCH = 50  # files a run
LARGEST = 400 << 10  # bytes; the largest are pictures of the docs


def clang_format(sources):
    tool = shutil.which("clang-format") or shutil.which("clang-format-14")
    if tool is None:
        sys.exit("clang-format is missing: install the Debian package clang-format")
    findings = []
    for i in range(0, len(sources), BATCH):
        run = subprocess.run([tool, "--dry-run", "-Werror", *sources[i:i + BATCH]], cwd=tree.ROOT,
                             capture_output=True, text=True)
        if run.returncode != 0:
            places = [line.split(":") for line in run.stderr.splitlines() if ": error: " in line]
            first = {}
            for place in places:
                first.setdefault(place[0], place[1])
            findings += [f"{path}:{line}: not as clang-format has it: clang-format -i {path}"
                         for path, line in first.items()] or [run.stderr]
    return findings


def white_space(path, text):
    findings = []
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            findings.append(f"{path}:{number}: white space at the end of the line")
        if "\t" in line and path.endswith((".c", ".h")):
            findings.append(f"{path}:{number}: a tab")
    return findings


def size(path):
    try:
        bytes_ = os.path.getsize(os.path.join(tree.ROOT, path))
    except FileNotFoundError:
        return []
    if bytes_ <= LARGEST:
        return []
    return [f"{path}: {bytes_ >> 10} KB; the largest that belongs here has {LARGEST >> 10} KB"]


def main():
    paths = tree.tracked()
    sources = [path for path in paths if path.endswith((".c", ".h"))]
    if len(sys.argv) > 1:
        sources += [os.path.relpath(path, tree.ROOT) for path in tree.generated(sys.argv[1])]
    findings = clang_format(sources)
    for path in paths:
        findings += size(path)
        text = tree.read(path)
        if text is not None:
            findings += white_space(path, text)
    tree.finish("format", findings, f"{len(sources)} sources and headers, {len(paths)} files")


if __name__ == "__main__":
    main()
