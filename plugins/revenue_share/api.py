"""The only door of ``revenue_share``: booking facts, clearing, closing, statements, payouts.

Moments are aware, in UTC. Booking is idempotent by the uuid of the fact: a payment, a refund, a
waiver's grant; a dispute by how it stands. Booking, clearing and closing are safe from several
workers at once, and inside a transaction that the caller has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from uuid import UUID

from django.utils import translation

from fairgate.money import Money
from fee_payments.data import (
    DisputeSummary,
    PaymentSummary,
    RefundSummary,
    ReturnedSeat,
    WaivedSeat,
)
from partnerships import api as partnerships
from partnerships.data import PLATFORM

from . import papers, sheets, statements
from .data import (
    Acceptance,
    Balance,
    BatchSummary,
    Booking,
    CaughtUp,
    Cleared,
    ClosedPeriod,
    Conversion,
    EventLine,
    Fault,
    LoadedRates,
    Names,
    Payable,
    PaymentOrder,
    PayoutSummary,
    Period,
    RateSource,
    Rebuilt,
    RecordedFile,
    Statement,
    StatementLine,
    StatementState,
    StatementSummary,
)
from .selectors import checking, events
from .selectors import payouts as payout_reads
from .selectors import rates as rate_reads
from .selectors import statements as reads
from .services import (
    adjusting,
    booking,
    catching_up,
    closing,
    disputing,
    holds,
    payout_accounts,
    payout_records,
    payouts,
    rates,
    refunding,
    rollups,
    seats,
)

__all__ = [
    "accept_difference",
    "approve_batch",
    "ask_to_accept",
    "balances",
    "batch",
    "book_dispute",
    "book_payment",
    "book_payments",
    "book_refund",
    "book_returned_seat",
    "book_waived_seat",
    "catch_up",
    "check",
    "check_adjustment",
    "clear_holds",
    "close_period",
    "confirm_account",
    "confirm_adjustment",
    "confirm_rate",
    "convert",
    "events_csv",
    "events_page",
    "list_acceptances",
    "list_batches",
    "list_faulty_payouts",
    "list_payables",
    "list_statements",
    "load_rates",
    "next_period",
    "payment_order",
    "propose_account",
    "propose_account_end",
    "propose_adjustment",
    "propose_batch",
    "propose_rate",
    "rebuild",
    "record_bank_file",
    "refuse_account",
    "refuse_adjustment",
    "refuse_batch",
    "refuse_difference",
    "refuse_rate",
    "statement",
    "statement_csv",
    "statement_currencies",
    "statement_json",
    "statement_paper",
    "statement_states",
    "write_workbook",
]


def book_payment(payment: PaymentSummary, *, at: datetime) -> Booking:
    """Book a sale and share its net receipts under the terms in force at ``paid_at``.

    Without terms the receipts go to the account ``unallocated`` and are shown there.

    Raises:
        KeyReused: this payment is booked with other amounts or dates.
    """
    return booking.book_payment(payment, at=at)


def book_payments(payments: Sequence[PaymentSummary], *, at: datetime) -> int:
    """Book many sales in one transaction, in this order, as ``book_payment`` would each of them.

    All of them or none; a few hundred at a time are fastest. Those that are booked already are left
    as they are. Returns how many were not.

    Raises:
        KeyReused: one of them is booked with other amounts or dates.
    """
    return booking.book_payments(payments, at=at)


def book_refund(refund: RefundSummary, *, at: datetime) -> Booking:
    """Take a refund's part of the sale's lines back; the fee not returned goes to its bearer.

    Raises:
        SaleNotBooked: the payment is not in the books yet; ``catch_up`` books both.
        RefundExceedsSale: more would be taken back than the sale brought.
        KeyReused: this refund is booked with other amounts or dates.
    """
    return refunding.book_refund(refund, at=at)


def book_dispute(dispute: DisputeSummary, *, at: datetime) -> Booking:
    """Book how a dispute stands: what the bank took of the payment's sales, kept or gave back.

    What is told again, or late, changes nothing. The answer is what its newest fact did.

    Raises:
        SaleNotBooked: the payment is not in the books yet; ``catch_up`` books both.
        DisputeDiffers: it is in another currency than its payment.
    """
    return disputing.book_dispute(dispute, at=at)


def book_waived_seat(seat: WaivedSeat, *, at: datetime) -> Booking:
    """Note a seat that was waived; what it costs goes from the fund to who gives the training.

    Raises:
        KeyReused: this grant is booked with other amounts or dates.
    """
    return seats.book_waived_seat(seat, at=at)


def book_returned_seat(seat: ReturnedSeat, *, at: datetime) -> Booking:
    """Reverse a waived seat that was given back with a full refund, as it was booked.

    Raises:
        SaleNotBooked: the waived seat is not in the books yet; ``catch_up`` books both.
        KeyReused: this return is booked with another date.
    """
    return seats.book_returned_seat(seat, at=at)


def catch_up(*, at: datetime) -> CaughtUp:
    """Book every fact of fee_payments that is not in the books: its rows are the outbox."""
    return catching_up.catch_up(at=at)


def clear_holds(*, at: datetime) -> Cleared:
    """Clear the sales whose hold has ended and hand the fund its part, exactly once."""
    return holds.clear_holds(at=at)


def close_period(period: str, *, at: datetime, by: str) -> ClosedPeriod:
    """Close a month (``2026-10``): catch up, clear, then number and freeze its statements.

    Closing a closed month again returns what was closed first.

    Raises:
        InvalidPeriod: not a month.
        PeriodStillOnHold: the hold of its last sales has not ended.
        EarlierPeriodOpen: an earlier month has to be closed first.
    """
    return closing.close_period(period, at=at, by=by)


def propose_adjustment(
    amounts: Mapping[str, Money], *, reason: str, period: str, by: int, at: datetime
) -> UUID:
    """Ask that money is moved by hand: party -> what it gets, below zero what it gives.

    The party "" is what is not allocated. Nothing moves before another person confirms it.

    Raises:
        InvalidPeriod: not a month.
        AdjustmentRefused: no reason, not zero together, several currencies, no such party, or the
            month is closed or has not begun.
    """
    return adjusting.propose(amounts, reason=reason, period=period, by=by, at=at)


def check_adjustment(
    amounts: Mapping[str, Money], *, reason: str, period: str, at: datetime
) -> None:
    """Whether this could be proposed; nothing is written.

    Raises:
        InvalidPeriod, AdjustmentRefused: as ``propose_adjustment``.
    """
    adjusting.check(amounts, reason=reason, period=period, at=at)


def confirm_adjustment(uuid: UUID, *, by: int, at: datetime) -> Booking:
    """Move what somebody else proposed.

    Raises:
        UnknownAdjustment: nobody proposed it.
        SecondPersonNeeded: ``by`` did.
        AdjustmentRefused: it is decided, or its month was closed meanwhile.
    """
    return adjusting.confirm(uuid, by=by, at=at)


def refuse_adjustment(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not move it; who proposed it may take it back.

    Raises:
        UnknownAdjustment: nobody proposed it.
        AdjustmentRefused: it is decided, or nobody says why.
    """
    adjusting.refuse(uuid, because=because, by=by, at=at)


