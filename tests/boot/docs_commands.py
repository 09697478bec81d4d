"""Every command of ours that the docs show must exist with the options shown.

Commands are taken from code in backticks and from fenced blocks; each is called with --help behind
its own options, which checks them and does nothing.
"""

import re
import shlex
import subprocess

from parley_machine import ROOT, check, run

CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```(?:sh|console|text)?\n(.*?)^```", re.M | re.S)
OURS = re.compile(r"^(?:sudo )?((?:\./parley|tools/[\w-]+)(?: .*)?)$")
PLACEHOLDER = re.compile(r"[<>\[\]…]|\.\.\.|\b[A-Z]{2,}\b")


def commands(text):
    """Our commands in a page, without shell punctuation around them."""
    lines = [line for block in FENCED.findall(text) for line in block.splitlines()]
    lines += CODE.findall(FENCED.sub("", text))
    for line in lines:
        for part in re.split(r"\||&&|;| > | < |  +#| # ", line):
            found = OURS.match(part.strip().removeprefix("$ "))
            if found:
                yield found.group(1)


def problem(command):
    words = shlex.split(command)
    if PLACEHOLDER.search(command):
        words = words[:1] + [word for word in words[1:2] if not PLACEHOLDER.search(word)]
    if not (ROOT / words[0]).is_file() or words[0].endswith((".txt", ".py", ".sh")):
        return None if (ROOT / words[0]).exists() else "there is no such program"
    if "--" in words:  # what stands behind it is not ours to check
        words = words[: words.index("--")]
    result = subprocess.run([*words, "--help"], cwd=ROOT, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    return None if result.returncode == 0 else result.stderr.strip()


def test(_build):
    check(problem("./parley run --nonsense") and problem("tools/nonsense"), "the check takes anything")
    check(list(commands("`./parley run`\n```\n$ echo ps | ./parley run --quick\n```\n"))
          == ["./parley run --quick", "./parley run"], "the check finds nothing")  # fmt: skip
    wrong = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for command in dict.fromkeys(commands(page.read_text()) if page.exists() else []):
            said = problem(command)
            if said:
                wrong.append(f"{page.relative_to(ROOT)}: {command}: {said}")
    check(not wrong, "\n".join(wrong))


if __name__ == "__main__":
    run(test)
