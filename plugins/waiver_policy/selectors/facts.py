"""Facts of people, as they were said and seen, and what policies ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from fairgate.clock import utc_day
from waiver_policy import models
from waiver_policy.data import (
    Applicant,
    AskedFact,
    EvidenceKind,
    FactKind,
    FactRecord,
    HowKnown,
)
from waiver_policy.rules import stated
from waiver_policy.rules.applications import OPEN_STATES
from waiver_policy.rules.asking import asked_facts
from waiver_policy.selectors import policies

CHANGED_WITHIN = timedelta(days=90)
"""So long a statement that replaced another one is looked at by a person, as a country is."""


def asked_by(version: models.PolicyVersion | None) -> tuple[AskedFact, ...]:
    """What a version of a policy asks, also by the policies that it is compared with."""
    policy = policies.compiled(version)
    return asked_facts(policy, policies.by_slug(policies.get_referred_to(policy)))


def asked_for(user_id: int, offering_code: str) -> tuple[AskedFact, ...]:
    """What is asked of a person for an offering: by the policy of their open application, too.

    What the active policy asks comes first.
    """
    now = asked_by(policies.get_deciding_version())
    row = (
        models.WaiverApplication.objects.select_related("decision__policy_version")
        .filter(user_id=user_id, offering_code=offering_code, state__in=OPEN_STATES)
        .first()
    )
    then = asked_by(row.decision.policy_version) if row is not None else ()
    names = {one.name for one in now}
    return (*now, *(one for one in then if one.name not in names))


def with_facts(applicant: Applicant, asked: Iterable[AskedFact], *, at: datetime) -> Applicant:
    """The applicant with what is kept of the facts that are asked for, as known at a moment.

    The strongest evidence counts, then the newest, of what was said in the unit that is asked for.
    What the caller states stands.
    """
    if not applicant.user_id:
        return applicant
    records = list_facts(applicant.user_id, at=at)
    facts, dates, known = dict(applicant.facts), dict(applicant.dates), {}
    for one in asked:
        found = _strongest(records, one)
        if found is None or one.name in (dates if one.is_date else facts):
            continue
        if one.is_date:
            assert isinstance(found.value, date)  # noqa: S101 -- its kind fits
            dates[one.name] = found.value
        else:
            assert found.value is not None  # noqa: S101 -- it is not taken back
            facts[one.name] = stated.as_fact(found.value)
        known[one.name] = HowKnown(
            kind=found.kind, changed=_has_changed(found, records, at), unit=found.unit
        )  # fmt: skip
    return replace(applicant, facts=facts, dates=dates, known=known) if known else applicant


def _strongest(records: Iterable[FactRecord], asked: AskedFact) -> FactRecord | None:
    counting = [
        one for one in records
        if one.counts and one.name == asked.name and one.value is not None
        and one.unit == asked.unit and stated.fits(one.value_kind, asked)
    ]  # fmt: skip
    # They come the newest first, and of equals the first is the greatest.
    return max(counting, key=lambda one: one.kind.strength, default=None)


def _has_changed(found: FactRecord, records: Iterable[FactRecord], at: datetime) -> bool:
    """Whether somebody has said another thing of late than the word of theirs that counts."""
    if found.kind is not EvidenceKind.DECLARED:
        return False
    return any(
        one.kind is EvidenceKind.DECLARED
        and (one.name, one.unit) == (found.name, found.unit)
        and one.value not in (None, found.value)
        and one.observed_at > at - CHANGED_WITHIN
        for one in records
    )


def list_facts(user_id: int, *, at: datetime, locked: bool = False) -> tuple[FactRecord, ...]:
    """Everything that was known at a moment, the newest first; which of it counts then.

    ``locked``: as the newest commit has it, whatever our snapshot is, with what another request has
    written meanwhile that began after ours; inside a transaction.
    """
    rows = models.StatedFact.objects.filter(user_id=user_id)
    rows = rows.select_for_update() if locked else rows.filter(observed_at__lte=at)
    newest_first = list(rows.order_by("-observed_at", "-id"))
    counting = set(_counting(newest_first, at))
    return tuple(to_record(row, counts=row.pk in counting) for row in newest_first)


def _counting(rows: Iterable[models.StatedFact], at: datetime) -> Iterator[int]:
    """Of each fact and kind of evidence the newest statement that has not lapsed.

    One without a value ends the search: what was said before is taken back.
    """
    by_subject = sorted(rows, key=lambda row: (row.name, row.kind))  # stable: newest first
    for _subject, found in groupby(by_subject, key=lambda row: (row.name, row.kind)):
        for row in found:
            if row.valid_until is None or row.valid_until > utc_day(at):
                yield row.pk
                break


def to_record(row: models.StatedFact, *, counts: bool = True) -> FactRecord:
    """A row as a value."""
    value_kind = FactKind(row.value_kind)
    return FactRecord(
        uuid=row.uuid,
        statement=row.statement,
        user_id=row.user_id,
        name=row.name,
        value_kind=value_kind,
        value=stated.restored(row.value, value_kind),
        kind=EvidenceKind(row.kind),
        observed_at=row.observed_at,
        recorded_by=row.recorded_by,
        note=row.note,
        valid_until=row.valid_until,
        counts=counts,
        unit=row.unit,
    )


def own_words(records: Iterable[FactRecord]) -> Mapping[str, FactRecord]:
    """By fact, what somebody says of themselves that counts now."""
    return {
        one.name: one for one in records
        if one.counts and one.kind is EvidenceKind.DECLARED and one.value is not None
    }  # fmt: skip
