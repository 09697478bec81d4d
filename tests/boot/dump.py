"""Who waits for whom, on a key and on a non-maskable interrupt."""

from parley_machine import Machine, boot, check, run

HEADLINE = "^.*processes, and whom they wait for:"
TTY = r"^.*  tty +endpoint +\d+ .*$"
SHELL = r"^.*  shell +endpoint +\d+ .* awaits reply of tty: read\(most=\d+, console=0\)"


def lists_processes(guest):
    guest.expect(HEADLINE)
    guest.expect(TTY)
    guest.expect(SHELL)


def test(build):
    with boot(Machine(build=build, boot="quick")) as guest:
        guest.press("f12")
        lists_processes(guest)
        guest.type("\x1c")  # ^\ on the serial line
        lists_processes(guest)
        guest.monitor("nmi")
        guest.expect("non-maskable interrupt")
        lists_processes(guest)
        guest.type("\r")
        guest.prompt()
        check(guest.command("echo on") == "on\n", "the shell does not answer after a dump")
        guest.power_off()


if __name__ == "__main__":
    run(test)
