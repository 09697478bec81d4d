#!/usr/bin/env python3
"""Faults put into the assembly of calls, interrupts and ticks on purpose; something must fail on each.

    mutants.py --build BUILD            every file of mutants/
    mutants.py --build BUILD NAME...    only these

A mutant is a file as tests/mutants has them (fault.py). It is booted in the ways of WAYS, up to the first that
fails; a line 'by: WAY' names the one to begin with. Those that nothing can see stand in survivors.txt, each with
the reason: one that is not there, or is and gets killed, fails the run.

A mutant costs an assembly and a link: the kernel's C is compiled to one object at the beginning. The modules are
those of BUILD.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import pathlib
import re
import resource
import shlex
import shutil
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "mutants")]

import bench  # noqa: E402
import fault  # noqa: E402
import killers  # noqa: E402
import machine  # noqa: E402
import survivors  # noqa: E402
from fault import Misfit  # noqa: E402

MUTANTS = HERE / "mutants"
SURVIVORS = HERE / "survivors.txt"
SECONDS = 40  # of processor: the longest takes ten. Under -icount a guest that waits for nothing runs, too.
WALL_SECONDS = 900  # says nothing of a mutant: the workstation had no time for it
WORKERS = 2

# What a mutant is booted with, in this order: a suite of tests/guest and run.py's options. The benchmark sees what
# only takes longer. In all of them time is made of instructions, so that a slow workstation changes nothing.
WAYS = {
    "rendezvous": ("rendezvous", "--icount"),
    "bench": None,
    "sysenter": ("rendezvous", "--icount", "--arguments=-- sysenter"),
    "max": ("rendezvous", "--icount", "--cpu", "max"),
    "hostile": ("hostile", "--icount"),
}


@dataclasses.dataclass
class Mutant:
    name: str
    path: str
    text: str
    by: str


def read(name):
    lines = (MUTANTS / f"{name}.mutant").read_text().splitlines()
    by = [line[4:] for line in lines if line.startswith("by: ")]
    try:
        if any(way not in WAYS for way in by):
            raise Misfit(f"there is no way {by[0]}")
        path, hunks = fault.parse([line for line in lines if not line.startswith("by: ")])
        return Mutant(name, path, fault.mutate((ROOT / path).read_text(), hunks), by[0] if by else "")
    except Misfit as misfit:
        raise Misfit(f"{misfit}; mend tests/bench/mutants/{name}.mutant") from misfit


# ---- A kernel ------------------------------------------------------------------------------------------


def run(words, folder=None):
    status, said = killers.run([str(word) for word in words], folder=folder)
    if status != 0:
        raise Misfit(f"{pathlib.Path(words[0]).name}: {said[-1500:]}")


class Linker:
    """Links kernels that differ in the assembly alone."""

    def __init__(self, build, scratch):
        self.build = build
        self.assembler = {}  # name of a source: (command before its last option, object in the build)
        for entry in json.loads((build / "compile_commands.json").read_text()):
            source = pathlib.Path(entry["file"])
            if source.parent == ROOT / "arch" / "x86" and source.suffix == ".asm":
                words = [word for word in shlex.split(entry["command"]) if word not in ("-g", "-F", "dwarf")]
                at = words.index("-o")
                self.assembler[source.name] = words[:at], str(build / words[at + 1])
        words = killers.Guest("rendezvous", str(build)).link_command()
        whole = scratch / "whole"
        run([whole if word == killers.OUTPUT else word for word in words] + ["--save-temps"])
        assembled = [word for word in words if word.endswith(".asm.o")]
        self.command = [word for word in words if not re.search(r"[.](o|a)$", word)]
        self.command += [*assembled, f"{whole}.lto.o"]

    def link(self, folder, path="", text=""):
        """The kernel with this text in this file's place; all assembly that could include it is new."""
        if path:
            (folder / pathlib.Path(path).name).write_text(text)
        places = {killers.OUTPUT: str(folder / "boot" / "parley")}
        for name, (words, built) in self.assembler.items():
            places[built] = str(folder / (name + ".o"))
            own = folder / name if (folder / name).exists() else ROOT / "arch" / "x86" / name
            run([words[0], f"-I{folder}", *words[1:], "-o", places[built], own], self.build)
        run([places.get(word, word) for word in self.command])


