#!/usr/bin/env python3
"""Makes everything that is made from servers/protocols/*.toml, and from those in other servers' folders.

    tools/protocols.py --build FOLDER    generated/proto/*.h and *.c, and protocols.json, in FOLDER
    tools/protocols.py --docs            writes what docs/protocols.md and docs/zh/protocols.md say of each protocol
    tools/protocols.py --check-docs      says whether that is what the descriptions say
    tools/protocols.py                   only reads them: says what is wrong with them

The build calls it whenever a description has changed. Reading is protocol_read.py's, writing
protocol_write.py's and protocol_page.py's; protocol_decode.py reads messages with the JSON.
"""

import argparse
import os
import sys

import protocol_page
import protocol_read
import protocol_write
import translations
from made_file import write_if_changed

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", metavar="FOLDER", help="write what the build needs there")
    parser.add_argument("--docs", action="store_true", help="write the pages of the docs")
    parser.add_argument("--check-docs", action="store_true", help="compare them")
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
    try:
        if options.check_docs:
            protocol_page.check(ROOT, system)
        if options.docs:
            protocol_page.write(ROOT, system)
    except (protocol_page.Stale, translations.Refused) as error:
        sys.exit(str(error))
    print(f"{len(protocols)} protocols, {sum(len(p.messages) for p in protocols)} messages")


if __name__ == "__main__":
    main()
