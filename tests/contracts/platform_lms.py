"""The gate in a real LMS: every door, for the people who matter.

Collected by ``make test-platform`` only (see README.md). The course is in ``gated_course.py``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from unittest import mock

import ddt
import pytest
from ccx_keys.locator import CCXLocator
from common.djangoapps.course_modes.tests.factories import CourseModeFactory
from common.djangoapps.student.models import CourseEnrollment, UserProfile
from common.djangoapps.student.tests.factories import CourseEnrollmentFactory
from completion.models import BlockCompletion
from contract_of_compat import CompatContract
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.checks import run_checks
from django.db import DatabaseError
from django.test import RequestFactory
from django.urls import reverse
from gated_course import EXAM, FEE, MFE, PROBLEM, GatedCourse
from lms.djangoapps.ccx.tests.factories import CcxFactory
from lms.djangoapps.courseware.block_render import get_block_for_descriptor
from lms.djangoapps.courseware.field_overrides import disable_overrides
from lms.djangoapps.courseware.masquerade import CourseMasquerade
from lms.djangoapps.courseware.model_data import FieldDataCache
from lms.djangoapps.grades.api import CourseGradeFactory
from lms.djangoapps.grades.models import PersistentCourseGrade
from lms.djangoapps.grades.tasks import KNOWN_RETRY_ERRORS
from openedx.core.djangoapps.content.block_structure.api import update_course_in_cache
from openedx.core.djangoapps.oauth_dispatch.jwt import create_jwt_for_user
from openedx.core.djangoapps.user_api.accounts.api import update_account_settings
from openedx.core.djangoapps.user_api.accounts.signals import USER_RETIRE_LMS_CRITICAL
from openedx.core.djangoapps.user_api.models import RetirementState, UserRetirementStatus
from openedx.features.content_type_gating.models import ContentTypeGatingConfig
from xmodule.modulestore import ModuleStoreEnum
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory
from xmodule.partitions.partitions import UserPartition
from xmodule.partitions.partitions_service import get_all_partitions_for_course

from fairgate import clock
from fairgate.money import Money
from fee_gate import api, client, compat, handlers, remembered, selectors, services
from fee_gate.data import GateTable
from fee_gate.models import GatedBlock
from fee_gate.models import GatedCourse as CountedCourse
from fee_gate.structures import FeeGateTransformer
from fee_payments import api as payments
from fee_payments import compat as payments_compat
from fee_payments import selectors as payments_selectors
from fee_payments.data import OfferingEntry, PayerClass, PriceEntry
from fee_payments.models import Offering
from fee_payments.services import catalogue
from partnerships import compat as partners
from waiver_policy import api as waivers
from waiver_policy.exceptions import CoolingOff
from waiver_policy.models import ChangeOfCountry


class PlatformFindsUs(GatedCourse):
    """Entry points, settings, checks, migrations: what the installation brings along."""

    def test_both_partition_entry_points_are_found(self):
        assert UserPartition.get_scheme("fee_gate").name == "fee_gate"
        found = get_all_partitions_for_course(self.store.get_course(self.course.id))
        fees = {one.parameters.get("fee") for one in found if one.scheme.name == "fee_gate"}
        assert fees == {FEE, ""}

    def test_a_course_without_a_gate_gets_no_partition_of_ours(self):
        other = CourseFactory.create()
        found = get_all_partitions_for_course(self.store.get_course(other.id))
        assert not [one for one in found if one.scheme.name == "fee_gate"]

    def test_the_settings_are_wired_and_the_checks_are_content(self):
        assert settings.MIDDLEWARE.count("fee_gate.middleware.FeeGateMiddleware") == 1
        assert isinstance(settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS, tuple)
        found = {str(one.id) for one in run_checks() if str(one.id).startswith("fee_gate.")}
        # The platform's own test settings keep their cache in the process.
        assert found == {"fee_gate.W002"}

    def test_every_app_of_the_suite_is_installed(self):
        for app in ("waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate"):
            assert [one for one in settings.INSTALLED_APPS if one.startswith(f"{app}.")], app


class LeavingForGood(GatedCourse):
    """The platform retires somebody, and the waivers forget them."""

    def test_the_platforms_signal_is_heard(self):
        user = self.people["unpaid"]
        with mock.patch("waiver_policy.api.retire_person") as retire:
            USER_RETIRE_LMS_CRITICAL.send(sender=object, user=user)
        assert retire.call_args.args == (user.pk,)

    def test_nothing_is_forgotten_while_they_can_come_back(self):
        user = self.people["unpaid"]
        RetirementState.objects.get_or_create(
            state_name="PENDING", defaults={"state_execution_order": 1, "required": True}
        )
        UserRetirementStatus.create_retirement(user)
        assert partners.address_of_leaver(user.pk) == user.email
        with pytest.raises(CoolingOff):
            waivers.retire_person(user.pk, at=datetime.now(UTC))


class Publishing(GatedCourse):
    """The table follows the published course."""

    def test_a_publish_counts_what_is_covered(self):
        table = selectors.gate_table(self.course.id)
        expected = {
            str(one.location) for one in (self.secret, self.problem, self.v2, self.secret_two)
        }
        assert set(table.covers) == expected
        assert table.fees == (FEE,)

    def test_a_draft_changes_nothing(self):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            gate = self.store.get_item(self.gate.location)
            gate.scope = "unit"
            self.store.update_item(gate, self.user.id)
        self.forget()
        services.recompute(str(self.course.id))
        assert len(selectors.gate_table(self.course.id).covers) == 4

    def test_a_deleted_gate_frees_the_course_at_the_next_publish(self):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            self.store.delete_item(self.gate.location, self.user.id)
        self.publish()
        assert not selectors.gate_table(self.course.id).covers

    def test_nothing_is_written_into_the_course(self):
        with disable_overrides():
            block = self.store.get_item(self.secret.location)
            assert block.group_access == {}


@ddt.ddt
class Pages(GatedCourse):
    """``/xblock/<key>``: what the Learning MFE, a browser and a curious learner ask for."""

    @ddt.data("unpaid", "anonymous")
    def test_what_is_gated_stays_shut(self, name):
        self.as_(name)
        for block in (self.v1, self.v2, self.secret, self.problem, self.secret_two):
            for recheck, mfe in ((False, False), (True, False), (True, True)):
                self.assert_shut(self.page(block, recheck=recheck, mfe=mfe))

    def test_the_unit_with_the_gate_shows_the_free_part_and_the_paywall(self):
        self.as_("unpaid")
        for recheck, mfe in ((False, False), (True, True)):
            response = self.page(self.v1, recheck=recheck, mfe=mfe)
            self.assertContains(response, "INTRODUCTION")
            self.assertContains(response, "fee-gate")
            self.assert_shut(response)

    def test_a_shut_unit_shows_the_paywall_in_the_mfe(self):
        self.as_("unpaid")
        response = self.page(self.v2, recheck=True, mfe=True)
        self.assertContains(response, "fee-gate")
        self.assert_shut(response)

    def test_a_shut_leaf_is_refused(self):
        self.as_("unpaid")
        assert self.page(self.secret).status_code in {403, 404}
        assert self.page(self.v2).status_code == 404

    @ddt.data("payer", "staff")
    def test_who_may_sees_everything(self, name):
        self.as_(name)
        self.assertContains(self.page(self.v1), "SECRET-ONE")
        self.assertContains(self.page(self.v2, recheck=True, mfe=True), "SECRET-TWO")
        self.assertContains(self.page(self.secret), "SECRET-ONE")

    def test_the_entitlement_is_asked_once_per_request(self):
        self.as_("payer")
        with mock.patch(
            "fee_payments.api.entitled_offerings", return_value=frozenset({FEE})
        ) as asked:
            self.assertContains(self.page(self.v1), "SECRET-ONE")
        assert asked.call_count == 1

    def test_after_a_refund_the_next_request_is_shut(self):
        self.as_("payer")
        self.assertContains(self.page(self.secret), "SECRET-ONE")
        self.entitled.clear()
        self.assert_shut(self.page(self.secret))

    def test_the_authors_own_rules_still_count(self):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            block = self.store.get_item(self.secret.location)
            block.group_access = {50: [2]}  # the verified track, which nobody here is in
            self.store.update_item(block, self.user.id)
        self.publish()
        self.as_("payer")
        self.assert_shut_one(self.page(self.secret))

    def assert_shut_one(self, response):
        assert "SECRET-ONE" not in response.content.decode()

    def test_staff_who_play_a_learner_see_what_a_learner_sees(self):
        self.as_("staff")
        url = reverse("masquerade_update", kwargs={"course_key_string": str(self.course.id)})
        answer = self.client.post(
            url, json.dumps({"role": "student"}), content_type="application/json"
        )
        assert answer.status_code == 200
        response = self.page(self.v1)
        self.assertContains(response, "INTRODUCTION")
        self.assertContains(response, 'class="fee-gate__heading"')
        assert "SECRET-ONE" not in response.content.decode()

    def test_staff_read_at_the_gate_that_learners_meet_a_fee(self):
        self.as_("staff")
        response = self.page(self.v1)
        self.assertContains(response, "SECRET-ONE")
        self.assertContains(response, "Learners meet a fee here.")
        self.assertNotContains(response, 'class="fee-gate__heading"')


@ddt.ddt
class Handlers(GatedCourse):
    """The gate at the handlers, for who is signed in and who is not."""

    @ddt.data("xblock_handler", "xblock_handler_noauth")
    def test_unpaid_and_anonymous_people_are_refused(self, route):
        for name in ("unpaid", "anonymous"):
            self.as_(name)
            for block in (self.problem, self.secret):
                url = self.handler(block, route)
                for response in (self.get(url), self.client.post(url)):
                    assert response.status_code == 403, (name, route, response.status_code)
                    self.assert_shut(response)

    @ddt.data("payer", "staff")
    def test_who_may_is_served(self, name):
        self.as_(name)
        response = self.get(self.handler(self.problem))
        self.assertContains(response, "SECRET-QUESTION")

    def test_the_payer_is_served_on_the_open_route_too(self):
        self.as_("payer")
        response = self.get(self.handler(self.problem, "xblock_handler_noauth"))
        assert response.status_code == 200

    @ddt.data("xblock_handler", "xblock_handler_noauth")
    def test_a_token_of_nobody_is_refused(self, route):
        self.as_("anonymous")
        for token in ("Bearer garbage", "JWT garbage", "JWT a.b.c"):
            response = self.get(self.handler(self.problem, route), HTTP_AUTHORIZATION=token)
            assert response.status_code == 403
            self.assert_shut(response)

    @ddt.data("xblock_handler", "xblock_handler_noauth")
    def test_a_token_is_as_good_as_a_session(self, route):
        self.as_("anonymous")
        for name, expected in (("unpaid", 403), ("payer", 200)):
            token = create_jwt_for_user(self.people[name])
            response = self.get(
                self.handler(self.problem, route), HTTP_AUTHORIZATION=f"JWT {token}"
            )
            assert response.status_code == expected, (name, route)

    def test_a_free_block_is_as_before(self):
        free = self.handler(self.free_problem)
        for name in ("unpaid", "anonymous"):
            self.as_(name)
            self.assertContains(self.get(free), "FREE-QUESTION")

    def test_a_free_unit_tells_nothing_of_what_is_in_it_to_who_is_not_known(self):
        self.as_("unpaid")
        assert self.get(self.handler(self.v1, "xblock_handler_noauth")).status_code == 403
        self.as_("anonymous")
        assert self.get(self.handler(self.v1)).status_code == 403

    @ddt.data("unpaid", "anonymous")
    def test_the_settings_of_a_gate_are_not_for_learners(self, name):
        self.as_(name)
        url = self.handler(self.gate, handler="save_settings", suffix="")
        self.client.post(url, json.dumps({"fee": ""}), content_type="application/json")
        self.forget()
        assert self.store.get_item(self.gate.location).fee == FEE

    def test_k24_without_a_decision_the_answer_is_503(self):
        self.as_("payer")
        with mock.patch("fee_payments.api.entitled_offerings", side_effect=DatabaseError("gone")):
            response = self.get(self.handler(self.problem))
            page = self.page(self.v1)
        assert response.status_code == 503
        self.assert_shut(response)
        self.assert_shut(page)
        self.assertContains(page, "stays closed for now")


class Apps(GatedCourse):
    """The Blocks API, which phones, outlines, grades and search stand on."""

    def names(self, response):
        assert response.status_code == 200, response.content[:300]
        return {key.split("@")[-1] for key in response.json()["blocks"]}, response

    def leaves(self):
        return {one.location.block_id for one in (self.secret, self.problem, self.secret_two)}

    def test_what_is_gated_is_not_listed_for_who_has_not_paid(self):
        names, response = self.names(self.blocks_api("unpaid"))
        assert not self.leaves() & names
        assert {self.v1.location.block_id, self.v2.location.block_id} <= names
        assert {self.intro.location.block_id, self.gate.location.block_id} <= names
        self.assert_shut(response)

    def test_a_payer_and_staff_get_everything(self):
        for name in ("payer", "staff"):
            names, _ = self.names(self.blocks_api(name))
            assert self.leaves() <= names, name

    def test_after_the_payment_it_is_listed_at_the_next_request(self):
        self.names(self.blocks_api("unpaid"))
        self.entitled[self.people["unpaid"].id] = {FEE}
        names, _ = self.names(self.blocks_api("unpaid"))
        assert self.leaves() <= names

    def test_the_collected_structure_can_be_stored_and_read_again(self):
        update_course_in_cache(self.course.id)
        names, _ = self.names(self.blocks_api("unpaid"))
        assert not self.leaves() & names


class TwoFees(GatedCourse):
    """A gate behind a gate: both fees are needed."""

    SCOPE = "course"

    def build_course(self):
        super().build_course()
        with self.store.bulk_operations(self.course.id):
            self.v3 = self.make(self.subsection, "vertical", display_name="V3")
            self.make(self.v3, "fee_gate", fee=EXAM, scope="unit")
            self.exam = self.make(self.v3, "html", data="<p>SECRET-EXAM</p>")
        self.publish()

    def test_k23_one_fee_never_opens_what_the_other_closes(self):
        self.as_("unpaid")
        for fees, expected in (
            ({FEE}, (True, False)),
            ({EXAM}, (False, False)),
            ({FEE, EXAM}, (True, True)),
        ):
            self.entitled[self.people["unpaid"].id] = fees
            found = tuple(
                word in self.page(block).content.decode()
                for block, word in ((self.secret, "SECRET-ONE"), (self.exam, "SECRET-EXAM"))
            )
            assert found == expected, fees

    def test_the_door_for_others_gives_the_same_answer(self):
        from fairgate import clock

        self.entitled[self.people["unpaid"].id] = {FEE}
        answer = api.access(
            str(self.course.id),
            str(self.exam.location),
            user_id=self.people["unpaid"].id,
            at=clock.now(),
        )
        assert answer == "closed"


class Compat(CompatContract, GatedCourse):
    """The platform itself keeps what the apps' ``compat.py`` promise."""

    def setUp(self):
        super().setUp()
        self.course_key = str(self.course.id)
        self.gate_fee = FEE
        self.first_unit = "V1"
        self.author_id = self.people["staff"].id
        self.learner_id = self.people["unpaid"].id
        self.entitled[self.learner_id] = {FEE}  # the badge stands behind the gate
        self.countryless_id = self.people["payer"].id
        self.course_starts = self.course.start.date().isoformat()
        self.course_language = self.course.language or ""
        UserProfile.objects.filter(user_id=self.learner_id).update(country="UG")
        UserProfile.objects.filter(user_id=self.countryless_id).update(country="")

    def build_course(self):
        super().build_course()
        self.badge = self.make(self.v1, "partner_badge")
        self.publish()

    def badge_for(self, user_id):
        user = next(one for one in self.people.values() if one.id == user_id)
        request = RequestFactory().get("/")
        request.user, request.session = user, {}
        self.forget()
        block = self.store.get_item(self.badge.location)
        known = FieldDataCache.cache_for_block_descendents(self.course.id, user, block)
        return get_block_for_descriptor(user, request, block, known, self.course.id)

    def choose_country(self, user_id, country):
        user = next(one for one in self.people.values() if one.id == user_id)
        update_account_settings(user, {"country": country or None})

    def token_of(self, user_id):
        user = next(one for one in self.people.values() if one.id == user_id)
        return f"JWT {create_jwt_for_user(user)}"

    def test_progress_is_what_the_platform_has_of_a_learner(self):
        passed, begun = self.learner_id, self.author_id
        PersistentCourseGrade.update_or_create(
            user_id=passed, course_id=self.course.id, percent_grade=0.83, letter_grade="Pass",
            passed=True,
        )  # fmt: skip
        PersistentCourseGrade.update_or_create(
            user_id=self.countryless_id, course_id=self.course.id, percent_grade=0.0,
            letter_grade="", passed=False,
        )  # fmt: skip
        BlockCompletion.objects.create(
            user=get_user_model().objects.get(pk=begun), context_key=self.course.id,
            block_key=self.v1.location, block_type="vertical", completion=1.0,
        )  # fmt: skip
        people = {passed, begun, self.countryless_id}

        found = payments_compat.course_progress(people, self.course_key)

        told = {one: (it.has_started, it.grade_percent, it.has_passed) for one, it in found.items()}
        assert told == {
            passed: (True, 83, True),
            begun: (True, None, False),
            self.countryless_id: (False, 0, False),
        }

    def test_a_country_is_followed_whoever_saves_the_profile(self):
        saved = (
            lambda profile: profile.save(),
            lambda profile: profile.save(update_fields=["country"]),
        )
        for country, save in zip(("BF", "NP"), saved, strict=True):
            ChangeOfCountry.objects.all().delete()
            profile = UserProfile.objects.get(user_id=self.learner_id)
            profile.country = country
            save(profile)
            assert self.is_looked_at(self.learner_id) is True

    def test_a_profile_in_which_something_else_is_saved_has_the_country_it_had(self):
        profile = UserProfile.objects.get(user_id=self.learner_id)
        profile.name, profile.country = "Another", "BF"
        profile.save(update_fields=["name"])
        update_account_settings(self.people["unpaid"], {"level_of_education": "m"})
        assert not ChangeOfCountry.objects.exists()

    def test_a_profile_is_saved_although_the_change_cannot_be_kept(self):
        with mock.patch("waiver_policy.api.country_changed", side_effect=DatabaseError):
            self.choose_country(self.learner_id, "BF")
        assert UserProfile.objects.get(user_id=self.learner_id).country == "BF"

    def test_who_is_retired_leaves_no_country_behind(self):
        # The platform empties the profile first, which is a country taken out, and tells us then.
        self.choose_country(self.learner_id, "")
        USER_RETIRE_LMS_CRITICAL.send(sender=object, user=self.people["unpaid"])
        assert not ChangeOfCountry.objects.exists()

    def test_a_group_that_staff_view_is_the_one_they_chose(self):
        staff = self.people["staff"]
        partitions = get_all_partitions_for_course(self.store.get_course(self.course.id))
        ours = next(one for one in partitions if one.parameters.get("fee") == FEE)
        for group in ours.groups:
            play = CourseMasquerade(self.course.id, user_partition_id=ours.id, group_id=group.id)
            staff.masquerade_settings = {self.course.id: play}
            assert compat.is_masquerading(staff, self.course.id) is True
            assert compat.masqueraded_group(staff, self.course.id, ours) == group
        play = CourseMasquerade(self.course.id, user_name="unpaid")
        staff.masquerade_settings = {self.course.id: play}
        assert compat.is_masquerading(staff, self.course.id) is False


