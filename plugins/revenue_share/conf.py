"""Settings, read when they are needed."""

from __future__ import annotations

from django.conf import settings


def seat_party(course_key: str) -> str:
    """Who receives what the fund pays for a waived seat of a course; "" when nobody is named."""
    parties: dict[str, str] = settings.REVENUE_SHARE_SEAT_PARTIES
    return parties.get(course_key, "")
