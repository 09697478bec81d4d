"""What the tools ask of a page of the docs: its headings, blocks of code, links and anchors."""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>[^`\n]*)\n(?P<code>.*?)^(?P=fence)[ ]*$\n?", re.M | re.S)
HEADING = re.compile(r"^(?P<marks>#{1,6}) +(?P<words>.+?) *#*$", re.M)
ANCHOR = re.compile(r'<a id="(?P<name>[^"\n]+)"></a>')
CODE_WORDS = re.compile(r"(?P<ticks>`+)[^`\n].*?(?P=ticks)")
LINK = re.compile(r"(?P<mark>!?)\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<place>[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")


@dataclass(frozen=True)
class Link:
    picture: bool
    place: str  # as it is written; empty for an anchor of the page itself
    anchor: str  # with its #, or empty


def slug(words):
    """The anchor that GitHub, and with it the site, gives a heading of these words."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    kept = re.sub(r"[^\w\- ]", "", plain.lower())
    return kept.strip().replace(" ", "-")


def prose(text):
    """The page without its blocks of code."""
    return FENCE.sub("", text)


def headings(text):
    """(level, words) of each heading."""
    return [(len(found["marks"]), found["words"]) for found in HEADING.finditer(prose(text))]


def blocks(text):
    """(language, code) of each block of code."""
    return [(found["language"].strip(), found["code"]) for found in FENCE.finditer(text)]


def links(text):
    """All links and pictures, but for what only looks like one in code."""
    plain = CODE_WORDS.sub("", prose(text))
    # A link's words may be code, which the line above has taken out: the place stays.
    return [Link(bool(found["mark"]), found["place"], found["anchor"] or "") for found in LINK.finditer(plain)]


def anchors(text):
    """What a link to the page may have behind the #."""
    return {slug(words) for _, words in headings(text)} | {found["name"] for found in ANCHOR.finditer(prose(text))}
