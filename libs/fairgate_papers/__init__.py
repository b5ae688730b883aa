"""Papers: documents that people print, file and rely on, as tagged PDF files.

A ``Paper`` holds everything that stands on it, in the reader's language; ``render`` makes the
file. The same paper gives the same bytes, so that a document that was issued can be kept by its
hash. Nothing of a paper is read as markup, nothing is fetched, and no file is read but our own
template and fonts (decision 0032).
"""

from fairgate_papers.drawing import draw
from fairgate_papers.errors import PaperRefused, PapersError, TypesetterFailed, TypesetterMissing
from fairgate_papers.paper import (
    Block,
    Cell,
    Column,
    Fact,
    PageSize,
    Paper,
    Particulars,
    Section,
    Table,
    Total,
)
from fairgate_papers.rendering import picture, render
from fairgate_papers.typefaces import has_fonts, missing_glyphs, scripts, typesetter

__all__ = [
    "Block",
    "Cell",
    "Column",
    "Fact",
    "PageSize",
    "Paper",
    "PaperRefused",
    "PapersError",
    "Particulars",
    "Section",
    "Table",
    "Total",
    "TypesetterFailed",
    "TypesetterMissing",
    "draw",
    "has_fonts",
    "missing_glyphs",
    "picture",
    "render",
    "scripts",
    "typesetter",
]
