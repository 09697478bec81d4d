#!/usr/bin/env python3
"""Counts the benchmark's rows a second time, from outside.

QEMU writes down each instruction that it executes (-singlestep -d exec) of the kernel and at the places where the
benchmark enters and leaves it. What the kernel executed between two such places, with the gates' instructions,
must be what the benchmark said in the same run.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import bench  # noqa: E402
import bench_page  # noqa: E402
import machine  # noqa: E402

SECONDS = 300
PC = re.compile(r"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")

INT, SYSENTER, OUT, READING = "int    0x94", "sysenter", "out    dx,al", "rdtsc"
BY_INT = ("rt36_box_int", "rt36_pointer_int", "rt36_straddle_int", "rt36_box_pointer_int", "rt36_pointer_box_int",
          "null_badcall", "null_echo", "system_time")  # fmt: skip


def places(program, function, text):
    """The address of that instruction in that function, and of the next one."""
    answer = subprocess.run(["objdump", "-d", "-M", "intel", "--no-show-raw-insn", str(program)],
                            capture_output=True, text=True, check=True)  # fmt: skip
    body = answer.stdout.partition(f"<{function}>:")[2]
    found = re.findall(r"^\s*([0-9a-f]+):\s+(.*?)\s*$", body, re.M)
    for (address, instruction), (behind, _) in zip(found, found[1:]):
        if instruction.startswith(text):
            return int(address, 16), int(behind, 16)
    raise bench.Failure(f"{program}: no {text} in {function}")


def kernel_text(build):
    answer = subprocess.run(["objdump", "-h", str(machine.kernel_symbols(build))], capture_output=True, text=True, check=True)
    size, start = re.search(r"\.text +([0-9a-f]+) +([0-9a-f]+)", answer.stdout).groups()
    return int(start, 16), int(start, 16) + int(size, 16)


def trace(build, row, text, marks):
    """The kernel's instructions between marks: pairs (mark, how many followed it), and what the guest said."""
    ranges = [f"{text[0]:#x}..{text[1]:#x}", *(f"{mark:#x}+1" for mark in marks)]
    with tempfile.TemporaryDirectory(prefix="parley-trace-") as folder:
        log = pathlib.Path(folder, "log")
        extra = (*bench.COUNTED, "-singlestep", "-d", "exec,nochain", "-D", str(log), "-dfilter", ",".join(ranges))
        options = argparse.Namespace(build=build, append="")
        said = bench.boot(options, extra, f"--machine --off {row}")
        steps = []
        with open(log) as lines:
            for match in filter(None, map(PC.match, lines)):
                pc = int(match[1], 16)
                if text[0] <= pc < text[1]:
                    if steps:
                        steps[-1][1] += 1
                else:
                    steps.append([pc, 0])
    return steps, bench.figures(said)


def between(steps, first, last, times=1):
    """What the kernel executed from each `first` to the `times`-th `last` behind it."""
    found, count, left = [], 0, 0
    for mark, behind in steps:
        if left and mark == last:
            left -= 1
            if left == 0:
                found.append(count)
        if mark == first and left == 0:
            count, left = 0, times
        count += behind
    return found


def expected(build):
    """row -> (program, marks from, to, times, instructions of the gates in ring 3)."""
    client, server = build / "servers" / "bench", build / "servers" / "bench-server"
    call, behind = places(client, "window_int", INT)
    enter, entered = places(client, "window_sysenter", SYSENTER)
    out, _ = places(server, "window_out", OUT)
    _, driver = places(server, "window_int", INT)
    reading, _ = places(client, "counter_read", READING)
    rows = {row: (call, behind, 1, 2 if row.startswith("rt36") else 1) for row in BY_INT}
    rows["rt36_box_sysenter"] = (enter, entered, 1, 2 + bench_page.GATES_OWN["rt36_box_sysenter"])
    rows["rt36_send_receive"] = (call, call, 2, 4)
    for row in ("irq_to_driver", "irq_to_driver_pointer", "irq_to_driver_receive"):
        rows[row] = (out, driver, 1, 0)
    rows["tick"] = (reading, reading, 1, 0)
    return rows


def check(build, row, where, text):
    first, last, times, gates = where
    steps, figures = trace(build, row, text, {first, last})
    traced = [count + gates for count in between(steps, first, last, times) if count]
    if row == "tick":
        traced = traced[-12:]
    counted = figures[row][0]
    least = min(traced, default=None)
    print(f"{row:24} counted {counted}, traced {least}" + ("" if least == counted else "  WRONG"))
    return least == counted


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("rows", nargs="*", metavar="ROW")
    options = parser.parse_args()
    build = options.build.resolve()
    bench.SECONDS = SECONDS
    try:
        rows, text = expected(build), kernel_text(build)
        good = [check(build, row, rows[row], text) for row in options.rows or rows]
    except (bench.Failure, machine.Unavailable) as problem:
        print(f"bench-trace: {problem}", file=sys.stderr)
        return 1
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
