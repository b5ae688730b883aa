"""The badge as learners and visitors see it: while an agreement is in force, no second more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.db import OperationalError
from lxml import etree
from xblock.completable import XBlockCompletionMode
from xblock.fields import Scope, ScopeIds

from factories.partnerships import (
    AGREEMENT,
    BY_ONE_PERSON,
    CLEARED_UNTIL,
    COURSE,
    FIRST_SECOND_AFTER,
    FIRST_UNCLEARED_SECOND,
    LAST_CLEARED_SECOND,
    LAST_SECOND,
    OVERLAPPING,
    all_but_a_second_person,
    load,
    put_in_force,
    terms_text,
    two_agreements,
    version_text,
)
from fairgate.documents import DocumentErrors
from partner_badge import PartnerBadgeXBlock, client, compat
from partnerships import api
from partnerships.data import MarkPicture

pytestmark = pytest.mark.django_db

EMPTY = ""


class Outline(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("view", ["student_view", "public_view"])
def test_learners_and_visitors_see_mark_role_and_sentence(badge, settings, view) -> None:
    # given
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    put_in_force()

    # when
    shown = getattr(badge(), view)().content

    # then
    assert "In partnership with" in shown
    assert "GSMA" in shown
    assert "Co-host" in shown
    assert "The Union does not endorse GSMA, its products or its services." in shown
    assert "The Union does not endorse Regional Academy" in shown


@pytest.mark.parametrize("view", ["student_view", "public_view"])
def test_the_badge_is_gone_the_first_second_after_the_last_day(badge, now, view) -> None:
    # given
    put_in_force()
    block = badge()

    # then
    now[0] = LAST_SECOND
    assert "GSMA" in getattr(block, view)().content
    now[0] = FIRST_SECOND_AFTER
    nothing = getattr(block, view)()
    assert nothing.content == EMPTY
    assert nothing.resources == []


@pytest.mark.parametrize("view", ["student_view", "public_view"])
def test_the_badge_is_gone_the_first_second_after_a_due_diligence(badge, now, view) -> None:
    put_in_force(terms_text(cleared_until=CLEARED_UNTIL))
    block = badge()

    now[0] = LAST_CLEARED_SECOND
    assert "GSMA" in getattr(block, view)().content
    now[0] = FIRST_UNCLEARED_SECOND
    assert getattr(block, view)().content == EMPTY


@pytest.mark.parametrize("view", ["student_view", "public_view"])
def test_of_two_agreements_each_mark_has_its_own_end(badge, now, view) -> None:
    put_in_force(two_agreements())
    block = badge()

    now[0] = datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert "Regional Academy" in getattr(block, view)().content
    now[0] = datetime(2027, 4, 1, tzinfo=UTC)
    shown = getattr(block, view)().content
    assert "Regional Academy" not in shown
    assert "GSMA" in shown


PICTURE = MarkPicture(
    light="/m/a.svg",
    dark="/m/b.svg",
    alternative='GSMA "blue"',
    width=160,
    height=40,
    sha256="ab" * 32,
)


def test_a_picture_has_its_size_and_words_and_waits_until_it_is_near(badge, monkeypatch) -> None:
    # given
    put_in_force()
    (mark, _other) = api.branding_for(COURSE, at=datetime(2026, 11, 23, 12, tzinfo=UTC))
    marks = (replace(mark, picture=PICTURE),)
    monkeypatch.setattr(api, "branding_for", lambda *_a, **_k: marks)

    # when
    shown = badge().student_view().content

    # then
    outline = Outline(shown)
    (image,), (source,) = outline.all("img"), outline.all("source")
    assert image == {
        "src": "/m/a.svg",
        "alt": 'GSMA "blue"',
        "width": "160",
        "height": "40",
        "loading": "lazy",
    }
    assert source == {"srcset": "/m/b.svg", "media": "(prefers-color-scheme: dark)"}
    assert "does not endorse GSMA" in shown


def test_a_suspension_takes_the_badge_away_at_once(badge, now) -> None:
    put_in_force()
    block = badge()

    api.suspend(AGREEMENT, by="officer", reason="Review", at=now[0])

    assert block.student_view().content == EMPTY


@pytest.mark.parametrize("what", BY_ONE_PERSON)
def test_the_badge_waits_for_the_word_of_a_second_person(badge, what) -> None:
    all_but_a_second_person(what)

    assert badge().student_view().content == EMPTY


def test_versions_that_overlap_are_refused_and_the_badge_shows_each_mark_once(badge, now) -> None:
    put_in_force()
    with pytest.raises(DocumentErrors, match="share"):
        load(OVERLAPPING)
    block = badge()

    now[0] = LAST_SECOND
    assert block.student_view().content.count("Co-host") == 1
    now[0] = FIRST_SECOND_AFTER
    assert block.student_view().content == EMPTY


def test_without_an_agreement_there_is_nothing(badge) -> None:
    assert badge().student_view().content == EMPTY


def test_only_the_chosen_partners_show_in_the_chosen_order(badge) -> None:
    put_in_force()

    assert "GSMA" not in badge(partners=["ATC"]).student_view().content
    both = badge(partners=["ATC", "GSMA"]).student_view().content
    assert both.index("Regional Academy") < both.index(">GSMA<")
    assert badge(partners=["NONE"]).student_view().content == EMPTY


def test_a_single_badge_shows_one_partner(badge) -> None:
    put_in_force()

    shown = badge(layout="single").student_view().content

    assert shown.count("<li") == 1
    assert "partner-badge--single" in shown


def test_a_partner_with_two_roles_is_named_once(badge) -> None:
    roles = "[{partner: GSMA, role: co-host}, {partner: GSMA, role: sponsor}]"
    put_in_force(terms_text(version_text(roles=roles)))

    shown = badge().student_view().content

    assert shown.count(">GSMA<") == 1
    assert "Co-host · Sponsor" in shown


def test_the_badge_is_a_named_group_with_a_list_and_no_landmark(badge) -> None:
    put_in_force()

    outline = Outline(badge(heading="Our partners").student_view().content)

    (group,), (heading,) = outline.all("div"), outline.all("h2")
    assert (group["role"], group["aria-labelledby"]) == ("group", heading["id"])
    assert not outline.all("section")
    assert len(outline.all("ul")) == 1
    assert len(outline.all("li")) == 2


def test_two_badges_on_a_page_have_ids_of_their_own(badge) -> None:
    put_in_force()
    other = "block-v1:ATC+SPECTRUM101+2026_T4+type@partner_badge+block@other"

    ids = [
        element["id"]
        for block in (badge(), badge(usage=other))
        for element in Outline(block.student_view().content).all("h2")
    ]

    assert len(set(ids)) == 2


def test_what_people_write_is_text_and_not_markup(badge) -> None:
    script = "<script>alert(1)</script>"
    put_in_force(terms_text().replace("display_name: GSMA", f'display_name: "{script}"'))

    shown = badge(heading=script).student_view().content

    assert script not in shown
    assert shown.count("&lt;script&gt;") == 3  # heading, mark, sentence


def test_nothing_comes_from_another_host_and_it_is_small(badge) -> None:
    put_in_force()

    fragment = badge().student_view()

    texts = [resource.data for resource in fragment.resources]
    assert {resource.kind for resource in fragment.resources} == {"text"}
    assert not [text for text in texts if "url(" in text or "@import" in text]
    assert len(fragment.content.encode()) + sum(len(text.encode()) for text in texts) < 10_000
    assert not Outline(fragment.content).all("img")


def test_a_badge_costs_one_query(badge, django_assert_num_queries) -> None:
    put_in_force()
    block = badge()

    with django_assert_num_queries(1):
        block.student_view()


def test_a_unit_does_not_fail_for_want_of_a_badge(badge, monkeypatch, caplog) -> None:
    def broken(*_args, **_kwargs):
        raise OperationalError("gone away")

    monkeypatch.setattr(api, "branding_for", broken)

    assert badge().student_view().content == EMPTY
    assert "partners of course-v1:ATC+SPECTRUM101+2026_T4 cannot be read" in caplog.text


def test_without_the_app_learners_see_nothing(badge, monkeypatch) -> None:
    monkeypatch.setattr("django.apps.apps.is_installed", lambda _name: False)

    assert badge().student_view().content == EMPTY
    with pytest.raises(client.NotInstalled):
        client.marks_of("course-v1:A+B+C", at=LAST_SECOND)


def test_apps_and_search_get_settings_and_never_a_mark(badge) -> None:
    put_in_force()
    block = badge(heading="Our partners", layout="card", partners=["GSMA"])

    assert block.student_view_data() == {
        "marks_url": "/fairgate/partners/api/v1/courses/course-v1:ATC+SPECTRUM101+2026_T4/marks/",
        "heading": "Our partners",
        "layout": "card",
        "partners": ["GSMA"],
    }
    assert block.index_dictionary()["content"] == {
        "display_name": "Partners",
        "heading": "Our partners",
    }


def test_the_block_counts_for_nothing_and_keeps_nothing_about_learners() -> None:
    assert PartnerBadgeXBlock.completion_mode == XBlockCompletionMode.EXCLUDED
    assert not PartnerBadgeXBlock.has_score
    kept = {field.scope for name, field in PartnerBadgeXBlock.fields.items() if name != "tags"}
    assert Scope.user_state not in kept
    assert PartnerBadgeXBlock.student_view._supports == {"multi_device"}


def test_olx_keeps_the_badge_whole(badge) -> None:
    # given
    block = badge(
        display_name="Marks", heading="Unsere Partner – الشركاء", layout="card", partners=["GSMA"]
    )
    node = etree.Element("unknown")

    # when
    block.add_xml_to_node(node)
    read = etree.fromstring(etree.tostring(node))
    again = PartnerBadgeXBlock.parse_xml(
        read, block.runtime, ScopeIds(None, "partner_badge", "d", "u")
    )

    # then
    assert node.tag == "partner_badge"
    assert [again.display_name, again.heading, again.layout, again.partners] == [
        "Marks",
        "Unsere Partner – الشركاء",
        "card",
        ["GSMA"],
    ]


@pytest.mark.urls("django.contrib.auth.urls")
def test_apps_are_sent_nowhere_where_nobody_answers(badge) -> None:
    assert badge().student_view_data()["marks_url"] == ""


def test_a_badge_in_a_library_belongs_to_no_course(badge, monkeypatch) -> None:
    monkeypatch.setattr("fairgate.stand_in._platform", None)

    library = "lib-block-v1:ATC+LIB+type@partner_badge+block@x"
    content_library = "lb:ATC:LIB:partner_badge:x"

    assert compat.course_key_of(badge(usage=library)) == ""
    assert compat.course_key_of(badge(usage=content_library)) == ""
    assert badge(usage=library).student_view().content == EMPTY
    assert badge(usage=library).student_view_data()["marks_url"] == ""


@pytest.mark.parametrize(
    "usage",
    [
        "block-v1:ATC+SPECTRUM101+2026_T4+type@partner_badge+block@x",
        "block-v1:ATC+SPECTRUM101+2026_T4+branch@draft-branch+type@partner_badge+block@x",
    ],
)
def test_the_course_of_a_block_is_the_run_without_branch(badge, monkeypatch, usage) -> None:
    monkeypatch.setattr("fairgate.stand_in._platform", None)

    assert compat.course_key_of(badge(usage=usage)) == "course-v1:ATC+SPECTRUM101+2026_T4"
    assert compat.course_start_of(badge(usage=usage)) is None  # no platform here
