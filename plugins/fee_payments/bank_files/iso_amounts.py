"""Amounts and days as ISO 20022 writes them: ASCII digits, a point, nothing else."""

from __future__ import annotations

import re
from datetime import date

from fairgate.money import Money, MoneyError

from ..exceptions import BankFileError

# xs:date and xs:dateTime: what follows the day (a time, a zone) does not move it. The day is the
# bank's own, as it stands on the paper statement.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+)?(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)


def money(text: str, currency: str, *, place: str, field: str) -> Money:
    """An amount that is not negative; its sign is a field of its own (``CdtDbtInd``).

    Raises:
        BankFileError: no amount, another sign, too many decimals, an unknown currency.
    """
    try:
        if text.startswith("-"):
            raise BankFileError(f"“{text}” has a sign.", place=place, field=field)
        return Money(text, currency)
    except MoneyError as error:
        raise BankFileError(str(error), place=place, field=field) from None


def day(text: str, *, place: str, field: str) -> date | None:
    """The day of a date or of a moment; ``None`` for an empty text.

    Raises:
        BankFileError: no such day.
    """
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found:
            return date.fromisoformat(found[1])
    except ValueError:
        pass  # 2026-02-30 looks right and is not
    raise BankFileError(f"“{text}” is not a day like 2026-01-31.", place=place, field=field)
