"""The REST API: what cannot be asked, and with which status and sentence it is told."""

from __future__ import annotations

import json

import pytest

from factories import fee_payments as make
from factories import fee_rest as rest
from factories.fee_rest import ROOT, client_of, post
from fairgate import clock
from fairgate_rest import problems
from fairgate_rest.bodies import MAX_BODY
from fee_payments import compat, exceptions
from fee_payments.exceptions import NoPrice, NotOnSale, PaymentsError, TooManyTries
from fee_payments.models import Order
from fee_payments.rest.faults import STATUSES, WORDS

RIGHTS = {"view_order", "view_payment"}


@pytest.fixture
def sold(db, monkeypatch):
    """One fee, at noon."""
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    make.offering()


def family(root=PaymentsError):
    """Every class of error of ours."""
    kinds = [root, *(kind for one in root.__subclasses__() for kind in family(one))]
    return [kind for kind in kinds if kind.__module__.startswith(f"{exceptions.__name__}.")]


def test_every_error_of_the_family_has_its_status():
    assert len(family()) > 30
    assert set(family()) - set(STATUSES) == set()


def test_no_two_errors_have_one_code():
    names = [kind.__name__ for kind in family()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NotOnSale("Spectrum", make.NOON.date()), 409, "is not on sale on 5 October 2026."),
        (NoPrice("Spectrum", make.NOON.date(), "CHF"), 409, "has no price in CHF"),
        (TooManyTries(make.NOON), 429, "You have tried too many codes"),
    ],
)
def test_an_error_is_told_as_on_the_pages(error, status, said):
    answer = problems.answer(error, STATUSES, WORDS)
    assert (answer.status_code, answer.data["code"]) == (status, type(error).__name__)
    assert said in answer.data["detail"]


def test_f28_what_is_no_order_is_refused_with_a_sentence(sold):
    lena = client_of("lena")
    for body, said in (
        (rest.order_body(user_id=1), "user_id"),
        (rest.order_body(state="paid"), "state"),
        (rest.order_body(quantity=0), "quantity"),
        (rest.order_body() | {"lines": [{"offering": "spectrum", "price": "1"}]}, "price"),
        (rest.order_body(amount="1e2"), "expected"),
        (rest.order_body(amount="120.001"), "expected"),
        (rest.order_body() | {"expected": {"amount": "120", "currency": "ZZZ"}}, "ZZZ"),
        (rest.order_body() | {"lines": []}, "lines"),
        (rest.order_body() | {"lines": "spectrum"}, "lines"),
        (rest.order_body("x" * 101), "lines"),
        (rest.order_body("a\0b"), "lines"),
        ([rest.order_body()], "errors"),
        ("{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ('{"expected": NaN}', "not JSON"),
        ('{"lines": [], "lines": []}', "“lines” stands there twice"),
        ('{"lines": [{"offering": "\\ud800"}]}', "half of a character"),
        ("[" * 30_000, "nested too deeply"),
        (json.dumps({"lines": "x" * MAX_BODY}), f"more than {MAX_BODY} bytes"),
    ):
        answer = post(lena, "orders/", body, key="new")
        assert answer.status_code == 400, (body, answer.content)
        assert said in json.dumps(answer.json(), ensure_ascii=False)
    assert not Order.objects.exists()


def test_f28_a_query_that_cannot_be_answered_is_told(sold):
    omar = client_of("omar", *RIGHTS)
    for path, status, said in (
        ("offerings/", 400, "course"),
        ("offerings/?course=x&page=2", 400, "known are: course, after, limit"),
        ("offerings/?course=x&after=nothing", 400, "not in the list"),
        ("offerings/nothing/", 404, "There is no fee"),
        ("offerings/spectrum/quote/?currency=CHF", 409, "no price in CHF"),
        ("offerings/spectrum/quote/?user_id=1", 400, "user_id"),
        ("orders/?limit=101", 400, "limit"),
        ("orders/?limit=0", 400, "limit"),
        ("orders/?after=1", 400, "after"),
        ("administration/orders/?state=stolen", 400, "state"),
        ("administration/orders/?user_id=9223372036854775808", 400, "user_id"),
        ("administration/orders/?placed_from=yesterday", 400, "placed_from"),
        ("accounting/payments/?after=-1", 400, "after"),
        ("accounting/payments/?after=99999999999999999999", 400, "after"),
        ("openapi/?version=2", 400, "known are: none"),
    ):
        answer = omar.get(ROOT + path)
        assert answer.status_code == status, (path, answer.content)
        assert said in json.dumps(answer.json(), ensure_ascii=False)
