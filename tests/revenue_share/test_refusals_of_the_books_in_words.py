"""Every refusal of the books can be said in another language, and is, to whoever reads a page."""

from __future__ import annotations

import ast
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

import revenue_share
from fairgate.errors import FairgateError
from revenue_share import exceptions, wording_refusals
from revenue_share.exceptions import (
    FactsWaiting,
    NoRate,
    PayoutRefused,
    RevenueShareError,
    SaleNotBooked,
)
from revenue_share.wording_refusals import SENTENCES, in_words

ROOT = Path(revenue_share.__file__).parent
FAMILY = {
    name
    for name, kind in vars(exceptions).items()
    if isinstance(kind, type) and issubclass(kind, RevenueShareError)
}


def said_of(path):
    """The first argument of every error of ours that a module makes, as it is written."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAMILY | {"refusal"}:
            yield from node.args[:1]


def said_by_the_family():
    """The sentences that errors say of themselves."""
    for node in ast.walk(ast.parse((ROOT / "exceptions.py").read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "__init__":
            yield from node.args[:1]


ARGUMENTS = [(path.name, one) for path in sorted(ROOT.rglob("*.py")) for one in said_of(path)]


def test_every_sentence_of_a_refusal_stands_for_translation():
    arguments = [*(one for _, one in ARGUMENTS), *said_by_the_family()]
    written = {one.value for one in arguments if isinstance(one, ast.Constant)}

    assert written == {str(sentence) for sentence in SENTENCES}


def test_no_refusal_is_put_together_or_translated_before_it_is_said():
    made = [
        (name, ast.unparse(one))
        for name, one in ARGUMENTS
        if isinstance(one, ast.JoinedStr | ast.Call | ast.BinOp)
    ]

    # Currencies, of which the error makes its sentence itself.
    assert made == [("statements.py", "sorted(found)")]


@pytest.fixture
def spoken(monkeypatch):
    """Translations that are there: each sentence, after the language that was asked for."""

    def told(said):
        return f"{translation.get_language()}: {said}"

    monkeypatch.setattr(wording_refusals, "gettext", told)
    monkeypatch.setattr(
        wording_refusals, "ngettext", lambda one, many, count: told(one if count == 1 else many)
    )


def test_in_english_it_is_what_the_error_says():
    error = exceptions.AdjustmentRefused("%(month)s has not begun.", month="2027-01")

    assert in_words(error) == str(error) == "2027-01 has not begun."


def test_days_and_moments_are_as_every_language_has_them():
    tokyo = timezone(timedelta(hours=9))
    error = RevenueShareError(
        "%(day)s, %(moment)s UTC",
        day=date(2026, 12, 1),
        moment=datetime(2026, 12, 1, 9, tzinfo=tokyo),
    )

    assert str(error) == "2026-12-01, 2026-12-01 00:00:00 UTC"


def test_a_percent_of_a_sentence_without_names_stays():
    assert str(RevenueShareError("100 % of it.")) == in_words(RevenueShareError("100 % of it."))


def test_what_is_found_is_not_read_as_a_sentence():
    error = exceptions.InvalidPeriod("%(day)s %s %%")

    assert in_words(error) == str(error) == "“%(day)s %s %%” is not a month; write it like 2026-10."


def test_an_error_of_another_family_says_itself():
    assert in_words(FairgateError("As it is.")) == "As it is."


def test_a_refusal_because_of_another_one_says_both_in_the_language(spoken):
    because = NoRate("No rate of %(base)s.", base="USD")
    error = PayoutRefused("%(statement)s: %(why)s", statement="RS-000003", why=because)

    assert str(error) == "RS-000003: No rate of USD."
    with translation.override("fr"):
        assert in_words(error) == "fr: RS-000003: fr: No rate of USD."


def test_facts_that_wait_are_counted_and_said_in_the_language(spoken):
    reasons = [SaleNotBooked("A"), SaleNotBooked("B")]

    with translation.override("ar"):
        assert in_words(FactsWaiting(reasons)) == (
            "ar: 2 facts cannot be booked. "
            "ar: The fact A is not in the books yet; its refund has to wait. "
            "ar: The fact B is not in the books yet; its refund has to wait."
        )
        assert in_words(FactsWaiting(reasons[:1])).startswith("ar: 1 fact cannot be booked. ar: ")


@pytest.mark.django_db
def test_a_page_refuses_in_the_language_of_who_reads_it(spoken, admin_client):
    answer = admin_client.post(
        reverse("revenue_share:close"),
        {"period": "October"},
        follow=True,
        HTTP_ACCEPT_LANGUAGE="fr",
    )

    said = [str(message) for message in answer.context["messages"]]
    assert said == ["fr: “October” is not a month; write it like 2026-10."]


@pytest.mark.django_db
def test_the_admin_refuses_in_the_language_of_the_colleague(spoken, admin_client):
    answer = admin_client.post(
        reverse("admin:revenue_share_payoutaccount_add"),
        {
            "party": "FUND", "currency": "USD", "holder": "Fund", "is_iban": "on", "bic": "",
            "number": "GB33BUKB20201555555555", "reason": "They asked for it.",
        },
        HTTP_ACCEPT_LANGUAGE="ru",
    )  # fmt: skip

    assert answer.context["adminform"].form.non_field_errors() == [
        "ru: What the fund gets stays in our bank account, and is not paid out."
    ]
