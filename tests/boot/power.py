"""How a session ends: power off with and without a status, and a reboot."""

from parley_machine import Machine, boot, check, run


def test(build):
    quick = Machine(build=build, boot="quick")
    for words, expected in (("poweroff", 0), ("poweroff 0", 0), ("poweroff 7", 7), ("poweroff 127", 127)):
        with boot(quick) as guest:
            guest.type(words + "\r")
            status = guest.status()
            check(status == expected, f"{words}: status {status}, expected {expected}")
    with boot(quick) as guest:
        guest.command("echo before")
        guest.type("reboot\r")
        guest.prompt()  # the next boot's
        check(guest.command("echo after") == "after\n", "no shell after a reboot")
        guest.power_off()


if __name__ == "__main__":
    run(test)
