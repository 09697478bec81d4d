"""Programs of the boot image's archive at the prompt: arguments, exit status, pipes, the background, ^C, the
deaths of programs and of the servers behind them. In the end nothing is lost: as much memory is free as before."""

import functools
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

from parley_machine import PROMPT, ROOT, Machine, boot, check, machine, run

BINARIES = {"args", "cat", "crash", "fork-demo", "grep", "idle", "ls", "primes", "spin", "wc"}


def says(guest, line, pattern):
    printed = guest.command(line)
    check(re.fullmatch(pattern, printed), f"{line!r} printed:\n{printed}expected: {pattern}")


def free_memory(guest):
    printed = guest.command("mem")
    found = re.search(r"^free (\d+) kB of \d+ kB$", printed, re.M)
    check(found, f"mem printed:\n{printed}")
    return int(found[1])


def processes(guest):
    return sorted(row.split()[0] for row in guest.command("ps").splitlines()[1:])


def interrupted(guest, line, said=r"\n"):
    """^C, once the line was taken."""
    guest.type(line + "\r")
    guest.expect(said)
    guest.type("\x03")
    guest.prompt()


def arguments_and_status(build, guest):
    listed = guest.command("ls")
    names = {line.split()[-1] for line in listed.splitlines()}
    with tarfile.open(build / "boot/programs.tar") as archive:
        check(set(archive.getnames()) == names, f"ls:\n{listed}")
    check({f"bin/{name}" for name in BINARIES} | {"text/numbers.txt", "text/rendezvous.txt"} <= names, f"ls:\n{listed}")
    check(all(line.startswith("x" if "bin/" in line else "-") for line in listed.splitlines()), f"ls:\n{listed}")
    says(guest, "ls text/n", r"- +70 text/numbers\.txt\n")
    says(guest, "args one 'two  three' \"\" '|' \\&",
         r"1: one\n2: two  three\n3: \n4: \|\n5: &\nargs: exit status 5\n")  # fmt: skip
    says(guest, "echo $?", r"5\n")
    says(guest, "bin/args", "")
    says(guest, "echo $?", r"0\n")
    says(guest, "run args x", r"1: x\nargs: exit status 1\n")
    many = " ".join(str(i) for i in range(1, 31))
    says(guest, f"args {many}", r"1: 1\n(\d+: \d+\n){28}30: 30\nargs: exit status 30\n")
    says(guest, "wc text/numbers.txt", r"10 20 70\n")
    says(guest, "cat text/numbers.txt text/nothing", r"one 1\n(\w+ \d\n){8}ten 10\n"
         r"cat: text/nothing: no such name\ncat: exit status 1\n")  # fmt: skip
    says(guest, "grep th text/numbers.txt", r"three 3\n")
    says(guest, "grep x-x text/numbers.txt", r"grep: exit status 1\n")


def refusals(guest):
    says(guest, "text/numbers.txt", r"text/numbers\.txt: not an ELF file\n")
    says(guest, "echo $?", r"1\n")
    says(guest, "bin/nothing", r"bin/nothing: no such command.*\n")
    says(guest, "nothing | wc", r"nothing: no such command.*\n")
    says(guest, "crahs", r"crahs: no such command; did you mean crash\?\n")
    says(guest, "cat |", r"shell: a program is missing beside \|\n")
    says(guest, "| cat", r"shell: a program is missing beside \|\n")
    says(guest, "&", r"shell: a program is missing before &\n")
    says(guest, "spin & cat", r"shell: nothing may follow &\n")
    says(guest, "cat | cat | cat | cat | cat", r"shell: more than 4 programs\n")
    says(guest, "fg", r"fg: no such job.*\n")
    says(guest, "wait 3", r"wait: no such job.*\n")
    says(guest, "kill %1", r"kill: no such job.*\n")
    says(guest, "run programs", r"run: programs is data, not a program\n")


def pipes(guest):
    says(guest, "cat text/numbers.txt | grep e | wc", r"7 14 51\n")
    says(guest, "cat text/numbers.txt|grep four", r"four 4\n")
    says(guest, "primes 120000 | wc", r"11301 11301 68089\n")  # more than a ring holds
    says(guest, "primes 1000000000 | args", r"primes: exit status 1\n")  # nobody reads any more
    says(guest, "echo $?", r"0\n")
    says(guest, "cat text/numbers.txt | args a", r"1: a\n(cat: exit status 1\n)?args: exit status 1\n")
    says(guest, "crash write | wc", r"(.*\n)*0 0 0\n(.*\n)*crash: killed by page fault .*\n(.*\n)*")
    guest.type("cat | wc\r")  # the keyboard is the first one's
    guest.type("a b\rcd\r\x04")
    guest.expect(r"2 3 7\n")
    guest.prompt()


