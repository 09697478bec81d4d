#!/usr/bin/env python3
"""Draws the states of a process in the rendezvous core, from the core's own table.

    tools/draw_states.py             writes docs/images/ipc-states.dot and, by Graphviz, ipc-states.svg, in Chinese docs/zh/images/ipc-states.svg
    tools/draw_states.py --check     says whether those that are there are what it would write

The table is ipc/include/ipc/states.h: each arrow of the picture is a row of it, the words at an arrow are
that row's causes, and it is thick where a machine's own path makes the row, too. The causes that end every
wait are drawn once, as an arrow from "every wait"; so is death.

The Chinese words are those of docs/zh/images/ipc-states.toml; the states' names are code.

The check compares the text for Graphviz to the letter. Of the picture it compares all but where things are,
since that depends on the fonts of the machine; and when it was drawn by another version of Graphviz, the
states, the arrows and the words.
"""

import argparse
import os
import re
import sys
from xml.etree import ElementTree

import diagram
import translations

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = "ipc/include/ipc/states.h"
DOT = "docs/images/ipc-states.dot"
SVG = "docs/images/ipc-states.svg"
CHINESE_SVG = "docs/zh/images/ipc-states.svg"
CHINESE_WORDS = "docs/zh/images/ipc-states.toml"

# How the picture groups the states; what is in it is the table's.
GROUPS = (
    ("queued", "in the peer's send queue", "#fdf3d8", "#c9a227", ("SENDING", "CALLING", "REQUESTING")),
    ("owed", "the peer has taken the first half", "#e3eefb", "#4a7fb5", ("ANSWER", "AWAITING")),
    ("open", "for what comes", "#ece6f6", "#8064a2", ("RECEIVING", "SELECTING")),
)
COMMON = {"penwidth": 2.4, "color": '"#1f5fa8"'}
AT_ONCE = "(the first half at once)"


class Table:
    """The rows of states.h."""

    def __init__(self, text):
        self.states = re.findall(r"^ *X\((\w+), +\"[^\n]*\"\) *\\?$", self.part(text, "IPC_STATES"), re.M)
        self.words = dict(re.findall(r"X\((\w+), +\"([^\"]*)\"\)", self.part(text, "IPC_CAUSES")))
        rows = re.findall(r"X\(y, +(\w+), +(\w+), +([\w| ]+), +(\w+)\)", self.part(text, "IPC_TRANSITIONS"))
        self.rows = {(a, b): [c.strip() for c in causes.split("|")] for a, b, causes, _ in rows}
        self.common = [(a, b) for a, b, _, by in rows if by == "MACHINE"]
        waits = [state for state in self.states if state not in ("FREE", "RUNNABLE")]
        ends = [set(self.rows.get((state, "RUNNABLE"), ())) for state in waits]
        self.waits = waits
        self.of_every_wait = [word for word in self.words if all(word in causes for causes in ends)]
        self.all_die = all(self.rows.get((state, "FREE")) == ["DEATH"] for state in waits + ["RUNNABLE"])

    @staticmethod
    def part(text, name):
        found = re.search(rf"#define {name}\([^)]*\)(.*?[^\\])\n", text, re.S)
        if not found:
            sys.exit(f"{TABLE}: no {name}")
        return found[1]

    def check(self):
        """The picture says some things for all states at once: they must be so."""
        drawn = [state for group in GROUPS for state in group[4]]
        if sorted(drawn) != sorted(self.waits):
            sys.exit(f"{TABLE}: the waiting states are not those that the picture groups: {self.waits}")
        if not self.of_every_wait or not self.all_die:
            sys.exit(f"{TABLE}: the picture draws the end of every wait, and every death, as one arrow each")
        unknown = {c for causes in self.rows.values() for c in causes} - set(self.words)
        if unknown or {s for row in self.rows for s in row} - set(self.states):
            sys.exit(f"{TABLE}: a row names what is no state or no cause")

    def causes(self, row):
        return [self.words[c] for c in self.rows[row] if c not in self.of_every_wait]


def arrow(a, b, causes, words, **more):
    options = "".join(f", {key}={value}" for key, value in more.items())
    label = "\\n".join(words(cause).replace(", ", ",\\n") for cause in causes)
    return f'    {a} -> {b} [label="{label}"{options}]'


def group_lines(words, name, title, fill, line, states):
    yield f"            subgraph cluster_{name} {{"
    yield f'                label="{words(title)}"; labelloc=t; style="rounded,filled"; color="{line}"; fillcolor="{fill}"'
    for state in states:
        yield f'                {state} [fillcolor="white", color="{line}"]'
    yield "            }"


