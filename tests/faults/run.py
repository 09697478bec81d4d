#!/usr/bin/env python3
"""Puts faults into running servers, one after the other, and counts what comes of them.

Each boot takes a batch of faults (sites.py) and says what came of each (injector.c). A machine that is not well
again after a fault is ended, and the next boot goes on with the next fault. A fault depends on --seed and its
number alone, and time in the guest is made of instructions: `--seed S --first N --faults 1` puts that one again.
"""

import argparse
import collections
import os
import selectors
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "guest"), os.path.join(HERE, "..", "..", "tools")]

import recording  # noqa: E402
import run as guest_run  # noqa: E402
import sites  # noqa: E402

MAGIC, VICTIMS_MAX = 0x746c7566, 9  # fault.h
FILE_NAME = "opt/parley.faults"
# Of which servers so many of 100 faults are; the others are only looked after. A new server: here and in faults.conf.
WEIGHTS = {"tty": 28, "clock": 19, "names": 16, "files": 12, "memory": 14, "store": 10, "supervisor": 1}
OTHERS = ("store-2", "supervisor-2")
PANICKED = 101 * 2 + 1  # panic=off, through QEMU's isa-debug-exit
SILENT_SECONDS = 180  # without a word of a guest: its kernel hangs. A fault takes milliseconds

Result = collections.namedtuple(
    "Result", "server kind number reached death answered us fresh clean others told wrong line error")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--faults", type=int, default=2500, help="how many (2500)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first (0)")
    parser.add_argument("--batch", type=int, default=2000, help="faults a boot, at most (2000)")
    parser.add_argument("--server", action="append", help="only into this one")
    parser.add_argument("--kind", action="append", help="only of this kind")
    parser.add_argument("--log", help="a line a fault goes to this file, so that a campaign may be made in parts")
    parser.add_argument("--count", action="append", metavar="LOG", help="no faults: the tables of these logs together")
    parser.add_argument("--show", action="store_true", help="print each fault and what came of it")
    guest_run.add_machine_arguments(parser)
    arguments = parser.parse_args()
    arguments.icount = True
    arguments.append = " ".join(filter(None, ["inject=on", "panic=off", arguments.append]))
    return arguments


# ---- One boot ----------------------------------------------------------------------------------------------


class Campaign:
    def __init__(self, arguments):
        self.arguments = arguments
        self.suite = guest_run.read_suite(os.path.join(HERE, "faults.conf"))
        files = {line.split()[1]: line.split()[0] for line in self.suite}
        self.order = [*WEIGHTS, *OTHERS]
        programs = {name: os.path.join(arguments.build, files[name]) for name in self.order}
        weights = {name: WEIGHTS[name] for name in arguments.server or WEIGHTS}
        kinds = {kind: sites.KINDS[kind] for kind in arguments.kind} if arguments.kind else None
        self.faults = sites.Faults(arguments.seed, weights, programs, self.order, kinds)
        self.results, self.failures, self.boots, self.damage = [], [], 0, None
        self.next, self.end = arguments.first, arguments.first + arguments.faults

    def header(self, count):
        packed = struct.pack("<3I", MAGIC, count, len(self.order))
        for i in range(VICTIMS_MAX):
            name = self.order[i] if i < len(self.order) else ""
            first, length = self.faults.programs[name].constant_range() if name else (0, 0)
            packed += struct.pack("<16s2I", name.encode(), first, length)
        return packed

    def write_batch(self, path):
        count = min(self.arguments.batch, self.end - self.next)
        chosen = [self.faults.pack(number) for number in range(self.next, self.next + count)]
        with open(path, "wb") as file:
            file.write(self.header(count) + b"".join(packed for _, _, packed in chosen))
        return {self.next + i: (server, kind) for i, (server, kind, _) in enumerate(chosen)}

    def command(self, batch, terminal, said):
        command = guest_run.qemu_command(self.arguments, self.suite)
        command[command.index("stdio")] = f"file:{terminal}"
        return command + ["-fw_cfg", f"name={FILE_NAME},file={batch}", "-debugcon", said]

    def boot(self, folder):
        batch, terminal = os.path.join(folder, "batch.bin"), os.path.join(folder, "terminal.txt")
        chosen = self.write_batch(batch)
        command = self.command(batch, terminal, "stdio")
        began, known = self.next, len(self.results)
        self.boots += 1
        self.damage = None
        ending = self.listen(command, chosen)
        ending = self.damage or ending
        self.write_log(self.results[known:])
        if ending in ("end done", "end not well") and self.next > began:
            return
        with open(terminal, encoding="utf-8", errors="replace") as file:
            last = file.read().splitlines()[-50:]
        self.failures.append((self.next, ending))
        self.write_log([("failure", self.next, ending)])
        print("\n".join(["---- last lines of the guest", *last, "----",
                         f"{ending}, at {self.faults.describe(self.next)}"]), flush=True)
        self.record(self.command(batch, terminal, "file:said.txt"), folder)
        if self.next == began and ending.startswith("end "):
            sys.exit("not ok - no machine can be begun with")
        self.next += 1

    def listen(self, command, chosen):
        """Takes the guest's lines until it ends; returns how it did."""
        ending = "the machine ended without a word"
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process, selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            pending = b""
            while True:
                if not selector.select(SILENT_SECONDS):
                    process.kill()
                    return "the kernel hangs"
                got = os.read(process.stdout.fileno(), 65536)
                if not got:
                    break
                *lines, pending = (pending + got).split(b"\n")
                for line in lines:
                    ending = self.take(line.decode("utf-8", "replace").strip(), chosen) or ending
            status = process.wait()
        return "the kernel panicked" if status == PANICKED else ending

    def take(self, line, chosen):
        words = line.split()
        if words[:1] == ["fault"] and len(words) == 13:
            number = int(words[1])
            numbers = [w if i == 1 else int(w) for i, w in enumerate(words[2:])]
            self.results.append(Result(*chosen[number], number, *numbers))
            self.next = number + 1
            if self.arguments.show:
                print(f"{self.faults.describe(number)}\n    {line}")
            return None
        if words[:1] == ["memory"] and words[1] != words[2]:
            self.damage = f"memory was lost: {words[1]} bytes were free, then {words[2]}"
        if words[:1] == ["damage"]:
            self.damage = f"damage: text or constants of {' '.join(words[1:])} have changed"
        if words[:1] != ["end"] and self.arguments.show:
            print(f"guest: {line}")
        return line if words[:1] == ["end"] else None

    def write_log(self, lines):
        """At each boot's end, so that what was done is known, whatever ends the campaign."""
        if not self.arguments.log:
            return
        with open(self.arguments.log, "a", encoding="utf-8") as log:
            log.writelines(" ".join(str(word).replace(" ", "_") for word in line) + "\n" for line in lines)

    def read_logs(self, names):
        for name in names:
            with open(name, encoding="utf-8") as log:
                for words in map(str.split, log):
                    if words[0] == "failure":
                        self.failures.append((int(words[1]), words[2].replace("_", " ")))
                    else:
                        numbers = [word if i == 2 else int(word) for i, word in enumerate(words[2:])]
                        self.results.append(Result(words[0], words[1].replace("_", " "), *numbers))

    def record(self, command, folder):
        if not self.arguments.recording:
            return
        where = os.path.join(self.arguments.recording, f"seed-{self.arguments.seed}-fault-{self.next}")
        said, _ = recording.record_again(where, command, self.arguments.build, guest_run.RECORDING_SECONDS,
                                         seed=self.arguments.seed, fault=self.next)
        print(said, flush=True)

    def run(self):
        shown = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            while self.next < self.end:
                self.boot(folder)
                if time.monotonic() - shown > 10:
                    shown = time.monotonic()
                    print(f"{self.next - self.arguments.first} faults of {self.arguments.faults}: {closing(self)}",
                          flush=True)


