"""Holds and checkout links in a real LMS: every way into a course, and every link to a shop.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

import json
from datetime import timedelta
from unittest import mock
from urllib.parse import urlsplit

import ddt
import pytest
from common.djangoapps.course_modes.models import CourseMode
from common.djangoapps.student.models import (
    CourseEnrollment,
    CourseEnrollmentAllowed,
    EnrollmentNotAllowed,
    Registration,
)
from common.djangoapps.student.roles import (
    CourseBetaTesterRole,
    CourseInstructorRole,
    CourseStaffRole,
    SupportStaffRole,
)
from common.djangoapps.student.tests.factories import CourseEnrollmentFactory, UserFactory
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import DatabaseError
from django.test.utils import override_settings
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from lms.djangoapps.certificates.generation_handler import (
    CertificateGenerationNotAllowed,
    generate_allowlist_certificate_task,
    generate_certificate_task,
)
from lms.djangoapps.certificates.models import GeneratedCertificate
from lms.djangoapps.certificates.tests.factories import CertificateAllowlistFactory
from lms.djangoapps.commerce.models import CommerceConfiguration
from lms.djangoapps.commerce.utils import EcommerceService
from lms.djangoapps.instructor_task.tasks_helper.certs import generate_students_certificates
from openedx.core.djangoapps.oauth_dispatch.jwt import create_jwt_for_user
from openedx.core.djangoapps.waffle_utils.models import WaffleFlagCourseOverrideModel
from xmodule.modulestore.tests.django_utils import (
    TEST_DATA_SPLIT_MODULESTORE,
    ModuleStoreTestCase,
)
from xmodule.modulestore.tests.factories import CourseFactory

from fairgate import clock
from fairgate.money import Money
from fee_gate import compat, handlers, holds, services
from fee_gate.data import HoldScope, NewRule
from fee_gate.models import FeeGateRule
from fee_payments import api as payments
from fee_payments.data import EntitlementChange, OfferingEntry, PayerClass, PriceEntry

FEE = "spectrum-online"
PAGE = f"/fairgate/fees/{FEE}/"
PASSWORD = "Password1234"
DAY = timedelta(days=1)
STEP = "fee_gate.pipeline.HoldEnrolment"
ENROLMENT = "org.openedx.learning.course.enrollment.started.v1"
KEY = "a-key-of-this-site"


class HeldCourse(ModuleStoreTestCase):
    """A course run whose enrolments wait for a fee since an hour ago, and people at its door."""

    MODULESTORE = TEST_DATA_SPLIT_MODULESTORE
    SCOPE = HoldScope.ENROLMENT

    def setUp(self):
        super().setUp()
        self.entitled = {}
        door = mock.patch(
            "fee_payments.api.entitled_offerings",
            lambda user_id, at: frozenset(self.entitled.get(user_id, ())),
        )
        door.start()
        self.addCleanup(door.stop)
        self.course = CourseFactory.create(org="ATC", number="SPECTRUM101", run="2026_T4")
        self.offer(FEE, self.course)
        self.begun_at = clock.now() - timedelta(hours=1)
        self.rule = services.begin_rule(
            NewRule(
                course_key=str(self.course.id),
                scope=self.SCOPE,
                fee=FEE,
                effective_from=self.begun_at,
            ),
            at=self.begun_at,
        )
        self.learner = self.person("learner")
        RequestCache.clear_all_namespaces()

    def offer(self, code, course, kind="course_run"):
        price = PriceEntry(
            payer_class=PayerClass.INDIVIDUAL,
            amount=Money("120.00", "USD"),
            valid_from=(clock.now() - DAY).date(),
        )
        payments.set_offering(
            OfferingEntry(
                code=code,
                title="Spectrum management",
                course_key=str(course.id),
                prices=(price,),
                kind=kind,
            )
        )

    def person(self, name, **facts):
        return UserFactory(username=name, password=PASSWORD, **facts)

    def as_(self, user):
        self.client.logout()
        assert self.client.login(username=user.username, password=PASSWORD)

    def is_in(self, user=None):
        return CourseEnrollment.is_enrolled(user or self.learner, self.course.id)

    def assert_says_where_to_pay(self, text):
        assert "This course has a fee" in text, text
        assert f"http://testserver{PAGE}" in text, text

    # The doors.

    def press_enrol(self):
        return self.client.post(
            reverse("change_enrollment"),
            {"enrollment_action": "enroll", "course_id": str(self.course.id)},
        )

    def ask_api(self, *, user=None, **more):
        headers = {name: more.pop(name) for name in list(more) if name.startswith("HTTP_")}
        data = {"course_details": {"course_id": str(self.course.id)}, **more}
        if user:
            data["user"] = user.username
        return self.client.post(
            reverse("courseenrollments"),
            json.dumps(data),
            content_type="application/json",
            **headers,
        )

    def enrol_by_email(self, email, *, auto_enroll=True):
        return self.client.post(
            reverse("students_update_enrollment", args=[str(self.course.id)]),
            {
                "action": "enroll",
                "identifiers": email,
                "email_students": False,
                "auto_enroll": auto_enroll,
                "reason": "x",
            },
        )


class WhatIsInstalled(HeldCourse):
    """The filters and overrides are those of this platform, and ours are in them."""

    def test_our_steps_are_first_and_not_silent(self):
        entry = settings.OPEN_EDX_FILTERS_CONFIG[ENROLMENT]
        assert entry["pipeline"][0] == STEP
        assert entry["fail_silently"] is False

    def test_the_default_key_of_the_platform_is_known_to_us(self):
        """compat.has_api_key refuses it by its text."""
        assert settings.EDX_API_KEY == "PUT_YOUR_API_KEY_HERE"


@ddt.ddt
class LearnersEnrol(HeldCourse):
    """What a learner can do for themselves."""

    def test_the_enrol_button_says_where_to_pay(self):
        self.as_(self.learner)
        answer = self.press_enrol()
        assert answer.status_code == 400
        self.assert_says_where_to_pay(answer.content.decode())
        assert not self.is_in()

    def test_the_enrolment_api_answers_403_with_the_sentence(self):
        self.as_(self.learner)
        answer = self.ask_api()
        assert answer.status_code == 403, answer.content
        self.assert_says_where_to_pay(answer.json()["message"])
        self.assert_says_where_to_pay(answer.json()["localizedMessage"])
        assert not CourseEnrollment.objects.filter(user=self.learner).exists()

    def test_a_token_is_as_good_as_a_session(self):
        token = create_jwt_for_user(self.learner)
        answer = self.ask_api(HTTP_AUTHORIZATION=f"JWT {token}")
        assert answer.status_code == 403
        assert not self.is_in()

    @ddt.data("audit", "honor")
    def test_whatever_the_mode(self, mode):
        CourseMode.objects.create(course_id=self.course.id, mode_slug=mode, mode_display_name=mode)
        self.as_(self.learner)
        assert self.ask_api(mode=mode).status_code == 403
        assert not self.is_in()

    def test_the_basket_of_old_apps_answers_403(self):
        CourseMode.objects.create(
            course_id=self.course.id, mode_slug="honor", mode_display_name="Honor"
        )
        self.as_(self.learner)
        # The platform's line for the log has one argument too many, which only pytest minds.
        with mock.patch("lms.djangoapps.commerce.api.v0.views.log"):
            answer = self.client.post(
                reverse("commerce_api:v0:baskets:create"), {"course_id": str(self.course.id)}
            )
        assert answer.status_code == 403, answer.content
        assert not self.is_in()

    def test_choosing_a_track_is_no_way_in(self):
        for mode in ("audit", "honor", "verified"):
            CourseMode.objects.create(
                course_id=self.course.id, mode_slug=mode, mode_display_name=mode, min_price=1
            )
        self.as_(self.learner)
        url = reverse("course_modes_choose", args=[str(self.course.id)])
        for button in ("audit_mode", "honor_mode"):
            answer = self.client.post(url, {button: "x"}, HTTP_ACCEPT="text/html")
            self.assertRedirects(answer, f"http://testserver{PAGE}")
        assert not self.is_in()

    def test_who_left_and_comes_back_settles_the_fee_too(self):
        CourseEnrollmentFactory(user=self.learner, course_id=self.course.id, is_active=False)
        self.as_(self.learner)
        assert self.press_enrol().status_code == 400
        assert self.ask_api(is_active=True).status_code == 403
        assert not self.is_in()

    def test_who_is_in_is_answered_as_before(self):
        CourseEnrollmentFactory(user=self.learner, course_id=self.course.id)
        self.as_(self.learner)
        assert self.ask_api().status_code == 200
        assert self.is_in()

    def test_who_has_settled_the_fee_enrols(self):
        self.entitled[self.learner.id] = {FEE}
        self.as_(self.learner)
        assert self.press_enrol().status_code == 200
        assert self.is_in()

    def test_who_has_settled_the_fee_enrols_by_api(self):
        self.entitled[self.learner.id] = {FEE}
        self.as_(self.learner)
        assert self.ask_api().status_code == 200
        assert self.is_in()

    def test_another_fee_is_not_this_one(self):
        self.entitled[self.learner.id] = {"another"}
        self.as_(self.learner)
        assert self.press_enrol().status_code == 400
        assert not self.is_in()

    def test_where_the_kill_switch_is_thrown_nothing_is_held(self):
        WaffleFlagCourseOverrideModel.objects.create(
            waffle_flag=compat.SWITCH, course_id=self.course.id, override_choice="off", enabled=True
        )
        self.as_(self.learner)
        assert self.press_enrol().status_code == 200
        assert self.is_in()

    def test_beta_testers_enrol_themselves(self):
        CourseBetaTesterRole(self.course.id).add_users(self.learner)
        self.as_(self.learner)
        assert self.press_enrol().status_code == 200
        assert self.is_in()

    def test_before_it_begins_and_after_it_ends_nothing_is_held(self):
        for moment in (self.begun_at - DAY, self.begun_at + DAY):
            services.end_rule(self.rule.id, ends_at=clock.now(), at=self.begun_at)
            with mock.patch("fee_gate.pipeline.clock.now", lambda at=moment: at):
                self.as_(self.learner)
                assert self.press_enrol().status_code == 200
                CourseEnrollment.unenroll(self.learner, self.course.id)
            FeeGateRule.objects.update(ends_at=None)

    def test_another_course_is_not_held_and_costs_one_query(self):
        other = CourseFactory.create()
        with self.assertNumQueries(1):
            assert holds.enrolment(self.learner.id, other.id, at=clock.now()).access == "open"
        self.as_(self.learner)
        answer = self.client.post(
            reverse("change_enrollment"),
            {"enrollment_action": "enroll", "course_id": str(other.id)},
        )
        assert answer.status_code == 200
        assert CourseEnrollment.is_enrolled(self.learner, other.id)

    def test_k24_when_nobody_can_say_the_door_stays_shut(self):
        self.entitled[self.learner.id] = {FEE}
        self.as_(self.learner)
        with mock.patch("fee_payments.api.entitled_offerings", side_effect=DatabaseError("gone")):
            button, asked = self.press_enrol(), self.ask_api()
        assert button.status_code == 400
        assert "cannot see at the moment" in button.content.decode()
        assert asked.status_code == 403
        assert not self.is_in()


class OthersEnrol(HeldCourse):
    """Staff, service accounts and those they invite."""

    def setUp(self):
        super().setUp()
        self.instructor = self.person("instructor")
        CourseInstructorRole(self.course.id).add_users(self.instructor)
        CourseStaffRole(self.course.id).add_users(self.instructor)

    def test_staff_of_the_course_enrol_themselves(self):
        self.as_(self.instructor)
        assert self.press_enrol().status_code == 200
        assert self.is_in(self.instructor)

    def test_staff_of_another_course_do_not(self):
        stranger = self.person("stranger")
        CourseStaffRole(CourseFactory.create().id).add_users(stranger)
        self.as_(stranger)
        assert self.press_enrol().status_code == 400
        assert not self.is_in(stranger)

    def test_global_staff_enrol_a_learner_by_api(self):
        self.as_(self.person("boss", is_staff=True))
        assert self.ask_api(user=self.learner).status_code == 200
        assert self.is_in()

    def test_a_service_that_calls_with_a_token_enrols_a_learner(self):
        token = create_jwt_for_user(self.person("worker", is_staff=True))
        answer = self.ask_api(user=self.learner, HTTP_AUTHORIZATION=f"JWT {token}")
        assert answer.status_code == 200, answer.content
        assert self.is_in()

    @override_settings(EDX_API_KEY=KEY)
    def test_a_server_with_the_key_of_the_site_enrols_a_learner(self):
        answer = self.ask_api(user=self.learner, HTTP_X_EDX_API_KEY=KEY)
        assert answer.status_code == 200, answer.content
        assert self.is_in()

    @override_settings(EDX_API_KEY=KEY)
    def test_a_wrong_key_is_no_key(self):
        self.as_(self.learner)
        assert self.ask_api(HTTP_X_EDX_API_KEY="wrong").status_code == 403
        assert not self.is_in()

    def test_a_key_that_everybody_knows_is_no_key(self):
        for key in ("PUT_YOUR_API_KEY_HERE", ""):
            with override_settings(EDX_API_KEY=key):
                answer = self.ask_api(user=self.learner, HTTP_X_EDX_API_KEY=key)
                assert answer.status_code == 403, (key, answer.content)
        assert not self.is_in()

    def test_an_instructor_enrols_by_email(self):
        self.as_(self.instructor)
        assert self.enrol_by_email(self.learner.email).status_code == 200
        assert self.is_in()

    def test_an_instructor_adds_a_beta_tester(self):
        self.as_(self.instructor)
        answer = self.client.post(
            reverse("bulk_beta_modify_access", args=[str(self.course.id)]),
            {
                "action": "add",
                "identifiers": self.learner.email,
                "auto_enroll": True,
                "email_students": False,
            },
        )
        assert answer.status_code == 200, answer.content
        assert self.is_in()

    def support(self):
        supporter = self.person("supporter")
        SupportStaffRole().add_users(supporter)
        CourseMode.objects.create(
            course_id=self.course.id, mode_slug="audit", mode_display_name="Audit"
        )
        return supporter

    def enrol_as_support(self):
        return self.client.post(
            reverse("support:enrollment_list", args=[self.learner.username]),
            json.dumps({"course_id": str(self.course.id), "mode": "audit", "reason": "x"}),
            content_type="application/json",
        )

    def test_support_enrols_with_our_permission(self):
        supporter = self.support()
        supporter.user_permissions.add(Permission.objects.get(codename="enrol_without_fee"))
        self.as_(supporter)
        assert self.enrol_as_support().status_code == 200
        assert self.is_in()

    def test_support_without_it_does_not(self):
        self.as_(self.support())
        answer = self.enrol_as_support()
        assert answer.status_code == 403
        self.assert_says_where_to_pay(answer.content.decode())
        assert not self.is_in()


class InvitedPeople(HeldCourse):
    """Whom staff enrolled by e-mail before they had an account (CourseEnrollmentAllowed)."""

    EMAIL = "new@example.org"

    def invite(self, **how):
        instructor = self.person("instructor")
        CourseInstructorRole(self.course.id).add_users(instructor)
        CourseStaffRole(self.course.id).add_users(instructor)
        self.as_(instructor)
        assert self.enrol_by_email(self.EMAIL, **how).status_code == 200
        self.client.logout()
        assert CourseEnrollmentAllowed.objects.get(email=self.EMAIL)

    def register(self, email=EMAIL):
        answer = self.client.post(
            reverse("user_api_registration"),
            {
                "email": email,
                "name": "New Person",
                "username": "new",
                "password": PASSWORD,
                "honor_code": "true",
                "terms_of_service": "true",
            },
        )
        assert answer.status_code == 200, answer.content
        user = get_user_model().objects.get(email=email)
        key = Registration.objects.get(user=user).activation_key
        assert self.client.get(reverse("activate", args=[key])).status_code in (200, 302)
        return user

    def test_come_in_when_they_register(self):
        self.invite()
        assert self.is_in(self.register())

    def test_register_and_settle_the_fee_where_staff_let_them_enrol_themselves(self):
        self.invite(auto_enroll=False)
        user = self.register()
        assert not self.is_in(user)
        self.as_(user)
        assert self.press_enrol().status_code == 400
        assert not self.is_in(user)

    def test_nobody_elses_invitation_counts(self):
        self.invite()
        user = self.register("other@example.org")
        self.as_(user)
        assert self.press_enrol().status_code == 400
        assert not self.is_in(user)


class WithoutARequest(HeldCourse):
    """Management commands and tasks."""

    def enrol(self):
        call_command(
            "enroll_user_in_course", email=[self.learner.email], course=[str(self.course.id)]
        )

    def test_a_command_is_held(self):
        with pytest.raises(EnrollmentNotAllowed):
            self.enrol()
        assert not self.is_in()

    @override_settings(FEE_GATE_ENROL_WITHOUT_REQUEST=True)
    def test_a_command_enrols_where_the_operator_lets_it(self):
        self.enrol()
        assert self.is_in()


class WhatNoHoldStops(HeldCourse):
    """Changes of an enrolment that is there: the platform does not ask. docs/concepts/holds.md."""

    def setUp(self):
        super().setUp()
        self.enrolment = CourseEnrollmentFactory(
            user=self.learner, course_id=self.course.id, is_active=False
        )

    def test_a_change_of_mode(self):
        self.enrolment.change_mode("verified")
        assert CourseEnrollment.objects.get(user=self.learner).mode == "verified"

    def test_staff_activating_it_again_by_api(self):
        self.as_(self.person("boss", is_staff=True))
        assert self.ask_api(user=self.learner, is_active=True).status_code == 200
        assert self.is_in()

    def test_code_activating_it_again(self):
        self.enrolment.activate()
        assert self.is_in()

    def test_a_row_that_an_operator_adds_in_the_admin(self):
        other = self.person("other")
        CourseEnrollment.get_or_create_enrollment(other, self.course.id).update_enrollment(
            is_active=True
        )
        assert self.is_in(other)


@mock.patch(
    "lms.djangoapps.certificates.generation_handler._is_passing_grade",
    mock.Mock(return_value=True),
)
@mock.patch(
    "lms.djangoapps.certificates.generation_handler.has_html_certificates_enabled",
    mock.Mock(return_value=True),
)
class Certificates(HeldCourse):
    """Certificates that wait for a fee, of learners who passed."""

    SCOPE = HoldScope.CERTIFICATE

    def setUp(self):
        super().setUp()
        self.enrolment = CourseEnrollmentFactory(
            user=self.learner, course_id=self.course.id, mode="honor"
        )

    def generate(self):
        return generate_certificate_task(self.learner, self.course.id)

    def has_certificate(self):
        found = GeneratedCertificate.certificate_for_student(self.learner, self.course.id)
        return found is not None and found.status == "downloadable"

    def test_wait_for_the_fee(self):
        with pytest.raises(CertificateGenerationNotAllowed) as refused:
            self.generate()
        assert PAGE in str(refused.value)
        assert not self.has_certificate()

    def test_are_made_when_asked_for_after_the_payment(self):
        with pytest.raises(CertificateGenerationNotAllowed):
            self.generate()
        self.entitled[self.learner.id] = {FEE}
        assert self.generate() is True
        assert self.has_certificate()

    def test_are_made_at_the_payment_where_the_platform_makes_them_by_itself(self):
        change = EntitlementChange(
            user_id=self.learner.id, offering_code=FEE, course_key=str(self.course.id)
        )
        is_automatic = mock.patch(
            "lms.djangoapps.certificates.api.auto_certificate_generation_enabled"
        )
        with is_automatic as automatic:
            automatic.return_value = True
            handlers.follow_learner(change=change)  # a refund, say
            assert not self.has_certificate()

            self.entitled[self.learner.id] = {FEE}
            automatic.return_value = False
            handlers.follow_learner(change=change)
            assert not self.has_certificate()

            automatic.return_value = True
            handlers.follow_learner(change=change)
        assert self.has_certificate()

    def test_of_earlier_learners_are_made_as_before(self):
        self.enrolled(self.begun_at - timedelta(seconds=1))
        assert self.generate() is True
        assert self.has_certificate()

    def test_of_who_enrolled_in_the_moment_it_began_wait(self):
        self.enrolled(self.begun_at)
        with pytest.raises(CertificateGenerationNotAllowed):
            self.generate()
        assert not self.has_certificate()

    def enrolled(self, moment):
        CourseEnrollment.objects.filter(pk=self.enrolment.pk).update(created=moment)

    def test_the_learner_who_asks_reads_where_to_pay(self):
        self.as_(self.learner)
        url = reverse("generate_user_cert", args=[str(self.course.id)])
        answer = self.client.post(url)
        assert answer.status_code == 400
        assert f"http://testserver{PAGE}" in answer.content.decode()
        assert not self.has_certificate()

        self.entitled[self.learner.id] = {FEE}
        self.client.post(url)
        assert self.has_certificate()

    def test_of_who_is_on_the_list_of_exceptions_wait_too(self):
        CertificateAllowlistFactory.create(course_id=self.course.id, user=self.learner)
        assert generate_allowlist_certificate_task(self.learner, self.course.id) is False
        assert not self.has_certificate()

    def test_the_command_of_the_platform_goes_on_after_a_held_one(self):
        payer = self.person("payer")
        CourseEnrollmentFactory(user=payer, course_id=self.course.id, mode="honor")
        self.entitled[payer.id] = {FEE}
        call_command("cert_generation", "-u", self.learner.id, payer.id, "-c", self.course.id)
        assert GeneratedCertificate.certificate_for_student(payer, self.course.id)
        assert not self.has_certificate()

    def test_the_batch_of_an_instructor_stops_at_the_first_held_one(self):
        """Which is why docs/concepts/holds.md sends operators to the command."""
        with (
            mock.patch("lms.djangoapps.instructor_task.tasks_helper.runner._get_current_task"),
            pytest.raises(CertificateGenerationNotAllowed),
        ):
            generate_students_certificates(None, None, self.course.id, {}, "generated")
        assert not self.has_certificate()

    def test_enrolment_is_not_held_by_it(self):
        other = self.person("other")
        self.as_(other)
        assert self.press_enrol().status_code == 200
        assert self.is_in(other)

    def test_wait_when_nobody_can_say(self):
        self.entitled[self.learner.id] = {FEE}
        gone = mock.patch("fee_payments.api.entitled_offerings", side_effect=DatabaseError("gone"))
        with gone, pytest.raises(CertificateGenerationNotAllowed):
            self.generate()
        assert not self.has_certificate()


def another_shop(_prev_fn, _service, *skus, **_about):
    """An override that is there before ours: another shop."""
    return "https://shop.example/?" + "&".join(str(sku) for sku in skus)


class CheckoutLinks(HeldCourse):
    """Where the platform sends who wants to upgrade."""

    SCOPE = HoldScope.CERTIFICATE
    URL = f"http://localhost:8000{PAGE}"

    def setUp(self):
        super().setUp()
        CommerceConfiguration.objects.create(enabled=True, checkout_on_ecommerce_service=True)
        CourseMode.objects.create(
            course_id=self.course.id, mode_slug="audit", mode_display_name="Audit"
        )

    def sell(self, mode="verified", sku=FEE, **more):
        return CourseMode.objects.create(
            course_id=self.course.id,
            mode_slug=mode,
            mode_display_name=mode,
            min_price=120,
            sku=sku,
            **more,
        )

    def upgrade_url(self):
        return EcommerceService().upgrade_url(self.learner, self.course.id)

    def test_the_upgrade_link_is_the_fees_page(self):
        self.sell()
        assert self.upgrade_url() == self.URL

    def test_without_an_sku_it_is_the_one_fee_of_the_course(self):
        self.sell(sku=None)
        assert self.upgrade_url() == self.URL
        self.offer("another", self.course)
        assert PAGE not in self.upgrade_url()

    def test_an_sku_that_is_no_fee_goes_where_it_went(self):
        self.sell(sku="8A47F9E")
        with override_settings(ECOMMERCE_PUBLIC_URL_ROOT="https://shop.example"):
            assert self.upgrade_url() == "https://shop.example/basket/add/?sku=8A47F9E"

    def test_an_override_that_was_there_is_asked_for_what_is_not_ours(self):
        ours = settings.OVERRIDE_GET_CHECKOUT_PAGE_URL
        self.sell()
        with override_settings(
            OVERRIDE_GET_CHECKOUT_PAGE_URL=["platform_lms_holds.another_shop", *ours]
        ):
            assert self.upgrade_url() == self.URL
            assert (
                EcommerceService().get_checkout_page_url("8A47F9E")
                == "https://shop.example/?8A47F9E"
            )

    def test_a_fee_of_another_course_is_not_sold_here(self):
        self.offer("elsewhere", CourseFactory.create())
        self.sell(sku="elsewhere")
        assert "/fairgate/fees/elsewhere/" not in self.upgrade_url()

    @override_settings(
        FEE_PAYMENTS_CHECKOUT_LINKS=False, ECOMMERCE_PUBLIC_URL_ROOT="https://s.test"
    )
    def test_switched_off_nothing_changes(self):
        self.sell()
        assert self.upgrade_url() == f"https://s.test/basket/add/?sku={FEE}"
        assert EcommerceService().payment_page_url() == "https://s.test/basket/add/"

    def test_the_platform_shows_it_only_where_checkout_is_switched_on(self):
        CommerceConfiguration.objects.create(enabled=True, checkout_on_ecommerce_service=False)
        self.sell()
        assert self.upgrade_url() == reverse("dashboard")

    def test_the_learning_mfe_is_given_it(self):
        self.sell(expiration_datetime=clock.now() + 30 * DAY)
        CourseEnrollmentFactory(user=self.learner, course_id=self.course.id, mode="audit")
        self.as_(self.learner)
        answer = self.client.get(reverse("course-home:course-metadata", args=[self.course.id]))
        assert answer.status_code == 200
        assert answer.json()["verified_mode"]["upgrade_url"] == self.URL

    def test_a_run_that_is_only_sold_leads_from_the_tracks_to_the_fee(self):
        CourseMode.objects.filter(course_id=self.course.id).delete()
        self.sell(mode="no-id-professional")
        self.as_(self.learner)
        url = reverse("course_modes_choose", args=[str(self.course.id)])
        self.assertRedirects(self.client.get(url), self.URL, fetch_redirect_response=False)

    def test_the_enrol_button_of_such_a_run_leads_there_without_a_refusal(self):
        """Which is what docs/concepts/holds.md advises."""
        CourseMode.objects.filter(course_id=self.course.id).delete()
        self.sell(mode="no-id-professional")
        services.begin_rule(
            NewRule(
                course_key=str(self.course.id),
                scope=HoldScope.ENROLMENT,
                fee=FEE,
                effective_from=self.begun_at,
            ),
            at=self.begun_at,
        )
        self.as_(self.learner)
        answer = self.press_enrol()
        assert answer.status_code == 200
        assert not self.is_in()
        tracks = self.client.get(answer.content.decode())
        self.assertRedirects(tracks, self.URL, fetch_redirect_response=False)

    def test_the_basket_that_pages_build_links_on_leads_to_the_fee(self):
        basket = EcommerceService().payment_page_url()
        assert basket == "http://localhost:8000/fairgate/fees/orders/checkout/"
        self.as_(self.learner)
        answer = self.client.get(f"{urlsplit(basket).path}?sku={FEE}")
        self.assertRedirects(answer, PAGE)

    def test_the_basket_passes_on_what_is_no_fee(self):
        path = urlsplit(EcommerceService().payment_page_url()).path
        with override_settings(ECOMMERCE_PUBLIC_URL_ROOT="https://shop.example"):
            answer = self.client.get(f"{path}?sku=8A47F9E")
        self.assertRedirects(
            answer, "https://shop.example/basket/add/?sku=8A47F9E", fetch_redirect_response=False
        )

    def test_receipts_of_another_shop_stay_its_pages(self):
        with override_settings(ECOMMERCE_PUBLIC_URL_ROOT="https://shop.example"):
            url = EcommerceService().get_receipt_page_url("EDX-100")
        assert url == "https://shop.example/checkout/receipt/?order_number=EDX-100"
