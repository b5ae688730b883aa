"""What is to be paid, what was, and what of it a person has to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Min, Prefetch, QuerySet

from fairgate.money import Money
from partnerships.data import FUND, PLATFORM

from .. import conf
from ..data import (
    LIVE,
    SENT,
    Acceptance,
    AcceptedAs,
    BankStanding,
    BatchSummary,
    Conversion,
    Entry,
    EntrySummary,
    Ordered,
    Owed,
    Payable,
    PayoutState,
    PayoutSummary,
    Rejection,
    StatementState,
)
from ..exceptions import NoRate, PayoutNotFound, PayoutRefused, StepNotFound
from ..models import (
    Payout,
    PayoutAcceptance,
    PayoutAccount,
    PayoutBatch,
    PayoutEntry,
    PayoutRejection,
    Statement,
)
from ..rules import payouts as rules
from . import rates
from .frozen import is_as_frozen

_STATES = {
    PayoutState.PROPOSED: StatementState.CLOSED,
    PayoutState.ORDERED: StatementState.SENT,
    PayoutState.HELD: StatementState.SENT,
    PayoutState.PAID: StatementState.PAID,
}


#: Where the bank should not act any more.
_OVER = (PayoutState.REJECTED, PayoutState.RETURNED)
#: Where a payout has not been executed, and is not over.
_UNDER_WAY = (PayoutState.PROPOSED, PayoutState.ORDERED, PayoutState.HELD)


def statement_states(numbers: Iterable[int]) -> Mapping[int, StatementState]:
    """What became of these statements, by number; those that nobody pays are left out."""
    rows = Payout.objects.filter(live_key__isnull=False, statement__number__in=list(numbers))
    return {
        number: _STATES[PayoutState(state)]
        for number, state in rows.values_list("statement__number", "state")
    }


def list_payables() -> tuple[Payable, ...]:
    """Every frozen statement that is to be paid and is in no live payout, by number."""
    rows = to_be_paid().select_related("close").order_by("number")
    found = list(rows.prefetch_related("payouts"))
    accounts = _live_accounts({row.party for row in found})
    debited = unsettled([row.pk for row in found])
    return tuple(
        _payable(row, accounts.get(row.party, ()), debited.get(row.pk, "")) for row in found
    )


def list_owed(currency: str | None) -> tuple[Owed, ...]:
    """What closed statements say is to be paid and is not, in a currency or in all, by number."""
    under_way = Payout.objects.filter(state__in=[state.value for state in _UNDER_WAY])
    waiting = to_be_paid()
    if currency:
        under_way, waiting = under_way.filter(currency=currency), waiting.filter(currency=currency)
    told = ("number", "party", "period", "currency", "payable_minor")
    rows = [(*row, None) for row in waiting.values_list(*told)]
    rows += under_way.values_list(*[f"statement__{name}" for name in told], "state")
    return tuple(
        Owed(
            number=number,
            party=party,
            period=period,
            amount=Money.from_minor(minor, code),
            state=PayoutState(state) if state else None,
        )
        for number, party, period, code, minor, state in sorted(rows, key=lambda row: row[0])
    )


def to_be_paid() -> QuerySet[Any]:
    """The rows of those statements.

    What the fund gets, it was handed with the hold. What the host gets is where it belongs, unless
    the host has an account for it: then from the statements of the first close after that on.
    """
    live = Payout.objects.filter(state__in=[state.value for state in LIVE])
    rows: QuerySet[Any] = Statement.objects.filter(payable_minor__gt=0)
    rows = rows.exclude(party=FUND).exclude(pk__in=live.values("statement"))
    accounts = PayoutAccount.objects.filter(party=PLATFORM)
    if not accounts.filter(live_key__isnull=False).exists():
        return rows.exclude(party=PLATFORM)
    since = accounts.aggregate(since=Min("confirmed_at"))["since"]
    return rows.exclude(party=PLATFORM, close__closed_at__lt=since)


def payable(row: Statement) -> Payable:
    """How a statement is paid: to which account, by which rates; or why it cannot be."""
    accounts = _live_accounts({row.party}).get(row.party, ())
    return _payable(row, accounts, unsettled([row.pk]).get(row.pk, ""))


def _payable(row: Statement, live: Sequence[PayoutAccount], debited: str) -> Payable:
    amount = Money.from_minor(row.payable_minor, row.currency)
    found = Payable(
        statement_id=row.pk,
        number=row.number,
        party=row.party,
        period=row.period,
        amount=amount,
    )
    if refusal := _refusal_of(row, debited):
        return replace(found, refusal=refusal)
    # The party's account in the statement's currency; where it has none, all that it has.
    accounts = [one for one in live if one.currency == row.currency] or live
    if not accounts:
        return replace(found, refusal=PayoutRefused("The party has no account to be paid to."))
    if len(accounts) > 1:
        several = PayoutRefused(
            "The party has several accounts, and none in %(currency)s.", currency=row.currency
        )
        return replace(found, refusal=several)
    account = accounts[0]
    found = replace(found, account_id=account.pk, account=account.masked)
    try:
        conversion = conversion_of(row, account.currency)
        debit_currency = _debit_currency(row.currency, account.currency)
    except NoRate as error:
        return replace(found, refusal=error)
    except ImproperlyConfigured as error:
        unreadable = PayoutRefused(
            "The rates or the bank accounts in the settings cannot be read: %(why)s", why=error
        )
        return replace(found, refusal=unreadable)
    found = replace(found, conversion=conversion, debit_currency=debit_currency)
    if not conversion.converted:
        nothing = PayoutRefused("It is less than the smallest amount that can be sent.")
        return replace(found, refusal=nothing)
    if not debit_currency:
        return replace(found, refusal=_none_of_ours(account.currency, row.currency))
    return found


def _refusal_of(row: Statement, debited: str) -> PayoutRefused | None:
    if debited:
        return PayoutRefused(
            "The bank has debited %(name)s, which is over: that has to be settled first.",
            name=debited,
        )
    if not is_as_frozen(row):
        return PayoutRefused("Its document is not what was frozen.")
    return None


def _none_of_ours(paid: str, statement: str) -> PayoutRefused:
    if paid == statement:
        return PayoutRefused("There is no bank account of ours in %(currency)s.", currency=paid)
    return PayoutRefused(
        "There is no bank account of ours in %(currency)s, nor in %(other)s.",
        currency=paid,
        other=statement,
    )


def conversion_of(row: Statement, currency: str) -> Conversion:
    """What a statement is in another currency: as it was before, if it was paid once already.

    Raises:
        NoRate: see ``rates.convert``.
    """
    earlier = sorted(row.payouts.all(), key=lambda one: one.pk)
    before = next((one for one in earlier if one.pay_currency == currency), None)
    if before is not None:
        return conversion_of_payout(before)
    amount = Money.from_minor(row.payable_minor, row.currency)
    return rates.convert(amount, currency, at=row.close.closed_at)


def conversion_of_payout(row: Payout) -> Conversion:
    """The amounts of a payout and the rates that it names."""
    return Conversion(
        amount=Money.from_minor(row.amount_minor, row.currency),
        converted=Money.from_minor(row.pay_minor, row.pay_currency),
        rates=tuple(rates.rate_of(one) for one in (row.first_rate, row.second_rate) if one),
    )


def standing_of(row: Payout, *, is_locked: bool, counts_again: bool = False) -> BankStanding:
    """Where a payout stands by the entries that are recorded.

    Who has locked the payout reads with ``is_locked`` what is there by now, and not what was there
    when the transaction began. ``counts_again`` asks how one that is over would stand if it were
    not.
    """
    entries = PayoutEntry.objects.filter(payout=row).order_by("pk")
    steps = PayoutAcceptance.objects.filter(entry__in=entries.values("pk"))
    if is_locked:
        entries = entries.select_for_update()
        steps = PayoutAcceptance.objects.filter(
            entry_id__in=[entry.pk for entry in entries]
        ).select_for_update()
    accepted = {step.entry_id: step.accepted_as for step in steps if step.confirmed_at}
    known = [_entry(one, accepted.get(one.pk)) for one in entries]
    asked = ordered(row)
    if counts_again:
        asked = replace(asked, is_rejected=False, lives=row.lives + 1)
    return rules.standing_of(asked, known)


def standings_of(rows: Collection[Payout]) -> Mapping[int, BankStanding]:
    """Where each of these payouts stands, by its id, with two queries for all of them."""
    pks = [row.pk for row in rows]
    steps = PayoutAcceptance.objects.filter(entry__payout__in=pks, confirmed_at__isnull=False)
    accepted = dict(steps.values_list("entry_id", "accepted_as"))
    known: dict[int, list[Entry]] = {}
    for one in PayoutEntry.objects.filter(payout__in=pks).order_by("pk"):
        known.setdefault(one.payout_id, []).append(_entry(one, accepted.get(one.pk)))
    return {row.pk: rules.standing_of(ordered(row), known.get(row.pk, ())) for row in rows}


def unsettled(statements: Collection[int]) -> Mapping[int, str]:
    """Payouts of these statements that are over, and that the bank has debited, by statement.

    Until a person has settled that, paying the statement might pay it twice.
    """
    over = Payout.objects.filter(
        statement__in=list(statements), state__in=[state.value for state in _OVER]
    )
    rows = list(over.filter(entries__isnull=False).distinct().order_by("pk"))
    standings = standings_of(rows) if rows else {}
    return {
        row.statement_id: row.end_to_end_id
        for row in rows
        if any(not entry.is_credit for entry, _fault in standings[row.pk].faults)
    }


def ordered(row: Payout) -> Ordered:
    """What the bank was asked for."""
    return Ordered(
        statement=Money.from_minor(row.amount_minor, row.currency),
        pay=Money.from_minor(row.pay_minor, row.pay_currency),
        debit_currency=row.debit_currency,
        tolerance=row.tolerance,
        lives=row.lives + 1 if row.state in SENT else row.lives,
        is_rejected=row.state == PayoutState.REJECTED,
    )


def list_batches() -> tuple[BatchSummary, ...]:
    """Every batch, the newest first."""
    return _batches(PayoutBatch.objects.order_by("-pk"))


def page_of_batches(*, after: UUID | None, limit: int) -> tuple[BatchSummary, ...]:
    """The batches, the newest first: at most ``limit`` after the one with this key.

    Raises:
        PayoutNotFound: ``after`` is none of them.
    """
    rows = PayoutBatch.objects.order_by("-pk")
    if after is not None:
        rows = rows.filter(pk__lt=batch_row(after).pk)
    return _batches(rows[:limit])


def get_batch(uuid: UUID) -> BatchSummary:
    """One batch with its payouts.

    Raises:
        PayoutNotFound: there is none.
    """
    return _batches([batch_row(uuid)])[0]


def batch_row(uuid: UUID) -> PayoutBatch:
    """The row of a batch.

    Raises:
        PayoutNotFound: there is none.
    """
    row: PayoutBatch | None = PayoutBatch.objects.filter(uuid=uuid).first()
    if row is None:
        raise PayoutNotFound("There is no batch %(key)s.", key=uuid)
    return row


def list_faulty(*, after: UUID | None = None) -> tuple[PayoutSummary, ...]:
    """The payouts with an entry of the bank that a person has to look at: all, or those after one.

    Raises:
        PayoutNotFound: ``after`` is no payout; one that is looked at no longer keeps its place.
    """
    rows = Payout.objects.filter(entries__isnull=False).distinct()
    if after is not None:
        last = Payout.objects.filter(uuid=after).values_list("pk", flat=True).first()
        if last is None:
            raise PayoutNotFound("There is no payout %(key)s.", key=after)
        rows = rows.filter(pk__gt=last)
    found = _payouts(rows)
    return tuple(one for _batch, one in found if any(entry.fault for entry in one.entries))


def list_acceptances(*, after: UUID | None = None) -> tuple[Acceptance, ...]:
    """Differences that wait for a second person: all of them, or those after one.

    Raises:
        StepNotFound: nobody has asked for ``after``; one that was decided keeps its place.
    """
    rows = PayoutAcceptance.objects.filter(confirmed_at__isnull=True, refused_at__isnull=True)
    if after is not None:
        last = PayoutAcceptance.objects.filter(uuid=after).values_list("pk", flat=True).first()
        if last is None:
            raise StepNotFound("There is no difference %(key)s to accept.", key=after)
        rows = rows.filter(pk__gt=last)
    return tuple(
        Acceptance(
            uuid=row.uuid,
            name=row.entry.payout.end_to_end_id,
            accepted_as=AcceptedAs(row.accepted_as),
            amount=Money.from_minor(row.entry.amount_minor, row.entry.currency),
            is_credit=row.entry.is_credit,
            reason=row.reason,
            asked_by=row.asked_by,
        )
        for row in rows.select_related("entry__payout").order_by("pk")
    )


def list_rejections(*, after: UUID | None = None) -> tuple[Rejection, ...]:
    """What is said not to have been executed, and waits for a second person: all, or after one.

    Raises:
        StepNotFound: nobody has asked for ``after``; one that was decided keeps its place.
    """
    rows = PayoutRejection.objects.filter(confirmed_at__isnull=True, refused_at__isnull=True)
    if after is not None:
        last = PayoutRejection.objects.filter(uuid=after).values_list("pk", flat=True).first()
        if last is None:
            raise StepNotFound("There is nothing %(key)s that was not executed.", key=after)
        rows = rows.filter(pk__gt=last)
    return tuple(
        Rejection(
            uuid=row.uuid,
            name=row.payout.end_to_end_id,
            number=row.payout.statement.number,
            party=row.payout.statement.party,
            amount=Money.from_minor(row.payout.amount_minor, row.payout.currency),
            reason=row.reason,
            asked_by=row.asked_by,
        )
        for row in rows.select_related("payout__statement").order_by("pk")
    )


def payout_row(uuid: UUID) -> Payout:
    """The row of a payout.

    Raises:
        PayoutNotFound: there is none.
    """
    row: Payout | None = Payout.objects.filter(uuid=uuid).first()
    if row is None:
        raise PayoutNotFound("There is no payout %(key)s.", key=uuid)
    return row


def get_entry(pk: int) -> PayoutEntry:
    """An entry of the bank.

    Raises:
        PayoutNotFound: there is none.
    """
    row: PayoutEntry | None = PayoutEntry.objects.select_related("payout").filter(pk=pk).first()
    if row is None:
        raise PayoutNotFound("There is no entry %(key)s.", key=pk)
    return row


def _batches(rows: Iterable[PayoutBatch]) -> tuple[BatchSummary, ...]:
    """With their payouts, in as many queries for many as for one."""
    batches = list(rows)
    by_batch: dict[int, list[PayoutSummary]] = {}
    for batch, one in _payouts(Payout.objects.filter(batch__in=[row.pk for row in batches])):
        by_batch.setdefault(batch, []).append(one)
    return tuple(
        BatchSummary(
            uuid=row.uuid,
            message_id=row.message_id,
            execute_on=row.execute_on,
            reason=row.reason,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
            refused_because=row.refused_because,
            is_waiting=row.is_waiting,
            sha256=row.sha256,
            payouts=tuple(by_batch.get(row.pk, ())),
        )
        for row in batches
    )


def _payouts(rows: QuerySet[Payout]) -> Iterator[tuple[int, PayoutSummary]]:
    """These payouts in their order, each with the id of its batch and with what the bank told."""
    related = ("statement", "account", "first_rate", "second_rate")
    found = list(
        rows.select_related(*related)
        .defer("statement__document")
        .prefetch_related(Prefetch("entries", PayoutEntry.objects.order_by("pk")))
        .order_by("pk")
    )
    standings = standings_of(found)
    waiting = set(
        PayoutAcceptance.objects.filter(
            entry__payout__in=[row.pk for row in found],
            confirmed_at__isnull=True,
            refused_at__isnull=True,
        ).values_list("entry_id", flat=True)
    )
    for row in found:
        yield row.batch_id, _payout(row, standings[row.pk], waiting)


def _payout(row: Payout, standing: BankStanding, waiting: Collection[int]) -> PayoutSummary:
    faults = {entry.id: fault for entry, fault in standing.faults}
    charged = row.bank_minor
    return PayoutSummary(
        uuid=row.uuid,
        number=row.statement.number,
        party=row.statement.party,
        period=row.statement.period,
        state=PayoutState(row.state),
        conversion=conversion_of_payout(row),
        account=row.account.masked,
        end_to_end_id=row.end_to_end_id,
        charged=None if charged is None else Money.from_minor(charged, row.debit_currency),
        entries=tuple(
            EntrySummary(
                id=one.pk,
                booked_on=one.booked_on,
                is_credit=one.is_credit,
                amount=Money.from_minor(one.amount_minor, one.currency),
                fault=faults.get(one.pk),
                waits=one.pk in waiting,
            )
            for one in row.entries.all()
        ),
    )


def _entry(row: PayoutEntry, accepted_as: str | None) -> Entry:
    return Entry(
        id=row.pk,
        booked_on=row.booked_on,
        is_credit=row.is_credit,
        amount=Money.from_minor(row.amount_minor, row.currency),
        accepted_as=AcceptedAs(accepted_as) if accepted_as else None,
    )


def _live_accounts(parties: Collection[str]) -> Mapping[str, list[PayoutAccount]]:
    """The accounts that count, by party."""
    found: dict[str, list[PayoutAccount]] = {}
    for one in PayoutAccount.objects.filter(party__in=list(parties), live_key__isnull=False):
        found.setdefault(one.party, []).append(one)
    return found


def _debit_currency(statement: str, paid: str) -> str:
    """Our account in the currency that is paid, else in the statement's; "" if in neither."""
    ours = conf.bank_accounts()
    return next((code for code in (paid, statement) if code in ours), "")