class Failures(GatedCourse):
    """K24: the table cannot be read. Shut where there is a gate, as ever elsewhere."""

    def setUp(self):
        super().setUp()
        self.other = CourseFactory.create()
        chapter = self.make(self.other, "chapter")
        unit = self.make(self.make(chapter, "sequential"), "vertical")
        self.free = BlockFactory.create(
            parent=unit, category="html", data="<p>FREE-ELSEWHERE</p>", user_id=self.user.id
        )
        for user in self.people.values():
            CourseEnrollmentFactory(user=user, course_id=self.other.id)
        broken = mock.patch.object(
            selectors, "_read", lambda course: GateTable(course_key=course, is_readable=False)
        )
        broken.start()
        self.addCleanup(broken.stop)
        self.forget()

    def test_gated_courses_are_shut_and_others_are_not(self):
        for name in ("unpaid", "payer"):
            self.as_(name)
            for block in (self.v1, self.v2, self.secret):
                self.assert_shut(self.page(block, recheck=True, mfe=True))
            response = self.get(self.handler(self.problem))
            assert response.status_code == 503
            self.assert_shut(response)
            self.assertContains(self.page(self.free), "FREE-ELSEWHERE")


class Doubts(GatedCourse):
    """K24: nobody could say for a moment. What was answered then is nobody's answer afterwards."""

    def can_list(self, name):
        self.forget()
        return str(self.secret.location) in self.blocks_api(name).json()["blocks"]

    def collect_in(self, doubt):
        """Have the platform collect the structure anew, and nothing remembered, in this doubt."""
        compat.forget_structure(str(self.course.id))
        remembered._kept.clear()
        cache.clear()
        self.forget()
        with doubt:
            update_course_in_cache(self.course.id)
            assert not self.can_list("payer")

    def test_apps_show_again_what_was_closed_while_the_table_could_not_be_read(self):
        self.collect_in(mock.patch.object(selectors, "_rows", side_effect=DatabaseError))
        assert (self.can_list("payer"), self.can_list("unpaid")) == (True, False)

    def test_apps_show_again_what_was_closed_while_the_fees_could_not_be_read(self):
        self.collect_in(mock.patch.object(client, "course_fees", side_effect=client.Undecidable))
        assert (self.can_list("payer"), self.can_list("unpaid")) == (True, False)

    def test_a_structure_collected_without_doubt_is_collected_once(self):
        update_course_in_cache(self.course.id)
        with mock.patch.object(FeeGateTransformer, "collect") as collected:
            assert self.can_list("payer")
        assert not collected.called

    def grade_by_half(self):
        """The course asks for nine tenths; the payer gave one of two answers."""
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            course = self.store.get_course(self.course.id)
            course.grading_policy = {
                "GRADER": [
                    {
                        "type": "Homework",
                        "min_count": 1,
                        "drop_count": 0,
                        "short_label": "HW",
                        "weight": 1.0,
                    }
                ],
                "GRADE_CUTOFFS": {"Pass": 0.9},
            }
            self.store.update_item(course, self.user.id)
            graded = self.store.get_item(self.subsection.location)
            graded.graded, graded.format = True, "Homework"
            self.store.update_item(graded, self.user.id)
        self.publish()
        self.as_("payer")
        answer = {f"input_{self.free_problem.location.block_id}_2_1": "1"}
        self.client.post(self.handler(self.free_problem, suffix="problem_check"), answer)

    def graded(self):
        self.forget()
        course = self.store.get_course(self.course.id)
        grade = CourseGradeFactory().update(
            self.people["payer"], course, force_update_subsections=True
        )
        return grade.percent, grade.passed

    def test_nobody_passes_because_nobody_could_say_what_counts_for_them(self):
        self.grade_by_half()
        assert self.graded() == (0.5, False)
        with (
            mock.patch("fee_payments.api.entitled_offerings", side_effect=DatabaseError("gone")),
            pytest.raises(KNOWN_RETRY_ERRORS),
        ):
            self.graded()
        kept = PersistentCourseGrade.read(self.people["payer"].id, self.course.id)
        assert (kept.percent_grade, kept.letter_grade) == (0.5, "")
        assert self.graded() == (0.5, False)


