"""The benchmark from the workstation: boots it, compares its figures with the committed ones, draws.

The guest's `bench` (servers/bench) measures; docs/performance.txt holds what was measured last, a line a
figure: NAME VALUE GOAL. Under -icount every figure is exact and comes again, so that one instruction more is
seen. Called by ./parley bench, and by the tests bench-counts and bench-docs.
"""

import argparse
import dataclasses
import pathlib
import re
import subprocess
import sys

import bench_page
import bench_path
import machine
import translations

TABLE = machine.ROOT / "docs" / "performance.txt"
CROWD = 201
SECONDS = 120
FLAT = 8  # a curve's highest point may be so much above its lowest
COUNTED = ("-icount", "shift=0,sleep=off")
LINE = re.compile(r"\[ *\d+\.\d+\] bench: (.*)")  # how the kernel's log shows a line of the guest's
FIGURE = re.compile(r"([\w.]+) (\d+) (instructions|nanoseconds)")
UPDATE = "run ./parley bench --update"


class Failure(Exception):
    """What went wrong, for the reader."""


class TookTooLong(Failure):
    """The guest had not come to its end after SECONDS."""


# ---- The guest -----------------------------------------------------------------------------------


def modules(arguments):
    """The crowd and the benchmark's lines of modules.conf. One of the crowd is there before the client, so that
    no number of a slot that matters is 0, which is what memory holds that nobody wrote."""
    lines = [line for line in machine.default_modules() if line.split()[1].startswith("bench")]
    client, *helpers = lines
    crowd = [f"boot/bench-server b{i} start=demand priority=7 identity=user heap=4K stack=4K"
             for i in range(CROWD)]  # fmt: skip
    first = crowd.pop().replace(" start=demand", "") + " -- sleep"
    return (first, client.replace(" start=demand", "") + " -- " + arguments, *helpers, *crowd)


