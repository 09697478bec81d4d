"""The programs that boot as modules: their symbols, all at once, since each is linked at an address of its own."""

import pathlib

import gdb

ELF = b"\x7fELF"


def folder():
    """Beside the kernel's folder, in a build and in a recording alike."""
    kernel = gdb.current_progspace().filename
    if not kernel:
        raise gdb.GdbError("load the kernel's file first: file build/debug/kernel/parley")
    return pathlib.Path(kernel).parent.parent / "servers"


def load():
    for program in sorted(folder().glob("*")):
        if program.is_file() and program.read_bytes()[:4] == ELF:
            gdb.execute(f"add-symbol-file {program}", to_string=True)


def main_of(program):
    """Where to break for the program's main."""
    for objfile in gdb.objfiles():
        if program and pathlib.Path(objfile.filename or "").name == pathlib.Path(program).name:
            main = objfile.lookup_global_symbol("main")
            return f"{main.symtab.fullname()}:{main.line}"
    raise gdb.GdbError(f"no program {program!r} in {folder()}")


class StopIn(gdb.Command):
    """stop-in PROGRAM: a temporary breakpoint in the program's main."""

    def __init__(self):
        super().__init__("stop-in", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, _from_tty):
        gdb.execute(f"tbreak {main_of(argument.strip())}")


def register():
    load()
    StopIn()
