#!/usr/bin/env python3
"""Seeded faults: each file of seeded/ breaks one thing, and some test must fail for it.

    run.py BUILD            all faults known from other kernels and one of each class of others, each
                            against the recorded killer; against the other tests if that passes
    run.py BUILD --long     every mutant against every test that holds its file: who kills whom
    run.py BUILD --write    the same, and writes killers.txt
    run.py BUILD NAME...    only these

A mutant that no longer fits the source, or does not compile, is a failure and no kill: the short
run, too, looks whether all of them fit.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import shutil
import sys

import killers
from fault import Misfit, mutate, parse

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDED = os.path.join(HERE, "seeded")
RECORD = os.path.join(HERE, "killers.txt")
SUFFIX = ".mutant"


def read_seeded(name):
    with open(os.path.join(SEEDED, name + SUFFIX), encoding="utf-8") as file:
        return file.read().splitlines()


def read_mutant(name, scratch, flags):
    path, hunks = parse(read_seeded(name))
    source = os.path.join(killers.ROOT, path)
    if not os.path.exists(source):
        raise Misfit(f"there is no {path}")
    with open(source, encoding="utf-8") as file:
        text = file.read()
    return killers.Mutant(name, path, mutate(text, hunks), os.path.join(scratch, name), flags)


def read_record():
    record = {}
    if os.path.exists(RECORD):
        with open(RECORD, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    name, *rest = line.split()
                    record[name] = rest
    return record


def attempts(programs, recorded):
    """Pairs (program, arguments): the recorded killer first and alone, then everything."""
    for killer in recorded[:1]:
        name, _, case = killer.partition("/")
        for program in programs:
            if program.name == name:
                yield program, [case] if case and name == "unit-core" else ()
    for program in programs:
        if program.name == "model-3":
            yield program, killers.QUICK
        yield program, ()


def verdicts(mutant, programs, recorded, long):
    """What the tests say; without `long` only up to the first that kills."""
    said = []
    ways = [(p, ()) for p in programs] if long else attempts(programs, recorded)
    for program, arguments in ways:
        path, wrong = mutant.executable(program)
        if path is None:
            raise Misfit(f"does not compile:\n{wrong}")
        said.append(killers.judge(program, path, arguments))
        if said[-1].killed and not long:
            break
    return said


def class_of(name):
    """(whether other kernels had this kind of fault, its class)."""
    found = re.match("# (Known fault|Class): (.+)", read_seeded(name)[0])
    if not found:
        raise Misfit("begins neither with '# Known fault: CLASS' nor with '# Class: CLASS'")
    return found.group(1) == "Known fault", found.group(2)


def quick_ones(names):
    """All known faults, and of each other class the first by name."""
    seen = set()
    for name in names:
        known, its_class = class_of(name)
        if known or its_class not in seen:
            yield name
        seen.add(its_class)


class Campaign:
    def __init__(self, options):
        self.options = options
        self.scratch = os.path.join(options.build, "tests", "mutants", "seeded")
        self.programs = killers.load(options.build)
        self.record = read_record()

    def programs_of(self, mutant):
        return [p for p in self.programs if mutant.path in p.commands]

    def groups(self, mutants):
        """Pairs (test, mutants of one file that are asked it first)."""
        groups = collections.defaultdict(list)
        for mutant in mutants:
            programs = self.programs_of(mutant)
            recorded = [] if self.options.long else self.record.get(mutant.name, [])
            for program, _ in list(attempts(programs, recorded))[:1]:
                groups[program, mutant.path].append(mutant)
        return [(program, group) for (program, _), group in groups.items()]

    def one(self, mutant):
        """(name, verdicts or None, why not)."""
        name = mutant.name
        try:
            programs = self.programs_of(mutant)
            if not programs:
                raise Misfit(f"no test holds {mutant.path}")
            return name, verdicts(mutant, programs, self.record.get(name, []), self.options.long), ""
        except Misfit as wrong:
            return name, None, str(wrong)
        finally:
            shutil.rmtree(mutant.folder, ignore_errors=True)

    def run(self, names):
        flags = [] if self.options.long else ["-O0"]
        mutants = [read_mutant(name, self.scratch, flags) for name in names]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda group: killers.compile_together(*group), self.groups(mutants)))
            yield from pool.map(self.one, mutants)


def killers_of(said):
    return [verdict for verdict in said if verdict.killed]


def report(name, said, wrong):
    """Prints the mutant's line; whether it was killed."""
    if said is None:
        print(f"{name}: FAILED: {wrong}\n  mend tests/mutants/seeded/{name}{SUFFIX}")
        return False
    kills = killers_of(said)
    if not kills:
        tried = dict.fromkeys(str(v) for v in said)
        print(f"{name}: SURVIVED {', '.join(tried)}\n  write the test that fails for it")
        return False
    print(f"{name:46} {' '.join(map(str, kills))}" +
          "".join(f" ({v.why})" for v in kills if v.why))
    sys.stdout.flush()
    return True


