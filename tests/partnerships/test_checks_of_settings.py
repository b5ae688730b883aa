"""What an operator is told at start-up of days and addresses that reminders could not use."""

from __future__ import annotations

import pytest

from partnerships import checks

DAYS = ("PARTNERSHIPS_EXPIRY_REMINDER_DAYS", "PARTNERSHIPS_DUE_DILIGENCE_REMINDER_DAYS")


def told(check):
    return [(message.id, message.msg) for message in check()]


def test_the_defaults_have_no_fault():
    assert told(checks.check_reminders) == []


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize(
    "wrong",
    [[-1], [0], ["30"], "30", 30, None, [30, 30], [True], [7.5], [4000], {30}, {"days": 30}],
    ids=repr,
)
def test_days_that_are_none_are_told(settings, name, wrong):
    setattr(settings, name, wrong)

    assert told(checks.check_reminders) == [("partnerships.E006", f"{name} is {wrong!r}.")]


@pytest.mark.parametrize("days", [[], (), [90, 30, 7], (1,), [3660]], ids=repr)
def test_days_that_are_some_are_not(settings, days):
    settings.PARTNERSHIPS_EXPIRY_REMINDER_DAYS = days

    assert told(checks.check_reminders) == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["partners"], "'partners'"),
        (["a@example.org", "b@", 7], "'b@', 7"),
        ("partners", "'partners'"),
        (["a@example.org\nBcc: b@example.org"], r"'a@example.org\nBcc: b@example.org'"),
        ([None], "None"),
        (7, "7"),
        ({"a@example.org": "A"}, "{'a@example.org': 'A'}"),
    ],
)
def test_what_is_no_address_of_the_office_is_named(settings, given, named):
    settings.PARTNERSHIPS_OFFICE_EMAILS = given

    said = f"PARTNERSHIPS_OFFICE_EMAILS has what is no e-mail address: {named}."
    assert told(checks.check_reminders) == [("partnerships.E007", said)]


@pytest.mark.parametrize("given", [[], (), "", "a@example.org", ["a@example.org"]], ids=repr)
def test_addresses_of_the_office_are_taken_in_a_list_or_one_alone(settings, given):
    settings.PARTNERSHIPS_OFFICE_EMAILS = given

    assert told(checks.check_reminders) == []


@pytest.mark.parametrize("wrong", [0, -1, "2 MB", 1.5, None])
def test_the_largest_file_of_evidence_is_a_number(settings, wrong):
    settings.PARTNERSHIPS_EVIDENCE_MAX_BYTES = wrong

    assert [one for one, _said in told(checks.check_setup)] == ["partnerships.E003"]
