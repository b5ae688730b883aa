"""Says which payment pays which invoice, by the rule or by a person, and takes that back.

Order of locks: see ``standings``. A line gives, and an invoice takes, by one conditional UPDATE
each: neither is ever matched beyond what it has, however many do it at once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.data.bank import Applied, LineProposal, MatchReason
from fee_payments.exceptions import MatchRefused, UnknownDocument
from fee_payments.selectors import bank as banks
from fee_payments.services import invoice_settling, standings

log = logging.getLogger(__name__)

PORTION = 200
Parts = Sequence[tuple[UUID, Money]]


def apply_import(
    import_uuid: UUID, *, by: int | None, at: datetime, limit: int | None = None
) -> Applied:
    """Match what is certain of an imported file, in the order of the bank; again goes on.

    ``limit`` is how many lines are looked at; without one, all. Each line is a transaction of its
    own, so whatever ends the work in the middle leaves whole lines. What is not certain is left to
    a person.

    Raises:
        UnknownDocument: there is no such file.
    """
    row = banks.bank_import(import_uuid)
    done = Applied()
    left = limit
    while left is None or left > 0:
        portion = _next_lines(row, PORTION if left is None else min(left, PORTION))
        if not portion:
            break
        done = _apply(portion, done, at=at)
        models.BankImport.objects.filter(pk=row.pk, applied_upto__lt=portion[-1].pk).update(
            applied_upto=portion[-1].pk
        )
        row.refresh_from_db()
        left = None if left is None else left - len(portion)
    log.info("bank file applied: import=%s by=%s matched=%s", row.uuid, by, done.matched)
    return replace(done, waiting=banks.import_summary(row).waiting)


def _next_lines(row: models.BankImport, count: int) -> list[models.BankLine]:
    rows = row.lines.filter(pk__gt=row.applied_upto).select_related("account")
    return list(rows.order_by("pk")[:count])


def _apply(portion: Sequence[models.BankLine], done: Applied, *, at: datetime) -> Applied:
    for one in banks.propose(portion, suggest=False):
        became = _apply_one(one, at=at)
        done = replace(done, **{became: getattr(done, became) + 1})
    return done


def _apply_one(one: LineProposal, *, at: datetime) -> str:
    """What became of a line: the name of the count that goes up."""
    if not one.proposal.is_certain:
        return "left"
    try:
        if one.proposal.reason is MatchReason.REVERSAL:
            take_back(one.line.id, at=at)
            return "taken_back"
        parts = [(part.invoice_uuid, amount) for part, amount in one.proposal.parts]
        match_line(one.line.id, parts, by=None, at=at)
    except MatchRefused:
        # Somebody has used the line, or paid the invoice, since it was proposed.
        return "left"
    return "matched"


@in_transaction
def match_line(
    line_pk: int, parts: Parts, *, by: int | None, at: datetime, seen_rest: Money | None = None
) -> None:
    """Use a payment for invoices: all of these parts, or none.

    An invoice that misses nothing any more is settled, and what it opens opens. ``seen_rest`` is
    what was left of the payment when somebody looked: the same request a second time, whose answer
    was lost, finds less, and does nothing.

    Raises:
        UnknownDocument: there is no such line or invoice.
        MatchRefused: so much is not left of the line, or not open of an invoice; or the line
            cannot be used.
    """
    line = _locked_line(line_pk)
    rest = Money.from_minor(line.rest_minor, line.currency)
    if seen_rest not in (None, rest):
        raise MatchRefused(
            _("%(now)s is left of this payment, not %(seen)s. Please look at it again.")
            % {"now": rest, "seen": seen_rest}
        )
    invoices = _invoices(parts)
    for pk in sorted(invoices):
        invoice, amount = invoices[pk]
        _match(line, invoice, amount, by=by, at=at)
    for pk in sorted(invoices):
        invoice_settling.settle_if_covered(pk, paid_on=line.booked_on, at=at)


def accept_proposal(line_pk: int, *, shown: str, by: int, at: datetime) -> None:
    """Match a payment as it is proposed, if that is what was ``shown`` (``banks.fingerprint``).

    Raises:
        UnknownDocument: there is no such line.
        MatchRefused: another thing is proposed by now, or as ``match_line``.
    """
    (proposed,) = banks.propose([banks.bank_line(line_pk)])
    if shown != banks.fingerprint(proposed.proposal):
        raise MatchRefused(_("Something has changed in the meantime; please look again."))
    parts = [(part.invoice_uuid, amount) for part, amount in proposed.proposal.parts]
    match_line(line_pk, parts, by=by, at=at, seen_rest=proposed.line.rest)


def _locked_line(pk: int) -> models.BankLine:
    rows = models.BankLine.objects.filter(pk=pk)
    if not rows.exists():
        raise UnknownDocument(f"There is no bank line {pk}.")
    line: models.BankLine = rows.select_for_update().get()
    if not line.is_credit or line.taken_back_by_id is not None:
        raise MatchRefused(_("This is no money that came in and stayed; it pays nothing."))
    return line


def _invoices(parts: Parts) -> dict[int, tuple[models.Invoice, Money]]:
    found = {}
    for uuid, amount in parts:
        invoice = models.Invoice.objects.filter(uuid=uuid).first()
        if invoice is None:
            raise UnknownDocument(f"There is no invoice {uuid}.")
        if invoice.pk in found:
            raise MatchRefused(_("An invoice stands there twice; nothing was matched."))
        found[invoice.pk] = (invoice, amount)
    if not found:
        raise MatchRefused(_("No invoice was chosen."))
    return found


def _match(
    line: models.BankLine, invoice: models.Invoice, amount: Money, *, by: int | None, at: datetime
) -> None:
    if amount.currency != line.currency or amount.currency != invoice.currency:
        raise MatchRefused(_("Payment and invoice are not in one currency."))
    if amount.minor <= 0:
        raise MatchRefused(_("An amount to match is more than zero."))
    if not _use(line.pk, amount.minor):
        raise MatchRefused(_("%(amount)s is not left of this payment.") % {"amount": amount})
    if not standings.add_paid(invoice.pk, amount.minor):
        raise MatchRefused(
            _("%(amount)s is not open of invoice %(number)s.")
            % {"amount": amount, "number": invoice.number}
        )
    models.BankMatch.objects.create(
        line=line, invoice=invoice, amount_minor=amount.minor, by=by, at=at
    )
    log.info("matched: line=%s invoice=%s by=%s", line.pk, invoice.number, by)


def _use(line_pk: int, minor: int) -> bool:
    rows = models.BankLine.objects.filter(
        pk=line_pk, amount_minor__gte=F("matched_minor") + F("returned_minor") + minor
    )
    return bool(rows.update(matched_minor=F("matched_minor") + minor))


@in_transaction
def undo_match(match_pk: int, *, by: int, because: str, at: datetime) -> None:
    """Take a wrong match back: the payment is free again, the invoice open again.

    If the invoice was settled by it, its order waits for a person.

    Raises:
        UnknownDocument: there is no such match.
        MatchRefused: no reason, it is undone already, or a part of it was refunded.
    """
    if not because.strip():
        raise MatchRefused(_("Please say why; the reason is kept."))
    found = models.BankMatch.objects.filter(pk=match_pk).values_list("line_id", flat=True).first()
    if found is None:
        raise UnknownDocument(f"There is no match {match_pk}.")
    models.BankLine.objects.select_for_update().get(pk=found)
    row = models.BankMatch.objects.select_for_update().get(pk=match_pk)
    if row.undone_at is not None:
        raise MatchRefused(_("This match was taken back already."))
    _undo(row, by=by, because=because.strip(), at=at)


def _undo(row: models.BankMatch, *, by: int | None, because: str, at: datetime) -> None:
    if not standings.take_paid(row.invoice_id, row.amount_minor):
        raise MatchRefused(_("A part of this payment was refunded; it cannot be taken back."))
    models.BankLine.objects.filter(pk=row.line_id).update(
        matched_minor=F("matched_minor") - row.amount_minor
    )
    row.undone_at, row.undone_by, row.undone_because = at, by, because[:255]
    row.save(update_fields=["undone_at", "undone_by", "undone_because"])
    invoice_settling.mark_taken_back(row.invoice_id, at=at)
    log.info("match undone: match=%s by=%s", row.pk, by)


@in_transaction
def take_back(
    reversal_pk: int, *, at: datetime, line_pk: int | None = None, by: int | None = None
) -> None:
    """A bank has taken a payment back: its matches are undone, its invoices are open again.

    What was settled waits for a person. ``line_pk`` is the payment, where a person has found it.
    What was refunded of it stays refunded: then the invoice keeps what it has, and is held.

    Raises:
        MatchRefused: nobody knows which payment, it is another amount, or it was taken back.
    """
    reversal = banks.bank_line(reversal_pk)
    found = banks.bank_line(line_pk) if line_pk is not None else banks.reversed_by(reversal)
    if found is None or reversal.is_credit:
        raise MatchRefused(_("Nobody knows which payment this reversal takes back."))
    line = models.BankLine.objects.select_for_update().get(pk=found.pk)
    _check_reversal(reversal, line)
    models.BankLine.objects.filter(pk=line.pk).update(taken_back_by=reversal.pk)
    live = models.BankMatch.objects.filter(line_id=line.pk, undone_at__isnull=True)
    for row in live.select_for_update().order_by("invoice_id"):
        try:
            with transaction.atomic():
                _undo(row, by=by, because=_("The bank took the payment back."), at=at)
        except MatchRefused:
            invoice_settling.mark_taken_back(row.invoice_id, at=at)
    log.warning("bank line taken back: line=%s reversal=%s", line.pk, reversal.pk)


def _check_reversal(reversal: models.BankLine, line: models.BankLine) -> None:
    same = (line.account_id, line.currency, line.amount_minor) == (
        reversal.account_id, reversal.currency, reversal.amount_minor,
    )  # fmt: skip
    if not same or not line.is_credit:
        raise MatchRefused(_("A reversal takes back one payment of the same amount and account."))
    is_used = models.BankLine.objects.filter(taken_back_by=reversal.pk).exists()
    if line.taken_back_by_id is not None or is_used:
        raise MatchRefused(_("This was taken back already."))


def put_aside(line_pk: int, *, by: int, because: str) -> None:
    """Say that a line is none of ours; it leaves the list, and nothing else happens.

    Raises:
        MatchRefused: no reason, or some of it is matched.
    """
    if not because.strip():
        raise MatchRefused(_("Please say why; the reason is kept."))
    rows = models.BankLine.objects.filter(pk=line_pk, matched_minor=0, closed_because="")
    if not rows.update(closed_because=because.strip()[:255], closed_by=by):
        raise MatchRefused(_("This payment is used, or was put aside already."))
