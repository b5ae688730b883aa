"""The fonts of a paper, and what they cannot show.

Papers use the fonts of this package and of the folders that an operator names, never those of the
machine: the same paper looks the same, and has the same bytes, on every server.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from fairgate_papers.errors import TypesetterMissing
from fairgate_papers.glyph_tables import characters

# Unicode: control, format, surrogate, and the three kinds of space. They need no glyph.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def missing_glyphs(text: str, folders: tuple[Path, ...] = ()) -> frozenset[str]:
    """The characters of a text that no font has a glyph for.

    Args:
        text: any text, for example a person's name.
        folders: folders with more fonts than those of this package.
    """
    known = coverage(folders)
    return frozenset(sign for sign in text if _is_visible(sign) and ord(sign) not in known)


def scripts(signs: Iterable[str]) -> tuple[str, ...]:
    """The scripts of some characters, as Unicode names them ("HANGUL"), in alphabetical order.

    They say which font to add without telling anything of the person whose name it is.
    """
    return tuple(sorted({unicodedata.name(sign, "UNNAMED").partition(" ")[0] for sign in signs}))


@cache
def coverage(folders: tuple[Path, ...] = ()) -> frozenset[int]:
    """The code points that the fonts have glyphs for; read once per process."""
    found: set[int] = set()
    for font in fonts(folders).fonts():
        found |= characters(Path(font.path), font.index)
    return frozenset(found)


@cache
def fonts(folders: tuple[Path, ...] = ()) -> Any:
    """Our fonts and those of the folders, for the typesetter; found once per process.

    Raises:
        TypesetterMissing: the package ``typst`` cannot be loaded.
    """
    ours = Path(str(resources.files("fairgate_papers").joinpath("fonts")))
    return _found((ours, *folders))


def typesetter() -> Any:
    """The package ``typst``, which is loaded when it is needed: the services start without it.

    Raises:
        TypesetterMissing: it is not installed, or cannot be loaded on this machine.
    """
    try:
        return import_module("typst")
    except ImportError as error:
        raise TypesetterMissing(f"Documents need the package typst: {error}.") from error


def has_fonts(folder: Path) -> bool:
    """Whether a folder holds a font.

    Raises:
        TypesetterMissing: the package ``typst`` cannot be loaded.
    """
    return bool(_found((folder,)).families())


def _found(folders: tuple[Path, ...]) -> Any:
    return typesetter().Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )


def _is_visible(sign: str) -> bool:
    return unicodedata.category(sign) not in _INVISIBLE and not any(
        ord(sign) in selectors for selectors in _VARIATION_SELECTORS
    )
