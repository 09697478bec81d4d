"""QEMU stopped at its first instruction, and GDB attached to it. Called by ./parley debug.

The kernel's file is GDB's main one; tools/gdb loads those of the servers beside it, and adds commands.
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


def add_options(parser):
    """Those of every session with GDB."""
    parser.add_argument("--command", action="append", default=[])
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--wait", action="store_true")
    parser.add_argument("--port", type=int, default=1234)


def parse():
    parser = argparse.ArgumentParser(prog="./parley debug")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    add_options(parser)
    parser.add_argument("--append", default="")
    parser.add_argument("--memory", type=int)
    parser.add_argument("--machine")
    parser.add_argument("--cpu")
    parser.add_argument("--window", action="store_true")
    return parser.parse_args()


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def set_up(port):
    """GDB's commands up to where a person takes over; .vscode/launch.json has them too."""
    return [
        "set confirm off",
        "set architecture i386",
        "set remotetimeout 60",
        f"source {COMMANDS}",
        f"target remote 127.0.0.1:{port}",
        # Where a server's source file has the name of another's, its folder tells them apart.
        f"directory {machine.ROOT}",
    ]


def gdb_command(options, build):
    commands = set_up(options.port) + options.command
    result = ["gdb", "--quiet"] + (["--batch"] if options.batch else [])
    for command in commands if options.batch else [*commands, "set confirm on"]:
        result += ["-ex", command]
    return [*result, str(machine.kernel_symbols(build))]


def attach(arguments, folder, build, options):
    """QEMU with these arguments in `folder`, and GDB on its port; returns GDB's status. With --wait nobody is
    attached: whoever comes."""
    if not free(options.port):
        session.complain(f"port {options.port} is in use; --port takes another")
        return 1
    # In a session of its own, so that Ctrl-C interrupts GDB's target and does not end QEMU.
    process = machine.start(
        arguments, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        if options.wait:
            print(f"waiting for a debugger on port {options.port}", flush=True)
            return machine.guest_status(process.wait())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.run(
            gdb_command(options, build),
            check=False,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        machine.end(process)


def main():
    options = parse()
    build = options.build.resolve()
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
    try:
        return attach(arguments, build, build, options)
    finally:
        (build / CONSOLE).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
