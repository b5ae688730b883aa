"""Money back, in parts, late and not at all (F9, K17, T14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.stripe_calls import FEE, NOON, a_payment, a_session
from stripe_peer import Account, Clock, Peer, Server, client_of


@pytest.fixture
def paid(api):
    """A charge of the fee."""
    intent = api.v1.payment_intents.create(params=a_payment(expand=["latest_charge"]))
    return intent.latest_charge


def refund(api, charge, amount=None, **more):
    params = {"charge": charge.id, **({"amount": amount} if amount else {}), **more}
    return api.v1.refunds.create(params=params)


def kinds_of(api):
    return [event.type for event in reversed(api.v1.events.list(params={"limit": 100}).data)]


def test_a_whole_payment_is_given_back_without_its_fee(api, paid):
    done = refund(api, paid, reason="requested_by_customer", metadata={"order": "7"})

    charge = api.v1.charges.retrieve(paid.id)
    moved = api.v1.balance_transactions.retrieve(done.balance_transaction)
    assert (done.status, done.amount, done.reason) == ("succeeded", FEE, "requested_by_customer")
    assert (charge.refunded, charge.amount_refunded) == (True, FEE)
    assert (moved.amount, moved.fee, moved.net) == (-FEE, 0, -FEE)
    assert kinds_of(api)[-2:] == ["refund.created", "charge.refunded"]


def test_parts_are_given_back_until_nothing_is_left(api, paid):
    first, rest = refund(api, paid, 5_000), refund(api, paid)

    charge = api.v1.charges.retrieve(paid.id, params={"expand": ["refunds"]})
    assert [one.id for one in charge.refunds.data] == [rest.id, first.id]
    assert (rest.amount, charge.refunded) == (FEE - 5_000, True)


def test_a_refund_tells_what_was_refunded_before(api, paid):
    refund(api, paid, 5_000)
    refund(api, paid)

    last, first = api.v1.events.list(params={"type": "charge.refunded"}).data

    assert first.data.previous_attributes.to_dict() == {"amount_refunded": 0}
    assert last.data.previous_attributes.to_dict() == {
        "amount_refunded": 5_000,
        "refunded": False,
    }


def test_a_part_does_not_make_a_charge_refunded(api, paid):
    refund(api, paid, FEE - 1)

    charge = api.v1.charges.retrieve(paid.id)
    assert (charge.refunded, charge.amount_refunded) == (False, FEE - 1)


def test_more_than_is_left_is_refused_and_nothing_moves(api, paid):
    refund(api, paid, 5_000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(api, paid, 7_001)

    assert refused.value.param == "amount"
    assert refused.value.user_message == (
        "Refund amount (70.01 usd) is greater than unrefunded amount on charge (70.00 usd)"
    )
    assert api.v1.charges.retrieve(paid.id).amount_refunded == 5_000


def test_what_was_given_back_is_not_given_back_again(api, paid):
    refund(api, paid)

    with pytest.raises(stripe.InvalidRequestError, match="already been refunded") as refused:
        refund(api, paid)

    assert refused.value.code == "charge_already_refunded"
    assert len(api.v1.refunds.list().data) == 1


def test_k18_a_refund_that_is_asked_for_twice_with_its_key_is_given_once(api, paid):
    once, again = (
        api.v1.refunds.create(params={"charge": paid.id}, options={"idempotency_key": "refund-7"})
        for _turn in range(2)
    )

    assert once.id == again.id
    assert len(api.v1.refunds.list().data) == 1


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_no_refund(api, paid, amount):
    with pytest.raises(stripe.InvalidRequestError, match="greater than or equal to 1"):
        api.v1.refunds.create(params={"charge": paid.id, "amount": amount})

    assert api.v1.refunds.list().data == []


def test_a_payment_that_was_not_made_is_not_given_back(api):
    wish = api.v1.payment_intents.create(params={"amount": FEE, "currency": "usd"})

    with pytest.raises(stripe.InvalidRequestError, match="successful charge to refund"):
        api.v1.refunds.create(params={"payment_intent": wish.id})


def test_a_refund_says_of_what(api):
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        api.v1.refunds.create(params={"amount": 100})


def test_the_payment_of_a_page_is_given_back_by_its_intent(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id)
    intent_id = api.v1.checkout.sessions.retrieve(session.id).payment_intent

    done = api.v1.refunds.create(params={"payment_intent": intent_id})

    assert [one.id for one in api.v1.refunds.list(params={"payment_intent": intent_id})] == [
        done.id
    ]


def test_a_refund_may_wait_for_the_bank(api, bank):
    paid = api.v1.payment_intents.create(params=a_payment(method="pm_card_pendingRefund"))

    waiting = api.v1.refunds.create(params={"payment_intent": paid.id})
    bank.carry_out_refunds()

    assert waiting.status == "pending"
    assert api.v1.refunds.retrieve(waiting.id).status == "succeeded"
    assert kinds_of(api)[-2:] == ["refund.updated", "charge.refund.updated"]


def test_t14_a_refund_that_seemed_done_can_fail_and_the_money_is_back(api, bank):
    paid = api.v1.payment_intents.create(params=a_payment(method="pm_card_refundFail"))
    seemed = api.v1.refunds.create(params={"payment_intent": paid.id})

    bank.carry_out_refunds()

    failed = api.v1.refunds.retrieve(
        seemed.id, params={"expand": ["failure_balance_transaction", "charge"]}
    )
    assert (seemed.status, failed.status) == ("succeeded", "failed")
    assert failed.failure_reason == "expired_or_canceled_card"
    assert failed.failure_balance_transaction.amount == FEE
    assert (failed.charge.refunded, failed.charge.amount_refunded) == (False, 0)
    assert kinds_of(api)[-1] == "refund.failed"


def test_what_came_back_can_be_refunded_again(api, paid, bank):
    bank.fail_refund(refund(api, paid).id)

    assert refund(api, paid).amount == FEE


def test_k17_refunds_at_the_same_moment_never_exceed_the_charge(server, api, paid):
    def try_it(_turn: int) -> int:
        with client_of(server.url) as client:
            try:
                return refund(client, paid, 5_000).amount
            except stripe.InvalidRequestError:
                return 0

    with ThreadPoolExecutor(8) as tellers:
        given_back = sum(tellers.map(try_it, range(8)))

    assert given_back == api.v1.charges.retrieve(paid.id).amount_refunded == 10_000


class Nosy(Clock):
    """A clock that tries, whenever it is read, to get into the account as somebody else."""

    account: Account | None = None

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.got_in: list[bool] = []

    @property
    def seconds(self) -> int:
        if self.account is not None:
            with ThreadPoolExecutor(1) as other:
                self.got_in.append(other.submit(self.account.lock.acquire, False).result())
        return super().seconds


def test_k17_while_a_refund_is_made_nobody_else_gets_in():
    clock = Nosy(NOON)
    account = Account(clock=clock)
    with Server(Peer(account)) as server, client_of(server.url) as api:
        paid = api.v1.payment_intents.create(params=a_payment())
        clock.account = account

        api.v1.refunds.create(params={"payment_intent": paid.id})

    assert clock.got_in
    assert not any(clock.got_in)


@settings(max_examples=20)
@given(
    st.integers(50, 20_000),
    st.lists(st.one_of(st.none(), st.integers(1, 9_000)), min_size=1, max_size=6),
)
def test_whatever_is_asked_for_no_more_is_given_back_than_was_paid(amount, wishes):
    """The sum of the refunds is what the charge says, and what left the account."""
    with Server(Peer(Account(clock=Clock(NOON)))) as server, client_of(server.url) as api:
        paid = api.v1.payment_intents.create(params=a_payment(amount, expand=["latest_charge"]))
        left = amount
        for wish in wishes:
            wanted = wish or left
            try:
                left -= refund(api, paid.latest_charge, wish).amount
            except stripe.InvalidRequestError:
                assert left == 0 or wanted > left

        charge = api.v1.charges.retrieve(paid.latest_charge.id, params={"expand": ["refunds"]})
        moved = api.v1.balance_transactions.list(params={"type": "refund", "limit": 100}).data
        assert charge.amount_refunded == amount - left <= amount
        assert sum(one.amount for one in charge.refunds.data) == charge.amount_refunded
        assert sum(one.amount for one in moved) == -charge.amount_refunded
        assert charge.refunded is (left == 0)
