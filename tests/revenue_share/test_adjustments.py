"""Money that people move by hand: one proposes, another decides, and nothing closed changes."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from factories import revenue_share as facts
from fairgate import clock
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import Account, Part
from revenue_share.exceptions import (
    AdjustmentRefused,
    InvalidPeriod,
    SecondPersonNeeded,
    UnknownAdjustment,
)
from revenue_share.models import Adjustment, AdjustmentLine, RevenueEvent
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

ANNE, BEN = 7, 8
CLEARED = datetime(2026, 12, 1, tzinfo=UTC)
REASON = "The studio of October was booked to the wrong partner."


@pytest.fixture(autouse=True)
def terms():
    facts.put_terms_in_force()


def usd(**amounts):
    return {party: Money(amount, "USD") for party, amount in amounts.items()}


def propose(amounts=None, *, reason=REASON, period="2026-10", by=ANNE, at=facts.NOON):
    wanted = usd(GSMA="-12.00", ATC="12.00") if amounts is None else amounts
    return api.propose_adjustment(wanted, reason=reason, period=period, by=by, at=at)


def balance(account, party=""):
    found = [
        one.amount for one in api.balances("USD") if (one.account, one.party) == (account, party)
    ]
    return sum(found, Money.zero("USD"))


def test_what_one_proposes_and_another_confirms_is_on_both_statements():
    # given
    facts.book_october()
    uuid = propose()
    assert balance(Account.PAYABLE_CLEARED, "ATC") == Money("0.00", "USD")

    # when
    booking = api.confirm_adjustment(uuid, by=BEN, at=facts.REFUND_DAY)

    # then
    assert booking.parts == {Part.ADJUSTMENT: {"GSMA": -1200, "ATC": 1200}}
    sums = {one.party: one.payable for one in api.list_statements()}
    assert (sums["GSMA"], sums["ATC"]) == (Money("79.73", "USD"), Money("62.96", "USD"))
    assert api.check() == ()


def test_what_was_not_allocated_is_given_to_whom_people_say():
    # given: a course without terms brought 96.22
    payment = facts.payment("A", "120.00", "20.00", "3.78", course="course-v1:NO+TERMS+1")
    api.book_payment(payment, at=facts.NOON)

    # when
    amounts = {"": Money("-96.22", "USD"), **usd(FUND="40.00", PLATFORM="56.22")}
    api.confirm_adjustment(propose(amounts), by=BEN, at=facts.NOON)

    # then: the fund can grant its part at once
    assert balance(Account.UNALLOCATED) == Money("0.00", "USD")
    assert waivers.fund_balance("USD").available == Money("40.00", "USD")
    assert (api.check(), waivers.check_funds()) == ((), ())


def test_who_proposes_does_not_confirm():
    uuid = propose()
    with pytest.raises(SecondPersonNeeded, match="Another person than who proposed it"):
        api.confirm_adjustment(uuid, by=ANNE, at=facts.NOON)
    assert not RevenueEvent.objects.exists()
    assert api.check() == ()


def test_what_is_decided_is_decided_once():
    # given
    confirmed, refused = propose(), propose()
    api.confirm_adjustment(confirmed, by=BEN, at=facts.NOON)
    api.refuse_adjustment(refused, because="It was right.", by=ANNE, at=facts.NOON)

    # then
    for uuid in (confirmed, refused):
        with pytest.raises(AdjustmentRefused, match="was decided already"):
            api.confirm_adjustment(uuid, by=BEN, at=facts.NOON)
        with pytest.raises(AdjustmentRefused, match="was decided already"):
            api.refuse_adjustment(uuid, because="No.", by=BEN, at=facts.NOON)
    assert RevenueEvent.objects.count() == 1
    assert Adjustment.objects.get(uuid=refused).refused_because == "It was right."
    assert api.check() == ()


def test_what_nobody_proposed_cannot_be_decided():
    with pytest.raises(UnknownAdjustment, match="There is no adjustment"):
        api.confirm_adjustment(uuid4(), by=BEN, at=facts.NOON)


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        (usd(GSMA="-12.00", ATC="12.01"), "differ by USD 0.01"),
        ({"GSMA": Money("1.00", "USD"), "ATC": Money("-1.00", "EUR")}, "is in one currency"),
        ({}, "is in one currency"),
        (usd(GSMA="0.00", ATC="0.00"), "Every line moves something"),
        (usd(GSMA="-1.00", NOBODY="1.00"), "“NOBODY” is no party"),
    ],
)
def test_what_does_not_add_up_is_not_proposed(amounts, sentence):
    with pytest.raises(AdjustmentRefused, match=sentence):
        propose(amounts)
    assert not Adjustment.objects.exists()


def test_an_adjustment_needs_a_reason_and_so_does_its_refusal():
    for reason in (" ", "x" * 256):
        with pytest.raises(AdjustmentRefused, match="Please say why, in at most 255"):
            propose(reason=reason)
    uuid = propose()
    with pytest.raises(AdjustmentRefused, match="Please say why"):
        api.refuse_adjustment(uuid, because=" ", by=BEN, at=facts.NOON)
    assert Adjustment.objects.get().is_waiting


def test_nothing_is_adjusted_in_a_closed_month_or_in_one_that_has_not_begun():
    # given: proposed in time, and the month is closed before anybody decides
    facts.book_october()
    uuid = propose()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    with pytest.raises(AdjustmentRefused, match="2026-10 is closed"):
        api.confirm_adjustment(uuid, by=BEN, at=facts.CLOSE_DAY)
    with pytest.raises(AdjustmentRefused, match="2026-09 is closed"):
        propose(period="2026-09", at=facts.CLOSE_DAY)
    with pytest.raises(AdjustmentRefused, match="2027-01 has not begun"):
        propose(period="2027-01", at=facts.CLOSE_DAY)
    with pytest.raises(InvalidPeriod):
        propose(period="October")
    assert not RevenueEvent.objects.filter(kind="adjustment").exists()
    assert api.check() == ()


def test_an_adjustment_without_a_second_person_is_found():
    # given: somebody has the database's password
    from django.db import connection

    api.confirm_adjustment(propose(), by=BEN, at=facts.NOON)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE revenue_share_adjustmentline SET units_minor = units_minor * 2")

    # then
    assert "adjustment by two people" in {fault.invariant for fault in api.check()}


@pytest.fixture
def officers(client):
    """Two officers of finance; the second may decide."""
    clock.use(lambda: facts.NOON)
    people = {}
    for name, right in (("anne", "propose_adjustment"), ("ben", "decide_adjustment")):
        person = get_user_model().objects.create_user(name, is_staff=True)
        codes = (right, "view_adjustment", "view_adjustmentline")
        person.user_permissions.set(Permission.objects.filter(codename__in=codes))
        people[name] = person
    yield people
    clock.use(None)


LIST = "admin:revenue_share_adjustment_changelist"


def act(client, action, row, **more):
    data = {"action": action, "_selected_action": [row.pk], **more}
    return client.post(reverse(LIST), data, follow=True)


def test_officers_propose_and_decide_in_the_admin(client, officers):
    # given: Anne writes it down
    client.force_login(officers["anne"])
    form = {"period": "2026-10", "currency": "USD", "reason": REASON,
            "amounts": "GSMA -12.00\n\nATC 10.00\n- 2.00"}  # fmt: skip
    page = client.post(reverse("admin:revenue_share_adjustment_add"), form, follow=True)
    assert page.status_code == 200
    row = Adjustment.objects.get()
    assert row.asked_by == officers["anne"].pk
    assert set(AdjustmentLine.objects.values_list("party", "units_minor")) == {
        ("GSMA", -1200), ("ATC", 1000), ("", 200),
    }  # fmt: skip

    # when: she has no button to confirm it, and Ben has
    act(client, "confirm", row)
    assert Adjustment.objects.get().is_waiting
    client.force_login(officers["ben"])
    assert "It is decided." in act(client, "confirm", row).content.decode()

    # then
    assert Adjustment.objects.get().confirmed_by == officers["ben"].pk
    assert client.get(reverse("admin:revenue_share_adjustment_add")).status_code == 403
    shown = client.get(reverse("admin:revenue_share_adjustment_change", args=[row.pk]))
    assert REASON in shown.content.decode()
    assert api.check() == ()


def test_the_form_says_what_is_wrong_and_keeps_what_was_written(client, officers):
    client.force_login(officers["anne"])
    form = {"period": "2026-10", "currency": "USD", "reason": REASON}
    for amounts, sentence in (
        ("GSMA -12.00\nATC 10.00", "differ by"),
        ("GSMA twelve", "is not an amount"),
        ("GSMA -1.00\nGSMA 1.00", "is there twice"),
        ("GSMA -1.00\nXYZ 1.00", "is no party"),
    ):
        page = client.post(
            reverse("admin:revenue_share_adjustment_add"), {**form, "amounts": amounts}
        )
        assert page.status_code == 200
        assert sentence in page.content.decode()
        assert amounts.splitlines()[0] in page.content.decode()
    assert not Adjustment.objects.exists()


def test_an_officer_who_refuses_says_why(client, officers):
    row = Adjustment.objects.get(uuid=propose())
    client.force_login(officers["ben"])
    assert "Please say why" in act(client, "refuse", row).content.decode()
    act(client, "refuse", row, because="It was right.")
    assert Adjustment.objects.get().refused_because == "It was right."
