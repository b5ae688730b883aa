"""What is offered back of a payment that a bank looks at, or has taken back: nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.money import Money
from fee_payments import api
from fee_payments.exceptions import RefundRefused
from fee_payments.models import Payment, SandboxSession

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.NOON + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def paid():
    make.offering()
    return Payment.objects.get(order__uuid=make.paid_order(make.learner()).uuid)


def happens(payment, button):
    make.send(make.happening(payment, button, at=LATER), at=LATER)


@pytest.mark.parametrize(
    ("buttons", "said"),
    [
        (["dispute"], "Nothing is given back until it decides."),
        (["dispute", "lose"], "Your bank has the money back already."),
    ],
)
def test_nothing_is_offered_of_money_that_the_bank_holds_or_has_taken(paid, buttons, said):
    # when
    for button in buttons:
        happens(paid, button)

    # then
    offer = api.refund_offer(paid.order.uuid, 1001, LATER)
    assert (offer.amounts, offer.until) == ({}, None)
    assert offer.sentence.endswith(said)
    with pytest.raises(RefundRefused, match=said):
        api.ask_for_refund(paid.order.uuid, user_id=1001, reason="Ill", at=LATER)


def test_once_the_dispute_is_won_the_policy_counts_again(paid):
    # when
    for button in ("dispute", "win"):
        happens(paid, button)

    # then
    assert (
        sum(
            amount.minor
            for amount in api.refund_offer(paid.order.uuid, 1001, LATER).amounts.values()
        )
        == make.PRICE.minor
    )


def lose_a_part(payment):
    """A bank takes USD 50.00 of 120.00 for good."""
    make.send(make.happening(payment, "dispute", at=LATER), at=LATER)
    session = SandboxSession.objects.get(token=payment.reference)
    (dispute,) = session.book["disputes"]
    session.book = {**session.book, "disputes": [{**dispute, "amount": 5000}]}
    session.save()
    make.send(make.happening(payment, "lose", at=LATER + MINUTE), at=LATER + MINUTE)


def test_what_a_bank_has_taken_for_good_is_not_left(paid):
    # when
    lose_a_part(paid)

    # then
    assert api.order(paid.order.uuid).left == Money("70.00", "USD")
    offer = api.refund_offer(paid.order.uuid, 1001, LATER)
    assert list(offer.amounts.values()) == [Money("70.00", "USD")]


def test_the_office_reads_what_a_bank_has_left(client, monkeypatch, paid):
    # given
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    officer = get_user_model().objects.create_user("officer")
    officer.user_permissions.set(Permission.objects.filter(codename="refund_payment"))
    client.force_login(officer)
    lose_a_part(paid)

    # when
    page = client.get(reverse("fee_payments:order", args=[paid.order.uuid])).content.decode()

    # then
    assert "at most USD 70.00" in page.replace("\xa0", " ")
    assert 'name="left_minor" value="7000"' in page
    form = {"key": "r", "left_minor": "7000", "amount": "70.01", "reason": "asked"}
    answer = client.post(reverse("fee_payments:refund", args=[paid.order.uuid]), form)
    said = answer.content.decode().replace("\xa0", " ")
    assert "USD 70.00 is left of this payment after a dispute" in said


@pytest.mark.parametrize(("button", "forms"), [("", 1), ("dispute", 0)])
def test_who_may_refund_has_no_form_for_what_would_be_refused(
    client, monkeypatch, paid, button, forms
):
    # given
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    officer = get_user_model().objects.create_user("officer")
    officer.user_permissions.set(Permission.objects.filter(codename="refund_payment"))
    client.force_login(officer)

    # when
    if button:
        happens(paid, button)

    # then
    page = client.get(reverse("fee_payments:order", args=[paid.order.uuid])).content.decode()
    assert page.count(reverse("fee_payments:refund", args=[paid.order.uuid])) == forms


def give_back_the_rest(payment, key="rest", **more):
    return api.refund(
        payment.order.uuid, key=key, reason="asked", by=9, at=LATER + timedelta(hours=1), **more
    )


def test_all_that_is_left_is_what_a_bank_has_not_taken(paid):
    # given
    lose_a_part(paid)

    # when
    receipt = give_back_the_rest(paid, seen_left=Money("70.00", "USD"))

    # then
    assert receipt.amount == Money("70.00", "USD")
    found = api.order(paid.order.uuid)
    assert (found.left, found.refunded) == (Money("0.00", "USD"), Money("70.00", "USD"))
    assert not api.has_entitlement(1001, "spectrum", at=LATER + timedelta(hours=2))
    assert give_back_the_rest(paid).uuid == receipt.uuid
    with pytest.raises(RefundRefused, match="Nothing is left"):
        give_back_the_rest(paid, key="more")


def test_all_that_is_left_after_a_refund_and_a_lost_part(paid):
    # given
    api.refund(
        paid.order.uuid, Money("30.00", "USD"), key="part", reason="asked", by=9, at=LATER
    )  # fmt: skip
    lose_a_part(paid)

    # then
    assert give_back_the_rest(paid).amount == Money("40.00", "USD")


def test_all_that_is_left_of_several_lines_is_shared_by_what_is_left_of_each():
    # given
    make.offering()
    make.offering("exam", prices=(make.price(Money("60.00", "USD")),))
    order = make.paid_order_of(make.learner(), "spectrum", "exam")
    payment = Payment.objects.get(order__uuid=order.uuid)
    lose_a_part(payment)

    # when
    receipt = give_back_the_rest(payment)

    # then
    assert receipt.amount == Money("130.00", "USD")
    shares = {line.offering_code: line.refunded for line in api.order(order.uuid).lines}
    assert shares == {"spectrum": Money("86.67", "USD"), "exam": Money("43.33", "USD")}
    assert api.entitled_offerings(1001, at=LATER + timedelta(hours=2)) == set()


def test_nothing_is_left_of_what_a_bank_has_taken_whole(paid):
    # given
    for button in ("dispute", "lose"):
        happens(paid, button)

    # then
    with pytest.raises(RefundRefused, match="Nothing is left"):
        give_back_the_rest(paid)
    assert not paid.refunds.exists()
