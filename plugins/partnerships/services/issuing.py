"""The marks of a certificate: written down once per date of issue, read ever after."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from partnerships import models, selectors
from partnerships.data import CertificateIssue, Mark, MarkPicture, Role
from partnerships.services.brand import keep_pictures

log = logging.getLogger(__name__)


def issue_marks(issue: CertificateIssue) -> tuple[Mark, ...]:
    """The marks of a certificate as of its date of issue; the first call writes them down.

    Signatures, suspensions, due diligence and names are dated, so what is written late is what was
    in force then, called as it was then, and two first calls at once find the same: the table takes
    one.
    """
    rows = models.IssuedMarks.objects.filter(certificate=issue.number, issued_at=issue.issued_at)
    kept = rows.values_list("marks", flat=True).first()
    if kept is None:
        kept = [_packed(mark) for mark in _marks_of_the_day(issue.course_key, at=issue.issued_at)]
        row = models.IssuedMarks(
            certificate=issue.number,
            course_key=issue.course_key,
            issued_at=issue.issued_at,
            marks=kept,
        )
        # No reading again: where a request is a transaction, it would not see the other's row.
        models.IssuedMarks.objects.bulk_create([row], ignore_conflicts=True)
        log.info("marks issued: certificate=%s marks=%s", issue.number, len(kept))
    return tuple(_unpacked(one) for one in kept)


def _marks_of_the_day(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks in force at a moment, in words that do not depend on who asks first.

    Their pictures are served from now on, whatever becomes of them.
    """
    with translation.override(settings.LANGUAGE_CODE):
        marks, assets = selectors.list_marks_to_keep(course_key, at=at)
    if assets:
        keep_pictures(assets, course_key=course_key, at=at)
    return marks


def _packed(mark: Mark) -> dict[str, Any]:
    until = mark.valid_until
    return asdict(mark) | {"valid_until": until.isoformat() if until else None}


def _unpacked(kept: Mapping[str, Any]) -> Mark:
    picture, until = kept["picture"], kept["valid_until"]
    changed = {
        # A word of ours, and not of the agreement: in the reader's language.
        "role_label": _role_label(kept["role"], kept["role_label"]),
        "valid_until": date.fromisoformat(until) if until else None,
        "picture": MarkPicture(**picture) if picture else None,
    }
    return Mark(**{**kept, **changed})


def _role_label(role: str, of_that_day: str) -> str:
    known = role in {one.value for one in Role}
    return str(models.ROLE_LABELS[Role(role)]) if known else of_that_day
