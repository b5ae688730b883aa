"""What the apps' ``compat.py`` promise, for whatever platform answers: written once, run on each.

A class that mixes this in gives the facts in ``setUp`` or a fixture: the keys and ids below, of a
published course with a gate and a badge. Plain assertions only, so that it runs in pytest and in
unittest. ``test_compat_of_demo.py`` sees to it that no function of a ``compat.py`` is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from opaque_keys.edx.keys import CourseKey

from fairgate import clock
from fairgate.clock import utc_day
from fairgate_tables.background import in_background
from fee_gate import compat as gate
from fee_gate import rules
from fee_gate.exceptions import OutlineUnreadable
from fee_gate.rules import Node
from fee_payments import compat as payments
from fee_payments.data import Enrolment, EnrolmentAttribute
from fee_payments.exceptions import EnrolmentRefused
from partner_badge import compat as badge
from partnerships import compat as partners
from revenue_share import compat as revenue
from waiver_policy import api as waiver_policy
from waiver_policy import compat as waivers
from waiver_policy.data import Applicant

NOBODY = 2**31 - 1
OTHER_COURSE = "course-v1:NOBODY+NOTHING+1"


class CompatContract:
    """The facts a platform has to provide, and what must hold for them."""

    course_key: str
    gate_fee: str
    author_id: int
    learner_id: int  # lives in Uganda
    countryless_id: int
    first_unit: str  # its title
    course_starts: str  # the day, as in ISO 8601
    course_language: str  # a code, or "" where the author chose none

    # What only a platform has; the demo has no such thing, and says so by the answers below.
    has_courses_to_list: bool = True
    has_request_memory: bool = True
    has_enrolments: bool = True

    def badge_for(self, user_id: int) -> Any:
        """The block of the badge, as this person's page holds it."""
        raise NotImplementedError

    def token_of(self, user_id: int) -> str:
        """An ``Authorization`` header of this person."""
        raise NotImplementedError

    def choose_country(self, user_id: int, country: str) -> None:
        """The person gives their profile this country, or none, where people do that."""
        raise NotImplementedError

    # fee_gate.compat.is_course_staff

    def test_an_author_is_staff_of_their_course(self):
        assert gate.is_course_staff(self.author_id, self.course_key) is True

    def test_a_learner_and_nobody_are_staff_of_nothing(self):
        assert gate.is_course_staff(self.learner_id, self.course_key) is False
        assert gate.is_course_staff(NOBODY, self.course_key) is False

    # revenue_share.compat.is_course_staff

    def test_the_team_of_a_course_is_asked_for_course_by_course(self):
        assert revenue.is_course_staff(self.author_id, self.course_key) is True
        assert revenue.is_course_staff(self.learner_id, self.course_key) is False
        assert revenue.is_course_staff(NOBODY, self.course_key) is False
        assert revenue.is_course_staff(self.learner_id, "nothing") is False

    # revenue_share.compat.current_user

    def test_outside_a_request_nobody_makes_one(self):
        assert revenue.current_user() is None

    # revenue_share.compat.absolute_url

    def test_an_address_of_the_books_ends_with_its_path(self):
        assert revenue.absolute_url("/fairgate/revenue/").endswith("/fairgate/revenue/")

    # fee_gate.compat.has_course

    def test_a_course_run_is_there_or_not(self):
        assert gate.has_course(self.course_key) is True
        for unknown in (OTHER_COURSE, "library-v1:NOBODY+NOTHING", "nothing", ""):
            assert gate.has_course(unknown) is False

    # fee_gate.compat.course_language, fee_payments.compat.course_language

    def test_a_course_says_its_language_and_one_that_is_not_there_says_none(self):
        for course_language in (gate.course_language, payments.course_language):
            assert course_language(self.course_key) == self.course_language
            for unknown in (OTHER_COURSE, "nothing", ""):
                assert course_language(unknown) == ""

    # fee_gate.compat.is_beta_tester, is_enforced

    def test_nobody_is_a_beta_tester_who_was_not_invited(self):
        assert gate.is_beta_tester(self.learner_id, self.course_key) is False
        assert gate.is_beta_tester(NOBODY, self.course_key) is False

    def test_gates_hold_where_nobody_switched_them_off(self):
        assert gate.is_enforced(self.course_key) is True

    # fee_payments.compat.may_author, preferred_language

    def test_who_works_on_the_course_in_studio_may_author_its_fees_and_nobody_else(self):
        assert payments.may_author(self.author_id, self.course_key) is True
        assert payments.may_author(self.learner_id, self.course_key) is False
        assert payments.may_author(NOBODY, self.course_key) is False
        assert payments.may_author(self.author_id, "no:course") is False

    def test_a_mail_about_a_seat_is_in_the_language_of_who_reads_it(self):
        assert isinstance(payments.preferred_language(self.learner_id), str)
        assert payments.preferred_language(NOBODY) == ""

    # fee_gate.compat.may_edit

    def test_an_author_may_change_the_gate_of_their_course_and_a_learner_may_not(self):
        (key,) = [
            one.usage_key
            for one in _walk(gate.course_outline(self.course_key))
            if one.block_type == rules.GATE
        ][:1]
        assert gate.may_edit(self.author_id, key) is True
        assert gate.may_edit(self.learner_id, key) is False
        assert gate.may_edit(NOBODY, key) is False

    # fee_gate.compat.course_outline

    def test_the_outline_is_the_tree_of_the_published_course(self):
        outline = gate.course_outline(self.course_key)
        assert isinstance(outline, Node)
        assert outline.block_type == "course"
        types = [block.block_type for block in _walk(outline)]
        assert types[:5] == ["course", "chapter", "sequential", "vertical", types[4]]
        assert types.count(rules.GATE) >= 1

    def test_a_gate_in_the_outline_has_its_fee_and_scope(self):
        gates = [
            one
            for one in _walk(gate.course_outline(self.course_key))
            if one.block_type == rules.GATE
        ]
        assert gates[0].fee == self.gate_fee
        assert gates[0].scope in rules.SCOPES

    def test_a_block_in_the_outline_is_called_as_its_author_called_it(self):
        outline = gate.course_outline(self.course_key)
        titles = [one.title for one in _walk(outline) if one.block_type == "vertical"]
        assert titles[0] == self.first_unit
        assert all(isinstance(one.title, str) for one in _walk(outline))

    def test_every_block_of_the_outline_has_a_plain_key_of_its_own(self):
        keys = [block.usage_key for block in _walk(gate.course_outline(self.course_key))]
        assert len(keys) == len(set(keys))
        assert all(isinstance(key, str) and "branch@" not in key for key in keys)
        assert all(self.course_key.removeprefix("course-v1:") in key for key in keys)

    def test_a_course_that_is_not_there_has_no_outline(self):
        for unknown in (OTHER_COURSE, "library-v1:NOBODY+NOTHING", "nothing"):
            with pytest.raises(OutlineUnreadable, match="is not there"):
                gate.course_outline(unknown)

    def test_something_is_covered_and_something_is_free(self):
        outline = gate.course_outline(self.course_key)
        covered = rules.covered(outline)
        leaves = [block.usage_key for block in _walk(outline) if not block.children]
        assert 0 < len([key for key in leaves if key in covered]) < len(leaves)

    # fee_gate.compat, where it asks the platform for something if there is one

    def test_a_course_with_a_gate_has_one_and_a_course_that_is_not_there_has_none(self):
        assert gate.course_may_have_gate(self.course_key) is True
        assert gate.course_may_have_gate(OTHER_COURSE) is False

    def test_without_another_providers_word_nobody_else_restricts_a_block(self):
        block = self.badge_for(self.learner_id)
        assert gate.other_access_rules(block, None) is None

    def test_who_is_in_no_custom_course_of_a_course_has_none(self):
        for user_id in (self.learner_id, NOBODY):
            assert gate.custom_courses_of(user_id, self.course_key) == ()

    def test_the_courses_of_the_platform_are_listed_by_their_keys(self):
        keys = gate.course_keys()
        assert all(isinstance(key, str) and key.startswith("course-v1:") for key in keys)
        assert (self.course_key in keys) == self.has_courses_to_list

    def test_what_a_request_remembers_is_there_until_it_is_forgotten(self):
        memory = gate.request_memory()
        assert isinstance(memory, MutableMapping)
        memory["a question"] = "its answer"
        assert ("a question" in gate.request_memory()) == self.has_request_memory
        memory.pop("a question")
        assert "a question" not in gate.request_memory()

    def test_who_plays_nobody_is_not_masquerading(self):
        for user_id in (self.author_id, self.learner_id):
            user = get_user_model().objects.get(pk=user_id)
            assert gate.is_masquerading(user, _key(self.course_key)) is False

    def test_who_plays_nobody_plays_no_learner(self):
        for user_id in (self.author_id, self.learner_id, NOBODY):
            assert gate.plays_learner(user_id, self.course_key) is False

    def test_a_request_without_a_token_or_with_a_false_one_is_nobodys(self):
        for given in ({}, {"HTTP_AUTHORIZATION": "JWT a.b.c"}, {"HTTP_AUTHORIZATION": "Bearer x"}):
            assert gate.token_user(RequestFactory().get("/", **given)) is None

    def test_a_token_names_its_person(self):
        request = RequestFactory().get("/", HTTP_AUTHORIZATION=self.token_of(self.learner_id))
        assert gate.token_user(request).pk == self.learner_id

    def test_a_structure_can_be_forgotten_again_and_again(self):
        assert gate.forget_structure(self.course_key) is None
        assert gate.forget_structure(self.course_key) is None

    def test_a_sidebar_can_be_forgotten_whether_it_was_kept_or_not(self):
        for course_key in (self.course_key, OTHER_COURSE):
            assert gate.forget_sidebar(self.learner_id, course_key) is None
            assert gate.forget_sidebar(NOBODY, course_key) is None

    def test_grades_can_be_counted_again(self):
        assert gate.regrade(self.learner_id, self.course_key) is None

    def test_an_enrolment_is_told_and_nobodys_is_none(self):
        found = gate.enrolment(self.learner_id, _key(self.course_key))
        assert (found is not None) == self.has_enrolments
        if found is not None:
            assert found.is_active is True
            assert found.created_at.utcoffset() is not None
        assert gate.enrolment(NOBODY, _key(self.course_key)) is None
        assert gate.enrolment(self.learner_id, _key(OTHER_COURSE)) is None

    def test_who_was_not_enrolled_by_e_mail_is_not_invited(self):
        for user_id in (self.learner_id, NOBODY):
            assert gate.is_invited(user_id, _key(self.course_key)) is False

    def test_outside_a_request_there_is_none(self):
        assert gate.current_request() is None

    def test_a_request_without_the_servers_key_has_none(self):
        for given in ({}, {"HTTP_X_EDX_API_KEY": ""}, {"HTTP_X_EDX_API_KEY": "guessed"}):
            assert gate.has_api_key(RequestFactory().get("/", **given)) is False

    def test_a_certificate_is_asked_for_without_an_answer_and_nobody_gets_none(self):
        for user_id in (self.learner_id, NOBODY):
            assert gate.ask_for_certificate(user_id, self.course_key) is None

    # fee_payments.compat, waiver_policy.compat

    def test_a_country_is_a_code_of_two_letters_and_may_be_missing(self):
        for profile_country in (payments.profile_country, waivers.profile_country):
            assert profile_country(self.learner_id) == "UG"
            assert profile_country(self.countryless_id) == ""
            assert profile_country(NOBODY) == ""

    def test_another_country_in_a_profile_is_told_and_a_first_one_is_no_other(self):
        for user_id in (self.countryless_id, self.learner_id):
            self.choose_country(user_id, "BF")
        assert self.is_looked_at(self.learner_id) is True
        assert self.is_looked_at(self.countryless_id) is False

    def test_a_country_that_was_taken_out_before_another_was_given_is_told_as_well(self):
        self.choose_country(self.learner_id, "")
        self.choose_country(self.learner_id, "UG")
        assert self.is_looked_at(self.learner_id) is False
        self.choose_country(self.learner_id, "")
        self.choose_country(self.learner_id, "BF")
        assert self.is_looked_at(self.learner_id) is True

    def is_looked_at(self, user_id: int) -> bool:
        """Whether waivers think that the country of this profile has just changed."""
        at = clock.now()
        person = Applicant(user_id=user_id, country=waivers.profile_country(user_id))
        decision = waiver_policy.decide(person, offering_code="any", at=at)
        return decision.inputs["country_changed_on"] == utc_day(at).isoformat()

    # fee_payments.compat

    def test_only_who_asks_makes_a_request(self):
        request = RequestFactory().get("/")
        request.user = get_user_model().objects.get(pk=self.learner_id)
        assert payments.makes_request(self.learner_id, request) is True
        assert payments.makes_request(NOBODY, request) is False

    def test_the_modes_of_a_course_are_sold_or_free_and_what_is_no_course_has_none(self):
        sold, free = payments.paid_modes(self.course_key), payments.free_modes(self.course_key)
        assert free
        assert not set(sold) & set(free)
        assert all(isinstance(mode, str) for mode in sold + free)
        assert payments.paid_modes("nothing") == payments.free_modes("nothing") == ()

    def test_an_enrolment_begins_changes_its_mode_and_ends(self):
        who, run = self.countryless_id, self.course_key
        beside = [EnrolmentAttribute(namespace="order", name="order_id", value="an order")]
        payments.enrol(who, run, "audit", beside)
        assert payments.enrolments_of(run, [who, NOBODY]) == {
            who: Enrolment(mode="audit", is_active=True)
        }
        payments.change_mode(who, run, "verified", beside)
        assert payments.enrolments_of(run, [who])[who].mode == "verified"
        assert payments.enrolled_in(run, ["verified"], after=who - 1, limit=1) == (who,)
        assert who not in payments.enrolled_in(run, ["verified"], after=who, limit=9)
        payments.unenrol(who, run)
        assert payments.enrolments_of(run, [who]) == {
            who: Enrolment(mode="verified", is_active=False)
        }
        assert who not in payments.enrolled_in(run, ["verified"], after=who - 1, limit=9)

    def test_what_the_platform_cannot_do_for_an_enrolment_is_refused(self):
        for unknown in (OTHER_COURSE, "nothing"):
            with pytest.raises(EnrolmentRefused):
                payments.enrol(self.learner_id, unknown, "audit")
            with pytest.raises(EnrolmentRefused):
                payments.unenrol(self.learner_id, unknown)
            assert payments.enrolments_of(unknown, [self.learner_id]) == {}
            assert payments.enrolled_in(unknown, ["audit"], after=0, limit=9) == ()
        with pytest.raises(EnrolmentRefused):
            payments.change_mode(NOBODY, self.course_key, "audit")

    # waiver_policy.compat

    def test_a_year_of_birth_is_a_number_and_may_be_missing(self):
        assert waivers.year_of_birth(self.learner_id) in (None, 1990)
        for nobody in (self.countryless_id, NOBODY):
            assert waivers.year_of_birth(nobody) is None

    def test_nobody_can_say_where_a_request_from_inside_a_network_comes_from(self):
        for address in ("127.0.0.1", "10.1.2.3", "::1", "192.0.2.7", "not an address"):
            request = RequestFactory().get("/", REMOTE_ADDR=address)
            assert waivers.ip_country(request) == ""

    def test_a_request_from_outside_has_a_country_of_two_letters_or_none(self):
        request = RequestFactory().get("/", REMOTE_ADDR="8.8.8.8")
        assert waivers.ip_country(request) in ("", "US")

    def test_who_has_not_asked_to_leave_is_not_being_retired(self):
        for user_id in (self.learner_id, NOBODY):
            assert waivers.retirement_state(user_id) == ""

    def test_a_language_is_a_code_and_may_be_missing(self):
        assert isinstance(waivers.preferred_language(self.learner_id), str)
        assert waivers.preferred_language(NOBODY) == ""

    def test_a_mail_that_goes_through_edx_ace_is_taken_by_a_channel(self):
        # The demo has no edx-ace; a platform's test settings name a channel that writes to a file.
        if waivers.has_ace():
            taken = waivers.send_by_ace(
                self.learner_id, "learner@example.org", language="en", name="waivernotice",
                context={"subject": "About it", "lines": ["A line."], "link": "/", "site": "Site",
                         "link_words": "Read", "language": "en", "direction": "ltr"},
            )  # fmt: skip
            assert taken is True

    def test_a_course_has_a_page(self):
        assert payments.course_url(self.course_key)
        assert isinstance(payments.course_url(self.course_key), str)

    def test_one_of_our_pages_has_an_address_that_ends_in_its_path(self):
        assert payments.absolute_url("/fairgate/fees/x/").endswith("/fairgate/fees/x/")

    def test_where_a_platform_sends_who_pays_is_an_address_or_nothing(self):
        found = payments.platform_checkout_url(["a-sku"])
        assert found == "" or "/" in found

    def test_a_person_is_called_by_a_text_and_nobody_by_none(self):
        assert isinstance(payments.full_name(self.learner_id), str)
        assert payments.full_name(NOBODY) == ""

    def test_who_has_paid_comes_back_to_hosts_and_not_to_addresses(self):
        assert all(host and "/" not in host for host in payments.own_hosts())

    def test_what_is_done_in_the_background_disturbs_nobody(self):
        def succeed(_word: str) -> None:
            return None

        def fail(_word: str) -> None:
            raise ValueError("in the background")

        assert in_background("fee_payments.contract")(succeed)("once") is None
        assert in_background("fee_payments.contract_that_fails")(fail)("once") is None

    def test_there_is_a_page_to_give_ones_country(self):
        assert isinstance(payments.account_url(), str)
        assert payments.account_url()

    def test_who_has_done_nothing_has_not_started_and_nobody_is_left_out(self):
        found = payments.course_progress({self.learner_id, NOBODY}, self.course_key)
        assert set(found) == {self.learner_id, NOBODY}
        for one in found.values():
            assert (one.has_started, one.grade_percent, one.has_passed) == (False, None, False)

    def test_nobody_has_made_progress_in_what_is_no_course(self):
        assert payments.course_progress({self.learner_id}, "nothing") == {}
        assert payments.course_progress(frozenset(), self.course_key) == {}

    # partner_badge.compat

    def test_a_block_knows_its_course_run_and_when_it_starts(self):
        block = self.badge_for(self.learner_id)
        assert badge.course_key_of(block) == self.course_key
        starts = badge.course_start_of(block)
        assert starts.date().isoformat() == self.course_starts
        assert starts.utcoffset().total_seconds() == 0

    def test_outside_of_a_request_a_badge_has_none(self):
        assert badge.current_request() is None

    def test_who_teaches_the_course_may_edit_its_blocks_and_who_learns_may_not(self):
        assert badge.may_edit(self.badge_for(self.author_id)) is True
        assert badge.may_edit(self.badge_for(self.learner_id)) is False

    # partnerships.compat

    def test_what_nobody_was_given_is_no_certificate(self):
        assert partners.certificate_by_number("0" * 32) is None
        assert partners.certificate_by_number("") is None
        assert partners.certificate_of(NOBODY, self.course_key) is None

    def test_who_has_not_asked_to_leave_has_no_address_from_before(self):
        for user_id in (self.learner_id, NOBODY):
            assert partners.address_of_leaver(user_id) == ""

    def test_who_signs_for_a_partner_is_called_as_in_their_profile(self):
        assert partners.full_name(self.learner_id) == payments.full_name(self.learner_id)
        assert partners.full_name(NOBODY) == ""

    def test_learners_of_courses_are_counted_by_country(self):
        run, both = self.course_key, (self.learner_id, self.countryless_id)
        for who in both:
            payments.enrol(who, run, "audit")  # whether or not they are learners of it already
            payments.unenrol(who, run)
        before = partners.learners_by_country([run]).get(run, {})
        for who in both:
            payments.enrol(who, run, "audit")
        after = partners.learners_by_country([run, OTHER_COURSE])
        assert list(after) == [run]
        assert after[run]["UG"] == before.get("UG", 0) + 1
        assert after[run][""] == before.get("", 0) + 1
        payments.unenrol(self.learner_id, run)
        assert partners.learners_by_country([run])[run].get("UG", 0) == before.get("UG", 0)
        assert partners.learners_by_country([]) == {}


def _key(course_key: str) -> CourseKey:
    return CourseKey.from_string(course_key)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)
