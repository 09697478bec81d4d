#!/usr/bin/env python3
"""Writes the archive that the file server's suite has for a data module: files that are good, and entries of
which each is wrong in another way; with --good only the former. judge.c knows what is in it, and so do the programs
that check the file server while it is killed (recovery) or faults are put into it (tests/faults).

    make_archive.py [--good] FILE
"""

import io
import sys
import tarfile


def entry(name, content=b"", kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, target
    return info.tobuf(tarfile.USTAR_FORMAT) + content.ljust(-(-len(content) // 512) * 512, b"\0")


def large():
    """200,000 bytes: the numbers of its own places."""
    text = b"".join(b"%07d\n" % at for at in range(0, 200000, 8))
    return text[:200000]


def main():
    good = "--good" in sys.argv
    with io.BytesIO() as archive:
        archive.write(entry("notes.txt", b"One note.\n"))
        if not good:
            archive.write(entry("link", kind=tarfile.SYMTYPE, target="notes.txt"))
        archive.write(entry("data/large", large()))
        if not good:
            archive.write(entry("/absolute", b"a"))
            archive.write(entry("up/../up", b"a"))
            archive.write(entry("notes.txt", b"Another note.\n"))
        archive.write(entry("empty"))
        if not good:
            spoilt = bytearray(entry("spoilt", b"a"))
            spoilt[0] ^= 1
            archive.write(bytes(spoilt))
            archive.write(entry("behind", b"a"))
        archive.write(bytes(1024))
        with open(sys.argv[-1], "wb") as file:
            file.write(archive.getvalue())


if __name__ == "__main__":
    main()
