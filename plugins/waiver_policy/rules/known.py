"""Every list at one moment of knowledge: what a rule asks, once the rows are in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from waiver_policy.data import Membership

ByCountry = Mapping[str, tuple[Membership, ...]]
"""Rows by country (or by the key of a table that is not by country), the oldest first."""

_NONE: ByCountry = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KnownLists:
    """Rows by list and country, and the editions that they are of.

    ``lists`` holds rows of today's codes only, so that no profile ever meets a State that is no
    more; those stand in ``former``. ``versions`` are the labels that publishers gave.
    ``confirmed`` are the ids of what people have confirmed about contested rows, by list.
    """

    lists: Mapping[str, ByCountry]
    editions: Mapping[str, str]
    versions: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, tuple[Membership, ...]] = field(default_factory=dict)
    confirmed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def find(self, list_code: str, country: str, *, on: date) -> Membership | None:
        """The membership that holds on a UTC day; ``None`` also for a list that is not known."""
        for row in self.lists.get(list_code, _NONE).get(country, ()):
            if row.holds_on(on):
                return row
        return None

    def value(self, list_code: str, key: str, *, on: date) -> str | None:
        """What a table says about a country or key on a UTC day; ``None`` when it says nothing."""
        row = self.find(list_code, key, on=on)
        return row.value if row is not None else None

    def members(self, list_code: str, *, on: date) -> frozenset[str]:
        """The codes or keys that are on a list on a UTC day."""
        rows_of = self.lists.get(list_code, _NONE)
        return frozenset(
            code for code, rows in rows_of.items() if any(row.holds_on(on) for row in rows)
        )

    def rows(self, list_code: str) -> tuple[Membership, ...]:
        """Every row of a list, those of States that are no more last."""
        rows_of = self.lists.get(list_code, _NONE).values()
        return (*(row for rows in rows_of for row in rows), *self.former.get(list_code, ()))
