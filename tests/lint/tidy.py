#!/usr/bin/env python3
"""Static checks: clang-tidy, with .clang-tidy's short list, over what runs on the machine.

    tidy.py BUILD_FOLDER

Each source is checked once, as it is compiled for the machine where it is compiled for several.
"""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

import tree

FOLDERS = ("arch/", "ipc/", "kernel/", "libc/", "servers/")
JOBS = 2
BATCH = 10


def commands(build):
    """Source -> its entry of compile_commands.json, the machine's before the workstation's."""
    chosen = {}
    with open(os.path.join(build, "compile_commands.json")) as file:
        entries = json.load(file)
    sources = set(tree.tracked())
    for entry in entries:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), tree.ROOT)
        if path not in sources or not path.startswith(FOLDERS) or not path.endswith(".c"):
            continue
        if path not in chosen or "--target=i386" in entry["command"]:
            chosen[path] = entry
    return chosen


def check(tool, database, paths):
    """What clang-tidy says of some sources, or ""."""
    run = subprocess.run([tool, "--quiet", "-p", database,
                          *(os.path.join(tree.ROOT, path) for path in paths)],
                         cwd=tree.ROOT, capture_output=True, text=True)
    if run.returncode == 0:
        return ""
    return (run.stdout.replace(tree.ROOT + "/", "") or run.stderr).strip()


def batches(paths):
    """Some sources a process: a tenth of the time is clang-tidy's own start."""
    return [paths[at:at + BATCH] for at in range(0, len(paths), BATCH)]


def main():
    tool = shutil.which("clang-tidy") or shutil.which("clang-tidy-14")
    if tool is None:
        sys.exit("clang-tidy is missing: install the Debian package clang-tidy")
    build = os.path.abspath(sys.argv[1])
    chosen = commands(build)
    # clang-tidy checks a source once for each entry that it finds: give it one.
    database = os.path.join(build, "tidy")
    os.makedirs(database, exist_ok=True)
    with open(os.path.join(database, "compile_commands.json"), "w") as file:
        json.dump(list(chosen.values()), file)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        findings = [text for text in pool.map(lambda paths: check(tool, database, paths),
                                              batches(sorted(chosen))) if text]
    if not chosen:
        findings.append(f"{build}: compile_commands.json names no source of this tree")
    tree.finish("tidy", findings, f"{len(chosen)} sources")


if __name__ == "__main__":
    main()
