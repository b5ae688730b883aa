"""Where people are from, as it was said and seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from fairgate.clock import utc_day
from waiver_policy import models
from waiver_policy.data import Applicant, CountryEvidence, EvidenceKind, EvidenceRecord

PRESENCE = "residence"
"""The basis of evidence of the kind ``ip``: where somebody seems to be says nothing of a
nationality, so only policies on the profile or the residence keep it."""


def with_evidence(applicant: Applicant, *, at: datetime) -> Applicant:
    """The applicant with everything that was known about their countries at a moment.

    What the caller has seen (the country of a request) comes first, then what is kept and counts.
    The country of the profile is the applicant's own; rules know what it stands for.
    """
    if not applicant.user_id:
        return applicant
    kept = [one for one in list_evidence(applicant.user_id, at=at) if one.counts and one.country]
    kept.sort(key=lambda one: (one.basis, -one.kind.strength, one.country))
    found = tuple(
        CountryEvidence(
            country=one.country, basis=one.basis, kind=one.kind, observed_at=one.observed_at
        )
        for one in kept
    )
    return replace(applicant, evidence=(*applicant.evidence, *found))


def with_change(applicant: Applicant, *, at: datetime) -> Applicant:
    """The applicant with the day on which the country of their profile became what it is.

    What the caller knows stands. A change of a later day is none yet.
    """
    if applicant.country_changed_on is not None:
        return applicant
    rows = models.ChangeOfCountry.objects.filter(
        user_id=applicant.user_id, changed_on__lte=utc_day(at)
    )
    changed = rows.values_list("changed_on", flat=True).first()
    return replace(applicant, country_changed_on=changed)


def list_evidence(user_id: int, *, at: datetime) -> tuple[EvidenceRecord, ...]:
    """Everything that was known at a moment, the newest first; which of it counts then."""
    rows = models.CountryEvidence.objects.filter(user_id=user_id, observed_at__lte=at)
    newest_first = list(rows.order_by("-observed_at", "-id"))
    counting = set(_counting(newest_first, at))
    return tuple(to_record(row, counts=row.pk in counting) for row in newest_first)


def evidence_of_application(uuid: UUID) -> tuple[CountryEvidence, ...]:
    """The evidence that the decision of an application kept among its inputs."""
    rows = models.WaiverApplication.objects.filter(uuid=uuid)
    inputs = rows.values_list("decision__facts__inputs", flat=True).first() or {}
    return tuple(
        CountryEvidence(
            country=one["country"],
            basis=one["basis"],
            kind=EvidenceKind(one["kind"]),
            observed_at=datetime.fromisoformat(one["observed_at"]),
        )
        for one in inputs.get("evidence", ())
    )


def _counting(rows: Iterable[models.CountryEvidence], at: datetime) -> Iterator[int]:
    """Of each basis and kind the newest statement that has not lapsed.

    A statement without a country ends the search: what was said before is taken back.
    """
    by_subject = sorted(rows, key=lambda row: (row.basis, row.kind))  # stable: newest first
    for _subject, found in groupby(by_subject, key=lambda row: (row.basis, row.kind)):
        for _statement, said in groupby(found, key=lambda row: row.statement):
            together = list(said)
            if not _has_lapsed(together[0], at):
                yield from (row.pk for row in together)
                break


def _has_lapsed(row: models.CountryEvidence, at: datetime) -> bool:
    return row.valid_until is not None and row.valid_until <= utc_day(at)


def to_record(row: models.CountryEvidence, *, counts: bool = True) -> EvidenceRecord:
    """A row as a value."""
    return EvidenceRecord(
        uuid=row.uuid,
        statement=row.statement,
        user_id=row.user_id,
        country=row.country,
        basis=row.basis,
        kind=EvidenceKind(row.kind),
        observed_at=row.observed_at,
        recorded_by=row.recorded_by,
        note=row.note,
        valid_until=row.valid_until,
        counts=counts,
    )
