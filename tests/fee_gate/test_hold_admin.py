"""The operator's page of holds: a fee chosen by name, refusals in sentences, no editing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from factories.fee_gate import AT, COURSE, EXAM, FEE, course, offering
from fee_gate import services
from fee_gate.data import HoldScope, NewRule
from fee_gate.exceptions import RuleRefused
from fee_gate.models import FeeGateRule
from fee_payments.exceptions import PaymentsError

pytestmark = pytest.mark.django_db
OTHER = "course-v1:ATC+OTHER+1"
ADD = "admin:fee_gate_feegaterule_add"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _site(platform, payments, at, settings):
    settings.TIME_ZONE = "America/New_York"
    platform.outlines[OTHER] = course()
    payments.offerings[EXAM] = offering(EXAM, title="Examination", on_sale_until=AT.date())


def client_of(name, *permissions):
    user = get_user_model().objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator():
    return client_of("operator", "add_feegaterule", "change_feegaterule", "view_feegaterule")


def typed(**changes):
    form = {
        "course_key": COURSE,
        "scope": "enrolment",
        "fee": FEE,
        "effective_from_0": "",
        "effective_from_1": "",
        "ends_at_0": "",
        "ends_at_1": "",
    }
    return form | changes


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def errors_of(response):
    """What the page says is wrong, by field; "__all__" for no field."""
    return dict(response.context["adminform"].form.errors)


def begin(**changes):
    told = {"scope": HoldScope.ENROLMENT, "fee": FEE, "effective_from": AT}
    return services.begin_rule(NewRule(course_key=COURSE, **told | changes), at=AT)


def change(rule):
    return reverse("admin:fee_gate_feegaterule_change", args=[rule.id])


def test_fees_are_offered_by_name_under_their_course(operator):
    page = operator.get(reverse(ADD)).content.decode()

    assert f'<optgroup label="{COURSE}">' in page
    assert f'<option value="{FEE}">Spectrum management (USD 120.00)</option>' in page
    assert "Examination (USD 120.00), not on sale today" in page


def test_moments_are_typed_in_the_browsers_own_inputs_which_know_no_time_zone(operator):
    page = operator.get(change(begin())).content.decode()

    assert '<input type="date" name="effective_from_0" value="2026-11-23"' in page
    assert '<input type="time" name="effective_from_1" value="12:00:00"' in page
    assert "vDateField" not in page


def test_each_input_of_a_moment_says_what_it_is_called(operator):
    page = operator.get(reverse(ADD)).content.decode()

    inputs = re.findall(r'<input type="(?:date|time)"[^>]*>', page)
    assert [re.findall(r'aria-label="([^"]*)"', one) for one in inputs] == [
        ["From (UTC): date"],
        ["From (UTC): time"],
        ["Until (UTC): date"],
        ["Until (UTC): time"],
    ]


def test_the_inputs_of_a_moment_are_called_in_the_operators_language(operator):
    page = operator.get(reverse(ADD), headers={"Accept-Language": "fr"}).content.decode()

    assert len(re.findall(r'aria-label="[^"]*date"', page)) == 2
    assert len(re.findall(r'aria-label="[^"]*heure"', page)) == 2


def test_a_rule_begins_now_or_when_it_is_said_in_utc(operator):
    operator.post(reverse(ADD), typed())
    assert FeeGateRule.objects.get().effective_from == AT

    later = {"effective_from_0": "2026-12-01", "effective_from_1": "00:00:00"}
    operator.post(reverse(ADD), typed(scope="certificate", fee=EXAM, **later))
    assert FeeGateRule.objects.get(scope="certificate").effective_from == datetime(
        2026, 12, 1, tzinfo=UTC
    )

    listed = text_of(operator.get(reverse("admin:fee_gate_feegaterule_changelist")))
    assert "2026-11-23 12:00" in listed
    assert "2026-12-01 00:00" in listed


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"course_key": "course-v1:NO+NO+1"}, "There is no course run “course-v1:NO+NO+1”."),
        ({"course_key": OTHER}, f"The fee “{FEE}” is one of {COURSE}, not of this course."),
        ({"fee": "gone"}, "Select a valid choice. gone is not one of the available choices."),
        ({"fee": ""}, "This field is required."),
        (
            {"effective_from_0": "2026-01-01", "effective_from_1": "00:00"},
            "A rule begins now or later: nobody is held by a rule of yesterday.",
        ),
        (
            {"ends_at_0": "2026-11-23", "ends_at_1": "11:59"},
            "A rule cannot end before it begins.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(operator, changes, sentence):
    page = operator.post(reverse(ADD), typed(**changes))

    assert sentence in text_of(page)
    assert "Constraint" not in text_of(page)
    assert not FeeGateRule.objects.exists()


def test_a_second_rule_is_refused_beside_the_first(operator):
    begin()

    page = operator.post(reverse(ADD), typed(fee=EXAM))

    assert f"in the way: {COURSE}: enrolment ← {FEE}. End it first." in text_of(page)
    assert FeeGateRule.objects.count() == 1


def test_of_a_rule_that_is_there_only_the_end_is_taken(operator):
    rule = begin(effective_from=AT + DAY)

    page = text_of(operator.get(change(rule)))
    operator.post(
        change(rule),
        typed(
            course_key=OTHER,
            scope="certificate",
            fee=EXAM,
            effective_from_0="2030-01-01",
            effective_from_1="00:00",
            ends_at_0="2026-12-31",
            ends_at_1="12:00",
        ),
    )

    row = FeeGateRule.objects.get()
    assert (row.course_key, row.scope, row.fee) == (COURSE, "enrolment", FEE)
    assert row.effective_from == AT + DAY
    assert row.ends_at == datetime(2026, 12, 31, 12, tzinfo=UTC)
    assert "Delete" not in page


def test_an_end_in_the_past_is_refused(operator):
    rule = begin()

    page = operator.post(change(rule), typed(ends_at_0="2026-11-22", ends_at_1="12:00"))

    assert errors_of(page) == {
        "ends_at": ["A rule ends now or later: what was held yesterday was held."]
    }
    assert FeeGateRule.objects.get().ends_at is None


def test_an_end_is_not_taken_away(operator):
    rule = begin(ends_at=AT + DAY)

    page = operator.post(change(rule), typed())

    assert errors_of(page) == {
        "ends_at": ["A rule is not made longer: begin a new one at its end."]
    }
    assert FeeGateRule.objects.get().ends_at == AT + DAY


def test_a_rule_of_a_fee_that_is_gone_can_still_end(operator, payments):
    rule = begin()
    payments.offerings.clear()

    operator.post(change(rule), typed(ends_at_0="2026-11-24", ends_at_1="12:00"))

    assert FeeGateRule.objects.get().ends_at == AT + DAY


def test_who_was_faster_is_said(operator, monkeypatch):
    def faster(*_, **__):
        raise RuleRefused("Somebody else has just begun a rule.")

    monkeypatch.setattr("fee_gate.admin.services.begin_rule", faster)

    page = operator.post(reverse(ADD), typed(), follow=True)

    assert "Somebody else has just begun a rule." in text_of(page)
    assert not FeeGateRule.objects.exists()


def test_without_fee_payments_there_is_no_fee_to_choose(operator, payments):

    payments.failure = PaymentsError("away")
    page = operator.get(reverse(ADD)).content.decode()

    assert "optgroup" not in page


def test_nobody_deletes_a_rule(operator):
    rule = begin()
    boss = get_user_model().objects.create_superuser("boss")
    client = Client()
    client.force_login(boss)

    answer = client.post(
        reverse("admin:fee_gate_feegaterule_delete", args=[rule.id]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert FeeGateRule.objects.exists()


def test_who_may_only_look_changes_nothing():
    rule = begin()
    auditor = client_of("auditor", "view_feegaterule")

    assert "2026-11-23 12:00" in text_of(auditor.get(change(rule)))
    assert (
        auditor.post(change(rule), typed(ends_at_0="2026-12-31", ends_at_1="12:00")).status_code
        == 403
    )
    assert auditor.post(reverse(ADD), typed()).status_code == 403
    assert FeeGateRule.objects.get().ends_at is None
