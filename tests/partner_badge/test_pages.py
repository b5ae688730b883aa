"""Marks on the platform's own pages, step by step. The pages themselves: tests/contracts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import translation
from web_fragments.fragment import Fragment

from factories import brand
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
    resume,
    terms_text,
    two_agreements,
    version_text,
)
from fairgate.documents import DocumentErrors
from partner_badge import client, drawing, pipeline, presenter
from partner_badge.middleware import PartnersOnPages
from partnerships import api
from partnerships.conf import PLACES
from partnerships.data import Promotion, PromotionPlace

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OTHER = "course-v1:ATC+OTHER+1"


class Page:
    """One of the platform's pages, as far as a filter knows it."""

    def __init__(self, place, draw):
        self.place, self._draw = place, draw

    def __repr__(self):
        return self.place

    def shown(self):
        """What the step adds to the page; "" is nothing."""
        return str(self._draw() or "")


def course(key=COURSE):
    return SimpleNamespace(id=key, display_name_with_default="Spectrum <1>")


def step(kind):
    return kind("a.filter.v1", [])


def about_step(**more):
    given = {"course": course(), **more}
    return step(pipeline.AboutPage).run_filter(
        context=given, template_name="courseware/course_about.html"
    )


def answered(page, *, url_name="about_course", **answer):
    """The page as the middleware lets it out."""
    request = HttpRequest()
    request.resolver_match = SimpleNamespace(
        url_name=url_name, view_name=url_name, kwargs={"course_id": COURSE}
    )
    drawn = HttpResponse(page, **answer)
    return PartnersOnPages(lambda _request: drawn)(request).content.decode()


def about():
    place = about_step().get("context", {}).get("partner_marks_html", "")
    return answered(f"<p>HEAD</p>{place}<p>FOOT</p>")[len("<p>HEAD</p>") : -len("<p>FOOT</p>")]


def unit(block_type="vertical", content="<p>CONTENT</p>", **more):
    block = SimpleNamespace(scope_ids=SimpleNamespace(block_type=block_type))
    asked = step(pipeline.UnitPage).run_filter(
        context={"course": course(), "block": block}, student_view_context={"show_title": True}
    )
    context = asked.get("student_view_context", {}) | more
    found = step(pipeline.Unit).run_filter(
        block=block, fragment=Fragment(content), context=context, view="student_view"
    )
    return found["fragment"].content if found else ""


def dashboard(keys=(COURSE,)):
    enrolments = [SimpleNamespace(course_id=key, course_overview=course(key)) for key in keys]
    found = step(pipeline.Dashboard).run_filter(
        context={"course_enrollments": enrolments}, template_name="dashboard.html"
    )
    return found.get("context", {}).get("partner_marks_html")


def certificate(custom_template=None, **more):
    context = {"course_id": COURSE, "certificate_id_number": "", **more}
    found = step(pipeline.Certificate).run_filter(context=context, custom_template=custom_template)
    return found.get("context", {})


PAGES = [
    Page("about", about),
    Page("unit", unit),
    Page("dashboard", dashboard),
    Page("certificate", lambda: certificate().get("partner_marks_html")),
]
every_page = pytest.mark.parametrize("page", PAGES, ids=repr)


@every_page
def test_a_page_shows_name_role_and_sentence_until_the_last_second(page, now, settings):
    # given
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    put_in_force()

    # then
    now[0] = LAST_SECOND
    for text in ("GSMA", "Co-host", "The Union does not endorse GSMA, its products"):
        assert text in page.shown()
    now[0] = FIRST_SECOND_AFTER
    assert page.shown() == ""


RULE = "Leave the height of the dot free."


@every_page
def test_a_page_says_how_a_mark_may_be_used_until_the_last_second(page, now):
    put_in_force()
    brand.approved(usage_rules={"en": RULE})

    now[0] = LAST_SECOND
    assert "How the mark of GSMA may be used" in page.shown()
    assert RULE in page.shown()
    now[0] = FIRST_SECOND_AFTER
    assert page.shown() == ""


@every_page
def test_rules_are_gone_with_their_picture_in_the_second_of_its_withdrawal(page, now):
    put_in_force()
    picture = brand.approved(usage_rules={"en": RULE})
    api.withdraw_picture(picture.uuid, by=brand.SENDER, reason="New look", at=NOW)

    now[0] = NOW - timedelta(seconds=1)
    assert RULE in page.shown()
    now[0] = NOW
    assert RULE not in page.shown()
    assert "GSMA" in page.shown()


@every_page
def test_rules_come_with_their_picture_in_the_second_of_its_approval(page, now):
    put_in_force()
    brand.approved(usage_rules={"en": RULE}, decided_at=NOW)

    now[0] = NOW - timedelta(seconds=1)
    assert RULE not in page.shown()
    now[0] = NOW
    assert RULE in page.shown()


