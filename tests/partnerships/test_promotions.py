"""Promotions: what is taken, who decides, and that they show for exactly as long as agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError
from django.test import Client

from factories.partnerships import (
    AGREEMENT,
    APPROVER,
    CLEARED_UNTIL,
    COURSE,
    FIRST_SECOND_AFTER,
    FIRST_UNCLEARED_SECOND,
    LAST_CLEARED_SECOND,
    LAST_SECOND,
    LONG_AGO,
    account,
    load_approved,
    put_in_force,
    resume,
    terms_text,
    version_text,
)
from fairgate import clock
from partnerships import api, models, rules
from partnerships.data import Promotion, PromotionPlace, PromotionState
from partnerships.exceptions import (
    KeyReused,
    PromotionRefused,
    PromotionSettled,
    RecordIsKept,
    SecondPersonNeeded,
    TooManyPromotions,
    UnknownPromotion,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROPOSER, COLLEAGUE = 41, 42
SECOND = timedelta(seconds=1)
ASKED = Promotion(
    place=PromotionPlace.COURSE,
    course=COURSE,
    language="en",
    text="Free reports on spectrum for every learner",
    url="https://www.gsma.example/reports?from=course",
    first_day=date(2026, 12, 1),
    last_day=date(2027, 9, 30),
)
OWN = "/fairgate/partners/GSMA/promotions/"


@pytest.fixture(autouse=True)
def moment() -> Iterator[list[datetime]]:
    """The time it is; a test may change it."""
    now = [NOW]
    clock.use(lambda: now[0])
    yield now
    clock.use(None)


@pytest.fixture
def version():
    """An agreement in force."""
    return put_in_force()[0]


def proposed(version, *, at=NOW, by=PROPOSER, key="", **more):
    asked = replace(ASKED, **more)
    uuid = api.propose_promotion(version.uuid, asked, by=by, at=at, key=key)
    return api.promotion(uuid, at=at)


def approved(version, **more):
    return api.approve_promotion(proposed(version, **more).uuid, by=COLLEAGUE, at=NOW)


def shown(at, place=COURSE):
    if place:
        return [one.text for one in api.promotions_on_course(place, at=at)]
    return [one.text for one in api.promotions_in_catalogue(at=at)]


# --- What is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"text": " "}, "TEXT"),
        ({"text": "x" * 201}, "TEXT"),
        ({"text": "two\nlines"}, "TEXT"),
        ({"text": "a\x00b"}, "TEXT"),
        ({"text": "Free \u202estroper"}, "TEXT"),
        ({"text": "\u200b\u200b"}, "TEXT"),
        ({"language": "tlh"}, "LANGUAGE"),
        ({"course": "course-v1:ATC+OTHER+1"}, "COURSE"),
        ({"course": ""}, "COURSE"),
        ({"place": PromotionPlace.CATALOGUE}, "COURSE"),
        ({"first_day": date(2026, 9, 30)}, "DAYS"),
        ({"last_day": date(2027, 10, 1)}, "DAYS"),
        ({"first_day": date(2027, 2, 2), "last_day": date(2027, 2, 1)}, "DAYS"),
        ({"first_day": date(2026, 10, 1), "last_day": date(2026, 11, 22)}, "DAYS"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_refused(version, wrong, fault):
    with pytest.raises(PromotionRefused) as refused:
        proposed(version, **wrong)
    assert refused.value.fault == fault
    assert not models.Promotion.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://www.gsma.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//www.gsma.example/",
        "https:///path",
        "https://",
        "https://localhost/",
        "https://www.gsma.example@evil.example/",
        "https://user:pass@evil.example/",
        "https://www.gsma.example\\@evil.example/",
        "https://evil.example /",
        "https://evil.example/\n",
        "https://evil.example:port/",
        "https://[::1",
        "HTTPS://www.gsma.example/",
        "https://evil.example:99999/",
        "https://evil.example/" + "x" * 500,
        " https://evil.example/ x",
        "https://evil.example/\u202emoc.elpmaxe",
        "https://\u2066www.gsma.example/",
        "https://evil.example/\u200b",
        "https://evil.example/\u00a0x",
    ],
)
def test_an_address_that_a_browser_may_read_otherwise_is_refused(url):
    assert not rules.is_safe_address(url)


@pytest.mark.parametrize(
    "url", ["https://www.gsma.example", "https://gsma.example:8443/a?b=c#d", "https://пример.рф/"]
)
def test_an_address_of_a_site_is_taken(url):
    assert rules.is_safe_address(url)


def test_without_an_agreement_in_force_nothing_is_proposed():
    signed_by_none = load_approved()[0]

    with pytest.raises(PromotionRefused) as refused:
        proposed(signed_by_none)
    assert refused.value.fault == "AGREEMENT"


def test_the_same_key_proposes_once_and_stands_for_nothing_else(version):
    first = proposed(version, key="41:a")

    assert proposed(version, key="41:a") == first
    with pytest.raises(KeyReused):
        proposed(version, key="41:a", text="Another text")
    assert models.Promotion.objects.count() == 1


def test_a_partner_proposes_so_many_in_a_day(version, settings):
    settings.PARTNERSHIPS_PROMOTIONS_PER_DAY = 2
    proposed(version)
    proposed(version)

    with pytest.raises(TooManyPromotions):
        proposed(version)
    proposed(version, at=NOW + timedelta(days=1, seconds=1))


def test_what_a_partner_proposes_in_a_day_counts_for_all_its_agreements(settings):
    settings.PARTNERSHIPS_PROMOTIONS_PER_DAY = 1
    of_atc = "course-v1:ATC+P2+2026_10"
    first, other, another_partners = put_in_force(
        terms_text(
            version_text(),
            version_text(agreement="NEXT", revenue="", courses=("course-v1:GSMA+P1+2026_10",)),
            version_text(agreement="OTHERS", partner="ATC", revenue="", courses=(of_atc,)),
        )
    )
    proposed(first)

    with pytest.raises(TooManyPromotions):
        proposed(other, course="course-v1:GSMA+P1+2026_10")
    proposed(another_partners, course=of_atc)


# --- Who decides ----------------------------------------------------------------------------------


def test_nobody_is_shown_what_waits(version):
    assert proposed(version).state is PromotionState.WAITING
    assert shown(LAST_SECOND) == []


@pytest.mark.parametrize("act", [api.approve_promotion, api.refuse_promotion])
def test_who_proposed_it_or_acts_for_the_partner_does_not_decide(version, act):
    api.add_person(account(77), partner_code="GSMA", role="finance", at=LONG_AGO)
    found = proposed(version)

    for by in (PROPOSER, 77):
        with pytest.raises(SecondPersonNeeded):
            act(found.uuid, by=by, at=NOW, sentence="No.")


def test_the_database_refuses_one_person_for_both(version):
    found = proposed(version)

    with pytest.raises(IntegrityError):
        models.Promotion.objects.filter(uuid=found.uuid).update(
            approved=True, decided_by=PROPOSER, decided_at=NOW
        )


def test_what_is_decided_is_decided(version):
    found = approved(version)

    with pytest.raises(PromotionSettled):
        api.refuse_promotion(found.uuid, by=COLLEAGUE, at=NOW, sentence="No.")
    with pytest.raises(UnknownPromotion):
        api.approve_promotion(uuid4(), by=COLLEAGUE, at=NOW)
    with pytest.raises(RecordIsKept):
        models.Promotion.objects.get().delete()


def test_a_refusal_says_why_and_is_never_shown(version):
    found = proposed(version)
    with pytest.raises(PromotionRefused):
        api.refuse_promotion(found.uuid, by=COLLEAGUE, at=NOW, sentence=" ")

    told = api.refuse_promotion(found.uuid, by=COLLEAGUE, at=NOW, sentence="Too loud.")

    assert (told.state, told.sentence) == (PromotionState.REFUSED, "Too loud.")
    assert shown(LAST_SECOND) == []


# --- When it shows --------------------------------------------------------------------------------


def test_it_shows_from_the_first_second_of_its_first_day_to_the_last_of_its_last(version):
    approved(version, last_day=date(2027, 3, 31))
    first, after = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)

    assert shown(first - SECOND) == []
    assert shown(first) == [ASKED.text]
    assert shown(after - SECOND) == [ASKED.text]
    assert shown(after) == []


def test_it_is_gone_the_first_second_after_the_agreement(version):
    approved(version)

    assert shown(LAST_SECOND) == [ASKED.text]
    assert shown(FIRST_SECOND_AFTER) == []


def test_an_expired_due_diligence_ends_it():
    approved(put_in_force(terms_text(cleared_until=CLEARED_UNTIL))[0])

    assert shown(LAST_CLEARED_SECOND) == [ASKED.text]
    assert shown(FIRST_UNCLEARED_SECOND) == []


def test_a_suspension_ends_it_at_once_and_its_lifting_brings_it_back(version):
    approved(version)
    then = datetime(2027, 1, 10, 9, tzinfo=UTC)

    api.suspend(AGREEMENT, by="officer", reason="Review", at=then)
    resume(at=then + 2 * SECOND)

    moments = (then - SECOND, then, then + SECOND, then + 2 * SECOND)
    assert [len(shown(at)) for at in moments] == [1, 0, 0, 1]


def test_an_early_end_ends_it(version):
    approved(version)
    request = api.ask_end(version.uuid, last_day=date(2027, 2, 28), reason="Agreed", by=1, at=NOW)
    api.confirm_end(request, by=2, at=NOW)

    assert shown(datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC)) == [ASKED.text]
    assert shown(datetime(2027, 3, 1, tzinfo=UTC)) == []


def test_a_withdrawal_ends_it_that_second_and_leaves_a_record(version):
    found = approved(version)
    then = datetime(2027, 1, 10, 9, tzinfo=UTC)

    told = api.withdraw_promotion(found.uuid, by=PROPOSER, reason="The wrong link.", at=then)

    assert shown(then - SECOND) == [ASKED.text]
    assert shown(then) == []
    assert (told.state, told.withdrawn_by, told.withdrawn_at, told.reason) == (
        PromotionState.WITHDRAWN, PROPOSER, then, "The wrong link.",
    )  # fmt: skip
    with pytest.raises(PromotionSettled):
        api.withdraw_promotion(found.uuid, by=PROPOSER, reason="Again.", at=then)


def test_what_is_approved_later_was_not_shown_before(version):
    api.approve_promotion(
        proposed(version).uuid, by=COLLEAGUE, at=datetime(2027, 1, 10, 9, tzinfo=UTC)
    )

    assert shown(datetime(2027, 1, 10, 8, 59, 59, tzinfo=UTC)) == []
    assert shown(datetime(2027, 1, 10, 9, tzinfo=UTC)) == [ASKED.text]


def test_each_place_shows_its_own(version):
    approved(version, place=PromotionPlace.CATALOGUE, course="", text="For the list")
    approved(version, text="For the course")

    assert shown(LAST_SECOND) == ["For the course"]
    assert shown(LAST_SECOND, place="") == ["For the list"]
    assert shown(LAST_SECOND, place="course-v1:ATC+OTHER+1") == []


def test_it_is_asked_in_one_query(version, django_assert_num_queries):
    approved(version)
    approved(version, text="Another")

    with django_assert_num_queries(1):
        assert len(shown(LAST_SECOND)) == 2


def test_it_comes_with_its_label_and_says_what_the_link_must_be(version):
    approved(version, language="ar", text="تقارير مجانية")

    (one,) = api.promotions_on_course(COURSE, at=LAST_SECOND)

    assert (one.label, one.direction) == ("Sponsored by GSMA", "rtl")
    assert set(one.rel.split()) >= {"sponsored", "noopener", "nofollow"}
    assert one.shown_until == date(2027, 9, 30)


# --- Pages ----------------------------------------------------------------------------------------


def be(client: Client, role: str = "", *, partner: str = "GSMA", may: tuple[str, ...] = ()) -> User:
    user = User.objects.create_user(f"{role or 'somebody'}-{partner}-{len(may)}")
    if role:
        api.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(user)
    return user


def form(version, **more):
    return {
        "key": str(uuid4()), "where": f"{version.uuid}:{COURSE}", "text": ASKED.text,
        "language": "en", "url": ASKED.url, "first_day": "2026-12-01", "last_day": "2027-09-30",
        **more,
    }  # fmt: skip


def test_a_partners_person_proposes_and_a_colleague_approves(client, version):
    grace = be(client, "officer")
    answer = client.post(f"{OWN}propose/", form(version), follow=True)
    (found,) = api.list_promotions("GSMA", at=NOW)
    assert answer.redirect_chain == [(f"{OWN}{found.uuid}/", 302)]
    assert (found.promotion, found.proposed_by) == (ASKED, grace.pk)

    omar = be(client, may=("approve_promotion",))
    assert ASKED.text in client.get("/fairgate/partners/promotions/").content.decode()
    client.post(f"{OWN}{found.uuid}/decide/", {"decision": "approve"})

    assert api.promotion(found.uuid, at=NOW).decided_by == omar.pk
    assert shown(LAST_SECOND) == [ASKED.text]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://x.example/"}, "begins with https://"),
        ({"text": "a\u2028b"}, "A text is one line of at most 200 readable characters."),
        ({"last_day": "2027-10-01"}, "within those of the agreement"),
        ({"first_day": "soon"}, "like 2026-11-23"),
        ({"where": "elsewhere"}, "elsewhere"),
        ({"language": "xx"}, "xx"),
    ],
)
def test_what_is_wrong_is_told_at_its_control_and_what_was_typed_stays(
    client, version, wrong, said
):
    be(client, "officer")

    answer = client.post(f"{OWN}propose/", form(version, **{"text": "Kept words", **wrong}))

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    if "text" not in wrong:
        assert "Kept words" in answer.content.decode()


def test_markup_is_taken_as_typed_and_is_text_on_every_page(client, version):
    evil = "<img src=x onerror=alert(1)>\"'&"
    found = approved(version, text=evil)
    be(client, "officer")

    assert shown(LAST_SECOND) == [evil]
    for path in (OWN, f"{OWN}{found.uuid}/"):
        page = client.get(path).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize("path", ["", "propose/", "{uuid}/", "{uuid}/decide/", "{uuid}/withdraw/"])
def test_another_partners_people_find_nothing(client, version, path):
    found = approved(version)
    be(client, "signatory", partner="ATC")
    told = {"decision": "approve", "reason": "x"}

    for code in ("GSMA", "ATC"):
        url = f"/fairgate/partners/{code}/promotions/{path.format(uuid=found.uuid)}"
        if code == "ATC" and "uuid" not in path:
            continue
        assert client.get(url).status_code in (404, 405)
        assert client.post(url, told).status_code in (404, 405)
    assert client.get("/fairgate/partners/promotions/").status_code == 404


def test_finance_sees_them_and_neither_proposes_nor_withdraws(client, version):
    found = approved(version)
    be(client, "finance")

    assert client.get(OWN).status_code == 200
    assert client.get(f"{OWN}propose/").status_code == 404
    assert client.post(f"{OWN}{found.uuid}/withdraw/", {"reason": "x"}).status_code == 404


def test_a_colleague_who_acts_for_the_partner_does_not_decide(client, version):
    found = proposed(version)
    be(client, "finance", may=("approve_promotion",))

    answer = client.post(f"{OWN}{found.uuid}/decide/", {"decision": "approve"})

    assert answer.status_code == 404


def test_a_withdrawal_needs_a_reason(client, version):
    found = approved(version)
    be(client, "officer")

    assert client.post(f"{OWN}{found.uuid}/withdraw/", {"reason": ""}).status_code == 400
    client.post(f"{OWN}{found.uuid}/withdraw/", {"reason": "The wrong link."})

    assert api.promotion(found.uuid, at=NOW).state is PromotionState.WITHDRAWN


def test_who_is_too_late_is_told_that_somebody_else_decided(client, version, monkeypatch):
    found = proposed(version)
    be(client, may=("approve_promotion",))
    monkeypatch.setattr("partnerships.views_promotions._may_decide", lambda *_: True)
    api.refuse_promotion(found.uuid, by=COLLEAGUE, at=NOW, sentence="No.")

    answer = client.post(f"{OWN}{found.uuid}/decide/", {"decision": "approve"}, follow=True)

    assert "Somebody has decided about this promotion already" in answer.content.decode()
    assert api.promotion(found.uuid, at=NOW).state is PromotionState.REFUSED


def test_a_sentence_that_cannot_be_read_is_told_at_its_control(client, version):
    found = proposed(version)
    be(client, may=("approve_promotion",))

    told = {"decision": "refuse", "sentence": "Too \x07 loud"}
    answer = client.post(f"{OWN}{found.uuid}/decide/", told)

    assert answer.status_code == 400
    assert "There are control characters in the text." in answer.content.decode()
    assert api.promotion(found.uuid, at=NOW).state is PromotionState.WAITING


# --- Our public page ------------------------------------------------------------------------------


PARTNERS = "/fairgate/partners/"


def in_catalogue(version, **more):
    return approved(version, place=PromotionPlace.CATALOGUE, course="", **more)


def test_the_page_of_partners_shows_those_of_the_catalogue_in_their_days(client, version, moment):
    in_catalogue(version, last_day=date(2027, 3, 31))
    approved(version, text="For the course alone")

    def page():
        return client.get(PARTNERS).content.decode()

    moment[0] = datetime(2026, 12, 1, tzinfo=UTC) - SECOND
    assert ASKED.text not in page()
    moment[0] += SECOND
    assert page().count(ASKED.text) == 1
    moment[0] = datetime(2027, 4, 1, tzinfo=UTC) - SECOND
    assert ASKED.text in page()
    assert "For the course alone" not in page()
    moment[0] += SECOND
    assert ASKED.text not in page()


def test_the_page_of_partners_marks_them_and_escapes_them(client, version, moment):
    in_catalogue(version, text="<b>Free</b> reports", url='https://gsma.example/?a="b')
    moment[0] = LAST_SECOND

    page = client.get(PARTNERS).content.decode()

    assert "Sponsored by GSMA" in page
    assert 'rel="sponsored noopener noreferrer nofollow"' in page
    assert "&lt;b&gt;Free&lt;/b&gt; reports" in page
    assert 'href="https://gsma.example/?a=&quot;b"' in page


def test_the_page_of_partners_shows_none_once_it_is_suspended_or_withdrawn(client, version, moment):
    found = in_catalogue(version)
    moment[0] = datetime(2027, 1, 10, 9, tzinfo=UTC)
    assert ASKED.text in client.get(PARTNERS).content.decode()

    api.suspend(AGREEMENT, by="officer", reason="Review", at=moment[0])
    assert ASKED.text not in client.get(PARTNERS).content.decode()
    resume(at=moment[0])
    api.withdraw_promotion(found.uuid, by=COLLEAGUE, reason="Wrong.", at=moment[0])
    assert ASKED.text not in client.get(PARTNERS).content.decode()


def test_the_page_of_partners_shows_none_without_a_due_diligence(client, moment):
    in_catalogue(put_in_force(terms_text(cleared_until=CLEARED_UNTIL))[0])

    moment[0] = LAST_CLEARED_SECOND
    assert ASKED.text in client.get(PARTNERS).content.decode()
    moment[0] = FIRST_UNCLEARED_SECOND
    assert ASKED.text not in client.get(PARTNERS).content.decode()
