"""The values of attributes: each is read by a small grammar and written anew.

A ``Reader`` takes the text of a value and returns it as it is written, or refuses it. All read
from left to right and never go back, so that the time they take grows with the text only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from PIL import ImageColor

from fairgate_marks.errors import MarkRefused, Reason

Reader = Callable[[str], str]

MAX_LENGTH = 4_000
MAX_OUTLINE = 400_000  # characters of one path; a coat of arms has about 100,000
LARGEST: Final = 1_000_000  # so that nothing overflows where a renderer counts in 32 bits

_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_A_NUMBER = re.compile(_NUMBER, re.ASCII)
_BETWEEN = re.compile(r"[ \t\r\n]*+,?[ \t\r\n]*+")
_LENGTH = re.compile(rf"({_NUMBER})(px|pt|pc|mm|cm|in|%)?", re.ASCII)
_SHARE = re.compile(rf"({_NUMBER})(%)?", re.ASCII)
# In any script: editors name layers in the language of their users. We write other names.
_NAME = re.compile(r"""#[^\s"'()<>#%/\\]{1,200}""")
_REFERENCE = re.compile(r"url\(([^()]*)\)(.*)", re.DOTALL)
_HEXADECIMAL = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_FUNCTION = re.compile(r"(rgba?|hsla?)\(([-+.,%/ \teE0-9]*)\)")
_FITTING = re.compile(r"none|x(?:Min|Mid|Max)Y(?:Min|Mid|Max)(?: (?:meet|slice))?")
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)[\s,]*")

_NUMBERS_OF = {
    "matrix": {6},
    "translate": {1, 2},
    "scale": {1, 2},
    "rotate": {1, 3},
    "skewX": {1},
    "skewY": {1},
}
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_FLAGS = (3, 4)  # of the arguments of an arc
_COMMAND = re.compile(r"[MmLlHhVvCcSsQqTtAaZz]")
# Lengths in pixels of CSS.
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}


def number(text: str) -> str:
    """One number without a unit."""
    return _in_range(_whole(_A_NUMBER, text).group())


def share(text: str) -> str:
    """A number, or a percentage: an opacity, the place of a colour in a gradient."""
    return _measured(_SHARE, text)


def length(text: str) -> str:
    """A number with or without a unit. Units that depend on a font are not among them."""
    return _measured(_LENGTH, text)


def length_or_auto(text: str) -> str:
    """A length, or ``auto``."""
    return "auto" if text.strip() == "auto" else length(text)


def pixels(text: str) -> float:
    """A length in pixels of CSS. A percentage of the page is not known: 0."""
    matched = _whole(_LENGTH, text)
    return float(_in_range(matched[1])) * PIXELS.get(matched[2] or "", 0)


def numbers(text: str) -> list[str]:
    """Numbers with blanks or a comma between them, or with nothing where that is clear."""
    text = text.strip()
    found: list[str] = []
    at = 0
    while at < len(text):
        matched = _A_NUMBER.match(text, at)
        if not matched:
            raise MarkRefused(Reason.VALUE, found=text[at:])
        found.append(_in_range(matched.group()))
        at = _after_blanks(text, matched.end())
    return found


def dashes(text: str) -> str:
    """``none``, or lengths that are all 0 and mean the same.

    How many dashes a renderer cuts depends on lengths, transforms and how often something is used;
    small ones hold it for minutes. A logo that is dashed is drawn with its dashes as shapes.

    Raises:
        MarkRefused: a line would be dashed.
    """
    if text.strip() in {"none", "inherit"}:  # from an element that has none, either
        return "none"
    parts = re.split(r"[\s,]+", _short_enough(text).strip())
    if any(float(_whole(_LENGTH, part)[1]) for part in parts):
        raise MarkRefused(Reason.PATTERN)
    return "none"


def box(text: str) -> str:
    """A viewBox: where it begins, and how large it is."""
    found = numbers(_short_enough(text))
    if len(found) != 4 or min(float(size) for size in found[2:]) <= 0:
        raise MarkRefused(Reason.VALUE, found=text)
    return " ".join(found)


def points(text: str) -> str:
    """The corners of a polygon, in pairs."""
    found = numbers(_short_enough(text, MAX_OUTLINE))
    if len(found) % 2:
        raise MarkRefused(Reason.VALUE, found=text[-20:])
    return _tight(found)


def fitting(text: str) -> str:
    """How a picture fits into a box of other proportions."""
    return _whole(_FITTING, text).group()


def transform(text: str) -> str:
    """Moving, turning and stretching."""
    text = _short_enough(text).strip()
    found: list[str] = []
    at = 0
    while at < len(text):
        matched = _TRANSFORM.match(text, at)
        if not matched:
            raise MarkRefused(Reason.VALUE, found=text[at:])
        arguments = numbers(matched[2])
        if len(arguments) not in _NUMBERS_OF[matched[1]]:
            raise MarkRefused(Reason.VALUE, found=matched.group())
        found.append(f"{matched[1]}({' '.join(arguments)})")
        at = matched.end()
    return " ".join(found)


