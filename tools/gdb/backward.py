"""Going back in a replay: last-message, last-write.

QEMU 7.2 steps back one instruction and runs back to a breakpoint (reverse-stepi, reverse-continue). It does not
come to an end where no breakpoint, or only a watchpoint, lies before, and searches from the start for each
hit that a condition refuses. So these commands run forward instead, from the start to here, and count what
they meet; then they go to the last of it.
"""

import contextlib
import re

import gdb
import kernel_state
import message_break
import process_view
import programs

INSTRUCTIONS = re.compile(r"instruction count = (\d+)")
SNAPSHOT = "start"  # rrsnapshot= (tools/recording.py)


def now():
    """Instructions since the start."""
    found = INSTRUCTIONS.search(gdb.execute("monitor info replay", to_string=True))
    if not found:
        raise gdb.GdbError("only a replay can go back: ./parley record, then ./parley replay DIR --gdb")
    return int(found[1])


def rewind():
    """To the start. (`monitor replay_seek` would run on, and lose what GDB sends meanwhile.)"""
    gdb.execute(f"monitor loadvm {SNAPSHOT}", to_string=True)
    gdb.execute("maintenance flush register-cache", to_string=True)


@contextlib.contextmanager
def silence():
    """Nothing of what GDB says on the way is for a person."""
    for setting in ("file /dev/null", "redirect on", "enabled on"):
        gdb.execute(f"set logging {setting}", to_string=True)
    try:
        yield
    finally:
        for setting in ("enabled off", "redirect off", "file gdb.txt"):
            gdb.execute(f"set logging {setting}", to_string=True)


def run(end):
    """Forward to the next stop; its instruction, or None: it is `end`, or nothing came before."""
    gdb.execute(f"monitor replay_break {end}", to_string=True)
    with silence():
        gdb.execute("continue")
    here = now()
    return here if here < end else None


def last_stop(end, wanted=lambda: True):
    """The instruction of the last wanted stop before `end`, running forward from here; None: there is none."""
    last = None
    while (here := run(end)) is not None:
        if wanted():
            last = here
    return last


class Backward(gdb.Command):
    """What both commands do: put what stops the machine, look for its last stop, go there or stay."""

    def invoke(self, argument, _from_tty):
        self.dont_repeat()
        process_view.close()
        end = now()
        others = [point for point in (*gdb.breakpoints(), *message_break.Point.there) if point.enabled]
        for point in others:
            point.enabled = False
        try:
            # Not to `end`: where that is a place of these, QEMU would stop for two reasons, and say it twice.
            last = self.search(argument, end - 1)
            rewind()
            run(end if last is None else last)
        finally:
            gdb.execute("monitor replay_delete_break", to_string=True)
            for point in others:
                if point.is_valid():
                    point.enabled = True
        if last is None:
            raise gdb.GdbError("nothing of that kind before this moment")
        self.tell()
        gdb.execute("frame")

    def search(self, argument, end):
        raise NotImplementedError

    def tell(self):
        pass


class LastMessage(Backward):
    """last-message FROM TO TYPE: in a replay, back to where the last such message was sent; as for
    break-on-message."""

    def __init__(self):
        super().__init__("last-message", gdb.COMMAND_RUNNING)

    def search(self, argument, end):
        words = gdb.string_to_argv(argument)
        if len(words) != 3:
            raise gdb.GdbError("last-message FROM TO TYPE")
        self.watch = message_break.Watch(0, *words, quiet=True)
        try:
            rewind()
            return last_stop(end)
        finally:
            self.watch.remove()

    def tell(self):
        self.watch.tell_here()


class LastWrite(Backward):
    """last-write EXPRESSION: in a replay, back to just after the instruction that last changed it. A variable of
    a program means that of the process that runs now."""

    def __init__(self):
        super().__init__("last-write", gdb.COMMAND_RUNNING)

    def search(self, argument, end):
        value = gdb.parse_and_eval(argument)
        address, kind = int(value.address), value.type
        self.of_kernel = address >= kernel_state.KERNEL_BASE
        self.process = None if self.of_kernel else kernel_state.Process(kernel_state.context_slot()).name
        start = self.start()
        rewind()
        # Before, there are no page tables through which GDB could read what it watches.
        begin = gdb.Breakpoint(start, internal=True)
        found = run(end)
        begin.delete()
        if found is None:
            return None
        watch = gdb.Breakpoint(f"*({kind} *){address:#x}", gdb.BP_WATCHPOINT, gdb.WP_WRITE, internal=True)
        try:
            return last_stop(end, self.by_this_process)
        finally:
            watch.delete()

    def start(self):
        if self.of_kernel:
            return "kernel_main"
        process = kernel_state.Process(kernel_state.context_slot())
        return programs.main_of(process_view.program_of(process))

    def by_this_process(self):
        return self.of_kernel or kernel_state.Process(kernel_state.context_slot()).name == self.process


def register():
    LastMessage()
    LastWrite()
