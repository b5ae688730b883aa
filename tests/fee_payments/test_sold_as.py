"""What an order keeps of how it was sold, and what a bundle opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate import clock
from fee_payments import api, compat, models
from fee_payments.data import BuyerTax, PayerClass, TaxKind
from fee_payments.exceptions import LinesDoNotFit, NoSeatLeft, UnknownSession
from fee_payments.services import seats

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.NOON + timedelta(hours=2)


def place(who, *, session="monday", key="", at=make.NOON):
    offer = api.quote(who, "spectrum", at=at)
    return api.place_order(
        who, "spectrum", key=key or f"{who.user_id} {session}", expected=offer.total, at=at,
        sessions={"spectrum": session},
    )  # fmt: skip


def taken():
    rows = models.Session.objects.order_by("code").values_list("code", "seats_taken")
    return models.Offering.objects.get().seats_taken, dict(rows)


@pytest.fixture
def workshop():
    make.workshop(capacity=5)
    make.session("monday", capacity=1)
    make.session("tuesday", capacity=2)


def test_without_a_session_nothing_is_ordered(workshop):
    for session in ("", "sunday"):
        with pytest.raises(UnknownSession):
            place(make.learner(), session=session)
    assert not models.Order.objects.exists()


def test_f11_an_order_counts_a_seat_of_its_session_and_gives_it_back(workshop):
    order = place(make.learner(1))
    assert models.OrderLine.objects.get().session.code == "monday"
    with pytest.raises(NoSeatLeft, match="Every seat of this session is taken"):
        place(make.learner(2))
    assert taken() == (1, {"monday": 1, "tuesday": 0})
    api.expire_orders(at=make.NOON + timedelta(days=1))
    assert taken() == (0, {"monday": 0, "tuesday": 0})
    assert api.order(order.uuid).state == "expired"


def test_another_session_is_another_order(workshop):
    who = make.learner()
    first, second = place(who), place(who, session="tuesday")
    assert first.uuid != second.uuid
    assert api.order(first.uuid).state == "cancelled"
    assert taken() == (1, {"monday": 0, "tuesday": 1})


def test_f12_who_waited_orders_the_seat_that_is_held_and_the_order_is_found_again(workshop):
    place(make.learner(1))
    api.join_room(make.learner(2), "spectrum", session="monday", at=make.NOON)
    with pytest.raises(NoSeatLeft):
        place(make.learner(2), at=make.NOON)
    row = models.Session.objects.get(code="monday")
    api.expire_orders(at=LATER)
    with pytest.raises(NoSeatLeft):
        place(make.learner(3), at=LATER)
    assert api.offer_seats(at=LATER) == 1
    order = place(make.learner(2), at=LATER)
    assert place(make.learner(2), at=LATER).uuid == order.uuid
    row.refresh_from_db()
    assert (row.seats_taken, row.waiting) == (1, 0)


def test_an_order_keeps_who_collects_on_which_terms_and_the_tax_id():
    make.merchant()
    api.publish_terms("academy", "1", valid_from=make.NOON, text="Terms")
    make.offering()
    make.tax("FR", "20", kind=TaxKind.REVERSE_CHARGE, scope="business", note="Autoliquidation")
    company = make.learner(
        country="FR", payer_class=PayerClass.PRIVATE,
        buyer_tax=BuyerTax(country="FR", tax_id="FR12345678901", is_business=True),
    )  # fmt: skip
    make.order(company)
    row = models.Order.objects.get()
    assert (row.merchant.code, row.terms.version) == ("academy", "1")
    assert (row.buyer_tax_country, row.buyer_tax_id) == ("FR", "FR12345678901")
    assert row.lines.get().tax_note == "Autoliquidation"


def test_several_merchants_are_no_one_order():
    make.merchant()
    make.offering("one")
    make.merchant("other")
    make.offering("two")
    with pytest.raises(LinesDoNotFit, match="order them apart"):
        make.order_of(make.learner(), "one", "two")


@pytest.fixture
def bundle():
    make.offering("one")
    make.offering("two")
    make.offering("both", kind="bundle", course_key="", opens=("one", "two"))


def rights(user_id=1001):
    return api.entitled_offerings(user_id, at=LATER)


def test_a_bundle_opens_what_is_in_it_and_a_refund_takes_it_back(bundle):
    order = make.paid_order(make.learner(), "both")
    assert rights() == {"both", "one", "two"}
    line = order.lines[0].uuid
    api.refund(order.uuid, key="back", reason="asked", by=9, at=LATER, parts={line: make.PRICE})
    assert rights() == frozenset()


def test_t16_a_right_that_was_bought_alone_stays_when_the_bundle_is_refunded(bundle):
    make.paid_order(make.learner(), "one")
    order = make.paid_order(make.learner(), "both")
    assert rights() == {"both", "one", "two"}
    line = order.lines[0].uuid
    api.refund(order.uuid, key="back", reason="asked", by=9, at=LATER, parts={line: make.PRICE})
    assert rights() == {"one"}


def test_a_waived_bundle_is_one_seat():
    waiver.programme()
    make.offering("one")
    make.offering("both", kind="bundle", course_key="", opens=("one",), waivable=True)
    who = make.learner(country="UG")
    api.take_waived_seat(who, "both", key="k", at=waiver.EVE)
    assert api.entitled_offerings(who.user_id, at=waiver.EVE) >= {"both", "one"}
    assert [seat.offering_code for _cursor, seat in api.list_waived_seats()] == ["both"]


def test_the_pages_of_a_bundle_need_no_course(bundle, client, monkeypatch):
    monkeypatch.setattr(compat, "course_url", lambda key: f"/courses/{CourseKey.from_string(key)}/")
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    client.force_login(get_user_model().objects.create_user("amina"))
    for page in ("fee", "seat_code"):
        assert client.get(reverse(f"fee_payments:{page}", args=["both"])).status_code == 200


def test_an_order_of_several_seats_claims_what_is_held_first():
    make.workshop(capacity=3)
    row = models.Offering.objects.get()
    seats.count_seat(row, 3)
    api.join_room(make.learner(1), "spectrum", at=make.NOON)
    seats.uncount_seat(row, 3)
    api.offer_seats(at=LATER)
    with transaction.atomic():
        seats.claim_seat(row, 2, user_id=1, at=LATER)
    row.refresh_from_db()
    assert (row.seats_taken, row.waiting) == (2, 0)
