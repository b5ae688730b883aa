"""What the description of the API of the books says, and that its answers are like that."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular.validation import validate_schema

from factories import payouts as make
from factories import rates as rate_files
from factories.books_rest import ROOT, client_of, post, send
from factories.described_answers import differences
from factories.rest_callers import JSON
from fairgate import clock
from revenue_share import api, exceptions
from revenue_share.exceptions import RevenueShareError
from revenue_share.models import PayoutEntry
from revenue_share.rest import faults, urls

pytestmark = pytest.mark.django_db

REMITTANCE = {
    "party": "ATC", "amount": {"amount": "1.00", "currency": "USD"}, "reference": "A1",
    "booked_on": "2026-12-10", "reason": "By transfer",
}  # fmt: skip
WHY = {"reason": "Review"}
FEE = {"reason": "Review", "accepted_as": "payment"}
DOLLAR = {"amount": "1.00", "currency": "USD"}
MOVED = {
    "period": "2026-12", "reason": "Slip",
    "amounts": [
        {"party": "GSMA", "amount": DOLLAR},
        {"party": "", "amount": {"amount": "-1.00", "currency": "USD"}},
    ],
}  # fmt: skip
RATE = {
    "base": "USD", "currency": "CHF", "rate": "0.8", "effective_on": "2026-12-15",
    "reason": "Our bank's letter",
}  # fmt: skip
KRONA = rate_files.unore(rate_files.unore_row("SEK", "9.1", "01 Dec 2026"))
ACCOUNT = {
    "party": "ATC", "currency": "USD", "holder": "Training Centre", "number": make.THEIRS,
    "reason": "Letter of 1 May",
}  # fmt: skip


@pytest.fixture(autouse=True)
def now(settings):
    """A clock that is asked, and has moved on by a second."""
    settings.FAIRGATE_API_RATES = dict.fromkeys(("read", "write", "upload"), "1000/minute")
    make.set_up(settings)
    seconds = itertools.count()
    clock.use(lambda: make.PAY_DAY + timedelta(seconds=next(seconds)))
    yield
    clock.use(None)


@pytest.fixture
def october():
    make.closed_october()
    make.account()
    make.rates_of_november()


def colleague(name):
    """Somebody who may everything."""
    client = Client()
    client.force_login(User.objects.create_superuser(name))
    return client


@pytest.fixture
def first():
    return colleague("first")


@pytest.fixture
def second():
    return colleague("second")


@pytest.fixture
def document():
    return client_of("").get(f"{ROOT}openapi/").json()


def test_the_description_is_valid_and_for_who_is_signed_in(document):
    validate_schema(document)
    assert document["info"]["title"] == "Fairgate: revenue"
    assert document["servers"] == [{"url": ROOT.removesuffix("/")}]
    assert Client().get(f"{ROOT}openapi/").status_code == 401


def test_every_path_is_described(document):
    assert len(document["paths"]) == len(urls.described)


def test_what_makes_something_asks_for_a_key(document):
    keyed = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "Idempotency-Key" in {one["name"] for one in operation.get("parameters", ())}
    }
    assert keyed == {
        "propose_adjustment", "propose_batch", "propose_payout_account",
        "propose_payout_account_end", "propose_rate", "propose_remittance", "ask_to_accept",
        "ask_to_reject",
        "close_period", "check_books",
    }  # fmt: skip


def test_every_refusal_of_the_books_has_its_status_and_its_words():
    family = {
        kind
        for kind in vars(exceptions).values()
        if isinstance(kind, type) and issubclass(kind, RevenueShareError)
    }

    assert family - set(faults.STATUSES) == set()
    assert family - set(faults.WORDS) == set()


def in_address(world, path):
    named = {"party": "GSMA", "period": "2026-10", "currency": "USD", "number": 1,
             "by": "course"}  # fmt: skip
    kind = path.split("/")[1]
    return re.sub(r"{(\w+)}", lambda one: str(named.get(one[1]) or world[kind]), path.lstrip("/"))


@pytest.mark.usefixtures("october")
def test_every_list_and_file_answers_as_the_description_says(document, first):
    world = {
        "adjustments": post(first, "adjustments/", MOVED).json()["uuid"],
        "remittances": post(first, "remittances/", REMITTANCE).json()["uuid"],
        "accounts": post(first, "accounts/", ACCOUNT).json()["uuid"],
        "rate-proposals": post(first, "rate-proposals/", RATE).json()["uuid"],
        "batches": make.approved(),
        "runs": post(first, "check/").json()["uuid"],
    }
    (payout,) = api.batch(world["batches"]).payouts
    post(first, f"payouts/{payout.uuid}/reject/", WHY)
    make.record(make.entry(payout.end_to_end_id, "90.00"))
    post(first, f"bank-entries/{PayoutEntry.objects.get().pk}/accept/", FEE)

    asked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        span = {"first": "2026-10", "currency": "USD"} if "/reports/" in path else {}
        answer = first.get(ROOT + in_address(world, path), span)
        content = answer.getvalue()
        assert answer.status_code == 200, (path, content)
        described = methods["get"]["responses"]["200"]["content"]
        kind = answer["Content-Type"].partition(";")[0]
        assert kind in described, path
        if described[kind]["schema"].get("format") != "binary":
            shown = answer.json()
            assert differences(shown, described[kind]["schema"], document, path) == []
            assert shown.get("results") != [], path
        asked += 1
    assert asked == 36


@pytest.mark.usefixtures("october")
def test_a_whole_account_answers_as_the_description_says(document, first, second):
    one = post(first, "accounts/", ACCOUNT).json()["uuid"]
    answer = second.get(f"{ROOT}accounts/{one}/").json()
    told = document["paths"]["/accounts/{uuid}/"]["get"]["responses"]["200"]["content"][JSON]
    assert answer["details"]["number"] == make.THEIRS
    assert differences(answer, told["schema"], document, "details") == []


@pytest.mark.usefixtures("october")
def test_every_act_answers_as_the_description_says(document, first, second):
    acts = {
        "close_period": post(first, "periods/2026-10/close/"),
        "check_books": post(first, "check/"),
        "load_rates": send(first, "rate-files/", KRONA, source="unore"),
        **of_adjustments(first, second),
        **of_remittances(first, second),
        **of_accounts(first, second),
        **of_rates(first, second),
        **of_payouts(first, second),
        **of_rejections(first, second),
    }

    described = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for method, operation in methods.items()
        if method != "get"
    }
    assert set(acts) == set(described)
    for name, answer in acts.items():
        assert answer.status_code < 300, (name, answer.content)
        told = described[name]["responses"][str(answer.status_code)]
        if answer.status_code == 204:
            assert answer.content == b""
        else:
            schema = told["content"][JSON]["schema"]
            assert differences(answer.json(), schema, document, name) == []


def of_adjustments(first, second):
    acts = {"propose_adjustment": post(first, "adjustments/", MOVED)}
    one, other = acts["propose_adjustment"].json()["uuid"], post(first, "adjustments/", MOVED)
    acts["confirm_adjustment"] = post(second, f"adjustments/{one}/confirm/")
    acts["refuse_adjustment"] = post(second, f"adjustments/{other.json()['uuid']}/refuse/", WHY)
    return acts


def of_remittances(first, second):
    acts = {"propose_remittance": post(first, "remittances/", REMITTANCE)}
    one = acts["propose_remittance"].json()["uuid"]
    other = post(first, "remittances/", {**REMITTANCE, "reference": "A2"}).json()["uuid"]
    acts["confirm_remittance"] = post(second, f"remittances/{one}/confirm/")
    acts["refuse_remittance"] = post(second, f"remittances/{other}/refuse/", WHY)
    return acts


def of_accounts(first, second):
    end = {"party": "GSMA", "currency": "USD", "reason": "Closed"}
    acts = {
        "propose_payout_account": post(first, "accounts/", ACCOUNT),
        "propose_payout_account_end": post(first, "account-ends/", end),
    }
    one, other = (acts[name].json()["uuid"] for name in acts)
    acts["confirm_payout_account"] = post(second, f"accounts/{one}/confirm/")
    acts["refuse_payout_account"] = post(second, f"accounts/{other}/refuse/", WHY)
    return acts


def of_rates(first, second):
    acts = {"propose_rate": post(first, "rate-proposals/", RATE)}
    one, other = acts["propose_rate"].json()["uuid"], post(first, "rate-proposals/", RATE)
    acts["confirm_rate"] = post(second, f"rate-proposals/{one}/confirm/")
    acts["refuse_rate"] = post(second, f"rate-proposals/{other.json()['uuid']}/refuse/", WHY)
    return acts


def of_payouts(first, second):
    body = {"statements": [3], "execute_on": "2026-12-15", "reason": "December run"}
    refused = post(first, "batches/", body).json()["uuid"]
    acts = {"refuse_batch": post(second, f"batches/{refused}/refuse/", WHY)}
    acts["propose_batch"] = post(first, "batches/", body)
    batch = acts["propose_batch"].json()
    acts["approve_batch"] = post(second, f"batches/{batch['uuid']}/approve/")
    name = batch["payouts"][0]["end_to_end_id"]
    acts["record_bank_file"] = send(first, "bank-files/", make.camt(make.entry(name, "90.00")))
    path = f"bank-entries/{PayoutEntry.objects.get().pk}/accept/"
    refused = post(first, path, FEE).json()["uuid"]
    acts["refuse_difference"] = post(second, f"differences/{refused}/refuse/", WHY)
    acts["ask_to_accept"] = post(first, path, FEE)
    asked = acts["ask_to_accept"].json()["uuid"]
    acts["accept_difference"] = post(second, f"differences/{asked}/accept/")
    return acts


def of_rejections(first, second):
    make.account("ATC")
    body = {"statements": [1], "execute_on": "2026-12-15", "reason": "December run"}
    batch = post(first, "batches/", body).json()
    post(second, f"batches/{batch['uuid']}/approve/")
    path = f"payouts/{batch['payouts'][0]['uuid']}/reject/"
    refused = post(first, path, WHY).json()["uuid"]
    acts = {"refuse_rejection": post(second, f"rejections/{refused}/refuse/", WHY)}
    acts["ask_to_reject"] = post(first, path, WHY)
    asked = acts["ask_to_reject"].json()["uuid"]
    acts["reject_payout"] = post(second, f"rejections/{asked}/confirm/")
    return acts
