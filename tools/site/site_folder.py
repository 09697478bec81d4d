"""./parley site DIR: README and docs as a site in English and Chinese, by Sphinx with MyST and the theme Furo.

stage.py writes what Sphinx reads; each language is a build of its own, with its own search. A warning of Sphinx is an error:
a link that leads nowhere, a page that navigation.toml does not name.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import sphinx.locale  # noqa: E402
import sphinx.search  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402
from sphinx.util.docutils import docutils_namespace, patch_docutils  # noqa: E402

import chinese_search  # noqa: E402
import made_folder  # noqa: E402
import stage  # noqa: E402

SETTINGS = {
    "project": "Parley",
    "extensions": ["myst_parser"],
    "html_theme": "furo",
    "templates_path": [str(HERE / "view")],
    "html_static_path": [str(HERE / "view" / name) for name in ("site.css", "site.js")],
    "html_favicon": str(HERE / "view" / "icon.svg"),
    "html_css_files": ["site.css"],
    "html_js_files": ["site.js"],
    "html_sidebars": {"**": ["sidebar/brand.html", "language.html", "sidebar/search.html", "sidebar/scroll-start.html",
                             "sidebar/navigation.html", "sidebar/scroll-end.html"]},
    "html_use_index": False,
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_copyright": False,
    "highlight_language": "text",
}

DOC = pathlib.Path("/usr/share/doc")
NORMALIZE = pathlib.Path("/usr/share/javascript/normalize.css/normalize.css")
NORMALIZE_ADDRESS = "/javascript/normalize.css/normalize.css"
GUMSHOE_IMPORT = 'import Gumshoe from "./gumshoe-patched.js";\n'
# Words of Furo's that Sphinx has no Chinese for.
WORDS = {stage.ENGLISH: {}, stage.CHINESE: {"On this page": "本页内容", "Back to top": "回到页首", "Hide Search Matches": "不再标出"}}


def say(words):
    print(f"parley: {words}", file=sys.stderr)


def context_of(site, language, beside):
    """Gives each page of a build its way to the same page of the other language, and to what lies beside the site."""
    other = stage.CHINESE if language == stage.ENGLISH else stage.ENGLISH

    def add(_app, page, _template, context, _doctree):
        plain = context.get("_", sphinx.locale._)
        context["_"] = lambda words: WORDS[language].get(words) or plain(words)
        there = page in site.pages[other] or page in site.made[other] or page == "search"
        context.update(own_language=language.name, other_language=other.name, other_code=other.folder, untranslated=other.untranslated,
                       other_address=stage.way(page, f"{other.folder}/{page}.html") if there else None,
                       beside=beside and stage.way(page, beside), beside_words=language.run_here)

    return add


def mend(static):
    """What Debian's Furo takes from elsewhere comes into the folder: a style sheet by an address of the web server's root, and a
    script as a module, which no browser loads from a file."""
    css, script = static / "styles" / "furo.css", static / "scripts" / "furo.js"
    text = css.read_text(encoding="utf-8")
    if NORMALIZE_ADDRESS in text:
        shutil.copy(NORMALIZE, static / "styles")
        css.write_text(text.replace(NORMALIZE_ADDRESS, NORMALIZE.name), encoding="utf-8")
    text = script.read_text(encoding="utf-8")
    if text.startswith(GUMSHOE_IMPORT):
        gumshoe = (static / "scripts" / "gumshoe-patched.js").read_text(encoding="utf-8")
        script.write_text(gumshoe + text.removeprefix(GUMSHOE_IMPORT), encoding="utf-8")


def build(site, language, sources, folder, cache, beside):
    """Whether Sphinx had nothing to say against it."""
    settings = SETTINGS | {"language": language.sphinx, "html_title": "Parley"}
    with patch_docutils(), docutils_namespace():
        app = Sphinx(sources, None, folder, cache, "html", settings, status=None, warning=sys.stderr, freshenv=True, warningiserror=True,
                     keep_going=True)
        app.connect("html-page-context", context_of(site, language, beside))
        app.build()
    (folder / ".buildinfo").unlink(missing_ok=True)
    mend(folder / "_static")
    return app.statuscode == 0


def fill(folder, beside=None):
    """Fills it; `beside` is the address, from the site, of a page that runs Parley. Returns how many pages."""
    site = stage.Site()
    sphinx.search.languages["zh"] = chinese_search.SearchChinese
    shutil.copy(HERE / "view" / "index.html", folder)
    (folder / "licences").mkdir()
    for package in ("furo", "node-normalize.css", "sphinx-common"):
        shutil.copy(DOC / package / "copyright", folder / "licences" / f"{package}.txt")
    with tempfile.TemporaryDirectory(prefix="parley-site-") as temporary:
        sources = pathlib.Path(temporary)
        stage.stage(site, sources / "text")
        good = [build(site, language, sources / "text" / language.folder, folder / language.folder, sources / "cache" / language.folder,
                      beside)
                for language in stage.LANGUAGES]
    if not all(good):
        raise stage.Failed("Sphinx found what is said above; its paths are those of copies of docs and README.md")
    return sum(len(pages) for pages in site.pages.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR", type=pathlib.Path)
    folder = parser.parse_args().folder.absolute()
    try:
        with made_folder.filled(folder, "./parley site") as new:
            count = fill(new)
    except (made_folder.Refused, stage.Failed) as error:
        sys.exit(f"./parley site: {error}")
    say(f"{folder} is ready, {count} pages, {made_folder.size(folder)}; open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
