"""Deliveries that were recorded wrongly: corrected, or taken back, on a partner's pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from factories.partnerships import (
    APPROVER,
    LONG_AGO,
    PROMISES,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate import clock
from fairgate.money import Money
from partnerships import api, models

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
COLLEAGUE = 902
GIVEN = Money("8000.00", "USD")
DAY = date(2027, 1, 10)


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def version():
    """An agreement in force in which both sides promise something."""
    return put_in_force(terms_text(version_text(promises=PROMISES)))[0]


@pytest.fixture
def grace(client) -> User:
    """Somebody of the partner's finance, signed in."""
    return be(client, "finance")


def be(client: Client, role: str, *, partner: str = "GSMA") -> User:
    user = User.objects.create_user(f"{role}-{partner}-{uuid4().hex[:6]}")
    api.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    client.force_login(user)
    return user


def recorded(version, by, amount=GIVEN):
    return api.record_delivery(
        version.uuid, "GRANT", amount=amount, delivered_on=DAY, evidence="Transfer 9", by=by, at=NOW
    )


def accepted(version, by):
    record = recorded(version, by)
    api.accept_delivery(record, by=COLLEAGUE, at=NOW)
    return record


def page(version, record, act):
    return f"/fairgate/partners/GSMA/agreements/{version.uuid}/contributions/GRANT/{record}/{act}/"


def agreement(client, version):
    return client.get(f"/fairgate/partners/GSMA/agreements/{version.uuid}/").content.decode()


def told(**more):
    return {
        "key": str(uuid4()), "day": "2027-01-11", "amount": "7500.00", "evidence": "Transfer 9b",
        **more,
    }  # fmt: skip


def delivered(version):
    return api.promises(version.uuid, at=NOW).contributions[0].delivered


# --- What a second person has accepted ------------------------------------------------------------


def test_the_form_of_a_correction_begins_with_what_was_recorded(client, version, grace):
    record = accepted(version, grace.pk)
    assert page(version, record, "correct") in agreement(client, version)

    drawn = client.get(page(version, record, "correct")).content.decode()

    assert "Correct what was delivered" in drawn
    assert 'value="8000.00"' in drawn
    assert 'value="2027-01-10"' in drawn
    assert "Transfer 9" in drawn


def test_what_was_accepted_counts_until_its_correction_is_accepted(client, version, grace):
    record = accepted(version, grace.pk)

    answer = client.post(page(version, record, "correct"), told(), follow=True)

    assert "counts until a second person has accepted the correction" in answer.content.decode()
    assert "Accepted, a correction waits" in answer.content.decode()
    assert delivered(version) == GIVEN
    correction = models.Delivery.objects.get(replaces__uuid=record)
    api.accept_delivery(correction.uuid, by=COLLEAGUE, at=NOW)
    assert delivered(version) == Money("7500.00", "USD")


def test_what_was_corrected_stays_and_is_shown_as_corrected(client, version, grace):
    record = accepted(version, grace.pk)
    client.post(page(version, record, "correct"), told())
    api.accept_delivery(
        models.Delivery.objects.get(replaces__uuid=record).uuid, by=COLLEAGUE, at=NOW
    )

    shown = agreement(client, version)

    assert "Corrected" in shown
    assert "USD 8000.00" in shown or "8,000.00" in shown
    assert "In place of" in shown
    assert page(version, record, "correct") not in shown


def test_a_correction_may_say_that_nothing_was_delivered(client, version, grace):
    record = accepted(version, grace.pk)

    client.post(page(version, record, "correct"), told(amount="0"))
    api.accept_delivery(
        models.Delivery.objects.get(replaces__uuid=record).uuid, by=COLLEAGUE, at=NOW
    )

    assert delivered(version) == Money("0.00", "USD")


def test_a_correction_that_is_sent_twice_is_recorded_once(client, version, grace):
    record = accepted(version, grace.pk)
    form = told()

    first = client.post(page(version, record, "correct"), form)
    again = client.post(page(version, record, "correct"), form)

    assert (first.status_code, again.status_code) == (302, 302)
    assert models.Delivery.objects.count() == 2


