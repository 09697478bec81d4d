"""What the checks here share: which files there are, and how a check ends."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def git_listing():
    try:
        git = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True)
    except FileNotFoundError:
        return None
    return git.stdout.decode() if git.returncode == 0 else None


def tracked():
    """Paths below the root: what git tracks, or in a tree without git everything but build/."""
    listing = git_listing()
    if listing is not None:
        paths = listing.split("\0")
    else:
        paths = []
        for folder, subfolders, names in os.walk(ROOT):
            subfolders[:] = [s for s in subfolders if s not in ("build", ".git", "__pycache__")]
            paths += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return sorted(path for path in paths if path and os.path.isfile(os.path.join(ROOT, path)))


def generated(build):
    """Paths of the sources and headers that the build made from servers/protocols."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(build, "generated"))
             for name in names if name.endswith((".c", ".h"))]
    if not found:
        sys.exit(f"{build}/generated: nothing was made from servers/protocols: build first")
    return sorted(found)


def read(path):
    """The file's text, or None where it is not text."""
    with open(os.path.join(ROOT, path), "rb") as file:
        data = file.read()
    return None if b"\0" in data else data.decode("utf-8", "replace")


def finish(name, findings, checked):
    """Prints the findings and exits: 0 when there are none."""
    for finding in findings:
        print(finding)
    print(f"{name}: {checked}, {len(findings)} wrong")
    sys.exit(1 if findings else 0)