def outline(text: str) -> str:
    """The commands of a path, each with the numbers that it takes."""
    text = _short_enough(text, MAX_OUTLINE).strip()
    if text in {"", "none"}:
        return ""
    if text[0] not in "Mm":
        raise MarkRefused(Reason.VALUE, found=text)
    written: list[str] = []
    at = 0
    while at < len(text):
        command = text[at]
        arguments, at = _arguments(text, at + 1, command.upper())
        written.append(command + _tight(arguments))
    return "".join(written)


def _arguments(text: str, at: int, command: str) -> tuple[list[str], int]:
    """The numbers after a command, any number of sets of them, and where the next command is."""
    found: list[str] = []
    at = _after_blanks(text, at)
    while at < len(text) and not _COMMAND.match(text, at):
        is_flag = command == "A" and len(found) % 7 in _FLAGS
        written = _flag(text, at) if is_flag else _A_NUMBER.match(text, at)
        if not written:
            raise MarkRefused(Reason.VALUE, found=text[at:])
        found.append(_in_range(written.group()))
        at = _after_blanks(text, written.end())
    each = _ARGUMENTS[command]
    if (len(found) % each or not found) if each else found:
        raise MarkRefused(Reason.VALUE, found=text[max(at - 20, 0) : at])
    return found, at


_A_FLAG = re.compile("[01]")


def _flag(text: str, at: int) -> re.Match[str] | None:
    """The flags of an arc may stand without a blank after them: ``a1 1 0 01.5.5``."""
    return _A_FLAG.match(text, at)


def colour(text: str) -> str:
    """A colour: by name, in hexadecimal digits, or by ``rgb()`` or ``hsl()``."""
    text = text.strip()
    if text in {"currentColor", "inherit", "transparent"}:
        return text
    if text.lower() == "currentcolor":
        return "currentColor"
    if text.lower() in ImageColor.colormap or _HEXADECIMAL.fullmatch(text):
        return text.lower()
    matched = _FUNCTION.fullmatch(_short_enough(text, 100).lower())
    if not matched:
        raise MarkRefused(Reason.VALUE, found=text)
    return f"{matched[1]}({_parts_of_colour(matched[2])})"


def _parts_of_colour(text: str) -> str:
    parts = [part for part in re.split(r"[\s,/]+", text.strip()) if part]
    if len(parts) not in {3, 4}:
        raise MarkRefused(Reason.VALUE, found=text)
    return ", ".join(share(part) for part in parts)


def paint(text: str) -> str:
    """A colour, none, or a gradient with or without a colour for when it is missing."""
    text = text.strip()
    if text == "none":
        return text
    if not text.lower().startswith("url"):
        return colour(text)
    target, rest = _reference(text)
    # The gradient is there, or the file is refused; so the second colour is never seen.
    if rest and rest != "none":
        colour(rest)
    return target


def reference_or_none(text: str) -> str:
    """Something of this file by its name, ``url(#name)``, or ``none``."""
    text = text.strip()
    if text == "none":
        return text
    target, rest = _reference(text)
    if rest:
        raise MarkRefused(Reason.VALUE, found=text)
    return target


def _reference(text: str) -> tuple[str, str]:
    matched = _REFERENCE.fullmatch(_short_enough(text))
    if not matched:
        raise MarkRefused(Reason.VALUE, found=text)
    return f"url({fragment(_unquoted(matched[1].strip()))})", matched[2].strip()


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text


def fragment(text: str) -> str:
    """The name of something in this file, with its ``#``."""
    text = text.strip()
    if not _NAME.fullmatch(text):
        raise MarkRefused(Reason.ELSEWHERE, found=text)
    return text


def one_of(*words: str) -> Reader:
    """A reader of one of some words."""

    def read(text: str) -> str:
        found = " ".join(text.split())
        if found not in words:
            raise MarkRefused(Reason.VALUE, found=text)
        return found

    return read


def is_name(text: str) -> bool:
    """Whether something may be called so."""
    return bool(_NAME.fullmatch(f"#{text}"))


def _measured(pattern: re.Pattern[str], text: str) -> str:
    matched = _whole(pattern, text)
    return _in_range(matched[1]) + (matched[2] or "")


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    matched = pattern.fullmatch(_short_enough(text).strip())
    if not matched:
        raise MarkRefused(Reason.VALUE, found=text)
    return matched


def _in_range(text: str) -> str:
    if abs(float(text)) > LARGEST:
        raise MarkRefused(Reason.NUMBER, found=text, limit=f"≤ {LARGEST:,}")
    return text


def _short_enough(text: str, limit: int = MAX_LENGTH) -> str:
    if len(text) > limit:
        raise MarkRefused(Reason.VALUE_TOO_LONG, limit=f"{limit:,}")
    return text


def _after_blanks(text: str, at: int) -> int:
    blanks = _BETWEEN.match(text, at)
    return blanks.end() if blanks else at


def _tight(found: list[str]) -> str:
    """Numbers with a blank between two only where they would run together."""
    return "".join(
        part if not at or part.startswith("-") else f" {part}" for at, part in enumerate(found)
    )
