"""What docs/protocols.md and docs/zh/protocols.md say of each protocol, from the descriptions.

The Chinese page has a text of docs/zh/protocols.toml for each text of the descriptions.
"""

import itertools
import os
import re
import textwrap

import page_text
import translations

MARK = "<!-- From here on made by tools/protocols.py --docs: change servers/protocols, not this. -->\n"
TABLE = "docs/zh/protocols.toml"
WIDTH = 140
SUMMARY_MOST = 60


class Stale(Exception):
    """A page that is not what the descriptions say; the text is for its author."""


class English:
    """The words around the descriptions' own, and how sentences are put together."""

    path = "docs/protocols.md"
    title, comma, colon, semicolon = "## {}: {}", ", ", ": ", "; "
    full_stop, between = ".", " "

    def text(self, words):
        return words

    def told_shortly(self, about):
        """A line that says what it is, and what is left to say: all of it, where that line is not a whole sentence."""
        first, dot, rest = about.partition(". ")
        if len(first) > SUMMARY_MOST:
            first, rest = re.split(r"[;,:] ", first)[0], about
        return first[0].lower() + first[1:].rstrip("."), rest if dot or rest else ""

    def anchors(self, _heading):
        return []

    def wrapped(self, text, indent=""):
        return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


CHINESE = {
    "type": "类型", "message": "消息", "request": "请求", "answer": "应答", "may be repeated": "可以重复",
    "yes": "是", "no": "否", "no answer": "没有应答",
    "structure": "结构体", "record": "记录", "words": "字", "field": "字段", "format": "格式", "what it is": "含义",
    "values": "值", "kind": "种类", "names": "名字", "what they are": "含义", "enumeration": "枚举", "flags": "标志",
    "one of {}": "取自 {}", "The request's words:": "请求的字：", "The answer's words:": "应答的字：",
    "{}, by ipc_request(SYSTEM, &m)": "{}，用 ipc_request(SYSTEM, &m)",
    "A message {} to SYSTEM; permitted by kernel={} on the module's line.": "发给 SYSTEM 的消息 {}；由模块行上的 kernel={} 许可。",
    "the module's line does not allow it": "模块行不许可它",
    "In C: {}; described in `{}`.": "在 C 里：{}；描述见 `{}`。",
    "Only from `{}`.": "只来自 `{}`。", "counted by `{}`": "字符数见 `{}`",
}


class Chinese:
    """The same in Chinese."""

    path = "docs/zh/protocols.md"
    title, comma, colon, semicolon = "## {}：{}", "、", "：", "；"
    full_stop, between = "。", ""

    def __init__(self, table):
        self.table = table

    def text(self, words):
        return CHINESE.get(words, words) if not words or words in CHINESE else self.table.text(words)

    def told_shortly(self, about):
        first, _, rest = about.partition("。")
        return first, rest

    def anchors(self, heading):
        """So that links differ from those of the English pages in their path alone."""
        return [f'<a id="{page_text.slug(heading)}"></a>']

    def wrapped(self, text, indent=""):
        """Lines end behind a full-width mark or at a blank, where a reader of the source expects it."""
        lines = [""]
        for piece in re.findall(r"[^，。；、！？ ]*[，。；、！？ ]*", text):
            if lines[-1].strip() and len(lines[-1]) + len(piece) > WIDTH:
                lines.append(indent)
            lines[-1] += piece
        return [line.rstrip() for line in lines]


# ---- The parts of a section ------------------------------------------------------------------------------------


def cell(text):
    return text.replace("|", "\\|")


def table(tongue, heads, rows):
    yield f"| {' | '.join(map(tongue.text, heads))} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(cell(c) for c in row)} |" for row in rows)
    yield ""


def payload_cell(tongue, structure):
    return tongue.comma.join(f"`{f.name}`" for f in structure.shown()) if structure else ""


def message_row(tongue, message):
    answer = tongue.text("no answer") if message.one_way else payload_cell(tongue, message.answer) or "0"
    return (f"{message.type:#05x}", f"`{message.name}`", payload_cell(tongue, message.request), answer,
            tongue.text("yes" if message.idempotent else "no"))


def message_item(tongue, message):
    sentences = [tongue.text(message.about)]
    if message.sender:
        sentences.append(tongue.text("Only from `{}`.").format(message.sender))
    sentences += [f"`{name}`{tongue.colon}{tongue.text(text)}{tongue.full_stop}" for name, text in message.errors.items()]
    return tongue.wrapped(f"- `{message.name}`{tongue.colon}{tongue.between.join(sentences)}", "  ")


