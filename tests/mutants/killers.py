"""Building mutants and running tests against them.

A Program is one of the tests that may kill: all its objects are there, built by the build itself,
and its compile commands are in compile_commands.json. A mutant costs one compilation and one link.
"""

import functools
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUTPUT = "the-output"
WALL_SECONDS = 900  # only so that one that sleeps for ever ends; what loops has its own limit

# What the checker of three processes is asked first: most faults, in a second.
QUICK = ["rendezvous", "tickets", "generations", "rights"]
# Each search of model-3 that is neither quick nor long.
SLOW = ["everywhere", "events", "selects", "kernel", "select"]


class Program:
    """A test: how its parts are compiled and linked, how it is run."""

    def __init__(self, name, seconds, linked, target=None):
        self.name, self.target = name, target or f"mutants-{name}"
        self.seconds = seconds  # of processor: a mutant that takes more hangs
        self.linked = linked
        self.commands = {}  # source, below the root: (folder, words, object)

    def objects(self):
        return {source: obj for source, (_, _, obj) in self.commands.items()}

    @functools.lru_cache
    def link_command(self):
        """The linker's own command for the unchanged test: to start clang first takes longer."""
        compiler = next(iter(self.commands.values()))[1][0]
        words = [compiler, "-###", "-o", OUTPUT, *self.objects().values(), *self.linked]
        ran = subprocess.run(words, capture_output=True, check=True, text=True)
        return shlex.split(ran.stderr.splitlines()[-1])

    def link(self, output, changed, obj):
        """Links with `obj` in the place of the object of the source `changed`."""
        places = {OUTPUT: output, self.objects()[changed]: obj}
        return run([places.get(word, word) for word in self.link_command()])

    def unchanged(self):
        """The test as the build made it."""
        some = next(iter(self.objects().values()))
        return os.path.join(some.split("/CMakeFiles/")[0], self.target)

    def run(self, path, arguments, seconds):
        """(status, what it said)."""
        return run([path, *arguments], seconds)


class Guest(Program):
    """A suite in ring 3, on a kernel with another object: for faults that only a machine shows."""

    def __init__(self, suite, build, target="arch_x86", options=()):
        super().__init__(f"guest-{suite}", 30, [], target)
        self.options = options
        self.build = build
        self.suite = os.path.join(ROOT, "tests", "guest", "suites", suite + ".conf")

    @functools.lru_cache
    def link_command(self):
        ran = subprocess.run(["ninja", "-C", self.build, "-t", "commands", "-s", "kernel/parley"],
                             capture_output=True, check=True, text=True)
        linker = ran.stdout.splitlines()[-1].split(" && ")[1]
        return [self.absolute(word) for word in shlex.split(linker)]

    def absolute(self, word):
        """Of the files that are named from the build folder."""
        if word == "kernel/parley":
            return OUTPUT
        return os.path.join(self.build, word) if re.search(r"[.][oa]$", word) else word

    def unchanged(self):
        return os.path.join(self.build, "kernel", "parley")

    def run(self, path, arguments, seconds):
        judge = os.path.join(ROOT, "tests", "guest", "run.py")
        return run([sys.executable, judge, "--icount", "--build", self.build, "--kernel", path,
                    "--timeout", str(4 * seconds), *self.options, self.suite],
                   seconds)  # the timeout is by the clock: others work here, too


def sanitized(build):
    """unit-core as people run it: what reads outside of the table fails. Slow, so the last resort."""
    host = os.path.join(build, "arch-host", "libarch_host.a")
    return Program("unit-core-sanitized", 120, ["-fsanitize=address,undefined", host, "-lcmocka"],
                   "unit-core")


def all_programs(build):
    """In the order of speed. The guests are for what no other one holds."""
    cmocka = ["-lcmocka"]
    programs = [Program(f"unit-kernel-{part}", 20, cmocka)
                for part in ("call", "message", "memory", "module_line", "elf", "schedule", "irq",
                             "timer", "death", "handover")]
    return programs + [Program("unit-arch-multiboot", 20, cmocka), Program("unit-core", 40, cmocka),
                       Program("unit-core-soak", 40, cmocka), Program("model-3", 300, [], "model-3"),
                       Guest("rendezvous", build), Guest("space", build, "kernel_objects"),
                       Guest("memory", build, "kernel_objects", ("--memory", "24"))]


