#!/usr/bin/env python3
"""Draws the pictures of docs/images that are made from text, and the same with Chinese words as docs/zh/images.

    tools/draw_pictures.py             writes the SVG of each
    tools/draw_pictures.py --check     says whether those that are there are what it would write

  servers.svg   from iso/modules.conf: the servers of the default image and whom each may ask
  NAME.svg      from NAME.dot, in Graphviz' language, unless another tool has made that (ipc-states)
  NAME.svg      from NAME.seq: who sends what to whom, downwards

The Chinese words are those of docs/zh/images/pictures.toml, one for each English text but for modules' names.

A file .seq begins with `lanes: NAME | NAME ...`; each line after that is one step: `A -> B: WORDS` (`=>` where memory is
copied, `~>` for an event or an error), or `A: WORDS`, what is the matter with A from then on.
"""

import argparse
import re
import sys
import unicodedata
from pathlib import Path

import diagram
import translations

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
CHINESE_IMAGES = ROOT / "docs/zh/images"
TABLE = "docs/zh/images/pictures.toml"
MODULES = ROOT / "iso/modules.conf"
BY_OTHERS = {"ipc-states"}  # tools/draw_states.py's

STEP = re.compile(r"(?:(?P<source>\S+) (?P<arrow>->|=>|~>) )?(?P<target>[^\s:]+): (?P<words>.+)")
ARROWS = {"->": 'color="#1f5fa8"', "=>": 'color="#4f8a3d", penwidth=3', "~>": 'color="#b3541e", style=dashed'}
LABEL = re.compile(r'label="(?P<space> *)(?P<words>[^"]+)"')
LETTER, ROW, MARGIN = 6.1, 32, 40  # points: a letter's width, a step's height, what is left beside words


class Malformed(Exception):
    """What is wrong with a text, in words for its author."""


def wide(words):
    """How wide they are, in points: a Chinese character takes the place of two letters."""
    return LETTER * sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


# ---- Sequences -------------------------------------------------------------------------------------------------


class Sequence:
    """A .seq file: its lanes from left to right, its steps downwards. `words` gives its language's for English ones."""

    def __init__(self, name, text, words):
        self.words = words
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if not lines or not lines[0].startswith("lanes: "):
            raise Malformed(f"{name}: begins with `lanes: NAME | NAME ...`")
        self.lanes = [lane.strip() for lane in lines[0].removeprefix("lanes: ").split("|")]
        self.steps = [self.step(name, line) for line in lines[1:]]
        self.places = self.spread()

    def step(self, name, line):
        found = STEP.fullmatch(line)
        if not found or not {found["source"] or found["target"], found["target"]} <= set(self.lanes):
            raise Malformed(f"{name}: is neither `A -> B: WORDS` nor `A: WORDS` of the lanes: {line}")
        return found

    def spread(self):
        """The lanes' places, so far apart that all words have room."""
        places = [0]
        for lane in range(1, len(self.lanes)):
            place = places[-1] + 70
            for step in self.steps:
                ends = sorted(self.lanes.index(step[end]) for end in ("source", "target") if step[end])
                if len(ends) == 2 and ends[1] == lane:
                    place = max(place, places[ends[0]] + wide(self.words(step["words"])) + MARGIN)
                elif ends in ([lane - 1], [lane]):
                    place = max(place, places[-1] + wide(self.words(step["words"])) * 0.62 + MARGIN)
            places.append(place)
        return places

    def node(self, name, place, row, label, *options):
        at = f'pos="{place:.0f},{-row * ROW:.0f}"'
        label = diagram.quoted(self.words(label) if label else "")
        return f"    {name} [{', '.join([at, f'label={label}', *options])}]"

    def step_lines(self, row, step):
        target = self.places[self.lanes.index(step["target"])]
        if not step["source"]:
            yield self.node(f"note{row}", target, row, step["words"], 'shape=box, style="filled,rounded", fillcolor="#fdf3d8"',
                            'color="#c9a227", height=0.25, margin="0.08,0.03"')
            return
        source = self.places[self.lanes.index(step["source"])]
        point = "shape=point, width=0.01"
        yield self.node(f"from{row}", source, row, "", point)
        yield self.node(f"to{row}", target, row, "", point)
        yield f"    from{row} -> to{row} [{ARROWS[step['arrow']]}]"
        yield self.node(f"words{row}", (source + target) / 2, row - 0.3, step["words"], "shape=plain", 'style=filled, fillcolor="white"')

    def dot(self):
        last = len(self.steps) + 2
        lines = ["digraph sequence {", '    graph [bgcolor="white", pad=0.25, splines=line]',
                 f"    node [fontname={diagram.FONT}, fontsize=12]", "    edge [arrowsize=0.8]"]
        for number, (lane, place) in enumerate(zip(self.lanes, self.places)):
            lines += [self.node(f"head{number}", place, 0, lane, 'shape=box, style="filled,rounded", fillcolor="#e3eefb"',
                                'color="#4a7fb5", fontsize=13'),
                      self.node(f"foot{number}", place, last, "", "shape=point, width=0.01"),
                      f'    head{number} -> foot{number} [arrowhead=none, color="#bbbbbb"]']
        for row, step in enumerate(self.steps, 2):
            lines += self.step_lines(row, step)
        return "\n".join([*lines, "}", ""])


