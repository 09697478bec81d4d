"""The manual's pages of the calls to the kernel, in Markdown. The others are files of docs/man; these are made from the calls' descriptions."""

import re

import manual_read
import protocol_page
import protocol_read
import translations


def block_lines(block, colon):
    if block.kind == "code":
        return ["```", block.text, "```", ""]
    if block.kind == "item":
        return [f"- `{block.term}`{colon}{block.text}" if block.term else f"- {block.text}", ""]
    return [block.text, ""]


def markdown(page, language, colon):
    headings = dict(zip(manual_read.ENGLISH.headings, language.headings))
    lines = [f"# {page.name}({page.section})", "", page.summary, ""]
    for heading, blocks in page.sections.items():
        lines += [f"## {headings[heading]}", "", *(line for block in blocks for line in block_lines(block, colon))]
    return "\n".join(lines)


def pages(root, chinese):
    """Page of the site -> its text."""
    protocols, _ = protocol_read.read_all(str(root))
    language = manual_read.CHINESE if chinese else manual_read.ENGLISH
    tongue = (protocol_page.Chinese(translations.Table(str(root), protocol_page.TABLE)) if chinese
              else protocol_page.English())
    made = manual_read.kernel_pages(str(root), protocols, tongue)
    return {f"man/{page.key}": markdown(page, language, tongue.colon) for page in made}


def linked(text, made):
    """The index, whose rows of these calls lead to their pages."""
    def link(found):
        return f"[{found[0]}](man/{found['name']}.2.md)" if f"man/{found['name']}.2" in made else found[0]

    return re.sub(r"`(?P<name>sys_\w+)\(2\)`", link, text)
