"""Orders of several lines: all of them or none, one payment, and each line for itself after it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, signals
from fee_payments.data import EventOutcome, LineState, OrderState
from fee_payments.exceptions import (
    AlreadyEntitled,
    FeeRefused,
    InvalidOrder,
    KeyReused,
    NoPrice,
    NoSeatLeft,
    NotOnSale,
    QuoteChanged,
    SomethingToPay,
    UnknownOffering,
)
from fee_payments.models import Offering, Order, OrderLine, Payment, PaymentPart
from fee_payments.services import settling
from fee_payments.wording import in_words
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty
from waiver_policy.models import WaiverGrant

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.NOON + timedelta(hours=2)
AMINA = make.learner(1, country="UG")
SELA = make.learner(2, country="FJ")
SEAT_COST = Money("15.00", "USD")


def usd(text):
    return Money(text, "USD")


def three():
    """A course, an examination and a workshop with two places: 120.00, 10.00 and 59.99."""
    make.offering(capacity=5)
    make.offering("exam", title="The examination", prices=(make.price(usd("10.00")),))
    make.offering("workshop", title="The workshop", capacity=2, prices=(make.price(usd("59.99")),))


def taken():
    return dict(Offering.objects.values_list("code", "seats_taken"))


@pytest.fixture
def told():
    heard = []

    def hear(payment, **_):
        heard.append(payment)

    signals.PAYMENT_RECORDED.connect(hear, weak=False)
    yield heard
    signals.PAYMENT_RECORDED.disconnect(hear)


def test_one_order_keeps_the_price_and_a_seat_of_every_line():
    three()
    placed = make.order_of(make.learner(), "spectrum", "exam", "workshop")
    assert [line.offering_code for line in placed.lines] == ["spectrum", "exam", "workshop"]
    assert [line.state for line in placed.lines] == [LineState.KEPT] * 3
    assert (placed.total, placed.breakdown.list_price) == (usd("189.99"), usd("189.99"))
    assert taken() == {"spectrum": 1, "exam": 1, "workshop": 1}


def test_one_payment_opens_every_line():
    three()
    placed = make.order_of(make.learner(), "spectrum", "exam", "workshop")
    make.send(make.event(make.payment(placed)))
    paid = api.order(placed.uuid)
    assert (paid.state, paid.left) == (OrderState.PAID, usd("189.99"))
    assert {line.state for line in paid.lines} == {LineState.OPEN}
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum", "exam", "workshop"}
    assert not OrderLine.objects.exclude(open_key=None).exists()


def test_t1_the_parts_of_a_payment_are_told_and_add_up_to_it(told):
    three()
    placed = make.order_of(make.learner(), "spectrum", "exam", "workshop")
    make.send(make.event(make.payment(placed)))
    fee = usd("5.81")  # 2.9 % of 189.99, and 0.30
    assert [part.gross for part in told] == [usd("120.00"), usd("10.00"), usd("59.99")]
    assert [part.processor_fee for part in told] == [usd("3.67"), usd("0.31"), usd("1.83")]
    assert sum(part.net.minor for part in told) == (placed.total - fee).minor
    assert len({part.uuid for part in told}) == 3
    assert [fact for _cursor, fact in api.list_payments()] == told


@pytest.mark.parametrize(
    ("prices", "fees"),
    [
        # 2.9 % and 30 minor units of the whole, by largest remainder.
        ((Money("2000", "JPY"), Money("1001", "JPY")), (Money("78", "JPY"), Money("39", "JPY"))),
        (
            (Money("40.000", "KWD"), Money("0.005", "KWD")),
            (Money("1.190", "KWD"), Money("0.000", "KWD")),
        ),
    ],
)
def test_t20_a_fee_is_shared_exactly_without_cents_and_with_three_decimals(told, prices, fees):
    for code, price in zip(["spectrum", "exam"], prices, strict=True):
        make.offering(code, prices=(make.price(price),))
    make.send(make.event(make.payment(make.order_of(make.learner(), "spectrum", "exam"))))
    assert tuple(part.gross for part in told) == prices
    assert tuple(part.processor_fee for part in told) == fees


def test_t21_net_and_tax_are_the_total_on_every_line_and_together(told):
    three()
    api.set_tax("FR", Percent(20), inclusive=True, valid_from=date(2026, 1, 1))
    claire = make.learner(country="FR")
    placed = make.order_of(claire, "spectrum", "exam", "workshop")
    for terms in (placed.breakdown, *(line.breakdown for line in placed.lines)):
        assert terms.net + terms.tax == terms.total
    make.send(make.event(make.payment(placed)))
    assert [part.tax for part in told] == [usd("20.00"), usd("1.67"), usd("10.00")]


def test_t15_a_waiver_for_one_line_leaves_the_other_at_its_list_price():
    waiver.programme()
    three()
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    course, exam = make.order_of(SELA, "spectrum", "exam").lines
    assert (course.breakdown.waived, course.breakdown.total) == (usd("90.00"), usd("30.00"))
    assert (exam.breakdown.waived, exam.breakdown.total) == (usd("0.00"), usd("10.00"))
    assert (course.waiver_grant is None, exam.waiver_grant) == (False, None)


def test_a_line_that_costs_nothing_goes_through_with_the_payment_of_the_other(told):
    waiver.programme()
    three()
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    placed = make.order_of(AMINA, "spectrum", "exam")
    make.send(make.event(make.payment(placed)))
    assert api.entitled_offerings(1, at=LATER) == {"spectrum", "exam"}
    assert [part.offering_code for part in told] == ["exam"]
    assert waivers.fund_balance("USD").committed == SEAT_COST


def test_two_seats_that_waivers_open_in_full_ask_no_provider():
    waiver.programme()
    for code in ("spectrum", "exam"):
        make.offering(code, waivable=True, full_seat_cost=SEAT_COST)
    taken_seats = api.take_waived_seat(AMINA, ["spectrum", "exam"], key="a", at=make.NOON)
    assert (taken_seats.state, taken_seats.total) == (OrderState.WAIVED, usd("0.00"))
    assert api.entitled_offerings(1, at=LATER) == {"spectrum", "exam"}
    assert WaiverGrant.objects.count() == 2
    make.offering("workshop", prices=(make.price(usd("59.99")),))
    with pytest.raises(SomethingToPay, match=r"USD 59.99 is left to pay"):
        api.take_waived_seat(AMINA, ["workshop"], key="b", at=make.NOON)


def refused(error, who, *codes, expected="130.00", **changes):
    """What an order of these is refused with; nothing has been ordered, counted or waived."""
    before, orders = taken(), Order.objects.count()
    with pytest.raises(error) as caught:
        api.place_order(who, codes, key="refused", at=make.NOON, expected=usd(expected), **changes)
    assert (taken(), Order.objects.count()) == (before, orders)
    assert not WaiverGrant.objects.filter(state="reserved").exists()
    return caught.value


def test_a_full_room_refuses_the_whole_order_and_is_named():
    three()
    Offering.objects.filter(code="workshop").update(capacity=0)
    error = refused(NoSeatLeft, make.learner(), "spectrum", "workshop", expected="179.99")
    assert error.offering_code == "workshop"
    assert in_words(error) == "Every seat of “The workshop” is taken."


def test_what_is_not_sold_or_has_no_price_refuses_the_whole_order_and_is_named():
    three()
    Offering.objects.filter(code="exam").update(on_sale_until=date(2026, 10, 1))
    error = refused(NotOnSale, make.learner(), "spectrum", "exam")
    assert (error.offering_code, error.title) == ("exam", "The examination")
    make.offering("gift", title="A gift", prices=(make.price(Money("1.00", "EUR")),))
    assert refused(NoPrice, make.learner(), "spectrum", "gift").offering_code == "gift"


def test_who_has_one_of_them_already_is_told_which():
    three()
    make.paid_order(make.learner(), "exam")
    error = refused(AlreadyEntitled, make.learner(), "spectrum", "exam")
    assert error.offering_code == "exam"
    assert in_words(error) == (
        "“The examination”: You have access already; there is nothing to pay."
    )


def test_a_fund_that_is_used_up_refuses_the_whole_order_and_only_that_line_waits():
    waiver.programme(fund="20.00")
    make.offering("exam", prices=(make.price(usd("10.00")),))
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    make.offering("workshop", waivable=True, full_seat_cost=SEAT_COST)
    api.take_waived_seat(AMINA, "spectrum", key="a", at=make.NOON)
    other = make.learner(3, country="UG")
    error = refused(FundEmpty, other, "exam", "workshop", expected="10.00")
    assert error.offering_code == "workshop"
    assert waivers.application_note(3, "workshop", at=make.NOON).state == "waiting"
    assert waivers.fund_balance("USD").reserved == usd("0.00")


def test_a_fund_for_one_seat_refuses_two_and_nobody_waits_for_what_they_could_have():
    waiver.programme(fund="20.00")
    for code in ("spectrum", "workshop"):
        make.offering(code, waivable=True, full_seat_cost=SEAT_COST)
    make.offering("exam", prices=(make.price(usd("10.00")),))
    error = refused(FundEmpty, AMINA, "exam", "spectrum", "workshop", expected="10.00")
    assert error.offering_code == "workshop"
    assert waivers.fund_balance("USD").reserved == usd("0.00")
    assert make.order_of(AMINA, "exam", "workshop").total == usd("10.00")


def test_nothing_the_same_twice_and_far_too_much_are_no_orders():
    three()
    for codes, said in [
        ([], "Nothing was chosen"),
        (["exam", "spectrum", "exam"], "“exam” was chosen twice"),
        ([f"fee-{number}" for number in range(51)], "at most 50 lines"),
    ]:
        assert said in str(refused(InvalidOrder, make.learner(), *codes))


def test_the_same_in_other_capitals_is_no_second_line():
    three()
    who = make.learner()
    refused(UnknownOffering, who, "spectrum", "SPECTRUM", expected="240.00")
    assert taken()["spectrum"] == 0


def test_pressing_twice_places_one_order_whatever_the_order_of_the_lines():
    three()
    who = make.learner()
    first = make.order_of(who, "spectrum", "exam", key="a")
    assert make.order_of(who, "spectrum", "exam", key="a").uuid == first.uuid
    assert make.order_of(who, "exam", "spectrum", key="other tab").uuid == first.uuid
    assert taken() == {"spectrum": 1, "exam": 1, "workshop": 0}


def test_f13_the_key_of_other_lines_is_refused():
    three()
    make.order_of(make.learner(), "spectrum", "exam", key="a")
    with pytest.raises(KeyReused):
        make.order_of(make.learner(), "spectrum", "workshop", key="a")


def test_an_order_gives_way_to_one_that_shares_a_line_with_it():
    three()
    who = make.learner()
    course, exam = make.order_of(who, "spectrum"), make.order_of(who, "exam")
    both = make.order_of(who, "exam", "spectrum", "workshop")
    assert {api.order(old.uuid).state for old in (course, exam)} == {OrderState.CANCELLED}
    assert taken() == {"spectrum": 1, "exam": 1, "workshop": 1}
    make.order_of(who, "workshop", key="alone")
    assert api.order(both.uuid).state is OrderState.CANCELLED
    assert taken() == {"spectrum": 0, "exam": 0, "workshop": 1}


def test_a_total_that_the_browser_changed_is_refused():
    three()
    error = refused(QuoteChanged, make.learner(), "spectrum", "exam", expected="13.00")
    assert str(error) == "The price is now USD 130.00, not USD 13.00. Please look at it again."


def test_an_order_whose_time_is_over_gives_back_every_seat_and_every_waiver():
    waiver.programme()
    three()
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    placed = make.order_of(SELA, "spectrum", "exam")
    assert waivers.fund_balance("USD").reserved == usd("11.25")
    api.expire_orders(at=LATER)
    assert api.order(placed.uuid).state is OrderState.EXPIRED
    assert taken() == {"spectrum": 0, "exam": 0, "workshop": 0}
    assert waivers.fund_balance("USD").reserved == usd("0.00")


def test_a_line_that_cannot_be_opened_keeps_nobody_out_of_the_others(told):
    three()
    started = make.payment(make.order_of(make.learner(), "spectrum", "workshop"))
    api.expire_orders(at=LATER)
    for number in (2, 3):
        make.paid_order(make.learner(number), "workshop", at=LATER)
    told.clear()
    receipt = make.send(make.event(started))
    assert (receipt.outcome, receipt.sentence) == (
        EventOutcome.HELD,
        "Held for a person: “The workshop”: paid after the order was closed, and no seat is left.",
    )
    held = api.order(started.order.uuid)
    assert (held.state, held.is_held) == (OrderState.PAID, True)
    assert [line.state for line in held.lines] == [LineState.OPEN, LineState.NONE]
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum"}
    # The money has arrived and is booked, also that of the line that is due back.
    assert [part.offering_code for part in told] == ["spectrum", "workshop"]
    assert taken() == {"spectrum": 1, "exam": 0, "workshop": 2}


def test_who_got_one_of_them_elsewhere_meanwhile_is_let_into_the_rest():
    three()
    started = make.payment(make.order_of(make.learner(), "spectrum", "exam"))
    api.expire_orders(at=LATER)
    make.paid_order(make.learner(), "exam", at=LATER)
    assert make.send(make.event(started)).sentence == (
        "Held for a person: “The examination”: this learner had access already; a refund is due."
    )
    assert taken() == {"spectrum": 1, "exam": 1, "workshop": 0}


def test_t17_an_unpaid_duplicate_that_is_closed_keeps_what_is_paid():
    three()
    first = make.payment(make.order(make.learner(), "exam"))
    api.expire_orders(at=LATER)
    duplicate = make.order_of(make.learner(), "exam", "spectrum", at=LATER)
    make.send(make.event(first))
    assert api.order(first.order.uuid).state is OrderState.PAID
    api.expire_orders(at=LATER + timedelta(hours=2))
    assert api.order(duplicate.uuid).state is OrderState.EXPIRED
    assert api.has_entitlement(1001, "exam", at=LATER)
    assert taken() == {"spectrum": 0, "exam": 1, "workshop": 0}


def test_a_fee_that_is_told_later_lets_the_learner_in_and_the_books_wait(told):
    three()
    started = make.payment(make.order_of(make.learner(), "spectrum", "exam"))
    make.send(make.event(started, processor_fee=None))
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum", "exam"}
    assert (Payment.objects.get().processor_fee_minor, told, api.list_payments()) == (None, [], ())
    for _ in range(2):
        settling.record_fee(started.pk, usd("4.07"), at=LATER)
    assert [part.processor_fee for part in told] == [usd("3.76"), usd("0.31")]
    assert PaymentPart.objects.count() == 2


@pytest.mark.parametrize("fee", [usd("4.08"), usd("-0.01"), usd("9000.00"), Money("4.07", "EUR")])
def test_a_fee_that_cannot_be_is_refused(fee):
    three()
    started = make.payment(make.order_of(make.learner(), "spectrum", "exam"))
    with pytest.raises(FeeRefused, match="cannot be the fee"):
        settling.record_fee(started.pk, usd("4.07"), at=LATER)
    make.send(make.event(started, processor_fee=None))
    if fee == usd("4.08"):
        settling.record_fee(started.pk, usd("4.07"), at=LATER)
    with pytest.raises(FeeRefused):
        settling.record_fee(started.pk, fee, at=LATER)