def statement(party: str, period: str, *, currency: str | None = None) -> Statement:
    """A party's statement of a month: frozen if the month is closed, else a draft as booked.

    Raises:
        InvalidPeriod: not a month.
        StatementNotFound: the party has nothing in this month (and currency).
        CurrencyNeeded: it has several currencies and none is named.
    """
    return reads.get_statement(party, Period.parse(period), currency)


def statement_currencies(party: str, period: str) -> tuple[str, ...]:
    """The currencies in which a party has a statement of a month, in alphabetical order."""
    return tuple(one.currency for one in reads.statements_of(party, Period.parse(period)))


def statement_csv(statement: Statement) -> str:
    """The statement as CSV, with the numbers of its page; the same bytes every time."""
    return statements.to_csv(statement)


def statement_json(statement: Statement) -> str:
    """The statement as canonical JSON: for a closed one, the very text that was hashed."""
    return reads.document_of(statement)


def statement_paper(statement: Statement, *, language: str) -> bytes:
    """The statement as a tagged PDF file in a language (a code of Django's).

    Raises:
        PapersError: the file cannot be made.
    """
    return papers.render_statement(statement, names=_names(statement, language), language=language)


def write_workbook(statement: Statement, *, language: str, to: IO[bytes]) -> None:
    """Write the statement and the events behind it as an XLSX file, in flat memory."""
    events = _events(statement, None)
    sheets.write_workbook(
        statement, events, names=_names(statement, language), language=language, to=to
    )


