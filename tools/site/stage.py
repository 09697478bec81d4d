"""Writes what Sphinx reads of one language: README and docs as they are, but for what the site has elsewhere.

Links lead to pages of the same language where there are such, else to the other language's, and to files of the tree
in pages that show them. Enter at stage().
"""

import fnmatch
import html
import os
import pathlib
import re
import shutil
import sys
import tomllib
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import kernel_calls  # noqa: E402
import page_text  # noqa: E402

NAVIGATION = pathlib.Path(__file__).with_name("navigation.toml")
SOURCES = "source"  # the site's folder of files of the tree
LEXERS = {".c": "c", ".h": "c", ".asm": "nasm", ".sh": "bash", ".py": "python", ".toml": "toml", ".mjs": "js"}
HAN = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”‘’"
FULL_WIDTH_MARKS = "，。；：、！？（）《》“”"
BEGINS_A_BLOCK = re.compile(r"\s*([-*+>|#<(]|\d+\. |```)")
CODE_OR_LINK = re.compile(rf"(?P<code>{page_text.CODE_WORDS.pattern})|{page_text.LINK.pattern}")


class Failed(Exception):
    """What is wrong with a page, in words for its author."""


@dataclass(frozen=True)
class Language:
    folder: str  # of the site
    sphinx: str  # its name there
    name: str  # as its readers call it
    readme: str
    docs: str
    part: str  # its key in navigation.toml
    untranslated: str  # said where the other language has no such page
    run_here: str


ENGLISH = Language("en", "en", "English", "README.md", "docs", "english", "no English page", "Run it here")
CHINESE = Language("zh", "zh_CN", "中文", "README.zh.md", "docs/zh", "chinese", "尚无中文页", "在这里运行")
LANGUAGES = (ENGLISH, CHINESE)


def name_of(path):
    """(language, page) of a Markdown file of the tree; None where it is no page of the docs."""
    text = path.as_posix()
    for language in (CHINESE, ENGLISH):
        if text == language.readme:
            return language, "index"
        if text.startswith(language.docs + "/") and text.endswith(".md"):
            return language, text[len(language.docs) + 1:-len(".md")]
    return None


class Site:
    """Which pages there are, and what their anchors are."""

    def __init__(self, root=ROOT):
        self.root = root
        self.pages = {language: {} for language in LANGUAGES}
        for path in [root / ENGLISH.readme, root / CHINESE.readme, *sorted((root / "docs").rglob("*.md"))]:
            language, page = name_of(path.relative_to(root))
            self.pages[language][page] = path
        self.made = {language: {} for language in LANGUAGES}  # pages that are no files
        self.shown = set()  # files of the tree that some page links
        self.anchors = {}

    def has_anchor(self, path, anchor):
        if path not in self.anchors:
            self.anchors[path] = page_text.anchors(path.read_text(encoding="utf-8"))
        return anchor in self.anchors[path]


# ---- A page ----------------------------------------------------------------------------------------------------


def label(page, anchor):
    """What Sphinx calls a heading: unlike an anchor, of all pages."""
    return re.sub(r"[^a-z0-9]+", "-", page.lower()) + "--" + anchor


def way(page, to):
    """From a page of the site to a place below the site's root."""
    return "../" * (page.count("/") + 1) + to


class Staged:
    """One page on its way."""

    def __init__(self, site, language, page):
        self.site, self.language, self.page = site, language, page
        self.path = site.pages[language][page]
        self.used = set()  # anchors

    def fail(self, words):
        raise Failed(f"{self.path.relative_to(self.site.root)}: {words}")

    def markdown(self, words, to):
        return f"[{words}]({to})"

    def plain_link(self, words, to):
        return f'<a href="{html.escape(to)}">{words}</a>'

    def to_page(self, words, language, page, anchor):
        target = self.site.pages[language][page]
        if anchor and not self.site.has_anchor(target, anchor):
            self.fail(f"{target.relative_to(self.site.root)} has no heading for #{anchor}")
        if language != self.language:
            return self.plain_link(words, way(self.page, f"{language.folder}/{page}.html"))
        if anchor:
            return self.markdown(words, label(page, anchor))
        return self.markdown(words, os.path.relpath(page + ".md", os.path.dirname(self.page) or "."))

    def to_file(self, words, path):
        """A file of the tree, which the English site shows."""
        if not (self.site.root / path).is_file():
            return words
        self.site.shown.add(path)
        return self.plain_link(words, way(self.page, f"{ENGLISH.folder}/{SOURCES}/{path}.html"))

    def link(self, found):
        if found["code"]:
            return found[0]
        place, anchor, words = found["place"], (found["anchor"] or "#")[1:], found["words"]
        if "://" in place:
            return found[0]
        if not place:
            return self.to_page(words, self.language, self.page, anchor)
        path = pathlib.Path(os.path.normpath(self.path.parent / place)).relative_to(self.site.root)
        if found["mark"]:
            own = pathlib.Path(self.language.docs)
            below = path.relative_to(own if path.is_relative_to(own) else "docs")
            to = os.path.relpath(below, os.path.dirname(self.page) or ".")
            return f"![{words}]({to})"
        named = name_of(path)
        if named and named[1] in self.site.pages[named[0]]:
            language, page = named
            # A page that both have, in the reader's language; README's link to its translation is meant as it is.
            if language == ENGLISH != self.language and page in self.site.pages[self.language] and page != "index":
                language = self.language
            return self.to_page(words, language, page, anchor)
        return self.to_file(words, path.as_posix())

    def headed(self, text):
        """Each heading with its label, in the place of the anchor that stands before it where it has one."""
        def head(found):
            anchor = found["anchor"] or page_text.slug(found["words"])
            if anchor in self.used:
                return found["heading"]
            self.used.add(anchor)
            return f"({label(self.page, anchor)})=\n{found['heading']}"

        return re.sub(r'(?:<a id="(?P<anchor>[^"\n]+)"></a>\n)?(?P<heading>^#{1,6} +(?P<words>.+?)$)', head, text, flags=re.M)

    def prose(self, text):
        """Of what stands between blocks of code."""
        if self.language == CHINESE:
            text = joined(text)
        return self.headed(CODE_OR_LINK.sub(self.link, text))

    def text(self):
        whole, parts, last = self.path.read_text(encoding="utf-8"), [], 0
        for block in page_text.FENCE.finditer(whole):
            parts += [self.prose(whole[last:block.start()]), block[0]]
            last = block.end()
        return "".join(parts) + self.prose(whole[last:])


