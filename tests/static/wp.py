#!/usr/bin/env python3
"""Contracts of leaves (wp/*.c) proven for every input with Frama-C's WP: no goal may be left.

    wp.py [--root TREE] [--seconds N] [NAME...]    NAME: a file of wp/, without .c; all of them when none is named

Each file of wp/ includes a source and says what its functions promise; the functions with a contract
there are proven, and that nothing in them is undefined behaviour. Smoke tests ask that no contract is
true only because what it asks for cannot be.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

import frama

MACHINE = {"paging": "arch/x86/include"}  # whose <machine/context.h>, where not the host's
OPTIONS = ["-wp", "-wp-rte", "-wp-prover", "z3,cvc4", "-wp-cache", "none", "-wp-par", "2",
           "-wp-smoke-tests", "-wp-no-smoke-dead-code", "-wp-no-smoke-dead-local-init",
           "-wp-smoke-timeout", "1"]


def functions(path):
    """Those that the file gives a contract."""
    with open(path, encoding="ascii") as source:
        found = re.findall(r"\*/\n(?:static )?[\w *]*?\b(\w+)\([^;{]*\);", source.read())
    return found or sys.exit(f"{path}: no function with a contract")


def prove(name, root, seconds, config):
    """(goals proven, goals, complaints) of one file."""
    path = os.path.join(root, "tests", "static", "wp", f"{name}.c")
    wanted = functions(path)
    said = frama.run([*OPTIONS, "-wp-timeout", str(seconds), "-wp-fct", ",".join(wanted),
                      os.path.relpath(path, root)], root,
                     MACHINE.get(name, "arch/host/include"), {"WHY3CONFIG": config})
    found = re.search(r"Proved goals: +(\d+) / (\d+)", said)
    if found is None:
        sys.exit(f"{said[-4000:]}{path}: WP does not say how many goals it proved")
    wrong = [f"{name}.c: {goal}" for goal in re.findall(r"\[(?:Failed|Doomed|Timeout|Unknown)\].*", said)]
    wrong += [f"{name}.c: {function} has no code to prove" for function in wanted
              if f"annotating function {function}\n" not in said]
    proven, goals = int(found[1]), int(found[2])
    if proven != goals and not wrong:
        wrong = [said[-4000:]]
    return proven, goals, wrong


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=frama.ROOT, help="the tree whose sources are proven")
    parser.add_argument("--seconds", type=int, default=20,
                        help="for one prover at one goal; most take a tenth of one")
    parser.add_argument("names", nargs="*", metavar="NAME")
    return parser.parse_args()


def main():
    options = parse()
    frama.find(("frama-c", "frama-c-base"), ("why3", "why3"), ("z3", "z3"), ("cvc4", "cvc4"))
    names = options.names or sorted(
        os.path.basename(path)[:-2] for path in glob.glob(os.path.join(frama.HERE, "wp", "*.c")))
    proven = goals = 0
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "why3.conf")
        subprocess.run(["why3", "-C", config, "config", "detect"], check=True, capture_output=True)
        for name in names:
            some, of, complaints = prove(name, options.root, options.seconds, config)
            print(f"{name}: {some} of {of} goals")
            proven, goals, wrong = proven + some, goals + of, wrong + complaints
    print("\n".join(wrong))
    print(f"proof: {goals} goals, {proven} proven")
    return 1 if wrong or proven != goals or goals == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
