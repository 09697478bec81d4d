"""Does what docs/tutorial.md says, in a copy of the tree.

A block is preceded by a comment that says what it is:
    tutorial: file PATH   the file from now on
    tutorial: patch       a unified diff; what it takes away or stands beside must be there, once
    tutorial: run         lines that begin with $ are commands; the others are what they print
    tutorial: session     what is typed at the prompt and printed there, as in a transcript, on what is built now
In a pattern numbers and ... are as in readme_transcript.py. Blocks without such a comment are an error, so that nothing on
the page is left out.
"""

import re
import shlex

from parley_machine import ROOT, Failure, check, run
from readme_transcript import pattern, replay
from tree_copy import Tree

PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"(?:<!-- tutorial: ([^\n]*?) -->\n)?^(```+)[a-z]*\n(.*?)^\2$", re.M | re.S)
HUNK = re.compile(r"^@@ .*?\n", re.M)


def blocks(page):
    """(what, its operand, text, line of the page)"""
    for found in BLOCK.finditer(page):
        line = page.count("\n", 0, found.start()) + 1
        check(found[1], f"line {line}: a block that is neither file, patch, run nor session")
        what, _, operand = found[1].partition(" ")
        yield what, operand, found[3], line


def patched(text, hunk):
    old, new = [], []
    for line in hunk.splitlines():
        mark, rest = line[:1] or " ", line[1:]
        check(mark in " +-", f"no line of a diff: {line}")
        old += [rest] if mark in " -" else []
        new += [rest] if mark in " +" else []
    before, after = ("\n".join(["", *part, ""]) for part in (old, new))
    whole = "\n" + text
    places = len(re.findall(f"(?={re.escape(before)})", whole))
    check(places == 1, f"{places} places for\n{before}")
    return whole.replace(before, after)[1:]


def patch(copy, text):
    for part in re.split(r"^--- ", text, flags=re.M)[1:]:
        names, *hunks = HUNK.split(part)
        path = copy.folder / names.split()[0]
        content = path.read_text()
        for hunk in hunks:
            content = patched(content, hunk)
        path.write_text(content)


def commands(copy, text):
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        said = copy.call(*shlex.split(command))
        check(re.search(pattern(expected.splitlines()) + r"\Z", said),
              f"the page shows for {command}:\n{expected}\nit prints:\n{said[-3000:]}")  # fmt: skip


def session(copy, text):
    copy.call("cmake", "--build", str(copy.build), "--target", "kernel", "servers")
    replay(copy.build, "quick", text)


def self_test():
    check(patched("a\nb\nc\n", " a\n-b\n+d\n c\n") == "a\nd\nc\n", "a hunk is put wrongly")
    for text in ("a\nc\n", "a\nb\nc\na\nb\nc\n"):
        try:
            patched(text, " a\n-b\n+d\n c\n")
        except Failure:
            continue
        raise Failure(f"the hunk has a place in {text!r}")


def test(build):
    self_test()
    steps = list(blocks(PAGE.read_text(encoding="utf-8")))
    check({what for what, *_ in steps} == {"file", "patch", "run", "session"}, "the page does not have all kinds of blocks")
    copy = Tree(build)
    copy.call("./parley", "run", "--quick", "--yes")  # as the README says; the first session is on it
    for what, operand, text, line in steps:
        try:
            if what == "file":
                (copy.folder / operand).write_text(text)
            else:
                {"patch": patch, "run": commands, "session": session}[what](copy, text)
        except Failure as failure:
            raise Failure(f"{PAGE.relative_to(ROOT)}, line {line}: {failure}") from None
    copy.call("clang-format", "--dry-run", "-Werror", *map(str, (copy.folder / "servers/kv").glob("*.c")))


if __name__ == "__main__":
    run(test)