def test_of_two_corrections_the_second_is_told_that_somebody_was_faster(client, version, grace):
    record = accepted(version, grace.pk)
    client.post(page(version, record, "correct"), told())
    assert client.get(page(version, record, "correct")).status_code == 404

    answer = client.post(page(version, record, "correct"), told(evidence="Another letter"))

    assert answer.status_code == 400
    assert "Somebody has recorded something here meanwhile." in answer.content.decode()
    assert "Another letter" in answer.content.decode()
    assert models.Delivery.objects.count() == 2


def test_after_a_refused_correction_there_may_be_another(client, version, grace):
    record = accepted(version, grace.pk)
    client.post(page(version, record, "correct"), told())
    refused = models.Delivery.objects.get(replaces__uuid=record)
    api.refuse_delivery(refused.uuid, because="The wrong day.", by=COLLEAGUE, at=NOW)

    assert page(version, record, "correct") in agreement(client, version)
    client.post(page(version, record, "correct"), told())
    assert models.Delivery.objects.filter(replaces__uuid=record).count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "-1"}, "is not an amount"),
        ({"day": "2027-02-02"}, "has not come yet"),
        ({"evidence": ""}, "what this rests on"),
    ],
)
def test_what_is_wrong_with_a_correction_is_told_and_nothing_changes(
    client, version, grace, wrong, said
):
    record = accepted(version, grace.pk)

    answer = client.post(page(version, record, "correct"), told(**wrong))

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert models.Delivery.objects.count() == 1


# --- What waits -----------------------------------------------------------------------------------


def test_what_waits_is_not_corrected_but_taken_back_with_a_reason(client, version, grace):
    record = recorded(version, grace.pk)
    shown = agreement(client, version)
    assert page(version, record, "take-back") in shown
    assert page(version, record, "correct") not in shown
    assert client.get(page(version, record, "correct")).status_code == 404
    assert client.get(page(version, record, "take-back")).status_code == 200

    answer = client.post(page(version, record, "take-back"), {"reason": "A typo."}, follow=True)

    assert "The record is taken back and will not count." in answer.content.decode()
    row = models.Delivery.objects.get()
    assert (row.refused_by, row.refused_because) == (grace.pk, "A typo.")
    assert page(version, record, "take-back") not in agreement(client, version)


@pytest.mark.parametrize("reason", ["", " ", "a\x07b", "x" * 256])
def test_without_a_reason_nothing_is_taken_back(client, version, grace, reason):
    record = recorded(version, grace.pk)

    answer = client.post(page(version, record, "take-back"), {"reason": reason})

    assert answer.status_code == 400
    assert 'id="faults"' in answer.content.decode()
    assert models.Delivery.objects.get().refused_at is None


def test_what_was_accepted_meanwhile_is_not_taken_back(client, version, grace):
    record = accepted(version, grace.pk)
    assert client.get(page(version, record, "take-back")).status_code == 404

    answer = client.post(page(version, record, "take-back"), {"reason": "A typo."}, follow=True)

    assert "Somebody has decided about this record meanwhile" in answer.content.decode()
    assert delivered(version) == GIVEN


def test_what_somebody_else_recorded_is_not_taken_back(client, version, grace):
    record = recorded(version, grace.pk)
    be(client, "signatory")

    assert page(version, record, "take-back") not in agreement(client, version)
    assert client.get(page(version, record, "take-back")).status_code == 404
    assert client.post(page(version, record, "take-back"), {"reason": "x"}).status_code == 404
    assert models.Delivery.objects.get().refused_at is None


@pytest.mark.parametrize("act", ["correct", "take-back"])
def test_another_partners_people_find_nothing_to_correct(client, version, grace, act):
    record = accepted(version, grace.pk)
    be(client, "signatory", partner="ATC")

    assert client.get(page(version, record, act)).status_code == 404
    assert client.post(page(version, record, act), told(reason="x")).status_code == 404
    assert models.Delivery.objects.count() == 1


@pytest.mark.parametrize("act", ["correct", "take-back"])
def test_a_record_that_is_not_there_is_not_there(client, version, grace, act):
    assert client.get(page(version, uuid4(), act)).status_code == 404