def joined(text):
    """Lines of a paragraph that end or go on with a Chinese character as one: a browser shows the line's end as a blank."""
    lines = []
    for line in text.split("\n"):
        before = lines[-1] if lines else ""
        if before and line.strip() and not BEGINS_A_BLOCK.match(line) and not before.startswith(("|", "#", "<!--")) and (
                before[-1] in FULL_WIDTH_MARKS or re.match(rf"[{HAN}]", before[-1]) and re.match(rf"\s*[{HAN}]", line)):
            lines[-1] += line.strip()
        else:
            lines.append(line)
    return "\n".join(lines)


# ---- The order -------------------------------------------------------------------------------------------------


def toctree(pages, caption=None):
    option = [f":caption: {caption}"] if caption else []
    return "\n".join(["", "```{toctree}", ":hidden:", *option, "", *pages, "```", ""])


def by_section(page):
    """The manual's pages by their section, all others by name."""
    section = re.search(r"\.(\d)$", page)
    return (section[1] if section else "", page)


def entries(part):
    """(page, pattern of those below it) of a part; a page's own name is not below it."""
    for entry in part["pages"]:
        yield (entry["page"], entry["below"]) if isinstance(entry, dict) else (entry, "")


def navigation(site, language):
    """Page -> the toctrees that belong to its end."""
    there, trees, named = dict(site.pages[language]), {"index": []}, {"index"}
    there |= site.made[language]
    for part in tomllib.loads(NAVIGATION.read_text(encoding="utf-8"))["part"]:
        listed = [(page, pattern) for page, pattern in entries(part) if page in there]
        for page, pattern in listed:
            below = sorted((p for p in there if p != page and fnmatch.fnmatchcase(p, pattern)), key=by_section)
            trees[page] = [toctree([f"/{p}" for p in below])] if below else []
            named |= {page, *below}
        if listed:
            trees["index"].append(toctree([page for page, _ in listed], part[language.part]))
    nowhere = sorted(there.keys() - named)
    if nowhere:
        raise Failed(f"{there[nowhere[0]].relative_to(site.root)}: in no part of {NAVIGATION.relative_to(ROOT)}")
    return trees


# ---- All of them -----------------------------------------------------------------------------------------------


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def show_file(site, folder, path):
    """A page of the tree's file, which search and order leave out."""
    lexer = LEXERS.get(os.path.splitext(path)[1], "text")
    title = f"``{path}``"
    code = [f"   {line}" for line in (site.root / path).read_text(encoding="utf-8").splitlines()]
    lines = [":orphan:", ":nosearch:", "", title, "=" * len(title), "", f".. code-block:: {lexer}", "   :linenos:", "   :force:", "",
             *code, ""]
    write(folder / SOURCES / f"{path}.rst", "\n".join(lines))


def stage(site, folder):
    """Fills folder/en and folder/zh."""
    site.made = {language: kernel_calls.pages(site.root, language == CHINESE) for language in LANGUAGES}
    for language in reversed(LANGUAGES):  # what Chinese pages link of the tree, the English site shows
        trees = navigation(site, language)
        for page in site.pages[language]:
            text = Staged(site, language, page).text() + "".join(trees.get(page, []))
            write(folder / language.folder / f"{page}.md", text)
        for docs in (ENGLISH.docs, language.docs):  # pictures with the language's words take the place of the English ones
            shutil.copytree(site.root / docs / "images", folder / language.folder / "images", dirs_exist_ok=True)
    for language, made in site.made.items():
        index = folder / language.folder / "index-of-calls.md"
        write(index, kernel_calls.linked(index.read_text(encoding="utf-8"), made))
        for page, text in made.items():
            write(folder / language.folder / f"{page}.md", text)
    for path in sorted(site.shown):
        show_file(site, folder / ENGLISH.folder, path)
