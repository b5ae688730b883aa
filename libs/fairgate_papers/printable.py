"""Text that anybody may have typed, made safe to print without hiding what was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from fairgate.languages import isolated
from fairgate_papers.typefaces import missing_glyphs

# Embeddings and overrides of direction: they reorder what others have written around them.
_OVERRIDES = re.compile("[\u202a-\u202e]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_OPENING = "\u2066\u2067\u2068"
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
# PDF/UA-1 (ISO 14289-1, 7.21.7) has no place for them, and they have no look.
_NO_CHARACTERS = re.compile("[\ufeff\ufff9-\ufffb\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
# Chinese breaks anywhere. Thai, Lao, Khmer and Myanmar have no spaces: the typesetter knows their
# words, and only what can be no sentence is broken by us.
_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_ANYWHERE = "\u2e80-\ud7ff\uf900-\ufaff"
_LONG_WORD = re.compile(
    f"[^ \u200b{_WITHOUT_SPACES}{_ANYWHERE}]{{21,}}|[{_WITHOUT_SPACES}]{{201,}}"
)
_PIECE = 10
_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})
_ZERO_WIDTH_SPACE = "\u200b"


def printable(text: str, folders: tuple[Path, ...] = (), *, direction: str = "ltr") -> str:
    """A text as it goes to the typesetter, for a page of a direction.

    Control characters and overrides of direction are taken out, so that letters stand in the
    order in which they were typed; half a character becomes U+FFFD. A character that no font has
    is named by its code point, in square brackets: ``[U+AC00 U+AC01]``. That is no way to read a
    name aloud, but nothing is lost and nobody takes it for another name. A word of more than 20
    letters may break after every tenth, at a U+200B. Where directions may meet, each line takes its
    own: "1202 Geneva" stays that on an Arabic page.
    """
    lines = [_line(line, folders) for line in _LINE_ENDS.split(text)]
    if direction == "rtl" or any(_runs_to_the_left(line) for line in lines):
        lines = [isolated(line) if line else line for line in lines]
    return "\n".join(lines)


def plain(text: str, folders: tuple[Path, ...] = ()) -> str:
    """The same for the file's metadata, where a text stands by itself and never breaks."""
    return _ISOLATES.sub("", printable(text, folders)).replace(_ZERO_WIDTH_SPACE, "")


def _runs_to_the_left(line: str) -> bool:
    return any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in line)


def _line(line: str, folders: tuple[Path, ...]) -> str:
    line = _OVERRIDES.sub("", _NO_CHARACTERS.sub("", line.replace("\t", " ")))
    line = "".join(sign for sign in line if unicodedata.category(sign) != "Cc")
    line = _HALF.sub("\N{REPLACEMENT CHARACTER}", line)
    if not _is_balanced(line):
        line = _ISOLATES.sub("", line)
    return _breakable(_named(line, missing_glyphs(line, folders)))


def _named(line: str, missing: frozenset[str]) -> str:
    if not missing:
        return line
    run = re.compile("[" + "".join(re.escape(sign) for sign in sorted(missing)) + "]+")
    return run.sub(lambda found: "[" + " ".join(f"U+{ord(c):04X}" for c in found[0]) + "]", line)


def _is_balanced(line: str) -> bool:
    depth = 0
    for sign in _ISOLATES.findall(line):
        depth += 1 if sign in _OPENING else -1
        if depth < 0:
            return False
    return depth == 0


def _breakable(line: str) -> str:
    return _LONG_WORD.sub(lambda word: _ZERO_WIDTH_SPACE.join(_pieces(word[0])), line)


def _pieces(word: str) -> Iterator[str]:
    start = 0
    while start < len(word):
        end = start + _PIECE
        # A mark stays with the letter that it belongs to.
        while end < len(word) and unicodedata.category(word[end]) in _MARKS:
            end += 1
        yield word[start:end]
        start = end
