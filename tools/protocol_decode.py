#!/usr/bin/env python3
"""Messages in words, on the workstation: says what libc/server/protocol.c says in the guest.

    protocol_decode.py protocols.json TYPE [WORD...]                       a request
    protocol_decode.py protocols.json --answers REQUEST_TYPE TYPE [WORD...]

--server NAME says whom the request was sent to: SYSTEM has numbers of its own. As a module:

    decoder = protocol_decode.Decoder.load("build/release/protocols.json")
    decoder.request(source, type, words, server)          write(console=0, text="hello")
    decoder.answer(type, words, server, request_type)     = 0
"""

import argparse
import json

PAYLOAD_WORDS = 7
ESCAPES = {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", ord('"'): '\\"', ord("\\"): "\\\\"}


def signed(word):
    return word - (1 << 32) if word & 1 << 31 else word


def unsigned(number):
    return number & 0xFFFFFFFF


def hex_words(words):
    return ", ".join(f"{word:#x}" for word in words)


def used(words):
    """Those before the zeros at the end."""
    count = len(words)
    while count and words[count - 1] == 0:
        count -= 1
    return words[:count]


def character(byte):
    return ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte <= 0x7E else f"\\x{byte:02x}")


class Decoder:
    """What the build's protocols.json knows. `known` is all of it, for those who want more than text."""

    def __init__(self, known):
        self.known = known
        self.protocols = known["protocols"]
        self.error_names = {number: name for name, number in known["errors"].items()}
        self.endpoints = known["endpoints"]
        self.endpoint_names = {number: name for name, number in self.endpoints.items()}

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def find(self, type, source, server):
        """Protocol and message with that type, or (None, None). `source` 0: anybody."""
        to_system = server == self.endpoints["SYSTEM"]
        for protocol in self.protocols:
            if (protocol["to"] == "SYSTEM") != to_system:
                continue
            for message in protocol["messages"]:
                if message["type"] == type and message["from"] in (None, self.endpoint_names.get(source)):
                    return protocol, message
        return None, None

    def request(self, source, type, words, server):
        protocol, message = self.find(type, source, server)
        if message is None:
            return f"type {unsigned(type):#x}({hex_words(used(words))})"
        return f"{message['name']}({self.fields(protocol, message['request'], words)})"

    def answer(self, type, words, server, request_type):
        if type < 0:
            return f"= {self.error_names.get(-type, type)}"
        protocol, message = self.find(request_type, 0, server)
        if message is None:
            inside = hex_words(used(words))
        else:
            inside = self.fields(protocol, message["answer"], words)
        return f"= {type} ({inside})" if inside else f"= {type}"

    def fields(self, protocol, structure, words):
        if structure is None:
            return ""
        fields = protocol["structures"][structure]
        places = {field["name"]: field["word"] for field in fields}
        return ", ".join(f"{field['name']}={self.value(protocol, field, places, words)}" for field in fields)

    def value(self, protocol, field, places, words):
        mine = words[field["word"]:field["word"] + field["words"]]
        match field["format"]:
            case "uint32":
                return str(mine[0])
            case "int32":
                return str(signed(mine[0]))
            case "hex":
                return f"{{{hex_words(mine)}}}" if len(mine) > 1 else f"{mine[0]:#x}"
            case "endpoint":
                return self.endpoint_names.get(mine[0], str(signed(mine[0])))
            case "uint64":
                return str(mine[1] << 32 | mine[0])
            case "microseconds":
                return f"{mine[1] << 32 | mine[0]}us"
            case "text":
                return self.text(mine, words[places[field["count"]]] if "count" in field else None)
            case "enumeration":
                return self.enumeration(protocol["values"][field["values"]]["values"], mine[0])
            case "flags":
                return self.flags(protocol["values"][field["values"]]["values"], mine[0])

    @staticmethod
    def text(words, count):
        data = b"".join(word.to_bytes(4, "little") for word in words)
        data = data.split(b"\0")[0] if count is None else data[:count]
        return '"' + "".join(map(character, data)) + '"'

    @staticmethod
    def enumeration(values, word):
        return next((name for name, value in values.items() if value == word), str(word))

    @staticmethod
    def flags(values, word):
        names = [name for name, value in values.items() if word & value]
        rest = word & ~sum(values.values())
        return "|".join([*names, f"{rest:#x}"] if rest or not names else names)


def number(text):
    return int(text, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json", metavar="protocols.json")
    parser.add_argument("type", type=number)
    parser.add_argument("words", type=number, nargs="*", metavar="WORD")
    parser.add_argument("--answers", type=number, metavar="REQUEST_TYPE")
    parser.add_argument("--server", default="0", metavar="NAME or NUMBER")
    parser.add_argument("--source", default="0", metavar="NAME or NUMBER")
    options = parser.parse_args()
    if len(options.words) > PAYLOAD_WORDS:
        parser.error(f"a message has {PAYLOAD_WORDS} words")
    decoder = Decoder.load(options.json)
    server, source = (decoder.endpoints.get(name) or number(name) for name in (options.server, options.source))
    words = [unsigned(word) for word in options.words] + [0] * (PAYLOAD_WORDS - len(options.words))
    if options.answers is None:
        print(decoder.request(source, signed(unsigned(options.type)), words, server))
    else:
        print(decoder.answer(signed(unsigned(options.type)), words, server, options.answers))


if __name__ == "__main__":
    main()
