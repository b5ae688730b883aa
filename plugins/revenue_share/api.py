"""The only door of ``revenue_share``: booking facts, clearing, closing, statements, payouts.

Moments are aware, in UTC. Booking is idempotent by the uuid of the fact: a payment, a refund, a
waiver's grant; a dispute by how it stands. Booking, clearing and closing are safe from several
workers at once, and inside a transaction that the caller has begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO
from uuid import UUID

from fairgate.money import Money
from fee_payments.data import (
    DisputeSummary,
    PaymentSummary,
    RefundSummary,
    ReturnedSeat,
    WaivedSeat,
)
from partnerships.data import RevenueTerms

from . import conf, export_files, papers, report_sheets, report_tables, sheets, statements
from .data import (
    Acceptance,
    AcceptedAs,
    Account,
    AccountDetails,
    AccountHolder,
    AccountSummary,
    AdjustmentSummary,
    Balance,
    BatchSummary,
    Booking,
    BookRow,
    CaughtUp,
    Cleared,
    ClosedPeriod,
    Conversion,
    CostRecovery,
    CourseReport,
    Dimension,
    Drill,
    DryRun,
    EventLine,
    Exported,
    Fault,
    FundFlow,
    LoadedRates,
    MailedStatements,
    MonthSummary,
    Names,
    Owed,
    PartyMoney,
    Payable,
    PaymentOrder,
    PayoutSummary,
    Period,
    PeriodSummary,
    Rate,
    RateProposalSummary,
    RateSource,
    Rebuilt,
    RecordedFile,
    Rejection,
    RemittanceSummary,
    Report,
    ReportEvent,
    Run,
    Statement,
    StatementFormat,
    StatementLine,
    StatementPlace,
    StatementState,
    StatementSummary,
    StepState,
    Waterfall,
)
from .rules.line_shares import Shares
from .selectors import behind as behind_reads
from .selectors import checking, course_reports, dry_runs, events, explained, steps, whole_accounts
from .selectors import party_money as party_reads
from .selectors import payouts as payout_reads
from .selectors import rates as rate_reads
from .selectors import report_events as event_reads
from .selectors import reports as report_reads
from .selectors import runs as run_reads
from .selectors import statements as reads
from .services import (
    adjusting,
    booking,
    catching_up,
    closing,
    disputing,
    exporting,
    holds,
    mailing,
    payout_accounts,
    payout_records,
    payout_rejections,
    payouts,
    rates,
    refunding,
    remitting,
    rollups,
    runs,
    seats,
)

__all__ = [
    "accept_difference",
    "account",
    "adjustment",
    "approve_batch",
    "ask_to_accept",
    "ask_to_reject",
    "balances",
    "batch",
    "batch_holders",
    "batches_page",
    "beancount_ledger",
    "book_dispute",
    "book_payment",
    "book_payments",
    "book_refund",
    "book_returned_seat",
    "book_waived_seat",
    "busiest_currency",
    "catch_up",
    "check",
    "check_adjustment",
    "clear_holds",
    "close_period",
    "confirm_account",
    "confirm_adjustment",
    "confirm_rate",
    "confirm_remittance",
    "convert",
    "cost_recovery",
    "course_report",
    "dry_run",
    "events_csv",
    "events_page",
    "export_facts",
    "fact_tables",
    "fund_flow",
    "line_shares",
    "list_acceptances",
    "list_accounts",
    "list_adjustments",
    "list_batches",
    "list_faulty_payouts",
    "list_months",
    "list_owed",
    "list_payables",
    "list_periods",
    "list_rate_proposals",
    "list_rates",
    "list_rejections",
    "list_remittances",
    "list_spans",
    "list_statements",
    "list_unallocated",
    "load_rates",
    "mails_due",
    "mails_of_period",
    "next_period",
    "parties_without_contact",
    "party_money",
    "payment_order",
    "propose_account",
    "propose_account_end",
    "propose_adjustment",
    "propose_batch",
    "propose_rate",
    "propose_remittance",
    "rate_proposal",
    "rebuild",
    "record_bank_file",
    "refuse_account",
    "refuse_adjustment",
    "refuse_batch",
    "refuse_difference",
    "refuse_rate",
    "refuse_rejection",
    "refuse_remittance",
    "reject_payout",
    "remittance",
    "report",
    "report_csv",
    "report_events",
    "report_events_csv",
    "send_facts",
    "send_mail",
    "send_statements",
    "statement",
    "statement_csv",
    "statement_currencies",
    "statement_json",
    "statement_names",
    "statement_paper",
    "statement_states",
    "statements_page",
    "waterfall",
    "whole_account",
    "write_report",
    "write_statement",
    "write_workbook",
]


def book_payment(payment: PaymentSummary, *, at: datetime) -> Booking:
    """Book a sale and share its net receipts under the terms in force at ``paid_at``.

    Without terms the receipts go to the account ``unallocated`` and are shown there.

    Raises:
        KeyReused: this payment is booked with other amounts or dates.
        CarriesDiffer: what rounding owes is kept by other weights than the terms say.
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
    """Clear the sales whose hold has ended and hand the fund its part, exactly once.

    Raises:
        FundDiffers: in a currency the fund is handed nothing, since events did not give it.
        RevenueShareError: a sale cannot be cleared; all others are.
    """
    return holds.clear_holds(at=at)


