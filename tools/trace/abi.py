"""The kernel's numbers as the trace uses them, read from its own headers so that they stand nowhere twice."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADERS = ROOT / "ipc" / "include" / "abi"

DEFINE = re.compile(r"^#define (\w+) +\(?(-?(?:0x[0-9a-fA-F]+|\d+))u?\)?(?= |$)", re.M)


def _text(name):
    return (HEADERS / f"{name}.h").read_text(encoding="utf-8")


def _defines(name):
    return {symbol: int(value, 0) for symbol, value in DEFINE.findall(_text(name))}


TRACE = _defines("trace")
CALLS = _defines("calls")
ENDPOINTS = _defines("endpoint")

# The bits of `what`, in the order in which things happened where several are set.
BIT_NAMES = ("CALL", "DELIVER", "WAKE", "RETURN", "BLOCK", "SWITCH", "EVENT", "IRQ", "FAULT", "BIRTH",
             "DEATH", "CLOCK")  # fmt: skip
CALL, DELIVER, WAKE, RETURN, BLOCK, SWITCH, EVENT, IRQ, FAULT, BIRTH, DEATH, CLOCK = BITS = tuple(
    TRACE[f"TRACE_{name}"] for name in BIT_NAMES
)
MESSAGE = TRACE["TRACE_MESSAGE"]
KNOWN_BITS = sum(BITS) | MESSAGE

SEND, RECEIVE, SEND_REC, REQUEST, REPLY, RECEIVE_EX, REPLY_RECEIVE, SELECT = (
    CALLS[f"IPC_{name}"]
    for name in ("SEND", "RECEIVE", "SEND_REC", "REQUEST", "REPLY", "RECEIVE_EX",
                 "REPLY_RECEIVE", "SELECT")
)  # fmt: skip
CALL_MASK = CALLS["IPC_CALL_MASK"]
NONBLOCK = CALLS["IPC_NONBLOCK"]
EVENT_MESSAGE = CALLS["IPC_EVENT_MESSAGE"]
CAME_MASK = CALLS["IPC_CAME_MASK"]
CAME_WITH_TICKET = (CALLS["IPC_CAME_SEND_REC"], CALLS["IPC_CAME_REQUEST"])
ERROR_SHIFT = CALLS["IPC_ERROR_SHIFT"]
TICKET_SHIFT = CALLS["IPC_TICKET_SHIFT"]
FAULT_MESSAGE = _defines("fault")["FAULT_MESSAGE"]

CALL_NAMES = {
    CALLS[symbol]: name
    for name, symbol in re.findall(r"X\((\w+), +(IPC_\w+), +\d+\)", _text("privilege"))
} | {REPLY_RECEIVE: "ipc_reply+receive"}

ERRORS = {
    int(number): name for name, number in re.findall(r"X\((E\w+), +(\d+),", _text("errors"))
}
ENOTREADY = next(number for number, name in ERRORS.items() if name == "ENOTREADY")


STATES = tuple(
    re.findall(r"^    PROCESS_(\w+),",
               re.search(r"enum process_state \{(.*?)\};", _text("system"), re.S)[1], re.M)
)  # fmt: skip
FREE, RUNNING, READY, SENDING, CALLING, RECEIVING, ANSWER, REQUESTING, AWAITING, SELECTING = range(
    len(STATES)
)
# What each wait is called where people read it; `%s` is whom it is for.
STATE_WORDS = {
    FREE: "gone",
    RUNNING: "running",
    READY: "ready",
    SENDING: "send: queued on %s",
    CALLING: "send_rec: queued on %s",
    RECEIVING: "receives from %s",
    ANSWER: "send_rec: waits for %s's answer",
    REQUESTING: "request: queued on %s",
    AWAITING: "waits for %s's reply",
    SELECTING: "selects",
}
WAITS = (SENDING, CALLING, RECEIVING, ANSWER, REQUESTING, AWAITING, SELECTING)

DEATHS = {value: symbol.removeprefix("DEATH_").lower()
          for symbol, value in _defines("system").items() if symbol.startswith("DEATH_")}  # fmt: skip

HARDWARE, SYSTEM, ANY, NONE, SELF = (
    ENDPOINTS[name] for name in ("HARDWARE", "SYSTEM", "ANY", "NONE", "SELF")
)
NAMES = {HARDWARE: "HARDWARE", SYSTEM: "SYSTEM", ANY: "ANY", NONE: "NONE", SELF: "SELF"}
SLOT_MASK = ENDPOINTS["ENDPOINT_SLOT_MASK"]
FIRST_NAME = ENDPOINTS["ENDPOINT_FIRST_NAME"]
MAGIC = TRACE["TRACE_MAGIC"]
VERSION = TRACE["TRACE_VERSION"]
CLOCK_CYCLES = TRACE["TRACE_CLOCK_CYCLES"]
CLOCK_MICROSECONDS = TRACE["TRACE_CLOCK_MICROSECONDS"]


def is_process(endpoint):
    """Whether it can be a process: not one of the names that belong to none."""
    return endpoint > 0 and endpoint & SLOT_MASK < FIRST_NAME


def call_name(call):
    number = call & CALL_MASK
    return CALL_NAMES.get(number, f"call 0x{number:x}")


def is_poll(call):
    """Whether the call looks for what has come, and does not wait for it."""
    return bool(call & NONBLOCK) and call & CALL_MASK in (RECEIVE, RECEIVE_EX, REPLY_RECEIVE, SELECT)


def result_name(result):
    """A result as people say it: a number, or an error's name."""
    return ERRORS.get(-result, str(result))
