"""Lives of the books: what a list of steps does to them, in several currencies and courses.

A step is a word and a number; the number chooses what the word leaves open, so that hypothesis can
make a history that fails as short as it gets.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from factories import revenue_share as facts
from fairgate.money import Money
from fee_payments.data import PayerClass, PaymentSummary, ReturnedSeat
from revenue_share import api
from revenue_share.data import Period
from revenue_share.exceptions import PeriodStillOnHold

START = datetime(2026, 10, 1, 9, tzinfo=UTC)
#: No decimals, two, and three.
CURRENCIES = ("USD", "JPY", "KWD")
#: The second has no terms: what it brings is not allocated.
COURSES = (facts.COURSE, 'course-v1:ATC+Ünï‘"\\+2026')
COUNTRIES = ("KE", "FR", "")
CLASSES = tuple(PayerClass)
WORDS = ("sell", "sell", "refund", "take_by_bank", "decide", "waive", "give_back", "wait", "close")

steps = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 99_999)), max_size=25)


class Life:
    """The books from the first day of an agreement on."""

    def __init__(self) -> None:
        self.now = START
        self.closed = Period(2026, 9)
        self.sales: list[PaymentSummary] = []
        self.refunded: set[str] = set()
        self.disputes: list[tuple[str, str, Money, datetime]] = []
        self.seats = 0
        facts.put_terms_in_force()

    def live(self, word: str, number: int) -> None:
        """Take one step; one that is not possible now is none."""
        self.now += timedelta(seconds=1)
        getattr(self, word)(number)

    def sell(self, number: int) -> None:
        currency = CURRENCIES[number % 3]
        gross = number + 1
        parts = (gross, gross // 6 if number % 2 else 0, gross // 30)
        bare = facts.payment(
            f"S{len(self.sales)}", *written(currency, *parts), self.now, currency=currency,
            course=COURSES[number % 5 == 0],
        )  # fmt: skip
        sale = replace(
            bare, country=COUNTRIES[number % 3], payer_class=CLASSES[number % len(CLASSES)]
        )
        api.book_payment(sale, at=self.now)
        self.sales.append(sale)

    def refund(self, number: int) -> None:
        """All of a sale, or a part of what was shared; each sale once."""
        sale = self._sale(number)
        if sale is None or sale.reference in self.refunded:
            return
        half = sale.net.minor // 2
        parts = (sale.gross, sale.tax, sale.processor_fee)
        units = [part.minor for part in parts] if number % 2 else [half, 0, 0]
        if not units[0]:
            return
        currency = sale.gross.currency
        told = facts.refund(
            f"R{sale.reference}", sale.reference, *written(currency, *units), self.now,
            currency=currency,
        )  # fmt: skip
        api.book_refund(told, at=self.now)
        self.refunded.add(sale.reference)

    def take_by_bank(self, number: int) -> None:
        sale = self._sale(number)
        if sale is None:
            return
        name = f"D{len(self.disputes)}"
        self.disputes.append((name, sale.reference, sale.gross, self.now))
        self._tell("opened", *self.disputes[-1])

    def decide(self, number: int) -> None:
        if self.disputes:
            self._tell(("won", "lost")[number % 2], *self.disputes[number % len(self.disputes)])

    def waive(self, number: int) -> None:
        currency = CURRENCIES[number % 3]
        (cost,) = written(currency, number % 1000)
        seat = facts.waived_seat(f"W{self.seats}", cost, self.now, currency=currency)
        api.book_waived_seat(seat, at=self.now)
        self.seats += 1

    def give_back(self, number: int) -> None:
        if not self.seats:
            return
        name = f"W{number % self.seats}"
        back = ReturnedSeat(
            uuid=facts.named(f"back {name}"),
            grant_uuid=facts.named(name),
            returned_at=facts.CLOSE_DAY,
        )
        api.book_returned_seat(back, at=self.now)

    def wait(self, number: int) -> None:
        self.now += timedelta(days=number % 90)

    def close(self, number: int) -> None:
        api.clear_holds(at=self.now)
        try:
            api.close_period(str(self.closed.next()), at=self.now, by="ines")
        except PeriodStillOnHold:
            return
        self.closed = self.closed.next()

    def _tell(self, state: str, name: str, of: str, taken: Money, opened_at: datetime) -> None:
        told = facts.dispute(
            state, (of,), *written(taken.currency, taken.minor, 15), self.now, name=name,
            opened_at=opened_at, currency=taken.currency,
        )  # fmt: skip
        api.book_dispute(told, at=self.now)

    def _sale(self, number: int) -> PaymentSummary | None:
        return self.sales[number % len(self.sales)] if self.sales else None


def written(currency: str, *units: int) -> list[str]:
    """Minor units as text."""
    return [f"{Money.from_minor(minor, currency).amount:f}" for minor in units]
