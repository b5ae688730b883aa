"""How much was sent on a day, and what one day takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DayLimit(StrEnum):
    """What there may be of on one day (UTC): of one person for a partner, of all its people."""

    PERSON_RECORDS = "person_records"
    PARTNER_RECORDS = "partner_records"
    PERSON_FILES = "person_files"
    PARTNER_FILES = "partner_files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How many records and signatures, and how many files among them."""

    records: int
    files: int

    def __add__(self, other: Sent) -> Sent:
        return Sent(records=self.records + other.records, files=self.files + other.files)
