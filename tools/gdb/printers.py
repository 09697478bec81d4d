"""How `print` and `info locals` show messages, endpoints and records of the trace."""

import gdb
import kernel_state
import messages
import trace_ring


class Text:
    """A printer that shows one text."""

    def __init__(self, value, text):
        self.value, self.text = value, text

    def to_string(self):
        return self.text(self.value)


def message(value):
    data = b"".join(int(value[name]).to_bytes(4, "little", signed=True) for name in ("m_source", "m_type"))
    words = [int(value["m_words"][i]) for i in range(7)]
    data += b"".join(word.to_bytes(4, "little") for word in words)
    return "{" + messages.text_of(data) + "}"


def endpoint(value):
    number = int(value)
    return f"{number} ({kernel_state.endpoint_name(number)})" if number else "0"


def record(value):
    return "{" + trace_ring.Reader().text(trace_ring.from_value(value)) + "}"


PRINTERS = {"message": message, "Message_t": message, "endpoint_t": endpoint, "trace_record": record}


def find(value):
    kind = value.type.unqualified()
    text = PRINTERS.get(kind.name or "") or PRINTERS.get(kind.strip_typedefs().tag or "")
    return Text(value, text) if text else None


def register():
    gdb.pretty_printers.insert(0, find)
