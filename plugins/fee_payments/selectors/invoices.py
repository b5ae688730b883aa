"""Invoices and credit notes, who may read them, and the rows of every document."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from fairgate.money import Money
from fee_payments import models
from fee_payments.data.invoices import (
    CreditNoteSummary,
    DocumentContent,
    InvoiceState,
    InvoiceStep,
    InvoiceSummary,
    StepKind,
    WriteOffSummary,
)
from fee_payments.data.organisations import OrganisationAct
from fee_payments.data.searches import InvoiceSearch
from fee_payments.exceptions import UnknownDocument
from fee_payments.rules import frozen
from fee_payments.selectors.contacts import acted_for

#: The kinds of documents that have a file, and their tables.
DOCUMENTS = {
    "quotes": models.QuoteDocument,
    "invoices": models.Invoice,
    "credit-notes": models.CreditNote,
}
_MISSING = (
    F("standing__total_minor")
    - F("standing__paid_minor")
    - F("standing__credited_minor")
    - F("standing__written_off_minor")
)


def invoice(uuid: UUID, *, user_id: int | None = None) -> InvoiceSummary:
    """One invoice; with ``user_id`` only if it is that person's, or their organisation's.

    Raises:
        UnknownDocument: there is none, or it is not theirs.
    """
    rows = _invoices().filter(uuid=uuid)
    if user_id is not None:
        rows = rows.filter(_read_by(user_id))
    row = rows.first()
    if row is None:
        raise UnknownDocument(f"There is no invoice {uuid}.")
    return invoice_summary(row, row.standing)


def invoice_of_order(order_uuid: UUID) -> InvoiceSummary | None:
    """The live invoice of an order."""
    row = _invoices().filter(standing__live_order__uuid=order_uuid).first()
    return invoice_summary(row, row.standing) if row else None


def list_invoices(*, user_id: int | None = None) -> tuple[InvoiceSummary, ...]:
    """All invoices, or those of a person and of the organisations they act for, newest first."""
    rows = _invoices() if user_id is None else _invoices().filter(_read_by(user_id))
    return tuple(invoice_summary(row, row.standing) for row in rows)


def search_invoices(
    wanted: InvoiceSearch, *, on: date, after: UUID | None = None, limit: int = 25
) -> tuple[InvoiceSummary, ...]:
    """The invoices that fit, newest first: at most ``limit`` after the one with this uuid.

    Raises:
        UnknownDocument: ``after`` is no invoice, or none of this organisation.
    """
    rows = found_invoices(wanted, on=on).order_by("-pk")
    if after is not None:
        # Whether or not it still fits: it may have been paid since it was seen.
        seen = models.Invoice.objects.filter(uuid=after)
        if wanted.buyer_uuid is not None:
            seen = seen.filter(buyer__uuid=wanted.buyer_uuid)
        last = seen.values_list("pk", flat=True).first()
        if last is None:
            raise UnknownDocument(f"There is no invoice {after}.")
        rows = rows.filter(pk__lt=last)
    return tuple(invoice_summary(row, row.standing) for row in rows[:limit])


def found_invoices(wanted: InvoiceSearch, *, on: date) -> QuerySet[models.Invoice]:
    """The invoices that an operator looks for, newest first."""
    rows = _invoices().annotate(missing_minor=_MISSING)
    if wanted.number:
        rows = rows.filter(number=wanted.number)
    if wanted.buyer_uuid is not None:
        rows = rows.filter(buyer__uuid=wanted.buyer_uuid)
    states = {
        InvoiceState.OPEN: Q(missing_minor__gt=0, due_on__gte=on),
        InvoiceState.OVERDUE: Q(missing_minor__gt=0, due_on__lt=on),
        InvoiceState.PAID: Q(missing_minor=0, standing__paid_minor__gt=0),
        InvoiceState.CREDITED: Q(standing__credited_minor=F("standing__total_minor")),
        InvoiceState.WRITTEN_OFF: Q(standing__written_off_minor__gt=0),
    }
    if wanted.state in states:
        rows = rows.filter(states[InvoiceState(wanted.state)])
    elif wanted.state == "taken_back":
        rows = rows.filter(standing__reversed_at__isnull=False)
    for word in wanted.text.split():
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(buyer_name__icontains=word)
            | Q(reference__iexact=word)
            | Q(buyer__legal_name__icontains=word)
        )
    found: QuerySet[models.Invoice] = rows
    return found


def open_invoices(currency: str, missing_minor: int, *, prefix: str) -> list[models.Invoice]:
    """Open invoices of a seller in which exactly so much is missing; a few of them."""
    rows = _invoices().annotate(missing_minor=_MISSING)
    rows = rows.filter(currency=currency, missing_minor=missing_minor)
    live, test = Q(number__startswith=f"{prefix}-"), Q(number__startswith=f"TEST{prefix}-")
    return list(rows.filter(live | test).order_by("id")[:20])


def overdue(*, on: date, days: int) -> QuerySet[models.Invoice]:
    """Invoices that were due so many days ago, or earlier, and still miss something."""
    rows = _invoices().annotate(missing_minor=_MISSING)
    found: QuerySet[models.Invoice] = rows.filter(
        missing_minor__gt=0, due_on__lte=on - timedelta(days=days), standing__stopped_at=None
    )
    return found


def credit_notes_of(invoice_uuid: UUID) -> tuple[CreditNoteSummary, ...]:
    """The credit notes of an invoice, the first one first."""
    rows = models.CreditNote.objects.filter(corrects__uuid=invoice_uuid).order_by("id")
    return tuple(credit_note_summary(row) for row in rows.select_related("corrects"))


def document(kind: str, uuid: UUID, *, user_id: int | None = None) -> models.FrozenDocument:
    """The row of a document with a file; with ``user_id`` only if that person may read it.

    Raises:
        UnknownDocument: there is none, or it is not theirs.
    """
    table = DOCUMENTS.get(kind)
    rows = table.objects.filter(uuid=uuid) if table else models.Invoice.objects.none()
    if user_id is not None:
        readers = {
            models.QuoteDocument: Q(buyer_id__in=acted_for(user_id, OrganisationAct.READ)),
            models.CreditNote: _read_by(user_id, "corrects__"),
        }
        rows = rows.filter(readers.get(rows.model, _read_by(user_id)))
    row: models.FrozenDocument | None = rows.first()
    if row is None:
        raise UnknownDocument(f"There is no document {uuid}.")
    return row


def _read_by(user_id: int, path: str = "") -> Q:
    buyers = acted_for(user_id, OrganisationAct.READ)
    return Q(**{f"{path}user_id": user_id}) | Q(**{f"{path}buyer_id__in": buyers})


def _invoices() -> QuerySet[models.Invoice]:
    found: QuerySet[models.Invoice] = models.Invoice.objects.select_related(
        "standing", "order", "buyer"
    )
    return found


def invoice_summary(row: models.Invoice, standing: models.InvoiceStanding) -> InvoiceSummary:
    """A row of ``Invoice`` and its standing, as a value."""

    def money(minor: int) -> Money:
        return Money.from_minor(minor, row.currency)

    return InvoiceSummary(
        uuid=row.uuid,
        number=row.number,
        reference=row.reference,
        buyer_name=row.buyer_name,
        order_uuid=row.order.uuid if row.order else None,
        user_id=row.user_id,
        total=money(row.total_minor),
        paid=money(standing.paid_minor),
        returned=money(standing.returned_minor),
        credited=money(standing.credited_minor),
        written_off=money(standing.written_off_minor),
        issued_at=row.issued_at,
        due_on=row.due_on,
        settled_at=standing.settled_at,
        reversed_at=standing.reversed_at,
        stopped_because=standing.stopped_because,
        is_test=row.is_test,
    )


def credit_note_summary(row: models.CreditNote) -> CreditNoteSummary:
    """A row of ``CreditNote``, as a value."""
    return CreditNoteSummary(
        uuid=row.uuid,
        number=row.number,
        corrects=row.corrects.number,
        amount=Money.from_minor(row.total_minor, row.currency),
        tax=frozen.thawed(row.content).tax,
        reason=row.reason,
        refund_uuid=row.refund,
        issued_at=row.issued_at,
    )


def content_of(row: models.FrozenDocument) -> DocumentContent:
    """Everything that stands on a document."""
    return frozen.thawed(row.content)


def list_write_offs(
    *, is_open: bool | None = None, after: int | None = None, limit: int = 25
) -> tuple[WriteOffSummary, ...]:
    """What was asked to be written off, the newest first: at most ``limit`` after this one."""
    rows = models.WriteOff.objects.select_related("invoice").order_by("-pk")
    if is_open is not None:
        open_ones = Q(confirmed_at=None, refused_at=None)
        rows = rows.filter(open_ones if is_open else ~open_ones)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return tuple(write_off_summary(row) for row in rows[:limit])


def write_off(pk: int) -> WriteOffSummary:
    """One write-off.

    Raises:
        UnknownDocument: there is none.
    """
    row = models.WriteOff.objects.select_related("invoice").filter(pk=pk).first()
    if row is None:
        raise UnknownDocument(f"There is no write-off {pk}.")
    return write_off_summary(row)


def write_off_summary(row: models.WriteOff) -> WriteOffSummary:
    """A row of ``WriteOff``, as a value."""
    return WriteOffSummary(
        id=row.pk,
        invoice_uuid=row.invoice.uuid,
        invoice_number=row.invoice.number,
        amount=Money.from_minor(row.amount_minor, row.invoice.currency),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
        refused_at=row.refused_at,
        refused_because=row.refused_because,
    )


def amount_of(step: models.WriteOff, found: InvoiceSummary) -> Money:
    """What a write-off gives up."""
    return Money.from_minor(step.amount_minor, found.total.currency)


def live_matches(invoice_uuid: UUID) -> tuple[tuple[int, Money, date, str], ...]:
    """What is matched with an invoice: the match, how much, and the day and payer of the line."""
    rows = models.BankMatch.objects.filter(invoice__uuid=invoice_uuid, undone_at=None)
    return tuple(
        (
            row.pk,
            Money.from_minor(row.amount_minor, row.line.currency),
            row.line.booked_on,
            row.line.payer_name,
        )
        for row in rows.select_related("line")
    )


def history_of(invoice_uuid: UUID) -> tuple[InvoiceStep, ...]:
    """What happened to an invoice, in order, and who did it (a user id; ``None``: by itself)."""
    row = _invoices().get(uuid=invoice_uuid)

    def money(minor: int) -> Money:
        return Money.from_minor(minor, row.currency)

    steps = [InvoiceStep(at=row.issued_at, kind=StepKind.ISSUED, by=row.issued_by)]
    for match in row.matches.all():
        amount = money(match.amount_minor)
        steps.append(InvoiceStep(at=match.at, kind=StepKind.MATCHED, by=match.by, amount=amount))
        if match.undone_at is not None:
            steps.append(
                InvoiceStep(
                    at=match.undone_at, kind=StepKind.UNDONE, by=match.undone_by, amount=amount,
                    why=match.undone_because,
                )
            )  # fmt: skip
    steps += [
        InvoiceStep(
            at=note.issued_at,
            kind=StepKind.CREDITED,
            by=note.issued_by,
            amount=money(note.total_minor),
            why=note.reason,
        )
        for note in row.credit_notes.all()
    ]
    for step in row.write_offs.all():
        steps += _write_off_steps(step, money(step.amount_minor))
    steps += [
        InvoiceStep(at=mail.sent_at, kind=StepKind.REMINDED, by=None)
        for mail in row.reminders.all()
        if mail.sent_at is not None
    ]
    return tuple(sorted(steps, key=lambda step: step.at))


def _write_off_steps(step: models.WriteOff, amount: Money) -> list[InvoiceStep]:
    asked = InvoiceStep(
        at=step.asked_at, kind=StepKind.WRITE_OFF_ASKED, by=step.asked_by, amount=amount,
        why=step.reason,
    )  # fmt: skip
    found = [asked]
    if step.confirmed_at is not None:
        found.append(
            InvoiceStep(
                at=step.confirmed_at, kind=StepKind.WRITTEN_OFF, by=step.confirmed_by, amount=amount
            )
        )
    if step.refused_at is not None:
        found.append(
            InvoiceStep(
                at=step.refused_at, kind=StepKind.WRITE_OFF_REFUSED, by=step.refused_by,
                amount=amount, why=step.refused_because,
            )
        )  # fmt: skip
    return found
