"""Ctrl-C ends what runs and gives the prompt back; the system goes on."""

import time

from parley_machine import Machine, boot, check, run

ENDLESS = ("ping names 100000000", "sleep 100000")


def interrupt(guest, command):
    guest.type(command + "\r")
    guest.expect(r"\n")  # the shell has the line
    for _ in range(3):  # in the middle of it, whatever it is
        guest.listen(0.2)
    guest.type("\x03")
    guest.prompt()


def test(build):
    with boot(Machine(build=build, boot="quick")) as guest:
        for command in ENDLESS:
            interrupt(guest, command)
            check(guest.command("echo still here") == "still here\n", f"after ^C in {command}")
        # At the prompt it drops what was typed.
        guest.type("echo dropped")
        time.sleep(0.2)
        guest.type("\x03")
        guest.prompt()
        check(guest.command("echo kept") == "kept\n", "^C at the prompt")
        guest.power_off()


if __name__ == "__main__":
    run(test)
