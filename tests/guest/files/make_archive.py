#!/usr/bin/env python3
"""Writes the archive that the file server's suite has for a data module: files that are good, and entries of
which each is wrong in another way. judge.c knows what is in it.

    make_archive.py FILE [good]       without those that are wrong
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
    if sys.argv[2:] == ["good"]:
        with open(sys.argv[1], "wb") as file:
            file.write(entry("notes.txt", b"One note.\n") + entry("data/large", large()) + bytes(1024))
        return
    with io.BytesIO() as archive:
        archive.write(entry("notes.txt", b"One note.\n"))
        archive.write(entry("link", kind=tarfile.SYMTYPE, target="notes.txt"))
        archive.write(entry("data/large", large()))
        archive.write(entry("/absolute", b"a"))
        archive.write(entry("up/../up", b"a"))
        archive.write(entry("notes.txt", b"Another note.\n"))
        archive.write(entry("empty"))
        spoilt = bytearray(entry("spoilt", b"a"))
        spoilt[0] ^= 1
        archive.write(bytes(spoilt))
        archive.write(entry("behind", b"a"))
        archive.write(bytes(1024))
        with open(sys.argv[1], "wb") as file:
            file.write(archive.getvalue())


if __name__ == "__main__":
    main()
