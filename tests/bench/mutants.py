#!/usr/bin/env python3
"""Faults put into the common rendezvous on purpose; the benchmark must fail on each.

    mutants.py --build BUILD            every file of mutants/
    mutants.py --build BUILD NAME...    only these

A mutant is a file as tests/mutants has them (fault.py). A line 'by: SUITE' names the suite of the guest that must
fail where the benchmark can't see it; 'survives: WHY' argues that nothing can. The kernel is built from a copy of the tree; the benchmark and the
suites are those of BUILD.
"""

import argparse
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MUTANTS = pathlib.Path(__file__).resolve().parent / "mutants"
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "mutants")]

import bench  # noqa: E402
import fault  # noqa: E402
import machine  # noqa: E402
from fault import Misfit  # noqa: E402

SECONDS = 90  # the quick run takes three, alone on the machine


@dataclasses.dataclass
class Mutant:
    name: str
    path: str
    hunks: list
    suite: str
    survives: str


def read(path):
    said = {"by:": "", "survives:": ""}
    lines = []
    for line in path.read_text().splitlines():
        key, _, rest = line.partition(" ")
        if key in said:
            said[key] = rest
        else:
            lines.append(line)
    try:
        return Mutant(path.stem, *fault.parse(lines), said["by:"], said["survives:"])
    except Misfit as misfit:
        raise Misfit(f"{path.name} {misfit}") from misfit


def applied(mutant):
    """The file's text with the fault in it."""
    return fault.mutate((ROOT / mutant.path).read_text(), mutant.hunks)


class Copy:
    """A copy of the tree with a build folder of its own."""

    def __init__(self, build):
        self.build = build
        self.tree = build / "tests" / "bench" / "mutants-tree"
        self.built = self.tree / "build" / "check"
        shutil.rmtree(self.tree, ignore_errors=True)
        for part in ("CMakeLists.txt", "CMakePresets.json", "toolchain.cmake"):
            self.tree.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, self.tree)
        for part in ("arch", "ipc", "iso", "kernel", "libc", "servers", "tests", "tools"):
            shutil.copytree(ROOT / part, self.tree / part)
        self.run("cmake", "--preset", "check")

    def run(self, *words):
        ran = subprocess.run(words, cwd=self.tree, capture_output=True, text=True)
        if ran.returncode:
            raise Misfit(f"{' '.join(words)}:\n{(ran.stdout + ran.stderr)[-2000:]}")

    def build_kernel(self):
        self.run("cmake", "--build", str(self.built), "--target", "kernel")
        for program in (self.build / "boot").iterdir():
            link = self.built / "boot" / program.name
            if program.name != "parley" and not link.exists():
                link.symlink_to(program)


def complaint(text):
    """Its one line that says most."""
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    telling = [line for line in lines if "panic" in line.lower() or " WRONG" in line or "not measured" in line]
    return re.sub(r"^\[ *[\d.]+\] (bench: )?(# )?", "", (telling or lines or ["nothing"])[0])[:110]


def what_bench_says(build, table):
    """Why the benchmark fails; "" when it does not."""
    options = types.SimpleNamespace(build=build, append="", no_wall=True)
    try:
        bench.boot(options, bench.COUNTED, "--machine --off --checks")
        return "; ".join(bench.growth(table, bench.measure(options)[0])[:1])
    except bench.Failure as failure:
        return complaint(failure)


def suite_fails(build, suite):
    ran = subprocess.run([sys.executable, ROOT / "tests/guest/run.py", "--build", build, "--timeout", "60", ROOT / suite],
                         capture_output=True)  # fmt: skip
    return ran.returncode != 0


def verdict(copy, mutant, table):
    """(as it should be, line)."""
    target = copy.tree / mutant.path
    clean = target.read_text()
    try:
        target.write_text(applied(mutant))
        copy.build_kernel()
        why = what_bench_says(copy.built, table)
        if why and mutant.survives:
            return False, f"KILLED though it is said to survive: {why}"
        if why:
            return True, f"killed: {why}"
        if mutant.suite and suite_fails(copy.built, mutant.suite):
            return True, f"killed by {mutant.suite}"
        return bool(mutant.survives), f"SURVIVED {mutant.survives}"
    except Misfit as misfit:
        return False, f"FAILED: {misfit}"
    finally:
        target.write_text(clean)


def campaign(build, names):
    bench.SECONDS = SECONDS
    table = bench.read_table()
    copy = Copy(build)
    copy.build_kernel()
    wrong = what_bench_says(copy.built, table)
    if wrong:
        sys.exit(f"bench-mutants: without any mutant the benchmark fails already: {wrong}")
    killed = survived = failed = 0
    for name in names:
        good, line = verdict(copy, read(MUTANTS / f"{name}.mutant"), table)
        print(f"{name:40} {line}", flush=True)
        failed += not good
        killed += line.startswith("killed")
        survived += line.startswith("SURVIVED")
    print(f"mutants of the common rendezvous: {len(names)}, killed {killed}, survived {survived}")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in MUTANTS.glob("*.mutant"))
    try:
        return campaign(options.build.resolve(), names)
    except (Misfit, machine.Unavailable) as problem:
        print(f"bench-mutants: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
