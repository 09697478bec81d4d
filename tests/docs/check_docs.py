#!/usr/bin/env python3
"""Holds the documentation to the tree: links, paths and the tour's stops must be real.

Checked in README.md, README.zh.md and everything below docs/:
  - a relative link leads to a file, and in a page to a heading or an anchor that is there; a Chinese page shows the
    Chinese picture where there is one;
  - a path in backticks below a folder of the tree exists;
  - a stop `path:function` names a file that defines that function (C definition or assembly label);
    docs/calls.md names files without their folders and is check_calls.py's.
docs/tour.md must have at least ten stops. A block of code below a comment that names a file is that file, to
the letter, and each file of tests/guest/examples is shown somewhere.

With --self-test the checks are tried on texts that are known to be wrong.
"""

import argparse
import functools
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import languages  # noqa: E402
import page_text  # noqa: E402

FOLDERS = ("arch", "docs", "ipc", "iso", "kernel", "labs", "libc", "servers", "tests", "tools")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
STOP = re.compile(r"^([\w./-]+/[\w.-]+\.(?:c|h|asm|S)):(\w+)$")
EXAMPLES = "tests/guest/examples"
LISTING = re.compile(r"^<!-- (\S+\.(?:[ch]|toml)) -->\n```(?:c|toml)\n(.*?)^```$", re.M | re.S)
PATH = re.compile(r"^(?:%s)/[\w./-]*$" % "|".join(FOLDERS))


def defines(source: Path, function: str) -> bool:
    """Whether `source` defines `function`: a label, or a C definition rather than a call."""
    name = re.escape(function)
    text = source.read_text(encoding="utf-8", errors="replace")
    if source.suffix in (".asm", ".S"):
        return re.search(rf"^{name}:", text, re.M) is not None
    definition = rf"^[A-Za-z_][\w\s*()]*?\b{name}\([^;{{}}]*\)\s*\n?\{{"
    return re.search(definition, text, re.M) is not None


def wrong_listings(text: str, root: Path) -> list[str]:
    """The blocks of code that are not the file that they say."""
    found = []
    for name, shown in LISTING.findall(text):
        source = root / name
        if not source.is_file():
            found.append(f"listing of {name}: no such file")
        elif source.read_text(encoding="utf-8") != shown:
            found.append(f"listing of {name} is not that file")
    return found


def unlisted_examples(root: Path, pages: list[Path]) -> list[str]:
    shown = {name for page in pages for name, _ in LISTING.findall(page.read_text(encoding="utf-8"))}
    examples = [path.relative_to(root).as_posix() for path in root.glob(EXAMPLES + "/*.c")]
    return [f"{name}: no page shows this example" for name in sorted(examples)
            if name not in shown and not name.endswith("/main.c")]


@functools.cache
def anchors(page: Path) -> set[str]:
    return page_text.anchors(page.read_text(encoding="utf-8"))


def wrong_link(page: Path, link: page_text.Link) -> str | None:
    if "://" in link.place:
        return None
    target = (page.parent / link.place).resolve() if link.place else page
    if not target.exists():
        return f"link to {link.place}: no such file"
    if link.anchor and target.suffix == ".md" and link.anchor[1:] not in anchors(target):
        return f"link to {link.place}{link.anchor}: no such heading"
    return None


def is_english_picture(page: str, link: page_text.Link, root: Path) -> bool:
    """Whether a Chinese page shows an English picture of which there is one with Chinese words."""
    shown = os.path.normpath(os.path.join(os.path.dirname(page), link.place))
    return (link.picture and languages.is_chinese(page) and not languages.is_chinese(shown)
            and (root / languages.chinese_of(shown)).exists())


