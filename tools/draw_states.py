#!/usr/bin/env python3
"""Draws the states of a process in the rendezvous core, from the core's own table.

    tools/draw_states.py             writes docs/images/ipc-states.dot and, by Graphviz, ipc-states.svg
    tools/draw_states.py --check     says whether those that are there are what it would write

The table is ipc/include/ipc/states.h: each arrow of the picture is a row of it, and the words at an arrow
are that row's causes. Causes that every wait has are drawn once, from the frame around the waits; so is
death, from the frame around the living. The check compares the text for Graphviz to the letter, and of the
picture the nodes, the arrows and the words: another version of Graphviz may put them elsewhere.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = "ipc/include/ipc/states.h"
DOT = "docs/images/ipc-states.dot"
SVG = "docs/images/ipc-states.svg"

# How the picture groups the states; what is in it is the table's.
GROUPS = (
    ("queued", "in the peer's send queue", "#fdf3d8", "#c9a227", ("SENDING", "CALLING", "REQUESTING")),
    ("owed", "the peer has taken the first half", "#e3eefb", "#4a7fb5", ("ANSWER", "AWAITING")),
    ("open", "for what comes", "#ece6f6", "#8064a2", ("RECEIVING", "SELECTING")),
)
AT_ONCE = "(the first half at once)"


class Table:
    """The rows of states.h."""

    def __init__(self, text):
        self.states = re.findall(r"^ *X\((\w+), +\"[^\n]*\"\) *\\?$", self.part(text, "IPC_STATES"), re.M)
        self.words = dict(re.findall(r"X\((\w+), +\"([^\"]*)\"\)", self.part(text, "IPC_CAUSES")))
        rows = re.findall(r"X\(y, +(\w+), +(\w+), +([\w| ]+)\)", self.part(text, "IPC_TRANSITIONS"))
        self.rows = {(a, b): [c.strip() for c in causes.split("|")] for a, b, causes in rows}
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

    def label(self, row):
        return " · ".join(self.words[c] for c in self.rows[row] if c not in self.of_every_wait)


def read_table():
    with open(os.path.join(ROOT, TABLE), encoding="utf-8") as file:
        table = Table(file.read())
    table.check()
    return table


def quoted(words):
    return '"' + words.replace(", ", ",\\n").replace(" · ", "\\n") + '"'


def arrow(a, b, words, **more):
    options = "".join(f", {key}={value}" for key, value in more.items())
    return f"    {a} -> {b} [label={quoted(words)}{options}]"


def group_lines(name, title, fill, line, states):
    yield f"            subgraph cluster_{name} {{"
    yield f'                label="{title}"; style="rounded,filled"; color="{line}"; fillcolor="{fill}"'
    for state in states:
        yield f'                {state} [fillcolor="white", color="{line}"]'
    yield "            }"


def node_lines():
    """Time runs from left to right, so the states at both ends are there twice."""
    free, runs = 'fillcolor="#eeeeee", color="#888888"', 'fillcolor="#dff0d8", color="#4f8a3d", fontsize=15'
    yield f"    FREE [{free}]"
    yield f"    RUNNABLE [{runs}]"
    for group in GROUPS:
        yield from group_lines(*group)
    yield f'    RUNNABLE_again [label="RUNNABLE", {runs}]'
    yield f'    FREE_again [label="FREE", {free}]'
    yield '    EVERY_WAIT [label="every wait", style="rounded,dashed", color="#888888"]'
    yield '    EVERYBODY [label="every state but FREE", style="rounded,dashed", color="#888888"]'


def arrow_lines(table):
    queued, owed = GROUPS[0][4], GROUPS[1][4]
    for (a, b) in table.rows:
        words = table.label((a, b))
        if b == "FREE" or (b == "RUNNABLE" and not words):
            continue
        if a == "RUNNABLE" and b in owed:
            words += " · " + AT_ONCE
        straight = {"weight": 8} if a in queued and b in owed else {}
        yield arrow(a, b + "_again" if b == "RUNNABLE" and a != "FREE" else b, words, **straight)
    every = " · ".join(table.words[c] for c in table.of_every_wait)
    yield arrow("EVERY_WAIT", "RUNNABLE_again", every, style="dashed")
    yield arrow("EVERYBODY", "FREE_again", table.words["DEATH"], style="dashed")
    yield "    { rank=same; " + "; ".join(queued + GROUPS[2][4]) + " }"
    yield "    { rank=same; " + "; ".join(owed) + "; EVERY_WAIT }"
    yield "    { rank=same; RUNNABLE_again; EVERYBODY }"


def dot_text(table):
    font = '"Helvetica,Arial,sans-serif"'
    lines = [
        f"// Drawn from {TABLE} by tools/draw_states.py: change that, not this.",
        "digraph states {",
        f"    graph [rankdir=LR, newrank=true, nodesep=0.4, ranksep=0.9, fontname={font}, fontsize=12,",
        '           labeljust=l, bgcolor="white", pad=0.25]',
        f'    node [shape=box, style="rounded,filled", fontname={font}, fontsize=13, margin="0.18,0.1"]',
        f'    edge [fontname={font}, fontsize=11, color="#555555", fontcolor="#222222", arrowsize=0.8]',
        *node_lines(),
        *arrow_lines(table),
    ]
    return "\n".join(lines + ["}", ""])


if __name__ == "__main__":
    t = read_table()
    open(os.path.join(ROOT, DOT), "w").write(dot_text(t))
    subprocess.run(["dot", "-Tsvg", os.path.join(ROOT, DOT), "-o", os.path.join(ROOT, SVG)], check=True)
    subprocess.run(["dot", "-Tpng", "-Gdpi=80", os.path.join(ROOT, DOT), "-o", "/tmp/states.png"], check=True)
