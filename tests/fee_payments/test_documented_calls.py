"""The calls of ``docs/how-tos/call-the-api-of-fees.md`` work as they are written there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.urls import resolve

from factories import bank_files
from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import invoices as papers
from factories.documented_calls import LMS, Call, documented, played, shows
from fairgate import clock
from fee_payments import compat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

PAGE = Path(__file__).parents[2] / "docs/how-tos/call-the-api-of-fees.md"
CALLS = documented(PAGE)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": str(tmp_path)}}
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [Fernet.generate_key().decode()]


def _offered():
    make.offering()
    return {}


def _ordered():
    make.offering()
    return {"ORDER": str(rest.paid("lena").uuid)}


def _quoted():
    return {"QUOTE": str(operations.quote(operations.ministry()).uuid)}


def _two_payments():
    make.offering()
    rest.paid("lena")
    rest.paid("sela")
    return {}


def _event():
    make.offering()
    return {"EVENT": str(operations.event())}


def _account():
    papers.account("EUR", number=bank_files.ACCOUNT)
    return {}


def _ministry():
    return {"ORGANISATION": str(operations.ministry().uuid)}


#: Who calls with which permissions, and what has to be there.
CALLERS = {
    2: ("lena", (), _offered),
    3: ("lena", (), _offered),
    4: ("omar", ("view_payment",), _two_payments),
    5: ("omar", ("refund_payment",), _ordered),
    6: ("lena", (), _ministry),
    7: ("omar", ("receive_purchase_orders",), _ministry),
    8: ("omar", ("receive_purchase_orders",), _quoted),
    9: ("omar", ("import_bank_statements",), _account),
    10: ("omar", ("work_event_again",), _event),
}
FILES = {
    "order.pdf": operations.PDF,
    "statement.xml": bank_files.camt(bank_files.ntry("10.00", reference="R1")),
}


def test_the_page_has_ten_calls_and_each_of_the_api_is_played():
    assert list(CALLS) == list(range(1, 11))
    assert set(CALLERS) == {number for number, call in CALLS.items() if call[1] and call[2]}
    assert set(CALLS) - set(CALLERS) == {1}


@pytest.mark.parametrize("number", sorted(CALLERS))
def test_a_documented_call_is_answered_as_the_page_says(number):
    who, may, make_it = CALLERS[number]
    told = make_it()
    client = rest.client_of(who, *may)
    text, status, expected = CALLS[number]
    call = Call.typed(text, {**told, "LMS": LMS, "TOKEN": "a.b.c", "KEY": str(uuid4())})
    assert call.headers["Authorization"] == "JWT a.b.c"
    answer = played(call, client, FILES)
    assert answer.status_code == status, answer.content
    shows(answer.json(), expected)


@pytest.mark.parametrize("number", sorted(set(CALLERS) - {2, 3, 6}))
def test_without_its_permission_the_same_call_is_refused(number):
    nothing = {name: str(uuid4()) for name in ("ORDER", "ORGANISATION", "QUOTE")} | {"EVENT": "1"}
    call = Call.typed(CALLS[number][0], {**nothing, "LMS": LMS, "TOKEN": "t", "KEY": str(uuid4())})
    assert played(call, rest.client_of("omar"), FILES).status_code == 403


def test_the_token_is_asked_of_the_platforms_own_address_as_a_form():
    told = {"LMS": LMS, "CLIENT_ID": "c", "CLIENT_SECRET": "s"}
    call = Call.typed(CALLS[1][0], told)
    assert urlsplit(call.url).path == "/oauth2/access_token"
    assert dict(one.split("=") for one in call.data) == {
        "grant_type": "client_credentials", "token_type": "jwt", "client_id": "c",
        "client_secret": "s",
    }  # fmt: skip


def test_every_address_of_the_page_is_one_of_the_api():
    fills = {name: str(uuid4()) for name in ("ORDER", "ORGANISATION", "QUOTE")}
    fills |= {"EVENT": "1", "LMS": LMS, "TOKEN": "t", "KEY": "k"}
    for number in CALLERS:
        path = urlsplit(Call.typed(CALLS[number][0], fills).url).path
        assert resolve(path).namespaces[-1] == "api", path
