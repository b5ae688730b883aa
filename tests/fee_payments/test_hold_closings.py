"""A payment that did not fit and went back at the provider: closed by two people, once."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from factories import fee_payments as make
from fee_payments import api, compat, models
from fee_payments.data import HoldCause, NextStep, OrderState
from fee_payments.exceptions import HoldStays, SecondPersonNeeded, UnknownDocument
from fee_payments.services import confirming, hold_closing, holding
from fee_payments.wording_office import for_office
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.django_db(transaction=True)

LENA = 1001
OMAR, PIA = 9, 10
WHY = "Refunded at the provider on 6 October, re_77."


def later(hours):
    return make.NOON + timedelta(hours=hours)


@pytest.fixture
def order():
    """Lena has paid a cent too little, whatever the provider thought of it."""
    make.offering(capacity=5)
    placed = make.order(make.learner(LENA))
    payment = make.payment(placed)
    make.send(make.event(payment, amount=11_999))
    return placed


def the_hold():
    return models.OrderHold.objects.get()


def ask(by=OMAR, reason=WHY):
    return api.ask_hold_closing(the_hold().pk, reason=reason, by=by, at=later(1))


def confirm(step, by=PIA):
    return api.confirm_hold_closing(step, by=by, at=later(2))


def test_two_people_close_it_and_who_when_and_why_is_kept(order):
    step = ask()
    assert api.order(order.uuid).is_held

    confirm(step)

    kept = models.HoldClosing.objects.get()
    assert (kept.reason, kept.asked_by, kept.asked_at) == (WHY, OMAR, later(1))
    assert (kept.confirmed_by, kept.confirmed_at, kept.live_key) == (PIA, later(2), None)
    assert (the_hold().released_by, the_hold().released_at) == (PIA, later(2))
    found = api.order(order.uuid)
    assert (found.is_held, found.state) == (False, OrderState.PENDING)
    assert not api.has_entitlement(LENA, "spectrum", at=later(3))


def test_the_learner_reads_that_they_have_to_pay_after_all(order, monkeypatch):
    monkeypatch.setattr(compat, "preferred_language", lambda user_id: "en")
    with translation.override("fr"):
        confirm(ask())
    found = api.order(order.uuid)
    said = "What was paid did not fit this order and went back. Please pay it again."
    assert (found.sentence, found.next_step(make.NOON)) == (said, NextStep.PAY)
    assert for_office(said).endswith("It can be paid again.")


def test_the_learner_pays_anew_and_is_let_in(order):
    confirm(ask())

    models.Order.objects.update(expires_at=later(9))
    api.start_payment(
        order.uuid, user_id=LENA, provider="sandbox", return_url=make.RETURN_URL, at=later(3)
    )
    _first, second = models.Payment.objects.order_by("pk")
    make.send(make.event(second, at=later(3)), at=later(3))

    assert api.has_entitlement(LENA, "spectrum", at=later(3))


def test_the_same_payment_told_again_holds_nothing_any_more(order):
    confirm(ask())

    event = models.ProviderEvent.objects.get()
    receipt = api.replay_event(event.pk, at=later(3))

    assert receipt.outcome == "known"
    assert not api.order(order.uuid).is_held


def test_another_payment_with_the_same_fault_is_held(order):
    confirm(ask())
    models.Order.objects.update(expires_at=later(9))
    api.start_payment(
        order.uuid, user_id=LENA, provider="sandbox", return_url=make.RETURN_URL, at=later(3)
    )
    second = models.Payment.objects.order_by("pk").last()

    make.send(make.event(second, at=later(3), amount=11_999), at=later(3))

    assert api.order(order.uuid).is_held
    assert models.OrderHold.objects.get(released_at=None).payment == second


def test_who_has_asked_does_not_confirm(order):
    step = ask()
    with pytest.raises(SecondPersonNeeded, match="Another person"):
        confirm(step, by=OMAR)
    assert api.order(order.uuid).is_held


def test_the_database_refuses_one_person_for_both(order):
    ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.HoldClosing.objects.update(confirmed_by=OMAR, confirmed_at=later(2))


def test_it_is_decided_once(order):
    step = ask()
    confirm(step)
    with pytest.raises(HoldStays, match="decided already"):
        confirm(step, by=11)
    with pytest.raises(HoldStays, match="decided already"):
        api.refuse_hold_closing(step, by=11, because="No.", at=later(3))


def test_one_closing_waits_at_a_time(order):
    ask()
    with pytest.raises(HoldStays, match="waits for a second person"):
        ask(by=PIA)


def test_a_closing_that_is_refused_leaves_the_hold_and_is_asked_for_again(order):
    step = ask()
    with pytest.raises(HoldStays, match="say why"):
        api.refuse_hold_closing(step, by=PIA, because=" ", at=later(2))
    api.refuse_hold_closing(step, by=PIA, because="It is not there.", at=later(2))

    assert api.order(order.uuid).is_held
    kept = models.HoldClosing.objects.get()
    assert (kept.refused_by, kept.refused_because) == (PIA, "It is not there.")
    assert ask() != step


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_closing_has_a_reason(order, reason):
    with pytest.raises(HoldStays, match="say why"):
        ask(reason=reason)
    assert not models.HoldClosing.objects.exists()


def test_what_is_not_there_is_not_closed(order):
    with pytest.raises(UnknownDocument):
        api.ask_hold_closing(the_hold().pk + 1, reason=WHY, by=OMAR, at=later(1))
    with pytest.raises(UnknownDocument):
        confirm(77)
    with pytest.raises(UnknownDocument):
        api.refuse_hold_closing(77, by=PIA, because="No.", at=later(2))


def test_only_a_payment_that_does_not_fit_is_closed(order):
    row = models.Order.objects.get()
    with transaction.atomic():
        for cause in set(HoldCause) - {HoldCause.PAYMENT}:
            holding.hold(row, cause, f"because of {cause}", at=make.NOON)
    for hold in models.OrderHold.objects.exclude(cause=HoldCause.PAYMENT):
        with pytest.raises(HoldStays, match="Only a payment that does not fit"):
            api.ask_hold_closing(hold.pk, reason=WHY, by=OMAR, at=later(1))


def test_what_has_ended_by_itself_is_not_closed(order):
    step = ask()
    payment = models.Payment.objects.get()
    make.send(make.event(payment, id="evt_right"), at=later(1))
    assert not api.order(order.uuid).is_held

    with pytest.raises(HoldStays, match="waits for it no longer"):
        confirm(step)
    with pytest.raises(HoldStays, match="waits for it no longer"):
        ask(by=11)
    assert models.HoldClosing.objects.get().is_waiting


def test_money_that_is_in_the_books_and_due_back_is_not_closed_away():
    make.offering(capacity=5)
    placed = make.order(make.learner(LENA))
    payment = make.payment(placed)
    api.give_access(
        LENA, "spectrum", ends_at=None, reason="guest", by=9, key="k", at=make.NOON
    )  # fmt: skip
    make.send(make.event(payment))
    assert "a refund is due" in api.order(placed.uuid).sentence
    step = ask()

    with pytest.raises(HoldStays, match="Refund it"):
        confirm(step)

    api.refund(placed.uuid, key="r", reason="paid twice", by=9, at=later(3))
    assert not api.order(placed.uuid).is_held


def test_a_payment_that_fits_is_none_of_its_business():
    """A second attempt has paid as it should; the first one's cents came late, and went back."""
    make.offering(capacity=5)
    placed = make.order(make.learner(LENA))
    first = make.payment(placed)
    models.Payment.objects.update(closed_at=make.NOON)
    api.start_payment(
        placed.uuid, user_id=LENA, provider="sandbox", return_url=make.RETURN_URL, at=make.NOON
    )
    make.send(make.event(models.Payment.objects.exclude(pk=first.pk).get()))
    make.send(make.event(first, amount=100))
    assert api.order(placed.uuid).is_held

    confirm(ask())

    found = api.order(placed.uuid)
    assert (found.is_held, found.state, found.left) == (False, OrderState.PAID, make.PRICE)


