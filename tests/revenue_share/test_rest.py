"""The API of the books: what it answers, what it refuses, and that a request sent twice is one."""

from __future__ import annotations

import io
import itertools
import json
import logging
import re
import zipfile
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace
from uuid import uuid4

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from factories import payouts as make
from factories import rates
from factories import revenue_share as facts
from factories.books_rest import ROOT, client_of, post, send
from fairgate import clock
from revenue_share import api
from revenue_share.data import AcceptedAs
from revenue_share.models import (
    Adjustment,
    PayoutAcceptance,
    PayoutAccount,
    PayoutBatch,
    PayoutEntry,
    PeriodClose,
    RateProposal,
    Remittance,
)
from revenue_share.settings import common, production

pytestmark = pytest.mark.django_db

ONE = "statements/GSMA/2026-10/USD/"
BATCH = {"statements": [3], "execute_on": "2026-12-15", "reason": "December run"}
RATE = {
    "base": "USD", "currency": "CHF", "rate": "0.80", "effective_on": "2026-12-15",
    "reason": "Our bank's letter",
}  # fmt: skip
ACCOUNT = {
    "party": "ATC", "currency": "USD", "holder": "Training Centre", "number": make.THEIRS,
    "reason": "Letter of 1 May",
}  # fmt: skip
REMITTANCE = {
    "party": "ATC", "amount": {"amount": "76.98", "currency": "USD"}, "booked_on": "2026-12-10",
    "reference": "A1", "reason": "October, by transfer",
}  # fmt: skip
END = {"party": "GSMA", "currency": "USD", "reason": "Closed"}


def _moves(party, amount, currency="USD"):
    return {"party": party, "amount": {"amount": amount, "currency": currency}}


def moved(amount="1.00", **more):
    return {
        "period": "2026-12", "reason": "Slip",
        "amounts": [
            {"party": "GSMA", "amount": {"amount": amount, "currency": "USD"}},
            {"party": "ATC", "amount": {"amount": f"-{amount}", "currency": "USD"}},
        ],
        **more,
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


@pytest.fixture
def finance():
    return client_of("", "view_statement")


@pytest.fixture
def root():
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def get(client, path):
    answer = client.get(ROOT + path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def walked(client, path, limit):
    """Every row of a list, a few at a time."""
    found, url = [], f"{ROOT}{path}{'&' if '?' in path else '?'}limit={limit}"
    while url:
        page = client.get(url).json()
        assert len(page["results"]) <= limit
        found += page["results"]
        url = page["next"]
    return found


# --- Months and statements ------------------------------------------------------------------------


def test_a_month_is_closed_once_and_says_what_was_closed_first():
    facts.put_terms_in_force()
    facts.book_october()
    client = client_of("", "view_statement", "close_period")
    assert get(client, "periods/next/") == {"period": "2026-10"}
    assert get(client, "periods/2026-10/")["is_closed"] is False

    first = post(client, "periods/2026-10/close/")
    again = post(client, "periods/2026-10/close/")

    assert first.status_code == again.status_code == 202
    assert first.json()["state"] == again.json()["state"] == "done"
    october = get(client, "periods/2026-10/")
    assert october["closed_by"] == client.user.username
    assert october["statements"] == 4
    assert PeriodClose.objects.count() == 1
    assert get(client, "periods/next/") == {"period": "2026-12"}


def test_a_month_that_cannot_be_closed_says_why_and_stays_open():
    facts.put_terms_in_force()
    facts.book_october()
    late = facts.payment("N1", at=make.PAY_DAY)
    api.book_payment(late, at=make.PAY_DAY)

    answer = post(client_of("", "view_statement", "close_period"), "periods/2026-12/close/")

    assert answer.status_code == 409
    assert answer.json()["code"] == "EarlierPeriodOpen"
    assert answer.json()["detail"] == "2026-10 is still open: close it before 2026-12."
    assert not PeriodClose.objects.exists()


def test_a_month_that_is_none_is_a_fault_of_the_request(finance):
    answer = finance.get(f"{ROOT}statements/?period=October")

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidPeriod")


@pytest.mark.usefixtures("october")
def test_statements_come_newest_first_in_parts_and_drafts_among_them(finance):
    api.book_payment(facts.payment("D1", at=make.PAY_DAY), at=make.PAY_DAY)
    whole = get(finance, "statements/?limit=100")["results"]

    assert walked(finance, "statements/", 3) == whole
    assert [one["period"] for one in whole] == ["2026-12"] * 4 + ["2026-10"] * 4
    assert [one["party"] for one in whole][4:] == sorted(one["party"] for one in whole[4:])
    assert {(one["state"], one["label"]) for one in whole[:4]} == {("draft", "")}
    assert [one["label"] for one in whole[4:] if one["party"] == "GSMA"] == ["RS-000003"]
    listed = [(row.period, row.party, row.currency) for row in api.list_statements()]
    assert [(one["period"], one["party"], one["currency"]) for one in whole] == listed


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("party=GSMA", [("GSMA", "2026-10")]),
        ("period=2026-10&party=ATC", [("ATC", "2026-10")]),
        ("currency=EUR", []),
        ("period=2026-11", []),
    ],
)
def test_statements_are_found_by_party_month_and_currency(finance, query, found):
    shown = get(finance, f"statements/?{query}")["results"]

    assert [(one["party"], one["period"]) for one in shown] == found