class CustomCourses(GatedCourse):
    """A CCX has a stored structure of its own, and shows what its master course shows."""

    def setUp(self):
        super().setUp()
        ccx = CcxFactory(course_id=self.course.id, coach=self.people["staff"])
        self.ccx = CCXLocator.from_course_locator(self.course.id, str(ccx.id))
        for name in ("unpaid", "payer"):
            CourseEnrollment.enroll(self.people[name], self.ccx)

    def assert_alike(self, block, *, open_to):
        for name in ("unpaid", "payer"):
            self.as_(name)
            for key in (self.course.id, self.ccx):
                self.forget()
                query = {"course_id": str(key), "username": name, "depth": "all"}
                found = self.client.get(reverse("blocks_in_course"), query).json()["blocks"]
                is_listed = any(usage.endswith(f"@{block.location.block_id}") for usage in found)
                assert is_listed == (name in open_to), (name, str(key))

    def offer(self, course_key):
        with self.captureOnCommitCallbacks(execute=True):
            Offering.objects.filter(code=FEE).update(course_key=course_key)
            catalogue.tell_courses({str(self.course.id)})

    def test_a_fee_that_is_withdrawn_and_offered_again_counts_in_both(self):
        self.assert_alike(self.secret, open_to={"payer"})
        self.offer("course-v1:ATC+OTHER+1")
        self.assert_alike(self.secret, open_to=set())
        self.offer(str(self.course.id))
        self.assert_alike(self.secret, open_to={"payer"})

    def test_a_gate_closes_in_both_before_the_platform_comes_to_publish_the_ccx(self):
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            self.store.delete_item(self.gate.location, self.user.id)
        self.publish()
        self.assert_alike(self.secret_two, open_to={"unpaid", "payer"})
        with mock.patch("lms.djangoapps.ccx.tasks.send_ccx_course_published.delay") as later:
            with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
                unit = self.store.get_item(self.v1.location)
            self.make(unit, "fee_gate", fee=FEE, scope="subsection")
            self.publish()
            self.assert_alike(self.secret_two, open_to={"payer"})
        assert later.called

    def test_what_is_remembered_of_a_learner_is_forgotten_in_both(self):
        user = self.people["payer"]
        assert compat.custom_courses_of(user.id, str(self.course.id)) == (str(self.ccx),)
        with mock.patch.object(compat, "regrade") as graded:
            handlers.follow_learner(
                change=SimpleNamespace(user_id=user.id, course_key=str(self.course.id))
            )
        assert [call.args for call in graded.call_args_list] == [
            (user.id, str(self.course.id)),
            (user.id, str(self.ccx)),
        ]


