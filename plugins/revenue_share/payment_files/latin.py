"""Texts in the letters that every bank takes: those of SWIFT's set X, which are also SEPA's."""

from __future__ import annotations

import re
import unicodedata

from ..exceptions import AccountRefused

_ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*", re.ASCII)
# What has no decomposition, or another one than people write.
_WRITTEN = str.maketrans(
    {
        "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ẞ": "SS",
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
        "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i", "Ħ": "H", "ħ": "h",
        "Ŋ": "N", "ŋ": "n", "Ŧ": "T", "ŧ": "t", "‘": "'", "’": "'", "‚": "'", "“": "'", "”": "'",
        "„": "'", '"': "'", "«": "'", "»": "'", "–": "-", "—": "-", "‐": "-", "−": "-", "_": "-",
        "&": "+", ";": ",", "!": ".", "…": "...", "*": ".", "@": "(at)", "=": "-", "~": "-",
        "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/", "·": ".", "\u00a0": " ",
        # The okina, the glottal stop and what is typed for them; letters of the Pacific States.
        "\u02bb": "'", "\u02bc": "'", "\u02bd": "'", "\u02be": "'", "\u02bf": "'", "\ua78c": "'",
        "\ua78b": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "`": "'",
    }
)  # fmt: skip


def in_latin(text: str) -> str:
    """The text in those letters, on one line: ``Ügür & Søn`` is ``Ueguer + Son``.

    No slash stands at its beginning or end, nor two together: in SWIFT's messages they mean
    something.

    Raises:
        AccountRefused: a letter is of another script, and nobody but its owner knows how it is
            written in Latin ones; the sentence names it.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_WRITTEN))
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_WRITTEN)
    line = re.sub(r"/{2,}", "/", " ".join(kept.split())).strip("/ ")
    if not _ALLOWED.fullmatch(line):
        sign = next(sign for sign in line if not _ALLOWED.fullmatch(sign))
        raise AccountRefused(
            "“%(sign)s” is no letter that banks take; write it in Latin letters.",
            field="holder",
            sign=sign,
        )
    return line