def _names(statement: Statement, language: str) -> Names:
    with translation.override(language):
        return Names(party=_name_of(statement.party), host=_name_of(PLATFORM))


def _name_of(code: str) -> str:
    try:
        return partnerships.party(code).name
    except LookupError:
        return code  # a share may go to somebody who is no partner


def events_page(
    statement: Statement, line: StatementLine | None = None, *, after: int = 0, limit: int = 100
) -> tuple[tuple[int, EventLine], ...]:
    """A page of the events behind a statement or one line of it, each with its place.

    The next page begins ``after`` the last place; an empty page is the end.
    """
    return reads.events_behind(statement, line, after=after, limit=limit)


def events_csv(statement: Statement, line: StatementLine | None = None) -> Iterator[str]:
    """The events behind a statement or one line of it as CSV, piece by piece."""
    return statements.events_csv(_events(statement, line))


def _events(statement: Statement, line: StatementLine | None) -> Iterator[EventLine]:
    after = 0
    while page := reads.events_behind(statement, line, after=after):
        yield from (event for _, event in page)
        after = page[-1][0]


def list_statements(party: str | None = None) -> tuple[StatementSummary, ...]:
    """A party's statements, or everybody's, newest month first; open months as drafts."""
    return reads.list_summaries(party)


def next_period(*, at: datetime) -> str:
    """The month to close next: the first open one with anything on it, else that of ``at``."""
    return reads.first_open_period() or str(Period.of(at))


def balances(currency: str | None = None) -> tuple[Balance, ...]:
    """The balance of every account and party, by currency, account and party."""
    return events.list_balances(currency)


def rebuild() -> Rebuilt:
    """Drop the sums of all months and make them again from the events; the result is the same."""
    return rollups.rebuild()


def check() -> tuple[Fault, ...]:
    """Prove every invariant of the books; one fault for the first row that breaks each."""
    return checking.check()


def load_rates(
    content: bytes, *, source: RateSource, file: str, by: int | None, at: datetime
) -> LoadedRates:
    """Take the rates of a file that ``source`` has published: all of them, or none.

    A file that was loaded does nothing again. Another value for a day that is there is told as a
    correction; what was converted before stays as it was.

    Raises:
        DocumentErrors: every fault of the file, with its line.
    """
    return rates.load_rates(content, source=source, file=file, by=by, at=at)


def propose_rate(
    base: str, currency: str, rate: Decimal, *, effective_on: date, reason: str, by: int,
    at: datetime,
) -> UUID:  # fmt: skip
    """Ask that a rate counts which nobody publishes; its key.

    Raises:
        RateRefused: no reason, no such currency, a value or a day that cannot be.
    """
    return rates.propose_rate(
        base, currency, rate, effective_on=effective_on, reason=reason, by=by, at=at
    )


def confirm_rate(uuid: UUID, *, by: int, at: datetime) -> None:
    """Let a rate that was entered by hand count, as the second person.

    Raises:
        StepNotFound, SecondPersonNeeded, RateRefused: there is none; the same person has asked for
            it; it was decided already.
    """
    rates.confirm_rate(uuid, by=by, at=at)