def problems_of(page: Path, root: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    where = page.relative_to(root)
    prose = FENCE.sub("", text)
    found = []
    found += [f"{where}: {wrong}" for link in page_text.links(text) if (wrong := wrong_link(page, link))]
    found += [f"{where}: picture {link.place}: there is one with Chinese words" for link in page_text.links(text)
              if is_english_picture(where.as_posix(), link, root)]
    for code in CODE.findall(prose):
        stop = STOP.match(code)
        if stop:
            source = root / stop[1]
            if not source.is_file():
                found.append(f"{where}: stop {code}: no file {stop[1]}")
            elif not defines(source, stop[2]):
                found.append(f"{where}: stop {code}: {stop[1]} does not define {stop[2]}")
        elif PATH.match(code) and not (root / code).exists():
            found.append(f"{where}: path {code} does not exist")
    if where.as_posix() == "docs/tour.md":
        stops = sum(1 for code in CODE.findall(prose) if STOP.match(code))
        if stops < 10:
            found.append(f"{where}: {stops} stops; a tour has ten or more")
    found += [f"{where}: {problem}" for problem in wrong_listings(text, root)]
    return found


def check(root: Path) -> list[str]:
    pages = [root / "README.md", root / "README.zh.md", *sorted((root / "docs").rglob("*.md"))]
    if not (root / "docs/tour.md").exists():
        return ["docs/tour.md is missing"]
    return [problem for page in pages for problem in problems_of(page, root)] + unlisted_examples(root, pages)


def self_test() -> list[str]:
    """Each planted mistake must be found, and a right page must pass."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "docs").mkdir()
        (root / "ipc").mkdir()
        (root / "ipc/a.c").write_text("static int here(int x)\n{\n    return there(x);\n}\n")
        (root / "ipc/b.c").write_text("int b;\n")
        (root / "ipc/b.toml").write_text("b = 1\n")
        (root / "docs/other.md").write_text("# Other\n\n## There\n")
        for picture in ("docs/images/both.svg", "docs/images/one.svg", "docs/zh/images/both.svg"):
            (root / picture).parent.mkdir(parents=True, exist_ok=True)
            (root / picture).touch()
        page = root / "docs/page.md"
        cases = {
            "[x](gone.md)": 1,
            "[x](other.md#gone)": 1,
            "[x](#gone)": 1,
            "# A heading\n\n[x](#a-heading) and [x](other.md#there)": 0,
            "![x](images/both.svg)": 0,
            "`ipc/gone.c`": 1,
            "`ipc/a.c:there`": 1,
            "`ipc/gone.c:here`": 1,
            "`ipc/a.c:here` and [x](page.md) and `ipc/a.c`": 0,
            "```\n`ipc/gone.c`\n```": 0,
            "<!-- ipc/b.c -->\n```c\nint b;\n```\n": 0,
            "<!-- ipc/b.c -->\n```c\nint c;\n```\n": 1,
            "<!-- ipc/gone.c -->\n```c\nint b;\n```\n": 1,
            "<!-- ipc/b.toml -->\n```toml\nb = 1\n```\n": 0,
            "<!-- ipc/b.toml -->\n```toml\nb = 2\n```\n": 1,
        }
        failed = []
        for text, expected in cases.items():
            page.write_text(text)
            anchors.cache_clear()
            got = len(problems_of(page, root))
            if got != expected:
                failed.append(f"self-test: {text!r}: {got} problems, expected {expected}")
        page = root / "docs/zh/page.md"
        page.write_text("![x](images/both.svg) ![x](../images/both.svg) ![x](../images/one.svg)")
        if len(problems_of(page, root)) != 1:
            failed.append("self-test: an English picture on a Chinese page is not found")
        (root / EXAMPLES).mkdir(parents=True)
        (root / EXAMPLES / "new.c").write_text("int n;\n")
        if len(unlisted_examples(root, [page])) != 1:
            failed.append("self-test: an example that no page shows is not found")
        return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, nargs="?", default=Path(__file__).parents[2])
    parser.add_argument("--self-test", action="store_true", help="try the checks on planted mistakes")
    options = parser.parse_args()
    problems = self_test() if options.self_test else check(options.root.resolve())
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
