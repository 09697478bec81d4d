"""Parley's commands and printers for GDB: `source tools/gdb/parley.py` once the kernel's file is loaded.

It loads the symbols of the programs beside the kernel. Everything reads the stopped machine through the kernel's window and changes nothing in it, so that all of it
works in a replay as well, backward and forward. ./parley debug loads this; docs/debugging.md shows it.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent), str(FOLDER.parent / "trace")]  # the last for abi.py

import backward  # noqa: E402
import message_break  # noqa: E402
import printers  # noqa: E402
import process_view  # noqa: E402
import programs  # noqa: E402
import trace_ring  # noqa: E402
import waiting  # noqa: E402

for module in (programs, waiting, trace_ring, process_view, message_break, backward):
    module.register()
printers.register()
