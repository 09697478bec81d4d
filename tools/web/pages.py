"""The docs as pages: README.md and docs/ in HTML, each Markdown file a page of the same name."""

import html
import os
import pathlib
import re
import shutil

import markdown

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXTENSIONS = ["tables", "fenced_code", "toc", "sane_lists"]
FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{top}../colours.css">
<link rel="stylesheet" href="{top}../docs.css">
</head>
<body>
<nav><a href="{top}../index.html">Run it here</a> <a href="{top}index.html">All pages</a></nav>
<main>
{body}
</main>
</body>
</html>
"""
LINK = re.compile(r'(<(?:a href|img alt="[^"]*" src)=")([^"]+)(")')


def target(address, source, pages):
    """Where a link of `source` leads among the pages, or None where it leads to no page or picture."""
    place, hash_, anchor = address.partition("#")
    if "://" in address or not place:
        return address
    path = pathlib.Path(os.path.normpath(source.parent / place))
    if path in pages:
        path = pages[path]
    elif not (path.is_file() and ROOT / "docs" / "images" in path.parents):
        return None
    else:
        path = path.relative_to(ROOT / "docs")
    return os.path.relpath(path, pages[source].parent) + hash_ + anchor


def body(source, pages):
    text = markdown.markdown(source.read_text(encoding="utf-8"), extensions=EXTENSIONS)

    def lead(match):
        to = target(html.unescape(match[2]), source, pages)
        return match[1] + html.escape(to) + match[3] if to else match[0].replace("href=", "data-file=")

    return LINK.sub(lead, text)


def write(folder):
    """Fills the folder; returns how many pages."""
    docs = ROOT / "docs"
    pages = {path: path.relative_to(docs).with_suffix(".html") for path in sorted(docs.rglob("*.md"))}
    pages[ROOT / "README.md"] = pathlib.Path("index.html")
    for source, page in pages.items():
        first = source.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        top = "../" * (len(page.parts) - 1)
        made = FRAME.format(title=html.escape(first), top=top, body=body(source, pages))
        (folder / page).write_text(made, encoding="utf-8")
    shutil.copytree(docs / "images", folder / "images", dirs_exist_ok=True)
    return len(pages)
