#!/usr/bin/env python3
"""Holds the Chinese pages to the English ones: docs/zh/pairs.txt has what both were when they said the same.

    tools/languages.py --check                     says which pages changed on one side only, are missing, or differ in structure
    tools/languages.py --both-say-the-same PAGE... notes both sides as they are now; PAGE is either side's path
    tools/languages.py --one-side --both-say-the-same PAGE...
                                                   also where one side alone has changed: say so only after reading both

A page and its translation have the same headings (number and levels), blocks of code, number of rows in tables, and links.
Code is not translated, its comments neither.
"""

import argparse
import collections
import hashlib
import os
import posixpath
import sys
from dataclasses import dataclass
from pathlib import Path

import page_text

ROOT = Path(__file__).resolve().parents[1]
TABLE = "docs/zh/pairs.txt"
ABOUT = """# Pages that say the same: the English one, then the beginnings of the SHA-256 of the English and of the Chinese text.
# Kept by tools/languages.py --both-say-the-same.
"""
# Both are made, and tools/manual.py compares them with what they are made from.
MADE = ("docs/index-of-calls.md",)
CHINESE_ONLY = ("docs/zh/glossary.md",)


def chinese_of(page):
    return "README.zh.md" if page == "README.md" else "docs/zh/" + page.removeprefix("docs/")


def english_of(page):
    return "README.md" if page == "README.zh.md" else "docs/" + page.removeprefix("docs/zh/")


def is_chinese(page):
    return page == "README.zh.md" or page.startswith("docs/zh/")


@dataclass
class Pair:
    """An English page and its translation, either of which may be missing (None)."""

    page: str
    english: str | None
    chinese: str | None

    @property
    def hashes(self):
        return tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in (self.english, self.chinese))


def read(root, page):
    path = root / page
    return path.read_text(encoding="utf-8") if path.is_file() else None


def all_pairs(root):
    pages = ["README.md", "README.zh.md"] + [path.relative_to(root).as_posix() for path in (root / "docs").rglob("*.md")]
    found = {english_of(page) if is_chinese(page) else page for page in pages if page not in CHINESE_ONLY}
    return [Pair(page, read(root, page), read(root, chinese_of(page))) for page in sorted(found.difference(MADE))]


# ---- The same structure ----------------------------------------------------------------------------------------


def all_links(page, text):
    """How often what is linked; pages by their English path, the page of the other language left out."""
    own = english_of(page) if is_chinese(page) else page
    counts = collections.Counter()
    for link in page_text.links(text):
        place = link.place
        if place and "://" not in place:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(page), place))
            place = english_of(place) if is_chinese(place) else place
        if link.anchor or place not in ("", own):
            counts[(place if place != own else "") + link.anchor] += 1
    return counts


def rows(text):
    return sum(line.startswith("|") for line in page_text.prose(text).splitlines())


def differences(pair):
    """What of the structure is not the same, a line each."""
    chinese = chinese_of(pair.page)
    heads = [page_text.headings(text) for text in (pair.english, pair.chinese)]
    if [level for level, _ in heads[0]] != [level for level, _ in heads[1]]:
        parted = next(((a, b) for a, b in zip(*heads) if a[0] != b[0]), None)
        where = f"at {parted[1][1]}, which is {parted[0][1]} there" if parted else "at the end"
        yield f"{chinese}: {len(heads[1])} headings, the English page has {len(heads[0])}; they part {where}"
    code = [page_text.blocks(text) for text in (pair.english, pair.chinese)]
    if len(code[0]) != len(code[1]):
        yield f"{chinese}: {len(code[1])} blocks of code, the English page has {len(code[0])}"
    for number, (one, other) in enumerate(zip(*code), 1):
        if one != other:
            lines = [f"{language}\n{text}(its end)".splitlines() for language, text in (other, one)]
            there, wanted = next((a, b) for a, b in zip(*lines) if a != b)
            yield f"{chinese}: block of code {number} is not the English page's: it has\n    {there}\nthere stands\n    {wanted}"
    links = [all_links(page, text) for page, text in ((pair.page, pair.english), (chinese, pair.chinese))]
    for what, missing in (("does not link", links[0] - links[1]), ("links, as the English page does not,", links[1] - links[0])):
        yield from (f"{chinese}: {what} {target}" for target in missing)
    if rows(pair.english) != rows(pair.chinese):
        yield f"{chinese}: {rows(pair.chinese)} rows of tables, the English page has {rows(pair.english)}"


