"""Proves what payouts promise: one statement, its amount, its rates, and its postings.

Payouts are read by the page, which asks for all that belongs to it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from fairgate.money import Money
from fairgate_tables.paging import pages

from ..data import Account, BankStanding, CauseKind, Entry, Fault, PayoutState
from ..models import LedgerEntry, LedgerTransaction, Payout, Remittance
from ..rules import payouts as payout_rules
from ..rules import rates as rules
from . import payouts
from .checking_ledger import entries_on

_DONE = (PayoutState.PAID, PayoutState.RETURNED)

#: A transaction: its currency, when it happened, and units (debits less credits) by account and
#: party.
Posted = tuple[str, datetime, dict[tuple[str, str], int]]


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
    for page in pages(Payout.objects.select_related("statement").defer("statement__document")):
        standings = payouts.standings_of(page)
        found = _posted_for(page)
        for row in page:
            yield from _differing(row, standings[row.pk], found.get(row.uuid, {}))
    strange = posted.exclude(cause_uuid__in=Payout.objects.values("uuid"))
    yield from map(_of_no_payout, strange.order_by("pk").values_list("key", flat=True)[:1])


def _differing(row: Payout, standing: BankStanding, found: Mapping[str, Posted]) -> Iterator[Fault]:
    """The first transaction of a payout that is not what its entries of the bank make."""
    ways = list(_made_again(row, standing))
    wanted = next((way for way in ways if way == found), ways[-1])
    if missing := sorted(wanted.keys() - found.keys()):
        sentence = f"the transaction {missing[0]} is missing."
        yield Fault(invariant="payout is posted", row=str(row), sentence=sentence)
    yield from map(_of_no_payout, sorted(found.keys() - wanted.keys()))
    for key in sorted(wanted.keys() & found.keys()):
        if wanted[key] != found[key]:
            sentence = "it is not what the bank's entry of the payout makes."
            yield Fault(invariant="payout is posted", row=key, sentence=sentence)


def _posted_for(page: Sequence[Payout]) -> dict[UUID, dict[str, Posted]]:
    entries = LedgerEntry.objects.filter(
        transaction__cause_kind=CauseKind.PAYOUT.value,
        transaction__cause_uuid__in=[row.uuid for row in page],
    )
    found: dict[UUID, dict[str, Posted]] = {}
    for cause, key, currency, at, account, party, units in entries.order_by().values_list(
        "transaction__cause_uuid", "transaction__key", "transaction__currency",
        "transaction__occurred_at", "account", "party", F("debit_minor") - F("credit_minor"),
    ):  # fmt: skip
        legs = found.setdefault(cause, {}).setdefault(key, (currency, at, {}))[2]
        legs[account, party] = units
    return found


def _made_again(row: Payout, standing: BankStanding) -> Iterator[dict[str, Posted]]:
    """The transactions of a payout by their keys.

    In more than one way, where the bank has told more of it since it came back.
    """
    if row.state not in _DONE or standing.executed is None:
        yield {}
        return
    party, amount = row.statement.party, Money.from_minor(row.amount_minor, row.currency)
    legs = payout_rules.executed(party, amount, standing.executed.amount)
    paid = _transactions(row, "payout", legs, standing.executed)
    if row.state == PayoutState.PAID:
        yield paid
        return
    for entry in standing.came_back:
        legs = payout_rules.returned(party, amount, entry.amount)
        yield paid | _transactions(row, "payout_returned", legs, entry)
    if not standing.came_back:
        yield paid


def _transactions(
    row: Payout, kind: str, legs: Sequence[payout_rules.Legs], entry: Entry
) -> dict[str, Posted]:
    at = datetime.combine(entry.booked_on, time.min, UTC)
    return {
        f"{kind}{'_bank' if currency != row.currency else ''}:{row.uuid}": (
            currency,
            at,
            {(one.account.value, one.party): one.units for one in postings},
        )
        for currency, postings in legs
    }


def _of_no_payout(key: str) -> Fault:
    sentence = "it is of no payout that was paid."
    return Fault(invariant="payout is posted", row=key, sentence=sentence)


def _states_follow_from_the_bank() -> Iterator[Fault]:
    # What was never sent is on no entry of the bank (its state: ``checking_batches``).
    never_sent = Q(state__in=[PayoutState.PROPOSED.value, PayoutState.REFUSED.value])
    rows = Payout.objects.exclude(never_sent, entries__isnull=True).distinct()
    for row, standing in _standings(rows):
        charged = standing.executed.amount.minor if standing.executed else None
        is_over = row.state == PayoutState.RETURNED and bool(standing.came_back)
        state = PayoutState.RETURNED if is_over else standing.state
        if (row.state, row.bank_minor) != (state, charged):
            sentence = f"is {row.state}, and {standing.state} by what the bank has told."
            yield Fault(invariant="payout is as the bank says", row=str(row), sentence=sentence)


def _bank_equals_payouts() -> Iterator[Fault]:
    paid = Payout.objects.filter(state=PayoutState.PAID.value).order_by("debit_currency")
    sums = dict(paid.values_list("debit_currency").annotate(sum=Sum("bank_minor")))
    came = Remittance.objects.filter(confirmed_at__isnull=False).order_by("currency")
    for code, minor in came.values_list("currency").annotate(sum=Sum("amount_minor")):
        sums[code] = sums.get(code, 0) - minor
    kept = _kept_by_banks()
    entries = entries_on(Account.BANK).order_by("currency")
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
