"""Replays the sessions that one page shows, on the machine that was built: page.py --build BUILD PAGE.

How a session is written: readme_transcript.py.
"""

import argparse
import pathlib
import sys

from parley_machine import Failure, check, machine
from readme_transcript import BLOCK, replay


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("page", type=pathlib.Path)
    options = parser.parse_args()
    try:
        sessions = BLOCK.findall(options.page.read_text(encoding="utf-8"))
        check(sessions, f"{options.page} shows no session: a block after <!-- transcript: quick -->")
        for how, text in sessions:
            replay(options.build.resolve(), how, text)
    except (Failure, machine.Unavailable) as failure:
        sys.exit(f"FAILED: {options.page}: {failure}")
    print(f"{options.page}: {len(sessions)} session(s) as shown")


if __name__ == "__main__":
    main()
