"""Records what a party paid over: entered by one person, confirmed by another.

A merchant of record has the money of its sales and owes the parties their shares; a party whose
share was taken back owes what its next months do not bring. What either pays counts on its
statement like any other line, and the platform's bank account has so much more.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from partnerships import api as partnerships
from partnerships.data import WELL_KNOWN

from .. import lock_objects
from ..data import Amounts, Booking, EventKind, Part, Period
from ..exceptions import RemittanceRefused
from ..models import Remittance
from ..rules import postings
from ..selectors import events, steps
from .asking_once import ask_once, step_uuid
from .deciding import check_reason, confirm, refuse, waiting
from .entries import Journal
from .facts import Fact

log = logging.getLogger(__name__)

# What ISO 20022 lets a reference be (Max35Text), of the characters that every bank takes.
_REFERENCE = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}", re.ASCII)


def propose(
    party: str, amount: Money, *, booked_on: date, reference: str, reason: str, by: int,
    at: datetime, key: str,
) -> UUID:  # fmt: skip
    """Write down what the bank's statement shows; nothing counts before another confirms it.

    Raises:
        RemittanceRefused, KeyReused: see ``api.propose_remittance``.
    """
    uuid, why, named = step_uuid(key), reason.strip(), reference.strip()
    told = (party, amount.currency, amount.minor, booked_on, named, why)

    def is_same(known: Remittance) -> bool:
        kept = (known.party, known.currency, known.amount_minor, known.booked_on)
        return (*kept, known.reference, known.reason) == told

    @transaction.atomic
    def ask() -> None:
        check_reason(reason, RemittanceRefused)
        _check(party, amount, booked_on, named, utc_day(at))
        Remittance.objects.create(
            uuid=uuid, party=party, currency=amount.currency, amount_minor=amount.minor,
            booked_on=booked_on, reference=named, reason=why, asked_by=by, asked_at=at,
            live_reference=_live(amount.currency, named),
        )  # fmt: skip
        log.info("remittance entered: remittance=%s by=%s", uuid, by)

    try:
        return ask_once(Remittance, uuid, is_same=is_same, ask=ask)
    except IntegrityError:
        raise RemittanceRefused(
            "A remittance with the reference “%(reference)s” in %(currency)s is recorded already.",
            reference=named,
            currency=amount.currency,
        ) from None


@in_transaction
def confirm_remittance(uuid: UUID, *, by: int, at: datetime) -> Booking:
    """Let it count, as the second person; in the month of the booking, or the first open one.

    Raises:
        StepNotFound, SecondPersonNeeded, RemittanceRefused: see ``api.confirm_remittance``.
    """
    closed = lock_objects.hold_lock_date()
    step = waiting(Remittance, steps.find_remittance(uuid).pk, RemittanceRefused, by=by)
    confirm(step, by=by, at=at)
    return _book(step, closed, at)


@in_transaction
def refuse_remittance(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let it not count; who has entered it may take it back like this.

    Raises:
        StepNotFound: there is none.
        RemittanceRefused: no reason, or it was decided already.
    """
    check_reason(because, RemittanceRefused)
    step = waiting(Remittance, steps.find_remittance(uuid).pk, RemittanceRefused)
    step.live_reference = None
    step.save(update_fields=["live_reference"])
    refuse(step, by=by, because=because, at=at)


def _book(step: Remittance, closed: Period | None, at: datetime) -> Booking:
    fact = Fact(
        uuid=step.uuid,
        kind=EventKind.REMITTANCE,
        currency=step.currency,
        gross=abs(step.amount_minor),
        tax=0,
        fee=0,
        net=0,
        occurred_at=datetime.combine(step.booked_on, time(), UTC),
    )
    journal = Journal(closed, at)
    month = Period.of(fact.occurred_at)
    event = journal.event(fact, Amounts(0, 0, 0), gross=fact.gross, month=month)
    units = {step.party: step.amount_minor}
    journal.lines(event, Part.REMITTED, units, base=step.amount_minor)
    journal.post(event, event.kind, postings.remittance(step.party, step.amount_minor))
    journal.write()
    return events.booking_of([event])


def _check(party: str, amount: Money, booked_on: date, reference: str, today: date) -> None:
    if party in WELL_KNOWN:
        raise RemittanceRefused(
            "%(party)s pays nothing over: it is the platform’s.", field="party", party=party
        )
    try:
        partnerships.party(party)
    except LookupError:
        raise RemittanceRefused("“%(code)s” is no party.", field="party", code=party) from None
    if not amount:
        raise RemittanceRefused("A remittance is more or less than nothing.", field="amount")
    if booked_on > today:
        raise RemittanceRefused("%(day)s has not come yet.", field="booked_on", day=booked_on)
    if not _REFERENCE.fullmatch(reference):
        raise RemittanceRefused(
            "The bank’s reference has at most 35 characters: letters, digits, blanks and "
            "/ ? : ( ) . , ' + -.",
            field="reference",
        )


def _live(currency: str, reference: str) -> str:
    # As MariaDB compares texts, so that SQLite refuses what it refuses.
    return f"{currency} {reference.upper()}"