@every_page
def test_a_text_in_another_language_than_the_page_says_so(page):
    put_in_force()
    brand.approved(alternatives={"ar": "موجات"}, usage_rules={"ar": "اترك مسافة"})

    shown = page.shown()

    assert 'alt="موجات" lang="ar" dir="rtl"' in shown
    assert re.search('<(p|span) lang="ar" dir="rtl"[^>]*>اترك مسافة<', shown)


def test_the_dashboard_says_once_how_a_mark_may_be_used_and_leads_there():
    put_in_force(terms_text(version_text(courses=(COURSE, OTHER))))
    brand.approved(usage_rules={"en": RULE})

    shown = str(dashboard((OTHER, COURSE)))

    assert shown.count(RULE) == 1
    (at,) = re.findall('<details class="partner-badge__rules" id="([^"]+)">', shown)
    assert shown.count(f'href="#{at}"') == 1


def test_a_certificate_prints_the_rules_and_says_in_which_language_its_day_spoke(settings):
    put_in_force()
    brand.approved(usage_rules={"en": RULE})
    (mark, *_others) = api.branding_for(COURSE, at=NOW)

    with translation.override("ar"):
        badge = presenter.strip([mark], gettext=str, language="ar")
        shown = drawing.on_certificate(badge)

    assert "<details" not in shown
    assert f'<span lang="en" dir="ltr" style="white-space:pre-line">{RULE}</span>' in shown
    assert re.search('<small [^>]*lang="en" dir="ltr">Shown under a partnership', shown)


def promoted(text="Free reports", *, course=COURSE, terms="", first_day=date(2026, 11, 23)):
    """An approved promotion on the course's page, or beside the list of courses (no course)."""
    (version,) = put_in_force(terms)
    asked = Promotion(
        place=PromotionPlace.COURSE if course else PromotionPlace.CATALOGUE,
        course=course,
        language="en",
        text=text,
        url='https://www.gsma.example/?a="b',
        first_day=first_day,
        last_day=LAST_SECOND.date(),
    )
    uuid = api.propose_promotion(version.uuid, asked, by=41, at=NOW)
    return api.approve_promotion(uuid, by=42, at=NOW)


LIST = "<main><ul>COURSES</ul></main><footer>FOOT</footer>"


def catalogue(url_name="courses", page=LIST, **answer):
    """The platform's list of courses, as the middleware lets it out."""
    return answered(page, url_name=url_name, **answer)


SPONSORED = [(COURSE, about), ("", catalogue)]
where_promotions_show = pytest.mark.parametrize(
    ("course", "page"), SPONSORED, ids=["about", "catalogue"]
)


@where_promotions_show
def test_a_promotion_is_marked_escaped_and_shown_until_the_last_second(now, course, page):
    promoted("<b>Free</b> reports", course=course)

    now[0] = LAST_SECOND
    shown = page()
    assert shown.count("Sponsored by GSMA") == 1
    assert 'rel="sponsored noopener noreferrer nofollow"' in shown
    assert "&lt;b&gt;Free&lt;/b&gt; reports" in shown
    assert 'href="https://www.gsma.example/?a=&quot;b"' in shown
    now[0] = FIRST_SECOND_AFTER
    assert "GSMA" not in page()


@where_promotions_show
def test_a_promotion_shows_from_the_first_second_of_its_first_day(now, course, page):
    promoted(course=course, first_day=date(2026, 12, 1))

    now[0] = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    assert "Free reports" not in page()
    now[0] = datetime(2026, 12, 1, tzinfo=UTC)
    assert "Free reports" in page()


@where_promotions_show
def test_an_expired_due_diligence_takes_a_promotion_off(now, course, page):
    promoted(course=course, terms=terms_text(cleared_until=CLEARED_UNTIL))

    now[0] = LAST_CLEARED_SECOND
    assert "Free reports" in page()
    now[0] = FIRST_UNCLEARED_SECOND
    assert "Free reports" not in page()


@where_promotions_show
def test_a_suspension_and_a_withdrawal_take_a_promotion_off_at_once(now, course, page):
    found = promoted(course=course)
    assert "Free reports" in page()

    api.suspend(AGREEMENT, by="officer", reason="Review", at=now[0])
    assert "GSMA" not in page()
    resume(at=now[0])
    assert "Free reports" in page()
    api.withdraw_promotion(found.uuid, by=42, reason="Wrong", at=now[0])
    assert "Free reports" not in page()


def test_no_promotion_is_in_a_copy_that_somebody_keeps_nor_on_another_page(now):
    promoted()

    assert "Free reports" not in str(about_step())
    assert "Free reports" not in unit()
    assert "Free reports" not in str(dashboard())
    assert catalogue() == LIST


