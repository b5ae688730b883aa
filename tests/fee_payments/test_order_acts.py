"""The page of an order in the admin: what can be done at once is a button that does it."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fee_payments import api, compat, models
from fee_payments.admin_orders import ACTS
from fee_payments.data import HoldCause
from fee_payments.exceptions import EnrolmentRefused, ProviderUnavailable
from fee_payments.providers.sandbox import Sandbox
from fee_payments.services import holding

pytestmark = pytest.mark.django_db(transaction=True)

LOOK = ("view_order", "view_orderline", "view_orderhold")
LENA = 1001
PERMISSIONS = {act.name: act.permission.partition(".")[2] for act in ACTS}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")


def operator(*acts, permissions=LOOK, **options):
    user = get_user_model().objects.create_user("olga", is_staff=True)
    names = [*permissions, *(PERMISSIONS[act] for act in acts)]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client(**options)
    client.force_login(user)
    return client


def row():
    return models.Order.objects.order_by("pk").last()


def page():
    return reverse("admin:fee_payments_order_change", args=[row().pk])


def act_url(name):
    return reverse("admin:fee_payments_order_act", args=[row().pk, name])


def buttons(client):
    html = client.get(page()).content.decode()
    return re.findall(r'<button[^>]*formaction="[^"]*/act/([a-z-]+)/"[^>]*>', html)


def press(client, name):
    """Press a button; answers with what the operator is told."""
    answer = client.post(act_url(name), follow=True)
    assert answer.redirect_chain[-1][0] == page()
    return [str(one) for one in answer.context["messages"]]


@pytest.fixture
def held():
    """An order whose payment came with a wrong amount."""
    make.offering()
    payment = make.payment(make.order(make.learner(LENA)))
    make.send(make.event(payment, amount=1))
    return payment


@pytest.fixture
def unanswered(monkeypatch):
    """A paid order of which a refund was begun, and the provider has not answered."""
    make.offering()
    paid = make.paid_order(make.learner(LENA))
    with monkeypatch.context() as away:
        away.setattr(Sandbox, "refund", _away)
        with pytest.raises(ProviderUnavailable):
            api.refund(paid.uuid, key="r", reason="asked", by=9, at=make.NOON)
    return paid


def _away(*args, **kwargs):
    raise ProviderUnavailable("no answer")


@pytest.fixture
def outside(settings, monkeypatch):
    """A paid order whose learner the platform would not enrol; ``answers`` lets it."""
    settings.FEE_PAYMENTS_ENROLMENTS = True
    said = {"refuses": True}

    def enrol(user_id, course_key, mode, attributes):
        if said["refuses"]:
            raise EnrolmentRefused("The course run is full.")

    monkeypatch.setattr(compat, "enrol", enrol)
    monkeypatch.setattr(compat, "enrolments_of", lambda course_key, user_ids: {})
    monkeypatch.setattr(compat, "paid_modes", lambda course_key: ("verified",))
    monkeypatch.setattr(compat, "free_modes", lambda course_key: ("audit",))
    make.offering()
    make.paid_order(make.learner(LENA))
    api.follow_enrolment(LENA, make.COURSE, at=make.NOON)
    return said


def refused_refund():
    make.offering()
    paid = make.paid_order(make.learner(LENA))
    hold(HoldCause.REFUND, "a refund was not made: no money.")
    return paid


@transaction.atomic
def hold(cause, sentence):
    holding.hold(row(), cause, sentence, at=make.NOON)


class TestWhichButtons:
    def test_an_order_that_waits_for_nothing_has_none(self):
        make.offering()
        make.paid_order(make.learner(LENA))
        assert buttons(operator(*PERMISSIONS)) == []

    @pytest.mark.usefixtures("held")
    def test_what_the_provider_has_sent_can_be_worked_again(self):
        assert buttons(operator(*PERMISSIONS)) == ["work-events"]

    @pytest.mark.usefixtures("unanswered")
    def test_the_provider_can_be_asked_for_a_refund_again(self):
        assert buttons(operator(*PERMISSIONS)) == ["ask-provider"]

    @pytest.mark.usefixtures("outside")
    def test_an_enrolment_can_be_tried_again(self):
        assert buttons(operator(*PERMISSIONS)) == ["repair-enrolment"]

    def test_an_order_held_by_a_refund_that_was_not_made_can_be_let_go(self):
        refused_refund()
        assert buttons(operator(*PERMISSIONS)) == ["let-go"]

    @pytest.mark.usefixtures("held")
    def test_who_may_not_do_it_sees_no_button_and_still_the_link(self):
        client = operator()
        assert buttons(client) == []
        assert "/admin/fee_payments/providerevent/?q=" in client.get(page()).content.decode()

    @pytest.mark.usefixtures("held")
    def test_a_button_is_in_a_form_with_a_token(self):
        html = operator("work-events").get(page()).content.decode()
        form = html[: html.index("formaction=")].rpartition("<form")[2]
        assert 'method="post"' in form
        assert "csrfmiddlewaretoken" in form
        assert "</form>" not in form


class TestWhatTheyDo:
    def test_an_event_that_fits_by_now_pays_the_order(self, held):
        event = models.ProviderEvent.objects.get()
        event.payload = json.dumps({**json.loads(event.payload), "amount": held.amount_minor})
        event.save(update_fields=["payload"])
        said = press(operator("work-events"), "work-events")
        assert said == ["1 event was worked again: Paid."]
        assert row().state == "paid"

    @pytest.mark.usefixtures("held")
    def test_an_event_that_still_does_not_fit_says_so_and_changes_nothing(self):
        (said,) = press(operator("work-events"), "work-events")
        assert said.startswith("1 event was worked again: Held for a person:")
        assert row().held_because

    def test_a_refund_is_asked_for_again_and_made_once(self, unanswered):
        client = operator("ask-provider")
        assert press(client, "ask-provider") == ["USD 120.00 was refunded."]
        assert api.order(unanswered.uuid).state == "refunded"
        assert press(client, "ask-provider") == ["There is nothing to do any more."]
        assert models.Refund.objects.count() == 1

    @pytest.mark.usefixtures("unanswered")
    def test_a_provider_that_still_does_not_answer_is_named(self, monkeypatch):
        monkeypatch.setattr(Sandbox, "refund", _away)
        (said,) = press(operator("ask-provider"), "ask-provider")
        assert said == "The provider has not answered yet; it will be asked again."
        assert models.Refund.objects.get().refunded_at is None

    def test_an_enrolment_that_goes_now_is_told(self, outside):
        outside["refuses"] = False
        assert press(operator("repair-enrolment"), "repair-enrolment") == [
            "The enrolment follows the right now."
        ]
        assert models.EnrolmentTask.objects.get().done_at == make.NOON

    @pytest.mark.usefixtures("outside")
    def test_an_enrolment_that_does_not_go_says_why(self):
        assert press(operator("repair-enrolment"), "repair-enrolment") == [
            "The enrolment could not be changed: The course run is full."
        ]

    def test_who_is_let_go_waits_no_more_and_keeps_what_was_paid(self):
        paid = refused_refund()
        assert press(operator("let-go"), "let-go") == [
            "The order waits for nobody any more. Nothing was refunded."
        ]
        found = api.order(paid.uuid)
        assert (found.is_held, found.left) == (False, make.PRICE)

    def test_an_order_with_another_reason_to_wait_waits_on(self):
        refused_refund()
        hold(HoldCause.PAYMENT, "this order was paid twice")
        press(operator("let-go"), "let-go")
        assert "paid twice" in row().held_because
        assert "refund" not in row().held_because

    def test_who_did_what_is_in_the_history_of_the_order(self):
        refused_refund()
        press(operator("let-go"), "let-go")
        entry = LogEntry.objects.get()
        assert entry.user.username == "olga"
        assert entry.get_change_message() == (
            "The order waits for nobody any more. Nothing was refunded."
        )


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
class TestWhoMay:
    def test_nobody_without_the_permission_of_the_act(self, name):
        refused_refund()
        others = set(PERMISSIONS.values()) - {PERMISSIONS[name]}
        client = operator(permissions=[*LOOK, *others])
        assert client.post(act_url(name)).status_code == 403
        assert row().held_because

    def test_nobody_who_may_not_see_the_order(self, name):
        refused_refund()
        assert operator(name, permissions=()).post(act_url(name)).status_code == 403
        assert row().held_because

    def test_nobody_by_a_link(self, name):
        refused_refund()
        assert operator(name).get(act_url(name)).status_code == 405

    def test_nobody_from_another_site(self, name):
        refused_refund()
        client = operator(name, enforce_csrf_checks=True)
        assert client.post(act_url(name)).status_code == 403
        assert row().held_because


def test_an_act_that_is_none_or_of_no_order_is_not_found():
    refused_refund()
    client = operator(*PERMISSIONS)
    assert client.post(act_url("burn")).status_code == 404
    gone = reverse("admin:fee_payments_order_act", args=[row().pk + 1, "let-go"])
    assert client.post(gone).status_code == 404
