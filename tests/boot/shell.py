"""The shell over the serial line: every command and what it prints, line editing, history,
completion, and what it says to mistakes."""

import re
import time

from parley_machine import Machine, boot, check, run

import manual
import manual_read
import manual_write

BENCH = ("bench", "bench-server", "bench-driver", "bench-raiser", "tracer")
COMMANDS = ("help", "ps", "ping", "run", "start", "service", "kill", "modules", "names", "mem", "uptime", "version", "date",
            "sleep", "echo", "dmesg", "dump", "clear", "reboot", "poweroff")  # fmt: skip
PROGRAMS = ("ls", "fork-demo", "greet")
CALLS = ("ipc_request.2", "sys_kill.2", "echo.2", "server_run.3")
SERVERS = ("supervisor", "supervisor-2", "store", "store-2", "names", "memory", "tty", "clock", "hello", "shell", "files",
           "pipes")
SHELLS = ("shell-2", "shell-3", "shell-4")

UP, DOWN, LEFT, RIGHT = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"


def says(guest, command, pattern):
    """The command's answer must match the pattern, as a whole."""
    answer = guest.command(command)
    check(re.fullmatch(pattern, answer), f"{command!r} printed:\n{answer}expected: {pattern}")
    return answer


def status(guest, command, expected):
    guest.command(command)
    says(guest, "echo $?", rf"{expected}\n")


def rows(guest, command, columns):
    """A table: its header's words and its rows."""
    lines = guest.command(command).splitlines()
    check(lines and lines[0].split() == columns, f"{command}: header {lines[:1]}, expected {columns}")
    return [line.split() for line in lines[1:]]


def help_pages(guest):
    listed = guest.command("help")
    for command in COMMANDS:
        check(re.search(rf"^ +{command}\b", listed, re.M), f"help does not list {command}:\n{listed}")
    pages = {page.key: manual_write.text(page) for page in manual_read.read_all(manual.ROOT)}
    for name, key in [(name, f"{name}.1") for name in (*COMMANDS, *PROGRAMS)] + [(name, name) for name in CALLS]:
        page = guest.command(f"help {name}")
        check(page == pages[key], f"help {name} printed:\n{page}the manual has:\n{pages[key]}")
    for name, some in (("calls", ("ipc_request", "sys_kill", "server_run")), ("programs", PROGRAMS)):
        check(all(re.search(rf"^  {one} ", guest.command(f"help {name}"), re.M) for one in some), f"help {name}")
    says(guest, "help ipc_requ", r"help: no page called ipc_requ .*\n")


def tables(guest):
    processes = rows(guest, "ps", ["NAME", "ENDPOINT", "STATE", "WAITS-FOR", "PRI", "TICKS", "SENT",
                                   "RECEIVED", "MEM"])  # fmt: skip
    by_name = {row[0]: row for row in processes}
    check(set(by_name) == set(SERVERS), f"ps shows {sorted(by_name)}")
    check(by_name["shell"][2] == "running", f"ps: the shell asks, so it runs: {by_name['shell']}")
    check(by_name["names"][2:4] == ["receiving", "any"], f"ps: names waits for anyone: {by_name['names']}")
    check(all(len(row) == 9 for row in processes), f"ps: a row has holes: {processes}")
    modules = {row[0]: row for row in rows(guest, "modules", ["NAME", "STATE", "STARTS", "FILE", "MEMORY"])}
    check(set(modules) == {*SERVERS, "programs", "cjk", "greet", "alice", "bob", *SHELLS, *BENCH}, f"modules shows {sorted(modules)}")
    check(modules["greet"][1:4] == ["on", "demand", "0"], f"modules: {modules['greet']}")
    published = [row[0] for row in rows(guest, "names", ["NAME", "PROVIDED-BY", "ENDPOINT"])]
    check({"tty", "clock", "hello"} <= set(published), f"names shows {published}")


