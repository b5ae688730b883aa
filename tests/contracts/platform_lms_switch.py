"""What an operator and fee_payments change, seen in a real LMS at the next request.

The kill switch, a fee that comes on offer, a payment; and how many queries all of it costs.
"""

from __future__ import annotations

from cms.djangoapps.contentstore.outlines import update_outline_from_modulestore
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from gated_course import FEE, GatedCourse
from openedx.core.djangoapps.waffle_utils.models import (
    WaffleFlagCourseOverrideModel,
    WaffleFlagOrgOverrideModel,
)
from waffle.models import Flag
from xmodule.modulestore.tests.factories import CourseFactory

from fee_gate import compat, remembered, selectors
from fee_payments.models import Offering


class Switched(GatedCourse):
    """``fee_gate.enforce``."""

    def setUp(self):
        super().setUp()
        self.as_("unpaid")
        self.assert_shut(self.page(self.secret))

    def switch(self, kind, **facts):
        with self.captureOnCommitCallbacks(execute=True):
            kind.objects.create(waffle_flag=compat.SWITCH, enabled=True, **facts)

    def is_open(self):
        page = "SECRET-ONE" in self.page(self.secret).content.decode()
        handler = self.get(self.handler(self.problem)).status_code == 200
        noauth = self.get(self.handler(self.problem, "xblock_handler_noauth")).status_code == 200
        blocks = str(self.problem.location) in self.blocks_api("unpaid").json()["blocks"]
        assert page == handler == noauth == blocks, (page, handler, noauth, blocks)
        return page

    def test_gates_hold_when_nothing_is_said(self):
        assert not self.is_open()

    def test_a_course_is_opened_and_shut_again(self):
        course = {"course_id": self.course.id}
        self.switch(WaffleFlagCourseOverrideModel, override_choice="off", **course)
        assert self.is_open()
        self.switch(WaffleFlagCourseOverrideModel, override_choice="on", **course)
        assert not self.is_open()

    def test_another_course_stays_shut(self):
        other = CourseFactory.create().id
        self.switch(WaffleFlagCourseOverrideModel, override_choice="off", course_id=other)
        assert not self.is_open()

    def test_an_organisation_is_opened_but_not_against_its_course(self):
        self.switch(WaffleFlagOrgOverrideModel, override_choice="off", org="ATC")
        assert self.is_open()
        course = {"course_id": self.course.id}
        self.switch(WaffleFlagCourseOverrideModel, override_choice="on", **course)
        assert not self.is_open()

    def test_the_instance_is_opened_by_no_for_everyone_and_by_nothing_else(self):
        with self.captureOnCommitCallbacks(execute=True):
            flag = Flag.objects.create(name=compat.SWITCH, everyone=None, percent="0.0")
        assert not self.is_open()
        with self.captureOnCommitCallbacks(execute=True):
            flag.everyone = False
            flag.save()
        assert self.is_open()
        with self.captureOnCommitCallbacks(execute=True):
            flag.delete()
        assert not self.is_open()

    def test_the_gate_itself_is_not_drawn_while_it_is_off(self):
        self.switch(WaffleFlagCourseOverrideModel, override_choice="off", course_id=self.course.id)
        page = self.page(self.v1, recheck=True, mfe=True)
        self.assertContains(page, "SECRET-ONE")
        self.assertNotContains(page, "fee-gate__heading")


class Offered(GatedCourse):
    """A gate's fee has to be one of the course's."""

    def test_a_fee_of_another_run_opens_nothing_and_offering_it_here_opens_it(self):
        with self.captureOnCommitCallbacks(execute=True):
            Offering.objects.update(course_key="course-v1:ATC+SPECTRUM101+2025_T4")
            self.tell_fees()
        self.as_("payer")
        self.assert_shut(self.page(self.secret))
        names = self.blocks_api("payer").json()["blocks"]
        assert str(self.secret.location) not in names

        with self.captureOnCommitCallbacks(execute=True):
            Offering.objects.filter(code=FEE).update(course_key=str(self.course.id))
            self.tell_fees()
        self.as_("payer")
        self.assertContains(self.page(self.secret), "SECRET-ONE")
        assert str(self.secret.location) in self.blocks_api("payer").json()["blocks"]

    def tell_fees(self):
        from fee_payments.services import catalogue

        catalogue.tell_courses({str(self.course.id)})


class Queries(GatedCourse):
    """A gate costs an ungated course nothing, and a gated one a single question."""

    def ours(self, ask):
        """Our queries in a request that was made once before."""
        ask()
        with CaptureQueriesContext(connection) as found:
            ask()
        names = ("fee_gate_", "fee_payments_", "waiver_policy_", compat.SWITCH)
        return [one["sql"] for one in found if any(name in one["sql"] for name in names)]

    def test_an_ungated_course_asks_nothing(self):
        other = CourseFactory.create()
        unit = self.make(self.make(self.make(other, "chapter"), "sequential"), "vertical")
        text = self.make(unit, "html", data="<p>FREE</p>")
        with self.captureOnCommitCallbacks(execute=True):
            self.store.publish(other.location, self.user.id)
        self.as_("staff")
        assert self.ours(lambda: self.page(text)) == []

    def test_a_gated_course_asks_for_the_learner_only(self):
        for name in ("payer", "unpaid"):
            for ask in (
                lambda: self.get(self.handler(self.problem)),
                lambda: self.page(self.secret),
            ):
                self.as_(name)
                assert self.ours(ask) == []  # the one question goes to the fake door of this class

    def test_the_table_is_remembered_across_requests(self):
        remembered._kept.clear()
        cache.clear()
        first = selectors.gate_table(self.course.id)
        self.forget()
        with self.assertNumQueries(0):
            assert selectors.gate_table(self.course.id) == first


class Paid(GatedCourse):
    """What the platform remembers of a learner is forgotten when their rights change."""

    def setUp(self):
        super().setUp()
        update_outline_from_modulestore(self.course.id)  # Studio's worker does, at publish

    def sidebar(self):
        self.forget()
        url = reverse("course-home:course-navigation", args=[str(self.course.id)])
        return self.client.get(url).json()["blocks"]

    def test_the_sidebar_follows_a_payment_and_a_refund(self):
        learner = self.people["unpaid"].id
        self.as_("unpaid")
        before = self.sidebar()
        self.entitled[learner] = {FEE}
        assert self.sidebar() == before  # as the platform remembers it
        self.tell(learner)
        paid = self.sidebar()
        assert paid != before
        self.entitled.clear()
        self.tell(learner)
        assert self.sidebar() == before

    def tell(self, learner):
        from fee_payments.data import EntitlementChange
        from fee_payments.signals import ENTITLEMENT_CHANGED

        change = EntitlementChange(
            user_id=learner, offering_code=FEE, course_key=str(self.course.id)
        )
        answers = ENTITLEMENT_CHANGED.send_robust(sender=None, change=change)
        assert not [one for _, one in answers if isinstance(one, Exception)]