@pytest.mark.parametrize("code", ["usd", "XXX", "US"])
@pytest.mark.parametrize("path", ["statements/?", "balances/?", "rates/?base=USD&"])
def test_a_currency_that_is_none_is_a_fault_of_the_request(root, path, code):
    answer = root.get(f"{ROOT}{path}currency={code}")

    said = f"“{code}” is no currency code of ISO 4217, in capitals, like USD."
    assert (answer.status_code, answer.json().get("errors")) == (400, {"currency": [said]})


@pytest.mark.parametrize("cursor", ["x", "2026-10:GSMA", ":GSMA:USD", "2026-10::USD"])
def test_a_cursor_that_is_none_of_ours_is_refused(finance, cursor):
    answer = finance.get(f"{ROOT}statements/?after={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"] == {"after": ["This is not in the list."]}


@pytest.mark.usefixtures("october")
def test_a_statement_its_lines_and_their_events_add_up(finance):
    one = get(finance, ONE)
    lines = walked(finance, f"{ONE}lines/", 2)

    assert one["payable"] == {"amount": "91.73", "currency": "USD"}
    assert one["lines"] == len(lines)
    assert _sum(lines) == one["month"]["amount"]
    for line in lines:
        events = walked(finance, f"{ONE}lines/{line['number']}/events/", 2)
        assert len(events) == line["events"]
        assert _sum(events) == line["amount"]["amount"]
    assert _sum(walked(finance, f"{ONE}events/", 3)) == one["month"]["amount"]


def _sum(rows):
    return str(sum(Decimal(row["amount"]["amount"]) for row in rows))


@pytest.mark.usefixtures("october")
def test_a_statement_that_is_being_paid_says_so(finance):
    make.approved(3)

    assert get(finance, ONE)["state"] == "sent"


@pytest.mark.usefixtures("october")
def test_files_are_what_the_pages_have_and_are_kept_by_nobody(finance):
    shown = api.statement("GSMA", "2026-10")
    files = {
        "statement.csv": api.statement_csv(shown).encode(),
        "statement.json": api.statement_json(shown).encode(),
        "events.csv": "".join(api.events_csv(shown)).encode(),
    }
    for name, content in files.items():
        answer = finance.get(f"{ROOT}{ONE}{name}")
        assert answer.getvalue() == content
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"
    hashed = finance.get(f"{ROOT}{ONE}statement.json").getvalue()
    assert sha256(hashed).hexdigest() == get(finance, ONE)["sha256"]


@pytest.mark.usefixtures("october")
def test_paper_and_workbook_speak_the_language_of_the_request(finance):
    papers = {
        language: finance.get(f"{ROOT}{ONE}statement.pdf", HTTP_ACCEPT_LANGUAGE=language)
        for language in ("en", "fr")
    }
    assert {one["Content-Type"] for one in papers.values()} == {"application/pdf"}
    content = {language: one.getvalue() for language, one in papers.items()}
    assert content["en"] != content["fr"]

    book = finance.get(f"{ROOT}{ONE}statement.xlsx").getvalue()
    assert openpyxl.load_workbook(io.BytesIO(book)).sheetnames


