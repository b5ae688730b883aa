"""The calls of ``docs/how-tos/call-the-api-of-partners.md`` work as they are written there."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.urls import resolve

from factories import recognition
from factories.documented_calls import LMS, Call, documented, played, shows
from factories.partners_rest import PDF, client_of
from factories.partnerships import load, propose_change
from fairgate import clock
from fairgate.money import Money
from partnerships import api

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs/how-tos/call-the-api-of-partners.md"
CALLS = documented(PAGE)
FILES = {"receipt.pdf": PDF}
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
OFFICER = ("officer",)


@pytest.fixture(autouse=True)
def now():
    """A clock that is asked, and has moved on by a second."""
    seconds = itertools.count()
    clock.use(lambda: NOON + timedelta(seconds=next(seconds)))
    yield
    clock.use(None)


def _in_force():
    return {"VERSION": str(recognition.in_force().uuid)}


def _draft():
    load()
    return {"DRAFT": str(api.list_versions(at=NOON)[0].uuid)}


def _delivered():
    version = recognition.in_force().uuid
    given = api.record_delivery(
        version, "GRANT", amount=Money("500.00", "USD"), delivered_on=date(2027, 1, 10),
        evidence="Transfer 9", file=PDF, by=41, at=NOON,
    )  # fmt: skip
    return {"VERSION": str(version), "DELIVERY": str(given)}


def _gold():
    recognition.in_force()
    recognition.tiers()
    recognition.deliver("20000.00")
    return {}


def _renamed():
    recognition.in_force()
    return {"CHANGE": str(propose_change(text=recognition.TERMS, at=NOON).uuid)}


#: Who calls, with which permissions, and what has to be there.
CALLERS = {
    1: (("",), _in_force),
    2: (("finance",), _in_force),
    3: (("", "view_agreement", "submit_agreementversion"), _draft),
    4: (OFFICER, _in_force),
    5: (("finance",), _delivered),
    6: (("", "view_agreement", "accept_delivery"), _delivered),
    7: (("", "add_duediligencecheck"), _in_force),
    8: (("", "view_agreement", "ask_endrecord"), _in_force),
    9: (("", "propose_recognitionaward"), _gold),
    10: (("", "view_agreement", "suspend_agreement"), _in_force),
    11: (("", "confirm_partnerchange"), _renamed),
}


def typed(number, told):
    return Call.typed(CALLS[number][0], {**told, "LMS": LMS, "TOKEN": "a.b.c", "KEY": str(uuid4())})


def test_the_page_has_eleven_calls_and_each_is_played():
    assert list(CALLS) == list(CALLERS) == list(range(1, 12))


@pytest.mark.parametrize("number", CALLERS)
def test_a_documented_call_is_answered_as_the_page_says(number):
    who, make_it = CALLERS[number]
    call = typed(number, make_it())
    _text, status, expected = CALLS[number]

    answer = played(call, client_of(*who), FILES)

    assert answer.status_code == status, answer.content
    shows(answer.json(), expected)


@pytest.mark.parametrize("number", sorted(set(CALLERS) - {1}))
def test_without_its_permission_the_same_call_is_refused(number):
    call = typed(number, CALLERS[number][1]())

    assert played(call, client_of(""), FILES).status_code in (403, 404)


def test_every_address_of_the_page_is_one_of_the_api():
    told = {name: str(uuid4()) for name in ("DRAFT", "VERSION", "DELIVERY", "CHANGE")}

    paths = [urlsplit(typed(number, told).url).path for number in CALLERS]

    assert {resolve(path).namespaces[-1] for path in paths} == {"api"}
