"""Sessions in the words of whoever reads them, and as documents keep them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.data import SessionSummary, SoldSession


def session_in_words(session: models.Session | SessionSummary | SoldSession) -> str:
    """When, by the clock of its place, and where a session is held."""
    begins = session.starts_at.astimezone(ZoneInfo(session.timezone))
    return _("%(day)s, %(time)s (%(zone)s), %(place)s") % {
        "day": date_format(begins, "DATE_FORMAT"),
        "time": date_format(begins, "H:i"),
        "zone": session.timezone,
        "place": ", ".join(part for part in (session.place, session.room) if part),
    }


def sold_session(session: models.Session | SessionSummary | None) -> SoldSession | None:
    """A session as a document keeps it, whatever becomes of it later."""
    if session is None:
        return None
    return SoldSession(
        code=session.code,
        place=session.place,
        room=session.room,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
    )