def compare(record, found):
    """Who kills whom has changed: by programs, since cases move within them."""
    def programs(words):
        return sorted({word.partition("/")[0] for word in words})
    wrong = 0
    for name in sorted(set(record) | set(found)):
        old, new = programs(record.get(name, [])), programs(found.get(name, []))
        if old != new:
            wrong += 1
            print(f"killers.txt: {name}: recorded {' '.join(old) or 'nothing'}, "
                  f"found {' '.join(new) or 'nothing'}")
    if wrong:
        print("  if that is as it should be: tests/mutants/run.py BUILD --write")
    return wrong


def write_record(found):
    with open(RECORD, "w", encoding="utf-8") as file:
        file.write("# Which test kills which seeded mutant: all of them, the first one is tried first.\n"
                   "# A unit test by the first of its cases that fails. Written by run.py --write.\n")
        for name in sorted(found):
            file.write(f"{name:46} {' '.join(found[name])}\n")


def all_names():
    return sorted(f[:-len(SUFFIX)] for f in os.listdir(SEEDED) if f.endswith(SUFFIX))


def misfits_among(names):
    """Prints those that can't be made; how many. Compiles none."""
    wrong = 0
    for name in names:
        try:
            class_of(name)
            read_mutant(name, "", [])
        except Misfit as misfit:
            report(name, None, str(misfit))
            wrong += 1
    return wrong


def check_record(options, record, names, found):
    """How much killers.txt is wrong, or, with --write, 0 after it was written."""
    if options.write:
        write_record({**{n: r for n, r in record.items() if n in all_names()}, **found})
        return 0
    if options.names:
        return 0
    if options.long:
        return compare(record, found)
    unrecorded = [n for n in names if n not in record]
    for name in unrecorded:
        print(f"killers.txt: {name} is not in it: tests/mutants/run.py BUILD --write")
    return len(unrecorded)


def conclude(options, every, killed, survived):
    """The closing line. The long test runs beside the short one, whose mutants it counts apart, so
    that all of them add up."""
    if not options.long or options.names:
        print(f"mutants: {len(killed) + len(survived)}, "
              f"killed {len(killed)}, survived {len(survived)}")
        return
    quick = set(quick_ones(every))
    beside = [n for n in killed + survived if n not in quick]
    print(f"who kills whom: {len(killed) + len(survived)}, "
          f"killed {len(killed)}, survived {len(survived)}; but for those of the short run:")
    print(f"mutants: {len(beside)}, killed {len([n for n in beside if n in killed])}, "
          f"survived {len([n for n in beside if n in survived])}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    options.build = os.path.abspath(options.build)
    options.long = options.long or options.write
    every = all_names()
    misfits = misfits_among(options.names or every)
    if misfits:
        sys.exit(f"mutants: {misfits} could not be made")

    campaign = Campaign(options)
    names = options.names or (every if options.long else list(quick_ones(every)))
    killed, survived, found, used = [], [], {}, set()
    for name, said, wrong in campaign.run(names):
        good = report(name, said, wrong)
        if said is None:
            misfits += 1
            continue
        (killed if good else survived).append(name)
        found[name] = [str(v) for v in killers_of(said)]
        used |= {v.program for v in said}
    failed = killers.baseline([p for p in campaign.programs if p in used], not options.long)
    if failed:
        sys.exit(f"mutants: no kill counts, without any mutant these fail: {' '.join(failed)}")
    if misfits:
        print(f"{misfits} of them do not compile")
    wrong = check_record(options, campaign.record, names, found)
    conclude(options, every, killed, survived)
    return 1 if survived or misfits or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
