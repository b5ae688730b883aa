"""Pictures of marks: sent by a partner's person and approved by a colleague, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from factories.marks import svg
from partnerships import api
from partnerships.data import Background, BrandSummary

SENDER, COLLEAGUE = 41, 42
SENT = datetime(2026, 10, 5, 9, tzinfo=UTC)
APPROVED = datetime(2026, 10, 6, 9, tzinfo=UTC)
SEEN = {"en": "Three waves", "fr": "Trois ondes"}


def drawing(colour: str = "#0b4a6f") -> bytes:
    """An SVG of one shape."""
    return svg(f'<rect width="100" height="50" fill="{colour}"/>')


def sent(
    partner: str = "GSMA",
    *,
    content: bytes = b"",
    background: Background = Background.LIGHT,
    alternatives: Mapping[str, str] = SEEN,
    usage_rules: Mapping[str, str] | None = None,
    by: int = SENDER,
    at: datetime = SENT,
) -> BrandSummary:
    """A picture that waits for a decision."""
    return api.upload_picture(
        partner,
        background=background,
        content=content or drawing(),
        alternatives=alternatives,
        usage_rules=usage_rules or {},
        by=by,
        at=at,
    )


def approved(partner: str = "GSMA", *, decided_at: datetime = APPROVED, **told) -> BrandSummary:
    """A picture that is approved."""
    return api.approve_picture(sent(partner, **told).uuid, by=COLLEAGUE, at=decided_at)
