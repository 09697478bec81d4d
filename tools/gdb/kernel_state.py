"""The stopped machine as the kernel sees it: its process table and physical memory.

Physical memory is read through the kernel's window, which every address space has; another process's memory
through that process's own page tables. Nothing here writes.
"""

import contextlib
import struct

import abi
import gdb

# arch/x86/layout.h
KERNEL_BASE = 0xC0000000
PAGE_BYTES = 4096
MESSAGE_BYTES = 36
PRESENT, LARGE = 0x001, 0x080
NOT_CACHED = 0x018  # a device
USER_CHUNKS = KERNEL_BASE >> 22

NO_SLOT = 0xFFFF
STATES = {  # IPC_*: what a person says, with the peer behind it; as kernel/dump.c does
    "IPC_RUNNABLE": "ready",
    "IPC_SENDING": "sends to",
    "IPC_CALLING": "calls",
    "IPC_RECEIVING": "receives from",
    "IPC_ANSWER": "awaits answer of",
    "IPC_REQUESTING": "requests",
    "IPC_AWAITING": "awaits reply of",
    "IPC_SELECTING": "selects from",
}
QUEUED = ("IPC_SENDING", "IPC_CALLING", "IPC_REQUESTING")


names_in_view = None  # endpoint -> name, while a view of a process is GDB's inferior (process_view.py)


@contextlib.contextmanager
def machine():
    """Inside, the machine is GDB's inferior, also while a process's view is."""
    thread, level = gdb.selected_thread(), None
    if gdb.selected_inferior().num != 1:
        level = gdb.selected_frame().level()
        gdb.inferiors()[0].threads()[0].switch()
    try:
        yield
    finally:
        if level is not None and thread.is_valid():
            thread.switch()
            frame = gdb.newest_frame()
            while frame.level() < level:
                frame = frame.older()
            frame.select()


def read(address, count):
    """Bytes at an address of the machine as it is now."""
    return bytes(gdb.inferiors()[0].read_memory(address, count))


def read_word(address):
    return struct.unpack("<I", read(address, 4))[0]


def window_bytes():
    """So much of physical memory the kernel sees at KERNEL_BASE."""
    return int(gdb.parse_and_eval("'arch/x86/paging.c'::window_bytes"))


def read_physical(address, count):
    if address + count <= window_bytes():
        return read(KERNEL_BASE + address, count)
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)  # QEMU's: addresses are physical
    try:
        return read(address, count)
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def symbol(name):
    """A global's value; GdbError where the kernel has none of that name."""
    found = gdb.lookup_global_symbol(name)
    if found is None:
        raise gdb.GdbError(f"the kernel's symbols are not loaded: there is no {name}")
    return found.value()


def label(name):
    """The address of an assembly label, or None."""
    try:
        return int(gdb.parse_and_eval(f"(unsigned)&'{name}'"))
    except gdb.error:
        return None


def register(name):
    return int(gdb.selected_frame().read_register(name)) & 0xFFFFFFFF


class Process:
    """One slot. The core's word for it is `ipc`, the kernel's `entry`."""

    def __init__(self, slot):
        self.slot = slot
        self.entry = symbol("process_table")[slot]
        self.ipc = symbol("ipc_table")["process"][slot]

    @property
    def alive(self):
        return bool(self.entry["alive"])

    @property
    def endpoint(self):
        return int(self.ipc["endpoint"])

    @property
    def name(self):
        return self.entry["module"]["name"].string() if self.alive else "nobody"

    @property
    def priority(self):
        return int(self.entry["module"]["priority"])

    @property
    def directory(self):
        return int(self.entry["arch"]["space"]["directory"])

    @property
    def state(self):
        """The name of its state; that of who runs may be out of date: ask running_slot()."""
        return state_names()[int(self.ipc["state"])]

    @property
    def timed(self):
        return bool(self.ipc["timed"])

    def waits_for(self):
        """Endpoints and names that could end its wait; none when it does not wait."""
        if self.state in ("IPC_FREE", "IPC_RUNNABLE") or self.slot in woken_slots():
            return []
        if self.state != "IPC_SELECTING":
            return [int(self.ipc["waits_for"])]
        pairs = symbol("ipc_table")["select"][self.slot]["pair"]
        return [int(pairs[i]["source"]) for i in range(int(self.ipc["select_count"]))]

    def queue(self):
        """Who waits in its send queue, first come first."""
        table, slot, found = symbol("ipc_table")["process"], int(self.ipc["queue_first"]), []
        while slot != NO_SLOT and len(found) < slots():
            found.append(Process(slot))
            slot = int(table[slot]["queue_next"])
        return found

    def asked(self):
        """The message that it waits with, to be taken or answered; None where there is none. Where it
        stands: kernel/asked.c."""
        waits = self.state in (*QUEUED, "IPC_ANSWER", "IPC_AWAITING")
        if not waits or self.slot == running_slot() or self.slot in woken_slots():
            return None
        deliver = self.entry["arch"]["deliver"]
        place, first = int(self.ipc["in"]), MESSAGE_BYTES
        if self.state in QUEUED:
            place = int(self.ipc["out"])
        elif not self.ipc["fault"] and int(deliver["first_bytes"]):
            place, first = int(deliver["first"]), int(deliver["first_bytes"])
        elif not self.ipc["fault"] and not int(self.entry["arch"]["frame"]["ebx"]):
            place = int(self.entry["out_box"])
        data = read_physical(place, first)
        if first < MESSAGE_BYTES:
            data += read_physical(int(deliver["second"]), MESSAGE_BYTES - first)
        return data

    def text(self):
        """What it does, in words."""
        if self.slot == running_slot():
            return "running"
        if self.slot in woken_slots():
            return "ready"
        words = [STATES.get(self.state, self.state), *map(endpoint_name, self.waits_for())]
        words += ["(timed)"] if self.timed else []
        words += ["(its fault)"] if self.ipc["fault"] else []
        return " ".join(words)

    def read(self, address, count):
        """Bytes of its memory; gdb.MemoryError where it has none."""
        found = b""
        while len(found) < count:
            at = address + len(found)
            page = translate(self.directory, at)
            if page is None:
                raise gdb.MemoryError(f"{self.name} has no memory at {at:#x}")
            found += read_physical(page, min(count - len(found), PAGE_BYTES - at % PAGE_BYTES))
        return found


