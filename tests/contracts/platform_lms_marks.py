"""Marks on the pages of a real LMS: about, unit, dashboard, certificate; at the last second too.

And promotions, on the about page and on the list of courses.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from unittest import mock
from uuid import uuid4

from common.djangoapps.course_modes.models import CourseMode
from common.djangoapps.course_modes.tests.factories import CourseModeFactory
from common.djangoapps.student.tests.factories import CourseEnrollmentFactory, UserFactory
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import run_checks
from django.test.utils import override_settings
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from lms.djangoapps.certificates.models import CertificateHtmlViewConfiguration, CertificateStatuses
from lms.djangoapps.certificates.tests.factories import GeneratedCertificateFactory
from xmodule.modulestore.tests.django_utils import (
    TEST_DATA_SPLIT_MODULESTORE,
    ModuleStoreTestCase,
)
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from fairgate import clock
from partnerships import api
from partnerships.data import MarkPicture, Promotion, PromotionPlace
from partnerships.models import IssuedMarks
from partnerships.settings import common

LONG_AGO = datetime(2026, 8, 1, 9, tzinfo=UTC)
# Of the host; no account of the test has such a number.
SUBMITTER, APPROVER = 900_000_901, 900_000_902
PROPOSED = datetime(2026, 10, 5, 9, tzinfo=UTC)
IN_FORCE = datetime(2027, 3, 1, 12, tzinfo=UTC)
LAST_SECOND = datetime(2027, 9, 30, 23, 59, 59, tzinfo=UTC)
FIRST_SECOND_AFTER = datetime(2027, 10, 1, tzinfo=UTC)
MFE = "http://learning-mfe.example"
PASSWORD = "Password1234"
SENTENCE = "does not endorse GSMA, its products or its services."
TERMS = """\
schema: fairgate-terms/1
partners:
  - code: GSMA
    legal_name: GSM Association
    display_name: GSMA
    kind: private_sector
    url: https://www.gsma.example/
    due_diligence: {{accepted: true, expires_on: {cleared_until}}}
agreements:
  - agreement: GSMA-SPECTRUM
    version: 1
    partner: GSMA
    valid_from: 2026-10-01
    valid_until: 2027-09-30
    courses: ["{course}"]
    roles: [{{partner: GSMA, role: co-host}}]
    goals: ["Train 200 regulators."]