def boot_folder(build, folder):
    """What boots there is what boots in the build, but for the kernel."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "boot").mkdir(parents=True)
    for program in (build / "boot").iterdir():
        if program.name != "parley":
            (folder / "boot" / program.name).symlink_to(program)


# ---- What notices ----------------------------------------------------------------------------------------


def complaint(said):
    """Its one line that says most."""
    lines = [re.sub(r"^\[ *[\d.]+\] ((bench|judge): )?(# )?", "", line.strip()) for line in said.splitlines()]
    telling = [line for line in lines if re.search(r"panic: |^not ok| WRONG|not measured|^no plan", line)]
    return (telling or [line for line in lines if line] or ["nothing"])[0][:110]


def undecided(way):
    return Misfit(f"{way}: neither at its end nor at {SECONDS} s of processor after {WALL_SECONDS} s: run it again")


def start_limited(arguments, **options):
    process = machine.start(arguments, **options)
    resource.prlimit(process.pid, resource.RLIMIT_CPU, (SECONDS, SECONDS))
    return process


def bench_says(folder, table):
    options = types.SimpleNamespace(build=folder, append="", no_wall=True)
    try:
        bench.boot(options, bench.COUNTED, "--machine --off --checks")
        return "; ".join(bench.growth(table, bench.measure(options)[0])[:1])
    except bench.TookTooLong as late:
        raise undecided("bench") from late
    except bench.Failure as failure:
        return complaint(str(failure))


def suite_says(folder, suite, *options):
    judge = ROOT / "tests" / "guest" / "run.py"
    words = [sys.executable, judge, "--build", folder, "--first", "--timeout", WALL_SECONDS, *options,
             ROOT / "tests" / "guest" / "suites" / f"{suite}.conf"]
    status, said = killers.run([str(word) for word in words], SECONDS)
    if status is None or re.search(r"^it hangs$", said, re.MULTILINE):
        raise undecided(suite)
    return "" if status == 0 else complaint(said)


def says(way, folder, table):
    """Why it fails; "" when it does not."""
    return suite_says(folder, *WAYS[way]) if WAYS[way] else bench_says(folder, table)


# ---- The campaign ------------------------------------------------------------------------------------------


def processor_seconds():
    """What all that this program has started and seen the end of took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Campaign:
    def __init__(self, build):
        self.build, self.table = build, bench.read_table()
        self.scratch = build / "tests" / "bench" / "mutants"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        self.linker = Linker(build, self.scratch)

    def one(self, name):
        """(name, the way that it fails and why, or "", why there is no such kernel, or "")."""
        folder = self.scratch / (name or "unchanged")
        try:
            mutant = read(name)
            boot_folder(self.build, folder)
            self.linker.link(folder, mutant.path, mutant.text)
            for way in sorted(WAYS, key=lambda way: way != mutant.by):
                why = says(way, folder, self.table)
                if why:
                    return name, f"{way}: {why}", ""
            return name, "", ""
        except Misfit as misfit:
            return name, "", str(misfit)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def unchanged(self):
        """What fails already without any mutant."""
        folder = self.scratch / "unchanged"
        boot_folder(self.build, folder)
        self.linker.link(folder)
        failing = []
        for way in WAYS:
            before = processor_seconds()
            why = says(way, folder, self.table)
            took = processor_seconds() - before
            failing += [f"{way}: {why}"] if why else []
            if took > SECONDS / 2:
                raise Misfit(f"{way} takes {took:.0f} s of processor here: SECONDS is for a faster machine")
        return failing

    def run(self, names, every):
        reasons = survivors.read(SURVIVORS)
        wrong = killed = 0
        survived = []
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for name, why, misfit in pool.map(self.one, names):
                print(f"{name:44} {misfit and 'FAILED: ' + misfit or why or 'survives'}", flush=True)
                wrong += bool(misfit)
                killed += bool(why)
                survived += [name] if not why and not misfit else []
        wrong += survivors.compare(survived, reasons, set(names), every, SURVIVORS.relative_to(ROOT))
        print(f"mutants: {len(names)} of the assembly, killed {killed}, survived {len(survived)}")
        return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    bench.SECONDS = WALL_SECONDS
    bench.machine = types.SimpleNamespace(**{**vars(machine), "start": start_limited})
    names = options.names or sorted(path.stem for path in MUTANTS.glob("*.mutant"))
    try:
        campaign = Campaign(options.build.resolve())
        already = campaign.unchanged()
        if already:
            sys.exit(f"bench-mutants: without any mutant these fail already: {'; '.join(already)}")
        return campaign.run(names, not options.names)
    except (Misfit, machine.Unavailable) as problem:
        print(f"bench-mutants: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
