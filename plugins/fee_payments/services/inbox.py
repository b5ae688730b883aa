"""What providers tell: stored at once, worked from the table afterwards, each once.

``take_event`` is all that happens while the provider waits: signature and age are right, and the
body is in the table. ``work_event`` is what a worker does with it. ``retry_events`` finds what was
left, whoever died. What cannot be worked yet is tried again, later each time, and in the end it is
held for a person; nothing is thrown away.

Order of locks: event, payment, order, waiver fund, room.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from fairgate.errors import FairgateError
from fairgate_tables.transactions import run_again
from fee_payments import conf, models
from fee_payments.data import EventOutcome, EventReceipt
from fee_payments.exceptions import UnknownEvent
from fee_payments.providers.base import EventHead, Provider
from fee_payments.providers.facts import Fact, FeeKnown, Paid
from fee_payments.providers.registry import get_provider
from fee_payments.services import applying

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
# How many events one run of the command works, so that a run ends.
RETRY_AT_ONCE = 500

# What others wait for: nothing is refunded or disputed before it is paid, and its fee is known.
_WAITED_FOR = (Paid, FeeKnown)

_KNOWN = EventReceipt(outcome=EventOutcome.KNOWN, sentence="This event was known.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenEvent:
    """An event that is in the table; ``is_new``: it was not there before, so it is to be worked."""

    pk: int
    is_new: bool


def take_event(
    provider: str, body: bytes, headers: Mapping[str, str], *, at: datetime
) -> TakenEvent:
    """Verify an event and store it; it is worked by ``work_event``, soon or later.

    Of a test at a live instance, of a live payment at an instance for tests, and of an account that
    is not ours, nothing is ever worked: such an event is kept and logged. Call it outside a
    transaction: the event is committed before the provider is answered.

    Raises:
        UnknownProvider: no such provider.
        InvalidEvent: signature, age or shape are wrong; nothing was stored.
    """
    source = get_provider(provider)
    head = source.read_head(body, headers, at=at)
    digest = hashlib.sha256(f"{provider}\n{head.event_id}".encode()).hexdigest()
    foreign = _why_foreign(source, head)
    try:
        with transaction.atomic(durable=True):
            row = models.ProviderEvent.objects.create(
                digest=digest,
                provider=provider,
                event_id=head.event_id,
                kind=head.kind,
                account=head.account,
                is_live=head.is_live,
                payload=body.decode(),
                created_at=head.created_at,
                received_at=at,
                next_try_at=at,
                handled_at=at if foreign else None,
                outcome=EventOutcome.IGNORED if foreign else "",
                sentence=foreign,
            )
    except IntegrityError:
        known = models.ProviderEvent.objects.get(digest=digest)
        return TakenEvent(pk=known.pk, is_new=False)
    if foreign:
        log.warning("provider event not for us: event=%s because=%s", row.pk, foreign)
    return TakenEvent(pk=row.pk, is_new=not foreign)


def receive_event(
    provider: str, body: bytes, headers: Mapping[str, str], *, at: datetime
) -> EventReceipt:
    """Take an event and work it at once: for who waits for what becomes of it. Raises as above."""
    return work_event(take_event(provider, body, headers, at=at).pk, at=at)


def work_event(pk: int, *, at: datetime) -> EventReceipt:
    """Do what an event of the table says, once, however many try at the same time.

    An event that does not fit its order (amount, currency, fee, date) is held for a person: nothing
    is lost, nobody gets in. One that cannot be worked now is tried again. What this event has
    settled may be what others about the same payment have waited for: they are worked as well.
    Call it outside a transaction.
    """
    row = models.ProviderEvent.objects.get(pk=pk)
    if row.handled_at is not None:
        return _KNOWN
    try:
        facts = get_provider(row.provider).facts(row.payload.encode())
    except FairgateError as error:
        log.warning("provider event cannot be read now: event=%s error=%s", pk, error)
        return _put_off(pk, str(error), at=at)
    receipt = _act_once(pk, facts, row.provider, at=at)
    log.info("provider event: provider=%s event=%s outcome=%s", row.provider, pk, receipt.outcome)
    if receipt.outcome is EventOutcome.SETTLED and any(
        isinstance(one, _WAITED_FOR) for one in facts
    ):
        _work_those_that_wait(pk, at=at)
    return receipt


def retry_events(*, at: datetime) -> int:
    """Work what nobody has worked: a worker died, or it could not be worked yet.

    Returns how many were settled. One that fails again is logged, and the others go on.
    """
    due = models.ProviderEvent.objects.filter(
        Q(next_try_at__isnull=True) | Q(next_try_at__lte=at), handled_at__isnull=True
    )
    settled = 0
    for pk in list(due.order_by("id").values_list("pk", flat=True)[:RETRY_AT_ONCE]):
        try:
            receipt = work_event(pk, at=at)
        except Exception:
            # Whatever is wrong with one, the others have to go on; this one comes again.
            log.exception("provider event: not worked: event=%s", pk)
            _put_off(pk, "An unexpected error; see the log.", at=at)
        else:
            settled += receipt.outcome is EventOutcome.SETTLED
    return settled


def replay_event(pk: int, *, at: datetime) -> EventReceipt:
    """Work an event once more, whatever became of it: a person has looked. Raises as below.

    Facts that were recorded are known, so this has no second effect.
    """
    reopen_event(pk, at=at)
    return work_event(pk, at=at)


def reopen_event(pk: int, *, at: datetime) -> None:
    """Let an event be worked once more, by whoever comes next.

    Raises:
        UnknownEvent: there is none, it is not for us, or what was sent is not kept any more.
    """
    row = models.ProviderEvent.objects.filter(pk=pk).first()
    if row is None:
        raise UnknownEvent("There is no such event.")
    if row.scrubbed_at is not None:
        raise UnknownEvent("What was sent is not kept any more; see fee_payments_reconcile.")
    if _is_foreign(row):
        raise UnknownEvent("This event is not for us.")
    models.ProviderEvent.objects.filter(pk=pk).update(handled_at=None, next_try_at=at, attempts=0)


def scrub_events(*, at: datetime) -> int:
    """Empty what providers sent long ago, as it can name payers. Ids stay. Returns how many."""
    old = models.ProviderEvent.objects.filter(
        scrubbed_at__isnull=True,
        handled_at__isnull=False,
        received_at__lt=at - conf.events_kept_for(),
    )
    return old.update(payload="", scrubbed_at=at)


def _why_foreign(source: Provider, head: EventHead) -> str:
    if head.is_live is not source.is_live:
        return f"Not for us: it is about {'real' if head.is_live else 'test'} money."
    if head.account and head.account != source.account:
        return "Not for us: it is about another account."
    return ""


def _is_foreign(row: models.ProviderEvent) -> bool:
    source = get_provider(row.provider)
    return row.is_live is not source.is_live or row.account not in ("", source.account)


@run_again
def _act_once(pk: int, facts: tuple[Fact, ...], provider: str, *, at: datetime) -> EventReceipt:
    payment_pk = applying.find_payment(provider, facts) if facts else None
    with transaction.atomic(durable=True):
        # The lock is the first read of this transaction: two workers with the same event queue
        # here, and the second one sees what the first one wrote.
        row = models.ProviderEvent.objects.select_for_update().get(pk=pk)
        if row.handled_at is not None:
            return _KNOWN
        if not facts:
            kept = f"Kept: “{row.kind}”."
            receipt = EventReceipt(outcome=EventOutcome.IGNORED, sentence=kept)
        else:
            row.reference = facts[0].reference[:128]
            receipt = applying.apply_facts(provider, facts, payment_pk, at=at)
        return _written(row, receipt, at=at)


@run_again
def _put_off(pk: int, sentence: str, *, at: datetime) -> EventReceipt:
    with transaction.atomic(durable=True):
        row = models.ProviderEvent.objects.select_for_update().get(pk=pk)
        if row.handled_at is not None:
            return _KNOWN
        row.last_error = sentence[:255]
        waits = EventReceipt(outcome=EventOutcome.WAITING, sentence=sentence)
        return _written(row, waits, at=at)


def _written(row: models.ProviderEvent, receipt: EventReceipt, *, at: datetime) -> EventReceipt:
    """Write down what became of a locked event; what waits too long is held."""
    row.attempts += 1
    if receipt.outcome is EventOutcome.WAITING:
        row.next_try_at = at + min(FIRST_WAIT * 2 ** min(row.attempts - 1, 16), LONGEST_WAIT)
        if row.received_at + conf.events_retried_for() <= at:
            said = f"Held for a person: {receipt.sentence}"
            receipt = EventReceipt(outcome=EventOutcome.HELD, sentence=said)
            log.warning("provider event held: event=%s", row.pk)
    row.handled_at = None if receipt.outcome is EventOutcome.WAITING else at
    row.outcome, row.sentence = receipt.outcome, receipt.sentence[:255]
    row.save(
        update_fields=[
            "attempts",
            "handled_at",
            "last_error",
            "next_try_at",
            "outcome",
            "reference",
            "sentence",
        ]
    )
    return receipt


def _work_those_that_wait(pk: int, *, at: datetime) -> None:
    """What waited for a fact about this payment is worked now; each has settled less than it."""
    row = models.ProviderEvent.objects.get(pk=pk)
    waiting = models.ProviderEvent.objects.filter(
        provider=row.provider,
        reference=row.reference,
        outcome=EventOutcome.WAITING,
        handled_at__isnull=True,
    )
    for other in list(waiting.order_by("id").values_list("pk", flat=True)):
        work_event(other, at=at)
