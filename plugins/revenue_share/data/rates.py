"""Rates of exchange, as they are published and as they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fairgate.money import Money


class RateSource(StrEnum):
    """Who says a rate: the United Nations Treasury, the European Central Bank, or two of us."""

    UNORE = "unore"
    ECB = "ecb"
    MANUAL = "manual"


#: The currency of which one unit is worth ``rate`` units of the others, by who publishes.
BASES: Mapping[RateSource, str] = {RateSource.UNORE: "USD", RateSource.ECB: "EUR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRate:
    """One rate of a file: what one unit of the file's base was worth from a day on."""

    currency: str
    effective_on: date
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFile:
    """What a file says. ``left_out`` are codes that are no currency of ours (any more)."""

    base: str
    rates: tuple[PublishedRate, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate in the tables: one ``base`` is ``rate`` units of ``currency``, from a UTC day on."""

    id: int
    source: RateSource
    base: str
    currency: str
    effective_on: date
    rate: Decimal
    recorded_at: datetime

    def __str__(self) -> str:
        written = f"{self.rate.normalize():f}"
        return f"1 {self.base} = {written} {self.currency} ({self.source}, {self.effective_on})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A rate of a day that is loaded already, with another value: it counts from now on."""

    currency: str
    effective_on: date
    before: Decimal
    now: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRates:
    """What loading a file did: ``known`` rates were there already, with the same value."""

    source: RateSource
    new: int
    known: int
    corrections: tuple[Correction, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """An amount in another currency, and the rates that it was converted by.

    One rate where one of the two currencies is the base of the source, else two; none where the
    currencies are the same.
    """

    amount: Money
    converted: Money
    rates: tuple[Rate, ...] = ()
