"""The course that the tests in a real LMS try: published and counted, with people to try it.

The course is the one of our platform notes: a unit with a free introduction, a gate, a text and a
problem; and a unit behind the gate.
"""

from __future__ import annotations

from unittest import mock

from common.djangoapps.student.roles import CourseStaffRole
from common.djangoapps.student.tests.factories import CourseEnrollmentFactory, UserFactory
from django.test.utils import override_settings
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from lms.djangoapps.courseware.field_overrides import OverrideModulestoreFieldData
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.django_utils import (
    TEST_DATA_SPLIT_MODULESTORE,
    ModuleStoreTestCase,
)
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from fee_payments.models import Offering

FEE = "spectrum-online"
EXAM = "spectrum-exam"
PASSWORD = "Password1234"
SECRETS = ("SECRET-ONE", "SECRET-TWO", "SECRET-QUESTION")
MFE = "http://learning-mfe.example"
PROBLEM = (
    "<problem><p>SECRET-QUESTION</p>"
    "<numericalresponse answer='1'><formulaequationinput/></numericalresponse></problem>"
)


@override_settings(
    XBLOCK_FIELD_DATA_WRAPPERS=[
        "lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap"
    ],
    LEARNING_MICROFRONTEND_URL=MFE,
)
class GatedCourse(ModuleStoreTestCase):
    """The marker course, published and counted, and people to try its doors."""

    MODULESTORE = TEST_DATA_SPLIT_MODULESTORE
    ENABLED_SIGNALS = ["course_published"]
    SCOPE = "subsection"

    def setUp(self):
        OverrideModulestoreFieldData.provider_classes = None
        self.addCleanup(setattr, OverrideModulestoreFieldData, "provider_classes", None)
        self.entitled = {}
        door = mock.patch(
            "fee_payments.api.entitled_offerings",
            lambda user_id, at: frozenset(self.entitled.get(user_id, ())),
        )
        door.start()
        self.addCleanup(door.stop)
        super().setUp()
        self.build_course()
        self.forget()
        self.people = {
            "unpaid": self.person("unpaid"),
            "payer": self.person("payer"),
            "staff": self.person("staff"),
        }
        self.entitled[self.people["payer"].id] = {FEE}
        CourseStaffRole(self.course.id).add_users(self.people["staff"])

    def build_course(self):
        self.course = CourseFactory.create(org="ATC", number="SPECTRUM101", run="2026_T4")
        for code in (FEE, EXAM):
            Offering.objects.create(code=code, title=code, course_key=str(self.course.id))
        with self.store.bulk_operations(self.course.id):
            chapter = self.make(self.course, "chapter")
            self.subsection = self.make(chapter, "sequential")
            self.v1 = self.make(self.subsection, "vertical", display_name="V1")
            self.intro = self.make(self.v1, "html", data="<p>INTRODUCTION</p>")
            self.free_problem = self.make(
                self.v1, "problem", data=PROBLEM.replace("SECRET", "FREE")
            )
            self.gate = self.make(
                self.v1, "fee_gate", fee=FEE, scope=self.SCOPE, teaser="What you will learn"
            )
            self.secret = self.make(self.v1, "html", data="<p>SECRET-ONE</p>")
            self.problem = self.make(self.v1, "problem", data=PROBLEM)
            self.v2 = self.make(self.subsection, "vertical", display_name="V2")
            self.secret_two = self.make(self.v2, "html", data="<p>SECRET-TWO</p>")
        self.publish()

    def make(self, parent, category, **fields):
        return BlockFactory.create(
            parent=parent, category=category, user_id=self.user.id, publish_item=False, **fields
        )

    def publish(self):
        """As Studio publishes. Tasks run at once here, so the structure is collected too early:
        the hardest case for what apps see."""
        draft = self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred)
        with self.captureOnCommitCallbacks(execute=True), draft:
            self.store.publish(self.course.location, self.user.id)
        self.forget()

    def person(self, name):
        user = UserFactory(username=name, password=PASSWORD)
        CourseEnrollmentFactory(user=user, course_id=self.course.id)
        return user

    def forget(self):
        RequestCache.clear_all_namespaces()

    def as_(self, name):
        self.client.logout()
        if name != "anonymous":
            assert self.client.login(username=name, password=PASSWORD)
        self.forget()

    def get(self, url, **headers):
        self.forget()
        return self.client.get(url, **headers)

    def page(self, block, *, recheck=False, mfe=False):
        url = reverse("render_xblock", args=[str(block.location)])
        headers = {"HTTP_REFERER": MFE} if mfe else {}
        return self.get(url + ("?recheck_access=1" if recheck else ""), **headers)

    def handler(
        self, block, route="xblock_handler", handler="xmodule_handler", suffix="problem_get"
    ):
        return reverse(
            route,
            kwargs={
                "course_id": str(self.course.id),
                "usage_id": str(block.location),
                "handler": handler,
                "suffix": suffix,
            },
        )

    def blocks_api(self, username):
        self.as_(username)
        return self.client.get(
            reverse("blocks_in_course"),
            {
                "course_id": str(self.course.id),
                "username": username,
                "depth": "all",
                "student_view_data": "html,video,problem,fee_gate",
                "requested_fields": "children,display_name",
            },
        )

    def assert_shut(self, response):
        """Whatever the status: not one gated byte."""
        text = response.content.decode()
        for secret in SECRETS:
            assert secret not in text, (response.status_code, text[:500])
