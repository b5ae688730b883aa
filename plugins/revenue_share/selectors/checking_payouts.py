"""Proves what payouts promise: one statement, its amount, its rates, and its postings.

Payouts are read by the page, which asks for all that belongs to it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from fairgate.money import Money
from fairgate_tables.paging import pages

from ..data import Account, BankStanding, CauseKind, Fault, PayoutState
from ..models import LedgerEntry, LedgerTransaction, Payout, Remittance
from ..rules import rates as rules
from . import payouts

_DONE = (PayoutState.PAID, PayoutState.RETURNED)


def _payouts_pay_their_statement() -> Iterator[Fault]:
    rows = Payout.objects.select_related("statement", "account").defer("statement__document")
    for row in chain.from_iterable(pages(rows)):
        statement = row.statement
        asked = (row.amount_minor, row.currency, row.account.party, row.account.currency)
        due = (statement.payable_minor, statement.currency, statement.party, row.pay_currency)
        if asked != due:
            sentence = f"pays {asked}, and {statement} says {due}."
            yield Fault(invariant="payout pays its statement", row=str(row), sentence=sentence)


def _payouts_are_converted_by_their_rates() -> Iterator[Fault]:
    rows = Payout.objects.select_related("first_rate", "second_rate")
    for row in chain.from_iterable(pages(rows)):
        conversion = payouts.conversion_of_payout(row)
        try:
            found = rules.convert(
                conversion.amount, conversion.converted.currency, conversion.rates
            )
        except ValueError as error:
            found, sentence = None, str(error)
        else:
            sentence = f"{conversion.amount} is {found} by its rates, not {conversion.converted}."
        if found != conversion.converted:
            yield Fault(invariant="payout is by its rates", row=str(row), sentence=sentence)


def _payouts_are_posted() -> Iterator[Fault]:
    posted = LedgerTransaction.objects.filter(cause_kind=CauseKind.PAYOUT.value)
    for page in pages(Payout.objects.all()):
        found: dict[UUID, set[str]] = {}
        of_page = posted.filter(cause_uuid__in=[row.uuid for row in page])
        for cause, key in of_page.values_list("cause_uuid", "key"):
            found.setdefault(cause, set()).add(key)
        for row in page:
            wanted, keys = _keys(row), found.get(row.uuid, set())
            if missing := sorted(wanted - keys):
                sentence = f"the transaction {missing[0]} is missing."
                yield Fault(invariant="payout is posted", row=str(row), sentence=sentence)
            yield from map(_of_no_payout, sorted(keys - wanted))
    strange = posted.exclude(cause_uuid__in=Payout.objects.values("uuid"))
    yield from map(_of_no_payout, strange.order_by("pk").values_list("key", flat=True)[:1])


def _of_no_payout(key: str) -> Fault:
    sentence = "it is of no payout that was paid."
    return Fault(invariant="payout is posted", row=key, sentence=sentence)


def _keys(row: Payout) -> set[str]:
    if row.state not in _DONE:
        return set()
    kinds = ["payout"] if row.state == PayoutState.PAID else ["payout", "payout_returned"]
    if row.debit_currency != row.currency:
        kinds += [f"{kind}_bank" for kind in kinds]
    return {f"{kind}:{row.uuid}" for kind in kinds}


def _states_follow_from_the_bank() -> Iterator[Fault]:
    rows = Payout.objects.filter(entries__isnull=False).distinct()
    for row, standing in _standings(rows):
        charged = standing.executed.amount.minor if standing.executed else None
        found = (row.state, row.bank_minor)
        if row.state != PayoutState.RETURNED and found != (standing.state, charged):
            sentence = f"is {row.state}, and {standing.state} by what the bank has told."
            yield Fault(invariant="payout is as the bank says", row=str(row), sentence=sentence)


def _bank_equals_payouts() -> Iterator[Fault]:
    paid = Payout.objects.filter(state=PayoutState.PAID.value).order_by("debit_currency")
    sums = dict(paid.values_list("debit_currency").annotate(sum=Sum("bank_minor")))
    came = Remittance.objects.filter(confirmed_at__isnull=False).order_by("currency")
    for code, minor in came.values_list("currency").annotate(sum=Sum("amount_minor")):
        sums[code] = sums.get(code, 0) - minor
    kept = _kept_by_banks()
    entries = LedgerEntry.objects.filter(account=Account.BANK.value).order_by("currency")
    for code, minor in entries.values_list("currency").annotate(
        sum=Sum(F("credit_minor") - F("debit_minor"))
    ):
        if minor != sums.pop(code, 0) + kept.get(code, 0):
            sentence = (
                f"ledger {Money.from_minor(minor, code)}, payouts and remittances another amount."
            )
            yield Fault(invariant="bank equals payouts", row=code, sentence=sentence)
    for code in filter(sums.get, sums):
        sentence = "payouts are on no entry of the bank."
        yield Fault(invariant="bank equals payouts", row=code, sentence=sentence)


def _kept_by_banks() -> dict[str, int]:
    """What banks kept of payouts that came back, by currency."""
    kept: dict[str, int] = {}
    for row, standing in _standings(Payout.objects.filter(state=PayoutState.RETURNED.value)):
        if standing.executed and standing.returned:
            lost = standing.executed.amount.minor - standing.returned.amount.minor
            kept[row.debit_currency] = kept.get(row.debit_currency, 0) + lost
    return kept


def _standings(rows: QuerySet[Any]) -> Iterator[tuple[Payout, BankStanding]]:
    for page in pages(rows):
        standings = payouts.standings_of(page)
        yield from ((row, standings[row.pk]) for row in page)


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _payouts_pay_their_statement,
    _payouts_are_converted_by_their_rates,
    _payouts_are_posted,
    _states_follow_from_the_bank,
    _bank_equals_payouts,
)
