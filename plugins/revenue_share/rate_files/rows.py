"""The rates of a file while it is read: each value checked, each row once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from fairgate.documents import Faults
from fairgate.money import currencies

from ..data import PublishedRate, RateFile

#: Far more than all reference rates since 1999.
MAX_RATES = 1_000_000
#: Nobody reads more faults than this; the rest shows up when these are mended.
MAX_FAULTS = 100
#: Rates are published in the days before they take effect; what is further ahead is a wrong year.
MOST_AHEAD = timedelta(days=31)
#: What the column of a rate holds.
_RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,8})?", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T00:00:00)?", re.ASCII)
_DAY = re.compile(r"([0-9]{1,2}) ([A-Za-z]{3,9}) ([0-9]{4})", re.ASCII)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_YEARS = range(1990, 2101)


class Rows:
    """Takes the rows of a file, whatever its format, and notes the faults of each."""

    def __init__(self, *, base: str, faults: Faults, today: date = date.max) -> None:
        self.base = base
        self.latest = _ahead_of(today)
        self.faults = faults
        self.found: dict[tuple[str, date], PublishedRate] = {}
        self._known = frozenset(currencies())
        self._left_out: set[str] = set()
        self._count = 0

    def take(self, code: str, effective_on: date | None, rate: str, *, line: int) -> None:
        """One row. A code of three letters that is no currency of ours is left out."""
        code, rate = code.strip(), rate.strip()
        if not _CODE.fullmatch(code):
            self.fault(f"“{code[:20]}” is not a currency code.", line=line, field="currency")
        elif value := self._value(rate, line):
            self._keep(code, effective_on, value, line)

    def day(self, text: str, *, line: int) -> date | None:
        """A day as the sources write it: ``2026-10-01``, ``01 Oct 2026``, ``1 October 2026``."""
        text = text.strip()
        found = _read_day(text)
        if found is None or found.year not in _YEARS:
            self.fault(f"“{text[:40]}” is not a day like 2026-10-01.", line=line, field="date")
            return None
        if found > self.latest:
            said = f"{found} is more than {MOST_AHEAD.days} days ahead; look at the year."
            self.fault(said, line=line, field="date")
            return None
        return found

    def fault(self, sentence: str, *, line: int, field: str = "") -> None:
        """Note a fault; after a hundred of them the file is refused without more."""
        self._count += 1
        self.faults.add(sentence, line=line, field=field)
        if self._count >= MAX_FAULTS:
            self.faults.raise_if_any()

    def file(self) -> RateFile:
        """What was read."""
        return RateFile(
            base=self.base,
            rates=tuple(self.found.values()),
            left_out=tuple(sorted(self._left_out)),
        )

    def _value(self, text: str, line: int) -> Decimal | None:
        if not _RATE.fullmatch(text) or not Decimal(text):
            self.fault(
                f"“{text[:40]}” is not a rate above zero with at most 8 decimals.",
                line=line,
                field="rate",
            )
            return None
        return Decimal(text)

    def _keep(self, code: str, effective_on: date | None, rate: Decimal, line: int) -> None:
        if effective_on is None:
            return  # its own fault
        if code == self.base:
            if rate != 1:
                self.fault(f"one {code} is one {code}.", line=line, field="rate")
            return
        if code not in self._known:
            self._left_out.add(code)
            return
        before = self.found.setdefault(
            (code, effective_on),
            PublishedRate(currency=code, effective_on=effective_on, rate=rate),
        )
        if before.rate != rate:
            said = f"{code} of {effective_on} is {before.rate} above, and {rate} here."
            self.fault(said, line=line, field="rate")
        if len(self.found) > MAX_RATES:
            self.faults.add(f"has more than {MAX_RATES:,} rates.")
            self.faults.raise_if_any()


def _ahead_of(today: date) -> date:
    return today + MOST_AHEAD if today <= date.max - MOST_AHEAD else date.max


def _read_day(text: str) -> date | None:
    try:
        if iso := _ISO_DAY.fullmatch(text):
            return date.fromisoformat(iso[1])
        if named := _DAY.fullmatch(text):
            return date(int(named[3]), _month(named[2]), int(named[1]))
    except ValueError:
        pass  # 30 Feb 2026 looks right and is not
    return None


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if name.lower() in (month.lower(), month[:3].lower()):
            return number
    raise ValueError(name)
