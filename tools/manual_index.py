"""docs/index-of-calls.md and docs/zh/index-of-calls.md: what there is, with its page, the docs that tell of it, and its source.

The Chinese index has the summaries of docs/zh/man, for the kernel's calls those of docs/zh/protocols.toml, and the texts of
docs/zh/index-of-calls.toml.
"""

import functools
import os
import re

import languages
import manual_read
import protocol_page
import protocol_read
import translations

PAGES_MOST = 3  # of the docs that a row names
TITLE = "Index of calls and commands"
ABOUT = (
    "Every command of the shell, every program of the archive, every call, the functions of libc that have a page, and every "
    "command of `./parley`.",
    "In the guest `help NAME` shows the page. Made by `tools/manual.py --index`.",
)
HEAD = ("name", "what it does", "told in", "source")


class English:
    """Where the index and what it links are, and its texts."""

    path, comma = "docs/index-of-calls.md", ", "

    def page(self, path):
        return path

    def text(self, words):
        return words

    def summary(self, page):
        return page.summary

    def complaints(self, _pages):
        return ()


class Chinese:
    """The same in Chinese. A page without its translation keeps its English summary: tools/languages.py names it."""

    path, comma = "docs/zh/index-of-calls.md", "、"

    def __init__(self, root):
        self._texts = translations.Table(root, "docs/zh/index-of-calls.toml")
        self._pages = {page.key: page for page in manual_read.read_pages(root, manual_read.CHINESE)}
        calls = manual_read.kernel_calls(protocol_read.read_all(root)[0])
        self._abouts = {f"sys_{call.name}": call.about for call in calls}
        self._protocols = translations.Table(root, protocol_page.TABLE)

    def page(self, path):
        return languages.chinese_of(path) if path.startswith("docs/") else path

    def text(self, words):
        return self._texts.text(words)

    def summary(self, page):
        if page.name in self._abouts:
            return re.split("[。；：]", self._protocols.text(self._abouts[page.name]))[0]
        return self._pages.get(page.key, page).summary

    def complaints(self, pages):
        """Once the index is made: texts that are missing or too many; pages whose items are not about what the English ones' are."""
        yield from self._texts.complaints()
        for page in pages:
            chinese = self._pages.get(page.key)
            if chinese and chinese.terms != page.terms:
                yield (f"{chinese.source}: its items are about {', '.join(chinese.terms) or 'nothing'}, "
                       f"those of {page.source} about {', '.join(page.terms) or 'nothing'}")


# ---- Where things are ------------------------------------------------------------------------------------------


class Tree:
    """What the sources and the docs have, read once, when it is asked for."""

    def __init__(self, root):
        self.root = root

    @functools.cached_property
    def docs(self):
        made = ("docs/zh/", "docs/man/", "docs/labs/", English.path)
        return {path: self.read(path) for path in self.files_below("docs", ".md") if not path.startswith(made)}

    @functools.cached_property
    def headers(self):
        return {path: self.read(path) for path in self.files_below("libc/include/parley", ".h")}

    @functools.cached_property
    def shell(self):
        return {path: self.read(path) for path in self.files_below("servers/shell", ".c")}

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def files_below(self, folder, ending):
        for where, _, names in sorted(os.walk(os.path.join(self.root, folder))):
            for name in sorted(names):
                if name.endswith(ending):
                    yield os.path.relpath(os.path.join(where, name), self.root)

    def mentions(self, name):
        """The pages that have NAME as code, those with most of it first."""
        word = re.compile(rf"`(?:\\$ )?{re.escape(name)}(?![\w-])")
        counts = {path: len(word.findall(text)) for path, text in self.docs.items()}
        found = sorted((path for path in counts if counts[path]), key=lambda path: (-counts[path], path))
        return found[:PAGES_MOST]

    def function_in(self, files, name):
        for path, text in files.items():
            if re.search(rf"^[\w *]*\b{name}\(", text, re.M):
                return path
        return None

    def source(self, page):
        if page.section == 1:
            own = f"servers/programs/{page.name}.c"
            if os.path.exists(os.path.join(self.root, own)):
                return own
            return self.function_in(self.shell, f"command_{page.name}") or page.source
        if "ipc_request(SYSTEM" in page.synopsis:  # a call of the kernel's for which libc has no function
            return page.source
        return self.function_in(self.headers, re.search(r"(\w+)\(", page.synopsis)[1])

    def parley_commands(self):
        """Name -> what `./parley help` says of it."""
        return dict(re.findall(r"^  \./parley ([\w-]+)(?: [A-Z]+)? +(\S.*)$", self.read("parley"), re.M))


# ---- The index -------------------------------------------------------------------------------------------------


def link(tongue, path):
    return f"[{path.removeprefix('docs/')}]({os.path.relpath(tongue.page(path), os.path.dirname(tongue.path))})"


def row(tongue, name, page, summary, docs, source):
    cells = (f"`{name}`" if page is None else f"[`{name}`](man/{page.key}.md)", summary.replace("|", "\\|"),
             tongue.comma.join(link(tongue, path) for path in docs), link(tongue, source))
    return f"| {' | '.join(cells)} |"


def page_row(tongue, tree, page):
    own = page.source.startswith(manual_read.ENGLISH.folder)
    docs = ([] if own else ["docs/protocols.md"]) + tree.mentions(page.name)
    label = page.name if page.section == 1 else f"{page.name}({page.section})"
    return row(tongue, label, page if own else None, tongue.summary(page), dict.fromkeys(docs), tree.source(page))


def section(tongue, title, rows):
    return [f"## {tongue.text(title)}", "", f"| {' | '.join(map(tongue.text, HEAD))} |", f"|{' --- |' * len(HEAD)}", *rows, ""]


def index(tongue, tree, pages):
    lines = [f"# {tongue.text(TITLE)}", "", *map(tongue.text, ABOUT), ""]
    for number, title in manual_read.SECTIONS.items():
        rows = [page_row(tongue, tree, page) for page in pages if page.section == number]
        lines += section(tongue, title[0].upper() + title[1:], rows)
    lines += section(tongue, "Commands of ./parley", [
        row(tongue, f"./parley {name}", None, tongue.text(summary), tree.mentions(f"./parley {name}"),
            f"tools/commands/{name}.sh")
        for name, summary in sorted(tree.parley_commands().items()) if name != "help"])
    return "\n".join(lines)
