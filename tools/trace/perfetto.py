"""A trace as the JSON that chrome://tracing and ui.perfetto.dev open.

One track a process, with a slice for each stretch of running or waiting and whom it waits for, and
inside it a short slice for each message it sends or gets; arrows lead from a request to where it is
taken and to its answer. What happens at a moment is an instant event.
"""

import json

import abi
from model import ARROWS, NOBODY

PROCESS = 1  # Chrome's "process": the machine; its "threads" are ours


def events(model):
    """The trace events, one dictionary each."""
    yield from _names(model)
    for lane in range(len(model.lanes)):
        yield from _slices(model, lane)
    answered = {item.partner for item in model.items}
    for index, item in enumerate(model.items):
        if item.kind in ARROWS:
            yield from _message(model, index, item, index in answered)
        else:
            yield _instant(model, item)


def write(model, file):
    file.write('{"displayTimeUnit": "ns", "traceEvents": [\n')
    separator = ""
    for event in events(model):
        file.write(separator + json.dumps(event, separators=(",", ":")))
        separator = ",\n"
    file.write("\n]}\n")


def _names(model):
    yield {"ph": "M", "pid": PROCESS, "tid": 0, "name": "process_name", "args": {"name": "Parley"}}
    for position, lane in enumerate(model.lane_order()):
        entry = model.lanes[lane]
        name = entry.name if entry.name in abi.NAMES.values() else f"{entry.name} {entry.endpoint}"
        common = {"ph": "M", "pid": PROCESS, "tid": _track(lane)}
        yield common | {"name": "thread_name", "args": {"name": name}}
        yield common | {"name": "thread_sort_index", "args": {"sort_index": position}}


def _track(lane):
    return lane + 1


def _slices(model, lane):
    """What the lane's process does, from each change to the next."""
    changes = [model.states[index] for index in model.lanes[lane].changes]
    ends = [change.time for change in changes[1:]]
    last = model.items[-1].end if model.items else 0.0
    if changes:
        ends.append(max(last, changes[-1].time))
    for change, end in zip(changes, ends):
        if change.state not in (None, abi.FREE):
            yield {
                "ph": "X", "pid": PROCESS, "tid": _track(lane), "cat": "state",
                "name": model.state_text(change.state, change.peer),
                "ts": round(change.time, 3), "dur": round(end - change.time, 3),
                "args": {"state": abi.STATES[change.state].lower(), "record": change.number},
            }  # fmt: skip


def _message(model, index, item, answered):
    """A slice without length at either end, so that arrows have something to hold on to."""
    arguments = _arguments(model, item)
    common = {"pid": PROCESS, "cat": item.kind, "name": model.text_of(item)}
    begin, end = round(item.begin, 3), round(item.end, 3)
    for lane, time in ((item.source, begin), (item.target, end)):
        if lane >= 0:
            yield common | {"ph": "X", "tid": _track(lane), "ts": time, "dur": 0, "args": arguments}
    if item.source >= 0 and item.target >= 0:
        yield from _flow(index, item, begin, end, answered)


def _flow(index, item, begin, end, answered):
    """The arrow of a request goes on through its answer, under the request's number."""
    common = {"pid": PROCESS, "cat": "message", "name": "message", "bp": "e"}
    first = item.partner == NOBODY
    chain = common | {"id": index if first else item.partner}
    yield chain | {"ph": "s" if first else "t", "tid": _track(item.source), "ts": begin}
    yield chain | {"ph": "t" if answered else "f", "tid": _track(item.target), "ts": end}


def _instant(model, item):
    lane = item.target if item.kind in ("irq", "raised") else item.source
    scope = {"s": "t", "tid": _track(lane)} if lane >= 0 else {"s": "g", "tid": 0}
    return {
        "ph": "i", "pid": PROCESS, "cat": item.kind, "name": model.text_of(item),
        "ts": round(item.end, 3), "args": _arguments(model, item),
    } | scope  # fmt: skip


def _arguments(model, item):
    text = model.texts[item.text]
    result = {"from": model.lane_name(item.source), "to": model.lane_name(item.target),
              "record": item.number}  # fmt: skip
    if item.call:
        result["call"] = abi.call_name(item.call)
    if item.result:
        result["result"] = abi.result_name(item.result)
    return result | dict(text.fields)