@pytest.mark.usefixtures("october")
def test_what_is_not_allocated_is_found_among_the_balances(finance):
    api.book_payment(
        facts.payment("U1", course="course-v1:X+Y+Z", at=make.PAY_DAY), at=make.PAY_DAY
    )

    (found,) = get(finance, "balances/?account=unallocated")["results"]

    assert found["amount"] == {"amount": "-120.00", "currency": "USD"}
    assert walked(finance, "balances/", 2) == get(finance, "balances/?limit=100")["results"]


@pytest.mark.usefixtures("october")
def test_the_check_says_whether_the_books_hold(finance):
    assert post(finance, "check/").json()["faults"] == []


# --- Requests that are sent again -----------------------------------------------------------------


@pytest.fixture
def entry(october):
    batch = make.approved(3)
    (payout,) = api.batch(batch).payouts
    make.record(make.entry(payout.end_to_end_id, "90.00"))
    return PayoutEntry.objects.get().pk


ASKED = {
    "adjustments/": (Adjustment, moved(), moved("2.00")),
    "accounts/": (PayoutAccount, ACCOUNT, {**ACCOUNT, "holder": "Another"}),
    "account-ends/": (PayoutAccount, END, {**END, "reason": "Other"}),
    "remittances/": (Remittance, REMITTANCE, {**REMITTANCE, "reference": "A2"}),
    "rate-proposals/": (RateProposal, RATE, {**RATE, "rate": "0.9"}),
    "batches/": (PayoutBatch, BATCH, {**BATCH, "statements": [1]}),
}


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("path", ASKED)
def test_f4_a_request_that_is_sent_again_asks_once_and_another_one_is_refused(root, path):
    model, body, other = ASKED[path]
    before = model.objects.count()

    first = post(root, path, body, key="k1")
    again = post(root, path, body, key="k1")
    refused = post(root, path, other, key="k1")

    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert first.json() == again.json()
    assert (refused.status_code, refused.json()["code"]) == (409, "KeyReused")
    assert model.objects.count() == before + 1


def test_f4_a_difference_is_asked_about_once(root, entry):
    path = f"bank-entries/{entry}/accept/"
    fee = {"reason": "Fee", "accepted_as": "payment"}

    first = post(root, path, fee, key="k1")
    again = post(root, path, fee, key="k1")
    refused = post(root, path, fee | {"reason": "Rate"}, key="k1")
    other = post(root, path, fee | {"accepted_as": "charge"}, key="k1")
    another = post(root, path, fee, key="k2")

    assert first.json() == again.json()
    assert (refused.status_code, refused.json()["code"]) == (409, "KeyReused")
    assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
    assert (another.status_code, another.json()["code"]) == (409, "PayoutRefused")
    assert PayoutAcceptance.objects.count() == 1


@pytest.mark.usefixtures("october")
def test_a_request_that_was_decided_meanwhile_is_answered_with_what_became_of_it(root):
    made = post(root, "adjustments/", moved(), key="k1").json()["uuid"]
    second = client_of("", "decide_adjustment")
    assert post(second, f"adjustments/{made}/confirm/").status_code == 200

    again = post(root, "adjustments/", moved(), key="k1")

    assert (again.status_code, again.json()["state"]) == (201, "confirmed")


@pytest.mark.usefixtures("october")
def test_two_people_may_use_the_same_key(root):
    other = client_of("", "propose_adjustment")

    first = post(root, "adjustments/", moved(), key="k1").json()
    second = post(other, "adjustments/", moved("2.00"), key="k1").json()

    assert first["uuid"] != second["uuid"]


@pytest.mark.usefixtures("october")
def test_what_was_refused_is_tried_anew_under_its_key(root):
    body = {**BATCH, "statements": [1]}
    refused = post(root, "batches/", body, key="k1")
    assert (refused.status_code, refused.json()["code"]) == (409, "PayoutRefused")
    assert refused.json()["detail"] == "RS-000001: The party has no account to be paid to."
    make.account("ATC", number=make.THEIRS)

    again = post(root, "batches/", body, key="k1")

    assert again.status_code == 201


