#!/usr/bin/env python3
"""Makes the manual and its index: from docs/man, and of the kernel's calls from servers/protocols/system.toml.

    tools/manual.py --build FOLDER   manual.tar for the guest's archive, generated/manual.h for the shell and
                                     man/manN/NAME.N for a workstation's man, in FOLDER
    tools/manual.py --index          writes docs/index-of-calls.md
    tools/manual.py --check-index    says whether that is what the tree has, and whether all has its page

manual_read.py reads, manual_write.py writes. `man -l FOLDER/man/man1/ps.1` shows a page.
"""

import argparse
import os
import re
import sys

import manual_read
import manual_write
import protocol_read

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INDEX = "docs/index-of-calls.md"
PAGES_MOST = 3  # of the docs that a row names
ABOUT = """# Index of calls and commands

Every command of the shell, every program of the archive, every call, the functions of libc that have a page, and every command of
`./parley`. In the guest `help NAME` shows the page. Made by `tools/manual.py --index`.
"""


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def files_below(folder, ending):
    for where, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
        for name in sorted(names):
            if name.endswith(ending):
                yield os.path.relpath(os.path.join(where, name), ROOT)


# ---- Where things are ------------------------------------------------------------------------------------------


class Tree:
    """What the sources and the docs have, read once."""

    def __init__(self):
        made = ("docs/zh/", "docs/man/", "docs/labs/", INDEX)
        self.docs = {path: read(path) for path in files_below("docs", ".md") if not path.startswith(made)}
        self.headers = {path: read(path) for path in files_below("libc/include/parley", ".h")}
        self.shell = {path: read(path) for path in files_below("servers/shell", ".c")}

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
            if os.path.exists(os.path.join(ROOT, own)):
                return own
            return self.function_in(self.shell, f"command_{page.name}") or page.source
        return self.function_in(self.headers, re.search(r"(\w+)\(", page.synopsis)[1]) if "(" in page.synopsis \
            and "ipc_request(SYSTEM" not in page.synopsis else page.source


def parley_commands():
    """Name -> what `./parley help` says of it."""
    return dict(re.findall(r"^  \./parley ([\w-]+)(?: [A-Z]+)? +(\S.*)$", read("parley"), re.M))


# ---- The index -------------------------------------------------------------------------------------------------


def link(path):
    return f"[{path.removeprefix('docs/')}]({os.path.relpath(path, 'docs')})"


def row(name, page, summary, docs, source):
    cells = (f"`{name}`" if page is None else f"[`{name}`](man/{page.key}.md)", summary.replace("|", "\\|"),
             ", ".join(map(link, docs)), link(source))
    return f"| {' | '.join(cells)} |"


def page_row(tree, page):
    own = page.source.startswith(manual_read.FOLDER)
    docs = ([] if own else ["docs/protocols.md"]) + tree.mentions(page.name)
    label = page.name if page.section == 1 else f"{page.name}({page.section})"
    return row(label, page if own else None, page.summary, dict.fromkeys(docs), tree.source(page))


def index(pages):
    tree = Tree()
    lines = [ABOUT]
    head = ["| name | what it does | told in | source |", "| --- | --- | --- | --- |"]
    for section, title in manual_read.SECTIONS.items():
        lines += [f"## {title[0].upper()}{title[1:]}", "", *head]
        lines += [page_row(tree, page) for page in pages if page.section == section] + [""]
    lines += ["## Commands of ./parley", "", *head]
    lines += [row(f"./parley {name}", None, summary, tree.mentions(f"./parley {name}"), f"tools/commands/{name}.sh")
              for name, summary in sorted(parley_commands().items()) if name != "help"]
    return "\n".join(lines) + "\n"


# ---- What has to have a page -------------------------------------------------------------------------------------


def wanted():
    """(name, section) of all that a user can type or a program can call."""
    shell = re.findall(r"^int command_(\w+)\(int argc, char \*\*argv\);", read("servers/shell/commands.h"), re.M)
    programs = re.findall(r"^parley_command\(([\w-]+)", read("servers/programs/CMakeLists.txt"), re.M)
    calls = re.findall(r"^    X\((\w+), +IPC_", read("ipc/include/abi/privilege.h"), re.M)
    protocols, _ = protocol_read.read_all(ROOT)
    kernel = [f"sys_{m.name}" for p in protocols if p.name == "system" for m in p.messages]
    return [(name, 1) for name in shell + programs] + [(name, 2) for name in [*calls, "ipc_reply_receive", *kernel]]


def complaints(pages):
    have = {(page.name, page.section) for page in pages}
    yield from (f"{name}({section}) has no page in {manual_read.FOLDER}" for name, section in wanted()
                if (name, section) not in have)
    extra = have - set(wanted())
    modules = re.findall(r"^\S+ +([\w-]+) ", read("iso/modules.conf"), re.M)
    for name, section in sorted(extra):
        if section == 2 or section == 1 and name not in modules:
            yield f"{manual_read.FOLDER}/{name}.{section}.md: there is no such thing"
    headers = "".join(read(path) for path in files_below("libc/include/parley", ".h"))
    for page in pages:
        for function in re.findall(r"\b(\w+)\(", page.synopsis) if page.section > 1 else ():
            if function not in headers:
                yield f"{page.source}: no header of libc has {function}"
    for name in parley_commands():
        if name != "help" and not os.path.exists(os.path.join(ROOT, f"tools/commands/{name}.sh")):
            yield f"./parley help names {name}, which is not there"
    known = parley_commands()
    yield from (f"./parley help does not name {path}" for path in files_below("tools/commands", ".sh")
                if os.path.basename(path)[:-3] not in known)


# ---- Writing -----------------------------------------------------------------------------------------------------


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def write_build(folder, pages):
    shell = manual_read.shell_commands(ROOT)
    version = re.search(r"project\(parley VERSION (\S+)", read("CMakeLists.txt"))[1]
    write(os.path.join(folder, "generated/manual.h"), manual_write.header(pages, shell))
    write(os.path.join(folder, "manual.tar"), manual_write.archive(pages, shell))
    for page in pages:
        write(os.path.join(folder, f"man/man{page.section}/{page.key}"), manual_write.roff(page, version))


def check_index(pages):
    wrong = list(complaints(pages))
    if read(INDEX) != index(pages):
        wrong.append(f"{INDEX} is not what the tree has: run tools/manual.py --index and look at what changed")
    print("\n".join([*wrong, f"manual: {len(pages)} pages, {len(wrong)} wrong"]))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", metavar="FOLDER", help="write what the build needs there")
    parser.add_argument("--index", action="store_true", help=f"write {INDEX}")
    parser.add_argument("--check-index", action="store_true", help=f"compare {INDEX}")
    options = parser.parse_args()
    try:
        pages = manual_read.read_all(ROOT)
    except (manual_read.Refused, protocol_read.Refused) as error:
        sys.exit(str(error))
    if options.build:
        write_build(options.build, pages)
    if options.index:
        write(os.path.join(ROOT, INDEX), index(pages))
    return check_index(pages) if options.check_index else 0


if __name__ == "__main__":
    sys.exit(main())
