"""Every path of the API of the books, and everybody who may ask: 401, 403, 404, or it is done."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

import rest_matrix
from factories import payouts as make
from factories.books_rest import ROOT, client_of, post, send
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import AcceptedAs
from revenue_share.models import (
    Adjustment,
    PayoutAccount,
    PayoutEntry,
    RateProposal,
    Remittance,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(settings):
    make.set_up(settings)
    with rest_matrix.moving_on(settings, make.PAY_DAY):
        yield


@pytest.fixture
def world():
    """One of everything about October, by the name that it has in an address."""
    make.closed_october()
    make.account()
    make.account("ATC")
    by = {"by": make.ASKER, "at": make.PAY_DAY}
    batch = make.approved()
    told, sent = api.batch(batch).payouts
    make.record(make.entry(told.end_to_end_id, "90.00"))
    entry = PayoutEntry.objects.get().pk
    moved = {"GSMA": Money("1.00", "USD"), "ATC": Money("-1.00", "USD")}
    return {
        "BATCH": batch,
        "ENTRY": entry,
        "DIFFERENCE": api.ask_to_accept(entry, accepted_as=AcceptedAs.PAYMENT, reason="Fee", **by),
        "PAYOUT": sent.uuid,
        "REJECTION": api.ask_to_reject(sent.uuid, reason="Unknown account", **by),
        "REMITTANCE": api.propose_remittance(
            "ATC",
            Money("1.00", "USD"),
            booked_on=make.PAY_DAY.date(),
            reference="A1",
            reason="Transfer",
            **by,
        ),
        "ADJUSTMENT": api.propose_adjustment(moved, reason="Slip", period="2026-12", **by),
        "ACCOUNT": api.propose_account_end("GSMA", "USD", reason="Closed", **by),
        "RUN": api.ask_to_check(key="", language="en", **by),
        "RATE": api.propose_rate(
            "USD", "CHF", Decimal("0.8"), effective_on=make.ON, reason="Bank", **by
        ),
    }


_ONE = "statements/GSMA/2026-10/USD/"
_SPAN = "?first=2026-10&currency=USD"

#: Method and path of each operation, and the permissions of the colleague who may.
ASKED = {
    "list_periods": ("get", "periods/", ("view_statement",)),
    "get_next_period": ("get", "periods/next/", ("view_statement",)),
    "get_period": ("get", "periods/2026-10/", ("view_statement",)),
    "close_period": ("post", "periods/2026-10/close/", ("view_statement", "close_period")),
    "list_statements": ("get", "statements/", ("view_statement",)),
    "get_statement": ("get", _ONE, ("view_statement",)),
    "list_statement_lines": ("get", f"{_ONE}lines/", ("view_statement",)),
    "list_line_events": ("get", f"{_ONE}lines/1/events/", ("view_statement",)),
    "list_statement_events": ("get", f"{_ONE}events/", ("view_statement",)),
    "read_statement_pdf": ("get", f"{_ONE}statement.pdf", ("view_statement",)),
    "read_statement_xlsx": ("get", f"{_ONE}statement.xlsx", ("view_statement",)),
    "read_statement_csv": ("get", f"{_ONE}statement.csv", ("view_statement",)),
    "read_statement_json": ("get", f"{_ONE}statement.json", ("view_statement",)),
    "read_events_csv": ("get", f"{_ONE}events.csv", ("view_statement",)),
    "list_balances": ("get", "balances/", ("view_statement",)),
    "list_report_rows": ("get", f"reports/by/course/{_SPAN}", ("view_statement",)),
    "get_report_total": ("get", f"reports/by/party/total/{_SPAN}", ("view_statement",)),
    "get_waterfall": ("get", f"reports/waterfall/{_SPAN}", ("view_statement",)),
    "get_fund_flow": ("get", f"reports/fund/{_SPAN}", ("view_statement",)),
    "get_cost_recovery": ("get", f"reports/costs/{_SPAN}", ("view_statement",)),
    "check_books": ("post", "check/", ("view_statement",)),
    "get_run": ("get", "runs/{RUN}/", ("view_statement",)),
    "list_adjustments": ("get", "adjustments/", ("view_adjustment",)),
    "propose_adjustment": ("post", "adjustments/", ("propose_adjustment",)),
    "get_adjustment": ("get", "adjustments/{ADJUSTMENT}/", ("decide_adjustment",)),
    "confirm_adjustment": ("post", "adjustments/{ADJUSTMENT}/confirm/", ("decide_adjustment",)),
    "refuse_adjustment": ("post", "adjustments/{ADJUSTMENT}/refuse/", ("decide_adjustment",)),
    "list_remittances": ("get", "remittances/", ("view_remittance",)),
    "propose_remittance": ("post", "remittances/", ("propose_remittance",)),
    "get_remittance": ("get", "remittances/{REMITTANCE}/", ("confirm_remittance",)),
    "confirm_remittance": ("post", "remittances/{REMITTANCE}/confirm/", ("confirm_remittance",)),
    "refuse_remittance": ("post", "remittances/{REMITTANCE}/refuse/", ("confirm_remittance",)),
    "list_payables": ("get", "payables/", ("view_payoutbatch",)),
    "list_batches": ("get", "batches/", ("record_payout",)),
    "propose_batch": ("post", "batches/", ("propose_payout",)),
    "get_batch": ("get", "batches/{BATCH}/", ("approve_payout",)),
    "approve_batch": ("post", "batches/{BATCH}/approve/", ("approve_payout",)),
    "refuse_batch": ("post", "batches/{BATCH}/refuse/", ("approve_payout",)),
    "read_payment_order": ("get", "batches/{BATCH}/order.xml", ("approve_payout",)),
    "record_bank_file": ("form", "bank-files/", ("record_payout",)),
    "list_faulty_payouts": ("get", "faulty-payouts/", ("view_payoutbatch",)),
    "list_differences": ("get", "differences/", ("view_payoutbatch",)),
    "ask_to_accept": ("post", "bank-entries/{ENTRY}/accept/", ("record_payout",)),
    "accept_difference": ("post", "differences/{DIFFERENCE}/accept/", ("record_payout",)),
    "refuse_difference": ("post", "differences/{DIFFERENCE}/refuse/", ("record_payout",)),
    "ask_to_reject": ("post", "payouts/{PAYOUT}/reject/", ("record_payout",)),
    "list_rejections": ("get", "rejections/", ("view_payoutbatch",)),
    "reject_payout": ("post", "rejections/{REJECTION}/confirm/", ("record_payout",)),
    "refuse_rejection": ("post", "rejections/{REJECTION}/refuse/", ("record_payout",)),
    "list_payout_accounts": ("get", "accounts/", ("view_payoutaccount",)),
    "propose_payout_account": ("post", "accounts/", ("propose_payout_account",)),
    "propose_payout_account_end": ("post", "account-ends/", ("propose_payout_account",)),
    "get_payout_account": ("get", "accounts/{ACCOUNT}/", ("confirm_payout_account",)),
    "confirm_payout_account": (
        "post", "accounts/{ACCOUNT}/confirm/", ("confirm_payout_account",),
    ),
    "refuse_payout_account": (
        "post", "accounts/{ACCOUNT}/refuse/", ("confirm_payout_account",),
    ),
    "list_rates": ("get", "rates/", ("view_fxrate",)),
    "load_rates": ("form", "rate-files/", ("load_rates",)),
    "list_rate_proposals": ("get", "rate-proposals/", ("view_fxrate",)),
    "propose_rate": ("post", "rate-proposals/", ("propose_rate",)),
    "get_rate_proposal": ("get", "rate-proposals/{RATE}/", ("confirm_rate",)),
    "confirm_rate": ("post", "rate-proposals/{RATE}/confirm/", ("confirm_rate",)),
    "refuse_rate": ("post", "rate-proposals/{RATE}/refuse/", ("confirm_rate",)),
}  # fmt: skip

#: Who asks: nobody who is signed in; an officer of another partner; a user without any place; the
#: officer, the signatory and finance of the partner; who sees the books and may do no more; who may
#: see each thing and do nothing; a colleague with the permissions above.
ROLES = (
    "nobody", "stranger", "bystander", "officer", "signatory", "finance", "reader", "looker",
    "colleague",
)  # fmt: skip

SIGNED_IN = "401 yes yes yes yes yes yes yes yes"
OWN = "401 404 404 yes yes yes yes 404 yes"
BOOKS = "401 403 403 403 403 403 yes 403 yes"
STEP = "401 403 403 403 403 403 403 403 yes"
SEEN = "401 403 403 403 403 403 403 yes yes"

MAY = {
    **dict.fromkeys(ASKED, STEP),
    **dict.fromkeys([one for one in ASKED if _ONE in ASKED[one][1]], OWN),
    "list_statements": SIGNED_IN,
    **dict.fromkeys(
        ["list_periods", "get_next_period", "get_period", "list_balances", "check_books",
         "get_run", "list_report_rows", "get_report_total", "get_waterfall", "get_fund_flow",
         "get_cost_recovery"],
        BOOKS,
    ),
    **dict.fromkeys(
        ["list_adjustments", "get_adjustment", "list_remittances", "get_remittance",
         "list_payables", "list_batches", "get_batch",
         "list_faulty_payouts", "list_differences", "list_rejections", "list_payout_accounts",
         "get_payout_account",
         "list_rates", "list_rate_proposals", "get_rate_proposal"],
        SEEN,
    ),
}  # fmt: skip

LOOKS = (
    "view_adjustment",
    "view_remittance",
    "view_payoutbatch",
    "view_payoutaccount",
    "view_fxrate",
)
CALLERS = {
    "nobody": lambda may: Client(),
    "stranger": lambda may: client_of("officer", partner="ATC"),
    "bystander": lambda may: client_of(""),
    "officer": lambda may: client_of("officer"),
    "signatory": lambda may: client_of("signatory"),
    "finance": lambda may: client_of("finance"),
    "reader": lambda may: client_of("", "view_statement"),
    "looker": lambda may: client_of("", *LOOKS),
    "colleague": lambda may: client_of("", *may),
}


MATRIX = rest_matrix.Matrix(
    root=ROOT,
    asked=ASKED,
    may=MAY,
    roles=ROLES,
    send=lambda _operation, client, path: send(client, path),
)


def test_the_matrix_has_every_operation():
    MATRIX.check_is_whole(client_of("").get(f"{ROOT}openapi/").json())


@pytest.mark.parametrize("role", ROLES)
def test_each_path_answers_each_role_as_the_matrix_says(world, role):
    found = MATRIX.answers(lambda operation: CALLERS[role](ASKED[operation][2]), world)

    assert found == MATRIX.column(role)


def test_who_is_no_longer_active_may_nothing(world):
    client = rest_matrix.inactive(client_of("officer", *MATRIX.everything()))

    assert MATRIX.statuses(ASKED, client, world) == dict.fromkeys(ASKED, 401)


def _said(operation, client, world):
    """The answer to a request that could be done, if only what it is about were there."""
    body = {"reason": "Review"} if operation.startswith(("refuse", "ask_to_reject")) else {}
    if operation == "ask_to_accept":
        body = {"reason": "Review", "accepted_as": "payment"}
    method, path, _may = ASKED[operation]
    path = path.format(**world)
    return post(client, path, body) if method == "post" else client.get(ROOT + path)


def test_what_is_not_there_is_404_for_who_may_everything(world):
    client = rest_matrix.root_of_everything()
    nothing = {name: uuid4() for name in world} | {"ENTRY": 10**17}
    named = [operation for operation, (_m, path, _may) in ASKED.items() if "{" in path]

    found = {operation: _said(operation, client, nothing).status_code for operation in named}

    assert found == dict.fromkeys(named, 404)


@pytest.mark.parametrize(
    "path",
    [
        "statements/GSMA/2026-09/USD/",
        "statements/GSMA/2026-10/EUR/",
        "statements/GSMA/october/USD/",
        "statements/NOBODY/2026-10/USD/",
        "statements/gsma/2026-10/USD/",
        "statements/GSMA/2026-10/usd/lines/",
        "statements/GSMA/2026-10/USD/lines/9999/events/",
        "statements/GSMA/2026-10/USD/lines/0/events/",
        f"{_ONE}lines/{2**63}/events/",
        f"{_ONE}lines/{'9' * 5000}/events/",
        f"reports/by/learner/{_SPAN}",
        f"reports/by/MONTH/total/{_SPAN}",
        "periods/2020-01/",
    ],
)
def test_a_statement_or_month_that_is_not_there_is_404_for_finance(world, path):
    answer = client_of("", "view_statement").get(ROOT + path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("number", [10**17, 2**63, 10**40])
def test_an_entry_of_a_number_that_no_row_has_is_told_as_a_problem(world, number):
    client = rest_matrix.root_of_everything()

    answer = post(
        client, f"bank-entries/{number}/accept/", {"reason": "Fee", "accepted_as": "payment"}
    )

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_lists_of_a_person_hold_their_party_alone(world):
    answer = client_of("officer", partner="ATC").get(f"{ROOT}statements/")

    assert {one["party"] for one in answer.json()["results"]} == {"ATC"}
    assert client_of("").get(f"{ROOT}statements/").json() == {"next": None, "results": []}


def test_who_asks_for_the_statements_of_another_party_is_told_that_there_are_none(world):
    answer = client_of("officer", partner="ATC").get(f"{ROOT}statements/?party=GSMA")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("adjustments/{ADJUSTMENT}/refuse/", "propose_adjustment"),
        ("remittances/{REMITTANCE}/refuse/", "propose_remittance"),
        ("accounts/{ACCOUNT}/refuse/", "propose_payout_account"),
        ("rate-proposals/{RATE}/refuse/", "propose_rate"),
    ],
)
def test_who_has_asked_takes_it_back_and_others_who_may_ask_do_not(world, path, ask):
    other, asker = client_of("", ask), client_of("", ask)
    User.objects.filter(pk=asker.user.pk).update(username="asker")
    _asked_by(world, asker.user.pk)

    refused = post(other, path.format(**world), {"reason": "No"})
    taken_back = post(asker, path.format(**world), {"reason": "My mistake"})

    assert refused.status_code == 403
    assert taken_back.status_code == 200
    assert (taken_back.json()["state"], taken_back.json()["because"]) == ("refused", "My mistake")


def _asked_by(world, user_id):
    Adjustment.objects.filter(uuid=world["ADJUSTMENT"]).update(asked_by=user_id)
    Remittance.objects.filter(uuid=world["REMITTANCE"]).update(asked_by=user_id)
    PayoutAccount.objects.filter(uuid=world["ACCOUNT"]).update(asked_by=user_id)
    RateProposal.objects.filter(uuid=world["RATE"]).update(asked_by=user_id)
