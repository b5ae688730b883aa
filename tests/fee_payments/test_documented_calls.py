"""The calls of ``docs/how-tos/call-the-api-of-fees.md`` work as they are written there."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve

from factories import bank_files
from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import invoices as papers
from fairgate import clock
from fee_payments import compat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

PAGE = Path(__file__).parents[2] / "docs/how-tos/call-the-api-of-fees.md"
SECTION = re.compile(
    r"^## (?P<number>\d+)\. (?P<title>[^\n]+)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
BLOCK = re.compile(r"^```(?P<kind>sh|json)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"^Answers `(\d{3})`:$", re.MULTILINE)
LMS = "https://lms.example.org"


@dataclass
class Call:
    """One ``curl`` as it is typed: what it sends where."""

    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    form: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """As curl has it."""
        return "post" if self.data or self.form else "get"

    @classmethod
    def typed(cls, text: str, told: dict[str, str]) -> Call:
        """The call, with what the shell puts in for each name; an unknown one is an error."""
        filled = re.sub(r"\$([A-Z_]+)", lambda name: told[name[1]], text)
        program, *words = shlex.split(filled.replace("\\\n", " "))
        assert program == "curl"
        call, rest_of_it = cls(), iter(words)
        for word in rest_of_it:
            if word == "-H":
                name, value = next(rest_of_it).split(": ", 1)
                call.headers[name] = value
            elif word == "-d":
                call.data.append(next(rest_of_it))
            elif word == "-F":
                name, value = next(rest_of_it).split("=", 1)
                call.form[name] = value
            else:
                assert not word.startswith("-"), f"curl's {word} is not played here"
                assert not call.url
                call.url = word
        return call


def documented() -> dict[int, tuple[str, int | None, object]]:
    """Each section's call, and what it says of the answer: the status, and what is in it."""
    found = {}
    for section in SECTION.finditer(PAGE.read_text(encoding="utf-8")):
        blocks = {one["kind"]: one["content"] for one in BLOCK.finditer(section["text"])}
        answer = json.loads(blocks["json"]) if "json" in blocks else None
        status = STATUS.search(section["text"])
        found[int(section["number"])] = (blocks["sh"], status and int(status[1]), answer)
    return found


CALLS = documented()


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


def played(call: Call, client):
    """What is answered to a call; every header of it is sent."""
    assert call.url.startswith(LMS), call.url
    path = call.url.removeprefix(LMS)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in call.headers.items()
        if name not in ("Content-Type", "Authorization")
    }
    if call.form:
        sent = {
            name: SimpleUploadedFile(value[1:], FILES[value[1:]]) if value[0] == "@" else value
            for name, value in call.form.items()
        }
        return client.post(path, sent, **headers)
    if call.data:
        (body,) = call.data
        kind = call.headers["Content-Type"]
        return client.post(path, body, content_type=kind, **headers)
    return client.get(path, **headers)


def test_the_page_has_ten_calls_and_each_of_the_api_is_played():
    assert list(CALLS) == list(range(1, 11))
    assert set(CALLERS) == {number for number, call in CALLS.items() if call[1] and call[2]}
    assert set(CALLS) - set(CALLERS) == {1}


def shows(answer: object, expected: object) -> None:
    """The answer has every name that is documented; texts that are written out are the same."""
    if isinstance(expected, dict):
        assert isinstance(answer, dict)
        assert set(expected) <= set(answer), set(expected) - set(answer)
        for name, value in expected.items():
            shows(answer[name], value)
    elif isinstance(expected, list):
        assert isinstance(answer, list)
        for one, value in zip(answer, expected, strict=False):
            shows(one, value)
        assert len(answer) >= len(expected)
    elif expected != "…" and not re.fullmatch(r"[0-9a-f-]{36}", str(expected)):
        assert answer == expected


@pytest.mark.parametrize("number", sorted(CALLERS))
def test_a_documented_call_is_answered_as_the_page_says(number):
    who, may, make_it = CALLERS[number]
    told = make_it()
    client = rest.client_of(who, *may)
    text, status, expected = CALLS[number]
    call = Call.typed(text, {**told, "LMS": LMS, "TOKEN": "a.b.c", "KEY": str(uuid4())})
    assert call.headers["Authorization"] == "JWT a.b.c"
    answer = played(call, client)
    assert answer.status_code == status, answer.content
    shows(answer.json(), expected)


@pytest.mark.parametrize("number", sorted(set(CALLERS) - {2, 3, 6}))
def test_without_its_permission_the_same_call_is_refused(number):
    nothing = {name: str(uuid4()) for name in ("ORDER", "ORGANISATION", "QUOTE")} | {"EVENT": "1"}
    call = Call.typed(CALLS[number][0], {**nothing, "LMS": LMS, "TOKEN": "t", "KEY": str(uuid4())})
    assert played(call, rest.client_of("omar")).status_code == 403


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