# ---- Counting ----------------------------------------------------------------------------------------------

COLUMNS = ("injected", "activated", "no effect", "crashes", "hangs", "recovered", "told", "silent", "lost", "others",
           "median us")


def is_crash(r):
    return r.death in "ce"


def is_hang(r):
    return r.death == "h" or r.death == "-" and not r.answered


def count(results):
    reached = [r for r in results if r.reached == 1]
    times = [r.us for r in results if r.death != "-" and r.us]
    return {
        "injected": len(results),
        "activated": len(reached),
        "no effect": sum(r.death == "-" and r.answered and not r.told and not r.wrong for r in reached),
        "crashes": sum(map(is_crash, results)),
        "hangs": sum(map(is_hang, results)),
        "recovered": sum((is_crash(r) or is_hang(r)) and r.fresh and r.clean for r in results),
        "told": sum(r.told > 0 for r in results),
        "silent": sum(r.wrong > 0 for r in results),
        "lost": sum(not r.answered for r in results),
        "others": sum(r.others > 0 for r in results),
        "median us": int(statistics.median(times)) if times else 0,
    }


def closing(campaign):
    c = count(campaign.results)
    return (f"{c['injected']} injected, {c['activated']} activated, {c['crashes']} crashes, {c['hangs']} hangs, "
            f"{c['recovered']} recovered, {len(campaign.failures)} kernel failures, "
            f"median recovery {c['median us']} us")


def print_table(title, results, key):
    groups = collections.defaultdict(list)
    for r in results:
        groups[key(r)].append(r)
    print(f"{title:22}" + "".join(f"{name:>11}" for name in COLUMNS))
    for name in sorted(groups) + ["all"]:
        c = count(groups[name] if name != "all" else results)
        print(f"{name:22}" + "".join(f"{c[column]:>11}" for column in COLUMNS))
    print()


def complaints(campaign):
    found = [f"{how} (fault {number})" for number, how in campaign.failures]
    found += [f"fault {r.number}: not reached, and all the same something happened: {r}" for r in campaign.results
              if r.reached == 0 and (r.death != "-" or not r.answered or r.wrong or r.told)]
    found += [f"fault {r.number}: a server did not come back: {r}" for r in campaign.results if not r.fresh]
    ill = [r for r in campaign.results if r.fresh and not r.clean]
    if len(ill) > max(2, len(campaign.results) // 200):
        found.append(f"{len(ill)} times all were back and not well: faults {' '.join(str(r.number) for r in ill[:20])}")
    return found


def print_ill(campaign):
    """After which faults the machine had to be begun again: what a restart did not heal."""
    for r in campaign.results:
        if not r.clean:
            what = f"fault {r.number}: {r.server}, {r.kind}" if campaign.arguments.count \
                else campaign.faults.describe(r.number)
            print(f"not healed by a restart: {what}")


def main():
    arguments = parse_arguments()
    campaign = Campaign(arguments)
    began = time.monotonic()
    if arguments.count:
        campaign.read_logs(arguments.count)
    else:
        campaign.run()
    seconds = time.monotonic() - began
    print_table("server", campaign.results, lambda r: r.server)
    print_table("kind", campaign.results, lambda r: r.kind)
    print_ill(campaign)
    found = complaints(campaign)
    print("\n".join(found[:20]))
    if not arguments.count:
        print(f"seed {arguments.seed}, faults from {arguments.first} on, {campaign.boots} boots, {seconds:.1f} s")
    print(f"faults: {closing(campaign)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
