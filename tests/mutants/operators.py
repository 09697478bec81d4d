"""Mechanical mutants of a C source that is formatted as this tree is: each comparison negated, each
statement left out, one at a time.

It reads text, not syntax trees: functions begin and end with a brace in the first column, binary
operators have white space on both sides.
"""

import re

NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
DECLARATION = re.compile(r"(?:static|const|unsigned|int|bool|char|struct|enum|\w+_t)\b")


class Change:
    """Characters `start` to `end` of the text become `new`."""

    def __init__(self, kind, function, start, end, new):
        self.kind, self.function = kind, function
        self.start, self.end, self.new = start, end, new

    def applied(self, text):
        """The lines behind it keep their numbers, which assertions hold."""
        lines = "\n" * text.count("\n", self.start, self.end)
        return text[:self.start] + self.new + lines + text[self.end:]

    def shown(self, text):
        """Which one it is, for people and for survivors.txt: no line numbers."""
        if self.kind == "drop":
            return " ".join(text[self.start:self.end].split())
        start = text.rindex("\n", 0, self.start) + 1
        end = text.index("\n", self.end)
        old, new = text[start:end], text[start:self.start] + self.new + text[self.end:end]
        return f"{' '.join(old.split())} => {' '.join(new.split())}"


def blanked(text):
    """The text with as many blanks for comments, strings and preprocessor lines."""
    def blank(found):
        return re.sub(r"[^\n]", " ", found.group())
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.DOTALL)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.MULTILINE)


def functions(code):
    """Triples (name, first, last) of the bodies, braces included."""
    for found in re.finditer(r"^\{\n.*?^\}", code, re.MULTILINE | re.DOTALL):
        header = code[:found.start()].rstrip().rsplit("\n\n", 1)[-1]
        yield re.search(r"(\w+)\(", header).group(1), found.start(), found.end()


def closing(code, at):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    while True:
        depth += (code[at] in "({[") - (code[at] in ")}]")
        if depth == 0:
            return at
        at += 1


def skip_white(code, at):
    while code[at].isspace():
        at += 1
    return at


class Statements:
    """All statements of a body that can be left out, as pairs (first, behind the last)."""

    def __init__(self, code):
        self.code, self.found = code, []

    def block(self, at):
        end = closing(self.code, at)
        at = skip_white(self.code, at + 1)
        while at < end:
            at = skip_white(self.code, self.statement(at))
        return end + 1

    def statement(self, start):
        """Notes it and what is in it; the place behind it."""
        code = self.code
        word = re.compile(r"\w*").match(code, start).group()
        if code[start] == "{":
            return self.block(start)
        if word in ("case", "default"):
            return code.index(":", start) + 1
        if word == "do":
            end = code.index(";", self.statement(skip_white(code, start + 2))) + 1
        elif word in ("if", "for", "while", "switch"):
            end = self.statement(skip_white(code, closing(code, code.index("(", start)) + 1))
            behind = skip_white(code, end)
            if word == "if" and re.match(r"else\b", code[behind:]):
                end = self.statement(skip_white(code, behind + 4))
        else:
            end = self.simple(start)
            if DECLARATION.match(code, start):
                return end
        self.found.append((start, end))
        return end

    def simple(self, at):
        while self.code[at] != ";":
            at = closing(self.code, at) + 1 if self.code[at] in "({[" else at + 1
        return at + 1


def is_last_return(code, start, end, body_end):
    return code.startswith("return", start) and not code[end:body_end - 1].strip()


def changes_of(code, name, first, last):
    statements = Statements(code)
    statements.block(first)
    for start, end in sorted(statements.found):
        # Without its last return a function has no value: that is no fault of the kind meant here.
        if not is_last_return(code, start, end, last):
            yield Change("drop", name, start, end, ";")
    for found in re.compile(r"(?<=\s)(?:[=!<>]=|[<>])(?=\s)").finditer(code, first, last):
        yield Change("negate", name, found.start(), found.end(), NEGATED[found.group()])


def changes(text):
    code = blanked(text)
    for name, first, last in functions(code):
        yield from changes_of(code, name, first, last)
