"""The common rendezvous, instruction by instruction, for docs/performance.md and its Chinese page.

QEMU traces one instruction at a time while the guest's benchmark makes its round trips; of these the steady
one is taken. What was executed is shown with the line of the source that made it (from the kernel's debugging
information) and with what it is for (STEPS). An instruction that repeats (`rep`) counts as often as it ran.
"""

import collections
import dataclasses
import pathlib
import re
import subprocess
import tempfile

import machine

FOLDER = machine.ROOT / "arch" / "x86"
SOURCES = ("rendezvous.asm", "entry.inc")
ENTRIES = ("rendezvous_sysenter", "rendezvous_call")
SECONDS = 120
WAYS = {"rt36_box_int": "boxes, `int`", "rt36_box_sysenter": "boxes, `sysenter`", "rt36_pointer_int": "messages, `int`"}
SHOWN = ("rt36_box_int", "rt36_pointer_int")  # in full

# What an instruction is for: the first whose words are in its line of the source ("MACRO: TEXT" in a macro), of
# those at or after the step of the instruction before; if none, it goes on with that one. "check" begins a check.
ENTER = [
    ("from sysenter to where a gate would be", r"^from_sysenter:"),
    ("save the registers in the process table", r"pushad|^push +[fg]s"),
    ("which call", r"^cmp +ecx, IPC_REQUEST|^jne +\.answer|^cld"),
]
MESSAGE = ("check: the message is in one page of the process's own memory, aligned", r"^find_(message|page):")
LEAVE = ("switch to the partner", r"^leave_kernel:")
REQUEST_STEPS = [
    *ENTER,
    ("check: boxes or a message", r"test +ebx, ebx|_with_message$"),
    MESSAGE,
    ("check: permission, no FPU state or ports to change, priority; boxes on both sides", r"^find_server:"),
    ("check: target alive, of this generation, waits for anybody, nothing pending", r"shl +edx|^unless_with_"),
    ("next ticket", r"mov +ebx, .*AT_SELF|REPLY_CALL|ticket"),
    ("segments", r"mov +[de]s|lds "),
    ("the client waits for its answer", r"AT_IN_BOX|lea +esi|WAITS_FOR|STATE|SENT|rendezvous_nobody"),
    ("copy nine words", r"ENDPOINT|ENTRY\(edx, IN\)|^copy_message:"),
    ("the server has received", r"RECEIVED|lea +esp|AT_PARTNER|IPC_CAME|AT_ESI|AT_EAX"),
    LEAVE,
]
ANSWER_STEPS = [
    *ENTER,
    ("check: receives from anybody", r"xor +edi|or +edi|AT_EDI\], ANY"),
    ("check: it was woken with a message of its own", r"rendezvous_client_entry"),
    MESSAGE,
    ("check: client waits for this server's answer, this ticket, no flags", r"AT_PARTNER|AT_CLIENT|REPLY_CALL"),
    ("check: it is the client that is named", r"^check_answer: cmp +.*ENDPOINT"),
    ("check: the same set of events as before", r"AT_SELF|EVENT_MASK"),
    ("segments", r"mov +[de]s|lds "),
    ("the server waits openly", r"ENTRY\(ebx, IN\)|SENT|mov +eax, .*ENDPOINT|AT_PARTNER|lea +esi"),
    ("copy nine words", r"mov +edi, .*, IN\)|^copy_message:"),
    ("the client has its answer", r"RECEIVED|lea +esp|IPC_CAME|AT_ESI|AT_EAX"),
    LEAVE,
]


class Failure(Exception):
    """What went wrong, for the reader."""


@dataclasses.dataclass(frozen=True)
class Instruction:
    text: str  # as the processor has it, without addresses
    source: str  # its line of the source
    macro: str  # in whose definition that line is


# ---- The object code -----------------------------------------------------------------------------


def source_lines():
    """(file, number) -> (text without comment, macro)."""
    found = {}
    for name in SOURCES:
        macro = ""
        for number, line in enumerate((FOLDER / name).read_text().splitlines(), 1):
            text = re.sub(r"\s+", " ", line.split(";")[0].strip())
            begins = re.match(r"%macro (\w+)", text)
            macro = begins[1] if begins else "" if text == "%endmacro" else macro
            found[name, number] = (text, macro)
    return found


def without_addresses(text):
    text = re.sub(r"\b[0-9a-f]{8} <(?:\.\.@\d+)?([^>]*)>", r"\1", text)
    return re.sub(r"-?0x[0-9a-f]{6,}", "...", re.sub(r"\s+", " ", text))


def disassemble(kernel):
    """address -> Instruction, of what SOURCES became; and the addresses of ENTRIES."""
    answer = subprocess.run(["objdump", "-d", "-l", "-M", "intel", "--no-show-raw-insn", str(kernel)],
                            capture_output=True, text=True, check=True)  # fmt: skip
    lines = source_lines()
    found, entries, place, symbol = {}, {}, None, ""
    for text in answer.stdout.splitlines():
        label = re.match(r"([0-9a-f]{8}) <(.*)>:$", text)
        named = re.match(r"(\S.*):(\d+)(?: \(.*)?$", text)
        code = re.match(r"([0-9a-f]{8}):\s+(\S.*?)\s*$", text)
        if label:
            symbol = label[2]
            entries[symbol] = int(label[1], 16)
        elif named:
            place = lines.get((pathlib.PurePath(named[1]).name, int(named[2])))
        elif code and place and not symbol.startswith("trap"):
            found[int(code[1], 16)] = Instruction(without_addresses(code[2]), *place)
    missing = [name for name in ENTRIES if entries.get(name) not in found]
    if missing:
        raise Failure(f"{kernel} has no {missing[0]} that came from {' or '.join(SOURCES)}")
    return found, [entries[name] for name in ENTRIES]


