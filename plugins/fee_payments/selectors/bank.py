"""Payments on our accounts, and what they may be for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import F, Q, QuerySet

from fairgate.money import Money
from fee_payments import models
from fee_payments.bank_files import BankEntry, find_references, plain_account
from fee_payments.data import OrderState
from fee_payments.data.bank import (
    BankLineSummary,
    Candidate,
    ImportSummary,
    LineProposal,
    MatchReason,
    Proposal,
)
from fee_payments.data.searches import LineSearch
from fee_payments.exceptions import UnknownBankAccount, UnknownDocument
from fee_payments.rules import matching
from fee_payments.selectors.invoices import open_invoices

_WAITING = (OrderState.CREATED, OrderState.PENDING)
_REST = F("amount_minor") - F("matched_minor") - F("returned_minor")


def bank_account_id(number: str, *, currency: str | None = None) -> int:
    """The id of our account with this number.

    Raises:
        UnknownBankAccount: there is none, or there are several and no currency says which.
    """
    rows = models.BankAccount.objects.filter(number=plain_account(number))
    if currency is not None:
        rows = rows.filter(currency=currency)
    found = list(rows.values_list("pk", flat=True))
    if len(found) != 1:
        raise UnknownBankAccount(f"{len(found)} accounts of ours have this number.")
    return int(found[0])


def unused_lines() -> QuerySet[models.BankLine]:
    """Money that belongs to nobody yet, and reversals of which nobody knows what they take back."""
    came_in = Q(is_credit=True, taken_back_by__isnull=True, left_minor__gt=0)
    went_out = Q(is_credit=False, takes_back__isnull=True)
    rows = models.BankLine.objects.annotate(left_minor=_REST).select_related("account")
    found: QuerySet[models.BankLine] = rows.filter(came_in | went_out, closed_because="")
    return found


def found_lines(wanted: LineSearch) -> QuerySet[models.BankLine]:
    """The unused lines that an operator looks for, newest first."""
    rows = unused_lines().order_by("-booked_on", "-id")
    if wanted.account is not None:
        rows = rows.filter(account_id=wanted.account)
    if wanted.kind == "reversal":
        rows = rows.filter(is_reversal=True)
    elif wanted.kind == "overpaid":
        rows = rows.filter(matched_minor__gt=0)
    for word in wanted.text.split():
        rows = rows.filter(
            Q(payer_name__icontains=word)
            | Q(remittance__icontains=word)
            | Q(reference__icontains=word)
            | Q(bank_reference__icontains=word)
            | Q(payer_account__icontains=word)
        )
    return rows


def bank_import(uuid: UUID) -> models.BankImport:
    """The row of an imported file.

    Raises:
        UnknownDocument: there is none.
    """
    row = models.BankImport.objects.filter(uuid=uuid).first()
    if row is None:
        raise UnknownDocument(f"There is no imported file {uuid}.")
    return row


def import_summary(row: models.BankImport) -> ImportSummary:
    """A row of ``BankImport``, as a value."""
    return ImportSummary(
        uuid=row.uuid,
        file_name=row.file_name,
        kind=row.kind,
        imported_at=row.imported_at,
        total=row.lines_total,
        stored=row.lines_stored,
        new=row.lines_new,
        waiting=row.lines.filter(pk__gt=row.applied_upto).count(),
    )


def bank_line(pk: int) -> models.BankLine:
    """The row of a line.

    Raises:
        UnknownDocument: there is none.
    """
    row = models.BankLine.objects.select_related("account").filter(pk=pk).first()
    if row is None:
        raise UnknownDocument(f"There is no bank line {pk}.")
    return row


def line_summary(row: models.BankLine) -> BankLineSummary:
    """A row of ``BankLine``, as a value."""

    def money(minor: int) -> Money:
        return Money.from_minor(minor, row.currency)

    return BankLineSummary(
        id=row.pk,
        account=str(row.account),
        booked_on=row.booked_on,
        amount=money(row.amount_minor),
        is_credit=row.is_credit,
        is_reversal=row.is_reversal,
        payer_name=row.payer_name,
        payer_account=row.payer_account,
        remittance=row.remittance,
        references=tuple(
            text for text in (row.structured_reference, row.reference, row.bank_reference) if text
        ),
        matched=money(row.matched_minor),
        returned=money(row.returned_minor),
        is_taken_back=row.taken_back_by_id is not None,
        closed_because=row.closed_because,
    )


def propose(rows: Sequence[models.BankLine], *, suggest: bool = True) -> list[LineProposal]:
    """What to do with each of some lines; ``suggest`` looks for amounts where nothing is named."""
    named = {id(row): _numbers(row) for row in rows}
    known = _by_number({number for numbers in named.values() for number in numbers})
    return [
        LineProposal(
            line=line_summary(row), proposal=_proposal(row, named[id(row)], known, suggest=suggest)
        )
        for row in rows
    ]


def _proposal(
    row: models.BankLine, numbers: Iterable[str], known: dict[str, Candidate], *, suggest: bool
) -> Proposal:
    if not row.is_credit:
        found = reversed_by(row)
        reason = MatchReason.REVERSAL if found else MatchReason.REVERSAL_UNKNOWN
        return Proposal(reason=reason, is_certain=found is not None)
    rest = Money.from_minor(row.rest_minor, row.currency)
    candidates = [known[number] for number in numbers if number in known]
    others = _of_amount(row) if suggest and not candidates else ()
    return matching.propose(rest, candidates, others, payer_name=row.payer_name)


def _numbers(row: models.BankLine) -> tuple[str, ...]:
    """The numbers of invoices that the payer has written."""
    entry = BankEntry(
        booked_on=row.booked_on,
        value_on=row.value_on,
        amount=Money.from_minor(row.amount_minor, row.currency),
        is_credit=row.is_credit,
        reference=row.reference,
        remittance=row.remittance,
        structured_reference=row.structured_reference,
        position=row.position,
    )
    prefix = row.account.prefix
    return find_references(entry, f"{prefix}-####-######", f"TEST{prefix}-####-######")


def _by_number(numbers: set[str]) -> dict[str, Candidate]:
    rows = models.Invoice.objects.filter(number__in=numbers).select_related("standing", "order")
    return {row.number: _candidate(row) for row in rows}


def _of_amount(row: models.BankLine) -> tuple[Candidate, ...]:
    prefix = row.account.prefix
    found = open_invoices(row.currency, row.rest_minor, prefix=prefix)
    return tuple(_candidate(one) for one in found)


def _candidate(row: models.Invoice) -> Candidate:
    # A settled one that the bank has taken back waits for its money as well.
    order, standing = row.order, row.standing
    waits = order is None or order.state in _WAITING or standing.settled_at is not None
    return Candidate(
        invoice_uuid=row.uuid,
        number=row.number,
        buyer_name=row.buyer_name,
        missing=Money.from_minor(standing.open_minor, row.currency),
        is_waited_for=waits,
    )


def reversed_by(row: models.BankLine) -> models.BankLine | None:
    """The payment that a reversal takes back, if there is one and only one.

    Same account, amount and currency, booked on the day of the reversal or before, and either the
    bank's own reference, or what the payer wrote.
    """
    if row.is_credit or not row.is_reversal:
        return None
    rows = models.BankLine.objects.filter(
        account_id=row.account_id, currency=row.currency, amount_minor=row.amount_minor,
        is_credit=True, taken_back_by__isnull=True, booked_on__lte=row.booked_on,
    )  # fmt: skip
    found = [one for one in rows.order_by("id")[:500] if _is_about(row, one)]
    return found[0] if len(found) == 1 else None


def _is_about(reversal: models.BankLine, one: models.BankLine) -> bool:
    pairs = (
        (reversal.bank_reference, one.bank_reference),
        (reversal.reference, one.reference),
        (reversal.structured_reference, one.structured_reference),
        (reversal.remittance, one.remittance),
    )
    return any(mine and mine == theirs for mine, theirs in pairs)


def fingerprint(proposal: Proposal) -> str:
    """What was shown of a proposal, so that no other one is accepted in its place."""
    parts = (f"{part.number}={amount.minor}" for part, amount in proposal.parts)
    return " ".join((proposal.reason.value, *parts))


def matches_of(line_pk: int) -> tuple[tuple[str, UUID, Money], ...]:
    """What a line is matched with: number and uuid of the invoice, and how much."""
    return _matched(models.BankMatch.objects.filter(line_id=line_pk, undone_at=None))


def matches_of_file(import_pk: int, *, most: int) -> tuple[tuple[str, UUID, Money], ...]:
    """What the lines of a file are matched with, as above: the newest ``most`` of them."""
    rows = models.BankMatch.objects.filter(line__imported_id=import_pk, undone_at=None)
    return _matched(rows.order_by("-id")[:most])


def _matched(rows: QuerySet[models.BankMatch]) -> tuple[tuple[str, UUID, Money], ...]:
    return tuple(
        (
            row.invoice.number,
            row.invoice.uuid,
            Money.from_minor(row.amount_minor, row.line.currency),
        )
        for row in rows.select_related("invoice", "line")
    )


def waiting_transfers() -> tuple[tuple[models.TransferBack, Money], ...]:
    """Transfers back that wait for a second person, and how much each is."""
    rows = models.TransferBack.objects.filter(confirmed_at=None, refused_at=None)
    return tuple(
        (row, Money.from_minor(row.amount_minor, row.currency))
        for row in rows.select_related("line", "invoice")
    )
