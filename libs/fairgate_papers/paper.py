"""What stands on a paper: frozen values, in the order in which they are read.

All texts are plain text in the reader's language: the caller has translated the labels and written
amounts and dates. A line break in a text is one on the paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum

from fairgate.languages import Language, language
from fairgate_papers.errors import PaperRefused

# The typesetter counts the bytes of a run of text in 16 bits: a letter has four at most.
MAX_LETTERS = 10_000
MAX_ROWS = 5_000


class PageSize(StrEnum):
    """ISO 216 for most of the world, ANSI Letter for North America."""

    A4 = "a4"
    US_LETTER = "us-letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Who issues a paper, or receives it: a name, and lines below it. ``heading`` may be ""."""

    name: str
    heading: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and a value. A code (a number, an IBAN) runs from left to right everywhere."""

    label: str
    value: str
    is_code: bool = False
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. Figures stand at the end of the line, in one width, unbroken."""

    heading: str
    has_figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell, with a note below it in smaller type. ``notes`` may be empty."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A line below a table; the strong one is what the paper is about."""

    label: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose heading is repeated on every page that it runs over."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Total, ...] = ()
    heading: str = ""

    def __post_init__(self) -> None:
        if len(self.rows) > MAX_ROWS:
            raise PaperRefused(f"A table has {len(self.rows)} rows; {MAX_ROWS} can be printed.")
        uneven = next((row for row in self.rows if len(row) != len(self.columns)), None)
        if uneven is not None or not self.columns:
            found = 0 if uneven is None else len(uneven)
            raise PaperRefused(f"A row of {found} cells in a table of {len(self.columns)} columns.")
        if self.totals and len(self.columns) < 2:
            raise PaperRefused("A total needs a column for its label and one for its value.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Facts below a heading, for example how to pay."""

    facts: tuple[Fact, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Paragraphs below a heading; without one they belong to what stands before."""

    paragraphs: tuple[str, ...]
    heading: str = ""


Part = Section | Table | Particulars


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document: its head, its parts in their order, and its foot.

    ``language`` is a BCP 47 tag; the direction of the page follows from it. ``issued_on`` becomes
    the date of the file. ``watermark`` ("TEST") is printed across every page; it is no part of what
    is read aloud, so ``warning`` says the same as the first sentence.
    ``creator`` is the program that asked for the paper, for the file's metadata.
    """

    title: str
    number: str
    language: str
    issuer: Block
    issued_on: date
    recipient: Block | None = None
    facts: tuple[Fact, ...] = ()
    body: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    footer: str = ""
    watermark: str = ""
    warning: str = ""
    creator: str = "Fairgate"

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise PaperRefused("A paper has no title.")
        if language(self.language) is None:
            raise PaperRefused(f"“{self.language}” is no language of a paper (BCP 47).")
        for text in texts_of(self):
            if len(text) > MAX_LETTERS:
                raise PaperRefused(
                    f"A text of the paper has {len(text)} letters; {MAX_LETTERS} can be printed."
                )

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, by the language."""
        return Language(tag=self.language).direction


def texts_of(value: object) -> Iterator[str]:
    """Every text of a paper or of a part of it, in no particular order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name))
