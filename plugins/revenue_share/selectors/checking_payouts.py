"""Proves what payouts promise: one statement, its amount, its rates, and its postings.

Payouts are read by the page, which asks for all that belongs to it at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from fairgate.money import Money
from fairgate_tables.paging import pages

from ..data import AcceptedAs, Account, BankStanding, CauseKind, Entry, Fault, PayoutState
from ..models import (
    LedgerEntry,
    LedgerTransaction,
    Payout,
    PayoutAcceptance,
    PayoutRejection,
    Remittance,
)
from ..rules import payouts as payout_rules
from ..rules import rates as rules
from . import payouts
from .checking_ledger import entries_on

_NEVER_SENT = (PayoutState.PROPOSED, PayoutState.REFUSED)

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
    wanted = _made_again(row, standing)
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


def _made_again(row: Payout, standing: BankStanding) -> dict[str, Posted]:
    """The transactions of a payout by their keys: fees, and what each of its lives makes."""
    if row.state in _NEVER_SENT:
        return {}
    made = dict(_charge(row, entry) for entry in standing.charges)
    party, amount = row.statement.party, Money.from_minor(row.amount_minor, row.currency)
    for number, life in enumerate(standing.lives, start=1):
        legs = payout_rules.executed(party, amount, life.executed.amount)
        made |= _transactions(row, "payout", number, legs, life.executed)
        if life.returned:
            legs = payout_rules.returned(party, amount, life.returned.amount)
            made |= _transactions(row, "payout_returned", number, legs, life.returned)
    return made


def _transactions(
    row: Payout, kind: str, number: int, legs: Sequence[payout_rules.Legs], entry: Entry
) -> dict[str, Posted]:
    at = datetime.combine(entry.booked_on, time.min, UTC)
    of = f":{number}" if number > 1 else ""
    return {
        f"{kind}{'_bank' if currency != row.currency else ''}:{row.uuid}{of}": (
            currency,
            at,
            {(one.account.value, one.party): one.units for one in postings},
        )
        for currency, postings in legs
    }


def _charge(row: Payout, entry: Entry) -> tuple[str, Posted]:
    legs = payout_rules.charged(entry.amount, is_credit=entry.is_credit)
    units = {(one.account.value, one.party): one.units for one in legs}
    at = datetime.combine(entry.booked_on, time.min, UTC)
    return f"payout_charge:{row.uuid}:{entry.id}", (entry.amount.currency, at, units)


def _of_no_payout(key: str) -> Fault:
    sentence = "it is of no payout that was paid."
    return Fault(invariant="payout is posted", row=key, sentence=sentence)


def _states_follow_from_the_bank() -> Iterator[Fault]:
    # What was never sent is on no entry of the bank (its state: ``checking_batches``).
    never_sent = Q(state__in=[state.value for state in _NEVER_SENT])
    rows = Payout.objects.exclude(never_sent, entries__isnull=True).distinct()
    for row, standing in _standings(rows):
        charged = standing.executed.amount.minor if standing.executed else None
        told = (standing.state, charged, len(standing.lives))
        if (row.state, row.bank_minor, row.lives) != told:
            sentence = f"is {row.state}, and {standing.state} by what the bank has told."
            yield Fault(invariant="payout is as the bank says", row=str(row), sentence=sentence)


def _rejected_by_two_people() -> Iterator[Fault]:
    confirmed = PayoutRejection.objects.filter(confirmed_at__isnull=False).values("payout")
    rows = Payout.objects.filter(state=PayoutState.REJECTED.value).exclude(pk__in=confirmed)
    for row in chain.from_iterable(pages(rows)):
        sentence = "nobody has confirmed that it was not executed."
        yield Fault(invariant="payout was rejected by two people", row=str(row), sentence=sentence)


def _bank_equals_payouts() -> Iterator[Fault]:
    paid = Payout.objects.filter(state=PayoutState.PAID.value).order_by("debit_currency")
    wanted = Counter(dict(paid.values_list("debit_currency").annotate(sum=Sum("bank_minor"))))
    came = Remittance.objects.filter(confirmed_at__isnull=False).order_by("currency")
    wanted.subtract(dict(came.values_list("currency").annotate(sum=Sum("amount_minor"))))
    for code, minor in chain(_kept_by_banks(), _charges()):
        wanted[code] += minor
    entries = entries_on(Account.BANK).order_by("currency")
    left = Sum(F("credit_minor") - F("debit_minor"))
    booked = dict(entries.values_list("currency").annotate(sum=left))
    for code in sorted({*wanted, *booked}):
        if booked.get(code, 0) != wanted[code]:
            told = Money.from_minor(booked.get(code, 0), code)
            sentence = f"ledger {told}, payouts, fees and remittances another amount."
            yield Fault(invariant="bank equals payouts", row=code, sentence=sentence)


def _kept_by_banks() -> Iterator[tuple[str, int]]:
    """What banks kept of payouts that came back, by currency."""
    came_back = Q(state=PayoutState.RETURNED.value) | Q(lives__gt=1)
    for row, standing in _standings(Payout.objects.filter(came_back)):
        for life in standing.lives:
            if life.returned:
                yield row.debit_currency, life.executed.amount.minor - life.returned.amount.minor


def _charges() -> Iterator[tuple[str, int]]:
    """What banks charged beside payouts, less what they gave back, by currency and side."""
    rows = PayoutAcceptance.objects.filter(
        confirmed_at__isnull=False, accepted_as=AcceptedAs.CHARGE.value
    )
    told = ("entry__currency", "entry__is_credit")
    for code, is_credit, minor in (
        rows.order_by(*told).values_list(*told).annotate(sum=Sum("entry__amount_minor"))
    ):
        yield code, -minor if is_credit else minor


def _standings(rows: QuerySet[Any]) -> Iterator[tuple[Payout, BankStanding]]:
    for page in pages(rows):
        standings = payouts.standings_of(page)
        yield from ((row, standings[row.pk]) for row in page)


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _payouts_pay_their_statement,
    _payouts_are_converted_by_their_rates,
    _payouts_are_posted,
    _states_follow_from_the_bank,
    _rejected_by_two_people,
    _bank_equals_payouts,
)