def load(build, others=()):
    """The programs, in the order of speed, and the others."""
    programs = [*all_programs(build), *others]
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    for entry in entries:
        for program in programs:
            if f"/{program.target}.dir/" in entry["command"] and entry["file"].endswith(".c"):
                words = shlex.split(entry["command"])
                obj = os.path.join(entry["directory"], words[words.index("-o") + 1])
                source = os.path.relpath(entry["file"], ROOT)
                program.commands[source] = (entry["directory"], words, obj)
    for guest in (p for p in programs if isinstance(p, Guest)):
        guest.commands = {source: command for source, command in guest.commands.items()
                          if not any(source in p.commands for p in programs if not isinstance(p, Guest))}
    missing = [p.name for p in programs if not p.commands or
               not all(os.path.exists(obj) for obj in p.objects().values())]
    if missing:
        raise SystemExit(f"mutants: not built: {' '.join(missing)} (Debian package libcmocka-dev, "
                         "then ./parley test mutants)")
    return programs


def run(words, seconds=60, folder=None):
    """(status, what it said). Status is None when it took too long."""
    limits = 'ulimit -c 0; ulimit -t "$0"; exec "$@"'
    try:
        ran = subprocess.run(["sh", "-c", limits, str(seconds), *words], capture_output=True,
                             cwd=folder, timeout=WALL_SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None, ""
    said = (ran.stdout + ran.stderr).decode("utf-8", "replace")
    return (None if ran.returncode in (-24, 152) else ran.returncode), said


class Mutant:
    """One file's text, changed; compiled and linked in a folder of its own as it is needed."""

    def __init__(self, name, path, text, folder, flags=()):
        self.name, self.path, self.text, self.folder = name, path, text, folder
        self.flags = list(flags)
        self.compiled, self.linked = {}, {}

    def object(self, program):
        """What its file compiles to for this test, or None; and what the compiler said."""
        if program.name not in self.compiled:
            self.compiled[program.name] = self.compile(program)
        return self.compiled[program.name]

    def executable(self, program):
        """Its path, or None; and what the compiler said."""
        if program.name not in self.linked:
            obj, said = self.object(program)
            self.linked[program.name] = self.link(program, obj) if obj else (None, said)
        return self.linked[program.name]

    def write(self):
        """The path of its text."""
        os.makedirs(self.folder, exist_ok=True)
        source = os.path.join(self.folder, os.path.basename(self.path))
        with open(source, "w", encoding="utf-8") as file:
            file.write(self.text)
        return source

    def command(self, program, source, obj):
        _, words, _ = program.commands[self.path]
        return [*words[:words.index("-o")], "-w", "-g0", *self.flags, "-iquote",
                os.path.dirname(os.path.join(ROOT, self.path)), "-o", obj, "-c", source]

    def compile(self, program):
        source, obj = self.write(), os.path.join(self.folder, program.name + ".o")
        folder = program.commands[self.path][0]
        status, said = run(self.command(program, source, obj), folder=folder)
        return (obj, "") if status == 0 else (None, said)

    def link(self, program, obj):
        executable = os.path.join(self.folder, program.name)
        status, said = program.link(executable, self.path, obj)
        return (executable, "") if status == 0 else (None, said)


def compile_together(program, mutants):
    """Mutants of one file in one process, since a compiler takes longer to start than to compile.
    Those that it did not compile are compiled again when they are needed, and say why."""
    folder = program.commands[mutants[0].path][0]
    sources = [mutant.write() for mutant in mutants]
    words = mutants[0].command(program, sources[0], OUTPUT)
    ran = subprocess.run([words[0], "-###", *words[1:]], capture_output=True, cwd=folder,
                         check=True, text=True)
    words = shlex.split(ran.stderr.splitlines()[-1])
    left_out = ("-o", OUTPUT, sources[0])
    run([*(word for word in words if word not in left_out), *sources], folder=folder)
    for mutant, source in zip(mutants, sources):
        obj = source[:-1] + "o"  # what the compiler proper calls it
        if os.path.exists(obj):
            mutant.compiled[program.name] = obj, ""


class Verdict:
    """What one program said of one mutant."""

    def __init__(self, program, killed, case="", why=""):
        self.program, self.killed, self.case, self.why = program, killed, case, why

    def __str__(self):
        return self.program.name + (f"/{self.case}" if self.case else "")


def judge(program, path, arguments=(), seconds=None):
    """Runs a test, with these arguments or all of it: killed is whether it failed."""
    seconds = seconds or program.seconds
    status, said = program.run(path, arguments, seconds)
    if status == 0:
        return Verdict(program, False)
    if status is None:
        return Verdict(program, True, why=f"hung: more than {seconds} s of processor")
    failed = re.findall(r"^\[  FAILED  \] (\w+)$", said, re.MULTILINE)
    return Verdict(program, True, failed[0] if failed else "")


def baseline(programs, quick):
    """Every test must pass before any mutant is judged; the names of those that do not."""
    def fails(program):
        arguments = QUICK if quick and program.name == "model-3" else ()
        return judge(program, program.unchanged(), arguments).killed
    return [program.name for program in programs if fails(program)]
