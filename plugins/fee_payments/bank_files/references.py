"""Numbers of our documents in what payers write: made to survive it, and found again.

A **creditor reference** (ISO 11649:2009) is ``RF``, two check digits and up to 21 letters and
digits: ``RF98INV2026000123``. Banking apps know it and check it while the payer types. The check
digits are those of ISO/IEC 7064, MOD 97-10: letters count from A = 10 to Z = 35, the four first
characters stand at the end, and the whole number leaves 1 when it is divided by 97. Every single
wrong digit is found, and every two digits that changed places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from ..exceptions import InvalidReference
from .values import BankEntry

#: The most characters after RF and its check digits (ISO 11649, 5).
MAX_NUMBER = 21

_REFERENCE = re.compile(r"RF(0[2-9]|[1-8][0-9]|9[0-8])[A-Z0-9]{1,21}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9]{1,21}", re.ASCII)
# What a bank or a payer may put between two signs of a number: at most a line break with blanks
# and hyphens around it.
_BETWEEN = r"[\W_]{0,6}"


def creditor_reference(number: str) -> str:
    """The creditor reference of one of our numbers: ``RF98INV2026000123`` for INV-2026-000123.

    Hyphens, blanks, slashes and dots of the number are left out, letters become capitals.

    Raises:
        InvalidReference: nothing is left, or more than 21 characters, or a letter outside A to Z.
    """
    body = re.sub(r"[-\s/._]", "", number).upper()
    if not _NUMBER.fullmatch(body):
        raise InvalidReference(
            f"“{number}” has no creditor reference: it takes 1 to {MAX_NUMBER} letters (A to Z) "
            "and digits."
        )
    return f"RF{98 - _remainder(f'{body}RF00'):02}{body}"


def is_valid_reference(text: str) -> bool:
    """Whether a text is a creditor reference with the right check digits; blanks do not count.

    Check digits are 02 to 98. 00, 01 and 99 leave the same remainder as 97, 98 and 02, and nobody
    computes them.
    """
    plain = "".join(text.split()).upper()
    return bool(_REFERENCE.fullmatch(plain)) and leaves_one(plain)


def leaves_one(text: str) -> bool:
    """Whether check digits in the third and fourth place are right (ISO 7064; IBAN, RF)."""
    return _remainder(text[4:] + text[:4]) == 1


def find_references(entry: BankEntry, *shapes: str) -> tuple[str, ...]:
    """The numbers of ours that an entry names, each once, as we write them.

    A shape is a number with ``#`` for each digit: ``INV-####-######``. They are looked for in the
    structured reference first, then in what the payer wrote, then in the end-to-end reference;
    bare, or inside a creditor reference, whose check digits have to be right. Case, full-width
    letters, digits of any script, and blanks, hyphens and line breaks between any two signs do not
    matter. A number that touches another letter or digit is none of ours: XINV-2026-000123,
    INV-2026-0001234.
    """
    texts = (entry.structured_reference, entry.remittance, entry.reference)
    found = (
        number for text in texts for start, number in sorted(_all_numbers(_plain(text), shapes))
    )
    return tuple(dict.fromkeys(found))


def _all_numbers(text: str, shapes: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for shape in shapes:
        for match in _pattern(shape).finditer(text):
            signs = re.sub("[^A-Z0-9]", "", match["number"])
            if match["check"] is None or is_valid_reference(
                re.sub("[^A-Z0-9]", "", match["check"]) + signs
            ):
                yield match.start(), _written(shape, signs)


@lru_cache(maxsize=64)
def _pattern(shape: str) -> re.Pattern[str]:
    signs = [sign for sign in shape.upper() if sign == "#" or _NUMBER.fullmatch(sign)]
    if len(signs) < 4 or signs.count("#") < 3:
        raise ValueError(f"“{shape}” would be found everywhere; a shape has three digits or more.")
    number = _BETWEEN.join("[0-9]" if sign == "#" else sign for sign in signs)
    check = _BETWEEN.join(("R", "F", "[0-9]", "[0-9]"))
    return re.compile(
        rf"(?<![^\W_])(?:(?P<check>{check}){_BETWEEN})?(?P<number>{number})(?![^\W_])"
    )


def _written(shape: str, signs: str) -> str:
    """The signs that were found, with what our shape has between them."""
    left = iter(signs)
    return "".join(
        next(left) if sign == "#" or _NUMBER.fullmatch(sign) else sign for sign in shape.upper()
    )


def _plain(text: str) -> str:
    """Capitals, and digits of any script as ASCII ones."""
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(
        sign if sign.isascii() else str(unicodedata.decimal(sign, sign)) for sign in wide
    )


def _remainder(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97
