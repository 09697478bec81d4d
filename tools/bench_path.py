"""The common rendezvous, instruction by instruction, for docs/performance.md.

QEMU traces one instruction at a time while the guest's benchmark makes its round trips by box; of these the
steady one is taken. What was executed is shown with the line of the source that made it (from the kernel's
debugging information) and with what it is for (STEPS). An instruction that repeats (`rep`) counts as often as
it ran. Without options the page is compared with that; --update writes it.
"""

import argparse
import collections
import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile

import machine

PAGE = machine.ROOT / "docs" / "performance.md"
SOURCE = machine.ROOT / "arch" / "x86" / "rendezvous.asm"
BEGIN, END = "<!-- path: begin, made by ./parley bench --update -->", "<!-- path: end -->"
SECONDS = 120

# What an instruction is for: the first whose words are in its source line, of those at or after the step of
# the instruction before; with None, it goes on with that one. A name that begins with "check" is one.
REQUEST_STEPS = [
    ("save the registers in the process table", r"pushad|push +[fg]s|cld"),
    ("which call", r"cmp +ecx, IPC_REQUEST|jne +\.answer"),
    ("check: no explicit message", r"test +ebx, ebx"),
    ("check: permission, both boxes, no FPU state or ports to change, priority", r"movzx +edx, al|bt +.*AT_REACH"),
    ("check: target alive, of this generation, waits for anybody, nothing pending", r"shl +edx|CONTEXT_PARTNER"),
    ("next ticket", r"mov +ebx, .*AT_SELF|REPLY_CALL|\.ticket"),
    ("segments", r"mov +es|lds "),
    ("the client waits for its answer", r"AT_IN_BOX|WAITS_FOR|STATE|SENT|rendezvous_nobody"),
    ("copy nine words", r"ENDPOINT|ENTRY\(edx, IN\)|copy_message|KERNEL_BASE|movsd"),
    ("the server has received", r"RECEIVED|lea +esp|AT_PARTNER|IPC_CAME|AT_ESI|AT_EAX"),
    ("switch to the partner", r"leave_kernel|AT_END|TASK_ESP0|AT_DIRECTORY|cr3|pop|iretd"),
]
ANSWER_STEPS = [
    REQUEST_STEPS[0],
    REQUEST_STEPS[1],
    ("check: receives from anybody, no explicit message", r"xor +edi|or +edi"),
    ("check: client waits for this server's answer, this ticket, no flags", r"mov +ebp, .*AT_PARTNER|REPLY_CALL"),
    ("check: it is the client that is named", r"cmp +.*ENDPOINT"),
    ("check: the same set of events as before", r"mov +ebx, .*AT_SELF|EVENT_MASK"),
    ("segments", r"mov +es|lds "),
    ("the server waits openly", r"SENT|mov +eax, .*ENDPOINT|AT_PARTNER"),
    ("copy nine words", r"ENTRY\(ebp, IN\)|copy_message|KERNEL_BASE|movsd"),
    ("the client has its answer", r"RECEIVED|lea +esp|IPC_CAME|AT_ESI|AT_EAX"),
    REQUEST_STEPS[-1],
]


class Failure(Exception):
    """What went wrong, for the reader."""


@dataclasses.dataclass(frozen=True)
class Instruction:
    text: str  # as the processor has it, without addresses
    source: str  # its line of the source
    line: int


# ---- The object code -----------------------------------------------------------------------------


def disassemble(kernel):
    """address -> Instruction, of what SOURCE became."""
    answer = subprocess.run(["objdump", "-d", "-l", "-M", "intel", "--no-show-raw-insn", str(kernel)],
                            capture_output=True, text=True, check=True)  # fmt: skip
    source = SOURCE.read_text().splitlines()
    found, place = {}, None
    for text in answer.stdout.splitlines():
        named = re.match(r"(\S.*):(\d+)(?: \(.*)?$", text)
        if named:
            place = int(named[2]) if named[1].endswith("/" + SOURCE.name) else None
            continue
        code = re.match(r"([0-9a-f]{8}):\s+(\S.*?)\s*$", text)
        if code and place:
            shown = source[place - 1].split(";")[0].strip()
            found[int(code[1], 16)] = Instruction(re.sub(r"-?0x[0-9a-f]{6,}|\b[0-9a-f]{8}\b", "...", code[2]),
                                                  shown, place)  # fmt: skip
    if not found:
        raise Failure(f"{kernel} knows nothing of {SOURCE.name}")
    return found


# ---- What runs -----------------------------------------------------------------------------------


def modules():
    lines = [line for line in machine.default_modules() if line.split()[1] in ("bench", "bench-server")]
    return (lines[0].replace(" start=demand", "") + " -- --off rt36_box_int", *lines[1:])


