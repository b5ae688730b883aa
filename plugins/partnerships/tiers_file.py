"""The format ``fairgate-tiers/1``: the tiers of a period, and how deliveries are counted.

``README.md`` of this package describes every key. Reading is pure and all or nothing: a faulty text
gives ``DocumentErrors`` with every fault, each with line and field.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from fairgate.documents import Faults, parse_yaml
from fairgate.money import Money, UnknownCurrency

from .data import LANGUAGES, Emblem, Scheme, Texts, Tier
from .yaml_fields import Fields

SCHEMA = "fairgate-tiers/1"
MOST_TIERS = 12
LONGEST_NAME = 80
LONGEST_DESCRIPTION = 500

_KEYS = frozenset(
    {"schema", "valid_from", "valid_until", "currency", "in_kind_percent", "rates", "tiers"}
)
_TIER_KEYS = frozenset({"code", "threshold", "emblem", "names", "descriptions"})
_RATE_KEYS = frozenset({"currency", "rate"})
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}", re.ASCII)
_RATE = re.compile(r"\d{1,9}(\.\d{1,8})?", re.ASCII)


def read(text: str, *, file: str) -> Scheme:
    """The scheme that a text describes.

    Raises:
        DocumentErrors: every fault, with line and field.
    """
    with Faults(file) as faults:
        top = Fields(parse_yaml(text, file=file), faults, line=1, path="", known=_KEYS)
        if top["schema"] != SCHEMA:
            top.fault("schema", f"is “{SCHEMA}”.")
        first, last = top.day("valid_from"), top.day("valid_until", needed=False)
        if first and last and last < first:
            top.fault("valid_until", "lies before valid_from.")
        currency = _currency(top)
        percent = top.whole("in_kind_percent", least=0, most=100)
        rates = _rates(top, currency)
        tiers = _tiers(top, currency)
    return Scheme(
        currency=currency,
        in_kind_percent=percent,
        rates=rates,
        valid_from=first or date.min,
        valid_until=last,
        tiers=tiers,
    )


def _currency(row: Fields) -> str:
    """A code of ISO 4217, or "" and a fault."""
    code = row.text("currency")
    try:
        return Money.zero(code).currency if code else ""
    except UnknownCurrency as error:
        row.fault("currency", str(error))
        return ""


def _rates(top: Fields, own: str) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = {}
    for row in top.rows("rates", _RATE_KEYS):
        code, written = _currency(row), row.text("rate")
        if code and (code == own or code in found):
            row.fault("currency", f"{code} is that of the scheme, or has a rate already.")
        if written and (not _RATE.fullmatch(written) or not Decimal(written)):
            row.fault("rate", "is a number above zero with at most eight decimals, in quotes.")
        elif code and written:
            found[code] = Decimal(written)
    return tuple(sorted(found.items()))


def _tiers(top: Fields, currency: str) -> tuple[Tier, ...]:
    """The tiers, the lowest first, as they have to be written."""
    found: list[Tier] = []
    if not top.items("tiers") or len(top.items("tiers")) > MOST_TIERS:
        top.fault("tiers", f"is a list of 1 to {MOST_TIERS} tiers, the lowest first.")
    for row in top.rows("tiers", _TIER_KEYS):
        code = row.code("code", _CODE, "capital letters, digits, hyphens, “_”")
        if code in {tier.code for tier in found}:
            row.fault("code", f"“{code}” is there already.")
        threshold = _threshold(row, currency)
        if found and threshold and threshold <= found[-1].threshold:
            row.fault("threshold", "is not above that of the tier before.")
        emblem = row.word("emblem", Emblem)
        names = _texts(row, "names", longest=LONGEST_NAME)
        if "en" not in dict(names):
            row.fault("names", "has an English name (en) at least.")
        descriptions = _texts(row, "descriptions", longest=LONGEST_DESCRIPTION)
        if code and threshold and emblem in list(Emblem):
            found.append(
                Tier(
                    code=code,
                    threshold=threshold,
                    emblem=Emblem(emblem),
                    names=names,
                    descriptions=descriptions,
                )
            )
    return tuple(found)


def _threshold(row: Fields, currency: str) -> Money | None:
    written = row.text("threshold")
    if not written or not currency:
        return None
    try:
        amount = Money(written, currency)
    except ValueError as error:
        row.fault("threshold", str(error))
        return None
    if amount <= Money.zero(currency):
        row.fault("threshold", "is above zero: an award stands for something delivered.")
        return None
    return amount


def _texts(row: Fields, key: str, *, longest: int) -> Texts:
    """Texts by language, in the order of ``LANGUAGES``."""
    if key not in row:
        return ()
    inner = row.inner(key, frozenset(LANGUAGES))
    told = [(code, inner.text(code, longest=longest, needed=False)) for code in LANGUAGES]
    return tuple((code, text) for code, text in told if text)
