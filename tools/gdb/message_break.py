"""break-on-message FROM TO TYPE: stops where such a message is sent.

A message of a process is looked at at the first instruction of the gate through which it comes, before the
assembly or C has it: there the registers say everything, and it does not matter which of them delivers it.
So nothing in the machine is changed, and the same breakpoint works in a replay, in both directions. (To send
all calls the general way instead would change what a replay must repeat.) Messages that the kernel makes
itself (events, answers of SYSTEM, faults) are looked at where their receiver goes on with them.

All places are labels of the assembly: the compiler leaves no function of C where it was.
"""

import abi
import gdb
import kernel_state
import messages
import process_view

CALL = abi.CALLS
SENDING = tuple(CALL[f"IPC_{name}"] for name in ("SEND", "SEND_REC", "REQUEST", "REPLY", "REPLY_RECEIVE"))
RECEIVING = tuple(CALL[f"IPC_{name}"] for name in ("RECEIVE", "SEND_REC", "REQUEST", "RECEIVE_EX", "REPLY_RECEIVE"))
MADE_BY_KERNEL = tuple(CALL[f"IPC_CAME_{name}"] for name in ("EVENTS", "REPLY", "REQUEST"))
MESSAGE_BYTES = messages.BYTES


def at_gate():
    """What the caller sends: (from, to, 36 bytes), or None."""
    number = kernel_state.register("ecx") & CALL["IPC_CALL_MASK"]
    target = messages.signed(kernel_state.register("eax"))
    if number not in SENDING or not (abi.is_process(target) or target == abi.SYSTEM):
        return None
    caller = kernel_state.Process(kernel_state.context_slot())
    address, box = kernel_state.register("ebx"), int(caller.entry["out_box"])
    try:
        if address:
            data = caller.read(address, MESSAGE_BYTES)
        elif box:
            data = kernel_state.read_physical(box, MESSAGE_BYTES)
        else:
            return None
    except gdb.MemoryError:
        return None
    return caller.endpoint, target, data