def trace(build, code):
    """The addresses in `code` that one processor executes, in order."""
    first, last = min(code), max(code)
    with tempfile.TemporaryDirectory(prefix="parley-trace-") as folder:
        log = pathlib.Path(folder, "log")
        extra = ("-icount", "shift=0,sleep=off", "-singlestep", "-d", "exec,nochain", "-D", str(log),
                 "-dfilter", f"{first:#x}..{last:#x}")  # fmt: skip
        guest = machine.Machine(build=build, boot="quick", modules=modules(), extra=extra)
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


def steady_round(addresses, code):
    """The two passes, request and answer, that make the most frequent round trip."""
    passes, entry = [], min(code)
    for address in addresses:
        if address == entry:
            passes.append([])
        if passes:
            passes[-1].append(address)
    through = [tuple(p) for p in passes if code[p[-1]].text.startswith("iret")]
    pairs = collections.Counter(zip(through, through[1:]))
    often = [pair for pair, count in pairs.items() if count > 8]
    if not often:
        raise Failure("no round trip went through " + SOURCE.name)
    return often[0]  # the first that was met begins with the request


# ---- The page ------------------------------------------------------------------------------------


def listing(addresses, code, steps):
    """Rows (step, instruction, how often in a row)."""
    rows, at = [], 0
    for address in addresses:
        instruction = code[address]
        if rows and rows[-1][1] is instruction:
            rows[-1][2] += 1
            continue
        for index in range(at, len(steps)):
            if re.search(steps[index][1], instruction.source):
                at = index
                break
        rows.append([steps[at][0], instruction, 1])
    return rows


def shown(instruction):
    """The source's words where the line is that instruction, else (in a macro) the processor's."""
    source = re.sub(r"\s+", " ", instruction.source)
    same = source[:2] == instruction.text[:2] or source[:1] == instruction.text[:1] == "j"
    return source if same else re.sub(r"\s+", " ", instruction.text)


def render_pass(title, rows):
    """A listing, and what each step costs."""
    total = sum(count for _, _, count in rows)
    lines = [f"### {title}: `int`, then {total} instructions", "", "```",
             f"{'':>4} {'cost':>4}  {'instruction':58} for"]  # fmt: skip
    last = None
    for number, (step, instruction, count) in enumerate(rows, 1):
        lines.append(f"{number:>4} {count:>4}  {shown(instruction):58} {step if step != last else ''}".rstrip())
        last = step
    lines += ["```", ""]
    return lines


def render_steps(passes):
    lines = ["### What each step costs", "", "| step | request | answer |", "| --- | ---: | ---: |"]
    costs = [collections.Counter() for _ in passes]
    order = []
    for cost, rows in zip(costs, passes):
        for step, _, count in rows:
            cost[step] += count
            if step not in order:
                order.append(step)
    order.sort(key=lambda step: not step.startswith("check"))
    for step in order:
        lines.append(f"| {step} | " + " | ".join(str(cost[step] or "") for cost in costs) + " |")
    checks = [sum(n for step, n in cost.items() if step.startswith("check")) for cost in costs]
    whole = [sum(cost.values()) for cost in costs]
    lines.append(f"| all checks | {checks[0]} | {checks[1]} |")
    lines.append(f"| everything, with `int` | {whole[0] + 1} | {whole[1] + 1} |")
    return lines


def render(build):
    code = disassemble(machine.kernel_symbols(build))
    request, answer = steady_round(trace(build, code), code)
    passes = [listing(request, code, REQUEST_STEPS), listing(answer, code, ANSWER_STEPS)]
    lines = render_pass("Request", passes[0]) + render_pass("Answer", passes[1]) + render_steps(passes)
    return "\n".join([BEGIN, "", *lines, "", END]), len(request) + len(answer) + 2


def split_page():
    text = PAGE.read_text()
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise Failure(f"{PAGE.name} has no place for the path")
    return before, found + rest[: len(rest) - len(after)], after


def update(build):
    before, _, after = split_page()
    PAGE.write_text(before + render(build)[0] + after)


def committed_count():
    table = (machine.ROOT / "docs" / "performance.txt").read_text()
    return int(re.search(r"^rt36_box_int +(\d+)", table, re.M)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    build = options.build.resolve()
    try:
        if options.update:
            update(build)
            return 0
        text, count = render(build)
        if text != split_page()[1]:
            raise Failure(f"{PAGE.name} shows another path than runs: run ./parley bench --update")
        if count != committed_count():
            raise Failure(f"a round trip executes {count} instructions, the benchmark counted {committed_count()}")
    except (Failure, machine.Unavailable) as failure:
        print(f"bench-path: {failure}", file=sys.stderr)
        return 1
    print(f"bench-path: {count} instructions a round trip, as docs/performance.md shows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
