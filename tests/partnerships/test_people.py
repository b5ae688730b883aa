"""What the people of a partner may do for it: each role, each act."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User

from factories.partnerships import (
    APPROVER,
    LONG_AGO,
    PROMISES,
    load,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate.money import Money
from partnerships import api, permissions, rules
from partnerships.data import Act, PersonRole
from partnerships.exceptions import SecondPersonNeeded

MAY = {
    Act.SEE: {"officer", "signatory", "finance"},
    Act.RECORD_FULFILMENT: {"officer", "signatory"},
    Act.RECORD_DELIVERY: {"officer", "signatory", "finance"},
    Act.RECORD_ACTUAL: {"officer", "signatory"},
    Act.CONSENT: {"signatory"},
    Act.PROPOSE_PROMOTION: {"officer", "signatory"},
    Act.WITHDRAW_PROMOTION: {"officer", "signatory"},
    Act.HANDLE_PICTURES: {"officer", "signatory"},
}

#: How each act is asked, for a partner's people.
ASKED = {
    Act.SEE: permissions.may_see_partner,
    Act.RECORD_FULFILMENT: lambda user, code: permissions.may_record_fulfilment(
        user, code, side="partner"
    ),
    Act.RECORD_DELIVERY: lambda user, code: permissions.may_record_delivery(user, code, party=code),
    Act.RECORD_ACTUAL: permissions.may_record_actual,
    Act.CONSENT: permissions.may_consent,
    Act.PROPOSE_PROMOTION: permissions.may_propose_promotion,
    Act.WITHDRAW_PROMOTION: permissions.may_withdraw_promotion,
    Act.HANDLE_PICTURES: permissions.may_send_pictures,
}


@pytest.fixture
def person(db):
    """Somebody who acts for GSMA in a role."""
    load()

    def in_role(role, **more):
        user = User.objects.create_user(f"{role}-person", **more)
        api.add_person(user.pk, partner_code="GSMA", role=role, by=APPROVER, at=LONG_AGO)
        return user

    return in_role


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", [role.value for role in PersonRole])
def test_each_role_may_do_what_the_table_says(role, act):
    assert rules.may(role, act) is (role in MAY[act])


@pytest.mark.parametrize("act", Act)
def test_an_unknown_role_or_none_may_do_nothing(act):
    assert not rules.may("", act)
    assert not rules.may("boss", act)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", [role.value for role in PersonRole])
def test_each_permission_follows_the_table_and_ends_at_the_own_partner(person, role, act):
    user = person(role)

    assert ASKED[act](user, "GSMA") is (role in MAY[act])
    assert not ASKED[act](user, "ATC")


@pytest.mark.parametrize("act", Act)
def test_who_is_signed_out_or_acts_for_nobody_may_do_nothing(person, act):
    stranger = User.objects.create_user("stranger")

    assert not ASKED[act](AnonymousUser(), "GSMA")
    assert not ASKED[act](stranger, "GSMA")


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.SEE])
def test_an_account_that_is_switched_off_acts_for_nobody(person, act):
    assert not ASKED[act](person("signatory", is_active=False), "GSMA")


def test_what_the_host_owes_the_partners_people_do_not_record(person):
    user = person("signatory")

    assert not permissions.may_record_fulfilment(user, "GSMA", side="host")
    assert not permissions.may_record_delivery(user, "GSMA", party="PLATFORM")


def test_a_colleague_records_for_both_sides_and_signs_for_none(db):
    load()
    colleague = User.objects.create_user("colleague")
    names = ("record_fulfilment", "record_delivery", "sign_agreementversion")
    colleague.user_permissions.set(Permission.objects.filter(codename__in=names))

    assert permissions.may_record_fulfilment(colleague, "GSMA", side="host")
    assert permissions.may_record_delivery(colleague, "GSMA", party="PLATFORM")
    assert not permissions.may_consent(colleague, "GSMA")


def test_a_colleague_who_acts_for_the_partner_does_not_accept_what_it_gave(person):
    user = person("finance")
    user.user_permissions.set(Permission.objects.filter(codename="accept_delivery"))

    assert not permissions.may_accept_delivery(user, "GSMA")
    assert permissions.may_accept_delivery(user, "ATC")


def test_nor_by_another_door(person):
    """As the admin asks, which knows the permission alone."""
    (version,) = put_in_force(terms_text(version_text(promises=PROMISES)))
    at = datetime(2027, 2, 1, tzinfo=UTC)
    given = api.record_delivery(
        version.uuid, "GRANT", amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
        evidence="Transfer 9", by=5, at=at,
    )  # fmt: skip

    with pytest.raises(SecondPersonNeeded):
        api.accept_delivery(given, by=person("finance").pk, at=at)


def test_nor_what_another_partner_gave_under_somebody_elses_agreement(person):
    """What the venue gives counts for the venue: towards its tier, and its award."""
    officer = person("officer")
    gives = PROMISES.replace("code: GRANT, from: GSMA", "code: GRANT, from: ATC")
    (version,) = put_in_force(terms_text(version_text(promises=gives)))
    at = datetime(2027, 2, 1, tzinfo=UTC)
    given = api.record_delivery(
        version.uuid, "GRANT", amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
        evidence="Transfer 9", by=officer.pk, at=at,
    )  # fmt: skip
    venue = User.objects.create_user("venue")
    api.add_person(venue.pk, partner_code="ATC", role="finance", at=LONG_AGO)

    with pytest.raises(SecondPersonNeeded):
        api.accept_delivery(given, by=venue.pk, at=at)