@pytest.mark.parametrize("url_name", ["courses", "root"])
def test_the_list_of_courses_shows_promotions_at_the_end_of_its_main_part(now, url_name):
    promoted(course="")

    shown = catalogue(url_name)

    assert shown.index("COURSES") < shown.index("Free reports") < shown.index("</main>")
    assert shown.count("Free reports") == 1
    assert shown.endswith("</main><footer>FOOT</footer>")


@pytest.mark.parametrize(
    "page",
    ["<div>COURSES</div>", "<main>COURSES</main><script>'</main>'</script>", ""],
    ids=["no main part", "not clear where it ends", "a redirect"],
)
def test_a_list_of_courses_without_a_clear_main_part_stays_as_it_is(now, page):
    promoted(course="")

    assert catalogue(page=page) == page


@pytest.mark.parametrize("url_name", ["some_app:courses", "dashboard", "about_us"])
def test_promotions_of_the_catalogue_are_on_no_other_page(now, url_name):
    promoted(course="")

    assert catalogue(url_name) == LIST


def test_an_operator_leaves_the_list_of_courses_as_the_platform_draws_it(now, settings):
    promoted(course="")
    settings.PARTNERSHIPS_SHOWN_ON = [one for one in PLACES if one != "catalogue"]

    assert catalogue() == LIST


