"""An order is paid on Stripe's page, and what Stripe says of it later decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.exceptions import (
    OrderNotOpen,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnavailable,
)
from fee_payments.models import Entitlement, Order, Payment, ProviderEvent
from fee_payments.providers.stripe_checkout.calls import API_VERSION
from stripe_peer import Fault

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = "/v1/checkout/sessions"


def sessions(account):
    return list(account.store.oldest("checkout.session"))


def session_of(account, payment):
    return account.store.get("checkout.session", payment.reference)


def state(payment):
    return api.order(payment.order.uuid).state


def may_enter():
    return api.has_entitlement(1001, "spectrum", at=make.NOON + timedelta(minutes=5))


def again(order, at=make.NOON):
    return make.payment(order, at=at, provider="stripe")


def test_the_version_of_the_api_is_that_of_the_sdk_we_test_with():
    assert stripe.api_version == API_VERSION


def test_the_page_shows_what_was_ordered_and_knows_our_order(started, account):
    session, order = session_of(account, started), started.order
    assert (session["amount_total"], session["currency"]) == (12_000, "usd")
    assert session["client_reference_id"] == str(order.uuid)
    assert session["metadata"] == {
        "fairgate_order": str(order.uuid),
        "fairgate_payment": str(started.uuid),
    }
    [item] = account.store.notes[session["id"]]["line_items"]
    assert (item["description"], item["amount_total"]) == ("Spectrum management", 12_000)
    assert (session["success_url"], session["customer_email"]) == (make.RETURN_URL, None)
    assert started.redirect_url == session["url"]


def test_a_payment_by_card_opens_the_course_and_knows_its_real_fee(
    started, account, payer, courier
):
    payer.pay(started.reference)
    assert not may_enter()
    courier.deliver_due()
    started.refresh_from_db()
    assert (state(started), may_enter()) == (OrderState.PAID, True)
    [charge] = account.store.oldest("charge")
    booked = account.store.get("balance_transaction", charge["balance_transaction"])
    assert started.processor_fee_minor == booked["fee"] == 378
    assert started.charge_reference == charge["payment_intent"]
    assert {event.outcome for event in ProviderEvent.objects.all()} <= {"settled", "known"}


def test_two_tabs_come_to_the_same_page(started, account):
    order = api.order(started.order.uuid)
    assert again(order).reference == started.reference
    assert len(sessions(account)) == 1


def test_an_event_about_somebody_elses_payment_is_kept_and_ignored(account, payer, courier, server):
    from factories.stripe_calls import a_session
    from stripe_peer import client_of

    with client_of(server.url) as shop:
        session = shop.v1.checkout.sessions.create(a_session())
    payer.pay(session.id)
    courier.deliver_due()
    assert {event.outcome for event in ProviderEvent.objects.all()} == {"ignored"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault.LOST_BEFORE,
        Fault.LOST_AFTER,
        Fault.HALF_ANSWERED,
        Fault.RATE_LIMITED,
        Fault.DOWN,
        Fault.NOT_JSON,
    ],
)
def test_f08_k13_a_lost_answer_is_asked_for_again_and_there_is_one_page(account, server, fault):
    make.offering()
    order = make.order(make.learner())
    server.faults.plan(fault, path=SESSIONS)
    with pytest.raises(ProviderUnavailable):
        again(order)
    payment = again(order, at=make.NOON + timedelta(minutes=5))
    assert [one["id"] for one in sessions(account)] == [payment.reference]
    assert payment.reference.startswith("cs_")


@pytest.mark.parametrize("fault", [Fault.DIES_BEFORE, Fault.DIES_AFTER])
def test_f08_k13_a_provider_that_dies_and_comes_back_has_one_page(account, server, fault):
    make.offering()
    order = make.order(make.learner())
    server.faults.plan(fault, path=SESSIONS)
    with pytest.raises(ProviderUnavailable):
        again(order)
    server.start()
    payment = again(order)
    assert [one["id"] for one in sessions(account)] == [payment.reference]


def test_f08_an_error_that_stripe_keeps_under_the_key_is_left_behind_with_the_attempt(
    account, server
):
    make.offering()
    order = make.order(make.learner())
    server.faults.plan(Fault.FAILED, path=SESSIONS)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            again(order)
    later = make.NOON + timedelta(minutes=26)
    account.clock.advance(timedelta(minutes=26))
    api.start_payment(
        order.uuid, user_id=1001, provider="stripe", return_url=make.RETURN_URL, at=later
    )
    assert len(sessions(account)) == 1


def test_a_payment_whose_answer_was_lost_is_found_by_what_we_attached(
    account, server, payer, courier
):
    make.offering()
    server.faults.plan(Fault.LOST_AFTER, path=SESSIONS)
    with pytest.raises(ProviderUnavailable):
        again(make.order(make.learner()))
    [session] = sessions(account)
    payer.pay(session["id"])
    courier.deliver_due()
    assert Payment.objects.get().reference == session["id"]
    assert may_enter()


def test_k14_a_method_that_pays_later_opens_nothing_until_the_money_is_there(
    started, account, payer, bank, courier
):
    assert payer.pay(started.reference, "pm_usBankAccount_success") == "processing"
    courier.deliver_due()
    assert (state(started), may_enter()) == (OrderState.PENDING, False)
    with pytest.raises(OrderNotOpen, match="on its way"):
        again(api.order(started.order.uuid))
    account.clock.advance(timedelta(days=4))
    api.expire_orders(at=account.clock.now)
    assert state(started) is OrderState.PENDING
    [intent] = account.store.oldest("payment_intent")
    bank.settle(intent["id"])
    courier.deliver_due()
    assert state(started) is OrderState.PAID


def test_k14_a_method_that_pays_later_and_fails_opens_nothing_and_can_be_tried_again(
    started, account, payer, bank, courier
):
    payer.pay(started.reference, "pm_usBankAccount_success")
    courier.deliver_due()
    [intent] = account.store.oldest("payment_intent")
    bank.settle(intent["id"], succeeds=False)
    courier.deliver_due()
    assert (state(started), may_enter()) == (OrderState.PENDING, False)
    order = api.order(started.order.uuid)
    assert "insufficient funds" in order.sentence
    api.start_payment(
        order.uuid, user_id=1001, provider="stripe", return_url=make.RETURN_URL, at=make.NOON
    )
    second = Payment.objects.get(closed_at=None)
    payer.pay(second.reference)
    courier.deliver_due()
    assert (state(second), may_enter()) == (OrderState.PAID, True)


def test_k15_a_question_of_the_bank_that_is_never_answered_opens_nothing_and_frees_the_seat(
    account, payer, courier
):
    make.offering(capacity=1)
    payment = again(make.order(make.learner()))
    assert payer.pay(payment.reference, "pm_card_threeDSecure2Required") == "requires_action"
    courier.deliver_due()
    assert (state(payment), may_enter()) == (OrderState.PENDING, False)
    account.clock.advance(timedelta(hours=2))
    courier.deliver_due()
    api.expire_orders(at=account.clock.now)
    payment.refresh_from_db()
    assert payment.closed_at == account.clock.now
    assert (state(payment), Entitlement.objects.count()) == (OrderState.EXPIRED, 0)
    make.order(make.learner(2), at=account.clock.now)


def test_k15_a_question_of_the_bank_that_is_answered_wrongly_is_told_and_can_be_tried_again(
    started, account, payer, courier
):
    payer.pay(started.reference, "pm_card_threeDSecure2Required")
    [intent] = account.store.oldest("payment_intent")
    payer.authenticate(intent["id"], passes=False)
    courier.deliver_due()
    assert api.order(started.order.uuid).sentence == (
        "The provided PaymentMethod has failed authentication."
    )
    payer.pay(started.reference)
    courier.deliver_due()
    assert may_enter()


def test_t18_a_page_that_was_paid_after_the_order_had_expired_finds_no_seat_and_is_held(
    account, payer, courier
):
    make.offering(capacity=1)
    late = again(make.order(make.learner()))
    later = make.NOON + timedelta(minutes=61)
    account.clock.advance(timedelta(minutes=59))
    payer.pay(late.reference)
    api.expire_orders(at=later)
    other = make.order(make.learner(2), at=later)
    courier.deliver_due()
    assert state(late) is OrderState.HELD
    assert not Entitlement.objects.exists()
    assert other.state is OrderState.CREATED


@pytest.mark.parametrize(
    ("price", "units"),
    [
        (Money("2000", "JPY"), 2000),
        (Money("40.500", "KWD"), 40_500),
        (Money("2500", "ISK"), 250_000),
        (Money("90000", "UGX"), 9_000_000),
        (Money("45000.00", "MGA"), 45_000),
        (Money("19500.00", "HUF"), 1_950_000),
        (Money("1500.00", "TWD"), 150_000),
    ],
)
def test_t20_k4_currencies_are_charged_and_refunded_as_stripe_counts_them(
    account, payer, courier, price, units
):
    make.offering(prices=(make.price(price),))
    payment = again(make.order(make.learner()))
    assert session_of(account, payment)["amount_total"] == units
    payer.pay(payment.reference)
    courier.deliver_due()
    assert state(payment) is OrderState.PAID
    order = payment.order.uuid
    api.refund(order, price, key="all", reason="asked", by=9, at=account.clock.now)
    [refund] = account.store.oldest("refund")
    assert (refund["amount"], refund["metadata"]["fairgate_refund"]) == (
        units,
        str(payment.refunds.get().uuid),
    )
    assert not may_enter()


@pytest.mark.parametrize(
    "price", [Money("40.505", "KWD"), Money("45000.20", "MGA"), Money("1000000.00", "USD")]
)
def test_k4_what_stripe_cannot_charge_is_refused_before_anything(account, price):
    make.offering(prices=(make.price(price),))
    order = make.order(make.learner())
    assert api.list_providers(order) == ()
    with pytest.raises(ProviderRefused, match=str(price)[:3]):
        again(order)
    assert not Payment.objects.exists()
    assert sessions(account) == []


def test_an_amount_that_is_too_small_for_the_account_is_refused_by_stripe_in_words(account):
    make.offering(prices=(make.price(Money("0.20", "USD")),))
    with pytest.raises(ProviderRefused, match="at least"):
        again(make.order(make.learner()))


def test_a_wrong_key_is_the_operators_business(options, settings, caplog):
    options["secret_key"] = "sk_test_another"
    make.offering()
    with pytest.raises(ProviderMisconfigured, match="does not let us in"):
        again(make.order(make.learner()))
    assert "look at the key and its permissions" in caplog.text
    assert "sk_test_another" not in caplog.text


def test_f42_keys_and_secrets_are_in_no_repr_log_or_error(options, started, settings, caplog):
    from fee_payments import conf
    from fee_payments.providers.registry import get_provider

    provider = get_provider("stripe")
    shown = repr(provider.options) + repr(conf.providers()) + repr(provider) + caplog.text
    assert "sk_test_peer" not in shown
    assert "whsec_peer" not in shown
    options["secret_key"] = "pk_live_wrong_kind"
    with pytest.raises(ProviderMisconfigured) as caught:
        get_provider("stripe")
    assert "pk_live_wrong_kind" not in str(caught.value)


def test_f42_django_hides_the_options_on_its_error_page():
    from django.views.debug import SafeExceptionReporterFilter

    given = {"stripe": {"secret_key": "sk_test_1", "webhook_secrets": ["whsec_1"]}}
    shown = SafeExceptionReporterFilter().cleanse_setting("FEE_PAYMENTS_PROVIDERS", given)
    assert "sk_test_1" not in str(shown)
    assert "whsec_1" not in str(shown)


def test_an_order_is_still_one_order(started):
    assert Order.objects.get().is_test
