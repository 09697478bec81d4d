"""Replays the sessions that the docs show and compares what the machine prints today.

A session is a fenced block right after a comment <!-- transcript: quick --> (or cd). In it, a line
that begins with the prompt is a command; what follows, up to the next prompt, is what it must print;
lines before the first prompt must be what the boot prints last; a line that begins with $ is for the
reader. When lines are compared
  - a number matches any number (digits compare as digits),
  - blanks match any blanks,
  - a line ... matches any lines, also none.
"""

import re

from parley_machine import PROMPT, ROOT, Failure, Machine, boot, check, machine, run

BLOCK = re.compile(r"<!-- transcript: (quick|cd) -->\s*```[a-z]*\n(.*?)^```", re.M | re.S)
QUOTED = re.compile(r"^````.*?^````$", re.M | re.S)  # a page within a page


def pattern(lines):
    """The regular expression for what a command prints."""
    result = ""
    for line in lines:
        if line.strip() == "...":
            result += r"(?:.*\n)*?"
            continue
        words = [re.sub(r"\d+", r"\\d+", re.escape(word)) for word in line.split()]
        result += r"[ \t]*" + r"[ \t]+".join(words) + r"[ \t]*\n"
    return result


def steps(text):
    """Pairs (command or None, lines that it prints)."""
    result = [(None, [])]
    for line in text.splitlines():
        if line.startswith("$"):
            continue
        if line.startswith(PROMPT.rstrip()):
            result.append((line[len(PROMPT) :], []))
        else:
            result[-1][1].append(line)
    return result


def replay(build, how, text, modules=None):
    with boot(Machine(build=build, boot=how, modules=modules)) as guest:
        for command, expected in steps(text):
            if command is None:
                printed = guest.text.rpartition(PROMPT)[0]
                found = re.search(pattern(expected) + r"\Z", printed)
            elif command.strip().startswith("poweroff"):
                guest.type(command + "\r")
                guest.status()
                return
            else:
                printed = guest.command(command)
                found = re.fullmatch(pattern(expected), printed)
            if not found:
                raise Failure(f"the docs show for {command or 'the boot'}:\n" + "\n".join(expected)
                              + f"\nthe machine prints:\n{printed}")  # fmt: skip


def self_test():
    expected = pattern(["pid  12 is tty", "...", "min 3 us"])
    check(re.fullmatch(expected, "pid 7 is tty\na\nb\nmin 400 us\n"), "the rule refuses what it should take")
    for wrong in ("pid x is tty\nmin 1 us\n", "pid 7 is tty\nmin 1 ms\n", "pid 7 is tty\n"):
        check(not re.fullmatch(expected, wrong), f"the rule takes {wrong!r}")


def test(build):
    self_test()
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    sessions = [(page, block) for page in pages if page.exists()
                for block in BLOCK.findall(QUOTED.sub("", page.read_text()))]  # fmt: skip
    check(any(page.name == "README.md" for page, _ in sessions), "README.md shows no session")
    for page, (how, text) in sessions:
        try:
            replay(build, how, text, machine.default_modules())  # whatever servers of one's own there are
        except Failure as failure:
            raise Failure(f"{page.relative_to(ROOT)}: {failure}") from None


if __name__ == "__main__":
    run(test)
