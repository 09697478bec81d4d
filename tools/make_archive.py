#!/usr/bin/env python3
"""Makes the archive that the file server reads: make_archive.py ARCHIVE NAME=FILE|BASE...

Each NAME is that FILE; a BASE is an archive whose files are taken over. The same files give the same archive, byte by
byte: sorted, no times, no owners.
"""

import io
import os
import sys
import tarfile


def read(arguments):
    """Name -> content and whether it may be executed."""
    files = {}
    for argument in arguments:
        name, is_file, path = argument.partition("=")
        if is_file:
            with open(path, "rb") as file:
                files[name] = file.read(), os.access(path, os.X_OK)
            continue
        with tarfile.open(name) as base:
            for entry in base:
                files[entry.name] = base.extractfile(entry).read(), bool(entry.mode & 0o100)
    return files


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with open(sys.argv[1] + ".new", "wb") as file, \
            tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (content, executable) in sorted(read(sys.argv[2:]).items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755 if executable else 0o644
            archive.addfile(entry, io.BytesIO(content))
    os.replace(sys.argv[1] + ".new", sys.argv[1])


if __name__ == "__main__":
    main()