def keyboard(guest):
    guest.type("wc\r")
    guest.type("three short words\r\x04")
    guest.expect(r"1 3 18\n")
    guest.prompt()
    for line in ("spin", "spin | cat", "cat"):
        interrupted(guest, line)
        says(guest, "echo $?", r"130\n")
    check("spin" not in processes(guest) and "cat" not in processes(guest), "^C left a program")


def above_the_line(guest):
    """What another process writes while a line is being typed comes above it; the line stands below it, whole."""
    guest.type("primes 1000000 | wc &\r")
    guest.expect(r"\[1\] primes 1000000 \| wc\n")
    guest.prompt()
    guest.type("echo one tw")
    guest.expect(rf"^78498 \d+ \d+\n{PROMPT}echo one tw\Z")
    guest.type("o\r")
    guest.expect(r"o\none two\n\[1\] ended    primes 1000000 \| wc\n")
    guest.prompt()


def background(guest):
    says(guest, "idle &", r"\[1\] idle\n")
    says(guest, "idle | wc &", r"\[2\] idle \| wc\n")
    says(guest, "jobs", r"\[1\] running  idle\n\[2\] running  idle \| wc\n")
    check(processes(guest).count("idle") == 2, f"ps: {processes(guest)}")
    says(guest, "cat text/numbers.txt | wc", r"10 20 70\n")  # others go on meanwhile
    guest.command("kill %1")
    said = guest.text[guest.text.rindex("kill %1"):]
    check(re.search(r"\[1\] ended    idle\nidle: killed\n", said), f"after kill %1:\n{said}")
    says(guest, "jobs", r"\[2\] running  idle \| wc\n")
    interrupted(guest, "fg", r"idle \| wc\n")
    says(guest, "jobs", "")
    says(guest, "cat &", r"\[1\] cat\n(.*\n)*")  # its input is empty, so it ends
    says(guest, "wait", r"(.*\n)*")
    says(guest, "jobs", "")
    guest.type("args a b &\r")  # its output may come before the prompt or behind it
    guest.expect(r"\[1\] args a b\n(.*\n)*(parley> )?1: a\n2: b\n")
    guest.type("wait\r")
    guest.expect(r"args: exit status 2\n")
    guest.prompt()
    check(re.search(r"\[1\] ended    args a b\nargs: exit status 2\n", guest.text[-400:]), guest.text[-400:])
    for number in range(1, 9):
        says(guest, "idle &", rf"\[{number}\] idle\n")
    says(guest, "idle &", r"shell: there are 8 jobs.*\n")
    interrupted(guest, "wait")
    for number in range(1, 9):
        guest.command(f"kill %{number}")
    says(guest, "jobs", "")


def boot_modules(guest):
    """A boot module's program is a job as any other, with `run` or without."""
    says(guest, "bob &", r"\[1\] bob\n")
    says(guest, "jobs", r"\[1\] running  bob\n")
    says(guest, "bob &", r"run: bob is running already.*\n")
    says(guest, "bob", r"run: bob is running already.*\n")
    says(guest, "idle | wc &", r"\[2\] idle \| wc\n")
    says(guest, "kill %1", r"(\[1\] ended    bob\nbob: killed\n)?")
    says(guest, "jobs", r"(\[1\] .*\n)?\[2\] running  idle \| wc\n")
    check(processes(guest).count("bob") == 0, "kill left bob")
    says(guest, "run bob &", r"\[1\] run bob\n")
    interrupted(guest, "fg 1", r"run bob\n")
    says(guest, "echo $?", r"130\n")
    guest.type("kill %2\r")
    guest.expect(r"\[2\] ended    idle \| wc\n(.*\n)*?idle: killed\n")
    guest.prompt()
    says(guest, "jobs", "")
    guest.type("greet you &\r")  # its output may come before the prompt or behind it
    guest.expect(r"\[1\] greet you\n(.*\n)*(parley> )?Hello, you! You are visitor \d+\.\n")
    says(guest, "wait", r"(\[1\] ended    greet you\n)?(.*\n)*")
    says(guest, "jobs", "")
    says(guest, "bob &", r"\[1\] bob\n")
    said = guest.command("ping bob 1") + guest.command("wait")  # it takes one request, and ends
    check("[1] ended    bob\nbob: exit status 1\n" in said, f"bob's end: {said}")
    says(guest, "ps &", r"shell: ps is a command, which the shell runs itself: leave out the &\n")
    says(guest, "bob | wc", r"shell: bob is a boot module, which reads and writes the console alone: .*\n")
    says(guest, "ls | greet", r"shell: greet is a boot module, .*\n")
    says(guest, "run nothing &", r"run: no module called nothing.*\n")
    says(guest, "run wc text/numbers.txt | cat", r"10 20 70\n")
    says(guest, "echo $?", r"0\n")


