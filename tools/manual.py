#!/usr/bin/env python3
"""Makes the manual and its index: from docs/man, and of the kernel's calls from servers/protocols/system.toml.

    tools/manual.py --build FOLDER   manual.tar for the guest's archive, generated/manual.h for the shell and
                                     man/manN/NAME.N for a workstation's man, in FOLDER
    tools/manual.py --index          writes docs/index-of-calls.md and docs/zh/index-of-calls.md
    tools/manual.py --check-index    says whether these are what the tree has, and whether all has its page

manual_read.py reads, manual_write.py and manual_index.py write. `man -l FOLDER/man/man1/ps.1` shows a page.
"""

import argparse
import os
import re
import sys

import manual_index
import manual_read
import manual_write
import protocol_read
import translations
from made_file import write_if_changed

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


# ---- What has to have a page -------------------------------------------------------------------------------------


def wanted(tree):
    """(name, section) of all that a user can type or a program can call."""
    shell = re.findall(r"^int command_(\w+)\(int argc, char \*\*argv\);", tree.read("servers/shell/commands.h"), re.M)
    programs = re.findall(r"^parley_command\(([\w-]+)", tree.read("servers/programs/CMakeLists.txt"), re.M)
    calls = re.findall(r"^    X\((\w+), +IPC_", tree.read("ipc/include/abi/privilege.h"), re.M)
    kernel = [f"sys_{message.name}" for message in manual_read.kernel_calls(protocol_read.read_all(ROOT)[0])]
    return [(name, 1) for name in shell + programs] + [(name, 2) for name in [*calls, "ipc_reply_receive", *kernel]]


def complaints(tree, pages):
    have = {(page.name, page.section) for page in pages}
    needed = wanted(tree)
    yield from (f"{name}({section}) has no page in {manual_read.ENGLISH.folder}" for name, section in needed
                if (name, section) not in have)
    extra = have - set(needed)
    modules = re.findall(r"^\S+ +([\w-]+) ", tree.read("iso/modules.conf"), re.M)
    for name, section in sorted(extra):
        if section == 2 or section == 1 and name not in modules:
            yield f"{manual_read.ENGLISH.folder}/{name}.{section}.md: there is no such thing"
    headers = "".join(tree.headers.values())
    for page in pages:
        for function in re.findall(r"\b(\w+)\(", page.synopsis) if page.section > 1 else ():
            if function not in headers:
                yield f"{page.source}: no header of libc has {function}"
    known = tree.parley_commands()
    for name in known:
        if name != "help" and not os.path.exists(os.path.join(ROOT, f"tools/commands/{name}.sh")):
            yield f"./parley help names {name}, which is not there"
    yield from (f"./parley help does not name {path}" for path in tree.files_below("tools/commands", ".sh")
                if os.path.basename(path)[:-3] not in known)


# ---- Writing -----------------------------------------------------------------------------------------------------


def write_build(folder, tree, pages):
    shell = manual_read.shell_commands(ROOT)
    version = re.search(r"project\(parley VERSION (\S+)", tree.read("CMakeLists.txt"))[1]
    write_if_changed(os.path.join(folder, "generated/manual.h"), manual_write.header(pages, shell))
    write_if_changed(os.path.join(folder, "manual.tar"), manual_write.archive(pages, shell))
    for page in pages:
        write_if_changed(os.path.join(folder, f"man/man{page.section}/{page.key}"), manual_write.roff(page, version))


def tongues():
    return [manual_index.English(), manual_index.Chinese(ROOT)]


def write_index(tree, pages):
    for tongue in tongues():
        write_if_changed(os.path.join(ROOT, tongue.path), manual_index.index(tongue, tree, pages))


def check_index(tree, pages):
    wrong = list(complaints(tree, pages))
    for tongue in tongues():
        if tree.read(tongue.path) != manual_index.index(tongue, tree, pages):
            wrong.append(f"{tongue.path} is not what the tree has: run tools/manual.py --index and look at what changed")
        wrong += tongue.complaints(pages)
    print("\n".join([*wrong, f"manual: {len(pages)} pages, {len(wrong)} wrong"]))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", metavar="FOLDER", help="write what the build needs there")
    parser.add_argument("--index", action="store_true", help="write the index in both languages")
    parser.add_argument("--check-index", action="store_true", help="compare it")
    options = parser.parse_args()
    try:
        tree, pages = manual_index.Tree(ROOT), manual_read.read_all(ROOT)
        if options.build:
            write_build(options.build, tree, pages)
        if options.index:
            write_index(tree, pages)
        return check_index(tree, pages) if options.check_index else 0
    except (manual_read.Refused, protocol_read.Refused, translations.Refused) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
