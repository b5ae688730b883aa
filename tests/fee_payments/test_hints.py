"""What fee_payments hints at after a commit: whose rights changed, which course has other fees."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse

from factories import fee_payments as make
from fee_payments import api, signals
from fee_payments.data import EntitlementChange
from fee_payments.models import Offering

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = "course-v1:ATC+OTHER+1"
CHANGE = EntitlementChange(user_id=1001, offering_code="spectrum", course_key=make.COURSE)


@pytest.fixture
def told():
    heard = []

    def hear_change(change, **_):
        heard.append(change)

    def hear_course(course_key, **_):
        heard.append(course_key)

    signals.ENTITLEMENT_CHANGED.connect(hear_change, weak=False)
    signals.OFFERINGS_CHANGED.connect(hear_course, weak=False)
    yield heard
    signals.ENTITLEMENT_CHANGED.disconnect(hear_change)
    signals.OFFERINGS_CHANGED.disconnect(hear_course)


def test_a_payment_and_its_refund_each_tell_whose_rights_changed(told):
    make.offering()
    told.clear()

    paid = make.paid_order(make.learner())
    assert told == [CHANGE]

    api.refund(paid.uuid, make.PRICE, key="back", reason="withdrawn", by=1, at=make.NOON)
    assert told == [CHANGE, CHANGE]


def test_an_offering_tells_its_course(told):
    make.offering()

    assert told == [make.COURSE]


def test_an_offering_that_moves_tells_both_courses(told):
    make.offering()
    told.clear()

    make.offering(course_key=OTHER)

    assert sorted(told) == sorted([make.COURSE, OTHER])


def test_what_is_rolled_back_is_not_told(told):
    with transaction.atomic():
        make.offering()
        transaction.set_rollback(True)

    assert told == []


@pytest.fixture
def operator(client):
    client.force_login(get_user_model().objects.create_superuser("operator"))
    return client


def form(**changes):
    typed = {
        "code": "spectrum", "title": "Spectrum management", "course_key": make.COURSE,
        "kind": "course_run", "delivery": "online", "full_seat_cost_minor": "0",
        **make.NO_PARTS,
    }  # fmt: skip
    return {**typed, **changes}


def test_the_admin_tells_of_what_it_adds_moves_and_deletes(told, operator):
    operator.post(reverse("admin:fee_payments_offering_add"), form())
    assert told == [make.COURSE]

    row = Offering.objects.get()
    assert row.course_key == make.COURSE
    operator.post(
        reverse("admin:fee_payments_offering_change", args=[row.pk]), form(course_key=OTHER)
    )
    assert sorted(told[1:]) == sorted([make.COURSE, OTHER])

    operator.post(reverse("admin:fee_payments_offering_delete", args=[row.pk]), {"post": "yes"})
    assert told[3:] == [OTHER]


def test_the_admin_tells_of_several_that_are_deleted_at_once(told, operator):
    rows = [
        Offering.objects.create(code=code, title=code, course_key=course)
        for code, course in (("one", make.COURSE), ("two", OTHER))
    ]

    operator.post(
        reverse("admin:fee_payments_offering_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [row.pk for row in rows],
            "post": "yes",
        },
    )

    assert sorted(told) == sorted([make.COURSE, OTHER])
    assert not Offering.objects.exists()
