"""The calls of ``docs/how-tos/call-the-api-of-revenue.md`` work as they are written there."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.urls import resolve

from factories import payouts as make
from factories import revenue_share as facts
from factories.books_rest import client_of
from factories.documented_calls import LMS, Call, documented, played, shows
from fairgate import clock
from revenue_share import api
from revenue_share.models import BooksRun, Payout

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs/how-tos/call-the-api-of-revenue.md"
CALLS = documented(PAGE)
BOOKS = ("", "view_statement")
OFFICER = ("officer",)


@pytest.fixture(autouse=True)
def now(settings):
    """A clock that is asked, and has moved on by a second."""
    make.set_up(settings)
    seconds = itertools.count()
    clock.use(lambda: make.PAY_DAY + timedelta(seconds=next(seconds)))
    yield
    clock.use(None)


def _open():
    facts.put_terms_in_force()
    facts.book_october()


def _closing():
    _open()
    by = User.objects.create_user("closer").pk
    run = api.ask_to_close("2026-10", by=by, language="en", at=make.PAY_DAY, key="k1")
    api.carry_out(run, now=lambda: make.PAY_DAY)


def _unallocated():
    make.closed_october()
    sale = facts.payment("U1", course="course-v1:X+Y+Z", at=make.PAY_DAY)
    api.book_payment(sale, at=make.PAY_DAY)


def _to_be_paid():
    make.closed_october()
    make.account()


def _sent():
    _to_be_paid()
    make.approved()


#: Who calls, with which permissions, and what has to be there.
CALLERS = {
    1: (BOOKS, _open),
    2: ((*BOOKS, "close_period"), _open),
    3: (BOOKS, _closing),
    4: (OFFICER, make.closed_october),
    5: (OFFICER, make.closed_october),
    6: (OFFICER, make.closed_october),
    7: (BOOKS, _unallocated),
    8: (("", "propose_adjustment"), _unallocated),
    9: (("", "view_payoutbatch"), _to_be_paid),
    10: (("", "propose_payout"), _to_be_paid),
    11: (("", "record_payout"), _sent),
}


def typed(number):
    run = BooksRun.objects.values_list("uuid", flat=True).first() or uuid4()
    told = {"LMS": LMS, "TOKEN": "a.b.c", "KEY": str(uuid4()), "RUN": str(run)}
    return Call.typed(CALLS[number][0], told)


def files():
    names = Payout.objects.values_list("end_to_end_id", flat=True)
    return {"camt.xml": make.camt(*(make.entry(name, "91.73") for name in names))}


def test_the_page_has_eleven_calls_and_each_is_played():
    assert list(CALLS) == list(CALLERS) == list(range(1, 12))


@pytest.mark.parametrize("number", CALLERS)
def test_a_documented_call_is_answered_as_the_page_says(number):
    who, make_it = CALLERS[number]
    make_it()
    _text, status, expected = CALLS[number]

    answer = played(typed(number), client_of(*who), files())

    assert answer.status_code == status, answer.content
    shows(answer.json(), expected)


@pytest.mark.parametrize("number", CALLERS)
def test_without_its_permission_the_same_call_is_refused(number):
    CALLERS[number][1]()

    assert played(typed(number), client_of(""), files()).status_code in (403, 404)


def test_every_address_of_the_page_is_one_of_the_api():
    paths = [urlsplit(typed(number).url).path for number in CALLERS]

    assert {tuple(resolve(path).namespaces) for path in paths} == {("revenue_share", "api")}
