"""Ctrl-C ends what runs and gives the prompt back; the system goes on."""

from parley_machine import Machine, boot, check, machine, run

ENDLESS = ("ping names 1000000", "sleep 100000", "endless spin", "endless sleep", "endless print",
           "endless read")  # fmt: skip
PROGRAM = "boot/t-endless endless start=demand identity=user"


def interrupt(guest, command):
    guest.type(command + "\r")
    guest.expect(r"^endless: |\n")  # the shell has the line; the program runs
    for _ in range(5):  # in the middle of it, whatever it is
        guest.listen(0.1)
    guest.type("\x03")
    guest.prompt()


def test(build):
    modules = (*machine.default_modules(), PROGRAM)
    with boot(Machine(build=build, boot="quick", modules=modules)) as guest:
        for command in ENDLESS:
            interrupt(guest, command)
            check(guest.command("echo still here") == "still here\n", f"after ^C in {command}")
        check("endless" not in guest.command("ps"), "a stopped program goes on")
        # As early as can be: behind the line's end, before or while the command starts.
        for delay in range(12):
            guest.type("sleep 100000\r")
            for _ in range(delay):
                guest.listen(0)
            guest.type("\x03")
            guest.prompt()
        # In one piece, so that the terminal may have it while the shell still reads the line.
        for _ in range(12):
            guest.type("sleep 100000\r\x03")
            guest.prompt()
        # At the prompt it drops what was typed.
        guest.type("echo dropped")
        guest.expect("echo dropped")
        guest.type("\x03")
        guest.prompt()
        check(guest.command("echo kept") == "kept\n", "^C at the prompt")
        guest.power_off()


if __name__ == "__main__":
    run(test)
