#!/usr/bin/env python3
"""Static checks: clang-tidy, with .clang-tidy's short list, over what runs on the machine.

    tidy.py BUILD_FOLDER

Each source is checked once, as it is compiled for the machine where it is compiled for several. What was found in order
is not looked at again until it, a header that it includes, its compiler's options, the list or clang-tidy itself is
another: BUILD_FOLDER/tidy/passed.json has a hash of all these for each source.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys

import tree

FOLDERS = ("arch/", "ipc/", "kernel/", "labs/", "libc/", "servers/")
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


@functools.lru_cache(maxsize=None)
def content(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


def included(build):
    """Object -> all files that went into it, as Ninja has learnt from the compiler; absolute paths."""
    answer = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True)
    files, found = [], {}
    for line in answer.stdout.splitlines():
        if line.startswith("    "):
            files.append(os.path.join(build, line.strip()))
        elif ": #deps" in line and "(VALID)" in line:
            files = found.setdefault(line.partition(":")[0], [])
        else:
            files = []
    return found


def hashes(tool, build, chosen):
    """Source -> what its check depends on; a source that is not built has none, and is always checked."""
    version = subprocess.run([tool, "--version"], capture_output=True, check=True).stdout
    objects, result = included(build), {}
    for path, entry in chosen.items():
        words = shlex.split(entry["command"])
        files = objects.get(words[words.index("-o") + 1])
        if not files:
            continue
        whole = hashlib.sha256(version + content(os.path.join(tree.ROOT, ".clang-tidy")))
        whole.update(entry["command"].encode())
        for file in sorted(files):
            whole.update(file.encode() + b"\0" + content(file))
        result[path] = whole.hexdigest()
    return result


def read_passed(place):
    try:
        with open(place) as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


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
    place, now = os.path.join(database, "passed.json"), hashes(tool, build, chosen)
    passed = read_passed(place)
    due = sorted(path for path in chosen if path not in now or passed.get(path) != now[path])
    findings = []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for paths, text in zip(batches(due), pool.map(lambda paths: check(tool, database, paths), batches(due))):
            findings += [text] if text else []
            passed.update((path, now.get(path)) for path in paths if not text)
    with open(place, "w") as file:
        json.dump({path: passed[path] for path in chosen if passed.get(path)}, file)
    if not chosen:
        findings.append(f"{build}: compile_commands.json names no source of this tree")
    tree.finish("tidy", findings, f"{len(chosen)} sources, {len(due)} of them new or changed")


if __name__ == "__main__":
    main()
