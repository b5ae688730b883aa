"""The badge in Studio: what the author is told, the form, and what may be saved."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from webob import Request

from factories.partnerships import (
    AGREEMENT,
    CLEARED_UNTIL,
    FIRST_SECOND_AFTER,
    FIRST_UNCLEARED_SECOND,
    LAST_CLEARED_SECOND,
    LAST_SECOND,
    load,
    put_in_force,
    terms_text,
    two_agreements,
    version_text,
)
from partnerships import api

pytestmark = pytest.mark.django_db

SETTINGS = {
    "display_name": "Marks",
    "heading": "Our partners",
    "layout": "card",
    "which": "chosen",
    "partners": ["ATC"],
}


class StudioPermissions:
    """Studio's own service, as older platforms have it."""

    def __init__(self, *, allows: bool) -> None:
        self.allows = allows

    def can_write(self, _key):
        return self.allows


class NewStudioPermissions(StudioPermissions):
    """The same on newer platforms, where the old question warns."""

    def can_write(self, _key):
        raise DeprecationWarning

    def can_edit_content(self, _key):
        return self.allows


def save(block, data):
    """Status and answer of the handler."""
    request = Request.blank("/", method="POST", body=json.dumps(data).encode())
    response = block.handle("save_settings", request)
    return response.status_int, response.json


def test_an_author_is_told_who_shows_now_until_when_and_who_at_the_start(badge) -> None:
    put_in_force()

    page = badge(is_author=True).author_view().content

    assert "GSMA (Co-host), until the end of 2027-09-30 UTC" in page
    assert "Shown when the course starts, 2027-10-01 (UTC)" in page
    assert "Nobody, as agreements stand today." in page
    assert "partner-badge--strip" in page  # the badge itself


def test_an_author_sees_at_the_start_who_will_show_then(badge, platform, now) -> None:
    put_in_force()
    platform.start, now[0] = now[0], now[0].replace(year=2025)

    page = badge(is_author=True).author_view().content

    assert "Learners see nothing here now: no agreement is in force for this course." in page
    # Signed in August 2026: what is known then, not what is known in 2025.
    assert "GSMA (Co-host), until the end of 2027-09-30 UTC" in page


SEEN_BY_LEARNERS = "partner-badge--strip"


@pytest.mark.parametrize(
    ("cleared_until", "last", "first_after", "why"),
    [
        ("2030-12-31", LAST_SECOND, FIRST_SECOND_AFTER, "Its last day is past."),
        (
            CLEARED_UNTIL,
            LAST_CLEARED_SECOND,
            FIRST_UNCLEARED_SECOND,
            "The partner’s due diligence has expired.",
        ),
    ],
)
def test_studio_shows_what_learners_see_until_the_last_second_and_then_says_why_not(
    badge, now, cleared_until, last, first_after, why
) -> None:
    # given
    put_in_force(terms_text(cleared_until=cleared_until))
    block = badge(is_author=True)

    # then
    now[0] = last
    assert SEEN_BY_LEARNERS in block.author_view().content
    assert why not in block.author_view().content
    now[0] = first_after
    assert SEEN_BY_LEARNERS not in block.author_view().content
    assert why in block.author_view().content


def test_an_author_is_told_that_an_agreement_is_suspended(badge, now) -> None:
    put_in_force()
    api.suspend(AGREEMENT, by="officer", reason="Review", at=now[0])

    page = badge(is_author=True).author_view().content

    assert SEEN_BY_LEARNERS not in page
    assert "Not shown now, and why" in page
    assert "GSMA (agreement GSMA-SPECTRUM, version 1)" in page
    assert page.count("The agreement is suspended.") == 2  # of each partner


def test_an_author_is_told_who_has_not_signed(badge) -> None:
    load()

    page = badge(is_author=True, partners=["GSMA"]).author_view().content

    assert "The host has not signed." in page
    assert "The partner has not signed." in page
    assert "Regional Academy" not in page  # nobody has chosen it


def test_of_two_agreements_one_shows_and_of_the_other_it_is_said_why_not(badge, now) -> None:
    put_in_force(two_agreements())
    now[0] = datetime(2027, 4, 1, tzinfo=UTC)

    page = badge(is_author=True).author_view().content

    assert "GSMA (Co-host), until the end of 2027-09-30 UTC" in page
    assert "Regional Academy (agreement ATC-VENUE, version 1)" in page
    assert "Its last day is past." in page


