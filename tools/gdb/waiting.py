"""Who does what, and who waits for whom: ps, queues, waits, msg."""

import abi
import gdb
import kernel_state
import messages


class Command(gdb.Command):
    """A command whose work is run(words), with the machine as the inferior; its help is its docstring."""

    name = ""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        self.dont_repeat()
        words = gdb.string_to_argv(argument)
        with kernel_state.machine():
            self.run(words)

    def run(self, words):
        raise NotImplementedError


class Ps(Command):
    """ps: every process, what it does and for whom it waits."""

    name = "ps"

    def run(self, words):
        found = kernel_state.processes()
        if not found:
            print("no process yet: the kernel has not started any")
            return
        print("  slot endpoint name            prio  sent  recv  state")
        for process in found:
            mark = "*" if process.slot == kernel_state.running_slot() else " "
            print(f"{mark} {process.slot:4} {process.endpoint:8} {process.name:15} {process.priority:4} "
                  f"{int(process.ipc['sent']):5} {int(process.ipc['received']):5}  {messages.waiting_text(process)}")  # fmt: skip


class Queues(Command):
    """queues: who waits in whose send queue, first come first, and which events are pending."""

    name = "queues"

    def run(self, words):
        lines = []
        for process in kernel_state.processes():
            for sender in process.queue():
                lines.append(f"{process.name:15} <- {sender.name}: {messages.asked_text(sender)}")
            lines += [f"{process.name:15} <- {text}" for text in self.events(process)]
        print("\n".join(lines) or "nobody is queued, no event is pending")

    @staticmethod
    def events(process):
        kernel = int(process.ipc["kernel_events"])
        if kernel:
            yield f"HARDWARE: events {kernel:#x}"
        pending = kernel_state.symbol("ipc_table")["events"][process.slot]
        for source in kernel_state.processes():
            if int(process.ipc["event_sources"][source.slot // 32]) >> source.slot % 32 & 1:
                yield f"{source.name}: events {int(pending[source.slot]):#x}"


def follow(process):
    """The chain of waits from here: processes, and what it ends at or, for a ring, None."""
    chain = [process]
    while True:
        peers = chain[-1].waits_for()
        if chain[-1].slot == kernel_state.running_slot() or not peers:
            return chain, ("running" if chain[-1].slot == kernel_state.running_slot() else "ready")
        if len(peers) > 1 or not abi.is_process(peers[0]):
            return chain, " or ".join(map(kernel_state.endpoint_name, peers))
        following = kernel_state.Process(peers[0] & abi.SLOT_MASK)
        if any(following.slot == member.slot for member in chain):
            return [*chain, following], None
        chain.append(following)


class Waits(Command):
    """waits: for every process the chain of those it waits for; a ring is marked as such."""

    name = "waits"

    def run(self, words):
        rings = set()
        for process in kernel_state.processes():
            chain, end = follow(process)
            links = "".join(map(self.link, chain[:-1] if end is None else chain))
            print(links + (end or f"{chain[-1].name}   RING"))
            if end is None:
                first = [link.slot for link in chain].index(chain[-1].slot)
                rings.add(frozenset(link.name for link in chain[first:]))
        for ring in sorted(map(sorted, rings)):
            print("in a ring: " + ", ".join(ring))

    @staticmethod
    def link(process):
        """It and the arrow to the next, which carries what it asks."""
        asked = messages.asked_text(process)
        return process.name + (" (timed)" if process.timed else "") + (f" --{asked}--> " if asked else " -> ")


class Msg(Command):
    """msg EXPRESSION: the message there, in words. An expression is a message, a pointer to one or an
    address of whoever runs; `msg NAME ADDRESS` is an address of the process NAME."""

    name = "msg"

    def invoke(self, argument, _from_tty):
        self.dont_repeat()
        if not argument:
            raise gdb.GdbError("msg EXPRESSION, or msg NAME ADDRESS")
        words = gdb.string_to_argv(argument)
        with kernel_state.machine():
            names = [process.name for process in kernel_state.processes()]
        if len(words) == 2 and words[0] in names:
            address = int(gdb.parse_and_eval(words[1])) & 0xFFFFFFFF
            with kernel_state.machine():
                data = kernel_state.named(words[0]).read(address, messages.BYTES)
        else:
            value = gdb.parse_and_eval(argument)
            is_message = value.type.strip_typedefs().sizeof == messages.BYTES
            address = int(value.address if is_message else value) & 0xFFFFFFFF
            data = bytes(gdb.selected_inferior().read_memory(address, messages.BYTES))
        with kernel_state.machine():
            print(messages.text_of(data))
        print("  words " + " ".join(f"{word:08x}" for word in messages.unpack(data)[2]))


def register():
    for command in (Ps, Queues, Waits, Msg):
        command()
