"""XML from outside: strict, in the order of the file, and nothing of it resolved.

Expat reads it, which is Python's own and counts lines. A document type is refused before anything
it could declare, so there are no entities: neither bombs nor files of ours.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from xml.parsers import expat

from .rows import Rows

MAX_DEPTH = 30
MAX_TEXT = 1_000


class Reader:
    """Walks through a document. Elements have names like ``namespace name``, or plain ones."""

    most_text = MAX_TEXT
    #: What it is a part of, where a file has several documents: said with every fault of it.
    part = ""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.path: list[str] = []
        self._text = ""
        self.parser = parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._starts
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._says
        parser.StartDoctypeDeclHandler = self._document_type

    @property
    def line(self) -> int:
        """The line that is being read."""
        return int(self.parser.CurrentLineNumber)

    def read(self, text: str) -> None:
        """Walk through all of it.

        Raises:
            DocumentErrors: it is not XML to its end, or has a document type.
        """
        try:
            self.parser.Parse(text.encode(), True)  # noqa: FBT003 - it takes no keywords
        except expat.ExpatError as error:
            self._refuse(f"is not XML to its end: {expat.ErrorString(error.code)}.", error.lineno)

    @abstractmethod
    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; ``path`` has the names of those around it, and its own."""

    def ends(self, name: str, text: str) -> None:
        """An element ends, with the text right before its end."""

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        self._text = ""
        if len(self.path) > MAX_DEPTH:
            self._refuse(f"has more than {MAX_DEPTH} levels.", self.line)
        self.starts(name, attributes)

    def _ends(self, name: str) -> None:
        self.ends(name, self._text)
        self._text = ""
        self.path.pop()

    def _says(self, text: str) -> None:
        self._text += text
        if len(self._text) > self.most_text:
            self._refuse(f"has a text of more than {self.most_text:,} characters.", self.line)

    def _document_type(self, *_: object) -> None:
        self._refuse("has a document type (DOCTYPE), which no such file has.", self.line)

    def _refuse(self, sentence: str, line: int) -> None:
        self.rows.faults.add(sentence, line=line, field=self.part)
        self.rows.faults.raise_if_any()
