"""Reads the manual: the pages of docs/man, and a page for each call to the kernel from its description.

A page is Markdown, and of that no more than this: `# NAME(SECTION)`, a summary of one line, then sections `##` with
paragraphs, fenced blocks and lists whose items begin with - and may name a term first, as - `TERM`: text. Within a line
`code`, *emphasis* and [links](to). What else stands there is refused, so that every reader of a page sees all of it.
The Chinese pages, of docs/zh/man, have the same form with headings of their own.
"""

import os
import re
from dataclasses import dataclass, field

import protocol_page
import protocol_read

SHELL_TABLE = "servers/shell/commands.c"
SECTIONS = {1: "commands and programs", 2: "calls", 3: "functions of libc"}
NAMES_MOST = len("man/ipc_reply_receive.2")  # a name in the archive has 27 characters
TITLE = re.compile(r"# ([\w-]+)\(([123])\)")
ITEM = re.compile(r"- (?:`([^`]+)`(?:: |：))?(.*)", re.S)
PROTOTYPE = re.compile(r"^((?:_Noreturn )?\w[\w ]* \**(sys_\w+)\([^;{]*\));", re.M)


class Refused(Exception):
    """A page that cannot be accepted; the text is for its author."""


@dataclass(frozen=True)
class Language:
    folder: str
    headings: tuple[str, ...]


ENGLISH = Language("docs/man", ("Synopsis", "Description", "Errors", "Example", "See also"))
CHINESE = Language("docs/zh/man", ("用法", "说明", "错误", "示例", "参见"))


@dataclass
class Block:
    kind: str  # "text", "code" or "item"
    text: str
    term: str | None = None


@dataclass
class Page:
    name: str
    section: int
    summary: str
    source: str  # the file to change
    sections: dict[str, list[Block]] = field(default_factory=dict)  # by their English headings

    @property
    def key(self):
        return f"{self.name}.{self.section}"

    @property
    def synopsis(self):
        return self.sections["Synopsis"][0].text

    @property
    def terms(self):
        """What its items are about, in order: errors, arguments."""
        return [block.term for blocks in self.sections.values() for block in blocks if block.term]

    @property
    def see(self):
        """The pages that it names, as (name, section)."""
        return [(name, int(number)) for block in self.sections.get("See also", [])
                for name, number in re.findall(r"([\w-]+)\(([123])\)", block.text)]


# ---- Markdown ----------------------------------------------------------------------------------------------


def blocks_of(where, lines):
    """The blocks of one section. A blank line ends a paragraph or an item."""
    blocks, code = [], None
    for line in lines:
        if line.startswith("```"):
            if code is None:
                code = []
            else:
                blocks.append(Block("code", "\n".join(code)))
                code = None
        elif code is not None:
            code.append(line)
        elif not line.strip():
            blocks.append(None)
        elif re.match(r"[#|>]|\d+\. |\* |!\[|<", line):
            raise Refused(f"{where}: a page of the manual cannot have this: {line}")
        elif line.startswith("- "):
            blocks.append(Block("item", line))
        elif blocks and blocks[-1] and blocks[-1].kind != "code":
            blocks[-1].text += " " + line.strip()
        else:
            blocks.append(Block("text", line.strip()))
    if code is not None:
        raise Refused(f"{where}: a block of code without its end")
    blocks = [block for block in blocks if block]
    for block in blocks:
        if block.kind == "item":
            block.term, block.text = ITEM.fullmatch(block.text).groups()
    return blocks


def read_page(path, text, language):
    """A page from Markdown."""
    head, *parts = re.split(r"^## (.*)\n", text, flags=re.M)
    lines = [line for line in head.splitlines() if line.strip()]
    title = TITLE.fullmatch(lines[0]) if len(lines) == 2 else None
    if not title:
        raise Refused(f"{path}: begins with `# NAME(SECTION)` and one line of summary")
    page = Page(title[1], int(title[2]), lines[1].strip(), path)
    if os.path.basename(path) != page.key + ".md":
        raise Refused(f"{path}: the page of {title[0][2:]} is called {page.key}.md")
    if len(f"man/{page.key}") > NAMES_MOST:
        raise Refused(f"{path}: the name is longer than an archive's name may be")
    for heading, body in zip(parts[::2], parts[1::2]):
        english = dict(zip(language.headings, ENGLISH.headings)).get(heading)
        if english is None or english in page.sections:
            raise Refused(f"{path}: the sections are {', '.join(language.headings)}, each once; not {heading}")
        page.sections[english] = blocks_of(f"{path}, {heading}", body.splitlines())
    check(page, language)
    return page


