"""A payment without a page: confirmed, captured or canceled by calls."""

from __future__ import annotations

import pytest
import stripe

from factories.stripe_calls import FEE, RETURN_URL, a_payment, a_session

CHARGED = {"expand": ["latest_charge.balance_transaction"]}


def test_a_payment_goes_from_the_wish_to_the_money(api):
    wish = api.v1.payment_intents.create(params={"amount": FEE, "currency": "usd"})
    paid = api.v1.payment_intents.confirm(wish.id, params={"payment_method": "pm_card_visa"})

    assert (wish.status, paid.status) == ("requires_payment_method", "succeeded")
    assert (paid.amount_received, paid.amount_capturable) == (FEE, 0)
    assert api.v1.charges.retrieve(paid.latest_charge).paid


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
def test_a_declined_card_is_an_error_and_a_failed_charge(api, method, code, decline_code):
    with pytest.raises(stripe.CardError) as declined:
        api.v1.payment_intents.create(params=a_payment(method=method))

    error = declined.value
    (intent,) = api.v1.payment_intents.list().data
    charge = api.v1.charges.retrieve(error.error.charge)
    assert (error.http_status, error.code, error.error.decline_code) == (402, code, decline_code)
    assert error.error.payment_intent.id == intent.id
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)
    assert api.v1.balance_transactions.list().data == []


def test_a_card_that_asks_is_charged_after_the_answer(api, payer):
    asked = api.v1.payment_intents.create(
        params=a_payment(method="pm_card_threeDSecure2Required", return_url=RETURN_URL)
    )

    assert asked.status == "requires_action"
    assert asked.next_action.redirect_to_url.return_url == RETURN_URL
    assert asked.latest_charge is None
    assert payer.authenticate(asked.id) == "succeeded"


def test_reserved_money_is_no_money_until_it_is_captured(api):
    reserved = api.v1.payment_intents.create(params=a_payment(capture_method="manual"))
    before = api.v1.balance_transactions.list().data

    captured = api.v1.payment_intents.capture(reserved.id)

    assert (reserved.status, reserved.amount_capturable, before) == ("requires_capture", FEE, [])
    assert (captured.status, captured.amount_received) == ("succeeded", FEE)
    assert len(api.v1.balance_transactions.list().data) == 1


def test_a_part_can_be_captured_and_the_fee_is_that_of_the_part(api):
    reserved = api.v1.payment_intents.create(params=a_payment(capture_method="manual"))

    captured = api.v1.payment_intents.capture(
        reserved.id, params={"amount_to_capture": 1000, **CHARGED}
    )

    charge = captured.latest_charge
    assert (captured.amount_received, charge.amount, charge.amount_captured) == (1000, FEE, 1000)
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee) == (1000, 59)


def test_more_than_was_reserved_cannot_be_captured(api):
    reserved = api.v1.payment_intents.create(params=a_payment(capture_method="manual"))

    with pytest.raises(stripe.InvalidRequestError, match=f"you can capture .*: {FEE}"):
        api.v1.payment_intents.capture(reserved.id, params={"amount_to_capture": FEE + 1})

    assert api.v1.payment_intents.retrieve(reserved.id).status == "requires_capture"


def test_what_was_not_paid_can_be_canceled_and_not_paid_any_more(api):
    wish = api.v1.payment_intents.create(params={"amount": FEE, "currency": "usd"})

    canceled = api.v1.payment_intents.cancel(wish.id, params={"cancellation_reason": "abandoned"})

    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.payment_intents.confirm(wish.id, params={"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"
    assert api.v1.charges.list().data == []


@pytest.mark.parametrize("verb", ["cancel", "capture", "confirm"])
def test_what_was_paid_stays_paid(api, verb):
    paid = api.v1.payment_intents.create(params=a_payment())

    with pytest.raises(stripe.InvalidRequestError, match=f"cannot {verb} .* status of succeeded"):
        getattr(api.v1.payment_intents, verb)(paid.id)

    assert api.v1.payment_intents.retrieve(paid.id).status == "succeeded"


@pytest.mark.parametrize("verb", ["cancel", "confirm"])
def test_the_payment_of_a_page_is_the_page_s_own(api, payer, verb):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id, "pm_card_visa_chargeDeclined")
    intent_id = api.v1.checkout.sessions.retrieve(session.id).payment_intent

    with pytest.raises(stripe.InvalidRequestError, match="created by a Checkout Session"):
        getattr(api.v1.payment_intents, verb)(intent_id)
    assert api.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_payment_without_a_method_cannot_be_confirmed(api):
    wish = api.v1.payment_intents.create(params={"amount": FEE, "currency": "usd"})

    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        api.v1.payment_intents.confirm(wish.id)


def test_a_method_that_nobody_has_is_refused(api):
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod") as refused:
        api.v1.payment_intents.create(params=a_payment(method="pm_of_somebody"))

    assert (refused.value.code, refused.value.param) == ("resource_missing", "payment_method")
    assert api.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("capture_method", "known"), [("automatic", True), ("automatic_async", False)]
)
def test_with_asynchronous_capture_no_event_of_the_payment_knows_its_fee(
    api, capture_method, known
):
    """docs.stripe.com/payments/payment-intents/asynchronous-capture"""
    paid = api.v1.payment_intents.create(params=a_payment(capture_method=capture_method))
    succeeded, *_ = api.v1.events.list(params={"type": "charge.succeeded"}).data
    updated = api.v1.events.list(params={"type": "charge.updated"}).data

    assert (succeeded.data.object.balance_transaction is not None) is known
    assert len(updated) == int(not known)
    assert api.v1.payment_intents.retrieve(
        paid.id, params=CHARGED
    ).latest_charge.balance_transaction.fee


def test_a_fee_may_be_unknown_for_a_while(api, account, bank):
    account.fees_come_later = True
    paid = api.v1.payment_intents.create(params=a_payment(**CHARGED))

    assert paid.latest_charge.balance_transaction is None
    assert api.v1.balance_transactions.list().data == []
    bank.book_fees(paid.latest_charge.id)

    (event,) = api.v1.events.list(params={"type": "charge.updated"}).data
    (booked,) = api.v1.balance_transactions.list().data
    assert event.data.object.balance_transaction == booked.id
    assert event.data.previous_attributes.to_dict() == {"balance_transaction": None}
    with pytest.raises(ValueError, match="is booked"):
        bank.book_fees(paid.latest_charge.id)
