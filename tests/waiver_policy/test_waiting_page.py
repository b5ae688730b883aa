"""What a person reads of their place on the waiting list, and how they give it up."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from factories import waiver_policy as make
from fairgate import clock
from fairgate.money import Money
from waiver_policy import api, compat
from waiver_policy.exceptions import FundEmpty

pytestmark = pytest.mark.django_db(transaction=True)

WHY = f"/fairgate/waivers/why/{make.COURSE}/"
LEAVE = f"/fairgate/waivers/leave/{make.COURSE}/"


@pytest.fixture(autouse=True)
def eve():
    clock.use(lambda: make.EVE)
    yield
    clock.use(None)


@pytest.fixture
def amina(client, monkeypatch, sell):
    """Somebody of Uganda who waits, signed in."""
    monkeypatch.setattr(compat, "profile_country", lambda _: "UG")
    sell(title_of=None)
    make.programme(fund="0.01")
    user = User.objects.create(username="amina")
    with pytest.raises(FundEmpty):
        make.grant(user.pk)
    client.force_login(user)
    return user.pk


def test_the_page_says_where_they_stand_and_lets_them_leave(client, amina):
    page = client.get(WHY).content.decode()
    assert "You have been on the waiting list since 23 November 2026. You are the next" in page
    assert "Leave the waiting list" in page
    assert "the waiver is given when it is your turn" in page

    left = client.post(LEAVE, follow=True).content.decode()

    assert "You are on the waiting list no more." in left
    assert "Leave the waiting list" not in left
    assert api.waiting_place(amina, make.COURSE) is None


def test_leaving_takes_a_form_and_concerns_the_own_place_only(client, amina):
    assert client.get(LEAVE).status_code == 405
    client.force_login(User.objects.create(username="stranger"))
    client.post(LEAVE)
    assert api.waiting_place(amina, make.COURSE) is not None


def test_the_note_in_the_paywall_tells_of_the_place_and_of_the_offer(amina):
    note = api.application_note(amina, make.COURSE, at=make.EVE)
    assert (note.state, note.is_open, note.url) == ("waiting", True, WHY)
    assert note.sentence == api.waiting_sentence(api.waiting_place(amina, make.COURSE))
    api.credit_fund(Money("15.00", "USD"), key="more", reason="x", at=make.EVE)
    note = api.application_note(amina, make.COURSE, at=make.EVE)
    assert note.state == "offered"
    assert "held for you up to and including" in note.sentence
