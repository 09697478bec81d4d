#!/usr/bin/env python3
"""Puts one fault at a time into a copy of the tree; the proofs must say what is wrong with it.

    faults.py [--list] [NUMBER...]    NUMBER: of a fault, from 1; all of them when none is given
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import frama

sys.path.append(os.path.join(frama.ROOT, "tests", "mutants"))
from fault import Misfit, replace_once  # noqa: E402

EVA, OUTSIDE = "eva.py", "out of bounds index"
# What finds it (a proof, and the file of wp/ when it is WP), what it must name; the file, and the
# text to replace. The names are of goals, or of Eva's alarms.
FAULTS = (
    (EVA, OUTSIDE, "ipc/core.h", "    IPC_ASSERT(slot < IPC_PROCESSES);\n", ""),
    (EVA, OUTSIDE, "ipc/event.c", "word < IPC_SLOT_WORDS", "word <= IPC_SLOT_WORDS"),
    (EVA, OUTSIDE, "ipc/rendezvous.c", "    if (sender < IPC_PROCESSES)\n",
     "    if (sender != IPC_NO_SLOT)\n"),
    ("queue", "append_ensures_before", "ipc/queue.c",
     "process->queue_previous = queue->queue_last", "process->queue_previous = queue->queue_first"),
    ("queue", "remove_ensures_behind", "ipc/queue.c",
     "].queue_previous = process->queue_previous", "].queue_previous = (uint16_t)owner"),
    ("check", "slot_of", "ipc/check.c", "slot >= IPC_PROCESSES ||", "slot > IPC_PROCESSES ||"),
    ("check", "slot_of_ensures_found", "ipc/check.c",
     "        t->process[slot].endpoint != endpoint)", "        t->process[slot].endpoint < endpoint)"),
    ("reply", "never_none", "ipc/reply.c", "client->ticket == UINT16_MAX ? 1 : client->ticket + 1",
     "client->ticket + 1"),
    ("message", "locate_box_ensures_in_one_page", "kernel/message.c",
     "> PAGE_BYTES - MESSAGE_BYTES)", "> PAGE_BYTES - MESSAGE_BYTES + MESSAGE_ALIGN)"),
    ("message", "locate_ensures_first", "kernel/message.c",
     "room < MESSAGE_BYTES ? room : MESSAGE_BYTES", "MESSAGE_BYTES"),
    ("memory", "in_this_page_ensures_one_page", "kernel/memory.c",
     "    return bytes < room ? bytes : room;", "    return bytes <= room ? bytes : room + 1;"),
    ("module_line", "read_number", "kernel/module_line.c",
     "        if (value > UINT32_MAX)\n            return false;\n", ""),
    ("elf", "check_header_ensures_whole", "kernel/elf.c",
     "table_bytes > bytes - h->program_offset", "h->program_offset + table_bytes > bytes"),
    ("multiboot", "map_span_ensures", "arch/x86/multiboot.c",
     "length > ADDRESS_END - r.start ?", "r.start + length > ADDRESS_END ?"),
    ("paging", "window_ensures_beyond", "arch/x86/paging.c",
     "bytes > window_bytes - address)", "address + bytes > window_bytes)"),
    ("words", "words_number", "servers/shell/words.c", "n > (most - digit) / 10", "n > most / 10"),
)


def copy_tree(root):
    for folder in ("ipc", "kernel", "arch", "servers", "libc", "tests/static"):
        shutil.copytree(os.path.join(frama.ROOT, folder), os.path.join(root, folder))


def seed(root, file, good, bad):
    with open(os.path.join(frama.ROOT, file), encoding="ascii") as source:
        text = source.read()
    try:
        text = replace_once(text, good, bad)
    except Misfit as misfit:
        sys.exit(f"{file}: {misfit}: faults.py names what is gone")
    with open(os.path.join(root, file), "w", encoding="ascii") as target:
        target.write(text)


def proof(root, finder):
    """The run that must fail, and what it printed."""
    arguments = [EVA] if finder == EVA else ["wp.py", "--seconds", "5", finder]
    return subprocess.run(
        [sys.executable, os.path.join(frama.HERE, arguments[0]), "--root", root, *arguments[1:]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def is_found(fault):
    finder, said, file, good, bad = fault
    with tempfile.TemporaryDirectory() as root:
        copy_tree(root)
        seed(root, file, good, bad)
        answer = proof(root, finder)
    found = answer.returncode == 1 and said in answer.stdout
    words = " ".join(good.split())
    print(f"{'found' if found else 'MISSED'}: {file}: {words} ({finder}: {said})", flush=True)
    if not found:
        print(answer.stdout)
    return found


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER")
    return parser.parse_args()


def main():
    options = parse()
    faults = [FAULTS[number - 1] for number in options.numbers] or FAULTS
    if options.list:
        for number, (finder, _, file, good, _) in enumerate(FAULTS, 1):
            print(f"{number:2} {finder:12} {file}: {' '.join(good.split())}")
        return 0
    found = sum(map(is_found, faults))
    print(f"proof: {len(faults)} faults put in, {found} found")
    return 0 if found == len(faults) else 1


if __name__ == "__main__":
    sys.exit(main())