# ---- The table -------------------------------------------------------------------------------------------------


def read_table(root):
    text = read(root, TABLE) or ""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    if any(len(line) != 3 for line in lines):
        sys.exit(f"{TABLE}: a line is a page and two hashes, not: {next(' '.join(line) for line in lines if len(line) != 3)}")
    return {page: (english, chinese) for page, english, chinese in lines}


def write_table(root, noted):
    lines = [f"{page} {' '.join(hashes)}\n" for page, hashes in sorted(noted.items())]
    (root / TABLE).write_text(ABOUT + "".join(lines), encoding="utf-8")


def changed(pair, noted):
    """The sides that are not as noted."""
    sides = zip((pair.page, chinese_of(pair.page)), pair.hashes, noted)
    return [side for side, now, then in sides if now != then]


def problem(pair, noted):
    """What is wrong with the pair as a whole, or None."""
    if pair.chinese is None:
        return f"{pair.page}: has no Chinese page; write {chinese_of(pair.page)}"
    if pair.english is None:
        return f"{chinese_of(pair.page)}: there is no English page {pair.page} (any more)"
    if noted is None:
        return f"{pair.page}: nobody has said that {chinese_of(pair.page)} says the same; tools/languages.py --both-say-the-same"
    sides = changed(pair, noted)
    if len(sides) == 1:
        other = chinese_of(pair.page) if sides[0] == pair.page else pair.page
        return f"{sides[0]}: changed, and {other} did not: bring that up to date, then tools/languages.py --both-say-the-same {pair.page}"
    if sides:
        return f"{pair.page}: both languages changed; if they say the same, tools/languages.py --both-say-the-same {pair.page}"
    return None


def check(root):
    noted = read_table(root)
    pairs = all_pairs(root)
    found = []
    for pair in pairs:
        wrong = problem(pair, noted.get(pair.page))
        found += [wrong] if wrong else []
        found += differences(pair) if pair.english is not None and pair.chinese is not None else []
    gone = set(noted) - {pair.page for pair in pairs}
    found += [f"{TABLE}: {page}: there is no such page in either language" for page in sorted(gone)]
    return found, len(pairs)


def renew(root, pages, one_side):
    """Notes the pages as they are; what speaks against it, a line each, and then nothing is noted."""
    noted = read_table(root)
    pairs = {pair.page: pair for pair in all_pairs(root)}
    found = []
    for page in pages:
        page = english_of(page) if is_chinese(page) else page
        pair = pairs.get(page)
        if pair is None or pair.english is None or pair.chinese is None:
            found.append(f"{page}: there are no two pages: {page} and {chinese_of(page)}")
            continue
        sides = changed(pair, noted[page]) if page in noted else []
        if len(sides) == 1 and not one_side:
            found.append(f"{page}: only {sides[0]} has changed. If the other one needs no change, add --one-side.")
        found += differences(pair)
        noted[page] = pair.hashes
    if not found:
        write_table(root, noted)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="say what is wrong")
    what.add_argument("--both-say-the-same", metavar="PAGE", nargs="+", help="note both sides as they are")
    parser.add_argument("--one-side", action="store_true", help="also where only one side has changed")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree")
    options = parser.parse_args()
    if options.check:
        found, count = check(options.root)
        print(f"{count} pages, {len(found)} problems")
    else:
        pages = [os.path.relpath(Path(page).resolve(), options.root.resolve()) for page in options.both_say_the_same]
        found = renew(options.root, pages, options.one_side)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