def memory(guest):
    answer = says(guest, "mem", r"kernel +\d+ kB\nmodules +\d+ kB\nprocesses +\d+ kB\n"
                  r"(  \S+ +\d+ kB(  \((does not run|data)\))?\n)+free \d+ kB of \d+ kB\n")  # fmt: skip
    kernel, modules, processes, *holders, free, total = map(int, re.findall(r"(\d+) kB", answer))
    check(len(holders) > len(SERVERS) and sum(holders) == processes, f"the holders' sum is no {processes}:\n{answer}")
    check(kernel + modules + processes + free <= total <= 64 * 1024 and free > total // 2, answer)


def version(guest):
    said = says(guest, "version", r"Parley \d+\.\d+\.\d+, interfaces version \d+\n")
    check(said in re.sub(r"(?m)^\[ *\d+\.\d+\] ", "", guest.command("dmesg")), f"the kernel's log does not say {said}")


def times(guest):
    def uptime():
        answer = says(guest, "uptime", r"up \d\d:\d\d:\d\d\.\d{3}\n")
        hours, minutes, seconds = answer[3:].split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)

    before = uptime()
    says(guest, "sleep 0.3", "")
    check(uptime() - before >= 0.3, "sleep 0.3 was shorter by the guest's own clock")
    for command, least, most in (("sleep", "0", "1000000"), ("top", r"0\.1", "60"), ("ipcstat", r"0\.1", "3600")):
        for wrong in ("soon", "-1", "99999999") + (("0",) if command != "sleep" else ()):
            says(guest, f"{command} {wrong}", rf"{command}: {wrong} is not a number of seconds from {least} to {most}\n")
    answer = says(guest, "date", r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n")
    shown = time.strptime(answer[4:].strip(), "%Y-%m-%d %H:%M:%S UTC")
    check(time.strftime("%a", shown) == answer[:3], f"date: that is no {answer[:3]}: {answer}")
    skew = time.mktime(shown) - time.mktime(time.gmtime())
    check(abs(skew) < 3600, f"date is {skew} s away from the workstation's: {answer}")


def messages(guest):
    for server in ("names", "tty", "clock", "hello"):
        answer = says(guest, f"ping {server} 100", r"(.|\n)*")
        check(f"{server}: 100 sent, 100 answered, 0 wrong" in answer, answer)
        check(re.search(r"min \d+ \w+, median \d+ \w+, max \d+ \w+", answer), answer)
    says(guest, "ping nobody", r"ping: no process called nobody.*\n")
    says(guest, "ping 1", r"ping: no process called 1 \(try ps\)\n")
    says(guest, "ping names 0", r"ping: 0 is not a number.*\n")
    visitors = [int(re.search(r"visitor (\d+)", guest.command("greet Ada")).group(1)) for _ in range(3)]
    check(visitors == [visitors[0], visitors[0] + 1, visitors[0] + 2], f"greet counts {visitors}")
    says(guest, "greet Ada", r"Hello, Ada! You are visitor \d+\.\n")
    says(guest, "run greet", r"Hello, world! You are visitor \d+\.\n")


def kills(guest):
    says(guest, "kill hello", "")
    status(guest, "greet", 1)
    says(guest, "ping hello", r"ping: no process called hello.*\n")
    check("hello" not in [row.split()[0] for row in guest.command("ps").splitlines()], "ps shows the dead")
    says(guest, "kill hello", r"kill: no process called hello.*\n")
    says(guest, "kill shell", r"kill: that is this shell itself.*\n")
    says(guest, "kill -9", r"kill: use: .*\n")
    says(guest, "start hello", "")
    says(guest, "start hello", r"start: hello is running already.*\n")
    says(guest, "greet again", r"Hello, again! You are visitor 1\.\n")
    status(guest, "start nothing", 1)
    says(guest, "start", r"start: use: .*\n")


def words(guest):
    says(guest, "echo one   two", r"one two\n")
    says(guest, "echo 'one   two' \"three  four\"", r"one   two three  four\n")
    says(guest, "", "")
    says(guest, "pign names", r"pign: no such command; did you mean ping\?\n")
    says(guest, "qqqqqqqq", r"qqqqqqqq: no such command.*\n")
    says(guest, "echo 'open", r"shell: .*\n")
    says(guest, "ps one two", r"ps: use: .*\n")
    says(guest, "ps nobody", r"ps: no process called nobody\n")
    says(guest, "ps tty", r"tty, endpoint \d+, priority 2\ncalls .* ipc_reply .*\n"
         r"targets  user supervisor store-2 names memory tty clock hello shell files pipes\nkernel   exit time .*\nirq      1 4 log\n"
         r"ports    0x60 0x64 0x3d4-0x3d5 0x3f8-0x3ff\n")  # fmt: skip
    status(guest, "echo fine", 0)
    status(guest, "qqqqqqqq", r"[1-9]\d*")
    status(guest, "run nothing", 1)
    says(guest, "echo " + "x" * 2000, r"(.|\n)*")  # longer than any line may be
    says(guest, "echo \x00\x07\x1f\x1dok", r"ok\n")  # keys that mean nothing
    says(guest, "echo ok", r"ok\n")


def logs(guest):
    log = guest.command("dmesg")
    check(re.search(r"^\[ +\d+\.\d{3}\] Parley \d", log, re.M), f"dmesg:\n{log}")
    guest.command("dump")
    log = guest.command("dmesg")
    check("processes, and whom they wait for:" in log, f"no dump in the log:\n{log}")


def editing(guest):
    says(guest, "echo ac" + LEFT + "b", r"abc\n")
    says(guest, "echo abx\x7fc", r"abc\n")
    says(guest, "xxx\x15echo start", r"start\n")  # ^U
    says(guest, "echo one two\x17three", r"one three\n")  # ^W
    says(guest, "cho home\x01e\x05!", r"home!\n")  # ^A ^E
    says(guest, "echo keep drop" + LEFT * 4 + "\x0b", r"keep\n")  # ^K
    says(guest, "echo first", r"first\n")
    says(guest, "echo second", r"second\n")
    says(guest, UP, r"second\n")
    says(guest, UP + UP, r"second\n|first\n")
    says(guest, "half" + UP + DOWN + "\x15echo whole", r"whole\n")
    says(guest, "upti\t", r"up \d\d:.*\n")
    guest.type("p\t")
    guest.expect(r"ping +poweroff +ps|ping|poweroff")
    guest.type("\x15\r")
    guest.prompt()
    says(guest, "ping cl\t1", r"clock: 1 sent, 1 answered, 0 wrong\n.*\n")


def test(build):
    with boot(Machine(build=build, boot="quick")) as guest:
        for part in (help_pages, tables, memory, version, times, messages, words, logs, editing, kills):
            part(guest)
        guest.power_off()


if __name__ == "__main__":
    run(test)
