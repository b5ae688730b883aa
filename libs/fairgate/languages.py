"""The language a text is written in, and texts that stand in one of another direction.

A course is in one language and the page around it in the reader's: a screen reader has to be told
when to change its voice, and a browser which way a text runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# ISO 639 codes of languages that are mostly written from right to left.
_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "arz", "ckb", "dv", "fa", "he", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language as HTML names it: ``lang`` (BCP 47) and ``dir``."""

    tag: str

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        language, *rest = self.tag.lower().split("-")
        scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
        if scripts:
            return "rtl" if scripts[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
        return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def language(code: str | None) -> Language | None:
    """The language of a platform's code (``zh_HANS``, ``es-419``); ``None`` if it is no code."""
    tag = (code or "").strip().replace("_", "-")
    return Language(tag=tag) if _TAG.fullmatch(tag) else None


def isolated(text: str) -> str:
    """A name inside a sentence of another direction, in plain text: it does not mix with it."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def unbroken(code: str) -> str:
    """A code inside such a sentence, which also does not break at its hyphens."""
    return isolated(code.replace("-", "-\N{WORD JOINER}"))
