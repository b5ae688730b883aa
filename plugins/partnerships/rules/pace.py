"""How much one day takes of a partner's people. Pure decisions, no clock."""

from __future__ import annotations

from partnerships.data import DayLimit, Sent


def limit_reached(person: Sent, everybody: Sent, *, limits: dict[DayLimit, int]) -> DayLimit | None:
    """The first limit that a day has gone beyond with what is sent now; ``None`` if none.

    ``person`` is what the sender has sent on that day for a partner, and ``everybody`` what all its
    people have, each with what is sent now.
    """
    told = {
        DayLimit.PERSON_RECORDS: person.records,
        DayLimit.PARTNER_RECORDS: everybody.records,
        DayLimit.PERSON_FILES: person.files,
        DayLimit.PARTNER_FILES: everybody.files,
    }
    return next((limit for limit, number in told.items() if number > limits[limit]), None)