def slots():
    return symbol("process_table").type.range()[1] + 1


def processes():
    """Those that live, by slot; none before the kernel has its memory."""
    try:
        return [process for process in map(Process, range(slots())) if process.alive]
    except gdb.MemoryError:
        return []


def named(text):
    """The living process with this name, endpoint or slot."""
    everybody = processes()
    for process in everybody:
        if text in (process.name, str(process.endpoint), f"slot{process.slot}"):
            return process
    known = ", ".join(process.name for process in everybody)
    raise gdb.GdbError(f"no process {text!r}; there are: {known or 'none yet'}")


def endpoint_name(endpoint):
    if endpoint in abi.NAMES:
        return abi.NAMES[endpoint]
    if gdb.selected_inferior().num != 1:
        # The machine can't be asked: this may be within GDB's walk over the view's frames.
        return (names_in_view or {}).get(endpoint, f"endpoint {endpoint}")
    slot = endpoint & abi.SLOT_MASK
    if endpoint <= 0 or slot >= slots():
        return str(endpoint)
    process = Process(slot)
    try:
        alive = process.alive and process.endpoint == endpoint
    except gdb.MemoryError:
        return "nobody yet"
    return process.name if alive else f"dead {endpoint}"


def state_names():
    return {field.enumval: field.name for field in gdb.lookup_type("enum ipc_state").fields()}


def context_slot():
    """The slot whose context the processor would save into: arch_running()."""
    frame_bytes = gdb.lookup_type("struct arch_frame").sizeof
    table = symbol("process_table")
    context = int(symbol("descriptors_task")["state"]["esp0"]) - frame_bytes - int(table.address)
    size = table[0].type.sizeof
    return context // size if context % size == 0 and 0 <= context // size < slots() else None


def running_slot():
    """Who has the processor, or None; right as well where the kernel has not been told yet."""
    if int(gdb.parse_and_eval("'kernel/schedule.c'::running")) == NO_SLOT:
        return None
    return context_slot()


def woken_slots():
    """Who is ready though the core's table still says how it waited: the assembly woke it."""
    size = gdb.lookup_type("struct ipc_process").sizeof
    entries = [read_word(label(name)) for name in ("rendezvous_woken", "interrupt_displaced")]
    return [entry // size for entry in entries if entry < slots() * size]


def translate(directory, address):
    """Where a user's address lies in physical memory, or None."""
    if address >= KERNEL_BASE:
        return None
    chunk = struct.unpack("<I", read_physical(directory + (address >> 22) * 4, 4))[0]
    if not chunk & PRESENT:
        return None
    if chunk & LARGE:
        return (chunk & 0xFFC00000) | (address & 0x3FFFFF)
    table = chunk & ~(PAGE_BYTES - 1)
    entry = struct.unpack("<I", read_physical(table + (address >> 12 & 1023) * 4, 4))[0]
    return entry & ~(PAGE_BYTES - 1) | address % PAGE_BYTES if entry & PRESENT else None


def user_pages(directory):
    """(address, physical page) of every 4 KB page of memory of a process, ascending; not of devices."""
    chunks = struct.unpack(f"<{USER_CHUNKS}I", read_physical(directory, 4 * USER_CHUNKS))
    for index, chunk in enumerate(chunks):
        if not chunk & PRESENT or chunk & LARGE:
            continue
        entries = struct.unpack("<1024I", read_physical(chunk & ~(PAGE_BYTES - 1), PAGE_BYTES))
        for page, entry in enumerate(entries):
            if entry & PRESENT and not entry & NOT_CACHED:
                yield index << 22 | page << 12, entry & ~(PAGE_BYTES - 1)
