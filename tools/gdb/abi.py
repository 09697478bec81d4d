"""Names of the numbers that kernel and processes share, from the headers that define them."""

import pathlib
import re

HEADERS = pathlib.Path(__file__).resolve().parent.parent.parent / "ipc" / "include" / "abi"
DEFINE = re.compile(r"^#define (\w+) +\(?(0x[0-9a-fA-F]+|\d+)u?\)?(?= |$)", re.M)


def text(name):
    return (HEADERS / f"{name}.h").read_text(encoding="utf-8")


def defines(name):
    return {symbol: int(value, 0) for symbol, value in DEFINE.findall(text(name))}


ENDPOINT = defines("endpoint")
CALL = defines("calls")
TRACE = defines("trace")

SYSTEM, HARDWARE, ANY, NONE = (ENDPOINT[name] for name in ("SYSTEM", "HARDWARE", "ANY", "NONE"))
SLOT_MASK = ENDPOINT["ENDPOINT_SLOT_MASK"]
FIRST_NAME = ENDPOINT["ENDPOINT_FIRST_NAME"]
KERNEL_NAMES = {ENDPOINT[name]: name for name in ("HARDWARE", "SYSTEM", "ANY", "NONE", "SELF")}
MESSAGE_WORDS = 9

ERRORS = {int(number): name for name, number in re.findall(r"X\((E\w+), +(\d+),", text("errors"))}
CALLS = {
    CALL[symbol]: name
    for name, symbol in re.findall(r"X\((\w+), +(IPC_\w+), +\d+\)", text("privilege"))
} | {CALL["IPC_REPLY_RECEIVE"]: "ipc_reply+receive"}
DEATHS = {value: name.removeprefix("DEATH_").lower()
          for name, value in defines("system").items() if name.startswith("DEATH_")}  # fmt: skip


def signed(word):
    return word - (1 << 32) if word & 1 << 31 else word


def call_name(word):
    """Of the call in ecx, with its flags."""
    number = word & CALL["IPC_CALL_MASK"]
    flags = "".join(f"|{name}" for name in ("NONBLOCK", "TIMEOUT") if word & CALL[f"IPC_{name}"])
    return CALLS.get(number, f"call {number:#x}") + flags


def result_name(result):
    return f"-{ERRORS[-result]}" if -result in ERRORS else str(result)
