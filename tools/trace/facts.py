"""A record of several bits says several things: each as a fact of its own, in the order in which
they happened, with only those of the record's words that belong to it (ipc/include/abi/trace.h)."""

from typing import NamedTuple

import abi

BLOCKS_ALONE = {abi.SEND: abi.SENDING, abi.SEND_REC: abi.CALLING, abi.REQUEST: abi.REQUESTING,
                abi.RECEIVE: abi.RECEIVING, abi.RECEIVE_EX: abi.RECEIVING,
                abi.REPLY_RECEIVE: abi.RECEIVING, abi.SELECT: abi.SELECTING}  # fmt: skip
BLOCKS_DELIVERED = BLOCKS_ALONE | {abi.SEND_REC: abi.ANSWER, abi.REQUEST: abi.AWAITING}


class Fact(NamedTuple):
    """One thing that happened. `time` in microseconds since boot; `message`: (type, words) or None."""

    kind: int  # one of the TRACE_* bits
    number: int
    time: float
    source: int
    target: int
    call: int = 0
    result: int = 0
    second: int = 0
    message: tuple | None = None


def _call(r, time, alone):
    message = (r.type, r.words) if r.what & abi.MESSAGE else None
    return Fact(abi.CALL, r.number, time, r.source, r.target, r.call, 0, r.second if alone else 0, message)


def _deliver(r, time, _alone):
    return Fact(abi.DELIVER, r.number, time, r.source, r.target, message=(r.type, r.words))


def _wake(r, time, _alone):
    return Fact(abi.WAKE, r.number, time, abi.NONE, r.target, 0, r.result, r.second)


def _return(r, time, _alone):
    own = (0, 0) if r.what & abi.WAKE else (r.result, r.second)
    return Fact(abi.RETURN, r.number, time, r.source, abi.NONE, 0, *own)


def _block(r, time, alone):
    """Beside a call, the call says in what its caller waits; `call` of the fact is that state."""
    if alone:
        return Fact(abi.BLOCK, r.number, time, r.source, r.target, r.call)
    number = r.call & abi.CALL_MASK if r.what & abi.CALL else 0
    states = BLOCKS_DELIVERED if r.what & abi.DELIVER else BLOCKS_ALONE
    target = abi.ANY if number == abi.REPLY_RECEIVE else r.target
    return Fact(abi.BLOCK, r.number, time, r.source, target, states.get(number, abi.FREE))


def _plain(kind):
    def fact(r, time, _alone):
        words = (r.type, r.words)
        return Fact(kind, r.number, time, r.source, r.target, r.call, r.result, r.second, words)

    return fact


OF_BIT = {abi.CALL: _call, abi.DELIVER: _deliver, abi.WAKE: _wake, abi.RETURN: _return, abi.BLOCK: _block}
OF_BIT |= {bit: _plain(bit) for bit in abi.BITS if bit not in OF_BIT}
SELECTORS = tuple((bit, OF_BIT[bit]) for bit in abi.BITS)


def expand(record, time):
    """The record's facts."""
    what = record.what & ~abi.MESSAGE
    single = OF_BIT.get(what)
    if single:
        return (single(record, time, True),)
    return [make(record, time, False) for bit, make in SELECTORS if what & bit]
