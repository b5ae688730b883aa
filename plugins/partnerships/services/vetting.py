"""What examinations of a partner found: a refusal counts at once, an acceptance by two people.

Whoever writes one of these records holds the partner's row: what is confirmed is what waits.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules
from partnerships.exceptions import DiligenceRefused, UnknownRecord
from partnerships.services.known import (
    account_called,
    known_account,
    known_partner,
    user_name,
)
from partnerships.services.sending import made_once

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What was found, by whom (a user name, or another name of who has no account) and when."""

    accepted: bool
    expires_on: date
    notes: str = ""
    evidence: str = ""
    by: str
    at: datetime

    def is_said_by(self, row: models.DueDiligenceCheck | models.DueDiligenceProposal) -> bool:
        """Whether a record says this; who says nothing of its papers contradicts none."""
        papers = (self.notes, self.evidence)
        return row.expires_on == self.expires_on and papers in (("", ""), (row.notes, row.evidence))


def record_due_diligence(
    code: str,
    *,
    accepted: bool,
    expires_on: date,
    by: str,
    at: datetime,
    notes: str,
    evidence: str,
    key: str,
) -> UUID | int:
    """Record a refusal, or propose an acceptance; what was said last is not recorded twice.

    Raises:
        AccountNeeded: ``by``, who would propose it, is no active account.
        DiligenceRefused: the notes, or where the evidence is, are longer than what is kept.
    """
    found = _Outcome(
        accepted=accepted,
        expires_on=expires_on,
        by=by,
        at=at,
        notes=rules.kept_notes(notes, DiligenceRefused),
        evidence=rules.kept_evidence(evidence, DiligenceRefused),
    )
    said = {
        "partner": code,
        "accepted": accepted,
        "expires_on": expires_on,
        "notes": found.notes,
        "evidence": found.evidence,
    }
    made = made_once(partial(_say, code, found), key=key, what="due diligence", said=said)
    return int(made) if made.isdecimal() else UUID(made)


@in_transaction
def _say(code: str, found: _Outcome) -> str:
    """The key of the proposal that waits with this, or the number of the outcome that counts."""
    partner = known_partner(code)
    with lock_objects.locked_partner(partner):
        if (word := _last_word(partner, found)) is not None:
            return str(word.pk)
        last = lock_objects.last_proposal_now(partner)
        if found.accepted and last is not None and last.is_waiting:
            if not found.is_said_by(last):
                raise DiligenceRefused(
                    "That the due diligence of %(partner)s is accepted until %(day)s waits for a "
                    "second person; refuse that first.",
                    partner=partner,
                    day=last.expires_on,
                )
            return str(last.uuid)
        return _write(partner, found, last)


def write_outcome_of_file(
    partner: models.Partner, *, accepted: bool, expires_on: date, by: str, at: datetime
) -> None:
    """The same for a partner that a file names, within the transaction that loads the file.

    A file says its outcome each time it is loaded: what was proposed of it before, and refused or
    still waits, is not proposed again.

    Raises:
        AccountNeeded: ``by``, who would propose an acceptance, is no active account.
    """
    found = _Outcome(accepted=accepted, expires_on=expires_on, by=by, at=at)
    with lock_objects.locked_partner(partner):
        last = lock_objects.last_proposal_now(partner)
        if _last_word(partner, found) is not None or _was_proposed(partner, found, last):
            return
        if accepted and last is not None and last.is_waiting:
            _close(last, by=known_account(by), because="Another file says another day.", at=at)
        _write(partner, found, last)