"""


class CourseOfPartners(ModuleStoreTestCase):
    """A course with an agreement, and a learner in it."""

    MODULESTORE = TEST_DATA_SPLIT_MODULESTORE
    ENABLED_SIGNALS = ["course_published"]

    def setUp(self):
        super().setUp()
        self.course = CourseFactory.create(
            org="ATC",
            number="SPECTRUM101",
            run="2026_T4",
            display_name="Spectrum",
            start=datetime(2020, 1, 1, tzinfo=UTC),
            cert_html_view_enabled=True,
            certificates_display_behavior="early_no_info",
            certificates={"certificates": [CERTIFICATE]},
        )
        chapter = BlockFactory.create(parent=self.course, category="chapter")
        sequential = BlockFactory.create(parent=chapter, category="sequential")
        self.unit = BlockFactory.create(parent=sequential, category="vertical", display_name="U")
        self.text = BlockFactory.create(parent=self.unit, category="html", data="<p>CONTENT</p>")
        CourseModeFactory(course_id=self.course.id, mode_slug=CourseMode.HONOR)
        self.learner = UserFactory(username="learner", password=PASSWORD)
        CourseEnrollmentFactory(user=self.learner, course_id=self.course.id, mode=CourseMode.HONOR)
        self.client.login(username="learner", password=PASSWORD)
        self.agree()
        self.at(IN_FORCE)
        self.addCleanup(clock.use, None)

    def agree(self, *, cleared_until="2030-12-31"):
        text = TERMS.format(course=self.course.id, cleared_until=cleared_until)
        operator = UserFactory(username="operator")
        api.load_agreements(text, file="TERMS.yaml", by=operator.username, at=LONG_AGO)
        for waits in api.list_proposed_diligence(at=LONG_AGO):
            api.confirm_due_diligence(waits.uuid, by=operator.pk + 1, at=LONG_AGO)
        (version,) = api.list_versions(at=LONG_AGO)
        api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)
        api.approve(version.uuid, by=APPROVER, at=LONG_AGO)
        told = {"role": "signatory", "name": "N. N.", "email": "n@gsma.example"}
        api.add_contact("GSMA", **told, by=operator.pk, at=LONG_AGO)
        registrar = UserFactory(username="registrar")
        for side, colleague in (("partner", operator), ("host", registrar)):
            api.sign(
                version.uuid, side=side, by="N. N.", recorded_by=colleague.username, at=LONG_AGO
            )

    def at(self, moment):
        clock.use(lambda: moment)

    def suspend(self):
        api.suspend("GSMA-SPECTRUM", by="officer", reason="Review", at=LONG_AGO)

    def get(self, url, **headers):
        RequestCache.clear_all_namespaces()
        answer = self.client.get(url, **headers)
        assert answer.status_code == 200, (answer.status_code, answer.content[:500])
        return answer.content.decode()

    @contextmanager
    def copies_of_pages(self):
        """For who is signed out, the platform keeps a page for minutes in production."""
        self.client.logout()
        copies = LocMemCache("copies of pages", {})
        copies.clear()
        with mock.patch("common.djangoapps.util.cache.cache", copies):
            yield

    def assert_shown_until_the_end(self, page):
        """Shown in the last second, gone in the first after it, and when it is suspended."""
        self.at(LAST_SECOND)
        assert SENTENCE in page()
        self.at(FIRST_SECOND_AFTER)
        assert "GSMA" not in page()
        self.at(IN_FORCE)
        assert SENTENCE in page()
        self.suspend()
        assert "GSMA" not in page()

    def assert_a_failure_leaves_the_page_alone(self, page, door):
        with mock.patch(door, side_effect=RuntimeError("broken")):
            shown = page()
        assert "GSMA" not in shown
        return shown


CERTIFICATE = {
    "id": 1,
    "name": "Certificate",
    "description": "Certificate",
    "course_title": "Spectrum",
    "signatories": [],
    "version": 1,
    "is_active": True,
}

RULE = "Leave the height of the dot free on every side."
PICTURE = MarkPicture(
    light="/fairgate/partners/marks/a.svg",
    dark="",
    alternative="موجات",
    width=160,
    height=40,
    sha256="ab" * 32,
    usage_rules=RULE,
    alternative_language="ar",
    usage_rules_language="en",
)


class Wiring(CourseOfPartners):
    """What the installation brings along."""

    def test_every_filter_has_its_step_and_the_checks_are_content(self):
        for name, step in common.STEPS.items():
            assert settings.OPEN_EDX_FILTERS_CONFIG[name]["pipeline"].count(step) == 1
        found = {one.id for one in run_checks() if str(one.id).startswith("partnerships.")}
        assert found == {"partnerships.I001"}  # nobody has given a key for badges here

    def test_a_certificate_is_listened_for(self):
        from openedx_events.learning.signals import CERTIFICATE_CREATED

        listening = {receiver[0][0] for receiver in CERTIFICATE_CREATED.receivers}
        assert "partnerships.keep_marks_of_certificate" in listening


class AboutPage(CourseOfPartners):
    """The platform's own page about a course."""

    def page(self):
        return self.get(reverse("about_course", args=[str(self.course.id)]))

    def test_partners_stand_below_the_head(self):
        shown = self.page()
        head, marks = shown.index("course-profile"), shown.index("partner-badge--strip")
        assert head < marks < shown.index('class="course-sidebar"')
        assert shown.count("partner-badge--strip") == 1
        assert shown.count('class="course-profile"') == 1
        assert "Co-host" in shown
        assert "&lt;div class=" not in shown[head:marks]

    def test_it_shows_until_the_last_second(self):
        self.assert_shown_until_the_end(self.page)

    def test_without_a_mark_it_is_the_platforms_page(self):
        self.at(FIRST_SECOND_AFTER)
        shown = self.page()
        assert "partner-badge" not in shown
        assert "course-profile" in shown

    def test_a_failure_leaves_the_page_alone(self):
        shown = self.assert_a_failure_leaves_the_page_alone(
            self.page, "partnerships.api.branding_for"
        )
        assert "course-profile" in shown

    def test_who_is_signed_out_sees_it_and_the_platforms_copy_of_the_page_keeps_no_mark(self):
        with self.copies_of_pages():
            self.assert_shown_until_the_end(self.page)
            # Guards the test itself: it was the copy that the platform handed out.
            with mock.patch(
                "lms.djangoapps.courseware.views.views.CourseDetails.populate",
                side_effect=AssertionError("drawn again"),
            ):
                assert "course-profile" in self.page()

    def test_a_copy_from_before_the_first_day_keeps_no_mark_away(self):
        with self.copies_of_pages():
            self.at(datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))
            assert "GSMA" not in self.page()
            self.at(datetime(2026, 10, 1, tzinfo=UTC))
            assert SENTENCE in self.page()

    @override_settings(PARTNERSHIPS_SHOWN_ON=("unit",))
    def test_an_operator_may_leave_it_as_it_was(self):
        assert "GSMA" not in self.page()