def test_of_several_versions_the_one_that_may_still_come_is_told(badge, now) -> None:
    old = version_text(valid_from="2025-10-01", valid_until="2026-09-30")
    put_in_force(terms_text(old))
    load(terms_text(old, version_text(version=2)))

    page = badge(is_author=True, partners=["GSMA"]).author_view().content

    assert "GSMA (agreement GSMA-SPECTRUM, version 2)" in page
    assert "The host has not signed." in page
    assert "version 1" not in page


def test_a_partner_whose_newer_version_is_in_force_is_no_riddle(badge, now) -> None:
    old = version_text(valid_from="2025-10-01", valid_until="2026-09-30")
    put_in_force(terms_text(old))
    put_in_force(terms_text(old, version_text(version=2)))

    assert "Not shown now" not in badge(is_author=True).author_view().content


def test_a_course_that_has_started_is_told_so(badge, platform, now) -> None:
    put_in_force()
    platform.start = now[0].replace(month=10)

    page = badge(is_author=True).author_view().content

    assert "Shown when the course started, 2026-10-23 (UTC)" in page


def test_what_an_author_reads_has_headings_in_order(badge) -> None:
    put_in_force()

    page = badge(is_author=True).author_view().content

    assert page.index("<h3") < page.index("<h4") < page.index("<figcaption>") < page.index("<h2")


def test_an_author_is_told_of_a_chosen_partner_without_an_agreement(badge) -> None:
    put_in_force()

    page = badge(is_author=True, partners=["XYZ"]).author_view().content

    assert "“XYZ” is chosen but has no agreement for this course." in page
    assert "no chosen partner’s agreement is in force" in page


def test_a_course_without_a_start_has_no_such_line(badge, platform) -> None:
    platform.start = None
    put_in_force()

    assert "Shown when the course starts" not in badge(is_author=True).author_view().content


@pytest.mark.parametrize("view", ["author_view", "studio_view"])
def test_an_author_is_told_when_the_app_is_not_installed(badge, monkeypatch, view) -> None:
    monkeypatch.setattr("django.apps.apps.is_installed", lambda _name: False)

    page = getattr(badge(is_author=True), view)().content

    assert "The partnerships app is not installed on this site, so learners see nothing" in page


@pytest.mark.parametrize("view", ["author_view", "studio_view"])
def test_an_author_is_told_that_partners_belong_to_a_course(badge, platform, view) -> None:
    platform.course_key_of = lambda _block: ""

    page = getattr(badge(is_author=True), view)().content

    assert "Partners belong to a course run." in page


def test_the_form_offers_the_partners_of_the_course_signed_or_not(badge) -> None:
    load()

    page = badge(is_author=True, partners=["GONE"]).studio_view().content

    assert 'value="GSMA"' in page
    assert 'value="ATC"' in page
    assert 'value="GONE" checked' in page
    assert "(no agreement for this course)" in page
    assert 'value="chosen"' in page


def test_every_field_of_the_form_has_a_label_and_errors_are_announced(badge) -> None:
    load()
    fragment = badge(is_author=True).studio_view()
    page = fragment.content

    ids = {part.split('"')[0] for part in page.split('id="')[1:]}
    labelled = {part.split('"')[0] for part in page.split('<label for="')[1:]}
    described = {
        name for part in page.split('aria-describedby="')[1:] for name in part.split('"')[0].split()
    }
    inputs = page.count("<input")
    assert len(labelled) == inputs
    assert labelled | described <= ids
    assert 'role="alert"' in page
    assert page.count("<legend>") == 3
    assert fragment.js_init_fn == "PartnerBadgeStudio"


def test_before_its_script_listens_the_form_cannot_be_sent_and_lost(badge) -> None:
    page = badge(is_author=True).studio_view().content

    assert '<button type="submit" class="button action-primary save-button" disabled>' in page


