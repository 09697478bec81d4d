"""The benchmark from the workstation: boots it, compares its figures with the committed ones, draws.

The guest's `bench` (servers/bench) measures; docs/performance.txt holds what was measured last, a line a
figure: NAME VALUE GOAL. Under -icount every figure is exact and comes again, so that one instruction more is
seen. Called by ./parley bench, and by the test bench-counts.
"""

import argparse
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys

import bench_path
import machine

TABLE = machine.ROOT / "docs" / "performance.txt"
PICTURE = machine.ROOT / "docs" / "images" / "bench-load.png"
CROWD = 200
SECONDS = 120
COUNTED = ("-icount", "shift=0,sleep=off")
LINE = re.compile(r"\[ *\d+\.\d+\] bench: (.*)")  # how the kernel's log shows a line of the guest's
FIGURE = re.compile(r"([\w.]+) (\d+) (instructions|nanoseconds)")


class Failure(Exception):
    """What went wrong, for the reader."""


# ---- The guest -----------------------------------------------------------------------------------


def modules(arguments):
    """The benchmark's lines of modules.conf, the first started at boot, and the crowd."""
    lines = [line for line in machine.default_modules() if line.split()[1].startswith("bench")]
    client, *helpers = lines
    crowd = [f"boot/bench-server b{i} start=demand priority=7 identity=user heap=4K stack=4K"
             for i in range(CROWD)]  # fmt: skip
    return (client.replace(" start=demand", "") + " -- " + arguments, *helpers, *crowd)


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
        raise Failure(f"the guest hangs; it last said\n{last_lines(late.output)}") from late
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


def differences(table, measured, exact):
    """Complaints, a line each."""
    result = []
    for name, entry in table.items():
        if entry.value is None:
            continue
        if name not in measured:
            if not name.endswith(".median"):
                result.append(f"{name} was not measured; it was {entry.value}")
        elif measured[name][0] > entry.value:
            result.append(f"{name} grew from {entry.value} to {measured[name][0]}")
        elif exact and measured[name][0] < entry.value:
            result.append(f"{name} is {measured[name][0]}, and {entry.value} in the table: run ./parley bench --update")
    unknown = [name for name in measured if name != "rt36_wall" and
               (name not in table or table[name].value is None)]  # fmt: skip
    if exact:
        result += [f"{name} is not in the table: run ./parley bench --update" for name in unknown]
        result += [f"{name} is in the table and no longer differs: run ./parley bench --update"
                   for name in table if name.endswith(".median") and name not in measured]  # fmt: skip
    return result


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


def curve(measured, start):
    found = ((re.fullmatch(start + r"_(\d+)", name), value) for name, (value, _) in measured.items())
    return [(int(match[1]), value) for match, value in found if match]


PLOT = """
set terminal pngcairo size 900,480 font "sans,12"
set output "{path}"
set title "What a crowd costs"
set xlabel "processes that live, or senders that wait already"
set ylabel "instructions"
set xrange [0:205]
set yrange [0:{top}]
set grid
set key inside center right
$LOAD << END
{load}
END
$QUEUE << END
{queue}
END
plot $QUEUE with linespoints lw 2 pt 7 title "request that queues behind so many, until the next process runs", \\
     $LOAD with linespoints lw 2 pt 5 title "round trip of 36 bytes among so many processes"
"""


def draw(measured, path):
    load, queue = curve(measured, "load"), curve(measured, "enqueue")
    if not shutil.which("gnuplot"):
        print("parley: no picture: gnuplot is missing (Debian package gnuplot-nox)", file=sys.stderr)
        return
    text = PLOT.format(path=path, top=max(value for _, value in load + queue) * 1.2,
                       load="\n".join(f"{x} {y}" for x, y in load),
                       queue="\n".join(f"{x} {y}" for x, y in queue))  # fmt: skip
    subprocess.run(["gnuplot"], input=text, text=True, check=True)


def parse():
    parser = argparse.ArgumentParser(prog="./parley bench")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--append", default="")
    for switch in ("--machine", "--update", "--exact", "--no-wall"):
        parser.add_argument(switch, action="store_true")
    options = parser.parse_args()
    options.build = options.build.resolve()
    return options


def run(options):
    table = read_table()
    measured, unmeasured = measure(options)
    if options.machine:
        for name, (value, unit) in measured.items():
            print(name, value, unit)
    else:
        print_table(table, measured)
        print("\n".join(unmeasured))
    if options.update:
        write_table(table, measured)
        draw(measured, PICTURE)
        bench_path.update(options.build)
        return 0
    draw(measured, options.build / "bench-load.png")
    complaints = differences(table, measured, options.exact)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def main():
    try:
        return run(parse())
    except (Failure, bench_path.Failure, machine.Unavailable) as failure:
        print(f"./parley bench: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