class Promoted(CourseOfPartners):
    """A course with an approved promotion: on its own page, or beside the list of courses."""

    TEXT = "Free <b>reports</b>"
    SHOWN = "Free &lt;b&gt;reports&lt;/b&gt;"
    FIRST_DAY = date(2026, 12, 1)

    def setUp(self):
        super().setUp()
        self.promotion = self.promote(self.place())

    def place(self):
        return {"place": PromotionPlace.COURSE, "course": str(self.course.id)}

    def promote(self, place):
        (version,) = api.list_versions(at=PROPOSED)
        asked = Promotion(
            language="en",
            text=self.TEXT,
            url='https://www.gsma.example/?a="b',
            first_day=self.FIRST_DAY,
            last_day=LAST_SECOND.date(),
            **place,
        )
        uuid = api.propose_promotion(version.uuid, asked, by=41, at=PROPOSED)
        api.approve_promotion(uuid, by=42, at=PROPOSED)
        return uuid

    def assert_shown(self, page):
        """Once, marked as sponsored, as text, and by a link that helps nobody's rank."""
        shown = page()
        assert shown.count(self.SHOWN) == 1
        assert "Sponsored by GSMA" in shown
        assert 'href="https://www.gsma.example/?a=&quot;b"' in shown
        assert 'rel="sponsored noopener noreferrer nofollow"' in shown
        assert self.TEXT not in shown

    def assert_shown_in_its_days_alone(self, page):
        self.at(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
        assert "Sponsored" not in page()
        self.at(datetime(2026, 12, 1, tzinfo=UTC))
        self.assert_shown(page)
        self.at(LAST_SECOND)
        self.assert_shown(page)
        self.at(FIRST_SECOND_AFTER)
        assert "Sponsored" not in page()

    def assert_gone_when_it_is_suspended_or_withdrawn(self, page):
        self.suspend()
        assert "Sponsored" not in page()
        api.ask_resume("GSMA-SPECTRUM", by=1, reason="Done", at=IN_FORCE)
        api.confirm_resume("GSMA-SPECTRUM", by=2, at=IN_FORCE)
        self.assert_shown(page)
        api.withdraw_promotion(self.promotion, by=42, reason="The wrong link.", at=IN_FORCE)
        assert "Sponsored" not in page()


class PromotionOnAboutPage(Promoted):
    """What a partner says about itself on the platform's own page about a course."""

    def page(self):
        return self.get(reverse("about_course", args=[str(self.course.id)]))

    def test_it_stands_below_the_marks(self):
        self.assert_shown(self.page)
        shown = self.page()
        assert shown.index("partner-badge--strip") < shown.index('class="partner-promotions"')
        assert shown.index('class="partner-promotions"') < shown.index('class="course-sidebar"')

    def test_it_shows_in_its_days_alone(self):
        self.assert_shown_in_its_days_alone(self.page)

    def test_it_is_gone_when_it_is_suspended_or_withdrawn(self):
        self.assert_gone_when_it_is_suspended_or_withdrawn(self.page)

    def test_the_platforms_copy_of_the_page_keeps_none(self):
        with self.copies_of_pages():
            self.assert_shown_in_its_days_alone(self.page)
            # Guards the test itself: it was the copy that the platform handed out.
            with mock.patch(
                "lms.djangoapps.courseware.views.views.CourseDetails.populate",
                side_effect=AssertionError("drawn again"),
            ):
                assert "course-profile" in self.page()

    def test_it_is_not_on_the_list_of_courses(self):
        assert "Sponsored" not in self.get(reverse("courses"))

    def test_a_failure_costs_no_mark(self):
        with mock.patch("partnerships.api.promotions_on_course", side_effect=RuntimeError("x")):
            shown = self.page()
        assert "Sponsored" not in shown
        assert SENTENCE in shown


class PromotionInCatalogue(Promoted):
    """What a partner says about itself on the platform's own list of courses."""

    def place(self):
        return {"place": PromotionPlace.CATALOGUE, "course": ""}

    def page(self):
        return self.get(reverse("courses"))

    def test_it_stands_at_the_end_of_the_main_part(self):
        self.assert_shown(self.page)
        shown = self.page()
        promotions = shown.index('class="partner-promotions"')
        assert shown.index('class="courses') < promotions < shown.index("</main>")

    def test_the_first_page_for_who_is_signed_out_shows_it_too(self):
        self.client.logout()
        shown = self.get(reverse("root"))
        assert shown.count(self.SHOWN) == 1
        assert shown.index('<section class="home"') < shown.index('class="partner-promotions"')

    def test_it_shows_in_its_days_alone(self):
        self.assert_shown_in_its_days_alone(self.page)

    def test_it_is_gone_when_it_is_suspended_or_withdrawn(self):
        self.assert_gone_when_it_is_suspended_or_withdrawn(self.page)

    def test_the_platforms_copy_of_the_page_keeps_none(self):
        with self.copies_of_pages():
            self.assert_shown_in_its_days_alone(self.page)
            # Guards the test itself: it was the copy that the platform handed out.
            with mock.patch(
                "lms.djangoapps.branding.views.courseware_views.courses",
                side_effect=AssertionError("drawn again"),
            ):
                assert "find-courses" in self.page()

    def test_it_is_not_on_the_page_of_a_course(self):
        assert "Sponsored" not in self.get(reverse("about_course", args=[str(self.course.id)]))

    @override_settings(PARTNERSHIPS_SHOWN_ON=("about",))
    def test_an_operator_may_leave_the_list_as_it_was(self):
        assert "Sponsored" not in self.page()

    def test_a_failure_leaves_the_page_alone(self):
        shown = self.assert_a_failure_leaves_the_page_alone(
            self.page, "partnerships.api.promotions_in_catalogue"
        )
        assert "find-courses" in shown


@override_settings(LEARNING_MICROFRONTEND_URL=MFE)
class UnitPage(CourseOfPartners):
    """A unit as the learning micro-frontend shows it in its frame."""

    def page(self, block=None, query=""):
        url = reverse("render_xblock", args=[str((block or self.unit).location)])
        return self.get(url + query, HTTP_REFERER=MFE)

    def test_partners_stand_at_the_foot_of_the_unit_with_their_style(self):
        shown = self.page()
        assert shown.index("CONTENT") < shown.index("partner-badge--strip")
        assert ".partner-badge li" in shown
        assert "Co-host" in shown

    def test_it_shows_until_the_last_second(self):
        self.assert_shown_until_the_end(self.page)

    def test_a_block_alone_has_none(self):
        assert "GSMA" not in self.page(self.text)

    def test_the_authors_own_badge_is_enough_and_all_cost_one_question(self):
        for number in range(5):
            BlockFactory.create(
                parent=self.unit, category="partner_badge", heading=f"Heading {number}"
            )
        with mock.patch("partnerships.api.branding_for", wraps=api.branding_for) as asked:
            shown = self.page()
        assert shown.count("partner-badge--strip") == 5
        assert asked.call_count == 1

    def test_the_next_page_asks_anew(self):
        with mock.patch("partnerships.api.branding_for", wraps=api.branding_for) as asked:
            self.page()
            self.page()
        assert asked.call_count == 2

    def test_a_public_view_shows_them(self):
        assert SENTENCE in self.page(query="?view=public_view")

    def test_a_failure_leaves_the_page_alone(self):
        shown = self.assert_a_failure_leaves_the_page_alone(
            self.page, "partnerships.api.branding_for"
        )
        assert "CONTENT" in shown


class Dashboard(CourseOfPartners):
    """The platform's own dashboard."""

    def page(self):
        return self.get(reverse("dashboard"))

    def test_partners_stand_below_the_list_of_courses(self):
        shown = self.page()
        assert "Partners of your courses" in shown
        assert shown.index("listing-courses") < shown.index("partner-badge--strip")
        assert shown.count("partner-badge--strip") == 1

    def test_it_shows_until_the_last_second(self):
        self.assert_shown_until_the_end(self.page)

    def test_a_failure_leaves_the_page_alone(self):
        shown = self.assert_a_failure_leaves_the_page_alone(
            self.page, "partnerships.api.placements"
        )
        assert "listing-courses" in shown


@override_settings(FEATURES={**settings.FEATURES, "CERTIFICATES_HTML_VIEW": True})
class Certificate(CourseOfPartners):
    """A certificate of the platform: it keeps the marks of its day."""

    def setUp(self):
        super().setUp()
        configuration = {
            "default": {
                "accomplishment_class_append": "accomplishment-certificate",
                "platform_name": "edX",
                "logo_src": "http://www.edx.org",
                "logo_url": "http://www.edx.org",
                "company_about_url": "http://www.edx.org/about-us",
                "company_privacy_url": "http://www.edx.org/privacy",
                "company_tos_url": "http://www.edx.org/tos",
            },
            "honor": {"logo_src": "http://www.edx.org/honor_logo.png"},
        }
        CertificateHtmlViewConfiguration.objects.create(
            enabled=True, configuration=json.dumps(configuration)
        )

    def issue(self, moment=IN_FORCE):
        with self.made_at(moment):
            return GeneratedCertificateFactory(
                user=self.learner,
                course_id=self.course.id,
                mode=CourseMode.HONOR,
                verify_uuid=uuid4().hex,
                status=CertificateStatuses.downloadable,
            )

    @contextmanager
    def made_at(self, moment):
        """The platform stamps certificates by its own clock."""
        stamped = mock.patch("django.utils.timezone.now", return_value=moment)
        with stamped, self.captureOnCommitCallbacks(execute=True):
            yield

    def page(self, certificate):
        return self.get(
            reverse(
                "certificates:render_cert_by_uuid",
                kwargs={"certificate_uuid": certificate.verify_uuid},
            )
        )

    def test_the_marks_are_written_down_when_it_is_made(self):
        certificate = self.issue()
        (row,) = IssuedMarks.objects.all()
        assert (row.certificate, row.course_key) == (
            certificate.verify_uuid,
            str(self.course.id),
        )
        assert row.issued_at == IN_FORCE
        assert [one["partner"] for one in row.marks] == ["GSMA"]

    def test_what_was_issued_keeps_its_marks(self):
        certificate = self.issue(LAST_SECOND)
        for moment in (LAST_SECOND, FIRST_SECOND_AFTER, FIRST_SECOND_AFTER + timedelta(days=900)):
            self.at(moment)
            shown = self.page(certificate)
            assert SENTENCE in shown
            assert "Co-host" in shown
            assert "&lt;span" not in shown
        self.suspend()
        assert SENTENCE in self.page(certificate)
        assert IssuedMarks.objects.count() == 1

    def test_what_is_issued_in_the_first_second_after_has_none(self):
        certificate = self.issue(FIRST_SECOND_AFTER)
        self.at(IN_FORCE)
        assert "GSMA" not in self.page(certificate)

    def test_an_older_one_gets_the_marks_of_its_day_at_the_first_look(self):
        with mock.patch("partnerships.api.issue_marks"):
            certificate = self.issue(LAST_SECOND)
        assert not IssuedMarks.objects.exists()
        self.at(FIRST_SECOND_AFTER)
        assert SENTENCE in self.page(certificate)
        assert IssuedMarks.objects.get().issued_at == LAST_SECOND

    def test_one_that_is_made_anew_follows_its_new_date(self):
        certificate = self.issue(LAST_SECOND)
        with self.made_at(FIRST_SECOND_AFTER):
            certificate.grade = "0.99"
            certificate.save()
        self.at(FIRST_SECOND_AFTER)
        assert "GSMA" not in self.page(certificate)
        assert IssuedMarks.objects.count() == 2

    def test_a_failure_leaves_the_page_alone(self):
        certificate = self.issue()
        shown = self.assert_a_failure_leaves_the_page_alone(
            lambda: self.page(certificate), "partnerships.api.marks_of_certificate"
        )
        assert "accomplishment-recipient" in shown

    def test_it_prints_how_the_mark_may_be_used_as_on_its_day(self):
        with mock.patch("partnerships.selectors.marks.picture_of", return_value=PICTURE):
            certificate = self.issue()
        shown = self.page(certificate)
        assert "How the mark of GSMA may be used: <span" in shown
        assert RULE in shown
        assert "<details" not in shown[shown.index(RULE) - 500 : shown.index(RULE)]

    def test_a_failure_does_not_keep_a_certificate_from_being_made(self):
        with mock.patch("partnerships.api.issue_marks", side_effect=RuntimeError("broken")):
            certificate = self.issue()
        assert certificate.pk


@override_settings(LEARNING_MICROFRONTEND_URL=MFE)
class RulesOfMarks(CourseOfPartners):
    """What a partner says about the use of its mark stands with the mark."""

    def setUp(self):
        super().setUp()
        # Drawing a picture is tested elsewhere; here it is on the page.
        picture = mock.patch("partnerships.selectors.marks.picture_of", return_value=PICTURE)
        picture.start()
        self.addCleanup(picture.stop)

    def page(self):
        url = reverse("render_xblock", args=[str(self.unit.location)])
        return self.get(url, HTTP_REFERER=MFE)

    def test_every_page_says_them_in_a_place_that_opens(self):
        about = self.get(reverse("about_course", args=[str(self.course.id)]))
        for page in (about, self.page(), self.get(reverse("dashboard"))):
            assert "How the mark of GSMA may be used</summary>" in page
            assert page.count(RULE) == 1
            assert 'alt="موجات" lang="ar" dir="rtl"' in page

    def test_several_blocks_of_a_unit_say_them_once(self):
        for number in range(5):
            BlockFactory.create(
                parent=self.unit, category="partner_badge", heading=f"Heading {number}"
            )
        shown = self.page()
        assert shown.count(RULE) == 1
        assert shown.count('class="partner-badge__rules" href="#partner-badge-') == 4


class ExpiredClearance(CourseOfPartners):
    """A due diligence that has run out takes the marks with it."""

    def agree(self, *, cleared_until="2027-05-31"):
        super().agree(cleared_until=cleared_until)

    def test_it_is_gone_from_every_page_the_second_after(self):
        about = reverse("about_course", args=[str(self.course.id)])
        unit = reverse("render_xblock", args=[str(self.unit.location)])
        for page in (about, unit, reverse("dashboard")):
            self.at(datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC))
            assert SENTENCE in self.get(page), page
            self.at(datetime(2027, 6, 1, tzinfo=UTC))
            assert "GSMA" not in self.get(page), page


class PromotionOfAPartnerWithoutClearance(Promoted):
    """A due diligence that has run out takes promotions with it."""

    def agree(self, *, cleared_until="2027-05-31"):
        super().agree(cleared_until=cleared_until)

    def place(self):
        return {"place": PromotionPlace.CATALOGUE, "course": ""}

    def test_it_is_gone_the_second_after(self):
        self.promote({"place": PromotionPlace.COURSE, "course": str(self.course.id)})
        about = reverse("about_course", args=[str(self.course.id)])
        for page in (about, reverse("courses")):
            self.at(datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC))
            assert self.SHOWN in self.get(page), page
            self.at(datetime(2027, 6, 1, tzinfo=UTC))
            assert "Sponsored" not in self.get(page), page
