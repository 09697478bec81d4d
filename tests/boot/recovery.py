"""A person kills one server after the other, the shell and both supervisors among them: each comes back,
and what is asked afterwards is answered. And what `service` says and does."""

import re

from parley_machine import Machine, boot, check, machine, run

BANNER = r"Type help for the commands"
SUPERVISED = ("store-2", "store", "names", "memory", "tty", "clock", "shell", "shell-2", "shell-3", "shell-4", "files",
              "pipes", "supervisor-2", "supervisor")
HEADER = ["NAME", "STATE", "ENDPOINT", "RESTARTS", "POLICY", "LAST", "DEATH"]
STATES = "running|on demand|stopped|given up|ended|leads|in \\d+ ms"


def services(guest):
    """What `service list` says: name -> (state, endpoint, restarts, the rest)."""
    lines = guest.command("service list").splitlines()
    check(lines and lines[0].split() == HEADER, f"service list: the header is {lines[:1]}")
    found = {}
    for line in lines[1:]:
        row = re.fullmatch(rf"(\S+) +({STATES}) +(\d+|-) +(\d+)  +(.*)", line)
        check(row, f"service list: a line of its own: {line!r}")
        found[row[1]] = (row[2], row[3], int(row[4]), row[5])
    return found


def works(guest, after):
    """Each server does what it is there for."""
    for command, pattern in (("echo one 'two  three'", r"one two  three\n"), ("date", r"\w{3} \d{4}-.* UTC\n"),
                             ("uptime", r"up \d\d:.*\n"), ("greet Ada", r"Hello, Ada! You are visitor \d+\.\n"),
                             ("ping names 20", r"names: 20 sent, 20 answered, 0 wrong\n.*\n"),
                             ("ping memory 5", r"memory: 5 sent, 5 answered, 0 wrong\n.*\n")):  # fmt: skip
        answer = guest.command(command)
        check(re.fullmatch(pattern, answer), f"{after}, {command!r} printed:\n{answer}")


def killed(guest, name):
    before = services(guest)
    guest.command(f"kill -9 {name}")
    works(guest, f"after {name} was killed")
    after = services(guest)
    check(after[name][2] == before[name][2] + 1, f"{name} was not started once more: {before[name]}, {after[name]}")
    check(after[name][0] in ("running", "leads") and after[name][1] != before[name][1],
          f"{name} is not another process that runs: {before[name]}, {after[name]}")  # fmt: skip
    leads = [service for service, row in after.items() if row[0] == "leads"]
    check(len(leads) == 1, f"one of two supervisors leads, here: {leads}")
    if not name.startswith("supervisor"):
        check(after[name][3].endswith("killed"), f"how did {name} die? {after[name]}")
    others = {service: row[1] for service, row in after.items() if service != name}
    check(others == {service: row[1] for service, row in before.items() if service != name},
          f"others than {name} died, too:\n{before}\n{after}")  # fmt: skip
    for command in ("dmesg",):
        check(re.search(rf"supervisor(-2)?: {name} was killed: restart \d+, in \d+ ms", guest.command(command)),
              f"the log does not say that {name} was killed")  # fmt: skip


def the_shell(guest):
    before = services(guest)
    guest.type("kill -9 shell\r")
    guest.expect(BANNER)
    guest.prompt()
    works(guest, "after the shell was killed")
    check(services(guest)["shell"][2] == before["shell"][2] + 1, "the shell was not started once more")
    guest.command("idle &")  # so that the memory server has something to take back
    guest.type("service restart shell\r")
    guest.expect(BANNER)
    guest.prompt()
    works(guest, "after the shell was restarted")
    check("cannot be started" not in guest.command("dmesg"), f"a restart in the log is no failure:\n{guest.text[-2000:]}")


def the_colour(guest):
    """The tty's pen and what is on the screen outlive it."""
    guest.command("echo 'still here'")
    guest.command("kill -9 tty")
    guest.expect_screen(r"^still here$")


def steering(guest):
    guest.command("service stop clock")
    check(services(guest)["clock"][:2] == ("stopped", "-"), "service stop clock")
    check("no process called clock" in guest.command("ping clock"), "clock was stopped and answers")
    guest.command("kill -9 supervisor")
    check(services(guest)["clock"][0] == "stopped", "another supervisor started what was stopped")
    guest.command("service start clock")
    for service, line, said in (("files", "ls", "the files with the programs are not there"),
                                ("files", "nosuch", "the files with the programs are not there"),
                                ("memory", "ls", "the memory server, which starts programs, is not there"),
                                ("pipes", "ls | wc", "the pipe server is not there")):  # fmt: skip
        guest.command(f"service stop {service}")
        answer = guest.command(line)
        check(said in answer, f"without {service}, {line!r} printed:\n{answer}")
        guest.command(f"service start {service}")
    works(guest, "after clock was started again")
    before = services(guest)["clock"]
    guest.command("service restart clock")
    works(guest, "after clock was restarted")
    after = services(guest)["clock"]
    check(after[2] == before[2] + 1 and after[1] != before[1], f"service restart: {before}, {after}")
    guest.command("service update clock clock-2")
    works(guest, "after clock was given another program")
    check(re.search(r"supervisor(-2)?: clock has another program", guest.command("dmesg")), "the log does not tell of the update")
    check(re.search(r"^clock-2 +update ", guest.command("modules"), re.M), "modules does not show an update")
    for line, said in (("service update clock", "service: use:"), ("service update clock nobody", "no such module: nobody"),
                       ("service update clock tty", "the line of tty does not say updates=clock"),
                       ("service update nobody clock-2", "no such service: nobody"),
                       ("start clock-2", "clock-2 is an update of a service"), ("service", "service: use:"), ("service stop", "service: use:"),
                       ("service pause clock", "service: use:"), ("service stop nobody", "no such service: nobody"), ("service stop supervisor-2", "supervisor-2 leads"),
                       ("service restart " + "x" * 20, "no such service"), ("service stop tty", "restart it instead"),
                       ("service stop shell", "restart it instead")):  # fmt: skip
        answer = guest.command(line)
        check(said in answer, f"{line!r} printed:\n{answer}")