def test_an_author_saves_and_the_block_keeps_it(badge) -> None:
    load()
    block = badge(is_author=True)

    assert save(block, SETTINGS) == (200, {"result": "success"})

    assert [block.display_name, block.heading, block.layout, block.partners] == [
        "Marks",
        "Our partners",
        "card",
        ["ATC"],
    ]
    assert save(block, {**SETTINGS, "which": "all"})[0] == 200
    assert block.partners == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"layout": "huge"}, "Choose a layout: strip, cards or single."),
        ({"layout": None}, "Choose a layout: strip, cards or single."),
        ({"layout": ["strip"]}, "Choose a layout: strip, cards or single."),
        ({"which": "some"}, "Choose which partners are shown: all in force, or only some."),
        ({"partners": []}, "Tick at least one partner, or choose “All in force”."),
        ({"partners": "ATC"}, "The partners did not arrive as a list."),
        ({"partners": [7]}, "The partners did not arrive as a list."),
        ({"partners": ["ATC", "XYZ"]}, "“XYZ” is not a partner of this course."),
        ({"heading": "x" * 121}, "Heading is at most 120 characters long."),
        ({"heading": "two\nlines"}, "Heading is one line of text."),
        ({"heading": 7}, "Heading is one line of text."),
        ({"heading": "a\ud800b"}, "Heading is one line of text."),
        ({"display_name": "a\ud800b"}, "Name in the outline is one line of text."),
        ({"display_name": ""}, "Give the badge a name."),
        ({"display_name": "  "}, "Give the badge a name."),
        ({"display_name": {"a": 1}}, "Name in the outline is one line of text."),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(badge, change, sentence) -> None:
    put_in_force()
    block = badge(is_author=True)

    (field,) = change
    assert save(block, {**SETTINGS, **change}) == (400, {"error": sentence, "field": field})

    assert [block.heading, block.layout, block.partners] == ["", "strip", []]


@pytest.mark.parametrize("name", ["Prix\u00a0: 12\u202f%", "می\u200cخواهم"])
def test_spaces_and_joins_of_other_scripts_are_text(badge, name) -> None:
    put_in_force()
    block = badge(is_author=True)

    settings = {**SETTINGS, "display_name": name, "heading": name}
    assert save(block, settings) == (200, {"result": "success"})
    assert (block.display_name, block.heading) == (name, name)


def test_settings_that_are_no_form_are_refused(badge) -> None:
    answer = save(badge(is_author=True), ["strip"])

    assert answer == (400, {"error": "The settings did not arrive as a form."})


def test_a_partner_chosen_before_may_stay_chosen(badge) -> None:
    load()
    block = badge(is_author=True, partners=["GONE"])

    assert save(block, {**SETTINGS, "partners": ["GONE", "ATC", "GONE"]})[0] == 200
    assert block.partners == ["GONE", "ATC"]


@pytest.mark.parametrize(
    "who",
    [
        {"is_author": False},
        {
            "is_author": True,
            "services": {"studio_user_permissions": StudioPermissions(allows=False)},
        },
        {"is_author": True, "services": {"user": None}},
    ],
)
def test_only_an_author_saves(badge, who) -> None:
    load()
    block = badge(**who)

    status, answer = save(block, SETTINGS)

    assert (status, answer["error"]) == (403, "Only authors of this course may do this.")
    assert block.partners == []


@pytest.mark.parametrize(
    "services", [{}, {"studio_user_permissions": StudioPermissions(allows=True)}]
)
def test_in_the_lms_and_in_studios_preview_an_author_is_told_where_settings_are_changed(
    badge, services
) -> None:
    load()
    block = badge(is_author=True, is_read_only=True, services=services, heading="As it was")

    assert save(block, SETTINGS) == (403, {"error": "These settings are changed in Studio."})
    assert (block.heading, block.partners) == ("As it was", [])


@pytest.mark.parametrize("service", [StudioPermissions, NewStudioPermissions])
def test_studio_says_who_is_an_author(badge, service) -> None:
    load()
    block = badge(services={"studio_user_permissions": service(allows=True)})

    assert save(block, SETTINGS)[0] == 200


def test_a_name_with_markup_is_text_in_the_form(badge) -> None:
    script = "<script>alert(1)</script>"
    load(terms_text().replace("display_name: GSMA", f'display_name: "{script}"'))

    page = badge(is_author=True, heading='"><script>').studio_view().content

    assert "<script>" not in page