class SeatCodes(GatedCourse):
    """A seat that somebody else has paid for, and the way to it, on the platform's own pages."""

    def setUp(self):
        super().setUp()
        asked = mock.patch(
            "fee_payments.api.entitled_offerings", payments_selectors.entitled_offerings
        )
        asked.start()
        self.addCleanup(asked.stop)
        price = PriceEntry(
            payer_class=PayerClass.INDIVIDUAL,
            amount=Money("120.00", "USD"),
            valid_from=clock.utc_day(clock.now()),
        )
        payments.set_offering(
            OfferingEntry(
                code=FEE, title="The course", course_key=str(self.course.id), prices=(price,)
            )
        )
        self.as_("unpaid")

    def test_the_paywall_leads_out_of_the_frame_to_fee_and_seat_code(self):
        for block in (self.v1, self.v2):
            response = self.page(block, recheck=True, mfe=True)
            for path in (payments.fee_page_url(FEE), payments.seat_code_page_url(FEE)):
                self.assertContains(response, f'<a href="{path}" target="_top">')

    def test_a_code_opens_what_is_gated_and_leads_back_to_the_course(self):
        issued = payments.issue_seat_codes(
            FEE, count=1, sponsor="A ministry", key="contract", by=None, at=clock.now()
        )
        page = payments.seat_code_page_url(FEE)
        self.assertContains(self.client.get(page), 'name="code"')
        answer = self.client.post(page, {"code": issued.codes[0].lower()})
        assert answer.status_code == 302
        assert answer["Location"].startswith(MFE)
        assert str(self.course.id) in answer["Location"]
        self.forget()
        self.assertContains(self.page(self.v2, recheck=True, mfe=True), "SECRET-TWO")


