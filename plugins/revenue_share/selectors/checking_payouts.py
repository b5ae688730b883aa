"""Proves what payouts promise: one statement, its amount, its rates, and its postings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import F, Sum

from fairgate.money import Money

from ..data import Account, CauseKind, Fault, PayoutState
from ..models import LedgerEntry, LedgerTransaction, Payout, Remittance
from ..rules import rates as rules
from . import payouts

_DONE = (PayoutState.PAID, PayoutState.RETURNED)


def _payouts_pay_their_statement() -> Iterator[Fault]:
    rows = Payout.objects.select_related("statement", "account").order_by("pk")
    for row in rows.iterator():
        statement = row.statement
        asked = (row.amount_minor, row.currency, row.account.party, row.account.currency)
        due = (statement.payable_minor, statement.currency, statement.party, row.pay_currency)
        if asked != due:
            sentence = f"pays {asked}, and {statement} says {due}."
            yield Fault(invariant="payout pays its statement", row=str(row), sentence=sentence)


def _payouts_are_converted_by_their_rates() -> Iterator[Fault]:
    for row in Payout.objects.order_by("pk").iterator():
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
    keys = set(
        LedgerTransaction.objects.filter(cause_kind=CauseKind.PAYOUT.value).values_list(
            "key", flat=True
        )
    )
    for row in Payout.objects.order_by("pk").iterator():
        wanted = _keys(row)
        if missing := sorted(wanted - keys):
            sentence = f"the transaction {missing[0]} is missing."
            yield Fault(invariant="payout is posted", row=str(row), sentence=sentence)
        keys -= wanted
    for key in sorted(keys):
        sentence = "it is of no payout that was paid."
        yield Fault(invariant="payout is posted", row=key, sentence=sentence)


def _keys(row: Payout) -> set[str]:
    if row.state not in _DONE:
        return set()
    kinds = ["payout"] if row.state == PayoutState.PAID else ["payout", "payout_returned"]
    if row.debit_currency != row.currency:
        kinds += [f"{kind}_bank" for kind in kinds]
    return {f"{kind}:{row.uuid}" for kind in kinds}


def _states_follow_from_the_bank() -> Iterator[Fault]:
    rows = Payout.objects.filter(entries__isnull=False).distinct().order_by("pk")
    for row in rows.iterator():
        standing = payouts.standing_of(row)
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
    entries = LedgerEntry.objects.filter(account=Account.BANK.value).order_by("currency")
    for code, minor in entries.values_list("currency").annotate(
        sum=Sum(F("credit_minor") - F("debit_minor"))
    ):
        kept = sum(_kept(row) for row in _returned(code))
        if minor != sums.pop(code, 0) + kept:
            sentence = (
                f"ledger {Money.from_minor(minor, code)}, payouts and remittances another amount."
            )
            yield Fault(invariant="bank equals payouts", row=code, sentence=sentence)
    for code in filter(sums.get, sums):
        sentence = "payouts are on no entry of the bank."
        yield Fault(invariant="bank equals payouts", row=code, sentence=sentence)


def _returned(code: str) -> Iterator[Payout]:
    return Payout.objects.filter(state=PayoutState.RETURNED.value, debit_currency=code).iterator()


def _kept(row: Payout) -> int:
    """What a bank kept of a payout that came back."""
    standing = payouts.standing_of(row)
    if standing.executed is None or standing.returned is None:
        return 0
    return standing.executed.amount.minor - standing.returned.amount.minor


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _payouts_pay_their_statement,
    _payouts_are_converted_by_their_rates,
    _payouts_are_posted,
    _states_follow_from_the_bank,
    _bank_equals_payouts,
)
