"""From a paper to its file."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from fairgate_papers.compiling import Job, compiled
from fairgate_papers.paper import (
    Block,
    Cell,
    Fact,
    PageSize,
    Paper,
    Part,
    Particulars,
    Section,
    Table,
    texts_of,
)
from fairgate_papers.printable import plain, printable
from fairgate_papers.typefaces import missing_glyphs, scripts

log = logging.getLogger(__name__)

# What a font does not have is taken from any other. Papers in Chinese take the punctuation of
# Chinese lines from the font of their letters.
_FAMILIES = ("Noto Sans", "Noto Naskh Arabic", "Noto Sans CJK SC")
_HAN = ("Noto Sans CJK SC", "Noto Sans", "Noto Naskh Arabic")


def render(paper: Paper, *, size: PageSize = PageSize.A4, folders: tuple[Path, ...] = ()) -> bytes:
    """The paper as a tagged PDF file, with its language, title and date (PDF/UA-1).

    The same arguments give the same bytes, with the same version of ``typst`` and the same fonts.
    ``folders`` are folders with more fonts. What none of them can show is printed as code points
    and logged by its script; see ``printable``.

    Raises:
        TypesetterMissing: the package ``typst`` cannot be loaded.
        TypesetterFailed: it gave up; nothing was made.
    """
    return compiled(_job(paper, size, folders))


def picture(paper: Paper, *, size: PageSize = PageSize.A4, folders: tuple[Path, ...] = ()) -> bytes:
    """The first page as a PNG file, 144 dots per inch: to look at, never to send."""
    return compiled(replace(_job(paper, size, folders), format="png"))


def _job(paper: Paper, size: PageSize, folders: tuple[Path, ...]) -> Job:
    if missing := missing_glyphs("".join(texts_of(paper)), folders):
        log.warning(
            "no font for the script of a text: paper=%s scripts=%s",
            paper.number,
            ",".join(scripts(missing)),
        )
    language = paper.language.partition("-")[0].lower()
    words = _Words(folders, paper.direction)
    content = {
        **words.paper(paper),
        "file": {
            "title": plain(f"{paper.title} {paper.number}".strip(), folders),
            "author": plain(paper.issuer.name, folders),
        },
        "size": str(size),
        "direction": paper.direction,
        "language": language,
        "families": _FAMILIES,
        "han": _HAN if language in {"zh", "ja"} else (),
    }
    noon = datetime.combine(paper.issued_on, time(12), tzinfo=UTC)
    return Job(
        paper=json.dumps(content, ensure_ascii=True),
        timestamp=int(noon.timestamp()),
        folders=tuple(str(folder) for folder in folders),
    )


class _Words:
    """A paper as the template reads it: printable texts and no types of ours."""

    def __init__(self, folders: tuple[Path, ...], direction: str) -> None:
        self._folders, self._direction = folders, direction

    def paper(self, paper: Paper) -> dict[str, Any]:
        return {
            "title": self.text(paper.title),
            "number": self.text(paper.number),
            "creator": self.text(paper.creator),
            "issuer": self.block(paper.issuer),
            "recipient": self.block(paper.recipient) if paper.recipient else None,
            "facts": self.facts(paper.facts),
            "body": [self.part(part) for part in paper.body],
            "notes": self.each(paper.notes),
            "footer": self.text(paper.footer),
            "watermark": self.text(paper.watermark),
            "warning": self.text(paper.warning),
        }

    def text(self, text: str) -> str:
        return printable(text, self._folders, direction=self._direction)

    def each(self, texts: tuple[str, ...]) -> list[str]:
        return [self.text(text) for text in texts if text]

    def block(self, block: Block) -> dict[str, Any]:
        return {
            "heading": self.text(block.heading),
            "name": self.text(block.name),
            "lines": self.each(block.lines),
        }

    def facts(self, facts: tuple[Fact, ...]) -> list[dict[str, Any]]:
        return [
            {
                "label": self.text(fact.label),
                "value": self.text(fact.value),
                "code": fact.is_code,
                "strong": fact.is_strong,
            }
            for fact in facts
        ]

    def part(self, part: Part) -> dict[str, Any]:
        heading = self.text(part.heading)
        if isinstance(part, Section):
            return {"kind": "section", "heading": heading, "texts": self.each(part.paragraphs)}
        if isinstance(part, Particulars):
            return {"kind": "particulars", "heading": heading, "facts": self.facts(part.facts)}
        return {"kind": "table", "heading": heading, **self.table(part)}

    def table(self, table: Table) -> dict[str, Any]:
        return {
            "columns": [
                {"heading": self.text(column.heading), "figures": column.has_figures}
                for column in table.columns
            ],
            "cells": [self.cell(cell) for row in table.rows for cell in row],
            "totals": [
                {
                    "label": self.text(total.label),
                    "value": self.text(total.value),
                    "strong": total.is_strong,
                }
                for total in table.totals
            ],
        }

    def cell(self, cell: Cell) -> dict[str, Any]:
        return {"text": self.text(cell.text), "notes": self.each(cell.notes)}