class NeverCounted(GatedCourse):
    """F22: the course is there, its rows are not, as after a restore: shut at every door."""

    def setUp(self):
        super().setUp()
        GatedBlock.objects.all().delete()
        CountedCourse.objects.all().delete()
        cache.clear()
        self.forget()

    def test_nothing_gated_is_shown_at_pages_handlers_or_to_apps(self):
        update_course_in_cache(self.course.id)
        for name in ("unpaid", "anonymous", "payer"):
            self.as_(name)
            for block in (self.v1, self.v2, self.secret, self.problem):
                for recheck, mfe in ((False, False), (True, True)):
                    self.assert_shut(self.page(block, recheck=recheck, mfe=mfe))
            assert self.get(self.handler(self.problem)).status_code == 503
        self.assert_shut(self.blocks_api("unpaid"))
        assert str(self.secret.location) not in self.blocks_api("unpaid").json()["blocks"]

    def test_counting_it_opens_what_is_free_and_paid(self):
        services.recompute(str(self.course.id))
        self.as_("payer")
        self.assertContains(self.page(self.secret), "SECRET-ONE")


class PaidTracks(GatedCourse):
    """A graded problem that the platform's own paid tracks restrict as well: both have to open."""

    def setUp(self):
        # Before anybody asks: the platform remembers the answer.
        ContentTypeGatingConfig.objects.create(
            enabled=True, enabled_as_of=datetime(2018, 1, 1, tzinfo=UTC)
        )
        super().setUp()

    def build_course(self):
        super().build_course()
        for mode in ("audit", "verified"):
            CourseModeFactory(course_id=self.course.id, mode_slug=mode)
        with self.store.branch_setting(ModuleStoreEnum.Branch.draft_preferred):
            subsection = self.store.get_item(self.subsection.location)
            subsection.graded, subsection.format = True, "Homework"
            self.store.update_item(subsection, self.user.id)
        self.publish()
        update_course_in_cache(self.course.id)

    def test_a_paid_track_does_not_open_what_waits_for_our_fee_nor_the_other_way_round(self):
        CourseEnrollment.objects.update(mode="verified")
        self.as_("unpaid")
        self.assert_shut(self.page(self.v1, recheck=True, mfe=True))
        self.assert_shut(self.page(self.problem))
        assert str(self.problem.location) not in self.blocks_api("unpaid").json()["blocks"]

        self.as_("payer")
        self.assertContains(self.page(self.v1, recheck=True, mfe=True), "SECRET-QUESTION")

        CourseEnrollment.objects.update(mode="audit")
        self.as_("payer")
        assert "SECRET-QUESTION" not in self.page(self.v1).content.decode()


