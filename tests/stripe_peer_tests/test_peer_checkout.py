"""A page of Stripe, from its opening to the money or to its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from factories.stripe_calls import FEE, RETURN_URL, a_session
from stripe_peer import PayerCannot
from stripe_peer.refusals import Refusal

PAGE = {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
CARD_EVENTS = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
]


def kinds_of(api):
    """What happened, in the order in which it happened."""
    return [event.type for event in reversed(api.v1.events.list(params={"limit": 100}).data)]


def test_a_session_is_open_unpaid_and_without_a_payment_until_somebody_tries(api, clock):
    session = api.v1.checkout.sessions.create(
        params=a_session(client_reference_id="order-7", metadata={"order": "7"})
    )

    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.payment_intent is None
    assert session.url.startswith("https://checkout.stripe.com/")
    assert (session.client_reference_id, session.metadata["order"]) == ("order-7", "7")
    assert session.expires_at == clock.seconds + 24 * 3600
    assert kinds_of(api) == []


def test_a_paid_session_is_complete_and_its_money_is_in_the_account(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())

    assert payer.pay(session.id, email="amina@example.org") == "succeeded"

    paid = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "amina@example.org"
    assert paid.payment_intent.amount_received == paid.amount_total == FEE
    assert paid.payment_intent.latest_charge.balance_transaction.amount == FEE
    assert kinds_of(api) == CARD_EVENTS


def test_metadata_of_the_payment_is_on_intent_and_charge(api, payer):
    data = {"metadata": {"order": "7"}, "description": "Course fee"}
    session = api.v1.checkout.sessions.create(params=a_session(payment_intent_data=data))
    payer.pay(session.id)

    intent = api.v1.checkout.sessions.retrieve(session.id, params=PAGE).payment_intent

    assert intent.metadata.to_dict() == intent.latest_charge.metadata.to_dict() == {"order": "7"}
    assert intent.description == intent.latest_charge.description == "Course fee"


def test_the_total_is_that_of_all_lines(api):
    prices = [
        {"currency": "eur", "unit_amount": amount, "product_data": {"name": f"Course {amount}"}}
        for amount in (1999, 500)
    ]
    items = [{"price_data": price, "quantity": 3} for price in prices]
    session = api.v1.checkout.sessions.create(params=a_session(line_items=items))

    lines = api.v1.checkout.sessions.line_items.list(session.id).data

    assert session.amount_total == sum(line.amount_total for line in lines) == 3 * (1999 + 500)
    assert [line.description for line in lines] == ["Course 1999", "Course 500"]


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "subscription"},
        {"ui_mode": "embedded_page"},
        {"line_items": [{"price": "price_1", "quantity": 1}]},
        {"line_items": a_session(0)["line_items"]},
    ],
    ids=["subscription", "embedded", "stored-price", "nothing-to-pay"],
)
def test_another_kind_of_page_is_not_modelled_and_says_so(api, changes):
    with pytest.raises(stripe.APIError, match="The peer does not model") as refused:
        api.v1.checkout.sessions.create(params={**a_session(), **changes})

    assert (refused.value.http_status, refused.value.error.code) == (501, "peer_does_not_model")


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ({"price_data": {"currency": "usd"}}, "line_items[0][price_data][unit_amount]"),
        ({**a_session()["line_items"][0], "quantity": 0}, "line_items[0][quantity]"),
        ({**a_session()["line_items"][0], "quantity": -1}, "line_items[0][quantity]"),
    ],
    ids=["no-price", "none", "less-than-none"],
)
def test_a_line_without_price_or_number_is_refused_by_name(api, item, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(params=a_session(line_items=[item]))

    assert refused.value.param == param
    assert api.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize("name", ["success_url", "line_items"])
def test_a_page_needs_something_to_sell_and_a_way_back(api, name):
    params = {key: value for key, value in a_session().items() if key != name}

    with pytest.raises(stripe.InvalidRequestError, match=f"Missing required param: {name}"):
        api.v1.checkout.sessions.create(params=params)


@pytest.mark.parametrize(
    ("narrowed", "message"),
    [
        (
            {
                "allowed_payment_method_types": ["card"],
                "excluded_payment_method_types": ["ideal"],
            },
            "only specify one",
        ),
        ({"allowed_payment_method_types": ["ideal"]}, "No payment method types are left"),
    ],
)
def test_methods_that_leave_nothing_are_refused(api, narrowed, message):
    with pytest.raises(stripe.InvalidRequestError, match=message):
        api.v1.checkout.sessions.create(params=a_session(**narrowed))


def test_who_was_not_asked_cannot_answer(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id)
    intent_id = api.v1.checkout.sessions.retrieve(session.id).payment_intent

    with pytest.raises(PayerCannot, match="the payment is succeeded"):
        payer.authenticate(intent_id)


def test_lines_in_two_currencies_are_refused(api):
    items = [a_session(currency=code)["line_items"][0] for code in ("usd", "eur")]

    with pytest.raises(stripe.InvalidRequestError, match="same currency"):
        api.v1.checkout.sessions.create(params=a_session(line_items=items))


def test_a_declined_card_leaves_the_page_open_for_another_one(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())

    assert payer.pay(session.id, "pm_card_visa_chargeDeclined") == "requires_payment_method"
    between = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)
    assert payer.pay(session.id) == "succeeded"
    after = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)

    assert (between.status, between.payment_status) == ("open", "unpaid")
    assert between.payment_intent.last_payment_error.code == "card_declined"
    assert between.payment_intent.id == after.payment_intent.id
    assert (after.status, after.payment_status) == ("complete", "paid")


def test_k15_who_does_not_come_back_from_the_bank_has_not_paid(api, payer, clock):
    session = api.v1.checkout.sessions.create(params=a_session())

    assert payer.pay(session.id, "pm_card_threeDSecure2Required") == "requires_action"
    waiting = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)
    clock.advance(timedelta(hours=24))
    expired = api.v1.checkout.sessions.retrieve(session.id)

    assert (waiting.status, waiting.payment_status) == ("open", "unpaid")
    assert waiting.payment_intent.next_action.redirect_to_url.return_url == RETURN_URL
    assert (expired.status, expired.payment_status) == ("expired", "unpaid")
    with pytest.raises(PayerCannot, match="The page is expired"):
        payer.authenticate(waiting.payment_intent.id)


def test_k15_a_failed_authentication_leaves_the_page_open_and_makes_no_charge(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id, "pm_card_threeDSecure2Required")
    intent_id = api.v1.checkout.sessions.retrieve(session.id).payment_intent

    assert payer.authenticate(intent_id, passes=False) == "requires_payment_method"

    failed = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)
    assert failed.status == "open"
    assert failed.payment_intent.latest_charge is None
    assert failed.payment_intent.last_payment_error.code == "payment_intent_authentication_failure"


@pytest.mark.parametrize(
    ("method", "status", "session_status"),
    [
        ("pm_card_threeDSecure2Required", "succeeded", "complete"),
        ("pm_card_threeDSecureRequiredChargeDeclined", "requires_payment_method", "open"),
    ],
)
def test_after_the_question_the_bank_still_decides(api, payer, method, status, session_status):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id, method)
    intent_id = api.v1.checkout.sessions.retrieve(session.id).payment_intent

    assert payer.authenticate(intent_id) == status
    assert api.v1.checkout.sessions.retrieve(session.id).status == session_status


def test_k14_a_method_that_pays_later_completes_the_session_unpaid(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())

    assert payer.pay(session.id, "pm_usBankAccount_success") == "processing"

    waiting = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.latest_charge.status == "pending"
    assert api.v1.balance_transactions.list().data == []
    assert kinds_of(api)[-1] == "checkout.session.completed"


@pytest.mark.parametrize(
    ("succeeds", "payment_status", "event", "intent_status"),
    [
        (True, "paid", "checkout.session.async_payment_succeeded", "succeeded"),
        (False, "unpaid", "checkout.session.async_payment_failed", "requires_payment_method"),
    ],
)
def test_k14_days_later_the_money_comes_or_not(
    api, payer, bank, clock, succeeds, payment_status, event, intent_status
):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id, "pm_usBankAccount_success")
    intent_id = api.v1.checkout.sessions.retrieve(session.id).payment_intent
    clock.advance(timedelta(days=4))

    bank.settle(intent_id, succeeds=succeeds)

    ended = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)
    assert (ended.status, ended.payment_status) == ("complete", payment_status)
    assert ended.payment_intent.status == intent_status
    assert kinds_of(api)[-1] == event
    assert len(api.v1.balance_transactions.list().data) == int(succeeds)


@pytest.mark.parametrize(
    ("currency", "narrowed", "offered"),
    [
        ("usd", {}, ["card", "us_bank_account"]),
        ("eur", {}, ["card"]),
        ("usd", {"allowed_payment_method_types": ["card", "ideal"]}, ["card"]),
        ("usd", {"excluded_payment_method_types": ["card"]}, ["us_bank_account"]),
    ],
)
def test_the_methods_are_those_switched_on_that_fit_and_are_not_narrowed_away(
    api, currency, narrowed, offered
):
    params = a_session(currency=currency, **narrowed)

    assert api.v1.checkout.sessions.create(params=params).payment_method_types == offered


def test_nobody_pays_with_a_method_that_the_page_does_not_offer(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session(currency="eur"))

    with pytest.raises(Refusal, match="not allowed"):
        payer.pay(session.id, "pm_usBankAccount_success")

    assert api.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_an_expired_page_cannot_be_paid(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())

    expired = api.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.payment_status, expired.url) == ("expired", "unpaid", None)
    assert kinds_of(api) == ["checkout.session.expired"]
    with pytest.raises(PayerCannot, match="The page is expired"):
        payer.pay(session.id)


def test_a_paid_page_can_neither_be_paid_again_nor_expired(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id)

    with pytest.raises(PayerCannot, match="The page is complete"):
        payer.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="has a status of `complete`"):
        api.v1.checkout.sessions.expire(session.id)
    assert kinds_of(api) == CARD_EVENTS


def test_a_page_expires_by_itself_at_its_second(api, payer, clock):
    end = clock.seconds + 1800
    session = api.v1.checkout.sessions.create(params=a_session(expires_at=end))

    clock.advance(timedelta(seconds=1799))
    assert api.v1.checkout.sessions.retrieve(session.id).status == "open"
    clock.advance(timedelta(seconds=1))
    assert api.v1.checkout.sessions.retrieve(session.id).status == "expired"


@pytest.mark.parametrize(
    ("seconds", "message"), [(1799, "at least 30 minutes"), (86_401, "less than 24 hours")]
)
def test_a_page_is_open_for_half_an_hour_to_a_day(api, clock, seconds, message):
    with pytest.raises(stripe.InvalidRequestError, match=message) as refused:
        api.v1.checkout.sessions.create(params=a_session(expires_at=clock.seconds + seconds))

    assert refused.value.param == "expires_at"


def test_a_customer_of_the_account_is_on_session_payment_and_charge(api, payer):
    customer = api.v1.customers.create(params={"email": "amina@example.org"})
    session = api.v1.checkout.sessions.create(params=a_session(customer=customer.id))
    payer.pay(session.id)

    paid = api.v1.checkout.sessions.retrieve(session.id, params=PAGE)

    assert paid.customer == paid.payment_intent.customer == customer.id
    assert paid.payment_intent.latest_charge.customer == customer.id


def test_somebody_else_s_customer_is_refused(api):
    with pytest.raises(stripe.InvalidRequestError, match="No such customer") as refused:
        api.v1.checkout.sessions.create(params=a_session(customer="cus_other"))

    assert (refused.value.http_status, refused.value.param) == (400, "customer")


def test_sessions_are_listed_by_their_payment(api, payer):
    first, _second = (api.v1.checkout.sessions.create(params=a_session()) for _turn in "ab")
    payer.pay(first.id)
    intent_id = api.v1.checkout.sessions.retrieve(first.id).payment_intent

    found = api.v1.checkout.sessions.list(params={"payment_intent": intent_id}).data

    assert [session.id for session in found] == [first.id]


def test_pages_of_a_list_together_hold_everything_once(api):
    made = [api.v1.checkout.sessions.create(params=a_session()).id for _turn in range(7)]

    listed = api.v1.checkout.sessions.list(params={"limit": 3})

    assert [session.id for session in listed.auto_paging_iter()] == list(reversed(made))


def test_a_list_is_read_backwards_as_well(api):
    made = [api.v1.checkout.sessions.create(params=a_session()).id for _turn in range(5)]

    before = api.v1.checkout.sessions.list(params={"ending_before": made[0], "limit": 2})

    assert [session.id for session in before.data] == [made[2], made[1]]
    assert before.has_more


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"starting_after": "x"}, "starting_after"),
    ],
)
def test_a_page_of_a_list_that_is_not_there_is_refused(api, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.list(params=params)

    assert refused.value.param == param


def test_more_than_four_levels_are_not_expanded(api):
    path = "data.payment_intent.latest_charge.balance_transaction.source"

    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        api.v1.checkout.sessions.list(params={"expand": [path]})


def test_what_cannot_be_expanded_is_refused(api):
    session = api.v1.checkout.sessions.create(params=a_session())

    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(price\)"):
        api.v1.checkout.sessions.retrieve(session.id, params={"expand": ["price"]})
