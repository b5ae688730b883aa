"""The gate in a real Studio: the block, its form, and what authors are told.

Collected by ``make test-platform`` only (see README.md).
"""

from __future__ import annotations

from authored_course import FEE, SETTINGS, AuthoredCourse
from common.djangoapps.student.roles import CourseLimitedStaffRole, CourseStaffRole
from common.djangoapps.student.tests.factories import UserFactory
from django.conf import settings
from django.test import TestCase
from xmodule.modulestore import ModuleStoreEnum
from xmodule.partitions.partitions import UserPartition

from fee_gate import author, compat
from fee_payments import api as payments
from waiver_policy.models import ChangeOfCountry


class Profiles(TestCase):
    """Studio has an admin too, in which operators change people's profiles."""

    def test_another_country_is_followed_here_as_in_the_lms(self):
        profile = UserFactory.create().profile
        profile.country = "CH"
        profile.save()
        ChangeOfCountry.objects.all().delete()
        profile.country = "UG"
        profile.save()
        assert ChangeOfCountry.objects.get(user_id=profile.user_id).changed_on


class Studio(AuthoredCourse):
    """What an author sees and does."""

    def test_the_scheme_is_found_in_studio_too(self):
        assert UserPartition.get_scheme("fee_gate").name == "fee_gate"
        assert "fee_gate.middleware.FeeGateMiddleware" not in settings.MIDDLEWARE

    def test_the_form_offers_the_courses_fees_by_name(self):
        html = self.view("studio_view")
        assert "Spectrum management" in html
        assert "Choose a fee" in html
        assert "fee-gate-form" in html

    def test_what_the_author_chose_is_stored_and_shown(self):
        assert self.save(SETTINGS) == (200, {"result": "success"})
        gate = self.stored()
        assert {name: getattr(gate, name) for name in SETTINGS} == SETTINGS
        assert "Spectrum management" in self.view("author_view")
        assert "Spectrum management" in self.view("container_preview", self.unit)

    def test_a_fee_the_course_does_not_have_is_refused_with_a_sentence(self):
        assert self.save(SETTINGS | {"fee": "gone"}) == (
            400,
            {"error": "Choose a fee of this course.", "field": "fee"},
        )
        assert self.stored().fee == ""

    def test_who_is_not_an_author_stores_nothing(self):
        client, _ = self.create_non_staff_authed_user_client()
        assert self.save(SETTINGS, client)[0] == 403
        assert self.stored().fee == ""

    def test_the_author_is_told_what_is_wrong(self):
        assert "No fee is chosen" in self.view("author_view")
        assert any("No fee is chosen" in text for text in self.told())

    def test_the_new_unit_page_gets_the_messages_with_the_blocks(self):
        answer = self.client.get(
            f"/api/contentstore/v1/container/vertical/{self.unit.location}/children"
        )
        assert answer.status_code == 200, answer.content[:500]
        (gate,) = (
            one for one in answer.json()["children"] if one["block_id"] == str(self.gate.location)
        )
        assert [one["type"] for one in gate["validation_messages"]] == ["error"]
        assert "No fee is chosen" in gate["validation_messages"][0]["text"]

    def test_the_draft_is_counted_before_it_is_published(self):
        self.save(SETTINGS)
        page = self.view("author_view")
        assert "In the published course this gate closes nothing." in page
        assert "Once the draft is published, it closes 1 component." in page

    def test_the_draft_that_is_stored_is_the_one_that_blocks_show(self):
        self.save(SETTINGS | {"scope": "section"})
        self.make(self.unit, "fee_gate")
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            root = self.store.get_course(self.course.id)
            stored = compat.draft_outline(root)
            assert stored == author.draft_outline(root)
        gates = stored.children[0].children[0].children[0].children
        assert [(one.fee, one.scope) for one in gates] == [
            (FEE, "section"),
            ("", "unit"),
            ("", "unit"),
        ]

    def test_a_gate_before_it_is_seen_in_the_draft(self):
        self.save(SETTINGS)
        later = self.make(self.unit, "fee_gate", fee=FEE)
        self.make(self.unit, "html", data="<p>y</p>")
        (sentence,) = self.told(self.stored(later.location))
        assert "stands behind another one" in sentence
        assert self.told() == []

    def test_nothing_follows_is_said_of_the_draft(self):
        self.save(SETTINGS | {"scope": "unit"})
        assert self.told() == []
        self.store.delete_item(self.text.location, self.user.id)
        (sentence,) = self.told()
        assert "Nothing follows" in sentence

    def test_who_may_enter_studio_but_not_change_the_course_stores_nothing(self):
        client, person = self.create_non_staff_authed_user_client()
        CourseLimitedStaffRole(self.course.id).add_users(person)
        assert self.save(SETTINGS, client)[0] == 403
        assert self.stored().fee == ""

    def test_staff_of_the_course_store_what_they_chose(self):
        client, person = self.create_non_staff_authed_user_client()
        CourseStaffRole(self.course.id).add_users(person)
        assert self.save(SETTINGS, client)[0] == 200
        assert self.stored().fee == FEE

    def test_publishing_in_studio_counts_the_gate(self):
        self.save(SETTINGS)
        self.publish()
        assert self.table().fees_of(str(self.text.location)) == {FEE}
        assert "In the published course this gate closes 1 component." in self.view("author_view")

    def test_the_other_apps_answer_in_studio(self):
        assert [one.code for one in payments.list_offerings(str(self.course.id))] == [FEE]
