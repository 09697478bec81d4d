"""A session by keys into the emulated keyboard, the screen read back; with and without a serial
line."""

from parley_machine import PROMPT, Machine, boot, check, run

PROMPT_LAST = rf"^{PROMPT.rstrip()}\Z"


def session(guest):
    guest.expect_screen(PROMPT_LAST)
    guest.keys("echo Hello, World! (a_b) \"c\" 1+1=2\n")
    guest.expect_screen(r"^Hello, World! \(a_b\) c 1\+1=2$")
    guest.expect_screen(PROMPT_LAST)
    # Line editing: back, over a mistake; and history.
    guest.keys("echo wrnog")
    for _ in range(3):
        guest.press("left")
    guest.press("delete")
    guest.press("right")
    guest.keys("n\n")
    guest.expect_screen(r"^wrong$")
    guest.press("up")
    guest.press("up")
    guest.expect_screen(rf"^{PROMPT}echo Hello, World!.*\Z")
    guest.press("ctrl", "c")
    guest.keys("clear\n")
    screen = guest.expect_screen(rf"\A{PROMPT.rstrip()}\Z")
    check("Hello" not in screen, "clear left text on the screen")
    guest.keys("ps\n")
    guest.expect_screen(r"\bnames\b(.|\n)*\bshell\b")
    guest.expect_screen(PROMPT_LAST)
    guest.keys("ping names 1000000\n")
    guest.press("ctrl", "c")
    guest.expect_screen(PROMPT_LAST)
    guest.keys("poweroff 3\n")
    status = guest.status()
    check(status == 3, f"poweroff 3 by keys: status {status}")


def test(build, line):
    with boot(Machine(build=build, boot="quick"), serial=line == "serial", prompt=False) as guest:
        session(guest)


if __name__ == "__main__":
    run(test, "serial", "no-serial")