def refuse_rate(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Let a rate that was entered by hand not count.

    Raises:
        StepNotFound, RateRefused: there is none; no reason, or it was decided already.
    """
    rates.refuse_rate(uuid, by=by, because=because, at=at)


def convert(amount: Money, currency: str, *, at: datetime) -> Conversion:
    """An amount in another currency, by the newest rates in effect and known at a moment.

    Raises:
        NoRate: there is none, or it is too old.
    """
    return rate_reads.convert(amount, currency, at=at)


def propose_account(
    party: str, currency: str, *, holder: str, number: str, bic: str = "", is_iban: bool = True,
    reason: str, by: int, at: datetime,
) -> UUID:  # fmt: skip
    """Ask that a party is paid to this account in this currency; the key of the step.

    Raises:
        AccountRefused: no reason, no such party or currency, or it is no account.
        PayoutRefused: this site has no key to encrypt it with.
    """
    return payout_accounts.propose_account(
        party, currency, holder=holder, number=number, bic=bic, is_iban=is_iban, reason=reason,
        by=by, at=at,
    )  # fmt: skip


def propose_account_end(party: str, currency: str, *, reason: str, by: int, at: datetime) -> UUID:
    """Ask that a party is paid to no account in this currency any more.

    Raises:
        AccountRefused: no reason, or it has none.
    """
    return payout_accounts.propose_end(party, currency, reason=reason, by=by, at=at)


def confirm_account(uuid: UUID, *, by: int, at: datetime) -> None:
    """Let an account count, or the end of one, as the second person.

    Raises:
        StepNotFound, SecondPersonNeeded, AccountRefused: there is none; the same person has asked
            for it; it was decided already.
    """
    payout_accounts.confirm_account(uuid, by=by, at=at)


def refuse_account(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Let an account not count.

    Raises:
        StepNotFound, AccountRefused: there is none; no reason, or it was decided already.
    """
    payout_accounts.refuse_account(uuid, by=by, because=because, at=at)


def list_payables() -> tuple[Payable, ...]:
    """Every frozen statement that is to be paid and is not, and why it cannot be."""
    return payout_reads.list_payables()


def propose_batch(
    numbers: Iterable[int], *, execute_on: date, reason: str, by: int, at: datetime
) -> UUID:
    """Propose to pay these statements (their numbers) on a day; the key of the batch.

    Raises:
        PayoutRefused: no reason, no such day, nothing to pay, or one of them cannot be paid.
    """
    return payouts.propose_batch(numbers, execute_on=execute_on, reason=reason, by=by, at=at)


def approve_batch(uuid: UUID, *, by: int, at: datetime) -> None:
    """Approve a batch as the second person; its file for the bank is made, once.

    Raises:
        PayoutNotFound, SecondPersonNeeded, PayoutRefused: there is none; the same person has
            proposed it; it was decided, or something of it was changed since.
    """
    payouts.approve_batch(uuid, by=by, at=at)


def refuse_batch(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Do not pay a batch that waits; its statements can be paid again.

    Raises:
        PayoutNotFound, PayoutRefused: there is none; no reason, or it was decided already.
    """
    payouts.refuse_batch(uuid, by=by, because=because, at=at)


def batch(uuid: UUID) -> BatchSummary:
    """A batch with its payouts.

    Raises:
        PayoutNotFound: there is none.
    """
    return payout_reads.get_batch(uuid)


def list_batches() -> tuple[BatchSummary, ...]:
    """Every batch, the newest first."""
    return payout_reads.list_batches()


def payment_order(uuid: UUID) -> PaymentOrder:
    """The file of an approved batch for the bank: the same bytes every time.

    Raises:
        PayoutNotFound, PayoutRefused: there is no such batch; it is not approved.
    """
    return payouts.payment_order(uuid)


def record_bank_file(
    content: bytes, *, by: int | None, at: datetime, account: int | None = None
) -> RecordedFile:
    """Record what a bank's file says of payouts; the same file again changes nothing.

    ``account`` (an id of fee_payments) says with which mapping a CSV is read.

    Raises:
        PaymentsError: the file cannot be read whole; nothing was taken.
        PayoutRefused: it is of none of our accounts.
    """
    return payout_records.record_bank_file(content, by=by, at=at, account=account)


def list_faulty_payouts() -> tuple[PayoutSummary, ...]:
    """The payouts with an entry of the bank that a person has to look at."""
    return payout_reads.list_faulty()


def list_acceptances() -> tuple[Acceptance, ...]:
    """Differences that wait for a second person."""
    return payout_reads.list_acceptances()


def ask_to_accept(entry_id: int, *, reason: str, by: int, at: datetime) -> UUID:
    """Ask that the difference of a bank's entry is accepted as its fee or its rate.

    Raises:
        PayoutNotFound, PayoutRefused: there is no such entry, or no such difference.
    """
    return payout_records.ask_acceptance(entry_id, reason=reason, by=by, at=at)


def accept_difference(uuid: UUID, *, by: int, at: datetime) -> None:
    """Accept a difference as the second person; it goes to ``fx_gain_loss``.

    Raises:
        StepNotFound, SecondPersonNeeded, PayoutRefused: there is none; the same person has asked;
            it was decided, or there is no difference any more.
    """
    payout_records.accept(uuid, by=by, at=at)


def refuse_difference(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Do not accept a difference.

    Raises:
        StepNotFound, PayoutRefused: there is none; no reason, or it was decided already.
    """
    payout_records.refuse_acceptance(uuid, by=by, because=because, at=at)


def statement_states(numbers: Iterable[int]) -> Mapping[int, StatementState]:
    """What became of closed statements, by number: ``closed``, ``sent`` or ``paid``."""
    return payout_reads.statement_states(numbers)
