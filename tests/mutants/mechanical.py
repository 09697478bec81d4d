#!/usr/bin/env python3
"""Mechanical mutants of the core and of the validation before it: each comparison negated, each
statement left out (operators.py).

    mechanical.py BUILD              all; the survivors must be those of survivors.txt
    mechanical.py BUILD ipc/queue.c  of these files only
    mechanical.py BUILD --new        prints survivors that survivors.txt does not have, as it has them

A survivor that is not in survivors.txt is a failure: write the test that kills it, or, where no
test can, the reason. One in survivors.txt that is killed or no longer there is a failure, too.
"""

import argparse
import collections
import concurrent.futures
import filecmp
import glob
import os
import shutil
import sys

import killers
import operators
import survivors

HERE = os.path.dirname(os.path.abspath(__file__))
SURVIVORS = os.path.join(HERE, "survivors.txt")

VALIDATION = ["kernel/call.c", "kernel/message.c", "kernel/memory.c", "kernel/module_line.c"]

# What is asked of a mutant, up to the first that fails: test, arguments, seconds of processor until
# it counts as hung. The checker stops at the first violation, so it comes before the unit tests,
# which all run.
OF_THE_CORE = [("model-3", killers.QUICK[:1], 20), ("unit-core", [], 20),
               ("unit-core-soak", [], 20), ("model-3", killers.QUICK[1:], 20),
               ("unit-core-sanitized", [], 60), ("model-3", killers.SLOW, 240)]
# The invariants are asked after every step of all of these; what they should refuse is in unit-core.
OF_THE_INVARIANTS = [("unit-core", [], 40), ("model-3", killers.QUICK, 40),
                     ("unit-core-sanitized", [], 120)]

SAME = "the same code"
FLAGS = ["-O2"]  # finds more that are the same


def all_mutants(paths, scratch):
    """Pairs (key, mutant): the key says file, function, kind and text, but no line."""
    for path in paths:
        with open(os.path.join(killers.ROOT, path), encoding="utf-8") as file:
            text = file.read()
        seen = collections.Counter()
        for number, change in enumerate(operators.changes(text)):
            key = f"{path} {change.function}: {change.kind}: {change.shown(text)}"
            seen[key] += 1
            if seen[key] > 1:
                key += f" ({seen[key]})"
            folder = os.path.join(scratch, f"{os.path.basename(path)}-{number}")
            yield key, killers.Mutant(key, path, change.applied(text), folder, FLAGS)


class Campaign:
    def __init__(self, build):
        self.scratch = os.path.join(build, "tests", "mutants", "mechanical")
        programs = killers.load(build, [killers.sanitized(build)])
        self.programs = {p.name: p for p in programs}
        self.plain = {}

    def order(self, path):
        """Triples (test, arguments, seconds)."""
        if path == "ipc/invariants.c":
            order = OF_THE_INVARIANTS
        elif path.startswith("ipc/"):
            order = OF_THE_CORE
        else:
            order = [(p.name, [], p.seconds) for p in self.programs.values()
                     if path in p.commands]
        return [(self.programs[name], arguments, seconds) for name, arguments, seconds in order]

    def asked(self, paths):
        """The tests that any mutant of these files is asked, in the order of speed."""
        asked = {program for path in paths for program, _, _ in self.order(path)}
        return [program for program in self.programs.values() if program in asked]

    def unchanged(self, path):
        """The object of the unchanged file, compiled as the mutants are for their first test."""
        if path not in self.plain:
            with open(os.path.join(killers.ROOT, path), encoding="utf-8") as file:
                text = file.read()
            folder = os.path.join(self.scratch, "plain-" + os.path.basename(path))
            mutant = killers.Mutant("", path, text, folder, FLAGS)
            self.plain[path], said = mutant.object(self.order(path)[0][0])
            if said:
                sys.exit(said)
        return self.plain[path]

    def judge(self, mutant):
        """Who killed it: a test, the compiler, that it is the same code; None for a survivor."""
        order = self.order(mutant.path)
        obj, _ = mutant.object(order[0][0])
        if obj is None:
            return "the compiler"
        if filecmp.cmp(obj, self.unchanged(mutant.path), False):
            return SAME
        for program, arguments, seconds in order:
            path, _ = mutant.executable(program)
            if path is None:
                return "the compiler"
            if killers.judge(program, path, arguments, seconds).killed:
                return program.name
        return None

    def one(self, pair):
        key, mutant = pair
        try:
            return key, self.judge(mutant)
        finally:
            shutil.rmtree(mutant.folder, ignore_errors=True)

    def run(self, mutants):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for number, (key, killer) in enumerate(pool.map(self.one, mutants)):
                if killer is None:
                    print(f"survived: {key}")
                if number % 100 == 99:
                    print(f"{number + 1} done", file=sys.stderr)
                sys.stdout.flush()
                yield key, killer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--new", action="store_true")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_intermixed_args()
    every = sorted(os.path.relpath(p, killers.ROOT) for p in glob.glob(f"{killers.ROOT}/ipc/*.c"))
    every += VALIDATION
    paths = options.paths or every
    campaign = Campaign(os.path.abspath(options.build))
    for path in paths:
        campaign.unchanged(path)
    failed = killers.baseline(campaign.asked(paths), False)
    if failed:
        sys.exit(f"mutants: without any mutant these fail already: {' '.join(failed)}")

    counts, survived, keys = collections.Counter(), [], set()
    for key, killer in campaign.run(all_mutants(paths, campaign.scratch)):
        keys.add(key)
        counts[killer] += 1
        if killer is None:
            survived.append(key)
    shutil.rmtree(campaign.scratch, ignore_errors=True)
    reasons = survivors.read(SURVIVORS)
    if options.new:
        print("\n".join(key for key in survived if key not in reasons))
        return 0
    wrong = survivors.compare(survived, reasons, keys, paths == every,
                              os.path.relpath(SURVIVORS, killers.ROOT))
    for name in sorted(name for name in counts if name):
        print(f"{name}: {counts[name]}")
    print(f"mechanical: {len(keys)} mutants, {len(keys) - len(survived) - counts[SAME]} killed, "
          f"{counts[SAME]} the same code, {len(survived)} survived, {wrong} unexplained")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
