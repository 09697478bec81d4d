#!/usr/bin/env python3
"""Tests ./parley grade itself, with hand-ins for labs 1 and 2 that no grader should stumble over.

    grader.py --build BUILD
"""

import argparse
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "mutants")]

import fault  # noqa: E402
import grade  # noqa: E402
import grade_run  # noqa: E402

ANSWER = (ROOT / "labs/answers/2-queue/queue.c").read_text(encoding="utf-8")
TRAP = ROOT / "labs/answers/1-trap"
FULL, LOST, UNUSABLE = 0, 1, 2

HIDDEN_TABLE = """
[[check]]
name = "pairs"
points = 3
says = "two senders of two priorities"

[[check]]
name = "strict"
points = 2
says = "no answer passes this"
"""
HIDDEN_CHECKS = """
#include "lab.h"
#include "queue.h"
#include "unit/core/harness.h"

unsigned priority_of(unsigned slot)
{
    return 9 - slot;
}

static void pairs(void)
{
    setup(NULL);
    unsigned server = spawn(), first = spawn(), second = spawn();
    send_to(first, server, 0);
    send_to(second, server, 0);
    receive_name(server, ANY, 0);
    EXPECT(message_at(IN(server))->m_source == endpoint_of(second), "the first was served first");
}

static void strict(void)
{
    lab_fail("expected the impossible");
}

const struct lab_check lab_checks[] = {{"pairs", pairs}, {"strict", strict}, {NULL, NULL}};
"""


def begins_with(code):
    """The answer, but a change of priority begins with this: 7 of 10 points do not need it."""
    head = "void ipc_queue_priority_changed(struct ipc_table *t, unsigned owner, unsigned slot)\n{\n"
    return "#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n" + fault.replace_once(ANSWER, head, head + code)


SEVEN = "lab 2: 7 of 10 points"

# What is handed in, options, exit status, what must be printed.
CASES = [
    ("an answer", ANSWER, [], FULL, ["lab 2: 10 of 10 points", "2/2  priority"]),
    ("no C", "int main(", [], LOST, ["queue.c does not compile:", "queue.c:1:10", "lab 2: 0 of 10 points"]),
    ("a part is missing", '#include "queue.h"\n', [], LOST,
     ["does not link", "ipc_queue_append", "lab 2: 0 of 10 points"]),
    ("an endless loop", begins_with("    for (;;)\n        ;\n"), ["--time-out", "1"], LOST,
     ["it took more than 1 s of the processor", SEVEN]),
    ("a null pointer", begins_with("    *(volatile int *)NULL = 0;\n"), [], LOST, ["it crashed: ", "queue.c:", SEVEN]),
    ("out of the table", begins_with("    t->process[slot + IPC_PROCESSES].state = 0;\n"), [], LOST,
     ["it crashed: ", "at queue.c:", SEVEN]),
    ("the end of the process", begins_with('    puts("passed");\n    exit(0);\n'), [], LOST,
     ["it ended without a verdict (status 0)", SEVEN]),
    ("much text", begins_with('    for (;;)\n        puts("passed");\n'), [], LOST, ["it printed more than 1 MB", SEVEN]),
    ("what a terminal obeys", begins_with('    extern void gone(void) __asm__("\\x1b[2J");\n    gone();\n'), [], LOST,
     ["it does not link", "?[2J"]),
    ("garbage beside a right answer", begins_with('    fputs("\\xff\\x1b[2J\\n", stdout);\n'), [], FULL,
     ["lab 2: 10 of 10 points"]),
]  # fmt: skip


def complaints(what, ran, status, words):
    """`ran`: exit status, and what was printed."""
    missing = [word for word in words if word not in ran[1]]
    if ran[0] != status:
        missing.append(f"status {status}, not {ran[0]}")
    return [f"{what}: expected {', '.join(missing)}:\n{ran[1]}"] if missing else []


# What lab_call begins with, and what must be printed. Whatever it does to the machine, the grader goes on.
KILLERS = [
    ("a panic", "__builtin_trap();", "the kernel panicked: "),
    ("a triple fault", 'static const struct { uint16_t limit; uint32_t base; } none; __asm__ volatile("lidt %0; int3" :: "m"(none));',
     "the machine ended before the checks did"),
    ("a machine that halts", '__asm__ volatile("cli; hlt");', "the machine: it took more than 1 s of the processor"),
]  # fmt: skip

GUEST_TABLE = """
[[check]]
name = "two"
points = 4
says = "one and one"
"""
GUEST_JUDGE = """
#include "judge.h"

int main(void)
{
    uint32_t word = 1;
    int result;

    __asm__ volatile("int $0x60" : "=a"(result) : "a"(&word), "c"(1), "d"(1) : "memory");
    OK(result == 0 && word == 2, "two: are two");
    tap_done();
}
"""


class Grader:
    """The command's second half, without its start."""

    def __init__(self, build):
        self.build = build

    def run(self, arguments):
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            try:
                status = grade.main(["--build", self.build, *map(str, arguments)])
            except SystemExit as end:  # argparse's
                status = end.code
        return status, text.getvalue()

    def complaints(self, what, arguments, status, words):
        return complaints(what, self.run(arguments), status, words)