# --- Two people, and what is never shown ----------------------------------------------------------


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("path", "step", "body"),
    [
        ("adjustments/", "confirm", moved()),
        ("accounts/", "confirm", ACCOUNT),
        ("rate-proposals/", "confirm", RATE),
        ("batches/", "approve", BATCH),
    ],
)
def test_who_has_asked_does_not_confirm(root, path, step, body):
    made = post(root, path, body).json()["uuid"]

    answer = post(root, f"{path}{made}/{step}/")

    assert (answer.status_code, answer.json()["code"]) == (403, "SecondPersonNeeded")
    assert get(root, f"{path}{made}/")["state"] == "waiting"


@pytest.mark.usefixtures("october")
def test_what_waits_is_found_and_stays_a_cursor_when_it_is_decided(root):
    uuids = [post(root, "adjustments/", moved()).json()["uuid"] for _ in range(3)]
    page = get(root, "adjustments/?state=waiting&limit=1")
    assert [one["uuid"] for one in page["results"]] == uuids[:1:-1]
    post(root, f"adjustments/{uuids[2]}/refuse/", {"reason": "No"})

    rest = root.get(page["next"]).json()

    assert [one["uuid"] for one in rest["results"]] == [uuids[1]]
    assert [one["uuid"] for one in walked(root, "adjustments/?state=waiting", 1)] == uuids[1::-1]
    assert [one["uuid"] for one in get(root, "adjustments/?state=refused")["results"]] == uuids[2:]


@pytest.mark.usefixtures("october")
def test_f42_an_account_is_shown_whole_in_the_file_for_the_bank_alone(root, caplog):
    caplog.set_level(logging.DEBUG)
    made = post(root, "accounts/", ACCOUNT)
    post(client_of("", "confirm_payout_account"), f"accounts/{made.json()['uuid']}/confirm/")
    batch = make.approved(3)
    paths = ("accounts/", "payables/", "batches/", f"batches/{batch}/")

    shown = [made.content, *(root.get(ROOT + path).content for path in paths)]
    order = root.get(f"{ROOT}batches/{batch}/order.xml").content

    assert made.json()["account"] == "GB… 6819"
    assert not [content for content in shown if make.THEIRS.encode() in content]
    assert make.THEIRS.encode() in order
    assert order == api.payment_order(batch).content
    assert make.THEIRS not in caplog.text


