"""People at a partner: known by role, and forgotten when they ask for it or leave."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from factories.partnerships import APPROVER, account, clear, colleague, load, put_in_force
from partnerships import api, exceptions, models

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def add(name, role, email, **told):
    return api.add_contact("GSMA", role=role, name=name, email=email, by=APPROVER, at=NOW, **told)


def test_a_partner_has_contacts_with_roles():
    load()
    add("Grace Wanjiru", "focal_point", "grace@example.org", language="fr")
    add("Ann Counsel", "signatory", "ann@example.org")

    everybody = api.contacts("GSMA")
    assert [(one.name, one.role, one.role_label, one.language) for one in everybody] == [
        ("Grace Wanjiru", "focal_point", "Focal point", "fr"),
        ("Ann Counsel", "signatory", "Signatory", ""),
    ]
    assert [one.name for one in api.contacts("GSMA", role="signatory")] == ["Ann Counsel"]
    assert api.contacts("ATC") == ()


def test_the_same_address_in_the_same_role_is_the_same_person():
    load()
    first = add("Grace W.", "finance", "grace@example.org")

    assert add("Grace Wanjiru", "finance", "grace@example.org") == first
    assert [one.name for one in api.contacts("GSMA")] == ["Grace Wanjiru"]


@pytest.mark.parametrize(
    ("name", "email"), [("", "a@example.org"), ("A\x00", "a@example.org"), ("A", "nowhere")]
)
def test_a_contact_has_a_readable_name_and_an_address(name, email):
    load()
    with pytest.raises(exceptions.ContactRefused):
        add(name, "finance", email)
    with pytest.raises(ValueError, match="boss"):
        add("A", "boss", "a@example.org")


@pytest.mark.parametrize("language", ["xx-nonsense", "FR", "fr,en"])
def test_a_contact_is_written_to_in_a_language_of_the_site(language):
    load()

    with pytest.raises(exceptions.ContactRefused, match=f"“{language}” is no language of this si"):
        add("Grace Wanjiru", "finance", "grace@example.org", language=language)

    assert api.contacts("GSMA", role="finance") == ()
    add("Grace Wanjiru", "finance", "grace@example.org", language="zh-hans")


def test_a_person_who_asks_for_it_is_forgotten_everywhere_and_stays_under_what_they_signed():
    (version,) = put_in_force()
    add("G. Partner", "finance", "g.partner@example.org")

    assert api.forget_contact("G.Partner@example.org") == 3  # a signatory of both, and finance
    assert "g.partner@example.org" not in {one.email for one in api.contacts("GSMA")}
    names = {one.signed_by for one in api.version(version.uuid, at=NOW).signatures}
    assert names == {"G. Partner", "H. Host"}


def test_a_contact_leaves_one_role_and_a_user_who_leaves_the_platform_leaves_all():
    load()
    one = add("Grace", "finance", "grace@example.org", user_id=account(7))
    add("Grace", "focal_point", "grace@example.org")
    add("Grace", "technical", "g@example.org", user_id=account(7))
    add("Ann", "technical", "ann@example.org")

    api.remove_contact(one)
    assert len(api.contacts("GSMA")) == 3
    add("Grace", "finance", "grace@example.org", user_id=account(7))
    add("Grace", "signatory", "Grace@Example.org")
    api.forget_user(7)
    assert [found.name for found in api.contacts("GSMA")] == ["Ann"]


def test_a_contact_whose_name_is_corrected_keeps_the_account_by_which_they_are_forgotten():
    load()
    add("Grace W.", "finance", "grace@example.org", user_id=account(7))

    add("Grace Wanjiru", "finance", "grace@example.org")

    assert [found.name for found in api.contacts("GSMA")] == ["Grace Wanjiru"]
    api.forget_user(7)
    assert api.contacts("GSMA") == ()


def test_a_contact_is_tied_to_no_account_that_is_not_there():
    load()

    with pytest.raises(exceptions.UnknownUser, match="No account here has the number 7"):
        add("Grace", "finance", "grace@example.org", user_id=7)

    assert api.contacts("GSMA") == ()


def test_due_diligence_says_what_was_found_and_where_its_papers_are():
    load()
    told = {"accepted": True, "expires_on": date(2028, 6, 30), "by": colleague("olga"), "at": NOW}

    clear()
    papers = {"notes": "Nothing found.", "evidence": "DD-2026-17"}

    api.record_due_diligence("GSMA", **told, **papers)
    api.record_due_diligence("GSMA", **told)
    clear(at=NOW)
    api.record_due_diligence("GSMA", **told)
    api.record_due_diligence("GSMA", **told, **papers)

    assert api.list_proposed_diligence(at=NOW) == ()
    checks = models.DueDiligenceCheck.objects.filter(partner__code="GSMA")
    last = checks.order_by("id").last()
    assert (checks.count(), last.notes, last.evidence) == (2, "Nothing found.", "DD-2026-17")
