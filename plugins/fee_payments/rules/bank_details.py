"""The form of bank details on an invoice: a slip sends money to somebody else."""

from __future__ import annotations

import re

# ISO 13616: country, two check digits, up to thirty more signs; the shortest in use is Norway's.
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
# ISO 9362: business party prefix, country, business party suffix, branch.
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)


def normal(typed: str) -> str:
    """An IBAN or BIC as it is kept: upper case, without blanks."""
    return re.sub(r"\s", "", typed).upper()


def is_iban(text: str) -> bool:
    """Whether a text is an IBAN whose check digits fit (ISO 13616, ISO 7064 mod 97-10)."""
    if not _IBAN.fullmatch(text):
        return False
    digits = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
    return int(digits) % 97 == 1


def is_bic(text: str) -> bool:
    """Whether a text has the form of a BIC (ISO 9362)."""
    return bool(_BIC.fullmatch(text))
