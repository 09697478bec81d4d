#!/usr/bin/env python3
"""Makes everything that is made from servers/protocols/*.toml, and from those in other servers' folders.

    tools/protocols.py --build FOLDER    generated/proto/*.h and *.c, and protocols.json, in FOLDER
    tools/protocols.py --docs            writes what docs/protocols.md says of each protocol
    tools/protocols.py --check-docs      says whether that is what the descriptions say
    tools/protocols.py                   only reads them: says what is wrong with them

The build calls it whenever a description has changed. Reading is protocol_read.py's, writing
protocol_write.py's; protocol_decode.py reads messages with the JSON.
"""

import argparse
import itertools
import os
import sys

import protocol_read
import protocol_write

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "docs/protocols.md"
MARK = "<!-- From here on made by tools/protocols.py --docs: change servers/protocols, not this. -->\n"


def write_if_changed(path, text):
    """So that what did not change is not compiled again."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def write_headers(folder, protocols):
    headers = {p.name + ".h": protocol_write.header(p, protocols) for p in protocols if p.header is None}
    for name, text in headers.items():
        write_if_changed(os.path.join(folder, name), text)
    for name in os.listdir(folder):
        if name not in headers:
            os.remove(os.path.join(folder, name))


def write_build(folder, protocols, abi):
    write_headers(os.path.join(folder, "generated/proto"), protocols)
    write_if_changed(os.path.join(folder, "generated/protocol_tables.c"), protocol_write.tables(protocols))
    write_if_changed(os.path.join(folder, "generated/repeatable.c"), protocol_write.repeatable(protocols))
    write_if_changed(os.path.join(folder, "generated/protocol_abi.h"), protocol_write.abi(protocols))
    write_if_changed(os.path.join(folder, "protocols.json"), protocol_write.json_text(protocols, abi))


def split_page():
    """The page's two parts: what people wrote, and what was made."""
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        written, mark, made = file.read().partition(MARK)
    if not mark:
        sys.exit(f"{PAGE}: the line that begins the generated part is missing:\n{MARK}")
    return written, made


def check_docs(made):
    there = split_page()[1].splitlines()
    wanted = made.splitlines()
    if there != wanted:
        both = itertools.zip_longest(there, wanted, fillvalue="(its end)")
        now, then = next((a, b) for a, b in both if a != b)
        sys.exit(f"{PAGE} is not what servers/protocols says. It has\n    {now}\nand the descriptions say\n    {then}\n"
                 "Run tools/protocols.py --docs and look at what changed.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", metavar="FOLDER", help="write what the build needs there")
    parser.add_argument("--docs", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--check-docs", action="store_true", help=f"compare {PAGE}")
    parser.add_argument("--own", metavar="FILE", nargs="*", default=[],
                        help="descriptions of one's own, beside those of servers/protocols and servers/*")
    options = parser.parse_args()
    try:
        protocols, abi = protocol_read.read_all(ROOT, options.own)
    except protocol_read.Refused as error:
        sys.exit(str(error))
    system = [p for p in protocols if os.path.dirname(p.path) == protocol_read.SYSTEM]  # the page's
    if options.build:
        write_build(options.build, protocols, abi)
    if options.check_docs:
        check_docs(protocol_write.page(system))
    if options.docs:
        write_if_changed(os.path.join(ROOT, PAGE), split_page()[0] + MARK + protocol_write.page(system))
    print(f"{len(protocols)} protocols, {sum(len(p.messages) for p in protocols)} messages")


if __name__ == "__main__":
    main()