def close_period(period: str, *, at: datetime, by: str) -> ClosedPeriod:
    """Close a month (``2026-10``): catch up, clear, then number and freeze its statements.

    Closing a closed month again returns what was closed first.

    Raises:
        InvalidPeriod: not a month.
        PeriodStillOnHold: the hold of its last sales has not ended.
        EarlierPeriodOpen: an earlier month has to be closed first.
        SumsDiffer: the sums of the month are not those of its events (``rebuild``).
        SaleUncleared: a sale on it is not cleared, or has no standing.
    """
    return closing.close_period(period, at=at, by=by)


def ask_to_close(period: str, *, by: int, language: str, at: datetime, key: str) -> UUID:
    """Ask that a month is closed, which ``carry_out`` does; asked again, it is the same run.

    Refusals that come of it are told in ``language``. ``key`` is as for an adjustment.

    Raises:
        InvalidPeriod, PeriodStillOnHold, EarlierPeriodOpen: as for ``close_period``, now.
        KeyReused: the key stands for another request.
    """
    return runs.ask_to_close(period, by=by, language=language, at=at, key=key)


def ask_to_check(*, by: int, language: str, at: datetime, key: str) -> UUID:
    """Ask that the books are proved, which ``carry_out`` does.

    Raises:
        KeyReused: the key stands for another request.
    """
    return runs.ask_to_check(by=by, language=language, at=at, key=key)


def carry_out(uuid: UUID, *, now: Callable[[], datetime]) -> bool:
    """Do what was asked for, unless it is done or a worker is at it; whether this call did it.

    Not within a transaction: how far it is would be seen by nobody.
    """
    return runs.carry_out(uuid, now=now)


def carry_out_left(*, now: Callable[[], datetime]) -> int:
    """Do what was asked for and nobody has begun, or whose worker has died; how many runs."""
    return runs.carry_out_left(now=now)


def run(uuid: UUID, *, at: datetime) -> Run:
    """How far something is that was asked for, and what came of it.

    Raises:
        StepNotFound: nobody has asked for it.
    """
    return run_reads.get_run(uuid, at=at)


