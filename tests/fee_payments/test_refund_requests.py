"""Money asked back: offered by the policy, asked for by the learner, decided by somebody else."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import resolve, reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat
from fee_payments.data import OrderState, RequestOutcome
from fee_payments.exceptions import (
    ProviderUnavailable,
    RefundRefused,
    RequestDecided,
    SecondPersonNeeded,
    UnknownOrder,
    UnknownRequest,
)
from fee_payments.models import Offering, Payment, Refund, RefundRequest, SandboxSession
from fee_payments.providers.sandbox import Sandbox
from races import errors, race, values

pytestmark = pytest.mark.django_db(transaction=True)

NEXT_DAY = make.NOON + timedelta(days=1)
TOO_LATE = make.NOON + timedelta(days=14)
LEARNER, OFFICER, OTHER = 1001, 9, 10


def usd(text):
    return Money(text, "USD")


def sold():
    make.offering()
    make.offering("exam", title="The examination", prices=(make.price(usd("10.00")),))
    return make.paid_order_of(make.learner(LEARNER), "spectrum", "exam")


@pytest.fixture
def sale():
    return sold()


def ask(sale, at=NEXT_DAY, **changes):
    fields = {"user_id": LEARNER, "reason": "I cannot come.", "at": at}
    return api.ask_for_refund(sale.uuid, **{**fields, **changes})


def grant(asked, by=OFFICER, at=NEXT_DAY):
    return api.grant_refund_request(asked.uuid, by=by, at=at)


def refuse(asked, by=OFFICER, note="The course has begun."):
    return api.refuse_refund_request(asked.uuid, by=by, note=note, at=NEXT_DAY)


def test_the_policy_offers_all_of_it_for_a_fortnight_and_then_nothing(sale):
    offer = api.refund_offer(sale.uuid, LEARNER, NEXT_DAY)
    assert (offer.total, offer.until) == (usd("130.00"), TOO_LATE)
    assert offer.sentence == (
        "You can have USD 130.00 back if you ask before 19 October 2026, 12:00 UTC."
    )
    late = api.refund_offer(sale.uuid, LEARNER, TOO_LATE)
    assert (late.amounts, late.until) == ({}, None)
    assert late.sentence == "Nothing of this order can be given back now."


def test_an_operators_ladder_looks_at_the_start_of_each_course(settings):
    settings.FEE_PAYMENTS_REFUND_POLICY = [{"percent": 50, "days_before_start": 0}]
    sale = sold()
    Offering.objects.filter(code="exam").update(starts_on=date(2026, 10, 7))
    assert list(api.refund_offer(sale.uuid, LEARNER, NEXT_DAY).amounts.values()) == [usd("5.00")]


def test_nobody_is_offered_somebody_elses_money(sale):
    with pytest.raises(UnknownOrder):
        api.refund_offer(sale.uuid, OTHER, NEXT_DAY)
    with pytest.raises(UnknownOrder):
        ask(sale, user_id=OTHER)
    assert not RefundRequest.objects.exists()


def test_what_is_asked_for_goes_back_when_somebody_else_grants_it(sale):
    exam = sale.lines[1].uuid
    asked = ask(sale, lines=[exam])
    assert (asked.amount, asked.outcome) == (usd("10.00"), None)
    assert grant(asked).amount == usd("10.00")
    assert api.refund_request(sale.uuid).outcome is RequestOutcome.GRANTED
    assert api.entitled_offerings(LEARNER, at=NEXT_DAY) == {"spectrum"}
    row = Refund.objects.get()
    # The learner's words stay with the request: a refund's reason is printed on a credit note.
    assert (row.requested_by, row.request.uuid, row.request.reason) == (
        OFFICER, asked.uuid, "I cannot come.",
    )  # fmt: skip
    assert row.reason == "Asked for by who has paid."


@pytest.fixture
def paid_twice(sale):
    """Two tabs of a browser, each paid: of the order one payment is due back."""
    first = Payment.objects.get()
    second = Payment.begin(
        first.order, "sandbox", Money.from_minor(first.amount_minor, "USD"), is_live=False,
        at=make.NOON,
    )  # fmt: skip
    SandboxSession.objects.create(
        key="second", token=second.reference, currency="USD", amount_minor=13000,
        description="", return_url="",
    )  # fmt: skip
    make.send(make.event(second))
    assert api.order(sale.uuid).is_held
    return sale


@pytest.mark.parametrize("at", [NEXT_DAY, TOO_LATE])
def test_what_was_paid_twice_is_given_back_in_full_at_any_time(paid_twice, at):
    offer = api.refund_offer(paid_twice.uuid, LEARNER, at)
    assert (offer.total, offer.until) == (usd("130.00"), None)
    assert offer.sentence == "This order was paid twice. You can have USD 130.00 back."
    assert grant(ask(paid_twice, at=at), at=at).amount == usd("130.00")
    assert api.entitled_offerings(LEARNER, at=at) == {"spectrum", "exam"}
    assert not api.order(paid_twice.uuid).is_held


def test_what_was_paid_twice_and_lost_in_a_dispute_is_due_no_more(paid_twice, settings):
    # given
    settings.FEE_PAYMENTS_ON_DISPUTE = "suspend"
    second = Payment.objects.order_by("id").last()

    # when
    for button in ("dispute", "lose"):
        make.send(make.happening(second, button, at=NEXT_DAY), at=NEXT_DAY)

    # then
    order = api.order(paid_twice.uuid)
    assert (order.state, order.is_held) == (OrderState.PAID, False)
    assert api.entitled_offerings(LEARNER, at=NEXT_DAY) == {"spectrum", "exam"}
    offer = api.refund_offer(paid_twice.uuid, LEARNER, NEXT_DAY)
    assert "twice" not in offer.sentence
    assert offer.total == usd("130.00")
    assert grant(ask(paid_twice)).amount == usd("130.00")
    assert api.entitled_offerings(LEARNER, at=NEXT_DAY) == set()


@pytest.fixture
def half_goes_back(settings):
    """The policy of the site, before anything is sold."""
    settings.FEE_PAYMENTS_REFUND_POLICY = [{"percent": 50, "days_after_payment": 14}]


@pytest.mark.usefixtures("half_goes_back")
def test_after_that_the_policy_says_what_goes_back_of_what_the_order_costs(paid_twice):
    exam = paid_twice.lines[1].uuid
    grant(ask(paid_twice, lines=[exam]))
    assert api.refund_offer(paid_twice.uuid, LEARNER, NEXT_DAY).total == usd("120.00")
    grant(ask(paid_twice))
    offer = api.refund_offer(paid_twice.uuid, LEARNER, NEXT_DAY)
    assert (offer.total, offer.until) == (usd("65.00"), TOO_LATE)
    grant(ask(paid_twice))
    for at in (NEXT_DAY, TOO_LATE):
        assert not api.refund_offer(paid_twice.uuid, LEARNER, at).amounts


def test_a_second_payment_whose_fee_is_not_known_yet_is_offered_as_well(paid_twice):
    second = Payment.objects.order_by("-id")[0]
    second.parts.all().delete()
    assert api.refund_offer(paid_twice.uuid, LEARNER, TOO_LATE).total == usd("130.00")


def test_who_was_in_time_gets_what_was_offered_however_long_the_answer_takes(sale):
    asked = ask(sale)
    assert grant(asked, at=TOO_LATE).amount == usd("130.00")
    assert api.order(sale.uuid).state is OrderState.REFUNDED


def test_asking_again_is_the_same_request_until_it_is_decided(sale):
    first = ask(sale)
    assert ask(sale, lines=[sale.lines[0].uuid]) == first
    refuse(first)
    assert ask(sale).uuid != first.uuid


def test_nothing_is_asked_for_too_late_for_no_line_and_for_no_reason(sale):
    for changes, said in [
        ({"at": TOO_LATE}, "can be given back now"),
        ({"lines": []}, "Please choose"),
        ({"reason": "  "}, "Please say why"),
    ]:
        with pytest.raises(RefundRefused, match=said):
            ask(sale, **changes)
    assert not RefundRequest.objects.exists()


def test_nobody_decides_about_their_own_request(sale):
    asked = ask(sale)
    for decide in (grant, refuse):
        with pytest.raises(SecondPersonNeeded):
            decide(asked, by=LEARNER)
    assert not Refund.objects.exists()


def test_a_request_is_decided_once(sale):
    asked = ask(sale)
    refused = refuse(asked)
    assert (refused.outcome, refused.note) == (RequestOutcome.REFUSED, "The course has begun.")
    with pytest.raises(RequestDecided):
        grant(asked, by=OTHER)
    assert refuse(asked) == refused
    with pytest.raises(RefundRefused, match="the learner reads it"):
        refuse(asked, note=" ")
    with pytest.raises(UnknownRequest):
        api.grant_refund_request(sale.uuid, by=OFFICER, at=NEXT_DAY)


def test_what_cannot_be_refunded_now_waits_as_before(sale):
    asked = ask(sale)
    api.refund(sale.uuid, key="by hand", reason="asked", by=OTHER, at=NEXT_DAY)
    with pytest.raises(RefundRefused):
        grant(asked)
    assert api.refund_request(sale.uuid).outcome is None


def test_f8_a_provider_that_does_not_answer_is_asked_again_by_the_same_request(sale, monkeypatch):
    def no_answer(self, reference, amount, *, key):
        raise ProviderUnavailable("no answer")

    answer = Sandbox.refund
    monkeypatch.setattr(Sandbox, "refund", no_answer)
    asked = ask(sale)
    with pytest.raises(ProviderUnavailable):
        grant(asked)
    monkeypatch.setattr(Sandbox, "refund", answer)
    assert grant(asked).amount == usd("130.00")
    assert Refund.objects.get().request.uuid == asked.uuid


@pytest.mark.mariadb
def test_k18_two_officers_decide_at_once_and_one_decision_counts():
    make.offering()
    sale = make.paid_order(make.learner(LEARNER))
    asked = ask(sale)
    decisions = race(partial(grant, asked), partial(refuse, asked, by=OTHER))
    assert len(values(decisions)) == 1
    assert [type(error) for error in errors(decisions)] == [RequestDecided]
    outcome = api.refund_request(sale.uuid).outcome
    assert Refund.objects.exists() == (outcome is RequestOutcome.GRANTED)


def test_the_learners_words_are_forgotten_with_them(sale):
    ask(sale)
    api.forget_learner(LEARNER, at=NEXT_DAY)
    assert RefundRequest.objects.get().reason == ""


def test_the_learners_words_are_forgotten_also_where_they_were_granted(sale):
    grant(ask(sale))
    api.forget_learner(LEARNER, at=NEXT_DAY)
    assert Refund.objects.get().reason == ""


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: NEXT_DAY)
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    user = get_user_model().objects.create_user("lena", pk=LEARNER)
    client = Client()
    client.force_login(user)
    return client


def test_a_learner_asks_on_the_page_of_the_order_and_reads_what_becomes_of_it(site, sale):
    page = reverse("fee_payments:order", args=[sale.uuid])
    shown = site.get(page).content.decode()
    assert "You can have USD 130.00 back" in shown
    assert shown.count('type="checkbox" name="line"') == 2
    exam = str(sale.lines[1].uuid)
    url = reverse("fee_payments:ask_for_refund", args=[sale.uuid])
    for lines in (["not-a-line"], []):
        answer = site.post(url, {"line": lines, "why": "no"})
        assert (answer.status_code, "Please choose" in answer.content.decode()) == (409, True)
    assert site.post(url, {"line": [exam], "why": "I cannot come."}).status_code == 302
    assert "You asked for USD\N{NO-BREAK SPACE}10.00." in site.get(page).content.decode()
    assert "A person looks at it." in site.get(page).content.decode()
    refuse(api.refund_request(sale.uuid), note="<b>No</b>")
    assert "&lt;b&gt;No&lt;/b&gt;" in site.get(page).content.decode()


def test_a_stranger_asks_for_nothing(site, sale):
    url = reverse("fee_payments:ask_for_refund", args=[sale.uuid])
    assert Client().post(url, {"why": "x", "all": "yes"}).status_code == 302
    site.force_login(get_user_model().objects.create_user("mallory"))
    assert site.post(url, {"why": "x", "all": "yes"}).status_code == 404
    assert not RefundRequest.objects.exists()


def officer(*permissions):
    user = get_user_model().objects.create_user("ines", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def act(client, asked, action, note=""):
    row = RefundRequest.objects.get(uuid=asked.uuid)
    url = reverse("admin:fee_payments_refundrequest_changelist")
    return client.post(
        url, {"action": action, "_selected_action": [row.pk], "note": note}, follow=True
    )


def test_an_officer_grants_and_refuses_in_the_admin(site, sale):
    finance = officer("view_refundrequest", "refund_payment")
    asked = ask(sale, lines=[sale.lines[1].uuid])
    assert "the learner reads it" in act(finance, asked, "refuse").content.decode()
    assert "on its way back" in act(finance, asked, "grant").content.decode()
    assert Refund.objects.get().amount_minor == 1000
    again = ask(sale)
    act(finance, again, "refuse", note="Once is enough.")
    assert api.refund_request(sale.uuid).note == "Once is enough."


def test_who_may_only_look_decides_nothing(site, sale):
    asked = ask(sale)
    act(officer("view_refundrequest"), asked, "grant")
    assert (api.refund_request(sale.uuid).outcome, Refund.objects.count()) == (None, 0)


def test_the_list_of_requests_runs_outside_a_transaction():
    view = resolve(reverse("admin:fee_payments_refundrequest_changelist")).func
    assert view._non_atomic_requests == {"default"}