def leaving():
    """C goes on with the process whose context is in eax. What it has from the kernel now is behind its trap."""
    table = kernel_state.symbol("process_table")
    offset = kernel_state.register("eax") - int(table.address)
    process = kernel_state.Process(offset // table[0].type.sizeof)
    frame = process_view.saved_registers(process)
    came = frame["esi"] & CALL["IPC_CAME_MASK"]
    if frame["eax"] or frame["ecx"] & CALL["IPC_CALL_MASK"] not in RECEIVING or came not in MADE_BY_KERNEL:
        return None
    if not after_trap(process, frame["eip"]):
        return None
    data = received(process, frame)
    source = messages.unpack(data)[0]
    fault = abi.is_process(source) and kernel_state.Process(source & abi.SLOT_MASK).ipc["fault"]
    made = came == CALL["IPC_CAME_EVENTS"] or source == abi.SYSTEM or fault
    return (source, process.endpoint, data) if made else None


def after_trap(process, address):
    if address == int(process.entry["arch"]["rendezvous"]["return_address"]):
        return True
    return process.read(address - 2, 2) == bytes((0xCD, CALL["IPC_VECTOR"]))


def received(process, frame):
    """The message with which its call has come back."""
    if frame["ebx"]:
        return process.read(frame["ebx"], MESSAGE_BYTES)
    return kernel_state.read_physical(int(process.entry["in_box"]), MESSAGE_BYTES)


def told_time():
    """rendezvous.asm has SYSTEM's answer where the caller wants it."""
    caller = kernel_state.Process(kernel_state.context_slot())
    return abi.SYSTEM, caller.endpoint, received(caller, process_view.saved_registers(caller))


def interrupted():
    """interrupt.asm has written the event to the driver with entry edx."""
    size = gdb.lookup_type("struct ipc_process").sizeof
    driver = kernel_state.Process(kernel_state.register("edx") // size)
    return abi.HARDWARE, driver.endpoint, kernel_state.read_physical(int(driver.ipc["in"]), MESSAGE_BYTES)


GATES = {name: at_gate for name in process_view.GATES}
OF_KERNEL = {
    "trap_resume.leaves": leaving,
    "request_to_system.answered": told_time,
    "raised.delivered": interrupted,
}


class Watch:
    """One break-on-message. `quiet`: only tell_here() speaks."""

    def __init__(self, number, source, target, kind, quiet=False):
        self.quiet = quiet
        self.number, self.words = number, (source, target, kind)
        self.source, self.target, self.kinds = source, target, messages.named_type(kind)
        places = (GATES if source not in ("HARDWARE", "SYSTEM") else {}) | OF_KERNEL
        self.points = [Point(place, look, self) for place, look in places.items()
                       if kernel_state.label(place) is not None]  # fmt: skip

    @staticmethod
    def is_end(wanted, endpoint):
        return wanted in ("*", str(endpoint)) or wanted == kernel_state.endpoint_name(endpoint)

    def matches(self, found):
        if found is None:
            return False
        source, target, data = found
        kind = messages.unpack(data)[1]
        return ((self.kinds is None or kind in self.kinds) and self.is_end(self.source, source)
                and self.is_end(self.target, target))  # fmt: skip

    def tell(self, found):
        source, target, data = found
        _, kind, words = messages.unpack(data)
        names = " -> ".join(map(kernel_state.endpoint_name, (source, target)))
        number = f" {self.number}" if self.number else ""
        print(f"Message{number}, {names}: {messages.request_text(source, target, kind, words)}")

    def tell_here(self):
        """Of the point at whose place the machine is."""
        here = kernel_state.register("eip")
        for point in self.points:
            if point.address == here:
                self.tell(point.look())
                return

    def remove(self):
        for point in self.points:
            Point.there.discard(point)
            point.delete()


class Point(gdb.Breakpoint):
    """One place where messages are seen. Not in GDB's own list: there are many for one command."""

    there = set()  # all of them

    def __init__(self, place, look, watch):
        self.address = kernel_state.label(place)
        super().__init__(f"*{self.address:#x}", internal=True)
        self.silent = True
        self.there.add(self)
        self.look, self.watch = look, watch

    def stop(self):
        found = self.look()
        if not self.watch.matches(found):
            return False
        if not self.watch.quiet:
            self.watch.tell(found)
        return True


class BreakOnMessage(gdb.Command):
    """break-on-message FROM TO TYPE: stops where FROM (a process, HARDWARE, SYSTEM) sends TO a message of TYPE
    (a name as `write` or `tty.write`, a number, or for answers an error as ENOENT); each may be `*`.
    The machine then stands at the gate: `proc FROM` shows who sends and why.
    break-on-message: those that are set. break-on-message delete [NUMBER]: no more of them."""

    def __init__(self):
        super().__init__("break-on-message", gdb.COMMAND_BREAKPOINTS)
        self.watches, self.count = {}, 0

    def invoke(self, argument, _from_tty):
        self.dont_repeat()
        words = gdb.string_to_argv(argument)
        with kernel_state.machine():
            if not words:
                self.show()
            elif words[0] == "delete" and len(words) <= 2:
                self.delete(words[1:])
            elif len(words) == 3:
                self.count += 1
                self.watches[self.count] = Watch(self.count, *words)
                print(f"Message {self.count}: " + " ".join(words))
            else:
                raise gdb.GdbError("break-on-message FROM TO TYPE; see `help break-on-message`")

    def show(self):
        for number, watch in self.watches.items():
            print(f"Message {number}: " + " ".join(watch.words))
        if not self.watches:
            print("no message is waited for")

    def delete(self, numbers):
        for number in [int(text) for text in numbers] or list(self.watches):
            if number not in self.watches:
                raise gdb.GdbError(f"there is no message {number}")
            self.watches.pop(number).remove()


def register():
    BreakOnMessage()