def propose_adjustment(
    amounts: Mapping[str, Money], *, reason: str, period: str, by: int, at: datetime, key: str = ""
) -> UUID:
    """Ask that money is moved by hand: party -> what it gets, below zero what it gives.

    The party "" is what is not allocated. Nothing moves before another person confirms it. ``key``
    is the sender's name of this request, as for every step that is asked for here: sent again, the
    request finds what it has asked for.

    Raises:
        InvalidPeriod: not a month.
        AdjustmentRefused: no reason, not zero together, several currencies, no such party, or the
            month is closed or has not begun.
        KeyReused: the key stands for another request.
    """
    return adjusting.propose(amounts, reason=reason, period=period, by=by, at=at, key=key)


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


def propose_remittance(
    party: str, amount: Money, *, booked_on: date, reference: str, reason: str, by: int,
    at: datetime, key: str = "",
) -> UUID:  # fmt: skip
    """Enter what a party paid over, as the bank's statement shows it; its key.

    A merchant of record pays the shares of what it has collected, a party gives back what was taken
    back from it; below zero is what is given back to them. ``booked_on`` is the bank's booking
    date, ``reference`` the bank's. Nothing counts before another person confirms it.

    Raises:
        RemittanceRefused: no reason, no such party or one that is the platform's own, nothing, a
            day to come, no reference, or one that is recorded already in this currency.
        KeyReused: the key stands for another request.
    """
    return remitting.propose(
        party, amount, booked_on=booked_on, reference=reference, reason=reason, by=by, at=at,
        key=key,
    )  # fmt: skip


def confirm_remittance(uuid: UUID, *, by: int, at: datetime) -> Booking:
    """Let what somebody else entered count: in the month of its booking, or the first open one.

    Raises:
        StepNotFound: nobody has entered it.
        SecondPersonNeeded: ``by`` has.
        RemittanceRefused: it was decided already.
    """
    return remitting.confirm_remittance(uuid, by=by, at=at)


