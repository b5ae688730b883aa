"""Field 86 of an MT940, "information to account owner": three dialects, and plain text.

* German banks (DFÜ agreement, appendix 3, "MT 940"): ``166?00CREDIT?20EREF+E-1?21SVWZ+INV…``: a
  code of three digits, a mark, and numbered parts. 20 to 29 and 60 to 63 are what the payer
  wrote, 31 the account, 32 and 33 the name. In it stand SEPA's own words: ``EREF+`` the end-to-end
  reference, ``SVWZ+`` the text, and others that are not the payer's message.
* Dutch and Nordic banks: ``/EREF/E-1/NAME/A. Payer/REMI/INV-2026-000123/``, with words between
  slashes (SWIFT's "structured" codes).
* anything else is the payer's message as it is.

Lines are put together as the bank broke them: one that is full goes on without a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from . import limits

#: How many characters a line of field 86, and a numbered part in it, has when it is full.
_FULL_LINE, _FULL_PART = 65, 27

_GERMAN = re.compile(r"[0-9]{3}(?P<mark>[^0-9A-Za-z\s/])(?=[0-9]{2})", re.ASCII)
_MESSAGE_PARTS = (*(f"{n}" for n in range(20, 30)), *(f"{n}" for n in range(60, 64)))
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|RREF|RTRN)\+")
_SLASHES = re.compile(
    r"/(EREF|PREF|KREF|MARF|CSID|CNTP|REMI|ORDP|BENM|NAME|IBAN|BIC|TRTP|RTYP|PURP|ISDT|TRCD"
    r"|ULTC|ULTD|ULTB|SVCL|RTRN)/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What field 86 says of the other side and of the payment."""

    reference: str = ""
    remittance: str = ""
    structured_reference: str = ""
    name: str = ""
    account: str = ""


def details_of(lines: list[str], *, place: str) -> Details:
    """Field 86, in whichever dialect it is.

    Raises:
        BankFileError: it is longer than ``limits.MAX_TEXT``.
    """
    found = _GERMAN.match(lines[0])
    if found:
        # The parts are marked, so lines end anywhere, and a blank at their end is none of ours.
        text = limits.text_of("".join(lines), place=place, field=":86:")
        return _german(text, found["mark"])
    text = limits.text_of(joined(lines, _FULL_LINE), place=place, field=":86:")
    return _between_slashes(text) if _SLASHES.match(text) else Details(remittance=text)


def joined(pieces: Iterable[str], full: int) -> str:
    """Pieces of a text that was broken at ``full`` characters: no blank after a full one."""
    text = ""
    for piece in pieces:
        text += piece if len(piece) >= full else f"{piece} "
    return text.strip()


def _german(text: str, mark: str) -> Details:
    parts: dict[str, list[str]] = {}
    for part in text[3:].split(mark):
        if part[:2].isdigit():
            parts.setdefault(part[:2], []).append(part[2:])
        elif parts:  # the mark itself stood in a text
            next(reversed(parts.values()))[-1] += f"{mark}{part}"
    message = joined((p for n in _MESSAGE_PARTS for p in parts.get(n, ())), _FULL_PART)
    words = _words(message, _SEPA)
    return Details(
        reference=words.get("EREF", ""),
        remittance=words.get("SVWZ") or words.get("", ""),
        name=joined((*parts.get("32", ()), *parts.get("33", ())), _FULL_PART),
        account=words.get("IBAN") or "".join(parts.get("31", ())),
    )


def _between_slashes(text: str) -> Details:
    words = _words(text, _SLASHES)
    side = words.get("CNTP", "").split("/")
    message = words.get("REMI", "")
    structured = ""
    if message.startswith("STRD/"):
        # The kind of reference (CUR, ISO, empty) stands before it.
        structured, message = message.strip("/").rpartition("/")[2], ""
    return Details(
        reference=words.get("EREF", "").strip("/"),
        remittance=message.removeprefix("USTD/").strip("/ "),
        structured_reference=structured,
        name=words.get("NAME", "").strip("/") or "".join(side[2:3]),
        account=words.get("IBAN", "").strip("/") or side[0],
    )


def _words(text: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """A text by the words that mark its pieces; what stands before the first is under ``""``."""
    found: dict[str, str] = {}
    marks = list(pattern.finditer(text))
    starts = [*(mark.start() for mark in marks), len(text)]
    found[""] = text[: starts[0]].strip()
    for mark, end in zip(marks, starts[1:], strict=True):
        found.setdefault(mark[1], text[mark.end() : end].strip())
    return found
