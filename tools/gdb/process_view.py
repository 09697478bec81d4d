"""proc NAME: a process that does not run, as if it were stopped where it left off.

The view is a second inferior: a core file with the registers of the process's frame and the pages that its
page tables name, beside the program's own file with symbols. The machine's registers and CR3 stay as they
are, so there is nothing to put back, and a replay is not disturbed. Commands that let something run go back
to the machine first; the view is gone then.
"""

import contextlib
import tempfile

import core_file
import gdb
import kernel_state
import messages

FRAME = ("gs", "fs", "es", "ds", "edi", "esi", "ebp", "ebx", "edx", "ecx", "eax", "eip", "eflags", "esp")
GENERAL = ("ebx", "ecx", "edx", "esi", "edi", "ebp", "eax")
# Where every call comes by, with what a gate pushes in the frame; one by sysenter gets there from above.
GATES = ("rendezvous_call", "traced_call", "trap_call")
SELECTOR_USER_CODE, SELECTOR_USER_DATA, RING = 0x1B, 0x23, 3
# What lets the machine run.
RUNNING = ("continue", "step", "next", "stepi", "nexti", "finish", "until", "advance", "jump",
           "reverse-continue", "reverse-step", "reverse-next", "reverse-stepi", "reverse-nexti",
           "reverse-finish", "kill", "detach")  # fmt: skip

view = None  # the View that is open


def saved_registers(process):
    """Of a process that is not the one that runs in ring 3 now."""
    frame = process.entry["arch"]["frame"]
    return {name: int(frame[name]) & 0xFFFFFFFF for name in FRAME}


def registers_at_gate(process):
    """Of who has just come through a gate that has saved nothing else yet; None when nobody has."""
    if kernel_state.register("eip") not in map(kernel_state.label, GATES):
        return None
    return saved_registers(process) | {name: kernel_state.register(name) for name in GENERAL}


def registers_of(process):
    """Its registers in ring 3; None: they are the processor's."""
    result = saved_registers(process)
    if process.slot == kernel_state.running_slot():
        if kernel_state.register("cs") & RING == RING:
            return None
        result = registers_at_gate(process) or result
    return result | {"cs": SELECTOR_USER_CODE, "ss": SELECTOR_USER_DATA}


def regions_of(process):
    """Its memory in pieces as large as possible."""
    regions = []
    for address, page in kernel_state.user_pages(process.directory):
        data = kernel_state.read_physical(page, kernel_state.PAGE_BYTES)
        if regions and regions[-1][0] + len(regions[-1][1]) == address:
            regions[-1][1].extend(data)
        else:
            regions.append((address, bytearray(data)))
    return regions


def program_of(process):
    """The file with symbols that the process runs: one whose code its entry point is in."""
    entry = int(process.entry["module"]["program"]["entry"])
    for objfile in gdb.inferiors()[0].progspace.objfiles():
        block = objfile.lookup_global_symbol("_start") or objfile.lookup_static_symbol("_start")
        if block and block.value().address and int(block.value().address) == entry:
            return objfile.filename
    found = gdb.execute(f"info symbol {entry:#x}", to_string=True)
    if " of " in found:
        return found.rpartition(" of ")[2].strip()
    raise gdb.GdbError(f"no symbols are loaded for {process.name}, which begins at {entry:#x}")


@contextlib.contextmanager
def quiet():
    """Without GDB's word for each inferior that it switches to and each stop."""
    try:
        gdb.execute("set suppress-cli-notifications on")
    except gdb.error:  # older than GDB 13: then it says it
        yield
        return
    try:
        yield
    finally:
        gdb.execute("set suppress-cli-notifications off")


class View:
    """The inferior that shows a process, and the core file below it."""

    def __init__(self, process, registers):
        program = program_of(process)
        # GDB reads it again while the view is there.
        self.file = tempfile.NamedTemporaryFile(prefix=f"parley-{process.name}-", suffix=".core")
        self.file.write(core_file.build(registers, regions_of(process)))
        self.file.flush()
        names = {other.endpoint: other.name for other in kernel_state.processes()}
        gdb.execute("add-inferior -no-connection", to_string=True)
        self.inferior = gdb.inferiors()[-1]
        gdb.execute(f"inferior {self.inferior.num}", to_string=True)
        kernel_state.names_in_view = names
        gdb.execute(f"core-file {self.file.name}", to_string=True)
        # Not as the view's own program: GDB 13 fails when one file is that here and an added one there.
        gdb.execute(f"add-symbol-file {program}", to_string=True)

    def close(self):
        gdb.execute(f"inferior {self.inferior.num}", to_string=True)
        gdb.execute("core-file", to_string=True)  # without it GDB calls the inferior active and keeps it
        gdb.execute("inferior 1", to_string=True)
        gdb.execute(f"remove-inferiors {self.inferior.num}", to_string=True)
        self.file.close()


def close():
    """Back to the machine; the view, if there is one, is removed."""
    global view
    with quiet():
        if view is not None:
            view.close()
    view = None


def open_view(process):
    global view
    registers = registers_of(process)
    if registers is None:
        print("it has the processor: these are the machine's registers")
    else:
        with quiet():
            view = View(process, registers)


class Proc(gdb.Command):
    """proc NAME: shows the process NAME (or its endpoint) where it left off: backtrace, frame, info locals,
    print work as for a program of its own; it is a picture and cannot be changed.
    proc: back to the machine. So does every command that lets it run."""

    def __init__(self):
        super().__init__("proc", gdb.COMMAND_STACK)

    def invoke(self, argument, _from_tty):
        self.dont_repeat()
        close()
        if argument:
            process = kernel_state.named(argument.strip())
            print(f"{process.name}, endpoint {process.endpoint}: {messages.waiting_text(process)}")
            open_view(process)
        gdb.execute("frame")

    def complete(self, text, _word):
        with kernel_state.machine():
            names = [process.name for process in kernel_state.processes()]
        return [name for name in names if name.startswith(text)]


def register():
    Proc()
    for command in RUNNING:
        gdb.execute(f"define hook-{command}\npython import process_view; process_view.close()\nend")
