"""QEMU stopped at its first instruction, and GDB attached to it. Called by ./parley debug.

Every program is linked at an address of its own, so all symbols are loaded at once: the kernel's
file as GDB's main one, each server's from build/<preset>/servers beside it.
"""

import argparse
import pathlib
import signal
import socket
import subprocess
import sys

import machine
import session

COMMANDS = pathlib.Path(__file__).resolve().parent / "gdb" / "parley.py"
CONSOLE = "console.sock"  # in the build folder; tools/console connects to it


def parse():
    parser = argparse.ArgumentParser(prog="./parley debug")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--command", action="append", default=[])
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--append", default="")
    parser.add_argument("--memory", type=int)
    parser.add_argument("--machine")
    parser.add_argument("--cpu")
    parser.add_argument("--window", action="store_true")
    parser.add_argument("--port", type=int, default=1234)
    return parser.parse_args()


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def gdb_command(options, build):
    result = ["gdb", "--quiet", "-nx", "-ex", "set confirm off", "-ex", "set architecture i386"]
    if options.batch:
        result.append("--batch")
    for program in sorted((build / "servers").glob("*")):
        if program.is_file() and program.read_bytes()[:4] == b"\x7fELF":
            result += ["-ex", f"add-symbol-file {program}"]
    result += ["-ex", f"target remote 127.0.0.1:{options.port}"]
    # Where a server's source file has the name of another's, its folder tells them apart.
    result += ["-ex", f"directory {machine.ROOT}", "-ex", f"source {COMMANDS}"]
    for command in options.command:
        result += ["-ex", command]
    if not options.batch:
        result += ["-ex", "set confirm on"]
    return [*result, str(machine.kernel_symbols(build))]


def main():
    options = parse()
    build = options.build.resolve()
    if not free(options.port):
        session.complain(f"port {options.port} is in use; --port takes another")
        return 1
    try:
        guest = machine.Machine(
            build=build,
            boot="quick",
            memory=options.memory,
            machine=options.machine,
            cpu=options.cpu,
            command_line=f"{machine.USUAL_WORDS} {options.append}".strip(),
            display=session.window() if options.window else ("-display", "none"),
            extra=("-S", "-gdb", f"tcp:127.0.0.1:{options.port}"),
        )
        console = ["-chardev", f"socket,id=console,path={CONSOLE},server=on,wait=off,"
                   "logfile=serial.log", "-serial", "chardev:console", "-monitor", "none"]  # fmt: skip
        arguments = guest.arguments(console)
    except machine.Unavailable as missing:
        session.complain(missing)
        return session.STATUS_QEMU
    session.complain(f"serial console: tools/console {options.build}; its text: "
                     f"{options.build}/serial.log")  # fmt: skip
    # In a session of its own, so that Ctrl-C interrupts GDB's target and does not end QEMU.
    process = machine.start(
        arguments, cwd=build, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.run(
            gdb_command(options, build),
            check=False,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ).returncode
    finally:
        machine.end(process)
        (build / CONSOLE).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
