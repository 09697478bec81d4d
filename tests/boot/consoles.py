"""Several consoles: Alt-F1 to Alt-F4 on the emulated keyboard, each with a shell, a screen and a
foreground program of its own; on the text screen and on pixels; and where a shell is left out."""

import re

from parley_machine import PROMPT, Machine, boot, check, run

# A screen may be seen while another console is drawn over what it showed.
AT_PROMPT = rf"^{PROMPT.rstrip()}\Z"


def show(guest, number):
    guest.press("alt", f"f{number}")


def services(guest):
    """State and restarts of each service, as the list at the serial line's prompt says."""
    lines = guest.command("service list").split("\n")[1:]
    return {line.split()[0]: line[16:26].strip() for line in lines if line}


def first_use(guest, look):
    """A console that was never shown has no shell; one that is shown gets one, and no other."""
    check(services(guest)["shell-2"] == "on demand", "a shell runs on a console that was never shown")
    check(guest.command("shell-2").startswith("shell-2: no such command"), "a console's shell is a command")
    show(guest, 2)
    look(r"\AParley [^\n]*\n[^\n]*\n" + PROMPT.rstrip() + r"\Z")
    running = services(guest)
    check((running["shell-2"], running["shell-3"]) == ("running", "on demand"), f"the shells: {running}")


def apart(guest, look):
    """What is typed and written stays on its console, also while another is shown."""
    guest.keys("echo second\n")
    look(rf"^second\n{PROMPT.rstrip()}\Z")
    show(guest, 1)
    look(rf"\A(?!(.|\n)*second)(.|\n)*service list(.|\n)*{AT_PROMPT}")
    check("second" not in guest.text, "another console's text came over the serial line")
    guest.keys("echo first\n")
    look(rf"^first\n{PROMPT.rstrip()}\Z")
    show(guest, 2)
    look(rf"\A(?!(.|\n)*first)(.|\n)*^second\n(.|\n)*{AT_PROMPT}")


def programs(guest, look):
    """A program, from the archive or a module, writes to the console that it was started on; ^C ends
    what runs on the one that is shown."""
    guest.keys("greet Two\n")
    look(r"^Hello, Two![^\n]*\n" + PROMPT.rstrip() + r"\Z")
    guest.keys("primes 20\n")
    look(r"^19\n" + PROMPT.rstrip() + r"\Z")
    check("Hello, Two" not in guest.text, "a module's text came over the serial line")
    guest.keys("idle\n")
    guest.type("idle\r")
    guest.expect(r"idle\n")
    guest.press("ctrl", "c")
    look(r"\^C\n" + PROMPT.rstrip() + r"\Z")
    check(not guest.listen(0.3) or PROMPT not in guest.text[guest.position :], "^C ended what another console runs")
    guest.type("\x03")
    guest.prompt()


def scrolled(guest, look):
    """Each console has its own rows above the screen."""
    guest.keys("help\n")
    look(AT_PROMPT)
    guest.press("shift", "pgup")
    look(r"^ +help ")
    show(guest, 1)
    look(AT_PROMPT)
    show(guest, 2)
    look(AT_PROMPT)


def deaths(guest, look):
    """The shell of a console that dies is started again, and so is the tty, which goes on with the
    console that is shown; what is typed goes there."""
    guest.command("kill shell-2")
    look(r"Parley [^\n]*\n[^\n]*\n" + PROMPT.rstrip() + r"\Z")
    guest.keys("echo bef")
    look(rf"^{PROMPT}echo bef\Z")
    guest.command("kill tty")
    look(rf"^shell: the console was restarted\n{PROMPT}echo bef\Z")
    guest.keys("ore\n")
    look(rf"^before\n{PROMPT.rstrip()}\Z")
    guest.keys("half")
    look(rf"^{PROMPT}half\Z")
    guest.command("service restart tty")
    look(rf"^{PROMPT}half\Z")
    guest.keys("\b\b\b\becho whole\n")
    look(rf"^whole\n{PROMPT.rstrip()}\Z")
    show(guest, 1)
    look(AT_PROMPT)
    guest.keys("echo one\n")
    look(rf"^one\n{PROMPT.rstrip()}\Z")


def session(guest, look):
    for part in (first_use, apart, programs, scrolled, deaths):
        part(guest, look)
    show(guest, 4)
    look(AT_PROMPT)
    guest.keys("ps\n")
    look(r"^shell-2 (.|\n)*^shell-4 (.|\n)*" + AT_PROMPT)
    guest.power_off()


def none_left(build):
    """With little memory the others' shells are left out, and their consoles say so."""
    with boot(Machine(build=build, boot="quick", memory=8)) as guest:
        check(re.search(r"^shell-2 +refused .*left out", guest.command("modules"), re.M), "shell-2 is not left out")
        show(guest, 2)
        guest.expect_screen(r"\ANo shell runs on this console: (.|\n)*Alt-F1")
        show(guest, 1)
        guest.expect_screen(AT_PROMPT)
        guest.power_off()


def test(build, screen):
    if screen == "none-left":
        none_left(build)
        return
    with boot(Machine(build=build, boot="quick" if screen == "text" else "cd")) as guest:
        session(guest, guest.expect_screen if screen == "text" else guest.expect_picture)


if __name__ == "__main__":
    run(test, "text", "pixels", "none-left")
