"""Whether two people belong to the same organisation, as far as names and domains tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from waiver_policy.data import Organisation

_NO_WORD = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """A name without case, accents, punctuation and spaces.

    ``Centro de Radio`` and ``CENTRO-DE RÁDIO`` are one.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", letters))


def domain_key(domain: str) -> str:
    """A domain of e-mail addresses as it is compared: ``@WWW.Itu.int.`` is ``itu.int``.

    A whole address counts by its domain; an internationalised domain by its ASCII form.
    """
    plain = unicodedata.normalize("NFKC", domain).strip().casefold().rpartition("@")[2]
    plain = plain.rpartition("://")[2].partition("/")[0].strip(".").removeprefix("www.")
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def is_same(one: Organisation, other: Organisation) -> bool:
    """Whether both are the same organisation, by name or by domain.

    A domain counts for what is below it: ``radio.example.org`` belongs to ``example.org``.
    """
    names = name_key(one.name), name_key(other.name)
    if names[0] and names[0] == names[1]:
        return True
    a, b = domain_key(one.domain), domain_key(other.domain)
    if not a or not b:
        return False
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")


def share_one(some: Iterable[Organisation], others: Iterable[Organisation]) -> bool:
    """Whether an organisation stands on both sides."""
    known = tuple(others)
    return any(is_same(one, other) for one in some for other in known)
