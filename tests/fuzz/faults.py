#!/usr/bin/env python3
"""Puts faults into what the fuzzers run, one at a time: each must be found.

    faults.py BUILD [WORD...]      all, or those whose line has one of the words

A fault is a changed piece of one file, compiled beside the tree and linked with the other objects of its
fuzzer, which then runs from the same seeds and with the same random numbers as its test does, for as many
inputs as the fault is given here. Prints after how many it was found.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.append(os.path.join(ROOT, "tests", "mutants"))

import seeds  # noqa: E402
from fault import Misfit, replace_once  # noqa: E402

LONGEST = {"module_line": 599, "elf": 1024, "archive": 4097, "multiboot": 2048, "text": 256, "terminal": 256}
CORE, TRAP, LINE, ELF, ARCHIVE, LOADER, TEXT, SCREEN = 30000, 30000, 400000, 600000, 200000, 400000, 200000, 60000

# Fuzzer, inputs that it gets, file, what is wrong, the text once, and as it is with the fault.
FAULTS = (
    ("core", CORE, "ipc/reply.c", "a ticket of 0 after 65535",
     "client->ticket == UINT16_MAX ? 1", "client->ticket == UINT16_MAX ? 0"),
    ("core", CORE, "ipc/reply.c", "a late answer ends the next request",
     " ||\n        client->ticket != ticket)", ")"),
    ("core", CORE, "ipc/rendezvous.c", "a message counts as a turn where no event could come",
     "if (src == ANY && event_mask != 0)", "if (src == ANY)"),
    ("core", CORE, "ipc/rendezvous.c", "a message is taken of one that does not offer any",
     "!ipc_is_queued(sender) || sender->waits_for", "sender->waits_for"),
    ("core", CORE, "ipc/deadlock.c", "a timed wait makes an edge",
     "t->process[peer].timed ? IPC_NO_SLOT : ipc_peer(t, peer)", "ipc_peer(t, peer)"),
    ("core", CORE, "ipc/event.c", "the source of events that was served is served again",
     "(uint16_t)(source + 1 == IPC_PROCESSES ? 0 : source + 1)", "(uint16_t)source"),
    ("core", CORE, "ipc/table.c", "events of the dead stay",
     "    ipc_drop_events(t, slot);\n", ""),
    ("core", CORE, "ipc/select.c", "the search begins with the pair that was found",
     "(uint16_t)(index + 1)", "(uint16_t)index"),
    ("trap", TRAP, "kernel/message.c", "a message is received into read-only memory",
     "receives ? SPACE_WRITE : 0, &c->explicit", "0, &c->explicit"),
    ("trap", TRAP, "kernel/message.c", "four bytes at a page's end make a straddling message too long",
     "room < MESSAGE_BYTES ? room", "room <= MESSAGE_BYTES + 4 ? room"),
    ("trap", TRAP, "kernel/call.c", "in_outbox exchanges the boxes",
     "    c->caller->in_box = in;\n    c->caller->out_box = out;\n",
     "    c->caller->in_box = out;\n    c->caller->out_box = in;\n"),
    ("trap", TRAP, "kernel/call.c", "a call without a deadline gets one",
     "    if (!(c->registers.call & IPC_TIMEOUT))\n        return;\n", ""),
    ("trap", TRAP, "ipc/open.c", "a timed receive is open to the machine's own path",
     "p->delivered && !p->timed", "p->delivered"),
    ("trap", TRAP, "kernel/handover.c", "a receive with a straddling message is open to it",
     "&& caller->arch.deliver.first_bytes == 0", ""),
    ("trap", TRAP, "ipc/open.c", "a receive whose turn is a message's is open to it",
     "!p->timed &&\n           !p->prefer_message", "!p->timed"),
    ("module_line", LINE, "kernel/module_line.c", "numbers beyond 32 bits are cut",
     "if (value > UINT32_MAX)", "if (value > UINT32_MAX * 16ull)"),
    ("module_line", LINE, "kernel/module_line.c", "a range that ends at 4 GB starts in the first megabyte",
     "map->bytes > LOW_MEGABYTE - map->start", "map->start + map->bytes > LOW_MEGABYTE"),
    ("module_line", LINE, "kernel/module_line.c", "arguments one byte too long",
     "used + word.length + 1 >= ARGUMENT_BYTES", "used + word.length >= ARGUMENT_BYTES"),
    ("module_line", LINE, "kernel/module_line.c", "a name one letter too long",
     "s.length >= 1 && s.length < NAME_BYTES", "s.length >= 1 && s.length <= NAME_BYTES"),
    ("elf", ELF, "kernel/elf.c", "a segment whose sizes add up to 4 GB is empty",
     "(p->memory_bytes | p->file_bytes) == 0", "p->memory_bytes + p->file_bytes == 0"),
    ("elf", ELF, "kernel/elf.c", "a segment's offset and size wrap",
     "p->offset > bytes || p->file_bytes > bytes - p->offset", "p->offset + p->file_bytes > bytes"),
    ("elf", ELF, "kernel/elf.c", "a section header goes across the file's end",
     "at + sizeof *section > bytes - h->section_offset", "at > bytes - h->section_offset"),
    ("archive", ARCHIVE, "servers/files/archive.c", "a file goes on behind the archive",
     "if (*bytes > room)", "if (*bytes > room + ARCHIVE_BLOCK_BYTES)"),
    ("archive", ARCHIVE, "servers/files/archive.c", "a name's end is not looked for",
     "if (!name_end || !prefix_end)", "if (!prefix_end)"),
    ("archive", ARCHIVE, "servers/files/archive.c", "a part of the name may be ..",
     "           !(length == 2 && part[0] == '.' && part[1] == '.');", "           length > 0;"),
    ("archive", ARCHIVE, "servers/files/archive.c", "half an end mark is read behind the archive",
     "left >= 2 * ARCHIVE_BLOCK_BYTES && ", ""),
    ("multiboot", LOADER, "arch/x86/multiboot.c", "a string one byte longer than its place",
     "if (i == capacity - 1) {", "if (i == capacity) {"),
    ("multiboot", LOADER, "arch/x86/multiboot.c", "one module more than fit",
     "    if (info->module_count == BOOT_MODULES_MAX)", "    if (info->module_count > BOOT_MODULES_MAX)"),
    ("multiboot", LOADER, "arch/x86/multiboot.c", "a map entry that is too short",
     "else if (e.bytes < MAP_ENTRY_LEAST)", "else if (e.bytes + 4 < MAP_ENTRY_LEAST)"),
    ("multiboot", LOADER, "arch/x86/multiboot.c", "what lies behind a hole is lost",
     "        if (old.end > hole.end)\n            spans_insert(s, (struct span){hole.end, old.end});\n", ""),
    ("text", TEXT, "libc/stdlib/number.c", "0x is a number without a digit",
     "&& isxdigit((unsigned char)at[2])", ""),
    ("text", TEXT, "libc/stdio/format.c", "padding in whole blocks",
     "count < (int)sizeof(block) ? (size_t)count : sizeof(block)", "sizeof(block)"),
    ("text", TEXT, "servers/shell/words.c", "one word more than fit",
     "if (s->words->count == WORDS_MAX)", "if (s->words->count > WORDS_MAX)"),
    ("text", TEXT, "servers/shell/match.c", "a name one letter too long",
     "length >= MATCH_NAME_BYTES ||", "length > MATCH_NAME_BYTES ||"),
    ("terminal", SCREEN, "servers/tty/terminal.c", "a glyph is put and its row not marked as changed",
     "    touch(t, t->row, t->row + 1u);\n    if (t->column", "    if (t->column"),
    ("terminal", SCREEN, "servers/tty/terminal.c", "the cursor one column beyond the last",
     "column >= TERMINAL_COLUMNS ? TERMINAL_COLUMNS - 1", "column > TERMINAL_COLUMNS ? TERMINAL_COLUMNS - 1"),
    ("terminal", SCREEN, "servers/tty/line.c", "a line without room for its end",
     "line->length + 1 >= LINE_BYTES", "line->length >= LINE_BYTES"),
)


class Build:
    """How the build folder compiles and links the fuzzers."""

    def __init__(self, folder):
        self.folder = folder
        listing = json.loads(self.ninja("-t", "compdb"))
        self.compiles = {entry["output"]: entry for entry in listing if entry["file"].endswith(".c")}

    def ninja(self, *arguments):
        return subprocess.run(["ninja", *arguments], cwd=self.folder, check=True, capture_output=True,
                              text=True).stdout

    def run(self, command):
        done = subprocess.run(command, shell=True, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{command}\n{done.stdout}{done.stderr}")

    def program(self, fuzzer, path, source, target):
        """Links the fuzzer with another text for one of its files."""
        link = self.ninja("-t", "commands", f"fuzz-{fuzzer}").splitlines()[-1]
        original = os.path.join(ROOT, path)
        entry = next(e for o, e in self.compiles.items() if e["file"] == original and f" {o} " in link)
        new_object = source + ".o"
        compile_it = entry["command"].replace(f"-c {original}", f"-c {source}")
        compile_it = re.sub(r" -M[TF] \S+| -MD| -o \S+", "", compile_it)
        self.run(f"{compile_it} -Wno-error -iquote {os.path.dirname(original)} -o {new_object}")
        link = link.replace(f" {entry['output']} ", f" {new_object} ")
        self.run(re.sub(r" -o \S+", f" -o {target}", link))


def with_fault(path, old, new):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        try:
            return replace_once(file.read(), old, new)
        except Misfit as misfit:
            sys.exit(f"{path}: {misfit}")


def look(fuzzer, program, inputs, folder):
    """Whether it fails, after how many inputs, and what it says."""
    seeds.write(fuzzer, folder)
    words = os.path.join(HERE, fuzzer + ".dict")
    flags = [f"-runs={inputs}", "-seed=1", "-reload=0", "-detect_leaks=0", "-timeout=20",
             f"-max_len={LONGEST.get(fuzzer, 4096)}", f"-artifact_prefix={folder}/", "-print_final_stats=1"]
    flags += [f"-dict={words}"] if os.path.exists(words) else []
    run = subprocess.run([program, *flags, folder], capture_output=True, text=True, errors="replace")
    said = run.stdout + run.stderr
    count = re.search(r"number_of_executed_units:\s*(\d+)", said)
    why = re.search(r"^FAILURE: (.*)|(?:ERROR: AddressSanitizer|runtime error): (.*)", said, re.M)
    return run.returncode != 0, count[1] if count else "?", (why[1] or why[2])[:70] if why else ""


def main():
    build = Build(os.path.abspath(sys.argv[1]))
    words = sys.argv[2:]
    found = tried = 0
    for fuzzer, inputs, path, what, old, new in FAULTS:
        if words and not any(word in f"{fuzzer} {path} {what}" for word in words):
            continue
        with tempfile.TemporaryDirectory() as folder:
            source, program = os.path.join(folder, os.path.basename(path)), os.path.join(folder, "fuzzer")
            with open(source, "w", encoding="utf-8") as file:
                file.write(with_fault(path, old, new))
            build.program(fuzzer, path, source, program)
            os.mkdir(os.path.join(folder, "inputs"))
            fails, count, why = look(fuzzer, program, inputs, os.path.join(folder, "inputs"))
        tried, found = tried + 1, found + fails
        print(f"{fuzzer}: {what} ({path}): {'found' if fails else 'NOT FOUND'} after {count}: {why}", flush=True)
    print(f"{tried} faults, {found} found")
    return 0 if tried and found == tried else 1


if __name__ == "__main__":
    sys.exit(main())
