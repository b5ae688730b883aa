"""A real LMS: what the team of a course sees of its sales, on the dashboard and behind it.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

from common.djangoapps.student.roles import CourseInstructorRole, CourseStaffRole
from common.djangoapps.student.tests.factories import CourseEnrollmentFactory, UserFactory
from django.conf import settings
from django.core.checks import run_checks
from django.urls import reverse
from xmodule.modulestore.tests.django_utils import (
    TEST_DATA_SPLIT_MODULESTORE,
    ModuleStoreTestCase,
)
from xmodule.modulestore.tests.factories import CourseFactory

from fairgate import clock
from fairgate.money import Money
from fee_payments.data import PayerClass, PaymentSummary
from revenue_share import api, pipeline
from revenue_share.settings import common

NAMES = UUID("00000000-0000-4000-8000-00000000fa1e")
OCTOBER = datetime(2026, 10, 15, 12, tzinfo=UTC)
JANUARY = datetime(2027, 1, 15, 12, tzinfo=UTC)
PASSWORD = "Password1234"
HEADING = "Sales and waived seats"


class SalesOfACourse(ModuleStoreTestCase):
    """Two courses with six sales each, and the people around the first."""

    MODULESTORE = TEST_DATA_SPLIT_MODULESTORE

    def setUp(self):
        super().setUp()
        clock.use(lambda: JANUARY)
        self.addCleanup(clock.use, None)
        self.course = CourseFactory.create(org="ATC", number="SPECTRUM101", run="2026_T4")
        self.other = CourseFactory.create(org="ATC", number="ANTENNAS", run="2026_T4")
        for place in range(6):
            self.sell(self.course, f"S{place}", "120.00")
            self.sell(self.other, f"X{place}", "77.00")

    def sell(self, course, name, gross):
        payment = PaymentSummary(
            uuid=uuid5(NAMES, name),
            order_uuid=uuid5(NAMES, f"order {name}"),
            line_uuid=uuid5(NAMES, f"line {name}"),
            provider="sandbox",
            reference=name,
            offering_code="spectrum-online",
            course_key=str(course.id),
            payer_class=PayerClass.INDIVIDUAL,
            country="KE",
            gross=Money(gross, "USD"),
            tax=Money("0.00", "USD"),
            processor_fee=Money("0.00", "USD"),
            paid_at=OCTOBER,
        )
        api.book_payment(payment, at=OCTOBER)

    def person(self, role=None, course=None):
        user = UserFactory.create(password=PASSWORD)
        if role:
            role((course or self.course).id).add_users(user)
        self.client.login(username=user.username, password=PASSWORD)
        return user

    def dashboard(self, course=None):
        key = str((course or self.course).id)
        return self.client.get(reverse("instructor_dashboard", kwargs={"course_id": key}))

    def page(self, course=None, name="course_report"):
        return self.client.get(
            reverse(f"revenue_share:{name}", args=[str((course or self.course).id)])
        )

    def test_staff_and_instructors_find_their_sales_on_the_dashboard(self):
        for role in (CourseStaffRole, CourseInstructorRole):
            self.person(role)
            text = self.dashboard().content.decode()
            assert HEADING in text
            assert ">720.00<" in text
            assert ">462.00<" not in text
            assert f'data-section="{pipeline.KEY}"' in text

    def test_the_page_behind_it_is_for_the_team_alone(self):
        self.person(CourseStaffRole)
        assert ">720.00<" in self.page().content.decode()
        assert self.page(name="course_report_json").json()["rows"][0]["sales"] == 6
        assert self.page(self.other).status_code == 404

    def test_a_learner_finds_nothing(self):
        user = self.person()
        CourseEnrollmentFactory.create(user=user, course_id=self.course.id)
        assert self.dashboard().status_code == 404
        assert self.page().status_code == 404

    def test_who_is_signed_out_is_asked_to_sign_in(self):
        assert self.page().status_code == 302

    def test_global_staff_find_it_too(self):
        user = UserFactory.create(password=PASSWORD, is_staff=True)
        self.client.login(username=user.username, password=PASSWORD)
        assert ">720.00<" in self.dashboard().content.decode()

    def test_the_new_dashboard_is_given_a_tab_for_the_team_alone(self):
        filter_type = "org.openedx.learning.instructor.dashboard.tabs.requested.v1"
        step = pipeline.AddCourseTab(filter_type, [])
        staff, learner = self.person(CourseStaffRole), self.person()
        (tab,) = step.run_filter(tabs=[], user=staff, course_key=self.course.id)["tabs"]
        assert tab["url"].startswith(settings.LMS_ROOT_URL)
        assert self.client.login(username=staff.username, password=PASSWORD)
        assert self.client.get(tab["url"].removeprefix(settings.LMS_ROOT_URL)).status_code == 200
        assert step.run_filter(tabs=[], user=learner, course_key=self.course.id)["tabs"] == []

    def test_the_settings_of_the_platform_have_our_steps(self):
        for name, step in common.STEPS.items():
            assert step in settings.OPEN_EDX_FILTERS_CONFIG[name]["pipeline"]
        assert "revenue_share.W001" not in {found.id for found in run_checks(tags=["fairgate"])}
