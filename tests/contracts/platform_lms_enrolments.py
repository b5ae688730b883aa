"""Enrolments that follow rights, in a real LMS: its enrolments, modes, filters and workers.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
import real_rights
from common.djangoapps.course_modes.models import CourseMode
from common.djangoapps.student.models import CourseEnrollment, CourseEnrollmentAttribute
from common.djangoapps.student.signals import UNENROLL_DONE
from common.djangoapps.student.tests.factories import UserFactory
from django.core import mail
from django.core.management import CommandError, call_command
from django.test.utils import override_settings
from django.urls import reverse
from edx_django_utils.cache import RequestCache
from xmodule.modulestore.tests.django_utils import (
    TEST_DATA_SPLIT_MODULESTORE,
    ModuleStoreTestCase,
)
from xmodule.modulestore.tests.factories import CourseFactory

from fairgate import clock
from fee_gate import services as gates
from fee_gate.data import HoldScope, NewRule
from fee_payments import api as payments
from fee_payments import compat
from fee_payments.exceptions import EnrolmentRefused
from fee_payments.models import Enrolled, EnrolmentTask, Offering

FEE = "spectrum-online"
DAY = timedelta(days=1)
PASSWORD = "Password1234"


@override_settings(**real_rights.SETTINGS)
class SoldCourse(ModuleStoreTestCase):
    """Two course runs with a free and a verified mode, each with a fee, and a learner."""

    MODULESTORE = TEST_DATA_SPLIT_MODULESTORE

    def setUp(self):
        super().setUp()
        self.at = clock.now()
        self.course = CourseFactory.create(org="ATC", number="SPECTRUM101", run="2026_T4")
        self.other = CourseFactory.create(org="ATC", number="IMT101", run="2026_T4")
        for course, code in ((self.course, FEE), (self.other, "imt")):
            self.mode(course, "audit")
            self.mode(course, "verified", min_price=120)
            real_rights.offer(code, str(course.id), at=self.at)
        self.learner = UserFactory(username="learner", password=PASSWORD)
        self.learner.profile.country = real_rights.PAYING_COUNTRY
        self.learner.profile.save()

    def mode(self, course, slug, **more):
        return CourseMode.objects.create(
            course_id=course.id, mode_slug=slug, mode_display_name=slug, **more
        )

    def only(self, *slugs, course=None):
        """The course has these modes, and its free ones are no way in."""
        course = course or self.course
        CourseMode.objects.filter(course_id=course.id).delete()
        for slug in slugs:
            self.mode(course, slug, min_price=120)
        RequestCache.clear_all_namespaces()

    def hold(self):
        gates.begin_rule(
            NewRule(
                course_key=str(self.course.id),
                scope=HoldScope.ENROLMENT,
                fee=FEE,
                effective_from=self.at,
            ),
            at=self.at,
        )
        RequestCache.clear_all_namespaces()

    def pay(self, code=FEE, *, key=""):
        with self.captureOnCommitCallbacks(execute=True):
            return real_rights.pay(self.learner.id, code, at=self.at, key=key)

    def refund(self, paid):
        with self.captureOnCommitCallbacks(execute=True):
            real_rights.refund(paid, at=clock.now())

    def enrolment(self, course=None):
        """The mode, and whether the enrolment is active; ``None`` if there is none."""
        RequestCache.clear_all_namespaces()
        course = course or self.course
        row = CourseEnrollment.objects.filter(user=self.learner, course_id=course.id).first()
        return row and (row.mode, row.is_active)

    def attributes(self):
        rows = CourseEnrollmentAttribute.objects.filter(enrollment__user=self.learner)
        return set(rows.values_list("namespace", "name", "value"))


class Following(SoldCourse):
    """Bought, refunded, given, ended."""

    def test_who_pays_is_enrolled_as_verified_with_the_order_beside_it_and_no_mail(self):
        with mock.patch("fee_payments.api.follow_enrolment", wraps=payments.follow_enrolment) as it:
            paid = self.pay()
        assert it.call_count == 1  # by the task, of a worker
        assert self.enrolment() == ("verified", True)
        (right,) = payments.list_entitlements(self.learner.id, str(self.course.id))
        assert self.attributes() == {
            ("order", "order_id", str(paid.uuid)),
            ("fairgate", "entitlement_id", str(right.uuid)),
            ("fairgate", "source", "order"),
        }
        assert mail.outbox == []
        assert EnrolmentTask.objects.get().done_at is not None

    def test_what_others_wrote_beside_an_enrolment_stays(self):
        enrolled = CourseEnrollment.enroll(self.learner, self.course.id, "audit")
        CourseEnrollmentAttribute.objects.create(
            enrollment=enrolled, namespace="credit", name="provider_id", value="atc"
        )
        paid = self.pay()
        self.refund(paid)
        assert self.attributes() == {("credit", "provider_id", "atc")}

    def test_t16_a_refund_goes_back_to_audit_and_the_second_course_is_untouched(self):
        CourseEnrollment.enroll(self.learner, self.course.id, "audit")
        paid = self.pay()
        self.pay("imt")
        assert self.enrolment() == self.enrolment(self.other) == ("verified", True)
        self.refund(paid)
        assert self.enrolment() == ("audit", True)
        assert self.enrolment(self.other) == ("verified", True)

    def test_t23_who_buys_again_after_a_refund_is_verified_again(self):
        self.refund(self.pay())
        assert self.enrolment() == ("audit", True)
        self.pay(key="once more")
        assert self.enrolment() == ("verified", True)
        assert Enrolled.objects.count() == 2

    def test_a_run_that_is_only_sold_is_left_at_a_refund_without_a_word_to_a_shop(self):
        self.only("no-id-professional")
        heard = []
        listener = lambda **facts: heard.append(facts["skip_refund"])  # noqa: E731
        UNENROLL_DONE.connect(listener)
        self.addCleanup(UNENROLL_DONE.disconnect, listener)
        paid = self.pay()
        assert self.enrolment() == ("no-id-professional", True)
        self.refund(paid)
        assert self.enrolment() == ("no-id-professional", False)
        assert heard == [True]

    def test_a_deadline_for_buyers_that_is_over_is_none_for_who_has_bought(self):
        CourseMode.objects.filter(course_id=self.course.id, mode_slug="verified").update(
            _expiration_datetime=self.at - DAY
        )
        self.pay()
        assert self.enrolment() == ("verified", True)

    def test_a_course_whose_enrolment_is_over_and_full_lets_in_who_has_paid(self):
        self.course.enrollment_end = self.at - DAY
        self.course.max_student_enrollments_allowed = 0
        self.update_course(self.course, self.user.id)
        self.pay()
        assert self.enrolment() == ("verified", True)

    def test_access_by_hand_and_a_seat_code_enrol_and_end_as_well(self):
        with self.captureOnCommitCallbacks(execute=True):
            given = payments.give_access(
                self.learner.id, FEE, ends_at=None, reason="A guest.", by=1, key="k", at=self.at
            )
            real_rights.seat(self.learner.id, "imt", at=self.at)
        assert self.enrolment() == self.enrolment(self.other) == ("verified", True)
        with self.captureOnCommitCallbacks(execute=True):
            payments.end_access(given.uuid, reason="Over.", by=1, at=clock.now())
        assert self.enrolment() == ("audit", True)
        assert self.enrolment(self.other) == ("verified", True)

    def test_access_that_ends_by_time_is_acted_on_by_the_settle_command(self):
        Offering.objects.filter(code=FEE).update(access_days=30)
        self.pay()
        later = mock.patch.object(clock, "_source", return_value=self.at + 31 * DAY)
        with later, self.captureOnCommitCallbacks(execute=True):
            call_command("fee_payments_settle", stdout=(out := StringIO()))
        assert "1 right ended" in out.getvalue()
        with later:
            payments.follow_enrolments(at=clock.now())
        assert self.enrolment() == ("audit", True)


class Held(SoldCourse):
    """A hold before enrolment, by our own filter, lets in who has the right and no one else."""

    def setUp(self):
        super().setUp()
        self.hold()

    def test_the_hold_lets_through_who_has_paid(self):
        with pytest.raises(EnrolmentRefused, match="does not let them in"):
            compat.enrol(self.learner.id, str(self.course.id), "verified")
        assert self.enrolment() is None
        self.pay()
        assert self.enrolment() == ("verified", True)

    def test_a_refund_takes_who_came_by_the_fee_out_of_it_and_who_was_there_back(self):
        self.refund(self.pay())
        assert self.enrolment() == ("verified", False)
        earlier = UserFactory(username="earlier")
        row = CourseEnrollment.get_or_create_enrollment(earlier, self.course.id)
        row.update_enrollment(mode="audit", is_active=True)
        CourseEnrollment.objects.filter(pk=row.pk).update(created=self.at - DAY)
        self.learner = earlier
        self.refund(self.pay())
        assert self.enrolment() == ("audit", True)

    def test_who_enrols_themselves_before_the_worker_comes_came_by_the_right(self):
        paid = real_rights.pay(self.learner.id, FEE, at=self.at)
        assert self.client.login(username=self.learner.username, password=PASSWORD)
        pressed = {"enrollment_action": "enroll", "course_id": str(self.course.id)}
        assert self.client.post(reverse("change_enrollment"), pressed).status_code == 200
        assert self.enrolment() == ("audit", True)
        payments.follow_enrolments(at=clock.now())
        assert self.enrolment() == ("verified", True)
        self.refund(paid)
        assert self.enrolment() == ("verified", False)

    def test_t23_who_was_taken_out_comes_in_again_with_the_next_payment(self):
        self.refund(self.pay())
        self.pay(key="once more")
        assert self.enrolment() == ("verified", True)

    def test_a_refusal_of_another_plugins_filter_waits_and_says_why(self):
        step = mock.patch(
            "fee_gate.holds.enrolment", side_effect=RuntimeError("another plugin says no")
        )
        with step:
            self.pay()
        task = EnrolmentTask.objects.get()
        assert task.attempts == 1
        assert task.last_error.startswith("The platform does not let them in: ")
        assert self.enrolment() is None
        payments.follow_enrolments(at=clock.now() + DAY)
        assert self.enrolment() == ("verified", True)


class Ways(SoldCourse):
    """T25, F23: by whatever way somebody came into a paid mode, the command says so."""

    def found(self, *options):
        out = StringIO()
        with suppress(CommandError):
            call_command("fee_payments_enrolments", *options, stdout=out)
        return [line.split(" · ")[2] for line in out.getvalue().splitlines()[:-1]]

    def test_t25_an_enrolment_by_the_api_of_staff_without_a_right_is_found_and_kept(self):
        staff = UserFactory(username="staff", password=PASSWORD, is_staff=True)
        assert self.client.login(username=staff.username, password=PASSWORD)
        answer = self.client.post(
            reverse("courseenrollments"),
            json.dumps(
                {
                    "user": self.learner.username,
                    "mode": "verified",
                    "course_details": {"course_id": str(self.course.id)},
                }
            ),
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        assert self.found() == self.found("--fix") == ["in a paid mode without a right"]
        assert self.enrolment() == ("verified", True)
        assert self.found("--unenrol") == ["in a paid mode without a right"]
        assert self.enrolment() == ("verified", False)
        assert self.found() == []

    def test_f23_what_somebody_changed_about_a_paid_enrolment_is_found_and_mended(self):
        self.pay()
        assert self.found() == []
        row = CourseEnrollment.objects.get(user=self.learner)
        row.update_enrollment(mode="audit")
        assert self.found("--fix") == ["wrong mode"]
        assert self.enrolment() == ("verified", True)

    def test_b16_who_has_paid_and_is_not_enrolled_is_found_and_mended(self):
        real_rights.pay(self.learner.id, FEE, at=self.at)  # and the worker is down
        assert self.enrolment() is None
        assert self.found() == ["paid but not enrolled"]
        assert self.found("--course", str(self.other.id)) == []
        assert self.found("--fix") == ["paid but not enrolled"]
        assert self.enrolment() == ("verified", True)
        assert self.found() == []


class Modes(SoldCourse):
    """What the platform's modes are to us."""

    def test_modes_are_sold_or_free_and_the_most_valued_comes_first(self):
        run = str(self.course.id)
        assert (compat.paid_modes(run), compat.free_modes(run)) == (("verified",), ("audit",))
        self.only("no-id-professional", "verified", "professional", "credit")
        assert compat.paid_modes(run) == ("professional", "verified", "no-id-professional")
        assert compat.free_modes(run) == ()

    def test_a_mode_with_a_price_in_one_of_its_currencies_is_sold(self):
        self.only("honor")
        self.mode(self.course, "honor", min_price=0, currency="eur")
        RequestCache.clear_all_namespaces()
        assert compat.free_modes(str(self.course.id)) == ()

    def test_an_honour_mode_with_a_price_is_sold(self):
        self.only("honor")
        run = str(self.course.id)
        assert (compat.paid_modes(run), compat.free_modes(run)) == (("honor",), ())

    def test_a_course_without_modes_has_the_platforms_own(self):
        self.only()
        run = str(self.course.id)
        assert (compat.paid_modes(run), compat.free_modes(run)) == ((), ("audit",))

    def test_who_is_not_there_is_not_enrolled(self):
        with pytest.raises(EnrolmentRefused, match="There is no user 2147483647"):
            compat.enrol(2**31 - 1, str(self.course.id), "audit")
