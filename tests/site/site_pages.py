#!/usr/bin/env python3
"""What ./parley site makes: every link of every page, and in Chromium the languages and the search, from a web server and as files.

    site_pages.py [--picture FILE]
"""

import argparse
import functools
import html.parser
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "trace"), str(ROOT / "tools" / "site"), str(ROOT / "tools")]

import page_text  # noqa: E402
import stage  # noqa: E402
from browser import Browser, served  # noqa: E402

RESULTS = "return [...document.querySelectorAll('ul.search li a')].map((a) => a.href)"
# Its last words, in front of the results.
FOUND = "return document.querySelector('ul.search li') && document.querySelector('#search-results .search-summary').textContent"
options = folder = None


class Links(html.parser.HTMLParser):
    """What a page refers to, and its anchors."""

    def __init__(self, page):
        super().__init__()
        self.found, self.anchors = [], {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.found += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        self.anchors.add(attributes.get("id"))


def make(into):
    command = [sys.executable, ROOT / "tools/site/site_folder.py", into]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


class Folder(unittest.TestCase):
    """What can be said without a browser."""

    def test_every_page_of_the_docs_is_there(self):
        for path in [ROOT / "README.md", ROOT / "README.zh.md", *(ROOT / "docs").rglob("*.md")]:
            language, page = stage.name_of(path.relative_to(ROOT))
            made = folder / language.folder / f"{page}.html"
            self.assertTrue(made.is_file(), f"{path} is not in the site")
            self.assertIn(f'lang="{language.sphinx.replace("_", "-")}"', made.read_text(encoding="utf-8"))

    def test_calls_to_the_kernel_are_told_in_both_languages(self):
        for name, words in (("en", "one page after the other until"), ("zh", "映射页框，一页接一页")):
            self.assertIn(words, (folder / name / "man/sys_map.2.html").read_text(encoding="utf-8"))
            self.assertIn('href="man/sys_map.2.html"', (folder / name / "index-of-calls.html").read_text(encoding="utf-8"))

    def test_all_links_lead_somewhere_within(self):
        pages = {page: Links(page) for page in folder.rglob("*.html")}
        for page, links in pages.items():
            for link in links.found:
                if re.match(r"https?:|data:", link):
                    continue
                parts = urllib.parse.urlsplit(link)
                leads = (page.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else page
                self.assertTrue(leads.is_file() and folder in leads.parents, f"{page.relative_to(folder)}: {link}")
                if leads in pages:
                    self.assertIn(urllib.parse.unquote(parts.fragment), pages[leads].anchors, f"{page.relative_to(folder)}: {link}")

    def test_no_style_asks_for_more(self):
        for path in folder.rglob("*.css"):
            for address in re.findall(r"url\(['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
                self.assertTrue(address.startswith("data:") or (path.parent / address).is_file(), f"{path.name}: {address}")

    def test_a_page_that_no_part_names_is_refused(self):
        site = stage.Site()
        site.pages[stage.ENGLISH]["more"] = ROOT / "docs/more.md"
        with self.assertRaisesRegex(stage.Failed, r"^docs/more.md: in no part of tools/site/navigation.toml$"):
            stage.navigation(site, stage.ENGLISH)

    def test_a_link_to_no_heading_is_refused(self):
        with tempfile.TemporaryDirectory() as temporary:
            root = pathlib.Path(temporary)
            (root / "docs/zh").mkdir(parents=True)
            for page, text in (("README.md", "# A\n"), ("README.zh.md", "# A\n"),
                               ("docs/a.md", "# A\n\n[b](b.md#there)\n"), ("docs/b.md", "# B\n\n## here\n")):
                (root / page).write_text(text, encoding="utf-8")
            staged = stage.Staged(stage.Site(root), stage.ENGLISH, "a")
            with self.assertRaisesRegex(stage.Failed, "docs/a.md: docs/b.md has no heading for #there"):
                staged.text()

    def test_a_folder_with_something_in_it_stays(self):
        with tempfile.TemporaryDirectory(prefix="parley-site-test-") as temporary:
            mine = pathlib.Path(temporary) / "mine"
            mine.write_text("mine")
            answer = make(pathlib.Path(temporary))
            self.assertEqual((answer.returncode, mine.read_text()), (1, "mine"), answer.stdout)
            self.assertIn("has something in it", answer.stdout)


def from_each(test):
    """The test from a web server, then as a file."""
    @functools.wraps(test)
    def both(self):
        for base in self.bases:
            with self.subTest(base=base):
                test(self, base)

    return both


class InTheBrowser(unittest.TestCase):
    """With one browser; the web server has the site in a subfolder."""

    @classmethod
    def setUpClass(cls):
        cls.bases = [f"{cls.enterClassContext(served(folder.parent))}{folder.name}/", folder.as_uri() + "/"]
        cls.browser = cls.enterClassContext(Browser(1360, 900))

    def tearDown(self):
        """Whatever was opened, nobody outside of the folder was asked, and nothing was missing."""
        asked = [url for url in self.browser.requests() if not url.startswith("data:")]
        self.assertEqual([url for url in asked if not url.startswith(tuple(self.bases))], [])
        self.assertEqual([line for line in self.browser.log() if "Changed to" not in line], [])

    def open(self, address):
        self.browser.driver.get(address)
        self.browser.until("return document.readyState === 'complete'", "the page does not load")

    @from_each
    def test_the_first_page_is_in_a_language(self, base):
        self.open(base + "index.html")
        self.browser.until("return location.pathname.endsWith('/en/index.html')", "it stays at the choice of languages")
        self.assertIn("Parley", self.browser.js("return document.title"))

    @from_each
    def test_the_switch_leads_to_the_same_page(self, base):
        switch = "document.querySelector('.language-switch a').click()"
        heading = "return document.querySelector('h1').firstChild.textContent"
        for page, english, chinese in (("ipc", "Rendezvous IPC: the contract", "会合 IPC：契约"), ("index", "Parley", "Parley"),
                                       ("design/trap", "The trap", "陷入")):
            self.open(f"{base}en/{page}.html")
            self.assertTrue(self.browser.js(heading).startswith(english))
            self.browser.js(switch)
            self.browser.until(f"return location.pathname.endsWith('/zh/{page}.html')", f"{page} has no way to Chinese")
            self.assertTrue(self.browser.js(heading).startswith(chinese))
            self.browser.js(switch)
            self.browser.until(f"return location.pathname.endsWith('/en/{page}.html')", f"{page} has no way back")

    @from_each
    def test_a_page_that_is_not_translated_says_so(self, base):
        self.open(f"{base}zh/glossary.html")
        self.assertIn("no English page", self.browser.js("return document.querySelector('.language-switch').innerText"))
        self.assertIsNone(self.browser.js("return document.querySelector('.language-switch a')"))

    def search(self, base, language, words):
        """Typed into the field of a page; what was found, as pages."""
        self.open(f"{base}{language}/index.html")
        self.browser.js("const field = document.querySelector('input.sidebar-search'); field.value = arguments[0];"
                        "field.form.submit()", words)
        self.browser.until(FOUND, f"{words} is not found")
        return {re.sub(r".*/(en|zh)/", r"\1/", url.split("?")[0].split("#")[0]) for url in self.browser.js(RESULTS)}

    @from_each
    def test_search(self, base):
        self.assertLessEqual({"en/debugging.html", "en/ipc.html"}, self.search(base, "en", "deadlock"))
        self.assertIn("en/man/ipc_request.2.html", self.search(base, "en", "ipc_request"))
        self.assertLessEqual({"zh/tour.html", "zh/model.html"}, self.search(base, "zh", "等待环"))
        self.assertIn("zh/recovery.html", self.search(base, "zh", "重启 supervisor"))

    def test_a_chinese_word_is_found_wherever_it_stands(self):
        """Every page with the word in its prose, and no page without its two characters in a row."""
        word = "截止"
        pages = stage.Site().pages[stage.CHINESE]
        having = {f"zh/{page}.html" for page, path in pages.items() if word in page_text.prose(path.read_text(encoding="utf-8"))}
        self.assertGreater(len(having), 3)
        self.assertEqual(self.search(self.bases[1], "zh", word), having)

    @from_each
    def test_the_pictures_are_shown(self, base):
        shown = "return document.images.length && [...document.images].every((image) => image.complete && image.naturalWidth > 50)"
        for page in ("en/security", "zh/tour", "zh/index"):
            self.open(f"{base}{page}.html")
            self.browser.until(shown, f"a picture of {page} is not there")

    @from_each
    def test_the_theme_works(self, base):
        """Its script runs: the button changes the colours."""
        self.open(f"{base}en/ipc.html")
        themes = set()
        for _ in range(3):
            self.browser.js("document.querySelector('.theme-toggle').click()")
            themes.add(self.browser.js("return document.body.dataset.theme"))
        self.assertEqual(themes, {"auto", "light", "dark"})
        if options.picture:
            self.open(f"{base}zh/tour.html")
            self.browser.screenshot(options.picture)


def main():
    global options, folder
    parser = argparse.ArgumentParser()
    parser.add_argument("--picture", type=pathlib.Path)
    options, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="parley-site-test-") as temporary:
        folder = pathlib.Path(temporary).resolve() / "some"
        made = make(folder)
        print(made.stdout, flush=True)
        if made.returncode:
            sys.exit("the site could not be made")
        unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
