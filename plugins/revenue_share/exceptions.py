"""What can go wrong with the books.

* RevenueShareError
  + KeyReused             the same event, or request, came again and says something else
  + SaleNotBooked         the payment of this refund is not in the books yet (retryable)
  + RefundExceedsSale     more would be taken back than the sale brought
  + DisputeDiffers        a dispute is in another currency than its payment
  + UnbalancedPosting     debits and credits differ, or currencies are mixed
  + InvalidPeriod         not a month written like 2026-10
  + PeriodNotClosed       a dry run of a month that is still open
  + CarriesDiffer         what rounding owes is kept by other weights than the terms say
  + CloseRefused          the month cannot be closed now
    + PeriodStillOnHold   the hold of its last sales has not ended
    + EarlierPeriodOpen   an earlier month has to be closed first
    + FactsWaiting        something that was paid or refunded cannot be booked
    + SaleUncleared       a sale on it is not cleared, or has no standing
    + SumsDiffer          the sums of the month are not those of its lines
  + FundDiffers           the fund's position and credits are not what events gave
  + AdjustmentRefused     an adjustment that cannot be, or is decided already
  + UnknownAdjustment     nobody has proposed such an adjustment
  + StatementNotFound     this party has nothing in this month
  + CurrencyNeeded        the party has several currencies in this month; say which
  + RemittanceRefused     what a party paid over cannot be recorded like this
  + AccountRefused        an account cannot be paid to like this
  + PayoutRefused         nothing is paid, approved, accepted or downloaded like this
  + PayoutNotFound        there is no such batch, payout or entry
  + NoRate                no rate is known for a day, or only one that is too old
  + RateRefused           a rate cannot be entered by hand like this
  + SecondPersonNeeded    who asked for a step does not confirm it
  + StepNotFound          there is no such step
  + ExportRefused         the facts cannot be exported like this
  + WarehouseUnavailable  a server of ClickHouse does not take them now (retryable)
  + FolderInUse           another run writes statements into a folder now

Faults of an EVENTS.csv, and of files of rates, are ``fairgate.documents.DocumentErrors``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fairgate.counted import counted
from fairgate.errors import FairgateError


class RevenueShareError(FairgateError):
    """Something about the books is not as it has to be.

    ``sentence`` says what, in English, with names like ``%(month)s`` for what was ``found``: so
    that ``wording_refusals`` can say it in another language. What was found may be a refusal, too.
    ``field`` names what of a request is wrong; it is "" where what was asked for is against what is
    there.
    """

    def __init__(self, sentence: str, /, *, field: str = "", **found: object) -> None:
        self.sentence = sentence
        self.field = field
        self.found = {name: _plain(value) for name, value in found.items()}
        super().__init__(sentence % self.found if found else sentence)


def _plain(value: object) -> RevenueShareError | str:
    """As it stands in a sentence of any language: days and moments as ISO 8601 has them."""
    if isinstance(value, RevenueShareError):
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return str(value)


class KeyReused(RevenueShareError):
    """A key stands for one event, or one request; with another payload it is another one."""


class SaleNotBooked(RevenueShareError):
    """A refund mirrors the lines of its sale, so the sale comes first; catching up brings both.

    So do a dispute and a waived seat that is given back.
    """

    retryable = True

    def __init__(self, payment: object) -> None:
        super().__init__(
            "The fact %(key)s is not in the books yet; its refund has to wait.", key=payment
        )


class RefundExceedsSale(RevenueShareError):
    """A line gives back at most what it got."""


class DisputeDiffers(RevenueShareError):
    """What a bank takes of a payment is in the payment's currency."""


class UnbalancedPosting(RevenueShareError):
    """A transaction whose entries do not sum to zero in one currency is never written."""


class InvalidPeriod(RevenueShareError, ValueError):
    """A period is a calendar month in UTC, written like 2026-10."""

    def __init__(self, text: str) -> None:
        super().__init__("“%(text)s” is not a month; write it like 2026-10.", text=text)


class PeriodNotClosed(RevenueShareError):
    """What may still change is not compared with other terms."""

    def __init__(self, period: object) -> None:
        super().__init__(
            "%(period)s is not closed yet; a dry run is of a closed month.", period=period
        )


class CarriesDiffer(RevenueShareError):
    """Nothing is shared by weights that nobody has signed."""


class CloseRefused(RevenueShareError):
    """The month cannot be closed now; the text says why and when."""


class PeriodStillOnHold(CloseRefused):
    """Money of this month may still be called back by the payers."""


class EarlierPeriodOpen(CloseRefused):
    """Months are closed in order, so that each statement opens where the last one ended."""


class FactsWaiting(CloseRefused):
    """A statement that leaves out a known fact is not closed; ``reasons`` has one for each."""

    def __init__(self, reasons: Sequence[RevenueShareError]) -> None:
        self.reasons = tuple(reasons)
        told = " ".join(str(reason) for reason in reasons)
        super().__init__(f"{counted(len(reasons), 'fact')} cannot be booked. {told}")


class SaleUncleared(CloseRefused):
    """What a statement pays was cleared; a sale that came meanwhile is by the next close."""


class SumsDiffer(CloseRefused):
    """Nothing is paid by sums of a month that its events do not give."""


class FundDiffers(RevenueShareError):
    """Nobody grants seats out of money that no sale brought."""


class AdjustmentRefused(RevenueShareError):
    """What is moved by hand adds up, has a reason, and counts in an open month."""


class RemittanceRefused(RevenueShareError):
    """What a party paid over cannot be recorded like this; the text says why."""


class UnknownAdjustment(RevenueShareError, LookupError):
    """Nobody has proposed it."""


class StatementNotFound(RevenueShareError, LookupError):
    """Nothing was booked for this party in this month."""


class CurrencyNeeded(RevenueShareError):
    """There is one statement per currency, and several currencies."""

    def __init__(self, currencies: Sequence[str]) -> None:
        self.currencies = tuple(currencies)
        super().__init__(
            "There are statements in %(currencies)s: name the currency.",
            currencies=", ".join(currencies),
        )


class NoRate(RevenueShareError):
    """Nothing is converted without a rate that was in effect on the day, and not too old."""


class RateRefused(RevenueShareError):
    """A rate cannot be entered like this; the text says why. Nothing was kept."""


class SecondPersonNeeded(RevenueShareError):
    """A step that one person asks for is confirmed by another."""


class StepNotFound(RevenueShareError, LookupError):
    """There is no step with this key."""


class AccountRefused(RevenueShareError, ValueError):
    """An account cannot be used like this; the text says why, and shows no number."""


class PayoutRefused(RevenueShareError):
    """A step of a payout is not taken; the text says why. Nothing was done."""


class PayoutNotFound(RevenueShareError, LookupError):
    """There is no batch, payout or entry with this key."""


class ExportRefused(RevenueShareError):
    """Nothing is exported like this; the text says why."""


class WarehouseUnavailable(RevenueShareError):
    """ClickHouse did not acknowledge what was sent; the text has no secret and no fact in it."""

    retryable = True


class FolderInUse(RevenueShareError):
    """One run at a time writes statements into a folder."""