def refuse_remittance(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let it not count; its reference may be entered again. Who entered it may take it back.

    Raises:
        StepNotFound: nobody has entered it.
        RemittanceRefused: no reason, or it was decided already.
    """
    remitting.refuse_remittance(uuid, because=because, by=by, at=at)


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


def line_shares(statement: Statement) -> Shares:
    """Which part of its base each line of a statement gives its party: ``of(line)``.

    It is read from the versions of the agreements that the lines name, which never change.
    """
    return explained.line_shares(statement)


def statement_csv(statement: Statement) -> str:
    """The statement as CSV, with the numbers of its page; the same bytes every time."""
    return statements.to_csv(statement, line_shares(statement))


def statement_json(statement: Statement) -> str:
    """The statement as canonical JSON: for a closed one, the very text that was hashed."""
    return reads.document_of(statement)


def statement_paper(statement: Statement, *, language: str) -> bytes:
    """The statement as a tagged PDF file in a language (a code of Django's).

    Raises:
        PapersError: the file cannot be made.
    """
    return papers.render_statement(
        statement,
        names=statement_names(statement, language=language),
        shares=line_shares(statement),
        language=language,
    )


def write_workbook(statement: Statement, *, language: str, to: IO[bytes]) -> None:
    """Write the statement and the events behind it as an XLSX file, in flat memory."""
    sheets.write_workbook(
        statement,
        _events(statement, None),
        names=statement_names(statement, language=language),
        shares=line_shares(statement),
        language=language,
        to=to,
    )


def statement_names(statement: Statement, *, language: str) -> Names:
    """The legal names on a statement: its party's of the day of the close, of a draft that of now.

    It is issued under the legal name of the site's merchant, or of its settings, else as the host.
    """
    return explained.names_on(statement, language=language)


def events_page(
    statement: Statement, line: StatementLine | None = None, *, after: int = 0, limit: int = 100
) -> tuple[tuple[int, EventLine], ...]:
    """A page of the events behind a statement or one line of it, each with its place.

    The next page begins ``after`` the last place; an empty page is the end.
    """
    return reads.events_behind(statement, line, after=after, limit=limit)


def events_csv(statement: Statement, line: StatementLine | None = None) -> Iterator[str]:
    """The events behind a statement or one line of it as CSV, piece by piece."""
    return statements.events_csv(_events(statement, line), line_shares(statement))


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


def export_facts(folder: Path, *, since: Path | None = None, at: datetime) -> Exported:
    """Write the facts of the books to a new folder: a file per table, and ``manifest.json``.

    With the manifest of an earlier folder, only what is new ``since``. Not within a transaction:
    it would see the books as they were when that began.

    Raises:
        ExportRefused: the folder is there or cannot be written, or the manifest does not fit.
    """
    return exporting.write_files(folder, since=since, at=at)


def send_facts(*, again: bool = False, at: datetime) -> Exported:
    """Send ClickHouse what it does not have yet; ``again``: everything. As above.

    Raises:
        ImproperlyConfigured: the server is named in a way that cannot be.
        ExportRefused: none is named, or it has facts of other books.
        WarehouseUnavailable: it did not take all of it; the next call goes on from there.
    """
    return exporting.send(again=again, at=at)


def fact_tables(database: str, *, cluster: str = "") -> str:
    """The statements that make the tables of facts in ClickHouse, where they are missing.

    Raises:
        ValueError: the database or the cluster has a name that no statement may have.
    """
    return export_files.create_tables(database, cluster=cluster)


def beancount_ledger() -> Iterator[str]:
    """The books as a ledger of beancount, line by line, its balances asserted at the end."""
    return exporting.ledger()


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
    at: datetime, key: str = "",
) -> UUID:  # fmt: skip
    """Ask that a rate counts which nobody publishes; its key.

    Raises:
        RateRefused: no reason, no such currency, a value or a day that cannot be.
        KeyReused: the request's key stands for another one.
    """
    return rates.propose_rate(
        base, currency, rate, effective_on=effective_on, reason=reason, by=by, at=at, key=key
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

    Where none was known at that moment, by those in effect then as they are known now.

    Raises:
        NoRate: there is none, or it is too old.
    """
    return rate_reads.convert(amount, currency, at=at)


def propose_account(
    party: str, currency: str, *, holder: str, number: str, bic: str = "", is_iban: bool = True,
    reason: str, by: int, at: datetime, key: str = "",
) -> UUID:  # fmt: skip
    """Ask that a party is paid to this account in this currency; the key of the step.

    Raises:
        AccountRefused: no reason, no such party or currency, or it is no account.
        PayoutRefused: this site has no key to encrypt it with.
        KeyReused: the request's key stands for another one.
    """
    return payout_accounts.propose_account(
        party, currency, holder=holder, number=number, bic=bic, is_iban=is_iban, reason=reason,
        by=by, at=at, key=key,
    )  # fmt: skip


def propose_account_end(
    party: str, currency: str, *, reason: str, by: int, at: datetime, key: str = ""
) -> UUID:
    """Ask that a party is paid to no account in this currency any more.

    Raises:
        AccountRefused: no reason, or it has none.
        KeyReused: the request's key stands for another one.
    """
    return payout_accounts.propose_end(party, currency, reason=reason, by=by, at=at, key=key)


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


def list_owed(currency: str | None = None) -> tuple[Owed, ...]:
    """What closed statements say is to be paid, and the bank has not paid yet, by their numbers."""
    return payout_reads.list_owed(currency)


def propose_batch(
    numbers: Iterable[int], *, execute_on: date, reason: str, by: int, at: datetime, key: str = ""
) -> UUID:
    """Propose to pay these statements (their numbers) on a day; the key of the batch.

    Raises:
        PayoutRefused: no reason, no such day, nothing to pay, or one of them cannot be paid.
        KeyReused: the request's key stands for another one.
    """
    return payouts.propose_batch(
        numbers, execute_on=execute_on, reason=reason, by=by, at=at, key=key
    )


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


def list_faulty_payouts(*, after: UUID | None = None) -> tuple[PayoutSummary, ...]:
    """The payouts with an entry of the bank that a person has to look at: all, or those after one.

    Raises:
        PayoutNotFound: ``after`` is no payout; one that is looked at no longer keeps its place.
    """
    return payout_reads.list_faulty(after=after)


def list_acceptances(*, after: UUID | None = None) -> tuple[Acceptance, ...]:
    """Differences that wait for a second person: all of them, or those after one.

    Raises:
        StepNotFound: nobody has asked for ``after``; one that was decided keeps its place.
    """
    return payout_reads.list_acceptances(after=after)


def ask_to_accept(
    entry_id: int, *, accepted_as: AcceptedAs, reason: str, by: int, at: datetime, key: str = ""
) -> UUID:
    """Ask that a bank's entry of another amount is accepted: as the payment itself, or as a fee.

    Raises:
        PayoutNotFound, PayoutRefused: there is no such entry, no such difference, or it cannot be
            what is said.
        KeyReused: the request's key stands for another one.
    """
    return payout_records.ask_acceptance(
        entry_id, accepted_as=accepted_as, reason=reason, by=by, at=at, key=key
    )


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


def list_rejections(*, after: UUID | None = None) -> tuple[Rejection, ...]:
    """Payouts that somebody says were not executed, and wait for a second person: or those after.

    Raises:
        StepNotFound: nobody has asked for ``after``; one that was decided keeps its place.
    """
    return payout_reads.list_rejections(after=after)


def ask_to_reject(payout: UUID, *, reason: str, by: int, at: datetime, key: str = "") -> UUID:
    """Say that the bank has not executed a payout that was sent, and will not.

    Raises:
        PayoutNotFound, PayoutRefused: there is no such payout; no reason, it was not sent, or the
            bank has told something of it.
        KeyReused: the request's key stands for another one.
    """
    return payout_rejections.ask_rejection(payout, reason=reason, by=by, at=at, key=key)


def reject_payout(uuid: UUID, *, by: int, at: datetime) -> None:
    """Confirm it as the second person: the statement can be paid again.

    Raises:
        StepNotFound, SecondPersonNeeded, PayoutRefused: there is none; the same person has said
            so; it was decided, or the bank has told something of it by now.
    """
    payout_rejections.reject(uuid, by=by, at=at)


def refuse_rejection(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Do not confirm it: the bank is still to pay.

    Raises:
        StepNotFound, PayoutRefused: there is none; no reason, or it was decided already.
    """
    payout_rejections.refuse_rejection(uuid, by=by, because=because, at=at)


def statement_states(numbers: Iterable[int]) -> Mapping[int, StatementState]:
    """What became of closed statements, by number: ``closed``, ``sent`` or ``paid``."""
    return payout_reads.statement_states(numbers)


def dry_run(period: str, terms: Sequence[RevenueTerms], *, on_any_day: bool = False) -> DryRun:
    """Share a closed month under other terms, beside what was booked. Nothing is written.

    Sales of courses that ``terms`` name are shared anew, and what went back of them in this month;
    all the rest stays as it was booked. Where no version covers the day of a sale,
    ``on_any_day`` takes the course's latest. Rounding goes on from what it owed each party when
    the month began; a version of other parties begins at nothing.

    Raises:
        InvalidPeriod: not a month.
        PeriodNotClosed: it is still open.
    """
    return dry_runs.dry_run(Period.parse(period), terms, on_any_day=on_any_day)


def course_report(course_key: str, *, at: datetime) -> CourseReport:
    """What the team of a course sees of its sales, by month and currency (decision 0074).

    Only months that are over, joined until nobody's own payment can be seen.
    """
    return course_reports.course_report(course_key, before=Period.of(at))


def party_money(party: str, *, at: datetime) -> PartyMoney:
    """Where a party's money stands beside its statements: on hold, cleared, carried, paid out."""
    return party_reads.party_money(party, at=at)


# --- Lists in parts, and files, for the REST API, the commands and mails --------------------------


def list_periods() -> tuple[PeriodSummary, ...]:
    """Every month that was closed, or is open and has something on it; the newest first."""
    return reads.list_periods()


def statements_page(
    parties: Sequence[str] | None = None,
    *,
    period: str | None = None,
    currency: str | None = None,
    after: StatementPlace | None = None,
    limit: int = 25,
) -> tuple[StatementSummary, ...]:
    """At most ``limit`` statements of these parties, or of all, after a place in the list.

    Newest month first, then by party and currency; open months as drafts.

    Raises:
        InvalidPeriod: not a month.
    """
    month = Period.parse(period) if period else None
    return reads.page_of_summaries(
        parties, period=month, currency=currency, after=after, limit=limit
    )


def write_statement(
    statement: Statement, kind: StatementFormat, *, language: str, to: IO[bytes]
) -> None:
    """Write the statement as a file of a kind; ``language`` (of Django) is that of its words.

    Raises:
        PapersError: the PDF cannot be made.
    """
    if kind is StatementFormat.XLSX:
        write_workbook(statement, language=language, to=to)
    elif kind is StatementFormat.PDF:
        to.write(statement_paper(statement, language=language))
    else:
        text = statement_csv if kind is StatementFormat.CSV else statement_json
        to.write(text(statement).encode())


def list_adjustments(
    *, state: StepState | None = None, after: UUID | None = None, limit: int = 25
) -> tuple[AdjustmentSummary, ...]:
    """What was asked to be moved by hand, the newest first: at most ``limit`` after this one.

    Raises:
        UnknownAdjustment: ``after`` is none of them.
    """
    return steps.list_adjustments(state=state, after=after, limit=limit)


def list_remittances(
    *,
    party: str | None = None,
    state: StepState | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> tuple[RemittanceSummary, ...]:
    """What parties paid over, the newest first: at most ``limit`` after the one with this key.

    Raises:
        StepNotFound: ``after`` is none of them.
    """
    return steps.list_remittances(party=party, state=state, after=after, limit=limit)


def remittance(uuid: UUID) -> RemittanceSummary:
    """What a party paid over, and who says so.

    Raises:
        StepNotFound: nobody has entered it.
    """
    return steps.get_remittance(uuid)


def adjustment(uuid: UUID) -> AdjustmentSummary:
    """What somebody asks to be moved by hand, and what came of it.

    Raises:
        UnknownAdjustment: nobody proposed it.
    """
    return steps.get_adjustment(uuid)


def list_accounts(
    party: str | None = None,
    *,
    state: StepState | None = None,
    after: UUID | None = None,
    limit: int = 25,
) -> tuple[AccountSummary, ...]:
    """Accounts that a party, or any, was asked to be paid to, and ends of them; newest first.

    Raises:
        StepNotFound: ``after`` is none of them.
    """
    return steps.list_accounts(party=party, state=state, after=after, limit=limit)


def account(uuid: UUID) -> AccountSummary:
    """An account that a party was asked to be paid to, or the end of one.

    Raises:
        StepNotFound: there is none.
    """
    return steps.get_account(uuid)


def whole_account(uuid: UUID, *, by: int) -> AccountDetails | None:
    """The account, whole, that waits for this person, who may confirm it; else ``None``.

    Who has asked for it is not that person, and nobody is once it was decided.

    Raises:
        PayoutRefused: it cannot be opened: the key for it is missing.
    """
    return whole_accounts.whole_account(uuid, by=by)


def batch_holders(uuid: UUID, *, by: int) -> Mapping[UUID, AccountHolder]:
    """Who holds the accounts of a batch that waits for this person, who may approve it.

    By the keys of its payouts; nothing if it waits for somebody else, or was decided.

    Raises:
        PayoutNotFound, PayoutRefused: there is none; the key for its accounts is missing.
    """
    return whole_accounts.holders_of(uuid, by=by)


def list_rates(
    *, base: str | None = None, currency: str | None = None, after: int | None = None,
    limit: int = 25,
) -> tuple[Rate, ...]:  # fmt: skip
    """Rates of exchange, those recorded last first: at most ``limit`` after this number."""
    return rate_reads.list_rates(base=base, currency=currency, after=after, limit=limit)


def list_rate_proposals(
    *, state: StepState | None = None, after: UUID | None = None, limit: int = 25
) -> tuple[RateProposalSummary, ...]:
    """Rates that were entered by hand, the newest first: at most ``limit`` after this one.

    Raises:
        StepNotFound: ``after`` is none of them.
    """
    return steps.list_rate_proposals(state=state, after=after, limit=limit)


def rate_proposal(uuid: UUID) -> RateProposalSummary:
    """A rate that was entered by hand, and what came of it.

    Raises:
        StepNotFound: there is none.
    """
    return steps.get_rate_proposal(uuid)


def batches_page(*, after: UUID | None = None, limit: int = 25) -> tuple[BatchSummary, ...]:
    """Batches of payouts, the newest first: at most ``limit`` after this one.

    Raises:
        PayoutNotFound: ``after`` is none of them.
    """
    return payout_reads.page_of_batches(after=after, limit=limit)


def send_statements(*, at: datetime) -> MailedStatements:
    """Send the statements of months that were closed lately by mail, each to a contact once.

    To the contacts of a party with the role ``finance`` (``partnerships``), in their language, with
    the PDF. What the mail server does not take is tried again.
    """
    return mailing.send_statements(at=at)


def mails_of_period(period: str, *, party: str | None = None, at: datetime) -> tuple[int, ...]:
    """Write down the mails of a closed month, however long ago; the numbers of those to be sent.

    Raises:
        InvalidPeriod: not a month.
    """
    month = Period.parse(period)
    mailing.write_down(at=at, period=month, party=party)
    return mailing.due(at=at, period=month, party=party)


def parties_without_contact(
    period: str | None, *, party: str | None = None, at: datetime
) -> tuple[str, ...]:
    """The parties whose statements of a month nobody gets by mail, or of all closed lately.

    They have no contact for finance.

    Raises:
        InvalidPeriod: not a month.
    """
    month = None if period is None else Period.parse(period)
    return mailing.without_contact(at=at, period=month, party=party)


def mails_due(*, at: datetime) -> tuple[int, ...]:
    """Write down the mails of months that were closed lately; the numbers of all to be sent."""
    return mailing.due_now(at=at)


def send_mail(number: int, *, at: datetime) -> bool | None:
    """Send one of these mails: whether the server took it; ``None`` where nothing is to be sent."""
    return mailing.send(number, at=at)


# Reports for people.


def list_spans() -> tuple[tuple[str, str], ...]:
    """Every month and currency in which something happened, the newest month first. One query."""
    return report_reads.list_spans()


def list_months(since: str = "") -> tuple[MonthSummary, ...]:
    """The months in which something counts, from one on, in each currency, the newest first."""
    return report_reads.list_months(since)


def busiest_currency(first: str, last: str) -> str:
    """The currency in which most happened in some months; "" where nothing did.

    Raises:
        InvalidPeriod: not a month.
    """
    return report_reads.busiest_currency(*_span(first, last))


def report(
    dimension: Dimension,
    *,
    first: str,
    last: str,
    currency: str,
    at: datetime,
    tells_few: bool = False,
) -> Report:
    """Receipts, or by party shares, from the first to the last month (``2026-10``), by one thing.

    The rows add up to the total of the months. Countries are grouped by the lists in force on the
    last day of each month, as they are known ``at`` a moment. Groups that are about few payers, and
    those of open months, are put together, unless the reader may see every event, and its country
    with it (``tells_few``).

    Raises:
        InvalidPeriod: not a month.
        fairgate.money.UnknownCurrency: not a currency.
    """
    first_month, last_month = _span(first, last)
    least = 0 if tells_few else conf.least_payers()
    return report_reads.report(dimension, first_month, last_month, currency, at=at, least=least)


def waterfall(period: str, currency: str, *, last: str = "") -> Waterfall:
    """Where the receipts of a month went, or of the months until ``last``.

    Raises:
        InvalidPeriod, fairgate.money.UnknownCurrency: as ``report``.
    """
    return report_reads.waterfall(*_span(period, last or period), currency)


def fund_flow(first: str, last: str, currency: str) -> FundFlow:
    """What the fund earned and paid in some months, and what it has now.

    Raises:
        InvalidPeriod, fairgate.money.UnknownCurrency: as ``report``.
    """
    return report_reads.fund_flow(*_span(first, last), currency)


def cost_recovery(first: str, last: str, currency: str) -> CostRecovery:
    """What these books know of costs in some months, and the platform's share beside them.

    Raises:
        InvalidPeriod, fairgate.money.UnknownCurrency: as ``report``.
    """
    return report_reads.cost_recovery(*_span(first, last), currency)


def report_events(
    drill: Drill, *, at: datetime, after: str = "", limit: int = 100
) -> tuple[tuple[str, ReportEvent], ...]:
    """A page of the events behind a number of a report, each with its place.

    The next page begins ``after`` the last place; an empty page is the end. Events of a group of
    countries are for who may see every event: that an event is here tells a country.
    """
    return event_reads.events_behind(drill, at=at, after=after, limit=limit)


def report_csv(shown: Report | Waterfall | FundFlow | CostRecovery) -> str:
    """A report as CSV, with the numbers of its page; texts are no formulas."""
    return report_tables.to_csv(shown)


def report_events_csv(drill: Drill, *, at: datetime) -> Iterator[str]:
    """The events behind a number as CSV, piece by piece; for whom, as ``report_events``."""
    columns = [one.value for one in report_tables.columns_of(drill.dimension)]
    return report_tables.events_csv(drill, event_reads.every_event(drill, at=at), columns)


def write_report(
    shown: Report | Waterfall | FundFlow | CostRecovery, *, language: str, to: IO[bytes]
) -> None:
    """Write a report as an XLSX file; the same report gives the same bytes."""
    report_sheets.write_report(shown, language=language, to=to)


def entries_behind(
    account: Account, party: str, currency: str, *, after: str = "", limit: int = 1_000
) -> tuple[BookRow, ...]:
    """The entries that a balance adds up, debits less credits; after the place of the last one."""
    return behind_reads.entries_of(account, party, currency, after=after, limit=limit)


def lines_on_hold(
    party: str,
    currency: str,
    *,
    sales_of: str,
    until: datetime,
    after: str = "",
    limit: int = 1_000,
) -> tuple[BookRow, ...]:
    """What a party has of the sales of a month and on hold until a moment, line by line.

    Raises:
        InvalidPeriod: not a month.
    """
    month = Period.parse(sales_of)
    return behind_reads.lines_on_hold(
        party, currency, sales_of=month, until=until, after=after, limit=limit
    )


def lines_cleared(
    party: str, currency: str, *, at: datetime, after: str = "", limit: int = 1_000
) -> tuple[BookRow, ...]:
    """What a party has on hold no more and on no closed statement yet, line by line."""
    return behind_reads.lines_cleared(party, currency, at=at, after=after, limit=limit)


def list_unallocated() -> tuple[Money, ...]:
    """What is on the account of what is not allocated, in each currency where it is not zero."""
    return report_reads.list_unallocated()


def _span(first: str, last: str) -> tuple[Period, Period]:
    # From the later to the earlier month is the same span, read from its other end.
    months = sorted((Period.parse(first), Period.parse(last)))
    return months[0], months[1]