def format_cell(tongue, field_):
    if field_.set:
        return f"{tongue.text(field_.format)} `{field_.set}`"
    length = field_.words * 4 if field_.format == "text" else field_.words
    by_length = field_.format == "text" or (field_.format == "hex" and field_.words > 1)
    return f"{field_.format}[{length}]" if by_length else field_.format


def field_rows(tongue, structures):
    for structure in structures.values():
        for field_ in structure.fields:
            last = field_.word + field_.words - 1
            words = str(field_.word) if last == field_.word else f"{field_.word}..{last}"
            counted = tongue.text("counted by `{}`").format(field_.count) if field_.count else ""
            about = tongue.semicolon.join(filter(None, [tongue.text(field_.about), counted]))
            yield f"`{structure.name}`", words, f"`{field_.name}`", format_cell(tongue, field_), about


def set_rows(tongue, protocol):
    for values in protocol.sets.values():
        form = "`{}` {:#x}" if values.kind == "flags" else "`{}` {}"
        yield (f"`{values.name}`", tongue.text(values.kind),
               tongue.comma.join(form.format(*item) for item in values.values.items()), tongue.text(values.about))


def section(tongue, protocol):
    where = f"`ipc/include/{protocol.header}`" if protocol.header else f"`<proto/{protocol.name}.h>`"
    yield from tongue.anchors(f"{protocol.name}: {protocol.summary}")
    yield tongue.title.format(protocol.name, tongue.text(protocol.summary))
    yield ""
    about = [tongue.text(protocol.about), tongue.text("In C: {}; described in `{}`.").format(where, protocol.path)]
    yield from tongue.wrapped(tongue.between.join(filter(None, about)))
    yield ""
    heads = ("type", "message", "request", "answer", "may be repeated")
    yield from table(tongue, heads, (message_row(tongue, m) for m in protocol.messages))
    for message in protocol.messages:
        yield from message_item(tongue, message)
    yield ""
    for kind, structures in (("structure", protocol.structures), ("record", protocol.records)):
        if structures:
            yield from table(tongue, (kind, "words", "field", "format", "what it is"), field_rows(tongue, structures))
    if protocol.sets:
        yield from table(tongue, ("values", "kind", "names", "what they are"), set_rows(tongue, protocol))


def made(tongue, protocols):
    """What of the tongue's page is made."""
    kernel_last = sorted(protocols, key=lambda p: (p.header is not None, p.base))
    lines = [line for protocol in kernel_last for line in section(tongue, protocol)]
    return "\n".join(lines).rstrip("\n") + "\n"


# ---- The pages -------------------------------------------------------------------------------------------------


def tongues(root):
    return [English(), Chinese(translations.Table(root, TABLE))]


def split(root, path):
    """The page's two parts: what people wrote, and what was made."""
    with open(os.path.join(root, path), encoding="utf-8") as file:
        written, mark, rest = file.read().partition(MARK)
    if not mark:
        raise Stale(f"{path}: the line that begins the generated part is missing:\n{MARK}")
    return written, rest


def check_table(chinese):
    """Of a tongue that has made its page: whether its table has all texts and no others."""
    wrong = list(chinese.table.complaints())
    if wrong:
        raise Stale("\n".join(wrong))


def check(root, protocols):
    for tongue in tongues(root):
        there, wanted = split(root, tongue.path)[1].splitlines(), made(tongue, protocols).splitlines()
        if there != wanted:
            both = itertools.zip_longest(there, wanted, fillvalue="(its end)")
            now, then = next((a, b) for a, b in both if a != b)
            raise Stale(f"{tongue.path} is not what servers/protocols says. It has\n    {now}\nand the descriptions say\n"
                        f"    {then}\nRun tools/protocols.py --docs and look at what changed.")
        if isinstance(tongue, Chinese):
            check_table(tongue)


def write(root, protocols):
    """Writes both pages, the Chinese one with the English text where it has no other, and then says so."""
    for tongue in tongues(root):
        text = split(root, tongue.path)[0] + MARK + made(tongue, protocols)
        with open(os.path.join(root, tongue.path), "w", encoding="utf-8") as file:
            file.write(text)
        if isinstance(tongue, Chinese):
            check_table(tongue)
