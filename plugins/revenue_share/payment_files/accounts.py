"""Accounts as people type them: an IBAN is checked, another number is taken as it is."""

from __future__ import annotations

import re

from ..data import AccountDetails
from ..exceptions import AccountRefused
from .latin import in_latin

# ISO 13616: country, check digits, up to thirty of the country's own. The shortest is Norway's.
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_LOOKS_LIKE_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", re.ASCII)
# ISO 9362, as pain.001.001.09 has it (BICFIDec2014Identifier).
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9/\-?:().,'+]{1,34}", re.ASCII)
_LONGEST_NAME = 70
# How long IBANs of a country are: SWIFT's IBAN Registry (ISO 13616), release 101.
_COUNTRIES_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_LENGTHS = {
    country: length
    for length, countries in _COUNTRIES_BY_LENGTH.items()
    for country in countries.split()
}

# Where euros are sent by SEPA: the European Payments Council's list (EPC409-09), with Serbia as
# the last that came. IBANs of what belongs to another State (French overseas, the Channel Islands,
# Åland) have its letters.
_SEPA = frozenset((
    "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
    "GB", "GI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD",
    "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
))  # fmt: skip


def read_account(*, holder: str, number: str, bic: str = "", is_iban: bool) -> AccountDetails:
    """The account that somebody typed: blanks gone, in capitals, its holder in Latin letters.

    Raises:
        AccountRefused: it is no account; the sentence says what is wrong, and shows no number.
    """
    name = in_latin(holder)
    if not name or len(name) > _LONGEST_NAME:
        raise AccountRefused(
            "The holder has a name of at most %(most)s Latin letters.",
            field="holder",
            most=_LONGEST_NAME,
        )
    plain, code = _plain(number), _plain(bic)
    if is_iban and not is_valid_iban(plain):
        raise AccountRefused(
            "The IBAN is none: its check digits or its length are wrong.", field="number"
        )
    if not is_iban and _LOOKS_LIKE_IBAN.fullmatch(plain):
        raise AccountRefused("This is written like an IBAN: say that it is one.", field="is_iban")
    if not is_iban and not _NUMBER.fullmatch(plain):
        raise AccountRefused(
            "An account that has no IBAN has a number of at most 34 signs.", field="number"
        )
    if code and not _BIC.fullmatch(code):
        raise AccountRefused("A BIC has 8 or 11 signs, like UBSWCHZH80A.", field="bic")
    if not is_iban and not code:
        raise AccountRefused("An account without an IBAN needs the BIC of its bank.", field="bic")
    return AccountDetails(holder=name, number=plain, is_iban=is_iban, bic=code)


def is_valid_iban(text: str) -> bool:
    """Whether its length is that of its country, and its check digits are right (MOD 97-10).

    Several countries write IBANs and are not in the registry: of theirs the digits alone count.
    """
    if not _IBAN.fullmatch(text) or _LENGTHS.get(text[:2], len(text)) != len(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_in_sepa(account: AccountDetails) -> bool:
    """Whether euros are sent to this account, or from it, by SEPA."""
    return account.is_iban and account.number[:2] in _SEPA


def _plain(text: str) -> str:
    return "".join(text.split()).upper()
