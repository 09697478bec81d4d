"""Search in Chinese text, which has no blanks between words: by pairs of neighbouring characters.

Every pair of a page is in its index, and a query finds the pages that have all of its pairs. No dictionary is needed,
neither when the site is built nor in the browser, and no word can be missing from one. Other words are found as they are.
"""

import re

from sphinx.search import SearchLanguage

RUN = r"[\u3400-\u9fff]+"


def pairs(run):
    return [run[i:i + 2] for i in range(len(run) - 1)] + list(run)


class SearchChinese(SearchLanguage):
    lang = "zh"
    language_name = "Chinese"
    # `var`, since Sphinx declares the same name where this is missing. In the browser a single character is asked for only where it stands alone: its pairs say more.
    js_splitter_code = """
var splitQuery = (query) => (query.match(/[\\u3400-\\u9fff]+|[\\p{L}\\p{N}_]+/gu) || []).flatMap((run) =>
  /^[\\u3400-\\u9fff]{2,}$/.test(run) ? Array.from({length: run.length - 1}, (_, i) => run.slice(i, i + 2)) : [run]);
"""

    def split(self, text):
        words = re.findall(rf"{RUN}|[^\W\u3400-\u9fff]+", text)
        return [part for word in words for part in (pairs(word) if re.fullmatch(RUN, word) else [word])]

    def word_filter(self, word):
        return bool(re.match(RUN, word)) or len(word) > 2