def node_lines(words):
    """Time runs from left to right, so the states at both ends are there twice."""
    free, runs = 'fillcolor="#eeeeee", color="#888888"', 'fillcolor="#dff0d8", color="#4f8a3d", fontsize=15'
    yield f"    FREE [{free}]"
    yield f"    RUNNABLE [{runs}]"
    for group in GROUPS:
        yield from group_lines(words, *group)
    yield f'    RUNNABLE_again [label="RUNNABLE", {runs}]'
    yield f'    FREE_again [label="FREE", {free}]'
    yield f'    EVERY_WAIT [label={diagram.quoted(words("every wait"))}, style="rounded,dashed", color="#888888"]'
    yield f'    EVERYBODY [label={diagram.quoted(words("every state but FREE"))}, style="rounded,dashed", color="#888888"]'


def arrow_lines(table, words):
    queued, owed = GROUPS[0][4], GROUPS[1][4]
    for (a, b) in table.rows:
        causes = table.causes((a, b))
        if b == "FREE" or (b == "RUNNABLE" and not causes):
            continue
        if a == "RUNNABLE" and b in owed:
            causes.append(AT_ONCE)
        more = {"weight": 8} if a in queued and b in owed else {}
        if (a, b) in table.common:
            more.update(COMMON)
        yield arrow(a, b + "_again" if b == "RUNNABLE" and a != "FREE" else b, causes, words, **more)
    every = [table.words[c] for c in table.of_every_wait]
    yield arrow("EVERY_WAIT", "RUNNABLE_again", every, words, style="dashed")
    yield arrow("EVERYBODY", "FREE_again", [table.words["DEATH"]], words, style="dashed")
    yield "    { rank=same; " + "; ".join(queued + GROUPS[2][4]) + " }"
    yield "    { rank=same; " + "; ".join(owed) + "; EVERY_WAIT }"
    yield "    { rank=same; RUNNABLE_again; EVERYBODY }"


def stroke(colour, height, dashes):
    """A line of the legend: cells of a table, since not every font has such a character."""
    cell = f'<td bgcolor="{colour}" fixedsize="true" width="{40 // dashes - 3}" height="{height}"></td>'
    return f'<table border="0" cellborder="0" cellspacing="2" cellpadding="0"><tr>{cell * dashes}</tr></table>'


def legend(words):
    entries = (
        (stroke("#555555", 1, 1), "made by the core"),
        (stroke("#1f5fa8", 3, 1), "and, in the common rendezvous, by the machine's own path"),
        (stroke("#555555", 1, 4), "from each of these states"),
    )
    cells = "".join(f'<td>{line}</td><td align="left">{words(means)}    </td>' for line, means in entries)
    return f'<<table border="0" cellborder="0" cellspacing="4"><tr>{cells}</tr></table>>'


def dot_text(table, words=str):
    lines = [
        f"// Drawn from {TABLE} by tools/draw_states.py: change that, not this.",
        "digraph states {",
        f"    graph [rankdir=LR, newrank=true, nodesep=0.4, ranksep=0.9, fontname={diagram.FONT}, fontsize=12,",
        '           labeljust=l, bgcolor="white", pad=0.25, labelloc=b,',
        f"           label={legend(words)}]",
        f'    node [shape=box, style="rounded,filled", fontname={diagram.FONT}, fontsize=13, margin="0.18,0.1"]',
        f'    edge [fontname={diagram.FONT}, fontsize=11, color="#555555", fontcolor="#222222", arrowsize=0.8]',
        *node_lines(words),
        *arrow_lines(table, words),
    ]
    return "\n".join(lines + ["}", ""])


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def is_current(name, text):
    try:
        old = read(name)
        return diagram.same(old, text) if name.endswith(".svg") else old == text
    except (OSError, ElementTree.ParseError) as error:
        print(error)
        return False


def files(table, chinese):
    """Name -> what it must hold."""
    dot = dot_text(table)
    return {DOT: dot, SVG: diagram.svg(dot), CHINESE_SVG: diagram.svg(dot_text(table, chinese.text))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    table = Table(read(TABLE))
    table.check()
    try:
        chinese = translations.Table(ROOT, CHINESE_WORDS)
    except translations.Refused as error:
        sys.exit(str(error))
    made = files(table, chinese)
    complaints = list(chinese.complaints())
    for name, text in made.items():
        if not options.check:
            with open(os.path.join(ROOT, name), "w", encoding="utf-8") as file:
                file.write(text)
        elif not is_current(name, text):
            complaints.append(f"{name} is not what {TABLE} says: run tools/draw_states.py and look at it")
    if complaints:
        sys.exit("\n".join(complaints))
    print(f"{len(table.states)} states, {len(table.rows)} transitions, drawn as they are")


if __name__ == "__main__":
    main()