@pytest.mark.usefixtures("october")
def test_a_file_that_is_not_approved_is_not_given_out(root):
    batch = make.proposed(3)

    answer = root.get(f"{ROOT}batches/{batch}/order.xml")

    assert (answer.status_code, answer.json()["code"]) == (409, "PayoutRefused")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("adjustments/", moved(amounts=[]), "amounts"),
        ("adjustments/", moved(amounts=[moved()["amounts"][0]] * 2), "amounts"),
        ("adjustments/", moved(reason="a\nb"), "reason"),
        ("batches/", {**BATCH, "statements": []}, "statements"),
        ("batches/", {**BATCH, "statements": [10**30]}, "statements"),
        ("rate-proposals/", {**RATE, "rate": "NaN"}, "rate"),
        ("rate-proposals/", {**RATE, "rate": 0.8}, "rate"),
        ("rate-proposals/", {**RATE, "rate": 1}, "rate"),
        ("rate-proposals/", {**RATE, "rate": "1e3"}, "rate"),
        ("rate-proposals/", {**RATE, "rate": "0"}, "rate"),
        ("rate-proposals/", {**RATE, "rate": "0.123456789"}, "rate"),
        ("rate-proposals/", {**RATE, "currency": "USD"}, "currency"),
        ("rate-proposals/", {**RATE, "currency": "XXY"}, "currency"),
        ("rate-proposals/", {**RATE, "effective_on": "2030-01-01"}, "effective_on"),
        ("rate-proposals/", {**RATE, "base": "CHF"}, "base"),
        ("adjustments/", moved(amounts=[_moves("NOBODY", "1.00")]), "amounts"),
        ("adjustments/", moved(amounts=[_moves("GSMA", "1.00")]), "amounts"),
        ("adjustments/", moved("0.00"), "amounts"),
        ("adjustments/", moved(1.0), "amounts"),
        ("adjustments/", moved(amounts=[_moves("GSMA", 1)]), "amounts"),
        (
            "adjustments/",
            moved(amounts=[_moves("GSMA", "1.00"), _moves("ATC", "-1.00", "EUR")]),
            "amounts",
        ),
        ("remittances/", {**REMITTANCE, "party": "NOBODY"}, "party"),
        ("remittances/", {**REMITTANCE, "party": "FUND"}, "party"),
        ("remittances/", {**REMITTANCE, "booked_on": "2027-01-01"}, "booked_on"),
        ("remittances/", {**REMITTANCE, "reference": "№ 1"}, "reference"),
        (
            "remittances/",
            {**REMITTANCE, "amount": {"amount": "0.00", "currency": "USD"}},
            "amount",
        ),
        (
            "remittances/",
            {**REMITTANCE, "amount": {"amount": 76.98, "currency": "USD"}},
            "amount",
        ),
        ("batches/", {**BATCH, "execute_on": "2030-01-01"}, "execute_on"),
        ("accounts/", {**ACCOUNT, "party": "NOBODY"}, "party"),
        ("accounts/", {**ACCOUNT, "currency": "usd"}, "currency"),
        ("accounts/", {**ACCOUNT, "number": "GB00 1"}, "number"),
        ("accounts/", {**ACCOUNT, "bic": "x"}, "bic"),
        ("accounts/", {**ACCOUNT, "holder": "Обучение"}, "holder"),
        ("accounts/", {**ACCOUNT, "number": ""}, "number"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field(root, path, body, field):
    answer = post(root, path, body)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_f19_a_file_that_cannot_be_read_is_refused_whole(root):
    of_bank = send(root, "bank-files/", b"\x00odd")
    of_rates = send(root, "rate-files/", b"\x00odd", source="ecb")

    assert (of_bank.status_code, of_bank.json()["code"]) == (400, "BankFileError")
    assert (of_rates.status_code, list(of_rates.json()["errors"])) == (400, ["file"])


@pytest.mark.parametrize("source", ["ecb", "unore"])
def test_f19_an_archive_that_we_do_not_unpack_is_refused_by_field(root, source):
    bomb = rates.zipped(bytes(1024**2), method=zipfile.ZIP_BZIP2)
    answer = send(root, "rate-files/", bomb, source=source)

    assert answer.status_code == 400
    assert (
        "is an archive packed in a way that we do not unpack" in answer.json()["errors"]["file"][0]
    )


def test_a_csv_of_an_account_that_is_not_there_is_refused(root):
    answer = send(root, "bank-files/", account="7")

    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"] == {"account": ["There is no such account."]}


@pytest.mark.parametrize("module", [common, production])
def test_files_of_banks_are_not_in_the_tracking_log(module):
    lms = SimpleNamespace(
        TRACKING_IGNORE_URL_PATTERNS=["^/heartbeat"], TEMPLATES=[], INSTALLED_APPS=[], ENV_TOKENS={}
    )

    module.plugin_settings(lms)
    module.plugin_settings(lms)

    assert lms.TRACKING_IGNORE_URL_PATTERNS == ["^/heartbeat", common.UNTRACKED]
    for name in ("revenue_share:record_payouts", "revenue_share:api:bank_files"):
        assert re.match(common.UNTRACKED, reverse(name))


# --- Lists that rows leave ------------------------------------------------------------------------


@pytest.mark.usefixtures("october")
def test_what_is_to_be_paid_goes_on_after_a_statement_that_is_proposed_meanwhile(root):
    make.account("ATC", number=make.THEIRS)
    api.close_period("2026-11", at=make.PAY_DAY, by="ines")
    first, second = (one["number"] for one in get(root, "payables/")["results"])
    page = get(root, "payables/?limit=1")
    make.proposed(first)

    rest = root.get(page["next"])

    assert [one["number"] for one in page["results"]] == [first]
    assert rest.status_code == 200, rest.content
    assert [one["number"] for one in rest.json()["results"]] == [second]
    assert rest.json()["next"] is None


def _two_faults():
    make.account("ATC", number=make.THEIRS)
    payouts = api.batch(make.approved(1, 3)).payouts
    make.record(*(make.entry(one.end_to_end_id, "40.00") for one in payouts))
    return [one.entries[0].id for one in api.list_faulty_payouts()]


@pytest.mark.usefixtures("october")
def test_differences_go_on_after_one_that_is_decided_meanwhile(root):
    by = {"by": make.ASKER, "at": make.PAY_DAY}
    told = {"accepted_as": AcceptedAs.PAYMENT, "reason": "Fee"}
    first, second = (api.ask_to_accept(entry, **told, **by) for entry in _two_faults())
    page = get(root, "differences/?limit=1")
    api.refuse_difference(first, because="No", by=make.CONFIRMER, at=make.PAY_DAY)

    rest = root.get(page["next"])

    assert [one["uuid"] for one in page["results"]] == [str(first)]
    assert [one["uuid"] for one in rest.json()["results"]] == [str(second)]


@pytest.mark.usefixtures("october")
def test_faulty_payouts_go_on_after_one_that_is_accepted_meanwhile(root):
    entry, other = _two_faults()
    page = get(root, "faulty-payouts/?limit=1")
    told = {"accepted_as": AcceptedAs.PAYMENT, "reason": "Fee"}
    step = api.ask_to_accept(entry, **told, by=make.ASKER, at=make.PAY_DAY)
    api.accept_difference(step, by=make.CONFIRMER, at=make.PAY_DAY)

    rest = root.get(page["next"])

    assert [one["entries"][0]["id"] for one in page["results"]] == [entry]
    assert [one["entries"][0]["id"] for one in rest.json()["results"]] == [other]


@pytest.mark.usefixtures("october")
def test_what_was_not_executed_goes_on_after_one_that_is_decided_meanwhile(root):
    make.account("ATC", number=make.THEIRS)
    by = {"by": make.ASKER, "at": make.PAY_DAY}
    payouts = api.batch(make.approved(1, 3)).payouts
    first, second = (api.ask_to_reject(one.uuid, reason="Unknown", **by) for one in payouts)
    page = get(root, "rejections/?limit=1")
    api.refuse_rejection(first, because="No", by=make.CONFIRMER, at=make.PAY_DAY)

    rest = root.get(page["next"])

    assert [one["uuid"] for one in page["results"]] == [str(first)]
    assert [one["uuid"] for one in rest.json()["results"]] == [str(second)]


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("path", ["faulty-payouts/", "differences/", "rejections/"])
def test_a_cursor_that_never_was_a_row_is_not_there(root, path):
    assert root.get(f"{ROOT}{path}?after={uuid4()}").status_code == 404


# --- What is wrong, and what is against what is there --------------------------------------------


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("path", "body", "decide"),
    [
        ("adjustments/", moved(), "decide_adjustment"),
        ("remittances/", REMITTANCE, "confirm_remittance"),
        ("accounts/", ACCOUNT, "confirm_payout_account"),
        ("rate-proposals/", RATE, "confirm_rate"),
    ],
)
def test_what_was_decided_already_is_a_conflict(root, path, body, decide):
    made = post(root, path, body).json()["uuid"]
    post(client_of("", decide), f"{path}{made}/confirm/")

    answer = post(client_of("", decide), f"{path}{made}/confirm/")

    assert (answer.status_code, answer.json()["detail"]) == (409, "This was decided already.")
    assert "errors" not in answer.json()


@pytest.mark.usefixtures("october")
def test_an_adjustment_in_a_closed_month_is_a_conflict(root):
    answer = post(root, "adjustments/", moved(period="2026-10"))

    assert (answer.status_code, answer.json()["code"]) == (409, "AdjustmentRefused")


def test_what_is_wrong_with_a_field_is_said_by_its_name(root):
    answer = post(root, "adjustments/", moved(amounts=[_moves("NOBODY", "1.00")]))

    said = "What is given and what is taken differ by USD 1.00."
    assert answer.json()["errors"] == {"amounts": [said]}
    assert (answer.json()["code"], answer.json()["detail"]) == ("AdjustmentRefused", said)


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("amount", [1.0, 1, True, None])
def test_an_amount_that_is_no_text_is_refused_and_nothing_is_kept(root, amount):
    answer = post(
        root, "remittances/", {**REMITTANCE, "amount": {"amount": amount, "currency": "USD"}}
    )

    assert answer.status_code == 400
    assert not Remittance.objects.exists()