def without_the_store(guest):
    """What keeps its state there goes on while somebody has stopped it, the console among them."""
    guest.command("service stop store")
    before = services(guest)
    check(before["store"][0] == "stopped", f"service stop store: {before['store']}")
    works(guest, "while the store is stopped")
    guest.command("sleep 2.5")  # two beats and more
    guest.command("kill -9 tty")
    works(guest, "after tty was killed without a store")
    guest.command("sleep 2.5")
    guest.command("service start store")
    after = services(guest)
    check({name: row[2] for name, row in after.items() if name not in ("store", "tty")}
          == {name: row[2] for name, row in before.items() if name not in ("store", "tty")}
          and after["tty"][2] == before["tty"][2] + 1, f"servers died for want of a store:\n{before}\n{after}")  # fmt: skip
    killed(guest, "store")
    killed(guest, "tty")


def without_names(guest):
    """Nobody waits for a name server that was stopped at each command: it comes back by a command."""
    guest.command("service stop names")
    guest.command("uptime")
    before = services(guest)
    guest.command("sleep 2.5")
    answer = guest.command("trace shell -- date")
    check(" UTC\n" in answer, f"without names, date printed:\n{answer}")
    looks = answer.count('lookup(name="names")')  # whoever waits looks each millisecond
    check(0 < looks < 50, f"a command waits for the name server: {looks} looks")
    guest.command("service start names")
    works(guest, "after names was started again")
    after = services(guest)
    check(before["names"][0] == "stopped" and {name: row[2] for name, row in before.items() if name != "names"}
          == {name: row[2] for name, row in after.items() if name != "names"}, f"servers died:\n{before}\n{after}")  # fmt: skip


def typed_ahead(guest):
    """What was typed and not read outlives a tty that is replaced: lines ahead of the shell, and half a line of a program's."""
    lines = [f"echo ahead {i:03}" for i in range(130)]
    check(len("\r".join(lines)) < 2000, "more than a tty keeps")
    for how in ("service restart tty", "service update tty tty-2"):
        guest.type("sleep 2\r")
        guest.expect(r"sleep 2\n")
        guest.type("\r".join([how, *lines]) + "\r")
        for line in lines:
            guest.expect(rf"^{line.removeprefix('echo ')}\n")
        guest.prompt()
    begin = len(guest.text)
    guest.command("start later 3000 tty")
    guest.type("cat\r")
    guest.expect(r"cat\n")
    guest.type("half a lime\b\b")
    guest.expect("half a lime")
    check("later:" not in guest.text[begin:], "the tty was restarted too early")
    guest.expect(r"later: 0\n")
    guest.type("ne\rmore\r\x04")
    guest.expect(r"^half a line\n(.*\n)*more\n")
    guest.prompt()


def unsupervised(build):
    """The same servers without a supervisor: the command says so."""
    lines = [" ".join(word for word in line.split() if not re.match(r"(start=supervised|needs=|restart=|heartbeat=|limit=)",
                                                                    word))
             for line in Machine(build=build, boot="quick").arguments([])[-1].split(",")]  # fmt: skip
    lines = tuple(line for line in lines if "supervisor" not in line.split()[0])
    with boot(Machine(build=build, boot="quick", modules=lines)) as guest:
        check("there is no supervisor" in guest.command("service list"), "service list without a supervisor")
        guest.command("kill clock")
        check("no process called clock" in guest.command("ping clock"), "somebody started the clock")
        guest.command("kill tty")
        check(guest.command("echo back") == "back\n", "the shell did not start the tty")
        guest.power_off()


def test(build):
    modules = (*machine.default_modules(), "boot/clock clock-2 updates=clock", "boot/tty tty-2 updates=tty",
               "boot/t-later later start=demand calls=all targets=all kernel=all")  # fmt: skip
    with boot(Machine(build=build, boot="quick", modules=modules)) as guest:
        check(tuple(services(guest)) == SUPERVISED, f"service list: {services(guest)}")
        for name in ("clock", "files", "pipes", "names", "memory", "store", "store-2", "tty", "supervisor", "supervisor", "supervisor-2"):
            killed(guest, name)
        the_colour(guest)
        the_shell(guest)
        steering(guest)
        without_the_store(guest)
        without_names(guest)
        typed_ahead(guest)
        guest.power_off()
    unsupervised(build)


if __name__ == "__main__":
    run(test)
