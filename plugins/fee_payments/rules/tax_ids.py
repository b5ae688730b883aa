"""The form of tax ids. Nobody is asked whether an id is registered: that is for an operator."""

from __future__ import annotations

import re

# Country → what follows its prefix, as the European Commission lists it for its VIES service
# ("VAT identification number structure"). Greece writes EL, Northern Ireland XI.
_EU = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{12}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
}
_PREFIXES = {"GR": "EL"}
_ELSEWHERE = re.compile(r"[A-Z0-9+*]{2,20}", re.ASCII)


def normal(typed: str) -> str:
    """A tax id as it is kept: upper case, without what people put between its signs."""
    return re.sub(r"[\s.\-/]", "", typed).upper()


def is_well_formed(country: str, tax_id: str) -> bool:
    """Whether an id has the form of that country's: format checked, and nothing more.

    ``tax_id`` is normal already. In the European Union it begins with its prefix (EL for Greece);
    of other countries only length and letters are looked at.
    """
    prefix = _PREFIXES.get(country, country)
    pattern = _EU.get(prefix)
    if pattern is None:
        return bool(_ELSEWHERE.fullmatch(tax_id))
    return bool(re.fullmatch(prefix + pattern, tax_id, re.ASCII))