def commands_in_pipes(guest):
    """A command of the shell's can be first: what it prints goes to the next program, what it says of errors does not."""
    said = guest.command("ps")
    says(guest, "ps | wc", rf"{len(said.splitlines()) + 1} \d+ \d+\n")  # wc itself
    says(guest, "ps | grep tty", r"tty +\d+ receiving any +2 .*\n")
    says(guest, "mem | grep free", r"free \d+ kB of \d+ kB\n")
    says(guest, "help | grep uptime | wc", r"1 \d+ \d+\n")
    says(guest, "help ps | grep Example", r"Example: ps tty\n")
    says(guest, "service list | grep clock", r"clock +running .*\n")
    guest.command("trace on")
    guest.command("greet you")
    says(guest, "trace last 100 hello | grep visitor=", r" *\d+\.\d+ +hello -> greet: .*visitor=\d+\).*\n")
    guest.command("trace off")
    says(guest, "echo 'one two' three | cat | cat | wc", r"1 3 14\n")
    says(guest, "mem | grep x-x", r"grep: exit status 1\n")
    says(guest, "echo $?", r"1\n")
    says(guest, "ps one two | wc", r"ps: use: .*\n0 0 0\n")
    says(guest, "echo $?", r"0\n")  # the last one's
    says(guest, "ls | ps", r"shell: ps is a command, which reads no input: put it first, .*\n")
    says(guest, "ls | ps | wc", r"shell: ps is a command, which reads no input: .*\n")
    says(guest, "ps | wc &", r"shell: ps is a command, which the shell runs itself: leave out the &\n")
    says(guest, "ps | nothing", r"nothing: no such command.*\n")
    says(guest, "ps | text/numbers.txt", r"text/numbers\.txt: not an ELF file\n")
    says(guest, "idle &", r"\[1\] idle\n")
    says(guest, "jobs | wc", r"1 3 18\n")
    says(guest, "kill %2 | cat", r"kill: no such job.*\n")
    guest.command("kill %1")
    for command in ("jobs", "wait"):  # the line itself is no job of theirs
        says(guest, f"{command} | wc", r"0 0 0\n")
    says(guest, "fg | wc", r"fg: no such job.*\n0 0 0\n")
    guest.type("mem | gr\te\t\x15\r")  # completion, in a part of a pipe
    guest.expect(r"mem \| grep e")
    guest.prompt()


def full_pipes(guest):
    """A command that nobody reads: it goes on when the reader does, and ends with him or by ^C. The trace has more than
    a pipe holds."""
    guest.command("trace on")
    for _ in range(4):
        guest.command("ls")
    guest.command("trace off")
    shown = guest.command("trace last 2000 | wc")
    check(int(shown.split()[2]) > 100000, f"the trace is too short for this test: {shown}")
    says(guest, "trace last 2000 | primes 100000 | wc", r"9592 9592 56\d+\ntrace: stopped: primes reads no more\n|"
         r"trace: stopped: primes reads no more\n9592 9592 56\d+\n")  # fmt: skip
    says(guest, "trace last 2000 | crash divide", r"(.*\n)*trace: stopped: crash reads no more\n"
         r"(.*\n)*crash: killed by divide error .*\n")  # fmt: skip
    says(guest, "echo $?", r"137\n")
    for line, said in (("trace last 2000 | primes 1000000000", r"\n40009\n"), ("ps | spin", r"\n"), ("sleep 100 | cat", r"\n"),
                       ("top | cat", r"q: end\n"), ("trace memory | cat", r"space: pause .*\n")):  # fmt: skip
        interrupted(guest, line, said)  # these two read keys
        says(guest, "echo $?", r"130\n")
    guest.type("trace memory | wc\r")
    guest.expect(r"space: pause .*\n")
    guest.type("q")
    guest.expect(r"\d+ \d+ \d+\n")
    guest.prompt()