def check(page, language):
    if list(page.sections) != [heading for heading in ENGLISH.headings if heading in page.sections]:
        raise Refused(f"{page.source}: the order is {', '.join(language.headings)}")
    for english, heading in list(zip(ENGLISH.headings, language.headings))[:2]:
        if not page.sections.get(english):
            raise Refused(f"{page.source}: nothing stands under {heading}")
    if page.sections["Synopsis"][0].kind != "code":
        raise Refused(f"{page.source}: the synopsis is a block of code")


def read_pages(root, language=ENGLISH):
    folder = os.path.join(root, language.folder)
    pages = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".md"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                pages.append(read_page(f"{language.folder}/{name}", file.read(), language))
    return pages


# ---- Calls to the kernel -----------------------------------------------------------------------------------


def prototypes(root, messages):
    """Of each call's name libc's functions for it: that of its name, and those whose names go on from there."""
    found = {message.name: [] for message in messages}
    folder = os.path.join(root, "libc/include/parley")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        for prototype, function in PROTOTYPE.findall(text):
            rest = function.removeprefix("sys_") + "_"
            owners = [call for call in found if rest.startswith(call + "_")]
            if owners:
                found[max(owners, key=len)].append(" ".join(prototype.split()))
    return found


def field_items(tongue, title, structure):
    if not structure:
        return []
    items = [Block("text", tongue.text(title))]
    for shown in structure.shown():
        values = tongue.text("one of {}").format(shown.set) if shown.set else ""
        told = tongue.semicolon.join(filter(None, [tongue.text(shown.about), values]))
        items.append(Block("item", told or shown.format, shown.name))
    return items


def kernel_page(protocol, message, functions, tongue):
    about = tongue.text(message.about)
    summary, rest = tongue.told_shortly(about)
    page = Page(f"sys_{message.name}", 2, summary, protocol.path)
    synopsis = functions or [tongue.text("{}, by ipc_request(SYSTEM, &m)").format(message.symbol)]
    page.sections["Synopsis"] = [Block("code", "\n".join(synopsis))]
    how = tongue.text("A message {} to SYSTEM; permitted by kernel={} on the module's line.").format(message.symbol, message.name)
    about = [Block("text", tongue.between.join(filter(None, [rest, how])))]
    about += field_items(tongue, "The request's words:", message.request)
    about += field_items(tongue, "The answer's words:", message.answer)
    page.sections["Description"] = about
    errors = {"EPERM": "the module's line does not allow it"} | message.errors
    page.sections["Errors"] = [Block("item", tongue.text(text), name) for name, text in errors.items()]
    return page


def system_of(protocols):
    return next(protocol for protocol in protocols if protocol.name == "system")


def kernel_calls(protocols):
    """The messages that are calls to the kernel."""
    return system_of(protocols).messages


def kernel_pages(root, protocols, tongue=protocol_page.English()):
    """In English, or in Chinese with the texts of docs/zh/protocols.toml, which tools/protocols.py holds complete."""
    system = system_of(protocols)
    functions = prototypes(root, system.messages)
    return [kernel_page(system, message, functions[message.name], tongue) for message in system.messages]


def shell_commands(root):
    """The names of the shell's commands, whose pages are compiled into it."""
    with open(os.path.join(root, SHELL_TABLE), encoding="utf-8") as file:
        return [name.lower() for name in re.findall(r"\bMANUAL_([A-Z_]+)\b", file.read())]


def read_all(root):
    """All pages, those of the kernel's calls as well, in order; refuses a link to a page that is not there."""
    protocols, _ = protocol_read.read_all(root)
    pages = read_pages(root) + kernel_pages(root, protocols)
    keys = {(page.name, page.section) for page in pages}
    if len(keys) != len(pages):
        raise Refused(f"{ENGLISH.folder}: two pages of one name in one section")
    for page in pages:
        for name, section in page.see:
            if (name, section) not in keys:
                raise Refused(f"{page.source}: there is no page {name}({section})")
    return sorted(pages, key=lambda page: (page.section, page.name))
