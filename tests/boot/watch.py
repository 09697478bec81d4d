"""The shell's commands that watch: trace, top, ipcstat, waits; and what goes over the second serial
port, read here by its format alone (docs/trace.md)."""

import pathlib
import re
import struct
import tempfile

from parley_machine import Machine, boot, check, machine, run

TIME = r" +\d+\.\d{6}  "
PROGRAM = "boot/t-endless {} start=demand calls=ipc_request:receive targets=all kernel=exit:lookup"
MAGIC, RECORDS, NAMES, END = 0x54524C50, 1, 2, 3


def says(guest, command, pattern):
    answer = guest.command(command)
    check(re.fullmatch(pattern, answer), f"{command!r} printed:\n{answer}expected: {pattern}")
    return answer


def lines_in_order(answer, patterns):
    """Each pattern has a line of its own, in this order."""
    lines = answer.splitlines()
    for pattern in patterns:
        found = next((i for i, line in enumerate(lines) if re.fullmatch(TIME + pattern, line)), None)
        check(found is not None, f"no line {pattern!r}, in its order, in:\n{answer}")
        lines = lines[found + 1 :]


def of_a_command(guest):
    answer = guest.command("trace -- greet you")
    check(re.match(r"Hello, you! You are visitor \d+\.\n", answer), answer)
    lines_in_order(answer, (
        r"shell -> system: +start\(name=\"greet\".*",
        r"greet begins",
        r"greet -> names: +lookup\(name=\"hello\", index=0\)",
        r"names -> greet: += 0 \(name=\"hello\", endpoint=\d+\)  \(\d+ us\)",
        r"greet -> hello: +greet\(name=\"you\"\)",
        r"hello -> greet: += 0 \(text=\"Hello, you!\", visitor=1\)  \(\d+ us\)",
        r"greet -> tty: +write\(console=0, text=\"Hello, you! You are visi\"\)",
        r"greet ends: exit 0",
    ))  # fmt: skip
    check("overwritten" not in answer and "time()" not in answer, f"something else is in it:\n{answer}")
    check(not re.search(r"shell -> tty", answer), f"the shell's own output is in it:\n{answer}")
    times = [float(x) for x in re.findall(r"^ +(\d+\.\d{6})  ", answer, re.M)]
    # Several calls to SYSTEM fit into a microsecond, so many lines may have the same.
    check(times == sorted(times) and len(set(times)) > 10, f"time stands or goes backwards:\n{answer}")


def of_a_long_one(guest):
    """While the trace is on all the time, too, what is shown does not go under what showing it records."""
    guest.command("trace on")
    answer = guest.command("trace -- nosuchcommand")
    guest.command("trace off")
    listed = {int(index) for index in re.findall(r"shell -> files: +list\(index=(\d+)\)", answer)}
    check("overwritten" not in answer and len(listed) > 50 and listed == set(range(len(listed))), f"there are holes in it:\n{answer}")


def with_filters(guest):
    answer = guest.command("trace names clock -- date")
    check(answer.count("\n") == 1, f"nothing is between these two:\n{answer}")
    answer = guest.command("trace shell clock -- date")
    check(len(re.findall(r"wall\(\)", answer)) == 1 and "names" not in answer, answer)
    answer = guest.command("trace type=0x202 -- date")
    check(len(answer.splitlines()) == 3, f"one request and its answer:\n{answer}")
    answer = guest.command("trace what=birth,death -- greet")
    check(len(re.findall(TIME, answer)) == 2, f"a birth and a death:\n{answer}")
    answer = guest.command("trace -v shell -- date")
    check(re.search(r"call\S* shell > clock ipc_request .*type 0x202", answer), answer)
    says(guest, "trace what=", r"trace: what= says of nothing .*\n")
    says(guest, "trace date --", r"trace: no process called date.*\n")
    says(guest, "trace --", r"trace: a command is missing behind --\n")
    says(guest, "trace nobody", r"trace: no process called nobody.*\n")
    says(guest, "trace what=nonsense", r"trace: what=nonsense: no such thing.*\n")
    says(guest, "trace type=x", r"trace: type=x: not a number\n")
    says(guest, "trace call=x", r"trace: call=x: no such call\n")
    says(guest, "trace a b c", r"trace: .*\n")


def afterwards(guest):
    says(guest, "trace on", r"the trace is on; \d+ records since the boot, the last \d+ are kept\n")
    guest.command("date")
    answer = guest.command("trace last 1000")
    lines_in_order(answer, (r"shell -> clock: +wall\(\)", r"clock -> shell: += 0 \(seconds=.*"))
    check("trace(" not in answer, f"the shell's own calls about the trace are in it:\n{answer}")
    check(len(guest.command("trace last 3").splitlines()) == 3, "trace last 3")
    every = guest.command("trace last 40 -v")
    check(re.search(r"call\S* shell > system ipc_request type 0x15\n", every), f"-v shows every record:\n{every}")
    says(guest, "trace off", r"the trace is off; .*\n")


