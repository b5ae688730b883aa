"""Keeps what people say about themselves for a policy, and what others have seen."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from fairgate.clock import utc_day
from fairgate.readable import is_readable
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import run_again
from waiver_policy import conf, models
from waiver_policy.data import SEEN, AskedFact, EvidenceKind, FactKind, FactRecord, FactValue
from waiver_policy.exceptions import FactFault, InvalidFact, UnknownApplication
from waiver_policy.rules import stated
from waiver_policy.selectors.facts import asked_for, list_facts, own_words, to_record
from waiver_policy.services.evidence import tell_reviewers
from waiver_policy.services.independence import check_no_conflict
from waiver_policy.services.stepping import locked_open

log = logging.getLogger(__name__)

MAX_NOTE = 255
PACE = {1: 100, 90: 300}
"""In so many days one person says so many things of themselves. Whoever says more is trying values
out, and all that is kept of a person is read at every price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is said of a fact, read as the policy asks it; no value takes back."""

    value: FactValue | None
    kind: FactKind
    unit: str


def state_facts(
    user_id: int, said: Mapping[str, Any], *, offering_code: str, at: datetime
) -> tuple[FactRecord, ...]:
    """Keep what a learner says of themselves; see ``api.state_facts``.

    Raises:
        InvalidFact: one of them is not asked for, or is no value of it; nothing is kept.
    """
    asked = {one.name: one for one in asked_for(user_id, offering_code) if one.asks_learner}
    read = {name: _read(value, _asked(name, asked)) for name, value in said.items()}
    if not read:
        raise InvalidFact(FactFault.NOTHING)
    return _state(user_id, read, at)


def _read(value: Any, asked: AskedFact) -> _Said:
    read = stated.read_value(value, asked, countries=conf.known_countries())
    return _Said(value=read, kind=asked.kind, unit=asked.unit)


def take_back(user_id: int, name: str, *, at: datetime) -> tuple[FactRecord, ...]:
    """Keep that a learner no longer says this of themselves, whether or not it is asked for."""
    own = own_words(list_facts(user_id, at=at)).get(name)
    if own is None:
        return ()
    return _state(user_id, {name: _Said(value=None, kind=own.value_kind, unit=own.unit)}, at)


def _asked(name: str, asked: Mapping[str, AskedFact]) -> AskedFact:
    if name not in asked:
        raise InvalidFact(FactFault.NOT_ASKED, name)
    return asked[name]


@run_again
def _state(user_id: int, read: Mapping[str, _Said], at: datetime) -> tuple[FactRecord, ...]:
    with transaction.atomic():
        # From here on another request of the same person waits: sent twice is one statement.
        insert_or_lock(models.Applying(user_id=user_id), field="user_id")
        records = list_facts(user_id, at=at, locked=True)
        own = own_words(records)
        changed = {name: said for name, said in read.items() if not _says(own.get(name), said)}
        _check_pace(records, changed, at)
        if changed:
            rows = _write(
                user_id, changed, kind=EvidenceKind.DECLARED, by=user_id, at=at, note="",
                valid_until=None,
            )  # fmt: skip
            tell_reviewers(user_id)
        else:
            rows = []
    new = {row.name: to_record(row) for row in rows}
    return tuple(found for name in read if (found := new.get(name) or own.get(name)) is not None)


def _check_pace(
    records: Iterable[FactRecord],
    changed: Mapping[str, _Said],
    at: datetime,
) -> None:
    """What is said is kept for good, so nobody says endlessly; taking back is always possible."""
    if all(one.value is None for one in changed.values()):
        return
    own = [one.observed_at for one in records if one.kind is EvidenceKind.DECLARED]
    for days, most in PACE.items():
        lately = sum(said_at > at - timedelta(days=days) for said_at in own)
        if lately + len(changed) > most:
            raise InvalidFact(FactFault.TOO_OFTEN)


def _says(own: FactRecord | None, said: _Said) -> bool:
    """Whether somebody says this already; what is nothing yet need not be taken back."""
    if own is None:
        return said.value is None
    is_same = type(own.value) is type(said.value) and own.value == said.value
    return is_same and own.unit == said.unit


@run_again
def record_fact(
    application: UUID,
    *,
    name: str,
    value: Any,
    kind: EvidenceKind,
    by: int,
    at: datetime,
    note: str = "",
    valid_until: date | None = None,
) -> FactRecord:
    """Keep what a reviewer has seen or been told of an applicant; see ``api.record_fact``.

    Raises:
        UnknownApplication: there is none.
        ApplicationClosed: it has come to its end.
        InvalidFact: this cannot be said, or not by this person.
        InvalidReview: who has seen it may not decide about this person.
    """
    about = models.WaiverApplication.objects.filter(uuid=application)
    user_id = about.values_list("user_id", flat=True).first()
    if user_id is None:
        raise UnknownApplication(f"There is no waiver application {application}.")
    if kind not in SEEN:
        raise InvalidFact(FactFault.WRONG_KIND, name)
    if user_id == by:
        raise InvalidFact(FactFault.NOT_OWN, name)
    with transaction.atomic():
        # In the order of what the person says themselves: nobody waits for each other.
        insert_or_lock(models.Applying(user_id=user_id), field="user_id")
        row = locked_open(application)
        asked = {one.name: one for one in asked_for(user_id, row.offering_code)}
        read = _read(value, _asked(name, asked))
        _check_terms(name, note, valid_until, at)
        _check_no_conflict(user_id, by)
        if read.value is None and not _stands(user_id, name, kind, at):
            raise InvalidFact(FactFault.NOTHING, name)
        (written,) = _write(
            user_id, {name: read}, kind=kind, by=by, at=at, note=note.strip(),
            valid_until=valid_until,
        )  # fmt: skip
        tell_reviewers(user_id)
    return to_record(written)


def _check_terms(name: str, note: str, valid_until: date | None, at: datetime) -> None:
    if len(note) > MAX_NOTE or not is_readable(note):
        raise InvalidFact(FactFault.LONG_NOTE, name)
    if valid_until is not None and valid_until <= utc_day(at):
        raise InvalidFact(FactFault.LAPSED, name)


def _stands(user_id: int, name: str, kind: EvidenceKind, at: datetime) -> bool:
    """Whether there is something that can be taken back."""
    return any(
        one.counts and one.value is not None and (one.name, one.kind) == (name, kind)
        for one in list_facts(user_id, at=at)
    )


def _check_no_conflict(user_id: int, by: int) -> None:
    """What somebody has seen can decide by itself: they are as independent as who decides."""
    applications = models.WaiverApplication.objects.filter(user_id=user_id)
    for row in applications.select_related("nomination"):
        check_no_conflict(row, by=by)


def _write(
    user_id: int,
    read: Mapping[str, _Said],
    *,
    kind: EvidenceKind,
    by: int,
    at: datetime,
    note: str,
    valid_until: date | None,
) -> list[models.StatedFact]:
    statement = uuid4()
    rows = [
        models.StatedFact.objects.create(
            statement=statement,
            user_id=user_id,
            name=name,
            value_kind=said.kind.value,
            value=stated.kept(said.value),
            unit=said.unit,
            kind=kind.value,
            observed_at=at,
            recorded_by=by,
            note=note,
            valid_until=valid_until,
        )
        for name, said in read.items()
    ]
    log.info("stated facts: user=%s facts=%s kind=%s by=%s", user_id, len(rows), kind, by)
    return rows


def forget(user_id: int) -> int:
    """Delete what is kept of a person's facts; how many rows there were."""
    count: int = models.StatedFact.objects.filter(user_id=user_id).forget()
    return count