def boot(options, extra, arguments="--machine --off"):
    """What the guest's benchmark printed, as lines."""
    guest = machine.Machine(build=options.build, boot="quick", command_line=options.append,
                            modules=modules(arguments), extra=extra)  # fmt: skip
    console = ["-monitor", "none", "-serial", "stdio", "-serial", "null", "-no-reboot"]
    process = machine.start(guest.arguments(console), cwd=options.build, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        raise TookTooLong(f"the guest hangs; it last said\n{last_lines(late.output)}") from late
    finally:
        machine.end(process)
    status = machine.guest_status(process.returncode)
    said = [match[1] for match in map(LINE.match, output.decode(errors="replace").splitlines()) if match]
    wrong = [line[2:] for line in said if line.startswith("# ") and " WRONG" in line]
    if wrong:
        raise Failure("\n".join(wrong))
    if status != 0:
        raise Failure(f"the guest ended with status {status}; it last said\n{last_lines(output)}")
    return said


def last_lines(output):
    return b"\n".join((output or b"").splitlines()[-30:]).decode(errors="replace")


def figures(lines):
    """name -> (value, unit). A median is kept only where it is not what the least is."""
    found = {match[1]: (int(match[2]), match[3]) for match in map(FIGURE.fullmatch, lines) if match}
    if not found:
        raise Failure("the guest printed no figure; it said\n" + "\n".join(lines[-30:]))
    return {name: figure for name, figure in found.items()
            if not name.endswith(".median") or found[name.removesuffix(".median")] != figure}  # fmt: skip


def measure(options):
    """All figures, and what could not be measured."""
    lines = boot(options, COUNTED)
    result = figures(lines)
    result.pop("rt36_wall", None)  # under -icount time is made of instructions
    if not options.no_wall:
        result["rt36_wall"] = figures(boot(options, ()))["rt36_wall"]
    return result, [line[2:] for line in lines if line.startswith("# ")]


# ---- The committed table -------------------------------------------------------------------------


@dataclasses.dataclass
class Entry:
    value: int | None  # None: not measured yet
    goal: int | None


def number(word):
    return None if word == "-" else int(word)


def read_table():
    rows = (line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#"))
    return {name: Entry(number(value), number(goal)) for name, value, goal in rows}


def write_table(table, measured):
    """Keeps comments, goals and their order."""
    head = [line for line in TABLE.read_text().splitlines() if line.startswith("#")]
    rows = []
    names = [name for name in measured if name != "rt36_wall"]
    for name in names + [name for name, entry in table.items() if name not in measured and entry.goal]:
        value = str(measured[name][0]) if name in measured else "-"
        goal = table[name].goal if name in table else None
        rows.append(f"{name:32} {value:>6} {goal or '-':>6}")
    TABLE.write_text("\n".join(head + rows) + "\n")


def growth(table, measured):
    """What must not be, a line each."""
    result = []
    for name, entry in table.items():
        if entry.value is None or name.endswith(".median") and name not in measured:
            continue
        if name not in measured:
            result.append(f"{name} was not measured; it was {entry.value}")
        elif measured[name][0] > entry.value:
            result.append(f"{name} grew from {entry.value} to {measured[name][0]}")
    for name, (value, _) in measured.items():
        least = name.removesuffix(".median")
        if name.startswith("rt36") and name not in table and least != name and \
                least in table and value > (table[least].value or value):
            result.append(f"{least}'s median is {value}; it was the least, {table[least].value}")
    for name in bench_page.CURVES:
        values = [value for _, value in bench_page.curve(measured, name)]
        if not values or max(values) > min(values) + FLAT:
            result.append(f"the curve of {name}_N is not flat: {values}")
    return result


def staleness(table, measured):
    """Where the table is not what was measured though nothing grew, a line each."""
    result = []
    for name, (value, _) in measured.items():
        entry = table.get(name)
        if name == "rt36_wall":
            continue
        if entry is None or entry.value is None:
            result.append(f"{name} is {value}, and not in the table: {UPDATE}")
        elif value < entry.value:
            result.append(f"{name} shrank from {entry.value} to {value}: {UPDATE}")
    return result + [f"{name} is in the table and is the least by now: {UPDATE}"
                     for name in table if name.endswith(".median") and name not in measured]  # fmt: skip


# ---- What is shown -------------------------------------------------------------------------------


def print_table(table, measured):
    print(f"{'':32} {'now':>6} {'was':>6} {'goal':>6}")
    for name, (value, unit) in measured.items():
        entry = table.get(name, Entry(None, None))
        was = "-" if entry.value is None else entry.value
        note = "" if unit == "instructions" else unit
        if entry.goal is not None and value > entry.goal:
            note = f"above its goal by {value - entry.goal}"
        print(f"{name:32} {value:>6} {was:>6} {entry.goal or '-':>6}  {note}".rstrip())


def parse():
    parser = argparse.ArgumentParser(prog="./parley bench")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--append", default="")
    for switch in ("--machine", "--update", "--check-docs", "--no-wall"):
        parser.add_argument(switch, action="store_true")
    options = parser.parse_args()
    options.build = options.build.resolve()
    return options


def goals_of(table):
    return {name: entry.goal for name, entry in table.items()}


def update(options, table, measured):
    write_table(table, measured)
    bench_page.update(measured, goals_of(table), options.build)


def draw_beside(options, measured):
    """The picture for people; tests need none."""
    try:
        bench_page.draw(measured, options.build / bench_page.PICTURE)
    except bench_page.Failure as missing:
        print(f"./parley bench: {missing}", file=sys.stderr)


def run(options):
    table = read_table()
    measured, unmeasured = measure(options)
    if options.check_docs:
        complaints = staleness(table, measured) + bench_page.problems(measured, goals_of(table), options.build)
        print("\n".join(complaints + [f"bench-docs: {UPDATE}"] if complaints else ["bench-docs: as measured"]))
        return 1 if complaints else 0
    if options.machine:
        for name, (value, unit) in measured.items():
            print(name, value, unit)
    else:
        print_table(table, measured)
        print("\n".join(unmeasured))
    if options.update:
        update(options, table, measured)
        return 0
    if not options.no_wall:
        draw_beside(options, measured)
    if options.append:
        return 0  # another kernel than the table's
    complaints = growth(table, measured)
    print("\n".join(complaints + staleness(table, measured)), file=sys.stderr)
    return 1 if complaints else 0


def main():
    try:
        return run(parse())
    except (Failure, bench_page.Failure, bench_path.Failure, machine.Unavailable, translations.Refused) as failure:
        print(f"./parley bench: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