class Drafts(GatedCourse):
    """Keys of drafts are for staff: an unpublished block stands behind no gate."""

    def build_course(self):
        super().build_course()
        self.question = self.make(self.v2, "problem", data=PROBLEM)
        self.publish()

    def test_a_block_that_is_unpublished_is_shown_by_no_other_key(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.store.unpublish(self.v2.location, self.user.id)
        draft = self.course.id.for_branch(ModuleStoreEnum.BranchName.draft)
        usage = self.question.location.map_into_course(draft)
        for name in ("unpaid", "anonymous"):
            self.as_(name)
            for route in ("xblock_handler", "xblock_handler_noauth"):
                url = reverse(
                    route,
                    kwargs={
                        "course_id": str(draft),
                        "usage_id": str(usage),
                        "handler": "xmodule_handler",
                        "suffix": "problem_get",
                    },
                )
                response = self.get(url)
                assert response.status_code == 404, (name, route, response.status_code)
            self.assert_shut(self.get(reverse("render_xblock", args=[str(usage)])))


class LtiTools(GatedCourse):
    """A tool behind a gate takes grades from its provider, and is launched for who may."""

    def build_course(self):
        super().build_course()
        self.lti = self.make(self.v2, "lti", lti_id="tool", launch_url="http://tool.example/")
        self.publish()

    def test_only_who_has_settled_the_fee_launches_it(self):
        for name, expected in (("unpaid", 403), ("anonymous", 403)):
            self.as_(name)
            for route in ("xblock_handler", "xblock_handler_noauth"):
                url = self.handler(self.lti, route, handler="preview_handler", suffix="")
                assert self.get(url).status_code == expected, (name, route)
        self.as_("payer")
        url = self.handler(self.lti, handler="preview_handler", suffix="")
        assert self.get(url).status_code == 200

    def test_grades_come_back_without_a_session(self):
        self.as_("anonymous")
        url = self.handler(self.lti, "xblock_handler_noauth", handler="grade_handler", suffix="")
        assert self.client.post(url).status_code != 403
