"""What the facts amount to: who did what when, which message answered which, who waited for whom.

Built up one fact at a time, so that it is as good for a stream that still runs:

  lanes      the processes, and SYSTEM and HARDWARE where they take part, in order of appearance
  items      what a reader wants to see as one thing, in the order in which it was complete: a message
             from where it was sent to where it arrived, or a mark
  states     each change of what a process does, and for whom it waits
  exchanges  requests with their answers

Places between items are numbers, too: 7.5 is between item 7 and item 8. Enter at Model.add().
"""

import bisect
from dataclasses import dataclass, field
from typing import NamedTuple

import abi
from describe import describe
from stream import text_of

ARROWS = ("send", "request", "reply", "event")
MARKS = ("call", "poll", "error", "raised", "irq", "fault", "birth", "death", "lost")
KINDS = ARROWS + MARKS

NOBODY = -1  # as a lane
ANYBODY = -2


class Text(NamedTuple):
    """A message in the words of its protocol; each is kept once."""

    name: str
    fields: tuple
    text: str


class Item(NamedTuple):
    """An arrow from lane `source` to lane `target`, or a mark at them."""

    kind: str
    source: int
    target: int
    begin: float  # microseconds since boot: sent
    end: float  # arrived
    begin_row: float
    number: int  # of the record that completed it
    call: int
    type: int
    result: int
    text: int  # index of its Text
    partner: int  # the item of the request that this answers; NOBODY


class Change(NamedTuple):
    """From here on, the lane's process is in that state (enum process_state), for that lane."""

    lane: int
    time: float
    row: float
    state: int
    peer: int
    number: int


@dataclass
class Lane:
    """A process, or one of the kernel's names that takes part."""

    endpoint: int
    name: str
    priority: int | None = None
    state: int | None = None
    peer: int = NOBODY
    changes: list = field(default_factory=list)  # indices of its states


@dataclass
class Call:
    """A call that has begun and not ended."""

    number: int
    time: float
    row: float
    call: int
    target: int
    message: tuple | None
    settled: bool = False  # something of it is an item already


@dataclass
class Exchange:
    """A request, until the requester goes on. Items are indices, or None; times microseconds."""

    client: int
    server: int
    type: int | None
    begin: float
    ticket: int | None = None
    request: int | None = None
    reply: int | None = None
    end: float | None = None
    result: int | None = None

    @property
    def latency(self):
        return None if self.end is None else self.end - self.begin


def name_in(birth):
    """The new process's name."""
    return text_of(b"".join(word.to_bytes(4, "little") for word in birth.message[1][:4]))


