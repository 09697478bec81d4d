"""The image on every machine of machines.py: the prompt comes, commands answer, the screen shows it. A line a machine,
and at the end their count: `matrix: N passed, N failed`. `./parley test --matrix` calls it."""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from machines import MACHINES
from parley_machine import PROMPT, ROOT, Failure, boot, check, machine

BOUND = 180  # seconds: a firmware on a busy computer
WINDOW = 896  # MB of physical memory that the kernel gives away
BIOS_TAKES, UEFI_TAKES = 1, 40  # MB at most
PROMPT_LAST = rf"^{PROMPT.rstrip()}\Z"


def check_memory(text, guest_machine):
    """Whether `mem` says that all memory is there but what the firmware takes."""
    size = guest_machine.megabytes()
    least = min(size, WINDOW) - (UEFI_TAKES if guest_machine.uefi else BIOS_TAKES)
    found = re.search(r"^free (\d+) kB of (\d+) kB$", text, re.MULTILINE)
    check(found, f"mem printed:\n{text}")
    free, total = map(int, found.groups())
    check(0 < free < total <= size * 1024, f"mem says {total} kB, {free} kB free, of a machine with {size} MB")
    check(total >= least * 1024, f"mem says {total} kB of a machine with {size} MB")


def session(guest, entry, guest_machine):
    """By what the machine has: commands on the serial line, keys, the answers there and on the screen."""
    keys = entry.keyboard and entry.screen
    if entry.serial:
        if entry.clear:
            guest.command("clear")
        check_memory(guest.command("mem"), guest_machine)
        typed = "greet keyboard" if keys else "greet serial"
        (guest.keys if keys else guest.type)(typed + ("\n" if keys else "\r"))
        guest.expect(rf"^Hello, {typed.split()[1]}! You are visitor 1\.$")
        guest.prompt()
    elif not keys:
        guest.expect_seen(r" tty: neither keyboard controller nor serial port: only the firmware's legacy emulation")
        return
    else:
        guest.keys("clear\nmem\n")
        check_memory(guest.expect_seen(rf"^free .*\n{PROMPT_LAST}"), guest_machine)
        typed = "greet keyboard"
        guest.keys(typed + "\n")
    if entry.screen:
        guest.expect_seen(rf"^{PROMPT}{typed}\nHello, {typed.split()[1]}! You are visitor 1\.\n{PROMPT_LAST}")


def visit(build, name, pictures):
    """Boots the machine and does all that; returns the seconds to the prompt."""
    entry = MACHINES[name]
    with tempfile.TemporaryDirectory(prefix="parley-image-") as folder:
        guest_machine = entry.machine(build, folder)
        begin = time.monotonic()
        with boot(guest_machine, entry.serial, prompt=False, kind=entry.kind()) as guest:
            try:
                if entry.serial:
                    guest.prompt(BOUND)
                else:
                    guest.expect_seen(PROMPT_LAST, BOUND)
                seconds = time.monotonic() - begin
                if entry.also:
                    entry.also(guest)
                session(guest, entry, guest_machine)
            finally:
                if pictures and entry.screen and guest.process.poll() is None:
                    keep_picture(guest, pictures / f"{name}.png")
            if entry.serial:
                guest.power_off()
            elif entry.keyboard:
                guest.keys("poweroff\n")
                check(guest.status() == 0, "poweroff by keys: the status is not 0")
    return seconds


def keep_picture(guest, file):
    guest.take_picture(file)
    subprocess.run(["optipng", "-quiet", "-o2", file], check=True)


def judge(build, name, pictures):
    """Its line, and what a failure says in full (None: it passed)."""
    what = f"{name:16} {MACHINES[name].what:45}"
    try:
        return f"{what} prompt after {visit(build, name, pictures):4.1f} s  passed", None
    except (Failure, machine.Unavailable, subprocess.CalledProcessError, OSError) as failure:
        text = str(failure)
        return f"{what} failed: {text.splitlines()[0]}", text


def rows():
    """docs/machines.md's rows."""
    for name, entry in MACHINES.items():
        yield f"| `{name}` | {entry.what} | {f'`{entry.words()}`' if entry.words() else ''} |"


def check_page():
    """Whether docs/machines.md has each machine's row, and no other."""
    page = ROOT / "docs" / "machines.md"
    text = page.read_text()
    there = [line.rpartition(" | ")[0] + " |" for line in text.splitlines() if line.startswith("| `")]
    wrong = [f"missing: {row}" for row in rows() if row not in there]
    wrong += [f"no machine's: {row}" for row in there if row not in rows()]
    for line in wrong:
        print(f"docs/machines.md: {line}")
    return 1 if wrong else 0


def run(options):
    if options.pictures:
        options.pictures = options.pictures.resolve()
        options.pictures.mkdir(parents=True, exist_ok=True)
    failures = {}
    names = options.names or list(MACHINES)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        try:
            results = [pool.submit(judge, options.build.resolve(), name, options.pictures) for name in names]
            for name, result in zip(names, results):
                line, failure = result.result()
                print(line, flush=True)
                if failure:
                    failures[name] = failure
        finally:
            pool.shutdown(cancel_futures=True)
    for name, text in failures.items():
        print(f"\n{name}: {text}")
    print(f"matrix: {len(names) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "check")
    parser.add_argument("--jobs", type=int, default=2, help="machines at a time (2)")
    parser.add_argument("--pictures", type=pathlib.Path, help="keep each screen there, NAME.png")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these machines")
    parser.add_argument("--rows", action="store_true", help="print docs/machines.md's rows, without results, and end")
    parser.add_argument("--check-page", action="store_true", help="only compare docs/machines.md with the machines")
    options = parser.parse_args()
    if options.rows:
        print(*rows(), sep="\n")
        return 0
    if options.check_page:
        return check_page()
    for name in options.names:
        if name not in MACHINES:
            parser.error(f"no machine '{name}'; there are: {' '.join(MACHINES)}")
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
