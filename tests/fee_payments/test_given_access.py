"""Access that staff give and end by hand, with a reason and a permission."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fee_payments import api
from fee_payments.exceptions import (
    AlreadyEntitled,
    InvalidAccess,
    KeyReused,
    NoSeatLeft,
    UnknownAccess,
    UnknownOffering,
)
from fee_payments.models import EnrolmentTask, Entitlement, GivenAccess, Offering

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ADD = "admin:fee_payments_givenaccess_add"
LIST = "admin:fee_payments_givenaccess_changelist"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    make.offering(capacity=2)


def give(user_id=7, **changes):
    fields = {"ends_at": None, "reason": "A guest speaker.", "by": 9, "key": f"for {user_id}",
              "at": make.NOON}  # fmt: skip
    return api.give_access(user_id, changes.pop("code", "spectrum"), **{**fields, **changes})


def end(given, *, at=make.NOON + DAY, reason="The talk is over."):
    return api.end_access(given.uuid, reason=reason, by=9, at=at)


def test_access_by_hand_is_a_right_with_a_beginning_an_end_and_a_reason():
    given = give(ends_at=make.NOON + 2 * DAY)
    assert (given.source, given.starts_at, given.ends_at) == (
        "staff", make.NOON, make.NOON + 2 * DAY,
    )  # fmt: skip
    assert api.has_entitlement(7, "spectrum", at=make.NOON + DAY)
    assert not api.has_entitlement(7, "spectrum", at=make.NOON + 2 * DAY)
    row = GivenAccess.objects.get()
    assert (row.reason, row.given_by, row.given_at) == ("A guest speaker.", 9, make.NOON)
    assert Offering.objects.get().seats_taken == 1
    assert EnrolmentTask.objects.filter(user_id=7, course_key=make.COURSE).count() == 1


def test_without_an_end_of_its_own_it_has_the_days_of_the_offering():
    Offering.objects.update(access_days=10)
    assert give().ends_at == make.NOON + 10 * DAY
    assert give(8, ends_at=make.NOON + DAY).ends_at == make.NOON + DAY


def test_the_same_key_gives_once_and_another_wish_under_it_is_refused():
    first = give()
    assert give(at=make.NOON + DAY) == first
    for other in ({"reason": "Another."}, {"code": "spectrum", "ends_at": make.NOON + DAY}):
        with pytest.raises(KeyReused, match="already used for something else"):
            give(**other)
    with pytest.raises(KeyReused):
        give(8, key="for 7")
    assert (GivenAccess.objects.count(), Offering.objects.get().seats_taken) == (1, 1)


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "\u0007a", "x" * 256])
def test_there_is_a_reason_of_one_line(reason):
    with pytest.raises(InvalidAccess):
        give(reason=reason)
    assert GivenAccess.objects.count() == 0


def test_what_cannot_be_given_is_refused_and_nothing_is_written():
    with pytest.raises(UnknownOffering, match="There is no fee “nothing”"):
        give(code="nothing")
    with pytest.raises(InvalidAccess, match="over before it begins"):
        give(ends_at=make.NOON)
    give()
    with pytest.raises(AlreadyEntitled, match="has access already"):
        give(key="again")
    assert (GivenAccess.objects.count(), Offering.objects.get().seats_taken) == (1, 1)
    give(8)
    with pytest.raises(NoSeatLeft):
        give(9)
    assert Entitlement.objects.count() == 2


def test_an_unpaid_order_is_closed_because_there_is_nothing_to_pay():
    placed = make.order(make.learner(7))
    give()
    assert api.order(placed.uuid).state == "cancelled"
    assert Offering.objects.get().seats_taken == 1


def test_ending_it_takes_a_reason_frees_the_seat_and_is_the_same_again():
    given = give()
    with pytest.raises(InvalidAccess, match="say why"):
        end(given, reason=" ")
    ended = end(given)
    assert (ended.revoked_at, ended.revoked_because) == (make.NOON + DAY, "ended by hand")
    assert end(given, at=make.NOON + 2 * DAY, reason="Another.") == ended
    row = GivenAccess.objects.get()
    assert (row.ended_because, row.ended_by) == ("The talk is over.", 9)
    assert Offering.objects.get().seats_taken == 0
    assert not api.has_entitlement(7, "spectrum", at=make.NOON + DAY)
    give(key="once more", at=make.NOON + DAY)


def test_what_was_paid_is_not_ended_by_hand():
    make.paid_order(make.learner(7))
    paid = Entitlement.objects.get()
    with pytest.raises(InvalidAccess, match="was not given by hand"):
        end(paid)
    with pytest.raises(UnknownAccess):
        api.end_access(uuid4(), reason="x", by=9, at=make.NOON)
    assert api.has_entitlement(7, "spectrum", at=make.NOON + DAY)


@pytest.fixture
def learner():
    return get_user_model().objects.create_user("joaquin")


def operator(*permissions):
    user = get_user_model().objects.create_user("operator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def typed(**changes):
    return {"username": "joaquin", "offering": Offering.objects.get().pk, "reason": "A guest.",
            "ends_at_0": "", "ends_at_1": "", "request_name": "r1", **changes}  # fmt: skip


def test_an_operator_gives_access_in_the_admin_once_however_often_it_is_sent(learner):
    client = operator("grant_entitlement", "view_givenaccess")
    assert "ends_at_0" in client.get(reverse(ADD)).content.decode()
    for _twice in range(2):
        answer = client.post(reverse(ADD), typed())
        assert (answer.status_code, answer["Location"]) == (302, reverse(LIST))
    row = GivenAccess.objects.get()
    assert (row.user_id, row.reason, row.key) == (learner.pk, "A guest.", "admin:r1")
    page = client.get(reverse("admin:fee_payments_givenaccess_change", args=[row.pk]))
    assert "A guest." in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": "nobody"}, "Nobody has this name."),
        ({"reason": "a\u0007b"}, "The reason is one line"),
        ({"ends_at_0": "2026-10-05", "ends_at_1": "12:00"}, "would be over before it begins"),
    ],
)
def test_what_is_typed_wrongly_is_told_beside_the_form(learner, changes, sentence):
    page = operator("grant_entitlement", "view_givenaccess").post(reverse(ADD), typed(**changes))
    assert sentence in page.content.decode()
    assert GivenAccess.objects.count() == 0


def test_who_has_access_already_and_a_full_room_are_told_in_the_admin(learner):
    client = operator("grant_entitlement", "view_givenaccess")
    give(learner.pk)
    assert "has access already" in client.post(reverse(ADD), typed()).content.decode()
    give(8)
    get_user_model().objects.create_user("ana")
    page = client.post(reverse(ADD), typed(username="ana"), follow=True)
    assert "Every seat of “Spectrum management” is taken." in page.content.decode()
    assert GivenAccess.objects.count() == 2


def test_an_operator_ends_access_in_the_admin_with_a_reason(learner):
    client = operator("grant_entitlement", "view_givenaccess")
    give(learner.pk)
    chosen = {"action": "end", "_selected_action": [GivenAccess.objects.get().pk]}
    page = client.post(reverse(LIST), {**chosen, "because": ""}, follow=True)
    assert "Please say why" in page.content.decode()
    page = client.post(reverse(LIST), {**chosen, "because": "Over."}, follow=True)
    assert "The access has ended." in page.content.decode()
    assert GivenAccess.objects.get().ended_because == "Over."


def test_without_the_permission_nobody_gives_or_ends_access(learner):
    client = operator("view_givenaccess", "add_givenaccess", "change_givenaccess")
    give(learner.pk)
    assert client.get(reverse(ADD)).status_code == 403
    assert client.post(reverse(ADD), typed()).status_code == 403
    chosen = {"action": "end", "_selected_action": [GivenAccess.objects.get().pk]}
    client.post(reverse(LIST), {**chosen, "because": "Over."})
    assert GivenAccess.objects.get().ended_at is None
