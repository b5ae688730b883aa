"""What the admin says instead of the codes that are stored, and how policies are shown there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation

from factories import waiver_policy as make
from fairgate import clock
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.admin import _answer
from waiver_policy.data import Answer, Outcome
from waiver_policy.sentences import in_a_row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def operator(client):
    make.programme()
    clock.use(lambda: make.EVE)
    root = make.person("root", is_superuser=True, is_staff=True)
    client.force_login(User.objects.get(pk=root))
    yield
    clock.use(None)


@pytest.fixture
def refused():
    found = make.apply()
    reviewer = make.person("rita", reviews=True)
    api.refuse(found.uuid, by=reviewer, reason="", code="not_proven", at=make.EVE)
    return models.WaiverApplication.objects.get()


def listed(client, model, **query):
    return client.get(reverse(f"admin:waiver_policy_{model}_changelist"), query).content.decode()


def shown(client, row):
    name = f"admin:waiver_policy_{row._meta.model_name}_change"
    return client.get(reverse(name, args=[row.pk])).content.decode()


@pytest.mark.usefixtures("refused")
def test_a_list_of_applications_and_its_filters_speak(client):
    page = listed(client, "waiverapplication")
    assert '<td class="field-state_in_words">refused</td>' in page
    assert "What would give a right to a waiver was not shown." in page
    assert ">not_proven<" not in page


@pytest.mark.usefixtures("refused")
def test_a_filter_in_words_still_asks_for_the_code(client):
    assert "1 waiver application" in listed(client, "waiverapplication", state="refused")
    assert "0 waiver applications" in listed(client, "waiverapplication", state="approved")


def test_an_application_is_shown_with_percentages_and_the_names_of_the_staff(client, refused):
    page = shown(client, refused)
    assert "What the rule proposes" in page
    assert "50 %" in page
    assert "rita" in page
    assert "basis points" not in page.lower()


def test_an_application_that_nobody_has_looked_at_names_nobody(client):
    make.apply()
    assert "None" not in shown(client, models.WaiverApplication.objects.get())


def test_a_decision_is_shown_without_the_marks_of_a_program(client):
    make.grant()
    page = shown(client, models.WaiverDecision.objects.get())
    assert ">granted<" in page
    assert ">100 %<" in page
    assert "[&quot;" not in page
    assert "{&quot;" not in page


def test_the_document_of_a_policy_keeps_its_lines_and_runs_from_left_to_right(client):
    version = models.PolicyVersion.objects.get()
    page = shown(client, version)
    assert '<pre dir="ltr" class="policy-document">schema: ' in page
    assert "\n  " in page.partition('class="policy-document">')[2].partition("</pre>")[0]
    assert ">decides now<" in listed(client, "policyversion")


def test_movements_of_a_fund_and_grants_are_called_as_people_call_them(client):
    make.grant()
    assert ">held for a seat<" in listed(client, "fundentry")
    grants = listed(client, "waivergrant")
    assert ">held<" in grants
    assert '<td class="field-cost">USD 15.00</td>' in grants


def test_a_credit_says_who_proposed_it(client):
    api.propose_credit(
        make.Money("10.00", "USD"), kind="donation", reason="Gift", at=make.EVE,
        by=User.objects.get(username="root").pk,
    )  # fmt: skip
    assert '<td class="field-proposed_by_in_words">root</td>' in listed(client, "manualcredit")
    assert "root" in shown(client, models.ManualCredit.objects.get())


def test_an_answer_of_nothing_has_no_percentage():
    assert _answer(Answer(outcome=Outcome.REFUSED, percent=Percent(0))) == "refused"
    assert _answer(Answer(outcome=Outcome.GRANTED, percent=Percent(75))) == (
        "granted, 75\N{NO-BREAK SPACE}%"
    )


def test_codes_in_a_row_are_ordered_as_arabic_runs():
    with translation.override("ar"):
        row = in_a_row(["LDC", "SIDS"])
    isolate, end = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
    assert row == f"{isolate}LDC{end}، {isolate}SIDS{end}"
    assert in_a_row(["LDC", "SIDS"]) == "LDC, SIDS"
