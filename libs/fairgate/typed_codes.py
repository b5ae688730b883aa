"""Codes that people read out, copy from a letter and type: how they are made and read again.

Twenty characters in five groups, ``K7QM-2XRD-9FVA-41TH-6N3C``: four that may be shown to find the
code again (the hint), fifteen that are secret (75 bits), one that finds slips. The alphabet is
Crockford's Base32: no letter looks like another sign, and what is typed for a look-alike (O for 0,
I and L for 1) is understood. The last character is Luhn's check to the base 32: it finds every
single wrong character, and nearly every pair that was swapped.
"""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
GROUP = 4
LOOK_ALIKES = str.maketrans("OIL", "011")
# Characters that are typed between the others, or come along when a text is copied: blanks,
# dashes, marks of direction, line breaks, and the signs people put around or between groups.
_BETWEEN = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc", "Cf", "Cc"})
_SIGNS = frozenset("\N{MINUS SIGN}\N{MIDDLE DOT}.,:/")
# Far more than a code with every group apart; what is longer is no slip of the keyboard.
MAX_TYPED = 120


def new() -> str:
    """A code that nobody can guess, without its dashes."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def read(typed: str) -> str | None:
    """The code that somebody typed or pasted; ``None`` if it is no code, or has a slip in it.

    Case, blanks, dashes and marks of direction do not matter; digits may be of any script.
    """
    if len(typed) > MAX_TYPED:
        return None
    wide = unicodedata.normalize("NFKC", typed)
    kept = "".join(_plain(sign) for sign in wide if not _is_between(sign))
    code = kept.upper().translate(LOOK_ALIKES)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if code[-1] == _check(code[:-1]) else None


def grouped(code: str) -> str:
    """The code as it is printed, with its dashes."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def hint(code: str) -> str:
    """The part of a code that may be kept and shown, to find it again."""
    return code[:GROUP]


def _is_between(sign: str) -> bool:
    return sign in _SIGNS or unicodedata.category(sign) in _BETWEEN


def _plain(sign: str) -> str:
    """A digit of any script as the ASCII one; everything else as it is."""
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


def _check(body: str) -> str:
    """Luhn's check character to the base 32 for the characters before it."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = ALPHABET.index(sign) * (1 if place % 2 else 2)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