# ---- The servers of the image -----------------------------------------------------------------------------------


def modules(text):
    """Name -> the keys of its line, in their order."""
    found = {}
    for line in text.splitlines():
        words = line.partition("--")[0].split()
        if words and not line.startswith("#"):
            found[words[1]] = dict(word.partition("=")[::2] for word in words[2:])
    return found


def identities(found):
    """Identity -> the names and the lines of those that have it and run after the boot."""
    members = {}
    for name, keys in found.items():
        if keys.get("start") != "demand" and keys.get("type") != "data":
            members.setdefault(keys.get("identity", name), []).append((name, keys))
    return members


def label_of(members, words):
    """Their names, and what of the machine they hold."""
    names = ", ".join(name for name, _ in members)
    keys = members[0][1]
    hands = [words("interrupts {}").format(keys["irq"].replace(":", ", "))] if "irq" in keys else []
    hands += [words("ports")] if "ports" in keys else []
    return names + ("\\n" + "; ".join(hands) if hands else "")


def cluster(name, title, colour, fill, members, words):
    yield f"    subgraph cluster_{name} {{"
    yield f'        label={diagram.quoted(words(title))}; labeljust=l; style="rounded,filled"; color="{colour}"; fillcolor="{fill}"'
    yield from (f'        {diagram.quoted(identity)} [label="{label_of(m, words)}"]' for identity, m in members.items())
    yield "    }"


KERNEL = "the kernel: address spaces, messages, interrupts as messages, the processor"


def servers_dot(text, words):
    """Those that run after the boot, a box an identity; targets= as arrows, but for whoever may ask all."""
    members = identities(modules(text))
    targets = {identity: m[0][1].get("targets", "servers").split(":") for identity, m in members.items()}
    free = {identity: m for identity, m in members.items() if targets[identity] in (["all"], ["servers"])}
    bound = {identity: m for identity, m in members.items() if identity not in free}
    asks = [(identity, target) for identity in bound for target in targets[identity] if target != identity]
    first = [identity for identity in bound if all(identity != target for _, target in asks)]
    last = [identity for identity in bound if all(identity != asker for asker, _ in asks)]
    font = f"fontname={diagram.FONT}"
    return "\n".join([
        "digraph servers {",
        f'    graph [rankdir=TB, nodesep=0.4, ranksep=0.5, bgcolor="white", pad=0.25, {font}, fontsize=12]',
        f'    node [shape=box, style="rounded,filled", fillcolor="white", {font}, fontsize=13, margin="0.16,0.08"]',
        '    edge [color="#1f5fa8", arrowsize=0.8]',
        *cluster("free", "may ask every server", "#8064a2", "#ece6f6", free, words),
        *cluster("bound", "may ask whom its arrow names, and answer whoever asks", "#4a7fb5", "#e3eefb", bound, words),
        *(f"    {diagram.quoted(asker)} -> {diagram.quoted(asked)}" for asker, asked in asks),
        f"    kernel [label={diagram.quoted(words(KERNEL))}, shape=box, style=filled,"
        ' fillcolor="#eeeeee", color="#888888"]',
        *(f"    {diagram.quoted(above)} -> {diagram.quoted(below)} [style=invis]" for above in free for below in first),
        *(f"    {diagram.quoted(above)} -> kernel [style=invis]" for above in last),
        "}", ""])


# ---- All of them -----------------------------------------------------------------------------------------------


def labelled(text, words):
    """The text for Graphviz with the labels that `words` gives for its own."""
    return LABEL.sub(lambda found: f'label="{found["space"]}{words(found["words"])}"', text)


def pictures(words):
    """Name -> the SVG."""
    made = {"servers": diagram.svg(servers_dot(MODULES.read_text(encoding="utf-8"), words))}
    for path in sorted(IMAGES.glob("*.dot")):
        if path.stem not in BY_OTHERS:
            made[path.stem] = diagram.svg(labelled(path.read_text(encoding="utf-8"), words))
    for path in sorted(IMAGES.glob("*.seq")):
        made[path.stem] = diagram.svg(Sequence(path.name, path.read_text(encoding="utf-8"), words).dot(), "-Kneato", "-n")
    return made


def in_chinese(table):
    """What gives the Chinese words: names of modules stay as they are."""
    names = modules(MODULES.read_text(encoding="utf-8")).keys()
    return lambda text: text if names >= set(text.split(", ")) else table.text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    try:
        table = translations.Table(str(ROOT), TABLE)
        made = {IMAGES / f"{name}.svg": picture for name, picture in pictures(str).items()}
        made |= {CHINESE_IMAGES / f"{name}.svg": picture for name, picture in pictures(in_chinese(table)).items()}
    except (Malformed, translations.Refused) as error:
        sys.exit(str(error))
    complaints = list(table.complaints())
    for path, picture in made.items():
        if not options.check:
            path.write_text(picture, encoding="utf-8")
        elif not path.is_file() or not diagram.same(path.read_text(encoding="utf-8"), picture):
            complaints.append(f"{path.relative_to(ROOT)} is not what its text says: run tools/draw_pictures.py and look at it")
    if complaints:
        sys.exit("\n".join(complaints))
    print(f"{len(made)} pictures")


if __name__ == "__main__":
    main()
