"""Faults that are put into a source on purpose: a file that says how, and the text with the fault in it.

For every test that breaks something to see it noticed: tests/mutants, tests/bench, tests/fuzz, tests/static.
"""


class Misfit(Exception):
    """The mutant can't be made."""


def parse(lines):
    """The file that is changed, and pairs (old lines, new lines)."""
    path, hunks, last = None, [], ""
    for line in lines:
        mark, rest = line[:1], line[2:]
        if line.startswith("file: "):
            path = line[6:]
        elif mark in ("-", "+"):
            if mark == "-" and last != "-":
                hunks.append(([], []))
            if not hunks:
                raise Misfit("begins with new text: name the old text first")
            hunks[-1][mark == "+"].append(rest)
        elif line and mark != "#":
            raise Misfit(f"this line is none of '#', 'file:', '-', '+': {line}")
        last = mark
    if path is None or not hunks:
        raise Misfit("needs a line 'file: PATH' and one or more lines '- OLD TEXT'")
    return path, hunks


def mutate(text, hunks):
    for old, new in hunks:
        wanted = "\n" + "\n".join(old) + "\n"
        found = text.count(wanted)
        if found != 1:
            raise Misfit(f"its old text is there {found} times, not once: {old[0].strip()}")
        text = text.replace(wanted, "\n" + "".join(line + "\n" for line in new))
    return text


def replace_once(text, old, new):
    """Any piece of text, which need not be whole lines."""
    found = text.count(old)
    if found != 1:
        raise Misfit(f"the text is there {found} times, not once: {old!r}")
    return text.replace(old, new)
