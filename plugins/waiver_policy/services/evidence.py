"""Keeps what is said and seen about a person's countries."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import F

from fairgate.clock import utc_day
from fairgate.readable import is_readable
from waiver_policy import conf, models
from waiver_policy.data import EvidenceBasis, EvidenceKind, EvidenceRecord
from waiver_policy.exceptions import InvalidEvidence
from waiver_policy.rules.applications import OPEN_STATES
from waiver_policy.selectors.evidence import list_evidence, to_record
from waiver_policy.services.independence import check_no_conflict

log = logging.getLogger(__name__)

MAX_COUNTRIES = 5
MAX_NOTE = 255
# One can be a citizen of two States and work for two institutions; one lives in one place.
SEVERAL = frozenset({EvidenceBasis.NATIONALITY, EvidenceBasis.AFFILIATION})


def record_evidence(
    user_id: int,
    *,
    basis: EvidenceBasis,
    countries: Sequence[str],
    kind: EvidenceKind,
    by: int,
    at: datetime,
    note: str = "",
    valid_until: date | None = None,
) -> tuple[EvidenceRecord, ...]:
    """Keep what somebody says or has seen; see ``api.record_evidence``.

    Raises:
        InvalidEvidence: this cannot be said, or not by this person.
        InvalidReview: who has seen it may not decide about this person.
    """
    _check_who(user_id, kind, by)
    with transaction.atomic():
        if kind is not EvidenceKind.DECLARED:
            _check_no_conflict(user_id, by)
        return _record(user_id, basis, countries, kind, by, at, note, valid_until)


def _record(
    user_id: int,
    basis: EvidenceBasis,
    countries: Sequence[str],
    kind: EvidenceKind,
    by: int,
    at: datetime,
    note: str,
    valid_until: date | None,
) -> tuple[EvidenceRecord, ...]:
    codes = _codes(basis, countries)
    _check_note(note)
    if valid_until is not None and valid_until <= utc_day(at):
        raise InvalidEvidence(f"What was seen lapsed on {valid_until} already.")
    if kind is EvidenceKind.DECLARED and (same := _said_already(user_id, basis, codes, at)):
        return same
    statement = uuid4()
    with transaction.atomic():
        rows = [
            models.CountryEvidence.objects.create(
                statement=statement,
                user_id=user_id,
                basis=basis.value,
                country=code,
                kind=kind.value,
                observed_at=at,
                recorded_by=by,
                note=note.strip(),
                valid_until=valid_until,
            )
            for code in codes or ("",)
        ]
        if kind is EvidenceKind.DECLARED:
            tell_reviewers(user_id)
    log.info("country evidence: user=%s basis=%s kind=%s by=%s", user_id, basis, kind, by)
    return tuple(to_record(row) for row in rows)


def tell_reviewers(user_id: int) -> None:
    """What is said or seen of who waits for an answer counts as a message about their application.

    Whoever has it before them has not read that, and does not decide without.
    """
    waiting = models.WaiverApplication.objects.filter(user_id=user_id, state__in=OPEN_STATES)
    waiting.update(message_count=F("message_count") + 1)


def _check_who(user_id: int, kind: EvidenceKind, by: int) -> None:
    if kind is EvidenceKind.IP:
        raise InvalidEvidence("Where a request came from is not kept.")
    if kind is EvidenceKind.NOMINATION:
        raise InvalidEvidence("A nomination is evidence by itself; it is recorded there.")
    is_own = by == user_id
    if kind is EvidenceKind.DECLARED and not is_own:
        raise InvalidEvidence("A person declares their own country only.")
    if kind is not EvidenceKind.DECLARED and is_own:
        raise InvalidEvidence("Nobody records what they have seen about themselves.")


def _check_no_conflict(user_id: int, by: int) -> None:
    """What somebody has seen can decide by itself: they are as independent as who decides."""
    applications = models.WaiverApplication.objects.filter(user_id=user_id)
    for row in applications.select_related("nomination"):
        check_no_conflict(row, by=by)


def _codes(basis: EvidenceBasis, countries: Sequence[str]) -> tuple[str, ...]:
    """The countries, each once, in the order of their codes; none takes back what was said."""
    codes = sorted({code.strip().upper() for code in countries} - {""})
    known = conf.known_countries()
    for code in codes:
        if code not in known:
            raise InvalidEvidence(f"“{code[:20]}” is not a country code that this site knows.")
    most = MAX_COUNTRIES if basis in SEVERAL else 1
    if len(codes) > most:
        raise InvalidEvidence(f"{len(codes)} countries are too many; at most {most} by {basis}.")
    return tuple(codes)


def _check_note(note: str) -> None:
    if len(note) > MAX_NOTE or not is_readable(note):
        raise InvalidEvidence(f"A note is one line of at most {MAX_NOTE} characters.")


def _said_already(
    user_id: int, basis: EvidenceBasis, codes: tuple[str, ...], at: datetime
) -> tuple[EvidenceRecord, ...]:
    """What counts now, if it says the same: a form that is sent twice is one statement."""
    said = [
        one
        for one in list_evidence(user_id, at=at)
        if one.counts and one.basis == basis and one.kind is EvidenceKind.DECLARED
    ]
    said.sort(key=lambda one: one.country)
    return tuple(said) if tuple(one.country for one in said) == (codes or ("",)) else ()


def forget(user_id: int) -> int:
    """Delete what is kept about a person's countries; how many rows there were."""
    count: int = models.CountryEvidence.objects.filter(user_id=user_id).forget()
    return count
