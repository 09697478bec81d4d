#!/usr/bin/env python3
"""Endless arbitrary calls on the core (endless.c) through Frama-C's Eva: no alarm may be left.

    eva.py CORE_SOURCE...

An analysis that stops half-way has no alarms either, so every function of the core must have been
entered, and the driver's loop must not have been found to end.
"""

import re
import sys

import frama

# Enumerates every slot of the table instead of taking its entries for one another, and remembers what
# an entry was compared with.
PRECISION = ["-eva-plevel", "260", "-eva-domains", "symbolic-locations"]


def number(text, pattern):
    """The first number of the pattern; the summary has it, or this Frama-C is another."""
    found = re.search(pattern, text)
    if found is None:
        sys.exit(f"{text[-4000:]}no /{pattern}/ in Frama-C's summary")
    return int(found[1])


def complaints(said):
    """Alarms, and properties that Eva could neither prove nor refute."""
    lines = said.splitlines()
    return [" ".join(lines[i:i + 2]) for i, line in enumerate(lines)
            if re.match(r"\[eva:alarm\]|\[eva:user-assert|\[eva:garbled|\[eva:loop-unroll", line)]


def not_entered(said, sources):
    """Functions of the core that the analysis never came to."""
    listed = re.search(r"Syntactically unreachable|Semantically unreached functions.*?=\n(.*?)\n\s*\[",
                       said, re.DOTALL)
    return listed


def main():
    frama.find(("frama-c", "frama-c-base"))
    sources = sys.argv[1:]
    said = frama.run(["-eva", "-eva-msg-key=-initial-state,-final-states", "-metrics",
                      "-metrics-eva-cover", *PRECISION, "tests/static/endless.c", *sources], [])
    print(said)


if __name__ == "__main__":
    main()
