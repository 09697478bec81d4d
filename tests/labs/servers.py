#!/usr/bin/env python3
"""Tests ./parley grade with servers that no grader should stumble over, as hand-ins for lab 4, and with a hidden check.

    servers.py --build BUILD
"""

import argparse
import pathlib
import sys
import tempfile

from grader import FULL, LOST, ROOT, Grader

MAIN = """
#include <parley/ipc.h>

char much[%d];

int main(void)
{
    message m;
    (void)m;
    much[0] = 1;
    %s
}
"""
TAKE = "(void)ipc_call(IPC_RECEIVE_EX, ANY, &m, 0, NULL);"
NOTHING = ["lab 4: 0 of 10 points"]

# What is handed in; its main; what must be printed.
CASES = [
    ("one that ends", "return 3;", ["the server ended with status 3", *NOTHING]),
    ("one that crashes when it is asked", TAKE + "*(volatile int *)4 = 0;",
     ["the server died: page fault at 0x", "address 0x4", *NOTHING]),
    ("one that loops", "for (;;)\n        ;", ["the server did not take it in time", *NOTHING]),
    ("one that answers nobody", f"for (;;)\n        {TAKE}", ["taken, but not answered in time", *NOTHING]),
    ("one that hears nobody", "return ipc_call(IPC_RECEIVE_EX, NONE, &m, 0, NULL);",
     ["the server did not take it in time", *NOTHING]),
]  # fmt: skip
MUCH = ("one that is too large", 200 << 20, ["the server can't be started", *NOTHING])

HIDDEN_TABLE = """
[[check]]
name = "rest"
points = 3
says = "a button that nobody presses has count 0"
"""
HIDDEN_CHECKS = """
#include "buttons.h"
#include "server.h"

const char lab_server_name[] = "buttons";

static void rest(void)
{
    message m = {.m_type = BUTTONS_READ};
    EXPECT(lab_ask(&m) == 0 && m.m_words[0] == 0, "count %u", (unsigned)m.m_words[0]);
}

const struct lab_check lab_checks[] = {{"rest", rest}, {NULL, NULL}};
"""


def check_hidden(grader, folder):
    hidden = folder / "hidden"
    hidden.mkdir()
    (hidden / "grade.toml").write_text(HIDDEN_TABLE, encoding="utf-8")
    (hidden / "checks.c").write_text(HIDDEN_CHECKS, encoding="utf-8")
    arguments = ["4", "--work", ROOT / "labs/answers/4-events", "--hidden", hidden]
    words = ["3/3  rest", "lab 4, hidden: 3 of 3 points", "lab 4: 13 of 13 points"]
    yield from grader.complaints("a hidden check", arguments, FULL, words)


def check_hand_ins(grader, folder):
    cases = [(what, MAIN % (1, main), words) for what, main, words in CASES]
    cases.append((MUCH[0], MAIN % (MUCH[1], "return 0;"), MUCH[2]))
    for what, text, words in cases:
        (folder / "buttons.c").write_text(text, encoding="utf-8")
        yield from grader.complaints(what, ["4", "--work", folder], LOST, words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    grader = Grader(parser.parse_args().build)
    with tempfile.TemporaryDirectory() as folder:
        found = [*check_hand_ins(grader, pathlib.Path(folder)), *check_hidden(grader, pathlib.Path(folder))]
    print("\n".join(found + [f"servers: {len(found)} problems"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
