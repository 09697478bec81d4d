#!/usr/bin/env python3
"""Tries tools/languages.py on a tree of its own: what it finds, and what it refuses to note."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import languages  # noqa: E402

ENGLISH = """# Pages

See [the other](b.md#part) and `tools`.

## Part

| a | b |
| --- | --- |

```c
int one; /* one */
```
"""
CHINESE = ENGLISH.replace("Pages", "页面").replace("See", "见").replace("## Part", '<a id="part"></a>\n## 部分')


class Pairs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("README.md", "# One\n\n[中文](README.zh.md)\n")
        self.write("README.zh.md", "# 一\n\n[English](README.md)\n")
        self.write("docs/a.md", ENGLISH)
        self.write("docs/zh/a.md", CHINESE)
        self.assertEqual(languages.renew(self.root, ["README.md", "docs/a.md"], False), [])
        self.assertEqual(self.problems(), [])

    def write(self, page, text):
        (self.root / page).parent.mkdir(parents=True, exist_ok=True)
        (self.root / page).write_text(text, encoding="utf-8")

    def problems(self):
        return languages.check(self.root)[0]

    def test_a_page_that_changed_on_one_side_is_named_and_not_noted(self):
        for page, other, text in (("docs/a.md", "docs/zh/a.md", ENGLISH), ("docs/zh/a.md", "docs/a.md", CHINESE)):
            self.write(page, text.replace("`tools`", "`tests`"))
            self.assertEqual(len(self.problems()), 1)
            self.assertIn(f"{page}: changed, and {other} did not", self.problems()[0])
            refused = languages.renew(self.root, [page], False)
            self.assertEqual(len(refused), 1)
            self.assertIn(f"only {page} has changed", refused[0])
            self.assertEqual(len(self.problems()), 1)
            self.write(page, text)
        self.assertEqual(self.problems(), [])

    def test_one_side_is_noted_when_that_is_said(self):
        self.write("docs/a.md", ENGLISH.replace("See", "Do see"))
        self.assertEqual(languages.renew(self.root, ["docs/zh/a.md"], True), [])
        self.assertEqual(self.problems(), [])

    def test_both_sides_are_noted(self):
        self.write("docs/a.md", ENGLISH.replace("`tools`", "`tests`"))
        self.write("docs/zh/a.md", CHINESE.replace("`tools`", "`tests`"))
        self.assertIn("docs/a.md: both languages changed", self.problems()[0])
        self.assertEqual(languages.renew(self.root, ["docs/a.md"], False), [])
        self.assertEqual(self.problems(), [])

    def test_a_missing_page_is_named(self):
        self.write("docs/design/new.md", "# New\n")
        self.write("docs/zh/old.md", "# 旧\n")
        self.write("docs/man/ps.1.md", "# ps(1)\n")
        self.write("docs/index-of-calls.md", "# Index\n")
        named = [line.split(":")[0] for line in self.problems()]
        self.assertEqual(named, ["docs/design/new.md", "docs/man/ps.1.md", "docs/zh/old.md"])
        self.assertEqual(len(languages.renew(self.root, ["docs/design/new.md"], True)), 1)

    def test_another_structure_is_refused(self):
        for what, old, new in (("headings", "## 部分", "### 部分"), ("headings", "## 部分", "部分"), ("code", "int one", "int two"),
                               ("code", "```c", "```"), ("link", "b.md#part", "c.md#part"), ("link", "#part", ""),
                               ("link", "[the other](b.md#part)", "b"), ("rows", "| --- | --- |", "")):
            self.write("docs/zh/a.md", CHINESE.replace(old, new))
            self.assertTrue(any(what in line for line in self.problems()), (old, new))
            self.assertTrue(any(what in line for line in languages.renew(self.root, ["docs/a.md"], True)), (old, new))


if __name__ == "__main__":
    unittest.main()
