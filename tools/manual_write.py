"""Writes the manual: as text for the guest, as roff for a workstation's man, as C for the shell, and its index."""

import io
import re
import tarfile
import textwrap

WIDTH = 79
TERM_MOST = 26  # a longer term has its text on the next line
MADE = "Made from docs/man and servers/protocols/system.toml by tools/manual.py."


# ---- Text, as `help` shows it ------------------------------------------------------------------------------


def plain(text):
    """Without the marks, and with a link's words alone; a page as the guest's help takes it."""
    text = re.sub(r"\[([\w-]+)\((\d)\)\]\([^)]*\)", r"\1.\2", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"`([^`]*)`|\*([^*]+)\*", lambda m: m[1] or m[2], text)


def wrapped(text, first="", rest=""):
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False,
                         break_long_words=False)


def item_lines(block, width):
    if block.term is None:
        return wrapped(plain(block.text), "- ", "  ")
    if len(block.term) > width:
        return [f"  {block.term}", *wrapped(plain(block.text), " " * 6, " " * 6)]
    indent = " " * (width + 4)
    return wrapped(plain(block.text), f"  {block.term:{width}}  ", indent)


def block_lines(blocks):
    """A blank line between blocks, none between items nor before the list that a paragraph leads to."""
    width = max((len(b.term) for b in blocks if b.term and len(b.term) <= TERM_MOST), default=0)
    lines, before = [], None
    for block in blocks:
        if before and block.kind != "item" or before == "code":
            lines.append("")
        if block.kind == "item":
            lines += item_lines(block, width)
        elif block.kind == "code":
            lines += [f"  {line}".rstrip() for line in block.text.split("\n")]
        else:
            lines += wrapped(plain(block.text))
        before = block.kind
    return lines


def body_lines(page):
    """What stands below the synopsis and the summary."""
    lines = block_lines(page.sections["Description"])
    if "Errors" in page.sections:
        lines += ["", "Errors:", *block_lines(page.sections["Errors"])]
    if "Example" in page.sections:
        code = page.sections["Example"][0].text.split("\n")
        lines += ["", f"Example: {code[0]}"] if len(code) == 1 else ["", "Example:", *(f"  {line}".rstrip() for line in code)]
    if page.see:
        lines += ["", *wrapped("See also: " + ", ".join(name if section == 1 else f"{name}.{section}"
                                                          for name, section in page.see))]
    return lines


def text(page):
    return "\n".join([page.synopsis, f"  {page.summary}", "", *body_lines(page)]) + "\n"


def list_text(pages):
    width = max(len(page.name) for page in pages)
    lines = [line for page in pages for line in wrapped(page.summary, f"  {page.name:{width}}  ", " " * (width + 4))]
    return "".join(f"{line}\n" for line in lines)


def in_archive(pages, shell):
    """All but the commands of the shell, which has those itself."""
    return [page for page in pages if page.section > 1 or page.name not in shell]


def lists(pages, shell):
    """The pages that list pages: name -> text."""
    calls = [page for page in pages if page.section == 2]
    functions = [page for page in pages if page.section == 3]
    own = [page for page in in_archive(pages, shell) if page.section == 1]
    return {
        "calls": "Calls (docs/ipc.md is their contract):\n" + list_text(calls)
                 + "Functions of libc:\n" + list_text(functions) + "help NAME explains one.\n",
        "programs": "Programs, which the shell starts:\n" + list_text(own) + "help NAME explains one.\n",
    }


def archive(pages, shell):
    """A tar of what the guest's help reads: man/NAME.SECTION, and the lists."""
    files = {f"man/{page.key}": text(page) for page in in_archive(pages, shell)}
    files |= {f"man/{name}": content for name, content in lists(pages, shell).items()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            data = content.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


# ---- C, for the shell --------------------------------------------------------------------------------------


def c_string(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def macro(page):
    """A command's name, usage, summary and page, as the shell's table takes them."""
    usage = page.synopsis.removeprefix(page.name).strip()
    lines = [c_string(line + "\n") for line in body_lines(page)]
    return (f"#define MANUAL_{page.name.upper()} \\\n    {c_string(page.name)}, {c_string(usage)}, \\\n"
            f"        {c_string(page.summary)}, \\\n        " + " \\\n        ".join(lines) + "\n")


def header(pages, shell):
    commands = [page for page in pages if page.section == 1 and page.name in shell]
    return "\n".join([f"/* {MADE} */", "#pragma once", "", "// clang-format off", *map(macro, commands), "// clang-format on", ""])


# ---- roff ---------------------------------------------------------------------------------------------------


def escaped(value):
    value = value.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + value if value[:1] in (".", "'") else value


def roff_text(value):
    """Fonts for the marks; a link's words alone."""
    value = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", value)
    parts = re.split(r"`([^`]*)`|\*([^*]+)\*", value)
    out = ""
    for plain_part, code, emphasis in zip(parts[::3], [*parts[1::3], None], [*parts[2::3], None]):
        out += escaped(plain_part)
        out += f"\\fB{escaped(code)}\\fR" if code else f"\\fI{escaped(emphasis)}\\fR" if emphasis else ""
    return "\n".join(wrapped(out))


def roff_block(block, first):
    begin = [] if first else [".PP"]
    if block.kind == "code":
        return [*begin, ".RS 4", ".nf", *map(escaped, block.text.split("\n")), ".fi", ".RE"]
    if block.kind == "item":
        return [".TP", f"\\fB{escaped(block.term)}\\fR" if block.term else "\\(bu", roff_text(block.text)]
    return [*begin, roff_text(block.text)]


def roff(page, version):
    lines = [f'.\\" {MADE}', f'.TH {page.name} {page.section} "" "Parley {version}" "Parley manual"', ".SH NAME",
             f"{escaped(page.name)} \\- {escaped(page.summary)}"]
    for heading, blocks in page.sections.items():
        lines.append(f".SH {heading.upper()}")
        if heading == "Synopsis":
            lines += [".nf", *(f"\\fB{escaped(line)}\\fR" for line in page.synopsis.split("\n")), ".fi"]
            continue
        for i, block in enumerate(blocks):
            lines += roff_block(block, i == 0)
    return "\n".join(lines) + "\n"