@in_transaction
def confirm_due_diligence(proposal: UUID, *, by: int, at: datetime) -> None:
    """Let an acceptance count, as another person of the host than who proposed it."""
    with _locked_proposal(proposal) as row:
        rules.check_may_confirm_diligence(
            by=by, asked_by=row.asked_by, acts_for_partner=_acts_for(row.partner, by)
        )
        last = lock_objects.last_diligence_now(row.partner)
        moments = [row.asked_at, None if last is None else last.recorded_at]
        rules.check_not_before(moments, at=at, version=str(row.partner))
        row.confirmed_by, row.confirmed_at, row.live_key = by, at, None
        row.save(update_fields=["confirmed_by", "confirmed_at", "live_key"])
        check = row.partner.due_diligence.create(
            accepted=True,
            expires_on=row.expires_on,
            notes=row.notes,
            evidence=row.evidence,
            recorded_by=user_name(by),
            recorded_at=at,
            proposal=row,
        )
    log.info("due diligence confirmed: partner=%s check=%s", row.partner.uuid, check.pk)


@in_transaction
def refuse_due_diligence(proposal: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not let an acceptance count; who proposed it may refuse it as well."""
    said = rules.kept_reason(because, DiligenceRefused)
    if not said:
        raise DiligenceRefused("Say why it does not count; the reason is kept.")
    with _locked_proposal(proposal) as row:
        rules.check_may_refuse_diligence(acts_for_partner=_acts_for(row.partner, by))
        _close(row, by=by, because=said, at=at)


def _last_word(partner: models.Partner, found: _Outcome) -> models.DueDiligenceCheck | None:
    """The outcome that counts, if it says this already."""
    last = lock_objects.last_diligence_now(partner)
    is_same = last is not None and last.accepted == found.accepted and found.is_said_by(last)
    return last if is_same else None


def _was_proposed(
    partner: models.Partner, found: _Outcome, last: models.DueDiligenceProposal | None
) -> bool:
    """Whether this acceptance is what was proposed last, and nothing was found out since."""
    if last is None or not found.accepted or not found.is_said_by(last):
        return False
    check = lock_objects.last_diligence_now(partner)
    return check is None or check.recorded_at <= last.asked_at


def _write(
    partner: models.Partner, found: _Outcome, last: models.DueDiligenceProposal | None
) -> str:
    """The key of what waits for a second person now, or the number of what counts at once."""
    told = {"expires_on": found.expires_on, "notes": found.notes, "evidence": found.evidence}
    if found.accepted:
        by = known_account(found.by)
        rules.check_may_vet(acts_for_partner=_acts_for(partner, by))
        proposal: models.DueDiligenceProposal = partner.diligence_proposals.create(
            live_key=partner.pk, asked_by=by, asked_at=found.at, **told
        )
        log.info("due diligence proposed: partner=%s proposal=%s", partner.uuid, proposal.uuid)
        return str(proposal.uuid)
    if last is not None and last.is_waiting:
        # Or it would be confirmed by somebody who does not know what was found since.
        by = account_called(found.by)
        _close(last, by=by, because="The partner was refused.", at=found.at)
    check = partner.due_diligence.create(
        accepted=False, recorded_by=found.by, recorded_at=found.at, **told
    )
    log.info("due diligence refused: partner=%s check=%s", partner.uuid, check.pk)
    return str(check.pk)


def _close(row: models.DueDiligenceProposal, *, by: int, because: str, at: datetime) -> None:
    row.refused_by, row.refused_at, row.live_key = by, at, None
    row.refused_because = because
    row.save(update_fields=["refused_by", "refused_at", "refused_because", "live_key"])
    log.info("proposed due diligence refused: proposal=%s by=%s", row.uuid, by)


def _acts_for(partner: models.Partner, user_id: int) -> bool:
    return bool(partner.people.filter(user_id=user_id).exists())


@contextmanager
def _locked_proposal(proposal: UUID) -> Iterator[models.DueDiligenceProposal]:
    rows = models.DueDiligenceProposal.objects.filter(uuid=proposal)
    found: models.DueDiligenceProposal | None = rows.first()
    if found is None:
        raise UnknownRecord("There is no proposed due diligence %(key)s.", key=proposal)
    with lock_objects.locked_partner(found.partner):
        row: models.DueDiligenceProposal = rows.select_for_update().get()
        if not row.is_waiting:
            raise DiligenceRefused("This was decided already.")
        yield row
