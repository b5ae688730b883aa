"""What the database decides when several people change a list at one moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from factories import waiver_policy as make
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values
from waiver_policy import api, models
from waiver_policy.exceptions import (
    AlreadyConfirmed,
    EditionExists,
    EditionsMoved,
    NotContested,
    ProposalClosed,
)
from waiver_policy.services import lists

pytestmark = pytest.mark.mariadb

EIGHT = range(8)
LATER = make.EVE + timedelta(hours=1)
WAYS = [
    pytest.param(isolation, atomic, id=f"{isolation}, {'outer' if atomic else 'own'} transaction")
    for isolation in ISOLATIONS
    for atomic in (False, True)
]


def read_then(call):
    """As a view does under ``ATOMIC_REQUESTS``: something was read, the snapshot is old."""

    def run():
        list(models.ListEdition.objects.all())
        api.list_contested(known_at=LATER)
        return call()

    return run


def eight(call):
    return [read_then(partial(call, number)) for number in EIGHT]


def text(number, **cells):
    """A file of two lists, another one for each of the eight."""
    return make.list_text({"until_date": f"20{30 + number}-11-24", **cells}, {"group": "LLDC"})


def load(number):
    return api.load_edition(text(number), source=make.UN, by="x", known_from=make.EVE)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_who_load_a_first_edition_make_one(isolation, atomic):
    outcomes = race(*eight(load), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {EditionExists}
    assert [edition.name for edition in api.list_editions()] == ["LDC-1", "LLDC-1"]
    assert models.ListMembership.objects.count() == 2


def test_without_the_lock_the_database_refuses_the_second_in_its_own_words(monkeypatch):
    def unlocked(code):
        return models.CountryList.objects.get_or_create(code=code)[0]

    monkeypatch.setattr(lists, "_locked_list", unlocked)
    for code in ("LDC", "LLDC"):
        models.CountryList.objects.create(code=code)
    outcomes = race(*eight(load), isolation=REPEATABLE_READ, atomic=True)
    assert IntegrityError in {type(error) for error in errors(outcomes)}


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_lists_that_change_at_one_moment_do_not_wait_for_one_another(isolation, atomic):
    def load_one(number):
        text = make.named_text({"list": f"OWN_{number}"})
        return api.load_edition(text, source=make.UN, by="x", known_from=make.EVE)

    outcomes = race(*eight(load_one), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert len(api.list_editions()) == len(values(outcomes))


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_proposals_about_eight_lists_are_all_applied_at_one_moment(isolation, atomic):
    bo = make.operator("bo")
    proposals = []
    for number in EIGHT:
        make.lists(make.named_text({"list": f"OWN_{number}"}))
        two = make.named_text(
            {"list": f"OWN_{number}"}, {"list": f"OWN_{number}", "iso3166_alpha2": "MW"}
        )
        proposals.append(make.propose(two))
    outcomes = race(
        *eight(lambda n: api.apply_edition(proposals[n].uuid, by=bo, at=LATER)),
        isolation=isolation,
        atomic=atomic,
    )
    assert errors(outcomes) == []
    assert len(api.list_editions()) == 8 + len(values(outcomes))


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_who_apply_one_proposal_make_one_edition(isolation, atomic):
    make.lists(make.list_text({}))
    proposal = make.propose(text(0))
    users = [make.operator(f"user{number}") for number in EIGHT]
    outcomes = race(
        *eight(lambda n: api.apply_edition(proposal.uuid, by=users[n], at=LATER)),
        isolation=isolation,
        atomic=atomic,
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {ProposalClosed}
    assert [edition.name for edition in api.list_editions()] == ["LDC-1", "LDC-2", "LLDC-1"]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_of_eight_proposals_against_one_edition_one_is_applied(isolation, atomic):
    make.lists(make.list_text({}))
    proposals = [make.propose(text(number)) for number in EIGHT]
    bo = make.operator("bo")
    outcomes = race(
        *eight(
            lambda n: api.apply_edition(proposals[n].uuid, by=bo, at=LATER + timedelta(seconds=n))
        ),
        isolation=isolation,
        atomic=atomic,
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {EditionsMoved}
    assert len(api.list_proposals("proposed")) == 7
    assert [edition.name for edition in api.list_editions()] == ["LDC-1", "LDC-2", "LLDC-1"]


def test_without_the_lock_proposals_are_applied_over_one_another(monkeypatch):
    def unlocked(code):
        return models.CountryList.objects.get(code=code)

    make.lists(make.list_text({}, {"group": "LLDC"}))
    proposals = [make.propose(text(number)) for number in EIGHT]
    monkeypatch.setattr(lists, "_locked_list", unlocked)
    bo = make.operator("bo")
    outcomes = race(
        *eight(
            lambda n: api.apply_edition(proposals[n].uuid, by=bo, at=LATER + timedelta(seconds=n))
        ),
        isolation=REPEATABLE_READ,
        atomic=True,
    )
    assert IntegrityError in {type(error) for error in errors(outcomes)}


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_who_applies_and_who_rejects_at_one_moment_do_not_both(isolation, atomic):
    make.lists(make.list_text({}))
    proposal = make.propose(text(0))
    bo = make.operator("bo")

    def decide(number):
        if number % 2:
            return api.apply_edition(proposal.uuid, by=bo, at=LATER) and "applied"
        return api.reject_edition(proposal.uuid, by=bo, reason="No.", at=LATER).state

    outcomes = race(*eight(decide), isolation=isolation, atomic=atomic)
    (won,) = values(outcomes)
    assert api.get_proposal(proposal.uuid).state == won
    assert len(api.list_editions("LDC")) == (2 if won == "applied" else 1)
    assert {type(error) for error in errors(outcomes)} == {ProposalClosed}


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_who_confirm_a_row_confirm_it_once(isolation, atomic):
    make.lists(make.list_text({"alt_until_date": "2029-11-24"}))
    users = [make.operator(f"user{number}") for number in EIGHT]
    outcomes = race(
        *eight(
            lambda n: api.confirm_membership("LDC", "LA", by=users[n], note="Seen.", at=LATER).name
        ),
        isolation=isolation,
        atomic=atomic,
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {AlreadyConfirmed}
    assert models.MembershipConfirmation.objects.count() == 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_confirmation_and_a_new_edition_at_one_moment_both_stand_in_some_order(isolation):
    make.lists(make.list_text({"alt_until_date": "2029-11-24"}))
    proposal = make.propose(text(0, alt_until_date=""))
    bo = make.operator("bo")

    def change(number):
        if number % 2:
            return api.apply_edition(proposal.uuid, by=bo, at=LATER)
        return api.confirm_membership("LDC", "LA", by=bo, note="Seen.", at=LATER)

    outcomes = race(*eight(change), isolation=isolation, atomic=True)
    allowed = {AlreadyConfirmed, EditionsMoved, NotContested, ProposalClosed}
    assert {type(error) for error in errors(outcomes)} <= allowed
    assert len(api.list_editions("LDC")) == 2
    assert models.MembershipConfirmation.objects.count() <= 1