def deaths(guest):
    for how, words in (("read", r"killed by page fault at 0x00000010"), ("code", "killed by page fault at 0x2"),
                       ("divide", "killed by divide error"), ("stack", "killed: its stack was used up")):  # fmt: skip
        printed = guest.command(f"crash {how}")
        check(re.search(rf"^crash: {words}", printed, re.M), f"crash {how}:\n{printed}")
        check(re.search(r"crash died: ", printed), f"crash {how} has no report:\n{printed}")
        says(guest, "echo $?", r"137\n")
    says(guest, "fork-demo 3", r"(\w+: \w+ is written here\n){14}root is what the first has\n")
    for wrong in ("fork-demo x", "fork-demo 9", "fork-demo 1 1", "primes x", "primes -1", "primes 4294967295", "primes 5 5", "ls a b",
                  "crash nothing", "crash read write"):  # fmt: skip
        name = wrong.split()[0]
        says(guest, wrong, rf"{name}: use: {name} .*\n{name}: exit status 2\n")
    says(guest, "ls nothing", r"ls: no file's name begins with nothing\nls: exit status 1\n")
    says(guest, "fork-demo 2 | wc", r"(\w+: \w+ is written here\n){6}1 6 27\n")  # a clone's output is the console


def servers_that_die(guest):
    guest.command("kill -9 files")
    says(guest, "cat text/numbers.txt | wc", r"10 20 70\n")
    guest.command("kill -9 memory")
    says(guest, "cat text/numbers.txt | wc", r"10 20 70\n")
    says(guest, "idle | wc &", r"\[1\] idle \| wc\n")
    guest.command("kill -9 pipes")
    says(guest, "jobs", r"\[1\] .*idle \| wc\n")  # a stream that both have opened goes on
    guest.type("kill %1\r")
    guest.expect(r"idle: killed")
    guest.prompt()
    says(guest, "jobs", "")
    says(guest, "cat text/numbers.txt | wc", r"10 20 70\n")
    guest.command("kill -9 pipes | wc")  # the very pipe's
    says(guest, "mem | grep free", r"free .*\n")


def another_version(build):
    """A program of the archive that was built for other interfaces."""
    with tempfile.TemporaryDirectory(prefix="parley-programs-") as folder:
        archive, old = pathlib.Path(folder, "programs.tar"), pathlib.Path(folder, "old")
        with tarfile.open(build / "boot/programs.tar") as programs:
            image = bytearray(programs.extractfile("bin/wc").read())
        image[image.index(b"\x01\0\0\0Parley\0\0") + 12] += 1
        old.write_bytes(image)
        old.chmod(0o755)
        subprocess.run([sys.executable, str(ROOT / "tools/make_archive.py"), str(archive), str(build / "boot/programs.tar"),
                        f"bin/old={old}"], check=True)  # fmt: skip
        lines = [line.replace("boot/programs.tar", str(archive)) for line in machine.default_modules()]
        with boot(Machine(build=build, boot="quick", modules=tuple(lines))) as guest:
            says(guest, "old text/numbers.txt", r"old: built for version \d+ of the interfaces, and this is version \d+\n")
            says(guest, "wc text/numbers.txt", r"10 20 70\n")
            guest.power_off()


def test(build):
    another_version(build)
    with boot(Machine(build=build, boot="quick")) as guest:
        says(guest, "cat text/numbers.txt | wc", r"10 20 70\n")  # what is taken for good is taken now
        before, running = free_memory(guest), processes(guest)
        named = functools.partial(arguments_and_status, build)
        functools.update_wrapper(named, arguments_and_status)
        for part in (named, refusals, pipes, keyboard, background, above_the_line, boot_modules, commands_in_pipes,
                     full_pipes, deaths):
            part(guest)
            check(processes(guest) == running, f"after {part.__name__} ps shows {processes(guest)}")
            after = free_memory(guest)
            check(after == before, f"after {part.__name__} {after} kB are free, {before} kB before")
        servers_that_die(guest)
        guest.power_off()


if __name__ == "__main__":
    run(test)
