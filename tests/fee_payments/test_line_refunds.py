"""Refunds of lines: what goes back for which, what ends with it, and what a provider says later."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate.money import Money
from fee_payments import api, signals
from fee_payments.data import LineState, OrderState, RefundAnswer, RefundState
from fee_payments.exceptions import (
    FeeNotKnown,
    KeyReused,
    ProviderRefused,
    ProviderUnavailable,
    RefundRefused,
)
from fee_payments.models import Offering, Order, OrderLine, Payment, PaymentPart, Refund
from fee_payments.providers.sandbox import Sandbox
from fee_payments.services import refunding, settling
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.NOON + timedelta(days=3)
BANK_SAYS = LATER + timedelta(days=5)
SEAT_COST = Money("15.00", "USD")


def usd(text):
    return Money(text, "USD")


@pytest.fixture
def told():
    heard = []

    def hear(refund, **_):
        heard.append(refund)

    signals.PAYMENT_REFUNDED.connect(hear, weak=False)
    yield heard
    signals.PAYMENT_REFUNDED.disconnect(hear)


@pytest.fixture
def sale():
    """A course of 120.00 and an examination of 10.00, paid at once; the provider keeps 4.07."""
    make.offering(capacity=5)
    make.offering("exam", title="The examination", prices=(make.price(usd("10.00")),), capacity=5)
    return make.paid_order_of(make.learner(), "spectrum", "exam")


@pytest.fixture
def slow(monkeypatch):
    """A provider whose refunds take days."""

    def under_way(self, reference, amount, *, key):
        return RefundAnswer(reference=f"re_{key}", is_done=False)

    monkeypatch.setattr(Sandbox, "refund", under_way)


def line(sale, code):
    return next(line.uuid for line in sale.lines if line.offering_code == code)


def refund(sale, key="a", **parts):
    amounts = {line(sale, code): usd(amount) for code, amount in parts.items()}
    return api.refund(sale.uuid, parts=amounts or None, key=key, reason="asked", by=9, at=LATER)


def taken():
    return dict(Offering.objects.values_list("code", "seats_taken"))


def test_t16_a_refund_of_one_line_keeps_access_to_the_other(sale, told):
    receipt = refund(sale, exam="10.00")
    assert (receipt.state, receipt.amount) == (RefundState.DONE, usd("10.00"))
    assert told == list(receipt.parts)
    found = api.order(sale.uuid)
    assert found.state is OrderState.PARTIALLY_REFUNDED
    assert [each.state for each in found.lines] == [LineState.OPEN, LineState.ENDED]
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum"}
    assert taken() == {"spectrum": 1, "exam": 0}


def test_t16_a_waiver_goes_back_to_the_fund_with_its_own_line_only():
    waiver.programme()
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    make.offering("exam", prices=(make.price(usd("10.00")),))
    sale = make.paid_order_of(make.learner(2, country="FJ"), "spectrum", "exam")
    refund(sale, exam="10.00")
    assert waivers.fund_balance("USD").committed == usd("11.25")
    refund(sale, "b", spectrum="30.00")
    assert waivers.fund_balance("USD").committed == usd("0.00")


def test_a_part_of_a_line_leaves_both_open(sale):
    refund(sale, spectrum="100.00", exam="9.99")
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum", "exam"}
    assert [each.left for each in api.order(sale.uuid).lines] == [usd("20.00"), usd("0.01")]


def test_the_rest_of_an_order_ends_everything_and_sums_to_what_was_paid(sale, told):
    refund(sale, spectrum="33.33")
    receipt = refund(sale, "rest")
    assert receipt.amount == usd("96.67")
    assert api.order(sale.uuid).state is OrderState.REFUNDED
    assert api.entitled_offerings(1001, at=LATER) == frozenset()
    for _cursor, part in api.list_payments():
        mine = [fact for fact in told if fact.payment_uuid == part.uuid]
        assert sum(fact.amount.minor for fact in mine) == part.gross.minor
        assert sum(fact.net.minor for fact in mine) == part.net.minor
        assert sum(fact.fee_not_returned.minor for fact in mine) == part.processor_fee.minor
    assert [fact for _cursor, fact in api.list_refunds()] == told


def test_what_is_not_charged_is_not_taken_back_with_the_money_of_the_rest():
    waiver.programme()
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    make.offering("exam", prices=(make.price(usd("10.00")),))
    sale = make.paid_order_of(make.learner(1, country="UG"), "spectrum", "exam")
    refund(sale)
    assert api.order(sale.uuid).state is OrderState.REFUNDED
    assert api.entitled_offerings(1, at=LATER) == {"spectrum"}


def test_t23_what_was_refunded_can_be_ordered_again_and_its_history_is_kept(sale):
    refund(sale, exam="10.00")
    again = make.paid_order(make.learner(), "exam", at=LATER)
    assert again.state is OrderState.PAID
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum", "exam"}
    rights = api.list_entitlements(1001, make.COURSE)
    assert [(right.offering_code, right.revoked_at) for right in rights] == [
        ("spectrum", None), ("exam", LATER), ("exam", None),
    ]  # fmt: skip
    assert len(api.list_orders(1001)) == 2


def test_of_no_line_more_goes_back_than_was_paid_for_it(sale, told):
    with pytest.raises(RefundRefused, match=r"USD 10.00 is left of what was paid for “The exam"):
        refund(sale, spectrum="1.00", exam="10.01")
    with pytest.raises(RefundRefused, match="not for that line"):
        api.refund(sale.uuid, parts={uuid4(): usd("1.00")}, key="b", reason="asked", by=9, at=LATER)
    with pytest.raises(RefundRefused, match="please say how much of which"):
        api.refund(sale.uuid, usd("1.00"), key="c", reason="asked", by=9, at=LATER)
    with pytest.raises(RefundRefused, match="more than zero"):
        refund(sale, "d", exam="0.00")
    assert (Refund.objects.count(), Payment.objects.get().refunded_minor, told) == (0, 0, [])


def test_when_nothing_is_left_there_is_nothing_to_refund(sale):
    refund(sale)
    with pytest.raises(RefundRefused, match="Nothing is left"):
        refund(sale, "b")


def test_f13_a_key_is_for_one_choice_of_lines(sale):
    first = refund(sale, spectrum="5.00")
    assert refund(sale, spectrum="5.00") == first
    for parts in ({"exam": "5.00"}, {"spectrum": "5.00", "exam": "1.00"}, {}):
        with pytest.raises(KeyReused):
            refund(sale, **parts)
    rest = refund(sale, "rest")
    assert refund(sale, "rest") == rest


def test_k18_who_looked_before_somebody_else_refunded_looks_again(sale):
    refund(sale, exam="1.00")
    with pytest.raises(RefundRefused, match=r"since you looked at it: USD 129.00 is left"):
        api.refund(
            sale.uuid, parts={line(sale, "exam"): usd("1.00")}, key="b", reason="asked", by=8,
            at=LATER, seen_left=usd("130.00"),
        )  # fmt: skip
    assert Refund.objects.count() == 1


def test_a_refund_without_the_fee_is_asked_for_again_later():
    make.offering()
    started = make.payment(make.order(make.learner()))
    make.send(make.event(started, processor_fee=None))
    order = api.order(started.order.uuid)
    with pytest.raises(FeeNotKnown) as caught:
        api.refund(order.uuid, key="a", reason="asked", by=9, at=LATER)
    assert caught.value.retryable
    settling.record_fee(started.pk, usd("3.78"), at=LATER)
    assert api.refund(order.uuid, key="a", reason="asked", by=9, at=LATER).amount == make.PRICE


def test_t20_a_refund_of_lines_without_cents_and_with_three_decimals_is_exact(told):
    for currency, prices in (("JPY", ("2000", "1001")), ("KWD", ("40.000", "0.005"))):
        codes = [f"{currency.lower()}-{place}" for place in (1, 2)]
        for code, price in zip(codes, prices, strict=True):
            make.offering(code, prices=(make.price(Money(price, currency)),))
        sale = make.paid_order_of(make.learner(), *codes)
        second = sale.lines[1]
        third = Money.from_minor(second.paid.minor // 3, currency)
        for key, part in (("a", {second.uuid: third}), ("b", None)):
            api.refund(
                sale.uuid, parts=part, key=f"{currency}{key}", reason="asked", by=9, at=LATER
            )
    for _cursor, part in api.list_payments():
        mine = [fact for fact in told if fact.payment_uuid == part.uuid]
        assert sum(fact.amount.minor for fact in mine) == part.gross.minor
        assert sum(fact.fee_not_returned.minor for fact in mine) == part.processor_fee.minor


def test_a_refund_that_is_under_way_is_not_done_before_the_provider_says_so(sale, told, slow):
    receipt = refund(sale)
    assert (receipt.state, receipt.parts, told) == (RefundState.PENDING, (), [])
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum", "exam"}
    assert api.order(sale.uuid).state is OrderState.PAID
    assert api.refund(sale.uuid, key="a", reason="asked", by=9, at=LATER) == receipt
    assert api.finish_refunds(at=LATER) == 0
    row = Refund.objects.get()
    for _ in range(2):
        refunding.record_refund(
            row.payment, usd("130.00"), reference=row.reference, at=BANK_SAYS, ours=row.uuid
        )
    assert [fact.refunded_at for fact in told] == [BANK_SAYS] * 2
    assert api.order(sale.uuid).state is OrderState.REFUNDED
    assert api.entitled_offerings(1001, at=BANK_SAYS) == frozenset()


def test_t14_f9_a_refund_that_failed_in_the_end_is_free_again_and_a_person_is_told(
    sale, told, slow
):
    refund(sale, exam="10.00")
    row = Refund.objects.get()
    for _ in range(2):
        refunding.fail_refund(row.uuid, sentence="The account is closed.", at=BANK_SAYS)
    found = api.order(sale.uuid)
    assert (found.is_held, found.sentence) == (
        True,
        "Held for a person: a refund of USD 10.00 was not made: The account is closed.",
    )
    assert (found.refunded, Payment.objects.get().refunded_minor, told) == (usd("0.00"), 0, [])
    assert set(PaymentPart.objects.values_list("refunded_minor", flat=True)) == {0}
    with pytest.raises(ProviderRefused):
        refund(sale, exam="10.00")
    assert refund(sale, "again", exam="10.00").state is RefundState.PENDING


def test_f9_a_refusal_that_nobody_waits_for_is_on_the_order(sale, monkeypatch):
    def no_answer(self, reference, amount, *, key):
        raise ProviderUnavailable("no answer")

    def refuse(self, reference, amount, *, key):
        raise ProviderRefused("The card has expired.")

    monkeypatch.setattr(Sandbox, "refund", no_answer)
    with pytest.raises(ProviderUnavailable):
        refund(sale, exam="10.00")
    monkeypatch.setattr(Sandbox, "refund", refuse)
    assert api.finish_refunds(at=LATER) == 0
    assert "The card has expired." in api.order(sale.uuid).sentence
    assert Refund.objects.get().failed_because == "The card has expired."


def test_a_refund_made_at_the_provider_by_hand_is_shared_among_the_lines_once(sale, told):
    payment = Payment.objects.get()
    rows = [
        refunding.record_refund(payment, usd("13.00"), reference="re_hand", at=LATER)
        for _ in range(2)
    ]
    assert rows[0] == rows[1]
    assert (rows[0].requested_by, rows[0].reason) == (None, "Made at the provider")
    assert [fact.amount for fact in told] == [usd("12.00"), usd("1.00")]
    assert api.entitled_offerings(1001, at=LATER) == {"spectrum", "exam"}
    refunding.record_refund(payment, usd("117.00"), reference="re_rest", at=LATER)
    assert api.order(sale.uuid).state is OrderState.REFUNDED


@pytest.mark.parametrize(
    ("amount", "ours", "said"),
    [
        (usd("130.01"), False, r"USD 130.00 is left"),
        (Money("1.00", "EUR"), False, r"EUR 1.00 cannot be refunded"),
        (usd("9.99"), True, r"our refund is of USD 10.00"),
        (usd("10.00"), UUID(int=7), "no such refund"),
    ],
)
def test_what_a_provider_says_and_cannot_be_is_for_a_person(sale, slow, told, amount, ours, said):
    if ours is True:
        refund(sale, exam="10.00")
        ours = Refund.objects.get().uuid
    with pytest.raises(RefundRefused, match=said):
        refunding.record_refund(
            Payment.objects.get(), amount, reference="re", at=LATER, ours=ours or None
        )
    assert told == []


def test_a_provider_that_names_its_refund_at_once_is_not_booked_twice_by_its_event(
    sale, told, monkeypatch
):
    monkeypatch.setattr(
        Sandbox, "refund", lambda *_, key: RefundAnswer(reference="re_1", is_done=True)
    )
    refund(sale, exam="10.00")
    refunding.record_refund(Payment.objects.get(), usd("10.00"), reference="re_1", at=BANK_SAYS)
    assert (len(told), Refund.objects.count()) == (1, 1)


def test_a_line_that_could_not_be_opened_is_settled_by_its_refund(sale):
    late = make.payment(make.order_of(make.learner(7), "spectrum", "exam"))
    api.expire_orders(at=LATER)
    Offering.objects.filter(code="exam").update(capacity=1)
    make.send(make.event(late))
    held = api.order(late.order.uuid)
    assert (held.is_held, held.state) == (True, OrderState.PAID)
    refund(held, exam="10.00")
    settled = api.order(held.uuid)
    assert (settled.is_held, settled.state) == (False, OrderState.PARTIALLY_REFUNDED)
    assert api.entitled_offerings(7, at=LATER) == {"spectrum"}


def test_t18_an_event_that_comes_again_after_a_refund_opens_nothing(sale):
    refund(sale)
    started = Payment.objects.get()
    receipt = make.send(make.event(started, id="evt_again"))
    assert receipt.outcome == "known"
    assert api.entitled_offerings(1001, at=LATER) == frozenset()
    assert not OrderLine.objects.filter(holds_seat=True).exists()
    assert Order.objects.get().state == "refunded"