class Model:
    """See above. What is keyed by an endpoint is about processes that live now.

    `hidden`: names of processes that are left out, with all that they do, as those who watch."""

    def __init__(self, hidden=()):
        self._hidden_names, self._hidden = frozenset(hidden), set()
        self.lanes, self.items, self.states, self.exchanges, self.texts = [], [], [], [], []
        self._lane_of = {}
        self._text_of = {}
        self._calls = {}  # endpoint -> Call
        self._open = {}  # client's endpoint -> Exchange
        self._taken = {}  # server's endpoint -> the Exchange whose ticket it learns next
        self._raised = {}  # (source, target) -> (time, row) of events that nobody took yet
        self._handlers = {
            abi.CALL: self._call, abi.DELIVER: self._deliver, abi.WAKE: self._wake,
            abi.RETURN: self._return, abi.BLOCK: self._block, abi.SWITCH: self._switch,
            abi.EVENT: self._event, abi.IRQ: self._irq, abi.FAULT: self._fault,
            abi.BIRTH: self._birth, abi.DEATH: self._death, abi.CLOCK: lambda fact: None,
        }  # fmt: skip

    # ---- What comes in ---------------------------------------------------------------------------

    def add(self, fact):
        if fact.kind == abi.BIRTH:
            self._note_hidden(fact.source, name_in(fact))
        if fact.kind != abi.SWITCH and not self._hidden.isdisjoint((fact.source, fact.target)):
            return
        self._handlers[fact.kind](fact)

    def hides(self, record):
        """Whether one of its ends is left out."""
        return not self._hidden.isdisjoint((record.source, record.target))

    def _note_hidden(self, endpoint, name):
        if name in self._hidden_names:
            self._hidden.add(endpoint)

    def name(self, endpoint, name, priority=None):
        """A process that lived before the first record, or a better name for one."""
        self._note_hidden(endpoint, name)
        if endpoint in self._hidden:
            return
        lane = self.lane(endpoint)
        if lane >= 0:
            self.lanes[lane].name = name
            self.lanes[lane].priority = priority

    def lost(self, count, before, time):
        """A gap: nothing that was open can be relied on."""
        self._forget(time, before)
        text = Text("lost", (), f"{count} records lost")
        self._mark("lost", NOBODY, NOBODY, time, before - 1, text)

    def restart(self, number, time):
        """Another boot: its endpoints are other processes."""
        self._forget(time, number)
        self._lane_of = {}
        self._hidden = set()

    # ---- What can be asked -----------------------------------------------------------------------

    def states_at(self, row):
        """Lane -> (state, peer) as they were at that place; who did not live is left out."""
        result = {}
        for index, lane in enumerate(self.lanes):
            at = bisect.bisect_right(lane.changes, row, key=lambda change: self.states[change].row)
            if at:
                change = self.states[lane.changes[at - 1]]
                if change.state not in (None, abi.FREE):
                    result[index] = (change.state, change.peer)
        return result

    def waits_at(self, row):
        """Who waits for whom at that place: pairs of lanes."""
        return [(lane, peer) for lane, (state, peer) in self.states_at(row).items()
                if state in abi.WAITS and peer >= 0]  # fmt: skip

    def lane_name(self, lane):
        return {NOBODY: "nobody", ANYBODY: "anyone"}[lane] if lane < 0 else self.lanes[lane].name

    def lane_order(self):
        """Lanes as they are shown: the kernel's names first."""
        def key(lane):
            endpoint = self.lanes[lane].endpoint
            return (1, lane) if abi.is_process(endpoint) else (0, endpoint)

        return sorted(range(len(self.lanes)), key=key)

    def text_of(self, item):
        return self.texts[item.text].text

    def words_of_call(self, endpoint):
        """What the process's call sends, while it has not arrived."""
        call = self._calls.get(endpoint)
        if call is None or call.message is None:
            return ""
        answers = call.call & abi.CALL_MASK in (abi.REPLY, abi.REPLY_RECEIVE)
        exchange = self._open.get(call.target) if answers else None
        asked = exchange.type if exchange else None
        server = endpoint if answers else call.target
        return self.texts[self._words(call.message, endpoint, server, asked, answers)].text

    def state_text(self, state, peer):
        return abi.STATE_WORDS[state].replace("%s", self.lane_name(peer))

    # ---- Lanes, states, items --------------------------------------------------------------------

    def lane(self, endpoint):
        """The endpoint's lane; it gets one when it is seen first."""
        lane = self._lane_of.get(endpoint)
        if lane is None:
            if endpoint == abi.ANY:
                return ANYBODY
            if endpoint != abi.SYSTEM and endpoint != abi.HARDWARE and not abi.is_process(endpoint):
                return NOBODY
            lane = self._lane_of[endpoint] = len(self.lanes)
            self.lanes.append(Lane(endpoint, abi.NAMES.get(endpoint, f"?{endpoint}")))
        return lane

    def _row(self, number):
        """Where something belongs that the record says beside its item, or between two items."""
        last = len(self.items) - 1
        return last if last >= 0 and self.items[last].number == number else last + 0.5

    def _set(self, lane, state, peer, fact_time, number):
        if lane < 0:
            return
        entry = self.lanes[lane]
        if entry.state == state and entry.peer == peer:
            return
        entry.state, entry.peer = state, peer
        entry.changes.append(len(self.states))
        self.states.append(Change(lane, fact_time, self._row(number), state, peer, number))

    def _runs(self, endpoint, fact):
        """It acts, so it runs."""
        lane = self.lane(endpoint)
        if lane >= 0 and self.lanes[lane].state in (None, abi.READY):
            self._set(lane, abi.RUNNING, NOBODY, fact.time, fact.number)

    def _text(self, key, make):
        index = self._text_of.get(key)
        if index is None:
            index = self._text_of[key] = len(self.texts)
            self.texts.append(Text(*make()))
        return index

    def _mark(self, kind, source, target, time, number, text, call=0, type_=0, result=0):
        row = len(self.items)
        index = text if isinstance(text, int) else self._text(text, lambda: text)
        self.items.append(Item(kind, source, target, time, time, row, number, call, type_, result,
                               index, NOBODY))  # fmt: skip

    def _forget(self, time, number):
        for table in (self._calls, self._open, self._taken, self._raised):
            table.clear()
        for lane in range(len(self.lanes)):
            if self.lanes[lane].state != abi.FREE:
                self._set(lane, None, NOBODY, time, number)

    # ---- Calls and their ends --------------------------------------------------------------------

    def _call(self, fact):
        self._runs(fact.source, fact)
        number = fact.call & abi.CALL_MASK
        call = Call(fact.number, fact.time, len(self.items) - 0.5, fact.call, fact.target, fact.message)
        self._calls[fact.source] = call
        if number in (abi.REQUEST, abi.SEND_REC) and abi.is_process(fact.source):
            type_ = fact.message[0] if fact.message else None
            self._open[fact.source] = Exchange(fact.source, fact.target, type_, fact.time)
        if fact.target == abi.SYSTEM and fact.message:
            self._sent_to_system(fact, call)

    def _sent_to_system(self, fact, call):
        """The kernel takes it at once, and no record of its own says so."""
        self.lane(abi.SYSTEM)
        exchange = self._open.get(fact.source)
        item = self._arrow("request", fact, call, None, fact.message, fact.source, fact.target)
        if exchange:
            exchange.request = item

    def _wake(self, fact):
        lane = self.lane(fact.target)
        if lane >= 0 and self.lanes[lane].state != abi.RUNNING:
            self._set(lane, abi.READY, NOBODY, fact.time, fact.number)
        self._ended(fact.target, fact)

    def _return(self, fact):
        self._runs(fact.source, fact)
        self._ended(fact.source, fact)

    def _ended(self, endpoint, fact):
        """The process's call is over, with this result."""
        call = self._calls.pop(endpoint, None)
        taken = self._taken.pop(endpoint, None)
        came = fact.second & abi.CAME_MASK
        if fact.result >= 0 and taken and came in abi.CAME_WITH_TICKET:
            taken.ticket = fact.second >> abi.TICKET_SHIFT
        exchange = self._open.pop(endpoint, None)
        if exchange:
            exchange.end, exchange.result = fact.time, fact.result
            self.exchanges.append(exchange)
        if call:
            self._say_how_it_ended(endpoint, call, fact)

    def _say_how_it_ended(self, endpoint, call, fact):
        name = abi.call_name(call.call)
        number = call.call & abi.CALL_MASK
        lane = self.lane(endpoint)
        beside = fact.second >> abi.ERROR_SHIFT & 0xFF if fact.result == 0 else 0
        if fact.result == -abi.ENOTREADY and abi.is_poll(call.call):
            kind, error = "poll", fact.result
        elif fact.result < 0:
            kind, error = "error", fact.result
        elif number == abi.REPLY_RECEIVE and beside and call.target != abi.NONE:
            kind, error = "error", -beside
        elif call.settled:
            return
        else:
            kind, error = "call", fact.result
        how = "nothing there" if kind == "poll" else abi.result_name(error)
        text = Text(name, (), f"{name}: {how}" if error else name)
        type_ = call.message[0] if call.message else 0
        self._mark(kind, lane, self.lane(call.target), fact.time, fact.number, text,
                   call.call, type_, error)  # fmt: skip

    # ---- Messages --------------------------------------------------------------------------------

    def _deliver(self, fact):
        type_ = fact.message[0]
        source, target = fact.source, fact.target
        received = self._calls.get(target)
        if received:
            received.settled = True
        call = self._calls.get(source)
        if call and (call.target != target or call.message is None):
            call = None
        if type_ == abi.EVENT_MESSAGE and call is None:
            self._take_event(fact)
            return
        if call:
            call.settled = True
        number = call.call & abi.CALL_MASK if call else None
        answered = self._answered(source, target, number, call)
        asks = number in (abi.REQUEST, abi.SEND_REC) or self._is_fault(fact)
        kind = "request" if asks else "reply" if answered else "send"
        item = self._arrow(kind, fact, call, answered, fact.message, source, target)
        if answered:
            answered.reply = item
        if asks:
            self._note_taken(fact, item, type_)

    def _answered(self, source, target, number, call):
        """The exchange that a message from `source` to `target` answers, or None."""
        exchange = self._open.get(target)
        if exchange is None or exchange.server != source or exchange.reply is not None:
            return None
        if number in (abi.REPLY, abi.REPLY_RECEIVE) and exchange.ticket is not None:
            return exchange if call.call >> abi.TICKET_SHIFT == exchange.ticket else None
        return exchange

    @staticmethod
    def _is_fault(fact):
        return fact.message[0] & ~0xFF == abi.FAULT_MESSAGE

    def _note_taken(self, fact, item, type_):
        """The receiver has the request; its call's end will tell the ticket."""
        client, server = fact.source, fact.target
        exchange = self._open.get(client)
        if exchange is None or exchange.server != server:
            exchange = self._open[client] = Exchange(client, server, type_, fact.time)
        exchange.request = item
        self._taken[server] = exchange
        lane = self.lane(client)
        if lane >= 0:
            state = {abi.CALLING: abi.ANSWER, abi.REQUESTING: abi.AWAITING}.get(self.lanes[lane].state)
            if state is not None:
                self._set(lane, state, self.lane(server), fact.time, fact.number)

    def _arrow(self, kind, fact, call, answered, message, source, target):
        """Appends a message's item; returns its index."""
        type_ = message[0]
        index = len(self.items)
        begin, row = (call.time, call.row) if call else (fact.time, index)
        if row == index - 0.5:  # nothing lies between
            row = index
        asked = answered.type if answered else None
        text = self._words(message, source, source if kind == "reply" else target, asked, kind == "reply")
        partner = answered.request if answered and answered.request is not None else NOBODY
        self.items.append(Item(kind, self.lane(source), self.lane(target), begin, fact.time, row,
                               fact.number, call.call if call else 0, type_, 0, text, partner))  # fmt: skip
        return index

    def _words(self, message, source, server, asked=None, is_answer=False):
        """The index of the message's Text. Only for the kernel's names it matters who talks to whom."""
        source, server = (end if end in abi.NAMES else 0 for end in (source, server))
        key = (message, source, server, asked, is_answer)
        return self._text(key, lambda: describe(*key))

    # ---- Events, interrupts, faults, births, deaths ----------------------------------------------

    def _event(self, fact):
        call = self._calls.get(fact.source)
        if call and call.target == fact.target:
            call.settled = True
        self._raised.setdefault((fact.source, fact.target), (fact.time, len(self.items)))
        message = (abi.EVENT_MESSAGE, fact.message[1])
        self._mark("raised", self.lane(fact.source), self.lane(fact.target), fact.time, fact.number,
                   self._words(message, fact.source, fact.target), type_=abi.EVENT_MESSAGE)  # fmt: skip

    def _take_event(self, fact):
        begin, row = self._raised.pop((fact.source, fact.target), (fact.time, len(self.items)))
        text = self._words(fact.message, fact.source, fact.target)
        self.items.append(Item("event", self.lane(fact.source), self.lane(fact.target), begin,
                               fact.time, row, fact.number, 0, abi.EVENT_MESSAGE, 0, text,
                               NOBODY))  # fmt: skip

    def _irq(self, fact):
        text = Text("irq", (("line", str(fact.call)),), f"irq {fact.call}")
        self._mark("irq", self.lane(abi.HARDWARE), self.lane(fact.target), fact.time, fact.number, text)

    def _fault(self, fact):
        self._runs(fact.source, fact)
        error, ip, address = fact.message[1][:3]
        fields = (("vector", str(fact.call)), ("error code", f"0x{error:x}"),
                  ("instruction", f"0x{ip:08x}"), ("address", f"0x{address:08x}"))  # fmt: skip
        text = Text("fault", fields, f"fault {fact.call} at 0x{ip:08x}")
        self._mark("fault", self.lane(fact.source), NOBODY, fact.time, fact.number, text)

    def _birth(self, fact):
        name = name_in(fact)
        self.name(fact.source, name)
        lane = self.lane(fact.source)
        self._mark("birth", lane, NOBODY, fact.time, fact.number, Text("birth", (), f"{name} is born"))
        self._set(lane, abi.READY, NOBODY, fact.time, fact.number)

    def _death(self, fact):
        lane = self.lane(fact.source)
        how = abi.DEATHS.get(fact.call, f"cause {fact.call}")
        text = f"{self.lane_name(lane)} dies: {how}" + (f" {fact.result}" if how != "kill" else "")
        fields = (("cause", how), ("status or vector", str(fact.result)))
        self._mark("death", lane, NOBODY, fact.time, fact.number, Text("death", fields, text),
                   result=fact.result)  # fmt: skip
        self._set(lane, abi.FREE, NOBODY, fact.time, fact.number)
        self._calls.pop(fact.source, None)
        self._taken.pop(fact.source, None)
        exchange = self._open.pop(fact.source, None)
        if exchange:
            self.exchanges.append(exchange)
        for pair in [pair for pair in self._raised if fact.source in pair]:
            del self._raised[pair]

    # ---- Who waits, who runs ---------------------------------------------------------------------

    def _block(self, fact):
        lane = self.lane(fact.source)
        peer = self.lane(fact.target)
        state = fact.call if fact.call in abi.WAITS else abi.RECEIVING
        self._set(lane, state, peer, fact.time, fact.number)

    def _switch(self, fact):
        source, target = (abi.NONE if end in self._hidden else end
                          for end in (fact.source, fact.target))  # fmt: skip
        lane = self.lane(source)
        if lane >= 0 and self.lanes[lane].state == abi.RUNNING:
            self._set(lane, abi.READY, NOBODY, fact.time, fact.number)
        self._set(self.lane(target), abi.RUNNING, NOBODY, fact.time, fact.number)
