"""A bank takes money back, and may give it again (K19, T28)."""

from __future__ import annotations

import pytest
import stripe

from factories.stripe_calls import FEE, a_payment

DISPUTE_FEE = 1_500


@pytest.fixture
def paid(api):
    """A charge of the fee."""
    intent = api.v1.payment_intents.create(params=a_payment(expand=["latest_charge"]))
    return intent.latest_charge


def kinds_since_payment(api):
    kinds = [event.type for event in reversed(api.v1.events.list(params={"limit": 100}).data)]
    return kinds[kinds.index("charge.updated") + 1 :]


def net_of(api):
    """What is in the account, available or not."""
    return sum(one.net for one in api.v1.balance_transactions.list(params={"limit": 100}).data)


def test_a_dispute_takes_the_money_and_a_fee_at_once(api, paid, bank):
    before = net_of(api)

    dispute = api.v1.disputes.retrieve(bank.dispute(paid.id, reason="product_not_received"))

    (taken,) = dispute.balance_transactions
    assert (dispute.status, dispute.reason) == ("needs_response", "product_not_received")
    assert (dispute.charge, dispute.amount) == (paid.id, FEE)
    assert (taken.amount, taken.fee, taken.net) == (-FEE, DISPUTE_FEE, -FEE - DISPUTE_FEE)
    assert taken.reporting_category == "dispute"
    assert net_of(api) == before - FEE - DISPUTE_FEE
    assert api.v1.charges.retrieve(paid.id).disputed
    assert kinds_since_payment(api) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]


@pytest.mark.parametrize(("fee_returned", "lost"), [(False, DISPUTE_FEE), (True, 0)])
def test_t28_who_wins_has_the_money_again_less_the_fee(api, paid, bank, fee_returned, lost):
    before = net_of(api)
    dispute_id = bank.dispute(paid.id)

    bank.decide(dispute_id, won=True, fee_returned=fee_returned)

    dispute = api.v1.disputes.retrieve(dispute_id)
    assert dispute.status == "won"
    assert [one.amount for one in dispute.balance_transactions] == [-FEE, FEE]
    assert net_of(api) == before - lost
    assert kinds_since_payment(api)[-2:] == [
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]


def test_who_loses_gets_nothing_back(api, paid, bank):
    dispute_id = bank.dispute(paid.id)
    after_withdrawal = net_of(api)

    bank.decide(dispute_id, won=False)

    assert api.v1.disputes.retrieve(dispute_id).status == "lost"
    assert net_of(api) == after_withdrawal
    assert kinds_since_payment(api)[-1] == "charge.dispute.closed"


def test_an_answer_is_looked_at_once_it_is_submitted(api, paid, bank):
    dispute_id = bank.dispute(paid.id)
    evidence = {"uncategorized_text": "The course was taken in October."}

    staged = api.v1.disputes.update(dispute_id, params={"evidence": evidence, "submit": False})
    sent = api.v1.disputes.update(dispute_id, params={"submit": True})

    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.to_dict() == evidence


def test_a_note_on_a_dispute_is_kept_beside_its_evidence(api, paid, bank):
    dispute_id = bank.dispute(paid.id)

    noted = api.v1.disputes.update(dispute_id, params={"metadata": {"case": "12"}, "submit": False})

    assert (noted.metadata.to_dict(), noted.status) == ({"case": "12"}, "needs_response")


def test_a_dispute_that_is_accepted_is_lost(api, paid, bank):
    dispute_id = bank.dispute(paid.id)

    assert api.v1.disputes.close(dispute_id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        api.v1.disputes.close(dispute_id)


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_is_decided_once(paid, bank, won):
    dispute_id = bank.dispute(paid.id)
    bank.decide(dispute_id, won=won)

    with pytest.raises(ValueError, match=dispute_id):
        bank.decide(dispute_id, won=not won)


def test_a_question_of_the_bank_takes_nothing(api, paid, bank):
    before = net_of(api)
    dispute_id = bank.dispute(paid.id, inquiry=True)
    asked = api.v1.disputes.retrieve(dispute_id)

    bank.decide(dispute_id, won=True)

    assert (asked.status, asked.balance_transactions) == ("warning_needs_response", [])
    assert api.v1.disputes.retrieve(dispute_id).status == "warning_closed"
    assert net_of(api) == before
    assert kinds_since_payment(api) == ["charge.dispute.created", "charge.dispute.closed"]


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "open"])
def test_what_a_bank_took_is_not_refunded_as_well(api, paid, bank, lost):
    dispute_id = bank.dispute(paid.id)
    if lost:
        bank.decide(dispute_id, won=False)

    with pytest.raises(stripe.InvalidRequestError, match="has been charged back") as refused:
        api.v1.refunds.create(params={"charge": paid.id})

    assert refused.value.code == "charge_disputed"
    assert api.v1.refunds.list().data == []


def test_what_was_won_or_only_asked_can_be_refunded(api, paid, bank):
    bank.decide(bank.dispute(paid.id), won=True)

    assert api.v1.refunds.create(params={"charge": paid.id}).status == "succeeded"


def test_only_what_was_not_refunded_is_disputed(api, paid, bank):
    api.v1.refunds.create(params={"charge": paid.id, "amount": 2_000})

    assert api.v1.disputes.retrieve(bank.dispute(paid.id)).amount == FEE - 2_000
    with pytest.raises(ValueError, match="left of the charge"):
        bank.dispute(paid.id, amount=FEE)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_card_createDispute", "fraudulent"),
        ("pm_card_createDisputeProductNotReceived", "product_not_received"),
    ],
)
def test_the_test_cards_of_stripe_are_disputed_at_once(api, method, reason):
    paid = api.v1.payment_intents.create(params=a_payment(method=method))

    (dispute,) = api.v1.disputes.list(params={"payment_intent": paid.id}).data
    assert (dispute.reason, dispute.charge) == (reason, paid.latest_charge)
