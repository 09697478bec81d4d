"""Tables of translated texts: TOML of lines "English text" = "Chinese text"."""

import os
import tomllib


class Refused(Exception):
    """A table that cannot be read; the text is for its author."""


class Table:
    """One of them; notes which texts were asked for, and which of these it does not have."""

    def __init__(self, root, path):
        self.path = path
        self._asked = {}  # as a set that keeps its order
        with open(os.path.join(root, path), "rb") as file:
            try:
                self._texts = tomllib.load(file)
            except tomllib.TOMLDecodeError as error:
                raise Refused(f"{path}: {error}") from None

    def text(self, words):
        """The translation, or the words themselves where there is none."""
        self._asked[words] = True
        return self._texts.get(words, words)

    def complaints(self):
        """When all that there is has been asked for: what the table has not, and what it has for nothing."""
        yield from (f"{self.path}: no Chinese text for\n    {text}" for text in self._asked if text not in self._texts)
        yield from (f"{self.path}: there is no text (any more)\n    {text}" for text in self._texts if text not in self._asked)