@pytest.mark.parametrize("error", [OperationalError("gone away"), RuntimeError("broken")])
def test_whatever_fails_leaves_the_list_of_courses_alone(now, error, monkeypatch, caplog):
    promoted(course="")

    def broken(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(api, "promotions_in_catalogue", broken)

    assert catalogue() == LIST
    assert str(error) in caplog.text


def test_the_list_of_courses_costs_one_query(now, django_assert_num_queries):
    promoted(course="")

    with django_assert_num_queries(1):
        catalogue()


def test_a_promotion_that_cannot_be_read_costs_no_mark(now, monkeypatch, caplog):
    promoted()

    def broken(*_args, **_kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(api, "promotions_on_course", broken)

    assert "GSMA" in about()
    assert "Free reports" not in about()
    assert "broken" in caplog.text


@every_page
def test_a_suspension_takes_the_marks_off_a_page_at_once(page, now):
    put_in_force()
    assert "GSMA" in page.shown()

    api.suspend(AGREEMENT, by="officer", reason="Review", at=now[0])

    assert page.shown() == ""


@every_page
def test_an_expired_due_diligence_takes_the_marks_off_a_page(page, now):
    put_in_force(terms_text(cleared_until=CLEARED_UNTIL))

    now[0] = LAST_CLEARED_SECOND
    assert "GSMA" in page.shown()
    now[0] = FIRST_UNCLEARED_SECOND
    assert page.shown() == ""


@every_page
@pytest.mark.parametrize("what", BY_ONE_PERSON)
def test_a_page_waits_for_the_word_of_a_second_person(page, what):
    all_but_a_second_person(what)

    assert page.shown() == ""


@every_page
def test_versions_that_overlap_are_refused_and_a_page_shows_each_mark_once(page, now):
    put_in_force()
    with pytest.raises(DocumentErrors, match="share"):
        load(OVERLAPPING)

    now[0] = LAST_SECOND
    assert page.shown().count("Co-host") == 1
    now[0] = FIRST_SECOND_AFTER
    assert page.shown() == ""


@every_page
def test_of_two_agreements_each_mark_has_its_own_end(page, now):
    put_in_force(two_agreements())

    now[0] = datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert "GSMA" in page.shown()
    assert "Regional Academy" in page.shown()
    now[0] = datetime(2027, 4, 1, tzinfo=UTC)
    assert "GSMA" in page.shown()
    assert "Regional Academy" not in page.shown()


@every_page
def test_an_operator_leaves_a_page_as_the_platform_draws_it(page, settings):
    put_in_force()
    settings.PARTNERSHIPS_SHOWN_ON = [one for one in PLACES if one != page.place]

    assert page.shown() == ""


@every_page
@pytest.mark.parametrize("error", [OperationalError("gone away"), RuntimeError("broken")])
def test_whatever_fails_leaves_the_page_without_a_mark(page, error, monkeypatch, caplog):
    put_in_force()

    def broken(*_args, **_kwargs):
        raise error

    for door in ("branding_for", "placements", "marks_of_certificate"):
        monkeypatch.setattr(api, door, broken)

    assert page.shown() == ""
    assert str(error) in caplog.text


@every_page
def test_without_the_app_a_page_is_the_platforms(page, monkeypatch):
    monkeypatch.setattr("django.apps.apps.is_installed", lambda _name: False)

    assert page.shown() == ""


@every_page
def test_what_people_write_is_text_on_a_page(page):
    script = "<script>alert(1)</script>"
    put_in_force(terms_text().replace("display_name: GSMA", f'display_name: "{script}"'))

    shown = page.shown()

    assert script not in shown
    assert "&lt;script&gt;" in shown


@every_page
def test_a_page_weighs_less_than_ten_kilobytes_more(page):
    put_in_force()

    assert 0 < len(page.shown().encode()) < 10_000


def test_the_about_page_is_drawn_by_a_template_that_inherits_what_would_have_drawn_it():
    found = about_step(kept=1)

    assert found["template_name"] == "fairgate/course_about.html"
    assert found["context"]["partner_marks_page"] == "/courseware/course_about.html"
    assert found["context"]["kept"] == 1


def test_a_copy_of_the_about_page_keeps_no_mark_and_gets_those_of_the_moment(
    now, django_assert_num_queries
):
    put_in_force()
    with django_assert_num_queries(0):
        place = about_step()["context"]["partner_marks_html"]

    now[0] = LAST_SECOND
    assert "GSMA" in answered(f"<p>{place}</p>")
    now[0] = FIRST_SECOND_AFTER
    assert answered(f"<p>{place}</p>") == "<p></p>"


def test_no_other_answer_is_touched():
    put_in_force()

    assert answered(drawing.PLACE, url_name="dashboard") == drawing.PLACE
    assert answered("<p>Not found</p>", status=404) == "<p>Not found</p>"


def test_an_answer_without_an_address_or_in_pieces_passes():
    request, pieces = HttpRequest(), StreamingHttpResponse([drawing.PLACE])
    request.resolver_match = None
    assert PartnersOnPages(lambda _request: HttpResponse("x"))(request).content == b"x"

    request.resolver_match = SimpleNamespace(
        url_name="about_course", view_name="about_course", kwargs={}
    )
    assert PartnersOnPages(lambda _request: pieces)(request) is pieces


@pytest.mark.parametrize(
    "not_a_unit",
    [
        {"block_type": "html"},  # as some apps draw it
        {"child_of_vertical": True},
        {"content": '<section class="partner-badge partner-badge--card">'},
    ],
)
def test_marks_stand_once_at_the_foot_of_a_whole_unit(not_a_unit):
    put_in_force()

    assert unit().startswith("<p>CONTENT</p>")
    assert unit().count("partner-badge--strip") == 1
    assert unit(**not_a_unit) == ""


def test_a_unit_that_no_page_asked_for_stays_as_it_is():
    found = step(pipeline.Unit).run_filter(
        block=None, fragment=Fragment("<p>"), context=None, view="student_view"
    )

    assert found == {}


def test_the_dashboard_names_each_course_with_partners_in_two_questions(
    django_assert_num_queries,
):
    put_in_force()

    with django_assert_num_queries(2):
        shown = dashboard((OTHER, COURSE))

    assert "Partners of your courses" in shown
    assert shown.count("<h3") == 1
    assert "Spectrum &lt;1&gt;" in shown
    assert not dashboard((OTHER,))
    assert not dashboard(())


def test_a_certificate_says_it_with_its_last_words_escaped_once():
    put_in_force()

    words = certificate(accomplishment_copy_course_description="by A & B")[
        "accomplishment_copy_course_description"
    ]

    assert words.startswith("by A &amp; B<span")
    assert words.__html__() == words
    assert "<div" not in words
    assert "<p" not in words


def test_an_operators_own_certificate_gets_the_values_and_keeps_its_words():
    put_in_force()

    found = certificate(object(), accomplishment_copy_course_description="by A & B")

    assert found["accomplishment_copy_course_description"] == "by A & B"
    assert [one.name for one in found["partner_marks"]] == ["GSMA", "Regional Academy"]
    assert "GSMA" in found["partner_marks_html"]


def test_any_number_of_badges_and_the_page_around_them_cost_one_query(
    badge, platform, django_assert_num_queries
):
    # given
    put_in_force()
    platform.request = HttpRequest()
    blocks = [badge(layout=layout) for layout in ("strip", "card", "single") * 5]

    # when
    with django_assert_num_queries(1):
        drawn = [block.student_view().content for block in blocks]
        drawn += [block.public_view().content for block in blocks]
        drawn.append(unit())

    # then
    assert all("GSMA" in one for one in drawn)


def test_the_next_request_asks_anew_in_the_first_second_after(badge, platform, now):
    put_in_force()
    block = badge()
    now[0], platform.request = LAST_SECOND, HttpRequest()
    assert "GSMA" in block.student_view().content

    now[0], platform.request = FIRST_SECOND_AFTER, HttpRequest()

    assert block.student_view().content == ""


def test_a_request_that_is_over_is_forgotten(badge, platform):
    put_in_force()
    platform.request = HttpRequest()
    badge().student_view()
    assert len(client._OF_REQUEST) == 1

    platform.request = None

    assert len(client._OF_REQUEST) == 0
