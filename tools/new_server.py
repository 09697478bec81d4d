"""Writes a folder with all that a server is, from tools/server_template. Called by ./parley new-server.

A name is refused where anything of the system has it already: a module, a command, a protocol, or a header whose names
in C would begin the same way. The protocol's number is the next that is free.
"""

import argparse
import os
import pathlib
import re
import shutil
import sys

import manual_read
import protocol_read

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE = pathlib.Path(__file__).resolve().parent / "server_template"

NAME_LONGEST = 15  # of a process
BASE_FIRST = 0x8000  # below are the system's
RESERVED = {"all", "any", "bin", "boot", "build", "hardware", "judge", "kernel", "main", "nobody", "none", "parley",
            "protocols", "self", "servers", "system", "test", "text", "tests", "user"}


class Refused(Exception):
    """The folder can't be written; the text says why."""


def module_names():
    """Module's name -> the file that has it."""
    names = {}
    for path in [ROOT / "iso/modules.conf", *sorted(ROOT.glob("servers/*/boot.conf"))]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                names.setdefault(line.split()[1], path.relative_to(ROOT))
    return names


def commands():
    """What the shell takes for a command of its own or of the archive's."""
    programs = (ROOT / "servers/programs/CMakeLists.txt").read_text(encoding="utf-8")
    return {*manual_read.shell_commands(ROOT), *re.findall(r"^parley_command\(([\w-]+)", programs, re.M)}


def header_with(prefix):
    """A public header that has names with this beginning, or None."""
    for folder in ("ipc/include/abi", "libc/include"):
        for path in sorted((ROOT / folder).rglob("*.h")):
            if re.search(rf"^\s*(#define )?{prefix}_[A-Z0-9]", path.read_text(encoding="utf-8"), re.M):
                return path.relative_to(ROOT)
    return None


def check_name(name, protocols):
    if not protocol_read.NAME.fullmatch(name) or len(name) > NAME_LONGEST:
        raise Refused(f"'{name}' is no name: take 1 to {NAME_LONGEST} lower-case letters and digits, a letter first, "
                      "words joined by one _")
    if name in protocol_read.KEYWORDS:
        raise Refused(f"'{name}' is a word of C; take another name")
    if name in RESERVED:
        raise Refused(f"'{name}' means something else already; take another name")
    if name in module_names():
        raise Refused(f"{module_names()[name]} has a module '{name}' already; take another name")
    if name in commands():
        raise Refused(f"'{name}' is a command at the prompt already; take another name")
    for protocol in protocols:
        if name == protocol.name or name.upper() == protocol.prefix:
            raise Refused(f"{protocol.path} describes a protocol '{name}' already; take another name")
    header = header_with(name.upper())
    if header:
        raise Refused(f"{header} has names that begin with {name.upper()}_, as this server's would; take another name")


def free_base(protocols):
    taken = {protocol.base for protocol in protocols}
    for base in range(BASE_FIRST, protocol_read.BASE_LAST + 1, protocol_read.NUMBERS):
        if base not in taken:
            return base
    raise Refused("all numbers of protocols are taken")


def write(folder, values):
    """All files or none."""
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        for template in sorted(TEMPLATE.glob("*.in")):
            text = re.sub(r"@([A-Z]+)@", lambda found: values[found[1]], template.read_text(encoding="utf-8"))
            (new / template.name.removesuffix(".in").replace("NAME", values["NAME"])).write_text(text, encoding="utf-8")
        os.rename(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def parse():
    parser = argparse.ArgumentParser(prog="./parley new-server")
    parser.add_argument("name")
    parser.add_argument("--outside", metavar="DIR", type=pathlib.Path)
    return parser.parse_args()


def main():
    options = parse()
    name = options.name
    outside = options.outside is not None
    folder = (options.outside if outside else ROOT / "servers") / name
    try:
        protocols, _ = protocol_read.read_all(str(ROOT))
        if folder.exists() and protocol_read.NAME.fullmatch(name):
            raise Refused(f"{folder if outside else f'servers/{name}'} is there already; remove it, or take another name")
        check_name(name, protocols)
        base = free_base(protocols)
        write(folder, {
            "NAME": name, "PREFIX": name.upper(), "BASE": f"{base:#x}",
            "RUN": "cmake --build build --target run" if outside else "./parley run --quick",
            "TEST": "ctest --test-dir build" if outside else f"./parley test {name}"})
    except (Refused, protocol_read.Refused) as error:
        sys.exit(f"./parley new-server: {error}")
    except OSError as error:
        sys.exit(f"./parley new-server: {folder}: {error.strerror}")
    print(f"Wrote {folder if outside else folder.relative_to(ROOT)}, protocol number {base:#x}:")
    for path in sorted(folder.iterdir()):
        print(f"  {path.name}")


if __name__ == "__main__":
    main()