# ---- What runs -----------------------------------------------------------------------------------


def modules(row):
    lines = [line for line in machine.default_modules() if line.split()[1] in ("bench", "bench-server")]
    return (lines[0].replace(" start=demand", "") + " -- --off " + row, *lines[1:])


def trace(build, row, code):
    """The addresses in `code` that one processor executes, in order."""
    first, last = min(code), max(code)
    with tempfile.TemporaryDirectory(prefix="parley-trace-") as folder:
        log = pathlib.Path(folder, "log")
        extra = ("-icount", "shift=0,sleep=off", "-singlestep", "-d", "exec,nochain", "-D", str(log),
                 "-dfilter", f"{first:#x}..{last:#x}")  # fmt: skip
        guest = machine.Machine(build=build, boot="quick", modules=modules(row), extra=extra)
        console = ["-monitor", "none", "-serial", "stdio", "-no-reboot"]
        process = machine.start(guest.arguments(console), cwd=build, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired as late:
            raise Failure("the traced guest hangs") from late
        finally:
            machine.end(process)
        if machine.guest_status(process.returncode) != 0:
            raise Failure("the traced guest failed:\n" + output.decode(errors="replace")[-2000:])
        # Trace 0: 0x7f... [cs_base/pc/flags/cflags] symbol
        return [int(pc, 16) for pc in re.findall(r"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/", log.read_text(), re.M)]


def steady_round(addresses, code, entries):
    """The two passes, request and answer, that make the most frequent round trip."""
    passes, before = [], None
    by_sysenter, call = entries
    falls = max(address for address in code if address < call)  # sysenter's entry runs into the other
    for address in addresses:
        if address == by_sysenter or (address == call and before != falls):
            passes.append([])
        if passes:
            passes[-1].append(address)
        before = address
    # One that ends elsewhere was interrupted by a tick, or went on in C.
    through = [tuple(p) for p in passes if p[-1] in code and code[p[-1]].text.startswith("iret")]
    pairs = collections.Counter(zip(through, through[1:]))
    often = [pair for pair, count in pairs.items() if count > 8]
    if not often:
        raise Failure("no round trip went through " + SOURCES[0])
    return often[0]  # the first that was met begins with the request


def listing(addresses, code, steps):
    """Rows [step, instruction, how often in a row]."""
    rows, at = [], 0
    for address in addresses:
        instruction = code[address]
        if rows and rows[-1][1] is instruction:
            rows[-1][2] += 1
            continue
        where = f"{instruction.macro}: {instruction.source}" if instruction.macro else instruction.source
        for index in range(at, len(steps)):
            if re.search(steps[index][1], where):
                at = index
                break
        rows.append([steps[at][0], instruction, 1])
    return rows


def passes_of(build):
    """row -> (request, answer), each as rows of a listing."""
    code, entries = disassemble(machine.kernel_symbols(build))
    found = {}
    for row in WAYS:
        request, answer = steady_round(trace(build, row, code), code, entries)
        found[row] = (listing(request, code, REQUEST_STEPS), listing(answer, code, ANSWER_STEPS))
    return found


# ---- What is shown -------------------------------------------------------------------------------


def shown(instruction):
    """The source's words where the line is that instruction, else the processor's."""
    source, text = instruction.source, instruction.text
    entry = re.search(r"\[(e\w\w)", text)
    if entry:
        source = re.sub(r"\((%\d)(?=,)", f"({entry[1]}", source)  # a macro's entry of a table
    same = source[:2] == text[:2] or source[:1] == text[:1] == "j"
    return source if same and "%" not in source else text


def count(rows):
    return sum(times for _, _, times in rows)


def render_pass(title, way, rows, words):
    heading = words("### {}, {}: {} instructions after the gate's").format(words(title), words(way), count(rows))
    lines = [heading, "", "```", f"{'':>4} {'cost':>4}  {'instruction':58} for"]  # code is not translated
    last = None
    for number, (step, instruction, times) in enumerate(rows, 1):
        lines.append(f"{number:>4} {times:>4}  {shown(instruction):58} {step if step != last else ''}".rstrip())
        last = step
    return lines + ["```", ""]


def render_steps(found, words):
    ways = list(found)
    lines = [words("### What each step costs, there and back"), "",
             f"| {words('step')} | " + " | ".join(words(WAYS[way]) for way in ways) + " |",
             "| --- |" + " ---: |" * len(ways)]  # fmt: skip
    costs = {way: [collections.Counter(), collections.Counter()] for way in ways}
    order = {}
    for way in ways:
        for cost, rows in zip(costs[way], found[way]):
            for step, _, times in rows:
                cost[step] += times
                order[step] = True
    def line(title, number):
        cells = [" + ".join(str(number(cost) or 0) for cost in costs[way]) for way in ways]
        return f"| {words(title)} | " + " | ".join("" if cell == "0 + 0" else cell for cell in cells) + " |"
    for step in sorted(order, key=lambda step: not step.startswith("check")):
        lines.append(line(step, lambda cost, step=step: cost[step]))
    lines.append(line("**all checks**", lambda cost: sum(n for step, n in cost.items() if step.startswith("check"))))
    lines.append(line("**everything, with the gate's own instruction**", lambda cost: cost.total() + 1))
    return lines


def render(found, words):
    """The page's part, as lines; `found` is what passes_of gave, `words` gives its language's for English ones."""
    lines = []
    for way in SHOWN:
        for title, rows in zip(("Request", "Answer"), found[way]):
            lines += render_pass(title, WAYS[way], rows, words)
    return lines + render_steps(found, words)
