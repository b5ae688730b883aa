"""Pages: open to all what is public, and to a partner's people what is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from factories.partnerships import AGREEMENT, REVENUE, put_in_force, terms_text, version_text
from fairgate import clock
from partnerships import api
from partnerships.exceptions import UnknownPartner

IN_FORCE = datetime(2026, 11, 23, 12, tzinfo=UTC)
AFTER = datetime(2027, 10, 1, tzinfo=UTC)
PUBLIC = "/fairgate/partners/"
OWN = "/fairgate/partners/GSMA/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment() -> Iterator[list[datetime]]:
    """The time it is; a test may change it."""
    now = [IN_FORCE]
    clock.use(lambda: now[0])
    yield now
    clock.use(None)


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def visitor(client: Client, name: str, **flags: bool) -> User:
    user = User.objects.create_user(name, **flags)
    client.force_login(user)
    return user


def test_everybody_sees_the_partners_in_force_with_role_and_sentence(
    client, moment, settings
) -> None:
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    put_in_force()

    shown = page(client, PUBLIC)

    assert "GSMA" in shown
    assert "Co-host" in shown
    assert "Regional Academy" in shown
    assert shown.count("does not endorse") == 2


def test_the_partners_are_gone_the_day_after_the_agreement_ends(client, moment) -> None:
    put_in_force()

    moment[0] = AFTER

    shown = page(client, PUBLIC)
    assert "GSMA" not in shown
    assert "No partnership agreement is in force today." in shown


def test_a_partners_person_sees_agreement_goals_courses_and_shares(client, moment) -> None:
    # given
    put_in_force()
    grace = visitor(client, "grace")
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=IN_FORCE)

    # when
    shown = page(client, OWN)

    # then
    assert "Agreement GSMA-SPECTRUM, version 1" in shown
    assert "Train 200 regulators of LDC and SIDS." in shown
    assert "SPECTRUM101 · 2026_T4" in shown
    assert [part in shown for part in ("20 %", "36 %", "24 %")] == [True, True, True]
    assert "does not endorse GSMA" in shown
    assert api.list_versions(at=IN_FORCE)[0].checksum in shown


RICH = (
    REVENUE.replace("basis: net_receipts", "basis: gross").replace(
        "{lost_processor_fee", "{processor_fee: ATC, lost_processor_fee"
    )
    + """\
    recoupments: [{party: ATC, amount: "5000.00", currency: USD}]
    merchant_of_record: ATC
"""
)


def test_a_partners_person_reads_what_comes_before_the_shares_and_who_bears_what(
    client, moment
) -> None:
    # given
    put_in_force(terms_text(version_text(revenue=RICH)))
    grace = visitor(client, "grace")
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=IN_FORCE)

    # when
    text = page(client, OWN)

    # then
    for label, value in (
        ("What is shared", "receipts less tax"),
        ("Regional Academy gets first, in all", "USD 5,000.00"),
        ("Who bears the processor’s fee", "Regional Academy"),
        ("Who bears a lost processor’s fee", "everybody in proportion"),
        ("Who receives the payers’ money", "Regional Academy"),
    ):
        assert f"<dt>{label}</dt><dd><bdi>{value}</bdi></dd>" in text


def test_a_partners_page_says_why_nothing_is_shown(client, moment) -> None:
    put_in_force()
    api.suspend(AGREEMENT, by="officer", reason="Review", at=IN_FORCE)
    grace = visitor(client, "grace")
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=IN_FORCE)

    shown = page(client, OWN)

    assert "Your mark is not shown on any course today." in shown
    assert "The agreement is suspended." in shown


@pytest.mark.parametrize("url", [PUBLIC, f"{OWN}public/", OWN])
def test_nothing_between_keeps_a_page_that_shows_marks(client, moment, url) -> None:
    """It would be shown after the agreement, and a partner's own place to who is not of it."""
    put_in_force()
    grace = visitor(client, "grace")
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=IN_FORCE)

    answer = client.get(url)

    assert answer.status_code == 200
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.parametrize("code", ["GSMA", "ATC", "NONE"])
def test_strangers_cannot_tell_whether_a_partner_exists(client, moment, code) -> None:
    put_in_force()
    url = f"/fairgate/partners/{code}/"

    assert client.get(url).status_code == 404
    visitor(client, "stranger")
    assert client.get(url).status_code == 404


def test_a_person_of_one_partner_does_not_see_another(client, moment) -> None:
    put_in_force()
    grace = visitor(client, "grace")
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=IN_FORCE)

    assert client.get("/fairgate/partners/ATC/").status_code == 404


def test_colleagues_with_the_permission_see_every_partner(client, moment) -> None:
    put_in_force()
    colleague = visitor(client, "colleague")
    colleague.user_permissions.add(Permission.objects.get(codename="view_agreement"))

    assert "Regional Academy" in page(client, "/fairgate/partners/ATC/")
    assert client.get("/fairgate/partners/NONE/").status_code == 404


def test_what_people_write_is_text_and_not_markup(client, moment) -> None:
    text = terms_text(version_text()).replace("display_name: GSMA", 'display_name: "<b>G</b>"')
    put_in_force(text)

    shown = page(client, PUBLIC)

    assert "&lt;b&gt;G&lt;/b&gt;" in shown
    assert "<b>G</b>" not in shown


def test_pages_are_only_read(client, moment) -> None:
    assert client.post(PUBLIC).status_code == 405
    assert client.post(OWN).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "{}/",
        "{}/marks/",
        "{}/promotions/",
        "{}/public/",
        "api/v1/partners/{}/",
        "api/v1/partners/{}/clearance/",
        "api/v1/partners/{}/contacts/",
        "{}/agreements/{version}/",
    ],
)
def test_a_partners_code_in_other_letters_is_the_address_of_nothing(client, moment, path) -> None:
    (version,) = put_in_force()
    visitor(client, "root", is_superuser=True)

    def status_of(code):
        return client.get(PUBLIC + path.format(code, version=version.uuid)).status_code

    assert status_of("GSMA") == 200
    assert [status_of(other) for other in ("gsma", "Gsma", "GSM\u00c1")] == [404] * 3


def test_what_is_asked_for_a_partner_in_other_letters_is_nothing(client, moment) -> None:
    put_in_force()
    visitor(client, "root", is_superuser=True)

    asked = client.get(f"{PUBLIC}api/v1/agreements/?partner=gsma")

    assert asked.json()["results"] == []


def test_whoever_names_a_partner_in_other_letters_names_nobody(client, moment) -> None:
    put_in_force()

    for look in (
        api.party,
        api.partner,
        lambda code: api.remove_person(1, partner_code=code),
        lambda code: api.delivered_value(
            code, since=IN_FORCE.date(), until=IN_FORCE.date(), at=IN_FORCE
        ),
    ):
        with pytest.raises(UnknownPartner):
            look("gsma")
    for found in (
        api.list_versions(at=IN_FORCE, partner_code="gsma"),
        api.placements(at=IN_FORCE, partner_code="gsma"),
    ):
        assert found == ()