# --- At the same moment


@pytest.fixture
def paid_by_another():
    """Two pages were open: what was paid at the first one did not fit, at the second one it did."""
    make.offering(capacity=5)
    placed = make.order(make.learner(LENA))
    first = make.payment(placed)
    models.Payment.objects.update(closed_at=make.NOON)
    api.start_payment(
        placed.uuid, user_id=LENA, provider="sandbox", return_url=make.RETURN_URL, at=make.NOON
    )
    make.send(make.event(first, amount=11_999))
    make.send(make.event(models.Payment.objects.exclude(pk=first.pk).get()))
    return placed


def test_f05_what_does_not_fit_holds_on_whichever_payment_came_first(paid_by_another):
    assert api.has_entitlement(LENA, "spectrum", at=later(1))
    assert api.order(paid_by_another.uuid).is_held

    api.refund(paid_by_another.uuid, key="r", reason="asked", by=9, at=later(1))
    assert api.order(paid_by_another.uuid).is_held

    confirm(ask())
    found = api.order(paid_by_another.uuid)
    assert (found.is_held, found.state) == (False, OrderState.REFUNDED)


def decided():
    return models.HoldClosing.objects.values_list("confirmed_by", "refused_by").get()


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_of_eight_who_confirm_at_once_one_does(order, isolation, atomic):
    step = ask()

    done = race(
        *(partial(confirm, step, by=by) for by in range(20, 28)),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert len(values(done)) == 1
    assert {type(error) for error in errors(done)} == {HoldStays}
    winner = 20 + [outcome.error for outcome in done].index(None)
    assert (decided(), the_hold().released_by) == ((winner, None), winner)


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_who_has_asked_is_refused_also_beside_who_confirms_and_who_refuses(order, isolation):
    step = ask()
    refuse = partial(api.refuse_hold_closing, step, by=30, because="No.", at=later(2))

    done = race(
        partial(confirm, step, by=OMAR), partial(confirm, step, by=PIA), refuse,
        isolation=isolation,
    )  # fmt: skip

    own, *others = done
    assert type(own.error) in (SecondPersonNeeded, HoldStays)
    assert [type(one.error) for one in others if one.error] == [HoldStays]
    assert decided() in ((PIA, None), (None, 30))
    assert (the_hold().released_at is None) is (decided() == (None, 30))


@pytest.mark.mariadb
def test_without_the_locks_two_people_confirm_one_closing(order, monkeypatch):
    """What the locks of order and closing are for: both read that it waits, and both close it."""
    step = ask()
    meeting = threading.Barrier(2, timeout=20)

    def unlocked(hold):
        return hold.payment, models.Order.objects.get(pk=hold.order_id)

    def read_only(kind, pk, *, by=None, refusal=None):
        found = kind.objects.get(pk=pk)
        meeting.wait()
        assert found.is_waiting
        return found

    monkeypatch.setattr(hold_closing, "_locked", unlocked)
    monkeypatch.setattr(hold_closing, "waiting", read_only)
    monkeypatch.setattr(holding, "_live", lambda order: [the_hold()])
    assert confirming.waiting is not read_only

    done = race(partial(confirm, step, by=20), partial(confirm, step, by=21))

    assert [type(error) for error in errors(done)] == []
    assert len(values(done)) == 2


# --- In the admin


def client_of(name, *permissions):
    user = get_user_model().objects.create_user(name, is_staff=True)
    granted = Permission.objects.filter(
        codename__in=permissions, content_type__app_label="fee_payments"
    )
    user.user_permissions.set([*granted, *Permission.objects.filter(codename="view_user")])
    client = Client()
    client.force_login(user)
    return client


def act(client, kind, action, *pks, because=""):
    url = reverse(f"admin:fee_payments_{kind}_changelist")
    form = {"action": action, "_selected_action": pks, "because": because}
    return client.post(url, form, follow=True).content.decode()


def test_two_operators_close_a_hold_in_the_admin_and_read_who_and_why(order):
    omar = client_of("omar", "view_order", "ask_hold_closing")
    pia = client_of("pia", "view_order", "view_holdclosing", "confirm_hold_closing")
    pk = models.Order.objects.get().pk

    html = act(omar, "order", "close_holds", pk)
    assert f"Order {order.uuid}: Please say why; the reason is kept." in html
    html = act(omar, "order", "close_holds", pk, because=WHY)
    assert f"Order {order.uuid}: A second person is needed now." in html

    step = models.HoldClosing.objects.get()
    url = reverse("admin:fee_payments_holdclosing_changelist") + "?is_waiting=yes"
    listed = pia.get(url).content.decode()
    assert WHY in listed
    assert "the event says" in listed
    assert ">omar</a>" in listed
    assert f'/admin/fee_payments/order/{pk}/change/">{order.uuid}</a>' in listed

    html = act(pia, "holdclosing", "confirm", step.pk)
    assert f"Order {order.uuid}: It is decided." in html
    assert not api.order(order.uuid).is_held
    page = pia.get(reverse("admin:fee_payments_holdclosing_change", args=[step.pk]))
    assert ">pia</a>" in page.content.decode()
    assert str(order.uuid) not in pia.get(url).content.decode()


CLOSE = "Close it, where the money went back (two people)"


def links_of(order):
    row = models.Order.objects.get(uuid=order.uuid)
    page = reverse("admin:fee_payments_order_change", args=[row.pk])
    html = client_of("lea", "view_order").get(page).content.decode()
    return re.findall(r'<p><a class="button" href="([^"]*)">([^<]*)</a></p>', html)


def test_the_page_of_the_order_leads_to_where_it_is_closed(order):
    (_events, seen), (listed, label) = links_of(order)
    assert (seen, label) == ("See what the provider has sent", CLOSE)
    omar = client_of("omar", "view_order", "ask_hold_closing")
    html = omar.get(listed).content.decode()
    assert (str(order.uuid) in html, 'value="close_holds"' in html) == (True, True)


def test_money_in_no_books_is_not_told_to_be_refunded_where_another_payment_is(
    paid_by_another,
):
    assert [label for _url, label in links_of(paid_by_another)] == [
        "See what the provider has sent",
        CLOSE,
    ]


def test_an_operator_who_asked_reads_that_another_person_is_needed(order):
    omar = client_of(
        "omar", "view_order", "view_holdclosing", "ask_hold_closing", "confirm_hold_closing"
    )
    act(omar, "order", "close_holds", models.Order.objects.get().pk, because=WHY)

    html = act(omar, "holdclosing", "confirm", models.HoldClosing.objects.get().pk)

    assert "Another person than who asked has to confirm this." in html
    assert api.order(order.uuid).is_held


def test_an_operator_refuses_a_closing_with_a_reason(order):
    step = ask()
    pia = client_of("pia", "view_holdclosing", "confirm_hold_closing")

    act(pia, "holdclosing", "refuse", step, because="It is not there.")

    assert models.HoldClosing.objects.get().refused_because == "It is not there."
    assert api.order(order.uuid).is_held


def test_who_may_neither_ask_nor_confirm_has_no_such_actions(order):
    omar = client_of("omar", "view_order", "view_holdclosing", "refund_payment")
    pk = models.Order.objects.get().pk
    assert "close_holds" not in act(omar, "order", "close_holds", pk, because=WHY)
    assert not models.HoldClosing.objects.exists()
    step = ask()
    act(omar, "holdclosing", "confirm", step)
    assert api.order(order.uuid).is_held


def test_an_order_that_waits_for_nothing_of_the_kind_is_told_as_such(order):
    omar = client_of("omar", "view_order", "ask_hold_closing")
    make.offering("exam")
    plain = make.order(make.learner(77), "exam")
    pk = models.Order.objects.get(uuid=plain.uuid).pk

    html = act(omar, "order", "close_holds", pk, because=WHY)

    assert f"Order {plain.uuid}: It waits for no payment that does not fit." in html
