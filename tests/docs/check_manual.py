#!/usr/bin/env python3
"""Lets mandoc judge the manual's pages for a workstation: check_manual.py BUILD."""

import glob
import os
import shutil
import subprocess
import sys

IGNORED = "missing date"  # a page has the version, no date: the same sources make the same page


def main():
    pages = sorted(glob.glob(os.path.join(sys.argv[1], "man/man[123]/*")))
    if not pages:
        sys.exit(f"no page below {sys.argv[1]}/man: build the target manual")
    if not shutil.which("mandoc"):
        sys.exit("mandoc is missing: install the Debian package mandoc")
    said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], stdout=subprocess.PIPE, text=True, check=False)
    wrong = [line for line in said.stdout.splitlines() if IGNORED not in line]
    print("\n".join([*wrong, f"manual: {len(pages)} pages for man, {len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