def check_sleeper(grader, folder):
    """The clock ends what takes no processor time; a shorter wait than a student has, so that the test is not long."""
    (folder / "queue.c").write_text(begins_with("    sleep(1000);\n"), encoding="utf-8")
    with unittest.mock.patch.object(grade_run, "CLOCK_FACTOR", 3):
        yield from grader.complaints("a long sleep", ["2", "--work", folder, "--time-out", "1"], LOST,
                                     ["it did not end within 3 s", SEVEN])


def check_hand_ins(grader, folder):
    for what, text, options, status, words in CASES:
        (folder / "queue.c").write_text(text, encoding="utf-8")
        yield from grader.complaints(what, ["2", "--work", folder, *options], status, words)


def check_in_guest(grader, folder):
    entry, call = ((TRAP / name).read_text(encoding="utf-8") for name in ("entry.asm", "lab_call.c"))
    (folder / "entry.asm").write_text(entry, encoding="utf-8")
    for what, code, word in KILLERS:
        broken = fault.replace_once(call, "    kernel_enter(process);\n", f"    {code}\n")
        (folder / "lab_call.c").write_text(broken, encoding="utf-8")
        yield from grader.complaints(what, ["1", "--work", folder, "--time-out", "1"], LOST, [word, "lab 1: 0 of 10 points"])
    (folder / "entry.asm").write_text("no assembly", encoding="utf-8")
    yield from grader.complaints("no assembly", ["1", "--work", folder], LOST, ["entry.asm does not compile:"])
    hidden = folder / "judge"
    hidden.mkdir()
    (hidden / "grade.toml").write_text(GUEST_TABLE, encoding="utf-8")
    (hidden / "judge.c").write_text(GUEST_JUDGE, encoding="utf-8")
    yield from grader.complaints("a hidden judge", ["1", "--work", TRAP, "--hidden", hidden], FULL, [
        "4/4  two", "lab 1, hidden: 4 of 4 points", "lab 1: 14 of 14 points"])


def check_hidden(grader, folder):
    hidden = folder / "hidden"
    hidden.mkdir()
    (folder / "queue.c").write_text(ANSWER, encoding="utf-8")
    arguments = ["2", "--work", folder, "--hidden", hidden]
    yield from grader.complaints("an empty hidden folder", arguments, UNUSABLE, ["hidden/grade.toml"])
    (hidden / "grade.toml").write_text(HIDDEN_TABLE, encoding="utf-8")
    yield from grader.complaints("hidden points without tests", arguments, UNUSABLE, ["no checks (a file *.c)"])
    (hidden / "checks.c").write_text(HIDDEN_CHECKS, encoding="utf-8")
    yield from grader.complaints("hidden tests", arguments, LOST, [
        "3/3  pairs", "0/2  strict", "expected the impossible", "lab 2, hidden: 3 of 5 points", "lab 2: 13 of 15 points"])
    (hidden / "grade.toml").write_text(HIDDEN_TABLE.replace("strict", "other"), encoding="utf-8")
    yield from grader.complaints("a hidden test that is not there", arguments, UNUSABLE, ["a check 'other'"])
    (hidden / "grade.toml").write_text(HIDDEN_TABLE.replace("points = 2", 'points = "2"'), encoding="utf-8")
    yield from grader.complaints("hidden points that are none", arguments, UNUSABLE, ["check 2 has no 'points'"])
    (hidden / "checks.c").write_text("int main(", encoding="utf-8")
    (hidden / "grade.toml").write_text(HIDDEN_TABLE, encoding="utf-8")
    yield from grader.complaints("hidden tests that are no C", arguments, UNUSABLE, ["checks.c does not compile"])
    (hidden / "checks.c").write_text("", encoding="utf-8")
    yield from grader.complaints("hidden tests without a list", arguments, UNUSABLE, ["hidden: it does not link", "lab_checks"])


def check_arguments(grader, folder):
    (folder / "queue.c").unlink()
    yield from grader.complaints("a number that is none", ["twelve"], UNUSABLE, ["there is no lab 'twelve'; there are "])
    yield from grader.complaints("no number", [], UNUSABLE, ["say which lab"])
    yield from grader.complaints("no such folder", ["2", "--work", folder / "gone"], UNUSABLE, ["gone: no such folder"])
    yield from grader.complaints("nothing in it", ["2", "--work", folder], UNUSABLE, ["has no queue.c"])
    yield from grader.complaints("no time", ["2", "--time-out", "0"], UNUSABLE, ["--time-out takes a number from 1"])
    yield from grader.complaints("a list", ["--list"], FULL, ["2  the queue", "docs/labs/2-queue.md"])
    ran = subprocess.run([ROOT / "parley", "grade", "twelve"], capture_output=True, text=True, check=False)
    yield from complaints("the command", (ran.returncode, ran.stderr), UNUSABLE, ["there is no lab 'twelve'"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    grader = Grader(parser.parse_args().build)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for check in (check_hand_ins, check_sleeper, check_in_guest, check_hidden, check_arguments):
            found += check(grader, pathlib.Path(folder))
    print("\n".join(found + [f"grader: {len(found)} problems"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