def live(guest):
    begin = len(guest.text)
    guest.type("trace\r")
    guest.expect(r"space: pause")
    guest.expect(r"shell -> system: +process\(")  # it has looked, and polls for keys meanwhile
    guest.type(" ")
    guest.expect(r"-- paused --")
    guest.type(" ")
    guest.expect(r"-- goes on --")
    guest.type("q")
    guest.prompt()
    check("shell: its call fails: partner not ready" not in guest.text[begin:], f"a poll is no failure:\n{guest.text[begin:]}")
    says(guest, "trace status", r"the trace is off; .*\n")  # as it was


def counts(guest):
    answer = guest.command("ipcstat 0.3")
    check(re.search(r"^shell +system +\d+ +\d+ +\d+\.\d{3}", answer, re.M), answer)
    check(re.search(r"^< +\d+ us +\d+ #+$", answer, re.M), answer)
    says(guest, "waits", r"([\w-]+ receives from any\n)+shell runs\n([\w-]+ receives from any\n)*")
    guest.type("top 0.2\r")
    guest.expect(r"NAME +CPU% +MESSAGES/s")
    guest.expect(r"shell +\d+\.\d +\d+")
    guest.type("q")
    guest.prompt()
    says(guest, "top 0", r"top: .*\n")


def what_they_ask(guest):
    """From the waiting processes themselves: nothing is recorded meanwhile."""
    says(guest, "trace status", r"the trace is off; .*\n")
    for name, words in (("silent", "take"), ("first", "ask silent"), ("second", "ask silent")):
        guest.command(f"start {name} {words}")
    says(guest, "waits", r"""([\w-]+ receives from any
)+shell runs
([\w-]+ receives from any
)*silent receives from nobody
  <- first awaits its answer: greet\(name="you"\)
  <- second wants to ask: greet\(name="you"\)
""")
    says(guest, "ps", r"""NAME .*
([\w-]+ +\d+ (receiving any|running) .*
)+silent +\d+ receiving nobody .*
first +\d+ awaiting +silent .*
 +waits for silent: greet\(name="you"\)
second +\d+ asking +silent .*
 +waits for silent: greet\(name="you"\)
""")
    guest.command("dump")
    for name, does in (("first", "awaits reply of"), ("second", "requests")):
        dump = guest.text[guest.text.rindex("processes, and whom they wait for") :]
        check(re.search(rf'^\[.*\]   {name} +endpoint .*  {does} silent: greet\(name="you"\)$', dump, re.M), dump)
    answer = guest.command("trace first -- kill silent")  # they ask on, and find nobody
    check(re.search(TIME + r"first: its call fails: .*\n", answer), f"whose request fails:\n{answer}")
    for name in ("first", "second"):
        guest.command(f"kill {name}")


def chunks(data):
    """The stream's chunks: kind, number of the first, entries."""
    at, found = 0, []
    while at < len(data):
        magic, version, kind, count, low, high, _, lost, _ = struct.unpack_from("<IHHIIIIII", data, at)
        check(magic == MAGIC and version == 1, f"no chunk at byte {at} of {len(data)}")
        size = {RECORDS: 64, NAMES: 24, END: 0}[kind]
        entries = [data[at + 32 + i * size : at + 32 + (i + 1) * size] for i in range(count)]
        found.append((kind, high << 32 | low, lost, entries))
        at += 32 + count * size
    return found


def over_the_wire(guest, stream):
    guest.command("trace on")
    says(guest, "trace stream on", "")
    guest.command("greet wire")
    says(guest, "trace stream off", "")
    found = chunks(stream.read_bytes())
    check(found[-1][0] == END, "the stream has no end")
    names = {entry[8:].rstrip(b"\0") for kind, _, _, entries in found if kind == NAMES for entry in entries}
    check({b"shell", b"tty", b"hello"} <= names, f"names: {names}")
    next_number = None
    for kind, first, lost, entries in found:
        if kind != RECORDS:
            continue
        check(next_number is None or first == next_number + lost, f"records {next_number} to {first} are nowhere")
        next_number = first + len(entries)
    payload = b"".join(b"".join(entries) for kind, _, _, entries in found if kind == RECORDS)
    check(b"wire\0" in payload, "the request is not in the stream")
    before = stream.stat().st_size
    saved = says(guest, "trace save", r"\d+ records written to the second serial port\n")
    found = chunks(stream.read_bytes()[before:])
    records = sum(len(entries) for kind, _, _, entries in found if kind == RECORDS)
    check(records == int(saved.split()[0]), f"{records} came over: {saved}")


def test(build):
    modules = [*machine.default_modules(), *(PROGRAM.format(name) for name in ("silent", "first", "second"))]
    with tempfile.TemporaryDirectory() as folder:
        stream = pathlib.Path(folder) / "stream"
        extra = ("-chardev", f"file,id=stream,path={stream}", "-serial", "chardev:stream")
        with boot(Machine(build=build, boot="quick", extra=extra, modules=modules)) as guest:
            for part in (of_a_command, of_a_long_one, with_filters, afterwards, live, counts, what_they_ask):
                part(guest)
            over_the_wire(guest, stream)
    with boot(Machine(build=build, boot="quick", extra=())) as guest:
        says(guest, "trace save", r"trace: there is no second serial port, or it takes nothing\n")


if __name__ == "__main__":
    run(test)
