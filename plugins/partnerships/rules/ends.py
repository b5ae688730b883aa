"""When a version may end earlier than agreed. Pure decisions."""

from __future__ import annotations

from datetime import date

from partnerships.data import Period
from partnerships.exceptions import EndRefused, SecondPersonNeeded


def check_may_end(
    last_day: date, *, period: Period, is_signed: bool, today: date, reason: str, version: str
) -> None:
    """Refuse an end without a reason, in the past, or of what is not signed or would end anyway.

    Raises:
        EndRefused: as said.
    """
    if not reason.strip():
        raise EndRefused("Say why it ends; the reason is kept.")
    if not is_signed:
        raise EndRefused(
            "%(version)s is not signed by both sides; there is nothing to end.", version=version
        )
    if last_day < max(today, period.first):
        raise EndRefused(
            "%(version)s cannot end before %(day)s.", version=version, day=max(today, period.first)
        )
    if period.last is not None and last_day >= period.last:
        raise EndRefused("%(version)s ends on %(day)s anyway.", version=version, day=period.last)


def check_may_confirm_end(
    *, is_waiting: bool, by: int, asked_by: int, last_day: date, today: date
) -> None:
    """Refuse an end that was decided, that one has asked for oneself, or whose day is past.

    What was in force on a day stays so: an end is never confirmed for a day that is over.

    Raises:
        EndRefused, SecondPersonNeeded: as said.
    """
    if not is_waiting:
        raise EndRefused("This was decided already.")
    if by == asked_by:
        raise SecondPersonNeeded("Another person than who asked for the end has to confirm it.")
    if last_day < today:
        raise EndRefused(
            "%(last_day)s is past; refuse this, and ask for another day.", last_day=last_day
        )
