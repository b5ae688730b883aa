"""Lists for who matches payments: lines, files, accounts, and money that is to be sent back."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from fairgate.money import Money
from fee_payments import models
from fee_payments.data.bank import (
    AccountSummary,
    ImportSummary,
    InspectedLine,
    LineProposal,
    MatchSummary,
    TransferSummary,
)
from fee_payments.data.searches import LineSearch
from fee_payments.exceptions import UnknownDocument
from fee_payments.selectors.bank import (
    bank_import,
    bank_line,
    found_lines,
    import_summary,
    propose,
)


def search_lines(
    wanted: LineSearch, *, after: int | None = None, limit: int = 25
) -> tuple[LineProposal, ...]:
    """The unused lines that an operator looks for, with what is proposed for each.

    The newest that came in first: at most ``limit`` after the one with this id.
    """
    rows = found_lines(wanted).order_by("-id")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return tuple(propose(list(rows[:limit])))


def inspect_line(pk: int) -> InspectedLine:
    """One line: what is proposed for it, and what it is matched with.

    Raises:
        UnknownDocument: there is none.
    """
    (proposed,) = propose([bank_line(pk)])
    matches = models.BankMatch.objects.filter(line_id=pk, undone_at=None)
    return InspectedLine(
        line=proposed.line,
        proposal=proposed.proposal,
        matches=tuple(map(match_summary, matches.select_related("invoice", "line"))),
    )


def matches_of_invoice(invoice_uuid: UUID) -> tuple[MatchSummary, ...]:
    """What an invoice is matched with now, the first one first."""
    rows = models.BankMatch.objects.filter(invoice__uuid=invoice_uuid, undone_at=None)
    return tuple(map(match_summary, rows.select_related("invoice", "line").order_by("id")))


def match_summary(row: models.BankMatch) -> MatchSummary:
    """A row of ``BankMatch``, as a value."""
    return MatchSummary(
        id=row.pk,
        line=row.line_id,
        invoice_uuid=row.invoice.uuid,
        invoice_number=row.invoice.number,
        amount=Money.from_minor(row.amount_minor, row.line.currency),
        booked_on=row.line.booked_on,
        by=row.by,
        at=row.at,
    )


def list_imports(*, after: UUID | None = None, limit: int = 25) -> tuple[ImportSummary, ...]:
    """The files that were imported, the newest first: at most ``limit`` after this one.

    Raises:
        UnknownDocument: ``after`` is none of them.
    """
    rows = models.BankImport.objects.order_by("-pk")
    if after is not None:
        rows = rows.filter(pk__lt=bank_import(after).pk)
    return tuple(map(import_summary, rows[:limit]))


def inspect_import(uuid: UUID) -> ImportSummary:
    """One file.

    Raises:
        UnknownDocument: there is none.
    """
    return import_summary(bank_import(uuid))


def list_accounts() -> tuple[AccountSummary, ...]:
    """Our accounts, whose statements are imported."""
    return tuple(
        AccountSummary(
            id=row.pk, prefix=row.prefix, number=row.number, currency=row.currency,
            has_csv=bool(row.csv_mapping),
        )
        for row in models.BankAccount.objects.order_by("pk")
    )  # fmt: skip


def list_transfers_back(
    *, is_open: bool | None = None, after: int | None = None, limit: int = 25
) -> tuple[TransferSummary, ...]:
    """Money that was asked to be sent back, the newest first: at most ``limit`` after this one."""
    rows = models.TransferBack.objects.select_related("invoice").order_by("-pk")
    if is_open is not None:
        open_ones = Q(confirmed_at=None, refused_at=None)
        rows = rows.filter(open_ones if is_open else ~open_ones)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return tuple(map(transfer_summary, rows[:limit]))


def transfer_back(pk: int) -> TransferSummary:
    """One of them.

    Raises:
        UnknownDocument: there is none.
    """
    row = models.TransferBack.objects.select_related("invoice").filter(pk=pk).first()
    if row is None:
        raise UnknownDocument(f"There is no such step {pk}.")
    return transfer_summary(row)


def transfer_summary(row: models.TransferBack) -> TransferSummary:
    """A row of ``TransferBack``, as a value."""
    return TransferSummary(
        id=row.pk,
        line=row.line_id,
        invoice_uuid=row.invoice.uuid if row.invoice else None,
        amount=Money.from_minor(row.amount_minor, row.currency),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
        refused_at=row.refused_at,
        refused_because=row.refused_because,
    )
