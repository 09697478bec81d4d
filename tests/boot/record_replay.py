"""./parley record and replay: a recorded run repeats to the byte, on the terminal and in the trace's ring; GDB
goes back in it, and searches it; a folder that is not as it was is told from one that is."""

import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import types

import gdb_session
from parley_machine import BOUND, ROOT, check, run

import record  # tools/, which parley_machine has made importable
import recording
import replay

COMMANDS = ("run greet", "ps")
MEGABYTES = 64
STEPS_BACK = 4
RESET_VECTOR = r"^0x0000fff0 in"
WINDOW = 0xC0000000  # arch/x86/layout.h: KERNEL_BASE


def options_for(build, folder):
    return types.SimpleNamespace(build=build, folder=folder, append="", memory=MEGABYTES, machine=None, cpu=None,
                                 commands=COMMANDS)  # fmt: skip


def memory_in_file(kept):
    """The guest's memory is this file of the recording from now on, which is there when QEMU has ended."""
    kept.known["arguments"] += ["-object", f"memory-backend-file,id=ram,size={MEGABYTES}M,mem-path=memory,share=on",
                                "-machine", "memory-backend=ram"]  # fmt: skip
    (kept.folder / recording.DESCRIPTION).write_text(json.dumps(kept.known))
    return kept.folder / "memory"


def address_of(build, symbol):
    lines = subprocess.run(["nm", build / "kernel" / "parley"], capture_output=True, text=True, check=True).stdout
    return int(re.search(rf"^(\w+) \w {symbol}$", lines, re.M)[1], 16)


def trace_ring(build, memory):
    """The bytes of the ring, out of a guest's memory."""
    at = address_of(build, "kernel_trace_ring") - WINDOW
    _, first, end = (word - WINDOW for word in struct.unpack_from("<3I", memory, at))
    return memory[first:end]


def make(build, folder):
    kept = record.create(options_for(build, folder))
    memory = memory_in_file(kept)
    code, panicked = record.record(kept, COMMANDS, BOUND)
    check(code is not None and not panicked, f"the guest did not power off:\n{kept.terminal.read_text()}")
    text = kept.terminal.read_text(errors="replace")
    check("run greet" in text and "You are visitor 1" in text and "poweroff" in text, f"what was typed?\n{text}")
    return kept, memory.read_bytes()


def repeats(kept, recorded):
    (kept.folder / "memory").unlink()
    result = subprocess.run([sys.executable, "tools/replay.py", kept.folder], cwd=ROOT, capture_output=True,
                            text=True, check=False, timeout=2 * BOUND)  # fmt: skip
    size = len(kept.terminal.read_bytes())
    check(result.returncode == 0 and f"the same {size} bytes" in result.stderr, f"it differs: {result.stderr}")
    check("You are visitor 1" in result.stdout, f"the replay does not show what the guest says: {result.stdout}")
    replayed = (kept.folder / "memory").read_bytes()
    ring = trace_ring(kept.folder, recorded)
    check(any(ring), "the ring of the trace is empty: nothing was compared")
    check(ring == trace_ring(kept.folder, replayed), "the ring of the trace is not what it was")
    check(recorded == replayed, "the memory is not what it was")


def tells_a_difference():
    for recorded, replayed, at in ((b"one\ntwo", b"one\ntoo", "byte 5, line 2"), (b"one", b"one\n", "byte 3,"),
                                   (b"one\n", b"one", "byte 3,")):  # fmt: skip
        check(at in (replay.difference(recorded, replayed) or ""), f"{recorded} and {replayed} are not told apart")


def backward(kept):
    """By instructions, to a breakpoint, and to the start, where nothing stops it before. Each step back may meet
    QEMU's threads where they wait for each other; so the device that lets them is looked for, too."""
    s = gdb_session.Script()
    s.do("monitor info qtree", "i8042", never=("kvmvapic",))
    s.do("stop-in hello-server").do("continue", " main \\(|^main \\(").do("set $here = $pc")
    for command in ["stepi"] * STEPS_BACK + ["reverse-stepi"] * STEPS_BACK:
        s.do(command)
    s.do("print $pc == $here", "= 1")
    s.do("break *trap_call_saved").do("reverse-continue", "trap_call_saved").do("delete")
    s.do("reverse-continue", RESET_VECTOR)
    gdb_session.run(s, "replay", "--gdb", kept.folder)


def searches(kept):
    """In the middle of the run, back by messages and by writes."""
    s = gdb_session.Script()
    s.do("stop-in hello-server").do("continue", " main \\(|^main \\(")
    s.do("break-on-message greet hello *").do("continue", "^Message 1, greet -> hello: ")
    s.do("break-on-message delete")
    s.do("last-message HARDWARE tty *", r"^Message, HARDWARE -> tty: interrupt\(")
    s.do("last-message * names publish", r'^Message, hello -> names: publish\(name="hello"')
    s.do("proc hello").do("bt", "hello-server.c")
    s.do("last-write ipc_table.process[1].received").do("print ipc_table.process[1].received", "= [1-9]")
    s.do("stop-in names").do("last-message * names nonsense", "no message and no error")
    s.do("last-message hello shell 0x7777", "nothing of that kind before this moment")
    gdb_session.run(s, "replay", "--gdb", kept.folder)


def refuses(folder):
    result = subprocess.run([sys.executable, "tools/replay.py", folder], cwd=ROOT, capture_output=True, text=True,
                            check=False, timeout=BOUND)  # fmt: skip
    check(result.returncode == 125 and "is no recording" in result.stderr, result.stderr)
    (folder / "precious").write_text("")
    try:
        recording.create(folder, ["qemu-system-i386", "-kernel", "k"], ROOT)
    except recording.Unusable:
        return
    check(False, "a folder with other things in it is overwritten")


def test(build, theme):
    with tempfile.TemporaryDirectory(prefix="parley-record-") as place:
        place = pathlib.Path(place)
        kept, memory = make(build, place / "run")
        if theme == "searches":
            searches(kept)
            return
        repeats(kept, memory)
        backward(kept)
        tells_a_difference()
        (place / "other").mkdir()
        refuses(place / "other")


if __name__ == "__main__":
    run(test, "repeats", "searches")
