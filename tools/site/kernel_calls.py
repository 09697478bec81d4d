"""The manual's pages of the calls to the kernel, in Markdown. The others are files of docs/man; these are made from the calls' descriptions."""

import re

import manual_read
import protocol_read


def block_lines(block):
    if block.kind == "code":
        return ["```", block.text, "```", ""]
    if block.kind == "item":
        return [f"- `{block.term}`: {block.text}" if block.term else f"- {block.text}", ""]
    return [block.text, ""]


def markdown(page):
    lines = [f"# {page.name}({page.section})", "", page.summary, ""]
    for heading, blocks in page.sections.items():
        lines += [f"## {heading}", "", *(line for block in blocks for line in block_lines(block))]
    return "\n".join(lines)


def pages(root):
    """Page of the site -> its text."""
    protocols, _ = protocol_read.read_all(str(root))
    return {f"man/{page.key}": markdown(page) for page in manual_read.kernel_pages(str(root), protocols)}


def linked(text, made):
    """The index, whose rows of these calls lead to their pages."""
    def link(found):
        return f"[{found[0]}](man/{found['name']}.2.md)" if f"man/{found['name']}.2" in made else found[0]

    return re.sub(r"`(?P<name>sys_\w+)\(2\)`", link, text)
