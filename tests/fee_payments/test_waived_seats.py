"""Waivers in the price: seats that cost nothing, part prices, and a fund that is used up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, signals
from fee_payments.data import EventOutcome, OrderState
from fee_payments.exceptions import SomethingToPay
from fee_payments.models import Entitlement, Offering, Order, OrderLine
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty
from waiver_policy.models import DecisionFacts, WaiverDecision, WaiverGrant

pytestmark = pytest.mark.django_db(transaction=True)

SEAT_COST = Money("15.00", "USD")
AMINA = make.learner(1, country="UG")
SELA = make.learner(2, country="FJ")


def usd(text):
    return Money(text, "USD")


@pytest.fixture(autouse=True)
def programme():
    waiver.programme(fund="60.00")
    make.offering(waivable=True, full_seat_cost=SEAT_COST)


@pytest.fixture
def told():
    heard = []

    def hear(seat, **_):
        heard.append(seat)

    signals.SEAT_WAIVED.connect(hear, weak=False)
    yield heard
    signals.SEAT_WAIVED.disconnect(hear)


@pytest.fixture
def returned():
    heard = []

    def hear(seat, **_):
        heard.append(seat)

    signals.SEAT_RETURNED.connect(hear, weak=False)
    yield heard
    signals.SEAT_RETURNED.disconnect(hear)


def fund():
    balance = waivers.fund_balance("USD")
    return balance.available, balance.reserved, balance.committed


def take(who, key="a", at=make.NOON):
    return api.take_waived_seat(who, "spectrum", key=key, at=at)


def test_a_learner_of_an_ldc_takes_a_seat_without_paying(told):
    order = take(AMINA)
    assert (order.state, order.breakdown.total) == (OrderState.WAIVED, usd("0.00"))
    assert api.has_entitlement(AMINA.user_id, "spectrum", at=make.NOON)
    assert fund() == (usd("45.00"), usd("0.00"), usd("15.00"))
    [seat] = told
    assert (seat.percent, seat.foregone, seat.seat_cost) == (Percent(100), make.PRICE, SEAT_COST)


def test_the_receipt_of_a_waived_seat_says_why(told):
    assert any("Uganda" in sentence for sentence in take(AMINA).first.explanation)


def test_pressing_twice_takes_one_seat(told):
    assert take(AMINA).uuid == take(AMINA).uuid
    assert (Entitlement.objects.count(), len(told)) == (1, 1)
    assert fund()[2] == SEAT_COST


def test_a_learner_of_a_sids_pays_a_quarter(told):
    order = make.paid_order(SELA)
    assert (order.breakdown.waived, order.breakdown.total) == (usd("90.00"), usd("30.00"))
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))
    assert [seat.seat_cost for seat in told] == [usd("11.25")]


def test_the_fund_is_held_while_the_order_is_open_and_free_when_it_expires(told):
    placed = make.order(SELA)
    assert fund() == (usd("48.75"), usd("11.25"), usd("0.00"))
    api.expire_orders(at=make.NOON + timedelta(hours=1))
    assert api.order(placed.uuid).state is OrderState.EXPIRED
    assert fund() == (usd("60.00"), usd("0.00"), usd("0.00"))
    assert told == []


def test_a_second_tab_resumes_the_part_paid_order():
    assert make.order(SELA, key="a").uuid == make.order(SELA, key="b").uuid
    assert fund()[1] == usd("11.25")


def test_after_an_expired_order_the_waiver_can_be_used_again():
    make.order(SELA)
    later = make.NOON + timedelta(hours=2)
    assert make.paid_order(SELA, at=later).state is OrderState.PAID
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))


def test_paying_late_uses_the_waiver_again():
    started = make.payment(make.order(SELA))
    body = make.event(started)
    api.expire_orders(at=make.NOON + timedelta(hours=2))
    make.send(body)
    assert api.order(started.order.uuid).state is OrderState.PAID
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))


def test_t28_a_seat_lost_in_a_dispute_gives_its_waiver_back_and_takes_it_again_when_it_is_won():
    started = make.payment(make.order(SELA))
    make.send(make.event(started))
    for number, button in enumerate(["dispute", "lose"], 1):
        at = make.NOON + timedelta(hours=number)
        make.send(make.happening(started, button, at=at), at=at)
    assert fund() == (usd("60.00"), usd("0.00"), usd("0.00"))
    at = make.NOON + timedelta(hours=3)
    make.send(make.happening(started, "win", at=at), at=at)
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))
    assert api.order(started.order.uuid).state is OrderState.PAID


def test_a_dispute_that_is_won_after_the_end_of_access_holds_no_waiver_and_no_seat():
    # given
    make.offering(waivable=True, full_seat_cost=SEAT_COST, capacity=1)
    Offering.objects.update(access_days=10)
    started = make.payment(make.order(SELA))
    make.send(make.event(started))

    # when
    for day, button in enumerate(["dispute", "lose", "win"], 20):
        at = make.NOON + timedelta(days=day)
        make.send(make.happening(started, button, at=at), at=at)

    # then
    assert fund() == (usd("60.00"), usd("0.00"), usd("0.00"))
    assert Offering.objects.get().seats_taken == 0
    assert not Order.objects.get().held_because


def test_the_cost_of_a_seat_that_is_over_stays_with_the_fund_and_the_fee_with_who_collects():
    """Decision 0040: what was lost and is won too late is told as returned, and never again."""
    # given
    make.offering(waivable=True, full_seat_cost=SEAT_COST, capacity=1)
    Offering.objects.update(access_days=10)
    started = make.payment(make.order(SELA))
    make.send(make.event(started))
    grant = OrderLine.objects.get().waiver_grant

    # when
    for day, button in enumerate(["dispute", "lose", "win"], 20):
        at = make.NOON + timedelta(days=day)
        make.send(make.happening(started, button, at=at), at=at)

    # then
    assert [seat.grant_uuid for _cursor, seat in api.list_waived_seats()] == [grant]
    assert [seat.grant_uuid for _cursor, seat in api.list_returned_seats()] == [grant]
    assert OrderLine.objects.get().waiver_grant == grant
    found = api.order(started.order.uuid)
    assert (found.state, found.left) == (OrderState.PAID, found.total)
    assert not Entitlement.objects.filter(revoked_at=None).exists()


def test_whoever_missed_what_a_dispute_did_to_a_waiver_reads_the_same_again(told, returned):
    # when
    started = make.payment(make.order(SELA))
    make.send(make.event(started))
    for number, button in enumerate(["dispute", "lose", "win"], 1):
        at = make.NOON + timedelta(hours=number)
        make.send(make.happening(started, button, at=at), at=at)

    # then
    assert [seat for _, seat in api.list_waived_seats()] == told
    assert [seat for _, seat in api.list_returned_seats()] == returned
    first, second = (seat.grant_uuid for seat in told)
    assert [seat.grant_uuid for seat in returned] == [first]
    assert first != second


SIDS = (
    "  - {{label: sids, when: {{in_group: {{group: SIDS}}}},"
    " benefit: {{kind: percent_off, percent: {percent}}}}}\n"
)


@pytest.mark.parametrize("percent", [50, 100], ids=["less is waived now", "more is waived now"])
def test_paying_late_when_another_part_is_waived_waits_for_a_person(settings, told, percent):
    # given
    settings.WAIVER_POLICY_PRICE_LOCK_DAYS = 0
    started = make.payment(make.order(SELA))
    later = make.NOON + timedelta(hours=2)
    api.expire_orders(at=later)
    waiver.policy(waiver.policy_text(SIDS.format(percent=percent)), at=later)

    # when
    receipt = make.send(make.event(started), at=later)

    # then
    held = api.order(started.order.uuid)
    assert receipt.outcome is EventOutcome.HELD
    assert (held.state, held.paid_at) == (OrderState.HELD, make.NOON)
    assert held.sentence.endswith("and another part of the price is waived by now.")
    assert not api.has_entitlement(SELA.user_id, "spectrum", at=later)
    assert fund() == (usd("60.00"), usd("0.00"), usd("0.00"))
    assert told == []


def test_a_part_waiver_does_not_open_the_seat_by_itself():
    with pytest.raises(SomethingToPay, match=r"USD 30\.00 is left to pay"):
        take(SELA)
    assert not Order.objects.exists()
    assert fund()[0] == usd("60.00")


def test_when_the_fund_is_used_up_the_learner_waits_and_nothing_is_taken():
    for number in range(10, 14):
        take(make.learner(number, country="UG"), key=f"key {number}")
    assert fund() == (usd("0.00"), usd("0.00"), usd("60.00"))
    with pytest.raises(FundEmpty, match="waiting list"):
        take(AMINA)
    assert not api.has_entitlement(AMINA.user_id, "spectrum", at=make.NOON)
    assert not Order.objects.filter(user_id=AMINA.user_id).exists()
    assert WaiverDecision.objects.get(user_id=AMINA.user_id).outcome == "waitlisted"


def test_who_would_rather_not_wait_can_pay_the_full_price():
    full = api.quote(AMINA, "spectrum", at=make.NOON, with_waiver=False)
    placed = api.place_order(
        AMINA, "spectrum", key="a", expected=full.total, at=make.NOON, with_waiver=False
    )
    assert placed.breakdown.total == make.PRICE
    assert fund()[0] == usd("60.00")


def test_a_full_refund_gives_the_fund_its_money_back_and_keeps_the_record(told, returned):
    order = make.paid_order(SELA)
    later = make.NOON + timedelta(days=1)
    api.refund(order.uuid, usd("30.00"), key="r", reason="asked", by=9, at=later)
    assert fund() == (usd("60.00"), usd("0.00"), usd("0.00"))
    assert WaiverGrant.objects.get().state == "returned"
    [(_, seat)] = api.list_returned_seats()
    assert (seat.grant_uuid, seat.returned_at) == (told[0].grant_uuid, later)
    assert returned == [seat]


def test_a_refund_in_part_leaves_the_fund_alone():
    order = make.paid_order(SELA)
    later = make.NOON + timedelta(days=1)
    api.refund(order.uuid, usd("10.00"), key="r", reason="asked", by=9, at=later)
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))


def test_after_a_full_refund_a_learner_comes_back_on_a_new_waiver(told):
    order = make.paid_order(SELA)
    later = make.NOON + timedelta(days=1)
    api.refund(order.uuid, usd("30.00"), key="r", reason="asked", by=9, at=later)
    again = make.paid_order(SELA, at=later)
    assert (again.state, again.breakdown.total) == (OrderState.PAID, usd("30.00"))
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))
    assert len({seat.grant_uuid for seat in told}) == 2


def test_a_refund_of_an_order_that_opened_no_seat_leaves_the_fund_as_it_is():
    started = make.payment(make.order(SELA))
    later = make.NOON + timedelta(hours=2)
    api.expire_orders(at=later)
    for number in range(10, 14):
        take(make.learner(number, country="UG"), key=f"key {number}", at=later)
    make.send(make.event(started))
    before = fund()
    api.refund(started.order.uuid, usd("30.00"), key="r", reason="asked", by=9, at=later)
    assert fund() == before
    assert waivers.check_funds() == ()


def test_a_payment_in_time_finds_its_waiver_whatever_day_it_lapses():
    order = make.order(SELA)
    started = make.payment(order)
    WaiverGrant.objects.update(expires_on=make.NOON.date())
    assert waivers.expire_grants(at=make.NOON + timedelta(minutes=59)).grants == 0
    make.send(make.event(started))
    assert api.order(order.uuid).state is OrderState.PAID


def test_a_payment_after_the_waiver_of_an_open_order_expired_takes_it_again():
    order = make.order(SELA)
    started = make.payment(order)
    WaiverGrant.objects.update(expires_on=make.NOON.date())
    assert waivers.expire_grants(at=make.NOON + timedelta(hours=1)).grants == 1
    make.send(make.event(started))
    assert api.order(order.uuid).state is OrderState.PAID
    assert fund() == (usd("48.75"), usd("0.00"), usd("11.25"))
    assert waivers.check_funds() == ()


def fill(at=make.NOON):
    """Four learners of Uganda take what is in the fund."""
    for number in range(10, 14):
        take(make.learner(number, country="UG"), key=f"key {number}", at=at)


def test_who_waits_takes_the_seat_when_money_has_come():
    fill()
    with pytest.raises(FundEmpty):
        take(AMINA)
    waivers.credit_fund(SEAT_COST, key="more", reason="x", at=make.NOON)
    order = take(AMINA, key="again")
    assert order.state is OrderState.WAIVED
    assert waivers.waiting_place(AMINA.user_id, "spectrum") is None
    assert fund() == (usd("0.00"), usd("0.00"), usd("75.00"))


def test_who_pays_the_full_price_waits_no_more():
    fill()
    with pytest.raises(FundEmpty):
        take(AMINA)
    full = api.quote(AMINA, "spectrum", at=make.NOON, with_waiver=False)
    placed = api.place_order(
        AMINA, "spectrum", key="b", expected=full.total, at=make.NOON, with_waiver=False
    )
    assert waivers.waiting_place(AMINA.user_id, "spectrum").position == 1
    make.send(make.event(make.payment(placed)))
    assert waivers.waiting_place(AMINA.user_id, "spectrum") is None


def test_who_has_an_open_order_at_the_full_price_and_asks_in_vain_has_a_place():
    full = api.quote(SELA, "spectrum", at=make.NOON, with_waiver=False).total
    api.place_order(SELA, "spectrum", key="a", expected=full, at=make.NOON, with_waiver=False)
    fill()
    with pytest.raises(FundEmpty):
        make.order(SELA, key="b")
    assert waivers.waiting_place(SELA.user_id, "spectrum").position == 1


def test_an_order_that_lapses_leaves_a_waiting_learner_the_offer():
    fill()
    with pytest.raises(FundEmpty):
        make.order(SELA)
    waivers.credit_fund(SEAT_COST, key="more", reason="x", at=make.NOON)
    make.order(SELA, key="b")
    api.expire_orders(at=make.NOON + timedelta(hours=2))
    assert waivers.waiting_place(SELA.user_id, "spectrum").state == "offered"
    later = make.NOON + timedelta(hours=3)
    assert make.paid_order(SELA, at=later).state is OrderState.PAID


def test_what_an_overdue_order_holds_of_the_fund_is_free_for_the_next_learner():
    for number in range(10, 13):
        take(make.learner(number, country="UG"), key=f"key {number}")
    make.order(SELA)
    order = make.order(make.learner(3, country="FJ"), at=make.NOON + timedelta(hours=2))
    assert order.breakdown.total == usd("30.00")


def test_an_order_stays_when_the_one_that_would_replace_it_is_refused():
    full = api.quote(SELA, "spectrum", at=make.NOON, with_waiver=False).total
    kept = api.place_order(
        SELA, "spectrum", key="a", expected=full, at=make.NOON, with_waiver=False
    )
    for number in range(10, 14):
        take(make.learner(number, country="UG"), key=f"key {number}")
    with pytest.raises(FundEmpty):
        make.order(SELA, key="b")
    assert api.order(kept.uuid).state is OrderState.CREATED


def test_an_order_with_a_waiver_gives_way_to_one_without():
    make.order(SELA)
    full = api.quote(SELA, "spectrum", at=make.NOON, with_waiver=False).total
    placed = api.place_order(
        SELA, "spectrum", key="b", expected=full, at=make.NOON, with_waiver=False
    )
    assert placed.breakdown.total == make.PRICE
    assert fund()[0] == usd("60.00")


def test_a_held_order_gives_the_fund_its_money_back():
    started = make.payment(make.order(SELA))
    make.send(make.event(started, amount=1))
    api.expire_orders(at=make.NOON + timedelta(hours=2))
    assert fund() == (usd("60.00"), usd("0.00"), usd("0.00"))


def test_a_late_payment_whose_waiver_is_gone_is_held_for_that_reason():
    started = make.payment(make.order(SELA))
    later = make.NOON + timedelta(hours=2)
    api.expire_orders(at=later)
    for number in range(10, 14):
        take(make.learner(number, country="UG"), key=f"key {number}", at=later)
    receipt = make.send(make.event(started))
    assert "its waiver is gone: The waiver fund is empty" in receipt.sentence


def test_where_a_request_comes_from_is_known_to_the_decision():
    take(replace(AMINA, seen_country="UG"))
    evidence = DecisionFacts.objects.get().inputs["evidence"]
    assert [(one["kind"], one["country"]) for one in evidence] == [("ip", "UG")]
    doubted = api.quote(replace(SELA, seen_country="AU"), "spectrum", at=make.NOON)
    assert doubted.waiver.outcome == "review"
