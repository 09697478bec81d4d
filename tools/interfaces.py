#!/usr/bin/env python3
"""Whether docs/changes.md tells what became of the interfaces that programs rely on.

    tools/interfaces.py            says whether its newest entry is about the interfaces as they are
    tools/interfaces.py --hash     prints their hash, for a new entry

The interfaces are ipc/include/abi, libc/include and servers/protocols, without comments and white space. An entry is a
row `| VERSION | HASH | what changed |` of the page's table, the newest first.
"""

import argparse
import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = "docs/changes.md"
ROW = re.compile(r"^\| (\d+) \| `([0-9a-f]{16})` \| (.*\S) \|$", re.M)
PROSE = re.compile(r'^\s*(about|summary)\s*=\s*("""(?:.|\n)*?"""|"[^"\n]*")|\b(about)\s*=\s*"[^"\n]*"', re.M)


def plain(path, text):
    """What counts of a file."""
    if path.suffix == ".h":
        text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    else:
        text = re.sub(r"^\s*#.*$", "", PROSE.sub("", text), flags=re.M)
    return " ".join(text.split())


def interface_hash(root):
    digest = hashlib.sha256()
    paths = [path for folder, kind in (("ipc/include/abi", "*.h"), ("libc/include", "*.h"), ("servers/protocols", "*.toml"))
             for path in sorted((root / folder).rglob(kind))]  # fmt: skip
    if len(paths) < 3:
        sys.exit(f"{root}: where are the interfaces?")
    for path in paths:
        digest.update(f"{path.relative_to(root)}\0{plain(path, path.read_text(encoding='utf-8'))}\0".encode())
    return digest.hexdigest()[:16]


def problem(root):
    """What is wrong, or None."""
    header = (root / "ipc/include/abi/version.h").read_text(encoding="utf-8")
    version = int(re.search(r"^#define ABI_VERSION +(\d+)$", header, re.M)[1])
    rows = [(int(number), hashed) for number, hashed, _ in ROW.findall((root / PAGE).read_text(encoding="utf-8"))]
    now = interface_hash(root)
    if not rows:
        return f"{PAGE} has no entry"
    if rows[0][1] != now:
        return (f"the interfaces are not those of {PAGE}'s newest entry: their hash is {now}. Write a new entry with it, first in the "
                "table; and raise ABI_VERSION (ipc/include/abi/version.h) if a program that was built before could go wrong")
    if rows[0][0] != version:
        return f"{PAGE}'s newest entry is for version {rows[0][0]}, and ipc/include/abi/version.h says {version}"
    if rows != sorted(rows, key=lambda row: -row[0]):
        return f"{PAGE}: versions go down from the newest"
    hashes = [hashed for _, hashed in rows]
    if len(set(hashes)) != len(hashes):
        return f"{PAGE}: two entries are about the same interfaces"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hash", action="store_true", help="print the hash of the interfaces as they are")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=ROOT, help="another tree")
    options = parser.parse_args()
    if options.hash:
        print(interface_hash(options.root))
        return
    wrong = problem(options.root)
    if wrong:
        sys.exit(wrong)
    print(f"{PAGE}: as the interfaces are")


if __name__ == "__main__":
    main()
